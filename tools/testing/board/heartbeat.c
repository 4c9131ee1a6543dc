// SPDX-License-Identifier: GPL-2.0
/*
 * Heartbeat supervision. See heartbeat.h.
 */
#include "board.h"

#define COOKIE	165

void heartbeat_reset(struct board *b)
{
	b->heartbeat = (struct heartbeat) {
		.interval = b->eeprom.heartbeat_interval,
		.amps = b->eeprom.heartbeat_amps,
		.last = b->cpu.t,
	};
}

void heartbeat_check(struct board *b)
{
	struct heartbeat *h = &b->heartbeat;
	/* 16 bits wide on the AVR: from 66 s on it is over at once */
	uint16_t limit_ms = (uint16_t)(h->interval * 1000u);

	if (!h->interval || b->cpu.t - h->last <= limit_ms * MS)
		return;
	if (h->amps < b->evse.amps)
		evse_set_amps(b, h->amps, false);
	h->trigger = HEARTBEAT_MISSED;
	h->last = b->cpu.t;
}

bool heartbeat_pulse(struct board *b)
{
	b->heartbeat.last = b->cpu.t;
	return b->heartbeat.trigger != HEARTBEAT_MISSED;
}

/* Back to all that is allowed, not to what it was: so the firmware has it. */
static bool restore_amps(struct board *b)
{
	if (!b->heartbeat.trigger)
		return true;
	if (b->evse.throttled)
		return false;
	return evse_set_amps(b, evse_saved_amps(b), false);
}

bool heartbeat_acknowledge(struct board *b, uint8_t cookie)
{
	if (cookie != COOKIE)
		return false;
	if (b->heartbeat.trigger != HEARTBEAT_MISSED)
		return true;
	if (!restore_amps(b))
		return false;
	b->heartbeat.trigger = HEARTBEAT_ACKNOWLEDGED;
	return true;
}

bool heartbeat_set(struct board *b, uint16_t interval, uint8_t amps)
{
	struct heartbeat *h = &b->heartbeat;
	bool ok = interval || restore_amps(b);

	h->interval = interval;
	h->amps = amps;
	h->trigger = HEARTBEAT_NEVER_MISSED;
	h->last = b->cpu.t;
	if (b->eeprom.heartbeat_interval != interval)
		eeprom_write16(b, &b->eeprom.heartbeat_interval, interval);
	if (b->eeprom.heartbeat_amps != amps)
		eeprom_write8(b, &b->eeprom.heartbeat_amps, amps);
	return ok;
}
