// SPDX-License-Identifier: GPL-2.0
/*
 * Sysfs: what udev rules and shell scripts want to know of a board
 *
 * Documented in Documentation/sysfs.rst. A uevent "change" tells when firmware
 * and protocol have become known.
 */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "board.h"

/* The slowest poll that may be set: a day. */
#define POLL_INTERVAL_MAX_MS	86400000

static ssize_t firmware_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct openevse_board *board = dev_get_drvdata(dev);
	struct openevse_session session;

	openevse_exchange_session(&board->exchange, &session);
	return sysfs_emit(buf, "%s\n", session.firmware);
}
static DEVICE_ATTR_RO(firmware);

static ssize_t protocol_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct openevse_board *board = dev_get_drvdata(dev);
	struct openevse_session session;

	openevse_exchange_session(&board->exchange, &session);
	return sysfs_emit(buf, "%s\n", session.protocol);
}
static DEVICE_ATTR_RO(protocol);

static ssize_t link_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	static const char * const names[] = {
		[OPENEVSE_LINK_PROBING] = "probing",
		[OPENEVSE_LINK_UP] = "up",
		[OPENEVSE_LINK_DOWN] = "down",
		[OPENEVSE_LINK_GONE] = "gone",
	};
	struct openevse_board *board = dev_get_drvdata(dev);
	struct openevse_event_state present;

	openevse_events_present(&board->events, &present);
	return sysfs_emit(buf, "%s\n", names[present.link]);
}
static DEVICE_ATTR_RO(link);

static ssize_t tty_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	struct openevse_board *board = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", board->tty_name);
}
static DEVICE_ATTR_RO(tty);

static ssize_t poll_interval_ms_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	struct openevse_board *board = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(board->poll_interval_ms));
}

static ssize_t poll_interval_ms_store(struct device *dev,
				      struct device_attribute *attr,
				      const char *buf, size_t count)
{
	struct openevse_board *board = dev_get_drvdata(dev);
	unsigned int interval;
	int err;

	err = kstrtouint(buf, 10, &interval);
	if (err)
		return err;
	if (interval > POLL_INTERVAL_MAX_MS)
		return -ERANGE;
	WRITE_ONCE(board->poll_interval_ms, interval);
	return count;
}
static DEVICE_ATTR_RW(poll_interval_ms);

static struct attribute *openevse_attrs[] = {
	&dev_attr_firmware.attr,
	&dev_attr_protocol.attr,
	&dev_attr_link.attr,
	&dev_attr_tty.attr,
	&dev_attr_poll_interval_ms.attr,
	NULL
};

static const struct attribute_group openevse_group = {
	.attrs = openevse_attrs,
};

const struct attribute_group *openevse_groups[] = { &openevse_group, NULL };
