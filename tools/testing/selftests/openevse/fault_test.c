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
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../kselftest_harness.h"

#include "arguments.h"
#include "fakeboard.h"
#include "faults.h"
#include "simboard.h"
#include "station.h"

#include "requests.h"

/* --- one fault --- */

static int fail_nth = -1;

static void arm(int n)
{
	char text[16];

	if (fail_nth < 0)
		fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	snprintf(text, sizeof(text), "%d", n);
	/* What was armed before may hit this very call, once. */
	while (pwrite(fail_nth, text, strlen(text), 0) < 0)
		if (errno != EFAULT)
			abort();
}

/* Return: has it happened, in what was called since? */
static bool disarm(void)
{
	char text[16] = "";
	bool happened;

	/* This read may meet it as well: then the call did not. */
	happened = pread(fail_nth, text, sizeof(text) - 1, 0) > 0 && !atoi(text);
	arm(0);
	return happened;
}

/* Return: what read() says, or an error. */
static int read_attribute(const char *path, char *text, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), size;

	if (fd < 0)
		return -errno;
	size = (int)read(fd, text, room - 1);
	if (size < 0)
		size = -errno;
	else
		text[size] = '\0';
	close(fd);
	return size;
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

/* @least of them make it fail. */
static void attach_with_faults(struct __test_metadata *_metadata, struct station *station,
			       int discipline, int least)
{
	int n, result, number, failed = 0;
	bool happened = true;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		ASSERT_EQ(0, station_pty(station));
		arm(n);
		result = set_discipline(station->tty, discipline);
		happened = disarm();
		ASSERT_TRUE(!result || is_fault(result)) {
			TH_LOG("fault %d: %d", n, result);
		}
		failed += !!result;
		ASSERT_EQ(0, ioctl(station->tty, TIOCGETD, &number));
		ASSERT_EQ(result ? 0 : discipline, number);
		if (result) {
			ASSERT_EQ(0, set_discipline(station->tty, discipline));
		}
		ASSERT_EQ(0, set_discipline(station->tty, 0));
		station_end(station);
	}
	TH_LOG("%d faults, %d of them made it fail", n - 2, failed);
	EXPECT_LT(n, FAULTS_MAX);
	EXPECT_GE(failed, least);
}

TEST_F_TIMEOUT(attach, every_fault, TEST_SECONDS)
{
	attach_with_faults(_metadata, &self->station, self->number, 20);
}

/* The board itself is too large for a slab. Small ones do not fail here. */
TEST_F_TIMEOUT(attach, no_memory_for_a_board, TEST_SECONDS)
{
	static const char filter[] = "/sys/kernel/debug/failslab/cache-filter";

	ASSERT_TRUE(write_text(filter, "Y"));
	attach_with_faults(_metadata, &self->station, self->number, 1);
	ASSERT_TRUE(write_text(filter, "N"));
}

/*
 * What a cable has besides: its path, for its number. Faults on the way there would
 * strike USB, which does not take them well.
 */
TEST_F_TIMEOUT(attach, no_memory_for_the_path_of_a_cable, TEST_SECONDS)
{
	struct simboard sim;

	if (!probe_exists("openevse_nomem") ||
	    system("modprobe -a vhci-hcd ftdi_sio 2>/dev/null"))
		SKIP(return, "no openevse_nomem, no vhci-hcd or no ftdi_sio in this kernel");
	ASSERT_EQ(0, sim_start_usb(&sim, "8.2.3", false, ""));
	ASSERT_EQ(0, station_tty(&self->station, sim.tty));
	ASSERT_TRUE(probe_begin("openevse_nomem", "kobject_get_path", "pid=%d",
				getpid()));
	ASSERT_EQ(0, set_discipline(self->station.tty, self->number));
	EXPECT_EQ(1, probe_end("openevse_nomem"));
	ASSERT_EQ(0, set_discipline(self->station.tty, 0));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	station_end(&self->station);
	sim_stop(&sim);
}

/* As the driver has. */
#define NUMBERS		64

/**
 * struct visitor - one who tries all numbers until there is a board behind one
 * @directory: of his own nodes: there is none in /dev yet
 * @over: nothing will come any more
 * @fd: what he got, or -1
 */
struct visitor {
	char directory[32];
	atomic_bool over;
	int fd;
};

static const char *node_of(const struct visitor *visitor, int number, char node[48])
{
	snprintf(node, 48, "%s/%d", visitor->directory, number);
	return node;
}

static int make_nodes(struct visitor *visitor, unsigned int major)
{
	char node[48];
	int i;

	strcpy(visitor->directory, "/dev/visitor-XXXXXX");
	if (!mkdtemp(visitor->directory))
		return -errno;
	for (i = 0; i < NUMBERS; i++)
		if (mknod(node_of(visitor, i, node), S_IFCHR | 0600, makedev(major, i)))
			return -errno;
	return 0;
}

static void remove_nodes(const struct visitor *visitor)
{
	char node[48];
	int i;

	for (i = 0; i < NUMBERS; i++)
		unlink(node_of(visitor, i, node));
	rmdir(visitor->directory);
}

