/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inspector sees both ends of the wire at once, as nobody else can, and so
 * knows what damage got past those who have a checksum at most: messages that
 * the board never said, commands that the host never sent.
 */
#ifndef INSPECTOR_H
#define INSPECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;

#define INSPECTOR_FRAME	127	/* what is longer is no frame to anybody */
#define INSPECTOR_KEPT	16	/* no more frames fit into the receive ring */

/* From '$' to the byte before CR. */
struct inspected {
	uint8_t text[INSPECTOR_FRAME];
	size_t len;
};

/* Finds the frames in a stream of bytes. */
struct cutter {
	bool open;
	struct inspected frame;
};

/* What can get through. */
enum slip {
	SLIP_FORGED,		/* to the host, with a right checksum */
	SLIP_UNGUARDED,		/* to the host, which expects no checksum */
	SLIP_MISHEARD,		/* to the board, with a right checksum */
	SLIP_UNCHECKED,		/* to the board, without one */
	SLIPS,
};

/* What was really said at one end: the frame under way and the last ones. */
struct originals {
	struct cutter cutter;
	struct inspected kept[INSPECTOR_KEPT];
	size_t count;		/* ever since it was cleared */

	/* what came at the other end, and may be the frame under way */
	bool doubtful;
	enum slip doubt;
	struct inspected came;
};

/* The last one of its kind. */
struct slip_seen {
	bool any;
	struct inspected original, came;
};

struct inspector {
	struct originals said, sent;	/* by the board, by the host */
	struct cutter got;		/* what the host makes of it */
	struct slip_seen last[SLIPS];
};

/* Bytes that leave one end, and those that arrive at the other: in that order. */
void inspector_board_said(struct board *b, uint8_t c);
void inspector_host_got(struct board *b, uint8_t c);
void inspector_host_sent(struct board *b, uint8_t c);

/* The firmware accepts the frame that it has. */
void inspector_accepted(struct board *b, bool unchecked);

/* For people: one line without line feed, the last slip of each kind. */
void inspector_report(const struct inspector *in, char *buf, size_t size);
void inspector_forget(struct inspector *in);

#endif
