/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Script: a recording, understood
 *
 * The client's bytes have become *commands*, the board's pieces replies,
 * messages, echoes or text, and each reply knows its command. The items are in
 * the order of the recording, which begins with the client's first byte: what
 * the board said before, nobody heard.
 */
#ifndef _OPENEVSE_SCRIPT_H
#define _OPENEVSE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "recording.h"

enum script_kind {
	SCRIPT_COMMAND,
	SCRIPT_REPLY,
	SCRIPT_MESSAGE,
	SCRIPT_ECHO,
	SCRIPT_TEXT,	/* no frame: boot text, line feeds */
	SCRIPT_RESET,
};

#define SCRIPT_NONE	((size_t)-1)

/**
 * struct script_item - one thing that happened
 * @us: when; of a command, when its last byte had arrived
 * @kind: what
 * @bytes: of the board: as they were sent. Of a command: "$...", CR left out
 * @len: how many
 * @partner: of a reply its command, of a command its reply, or SCRIPT_NONE
 * @well_formed: a command in the form the driver sends: its checksum right or
 *	absent, no id, nothing but printable characters
 * @echoed: a command that came back
 * @text: of a command: mnemonic and arguments; of a reply or message: what is
 *	between '$' and checksum
 */
struct script_item {
	long long us;
	enum script_kind kind;
	const unsigned char *bytes;
	size_t len;
	size_t partner;
	bool well_formed;
	bool echoed;
	char text[RECORDING_BYTES];
};

struct script {
	struct recording recording;
	struct script_item *item;
	size_t count;
	unsigned char *commands;	/* bytes of all commands */
};

/* @limit: longest frame this firmware answers. 0, or -1 with a sentence. */
int script_load(struct script *script, const char *path, size_t limit);
void script_free(struct script *script);

#endif /* _OPENEVSE_SCRIPT_H */