static void *visit(void *arg)
{
	struct visitor *visitor = arg;
	char node[48];
	int i;

	for (i = 0; !atomic_load(&visitor->over); i = (i + 1) % NUMBERS) {
		visitor->fd = open(node_of(visitor, i, node), O_RDWR | O_CLOEXEC);
		if (visitor->fd >= 0)
			break;
	}
	return NULL;
}

/*
 * Its number is open to the world before the last of its memory is there. Who came in
 * between has a file, and nobody would ever unplug it.
 */
TEST_F_TIMEOUT(attach, a_visitor_of_a_board_that_never_was, TEST_SECONDS)
{
	struct openevse_state state = { 0 };
	static const char modprobe[] = "/proc/sys/kernel/modprobe";
	struct visitor visitor = { .fd = -1 };
	struct openevse_event event;
	pthread_t thread;
	struct stat info;
	char helper[256];
	int result;

	if (!probe_exists("openevse_nomem") || !probe_exists("openevse_delay") ||
	    sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "no openevse_nomem, no openevse_delay or one processor");
	ASSERT_EQ(0, station_begin(&self->station));
	ASSERT_EQ(0, stat(self->station.path, &info));
	station_end(&self->station);
	ASSERT_EQ(0, make_nodes(&visitor, major(info.st_rdev)));

	ASSERT_EQ(0, station_pty(&self->station));
	ASSERT_TRUE(probe_begin("openevse_delay", "device_add", "ms=1000"));
	ASSERT_TRUE(probe_begin("openevse_nomem", "device_add", "pid=%d", getpid()));
	ASSERT_GT(read_attribute(modprobe, helper, sizeof(helper)), 1);
	/* For a number that nobody has, the kernel looks for a module otherwise. */
	ASSERT_TRUE(write_text(modprobe, "\n"));
	ASSERT_EQ(0, pthread_create(&thread, NULL, visit, &visitor));
	result = set_discipline(self->station.tty, self->number);
	atomic_store(&visitor.over, true);
	pthread_join(thread, NULL);
	/* Before anything can end the test: all that come behind it need it. */
	ASSERT_TRUE(write_text(modprobe, helper));
	EXPECT_EQ(1, probe_end("openevse_nomem"));
	EXPECT_GT(probe_end("openevse_delay"), 0);
	remove_nodes(&visitor);

	EXPECT_EQ(-ENOMEM, result);
	ASSERT_GE(visitor.fd, 0);
	EXPECT_EQ(-ENODEV, station_call(visitor.fd, OPENEVSE_GET_STATE, &state));
	/* What was known of it, and then the end. */
	while (read(visitor.fd, &event, sizeof(event)) > 0)
		;
	EXPECT_EQ(ENODEV, errno);
	close(visitor.fd);
	ASSERT_EQ(0, station_attach(&self->station));
	station_end(&self->station);
}

/* Taking it off has to work, whatever is short, once it is known which one it shall be. */
TEST_F_TIMEOUT(attach, every_fault_of_detach, TEST_SECONDS)
{
	bool happened = true;
	int n, result;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		ASSERT_EQ(0, station_pty(&self->station));
		ASSERT_EQ(0, station_attach(&self->station));
		arm(n);
		result = set_discipline(self->station.tty, 0);
		happened = disarm();
		ASSERT_TRUE(!result || is_fault(result));
		if (result) {
			ASSERT_EQ(0, set_discipline(self->station.tty, 0));
		}
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
	ASSERT_EQ(0, sim_start_build(&self->sim, SIM_FULL, false, SIM_FULL_WITH));
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
	ASSERT_EQ(0, strncmp("9.2.0", _version.firmware, 5));		\
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

/* What has been taken and did not arrive is not silently gone. */
TEST_F_TIMEOUT(device, every_fault_of_read, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { 0 };
	struct openevse_event event;
	bool happened = true;
	int n, fd, failed = 0;
	ssize_t size;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		fd = station_open(&self->station, O_RDONLY | O_NONBLOCK);
		ASSERT_GE(fd, 0);
		arm(n);
		size = read(fd, &event, sizeof(event));
		happened = disarm();
		if (size < 0) {
			failed++;
			ASSERT_EQ(-1, read(fd, &event, sizeof(event)));
			ASSERT_EQ(EAGAIN, errno);
			capacity.capacity_ma = n % 2 ? 10000 : 12000;
			ASSERT_EQ(0, station_call(self->station.fd,
						  OPENEVSE_SET_CURRENT_CAPACITY, &capacity));
			ASSERT_EQ(0, station_event(fd, &event, PATIENCE_MS));
			EXPECT_TRUE(event.flags & OPENEVSE_EVENT_FLAG_DROPPED);
		} else {
			ASSERT_EQ(sizeof(event), size);
			EXPECT_TRUE(event.flags & OPENEVSE_EVENT_FLAG_INITIAL);
		}
		close(fd);
	}
	EXPECT_LT(n, FAULTS_MAX);
	EXPECT_GE(failed, 1);
}

/* --- every request --- */

static int call_request(int fd, size_t request, int round)
{
	char argument[ARGUMENT_MAX];

	argument_for(requests[request].number, round, argument);
	return station_call(fd, requests[request].number, argument);
}

