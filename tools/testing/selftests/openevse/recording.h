/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recording: what a real controller firmware and its client said, and when
 *
 * A recording is a text file, one *entry* a line: bytes from the client ('>'),
 * bytes from the board ('<'), or what was done to the board and its vehicle.
 */
#ifndef _OPENEVSE_RECORDING_H
#define _OPENEVSE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>

/* Longest piece of a recording, final NUL included. */
#define RECORDING_BYTES	256

enum recording_kind {
	RECORDING_COMMAND,	/* client to board */
	RECORDING_ANSWER,	/* board to client, asked or not */
	RECORDING_CONTROL,	/* done to the board: @bytes says what */
	RECORDING_RESET,	/* the controller restarted */
};

/**
 * struct recording_entry - one line
 * @us: microseconds since power-on
 * @kind: whose
 * @bytes: what was sent, with a NUL behind it
 * @len: how much
 */
struct recording_entry {
	long long us;
	enum recording_kind kind;
	unsigned char bytes[RECORDING_BYTES];
	size_t len;
};

struct recording {
	struct recording_entry *entry;
	size_t count;
};

/* Returns 0, or -1 with a sentence on standard error. */
int recording_load(struct recording *recording, const char *path);
void recording_free(struct recording *recording);

/* Directory of the recordings: $OPENEVSE_CAPTURES, or where the tree has it. */
const char *recording_directory(void);

#endif /* _OPENEVSE_RECORDING_H */
