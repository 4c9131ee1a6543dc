/* SPDX-License-Identifier: GPL-2.0 */
/* Which ttys shall be attached, as udev's rules say. */
#ifndef OPENEVSE_ATTACH_WATCH_H
#define OPENEVSE_ATTACH_WATCH_H

#include <stdbool.h>
#include <sys/types.h>

struct watch;

/**
 * struct watch_handler - what to do about a tty
 * @wanted: a tty that shall be attached; may be told again and again
 * @unwanted: a tty that is gone, or shall no longer be attached
 * @rescan_begin: all wanted ones will be told now...
 * @rescan_end: ...and have been; those not told are gone
 */
struct watch_handler {
	void (*wanted)(const char *syspath, const char *node, dev_t devnum);
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

/* Poll this for POLLIN... */
int watch_fd(const struct watch *watch);
/* ...and call this then. */
void watch_read(struct watch *watch);

#endif
