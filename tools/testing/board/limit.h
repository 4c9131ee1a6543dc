/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limits of a session, in time and in energy: reaching one puts the
 * controller to sleep. They are forgotten when the vehicle leaves.
 */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct board;

struct limit {
	uint8_t quarters;	/* hours; 0: none */
	uint8_t kwh;
	uint32_t from_s;	/* what counts already when the limit is set */
	double from_ws;
};

/* Some firmware allows one only while a vehicle is there. */
bool limit_allowed(struct board *b);
void limit_time(struct board *b, uint8_t quarters);
void limit_energy(struct board *b, uint8_t kwh);
void limit_clear(struct board *b);
void limit_check(struct board *b);

#endif
