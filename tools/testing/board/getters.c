// SPDX-License-Identifier: GPL-2.0
/*
 * The G commands. See handlers.h.
 */
#include "board.h"
#include "handlers.h"

#define NOT_CONFIRMED	300	/* ms that a relay does not take to open */
#define TRANSIT_MS	12
#define NOT_LEARNED	65535	/* baselines that a relay has none of yet */
#define CABLE_NOT_INSTALLED	(-2560)
#define CABLE_OPEN	(-2561)

/* ---- the controller ------------------------------------------------------------ */

bool get_vehicle(struct board *b, struct command *c)
{
	if (b->evse.out == PILOT_N12)
		return command_params(c, "2");
	return command_params(c, "%d", evse_connected(b) ? 1 : 0);
}

bool get_state(struct board *b, struct command *c)
{
	const struct evse *e = &b->evse;

	if (b->fw.profile->gs_tokens == 2)
		return command_params(c, "%d %d", e->state, (int32_t)e->elapsed);
	return command_params(c, "%02x %d %02x %04x", e->state, (int32_t)e->elapsed,
			      e->pilot_state, e->vflags);
}

bool get_capacity(struct board *b, struct command *c)
{
	bool ten = (b->evse.flags & FLAG_L2) && (b->fw.quirks & QUIRK_L2_MIN_10);
	int min = ten ? 10 : 6, max = evse_max_amps(b);

	if (b->fw.profile->gc_tokens == 2)
		return command_params(c, "%d %d", min, max);
	if (b->fw.profile->gc_tokens == 3)
		return command_params(c, "%d %d %d", min, max, b->evse.amps);
	return command_params(c, "%d %d %d %d", min, max, b->evse.amps, evse_saved_amps(b));
}

bool get_settings(struct board *b, struct command *c)
{
	return command_params(c, "%d %04x", b->evse.amps, b->evse.flags);
}

bool get_faults(struct board *b, struct command *c)
{
	return command_params(c, "%x %x %x", b->eeprom.gfi_trips, b->eeprom.ground_trips,
			      b->eeprom.stuck_trips);
}

bool get_auth(struct board *b, struct command *c)
{
	return command_params(c, "%d", b->evse.vflags & VFLAG_AUTH_LOCKED ? 1 : 0);
}

bool get_mennekes(struct board *b, struct command *c)
{
	return command_params(c, "%d %c", b->evse.mennekes_locked,
			      b->evse.vflags & VFLAG_MENNEKES_MANUAL ? 'M' : 'A');
}

bool get_version(struct board *b, struct command *c)
{
	return command_params(c, "%s %s", b->version, b->fw.rapi);
}

/* Six bytes as they are, the rest in hexadecimal: as recorded. */
bool get_mcu_id(struct board *b, struct command *c)
{
	if (b->fw.has & HAS_SAMD)
		return command_params(c, "%s", "0C94F5010C94F5010C94F5010C94F501");
	return command_params(c, " \xf5\x01\x0c\x94\xf5\x01%s", "0C94F501");
}

/* ---- meters ------------------------------------------------------------------------ */

bool get_ammeter(struct board *b, struct command *c)
{
	return command_params(c, "%d %d", (int16_t)b->eeprom.ammeter_scale,
			      (int16_t)b->eeprom.ammeter_offset);
}

bool get_voltmeter(struct board *b, struct command *c)
{
	return command_params(c, "%u %u", b->eeprom.voltmeter_scale, b->eeprom.voltmeter_offset);
}

static int32_t told_mv(struct board *b)
{
	if ((b->fw.has & HAS_VOLTMETER) || (b->fw.quirks & QUIRK_FIXED_VOLTAGE))
		return (int32_t)meter_mv(b);
	return -1;
}

bool get_current(struct board *b, struct command *c)
{
	int32_t ma = b->fw.has & HAS_AMMETER ? b->meter.ma : -1;

	if (b->fw.quirks & QUIRK_GG_ONE)
		return command_params(c, "%d", ma);
	return command_params(c, "%d %d", ma, told_mv(b));
}

