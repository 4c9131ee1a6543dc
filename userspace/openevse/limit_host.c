// SPDX-License-Identifier: GPL-2.0
/*
 * A limit for firmware that has none
 *
 * While it charges, the board is asked every few seconds how much the session has
 * had: in any other state its counters may still be those of the last one. A
 * board that does not answer for a while is waited for, because nobody else
 * keeps the limit.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "change.h"
#include "guard.h"
#include "limit_host.h"
#include "names.h"
#include "now.h"
#include "query.h"
#include "session.h"

#define LOOK_MS	5000

/**
 * struct keeper - of one limit
 * @device: the board
 * @limit: the limit
 * @connected: the vehicle has been seen
 * @last: what the board's counter was, and begins at 0 when it restarts
 * @total: what the session has had
 * @answered: the board has; what it cannot do it would have said by now
 */
struct keeper {
	const struct device *device;
	const struct host_limit *limit;
	bool connected;
	bool answered;
	int64_t last;
	int64_t total;
};

static int read_session(struct query *query, const struct host_limit *limit, int64_t *value)
{
	uint32_t seconds;
	int error;

	if (limit->mwh)
		return query_session(query, value);
	error = query_elapsed(query, &seconds);
	*value = seconds;
	return error;
}

/* Return: 0 to go on, 1 when it is over, or a negative errno. */
static int end_session(struct keeper *keeper, struct query *query)
{
	int64_t limit = keeper->limit->mwh ? keeper->limit->mwh : keeper->limit->seconds;
	int64_t value;
	int error = read_session(query, keeper->limit, &value);

	if (error)
		return error;
	keeper->total += session_growth(keeper->last, value);
	keeper->last = value;
	if (keeper->total < limit)
		return 0;
	if (ioctl(keeper->device->fd, OPENEVSE_SLEEP))
		return -errno;
	printf("%s is paused: the limit is reached\n", keeper->device->board.name);
	return 1;
}

/* The same. */
static int look(struct keeper *keeper)
{
	struct query query;
	unsigned int state;
	int error, connected = -1;

	query_init(&query, keeper->device);
	error = query_state(&query, &state);
	if (!error && state == OPENEVSE_STATE_C) {
		keeper->connected = true;
		return end_session(keeper, &query);
	}
	if (!error && !keeper->answered)
		error = read_session(&query, keeper->limit, &(int64_t){ 0 });
	if (error || state == OPENEVSE_STATE_UNKNOWN || query_connected(&query, &connected))
		return error;
	if (connected)
		keeper->connected = true;
	if (connected || !keeper->connected)
		return 0;
	printf("%s: the vehicle has left before the limit\n", keeper->device->board.name);
	return 1;
}

static void announce(const struct keeper *keeper)
{
	const struct host_limit *limit = keeper->limit;
	char text[NAME_SIZE];

	printf("%s is paused after %s %s of this session, as long as this command runs\n",
	       keeper->device->board.name,
	       milli(limit->mwh ? limit->mwh / 1000 : limit->seconds * 1000 / 60, text),
	       limit->mwh ? "kWh" : "min");
	fflush(stdout);
}

int keep_limit(const struct device *device, const struct host_limit *limit)
{
	struct keeper keeper = { .device = device, .limit = limit };
	struct openevse_event event;
	struct guard guard;
	enum news news;
	int result;

	guard_begin(&guard, device);
	for (;;) {
		result = look(&keeper);
		if (result > 0)
			return EXIT_DONE;
		if (result < 0 && (!keeper.answered || !error_is_passing(result)))
			return device_error(device, result, "keep the limit");
		if (!keeper.answered)
			announce(&keeper);
		keeper.answered = true;
		news = guard_wait(&guard, monotonic_ms() + LOOK_MS, &event);
		if (news == NEWS_GONE)
			return EXIT_GONE;
		if (news == NEWS_STOP)
			return complain(EXIT_ERROR, "stopped before the limit: nothing ends the session of %s now",
					device->board.name);
	}
}
