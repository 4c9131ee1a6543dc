// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations and copies that fail: every one in every system call, in turn
 *
 * The kernel counts them down in /proc/thread-self/fail-nth (CONFIG_FAULT_INJECTION)
 * and lets the Nth one of this thread fail. A call is repeated with N = 1, 2, ... until
 * there is no Nth any more. It may fail with -ENOMEM or -EFAULT, or do without; then
 * the same call has to work as if nothing had happened. What the driver does by itself,
 * in a worker, is made to fail by openevse_nomem (../../modules). What is leaked on the
 * way is found by kmemleak, what is used after it was freed by KASAN.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../kselftest_harness.h"

#include "simboard.h"
#include "station.h"

#include "requests.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
/* No call of ours has half of that. */
#define FAULTS_MAX	500

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

/* Also what may sleep can fail; no stack trace for each. */
static bool faults_are_possible(void)
{
	static const char *const kinds[] = { "failslab", "fail_usercopy" };
	char path[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/verbose", kinds[i]);
		if (!write_text(path, "0"))
			return false;
	}
	return write_text("/sys/kernel/debug/failslab/ignore-gfp-wait", "N") &&
	       !access(FAIL_NTH, W_OK);
}

/* --- one fault --- */

static int fail_nth = -1;

static void arm(int n)
{
	char text[16];

	if (fail_nth < 0)
		fail_nth = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	snprintf(text, sizeof(text), "%d", n);
	/* What was armed before may hit this very call, once. */
	while (pwrite(fail_nth, text, strlen(text), 0) < 0)
		if (errno != EFAULT)
			abort();
}

/* Return: has it happened? */
static bool disarm(void)
{
	char text[16] = "";
	int left;

	/* The read itself may meet it: then it is over by the next. */
	while (pread(fail_nth, text, sizeof(text) - 1, 0) < 0)
		;
	left = atoi(text);
	arm(0);
	return !left;
}

static bool is_fault(int result)
{
	return result == -ENOMEM || result == -EFAULT;
}

/* --- the tty's side --- */

FIXTURE(attach) {
	struct station station;
	int number;
};

FIXTURE_SETUP(attach)
{
	if (!faults_are_possible())
		SKIP(return, "this kernel injects no faults");
	self->number = station_discipline();
	ASSERT_GT(self->number, 0);
}

FIXTURE_TEARDOWN(attach)
{
}

static int set_discipline(int tty, int number)
{
	return ioctl(tty, TIOCSETD, &number) ? -errno : 0;
}

TEST_F_TIMEOUT(attach, every_fault, TEST_SECONDS)
{
	int n, result, number, failed = 0;
	bool happened = true;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		ASSERT_EQ(0, station_pty(&self->station));
		arm(n);
		result = set_discipline(self->station.tty, self->number);
		happened = disarm();
		ASSERT_TRUE(!result || is_fault(result)) {
			TH_LOG("fault %d: %d", n, result);
		}
		failed += !!result;
		ASSERT_EQ(0, ioctl(self->station.tty, TIOCGETD, &number));
		ASSERT_EQ(result ? 0 : self->number, number);
		if (result) {
			ASSERT_EQ(0, set_discipline(self->station.tty, self->number));
		}
		ASSERT_EQ(0, set_discipline(self->station.tty, 0));
		station_end(&self->station);
	}
	TH_LOG("%d faults, %d of them made it fail", n - 2, failed);
	EXPECT_LT(n, FAULTS_MAX);
	EXPECT_GT(failed, 3);
}

/* Taking it off has to work, whatever is short. */
TEST_F_TIMEOUT(attach, every_fault_of_detach, TEST_SECONDS)
{
	bool happened = true;
	int n;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		ASSERT_EQ(0, station_pty(&self->station));
		ASSERT_EQ(0, station_attach(&self->station));
		arm(n);
		set_discipline(self->station.tty, 0);
		happened = disarm();
		ASSERT_EQ(0, station_wait_gone(&self->station));
		station_end(&self->station);
	}
	EXPECT_LT(n, FAULTS_MAX);
}

TEST_F_TIMEOUT(attach, every_fault_of_hangup, TEST_SECONDS)
{
	bool happened = true;
	int n;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		ASSERT_EQ(0, station_pty(&self->station));
		ASSERT_EQ(0, station_attach(&self->station));
		arm(n);
		close(self->station.master);
		happened = disarm();
		self->station.master = -1;
		ASSERT_EQ(0, station_wait_gone(&self->station));
		station_end(&self->station);
	}
	EXPECT_LT(n, FAULTS_MAX);
}

/* --- the device's side --- */

FIXTURE(device) {
	struct simboard sim;
	struct station station;
};

