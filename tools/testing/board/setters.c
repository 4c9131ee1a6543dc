// SPDX-License-Identifier: GPL-2.0
/*
 * The S commands, and Z0. See handlers.h.
 */
#include <stdio.h>

#include "board.h"
#include "handlers.h"

#define LCD_TAKES	(8 * MS)
#define ZERO_MA_MAX	5000

/* ---- checks and options ------------------------------------------------------ */

static bool toggle(struct board *b, struct command *c, uint16_t disabled_flag)
{
	command_set_check(b, disabled_flag, *c->token[1] != '0');
	return true;
}

bool set_lcd_type(struct board *b, struct command *c)
{
	return toggle(b, c, FLAG_MONO_LCD);
}

bool set_diode_check(struct board *b, struct command *c)
{
	return toggle(b, c, FLAG_NO_DIODE_CHECK);
}

bool set_gfi_test(struct board *b, struct command *c)
{
	return toggle(b, c, FLAG_NO_GFI_TEST);
}

bool set_ground_check(struct board *b, struct command *c)
{
	return toggle(b, c, FLAG_NO_GROUND_CHECK);
}

bool set_stuck_check(struct board *b, struct command *c)
{
	return toggle(b, c, FLAG_NO_STUCK_CHECK);
}

bool set_vent_check(struct board *b, struct command *c)
{
	return toggle(b, c, FLAG_NO_VENT_CHECK);
}

bool set_echo(struct board *b, struct command *c)
{
	b->rapi.echo = *c->token[1] != '0';
	return true;
}

bool set_auth(struct board *b, struct command *c)
{
	evse_auth_lock(b, command_number8(b, c, 1));
	return true;
}

bool set_mennekes(struct board *b, struct command *c)
{
	struct evse *e = &b->evse;

	switch (*c->token[1]) {
	case '0':
	case '1':
		e->mennekes_locked = *c->token[1] == '1';
		cpu_take(b, EVSE_LOCK_TAKES);
		return true;
	case 'A':
		e->vflags &= (uint16_t)~VFLAG_MENNEKES_MANUAL;
		return true;
	case 'M':
		e->vflags |= VFLAG_MENNEKES_MANUAL;
		return true;
	default:
		return false;
	}
}

bool set_boot_unlocked(struct board *b, struct command *c)
{
	bool fault = evse_faulty(b);

	if (!fault)
		b->evse.vflags &= (uint16_t)~VFLAG_BOOT_LOCKED;
	return command_params(c, "%d", fault);
}

/* ---- current -------------------------------------------------------------------- */

static bool set_max(struct board *b, struct command *c)
{
	uint8_t amps = command_number8(b, c, 1);
	bool ok = !b->eeprom.amps_max && amps >= 6 && amps <= b->fw.l2_max;

	if (ok) {
		eeprom_write8(b, &b->eeprom.amps_max, amps);
		if (b->evse.amps > amps)
			evse_set_amps(b, amps, false);
	}
	command_params(c, "%d", b->eeprom.amps_max ? b->eeprom.amps_max : b->fw.l2_max);
	return ok;
}

bool set_amps(struct board *b, struct command *c)
{
	uint8_t amps = command_number8(b, c, 1);
	bool save = true, ok = false;

	if (c->count > 3 || (c->count == 3 && !(b->fw.has & HAS_SC_VOLATILE)))
		return b->fw.quirks & QUIRK_SET_ALWAYS_OK;
	if (c->count == 3) {
		if ((b->fw.has & HAS_SC_MAX) && *c->token[2] == 'M')
			return set_max(b, c);
		save = false;	/* whatever the third word is */
	}
	if (!b->evse.throttled || amps <= b->evse.amps)
		ok = evse_set_amps(b, amps, save);
	cpu_take(b, LCD_TAKES);
	if (b->fw.quirks & QUIRK_SC_AMPS)
		command_params(c, "%d", b->evse.amps);
	return ok;
}

bool set_level(struct board *b, struct command *c)
{
	switch (*c->token[1]) {
	case '1':
	case '2':
		evse_set_level(b, *c->token[1] - '0');
		command_set_check(b, FLAG_NO_AUTO_LEVEL, false);
		return true;
	case 'A':
		if (!(b->fw.has & HAS_AUTO_LEVEL))
			return false;
		command_set_check(b, FLAG_NO_AUTO_LEVEL, true);
		return true;
	default:
		return false;
	}
}

/* ---- meters ---------------------------------------------------------------------- */

/* The meter just goes on reading; the only sign of it is a flag, which moved. */
bool set_ammeter_calibration(struct board *b, struct command *c)
{
	uint16_t flag = 0;

	if (b->fw.quirks & QUIRK_CAL_FLAG_0010)
		flag = VFLAG_CALIBRATION_EARLY;
	else if (b->fw.quirks & QUIRK_CAL_FLAG_8000)
		flag = VFLAG_CALIBRATION_LATE;
	evse_set_vflag(b, flag, *c->token[1] == '1');
	return true;
}

bool set_ammeter(struct board *b, struct command *c)
{
	eeprom_write16(b, &b->eeprom.ammeter_scale, (uint16_t)rapi_number(b, c->token[1]));
	eeprom_write16(b, &b->eeprom.ammeter_offset, (uint16_t)rapi_number(b, c->token[2]));
	return true;
}

bool set_voltmeter(struct board *b, struct command *c)
{
	eeprom_write16(b, &b->eeprom.voltmeter_scale, (uint16_t)rapi_number(b, c->token[1]));
	eeprom_write32(b, &b->eeprom.voltmeter_offset, rapi_number(b, c->token[2]));
	return true;
}

bool set_voltage(struct board *b, struct command *c)
{
	b->meter.mv = rapi_number(b, c->token[1]);
	return true;
}

