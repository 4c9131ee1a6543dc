// SPDX-License-Identifier: GPL-2.0
/*
 * The ttys that carry OPENEVSE_ATTACH=1 in udev's database
 *
 * The rules decide, this file only listens: to udev's own events, which come
 * after the rules have run, never to the kernel's. Listening starts before the
 * enumeration, so that a tty plugged in between is told twice, not lost.
 */
#include <errno.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/identity.h"
#include "log.h"
#include "watch.h"

#define PROPERTY	"OPENEVSE_ATTACH"
#define MARK		"OPENEVSE_MARK"
#define SUBSYSTEM	"tty"
#define QUEUE_BYTES	(1024 * 1024)

struct watch {
	const struct watch_handler *handler;
	struct udev *udev;
	struct udev_monitor *monitor;
};

static const char *property(struct udev_device *device, const char *name)
{
	const char *value = udev_device_get_property_value(device, name);

	return value ? value : "";
}

/*
 * Virtual terminals and the like have no hardware above them. A rule that
 * marks those marks too much, and they are somebody's screen.
 */
static bool is_wanted(struct udev_device *device)
{
	if (strcmp(property(device, PROPERTY), "1") || !udev_device_get_devnode(device))
		return false;
	/* Unplugged by now: with it the parents are gone, which says nothing then. */
	if (access(udev_device_get_syspath(device), F_OK))
		return false;
	if (udev_device_get_parent(device))
		return true;
	log_warning("%s: has the property " PROPERTY ", but is no serial port: left alone",
		    udev_device_get_sysname(device));
	return false;
}

static void tell_wanted(struct watch *watch, struct udev_device *device)
{
	/* A rule that goes by the place has no doubles. */
	char *serial = strcmp(property(device, MARK), "path") ? tty_serial_identity(device) : NULL;
	const struct watch_tty tty = {
		.syspath = udev_device_get_syspath(device),
		.node = udev_device_get_devnode(device),
		.devnum = udev_device_get_devnum(device),
		.serial = serial,
	};

	watch->handler->wanted(&tty);
	free(serial);
}

static void tell_enumerated(struct watch *watch, struct udev_enumerate *enumerate)
{
	struct udev_list_entry *entry;
	struct udev_device *device;
	const char *syspath;

	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(enumerate)) {
		syspath = udev_list_entry_get_name(entry);
		device = udev_device_new_from_syspath(watch->udev, syspath);
		if (!device)		/* unplugged meanwhile */
			continue;
		if (is_wanted(device))
			tell_wanted(watch, device);
		udev_device_unref(device);
	}
}

void watch_rescan(struct watch *watch)
{
	struct udev_enumerate *enumerate = udev_enumerate_new(watch->udev);

	if (!enumerate)
		return;
	if (udev_enumerate_add_match_subsystem(enumerate, SUBSYSTEM) < 0 ||
	    udev_enumerate_add_match_property(enumerate, PROPERTY, "1") < 0 ||
	    udev_enumerate_add_match_is_initialized(enumerate) < 0 ||
	    udev_enumerate_scan_devices(enumerate) < 0) {
		/* Nobody's board is given up for that. */
		log_error("cannot list the ttys: is udev running?");
	} else {
		watch->handler->rescan_begin();
		tell_enumerated(watch, enumerate);
		watch->handler->rescan_end();
	}
	udev_enumerate_unref(enumerate);
}

static int start_monitor(struct watch *watch)
{
	watch->monitor = udev_monitor_new_from_netlink(watch->udev, "udev");
	if (!watch->monitor)
		return -EIO;
	/* Larger than root may is refused softly; the default does for most. */
	udev_monitor_set_receive_buffer_size(watch->monitor, QUEUE_BYTES);
	if (udev_monitor_filter_add_match_subsystem_devtype(watch->monitor, SUBSYSTEM, NULL) < 0)
		return -EIO;
	return udev_monitor_enable_receiving(watch->monitor) < 0 ? -EIO : 0;
}

struct watch *watch_open(const struct watch_handler *handler)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->handler = handler;
	watch->udev = udev_new();
	if (!watch->udev || start_monitor(watch)) {
		watch_close(watch);
		return NULL;
	}
	watch_rescan(watch);
	return watch;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	udev_monitor_unref(watch->monitor);
	udev_unref(watch->udev);
	free(watch);
}

int watch_fd(const struct watch *watch)
{
	return udev_monitor_get_fd(watch->monitor);
}

static void handle(struct watch *watch, struct udev_device *device)
{
	const char *action = udev_device_get_action(device);
	const char *syspath = udev_device_get_syspath(device);

	log_debug("udev: %s %s", action ? action : "?", syspath);
	if (action && strcmp(action, "remove") && is_wanted(device))
		tell_wanted(watch, device);
	else
		watch->handler->unwanted(syspath);
}

void watch_read(struct watch *watch)
{
	struct udev_device *device;

	errno = 0;
	while ((device = udev_monitor_receive_device(watch->monitor))) {
		handle(watch, device);
		udev_device_unref(device);
		errno = 0;
	}
	if (errno == ENOBUFS) {
		log_warning("udev events were lost, looking at all ttys again");
		watch_rescan(watch);
	}
}
