// SPDX-License-Identifier: GPL-2.0
/*
 * Station: makes the pty, attaches the discipline, asks the driver.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "station.h"

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void short_pause(void)
{
	struct timespec pause = { .tv_nsec = 5000000 };

	nanosleep(&pause, NULL);
}

int drop_capability(int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[capability / 32].effective &= ~(1U << capability % 32);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* "0 0x3 0x7ffe...": the number of the call, or "running". */
static long syscall_of(pid_t tid)
{
	char path[64];
	long number;
	FILE *file;
	int found;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	file = fopen(path, "r");
	if (!file)
		return -1;
	found = fscanf(file, "%ld", &number);
	fclose(file);
	return found == 1 ? number : -1;
}

bool sleeps_in_syscall(pid_t tid, long number)
{
	return tid && syscall_of(tid) == number;
}

bool wait_in_syscall(const volatile pid_t *tid, long number)
{
	int64_t deadline = now_ms() + PATIENCE_MS;

	while (!sleeps_in_syscall(*tid, number)) {
		if (now_ms() > deadline)
			return false;
		short_pause();
	}
	return true;
}

static int close_one(int *fd)
{
	int old = *fd;

	*fd = -1;
	return old < 0 ? 0 : close(old);
}

int station_discipline(void)
{
	FILE *file = fopen("/proc/tty/ldiscs", "r");
	int found = -ENOENT;
	char name[32];
	int number;

	while (file && fscanf(file, "%31s %d", name, &number) == 2)
		if (!strcmp(name, "openevse"))
			found = number;
	if (file)
		fclose(file);
	return found;
}

static int make_raw(int tty)
{
	struct termios settings;

	if (tcgetattr(tty, &settings))
		return -errno;
	cfmakeraw(&settings);
	settings.c_cflag |= CLOCAL | CREAD;
	settings.c_cflag &= ~HUPCL;
	cfsetspeed(&settings, B115200);
	return tcsetattr(tty, TCSANOW, &settings) ? -errno : 0;
}

static void station_clear(struct station *station)
{
	memset(station, 0, sizeof(*station));
	station->master = -1;
	station->tty = -1;
	station->index = -1;
	station->fd = -1;
}

/** station_tty() - a tty whose other end is somebody else's */
int station_tty(struct station *station, const char *path)
{
	station_clear(station);
	station->tty = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return station->tty < 0 ? -errno : make_raw(station->tty);
}

/** station_pty() - a fresh pty, both ends open, nothing attached */
int station_pty(struct station *station)
{
	char path[64];
	int master, err;

	station_clear(station);
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0)
		return -errno;
	if (grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, path, sizeof(path))) {
		err = -errno;
		close(master);
		return err;
	}
	err = station_tty(station, path);
	station->master = master;
	return err;
}

/* devtmpfs makes the node; udev may still be setting its rights. */
static int open_node(struct station *station)
{
	int64_t deadline = now_ms() + PATIENCE_MS;

	struct stat status;

	do {
		station->fd = station_open(station, O_RDWR);
		if (station->fd >= 0 && !fstat(station->fd, &status)) {
			station->inode = status.st_ino;
			return 0;
		}
		short_pause();
	} while (now_ms() < deadline);
	return station->fd;
}

/** station_attach() - put the discipline on the tty and open its device */
int station_attach(struct station *station)
{
	int number = station_discipline();
	uint32_t index;

	if (number < 0)
		return number;
	if (ioctl(station->tty, TIOCSETD, &number) ||
	    ioctl(station->tty, OPENEVSE_TTY_GET_INDEX, &index))
		return -errno;
	station->index = index;
	snprintf(station->path, sizeof(station->path), "/dev/openevse%u",
		 index);
	return open_node(station);
}

int station_begin(struct station *station)
{
	int err = station_pty(station);

	return err ? err : station_attach(station);
}

void station_end(struct station *station)
{
	close_one(&station->fd);
	close_one(&station->master);
	close_one(&station->tty);
}

void station_forget(struct station *station)
{
	close_one(&station->master);
	close_one(&station->tty);
}

int station_open(const struct station *station, int flags)
{
	int fd = open(station->path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* 0 or a negative errno. */
static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;
	ssize_t written;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	if (written <= 0)
		err = written ? -errno : -EIO;
	close(fd);
	return err;
}

bool write_text(const char *path, const char *text)
{
	return !write_file(path, text);
}

int station_attribute(const struct station *station, const char *name,
		      const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/openevse/openevse%d/%s",
		 station->index, name);
	return write_file(path, value);
}

int station_call(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

/** station_wait_link() - until the driver says so; -ETIMEDOUT if it never does */
int station_wait_link(const struct station *station, uint32_t link)
{
	int64_t deadline = now_ms() + PATIENCE_MS;
	struct openevse_info info;
	int err;

	do {
		err = station_call(station->fd, OPENEVSE_GET_INFO, &info);
		if (err)
			return err;
		if (info.link == link)
			return 0;
		short_pause();
	} while (now_ms() < deadline);
	return -ETIMEDOUT;
}

/** station_wait_gone() - until the node of a detached board has disappeared */
int station_wait_gone(const struct station *station)
{
	int64_t deadline = now_ms() + PATIENCE_MS;
	struct stat status;

	while (!stat(station->path, &status) &&
	       status.st_ino == station->inode) {
		if (now_ms() > deadline)
			return -ETIMEDOUT;
		short_pause();
	}
	return 0;
}

int station_event(int fd, struct openevse_event *event, int timeout_ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	ssize_t got;
	int ready;

	do
		ready = poll(&poller, 1, timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (!ready)
		return -ETIMEDOUT;
	got = read(fd, event, sizeof(*event));
	if (got < 0)
		return -errno;
	return got == sizeof(*event) ? 0 : -EIO;
}

int station_event_of(int fd, unsigned int type, struct openevse_event *event)
{
	int64_t deadline = now_ms() + PATIENCE_MS;
	int64_t left;
	int err;

	do {
		left = deadline - now_ms();
		err = station_event(fd, event, left > 0 ? left : 0);
	} while (!err && event->type != type);
	return err;
}

void station_drain(int fd)
{
	struct openevse_event event;

	while (!station_event(fd, &event, 0))
		;
}

struct openevse_stats station_stats(int fd)
{
	struct openevse_stats stats = { 0 };

	if (station_call(fd, OPENEVSE_GET_STATS, &stats))
		memset(&stats, 0, sizeof(stats));
	return stats;
}

__attribute__((format(printf, 1, 2)))
static bool succeeds(const char *format, ...)
{
	char command[128];
	va_list words;

	va_start(words, format);
	vsnprintf(command, sizeof(command), format, words);
	va_end(words);
	return !system(command);
}

bool probe_exists(const char *module)
{
	return succeeds("modinfo %s >/dev/null 2>&1", module);
}

bool probe_begin(const char *module, const char *function, const char *option, ...)
{
	char options[64];
	va_list args;

	va_start(args, option);
	vsnprintf(options, sizeof(options), option, args);
	va_end(args);
	return succeeds("modprobe %s function=%s %s", module, function, options);
}

long probe_hits(const char *module)
{
	char path[96];
	long hits = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/hits", module);
	file = fopen(path, "r");
	if (!file)
		return -1;
	if (fscanf(file, "%ld", &hits) != 1)
		hits = -1;
	fclose(file);
	return hits;
}

long probe_end(const char *module)
{
	long hits = probe_hits(module);

	return succeeds("modprobe -r %s", module) ? hits : -1;
}
