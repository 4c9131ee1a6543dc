// SPDX-License-Identifier: GPL-2.0
/*
 * One tty: open, claim, set up, attach; and the way back
 *
 * The board lives as long as the file that attached it stays open, so a port
 * owns its file from a successful port_attach() until hangup or port_free().
 * Nothing that goes wrong with one tty may disturb another: every failure ends
 * in one line of log and another try after a pause, which doubles each time.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/openevse.h>

#include "discipline.h"
#include "log.h"
#include "port.h"

#define FIRST_PAUSE_MS	1000
#define LONGEST_PAUSE_MS 60000
/* Who closes a terminal program wants the board back before long. */
#define LONGEST_BUSY_MS	16000

static const int terminal_discipline;

/* strdup() that can do NULL. Return: false without memory. */
static bool copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return *to || !from;
}

static void free_port(struct port *port)
{
	free(port->node);
	free(port->syspath);
	free(port->serial);
	free(port);
}

static const char *name_of(const char *node)
{
	return strncmp(node, "/dev/", 5) ? node : node + 5;
}

struct port *port_new(const struct watch_tty *tty)
{
	struct port *port = calloc(1, sizeof(*port));

	if (!port)
		return NULL;
	port->node = strdup(tty->node);
	if (!port->node || !copy(&port->syspath, tty->syspath) ||
	    !copy(&port->serial, tty->serial)) {
		free_port(port);
		return NULL;
	}
	port->name = name_of(port->node);
	port->devnum = tty->devnum;
	port->fd = -1;
	port->pause_ms = FIRST_PAUSE_MS;
	return port;
}

bool port_update(struct port *port, const struct watch_tty *tty)
{
	char *node = strdup(tty->node), *serial = NULL;

	if (!node || !copy(&serial, tty->serial)) {
		free(node);
		return false;
	}
	free(port->node);
	free(port->serial);
	port->node = node;
	port->name = name_of(node);
	port->serial = serial;
	port->devnum = tty->devnum;
	return true;
}

bool port_unplugged(const struct port *port)
{
	return port->syspath && access(port->syspath, F_OK);
}

bool port_is_double(const struct port *a, const struct port *b)
{
	return a != b && a->serial && b->serial && !strcmp(a->serial, b->serial);
}

static void close_port(struct port *port)
{
	close(port->fd);
	port->fd = -1;
}

static void detach(struct port *port)
{
	if (ioctl(port->fd, TIOCSETD, &terminal_discipline) && errno != EIO)
		log_warning("%s: cannot take the line discipline off: %s", port->name,
			    strerror(errno));
	serial_restore(port->fd, &port->saved);
	close_port(port);
	log_info("%s: detached", port->name);
}

void port_free(struct port *port)
{
	if (port_attached(port))
		detach(port);
	free_port(port);
}

