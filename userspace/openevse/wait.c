// SPDX-License-Identifier: GPL-2.0
/*
 * openevse wait: until something is so
 *
 * States, vehicle and link come as events. The current does not: the board is
 * asked for it every few seconds, and is content with what it has just told to
 * another program. All conditions given have to hold together, and while the
 * board is silent nothing is known to hold.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "names.h"
#include "now.h"
#include "parse.h"
#include "query.h"

#define BATCH		16	/* records in one read() */
#define ASK_EVERY_MS	2000
#define ASK_TIMEOUT_MS	3000	/* of one question, which comes again anyway */
#define NEVER		INT64_MAX
#define NO_LIMIT	INT64_MIN

/**
 * struct wait - one run of it
 * @device: the board
 * @states: names of states, separated by commas; NULL for any
 * @below_ma: NO_LIMIT for none
 * @above_ma: NO_LIMIT for none
 * @connected: 1 with a vehicle, 0 without, -1 either
 * @link: &enum openevse_link
 * @only_link: nothing else is asked for
 * @hold_ms: how long it has to be so
 * @timeout_ms: for all of it; NEVER for none
 * @now: the state as the last event left it
 * @current_ma: as the board was asked last
 * @current_known: it was, and not before the last change of the state
 * @next_ask: when to ask for the current
 * @since: when it began to be so; NEVER while it is not
 */
struct wait {
	struct device device;
	const char *states;
	int64_t below_ma;
	int64_t above_ma;
	int connected;
	unsigned int link;
	bool only_link;
	int64_t hold_ms;
	int64_t timeout_ms;
	struct openevse_event_state now;
	int64_t current_ma;
	bool current_known;
	int64_t next_ask;
	int64_t since;
};

static bool needs_current(const struct wait *wait)
{
	return wait->below_ma != NO_LIMIT || wait->above_ma != NO_LIMIT;
}

/* --- is it so? --- */

/* Is @word one of those in @list? */
static bool listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (strcspn(list, ",") == length && !strncmp(list, word, length))
			return true;
	return false;
}

static bool state_fits(const struct wait *wait)
{
	const struct openevse_event_state *now = &wait->now;
	char name[NAME_SIZE];

	if (!(now->valid & OPENEVSE_EVENT_HAS_STATE))
		return false;
	if (wait->states && !listed(wait->states, state_name(now->state, name)))
		return false;
	return wait->connected < 0 ||
	       wait->connected == vehicle_connected(now->state,
						    now->valid & OPENEVSE_EVENT_HAS_PILOT,
						    now->pilot_state,
						    now->valid & OPENEVSE_EVENT_HAS_VFLAGS,
						    now->vflags);
}

static bool current_fits(const struct wait *wait)
{
	return (wait->below_ma == NO_LIMIT || wait->current_ma < wait->below_ma) &&
	       (wait->above_ma == NO_LIMIT || wait->current_ma > wait->above_ma);
}

/* Return: true when it has been so for long enough. */
static bool judge(struct wait *wait)
{
	if (wait->now.link != wait->link || (!wait->only_link && !state_fits(wait))) {
		wait->since = NEVER;
		return false;
	}
	if (needs_current(wait) && !wait->current_known)
		return false;		/* that will be known in a moment */
	if (needs_current(wait) && !current_fits(wait)) {
		wait->since = NEVER;
		return false;
	}
	if (wait->since == NEVER)
		wait->since = monotonic_ms();
	return monotonic_ms() - wait->since >= wait->hold_ms;
}

/* --- what the board says --- */

static void take_state(struct wait *wait, const struct openevse_event_state *state)
{
	if (wait->now.state != state->state || wait->now.link != state->link) {
		wait->current_known = false;
		wait->next_ask = monotonic_ms();
	}
	wait->now = *state;
}

static void take_event(struct wait *wait, const struct openevse_event *event)
{
	if (event->flags & OPENEVSE_EVENT_FLAG_DROPPED)
		wait->since = NEVER;	/* who knows what it was like meanwhile */
	switch (event->type) {
	case OPENEVSE_EVENT_STATE:
		take_state(wait, &event->state);
		break;
	case OPENEVSE_EVENT_LINK:
		wait->now.link = event->link;
		wait->next_ask = monotonic_ms();
		break;
	case OPENEVSE_EVENT_BOOT:
		wait->since = NEVER;	/* the relay was open */
		break;
	}
}

