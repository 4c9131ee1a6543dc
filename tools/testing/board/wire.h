/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wire between the host and the board's UART, and that UART.
 *
 * Towards the board: bytes travel one after the other, then wait in the
 * 63-byte receive ring until the firmware looks. Towards the host: the
 * firmware hands over whole messages, blocks when its transmit ring is full,
 * and the bytes leave one after the other. Line noise, lost and damaged
 * messages happen here, because here is where they happen.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"

struct board;

#define WIRE_RING	63	/* usable bytes of the AVR receive ring */
#define WIRE_TRAVEL	4096
#define WIRE_OUT	16384

/* Something that happens now and then. */
struct chance {
	double rate;		/* 0: never, 1: each time */
	struct random random;
};

/*
 * One place on the wire: the byte that was said and the one that is heard,
 * each -1 if there is none. Noise makes them differ.
 */
struct spot {
	int16_t said, heard;
};

struct wire_spot {
	uint64_t at;		/* when it has arrived at the host */
	struct spot spot;
};

struct wire {
	bool paced;		/* 115200 baud, else no time at all */
	bool uart_on;
	bool garbled;		/* the host's baud rate is not ours */
	bool held;		/* the host's adapter was told to wait */
	bool mute;
	bool deaf;
	struct chance noise_in;	/* a mishap of a byte */
	struct chance noise_out;
	struct chance chop;	/* a pause behind a byte */
	struct chance late;	/* a reply that takes longer */
	uint64_t late_max;
	struct random random;
	unsigned int drop;	/* messages still to lose */
	unsigned int corrupt;	/* messages still to damage */
	bool few;		/* only some replies are said: */
	unsigned int replies;	/* so many more */
	uint64_t delay;		/* added to every reply */

	struct spot travel[WIRE_TRAVEL];
	size_t travel_head, travel_len;
	uint64_t travel_next;	/* when the first of them arrives */

	uint8_t ring[WIRE_RING];
	size_t ring_head, ring_len;

	struct wire_spot out[WIRE_OUT];
	size_t out_head, out_len;
	uint64_t tx_free;	/* when the transmitter will be idle */
	uint64_t out_last;	/* when the last byte arrives at the host */

	/* the frame that the host is sending */
	bool frame_open, frame_hurt;

	unsigned long bytes_in, bytes_out, ring_lost, unheard;
};

void wire_init(struct wire *w, uint64_t seed);

/* The board lost its power or its mind: rings forgotten, receiver off. */
void wire_reset(struct wire *w);

/* Bytes the host may send now; wire_from_host() loses what is beyond. */
size_t wire_room(const struct wire *w);
void wire_from_host(struct board *b, const uint8_t *buf, size_t n);

/* Firmware side. */
int wire_get(struct wire *w);	/* next byte of the ring, -1 when empty */
void wire_message(struct board *b, const uint8_t *buf, size_t n, bool reply);
void wire_echo(struct board *b, uint8_t c);

/* The test's side: bytes to the host as they are. */
void wire_inject(struct board *b, const uint8_t *buf, size_t n);

/* Time. What the host can see is worth a wakeup; the rest can be made up for. */
uint64_t wire_next(const struct wire *w);
uint64_t wire_visible_next(const struct wire *w);
void wire_run(struct board *b);
bool wire_idle(const struct wire *w);

#endif
