// SPDX-License-Identifier: GPL-2.0
/*
 * How much current is offered: set, saved, limited by the service level and
 * by the temperature. Part of the controller, see evse.h.
 */
#include "board.h"
#include "capacity.h"

#define MIN_AMPS	6

/* Steps of the temperature: back to normal, half, a quarter, stop. */
static const int ambient[] = { 620, 650, 680, 710 };
static const int infrared[] = { 600, 650, 700, 750 };

enum heat { RESTORE, HALVE, QUARTER, PANIC };

/* The last of them could be set, in one way or the other. */
static int ambient_panic(struct board *b)
{
	return b->fw.has & HAS_RELAYS ? b->eeprom.panic : ambient[PANIC];
}

static bool hot_ny(struct board *b)
{
	const struct eeprom *e = &b->eeprom;
	const int *temp = b->evse.temp;

	if (!e->ny_ambient && !e->ny_infrared && (b->fw.quirks & QUIRK_NY_ZERO_OFF))
		return false;
	return temp[0] >= e->ny_ambient || temp[1] >= e->ny_ambient || temp[2] >= e->ny_infrared;
}

static bool hot(struct board *b, enum heat heat)
{
	const int *temp = b->evse.temp;

	return temp[0] >= ambient[heat] || temp[1] >= ambient[heat] ||
	       temp[2] >= infrared[heat];
}

static bool cool(struct board *b, enum heat heat)
{
	const int *temp = b->evse.temp;

	return temp[0] <= ambient[heat] && temp[1] <= ambient[heat] &&
	       temp[2] <= infrared[heat];
}

static bool is_l2(struct board *b)
{
	return b->evse.flags & FLAG_L2;
}

static uint8_t *saved_cell(struct board *b)
{
	return is_l2(b) ? &b->eeprom.amps_l2 : &b->eeprom.amps_l1;
}

uint8_t evse_max_amps(struct board *b)
{
	if (!is_l2(b))
		return b->fw.profile->l1_max;
	return b->eeprom.amps_max ? b->eeprom.amps_max : b->fw.l2_max;
}

uint8_t evse_saved_amps(struct board *b)
{
	uint8_t saved = *saved_cell(b);

	if (saved && saved != 0xff)
		return saved;
	if (!is_l2(b))
		return b->fw.profile->l1_default;
	return b->fw.profile->l2_default < b->fw.l2_max ? b->fw.profile->l2_default : b->fw.l2_max;
}

bool evse_set_amps(struct board *b, uint8_t amps, bool save)
{
	uint8_t max = evse_max_amps(b);
	bool ok = true;

	if (!save && (b->fw.quirks & QUIRK_SC_CAPPED))
		max = evse_saved_amps(b);
	if (amps < MIN_AMPS || amps > max) {
		amps = amps < MIN_AMPS ? MIN_AMPS : max;
		ok = false;
	}
	b->evse.amps = amps;
	if (save)
		eeprom_write8(b, saved_cell(b), amps);
	return ok;
}

void evse_save_flags(struct board *b)
{
	eeprom_write16(b, &b->eeprom.flags, b->evse.flags);
}

void evse_save_settings(struct board *b)
{
	eeprom_write8(b, saved_cell(b), b->evse.amps);
	evse_save_flags(b);
}

void evse_set_level(struct board *b, int level)
{
	uint8_t amps;

	if (level == 2)
		b->evse.flags |= FLAG_L2;
	else
		b->evse.flags &= (uint16_t)~FLAG_L2;
	evse_save_flags(b);
	amps = evse_saved_amps(b);
	if (amps > evse_max_amps(b))
		amps = evse_max_amps(b);
	evse_set_amps(b, amps, true);
}

bool capacity_panic(struct board *b)
{
	const int *temp = b->evse.temp;
	int panic = ambient_panic(b);

	if (!(b->fw.has & HAS_TEMPERATURE) || (b->evse.flags & FLAG_NO_TEMP_CHECK))
		return false;
	if (b->fw.has & HAS_NY)
		return hot_ny(b);
	return temp[0] >= panic || temp[1] >= panic || temp[2] >= infrared[PANIC];
}

static void throttle(struct board *b, int divisor)
{
	b->evse.throttled = divisor;
	evse_set_amps(b, evse_saved_amps(b) / (divisor ? divisor : 1), false);
}

void capacity_check_heat(struct board *b)
{
	struct evse *e = &b->evse;

	if (!(b->fw.has & HAS_THROTTLE) || (e->flags & FLAG_NO_TEMP_CHECK))
		return;
	if (e->throttled == 2 && cool(b, RESTORE))
		throttle(b, 0);
	else if (e->throttled == 4 && cool(b, HALVE))
		throttle(b, 2);
	if (e->state != STATE_C)
		return;
	if (!e->throttled && hot(b, HALVE))
		throttle(b, 2);
	else if (e->throttled == 2 && hot(b, QUARTER))
		throttle(b, 4);
}