/* Return: an exit code, or -1 to go on. */
static int read_events(struct wait *wait)
{
	struct openevse_event events[BATCH];
	ssize_t size = read(wait->device.fd, events, sizeof(events));
	size_t i, count;

	if (size < 0 && errno == EINTR)
		return -1;
	if (size < 0)
		return device_error(&wait->device, -errno, NULL);
	count = size / sizeof(events[0]);
	for (i = 0; i < count; i++) {
		if (events[i].type == OPENEVSE_EVENT_DETACHED)
			return device_error(&wait->device, -ENODEV, NULL);
		take_event(wait, &events[i]);
		if (judge(wait))
			return EXIT_DONE;
	}
	return count ? -1 : device_error(&wait->device, -ENODEV, NULL);
}

/* No question may last beyond the end. */
static int limit_question(const struct wait *wait, int64_t deadline)
{
	struct openevse_timeout timeout = { .timeout_ms = ASK_TIMEOUT_MS };
	int64_t left = deadline - monotonic_ms();

	if (left < ASK_TIMEOUT_MS)
		timeout.timeout_ms = left > 0 ? left : 1;
	return ioctl(wait->device.fd, OPENEVSE_SET_TIMEOUT, &timeout) ? -errno : 0;
}

/* One that is silent or restarts is asked again, one that cannot measure is not. */
static bool hopeless(const struct query *query, int error)
{
	if (error == -ENODATA)
		return query->asked & (1U << ASK_CHARGING);
	return error == -EOPNOTSUPP || error == -ENODEV || error == -ENOTTY;
}

/* Return: an exit code, or -1 to go on. */
static int ask_current(struct wait *wait, int64_t deadline)
{
	struct query query;
	int error = limit_question(wait, deadline);

	query_init(&query, &wait->device);
	if (!error)
		error = query_current(&query, &wait->current_ma);
	wait->current_known = !error;
	wait->next_ask = monotonic_ms() + ASK_EVERY_MS;
	if (hopeless(&query, error))
		return device_error(&wait->device, error, "ask for the current");
	return -1;
}

/* --- until then --- */

static int64_t earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When there is something to do, whatever the board says. */
static int64_t next_turn(const struct wait *wait, int64_t deadline)
{
	int64_t next = deadline;

	if (wait->since != NEVER && (wait->current_known || !needs_current(wait)))
		next = earliest(next, wait->since + wait->hold_ms);
	if (needs_current(wait) && wait->now.link == OPENEVSE_LINK_UP)
		next = earliest(next, wait->next_ask);
	return next;
}

static int wait_until(struct wait *wait)
{
	int64_t deadline = wait->timeout_ms == NEVER ? NEVER : monotonic_ms() + wait->timeout_ms;
	struct pollfd pollfd = { .fd = wait->device.fd, .events = POLLIN };
	int code = -1, count;

	while (code < 0) {
		count = poll(&pollfd, 1, sleep_ms(next_turn(wait, deadline)));
		if (count < 0 && errno != EINTR)
			return complain(EXIT_ERROR, "cannot wait for events: %s", strerror(errno));
		if (count > 0)
			code = read_events(wait);
		else if (needs_current(wait) && wait->now.link == OPENEVSE_LINK_UP &&
			 (monotonic_ms() >= wait->next_ask || wait->since != NEVER))
			code = ask_current(wait, deadline);
		if (code < 0 && judge(wait))
			return EXIT_DONE;
		if (code < 0 && monotonic_ms() >= deadline)
			return complain(EXIT_TIMEOUT, "%s: it has not become so in time",
					wait->device.board.name);
	}
	return code;
}

/* --- the call --- */

/* Words of this program, or what it prints for states newer than it. */
static void check_states(const struct cli *cli, const char *list)
{
	char *copy = xasprintf("%s", list), *rest = copy, *word;
	char name[NAME_SIZE];
	unsigned int state;

	while ((word = strsep(&rest, ","))) {
		for (state = 0; state <= UINT8_MAX; state++)
			if (!strcmp(word, state_name(state, name)))
				break;
		if (state > UINT8_MAX)
			usage_error(cli, "no state \"%s\"", word);
	}
	free(copy);
}

static int64_t parse_threshold(const struct cli *cli, const char *text)
{
	size_t length = strlen(text);
	char *copy = xasprintf("%s", text);
	int64_t ma;

	if (length && copy[length - 1] == 'A')
		copy[length - 1] = '\0';
	if (!parse_milli(copy, &ma))
		usage_error(cli, "\"%s\" is not a current such as 8A or 7.5", text);
	free(copy);
	return ma;
}

