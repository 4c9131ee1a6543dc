/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rows of the table in command.c call: functions.c has the F
 * commands, setters.c the S commands and Z0, getters.c the G commands. True
 * is an OK; the parameters of the reply are the command's.
 */
#ifndef HANDLERS_H
#define HANDLERS_H

#include <stdbool.h>
#include <stdint.h>

#include "rapi.h"

struct board;

/* The parameters of the reply; always true, for a getter's last line. */
bool command_params(struct command *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A parameter as the 8 bits that the firmware takes of it. */
uint8_t command_number8(struct board *b, const struct command *c, int token);

/* The display was written to: takes time, or for ever without one. */
bool command_drawn(struct board *b, struct command *c);

/* A check or an option, and the flag that is set when it is off. */
void command_set_check(struct board *b, uint16_t disabled_flag, bool on);

typedef bool handler(struct board *b, struct command *c);

handler do_lcd_updates, do_press_button, do_backlight, do_clear_counters, do_disable, do_enable,
	do_feature, do_reset_health, do_shake_relay, do_set_panic, do_print, do_reset, do_sleep;

handler set_lcd_type, set_clock, set_ammeter_calibration, set_time_limit, set_auth, set_mennekes,
	set_ammeter, set_boot_unlocked, set_amps, set_diode_check, set_echo, set_gfi_test,
	set_ground_check, set_charge_limit, set_energy, set_level, set_voltmeter, set_thermistor,
	set_thresholds, set_stuck_check, set_relay, set_timer, set_vent_check, set_voltage,
	set_heartbeat, set_zero_current, set_relay_tuning;

handler get_vehicle, get_time_limit, get_auth, get_mennekes, get_ammeter, get_capacity, get_timer,
	get_settings, get_faults, get_current, get_charge_limit, get_mcu_id, get_health,
	get_voltmeter, get_thermistor, get_thresholds, get_temperature, get_relays, get_state,
	get_clock, get_energy, get_version, get_openings, get_heartbeat, get_zero_current;

#endif
