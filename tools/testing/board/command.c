// SPDX-License-Identifier: GPL-2.0
/*
 * The commands, one row each. See command.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "board.h"

#define LCD_TAKES	(8 * MS)
#define MENNEKES_TAKES	(300 * MS)
#define ANY		0	/* however many tokens */

static bool params(struct command *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The parameters of the reply; always true, for the getters' last line. */
static bool params(struct command *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->params, sizeof(c->params), format, args);
	va_end(args);
	c->has_params = true;
	return true;
}

static uint8_t number8(const char *s)
{
	return (uint8_t)rapi_number(s);
}

static bool drawn(struct board *b, struct command *c)
{
	cpu_take(b, LCD_TAKES);
	if (!b->plant.lcd_ok)
		c->hang = true;
	return true;
}

/* ---- F ------------------------------------------------------------------ */

static bool lcd_updates(struct board *b, struct command *c)
{
	b->lcd_off = *c->token[1] == '0';
	return true;
}

static bool press_button(struct board *b, struct command *c)
{
	(void)c;
	button_press_short(b);
	return true;
}

static bool lcd_backlight(struct board *b, struct command *c)
{
	return drawn(b, c);
}

static bool disable(struct board *b, struct command *c)
{
	(void)c;
	evse_disable(b);
	return true;
}

static bool enable(struct board *b, struct command *c)
{
	(void)c;
	evse_enable(b);
	return true;
}

static bool go_to_sleep(struct board *b, struct command *c)
{
	(void)c;
	evse_sleep(b);
	return true;
}

static void set_check(struct board *b, uint16_t disabled_flag, bool on)
{
	if (on)
		b->evse.flags &= (uint16_t)~disabled_flag;
	else
		b->evse.flags |= disabled_flag;
	evse_save_flags(b);
}

static uint16_t feature_flag(struct board *b, char letter)
{
	switch (letter) {
	case 'B':
		return b->has & HAS_FF_BUTTON ? FLAG_NO_BUTTON : 0;
	case 'D':
		return FLAG_NO_DIODE_CHECK;
	case 'F':
		return FLAG_NO_GFI_TEST;
	case 'G':
		return FLAG_NO_GROUND_CHECK;
	case 'R':
		return FLAG_NO_STUCK_CHECK;
	case 'T':
		return b->has & HAS_TEMPERATURE ? FLAG_NO_TEMP_CHECK : 0;
	case 'V':
		return FLAG_NO_VENT_CHECK;
	default:
		return 0;
	}
}

static bool feature(struct board *b, struct command *c)
{
	char value = *c->token[2];
	uint16_t flag = feature_flag(b, *c->token[1]);

	if (value != '0' && value != '1')
		return false;
	if (*c->token[1] == 'E') {
		b->rapi.echo = true;	/* for 0 too: a bug that became the standard */
		return true;
	}
	if (!flag)
		return false;
	set_check(b, flag, value == '1');
	return true;
}

static bool lcd_print(struct board *b, struct command *c)
{
	uint32_t x, y;
	size_t n;

	if (c->count < 4)	/* only where nobody counts */
		return drawn(b, c);
	if (b->profile->notice == NOTICE_AT && (b->evse.vflags & VFLAG_HARD_FAULT))
		return false;
	x = rapi_number(c->token[1]);
	y = rapi_number(c->token[2]);
	if (x < 16 && y < 2) {
		memset(b->lcd[y] + strlen(b->lcd[y]), ' ', 16 - strlen(b->lcd[y]));
		n = strlen(c->text);
		memcpy(b->lcd[y] + x, c->text, n < 16 - x ? n : 16 - x);
	}
	cpu_take(b, strlen(c->text) * MS);
	return drawn(b, c);
}

static bool reset(struct board *b, struct command *c)
{
	c->silent = true;
	boot_reboot(b);
	return true;
}

/* ---- S ------------------------------------------------------------------ */