FIXTURE_SETUP(device)
{
	if (!faults_are_possible())
		SKIP(return, "this kernel injects no faults");
	ASSERT_EQ(0, sim_start(&self->sim, "8.2.3", false));
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
}

FIXTURE_TEARDOWN(device)
{
	station_end(&self->station);
	sim_stop(&self->sim);
}

#define expect_answers() do {						\
	struct openevse_version _version = { 0 };			\
									\
	ASSERT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_VERSION, \
				  &_version));				\
	ASSERT_STREQ("8.2.3", _version.firmware);			\
} while (0)

TEST_F_TIMEOUT(device, every_fault_of_open, TEST_SECONDS)
{
	bool happened = true;
	int n, fd, error, failed = 0;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		arm(n);
		fd = open(self->station.path, O_RDWR | O_CLOEXEC);
		error = fd < 0 ? -errno : 0;
		happened = disarm();
		ASSERT_TRUE(!error || is_fault(error)) {
			TH_LOG("fault %d: %d", n, error);
		}
		failed += !!error;
		if (fd >= 0)
			close(fd);
		expect_answers();
	}
	EXPECT_LT(n, FAULTS_MAX);
	EXPECT_GE(failed, 2);
}

/* Every request, with zeroes for an argument: many are refused for that. */
static int call_zeroes(int fd, size_t i)
{
	char argument[1024] = { 0 };

	return station_call(fd, requests[i].number, argument);
}

TEST_F_TIMEOUT(device, every_fault_of_every_request, TEST_SECONDS)
{
	int n, result, plain, faults = 0;
	bool happened;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		/* The board would be away for seconds each time. */
		if (requests[i].number == OPENEVSE_RESET)
			continue;
		plain = call_zeroes(self->station.fd, i);
		happened = true;
		for (n = 1; happened && n < FAULTS_MAX; n++) {
			arm(n);
			result = call_zeroes(self->station.fd, i);
			happened = disarm();
			faults += happened;
			ASSERT_TRUE(result == plain || !result || is_fault(result)) {
				TH_LOG("%s, fault %d: %d, without: %d", requests[i].name,
				       n, result, plain);
			}
		}
		ASSERT_LT(n, FAULTS_MAX) {
			TH_LOG("%s", requests[i].name);
		}
		expect_answers();
	}
	TH_LOG("%d faults in %zu requests", faults, ARRAY_SIZE(requests));
	EXPECT_GT(faults, 2 * ARRAY_SIZE(requests));
}

TEST_F_TIMEOUT(device, every_fault_of_sysfs, TEST_SECONDS)
{
	static const char *const names[] = { "firmware", "link", "tty", "poll_interval_ms" };
	char path[128], text[64];
	bool happened;
	size_t i;
	int n, fd;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "/sys/class/openevse/openevse%d/%s",
			 self->station.index, names[i]);
		happened = true;
		for (n = 1; happened && n < FAULTS_MAX; n++) {
			arm(n);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd >= 0 && read(fd, text, sizeof(text)) < 0)
				text[0] = '\0';
			happened = disarm();
			if (fd >= 0)
				close(fd);
		}
		EXPECT_LT(n, FAULTS_MAX);
		ASSERT_EQ(0, access(path, R_OK));
	}
	expect_answers();
}

/* --- the driver's own work --- */

FIXTURE(work) {
	struct simboard sim;
	struct station station;
};

FIXTURE_SETUP(work)
{
	if (!faults_are_possible() || !probe_exists("openevse_nomem"))
		SKIP(return, "this kernel injects no faults");
	ASSERT_EQ(0, sim_start(&self->sim, "8.2.3", false));
}

FIXTURE_TEARDOWN(work)
{
	sim_stop(&self->sim);
}

/* A board that has not been found for want of memory is found when there is some. */
TEST_F_TIMEOUT(work, every_fault_of_finding_it, TEST_SECONDS)
{
	bool happened = true;
	int n;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		/* The Nth request of a worker finds no memory. */
		ASSERT_TRUE(probe_begin("openevse_nomem", "openevse_request_new", "nth", n));
		ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
		ASSERT_EQ(0, station_attach(&self->station));
		ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
		/* Nobody has an answer before it has been looked at in full. */
		expect_answers();
		happened = probe_end("openevse_nomem") == 1;
		/* The board keeps its end of the line open. */
		ASSERT_EQ(0, set_discipline(self->station.tty, 0));
		station_end(&self->station);
	}
	TH_LOG("%d faults", n - 2);
	EXPECT_LT(n, FAULTS_MAX);
	EXPECT_GT(n - 2, 3);
}

TEST_HARNESS_MAIN
