// SPDX-License-Identifier: GPL-2.0
/*
 * Everything at once, at random: bytes for the discipline, requests with any
 * argument, reads, polls, closes, disciplines that come and go, hangups
 *
 * Threads of three kinds meet on a few lines. *Lines* are made and torn down by one
 * thread each: ptys that are fed garbage with pieces of frames in it, simulated
 * boards on a bad line, and one on a virtual FT232R, which is pulled and marks bytes
 * as damaged. *Attachers* open the lines' ttys and change what can be changed of them.
 * *Users* open whatever board there is and ask for anything. Both get a signal each
 * second, wherever they are. Nobody checks an answer: what is looked for is said by
 * the kernel, in its log, under KASAN, KCSAN and lockdep. That all of it can be taken
 * away afterwards, and a fresh board works, is checked.
 *
 *	chaos_test [--steps N] [--seed N]
 *
 * A step is one system call of an attacher or a user.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "../kselftest.h"

#include "simboard.h"
#include "station.h"

#include "requests.h"

#define LINES		4
#define CABLE		3
#define ATTACHERS	3
#define USERS		6
#define PROGRESS_MS	60000
#define SIGNAL_MS	1000

static struct {
	long steps;
	unsigned int seed;
} options = { 20000, 1 };

/* Where the lines are now; "" for nowhere. Whoever reads half of a name finds nothing. */
static char paths[LINES][64];
static pthread_mutex_t paths_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_long steps, cables;
static atomic_bool over;
static int discipline;

/* --- chance --- */

static unsigned int up_to(unsigned int *seed, unsigned int count)
{
	return rand_r(seed) % count;
}

static void fill(unsigned int *seed, void *bytes, size_t size)
{
	unsigned char *byte = bytes;

	while (size--)
		*byte++ = rand_r(seed) >> 8;
}

/* Mostly small numbers: what is out of range at once is soon refused. */
static void fill_argument(unsigned int *seed, void *argument, size_t size)
{
	unsigned int *word = argument;
	size_t i;

	memset(argument, 0, size);
	switch (up_to(seed, 4)) {
	case 0:
		fill(seed, argument, size);
		break;
	case 1:
	case 2:
		for (i = 0; i < size / sizeof(*word); i++)
			if (!up_to(seed, 3))
				word[i] = up_to(seed, 30);
		break;
	}
}

/* --- lines --- */

static void set_path(int line, const char *path)
{
	pthread_mutex_lock(&paths_lock);
	snprintf(paths[line], sizeof(paths[line]), "%s", path);
	pthread_mutex_unlock(&paths_lock);
}

static void get_path(int line, char path[64])
{
	pthread_mutex_lock(&paths_lock);
	memcpy(path, paths[line], sizeof(paths[line]));
	pthread_mutex_unlock(&paths_lock);
}

static size_t make_noise(unsigned int *seed, char bytes[256])
{
	static const char *const pieces[] = {
		"$OK 8.2.3 5.2.1^2F\r", "$OK\r", "$NK\r", "$AT 01 01 16 0040^5F\r", "$ST 02\r",
		"$AB 00 8.2.3^21\r", "$OK 254 0\r", "$$$$", "^^", "\r\r\r", "$WF 01^25\r",
		"$AN 1^2A\r", " :01", "$OK 8.2.3 5.2.1 :01", "$GS*BE\r",
	};
	size_t size = up_to(seed, 64);
	const char *piece;

	fill(seed, bytes, size);
	while (size < 200 && up_to(seed, 4)) {
		piece = pieces[up_to(seed, ARRAY_SIZE(pieces))];
		memcpy(bytes + size, piece, strlen(piece));
		size += strlen(piece);
	}
	return size;
}

/* Feeds what nobody would, takes what there is, and is pulled out at last. */
static void run_garbage(int line, unsigned int *seed)
{
	int rounds = up_to(seed, 400), flags;
	struct station station;
	char bytes[256];

	if (station_pty(&station))
		return;
	set_path(line, ttyname(station.tty));
	flags = fcntl(station.master, F_GETFL);
	fcntl(station.master, F_SETFL, flags | O_NONBLOCK);
	while (rounds-- && !atomic_load(&over)) {
		if (write(station.master, bytes, make_noise(seed, bytes)) < 0)
			short_pause();
		if (read(station.master, bytes, sizeof(bytes)) < 0 && up_to(seed, 2))
			short_pause();
	}
	set_path(line, "");
	station_end(&station);
}