static bool lcd_type(struct board *b, struct command *c)
{
	set_check(b, FLAG_MONO_LCD, *c->token[1] != '0');
	return true;
}

static bool set_clock(struct board *b, struct command *c)
{
	int field[6], i;

	for (i = 0; i < 6; i++)
		field[i] = number8(c->token[1 + i]);
	if (b->plant.clock_ok)
		rtc_set(b, field);
	return true;
}

/* No effect to be seen from outside: the meter just goes on reading. */
static bool calibrate_ammeter(struct board *b, struct command *c)
{
	(void)b;
	(void)c;
	return true;
}

static bool limits_allowed(struct board *b)
{
	return !b->profile->limits_need_ev || b->evse.state == STATE_B ||
	       b->evse.state == STATE_C;
}

static bool set_time_limit(struct board *b, struct command *c)
{
	if (!limits_allowed(b))
		return false;
	evse_limit_time(b, number8(c->token[1]));
	return drawn(b, c);
}

static bool set_charge_limit(struct board *b, struct command *c)
{
	if (!limits_allowed(b))
		return false;
	evse_limit_energy(b, number8(c->token[1]));
	return drawn(b, c);
}

static bool auth_lock(struct board *b, struct command *c)
{
	evse_auth_lock(b, number8(c->token[1]));
	return true;
}

