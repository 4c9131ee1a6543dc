// SPDX-License-Identifier: GPL-2.0
/*
 * close() against ioctl() against read() against unplug, in every order
 *
 * openevse_delay (../../modules) holds up whoever enters one function of the driver
 * for longer than the others take to start, so that each order of starting is an
 * order of overtaking, too. One function after the other. What may come of it is
 * little: an answer or -ENODEV, and the board is gone in the end. Where the question
 * comes before the unplug there is a second run, with a board that has no answer to
 * it. The rest is for KASAN, KCSAN and lockdep to say.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"

#include "fakeboard.h"
#include "station.h"

#define DELAY_MS	25
/* Between two that start. */
#define STAGGER_MS	5
#define ACTIONS		4

static const char *const functions[] = {
	"openevse_board_create", "openevse_board_detach", "openevse_board_receive",
	"openevse_board_info", "openevse_exchange_stop", "openevse_exchange_run",
	"openevse_exchange_reply", "openevse_exchange_wakeup", "openevse_exchange_hold",
	"openevse_exchange_release", "openevse_request_put", "openevse_events_end",
	"openevse_events_learn", "openevse_reader_open", "openevse_reader_close",
	"openevse_reader_take", "openevse_reader_wait", "openevse_recall_keep",
	"openevse_open", "openevse_release", "ldisc_close", "watch_work", "transmit_work",
	"cdev_device_del", "device_release",
};

/**
 * struct race - those who run it
 * @board: at the far end
 * @station: the line
 * @shared: the file that is asked and closed
 * @reader: another file
 * @idle: and one that nobody uses while it is closed
 * @asked: what the request ended with
 * @was_read: what the last read() ended with
 */
struct race {
	struct fakeboard board;
	struct station station;
	int shared;
	int reader;
	int idle;
	int asked;
	int was_read;
};

static void do_ask(struct race *race)
{
	struct openevse_state state = { 0 };

	race->asked = station_call(race->shared, OPENEVSE_GET_STATE, &state);
}

static void do_read(struct race *race)
{
	struct openevse_event event;
	ssize_t size;

	do {
		size = read(race->reader, &event, sizeof(event));
	} while (size > 0);
	race->was_read = size ? -errno : 0;
}

/*
 * One ends here and now. The other, where it is being asked, when that is over; where
 * it is not yet, there is none to ask.
 */
static void do_close(struct race *race)
{
	close(race->idle);
	close(race->shared);
}

static void do_unplug(struct race *race)
{
	fake_unplug(&race->board);
}

enum { ASK, READ, CLOSE, UNPLUG };

static void (*const actions[ACTIONS])(struct race *race) = {
	[ASK] = do_ask, [READ] = do_read, [CLOSE] = do_close, [UNPLUG] = do_unplug,
};

/* --- one race --- */

struct runner {
	struct race *race;
	int action;
	int start_ms;
	pthread_t thread;
};

static void *run_action(void *arg)
{
	struct runner *runner = arg;

	poll(NULL, 0, runner->start_ms);
	actions[runner->action](runner->race);
	return NULL;
}

static bool begin_race(struct race *race, bool mute)
{
	memset(race, 0, sizeof(*race));
	race->shared = race->reader = race->idle = -1;
	if (station_pty(&race->station) ||
	    fake_start(&race->board, &fake_8_2_3, &race->station.master) ||
	    station_attach(&race->station) ||
	    station_wait_link(&race->station, OPENEVSE_LINK_UP))
		return false;
	race->shared = station_open(&race->station, O_RDWR);
	race->reader = station_open(&race->station, O_RDONLY);
	race->idle = station_open(&race->station, O_RDWR);
	/* No file is left but those of the race. */
	close(race->station.fd);
	race->station.fd = -1;
	if (mute)
		fake_rule(&race->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	return race->shared >= 0 && race->reader >= 0 && race->idle >= 0;
}

static void end_race(struct race *race)
{
	fake_stop(&race->board);
	close(race->reader);
	station_end(&race->station);
}

static bool is_good(const char *function, const struct race *race, const int *order,
		    bool mute)
{
	bool good = (race->asked == -ENODEV || race->asked == -EBADF ||
		     (!race->asked && !mute)) &&
		    race->was_read == -ENODEV;

	if (!good)
		ksft_print_msg("%s, order %d%d%d%d%s: asked %d, read %d\n", function,
			       order[0], order[1], order[2], order[3], mute ? ", mute" : "",
			       race->asked, race->was_read);
	return good;
}

static bool run_race(const char *function, const int *order, bool mute)
{
	struct runner runners[ACTIONS];
	struct race race;
	bool good;
	int i;

	if (!begin_race(&race, mute)) {
		ksft_print_msg("%s: no board\n", function);
		end_race(&race);
		return false;
	}
	for (i = 0; i < ACTIONS; i++) {
		runners[i] = (struct runner){ &race, order[i], i * STAGGER_MS };
		if (pthread_create(&runners[i].thread, NULL, run_action, &runners[i]))
			exit(1);
	}
	for (i = 0; i < ACTIONS; i++)
		pthread_join(runners[i].thread, NULL);
	good = is_good(function, &race, order, mute) && !station_wait_gone(&race.station);
	end_race(&race);
	return good;
}

/* --- all orders --- */

/* The next order in the sense of the dictionary; false after the last. */
static bool next_order(int *order)
{
	int i = ACTIONS - 2, j = ACTIONS - 1, left, right, swap;

	while (i >= 0 && order[i] > order[i + 1])
		i--;
	if (i < 0)
		return false;
	while (order[j] < order[i])
		j--;
	swap = order[i];
	order[i] = order[j];
	order[j] = swap;
	for (left = i + 1, right = ACTIONS - 1; left < right; left++, right--) {
		swap = order[left];
		order[left] = order[right];
		order[right] = swap;
	}
	return true;
}

static bool asks_before_unplug(const int *order)
{
	int i;

	for (i = 0; order[i] != ASK; i++)
		if (order[i] == UNPLUG)
			return false;
	return true;
}

static bool run_orders(const char *function)
{
	int order[ACTIONS] = { ASK, READ, CLOSE, UNPLUG };
	bool good = true;
	long hits;

	if (!probe_begin("openevse_delay", function, "ms=%d", DELAY_MS)) {
		ksft_print_msg("%s cannot be delayed\n", function);
		return false;
	}
	do {
		good = run_race(function, order, false) && good;
		if (asks_before_unplug(order))
			good = run_race(function, order, true) && good;
	} while (next_order(order));
	hits = probe_end("openevse_delay");
	if (hits <= 0)
		ksft_print_msg("%s was never entered\n", function);
	return good && hits > 0;
}

int main(void)
{
	size_t i;

	ksft_print_header();
	if (!probe_exists("openevse_delay"))
		ksft_exit_skip("no openevse_delay for this kernel\n");
	ksft_set_plan(ARRAY_SIZE(functions));
	for (i = 0; i < ARRAY_SIZE(functions); i++)
		ksft_test_result(run_orders(functions[i]), "%s\n", functions[i]);
	ksft_finished();
}
