// SPDX-License-Identifier: GPL-2.0
/*
 * Who may do what: every ioctl, for every kind of file and process
 *
 * Which right each takes is written down here from the contract's description, not
 * taken from the driver; a request that is not in the list fails the test, and so
 * does a feature or a relay. Whoever may not gets -EPERM, and the board hears nothing
 * of it. Whoever may gets anything else: but for item and value the argument is all
 * zeroes, which many refuse for its own sake.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest.h"

#include "simboard.h"
#include "station.h"

#include "requests.h"

#define NOBODY	65534

/* A board that was slow has been looked for, and that may happen again. */
#define TRIES	5

enum right {
	ANY	= 1 << 0,	/* any open file */
	WRITE	= 1 << 1,	/* one that is open for writing */
	ADMIN	= 1 << 2,	/* the same, and CAP_SYS_ADMIN */
	RAWIO	= 1 << 3,	/* the same, and CAP_SYS_RAWIO */
};

/* To switch it off, and to switch it on; both are tried, in this order. */
#define SWITCH(request, item, off, on) \
	{ request, off, { item, 0 } }, \
	{ request, on, { item, 1 } }
#define FEATURE(id, off, on) \
	{ OPENEVSE_GET_FEATURE, ANY, { OPENEVSE_FEATURE_##id } }, \
	SWITCH(OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_##id, off, on)
#define RELAY(id, off, on) \
	SWITCH(OPENEVSE_SET_RELAY, OPENEVSE_RELAY_##id, off, on)

/**
 * struct line - one line of the matrix
 * @number: of the request
 * @right: that it takes
 * @words: how its struct begins, item and value where it has them; zeroes follow
 */
static const struct line {
	unsigned long number;
	enum right right;
	uint32_t words[2];
} rights[] = {
	{ OPENEVSE_GET_INFO, ANY },
	{ OPENEVSE_GET_STATS, ANY },
	{ OPENEVSE_GET_CLIENT, ANY },
	{ OPENEVSE_GET_CAPABILITY, ANY },
	{ OPENEVSE_SET_TIMEOUT, ANY },
	{ OPENEVSE_SET_MAX_AGE, ANY },
	{ OPENEVSE_SET_EEPROM_GUARD, WRITE },
	{ OPENEVSE_RAW, RAWIO },
	{ OPENEVSE_GET_VERSION, ANY },
	{ OPENEVSE_GET_STATE, ANY },
	{ OPENEVSE_GET_SETTINGS, ANY },
	{ OPENEVSE_GET_CURRENT_CAPACITY_RANGE, ANY },
	{ OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE, ANY },
	{ OPENEVSE_GET_ENERGY, ANY },
	{ OPENEVSE_GET_VEHICLE, ANY },
	{ OPENEVSE_GET_TIME_LIMIT, ANY },
	{ OPENEVSE_GET_CHARGE_LIMIT, ANY },
	{ OPENEVSE_GET_AMMETER_SETTINGS, ANY },
	{ OPENEVSE_GET_VOLTMETER_SETTINGS, ANY },
	{ OPENEVSE_GET_TIMER, ANY },
	{ OPENEVSE_GET_FAULT_COUNTERS, ANY },
	{ OPENEVSE_GET_TEMPERATURE, ANY },
	{ OPENEVSE_GET_TIME, ANY },
	{ OPENEVSE_GET_HEARTBEAT, ANY },
	{ OPENEVSE_GET_SERVICE_LEVEL, ANY },
	{ OPENEVSE_GET_MENNEKES_LOCK, ANY },
	{ OPENEVSE_GET_MCU_ID, ANY },
	{ OPENEVSE_GET_RELAY_HEALTH, ANY },
	{ OPENEVSE_GET_RELAY_TIMING, ANY },
	{ OPENEVSE_GET_ZERO_CROSS, ANY },
	{ OPENEVSE_GET_RELAYS, ANY },
	{ OPENEVSE_GET_AUTH_LOCK, ANY },
	{ OPENEVSE_GET_TEMPERATURE_LIMITS, ANY },
	{ OPENEVSE_GET_PANIC_TEMPERATURE, ANY },
	{ OPENEVSE_GET_CABLE_TEMPERATURE, ANY },
	{ OPENEVSE_GET_CABLE_SENSOR, ANY },
	{ OPENEVSE_ENABLE, WRITE },
	{ OPENEVSE_DISABLE, WRITE },
	{ OPENEVSE_SLEEP, WRITE },
	{ OPENEVSE_RESET, WRITE },
	{ OPENEVSE_SET_CURRENT_CAPACITY, WRITE },
	{ OPENEVSE_SET_CURRENT_CAPACITY, WRITE, { 0, OPENEVSE_CAPACITY_SAVE } },
	{ OPENEVSE_SET_VOLTAGE, WRITE },
	{ OPENEVSE_SET_TIME_LIMIT, WRITE },
	{ OPENEVSE_SET_CHARGE_LIMIT, WRITE },
	{ OPENEVSE_SET_TIMER, WRITE },
	{ OPENEVSE_SET_TIME, WRITE },
	{ OPENEVSE_SET_HEARTBEAT, WRITE },
	{ OPENEVSE_HEARTBEAT_PULSE, WRITE },
	{ OPENEVSE_HEARTBEAT_ACKNOWLEDGE, WRITE },
	/* What is a protection takes more to be switched off. */
	FEATURE(DIODE_CHECK, ADMIN, WRITE),
	FEATURE(VENT_CHECK, ADMIN, WRITE),
	FEATURE(GROUND_CHECK, ADMIN, WRITE),
	FEATURE(STUCK_RELAY_CHECK, ADMIN, WRITE),
	FEATURE(GFCI_TEST, ADMIN, WRITE),
	FEATURE(TEMPERATURE_CHECK, ADMIN, WRITE),
	FEATURE(OVER_CURRENT_CHECK, ADMIN, WRITE),
	FEATURE(BUTTON, WRITE, WRITE),
	FEATURE(BOOT_LOCK, ADMIN, WRITE),
	/* On it takes the pin from the cable sensors, which protect, too. */
	FEATURE(PP_AUTO_AMPACITY, ADMIN, ADMIN),
	FEATURE(ZERO_CROSS, WRITE, WRITE),
	FEATURE(RGB_LCD, WRITE, WRITE),
	FEATURE(CABLE_TEMPERATURE_CHECK, ADMIN, WRITE),
	{ OPENEVSE_SET_AUTH_LOCK, WRITE },
	{ OPENEVSE_SET_MENNEKES_LOCK, WRITE },
	{ OPENEVSE_SET_MENNEKES_MANUAL, WRITE },
	{ OPENEVSE_SET_LCD_UPDATES, WRITE },
	{ OPENEVSE_SET_LCD_BACKLIGHT_COLOR, WRITE },
	{ OPENEVSE_DISPLAY_TEXT, WRITE },
	{ OPENEVSE_PRESS_BUTTON, WRITE },
	{ OPENEVSE_CLEAR_BOOT_LOCK, WRITE },
	{ OPENEVSE_SET_ECHO, WRITE },
	{ OPENEVSE_SET_CURRENT_CAPACITY_MAX, ADMIN },
	{ OPENEVSE_SET_ACCUMULATED_WH, ADMIN },
	{ OPENEVSE_SET_AMMETER_SETTINGS, ADMIN },
	{ OPENEVSE_SET_VOLTMETER_SETTINGS, ADMIN },
	{ OPENEVSE_SET_AMMETER_CALIBRATION, ADMIN },
	{ OPENEVSE_SET_SERVICE_LEVEL, ADMIN },
	{ OPENEVSE_SET_ZERO_CROSS, ADMIN },
	RELAY(DC1, ADMIN, ADMIN),
	RELAY(DC2, ADMIN, ADMIN),
	RELAY(AC, ADMIN, ADMIN),
	{ OPENEVSE_SET_TEMPERATURE_LIMITS, ADMIN },
	{ OPENEVSE_SET_PANIC_TEMPERATURE, ADMIN },
	{ OPENEVSE_SET_CABLE_SENSOR, ADMIN },
	{ OPENEVSE_CLEAR_COUNTERS, ADMIN },
	{ OPENEVSE_RESET_RELAY_HEALTH, ADMIN },
	{ OPENEVSE_RECOVER_RELAY, ADMIN },
};

static struct simboard sim;
static struct station station;

/* --- is it all there? --- */

static const char *name_of(unsigned long number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].number == number)
			return requests[i].name;
	return NULL;
}

static bool is_listed(unsigned long number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rights); i++)
		if (rights[i].number == number)
			return true;
	return false;
}

