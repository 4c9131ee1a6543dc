// SPDX-License-Identifier: GPL-2.0
/*
 * openevse wake: a vehicle that has fallen asleep while it was not charged
 *
 * Many look at the station again when the pilot signal has been away. Every
 * firmware can take it away: disabled, it holds the line at -12 V; enabled, the
 * signal is back. Only a board that offers to charge already is treated so: what
 * somebody has paused or locked, before or meanwhile, stays so, and the current
 * never gets larger.
 */
#include <stdio.h>

#include "change.h"
#include "control.h"
#include "guard.h"
#include "names.h"
#include "now.h"
#include "query.h"

/* Longer than vehicles take for a glitch; and for a board to look again. */
#define AWAY_MS		4000
#define BACK_MS		20000
#define LOOK_MS		1000

/* Return: EXIT_DONE when there is somebody to wake. */
static int may_wake(struct query *query, unsigned int state)
{
	const char *name = query->device->board.name;
	uint32_t vflags = 0;
	char buffer[NAME_SIZE];

	query_vflags(query, &vflags);
	if (vflags & OPENEVSE_VFLAG_BOOT_LOCKED)
		return complain(EXIT_REFUSED, "%s is boot locked: \"openevse bootlock clear\" ends that",
				name);
	if (vflags & OPENEVSE_VFLAG_AUTH_LOCKED ||
	    (!query_ask(query, ASK_AUTH_LOCK) && query->auth_lock.enabled))
		return complain(EXIT_REFUSED, "%s is locked: \"openevse unlock\" ends that", name);
	if (state_is_off(state))
		return complain(EXIT_REFUSED, "%s is %s, and its vehicle cannot charge: \"openevse start\" ends that",
				name, state_name(state, buffer));
	if (state != OPENEVSE_STATE_B)
		return complain(EXIT_REFUSED, "%s has no vehicle to wake: its state is %s", name,
				state_name(state, buffer));
	return EXIT_DONE;
}

static bool is_switched_off(const struct openevse_event *event)
{
	return event->type == OPENEVSE_EVENT_SETTING &&
	       (event->setting.request == OPENEVSE_DISABLE ||
		event->setting.request == OPENEVSE_SLEEP);
}

/*
 * Up to the deadline, or until somebody wants to stop. @times: how often it was
 * switched off since the guard began, by us too. Return: an exit code.
 */
static int keep_away(struct guard *guard, unsigned int *times)
{
	int64_t deadline = monotonic_ms() + AWAY_MS;
	struct openevse_event event;
	enum news news;

	do {
		news = guard_wait(guard, deadline, &event);
		if (news == NEWS_EVENT && is_switched_off(&event))
			++*times;
	} while (news == NEWS_EVENT || news == NEWS_CHILD);
	if (news == NEWS_STOP)
		return complain(EXIT_ERROR, "stopped: %s gets its signal back at once",
				guard->device->board.name);
	return news == NEWS_GONE ? EXIT_GONE : EXIT_DONE;
}

/*
 * The board looks at the vehicle anew; until then its state is unknown. Not every
 * firmware tells when that changes.
 */
static int wait_back(struct guard *guard)
{
	int64_t deadline = monotonic_ms() + BACK_MS;
	struct openevse_event event;
	enum news news = NEWS_TIMEOUT;
	unsigned int state = 0;
	char buffer[NAME_SIZE];
	struct query query;
	int error;

	while (news != NEWS_GONE && news != NEWS_STOP && monotonic_ms() < deadline) {
		query_init(&query, guard->device);
		error = query_state(&query, &state);
		if (error)
			return device_error(guard->device, error, "read its state");
		if (state == OPENEVSE_STATE_B || state == OPENEVSE_STATE_C)
			return EXIT_DONE;
		news = guard_wait(guard, monotonic_ms() + LOOK_MS, &event);
	}
	if (news == NEWS_GONE)
		return EXIT_GONE;
	if (news == NEWS_STOP)
		return complain(EXIT_ERROR, "stopped: %s has its signal back, and looks for its vehicle",
				guard->device->board.name);
	return complain(EXIT_REFUSED, "%s is enabled again, and does not offer to charge: its state is %s",
			guard->device->board.name, state_name(state, buffer));
}

static int keep_current(const struct device *device, int64_t before_ma)
{
	struct query query;
	int64_t after_ma;
	int error;

	query_init(&query, device);
	error = query_offered(&query, &after_ma);
	if (error)
		return device_error(device, error, "read what it offers");
	return after_ma > before_ma ? offer_current(device, before_ma / 1000, false) : EXIT_DONE;
}

static int toggle_pilot(const struct device *device, int64_t before_ma)
{
	unsigned int times = 0;
	struct guard guard;
	int code, back;

	guard_begin(&guard, device);
	code = change(device, OPENEVSE_DISABLE, NULL, "take its signal away");
	if (!code)
		code = keep_away(&guard, &times);
	/* Refused: somebody else has done something to it just then. */
	if (code == EXIT_GONE || code == EXIT_REFUSED)
		return code;
	if (times > 1)
		return complain(EXIT_REFUSED, "another program has switched %s off meanwhile: it stays so",
				device->board.name);
	/* Also where it is not clear whether it is disabled. */
	back = change(device, OPENEVSE_ENABLE, NULL, "give its signal back");
	if (!back)
		back = keep_current(device, before_ma);
	if (!code && !back)
		back = wait_back(&guard);
	return code ? code : back;
}

static int wake(const struct device *device)
{
	struct query query;
	unsigned int state;
	int64_t before_ma;
	int error, code;

	query_init(&query, device);
	error = query_state(&query, &state);
	if (!error)
		error = query_offered(&query, &before_ma);
	if (error)
		return device_error(device, error, "wake its vehicle");
	if (state == OPENEVSE_STATE_C) {
		puts("it is charging");
		return EXIT_DONE;
	}
	code = may_wake(&query, state);
	return code ? code : toggle_pilot(device, before_ma);
}

static int run_wake(struct cli *cli)
{
	no_options(cli);
	return with_board(cli, wake);
}

const struct command wake_command = {
	.name = "wake",
	.arguments = "",
	.summary = "wake a vehicle that sleeps",
	.help = "Take the pilot signal away for four seconds, as if the plug was pulled, and give\n"
		"it back: a vehicle that waits and does not charge mostly wakes up of it. It does\n"
		"nothing to a vehicle that charges. A station that is paused, disabled or locked\n"
		"stays so (exit status 3), and the current never gets larger. \"openevse monitor\"\n"
		"tells whether the vehicle charges then.",
	.run = run_wake,
};
