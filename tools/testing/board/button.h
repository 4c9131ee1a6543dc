/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The front button: sleep and wake with a short press, the menu with a long
 * one; when it is disabled, the host is told instead.
 */
#ifndef BUTTON_H
#define BUTTON_H

#include <stdint.h>

struct board;

enum button_press {
	BUTTON_NONE,
	BUTTON_SHORT,
	BUTTON_LONG,
	BUTTON_WIFI,		/* held for ten seconds */
};

struct button {
	enum button_press pressed;	/* not yet noticed */
	uint64_t menu_until;
};

void button_press(struct board *b, enum button_press press);

/* A short press that is seen at once, as F1 makes it. */
void button_press_short(struct board *b);

/* What every loop of the firmware does. */
void button_check(struct board *b);

#endif
