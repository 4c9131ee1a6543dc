// SPDX-License-Identifier: GPL-2.0
/*
 * The relays' wear and recovery. See relay.h.
 */
#include "board.h"

#define ROUNDS		3
#define ROUND_TAKES	(10 * SECOND)	/* five times on and off, and a look */

/* Counted in the EEPROM, but not one by one: that costs no time worth it. */
void relay_opened(struct board *b, int32_t ma)
{
	struct eeprom *e = &b->eeprom;

	b->relay.moved = true;
	b->relay.last_open_ma = ma;
	if (ma < e->zero_ma)
		e->cold_opens++;
	else if (e->hot_opens < 65534)
		e->hot_opens++;
}

static void shaken_loose(struct board *b)
{
	b->eeprom.recoveries++;
	if (b->evse.state != STATE_STUCK_RELAY)
		return;
	/* the fault was for good; now it is one that ends by itself */
	b->evse.out = PILOT_P12;
	b->evse.hard_recovers = true;
}

bool relay_shake(struct board *b)
{
	int rounds = b->plant.relay_stuck ? ROUNDS : 1;

	if (evse_connected(b))
		return false;
	cpu_take(b, (uint64_t)rounds * ROUND_TAKES);
	if (!b->plant.relay_stuck)
		shaken_loose(b);
	b->relay.moved = true;
	return true;
}
