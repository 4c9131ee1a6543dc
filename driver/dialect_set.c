// SPDX-License-Identifier: GPL-2.0
/*
 * Dialect, what can be changed or done: every setter and function, once
 *
 * A new one is a row in "setters", and its arguments above. How rows are read is
 * in dialect_table.h; what the values mean is said in the uAPI header.
 *
 * A mnemonic that has had two lives is never sent where it might mean the other:
 * such rows end with the last RAPI generation known to have that meaning.
 */
#include "dialect_table.h"

static const struct openevse_shape bare_shapes[] = { { 0, NULL } };

/* A value above 255 would be taken modulo 256. */
static const struct openevse_field capacity_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity, capacity_ma),
	  OFFERED },
};

static const struct openevse_field capacity_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity, result_ma), AMPERES,
	  VALID(openevse_current_capacity, OPENEVSE_CAPACITY_HAS_RESULT) },
};

/* The resulting amperes are in the reply from RAPI 2.0.3. */
static const struct openevse_shape capacity_shapes[] = {
	{ 0, NULL }, SHAPE(capacity_fields),
};

static const struct openevse_field switch_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_switch, enabled), .max = 1 },
};

/* The argument of a feature, and where $GE shows it. */
#define FEATURE_FLAG(name, mask, inverted) \
static const struct openevse_field name##_arguments[] = { \
	{ FIELD_DECIMAL, MEMBER(openevse_feature, enabled), .max = 1, \
	  PROOF_FLAG(mask), .proof_inverted = (inverted) }, \
}

/* Most flags say what is off. */
FEATURE_FLAG(diode, OPENEVSE_SETTING_NO_DIODE_CHECK, true);
FEATURE_FLAG(vent, OPENEVSE_SETTING_NO_VENT_CHECK, true);
FEATURE_FLAG(ground, OPENEVSE_SETTING_NO_GROUND_CHECK, true);
FEATURE_FLAG(stuck_relay, OPENEVSE_SETTING_NO_STUCK_RELAY_CHECK, true);
FEATURE_FLAG(ampacity, 0x0040, false);
FEATURE_FLAG(rgb_lcd, 0x0100, true);
FEATURE_FLAG(gfci_test, OPENEVSE_SETTING_NO_GFCI_TEST, true);
FEATURE_FLAG(temperature, OPENEVSE_SETTING_NO_TEMPERATURE_CHECK, true);
FEATURE_FLAG(zero_crossing, 0x0800, true);
FEATURE_FLAG(boot_lock, 0x2000, true);
FEATURE_FLAG(over_current, 0x4000, true);
FEATURE_FLAG(button, 0x8000, true);

static const struct openevse_field cable_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_feature, enabled), .max = 1 },
};

/* The level that is set shows in two flags, so no single one proves it. */
static const struct openevse_field level_arguments[] = {
	{ FIELD_LETTER, MEMBER(openevse_service_level, level),
	  .letters = "A12", .max = 2 },
};

static const struct openevse_field manual_arguments[] = {
	{ FIELD_LETTER, MEMBER(openevse_switch, enabled), .letters = "AM",
	  .max = 1, PROOF(openevse_mennekes_lock, manual) },
};

static const struct openevse_field bolt_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_switch, enabled), .max = 1,
	  PROOF(openevse_mennekes_lock, locked) },
};

/* Quarters of an hour on the board. */
static const struct openevse_field time_limit_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_time_limit, minutes), .scale = 15,
	  .max = 0xff },
};

/* kWh on the board. */
static const struct openevse_field charge_limit_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_charge_limit, limit_wh),
	  .scale = 1000, .max = 0xff },
};

/* A scale of 0 would blind the meter, one above 32767 is shown as negative. */
static const struct openevse_field signed_meter_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_meter_settings, scale),
	  .min = 1, .max = S16_MAX },
	{ FIELD_DECIMAL, SHOWN(openevse_meter_settings, offset),
	  .min = S16_MIN, .max = S16_MAX },
};

/* From firmware 3.8.0 to 8.x '-' is a digit worth -3. */
static const struct openevse_field meter_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_meter_settings, scale),
	  .min = 1, .max = S16_MAX },
	{ FIELD_DECIMAL, SHOWN(openevse_meter_settings, offset),
	  .max = S16_MAX },
};

