// SPDX-License-Identifier: GPL-2.0
/*
 * udev's control, and udev's events
 *
 * The control socket of udevd is private to udevadm, so that is run; events
 * come through libudev. The watch is opened before the change is asked for:
 * a board that appears in between must not be missed.
 */
#include <errno.h>
#include <libudev.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cli.h"
#include "device.h"
#include "now.h"
#include "udevadm.h"

extern char **environ;

struct board_watch {
	struct udev *udev;
	struct udev_monitor *monitor;
};

static bool run(char *const argv[])
{
	int status, error;
	pid_t pid;

	fflush(stdout);
	error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (error) {
		complain(EXIT_ERROR, "cannot run %s: %s", argv[0], strerror(error));
		return false;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	complain(EXIT_ERROR, "\"%s %s\" failed", argv[0], argv[1]);
	return false;
}

bool udev_reload(void)
{
	char *argv[] = { "udevadm", "control", "--reload", NULL };

	return run(argv);
}

bool udev_change(const char *syspath)
{
	char *path = xasprintf("%s", syspath);
	char *argv[] = { "udevadm", "trigger", "--settle", "--action=change", path, NULL };
	bool done = run(argv);

	free(path);
	return done;
}

bool udev_change_attached(void)
{
	char *argv[] = { "udevadm", "trigger", "--settle", "--action=change",
			 "--subsystem-match=tty", "--property-match=OPENEVSE_ATTACH=1", NULL };

	return run(argv);
}

struct board_watch *board_watch_open(void)
{
	struct board_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		out_of_memory();
	watch->udev = udev_new();
	if (watch->udev)
		watch->monitor = udev_monitor_new_from_netlink(watch->udev, "udev");
	if (watch->monitor &&
	    udev_monitor_filter_add_match_subsystem_devtype(watch->monitor, "openevse", NULL) >= 0 &&
	    udev_monitor_enable_receiving(watch->monitor) >= 0)
		return watch;
	board_watch_close(watch);
	return NULL;
}

void board_watch_close(struct board_watch *watch)
{
	if (!watch)
		return;
	udev_monitor_unref(watch->monitor);
	udev_unref(watch->udev);
	free(watch);
}

/* After udev's event the links in /dev exist, which sysfs alone cannot tell. */
static bool board_came(struct board_watch *watch, const char *tty)
{
	struct udev_device *device = udev_monitor_receive_device(watch->monitor);
	struct udev_device *parent;
	const char *action;
	bool came = false;

	if (!device)
		return false;
	action = udev_device_get_action(device);
	if (action && strcmp(action, "remove")) {
		parent = udev_device_get_parent(device);
		came = parent && !strcmp(udev_device_get_sysname(parent), tty);
	}
	udev_device_unref(device);
	return came;
}

bool board_watch_wait(struct board_watch *watch, const char *tty, int timeout_ms)
{
	struct pollfd pollfd = { .fd = udev_monitor_get_fd(watch->monitor), .events = POLLIN };
	int64_t deadline = monotonic_ms() + timeout_ms, left;
	struct board board;

	while ((left = deadline - monotonic_ms()) > 0) {
		if (poll(&pollfd, 1, left) > 0 && board_came(watch, tty))
			return true;
	}
	return board_on_tty(tty, &board);
}
