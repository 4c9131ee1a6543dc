/* SPDX-License-Identifier: GPL-2.0 */
/* An emulated udev with ttys that are pseudo-terminals. */
#ifndef OPENEVSE_TEST_BED_H
#define OPENEVSE_TEST_BED_H

#include <stdbool.h>
#include <umockdev.h>

/**
 * struct bed - one emulated udev
 * @testbed: umockdev's part of it
 * @root: folder that stands for /
 * @ioctls: lets the programs' ioctls through to the pseudo-terminals
 * @usb_numbers: ttys have the device numbers of USB adapters; else those of
 *	their pseudo-terminals, which is what fstat() says of them
 */
struct bed {
	UMockdevTestbed *testbed;
	char *root;
	UMockdevIoctlBase *ioctls;
	bool usb_numbers;
};

/**
 * struct tty - one tty
 * @bed: where it is
 * @node: "/dev/ttyUSB0"
 * @syspath: of the tty; NULL when udev does not know it
 * @usb: syspath of the USB device; NULL for none
 * @port: syspath of the port on it; NULL for a virtual tty
 * @slave: name of the pseudo-terminal
 * @master: its other end
 * @watch: inotify, tells each open() of it
 * @number: "136:5"
 */
struct tty {
	struct bed *bed;
	char *node;
	char *syspath;
	char *usb;
	char *port;
	char *slave;
	int master;
	int watch;
	char *number;
};

void bed_make(struct bed *bed);
void bed_free(struct bed *bed);

/* A file of the emulated /proc, /sys or /dev. */
void bed_write(struct bed *bed, const char *path, const char *text);

/*
 * Line discipline "openevse": the kernel of this host has none. Where a test
 * is about ttys that are attached, the terminal's own stands in for it.
 */
void bed_without_discipline(struct bed *bed);
void bed_with_discipline(struct bed *bed);

/* A bare pseudo-terminal; tty->node is its own name. */
void tty_open(struct bed *bed, struct tty *tty);

/* A pseudo-terminal and a node for it, which udev knows nothing of. */
void tty_prepare(struct bed *bed, struct tty *tty, const char *name);
void tty_make_node(struct tty *tty);
void tty_remove_node(struct tty *tty);

/*
 * Tell udev, with properties and their values: NULL ends them. "add" is sent
 * to whoever listens. tty_usb() makes the USB device and the port above it,
 * tty_soldered() a port that was always there; without, a tty is a virtual one.
 */
void tty_usb(struct tty *tty, const char *serial);
void tty_soldered(struct tty *tty);
void tty_add(struct tty *tty, ...) __attribute__((sentinel));

/* tty_prepare(), tty_make_node(), tty_usb() and tty_add() in one. */
#define tty_plug(bed, tty, name, ...)			\
	do {						\
		tty_prepare(bed, tty, name);		\
		tty_make_node(tty);			\
		tty_usb(tty, NULL);			\
		tty_add(tty, ##__VA_ARGS__, NULL);	\
	} while (0)

/* udev has finished with it, or not yet. */
void tty_initialized(struct tty *tty, bool initialized);

void tty_set(struct tty *tty, const char *property, const char *value);
void tty_event(struct tty *tty, const char *action);

/* Out of sysfs, without a word to anybody. */
void tty_vanish(struct tty *tty);

/* Event "remove", and out of sysfs. */
void tty_unplug(struct tty *tty);

/* Has it been opened since this was asked last? How often cannot be told. */
bool tty_opened(struct tty *tty);

void tty_close(struct tty *tty);

#endif
