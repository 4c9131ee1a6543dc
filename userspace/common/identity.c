// SPDX-License-Identifier: GPL-2.0
/*
 * The identity of a tty by its cable
 *
 * Used by the helper, which leaves doubles alone, and by "openevse adopt", which
 * makes rules that have none.
 */
#include <stdio.h>

#include "identity.h"

static const char *property(struct udev_device *tty, const char *name)
{
	const char *value = udev_device_get_property_value(tty, name);

	return value ? value : "";
}

const char *tty_port_number(struct udev_device *tty)
{
	struct udev_device *parent = udev_device_get_parent(tty);

	return parent ? udev_device_get_sysattr_value(parent, "port_number") : NULL;
}

char *tty_serial_identity(struct udev_device *tty)
{
	const char *port = tty_port_number(tty);
	char *identity;

	if (!*property(tty, "ID_SERIAL_SHORT"))
		return NULL;
	if (asprintf(&identity, "%s %s %s %s", property(tty, "ID_SERIAL"),
		     property(tty, "ID_SERIAL_SHORT"), property(tty, "ID_USB_INTERFACE_NUM"),
		     port ? port : "") < 0)
		return NULL;
	return identity;
}