static bool is_switched(unsigned long number, uint32_t item, uint32_t on)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rights); i++)
		if (rights[i].number == number && rights[i].words[0] == item &&
		    rights[i].words[1] == on)
			return true;
	return false;
}

static bool every_request_is_listed(void)
{
	bool all = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		/* The only one of the tty. */
		if (is_listed(requests[i].number) ||
		    requests[i].number == OPENEVSE_TTY_GET_INDEX)
			continue;
		ksft_print_msg("%s: which right does it take?\n", requests[i].name);
		all = false;
	}
	/* Or the header was not understood. */
	for (i = 0; i < ARRAY_SIZE(rights); i++)
		all &= !!name_of(rights[i].number);
	return all;
}

static bool every_item_is_listed(void)
{
	size_t i, switches = 0;
	bool all = true;

	for (i = 0; i < ARRAY_SIZE(items); i++) {
		if (is_switched(items[i].number, items[i].item, 0) &&
		    is_switched(items[i].number, items[i].item, 1))
			continue;
		ksft_print_msg("%s: which right does it take, off and on?\n", items[i].name);
		all = false;
	}
	for (i = 0; i < ARRAY_SIZE(rights); i++)
		switches += rights[i].number == OPENEVSE_SET_FEATURE ||
			    rights[i].number == OPENEVSE_SET_RELAY;
	return all && switches == 2 * ARRAY_SIZE(items);
}