static bool set_mennekes(struct board *b, struct command *c)
{
	struct evse *e = &b->evse;

	switch (*c->token[1]) {
	case '0':
	case '1':
		e->mennekes_locked = *c->token[1] == '1';
		cpu_take(b, MENNEKES_TAKES);
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

static bool set_ammeter(struct board *b, struct command *c)
{
	eeprom_write16(b, &b->eeprom.ammeter_scale, (uint16_t)rapi_number(c->token[1]));
	eeprom_write16(b, &b->eeprom.ammeter_offset, (uint16_t)rapi_number(c->token[2]));
	return true;
}

static bool clear_boot_lock(struct board *b, struct command *c)
{
	bool fault = evse_faulty(b);

	if (!fault)
		b->evse.vflags &= (uint16_t)~VFLAG_BOOT_LOCKED;
	return params(c, "%d", fault);
}

static bool set_max(struct board *b, struct command *c)
{
	uint8_t amps = number8(c->token[1]);
	bool ok = !b->eeprom.amps_max && amps >= 6 && amps <= b->profile->l2_max;

	if (ok) {
		eeprom_write8(b, &b->eeprom.amps_max, amps);
		if (b->evse.amps > amps)
			evse_set_amps(b, amps, false);
	}
	params(c, "%d", b->eeprom.amps_max ? b->eeprom.amps_max : b->profile->l2_max);
	return ok;
}

static bool set_amps(struct board *b, struct command *c)
{
	uint8_t amps = number8(c->token[1]);
	bool save = true, ok = false;

	if (c->count > 3 || (c->count == 3 && !(b->has & HAS_SC_VOLATILE)))
		return b->profile->set_always_ok;
	if (c->count == 3) {
		if ((b->has & HAS_SC_MAX) && *c->token[2] == 'M')
			return set_max(b, c);
		save = false;	/* whatever the third word is */
	}
	if (!b->evse.throttled || amps <= b->evse.amps)
		ok = evse_set_amps(b, amps, save);
	cpu_take(b, LCD_TAKES);
	if (b->profile->sc_amps)
		params(c, "%d", b->evse.amps);
	return ok;
}

static bool set_energy(struct board *b, struct command *c)
{
	/* nobody counts here: without a number it is whatever lies around */
	uint32_t wh = c->count > 1 ? rapi_number(c->token[1]) : random_next(&b->random);

	b->meter.total_wh = wh;
	eeprom_write32(b, &b->eeprom.total_wh, wh);
	return true;
}

static bool set_level(struct board *b, struct command *c)
{
	switch (*c->token[1]) {
	case '1':
	case '2':
		evse_set_level(b, *c->token[1] - '0');
		set_check(b, FLAG_NO_AUTO_LEVEL, false);
		return true;
	case 'A':
		set_check(b, FLAG_NO_AUTO_LEVEL, true);
		return true;
	default:
		return false;
	}
}

static bool toggle_diode(struct board *b, struct command *c)
{
	set_check(b, FLAG_NO_DIODE_CHECK, *c->token[1] != '0');
	return true;
}

static bool toggle_echo(struct board *b, struct command *c)
{
	b->rapi.echo = *c->token[1] != '0';
	return true;
}

static bool toggle_gfi_test(struct board *b, struct command *c)
{
	set_check(b, FLAG_NO_GFI_TEST, *c->token[1] != '0');
	return true;
}

static bool toggle_ground(struct board *b, struct command *c)
{
	set_check(b, FLAG_NO_GROUND_CHECK, *c->token[1] != '0');
	return true;
}

static bool toggle_stuck(struct board *b, struct command *c)
{
	set_check(b, FLAG_NO_STUCK_CHECK, *c->token[1] != '0');
	return true;
}

static bool toggle_vent(struct board *b, struct command *c)
{
	set_check(b, FLAG_NO_VENT_CHECK, *c->token[1] != '0');
	return true;
}

static bool cancels_timer(struct board *b, struct command *c)
{
	int i;

	for (i = 1; i <= 4; i++) {
		if (b->profile->timer_loose_zero ? *c->token[i] != '0' : number8(c->token[i]))
			return false;
	}
	return true;
}

static bool set_timer(struct board *b, struct command *c)
{
	uint8_t at[4];
	int i;

	if (cancels_timer(b, c)) {
		timer_cancel(b);
		return true;
	}
	for (i = 0; i < 4; i++)
		at[i] = number8(c->token[1 + i]);
	timer_set(b, at);
	return true;
}

static bool set_voltage(struct board *b, struct command *c)
{
	b->meter.mv = rapi_number(c->token[1]);
	return true;
}

static bool get_heartbeat(struct board *b, struct command *c)
{
	return params(c, "%d %d %d", (int16_t)b->heartbeat.interval, b->heartbeat.amps,
		      b->heartbeat.trigger);
}

static bool set_heartbeat(struct board *b, struct command *c)
{
	bool ok = false;

	if (c->count == 1)
		ok = heartbeat_pulse(b);
	else if (c->count == 2)
		ok = heartbeat_acknowledge(b, number8(c->token[1]));
	else if (c->count == 3)
		ok = heartbeat_set(b, (uint16_t)rapi_number(c->token[1]), number8(c->token[2]));
	get_heartbeat(b, c);
	return ok;
}

/* ---- G ------------------------------------------------------------------ */

static bool get_vehicle(struct board *b, struct command *c)
{
	if (b->evse.out == PILOT_N12)
		return params(c, "2");
	return params(c, "%d", b->evse.vflags & VFLAG_EV_CONNECTED ? 1 : 0);
}

static bool get_time_limit(struct board *b, struct command *c)
{
	return params(c, "%d", b->evse.limit_15min);
}

static bool get_charge_limit(struct board *b, struct command *c)
{
	return params(c, "%d", b->evse.limit_kwh);
}

static bool get_auth_lock(struct board *b, struct command *c)
{
	return params(c, "%d", b->evse.vflags & VFLAG_AUTH_LOCKED ? 1 : 0);
}

static bool get_mennekes(struct board *b, struct command *c)
{
	return params(c, "%d %c", b->evse.mennekes_locked,
		      b->evse.vflags & VFLAG_MENNEKES_MANUAL ? 'M' : 'A');
}

static bool get_ammeter(struct board *b, struct command *c)
{
	return params(c, "%d %d", (int16_t)b->eeprom.ammeter_scale,
		      (int16_t)b->eeprom.ammeter_offset);
}

static bool get_capacity(struct board *b, struct command *c)
{
	int min = b->evse.flags & FLAG_L2 ? b->profile->gc_l2_min : 6;
	int max = evse_max_amps(b);

	if (b->profile->gc_tokens == 2)
		return params(c, "%d %d", min, max);
	if (b->profile->gc_tokens == 3)
		return params(c, "%d %d %d", min, max, b->evse.amps);
	return params(c, "%d %d %d %d", min, max, b->evse.amps, evse_saved_amps(b));
}

static bool get_timer(struct board *b, struct command *c)
{
	static const uint8_t off[4];
	const uint8_t *t = timer_enabled(b) ? b->eeprom.timer : off;

	return params(c, "%d %d %d %d", t[0], t[1], t[2], t[3]);
}

static bool get_settings(struct board *b, struct command *c)
{
	return params(c, "%d %04x", b->evse.amps, b->evse.flags);
}

static bool get_faults(struct board *b, struct command *c)
{
	return params(c, "%x %x %x", b->eeprom.gfi_trips, b->eeprom.ground_trips,
		      b->eeprom.stuck_trips);
}

static bool get_current(struct board *b, struct command *c)
{
	if (!b->profile->fixed_voltage)
		return params(c, "%d -1", b->meter.ma);
	return params(c, "%d %d", b->meter.ma, (int32_t)meter_mv(b));
}

/* Six bytes as they are, the rest in hexadecimal: as recorded. */
static bool get_mcu_id(struct board *b, struct command *c)
{
	(void)b;
	return params(c, " \xf5\x01\x0c\x94\xf5\x01%s", "0C94F501");
}

static bool get_temperature(struct board *b, struct command *c)
{
	const int *t = b->evse.temp;

	return params(c, "%d %d %d", t[0], t[1], t[2]);
}

static bool get_state(struct board *b, struct command *c)
{
	const struct evse *e = &b->evse;

	if (b->profile->gs_tokens == 2)
		return params(c, "%d %d", e->state, (int32_t)e->elapsed);
	return params(c, "%02x %d %02x %04x", e->state, (int32_t)e->elapsed, e->pilot_state,
		      e->vflags);
}

static bool get_clock(struct board *b, struct command *c)
{
	int f[6] = { 165, 165, 165, 165, 165, 85 };

	if (b->plant.clock_ok)
		rtc_get(b, f);
	return params(c, "%d %d %d %d %d %d", f[0], f[1], f[2], f[3], f[4], f[5]);
}

static bool get_energy(struct board *b, struct command *c)
{
	return params(c, "%lu %lu", (unsigned long)b->meter.session_ws,
		      (unsigned long)b->meter.total_wh);
}

static bool get_version(struct board *b, struct command *c)
{
	return params(c, "%s %s", b->version, b->rapi_version);
}

/* ---- Z ------------------------------------------------------------------ */

static bool tune_relay(struct board *b, struct command *c)
{
	char text[32];
	int n;

	if (c->count != 3)
		return true;
	n = snprintf(text, sizeof(text), "\nZ0 %u %u\r\n", number8(c->token[1]),
		     number8(c->token[2]));
	wire_message(b, (const uint8_t *)text, (size_t)n, false);
	eeprom_write8(b, &b->eeprom.relay_close_ms, number8(c->token[1]));
	eeprom_write8(b, &b->eeprom.relay_hold_pwm, number8(c->token[2]));
	return true;
}

/* ---- the table ------------------------------------------------------------ */

struct row {
	const char *name;
	uint64_t needs;		/* one of these features; 0: always there */
	int count;		/* tokens, exactly; ANY; or negative: at least */
	bool (*run)(struct board *b, struct command *c);
};

static const struct row rows[] = {
	{ "F0", HAS_F0, 2, lcd_updates },
	{ "F1", HAS_F1, ANY, press_button },
	{ "FB", HAS_LCD, 2, lcd_backlight },
	{ "FD", 0, ANY, disable },
	{ "FE", 0, ANY, enable },
	{ "FF", HAS_FF, 3, feature },
	{ "FP", HAS_LCD, -4, lcd_print },
	{ "FR", 0, ANY, reset },
	{ "FS", 0, ANY, go_to_sleep },
	{ "S0", HAS_RGB, 2, lcd_type },
	{ "S1", HAS_RTC, 7, set_clock },
	{ "S2", HAS_AMMETER_CAL, 2, calibrate_ammeter },
	{ "S3", HAS_LIMITS, 2, set_time_limit },
	{ "S4", HAS_AUTH, 2, auth_lock },
	{ "S5", HAS_MENNEKES, 2, set_mennekes },
	{ "SA", HAS_AMMETER, 3, set_ammeter },
	{ "SB", HAS_BOOTLOCK, ANY, clear_boot_lock },
	{ "SC", 0, -2, set_amps },
	{ "SD", HAS_TOGGLES, 2, toggle_diode },
	{ "SE", HAS_TOGGLES, 2, toggle_echo },
	{ "SF", HAS_TOGGLES, 2, toggle_gfi_test },
	{ "SG", HAS_TOGGLES, 2, toggle_ground },
	{ "SH", HAS_LIMITS, 2, set_charge_limit },
	{ "SK", HAS_KWH, ANY, set_energy },
	{ "SL", 0, 2, set_level },
	{ "SR", HAS_TOGGLES, 2, toggle_stuck },
	{ "SS", HAS_SS, 2, toggle_gfi_test },
	{ "ST", HAS_TIMER, 5, set_timer },
	{ "SV", HAS_TOGGLES, 2, toggle_vent },
	{ "SV", HAS_SV_MV, 2, set_voltage },
	{ "SY", HAS_HEARTBEAT, ANY, set_heartbeat },
	{ "G0", HAS_G0, ANY, get_vehicle },
	{ "G3", HAS_LIMITS, ANY, get_time_limit },
	{ "G4", HAS_AUTH, ANY, get_auth_lock },
	{ "G5", HAS_MENNEKES, ANY, get_mennekes },
	{ "GA", HAS_AMMETER, ANY, get_ammeter },
	{ "GC", 0, ANY, get_capacity },
	{ "GD", HAS_GD, ANY, get_timer },
	{ "GE", 0, ANY, get_settings },
	{ "GF", HAS_GF, ANY, get_faults },
	{ "GG", HAS_AMMETER, ANY, get_current },
	{ "GH", HAS_LIMITS, ANY, get_charge_limit },
	{ "GI", HAS_MCUID, ANY, get_mcu_id },
	{ "GP", HAS_TEMPERATURE, ANY, get_temperature },
	{ "GS", 0, ANY, get_state },
	{ "GT", HAS_RTC, ANY, get_clock },
	{ "GU", HAS_KWH, ANY, get_energy },
	{ "GV", 0, ANY, get_version },
	{ "GY", HAS_HEARTBEAT, ANY, get_heartbeat },
	{ "Z0", HAS_RELAY_TUNING, ANY, tune_relay },
};

#define ROWS	(sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROWS <= COMMAND_MAX, "a counter for each command");

const char *command_name(size_t row)
{
	return row < ROWS ? rows[row].name : NULL;
}

static const struct row *find(struct board *b, const struct command *c)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].name[0] == c->group && rows[i].name[1] == c->selector &&
		    (!rows[i].needs || (rows[i].needs & b->has)))
			return &rows[i];
	return NULL;
}

static bool count_fits(struct board *b, const struct row *row, int count)
{
	if (b->profile->lcd_unchecked && row->needs == HAS_LCD)
		return true;
	if (row->count < 0)
		return count >= -row->count;
	return row->count == ANY || count == row->count;
}

bool command_run(struct board *b, struct command *c)
{
	const struct row *row = find(b, c);

	if (row && count_fits(b, row, c->count)) {
		b->stats.commands[row - rows]++;
		return row->run(b, c);
	}
	b->stats.unknown++;
	return c->group == 'S' && b->profile->set_always_ok;
}
