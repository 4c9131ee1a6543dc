// SPDX-License-Identifier: GPL-2.0
/*
 * Cables: what udev knows of a tty
 *
 * A cable is recognised by the serial number of its USB device where that is
 * unique, else by the place it is plugged into, and a port soldered in by its
 * name. Values go into udev rules, where quotes and pattern characters have a
 * meaning: a value with anything but plain characters is not used as a mark.
 */
#include <errno.h>
#include <libudev.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../common/identity.h"
#include "../common/serial.h"
#include "cable.h"
#include "cli.h"
#include "device.h"
#include "names.h"

#define FIRST_PTY_MAJOR	136
#define LAST_PTY_MAJOR	143
#define PLAIN_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.:=@_,"

static bool is_plain(const char *value)
{
	return value && value[0] && !value[strspn(value, PLAIN_CHARACTERS)];
}

static const char *property(struct udev_device *tty, const char *name)
{
	return udev_device_get_property_value(tty, name);
}

static struct udev_device *usb_device(struct udev_device *tty)
{
	return udev_device_get_parent_with_subsystem_devtype(tty, "usb", "usb_device");
}

/* Calls @visit for each tty of real hardware until it returns false. */
static void each_tty(struct udev *udev, bool (*visit)(struct udev_device *tty, void *data),
		     void *data)
{
	struct udev_enumerate *enumerate = udev_enumerate_new(udev);
	struct udev_list_entry *entry;
	struct udev_device *tty;
	bool more = true;

	if (!enumerate)
		out_of_memory();
	udev_enumerate_add_match_subsystem(enumerate, "tty");
	udev_enumerate_scan_devices(enumerate);
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(enumerate)) {
		tty = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		if (!tty)
			continue;
		if (more && udev_device_get_parent(tty) && udev_device_get_devnode(tty))
			more = visit(tty, data);
		udev_device_unref(tty);
	}
	udev_enumerate_unref(enumerate);
}

/* Cheap adapters share one serial number among thousands. */
struct twin_search {
	struct udev_device *tty;
	bool attached_only;
	struct udev_device *found;
};

static bool is_twin(struct udev_device *a, struct udev_device *b)
{
	char *left = tty_serial_identity(a), *right = tty_serial_identity(b);
	bool same = left && right && !strcmp(left, right) &&
		    strcmp(udev_device_get_syspath(a), udev_device_get_syspath(b));

	free(left);
	free(right);
	return same;
}

static bool is_no_twin(struct udev_device *other, void *data)
{
	struct twin_search *search = data;
	struct board board;

	if (!is_twin(other, search->tty) ||
	    (search->attached_only && !board_on_tty(udev_device_get_sysname(other), &board)))
		return true;
	search->found = udev_device_ref(other);
	return false;
}

/* Return: a reference, or NULL. */
static struct udev_device *find_twin(struct udev_device *tty, bool attached_only)
{
	struct twin_search search = { .tty = tty, .attached_only = attached_only };

	each_tty(udev_device_get_udev(tty), is_no_twin, &search);
	return search.found;
}

static bool has_twin(struct udev_device *tty)
{
	struct udev_device *twin = find_twin(tty, false);

	udev_device_unref(twin);
	return twin;
}

/* Conditions that single one of several ports out; "" where there is one. */
static char *port_match(struct udev_device *tty)
{
	const char *port = tty_port_number(tty);

	return is_plain(port) ? xasprintf(", ATTRS{port_number}==\"%s\"", port) : xasprintf("%s", "");
}

static char *serial_match(struct udev_device *tty)
{
	const char *vendor = property(tty, "ID_VENDOR_ID"), *model = property(tty, "ID_MODEL_ID");
	const char *serial = property(tty, "ID_SERIAL_SHORT");
	const char *interface = property(tty, "ID_USB_INTERFACE_NUM");
	char *port, *match;

	if (!usb_device(tty) || !is_plain(serial) || !is_plain(vendor) || !is_plain(model) ||
	    !is_plain(interface))
		return NULL;
	port = port_match(tty);
	match = xasprintf("ENV{ID_VENDOR_ID}==\"%s\", ENV{ID_MODEL_ID}==\"%s\", ENV{ID_SERIAL_SHORT}==\"%s\", ENV{ID_USB_INTERFACE_NUM}==\"%s\"%s",
		     vendor, model, serial, interface, port);
	free(port);
	return match;
}