/* --- processes --- */

static void become_nobody(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		exit(1);
}

/* All capabilities there are, in a name space of its own making. */
static void be_root_of_nothing(void)
{
	become_nobody();
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER))
		exit(1);
}

static void without_admin(void)
{
	if (drop_capability(CAP_SYS_ADMIN))
		exit(1);
}

static void without_rawio(void)
{
	if (drop_capability(CAP_SYS_RAWIO))
		exit(1);
}

static struct sock_filter load_word(size_t offset)
{
	return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}

/* Goes on to the next one if it is @word, and skips that if not. */
static struct sock_filter only_if(uint32_t word)
{
	return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word, 0, 1);
}

static struct sock_filter unless(uint32_t word)
{
	return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word, 1, 0);
}

static struct sock_filter verdict(uint32_t what)
{
	return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what);
}

/*
 * As a sandbox does it that sees the number and not the struct: the number alone
 * tells whether anything may be changed. The kernel takes the lower 32 bits of it.
 */
static void only_questions(void)
{
	size_t lower = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(uint32_t) : 0;
	struct sock_filter filter[5 + 2 * ARRAY_SIZE(rights)], *next = filter;
	struct sock_fprog program = { .filter = filter };
	size_t i;

	*next++ = load_word(offsetof(struct seccomp_data, nr));
	*next++ = unless(SYS_ioctl);
	*next++ = verdict(SECCOMP_RET_ALLOW);
	*next++ = load_word(offsetof(struct seccomp_data, args[1]) + lower);
	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		if (rights[i].right != ANY)
			continue;
		*next++ = only_if(rights[i].number);
		*next++ = verdict(SECCOMP_RET_ALLOW);
	}
	*next++ = verdict(SECCOMP_RET_ERRNO | EPERM);
	program.len = next - filter;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		exit(1);
}

/**
 * struct actor - a process with a file
 * @name: who it is
 * @become: makes it that; the file was open before
 * @flags: the file's
 * @rights: that it has
 */
static const struct actor {
	const char *name;
	void (*become)(void);
	int flags;
	unsigned int rights;
} actors[] = {
	{ "root with a read-only file", NULL, O_RDONLY, ANY },
	{ "root", NULL, O_RDWR, ANY | WRITE | ADMIN | RAWIO },
	{ "root without CAP_SYS_ADMIN", without_admin, O_RDWR, ANY | WRITE | RAWIO },
	{ "root without CAP_SYS_RAWIO", without_rawio, O_RDWR, ANY | WRITE | ADMIN },
	{ "nobody, given a writable file", become_nobody, O_RDWR, ANY | WRITE },
	{ "nobody, given a read-only file", become_nobody, O_RDONLY, ANY },
	{ "root of a user name space, given a writable file", be_root_of_nothing, O_RDWR,
	  ANY | WRITE },
	{ "root of a user name space, given a read-only file", be_root_of_nothing, O_RDONLY,
	  ANY },
	{ "root where a filter permits questions", only_questions, O_RDWR, ANY },
};

/* This board can switch a feature at any time, or has not got it. */
static bool is_right(const struct line *line, bool permitted, int result)
{
	if (permitted && line->number == OPENEVSE_SET_FEATURE)
		return !result || result == -EOPNOTSUPP;
	return permitted == (result != -EPERM);
}

/*
 * All that it may do, or all that it may not.
 *
 * Return: how many were not as they have to be.
 */
