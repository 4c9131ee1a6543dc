/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Repeatable randomness: the same seed gives the same run.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline void random_seed(struct random *r, uint64_t seed)
{
	/* xorshift must not start at zero, and small seeds must not look alike */
	r->state = (seed + 1) * 0x9e3779b97f4a7c15ULL;
	if (!r->state)
		r->state = 1;
}

static inline uint32_t random_next(struct random *r)
{
	uint64_t x = r->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	r->state = x;
	return (uint32_t)((x * 0x2545f4914f6cdd1dULL) >> 32);
}

static inline uint32_t random_below(struct random *r, uint32_t limit)
{
	return limit ? (uint32_t)(((uint64_t)random_next(r) * limit) >> 32) : 0;
}

static inline bool random_chance(struct random *r, double probability)
{
	return random_next(r) < probability * 4294967296.0;
}

#endif
