// SPDX-License-Identifier: GPL-2.0
/*
 * The faults that every pass of the main loop looks for. See fault.h.
 */
#include "board.h"
#include "capacity.h"
#include "fault.h"

#define STUCK_DELAY	(1 * SECOND)	/* after the relay opened */
#define RETRY_AFTER	(300 * SECOND)
#define RETRIES		6

static void count_trip(struct board *b, uint8_t *trips)
{
	if (*trips == 0xff)	/* a blank cell */
		eeprom_write8(b, trips, 1);
	else if (*trips < 254)
		eeprom_write8(b, trips, *trips + 1);
}

/* Each returns the state it wants, UNKNOWN if all is well, or FAULT_LEFT. */

static uint8_t look_for_ground(struct board *b)
{
	struct evse *e = &b->evse;

	if (!(b->fw.has & HAS_ADVPWR))
		return STATE_UNKNOWN;
	if (e->relay) {
		if (e->pass_at - e->relay_on_at <= FAULT_GROUND_DELAY || b->plant.ground_ok ||
		    !evse_checks(b, FLAG_NO_GROUND_CHECK))
			return STATE_UNKNOWN;
		evse_open_relay(b);
		if (e->pass_prev != STATE_NO_GROUND)
			count_trip(b, &b->eeprom.ground_trips);
		e->ground_at = e->pass_at;
		return STATE_NO_GROUND;
	}
	if (e->pass_prev != STATE_NO_GROUND)
		return STATE_UNKNOWN;
	if (!evse_connected(b))
		return FAULT_LEFT;
	if (e->ground_retries >= RETRIES || e->pass_at - e->ground_at <= RETRY_AFTER)
		return STATE_NO_GROUND;
	e->ground_retries++;
	return STATE_UNKNOWN;
}

static uint8_t look_for_stuck_relay(struct board *b)
{
	struct evse *e = &b->evse;

	if (!(b->fw.has & HAS_ADVPWR) || e->relay || e->pass_prev == STATE_NO_GROUND ||
	    !evse_checks(b, FLAG_NO_STUCK_CHECK))
		return STATE_UNKNOWN;
	if (!b->plant.relay_stuck) {
		e->stuck_since = 0;
		return STATE_UNKNOWN;
	}
	if (e->pass_prev == STATE_STUCK_RELAY)
		return STATE_STUCK_RELAY;
	if (!e->stuck_since)
		e->stuck_since = e->pass_at;
	if (e->pass_at - e->relay_off_at <= STUCK_DELAY ||
	    e->pass_at - e->stuck_since <= STUCK_DELAY)
		return STATE_UNKNOWN;
	count_trip(b, &b->eeprom.stuck_trips);
	return STATE_STUCK_RELAY;
}

static uint8_t look_for_gfi(struct board *b)
{
	struct evse *e = &b->evse;

	if (!e->gfi_fault)
		return STATE_UNKNOWN;
	if (e->pass_prev != STATE_GFI) {
		count_trip(b, &b->eeprom.gfi_trips);
		e->gfi_retries = 0;
		e->gfi_at = e->pass_at;
		return STATE_GFI;
	}
	if (!evse_connected(b)) {
		e->gfi_fault = false;
		return FAULT_LEFT;
	}
	if (e->pass_at - e->gfi_at >= RETRY_AFTER && e->gfi_retries < RETRIES) {
		e->gfi_retries++;
		e->gfi_at = e->pass_at;
		e->gfi_fault = false;
	}
	return STATE_GFI;
}

static uint8_t look_for_heat(struct board *b)
{
	return capacity_panic(b) ? STATE_OVER_TEMPERATURE : STATE_UNKNOWN;
}

uint8_t fault_look(struct board *b)
{
	static uint8_t (*const looks[])(struct board *b) = {
		look_for_ground, look_for_stuck_relay, look_for_gfi, look_for_heat,
	};
	uint8_t fault = STATE_UNKNOWN, found;
	size_t i;

	for (i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		found = looks[i](b);
		if (found == FAULT_LEFT)
			return FAULT_LEFT;
		if (found != STATE_UNKNOWN)
			fault = found;
	}
	return fault;
}
