// SPDX-License-Identifier: GPL-2.0
/*
 * openevse doctor: from the plug to /dev/openevseN
 *
 * Adapters without a driver, cables that are not attached and why, the boards that
 * are, and whether the caller may use them. Ttys are only looked at from outside,
 * through udev and /proc: to open one can reset what is behind it.
 */
#include <fcntl.h>
#include <grp.h>
#include <libudev.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/serial.h"
#include "doctor.h"
#include "process.h"

#define GROUP	"openevse"

/* --- USB adapters --- */

/* Makers of the chips in serial cables, and the drivers for them. */
static const struct {
	const char *vendor;
	const char *driver;
} chips[] = {
	{ "0403", "ftdi_sio" },
	{ "067b", "pl2303" },
	{ "10c4", "cp210x" },
	{ "1a86", "ch341" },
};

static const char *driver_for(struct udev_device *usb)
{
	const char *vendor = udev_device_get_sysattr_value(usb, "idVendor");
	size_t i;

	for (i = 0; vendor && i < ARRAY_SIZE(chips); i++)
		if (!strcmp(vendor, chips[i].vendor))
			return chips[i].driver;
	return NULL;
}

static void judge_interface(struct doctor *doctor, struct udev_device *interface)
{
	struct udev_device *usb = udev_device_get_parent(interface);
	const char *driver = usb ? driver_for(usb) : NULL;
	const char *model;
	char *remedy;

	if (!driver || udev_device_get_driver(interface))
		return;
	model = udev_device_get_sysattr_value(usb, "product");
	remedy = process_find("brltty") ?
		 xasprintf("sudo systemctl mask --now brltty, and plug it in anew") :
		 xasprintf("sudo modprobe %s, and plug it in anew", driver);
	/* With a board attached it is another one's, which may want no tty. */
	finding(doctor, doctor->board_count ? RESULT_NOTE : RESULT_FAIL, remedy,
		"USB adapter %s on port %s has no tty: no driver, or a program has taken it away",
		model ? model : "without a name", udev_device_get_sysname(usb));
	free(remedy);
}

static void check_usb(struct doctor *doctor)
{
	struct udev_enumerate *interfaces;
	struct udev_list_entry *entry;
	struct udev_device *interface;
	struct udev *udev;

	if (doctor->wanted)
		return;
	udev = udev_new();
	interfaces = udev ? udev_enumerate_new(udev) : NULL;
	if (!interfaces)
		out_of_memory();
	udev_enumerate_add_match_subsystem(interfaces, "usb");
	udev_enumerate_add_match_property(interfaces, "DEVTYPE", "usb_interface");
	udev_enumerate_scan_devices(interfaces);
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(interfaces)) {
		interface = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
		if (interface)
			judge_interface(doctor, interface);
		udev_device_unref(interface);
	}
	udev_enumerate_unref(interfaces);
	udev_unref(udev);
}

/* --- cables --- */

/* Return: false when nobody has that tty who can be seen. */
static bool judge_user(struct doctor *doctor, const struct cable *cable)
{
	bool matters = doctor->wanted || cable->enrolled;
	pid_t owner = serial_lock_owner(cable->node);
	pid_t pid = owner ? owner : process_holding(cable->node);
	char name[PROCESS_NAME_SIZE];

	if (pid <= 0)
		return false;
	/* A lock may outlive the process that took it. */
	if (!process_name(pid, name))
		snprintf(name, sizeof(name), "another program");
	if (!strcmp(name, HELPER_NAME))
		finding(doctor, RESULT_NOTE, "ask again in a moment", "being attached just now");
	else
		finding(doctor, matters ? RESULT_FAIL : RESULT_NOTE,
			matters ? "end that program: a board's tty is nobody else's" : NULL,
			"used by %s (process %d%s)", name, (int)pid,
			owner ? ", by a lock file in /run/lock" : "");
	return true;
}

/* Enrolled, and for no reason that has been seen so far it is not attached. */
static void judge_enrolled(struct doctor *doctor, const struct cable *cable)
{
	char *remedy = xasprintf("sudo openevse adopt %s, and the same for the other one",
				 cable->name);

	if (cable->ambiguous)
		finding(doctor, RESULT_FAIL, remedy,
			"enrolled by a serial number that another adapter has as well");
	else if (!host_has_module() || !host_has_helper())
		finding(doctor, RESULT_FAIL, "see above: the module and the helper have to be there",
			"enrolled, but not attached");
	else
		finding(doctor, RESULT_FAIL, host_has_systemd() ? "look at: journalctl -u openevse-attach" :
			"look at what openevse-attach has written to the system's log",
			"enrolled, but not attached");
	free(remedy);
}

static void judge_stranger(struct doctor *doctor, const struct cable *cable)
{
	char *remedy = xasprintf("if an OpenEVSE board is on it: sudo openevse adopt %s", cable->name);

	finding(doctor, doctor->wanted ? RESULT_FAIL : RESULT_NOTE, remedy,
		"not enrolled (%s)", cable->label);
	free(remedy);
}