bool get_energy(struct board *b, struct command *c)
{
	return command_params(c, "%lu %lu", (unsigned long)b->meter.session_ws,
			      (unsigned long)b->meter.total_wh);
}

/* ---- limits, clock, timer, heartbeat -------------------------------------------------- */

bool get_time_limit(struct board *b, struct command *c)
{
	return command_params(c, "%d", b->limit.quarters);
}

bool get_charge_limit(struct board *b, struct command *c)
{
	return command_params(c, "%d", b->limit.kwh);
}

bool get_timer(struct board *b, struct command *c)
{
	static const uint8_t off[4];
	const uint8_t *t = timer_enabled(b) ? b->eeprom.timer : off;

	return command_params(c, "%d %d %d %d", t[0], t[1], t[2], t[3]);
}

bool get_clock(struct board *b, struct command *c)
{
	int f[6] = { 165, 165, 165, 165, 165, 85 };

	if (b->plant.clock_ok)
		rtc_get(b, f);
	return command_params(c, "%d %d %d %d %d %d", f[0], f[1], f[2], f[3], f[4], f[5]);
}

bool get_heartbeat(struct board *b, struct command *c)
{
	command_params(c, "%d %d %d", (int16_t)b->heartbeat.interval, b->heartbeat.amps,
		       b->heartbeat.trigger);
	return !(b->fw.quirks & QUIRK_GY_REFUSED);
}

/* ---- heat and relays --------------------------------------------------------------------- */

bool get_temperature(struct board *b, struct command *c)
{
	const int *t = b->evse.temp;

	return command_params(c, "%d %d %d", t[0], t[1], t[2]);
}

bool get_thresholds(struct board *b, struct command *c)
{
	if (b->fw.has & HAS_RELAYS)
		return command_params(c, "%d", b->eeprom.panic);
	return command_params(c, "%d %d", b->eeprom.ny_ambient, b->eeprom.ny_infrared);
}

/* No cable is plugged in: what is assigned reads open. */
static int cable_temperature(struct board *b, int i)
{
	bool read = !b->eeprom.cable_unchecked && b->eeprom.thermistor[i].pin;

	return read ? CABLE_OPEN : CABLE_NOT_INSTALLED;
}

/* Alone all readings, with a number the settings of that one. */
bool get_thermistor(struct board *b, struct command *c)
{
	const struct thermistor *t;
	uint8_t i;

	if (c->count == 1)
		return command_params(c, "%d %d %d %d", cable_temperature(b, 0),
				      cable_temperature(b, 1), cable_temperature(b, 2),
				      cable_temperature(b, 3));
	i = command_number8(b, c, 1);
	if (i >= THERMISTORS)
		return false;
	t = &b->eeprom.thermistor[i];
	return command_params(c, "%u %u %u %d %d", t->pin, t->r25, t->beta, t->offset, t->panic);
}

bool get_relays(struct board *b, struct command *c)
{
	uint8_t r = b->eeprom.relays;

	return command_params(c, "%d %d %d", r & 1, r >> 1 & 1, r >> 2 & 1);
}

/* Life, cold opens, damage, transit, drift, heat, its baseline, warning, recoveries. */
bool get_health(struct board *b, struct command *c)
{
	const struct eeprom *e = &b->eeprom;
	unsigned int damage = e->cold_opens + e->hot_opens * 10u;

	return command_params(c, "%u %u %u %d 0 %d %d 0 %u", 100 - damage / 10000,
			      e->cold_opens, damage, b->relay.moved ? TRANSIT_MS : NOT_LEARNED,
			      NOT_LEARNED, NOT_LEARNED, e->recoveries);
}

bool get_openings(struct board *b, struct command *c)
{
	return command_params(c, "%u %d %u %u", b->eeprom.hot_opens, b->relay.last_open_ma,
			      TRANSIT_MS, b->relay.moved ? TRANSIT_MS : NOT_CONFIRMED);
}

/* The line can be heard only while something flows. */
bool get_zero_current(struct board *b, struct command *c)
{
	return command_params(c, "%d %u", b->relay.moved ? 6000 : 0, b->eeprom.zero_ma);
}
