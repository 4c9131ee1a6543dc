// SPDX-License-Identifier: GPL-2.0
/*
 * Boards that come and go, and programs that keep coming back to them
 *
 * Each board is a virtual FT232R whose serial number udev's rules enrol, with a
 * firmware that no other has: who opens a board by its lasting name and finds
 * another firmware has been misled. Its clients open that name again and again
 * while the cable is pulled and plugged in: some read events, some poll, some
 * ask, some set the current. Every other time the cable is pulled before the
 * board is up, wherever that hits.
 *
 *	storm_test [--cycles N] [--boards N] [--clients N] [--seed N]
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/openevse.h>

#include "../kselftest.h"

#include "simboard.h"
#include "station.h"

#define PROGRESS_MS	60000
/* Without any for this long a board counts as lost. */
#define LOST_MS		600000
#define BOARDS_MAX	4
#define CLIENTS_MAX	64
/* As the kernel's and udev's events are spread after a plug, in an emulator. */
#define EARLY_MS	1500
/* For its clients to get something out of it. */
#define USED_MS		1000
/* The kernel gives up on a socket after five tries of five seconds. */
#define NOTICED_MS	40000
#define UNNOTICED_MAX	10
#define SERIAL		"OEVSIMSTORM%d"
/* Between two looks whether something is so. With 50 they fill a debug kernel. */
#define LOOK_MS		250
/* In the range of every board, whatever its service level. */
#define LESS_MA		10000
#define MORE_MA		12000

static const char *const firmwares[BOARDS_MAX] = { "8.2.3", "3.11.3", "D4.6.0", "7.1.6" };

static struct {
	int cycles;
	int boards;
	int clients;
	unsigned int seed;
} options = { 6, BOARDS_MAX, 16, 1 };

/**
 * struct place - one board, its clients, and what came of them
 * @number: of the board
 * @link: its lasting name
 * @sim: the board
 * @plugged: it has had its socket
 * @over: the clients shall end
 * @cycles: plugged and pulled so often
 * @ups: times it came up, of those cycles that waited for it
 * @unnoticed: times USB did not see that the cable was plugged in
 * @opened: by clients
 * @gone: clients that were told of an end, the way their call has to
 * @answers: good ones
 * @misled: found another board behind the name
 * @odd: an answer or an error that cannot be
 * @failed: what the driver of this board could not do; "" for nothing
 */
struct place {
	int number;
	char link[96];
	struct simboard sim;
	atomic_bool plugged;
	atomic_bool over;
	atomic_long cycles, ups, unnoticed, opened, gone, answers, misled, odd;
	char failed[96];
};

/* --- clients --- */

static void pause_ms(unsigned int ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000l }, NULL);
}

struct client {
	struct place *place;
	int role;
	pthread_t thread;
};

static void complain(struct place *place, const char *what, int number)
{
	atomic_fetch_add(&place->odd, 1);
	ksft_print_msg("board %d: %s: %d\n", place->number, what, number);
}

/* Is it this board? While it is not up, nobody knows, and "" is all right. */
static bool is_ours(struct place *place, const struct openevse_info *info)
{
	if (!info->firmware[0] || !strcmp(info->firmware, firmwares[place->number]))
		return true;
	atomic_fetch_add(&place->misled, 1);
	ksft_print_msg("%s is a board with firmware %s\n", place->link, info->firmware);
	return false;
}

/* What a call may end with while a cable is pulled and a board starts. */
static bool ends_well(struct place *place, int error)
{
	switch (-error) {
	case 0:
		atomic_fetch_add(&place->answers, 1);
		return true;
	case ETIMEDOUT:
	case ECONNRESET:
		return true;
	case ENODEV:
		atomic_fetch_add(&place->gone, 1);
		return false;
	default:
		complain(place, "a call ended with", error);
		return false;
	}
}