static char *path_match(struct udev_device *tty)
{
	const char *path = property(tty, "ID_PATH");
	char *port, *match;

	if (!is_plain(path))
		return NULL;
	port = port_match(tty);
	match = xasprintf("ENV{ID_PATH}==\"%s\"%s", path, port);
	free(port);
	return match;
}

/* USB ttys are numbered as they come; a name would mean another one tomorrow. */
static char *name_match(struct udev_device *tty)
{
	const char *name = udev_device_get_sysname(tty);

	if (usb_device(tty) || !udev_device_get_parent(tty) || !is_plain(name))
		return NULL;
	return xasprintf("KERNEL==\"%s\"", name);
}

/* Only where the cable is all there is on this USB device. */
static char *usb_model(struct udev_device *usb)
{
	const char *vendor = udev_device_get_sysattr_value(usb, "idVendor");
	const char *product = udev_device_get_sysattr_value(usb, "idProduct");
	const char *interfaces = udev_device_get_sysattr_value(usb, "bNumInterfaces");

	if (!interfaces || atoi(interfaces) != 1 || !is_plain(vendor) || !is_plain(product))
		return NULL;
	return xasprintf("ENV{DEVTYPE}==\"usb_device\", ATTR{idVendor}==\"%s\", ATTR{idProduct}==\"%s\"",
			 vendor, product);
}

/* As udev writes it, for the device as for its ttys: with odd characters replaced. */
static char *usb_serial_match(struct udev_device *tty, const char *model)
{
	const char *serial = property(tty, "ID_SERIAL_SHORT");

	return is_plain(serial) ? xasprintf("%s, ENV{ID_SERIAL_SHORT}==\"%s\"", model, serial) : NULL;
}

/* The path of a tty ends with its interface, ":1.0"; udev knows none yet. */
static char *usb_path_match(struct udev_device *tty, const char *model)
{
	const char *path = property(tty, "ID_PATH");
	const char *interface = is_plain(path) ? strrchr(path, ':') : NULL;

	if (!interface)
		return NULL;
	return xasprintf("%s, IMPORT{builtin}=\"path_id\", ENV{ID_PATH}==\"%.*s\"", model,
			 (int)(interface - path), path);
}

static char *label_of(struct udev_device *tty)
{
	const char *vendor = property(tty, "ID_VENDOR"), *model = property(tty, "ID_MODEL");
	const char *serial = property(tty, "ID_SERIAL_SHORT");
	char *label, *p;

	if (!vendor && !model)
		return xasprintf("serial port");
	label = xasprintf("%s%s%s%s%s", vendor ? vendor : "", vendor && model ? " " : "",
		     model ? model : "", serial ? ", serial " : "", serial ? serial : "");
	for (p = label; *p && *p != ','; p++)
		if (*p == '_')
			*p = ' ';
	make_printable(label);
	return label;
}

static bool has_property(struct udev_device *tty, const char *name, const char *value)
{
	const char *found = property(tty, name);

	return found && !strcmp(found, value);
}

static void fill_usb(struct udev_device *tty, struct udev_device *usb, struct cable *cable)
{
	char *model = usb_model(usb);

	cable->usb_syspath = xasprintf("%s", udev_device_get_syspath(usb));
	if (model) {
		cable->usb_matches[MARK_SERIAL] = usb_serial_match(tty, model);
		cable->usb_matches[MARK_PATH] = usb_path_match(tty, model);
	}
	free(model);
}

static void fill_cable(struct udev_device *tty, struct cable *cable)
{
	struct udev_device *usb = usb_device(tty);
	char *serial;

	memset(cable, 0, sizeof(*cable));
	cable->syspath = xasprintf("%s", udev_device_get_syspath(tty));
	cable->node = xasprintf("%s", udev_device_get_devnode(tty));
	cable->name = xasprintf("%s", udev_device_get_sysname(tty));
	cable->label = label_of(tty);
	serial = serial_match(tty);
	if (serial && has_twin(tty))
		cable->shared_match = serial;
	else
		cable->matches[MARK_SERIAL] = serial;
	cable->matches[MARK_PATH] = path_match(tty);
	cable->matches[MARK_NAME] = name_match(tty);
	while (cable->best < MARKS && !cable->matches[cable->best])
		cable->best++;
	cable->enrolled = has_property(tty, "OPENEVSE_ATTACH", "1");
	cable->ambiguous = cable->enrolled && cable->shared_match &&
			   !has_property(tty, "OPENEVSE_MARK", "path");
	if (usb)
		fill_usb(tty, usb, cable);
}

