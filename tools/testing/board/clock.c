// SPDX-License-Identifier: GPL-2.0
/*
 * The board's clock. See clock.h.
 */
#include <time.h>

#include "clock.h"

static uint64_t real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

void clock_start(struct clock *c, double speed, bool manual)
{
	c->speed = speed;
	c->manual = manual;
	clock_set(c, 0);
}

void clock_set(struct clock *c, uint64_t us)
{
	c->start_ns = real_ns();
	c->lead_us = us;
	c->manual_us = us;
}

uint64_t clock_now(const struct clock *c)
{
	if (c->manual)
		return c->manual_us;
	return c->lead_us + (uint64_t)((double)(real_ns() - c->start_ns) * c->speed / 1000.0);
}

void clock_advance(struct clock *c, uint64_t us)
{
	c->manual_us += us;
}

uint64_t clock_wait_ns(const struct clock *c, uint64_t us)
{
	uint64_t now = clock_now(c);

	if (us <= now)
		return 0;
	if (c->manual || us == NEVER)
		return NEVER;
	/* one more, so that rounding cannot wake us a microsecond early */
	return (uint64_t)((double)(us - now + 1) * 1000.0 / c->speed);
}

uint64_t clock_real_ms(void)
{
	return real_ns() / 1000000ULL;
}
