/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware's single thread: what it does next, and when.
 */
#ifndef CPU_H
#define CPU_H

#include <stdbool.h>
#include <stdint.h>

struct board;

typedef void (*cpu_step)(struct board *b);

struct cpu {
	uint64_t at;		/* when the next step runs */
	uint64_t t;		/* the running step's own time */
	cpu_step step;
	cpu_step after;		/* what a hung command goes back to */
	bool waiting;		/* a byte cuts the wait short */
	bool idling;		/* main loop business, see board->instant */
};

/* Called by a step: its time goes on, nothing is read meanwhile. */
void cpu_take(struct board *b, uint64_t us);

/* Called by a step, last: what comes next, @us from its own time. */
void cpu_next(struct board *b, cpu_step step, uint64_t us);
void cpu_idle(struct board *b, cpu_step step, uint64_t us);
void cpu_wait(struct board *b, cpu_step step, uint64_t us);

void cpu_run(struct board *b);
void cpu_byte_arrived(struct board *b);

/* The whole thread stands still for @us from now. */
void cpu_stall(struct board *b, uint64_t us);

#endif
