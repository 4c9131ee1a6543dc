/* SPDX-License-Identifier: GPL-2.0 */
/* One tty that shall be, or is, attached. */
#ifndef OPENEVSE_ATTACH_PORT_H
#define OPENEVSE_ATTACH_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../common/serial.h"
#include "watch.h"

/**
 * struct port - a tty and what we hold of it
 * @next: for the list of its owner
 * @node: device node, "/dev/ttyUSB0"
 * @name: @node without "/dev/", as people know it
 * @syspath: where udev knows it; NULL when it was given by hand
 * @devnum: number the node must have; 0 when it was given by hand
 * @serial: what it shares with its doubles; NULL when it cannot have any
 * @fd: the attached tty; -1 while waiting
 * @events: what to poll @fd for
 * @number: of our discipline, while attached
 * @saved: how we found the line
 * @retry_at: when to try again, ms of CLOCK_MONOTONIC
 * @pause_ms: pause before the try after that
 * @complaint: what was wrong at the last try; "" when nothing was
 * @seen: mark of a rescan
 */
struct port {
	struct port *next;
	char *node;
	const char *name;
	char *syspath;
	dev_t devnum;
	char *serial;
	int fd;
	short events;
	int number;
	struct serial_saved saved;
	uint64_t retry_at;
	unsigned int pause_ms;
	char complaint[160];
	bool seen;
};

/* Return: a port that is due at once, or NULL without memory. */
struct port *port_new(const struct watch_tty *tty);

/*
 * The same tty as udev knows it now: gone and back, or with another rule.
 * Return: false without memory; the port is as it was then.
 */
bool port_update(struct port *port, const struct watch_tty *tty);

/* Detach if attached, and forget. */
void port_free(struct port *port);

/* Is it unplugged, and udev has not told yet? */
bool port_unplugged(const struct port *port);

/* Can one rule by serial number not tell these two apart? */
bool port_is_double(const struct port *a, const struct port *b);

static inline bool port_attached(const struct port *port)
{
	return port->fd >= 0;
}

/**
 * port_attach - open the tty and attach the discipline
 * @port: a port that is not attached
 * @rival: another one with the same serial number; NULL for none. With one,
 *	nothing is opened: which of the two has the board is not known.
 * @now: ms; the next try is set from it on failure
 *
 * Logs the outcome; a complaint that only repeats itself is not logged again.
 *
 * Return: 0 or a negative errno.
 */
int port_attach(struct port *port, const struct port *rival, uint64_t now);

/**
 * port_event - look at what poll() said about an attached port
 * @port: the port
 * @revents: from poll()
 * @now: ms
 *
 * On a hangup the tty is closed and due for another try.
 */
void port_event(struct port *port, short revents, uint64_t now);

#endif
