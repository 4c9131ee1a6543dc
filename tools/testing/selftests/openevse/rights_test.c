// SPDX-License-Identifier: GPL-2.0
/*
 * Who may do what: every ioctl, for every kind of file and process
 *
 * Which right each takes is written down here from the contract's description, not
 * taken from the driver; a request that is not in the list fails the test. Whoever
 * may not gets -EPERM, and the board hears nothing of it. Whoever may gets anything
 * else: the argument is all zeroes, which many refuse for its own sake.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
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

enum right {
	ANY = 1,	/* any open file */
	WRITE,		/* one that is open for writing */
	ADMIN,		/* the same, and CAP_SYS_ADMIN */
	RAWIO,		/* the same, and CAP_SYS_RAWIO */
};

static const struct {
	unsigned long number;
	enum right right;
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
	{ OPENEVSE_GET_FEATURE, ANY },
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
	{ OPENEVSE_SET_VOLTAGE, WRITE },
	{ OPENEVSE_SET_TIME_LIMIT, WRITE },
	{ OPENEVSE_SET_CHARGE_LIMIT, WRITE },
	{ OPENEVSE_SET_TIMER, WRITE },
	{ OPENEVSE_SET_TIME, WRITE },
	{ OPENEVSE_SET_HEARTBEAT, WRITE },
	{ OPENEVSE_HEARTBEAT_PULSE, WRITE },
	{ OPENEVSE_HEARTBEAT_ACKNOWLEDGE, WRITE },
	/* Switching a protection off; on is below. */
	{ OPENEVSE_SET_FEATURE, ADMIN },
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
	{ OPENEVSE_SET_RELAY, ADMIN },
	{ OPENEVSE_SET_TEMPERATURE_LIMITS, ADMIN },
	{ OPENEVSE_SET_PANIC_TEMPERATURE, ADMIN },
	{ OPENEVSE_SET_CABLE_SENSOR, ADMIN },
	{ OPENEVSE_CLEAR_COUNTERS, ADMIN },
	{ OPENEVSE_RESET_RELAY_HEALTH, ADMIN },
	{ OPENEVSE_RECOVER_RELAY, ADMIN },
};

static struct simboard sim;
static struct station station;

static enum right right_of(unsigned long number)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rights); i++)
		if (rights[i].number == number)
			return rights[i].right;
	return 0;
}

static bool every_request_is_listed(void)
{
	bool all = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		/* The only one of the tty. */
		if (right_of(requests[i].number) ||
		    requests[i].number == OPENEVSE_TTY_GET_INDEX)
			continue;
		ksft_print_msg("%s: which right does it take?\n", requests[i].name);
		all = false;
	}
	return all && ARRAY_SIZE(requests) == ARRAY_SIZE(rights) + 1;
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

/**
 * struct actor - a process with a file
 * @name: who it is
 * @become: makes it that; the file was open before
 * @writable: the file
 * @admin: it may what takes CAP_SYS_ADMIN...
 * @rawio: ...and CAP_SYS_RAWIO
 */
static const struct actor {
	const char *name;
	void (*become)(void);
	bool writable, admin, rawio;
} actors[] = {
	{ "root with a read-only file", NULL, false, true, true },
	{ "root", NULL, true, true, true },
	{ "root without CAP_SYS_ADMIN", without_admin, true, false, true },
	{ "root without CAP_SYS_RAWIO", without_rawio, true, true, false },
	{ "nobody, given a writable file", become_nobody, true, false, false },
	{ "nobody, given a read-only file", become_nobody, false, false, false },
	{ "root of a user name space", be_root_of_nothing, true, false, false },
};

static bool may(const struct actor *actor, enum right right)
{
	switch (right) {
	case ANY:
		return true;
	case WRITE:
		return actor->writable;
	case ADMIN:
		return actor->writable && actor->admin;
	case RAWIO:
		return actor->writable && actor->rawio;
	}
	return false;
}

/* A feature or relay that there is: what is none is refused for that. */
static void name_item(unsigned long number, void *argument)
{
	switch (number) {
	case OPENEVSE_GET_FEATURE:
	case OPENEVSE_SET_FEATURE:
		((struct openevse_feature *)argument)->feature = OPENEVSE_FEATURE_DIODE_CHECK;
		break;
	case OPENEVSE_SET_RELAY:
		((struct openevse_relay *)argument)->relay = 1;
		break;
	}
}

/* Return: how many were not as they have to be. */
static int try_requests(const struct actor *actor, int fd)
{
	char argument[1024];
	int result, wrong = 0;
	bool permitted;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		memset(argument, 0, sizeof(argument));
		name_item(rights[i].number, argument);
		result = station_call(fd, rights[i].number, argument);
		permitted = may(actor, rights[i].right);
		if (permitted == (result != -EPERM))
			continue;
		ksft_print_msg("%s: %#lx ended with %d\n", actor->name, rights[i].number,
			       result);
		wrong++;
	}
	return wrong;
}

/* A protection is switched on by anybody who may control. */
static int try_protection(const struct actor *actor, int fd)
{
	struct openevse_feature on = { OPENEVSE_FEATURE_DIODE_CHECK, 1 };
	int result = station_call(fd, OPENEVSE_SET_FEATURE, &on);

	if (result == (actor->writable ? 0 : -EPERM))
		return 0;
	ksft_print_msg("%s: switching a protection on ended with %d\n", actor->name, result);
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
	int fd = station_open(&station, actor->writable ? O_RDWR : O_RDONLY);
	int wrong;

	if (fd < 0)
		return;
	if (actor->become)
		actor->become();
	wrong = try_requests(actor, fd) + try_protection(actor, fd);
	fflush(stdout);
	_exit(!!wrong);
}

/* What is refused for its rights never gets as far as the board. */
static bool nothing_was_sent(void)
{
	struct simboard *board = &sim;

	return !sim_count(board, "FF") && !sim_count(board, "SC") && !sim_count(board, "FD") &&
	       !sim_count(board, "FE") && !sim_count(board, "FS") && !sim_count(board, "SA");
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
	    station_attach(&station) || station_wait_link(&station, OPENEVSE_LINK_UP))
		ksft_exit_fail_msg("no board\n");
	ksft_set_plan(ARRAY_SIZE(actors) + 5);
	ksft_test_result(every_request_is_listed(), "every request is listed\n");
	ksft_test_result(run_child(act, &actors[0]), "%s\n", actors[0].name);
	ksft_test_result(nothing_was_sent(), "what was refused was not sent\n");
	for (i = 1; i < ARRAY_SIZE(actors); i++)
		ksft_test_result(run_child(act, &actors[i]), "%s\n", actors[i].name);
	ksft_test_result(run_child(open_as_nobody, NULL), "nobody cannot open the device\n");
	ksft_test_result(run_child(open_as_member, NULL), "a member of the group can\n");
	ksft_test_result(run_child(read_in_a_sandbox, NULL), "read() under seccomp\n");
	station_end(&station);
	sim_stop(&sim);
	ksft_finished();
}
