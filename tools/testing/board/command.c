// SPDX-License-Identifier: GPL-2.0
/*
 * The commands, one row each. See command.h.
 */
#include <stdarg.h>
#include <stdio.h>

#include "board.h"
#include "handlers.h"

#define LCD_TAKES	(8 * MS)
#define ANY		0	/* however many tokens */

bool command_params(struct command *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->params, sizeof(c->params), format, args);
	va_end(args);
	c->has_params = true;
	return true;
}

uint8_t command_number8(struct board *b, const struct command *c, int token)
{
	return (uint8_t)rapi_number(b, c->token[token]);
}

bool command_drawn(struct board *b, struct command *c)
{
	if (!(b->fw.has & HAS_LCD))
		return true;
	cpu_take(b, LCD_TAKES);
	if (!b->plant.lcd_ok)
		c->hang = true;
	return true;
}

void command_set_check(struct board *b, uint16_t disabled_flag, bool on)
{
	if (on)
		b->evse.flags &= (uint16_t)~disabled_flag;
	else
		b->evse.flags |= disabled_flag;
	evse_save_flags(b);
}

struct row {
	const char *name;
	uint64_t needs;		/* all of these features */
	int count;		/* tokens, exactly; ANY; or negative: at least */
	handler *run;
};

static const struct row rows[] = {
	{ "F0", HAS_F0, 2, do_lcd_updates },
	{ "F1", HAS_F1, ANY, do_press_button },
	{ "FB", HAS_LCD, 2, do_backlight },
	{ "FC", HAS_RELAYS, ANY, do_clear_counters },
	{ "FD", 0, ANY, do_disable },
	{ "FE", 0, ANY, do_enable },
	{ "FF", HAS_FF, 3, do_feature },
	{ "FH", HAS_RELAY_HEALTH, ANY, do_reset_health },
	{ "FK", HAS_RELAYS | HAS_ADVPWR, ANY, do_shake_relay },
	{ "FO", HAS_RELAYS, 2, do_set_panic },
	{ "FP", HAS_LCD, -4, do_print },
	{ "FR", 0, ANY, do_reset },
	{ "FS", 0, ANY, do_sleep },
	{ "S0", HAS_RGB, 2, set_lcd_type },
	{ "S1", HAS_RTC, 7, set_clock },
	{ "S2", HAS_AMMETER | HAS_AMMETER_CAL, 2, set_ammeter_calibration },
	{ "S3", HAS_TIME_LIMIT, 2, set_time_limit },
	{ "S4", HAS_AUTH, 2, set_auth },
	{ "S5", HAS_MENNEKES, 2, set_mennekes },
	{ "SA", HAS_AMMETER, 3, set_ammeter },
	{ "SB", HAS_BOOTLOCK, ANY, set_boot_unlocked },
	{ "SC", 0, -2, set_amps },
	{ "SD", HAS_TOGGLES, 2, set_diode_check },
	{ "SE", HAS_TOGGLES, 2, set_echo },
	{ "SF", HAS_TOGGLES | HAS_SF | HAS_GFI, 2, set_gfi_test },
	{ "SG", HAS_TOGGLES | HAS_ADVPWR, 2, set_ground_check },
	{ "SH", HAS_CHARGE_LIMIT, 2, set_charge_limit },
	{ "SI", HAS_MCUID | HAS_SI, ANY, get_mcu_id },
	{ "SK", HAS_KWH, ANY, set_energy },
	{ "SL", 0, 2, set_level },
	{ "SM", HAS_VOLTMETER, 3, set_voltmeter },
	{ "SN", HAS_CABLE_TEMP, -3, set_thermistor },
	{ "SO", HAS_TOGGLES | HAS_NY, 3, set_thresholds },
	{ "SR", HAS_TOGGLES | HAS_ADVPWR, 2, set_stuck_check },
	{ "SR", HAS_RELAYS, 3, set_relay },
	{ "SS", HAS_SS | HAS_GFI, 2, set_gfi_test },
	{ "ST", HAS_TIMER, 5, set_timer },
	{ "SV", HAS_TOGGLES, 2, set_vent_check },
	{ "SV", HAS_SV_MV, 2, set_voltage },
	{ "SY", HAS_HEARTBEAT, ANY, set_heartbeat },
	{ "SZ", HAS_ZERO_CROSS, 2, set_zero_current },
	{ "G0", HAS_G0, ANY, get_vehicle },
	{ "G3", HAS_TIME_LIMIT, ANY, get_time_limit },
	{ "G4", HAS_AUTH, ANY, get_auth },
	{ "G5", HAS_MENNEKES, ANY, get_mennekes },
	{ "GA", HAS_AMMETER, ANY, get_ammeter },
	{ "GC", 0, ANY, get_capacity },
	{ "GD", HAS_TIMER | HAS_GD, ANY, get_timer },
	{ "GE", 0, ANY, get_settings },
	{ "GF", HAS_GF, ANY, get_faults },
	{ "GG", HAS_GG, ANY, get_current },
	{ "GH", HAS_CHARGE_LIMIT, ANY, get_charge_limit },
	{ "GI", HAS_MCUID | HAS_GI, ANY, get_mcu_id },
	{ "GL", HAS_RELAY_HEALTH, ANY, get_health },
	{ "GM", HAS_VOLTMETER, ANY, get_voltmeter },
	{ "GN", HAS_CABLE_TEMP, ANY, get_thermistor },
	{ "GO", HAS_NY, ANY, get_thresholds },
	{ "GO", HAS_RELAYS, ANY, get_thresholds },
	{ "GP", HAS_TEMPERATURE | HAS_GP, ANY, get_temperature },
	{ "GR", HAS_RELAYS, ANY, get_relays },
	{ "GS", 0, ANY, get_state },
	{ "GT", HAS_RTC, ANY, get_clock },
	{ "GU", HAS_KWH, ANY, get_energy },
	{ "GV", 0, ANY, get_version },
	{ "GW", HAS_ZERO_CROSS, ANY, get_openings },
	{ "GY", HAS_HEARTBEAT, ANY, get_heartbeat },
	{ "GZ", HAS_ZERO_CROSS, ANY, get_zero_current },
	{ "Z0", HAS_RELAY_TUNING, ANY, set_relay_tuning },
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
		    (rows[i].needs & b->fw.has) == rows[i].needs)
			return &rows[i];
	return NULL;
}

static bool count_fits(struct board *b, const struct row *row, int count)
{
	if ((b->fw.quirks & QUIRK_LCD_UNCHECKED) && row->needs == HAS_LCD)
		return true;
	if (row->count < 0)
		return count >= -row->count;
	return row->count == ANY || count == row->count;
}

bool command_run(struct board *b, struct command *c)
{
	const struct row *row = find(b, c);
	bool always_ok = c->group == 'S' && (b->fw.quirks & QUIRK_SET_ALWAYS_OK);

	if (row && !count_fits(b, row, c->count))
		row = NULL;
	/* an OK with nothing behind it is believed like any other */
	if (row || always_ok)
		inspector_accepted(b, c->unchecked);
	if (row) {
		b->stats.commands[row - rows]++;
		return row->run(b, c);
	}
	b->stats.unknown++;
	return always_ok;
}
