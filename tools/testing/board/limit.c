// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of a session. See limit.h.
 */
#include "board.h"

#define QUARTER_S	900u
#define KWH_WS		3600000.0

bool limit_allowed(struct board *b)
{
	return !(b->fw.quirks & QUIRK_LIMITS_NEED_EV) || b->evse.state == STATE_B ||
	       b->evse.state == STATE_C;
}

static void tell(struct board *b, uint16_t flag, bool on)
{
	if (b->fw.quirks & QUIRK_LIMIT_FLAGS)
		evse_set_vflag(b, flag, on);
}

void limit_time(struct board *b, uint8_t quarters)
{
	struct limit *l = &b->limit;

	l->quarters = quarters;
	l->from_s = b->fw.quirks & QUIRK_LIMITS_EXTEND ? b->evse.elapsed : 0;
	tell(b, VFLAG_TIME_LIMIT, quarters);
}

void limit_energy(struct board *b, uint8_t kwh)
{
	struct limit *l = &b->limit;

	l->kwh = kwh;
	l->from_ws = b->fw.quirks & QUIRK_LIMITS_EXTEND ? b->meter.session_ws : 0;
	tell(b, VFLAG_CHARGE_LIMIT, kwh);
}

void limit_clear(struct board *b)
{
	limit_time(b, 0);
	limit_energy(b, 0);
}

void limit_check(struct board *b)
{
	const struct limit *l = &b->limit;
	bool time_up = l->quarters && b->evse.elapsed >= l->from_s + l->quarters * QUARTER_S;
	bool full = l->kwh && b->meter.session_ws >= l->from_ws + l->kwh * KWH_WS;

	if (!time_up && !full)
		return;
	limit_clear(b);
	evse_set_vflag(b, VFLAG_LIMIT_SLEEP, true);
	evse_sleep(b);
}