/* What only a cable knows is refused by a board on a pty. */
static void run_board(int line, unsigned int *seed, bool on_cable)
{
	static const char *const firmwares[] = { "8.2.3", "3.11.3", "D4.6.0", "9.2.0" };
	static const char *const happenings[] = {
		"reset", "noise 0.05", "noise 0", "pilot C", "pilot A", "echo on", "gfi",
		"stall 300", "chop 0.1", "late 0.3 400", "drop 3", "corrupt 3", "deaf on",
		"deaf off", "button short", "send \\$OK\\r", "send \\$ST 0\\r",
		"break", "break", "unplug", "plug",
	};
	const char *firmware = firmwares[up_to(seed, ARRAY_SIZE(firmwares))];
	int rounds = up_to(seed, 30);
	struct simboard sim;

	if (on_cable ? sim_start_usb(&sim, firmware, false, "") :
		       sim_start(&sim, firmware, false))
		rounds = 0;
	else
		set_path(line, sim.tty);
	atomic_fetch_add(&cables, on_cable && rounds);
	while (rounds-- && !atomic_load(&over)) {
		sim_tell(&sim, "%s", happenings[up_to(seed, ARRAY_SIZE(happenings))]);
		poll(NULL, 0, up_to(seed, 100));
	}
	set_path(line, "");
	sim_stop(&sim);
}

static void *run_line(void *arg)
{
	int line = (long)arg;
	unsigned int seed = options.seed * 1000 + line;

	while (!atomic_load(&over)) {
		if (line % 2)
			run_board(line, &seed, line == CABLE);
		else
			run_garbage(line, &seed);
	}
	return NULL;
}

/* --- attachers --- */

static void change_settings(unsigned int *seed, int tty)
{
	struct termios settings;

	if (tcgetattr(tty, &settings))
		return;
	if (up_to(seed, 2))
		cfmakeraw(&settings);
	else
		fill(seed, &settings.c_iflag, sizeof(settings.c_iflag));
	tcsetattr(tty, TCSANOW, &settings);
}

/* Return: false when the tty is to be closed. */
static bool change_tty(unsigned int *seed, int tty)
{
	static const int actions[] = { TCOOFF, TCOON, TCIOFF, TCION };
	char bytes[16];
	__u32 index;
	int number;

	atomic_fetch_add(&steps, 1);
	fill(seed, bytes, sizeof(bytes));
	switch (up_to(seed, 12)) {
	case 0 ... 3:
		number = up_to(seed, 3) ? discipline : 0;
		ioctl(tty, TIOCSETD, &number);
		return true;
	case 4:
		change_settings(seed, tty);
		return true;
	case 5:
		return ioctl(tty, TIOCSTI, bytes) <= 0;
	case 6:
		return ioctl(tty, TCFLSH, up_to(seed, 4)) <= 0;
	case 7:
		ioctl(tty, TCXONC, actions[up_to(seed, ARRAY_SIZE(actions))]);
		return !ioctl(tty, TCXONC, TCOON);
	case 8:
		return ioctl(tty, OPENEVSE_TTY_GET_INDEX, &index) <= 0;
	case 9:
		return read(tty, bytes, sizeof(bytes)) < 0;
	case 10:
		return write(tty, bytes, up_to(seed, sizeof(bytes))) <= 0;
	default:
		return up_to(seed, 4);
	}
}

static void *run_attacher(void *arg)
{
	unsigned int seed = options.seed * 1000 + 100 + (long)arg;
	char path[64];
	int tty;

	while (!atomic_load(&over)) {
		get_path(up_to(&seed, LINES), path);
		tty = path[0] ? open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
		if (tty < 0) {
			short_pause();
			continue;
		}
		/* Long enough attached for the users to find it. */
		while (change_tty(&seed, tty) && !atomic_load(&over))
			poll(NULL, 0, up_to(&seed, 40));
		if (!up_to(&seed, 8))
			ioctl(tty, TIOCVHANGUP);
		close(tty);
	}
	return NULL;
}

/* --- users --- */

static void ask(unsigned int *seed, int fd)
{
	unsigned long request = requests[up_to(seed, ARRAY_SIZE(requests))].number;
	char argument[1024];

	fill_argument(seed, argument, sizeof(argument));
	if (!up_to(seed, 50))		/* a pointer to nowhere */
		ioctl(fd, request, up_to(seed, 4096));
	else if (!up_to(seed, 50))	/* a number that is nearly one: of another size, say */
		ioctl(fd, request ^ (1UL << up_to(seed, 32)), argument);
	else
		ioctl(fd, request, argument);
}

static void use(unsigned int *seed, int fd)
{
	struct pollfd poller = { .fd = fd, .events = up_to(seed, 64) };
	struct openevse_event events[4];

	atomic_fetch_add(&steps, 1);
	switch (up_to(seed, 8)) {
	case 0 ... 4:
		ask(seed, fd);
		break;
	case 5:
		if (read(fd, events, up_to(seed, sizeof(events) + 1)) < 0)
			short_pause();
		break;
	case 6:
		poll(&poller, 1, up_to(seed, 5));
		break;
	case 7:
		fcntl(fd, F_SETFL, up_to(seed, 2) ? O_NONBLOCK : 0);
		break;
	}
}

/* A reader that nothing reaches any more would wait for ever; nobody else does. */
static int open_board(unsigned int *seed)
{
	static const int modes[] = { O_RDONLY, O_RDWR, O_WRONLY };
	struct openevse_timeout timeout = { .timeout_ms = 1 + up_to(seed, 300) };
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/openevse%u", up_to(seed, LINES + 1));
	fd = open(path, modes[up_to(seed, 3)] | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0)
		ioctl(fd, OPENEVSE_SET_TIMEOUT, &timeout);
	return fd;
}

