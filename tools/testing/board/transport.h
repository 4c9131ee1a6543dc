/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A transport carries the wire's bytes to a host and can be pulled out.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct usb;

/* What the adapter was told by the host's driver. */
struct usb_counters {
	bool dtr, rts;
	unsigned long dtr_edges, rts_edges, purges, urbs;
	unsigned long baud, latency;
	const char *flow;	/* "none", "rtscts", "dtrdsr", "xonxoff" */
};

struct transport_ops {
	const char *name;
	bool has_cable;		/* that can be pulled and plugged in again */
	int (*plug)(struct board *b);	/* 0, or -1 with a word on stderr */
	void (*unplug)(struct board *b);
	/* At most one descriptor to watch; events 0 for none. */
	void (*watch)(struct board *b, struct pollfd *p);
	void (*ready)(struct board *b, short revents);
	void (*deliver)(struct board *b, const uint8_t *buf, size_t n);
	uint64_t (*next)(struct board *b);	/* board time of its own business */
	void (*run)(struct board *b);
	/* These two only where there is an adapter. */
	void (*send_break)(struct board *b);
	const struct usb_counters *(*counters)(struct board *b);
};

struct transport {
	const struct transport_ops *ops;
	bool plugged;
	bool eof;		/* the host will say no more */
	int fd;			/* to the host */
	const char *link;	/* pty: a name that lasts */
	char path[64];		/* pty: its name now */
	uint64_t look_at;	/* pty: when to look for a listener again */
	uint8_t *out;		/* stdio: what its reader has not taken yet */
	size_t out_len;
	const char *serial;	/* usb: its serial number */
	bool any_socket;	/* usb: does not wait for the one it had */
	struct usb *usb;
};

extern const struct transport_ops stdio_transport;
extern const struct transport_ops pty_transport;
extern const struct transport_ops usb_transport;

void transport_deliver(struct board *b, const uint8_t *buf, size_t n);

#endif