void cable_free(struct cable *cable)
{
	int i;

	free(cable->syspath);
	free(cable->usb_syspath);
	free(cable->node);
	free(cable->name);
	free(cable->label);
	free(cable->shared_match);
	for (i = 0; i < MARKS; i++) {
		free(cable->matches[i]);
		free(cable->usb_matches[i]);
	}
}

static struct udev *new_udev(void)
{
	struct udev *udev = udev_new();

	if (!udev)
		out_of_memory();
	return udev;
}

/* Pseudo-terminals are in no udev database; simulated boards sit on them. */
static bool is_pty(const struct stat *st)
{
	return major(st->st_rdev) >= FIRST_PTY_MAJOR && major(st->st_rdev) <= LAST_PTY_MAJOR;
}

static void fill_pty(const char *node, struct cable *cable)
{
	char name[NAME_SIZE];

	tty_name(node, name, sizeof(name));
	memset(cable, 0, sizeof(*cable));
	cable->syspath = xasprintf("%s", "");
	cable->node = xasprintf("%s", node);
	cable->name = xasprintf("%s", name);
	cable->label = xasprintf("pseudo-terminal");
	cable->best = MARKS;
}

static bool find_node(const char *node, struct cable *cable)
{
	struct udev_device *tty;
	const char *subsystem;
	struct udev *udev;
	struct stat st;
	bool found;

	if (stat(node, &st) || !S_ISCHR(st.st_mode))
		return false;
	if (is_pty(&st)) {
		fill_pty(node, cable);
		return true;
	}
	udev = new_udev();
	tty = udev_device_new_from_devnum(udev, 'c', st.st_rdev);
	subsystem = tty ? udev_device_get_subsystem(tty) : NULL;
	found = subsystem && !strcmp(subsystem, "tty") && udev_device_get_devnode(tty);
	if (found)
		fill_cable(tty, cable);
	udev_device_unref(tty);
	udev_unref(udev);
	return found;
}

bool cable_find(const char *tty, struct cable *cable)
{
	char *node = xasprintf("%s%s", strchr(tty, '/') ? "" : "/dev/", tty);
	bool found = find_node(node, cable);

	free(node);
	return found;
}

bool cable_find_attached_twin(const struct cable *cable, struct cable *twin)
{
	struct udev *udev = new_udev();
	struct udev_device *tty = udev_device_new_from_syspath(udev, cable->syspath);
	struct udev_device *found = tty ? find_twin(tty, true) : NULL;

	if (found)
		fill_cable(found, twin);
	udev_device_unref(found);
	udev_device_unref(tty);
	udev_unref(udev);
	return found;
}

/* A port number of the 8250 driver behind which there is no chip. */
static bool is_without_hardware(struct udev_device *tty)
{
	const char *type = udev_device_get_sysattr_value(tty, "type");

	return type && !strcmp(type, "0");
}

struct cable_list {
	struct cable *cables;
	int count;
};

static bool add_candidate(struct udev_device *tty, void *data)
{
	const char *name = udev_device_get_sysname(tty);
	struct cable_list *list = data;
	struct board board;

	if (is_without_hardware(tty) || serial_is_console(name) || board_on_tty(name, &board))
		return true;
	list->cables = reallocarray(list->cables, list->count + 1, sizeof(*list->cables));
	if (!list->cables)
		out_of_memory();
	fill_cable(tty, &list->cables[list->count++]);
	return true;
}

int cables_list(struct cable **cables)
{
	struct udev *udev = new_udev();
	struct cable_list list = { NULL, 0 };

	each_tty(udev, add_candidate, &list);
	udev_unref(udev);
	*cables = list.cables;
	return list.count;
}

void cables_free(struct cable *cables, int count)
{
	int i;

	for (i = 0; i < count; i++)
		cable_free(&cables[i]);
	free(cables);
}

const char *cable_mark_name(enum cable_mark mark)
{
	switch (mark) {
	case MARK_SERIAL:
		return "its USB serial number";
	case MARK_PATH:
		return "the place where it is plugged in";
	case MARK_NAME:
		return "its name";
	default:
		return "nothing";
	}
}