static const struct openevse_field voltmeter_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_meter_settings, scale),
	  .min = 1, .max = S16_MAX },
	{ FIELD_DECIMAL, SHOWN(openevse_meter_settings, offset),
	  .max = S32_MAX },
};

/* What is no mains voltage would spoil the energy that is counted. */
static const struct openevse_field voltage_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_voltage, voltage_mv),
	  .min = 60000, .max = 300000,
	  PROOF(openevse_charging_current_and_voltage, voltage_mv) },
};

static const struct openevse_field energy_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_accumulated_wh, total_wh),
	  .max = U32_MAX, PROOF(openevse_energy, total_wh) },
};

/* Without leading zeroes: firmware before D4.13.0 looks at the first digit. */
static const struct openevse_field timer_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_timer, start_hour), .max = 23 },
	{ FIELD_DECIMAL, SHOWN(openevse_timer, start_minute), .max = 59 },
	{ FIELD_DECIMAL, SHOWN(openevse_timer, end_hour), .max = 23 },
	{ FIELD_DECIMAL, SHOWN(openevse_timer, end_minute), .max = 59 },
};

/* It goes on while it is set: what proves it is no single number. */
static const struct openevse_field time_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_time, year), .base = 2000,
	  .max = 99 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, month), .min = 1, .max = 12 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, day), .min = 1, .max = 31 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, hour), .max = 23 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, minute), .max = 59 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, second), .max = 59 },
};

/* From 66 s on the board's clock overflows. */
static const struct openevse_field heartbeat_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_heartbeat, interval_s), .max = 60 },
	{ FIELD_DECIMAL, SHOWN(openevse_heartbeat, current_ma),
	  .scale = 1000, .max = 80 },
};

static const struct openevse_field color_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_lcd_backlight_color, color),
	  .max = 7 },
};

static const struct openevse_field text_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_display_text, x),
	  .max = OPENEVSE_LCD_COLUMNS - 1 },
	{ FIELD_DECIMAL, MEMBER(openevse_display_text, y),
	  .max = OPENEVSE_LCD_ROWS - 1 },
	{ FIELD_TEXT, MEMBER(openevse_display_text, text) },
};

/* 1: still locked, because the station is in a fault. */
static const struct openevse_field unlock_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_switch, enabled), .max = 1 },
};

static const struct openevse_shape unlock_shapes[] = {
	SHAPE(unlock_fields),
};

static const struct openevse_field zero_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_zero_cross, threshold_ma),
	  .max = 5000 },
};

#define RELAY(member) \
static const struct openevse_field member##_arguments[] = { \
	{ FIELD_DECIMAL, MEMBER(openevse_relay, enabled), .max = 1, \
	  PROOF(openevse_relays, member) }, \
}

RELAY(dc1);
RELAY(dc2);
RELAY(ac);

static const struct openevse_field limits_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_temperature_limits, ambient_mc),
	  DEGREES(0, 1500) },
	{ FIELD_DECIMAL, SHOWN(openevse_temperature_limits, infrared_mc),
	  DEGREES(0, 1500) },
};

static const struct openevse_field panic_arguments[] = {
	{ FIELD_DECIMAL, SHOWN(openevse_panic_temperature, panic_mc),
	  DEGREES(1, 1500) },
};

static const struct openevse_field sensor_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_cable_sensor, index), .max = 3 },
	{ FIELD_DECIMAL, SHOWN(openevse_cable_sensor, pin), .max = 2 },
	{ FIELD_DECIMAL, SHOWN(openevse_cable_sensor, r25_ohm),
	  .min = 100, .max = 65535 },
	{ FIELD_DECIMAL, SHOWN(openevse_cable_sensor, beta_k),
	  .min = 1000, .max = 6000 },
	{ FIELD_DECIMAL, SHOWN(openevse_cable_sensor, offset_mc),
	  DEGREES(-2000, 2000) },
	{ FIELD_DECIMAL, SHOWN(openevse_cable_sensor, panic_mc),
	  DEGREES(300, 1500) },
};

