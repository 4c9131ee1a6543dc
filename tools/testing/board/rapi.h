/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol side of the firmware: bytes to frames, frames to commands,
 * and the wording of replies and messages. A parser of its own, written from
 * the observed behaviour and sharing nothing with the driver.
 */
#ifndef RAPI_H
#define RAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;

#define RAPI_FRAME	40	/* the longest frame of any profile, and one */
#define RAPI_TOKENS	10
#define RAPI_TEXT	64	/* the parameters of a reply */

struct rapi {
	bool echo;
	bool in_frame;
	uint8_t frame[RAPI_FRAME];
	size_t len;

	bool busy;		/* inside a command: $AT has to wait */
	bool hung;		/* the reply waits for a device, see rapi_resume() */
	uint8_t reply[RAPI_TEXT + 24];
	size_t reply_len;

	/* what the last $ST or $AT said */
	uint8_t said_state, said_pilot, said_amps;
	uint16_t said_vflags;
};

/* One command as it was sent; a handler fills in the answer. */
struct command {
	char group, selector;
	int count;		/* tokens, with the command's own, without the id */
	bool unusable;		/* too many tokens, or a wrong checksum */
	bool unchecked;		/* came without a checksum */
	char *token[RAPI_TOKENS];
	const char *text;	/* from token 3 to the end, spaces intact */
	uint8_t id;		/* 0: none */

	char params[RAPI_TEXT];
	bool has_params;
	bool hang;		/* do not answer before rapi_resume() */
	bool silent;		/* do not answer at all */
};

void rapi_reset(struct rapi *r);
void rapi_byte(struct board *b, uint8_t c);
void rapi_resume(struct board *b);

/* Messages nobody asked for. */
void rapi_state(struct board *b, bool force);	/* if there is something to tell */
void rapi_entered(struct board *b);	/* in firmware that tells as it enters a state */
void rapi_changed(struct board *b);	/* in that which tells later, also of less */
void rapi_boot(struct board *b);
void rapi_notice(struct board *b, const char *text);

/* Do replies carry a checksum, with or without parameters? Messages are like bare ones. */
bool rapi_guards(struct board *b, bool params);

/* Decimal as the firmware reads it: mostly, any byte counts as (byte - '0'). */
uint32_t rapi_number(struct board *b, const char *s);

#endif
