/* SPDX-License-Identifier: GPL-2.0 */
/* What time it is. */
#ifndef OPENEVSE_NOW_H
#define OPENEVSE_NOW_H

#include <stdint.h>
#include <time.h>

static inline int64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static inline int64_t monotonic_ms(void)
{
	return now_ns(CLOCK_MONOTONIC) / 1000000;
}

/* How long to sleep until @when, as poll() takes it. */
static inline int sleep_ms(int64_t when)
{
	int64_t left = when - monotonic_ms();

	if (left > INT32_MAX)
		return INT32_MAX;
	return left < 0 ? 0 : (int)left;
}

#endif