static void *run_user(void *arg)
{
	unsigned int seed = options.seed * 1000 + 200 + (long)arg;
	int fd, rounds, copy;

	while (!atomic_load(&over)) {
		fd = open_board(&seed);
		if (fd < 0) {
			short_pause();
			continue;
		}
		copy = up_to(&seed, 4) ? -1 : dup(fd);
		for (rounds = up_to(&seed, 60); rounds && !atomic_load(&over); rounds--)
			use(&seed, rounds % 2 && copy >= 0 ? copy : fd);
		close(fd);
		if (copy >= 0)
			close(copy);
	}
	return NULL;
}

/* --- all of it --- */

static void on_signal(int number)
{
}

static void start(pthread_t *thread, void *(*body)(void *arg), long number)
{
	if (pthread_create(thread, NULL, body, (void *)number))
		ksft_exit_fail_msg("no thread\n");
}

static void signal_all(const pthread_t threads[ATTACHERS + USERS])
{
	size_t i;

	for (i = 0; i < ATTACHERS + USERS; i++)
		pthread_kill(threads[i], SIGUSR1);
}

/* Return: did they all get their turn? */
static bool wait_for_steps(const pthread_t threads[ATTACHERS + USERS])
{
	int64_t told = now_ms(), moved = told, signalled = told;
	long last = 0, now;

	while ((now = atomic_load(&steps)) < options.steps) {
		short_pause();
		if (now != last)
			moved = now_ms();
		last = now;
		if (now_ms() > moved + 2 * PATIENCE_MS)
			return false;
		if (now_ms() >= signalled + SIGNAL_MS) {
			signalled = now_ms();
			signal_all(threads);
		}
		if (now_ms() < told + PROGRESS_MS)
			continue;
		told = now_ms();
		ksft_print_msg("%ld steps\n", now);
	}
	return true;
}

/*
 * A signal is what ends TIOCSETD on a ttyUSB that somebody hangs up meanwhile: it waits
 * for the output to be sent, and the kernel (6.12) wakes it before it drops the output.
 */
static bool join(pthread_t thread, const char *who, bool by_signal)
{
	int64_t end = now_ms() + 2 * PATIENCE_MS;
	struct timespec until;

	do {
		if (by_signal)
			pthread_kill(thread, SIGUSR1);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += SIGNAL_MS / 1000;
		if (!pthread_timedjoin_np(thread, NULL, &until))
			return true;
	} while (now_ms() < end);
	ksft_print_msg("%s does not end\n", who);
	return false;
}

static bool run_chaos(void)
{
	pthread_t lines[LINES], others[ATTACHERS + USERS];
	struct sigaction action = { .sa_handler = on_signal };
	bool good;
	long i;

	sigaction(SIGUSR1, &action, NULL);
	for (i = 0; i < LINES; i++)
		start(&lines[i], run_line, i);
	for (i = 0; i < ATTACHERS; i++)
		start(&others[i], run_attacher, i);
	for (i = 0; i < USERS; i++)
		start(&others[ATTACHERS + i], run_user, i);
	good = wait_for_steps(others);
	atomic_store(&over, true);
	for (i = 0; i < LINES; i++)
		good &= join(lines[i], "a line", false);
	for (i = 0; i < ATTACHERS + USERS; i++)
		good &= join(others[i], i < ATTACHERS ? "an attacher" : "a user", true);
	ksft_print_msg("%ld cables\n", atomic_load(&cables));
	return good;
}

static bool fresh_board_works(void)
{
	struct openevse_version version = { 0 };
	struct station station;
	struct simboard sim;
	bool good;

	good = !sim_start(&sim, "8.2.3", false) && !station_tty(&station, sim.tty) &&
	       !station_attach(&station) && !station_wait_link(&station, OPENEVSE_LINK_UP) &&
	       !station_call(station.fd, OPENEVSE_GET_VERSION, &version) &&
	       !strcmp(version.firmware, "8.2.3");
	station_end(&station);
	sim_stop(&sim);
	return good;
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "steps", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'n')
			options.steps = atol(optarg);
		else if (c == 's')
			options.seed = strtoul(optarg, NULL, 10);
		else
			exit(2);
	}
}

int main(int argc, char **argv)
{
	ksft_print_header();
	parse(argc, argv);
	if (!sim_program())
		ksft_exit_skip("no simulated board, see OPENEVSE_BOARD\n");
	discipline = station_discipline();
	if (discipline < 0)
		ksft_exit_fail_msg("the driver is not loaded\n");
	ksft_set_plan(2);
	ksft_print_msg("%ld steps, seed %u\n", options.steps, options.seed);
	ksft_test_result(run_chaos(), "chaos\n");
	ksft_test_result(fresh_board_works(), "a fresh board works\n");
	ksft_finished();
}