static unsigned int parse_link(const struct cli *cli, const char *text)
{
	if (!strcmp(text, "up"))
		return OPENEVSE_LINK_UP;
	if (!strcmp(text, "down"))
		return OPENEVSE_LINK_DOWN;
	usage_error(cli, "the link is up or down, and not \"%s\"", text);
}

static void check_conditions(const struct cli *cli, const struct wait *wait, int any)
{
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
	if (!any)
		usage_error(cli, "say what to wait for");
	if (wait->link == OPENEVSE_LINK_DOWN && !wait->only_link)
		usage_error(cli, "while the link is down nothing else is known");
	if (wait->below_ma != NO_LIMIT && wait->below_ma <= wait->above_ma)
		usage_error(cli, "no current is above the one and below the other");
}

static const struct option longs[] = {
	{ "state", required_argument, NULL, 's' },
	{ "below", required_argument, NULL, 'b' },
	{ "above", required_argument, NULL, 'a' },
	{ "plugged", no_argument, NULL, 'p' },
	{ "unplugged", no_argument, NULL, 'u' },
	{ "link", required_argument, NULL, 'l' },
	{ "for", required_argument, NULL, 'f' },
	{ "timeout", required_argument, NULL, 't' },	/* takes the place of the common one */
	{ NULL, 0, NULL, 0 },
};

/* Return: is it a condition? */
static bool take_option(const struct cli *cli, struct wait *wait, int option)
{
	switch (option) {
	case 's':
		check_states(cli, optarg);
		wait->states = optarg;
		return true;
	case 'b':
		wait->below_ma = parse_threshold(cli, optarg);
		return true;
	case 'a':
		wait->above_ma = parse_threshold(cli, optarg);
		return true;
	case 'p':
	case 'u':
		if (wait->connected == (option == 'u'))
			usage_error(cli, "a vehicle is either plugged in or it is not");
		wait->connected = option == 'p';
		return true;
	case 'f':
		wait->hold_ms = period_argument(cli, optarg);
		return false;
	case 't':
		wait->timeout_ms = period_argument(cli, optarg);
		return false;
	default:
		return false;
	}
}

static void parse_options(struct cli *cli, struct wait *wait)
{
	bool link = false;
	int option;

	wait->only_link = true;
	while ((option = options_next(cli, "", longs)) != -1) {
		if (option == 'l') {
			wait->link = parse_link(cli, optarg);
			link = true;
		} else if (take_option(cli, wait, option)) {
			wait->only_link = false;
		}
	}
	check_conditions(cli, wait, link || !wait->only_link);
}

static int run_wait(struct cli *cli)
{
	struct wait wait = {
		.below_ma = NO_LIMIT,
		.above_ma = NO_LIMIT,
		.connected = -1,
		.link = OPENEVSE_LINK_UP,
		.timeout_ms = NEVER,
		.now.link = OPENEVSE_LINK_GONE,	/* until the first event */
		.since = NEVER,
	};
	int code;

	parse_options(cli, &wait);
	if (!cli->max_age_ms)
		cli->max_age_ms = ASK_EVERY_MS / 2;
	code = device_open(cli, DEVICE_ASK, &wait.device);
	if (code)
		return code;
	code = wait_until(&wait);
	device_close(&wait.device);
	return code;
}

const struct command wait_command = {
	.name = "wait",
	.arguments = "CONDITION... [--for T] [--timeout T]",
	.summary = "wait until the board is in a state, or draws less or more",
	.help = "Wait until all conditions hold, also when they do already; an unplugged board is\n"
		"exit status 5. T is 500ms, 10s, 5m, 1h. Unless --link down is waited for, they\n"
		"only hold while the board answers.\n\n"
		"      --state S[,S...]  one of these states\n"
		"      --below AMPS      the vehicle draws less; 0 A unless it charges\n"
		"      --above AMPS      it draws more\n"
		"      --plugged         a vehicle is connected\n"
		"      --unplugged       none is\n"
		"      --link up|down    the board answers, or does not\n"
		"      --for T           it has been so for T without interruption\n"
		"      --timeout T       give up after T; exit status 4. Takes the place of the\n"
		"                        other --timeout",
	.words = "--state=unknown,not-connected,connected,charging,vent-required,"
		 "diode-check-failed,gfci-fault,no-ground,stuck-relay,gfci-test-failed,"
		 "over-temperature,over-current,relay-closure,pp-shorted,pp-missing,"
		 "eeprom-failure,sleeping,disabled --link=up,down",
	.run = run_wait,
};
