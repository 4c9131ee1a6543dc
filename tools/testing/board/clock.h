/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The board's clock: microseconds since the simulator started, running at
 * any multiple of real time, or standing still until somebody advances it.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NEVER	UINT64_MAX
#define MS	1000ULL
#define SECOND	1000000ULL

struct clock {
	uint64_t start_ns;	/* CLOCK_MONOTONIC at the start */
	double speed;		/* board seconds per real second */
	bool manual;		/* only clock_advance() moves it */
	uint64_t manual_us;
	uint64_t lead_us;	/* what it showed at start_ns */
};

void clock_start(struct clock *c, double speed, bool manual);
uint64_t clock_now(const struct clock *c);
/* From now on it shows @us and what has passed since. */
void clock_set(struct clock *c, uint64_t us);

void clock_advance(struct clock *c, uint64_t us);

/* Real nanoseconds until the board's clock shows @us; NEVER if it never will. */
uint64_t clock_wait_ns(const struct clock *c, uint64_t us);

/* Real milliseconds since some fixed point, whatever the board's clock does. */
uint64_t clock_real_ms(void);

#endif