TEST_F_TIMEOUT(device, every_fault_of_every_request, 4 * TEST_SECONDS)
{
	int n, result, plain[2], faults = 0, worked = 0;
	struct openevse_switch off = { 0 };
	bool happened;
	size_t i;

	/* It would refuse what is tried so often. */
	ASSERT_EQ(0, station_call(self->station.fd, OPENEVSE_SET_EEPROM_GUARD, &off));
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		if (requests[i].number == OPENEVSE_SET_EEPROM_GUARD)
			continue;
		if (takes_vehicle(requests[i].number)) {
			ASSERT_EQ(0, wake_board(self->station.fd));
			ASSERT_EQ(0, sim_vehicle(&self->sim, true));
		}
		plain[0] = call_request(self->station.fd, i, 0);
		ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
		plain[1] = call_request(self->station.fd, i, 1);
		ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
		worked += !plain[0];
		if (plain[0])
			TH_LOG("%s: %d without a fault", requests[i].name, plain[0]);
		happened = true;
		for (n = 1; happened && n < FAULTS_MAX; n++) {
			arm(n);
			result = call_request(self->station.fd, i, n);
			happened = disarm();
			faults += happened;
			ASSERT_TRUE(result == plain[n % 2] || !result || is_fault(result)) {
				TH_LOG("%s, fault %d: %d, without: %d", requests[i].name,
				       n, result, plain[n % 2]);
			}
			ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
		}
		ASSERT_LT(n, FAULTS_MAX) {
			TH_LOG("%s", requests[i].name);
		}
		EXPECT_TRUE(plain[0] || n > 2) {
			TH_LOG("%s: not one fault", requests[i].name);
		}
		if (takes_vehicle(requests[i].number)) {
			ASSERT_EQ(0, sim_vehicle(&self->sim, false));
		}
		expect_answers();
	}
	TH_LOG("%d faults in %zu requests, %d of which do something", faults,
	       ARRAY_SIZE(requests), worked);
	EXPECT_GT(worked, 50);
}

TEST_F_TIMEOUT(device, every_fault_of_sysfs, TEST_SECONDS)
{
	static const char *const names[] = { "firmware", "link", "poll_interval_ms", "protocol",
					     "tty" };
	char path[128], text[64], plain[64];
	int n, result, size;
	bool happened;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "/sys/class/openevse/openevse%d/%s",
			 self->station.index, names[i]);
		size = read_attribute(path, plain, sizeof(plain));
		ASSERT_GT(size, 1);
		happened = true;
		for (n = 1; happened && n < FAULTS_MAX; n++) {
			arm(n);
			result = read_attribute(path, text, sizeof(text));
			happened = disarm();
			ASSERT_TRUE(result == size || is_fault(result)) {
				TH_LOG("%s, fault %d: %d", names[i], n, result);
			}
			ASSERT_EQ(size, read_attribute(path, text, sizeof(text)));
			ASSERT_STREQ(plain, text);
		}
		EXPECT_LT(n, FAULTS_MAX);
	}
	expect_answers();
}

/* --- where giving up is not safe --- */

FIXTURE(current) {
	struct fakeboard fake;
	struct station station;
};

FIXTURE_SETUP(current)
{
	if (!faults_are_possible())
		SKIP(return, "this kernel injects no faults");
	ASSERT_EQ(0, station_pty(&self->station));
	ASSERT_EQ(0, fake_start(&self->fake, &fake_8_2_3, &self->station.master));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
}

FIXTURE_TEARDOWN(current)
{
	fake_stop(&self->fake);
	station_end(&self->station);
}

/*
 * The board has understood 80 A: with or without memory, it is told again. Only what has
 * not been said at all may fail.
 */
TEST_F_TIMEOUT(current, every_fault_of_too_much, TEST_SECONDS)
{
	struct openevse_current_capacity capacity;
	bool happened = true;
	size_t before, said;
	int n, result;

	for (n = 1; happened && n < FAULTS_MAX; n++) {
		capacity = (struct openevse_current_capacity){
			.capacity_ma = n % 2 ? 10000 : 12000,
		};
		fake_no_rules(&self->fake);
		fake_rule(&self->fake, "SC", FAKE_TEXT, 1, "OK 80", 0);
		before = fake_heard(&self->fake);
		arm(n);
		result = station_call(self->station.fd, OPENEVSE_SET_CURRENT_CAPACITY, &capacity);
		happened = disarm();
		said = fake_count(&self->fake, "SC", before);
		ASSERT_TRUE(!result || is_fault(result));
		/* What had no memory before it was sent, and what was not read at all. */
		ASSERT_TRUE(said == 2 || (result && !said)) {
			TH_LOG("fault %d: %d, said %zu times", n, result, said);
		}
	}
	EXPECT_LT(n, FAULTS_MAX);
	EXPECT_GT(n, 3);
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
	ASSERT_EQ(0, sim_start(&self->sim, "9.2.0", false));
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
		ASSERT_TRUE(probe_begin("openevse_nomem", "openevse_request_new", "nth=%d", n));
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
