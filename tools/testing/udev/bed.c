// SPDX-License-Identifier: GPL-2.0
/*
 * The emulated udev
 *
 * umockdev answers for sysfs and uevents. The node of a tty is a link to a
 * pseudo-terminal of which the test holds the other end; inotify on it proves
 * that somebody has opened it, or nobody. The ioctls of a program on an emulated
 * node come here first and are sent back to be executed.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "bed.h"

#define DISCIPLINES	"/proc/tty/ldiscs"
#define DATABASE	"/run/udev/data"

static gboolean execute(UMockdevIoctlBase *ioctls, UMockdevIoctlClient *client, gpointer unused)
{
	int error = 0;
	int result = umockdev_ioctl_client_execute(client, &error, NULL);

	umockdev_ioctl_client_complete(client, result, error);
	return TRUE;
}

void bed_make(struct bed *bed)
{
	memset(bed, 0, sizeof(*bed));
	/*
	 * The library sets it when a thread of its own reads the environment already,
	 * which may then move and be freed (mended in 0.17.17). What is there is
	 * replaced, and nothing moves.
	 */
	setenv("UMOCKDEV_DIR", "", 1);
	bed->testbed = umockdev_testbed_new();
	bed->root = umockdev_testbed_get_root_dir(bed->testbed);
	bed->ioctls = umockdev_ioctl_base_new();
	g_signal_connect(bed->ioctls, "handle-ioctl", G_CALLBACK(execute), NULL);
	bed_without_discipline(bed);
}

void bed_free(struct bed *bed)
{
	g_object_unref(bed->testbed);
	g_object_unref(bed->ioctls);
	g_free(bed->root);
}

void bed_write(struct bed *bed, const char *path, const char *text)
{
	char *real = g_build_filename(bed->root, path, NULL);
	char *folder = g_path_get_dirname(real);

	g_mkdir_with_parents(folder, 0755);
	if (!g_file_set_contents(real, text, -1, NULL))
		g_error("cannot write %s", real);
	g_free(folder);
	g_free(real);
}

void bed_without_discipline(struct bed *bed)
{
	bed_write(bed, DISCIPLINES, "n_tty       0\n");
}

void bed_with_discipline(struct bed *bed)
{
	bed_write(bed, DISCIPLINES, "n_tty       0\nopenevse    0\n");
}

static char *number_of(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		g_error("%s: %m", path);
	return g_strdup_printf("%u:%u", major(st.st_rdev), minor(st.st_rdev));
}

static void let_ioctls_through(struct tty *tty)
{
	if (!umockdev_testbed_attach_ioctl(tty->bed->testbed, tty->node, tty->bed->ioctls, NULL))
		g_error("%s: cannot attach to its ioctls", tty->node);
}

static void open_pty(struct bed *bed, struct tty *tty)
{
	memset(tty, 0, sizeof(*tty));
	tty->bed = bed;
	tty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty->master < 0 || grantpt(tty->master) || unlockpt(tty->master))
		g_error("no pseudo-terminal: %m");
	tty->slave = g_strdup(ptsname(tty->master));
	tty->number = number_of(tty->slave);
	tty->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (inotify_add_watch(tty->watch, tty->slave, IN_OPEN) < 0)
		g_error("%s: cannot watch: %m", tty->slave);
}

void tty_open(struct bed *bed, struct tty *tty)
{
	open_pty(bed, tty);
	tty->node = g_strdup(tty->slave);
	let_ioctls_through(tty);
}

void tty_prepare(struct bed *bed, struct tty *tty, const char *name)
{
	static int next_minor;

	open_pty(bed, tty);
	tty->node = g_strdup_printf("/dev/%s", name);
	if (bed->usb_numbers) {
		g_free(tty->number);
		tty->number = g_strdup_printf("188:%d", next_minor++);
	}
	let_ioctls_through(tty);
}

void tty_make_node(struct tty *tty)
{
	char *node = g_build_filename(tty->bed->root, tty->node, NULL);
	char *folder = g_path_get_dirname(node);

	g_mkdir_with_parents(folder, 0755);
	if (symlink(tty->slave, node))
		g_error("%s: %m", node);
	g_free(folder);
	g_free(node);
}

