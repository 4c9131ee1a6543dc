// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching the line discipline to a tty, and everything that ends it: rights,
 * the tty's own file operations, detaching, unplugging.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>

#include "../kselftest_harness.h"

#include "fakeboard.h"
#include "station.h"

static int set_discipline(int tty, int number)
{
	return ioctl(tty, TIOCSETD, &number) ? -errno : 0;
}

static int get_discipline(int tty)
{
	int number;

	return ioctl(tty, TIOCGETD, &number) ? -errno : number;
}

/* --- a tty nobody has attached yet --- */

FIXTURE(tty) {
	struct station station;
	int number;
};

FIXTURE_SETUP(tty)
{
	self->number = station_discipline();
	ASSERT_GT(self->number, 0) {
		TH_LOG("no line discipline \"openevse\": is the module loaded?");
	}
	ASSERT_EQ(0, station_pty(&self->station));
}

FIXTURE_TEARDOWN(tty)
{
	station_end(&self->station);
}

/* Anybody with a pty may have the module loaded, but not attach. */
TEST_F_TIMEOUT(tty, needs_sys_admin, TEST_SECONDS)
{
	ASSERT_EQ(0, drop_capability(CAP_SYS_ADMIN));
	EXPECT_EQ(-EPERM, set_discipline(self->station.tty, self->number));
	EXPECT_EQ(0, get_discipline(self->station.tty));
}

TEST_F_TIMEOUT(tty, index_only_when_attached, TEST_SECONDS)
{
	uint32_t index = 12345;

	EXPECT_EQ(-1, ioctl(self->station.tty, OPENEVSE_TTY_GET_INDEX, &index));
	EXPECT_EQ(12345, index);
}

/* The module has an alias by number: the first attach loads it. */
TEST_F_TIMEOUT(tty, node_appears, TEST_SECONDS)
{
	struct stat status;

	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, stat(self->station.path, &status));
	EXPECT_TRUE(S_ISCHR(status.st_mode));
	/* The node hands out a charger: not to everybody. */
	EXPECT_EQ(0, status.st_mode & 007);
}

/* A board behind a pty never spoken to: many times, no node left behind. */
TEST_F_TIMEOUT(tty, attach_many_times, TEST_SECONDS)
{
	struct station station;
	int i;

	for (i = 0; i < 40; i++) {
		ASSERT_EQ(0, station_begin(&station));
		station_end(&station);
		ASSERT_EQ(0, station_wait_gone(&station));
	}
}

/* Attach and detach without a pause, the probe being sent all the time. */
TEST_F_TIMEOUT(tty, flip_disciplines, TEST_SECONDS)
{
	int i;

	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, set_discipline(self->station.tty, self->number));
		ASSERT_EQ(0, set_discipline(self->station.tty, 0));
	}
}

static void *attach_and_close(void *arg)
{
	int *number = arg;
	struct station station;
	int i;

	for (i = 0; i < 50; i++) {
		if (station_pty(&station))
			return (void *)1;
		if (set_discipline(station.tty, *number))
			return (void *)1;
		station_end(&station);
	}
	return NULL;
}

TEST_F_TIMEOUT(tty, attach_in_parallel, TEST_SECONDS)
{
	pthread_t thread[4];
	void *failed;
	int i;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, pthread_create(&thread[i], NULL, attach_and_close,
					    &self->number));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, pthread_join(thread[i], &failed));
		EXPECT_EQ(NULL, failed);
	}
}

/*
 * Names of a board that has gone may lead to its number for a while: another one
 * must not have it then. The place of a pty is its name.
 */
TEST_F_TIMEOUT(tty, number_rests, TEST_SECONDS)
{
	struct station first, second;
	int index;

	ASSERT_EQ(0, station_begin(&first));
	index = first.index;
	close(first.fd);
	first.fd = -1;
	ASSERT_EQ(0, set_discipline(first.tty, 0));
	ASSERT_EQ(0, station_wait_gone(&first));
	ASSERT_EQ(0, station_begin(&second));
	EXPECT_NE(index, second.index);
	ASSERT_EQ(0, station_attach(&first));
	EXPECT_EQ(index, first.index);
	station_end(&first);
	station_end(&second);
}

/* A cable plugged back in finds its own again. */
TEST_F_TIMEOUT(tty, lowest_number, TEST_SECONDS)
{
	struct station first, second, again;

	ASSERT_EQ(0, station_begin(&first));
	ASSERT_EQ(0, station_begin(&second));
	EXPECT_NE(first.index, second.index);
	station_end(&first);
	ASSERT_EQ(0, station_wait_gone(&first));
	ASSERT_EQ(0, station_begin(&again));
	EXPECT_EQ(first.index, again.index);
	station_end(&again);
	station_end(&second);
}