static void keep_reading(struct place *place, int fd)
{
	struct openevse_event event;
	ssize_t size;

	do {
		size = read(fd, &event, sizeof(event));
	} while (size == sizeof(event));
	if (size && errno != ENODEV)
		complain(place, "a read ended with", size < 0 ? -errno : (int)size);
	else
		atomic_fetch_add(&place->gone, 1);
}

static void keep_polling(struct place *place, int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	while (!(poller.revents & (POLLHUP | POLLERR))) {
		if (poll(&poller, 1, LOST_MS) <= 0) {
			complain(place, "poll waited in vain", LOST_MS);
			return;
		}
		if (poller.revents & POLLIN)
			station_drain(fd);
	}
	atomic_fetch_add(&place->gone, 1);
}

static void keep_asking(struct place *place, int fd)
{
	struct openevse_state state;

	do {
		memset(&state, 0, sizeof(state));
	} while (ends_well(place, station_call(fd, OPENEVSE_GET_STATE, &state)));
}

static int set_current(struct place *place, int fd, __u32 ma)
{
	struct openevse_current_capacity set = { .capacity_ma = ma };
	int error = station_call(fd, OPENEVSE_SET_CURRENT_CAPACITY, &set);

	/* What another one of us has set in between is all right. */
	if (!error && set.result_ma != LESS_MA && set.result_ma != MORE_MA)
		complain(place, "the board offers", set.result_ma);
	return error;
}

/* Firmware that cannot set a current without saving it is woken up instead. */
static void keep_setting(struct place *place, int fd)
{
	int round = 0, error;

	do {
		error = set_current(place, fd, round++ % 2 ? LESS_MA : MORE_MA);
		if (error == -EOPNOTSUPP)
			error = station_call(fd, OPENEVSE_ENABLE, NULL);
	} while (ends_well(place, error));
}

static void *run_client(void *arg)
{
	static void (*const roles[])(struct place *place, int fd) = {
		keep_reading, keep_polling, keep_asking, keep_setting,
	};
	struct client *client = arg;
	struct place *place = client->place;
	struct openevse_info info;
	int fd;

	while (!atomic_load(&place->over)) {
		fd = open(place->link, O_RDWR | O_CLOEXEC);
		if (fd < 0) {
			pause_ms(LOOK_MS);
			continue;
		}
		atomic_fetch_add(&place->opened, 1);
		memset(&info, 0, sizeof(info));
		if (station_call(fd, OPENEVSE_GET_INFO, &info))
			atomic_fetch_add(&place->gone, 1);
		else if (is_ours(place, &info))
			roles[client->role](place, fd);
		else
			pause_ms(LOOK_MS);
		close(fd);
	}
	return NULL;
}

/* --- the cable --- */

