/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second opinion on frames: written from the description of the protocol,
 * with all of the input at hand at once, and as plain as it gets. It shares
 * nothing with driver/frame.c but its limits.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "frame.h"

/* A byte as the UART has it. */
struct wire_byte {
	u8 byte;
	bool damaged;	/* it says that this is not what was sent */
	bool cut;	/* a new piece of the stream begins here */
};

struct reference_line {
	size_t from, len;	/* '$' included, CR not */
};

/* The lines of a stream, and what became of the rest of it. */
struct reference_lines {
	size_t count;
	struct reference_line *line;
	u64 bad, junk;
};

/* @lines->line has room for all of them: one for two bytes. */
void reference_deframe(struct reference_lines *lines,
		       const struct wire_byte *stream, size_t len);

enum reference_verdict { CHECKSUM_NONE, CHECKSUM_RIGHT, CHECKSUM_WRONG };

struct reference_word {
	size_t at, len;
};

/* What a line says. */
struct reference_frame {
	enum reference_verdict verdict;
	bool echo;		/* with a right checksum of the other kind */
	u8 id;
	size_t text_len;	/* without id and checksum */
	size_t count;
	struct reference_word word[OPENEVSE_LINE_MAX + 1];
};

void reference_read(struct reference_frame *frame, const u8 *line, size_t len);

#endif
