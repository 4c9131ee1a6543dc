// SPDX-License-Identifier: GPL-2.0
/*
 * openevse lock and unlock: no charge without somebody who has a right to it
 *
 * Builds with an authorisation lock are locked by that: they go on showing
 * whether a vehicle is there. All others are disabled, which the delay timer does
 * not end as it ends sleep; the front button does. "unlock --until-unplug" stays,
 * and whatever ends it, but for SIGKILL and a board that is gone, it locks again.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "change.h"
#include "guard.h"
#include "names.h"
#include "now.h"
#include "query.h"

/* Messages may get lost, and some old firmware sends none of a vehicle. */
#define LOOK_MS	10000

/* Return: 1 an authorisation lock, 0 none, or a negative errno. */
static int has_auth_lock(struct query *query)
{
	int error = query_ask(query, ASK_AUTH_LOCK);

	if (!error)
		return 1;
	return error_is_absence(error) ? 0 : error;
}

static int try_lock(const struct device *device)
{
	struct openevse_switch on = { .enabled = 1 };
	struct query query;
	int result;

	query_init(&query, device);
	/* Where the question fails, the harsher way is the safe one. */
	if (has_auth_lock(&query) > 0)
		result = ioctl(device->fd, OPENEVSE_SET_AUTH_LOCK, &on);
	else
		result = ioctl(device->fd, OPENEVSE_DISABLE);
	return result ? -errno : 0;
}

static int lock(const struct device *device)
{
	int error = try_lock(device);

	return error ? device_error(device, error, "lock it") : EXIT_DONE;
}

static int try_relock(const void *device)
{
	return try_lock(device);
}

/* Nobody else will. */
static int relock(const struct device *device)
{
	int error = guard_insist(try_relock, device);

	return error ? device_error(device, error, "lock it again") : EXIT_DONE;
}

/* A pause is not a lock: somebody else's wish, and not lifted here. */
static int unlock(const struct device *device)
{
	struct openevse_switch off = { .enabled = 0 };
	struct query query;
	unsigned int state;
	int auth, error, code = EXIT_DONE;

	query_init(&query, device);
	auth = has_auth_lock(&query);
	error = auth < 0 ? auth : query_state(&query, &state);
	if (error)
		return device_error(device, error, "unlock it");
	if (auth)
		code = change(device, OPENEVSE_SET_AUTH_LOCK, &off, "unlock it");
	else if (state == OPENEVSE_STATE_DISABLED)
		return change(device, OPENEVSE_ENABLE, NULL, "unlock it");
	if (!code && state_is_off(state))
		return complain(EXIT_DONE, "%s is not locked, but paused: \"openevse start\" ends that",
				device->board.name);
	return code;
}

/**
 * struct visit - of a vehicle
 * @connected: it has been there
 * @over: and has left
 */
struct visit {
	bool connected;
	bool over;
};

/*
 * Only a state that is sure of it counts: a board that has just been enabled, or
 * restarted, does not know yet, and disabled it cannot see.
 */
static void follow_vehicle(struct visit *visit, const struct openevse_event *event)
{
	const struct openevse_event_state *state = &event->state;
	bool has_pilot = state->valid & OPENEVSE_EVENT_HAS_PILOT;
	bool has_vflags = state->valid & OPENEVSE_EVENT_HAS_VFLAGS;
	int connected;

	if (event->type != OPENEVSE_EVENT_STATE || !(state->valid & OPENEVSE_EVENT_HAS_STATE) ||
	    state->state == OPENEVSE_STATE_UNKNOWN || state->state == OPENEVSE_STATE_DISABLED)
		return;
	connected = vehicle_connected(state->state, has_pilot, state->pilot_state, has_vflags,
				      state->vflags);
	if (connected == 1)
		visit->connected = true;
	else if (!connected && visit->connected)
		visit->over = true;
}

static enum news wait_unplugged(struct guard *guard)
{
	struct visit visit = { 0 };
	struct openevse_event event;
	struct query query;
	enum news news;

	do {
		news = guard_wait(guard, monotonic_ms() + LOOK_MS, &event);
		if (news == NEWS_EVENT)
			follow_vehicle(&visit, &event);
		/* What the driver notices in the answer comes as an event. */
		query_init(&query, guard->device);
		if (news == NEWS_TIMEOUT)
			query_ask(&query, ASK_STATE);
	} while (news != NEWS_GONE && news != NEWS_STOP && !visit.over);
	return news;
}

/* Its file is as old as the lock, so that it hears of everything that follows. */
static int unlock_for_visit(const struct device *device)
{
	struct guard guard;
	int code;

	guard_begin(&guard, device);
	code = unlock(device);
	if (code) {
		/* One complaint is enough. */
		guard_insist(try_relock, device);
		return code;
	}
	printf("%s is unlocked until its vehicle leaves\n", device->board.name);
	fflush(stdout);
	if (wait_unplugged(&guard) == NEWS_GONE)
		return EXIT_GONE;
	code = relock(device);
	if (!code)
		printf("%s is locked\n", device->board.name);
	return code;
}

static int run_lock(struct cli *cli)
{
	no_options(cli);
	return with_board(cli, lock);
}

const struct command lock_command = {
	.name = "lock",
	.arguments = "",
	.summary = "no charge until it is unlocked",
	.help = "Where the firmware has an authorisation lock, that is it, and the board still\n"
		"sees vehicles. Any other board is disabled: then the button at the front ends\n"
		"the lock, unless \"openevse button off\", and so does \"openevse start\". A restart\n"
		"of the board ends both.",
	.run = run_lock,
};

static int run_unlock(struct cli *cli)
{
	static const struct option longs[] = {
		{ "until-unplug", no_argument, NULL, 'u' },
		{ NULL, 0, NULL, 0 },
	};
	bool visit = false;

	while (options_next(cli, "", longs) != -1)
		visit = true;
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
	return with_board(cli, visit ? unlock_for_visit : unlock);
}

const struct command unlock_command = {
	.name = "unlock",
	.arguments = "[--until-unplug]",
	.summary = "end \"openevse lock\"",
	.help = "A board that somebody has paused stays so.\n\n"
		"      --until-unplug  stay, and lock it again when the vehicle that is or gets\n"
		"                      connected has left; when this is told to stop (SIGINT,\n"
		"                      SIGTERM, SIGHUP, SIGQUIT), lock it at once. Only SIGKILL,\n"
		"                      a board whose cable was pulled (exit status 5), and one\n"
		"                      that is silent for half a minute just then (4) leave it\n"
		"                      unlocked.",
	.run = run_unlock,
};
