/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Heartbeat supervision: less current when the host falls silent.
 */
#ifndef HEARTBEAT_H
#define HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

struct board;

enum heartbeat_trigger {
	HEARTBEAT_NEVER_MISSED = 0,
	HEARTBEAT_ACKNOWLEDGED = 1,
	HEARTBEAT_MISSED = 2,
};

struct heartbeat {
	uint16_t interval;	/* seconds, 0 = off */
	uint8_t amps;
	uint8_t trigger;
	uint64_t last;
};

void heartbeat_reset(struct board *b);
void heartbeat_check(struct board *b);

/* The three uses of SY; true is an OK. */
bool heartbeat_pulse(struct board *b);
bool heartbeat_acknowledge(struct board *b, uint8_t cookie);
bool heartbeat_set(struct board *b, uint16_t interval, uint8_t amps);

#endif
