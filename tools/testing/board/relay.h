/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What firmware from 9.0 on knows of its relays: their wear, how
 * they are switched, and how a stuck one is shaken loose.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stdbool.h>
#include <stdint.h>

struct board;

struct relay {
	int32_t last_open_ma;
	bool moved;		/* since power-on: there is something to tell */
};

void relay_opened(struct board *b, int32_t ma);

/* False: not with a vehicle. Takes its time, and does not promise success. */
bool relay_shake(struct board *b);

#endif
