/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The energy meter: current as the firmware averages it, watt-seconds of the
 * session, and the total that grows when a session ends.
 */
#ifndef METER_H
#define METER_H

#include <stdint.h>

struct board;

struct meter {
	int32_t ma;		/* as GG tells it */
	uint64_t sum;		/* of the readings of this average */
	unsigned int readings;
	double session_ws;
	uint32_t total_wh;
	uint32_t mv;		/* SV, 0: as the service level has it */
	uint64_t last;		/* when the session was last added to */
};

void meter_reset(struct board *b);
uint32_t meter_now_ma(struct board *b);	/* what flows */
uint32_t meter_mv(struct board *b);
void meter_add(struct board *b);	/* energy since the last time */
void meter_read(struct board *b);	/* the current, once a pass */
void meter_start(struct board *b);	/* the relay closed */
void meter_stop(struct board *b);	/* and opened */
void meter_session_begin(struct board *b);
void meter_session_end(struct board *b);

#endif