static void judge_unused(struct doctor *doctor, const struct cable *cable)
{
	if (cable->enrolled)
		judge_enrolled(doctor, cable);
	else
		judge_stranger(doctor, cable);
}

static void judge_cable(struct doctor *doctor, const struct cable *cable)
{
	doctor->subject = cable->name;
	if (serial_is_console(cable->name))
		finding(doctor, RESULT_FAIL, "take it out of the kernel's command line (console=)",
			"the kernel writes its messages to it");
	else if (!judge_user(doctor, cable))
		judge_unused(doctor, cable);
	doctor->subject = NULL;
}

static void judge_cables(struct doctor *doctor, int *seen, int *enrolled)
{
	const struct cable *cable;
	int i;

	for (i = 0; i < doctor->cable_count; i++) {
		cable = &doctor->cables[i];
		/* A port soldered in is no sign of a board. */
		if (!cable->usb_syspath && !cable->enrolled && !doctor->wanted)
			continue;
		judge_cable(doctor, cable);
		*seen += 1;
		*enrolled += cable->enrolled;
	}
}

static void check_cables(struct doctor *doctor)
{
	int i, seen = 0, enrolled = 0;

	for (i = 0; i < doctor->board_count; i++)
		finding(doctor, RESULT_OK, NULL, "%s: attached as %s", doctor->boards[i].tty,
			doctor->boards[i].path);
	judge_cables(doctor, &seen, &enrolled);
	if (doctor->board_count || doctor->wanted)
		return;
	if (!seen)
		finding(doctor, RESULT_FAIL, "plug it in; when \"dmesg\" has no new line then, try another port or cable",
			"no USB serial adapter is plugged in");
	else if (!enrolled)
		finding(doctor, RESULT_FAIL, "sudo openevse adopt", "no cable is enrolled, so no board is attached");
}

/* --- rights --- */

static const char *user_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? user->pw_name : "USER";
}

/* By the user database; this session may not know yet. */
static bool is_listed_member(const struct group *group)
{
	const char *user = user_name();
	char **member;

	for (member = group->gr_mem; *member; member++)
		if (!strcmp(*member, user))
			return true;
	return false;
}

/* Return: what to do to be in the group; free() it. */
static char *how_to_join(const struct group *group)
{
	if (group && is_listed_member(group))
		return xasprintf("log out and in again: this session began before you joined the group");
	return xasprintf("sudo usermod -aG " GROUP " %s, then log out and in again", user_name());
}

static void judge_rights(struct doctor *doctor, const struct board *board,
			 const struct group *group)
{
	struct stat st;
	char *remedy;

	if (stat(board->path, &st)) {
		finding(doctor, RESULT_FAIL, "sudo udevadm trigger --action=change --subsystem-match=openevse",
			"there is no %s", board->path);
		return;
	}
	if (group && (st.st_gid != group->gr_gid || (st.st_mode & 0660) != 0660)) {
		finding(doctor, RESULT_FAIL, "sudo udevadm trigger --action=change --subsystem-match=openevse",
			"%s does not belong to the group " GROUP, board->path);
		return;
	}
	if (!faccessat(AT_FDCWD, board->path, R_OK | W_OK, AT_EACCESS)) {
		finding(doctor, RESULT_OK, NULL, "%s may ask and control %s", user_name(), board->path);
		return;
	}
	remedy = how_to_join(group);
	finding(doctor, RESULT_FAIL, remedy, "%s has no right to %s", user_name(), board->path);
	free(remedy);
}

static bool is_member(gid_t gid)
{
	int count = getgroups(0, NULL), i;
	gid_t *groups = calloc(count + 1, sizeof(*groups));
	bool found = getegid() == gid;

	if (!groups)
		out_of_memory();
	count = getgroups(count, groups);
	for (i = 0; i < count; i++)
		found |= groups[i] == gid;
	free(groups);
	return found;
}

/* Without a board to try it on. */
static void judge_membership(struct doctor *doctor, const struct group *group)
{
	char *remedy = how_to_join(group);

	if (!geteuid() || is_member(group->gr_gid))
		finding(doctor, RESULT_OK, NULL, "%s may use boards", user_name());
	else
		finding(doctor, RESULT_FAIL, remedy, "%s is not in the group " GROUP, user_name());
	free(remedy);
}

static void check_rights(struct doctor *doctor)
{
	const struct group *group = getgrnam(GROUP);
	int i;

	if (!group)
		finding(doctor, RESULT_FAIL, "sudo groupadd --system " GROUP,
			"there is no group " GROUP);
	for (i = 0; i < doctor->board_count; i++)
		judge_rights(doctor, &doctor->boards[i], group);
	if (group && !doctor->board_count)
		judge_membership(doctor, group);
}

const struct check cable_checks[] = {
	{ "usb", check_usb },
	{ "cable", check_cables },
	{ "rights", check_rights },
	{ NULL, NULL },
};