static int try_requests(const struct actor *actor, int fd, bool permitted)
{
	uint32_t argument[256];
	int result, wrong = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		if (!(actor->rights & rights[i].right) == permitted)
			continue;
		memset(argument, 0, sizeof(argument));
		memcpy(argument, rights[i].words, sizeof(rights[i].words));
		result = station_call(fd, rights[i].number, argument);
		if (is_right(&rights[i], permitted, result))
			continue;
		ksft_print_msg("%s: %s { %u, %u } ended with %d\n", actor->name,
			       name_of(rights[i].number), rights[i].words[0],
			       rights[i].words[1], result);
		wrong++;
	}
	return wrong;
}

/* Commands wait in line: what was sent before has been heard when this is answered. */
static bool ask_version(int fd)
{
	struct openevse_version version;

	return !station_call(fd, OPENEVSE_GET_VERSION, &version);
}

/* Out of the last answer, which leaves out what has never been heard. */
static long heard(const char *key)
{
	long times = sim_said(&sim, key, 10);

	return times < 0 ? 0 : times;
}

/*
 * What is refused for its rights never gets as far as the board: all it hears is the
 * version asked for behind it. The driver asks for these three by itself when it
 * takes a slow board for lost; but not each time, as what is wrong would be.
 */
static int try_refused(const struct actor *actor, int fd)
{
	int tries, wrong;

	for (tries = 0; tries < TRIES; tries++) {
		if (!ask_version(fd))
			continue;
		if (sim_tell(&sim, "stats clear"))
			break;
		wrong = try_requests(actor, fd, false);
		if (wrong)
			return wrong;
		ask_version(fd);
		if (sim_tell(&sim, "stats"))
			break;
		if (heard("frames") == 1 && heard("GV") == 1)
			return 0;
		if (heard("frames") != heard("GV") + heard("GE") + heard("GS"))
			break;
	}
	ksft_print_msg("%s: of what it may not do the board has heard: %.100s\n", actor->name,
		       sim.answer);
	return 1;
}

static bool run_child(void (*body)(const void *arg), const void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		body(arg);
		fflush(stdout);
		_exit(1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

static void act(const void *arg)
{
	const struct actor *actor = arg;
	int fd = station_open(&station, actor->flags);
	int wrong;

	if (fd < 0)
		return;
	if (actor->become)
		actor->become();
	/* As long as nothing has been done that the board may still be at. */
	wrong = try_refused(actor, fd) + try_requests(actor, fd, true);
	fflush(stdout);
	_exit(!!wrong);
}

/* --- the node --- */

static bool opens(int flags)
{
	int fd = open(station.path, flags | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void open_as_nobody(const void *arg)
{
	become_nobody();
	_exit(opens(O_RDONLY) || opens(O_RDWR) || errno != EACCES);
}

static void open_as_member(const void *arg)
{
	struct group *group = getgrnam("openevse");

	if (!group || setgroups(1, &group->gr_gid) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return;
	_exit(!opens(O_RDWR));
}

/* In a sandbox that has read() and nothing else, events still come. */
static void read_in_a_sandbox(const void *arg)
{
	int fd = station_open(&station, O_RDONLY);
	struct openevse_event event;
	bool good;

	if (fd < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		return;
	good = read(fd, &event, sizeof(event)) == sizeof(event) &&
	       event.flags & OPENEVSE_EVENT_FLAG_INITIAL;
	syscall(SYS_exit, !good);
}

int main(void)
{
	size_t i;

	ksft_print_header();
	if (geteuid())
		ksft_exit_skip("not root\n");
	if (!sim_program())
		ksft_exit_skip("no simulated board, see OPENEVSE_BOARD\n");
	if (sim_start(&sim, "8.2.3", false) || station_tty(&station, sim.tty) ||
	    station_attach(&station) || station_wait_link(&station, OPENEVSE_LINK_UP) ||
	    station_attribute(&station, "poll_interval_ms", "0"))
		ksft_exit_fail_msg("no board\n");
	ksft_set_plan(ARRAY_SIZE(actors) + 5);
	ksft_test_result(every_request_is_listed(), "every request is listed\n");
	ksft_test_result(every_item_is_listed(), "every feature and relay is listed\n");
	for (i = 0; i < ARRAY_SIZE(actors); i++)
		ksft_test_result(run_child(act, &actors[i]), "%s\n", actors[i].name);
	ksft_test_result(run_child(open_as_nobody, NULL), "nobody cannot open the device\n");
	ksft_test_result(run_child(open_as_member, NULL), "a member of the group can\n");
	ksft_test_result(run_child(read_in_a_sandbox, NULL), "read() under seccomp\n");
	station_end(&station);
	sim_stop(&sim);
	ksft_finished();
}