static bool is_up(struct place *place)
{
	struct openevse_info info = { .link = OPENEVSE_LINK_GONE };
	int fd = open(place->link, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (station_call(fd, OPENEVSE_GET_INFO, &info))
		info.link = OPENEVSE_LINK_GONE;
	close(fd);
	return info.link == OPENEVSE_LINK_UP && is_ours(place, &info);
}

static bool is_away(struct place *place)
{
	return access(place->link, F_OK) && errno == ENOENT;
}

static bool comes_true(struct place *place, bool (*condition)(struct place *place),
		       int limit_ms)
{
	int64_t deadline = now_ms() + limit_ms;

	while (!condition(place)) {
		if (now_ms() > deadline)
			return false;
		pause_ms(LOOK_MS);
	}
	return true;
}

static bool wait_until(struct place *place, bool (*condition)(struct place *place),
		       const char *what)
{
	if (comes_true(place, condition, LOST_MS))
		return true;
	snprintf(place->failed, sizeof(place->failed), "%s, cycle %ld", what,
		 atomic_load(&place->cycles));
	return false;
}

static bool goes_in(struct place *place)
{
	return !sim_tell(&place->sim, "plug");
}

/* A port of the emulated hub is free again some time after the cable has gone. */
static bool plug(struct place *place)
{
	if (comes_true(place, goes_in, LOST_MS))
		return true;
	snprintf(place->failed, sizeof(place->failed), "no port: %.60s", place->sim.answer);
	return false;
}

static bool unplug(struct place *place)
{
	if (!sim_tell(&place->sim, "unplug"))
		return true;
	snprintf(place->failed, sizeof(place->failed), "unplug: %.60s", place->sim.answer);
	return false;
}

static bool usb_shows(struct place *place, const char *files)
{
	char serial[64];

	snprintf(serial, sizeof(serial), SERIAL, place->number);
	return sim_cable_shows(serial, files, NULL);
}

/* With an interface: udev, when it has much to do, is far behind that. */
static bool usb_has_it(struct place *place)
{
	return usb_shows(place, "/sys/bus/usb/devices/[0-9]*-*:1.0/../serial");
}

static bool usb_has_lost_it(struct place *place)
{
	return !usb_shows(place, "/sys/bus/usb/devices/[0-9]*-*/serial");
}

/*
 * An emulated socket that a cable comes back to too soon sometimes does not notice
 * it ("can't read configurations, error -110"), or takes it for the one that was
 * pulled before it had an interface: vhci-hcd leaves an empty port enabled. What
 * people do then helps.
 */
static bool plug_until_there(struct place *place)
{
	for (;;) {
		if (!wait_until(place, usb_has_lost_it, "USB keeps it") || !plug(place))
			return false;
		if (comes_true(place, usb_has_it, NOTICED_MS))
			return true;
		atomic_fetch_add(&place->unnoticed, 1);
		if (atomic_load(&place->unnoticed) > place->cycles + UNNOTICED_MAX) {
			snprintf(place->failed, sizeof(place->failed), "USB does not notice it");
			return false;
		}
		if (!unplug(place))
			return false;
	}
}

static bool run_cycle(struct place *place, unsigned int *seed)
{
	bool patient = atomic_load(&place->cycles) % 2;

	if (patient ? !plug_until_there(place) : !plug(place))
		return false;
	if (patient && !wait_until(place, is_up, "not up"))
		return false;
	atomic_fetch_add(&place->ups, patient);
	pause_ms(rand_r(seed) % (patient ? USED_MS : EARLY_MS));
	if (!unplug(place))
		return false;
	if (patient && !wait_until(place, is_away, "not away"))
		return false;
	atomic_fetch_add(&place->cycles, 1);
	return true;
}

/* A cable is put back into the socket it had first: each has one to itself. */
static bool find_socket(struct place *place, const struct place *places)
{
	int64_t deadline = now_ms() + LOST_MS;
	int i;

	atomic_store(&place->plugged, true);
	for (i = 0; i < options.boards; i++)
		while (!atomic_load(&places[i].plugged)) {
			if (now_ms() > deadline)
				return false;
			pause_ms(LOOK_MS);
		}
	return true;
}

static int run_place(struct place *place, const struct place *places)
{
	struct client clients[CLIENTS_MAX];
	unsigned int seed = options.seed * 100 + place->number;
	char words[64];
	int i;

	snprintf(words, sizeof(words), "--usb --serial " SERIAL, place->number);
	if (sim_start_build(&place->sim, firmwares[place->number], false, words) ||
	    !find_socket(place, places) || sim_tell(&place->sim, "unplug")) {
		snprintf(place->failed, sizeof(place->failed), "no simulated board");
		return 1;
	}
	for (i = 0; i < options.clients; i++) {
		clients[i].place = place;
		clients[i].role = i % 4;
		if (pthread_create(&clients[i].thread, NULL, run_client, &clients[i]))
			exit(1);
	}
	while (place->cycles < options.cycles && run_cycle(place, &seed))
		;
	atomic_store(&place->over, true);
	sim_stop(&place->sim);
	for (i = 0; i < options.clients; i++)
		pthread_join(clients[i].thread, NULL);
	return 0;
}

/* --- all of it --- */

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "cycles", required_argument, NULL, 'c' },
		{ "boards", required_argument, NULL, 'b' },
		{ "clients", required_argument, NULL, 'k' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'c')
			options.cycles = atoi(optarg);
		else if (c == 'b')
			options.boards = atoi(optarg);
		else if (c == 'k')
			options.clients = atoi(optarg);
		else if (c == 's')
			options.seed = atoi(optarg);
		else
			exit(2);
	}
	if (options.boards < 1 || options.boards > BOARDS_MAX || options.cycles < 1 ||
	    options.clients < 0 || options.clients > CLIENTS_MAX)
		ksft_exit_fail_msg("at most %d boards with %d clients\n", BOARDS_MAX,
				   CLIENTS_MAX);
}

