/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frame: bytes to RAPI frames and back
 *
 * On the wire a frame is
 *
 *	'$' text [ ' ' ':' hh ] [ '^' hh | '*' hh ] CR
 *
 * '^' is the XOR, '*' the sum modulo 256 of every byte from '$' up to the
 * delimiter; ':' hh is a sequence id. The board's replies and messages carry
 * '^' or, on old firmware, nothing; what we send always carries '*', the only
 * kind every firmware ever released accepts.
 *
 * A *deframer* finds the lines in a stream of bytes: '$' always starts a new
 * one, CR ends it, everything between lines is junk (boot text, line feeds,
 * noise). It is 8-bit clean, because one reply ($GI) carries raw bytes. A
 * *frame* is a line whose checksum, tokens and id have been looked at; whether
 * a frame without checksum may be believed is for the dialect to say.
 *
 * No memory is allocated and no lock is taken: the caller owns the objects and
 * serialises. Freestanding, see freestanding.h.
 */
#ifndef _OPENEVSE_FRAME_H
#define _OPENEVSE_FRAME_H

#include "freestanding.h"

/*
 * Longest line accepted, '$' included, CR not. The longest reply of a released
 * firmware has 57 bytes ($GL of RAPI 6.0.0); more than this is not a frame.
 */
#define OPENEVSE_LINE_MAX	127

/* Most tokens in a frame. Firmware takes 10 and never sends more. */
#define OPENEVSE_TOKENS_MAX	16

/* Room for any command: the largest firmware limit is 39, then CR. */
#define OPENEVSE_COMMAND_MAX	40

/* Where a token stands in its frame's line. */
struct openevse_token {
	u8 at;
	u8 len;
};

/**
 * struct openevse_frame - one line, looked at
 * @line: the line, '$' first, CR removed, with a NUL behind it
 * @len: bytes in @line
 * @text_len: bytes in @line before the id and the checksum
 * @checked: carried a checksum, and it was right
 * @echo: ends in the right checksum of a command, so it is one that came back
 * @id: sequence id, 0 for none
 * @count: tokens, the first ("OK", "AT") included; the id is none of them
 */
struct openevse_frame {
	u8 line[OPENEVSE_LINE_MAX + 1];
	u8 len;
	u8 text_len;
	bool checked;
	bool echo;
	u8 id;
	u8 count;
	struct openevse_token token[OPENEVSE_TOKENS_MAX];
};

/**
 * struct openevse_deframer - finds lines in a stream of bytes
 * @line: the line being received
 * @len: bytes in it; 0 between lines
 * @ended: the line is whole; it goes with the next byte
 * @bad_frames: lines dropped: too long, spoiled, or cut off by the next '$'
 * @junk_bytes: bytes between lines
 */
struct openevse_deframer {
	u8 line[OPENEVSE_LINE_MAX];
	u8 len;
	bool ended;
	u64 bad_frames;
	u64 junk_bytes;
};

bool openevse_deframer_push(struct openevse_deframer *deframer, u8 byte);
void openevse_deframer_spoil(struct openevse_deframer *deframer);

int openevse_frame_parse(struct openevse_frame *frame, const u8 *line,
			 size_t len);
const u8 *openevse_frame_token(const struct openevse_frame *frame, u8 index);
bool openevse_frame_is(const struct openevse_frame *frame, const char *word);
int openevse_frame_build(u8 *out, size_t limit, const char *text, u8 id);

#endif /* _OPENEVSE_FRAME_H */
