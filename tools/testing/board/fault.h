/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults: no ground, a stuck relay, leakage, heat. Part of the controller.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdint.h>

struct board;

#define FAULT_GROUND_DELAY	(1 * SECOND)	/* after the relay closed */

/* The fault ended because the vehicle left, and with it this pass. */
#define FAULT_LEFT		0xfd

/* The state that a fault asks for, or STATE_UNKNOWN, or FAULT_LEFT. */
uint8_t fault_look(struct board *b);

#endif