/* An open file keeps the number in use nowhere: the next board is another. */
TEST_F_TIMEOUT(tty, old_file_stays_dead, TEST_SECONDS)
{
	struct station first, second;
	struct openevse_info info;
	int old;

	ASSERT_EQ(0, station_begin(&first));
	old = first.fd;
	first.fd = -1;
	station_end(&first);
	ASSERT_EQ(0, station_wait_gone(&first));
	ASSERT_EQ(0, station_begin(&second));
	EXPECT_EQ(first.index, second.index);
	EXPECT_EQ(0, station_call(second.fd, OPENEVSE_GET_INFO, &info));
	EXPECT_NE(OPENEVSE_LINK_GONE, info.link);
	EXPECT_EQ(0, station_call(old, OPENEVSE_GET_INFO, &info));
	EXPECT_EQ(OPENEVSE_LINK_GONE, info.link);
	EXPECT_EQ(-ENODEV, station_call(old, OPENEVSE_SLEEP, NULL));
	close(old);
	station_end(&second);
}

/* --- an attached one --- */

FIXTURE(attached) {
	struct station station;
	struct fakeboard board;
};

FIXTURE_SETUP(attached)
{
	ASSERT_EQ(0, station_pty(&self->station));
	ASSERT_EQ(0, fake_start(&self->board, &fake_8_2_3,
				&self->station.master));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
}

FIXTURE_TEARDOWN(attached)
{
	fake_stop(&self->board);
	station_end(&self->station);
}

TEST_F_TIMEOUT(attached, index, TEST_SECONDS)
{
	struct openevse_info info;
	uint32_t index = ~0;

	ASSERT_EQ(0, ioctl(self->station.tty, OPENEVSE_TTY_GET_INDEX, &index));
	ASSERT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_INFO, &info));
	EXPECT_EQ(index, info.index);
	EXPECT_EQ(self->station.index, index);
	EXPECT_EQ(-1, ioctl(self->station.tty, OPENEVSE_TTY_GET_INDEX, NULL));
	EXPECT_EQ(EFAULT, errno);
	/* And not on the device itself. */
	EXPECT_EQ(-ENOTTY, station_call(self->station.fd,
					OPENEVSE_TTY_GET_INDEX, &index));
}

/* Nobody can put bytes between a command and its reply. */
TEST_F_TIMEOUT(attached, tty_cannot_be_read_or_written, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	char bytes[16];

	EXPECT_EQ(-1, write(self->station.tty, "$FD*AE\r", 7));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(-1, read(self->station.tty, bytes, sizeof(bytes)));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_STATE,
				  &(struct openevse_state){ 0 }));
	EXPECT_EQ(0, fake_count(&self->board, "FD", heard));
}

/* The line settings stay where the helper put them. */
TEST_F_TIMEOUT(attached, line_settings, TEST_SECONDS)
{
	struct termios settings;

	ASSERT_EQ(0, tcgetattr(self->station.tty, &settings));
	EXPECT_EQ(0, settings.c_lflag & (ECHO | ICANON));
	EXPECT_EQ(0, tcsetattr(self->station.tty, TCSANOW, &settings));
}

/* Once more is no second board, and the first one goes on. */
TEST_F_TIMEOUT(attached, twice, TEST_SECONDS)
{
	struct openevse_state state;
	uint32_t index;

	EXPECT_EQ(0, set_discipline(self->station.tty, station_discipline()));
	ASSERT_EQ(0, ioctl(self->station.tty, OPENEVSE_TTY_GET_INDEX, &index));
	EXPECT_EQ(self->station.index, index);
	EXPECT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_STATE, &state));
}

static void expect_gone(struct __test_metadata *_metadata,
			struct station *station)
{
	struct pollfd poller = { .fd = station->fd, .events = POLLIN };
	struct openevse_event event;
	struct openevse_state state;

