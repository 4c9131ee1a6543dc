// SPDX-License-Identifier: GPL-2.0
/*
 * The delay timer. See timer.h.
 */
#include "board.h"

bool timer_enabled(struct board *b)
{
	return b->eeprom.timer_on && (b->fw.has & HAS_TIMER);
}

static void save(struct board *b, bool on)
{
	eeprom_write8(b, &b->eeprom.timer_on, on);
	evse_set_vflag(b, VFLAG_TIMER_ON, on && (b->fw.quirks & QUIRK_TIMER_FLAG));
	if (b->fw.quirks & QUIRK_TIMER_SAVES_AMPS)
		evse_save_settings(b);
}

void timer_set(struct board *b, const uint8_t at[4])
{
	int i;

	for (i = 0; i < 4; i++)
		eeprom_write8(b, &b->eeprom.timer[i], at[i]);
	save(b, true);
}

void timer_cancel(struct board *b)
{
	save(b, false);
}

static int minute_of_day(struct board *b)
{
	int field[6];

	rtc_get(b, field);
	return field[3] * 60 + field[4];
}

static bool awake_time(struct board *b, int now)
{
	const uint8_t *t = b->eeprom.timer;
	int start = t[0] * 60 + t[1], stop = t[2] * 60 + t[3];

	if (stop < start)
		return now >= start || now < stop;
	return now >= start && now < stop;
}

/* Older firmware falls asleep in the minute of the stop time only. */
static bool sleep_time(struct board *b, int now)
{
	int stop = b->eeprom.timer[2] * 60 + b->eeprom.timer[3];

	return (b->fw.quirks & QUIRK_TIMER_BY_LEVEL) || now == stop || now == stop + 1;
}

static bool valid(struct board *b)
{
	const uint8_t *t = b->eeprom.timer;

	return b->plant.clock_ok && (t[0] != t[2] || t[1] != t[3]);
}

void timer_check(struct board *b)
{
	struct timer *t = &b->timer;
	bool asleep = b->evse.state == STATE_SLEEPING;
	int now;

	if (!timer_enabled(b) || !valid(b) || b->evse.state == STATE_DISABLED ||
	    evse_faulty(b) || (t->last && b->cpu.t - t->last <= SECOND))
		return;
	t->last = b->cpu.t;
	now = minute_of_day(b);
	if (awake_time(b, now)) {
		if (asleep && !t->overridden)
			evse_enable(b);
		else if (!asleep)
			t->overridden = false;
	} else if (!asleep && !t->overridden && sleep_time(b, now)) {
		evse_sleep(b);
	} else if (asleep) {
		t->overridden = false;
	}
}

void timer_button(struct board *b)
{
	bool asleep = b->evse.state == STATE_SLEEPING;

	if (timer_enabled(b))
		b->timer.overridden = awake_time(b, minute_of_day(b)) == asleep;
}
