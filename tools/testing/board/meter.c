// SPDX-License-Identifier: GPL-2.0
/*
 * The energy meter. See meter.h.
 */
#include "board.h"

#define READINGS	16	/* to an average */

void meter_reset(struct board *b)
{
	b->meter = (struct meter) { .total_wh = b->eeprom.total_wh };
}

uint32_t meter_now_ma(struct board *b)
{
	uint32_t offer = b->evse.amps * 1000u;

	if (!b->evse.relay || b->plant.pilot == 'A' || b->plant.pilot == 'B')
		return 0;
	if (b->plant.greedy || b->plant.ma < offer)
		return b->plant.ma;
	return offer;
}

uint32_t meter_mv(struct board *b)
{
	if (b->fw.has & HAS_VOLTMETER)
		return b->plant.volts * 1000;
	if (b->meter.mv)
		return b->meter.mv;
	return b->evse.flags & FLAG_L2 ? 240000 : 120000;
}

/*
 * Now and then, the current of that moment for all of the time since. Older
 * firmware counts nothing while it waits for the vehicle to stop.
 */
void meter_add(struct board *b)
{
	struct meter *m = &b->meter;
	double watts = m->ma / 1000.0 * (meter_mv(b) / 1000.0);

	if (b->cpu.t - m->last < (b->fw.quirks & QUIRK_ADDS_UP ? SECOND / 4 : SECOND))
		return;
	if (b->evse.state == STATE_C || (b->fw.quirks & QUIRK_ADDS_UP))
		m->session_ws += watts * (double)(b->cpu.t - m->last) / SECOND;
	m->last = b->cpu.t;
}

void meter_start(struct board *b)
{
	b->meter.last = b->cpu.t;
}

void meter_read(struct board *b)
{
	struct meter *m = &b->meter;

	if (!(b->fw.has & HAS_AMMETER))
		return;
	m->sum += meter_now_ma(b);
	if (++m->readings < READINGS)
		return;
	m->ma = (int32_t)(m->sum / READINGS);
	m->sum = 0;
	m->readings = 0;
}

void meter_stop(struct board *b)
{
	b->meter.ma = 0;
}

void meter_session_begin(struct board *b)
{
	b->meter.session_ws = 0;
}

void meter_session_end(struct board *b)
{
	struct meter *m = &b->meter;

	m->total_wh += (uint32_t)(m->session_ws / 3600);
	eeprom_write32(b, &b->eeprom.total_wh, m->total_wh);
}