	ASSERT_EQ(0, station_event_of(station->fd, OPENEVSE_EVENT_DETACHED,
				      &event));
	EXPECT_EQ(-ENODEV, station_event(station->fd, &event, PATIENCE_MS));
	EXPECT_EQ(-ENODEV, station_event(station->fd, &event, PATIENCE_MS));
	EXPECT_EQ(1, poll(&poller, 1, PATIENCE_MS));
	EXPECT_EQ(POLLHUP | POLLERR, poller.revents & (POLLHUP | POLLERR));
	EXPECT_EQ(0, poller.revents & POLLIN);
	EXPECT_EQ(-ENODEV, station_call(station->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(-ENODEV, station_call(station->fd, OPENEVSE_DISABLE, NULL));
	EXPECT_EQ(-ENODEV, station_call(station->fd, OPENEVSE_RESET, NULL));
	EXPECT_EQ(0, station_wait_gone(station));
}

TEST_F_TIMEOUT(attached, detach, TEST_SECONDS)
{
	ASSERT_EQ(0, set_discipline(self->station.tty, 0));
	expect_gone(_metadata, &self->station);
	EXPECT_EQ(0, get_discipline(self->station.tty));
}

TEST_F_TIMEOUT(attached, unplug, TEST_SECONDS)
{
	fake_unplug(&self->board);
	expect_gone(_metadata, &self->station);
}

/* A pty is not released before both its ends are closed. */
TEST_F_TIMEOUT(attached, closed_then_unplugged, TEST_SECONDS)
{
	close(self->station.tty);
	self->station.tty = -1;
	fake_unplug(&self->board);
	expect_gone(_metadata, &self->station);
}

TEST_F_TIMEOUT(attached, hang_up_by_ioctl, TEST_SECONDS)
{
	ASSERT_EQ(0, ioctl(self->station.tty, TIOCVHANGUP));
	expect_gone(_metadata, &self->station);
}

/* Detach and attach again: a new board, with a new life. */
TEST_F_TIMEOUT(attached, attach_again, TEST_SECONDS)
{
	struct openevse_state state;
	struct station old;

	ASSERT_EQ(0, set_discipline(self->station.tty, 0));
	old = self->station;
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	EXPECT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(-ENODEV, station_call(old.fd, OPENEVSE_GET_STATE, &state));
	close(old.fd);
}

struct waiter {
	volatile pid_t tid;
	struct pollfd poller;
	int ready;
	int64_t took_ms;
};

static void *wait_on_tty(void *arg)
{
	struct waiter *waiter = arg;
	int64_t begun = now_ms();

	waiter->tid = gettid();
	waiter->ready = poll(&waiter->poller, 1, PATIENCE_MS);
	waiter->took_ms = now_ms() - begun;
	return NULL;
}

/* The helper sleeps in poll() on the tty: a hangup must wake it. */
TEST_F_TIMEOUT(attached, poll_on_tty_wakes_on_unplug, TEST_SECONDS)
{
	struct waiter waiter = {
		.poller = { .fd = self->station.tty, .events = POLLIN },
	};
	struct openevse_state state;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_on_tty, &waiter));
	ASSERT_TRUE(wait_in_syscall(&waiter.tid, SYS_poll));
	/* Traffic does not wake it: nothing on this tty is for its reader. */
	ASSERT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_STATE, &state));
	EXPECT_TRUE(wait_in_syscall(&waiter.tid, SYS_poll));

	fake_unplug(&self->board);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(1, waiter.ready);
	EXPECT_NE(0, waiter.poller.revents & POLLHUP);
	EXPECT_LT(waiter.took_ms, PATIENCE_MS / 2);
}

/* Unplugged and the helper has not noticed yet: the board is gone already. */
TEST_F_TIMEOUT(attached, tty_after_unplug, TEST_SECONDS)
{
	uint32_t index;
	char byte;

	fake_unplug(&self->board);
	ASSERT_EQ(0, station_wait_gone(&self->station));
	EXPECT_EQ(-1, ioctl(self->station.tty, OPENEVSE_TTY_GET_INDEX, &index));
	EXPECT_EQ(-1, write(self->station.tty, "x", 1));
	EXPECT_GE(0, read(self->station.tty, &byte, 1));
}

/* Nobody else can have the module removed under an attached board. */
TEST_F_TIMEOUT(attached, module_is_in_use, TEST_SECONDS)
{
	struct openevse_state state;

	EXPECT_EQ(-1, syscall(SYS_delete_module, "openevse", O_NONBLOCK));
	if (errno == ENOENT)
		SKIP(return, "built into the kernel");
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_STATE, &state));
}

TEST_F_TIMEOUT(attached, sysfs, TEST_SECONDS)
{
	char path[128], line[64];
	FILE *file;
	static const struct { const char *name, *value; } rows[] = {
		{ "firmware", "8.2.3\n" }, { "protocol", "5.2.1\n" },
		{ "link", "up\n" }, { "poll_interval_ms", "5000\n" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(path, sizeof(path),
			 "/sys/class/openevse/openevse%d/%s",
			 self->station.index, rows[i].name);
		file = fopen(path, "r");
		ASSERT_NE(NULL, file);
		ASSERT_NE(NULL, fgets(line, sizeof(line), file));
		EXPECT_STREQ(rows[i].value, line);
		fclose(file);
	}
	EXPECT_EQ(-EINVAL, station_attribute(&self->station,
					     "poll_interval_ms", "often"));
	EXPECT_EQ(-EINVAL, station_attribute(&self->station,
					     "poll_interval_ms", "-1"));
	EXPECT_EQ(0, station_attribute(&self->station, "poll_interval_ms", "0"));
}

TEST_HARNESS_MAIN
