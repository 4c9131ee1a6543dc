// SPDX-License-Identifier: GPL-2.0
/*
 * openevse hold: a current for as long as a program lives
 *
 * When it ends, whichever way, the current is lowered to what it was before; it
 * is never raised then, unless --then asks for that. A board whose heartbeat is
 * on gets its signs of life meanwhile, and so is safe from the death of this
 * computer, too. What others offer meanwhile is theirs: a board that has to be told
 * again, after a restart, a sign of life that came too late or at the end, is told no
 * more than the last one said.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "change.h"
#include "control.h"
#include "guard.h"
#include "heartbeat.h"
#include "now.h"
#include "query.h"

/* As a shell says it of a program that it cannot start. */
#define EXIT_NOT_FOUND		127
#define EXIT_SIGNAL		128

/* For the program to end in when it was asked to. */
#define CHILD_MS		10000

/**
 * struct hold - one of them
 * @device: the board
 * @guard: keeps the order until the current has fallen
 * @amps: while it lasts
 * @last_ma: what was offered last, here or by another program
 * @limited: a sign of life was missed, and the board has been told of none since
 * @then: after it
 * @raises: somebody has said so: it may be raised then
 * @pulse_ms: time from one sign of life to the next; 0: the board wants none
 * @child: the program, or 0
 * @status: how it ended
 */
struct hold {
	struct device device;
	struct guard guard;
	unsigned int amps;
	int64_t last_ma;
	bool limited;
	unsigned int then;
	bool raises;
	int64_t pulse_ms;
	pid_t child;
	int status;
};

/* Three in each interval: two may get lost. */
static int find_period(struct hold *hold)
{
	struct query query;
	int error;

	query_init(&query, &hold->device);
	error = query_ask(&query, ASK_HEARTBEAT);
	hold->pulse_ms = error ? 0 : query.heartbeat.interval_s * 1000LL / 3;
	return error_is_absence(error) ? 0 : error;
}

static int read_offered(const struct hold *hold, int64_t *ma)
{
	struct query query;
	int error;

	query_init(&query, &hold->device);
	error = query_offered(&query, ma);
	return error ? device_error(&hold->device, error, "read what it offers") : EXIT_DONE;
}

/* Never more than another program has offered meanwhile. */
static unsigned int amps_now(const struct hold *hold)
{
	return hold->last_ma < hold->amps * 1000LL ? hold->last_ma / 1000 : hold->amps;
}

static void pulse(struct hold *hold)
{
	hold->limited = heartbeat_pulse(&hold->device) == -EREMOTEIO;
}

/* What was missed before, or while this computer slept, has limited the current. */
static void acknowledge(struct hold *hold)
{
	hold->limited = false;
	heartbeat_acknowledge(&hold->device, amps_now(hold));
}

/* A board that has restarted offers what it has saved, whatever another program said. */
static unsigned int amps_then(const struct hold *hold)
{
	unsigned int now = amps_now(hold);

	return now < hold->amps && now < hold->then ? now : hold->then;
}

/* Never a way up, unless that was asked for; nor what another program has lowered. */
static bool shall_fall(const struct hold *hold, int64_t offered_ma)
{
	return offered_ma > amps_then(hold) * 1000LL ||
	       (hold->raises && offered_ma == hold->amps * 1000LL);
}

/**
 * struct fall - the way down
 * @hold: of what
 * @capacity: what the board is told, and what it says to that
 */
struct fall {
	const struct hold *hold;
	struct openevse_current_capacity *capacity;
};

/* A board that does not tell what it offers is taken at its word of before. */
static int try_fall(const void *context)
{
	const struct fall *fall = context;
	const struct hold *hold = fall->hold;
	int64_t offered_ma;
	struct query query;
	int error;

	query_init(&query, &hold->device);
	error = query_offered(&query, &offered_ma);
	if (error)
		offered_ma = hold->amps * 1000LL;
	if (!shall_fall(hold, offered_ma))
		return 0;
	if (error && hold->then > hold->amps)
		return error;
	*fall->capacity = (struct openevse_current_capacity) {
		.capacity_ma = amps_then(hold) * 1000,
	};
	return ioctl(hold->device.fd, OPENEVSE_SET_CURRENT_CAPACITY, fall->capacity) ? -errno : 0;
}

static int fall(const struct hold *hold)
{
	struct openevse_current_capacity capacity = { 0 };
	int error = guard_insist(try_fall, &(struct fall){ hold, &capacity });

	return error ? capacity_error(&hold->device, &capacity, error) : EXIT_DONE;
}

static int start_child(struct hold *hold, char **argv)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return complain(EXIT_ERROR, "cannot start a program: %s", strerror(errno));
	hold->child = child;
	if (child)
		return EXIT_DONE;
	guard_release(&hold->guard);
	setenv("OPENEVSE_DEVICE", hold->device.board.path, true);
	execvp(argv[0], argv);
	complain(EXIT_ERROR, "cannot run %s: %s", argv[0], strerror(errno));
	_exit(EXIT_NOT_FOUND);
}

static int child_code(const struct hold *hold)
{
	return WIFEXITED(hold->status) ? WEXITSTATUS(hold->status) :
					 EXIT_SIGNAL + WTERMSIG(hold->status);
}

