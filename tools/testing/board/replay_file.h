/* SPDX-License-Identifier: GPL-2.0 */
/* What "openevse monitor --log" wrote, as events of a board. */
#ifndef REPLAY_FILE_H
#define REPLAY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLAY_UNKNOWN	-1	/* in any member below */

enum replay_kind {
	REPLAY_STATE, REPLAY_BOOT, REPLAY_BUTTON, REPLAY_WIFI, REPLAY_LINK, REPLAY_SETTING,
	REPLAY_DETACHED, REPLAY_ECHO,
};

struct replay_event {
	enum replay_kind kind;
	uint64_t at;		/* us since the first one */
	bool initial;		/* the present when the recording began */
	int state, pilot, amps, vflags;
	int connected;
	int number;		/* which press, which mode; link up, echo on: 1 */
};

/*
 * The events of the first board in the file @path; free() them. Return: how many,
 * or -1 and @error says why.
 */
int replay_read(const char *path, struct replay_event **events, char *error, size_t size);

#endif