static void wait_for_places(struct place *places, pid_t *pids)
{
	int64_t told = now_ms();
	int left = options.boards;
	int i;

	while (left) {
		for (i = 0; i < options.boards; i++)
			if (pids[i] && waitpid(pids[i], NULL, WNOHANG)) {
				pids[i] = 0;
				left--;
			}
		short_pause();
		if (now_ms() < told + PROGRESS_MS)
			continue;
		told = now_ms();
		for (i = 0; i < options.boards; i++)
			ksft_print_msg("board %d: %ld cycles\n", i,
				       atomic_load(&places[i].cycles));
	}
}

/* Names that stayed behind. */
static int count_names(void)
{
	int64_t deadline = now_ms() + LOST_MS;
	glob_t found;
	int count;

	do {
		found = (glob_t){ 0 };
		glob("/dev/openevse/by-*/*STORM*", 0, NULL, &found);
		glob("/dev/openevse[0-9]*", GLOB_APPEND, NULL, &found);
		count = found.gl_pathc;
		globfree(&found);
		short_pause();
	} while (count && now_ms() < deadline);
	return count;
}

static void report(struct place *place)
{
	ksft_print_msg("board %d: %ld cycles, up in %ld, unnoticed %ld; clients: %ld opened, %ld answers, %ld told of the end, %ld misled, %ld odd\n",
		       place->number, place->cycles, place->ups, place->unnoticed, place->opened, place->answers,
		       place->gone, place->misled, place->odd);
	if (place->failed[0])
		ksft_print_msg("board %d: %s\n", place->number, place->failed);
	ksft_test_result(!place->failed[0] && place->cycles == options.cycles,
			 "board %d comes and goes\n", place->number);
	ksft_test_result(!place->misled && !place->odd && place->opened == place->gone &&
			 (!options.clients || place->opened),
			 "clients of board %d\n", place->number);
}

int main(int argc, char **argv)
{
	pid_t pids[BOARDS_MAX];
	struct place *places;
	int i;

	ksft_print_header();
	parse(argc, argv);
	if (!sim_program())
		ksft_exit_skip("no simulated board, see OPENEVSE_BOARD\n");
	places = mmap(NULL, BOARDS_MAX * sizeof(*places), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (places == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	ksft_set_plan(2 * options.boards + 1);
	ksft_print_msg("%d cycles of each of %d boards with %d clients, seed %u\n",
		       options.cycles, options.boards, options.clients, options.seed);
	fflush(stdout);
	for (i = 0; i < options.boards; i++) {
		places[i].number = i;
		snprintf(places[i].link, sizeof(places[i].link),
			 "/dev/openevse/by-id/usb-FTDI_FT232R_USB_UART_" SERIAL "-if00-port0", i);
		pids[i] = fork();
		if (!pids[i])
			exit(run_place(&places[i], places));
	}
	wait_for_places(places, pids);
	for (i = 0; i < options.boards; i++)
		report(&places[i]);
	ksft_test_result(!count_names(), "no names stay behind\n");
	ksft_finished();
}
