/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The delay timer: awake between two times of day, asleep otherwise.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct board;

struct timer {
	bool overridden;	/* the button was pressed against it */
	uint64_t last;		/* when it was last looked at */
};

bool timer_enabled(struct board *b);
void timer_set(struct board *b, const uint8_t at[4]);
void timer_cancel(struct board *b);
void timer_check(struct board *b);
void timer_button(struct board *b);

#endif