bool set_energy(struct board *b, struct command *c)
{
	/* nobody counts here: without a number it is whatever lies around */
	uint32_t wh = c->count > 1 ? rapi_number(b, c->token[1]) : random_next(&b->random);

	b->meter.total_wh = wh;
	eeprom_write32(b, &b->eeprom.total_wh, wh);
	return true;
}

/* ---- limits, clock, timer, heartbeat ------------------------------------------------ */

bool set_time_limit(struct board *b, struct command *c)
{
	if (!limit_allowed(b))
		return false;
	limit_time(b, command_number8(b, c, 1));
	return command_drawn(b, c);
}

bool set_charge_limit(struct board *b, struct command *c)
{
	if (!limit_allowed(b))
		return false;
	limit_energy(b, command_number8(b, c, 1));
	return command_drawn(b, c);
}

bool set_clock(struct board *b, struct command *c)
{
	int field[6], i;

	for (i = 0; i < 6; i++)
		field[i] = command_number8(b, c, 1 + i);
	if (b->plant.clock_ok)
		rtc_set(b, field);
	return true;
}

static bool cancels_timer(struct board *b, struct command *c)
{
	bool loose = b->fw.quirks & QUIRK_TIMER_LOOSE_ZERO;
	int i;

	for (i = 1; i <= 4; i++)
		if (loose ? *c->token[i] != '0' : command_number8(b, c, i))
			return false;
	return true;
}

bool set_timer(struct board *b, struct command *c)
{
	uint8_t at[4];
	int i;

	if (cancels_timer(b, c)) {
		timer_cancel(b);
		return true;
	}
	for (i = 0; i < 4; i++)
		at[i] = command_number8(b, c, 1 + i);
	timer_set(b, at);
	return true;
}

bool set_heartbeat(struct board *b, struct command *c)
{
	bool ok = false;

	if (c->count == 1)
		ok = heartbeat_pulse(b);
	else if (c->count == 2)
		ok = heartbeat_acknowledge(b, command_number8(b, c, 1));
	else if (c->count == 3)
		ok = heartbeat_set(b, (uint16_t)rapi_number(b, c->token[1]),
				   command_number8(b, c, 2));
	get_heartbeat(b, c);
	return ok;
}

/* ---- heat and relays ------------------------------------------------------------------ */

bool set_thresholds(struct board *b, struct command *c)
{
	eeprom_write16(b, &b->eeprom.ny_ambient, (uint16_t)rapi_number(b, c->token[1]));
	eeprom_write16(b, &b->eeprom.ny_infrared, (uint16_t)rapi_number(b, c->token[2]));
	return true;
}

static bool within(int32_t n, int32_t from, int32_t to)
{
	return n >= from && n <= to;
}

/* The pin of the proximity pilot cannot serve both: the last one wins. */
static void assign_pin(struct board *b, struct thermistor *t, uint8_t pin)
{
	eeprom_write8(b, &t->pin, pin);
	if (pin == THERMISTOR_PP && (b->evse.flags & FLAG_AMPACITY))
		command_set_check(b, FLAG_AMPACITY, true);
}

/* A pin alone, or with all that is to be known of the part on it. */
bool set_thermistor(struct board *b, struct command *c)
{
	int32_t n[7] = { 0 };
	struct thermistor *t;
	int i;

	if (c->count != 3 && c->count != 7)
		return false;
	for (i = 1; i < c->count; i++)
		n[i] = (int32_t)rapi_number(b, c->token[i]);
	if (!within(n[1], 0, THERMISTORS - 1) || !within(n[2], 0, 2))
		return false;
	t = &b->eeprom.thermistor[n[1]];
	if (c->count == 7) {
		if (!within(n[3], 100, 65535) || !within(n[4], 1000, 6000) ||
		    !within(n[5], -2000, 2000) || !within(n[6], 300, 1500))
			return false;
		eeprom_write16(b, &t->r25, (uint16_t)n[3]);
		eeprom_write16(b, &t->beta, (uint16_t)n[4]);
		t->offset = (int16_t)n[5];
		t->panic = (int16_t)n[6];
	}
	assign_pin(b, t, (uint8_t)n[2]);
	return true;
}

bool set_relay(struct board *b, struct command *c)
{
	char value = *c->token[2];
	uint8_t n = command_number8(b, c, 1), bit;

	if (n < 1 || n > 3 || (value != '0' && value != '1'))
		return false;
	bit = (uint8_t)(1 << (n - 1));
	eeprom_write8(b, &b->eeprom.relays, value == '1' ? b->eeprom.relays | bit :
		      b->eeprom.relays & (uint8_t)~bit);
	return true;
}

bool set_zero_current(struct board *b, struct command *c)
{
	int32_t ma = (int32_t)rapi_number(b, c->token[1]);

	if (ma < 0)
		ma = 0;
	if (ma > ZERO_MA_MAX)
		ma = ZERO_MA_MAX;
	eeprom_write16(b, &b->eeprom.zero_ma, (uint16_t)ma);
	return true;
}

bool set_relay_tuning(struct board *b, struct command *c)
{
	uint8_t close_ms, pwm;
	char text[32];
	int n;

	if (c->count != 3)
		return true;
	close_ms = command_number8(b, c, 1);
	pwm = command_number8(b, c, 2);
	n = snprintf(text, sizeof(text), "\nZ0 %u %u\r\n", close_ms, pwm);
	wire_message(b, (const uint8_t *)text, (size_t)n, false);
	eeprom_write8(b, &b->eeprom.relay_close_ms, close_ms);
	eeprom_write8(b, &b->eeprom.relay_hold_pwm, pwm);
	return true;
}
