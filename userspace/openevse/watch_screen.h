/* SPDX-License-Identifier: GPL-2.0 */
/* The screen of a live view: what is drawn follows from the model alone. */
#ifndef OPENEVSE_WATCH_SCREEN_H
#define OPENEVSE_WATCH_SCREEN_H

#include <stdbool.h>

#include "watch_model.h"

enum screen_key {
	SCREEN_NO_KEY,		/* there is none waiting */
	SCREEN_QUIT,
	SCREEN_NEXT,
	SCREEN_PREVIOUS,
	SCREEN_HELP,
	SCREEN_REDRAW,
	SCREEN_OTHER_KEY,	/* one that means nothing */
};

/*
 * Take the terminal; it is given back at exit() at the latest. Return: false where
 * this kind of terminal cannot be drawn on, and nothing was changed.
 */
bool screen_open(bool colour);
void screen_close(void);

/* Never waits. */
enum screen_key screen_key(void);

void screen_draw(const struct watch_model *model);

/* Everything anew, whatever other programs have written on it. */
void screen_repair(void);

#endif