/* After a restart the board offers what it has saved, which may be more. */
static void stay(struct hold *hold, const struct openevse_event *event)
{
	const struct openevse_event_setting *setting = &event->setting;

	if (event->type == OPENEVSE_EVENT_BOOT)
		offer_current(&hold->device, amps_now(hold), false);
	if (event->type == OPENEVSE_EVENT_SETTING &&
	    setting->request == OPENEVSE_SET_CURRENT_CAPACITY &&
	    setting->valid & OPENEVSE_CHANGED_HAS_NEW)
		hold->last_ma = setting->new_value;
}

/* Return: an exit code, when it is over. */
static int wait_end(struct hold *hold)
{
	int64_t next_ms = hold->pulse_ms ? monotonic_ms() : -1;
	struct openevse_event event;
	enum news news;

	for (;;) {
		if (hold->pulse_ms && monotonic_ms() >= next_ms) {
			pulse(hold);
			next_ms = monotonic_ms() + hold->pulse_ms;
		}
		/* First what has happened until now. */
		news = guard_wait(&hold->guard, hold->limited ? 0 : next_ms, &event);
		if (news == NEWS_EVENT)
			stay(hold, &event);
		if (news == NEWS_TIMEOUT && hold->limited)
			acknowledge(hold);
		if (news == NEWS_GONE)
			return EXIT_GONE;
		if (news == NEWS_STOP)
			return EXIT_DONE;
		if (hold->child && waitpid(hold->child, &hold->status, WNOHANG) > 0) {
			hold->child = 0;
			return child_code(hold);
		}
	}
}

/* Asked to end; told to stop once more, there is no asking. */
static void wait_child(struct hold *hold)
{
	int64_t deadline = monotonic_ms() + CHILD_MS;

	while (!waitpid(hold->child, &hold->status, WNOHANG)) {
		if (guard_pause(&hold->guard, deadline) == NEWS_CHILD)
			continue;
		kill(hold->child, SIGKILL);
		waitpid(hold->child, &hold->status, 0);
		break;
	}
}

/* The current comes first: a program may take its time to end. */
static int end(struct hold *hold, int code)
{
	int fallen;

	if (hold->child)
		kill(hold->child, SIGTERM);
	fallen = code == EXIT_GONE ? EXIT_DONE : fall(hold);
	if (hold->child)
		wait_child(hold);
	return code ? code : fallen;
}

/* What went wrong has been said; whether the board has heard it is not known. */
static int give_up(struct hold *hold, int code)
{
	struct openevse_current_capacity capacity = { 0 };

	hold->raises = false;
	if (code != EXIT_GONE)
		guard_insist(try_fall, &(struct fall){ hold, &capacity });
	return code;
}

static int hold_current(struct hold *hold, char **argv)
{
	int64_t before_ma = 0;
	int code, error = find_period(hold);

	code = error ? device_error(&hold->device, error, "read its heartbeat") :
		       read_offered(hold, &before_ma);
	if (code)
		return code;
	guard_begin(&hold->guard, &hold->device);
	hold->last_ma = hold->amps * 1000LL;
	if (hold->pulse_ms)
		pulse(hold);
	if (hold->limited)
		acknowledge(hold);
	code = offer_current(&hold->device, hold->amps, false);
	if (code || !hold->raises)
		hold->then = before_ma / 1000;
	if (code)
		return give_up(hold, code);
	if (argv)
		code = start_child(hold, argv);
	return end(hold, code ? code : wait_end(hold));
}

static int run_hold(struct cli *cli)
{
	static const struct option longs[] = {
		{ "then", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	struct hold hold = { .raises = false };
	int code;

	while (options_next(cli, "+", longs) != -1) {
		hold.then = amps_argument(cli, optarg);
		hold.raises = true;
	}
	if (!cli->argc)
		usage_error(cli, "give the current to hold");
	hold.amps = amps_argument(cli, cli->argv[0]);
	if (cli->argc > 1 && cli->argv[1][0] == '-')
		usage_error(cli, "\"%s\" is no program: options go before the current",
			    cli->argv[1]);
	code = device_open(cli, DEVICE_CONTROL, &hold.device);
	if (code)
		return code;
	code = hold_current(&hold, cli->argc > 1 ? cli->argv + 1 : NULL);
	device_close(&hold.device);
	return code;
}

const struct command hold_command = {
	.name = "hold",
	.arguments = "[--then AMPS] AMPS [COMMAND [ARGUMENT...]]",
	.summary = "offer a current for as long as a program lives",
	.help = "Offer AMPS, not saved, while COMMAND runs; without one, until this is told to\n"
		"stop (SIGINT, SIGTERM, SIGHUP, SIGQUIT). After it the current is lowered to\n"
		"what it was before, where that is less. The exit status is that of COMMAND, or\n"
		"5 when the board was unplugged, which also ends COMMAND, by SIGTERM and after\n"
		"ten seconds by SIGKILL. When hold itself gets SIGKILL, or this computer dies,\n"
		"only the board can help: \"openevse heartbeat set\" makes it, and hold gives the\n"
		"signs of life for it. COMMAND has $OPENEVSE_DEVICE.\n\n"
		"      --then AMPS  offer that much after it; this may raise the current",
	.run = run_hold,
};