/* Keep what is wrong as one sentence; log it unless it was said last time. */
__attribute__((format(printf, 3, 4)))
static int complain(struct port *port, int error, const char *format, ...)
{
	char text[sizeof(port->complaint)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (strcmp(text, port->complaint))
		log_warning("%s: %s", port->name, text);
	else
		log_debug("%s: still: %s", port->name, text);
	memcpy(port->complaint, text, sizeof(text));
	return error;
}

static int complain_foreign(struct port *port)
{
	int number = -1;
	char name[64];

	ioctl(port->fd, TIOCGETD, &number);
	return complain(port, -EALREADY, "line discipline \"%s\" is attached already",
			discipline_name(number, name, sizeof(name)));
}

/* A node can be reused for another device between the event and our open(). */
static bool node_is_ours(const struct port *port)
{
	struct stat st;

	return !port->devnum || (!fstat(port->fd, &st) && st.st_rdev == port->devnum);
}

static int claim(struct port *port)
{
	int error = serial_claim(port->fd, port->node);

	switch (error) {
	case 0:
		return 0;
	case -EALREADY:
		return complain_foreign(port);
	case -EBUSY:
		return complain(port, error, "another program uses it");
	default:
		return complain(port, error, "cannot claim it: %s", strerror(-error));
	}
}

static int set_discipline(struct port *port)
{
	port->number = discipline_find();
	if (port->number < 0)
		return complain(port, port->number, "no line discipline \"openevse\" in this kernel: is the module installed for it?");
	if (!ioctl(port->fd, TIOCSETD, &port->number))
		return 0;
	return complain(port, -errno, "cannot attach the line discipline: %s%s",
			strerror(errno), errno == EPERM ? " (needs CAP_SYS_ADMIN)" : "");
}

/* With the line claimed: settings, then the discipline, or all back again. */
static int configure(struct port *port)
{
	int error = serial_save(port->fd, &port->saved);

	if (error) {
		ioctl(port->fd, TIOCNXCL);
		return complain(port, error, "no terminal settings: %s", strerror(-error));
	}
	error = serial_setup(port->fd, &port->saved);
	if (error)
		complain(port, error, "cannot set the line up: %s", strerror(-error));
	else
		error = set_discipline(port);
	if (error)
		serial_restore(port->fd, &port->saved);
	return error;
}

static int open_and_attach(struct port *port)
{
	int error;

	if (serial_is_console(port->name))
		return complain(port, -EBUSY, "it is the kernel's console: take it off the kernel's command line");
	port->fd = serial_open(port->node);
	if (port->fd == -ENOTTY)
		return complain(port, port->fd, "it is no serial port");
	if (port->fd < 0)
		return complain(port, port->fd, "cannot open it: %s", strerror(-port->fd));
	if (!node_is_ours(port))
		error = complain(port, -ENODEV, "%s is another device now", port->node);
	else
		error = claim(port);
	if (!error)
		error = configure(port);
	if (error)
		close_port(port);
	return error;
}

static void log_attached(struct port *port)
{
	__u32 index;

	if (ioctl(port->fd, OPENEVSE_TTY_GET_INDEX, &index))
		log_info("%s: attached", port->name);
	else
		log_info("%s: attached as /dev/openevse%u", port->name, index);
}

/* @error: why not now */
static void try_later(struct port *port, int error, uint64_t now)
{
	unsigned int pause_ms = port->pause_ms;

	if (error == -EBUSY && pause_ms > LONGEST_BUSY_MS)
		pause_ms = LONGEST_BUSY_MS;
	log_debug("%s: next try in %u s", port->name, pause_ms / 1000);
	port->retry_at = now + pause_ms;
	port->pause_ms *= 2;
	if (port->pause_ms > LONGEST_PAUSE_MS)
		port->pause_ms = LONGEST_PAUSE_MS;
}

static int complain_double(struct port *port, const struct port *rival)
{
	return complain(port, -EEXIST, "it has the same serial number as %s%s: \"openevse adopt\" the one with the board again, to go by its place",
			rival->name, port_attached(rival) ? ", which is attached" : "");
}

int port_attach(struct port *port, const struct port *rival, uint64_t now)
{
	int error;

	if (port_unplugged(port))	/* somebody else may get the node */
		error = -ENODEV;
	else if (rival)
		error = complain_double(port, rival);
	else
		error = open_and_attach(port);
	if (error) {
		port->fd = -1;
		try_later(port, error, now);
		return error;
	}
	port->complaint[0] = '\0';
	port->pause_ms = FIRST_PAUSE_MS;
	/*
	 * A hangup wakes those who wait for input. The discipline itself never
	 * has any for us.
	 */
	port->events = POLLIN;
	serial_low_latency(port->fd, &port->saved);
	log_attached(port);
	return 0;
}

static bool still_ours(const struct port *port)
{
	int number;

	return !ioctl(port->fd, TIOCGETD, &number) && number == port->number;
}

void port_event(struct port *port, short revents, uint64_t now)
{
	if (revents & (POLLHUP | POLLERR | POLLNVAL)) {
		log_info("%s: gone", port->name);
	} else if (still_ours(port)) {
		/* Input that cannot be ours: do not spin on it. */
		port->events = 0;
		return;
	} else {
		log_warning("%s: somebody took the line discipline off", port->name);
	}
	close_port(port);
	try_later(port, 0, now);
}