void tty_remove_node(struct tty *tty)
{
	char *node = g_build_filename(tty->bed->root, tty->node, NULL);

	unlink(node);
	g_free(node);
}

static const char *name_of(const struct tty *tty)
{
	return tty->node + strlen("/dev/");
}

/* An adapter of which the tty is all there is, as usb-serial shows them. */
void tty_usb(struct tty *tty, const char *serial)
{
	UMockdevTestbed *testbed = tty->bed->testbed;
	char *name = g_strdup_printf("usb-%s", name_of(tty));
	char *port = g_strdup_printf("port-%s", name_of(tty));

	tty->usb = umockdev_testbed_add_device(testbed, "usb", name, NULL,
			"idVendor", "0403", "idProduct", "6001", "bNumInterfaces", "1",
			NULL, "DEVTYPE", "usb_device", NULL);
	if (serial)
		umockdev_testbed_set_attribute(testbed, tty->usb, "serial", serial);
	tty->port = umockdev_testbed_add_device(testbed, "usb-serial", port, tty->usb,
			"port_number", "0", NULL, NULL);
	g_free(port);
	g_free(name);
}

void tty_soldered(struct tty *tty)
{
	tty->port = umockdev_testbed_add_device(tty->bed->testbed, "platform", "serial8250",
						NULL, NULL, NULL);
}

void tty_initialized(struct tty *tty, bool initialized)
{
	char *path = g_strdup_printf(DATABASE "/c%s", tty->number);

	if (initialized)
		g_file_set_contents(path, "I:1\n", -1, NULL);
	else
		unlink(path);
	g_free(path);
}

void tty_add(struct tty *tty, ...)
{
	char *attributes[] = { "dev", tty->number, NULL };
	char **number = g_strsplit(tty->number, ":", 2);
	char *name = g_strdup_printf("%s%s", tty->port ? "" : "virtual/tty/", name_of(tty));
	char *first[] = { "DEVNAME", tty->node, "MAJOR", number[0], "MINOR", number[1] };
	char *properties[32], *next;
	size_t count = G_N_ELEMENTS(first);
	va_list more;

	memcpy(properties, first, sizeof(first));
	va_start(more, tty);
	while ((next = va_arg(more, char *)))
		properties[count++] = next;
	va_end(more);
	properties[count] = NULL;
	tty_initialized(tty, true);
	tty->syspath = umockdev_testbed_add_devicev(tty->bed->testbed, "tty", name, tty->port,
						    attributes, properties);
	g_free(name);
	g_strfreev(number);
}

void tty_set(struct tty *tty, const char *property, const char *value)
{
	umockdev_testbed_set_property(tty->bed->testbed, tty->syspath, property, value);
}

void tty_event(struct tty *tty, const char *action)
{
	umockdev_testbed_uevent(tty->bed->testbed, tty->syspath, action);
}

void tty_vanish(struct tty *tty)
{
	umockdev_testbed_remove_device(tty->bed->testbed, tty->syspath);
	/* Those above one by one, or links to them are left. */
	if (tty->port)
		umockdev_testbed_remove_device(tty->bed->testbed, tty->port);
	if (tty->usb)
		umockdev_testbed_remove_device(tty->bed->testbed, tty->usb);
	tty_remove_node(tty);
	tty_initialized(tty, false);
}

void tty_unplug(struct tty *tty)
{
	tty_event(tty, "remove");
	tty_vanish(tty);
}

bool tty_opened(struct tty *tty)
{
	struct inotify_event events[64];	/* of a file, not a folder: no names */
	bool opened = false;

	while (read(tty->watch, events, sizeof(events)) > 0)
		opened = true;
	return opened;
}

void tty_close(struct tty *tty)
{
	close(tty->watch);
	close(tty->master);
	umockdev_testbed_detach_ioctl(tty->bed->testbed, tty->node, NULL);
	g_free(tty->node);
	g_free(tty->syspath);
	g_free(tty->usb);
	g_free(tty->port);
	g_free(tty->slave);
	g_free(tty->number);
}