#define DOES	OPENEVSE_COMMAND_CONTROL	/* and not twice */
#define SETS	(DOES | OPENEVSE_COMMAND_IDEMPOTENT)
#define SAVES	(SETS | OPENEVSE_COMMAND_EEPROM)
#define TURNS_OFF	(SETS | OPENEVSE_COMMAND_URGENT)
#define ADMIN	OPENEVSE_COMMAND_PRIVILEGED
#define ALWAYS	OPENEVSE_COMMAND_ALWAYS
#define STATE	OPENEVSE_COMMAND_STATE
#define PROVEN	OPENEVSE_COMMAND_PROVEN

#define BARE	SHAPES(bare_shapes)
#define SOON	.deadline_ms = OPENEVSE_REPLY_MS
#define ONCE	.deadline_ms = OPENEVSE_ONCE_MS

/* One check or option: its old word, then its letter of $FF. */
#define FEATURE(id, name) \
	.ioctl = OPENEVSE_SET_FEATURE, .item = OPENEVSE_FEATURE_##id, \
	SIZE(openevse_feature), ARGUMENTS(name##_arguments), BARE, SOON, \
	.proof = OPENEVSE_GET_SETTINGS
#define TOGGLE(word) \
	.mnemonic = word, UNTIL(4, 0, 0), \
	.flags = SAVES | OPENEVSE_COMMAND_ITEM | OPENEVSE_COMMAND_PROTECTS
#define SWITCH(letter, more) \
	.mnemonic = "FF", .prefix = " " letter, \
	.flags = SAVES | OPENEVSE_COMMAND_ITEM | (more)
#define PROTECTS	OPENEVSE_COMMAND_PROTECTS

#define RELAY_OUTPUT(id, number, name) \
	.ioctl = OPENEVSE_SET_RELAY, .item = OPENEVSE_RELAY_##id, \
	.mnemonic = "SR", .prefix = " " number, SINCE(6, 0, 0), \
	UNTIL(7, 0, 0), .flags = SAVES | ADMIN | OPENEVSE_COMMAND_ITEM, SOON, \
	SIZE(openevse_relay), ARGUMENTS(name##_arguments), BARE, \
	.proof = OPENEVSE_GET_RELAYS, .sibling = OPENEVSE_GET_RELAYS

static const struct openevse_command setters[] = {
	/* --- control --- */
	{
		.ioctl = OPENEVSE_ENABLE, .mnemonic = "FE",
		.flags = SETS | ALWAYS | STATE | PROVEN, SOON, BARE,
	},
	{
		.ioctl = OPENEVSE_DISABLE, .mnemonic = "FD",
		.flags = TURNS_OFF | ALWAYS | PROVEN, SOON, BARE,
	},
	{
		.ioctl = OPENEVSE_SLEEP, .mnemonic = "FS",
		.flags = TURNS_OFF | ALWAYS | PROVEN, SOON, BARE,
	},
	/* Firmware until 3.3.5 answered; the driver treats it as the others. */
	{
		.ioctl = OPENEVSE_RESET, .mnemonic = "FR",
		.flags = SETS | ALWAYS | OPENEVSE_COMMAND_NO_REPLY, SOON,
	},
	{
		.ioctl = OPENEVSE_CLEAR_BOOT_LOCK, .mnemonic = "SB",
		SINCE(5, 2, 1), .flags = SETS | STATE | PROVEN, SOON, SIZE(openevse_switch),
		SHAPES(unlock_shapes),
	},
	{
		.ioctl = OPENEVSE_PRESS_BUTTON, .mnemonic = "F1",
		SINCE(4, 0, 1), .flags = DOES, ONCE, BARE,
	},

	/* --- current --- */
	/* A third token means "do not save" from RAPI 2.0.2. */
	{
		.ioctl = OPENEVSE_SET_CURRENT_CAPACITY,
		.mnemonic = "SC", .suffix = " V", SINCE(2, 0, 2),
		.flags = SETS | ALWAYS | STATE | PROVEN, SOON,
		SIZE(openevse_current_capacity), ARGUMENTS(capacity_arguments),
		SHAPES(capacity_shapes),
	},
	{
		.ioctl = OPENEVSE_SET_CURRENT_CAPACITY,
		.item = OPENEVSE_CAPACITY_SAVE, .mnemonic = "SC",
		.flags = SAVES | ALWAYS | STATE | PROVEN |
			 OPENEVSE_COMMAND_APPLIES, SOON,
		SIZE(openevse_current_capacity), ARGUMENTS(capacity_arguments),
		SHAPES(capacity_shapes),
	},
	{
		.ioctl = OPENEVSE_SET_CURRENT_CAPACITY_MAX,
		.mnemonic = "SC", .suffix = " M", SINCE(5, 1, 1),
		.flags = DOES | OPENEVSE_COMMAND_EEPROM | ADMIN | ALWAYS |
			 PROVEN | OPENEVSE_COMMAND_ONCE, ONCE,
		SIZE(openevse_current_capacity), ARGUMENTS(capacity_arguments),
		SHAPES(capacity_shapes),
	},
	{
		.ioctl = OPENEVSE_SET_HEARTBEAT, .mnemonic = "SY",
		SINCE(5, 0, 0), .flags = SAVES, SOON,
		SIZE(openevse_heartbeat), ARGUMENTS(heartbeat_arguments),
		SHAPES(openevse_heartbeat_shapes), .proof = OPENEVSE_GET_HEARTBEAT,
		.sibling = OPENEVSE_GET_HEARTBEAT,
	},
	{
		.ioctl = OPENEVSE_HEARTBEAT_PULSE, .mnemonic = "SY",
		SINCE(5, 0, 0), .flags = SETS | STATE | PROVEN, SOON,
		SIZE(openevse_heartbeat), SHAPES(openevse_heartbeat_shapes),
		.sibling = OPENEVSE_GET_HEARTBEAT,
	},
	/* The number is the firmware's password for it. */
	{
		.ioctl = OPENEVSE_HEARTBEAT_ACKNOWLEDGE,
		.mnemonic = "SY", .suffix = " 165", SINCE(5, 0, 0),
		.flags = SETS | STATE | PROVEN, SOON,
		SIZE(openevse_heartbeat), SHAPES(openevse_heartbeat_shapes),
		.sibling = OPENEVSE_GET_HEARTBEAT,
	},

	/* --- checks and options --- */
	{
		FEATURE(DIODE_CHECK, diode), TOGGLE("SD"),
	},
	{
		FEATURE(DIODE_CHECK, diode), SWITCH("D", PROTECTS),
		SINCE(4, 0, 0),
	},
	{
		FEATURE(VENT_CHECK, vent), TOGGLE("SV"),
	},
	{
		FEATURE(VENT_CHECK, vent), SWITCH("V", PROTECTS),
		SINCE(4, 0, 0),
	},
	{
		FEATURE(GROUND_CHECK, ground), TOGGLE("SG"),
	},
	{
		FEATURE(GROUND_CHECK, ground), SWITCH("G", PROTECTS),
		SINCE(4, 0, 0),
	},
	{
		FEATURE(STUCK_RELAY_CHECK, stuck_relay), TOGGLE("SR"),
	},
	{
		FEATURE(STUCK_RELAY_CHECK, stuck_relay),
		SWITCH("R", PROTECTS), SINCE(4, 0, 0),
	},
	/* Until firmware 2.1.A6 $SS meant something else. */
	{
		FEATURE(GFCI_TEST, gfci_test), .mnemonic = "SS",
		SINCE(1, 0, 0), UNTIL(1, 0, 1),
		.flags = SAVES | OPENEVSE_COMMAND_ITEM | PROTECTS,
	},
	{
		FEATURE(GFCI_TEST, gfci_test), TOGGLE("SF"), SINCE(1, 0, 1),
	},
	{
		FEATURE(GFCI_TEST, gfci_test), SWITCH("F", PROTECTS),
		SINCE(4, 0, 0),
	},
	{
		FEATURE(TEMPERATURE_CHECK, temperature),
		SWITCH("T", PROTECTS), SINCE(4, 0, 0),
	},
	{
		FEATURE(OVER_CURRENT_CHECK, over_current),
		SWITCH("O", PROTECTS), SINCE(6, 0, 0),
	},
	{
		FEATURE(BUTTON, button), SWITCH("B", 0), SINCE(5, 1, 0),
	},
	{
		FEATURE(BOOT_LOCK, boot_lock), SWITCH("L", PROTECTS),
		SINCE(6, 0, 0),
	},
	/* Off it is a protection less; on, cable sensors lose their pin. */
	{
		FEATURE(PP_AUTO_AMPACITY, ampacity), SWITCH("P", ADMIN),
		SINCE(6, 0, 0),
	},
	{
		FEATURE(ZERO_CROSS, zero_crossing), SWITCH("Z", 0),
		SINCE(6, 0, 0),
	},
	{
		FEATURE(RGB_LCD, rgb_lcd), .mnemonic = "S0",
		.flags = SAVES | OPENEVSE_COMMAND_ITEM,
	},
	{
		.ioctl = OPENEVSE_SET_FEATURE,
		.item = OPENEVSE_FEATURE_CABLE_TEMPERATURE_CHECK,
		SWITCH("C", PROTECTS), SINCE(6, 0, 0), SOON,
		SIZE(openevse_feature), ARGUMENTS(cable_arguments), BARE,
		.sibling = OPENEVSE_GET_CABLE_TEMPERATURE,
	},
	{
		.ioctl = OPENEVSE_SET_SERVICE_LEVEL, .mnemonic = "SL",
		.flags = SAVES | ADMIN | ALWAYS | PROVEN, SOON,
		SIZE(openevse_service_level), ARGUMENTS(level_arguments), BARE,
	},
	/* From RAPI 4.0.0 it is $FF E, and cannot be switched off again. */
	{
		.ioctl = OPENEVSE_SET_ECHO, .mnemonic = "SE", UNTIL(4, 0, 0),
		.flags = SETS | ALWAYS | PROVEN, SOON,
		SIZE(openevse_switch), ARGUMENTS(switch_arguments), BARE,
	},

	/* --- locks --- */
	{
		.ioctl = OPENEVSE_SET_AUTH_LOCK, .mnemonic = "S4",
		SINCE(2, 0, 3), .flags = SETS, SOON,
		SIZE(openevse_switch), ARGUMENTS(switch_arguments), BARE,
		.proof = OPENEVSE_GET_AUTH_LOCK,
		.sibling = OPENEVSE_GET_AUTH_LOCK,
	},
	{
		.ioctl = OPENEVSE_SET_MENNEKES_LOCK, .mnemonic = "S5",
		SINCE(5, 2, 0), .flags = SETS | STATE, SOON,
		SIZE(openevse_switch), ARGUMENTS(bolt_arguments), BARE,
		.proof = OPENEVSE_GET_MENNEKES_LOCK,
		.sibling = OPENEVSE_GET_MENNEKES_LOCK,
	},
	{
		.ioctl = OPENEVSE_SET_MENNEKES_MANUAL, .mnemonic = "S5",
		SINCE(5, 2, 0), .flags = SETS, SOON,
		SIZE(openevse_switch), ARGUMENTS(manual_arguments), BARE,
		.proof = OPENEVSE_GET_MENNEKES_LOCK,
		.sibling = OPENEVSE_GET_MENNEKES_LOCK,
	},

	/* --- limits, timer, clock --- */
	/* In RAPI 4.0.1 and 5.0.0 limits count from when they are set. */
	{
		.ioctl = OPENEVSE_SET_TIME_LIMIT, .mnemonic = "S3",
		SINCE(1, 0, 3),
		.flags = SETS | STATE | OPENEVSE_COMMAND_RELATIVE, SOON,
		SIZE(openevse_time_limit), ARGUMENTS(time_limit_arguments), BARE,
		.proof = OPENEVSE_GET_TIME_LIMIT,
		.sibling = OPENEVSE_GET_TIME_LIMIT,
	},
	{
		.ioctl = OPENEVSE_SET_CHARGE_LIMIT, .mnemonic = "SH",
		SINCE(1, 0, 3),
		.flags = SETS | STATE | OPENEVSE_COMMAND_RELATIVE, SOON,
		SIZE(openevse_charge_limit), ARGUMENTS(charge_limit_arguments),
		BARE,
		.proof = OPENEVSE_GET_CHARGE_LIMIT,
		.sibling = OPENEVSE_GET_CHARGE_LIMIT,
	},
	/* Its getter is newer, so it tells nothing of the build. */
	{
		.ioctl = OPENEVSE_SET_TIMER, .mnemonic = "ST",
		.flags = SAVES, SOON,
		SIZE(openevse_timer), ARGUMENTS(timer_arguments), BARE,
		.proof = OPENEVSE_GET_TIMER,
	},
	{
		.ioctl = OPENEVSE_SET_TIME, .mnemonic = "S1", .flags = DOES | PROVEN,
		ONCE,
		SIZE(openevse_time), ARGUMENTS(time_arguments), BARE,
		.sibling = OPENEVSE_GET_TIME,
	},

	/* --- meters --- */
	{
		.ioctl = OPENEVSE_SET_AMMETER_SETTINGS, .mnemonic = "SA",
		SINCE(1, 0, 1), UNTIL(1, 0, 3), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_meter_settings),
		ARGUMENTS(signed_meter_arguments), BARE,
		.proof = OPENEVSE_GET_AMMETER_SETTINGS,
		.sibling = OPENEVSE_GET_AMMETER_SETTINGS,
	},
	{
		.ioctl = OPENEVSE_SET_AMMETER_SETTINGS, .mnemonic = "SA",
		SINCE(1, 0, 3), UNTIL(6, 0, 0), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_meter_settings), ARGUMENTS(meter_arguments), BARE,
		.proof = OPENEVSE_GET_AMMETER_SETTINGS,
		.sibling = OPENEVSE_GET_AMMETER_SETTINGS,
	},
	{
		.ioctl = OPENEVSE_SET_AMMETER_SETTINGS, .mnemonic = "SA",
		SINCE(6, 0, 0), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_meter_settings),
		ARGUMENTS(signed_meter_arguments), BARE,
		.proof = OPENEVSE_GET_AMMETER_SETTINGS,
		.sibling = OPENEVSE_GET_AMMETER_SETTINGS,
	},
	{
		.ioctl = OPENEVSE_SET_AMMETER_CALIBRATION, .mnemonic = "S2",
		SINCE(1, 0, 1), UNTIL(5, 2, 0), .flags = SETS | ADMIN, SOON,
		SIZE(openevse_switch), ARGUMENTS(switch_arguments), BARE,
		.sibling = OPENEVSE_GET_AMMETER_SETTINGS,
	},
	{
		.ioctl = OPENEVSE_SET_VOLTMETER_SETTINGS, .mnemonic = "SM",
		SINCE(1, 0, 3), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_meter_settings), ARGUMENTS(voltmeter_arguments),
		BARE,
		.proof = OPENEVSE_GET_VOLTMETER_SETTINGS,
		.sibling = OPENEVSE_GET_VOLTMETER_SETTINGS,
	},
	{
		.ioctl = OPENEVSE_SET_VOLTAGE, .mnemonic = "SV",
		SINCE(5, 1, 3), UNTIL(7, 0, 0), .flags = SETS, SOON,
		SIZE(openevse_voltage), ARGUMENTS(voltage_arguments), BARE,
		.proof = OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
	},
	{
		.ioctl = OPENEVSE_SET_ACCUMULATED_WH, .mnemonic = "SK",
		SINCE(1, 0, 3), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_accumulated_wh), ARGUMENTS(energy_arguments), BARE,
		.proof = OPENEVSE_GET_ENERGY, .sibling = OPENEVSE_GET_ENERGY,
	},
	{
		.ioctl = OPENEVSE_CLEAR_COUNTERS, .mnemonic = "FC",
		SINCE(6, 0, 0), UNTIL(7, 0, 0), .flags = SAVES | ADMIN | PROVEN,
		SOON, BARE,
	},

	/* --- display --- */
	{
		.ioctl = OPENEVSE_SET_LCD_UPDATES, .mnemonic = "F0",
		SINCE(3, 0, 1), .flags = SETS, SOON,
		SIZE(openevse_switch), ARGUMENTS(switch_arguments), BARE,
	},
	{
		.ioctl = OPENEVSE_SET_LCD_BACKLIGHT_COLOR, .mnemonic = "FB",
		.flags = SETS, SOON, SIZE(openevse_lcd_backlight_color),
		ARGUMENTS(color_arguments), BARE,
	},
	{
		.ioctl = OPENEVSE_DISPLAY_TEXT, .mnemonic = "FP",
		.flags = SETS, SOON, SIZE(openevse_display_text),
		ARGUMENTS(text_arguments), BARE,
		.excuse = OPENEVSE_VFLAG_HARD_FAULT,
	},

	/* --- heat --- */
	{
		.ioctl = OPENEVSE_SET_TEMPERATURE_LIMITS, .mnemonic = "SO",
		SINCE(1, 0, 3), UNTIL(4, 0, 0), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_temperature_limits), ARGUMENTS(limits_arguments),
		BARE,
		.proof = OPENEVSE_GET_TEMPERATURE_LIMITS,
		.sibling = OPENEVSE_GET_TEMPERATURE_LIMITS,
	},
	{
		.ioctl = OPENEVSE_SET_PANIC_TEMPERATURE, .mnemonic = "FO",
		SINCE(6, 0, 0), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_panic_temperature), ARGUMENTS(panic_arguments),
		BARE,
		.proof = OPENEVSE_GET_PANIC_TEMPERATURE,
		.sibling = OPENEVSE_GET_PANIC_TEMPERATURE,
	},
	{
		.ioctl = OPENEVSE_SET_CABLE_SENSOR, .mnemonic = "SN",
		SINCE(6, 0, 0), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_cable_sensor), ARGUMENTS(sensor_arguments), BARE,
		.proof = OPENEVSE_GET_CABLE_SENSOR,
		.sibling = OPENEVSE_GET_CABLE_SENSOR,
	},

	/* --- relays --- */
	{ RELAY_OUTPUT(DC1, "1", dc1) },
	{ RELAY_OUTPUT(DC2, "2", dc2) },
	{ RELAY_OUTPUT(AC, "3", ac) },
	{
		.ioctl = OPENEVSE_SET_ZERO_CROSS, .mnemonic = "SZ",
		SINCE(6, 0, 0), .flags = SAVES | ADMIN, SOON,
		SIZE(openevse_zero_cross), ARGUMENTS(zero_arguments), BARE,
		.proof = OPENEVSE_GET_ZERO_CROSS,
		.sibling = OPENEVSE_GET_ZERO_CROSS,
	},
	{
		.ioctl = OPENEVSE_RESET_RELAY_HEALTH, .mnemonic = "FH",
		SINCE(6, 0, 0), .flags = SAVES | ADMIN, SOON, BARE,
		.sibling = OPENEVSE_GET_RELAY_HEALTH,
	},
	/* Three rounds of five, two seconds each. */
	{
		.ioctl = OPENEVSE_RECOVER_RELAY, .mnemonic = "FK",
		SINCE(6, 0, 0), .flags = DOES | ADMIN | PROVEN, .deadline_ms = 40000,
		BARE, .excuse = OPENEVSE_VFLAG_EV_CONNECTED,
	},

	/* --- for the raw exchange only --- */
	/*
	 * It stayed as another word for $SF until firmware D4.3.2, of which there
	 * are builds that pass for RAPI 3.0.1, see dialect_of().
	 */
	{
		.mnemonic = "SS", UNTIL(4, 0, 0),
		.flags = DOES | ADMIN | OPENEVSE_COMMAND_EEPROM, SOON, BARE,
	},
	/* Of builds for developers. */
	{
		.mnemonic = "T0", .flags = DOES | ADMIN, SOON, BARE,
	},
	{
		.mnemonic = "Z0", SINCE(5, 1, 1),
		.flags = DOES | ADMIN | OPENEVSE_COMMAND_EEPROM, SOON, BARE,
	},
};

static_assert(ARRAY_SIZE(setters) <= OPENEVSE_SETTERS_MAX);

const struct openevse_table openevse_setters = {
	setters, ARRAY_SIZE(setters),
};
