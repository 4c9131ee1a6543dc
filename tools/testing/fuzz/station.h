/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The simulated boards of tools/testing/board, in this process: booted once, and
 * as if just booted again for each input. They hear bytes and say bytes, at
 * once; and what their parser made of a frame can be looked at.
 */
#ifndef STATION_H
#define STATION_H

#include "../board/board.h"

#define STATION_HEARD	8	/* commands of one go that are remembered */
#define STATION_WORDS	RAPI_TOKENS

/* A command as the board has understood it. */
struct heard {
	char group, selector;
	int count;
	char word[STATION_WORDS][RAPI_FRAME + 1];
	char text[RAPI_FRAME + 1];	/* from the fourth word on */
	u_int8_t id;
	bool unchecked;
};

struct station {
	struct board *board;
	struct heard heard[STATION_HEARD];
	size_t count;		/* since station_say() was called */
};

/* One of them, whatever @index is. */
struct station *station_at(unsigned int index);

/* Bytes to the board; returns those that it says, of which there are @len. */
const u_int8_t *station_say(struct station *station, const void *bytes, size_t size,
			    size_t *len);

#endif
