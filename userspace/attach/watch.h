/* SPDX-License-Identifier: GPL-2.0 */
/* Which ttys shall be attached, as udev's rules say. */
#ifndef OPENEVSE_ATTACH_WATCH_H
#define OPENEVSE_ATTACH_WATCH_H

#include <stdbool.h>
#include <sys/types.h>

struct watch;

/**
 * struct watch_tty - a tty that shall be attached
 * @syspath: where udev knows it
 * @node: device node
 * @devnum: number of @node
 * @serial: what a rule that goes by the cable's serial number cannot tell from
 *	this one: maker, model, serial number and port; NULL when it has none,
 *	or when the rule goes by the place (OPENEVSE_MARK=path)
 */
struct watch_tty {
	const char *syspath;
	const char *node;
	dev_t devnum;
	const char *serial;
};

/**
 * struct watch_handler - what to do about a tty
 * @wanted: a tty that shall be attached; may be told again and again
 * @unwanted: a tty that is gone, or shall no longer be attached
 * @rescan_begin: all wanted ones will be told now...
 * @rescan_end: ...and have been; those not told are gone
 */
struct watch_handler {
	void (*wanted)(const struct watch_tty *tty);
	void (*unwanted)(const char *syspath);
	void (*rescan_begin)(void);
	void (*rescan_end)(void);
};

/**
 * watch_open - start listening, then tell what is there already
 * @handler: called from watch_open() and watch_read()
 *
 * Return: NULL without udev.
 */
struct watch *watch_open(const struct watch_handler *handler);
void watch_close(struct watch *watch);

/* Tell all ttys again, between rescan_begin and rescan_end. */
void watch_rescan(struct watch *watch);

/* Poll this for POLLIN... */
int watch_fd(const struct watch *watch);
/* ...and call this then. */
void watch_read(struct watch *watch);

#endif
