// SPDX-License-Identifier: GPL-2.0
/*
 * A second opinion on the commands. See contract.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "contract.h"

#define V		OPENEVSE_RAPI
#define MEMBER(type, member) \
	.offset = offsetof(struct type, member), \
	.size = sizeof(((struct type *)0)->member)
#define WORD(word, type, member, ...) \
	{ .kind = PART_##word, MEMBER(type, member), __VA_ARGS__ }
#define TO(from, to)	.low = (from), .high = (to)
#define UNIT(units)	.unit = (units)
#define SIGNED		.is_signed = true
#define HAS(bit)	.valid = (bit)
#define NONE(...) \
	.absent = { __VA_ARGS__ }, .absents = sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)

/* What 8, 16 and 32 bits of an AVR hold. */
#define U8	TO(0, 255)
#define U16	TO(0, 65535)
#define U32	TO(0, 4294967295LL)
#define S16	TO(-32768, 32767)
#define S32	TO(-2147483648LL, 2147483647LL)

/* --- replies: section 2.4 of the protocol's description --- */

static const struct part gv[] = {
	WORD(VERSION, openevse_version, firmware, TO(0, 0)),
	WORD(VERSION, openevse_version, protocol, TO(0, 0)),
};

static const struct part gs2[] = {
	WORD(DECIMAL, openevse_state, state, U8, HAS(OPENEVSE_STATE_HAS_STATE)),
	WORD(DECIMAL, openevse_state, elapsed_s, TO(0, 2147483647), HAS(OPENEVSE_STATE_HAS_ELAPSED)),
};

static const struct part gs4[] = {
	WORD(HEX, openevse_state, state, U8, HAS(OPENEVSE_STATE_HAS_STATE)),
	WORD(DECIMAL, openevse_state, elapsed_s, TO(0, 2147483647), HAS(OPENEVSE_STATE_HAS_ELAPSED)),
	WORD(HEX, openevse_state, pilot_state, U8, HAS(OPENEVSE_STATE_HAS_PILOT)),
	WORD(HEX, openevse_state, vflags, U16, HAS(OPENEVSE_STATE_HAS_VFLAGS)),
};

static const struct part ge[] = {
	WORD(DECIMAL, openevse_settings, capacity_ma, U8, UNIT(1000)),
	WORD(HEX, openevse_settings, flags, U16),
};

static const struct part gc[] = {
	WORD(DECIMAL, openevse_current_capacity_range, min_ma, U8, UNIT(1000)),
	WORD(DECIMAL, openevse_current_capacity_range, max_ma, U8, UNIT(1000)),
	WORD(DECIMAL, openevse_current_capacity_range, pilot_ma, U8, UNIT(1000),
	     HAS(OPENEVSE_RANGE_HAS_PILOT)),
	WORD(DECIMAL, openevse_current_capacity_range, configured_max_ma, U8, UNIT(1000),
	     HAS(OPENEVSE_RANGE_HAS_CONFIGURED)),
};

static const struct part gg[] = {
	WORD(DECIMAL, openevse_charging_current_and_voltage, current_ma, S32, SIGNED,
	     HAS(OPENEVSE_CHARGING_HAS_CURRENT), NONE(-1)),
	WORD(DECIMAL, openevse_charging_current_and_voltage, voltage_mv, S32, SIGNED,
	     HAS(OPENEVSE_CHARGING_HAS_VOLTAGE), NONE(-1)),
};

static const struct part gu[] = {
	WORD(DECIMAL, openevse_energy, session_j, U32),
	WORD(DECIMAL, openevse_energy, total_wh, U32),
};

static const struct part g0[] = { WORD(DECIMAL, openevse_vehicle, vehicle, TO(0, 2)) };
static const struct part g3[] = { WORD(DECIMAL, openevse_time_limit, minutes, U8, UNIT(15)) };
static const struct part gh[] = { WORD(DECIMAL, openevse_charge_limit, limit_wh, U8, UNIT(1000)) };
static const struct part g4[] = { WORD(DECIMAL, openevse_switch, enabled, TO(0, 1)) };

static const struct part g5[] = {
	WORD(DECIMAL, openevse_mennekes_lock, locked, TO(0, 1)),
	WORD(LETTER, openevse_mennekes_lock, manual, TO(0, 1), .letters = "AM"),
};

static const struct part ga[] = {
	WORD(DECIMAL, openevse_meter_settings, scale, S32, SIGNED),
	WORD(DECIMAL, openevse_meter_settings, offset, S32, SIGNED),
};

static const struct part gd[] = {
	WORD(DECIMAL, openevse_timer, start_hour, TO(0, 23)),
	WORD(DECIMAL, openevse_timer, start_minute, TO(0, 59)),
	WORD(DECIMAL, openevse_timer, end_hour, TO(0, 23)),
	WORD(DECIMAL, openevse_timer, end_minute, TO(0, 59)),
};

static const struct part gf[] = {
	WORD(HEX, openevse_fault_counters, gfci, U8),
	WORD(HEX, openevse_fault_counters, no_ground, U8),
	WORD(HEX, openevse_fault_counters, stuck_relay, U8),
};

#define SENSOR(member, bit, ...) \
	WORD(DECIMAL, openevse_temperature, member, S16, SIGNED, UNIT(100), HAS(bit), \
	     NONE(__VA_ARGS__))

static const struct part gp[] = {
	SENSOR(ds3231_mc, OPENEVSE_TEMPERATURE_HAS_DS3231, -2560),
	SENSOR(mcp9808_mc, OPENEVSE_TEMPERATURE_HAS_MCP9808, -2560),
	SENSOR(tmp007_mc, OPENEVSE_TEMPERATURE_HAS_TMP007, -2560),
};

/* Builds of firmware 5 may call themselves older than 4.0.1, so -2560 too. */
static const struct part gp_old[] = {
	SENSOR(ds3231_mc, OPENEVSE_TEMPERATURE_HAS_DS3231, 0, -2560),
	SENSOR(mcp9808_mc, OPENEVSE_TEMPERATURE_HAS_MCP9808, 0, -2560),
	SENSOR(tmp007_mc, OPENEVSE_TEMPERATURE_HAS_TMP007, 0, 230, -2560),
};

static const struct part gt[] = {
	WORD(DECIMAL, openevse_time, year, U8, .base = 2000, NONE(165)),
	WORD(DECIMAL, openevse_time, month, U8),
	WORD(DECIMAL, openevse_time, day, U8),
	WORD(DECIMAL, openevse_time, hour, U8),
	WORD(DECIMAL, openevse_time, minute, U8),
	WORD(DECIMAL, openevse_time, second, U8),
};

static const struct part gy[] = {
	WORD(DECIMAL, openevse_heartbeat, interval_s, U16),
	WORD(DECIMAL, openevse_heartbeat, current_ma, U8, UNIT(1000)),
	WORD(DECIMAL, openevse_heartbeat, missed, TO(0, 2), HAS(OPENEVSE_HEARTBEAT_HAS_MISSED)),
};

static const struct part go2[] = {
	WORD(DECIMAL, openevse_temperature_limits, ambient_mc, S16, SIGNED, UNIT(100)),
	WORD(DECIMAL, openevse_temperature_limits, infrared_mc, S16, SIGNED, UNIT(100)),
};

static const struct part go1[] = {
	WORD(DECIMAL, openevse_panic_temperature, panic_mc, S16, SIGNED, UNIT(100)),
};

#define CABLE(member, bit) \
	WORD(DECIMAL, openevse_cable_temperature, member, S16, SIGNED, UNIT(100), HAS(bit), \
	     NONE(-2560, -2561, -2562))

static const struct part gn[] = {
	CABLE(ev1_mc, OPENEVSE_CABLE_HAS_EV1), CABLE(ev2_mc, OPENEVSE_CABLE_HAS_EV2),
	CABLE(in1_mc, OPENEVSE_CABLE_HAS_IN1), CABLE(in2_mc, OPENEVSE_CABLE_HAS_IN2),
};

static const struct part gn_one[] = {
	WORD(DECIMAL, openevse_cable_sensor, pin, TO(0, 2)),
	WORD(DECIMAL, openevse_cable_sensor, r25_ohm, U16),
	WORD(DECIMAL, openevse_cable_sensor, beta_k, U16),
	WORD(DECIMAL, openevse_cable_sensor, offset_mc, S16, SIGNED, UNIT(100)),
	WORD(DECIMAL, openevse_cable_sensor, panic_mc, S16, SIGNED, UNIT(100)),
};

static const struct part gl[] = {
	WORD(DECIMAL, openevse_relay_health, life_left, TO(0, 100)),
	WORD(DECIMAL, openevse_relay_health, cold_opens, U32),
	WORD(DECIMAL, openevse_relay_health, damage_ppm, U32),
	WORD(DECIMAL, openevse_relay_health, transit_us, U16, UNIT(1000),
	     HAS(OPENEVSE_RELAY_HAS_TRANSIT), NONE(65535)),
	WORD(DECIMAL, openevse_relay_health, drift, TO(0, 1)),
	WORD(DECIMAL, openevse_relay_health, thermal_centi, U32,
	     HAS(OPENEVSE_RELAY_HAS_THERMAL), NONE(65535)),
	WORD(DECIMAL, openevse_relay_health, baseline_centi, U32,
	     HAS(OPENEVSE_RELAY_HAS_BASELINE), NONE(65535)),
	WORD(DECIMAL, openevse_relay_health, warning, TO(0, 2)),
	WORD(DECIMAL, openevse_relay_health, recoveries, U16,
	     HAS(OPENEVSE_RELAY_HAS_RECOVERIES), NONE(65535)),
};

static const struct part gw[] = {
	WORD(DECIMAL, openevse_relay_timing, hot_opens, U16),
	WORD(DECIMAL, openevse_relay_timing, last_open_ma, S32, SIGNED),
	WORD(DECIMAL, openevse_relay_timing, close_ms, U16, HAS(OPENEVSE_TIMING_HAS_CLOSE),
	     NONE(300)),
	WORD(DECIMAL, openevse_relay_timing, open_ms, U16, HAS(OPENEVSE_TIMING_HAS_OPEN),
	     NONE(300)),
};

static const struct part gz[] = {
	WORD(DECIMAL, openevse_zero_cross, frequency_mhz, U16, UNIT(10)),
	WORD(DECIMAL, openevse_zero_cross, threshold_ma, TO(0, 5000)),
};

static const struct part gr[] = {
	WORD(DECIMAL, openevse_relays, dc1, TO(0, 1)),
	WORD(DECIMAL, openevse_relays, dc2, TO(0, 1)),
	WORD(DECIMAL, openevse_relays, ac, TO(0, 1)),
};

static const struct part sc_reply[] = {
	WORD(DECIMAL, openevse_current_capacity, result_ma, U8, UNIT(1000),
	     HAS(OPENEVSE_CAPACITY_HAS_RESULT)),
};

#define FORM(parts)		{ sizeof(parts) / sizeof(struct part), parts }
#define SAYS(number, type, ...) \
	.ioctl = number, .size = sizeof(struct type), .forms = { __VA_ARGS__ }, \
	.form_count = sizeof((struct form[]){ __VA_ARGS__ }) / sizeof(struct form)
#define VALID_IN(type)		.valid_offset = offsetof(struct type, valid)

/* What is not here is answered with OK or NK and nothing behind it. */
static const struct answer answers[] = {
	{ SAYS(OPENEVSE_GET_VERSION, openevse_version, FORM(gv)) },
	{ SAYS(OPENEVSE_GET_STATE, openevse_state, FORM(gs2), FORM(gs4)),
	  VALID_IN(openevse_state) },
	{ SAYS(OPENEVSE_GET_SETTINGS, openevse_settings, FORM(ge)) },
	{ SAYS(OPENEVSE_GET_CURRENT_CAPACITY_RANGE, openevse_current_capacity_range,
	       { 2, gc }, { 3, gc }, { 4, gc }), VALID_IN(openevse_current_capacity_range) },
	{ SAYS(OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE, openevse_charging_current_and_voltage,
	       { 1, gg }, { 2, gg }), VALID_IN(openevse_charging_current_and_voltage),
	  .from = V(1, 0, 1) },
	{ SAYS(OPENEVSE_GET_ENERGY, openevse_energy, FORM(gu)), .from = V(1, 0, 3) },
	{ SAYS(OPENEVSE_GET_VEHICLE, openevse_vehicle, FORM(g0)), .from = V(3, 0, 1) },
	{ SAYS(OPENEVSE_GET_TIME_LIMIT, openevse_time_limit, FORM(g3)), .from = V(1, 0, 3) },
	{ SAYS(OPENEVSE_GET_CHARGE_LIMIT, openevse_charge_limit, FORM(gh)), .from = V(1, 0, 3) },
	{ SAYS(OPENEVSE_GET_AMMETER_SETTINGS, openevse_meter_settings, FORM(ga)),
	  .from = V(1, 0, 1) },
	{ SAYS(OPENEVSE_GET_VOLTMETER_SETTINGS, openevse_meter_settings, FORM(ga)),
	  .from = V(1, 0, 3) },
	{ SAYS(OPENEVSE_GET_TIMER, openevse_timer, FORM(gd)), .from = V(3, 0, 1) },
	{ SAYS(OPENEVSE_GET_FAULT_COUNTERS, openevse_fault_counters, FORM(gf)),
	  .from = V(1, 0, 2) },
	{ SAYS(OPENEVSE_GET_TEMPERATURE, openevse_temperature, FORM(gp_old)),
	  VALID_IN(openevse_temperature), .from = V(1, 0, 3), .until = V(4, 0, 1) },
	{ SAYS(OPENEVSE_GET_TEMPERATURE, openevse_temperature, FORM(gp)),
	  VALID_IN(openevse_temperature), .from = V(4, 0, 1) },
	{ SAYS(OPENEVSE_GET_TIME, openevse_time, FORM(gt)) },
	{ SAYS(OPENEVSE_GET_HEARTBEAT, openevse_heartbeat, FORM(gy)),
	  VALID_IN(openevse_heartbeat), .from = V(5, 0, 0) },
	{ SAYS(OPENEVSE_GET_AUTH_LOCK, openevse_switch, FORM(g4)), .from = V(2, 0, 3) },
	{ SAYS(OPENEVSE_GET_MENNEKES_LOCK, openevse_mennekes_lock, FORM(g5)),
	  .from = V(5, 2, 0) },
	{ SAYS(OPENEVSE_GET_TEMPERATURE_LIMITS, openevse_temperature_limits, FORM(go2)),
	  .from = V(1, 0, 3), .until = V(6, 0, 0) },
	{ SAYS(OPENEVSE_GET_PANIC_TEMPERATURE, openevse_panic_temperature, FORM(go1)),
	  .from = V(6, 0, 0) },
	{ SAYS(OPENEVSE_GET_CABLE_TEMPERATURE, openevse_cable_temperature, FORM(gn)),
	  VALID_IN(openevse_cable_temperature), .from = V(6, 0, 0) },
	{ SAYS(OPENEVSE_GET_CABLE_SENSOR, openevse_cable_sensor, FORM(gn_one)),
	  .from = V(6, 0, 0) },
	{ SAYS(OPENEVSE_GET_MCU_ID, openevse_mcu_id, { 0, NULL }), .from = V(5, 1, 4),
	  .raw = true },
	{ SAYS(OPENEVSE_GET_RELAY_HEALTH, openevse_relay_health, FORM(gl)),
	  VALID_IN(openevse_relay_health), .from = V(6, 0, 0) },
	{ SAYS(OPENEVSE_GET_RELAY_TIMING, openevse_relay_timing, FORM(gw)),
	  VALID_IN(openevse_relay_timing), .from = V(6, 0, 0) },
	{ SAYS(OPENEVSE_GET_ZERO_CROSS, openevse_zero_cross, FORM(gz)), .from = V(6, 0, 0) },
	{ SAYS(OPENEVSE_GET_RELAYS, openevse_relays, FORM(gr)), .from = V(6, 0, 0) },

	{ SAYS(OPENEVSE_CLEAR_BOOT_LOCK, openevse_switch, FORM(g4)) },
	{ SAYS(OPENEVSE_SET_CURRENT_CAPACITY, openevse_current_capacity, { 0, NULL },
	       FORM(sc_reply)), VALID_IN(openevse_current_capacity) },
	{ SAYS(OPENEVSE_SET_CURRENT_CAPACITY_MAX, openevse_current_capacity, { 0, NULL },
	       FORM(sc_reply)), VALID_IN(openevse_current_capacity) },
	{ SAYS(OPENEVSE_SET_HEARTBEAT, openevse_heartbeat, FORM(gy)),
	  VALID_IN(openevse_heartbeat) },
	{ SAYS(OPENEVSE_HEARTBEAT_PULSE, openevse_heartbeat, FORM(gy)),
	  VALID_IN(openevse_heartbeat) },
	{ SAYS(OPENEVSE_HEARTBEAT_ACKNOWLEDGE, openevse_heartbeat, FORM(gy)),
	  VALID_IN(openevse_heartbeat) },
	{ .ioctl = OPENEVSE_RESET },
};

static const struct answer bare = { .form_count = 1 };

/* --- commands: sections 2.1 to 2.3, and what the uAPI header allows --- */

static const struct part sc[] = {
	WORD(DECIMAL, openevse_current_capacity, capacity_ma, TO(6, 80), UNIT(1000)),
};

static const struct part on_off[] = { WORD(DECIMAL, openevse_switch, enabled, TO(0, 1)) };
static const struct part feature[] = { WORD(DECIMAL, openevse_feature, enabled, TO(0, 1)) };
static const struct part relay[] = { WORD(DECIMAL, openevse_relay, enabled, TO(0, 1)) };

static const struct part manual[] = {
	WORD(LETTER, openevse_switch, enabled, TO(0, 1), .letters = "AM"),
};

static const struct part level[] = {
	WORD(LETTER, openevse_service_level, level, TO(0, 2), .letters = "A12"),
};

static const struct part sa_signed[] = {
	WORD(DECIMAL, openevse_meter_settings, scale, TO(1, 32767), SIGNED),
	WORD(DECIMAL, openevse_meter_settings, offset, S16, SIGNED),
};

static const struct part sa[] = {
	WORD(DECIMAL, openevse_meter_settings, scale, TO(1, 32767), SIGNED),
	WORD(DECIMAL, openevse_meter_settings, offset, TO(0, 32767), SIGNED),
};

static const struct part sm[] = {
	WORD(DECIMAL, openevse_meter_settings, scale, TO(1, 32767), SIGNED),
	WORD(DECIMAL, openevse_meter_settings, offset, TO(0, 2147483647), SIGNED),
};

static const struct part sv[] = {
	WORD(DECIMAL, openevse_voltage, voltage_mv, TO(60000, 300000)),
};

static const struct part sk[] = { WORD(DECIMAL, openevse_accumulated_wh, total_wh, U32) };

static const struct part s1[] = {
	WORD(DECIMAL, openevse_time, year, TO(0, 99), .base = 2000),
	WORD(DECIMAL, openevse_time, month, TO(1, 12)),
	WORD(DECIMAL, openevse_time, day, TO(1, 31)),
	WORD(DECIMAL, openevse_time, hour, TO(0, 23)),
	WORD(DECIMAL, openevse_time, minute, TO(0, 59)),
	WORD(DECIMAL, openevse_time, second, TO(0, 59)),
};

static const struct part sy[] = {
	WORD(DECIMAL, openevse_heartbeat, interval_s, TO(0, 60)),
	WORD(DECIMAL, openevse_heartbeat, current_ma, TO(0, 80), UNIT(1000)),
};

static const struct part fb[] = { WORD(DECIMAL, openevse_lcd_backlight_color, color, TO(0, 7)) };

static const struct part fp[] = {
	WORD(DECIMAL, openevse_display_text, x, TO(0, 15)),
	WORD(DECIMAL, openevse_display_text, y, TO(0, 1)),
	WORD(TEXT, openevse_display_text, text, TO(0, 0)),
};

static const struct part so[] = {
	WORD(DECIMAL, openevse_temperature_limits, ambient_mc, TO(0, 1500), SIGNED, UNIT(100)),
	WORD(DECIMAL, openevse_temperature_limits, infrared_mc, TO(0, 1500), SIGNED, UNIT(100)),
};

static const struct part fo[] = {
	WORD(DECIMAL, openevse_panic_temperature, panic_mc, TO(1, 1500), SIGNED, UNIT(100)),
};

static const struct part sensor_index[] = {
	WORD(DECIMAL, openevse_cable_sensor, index, TO(0, 3)),
};

static const struct part sn[] = {
	WORD(DECIMAL, openevse_cable_sensor, index, TO(0, 3)),
	WORD(DECIMAL, openevse_cable_sensor, pin, TO(0, 2)),
	WORD(DECIMAL, openevse_cable_sensor, r25_ohm, TO(100, 65535)),
	WORD(DECIMAL, openevse_cable_sensor, beta_k, TO(1000, 6000)),
	WORD(DECIMAL, openevse_cable_sensor, offset_mc, TO(-2000, 2000), SIGNED, UNIT(100)),
	WORD(DECIMAL, openevse_cable_sensor, panic_mc, TO(300, 1500), SIGNED, UNIT(100)),
};

static const struct part sz[] = {
	WORD(DECIMAL, openevse_zero_cross, threshold_ma, TO(0, 5000)),
};

#define TAKES(type, parts) \
	.size = sizeof(struct type), .part = parts, .count = sizeof(parts) / sizeof(struct part)
#define FROM(...)	.from = V(__VA_ARGS__)
#define UNTIL(...)	.until = V(__VA_ARGS__)
#define FEATURE(id, words, ...) \
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_##id, .text = words, \
	  TAKES(openevse_feature, feature), __VA_ARGS__ }
/* One check: its old word, and its letter. */
#define CHECK(id, old, letter) \
	FEATURE(id, old " %", UNTIL(4, 0, 0)), \
	FEATURE(id, "FF " letter " %", FROM(4, 0, 0))
#define PLAIN(id, words, ...)	{ OPENEVSE_##id, 0, .text = words, __VA_ARGS__ }
#define SETS(id, words, type, parts, ...) \
	{ OPENEVSE_##id, 0, .text = words, TAKES(type, parts), ##__VA_ARGS__ }

static const struct request requests[] = {
	PLAIN(ENABLE, "FE"), PLAIN(DISABLE, "FD"), PLAIN(SLEEP, "FS"), PLAIN(RESET, "FR"),
	PLAIN(CLEAR_BOOT_LOCK, "SB", FROM(5, 2, 1)), PLAIN(PRESS_BUTTON, "F1", FROM(4, 0, 1)),
	SETS(SET_CURRENT_CAPACITY, "SC % V", openevse_current_capacity, sc, FROM(2, 0, 2)),
	{ OPENEVSE_SET_CURRENT_CAPACITY, OPENEVSE_CAPACITY_SAVE, .text = "SC %",
	  TAKES(openevse_current_capacity, sc) },
	SETS(SET_CURRENT_CAPACITY_MAX, "SC % M", openevse_current_capacity, sc, FROM(5, 1, 1)),
	SETS(SET_HEARTBEAT, "SY % %", openevse_heartbeat, sy, FROM(5, 0, 0)),
	PLAIN(HEARTBEAT_PULSE, "SY", FROM(5, 0, 0)),
	PLAIN(HEARTBEAT_ACKNOWLEDGE, "SY 165", FROM(5, 0, 0)),
	CHECK(DIODE_CHECK, "SD", "D"), CHECK(VENT_CHECK, "SV", "V"),
	CHECK(GROUND_CHECK, "SG", "G"), CHECK(STUCK_RELAY_CHECK, "SR", "R"),
	FEATURE(GFCI_TEST, "SS %", FROM(1, 0, 0), UNTIL(1, 0, 1)),
	FEATURE(GFCI_TEST, "SF %", FROM(1, 0, 1), UNTIL(4, 0, 0)),
	FEATURE(GFCI_TEST, "FF F %", FROM(4, 0, 0)),
	FEATURE(TEMPERATURE_CHECK, "FF T %", FROM(4, 0, 0)),
	FEATURE(OVER_CURRENT_CHECK, "FF O %", FROM(6, 0, 0)),
	FEATURE(BUTTON, "FF B %", FROM(5, 1, 0)),
	FEATURE(BOOT_LOCK, "FF L %", FROM(6, 0, 0)),
	FEATURE(PP_AUTO_AMPACITY, "FF P %", FROM(6, 0, 0)),
	FEATURE(ZERO_CROSS, "FF Z %", FROM(6, 0, 0)),
	FEATURE(CABLE_TEMPERATURE_CHECK, "FF C %", FROM(6, 0, 0)),
	FEATURE(RGB_LCD, "S0 %"),
	SETS(SET_SERVICE_LEVEL, "SL %", openevse_service_level, level),
	SETS(SET_ECHO, "SE %", openevse_switch, on_off, UNTIL(4, 0, 0)),
	SETS(SET_AUTH_LOCK, "S4 %", openevse_switch, on_off, FROM(2, 0, 3)),
	SETS(SET_MENNEKES_LOCK, "S5 %", openevse_switch, on_off, FROM(5, 2, 0)),
	SETS(SET_MENNEKES_MANUAL, "S5 %", openevse_switch, manual, FROM(5, 2, 0)),
	SETS(SET_TIME_LIMIT, "S3 %", openevse_time_limit, g3, FROM(1, 0, 3)),
	SETS(SET_CHARGE_LIMIT, "SH %", openevse_charge_limit, gh, FROM(1, 0, 3)),
	SETS(SET_TIMER, "ST % % % %", openevse_timer, gd),
	SETS(SET_TIME, "S1 % % % % % %", openevse_time, s1),
	SETS(SET_AMMETER_SETTINGS, "SA % %", openevse_meter_settings, sa_signed,
	     FROM(1, 0, 1), UNTIL(1, 0, 3)),
	SETS(SET_AMMETER_SETTINGS, "SA % %", openevse_meter_settings, sa,
	     FROM(1, 0, 3), UNTIL(6, 0, 0)),
	SETS(SET_AMMETER_SETTINGS, "SA % %", openevse_meter_settings, sa_signed, FROM(6, 0, 0)),
	SETS(SET_AMMETER_CALIBRATION, "S2 %", openevse_switch, on_off,
	     FROM(1, 0, 1), UNTIL(5, 2, 0)),
	SETS(SET_VOLTMETER_SETTINGS, "SM % %", openevse_meter_settings, sm, FROM(1, 0, 3)),
	SETS(SET_VOLTAGE, "SV %", openevse_voltage, sv, FROM(5, 1, 3)),
	SETS(SET_ACCUMULATED_WH, "SK %", openevse_accumulated_wh, sk, FROM(1, 0, 3)),
	PLAIN(CLEAR_COUNTERS, "FC", FROM(6, 0, 0)),
	SETS(SET_LCD_UPDATES, "F0 %", openevse_switch, on_off, FROM(3, 0, 1)),
	SETS(SET_LCD_BACKLIGHT_COLOR, "FB %", openevse_lcd_backlight_color, fb),
	SETS(DISPLAY_TEXT, "FP % % %", openevse_display_text, fp),
	SETS(SET_TEMPERATURE_LIMITS, "SO % %", openevse_temperature_limits, so,
	     FROM(1, 0, 3), UNTIL(4, 0, 0)),
	SETS(SET_PANIC_TEMPERATURE, "FO %", openevse_panic_temperature, fo, FROM(6, 0, 0)),
	SETS(SET_CABLE_SENSOR, "SN % % % % % %", openevse_cable_sensor, sn, FROM(6, 0, 0)),
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_DC1, .text = "SR 1 %",
	  TAKES(openevse_relay, relay), FROM(6, 0, 0) },
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_DC2, .text = "SR 2 %",
	  TAKES(openevse_relay, relay), FROM(6, 0, 0) },
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_AC, .text = "SR 3 %",
	  TAKES(openevse_relay, relay), FROM(6, 0, 0) },
	SETS(SET_ZERO_CROSS, "SZ %", openevse_zero_cross, sz, FROM(6, 0, 0)),
	PLAIN(RESET_RELAY_HEALTH, "FH", FROM(6, 0, 0)), PLAIN(RECOVER_RELAY, "FK", FROM(6, 0, 0)),

	PLAIN(GET_VERSION, "GV"), PLAIN(GET_STATE, "GS"), PLAIN(GET_SETTINGS, "GE"),
	PLAIN(GET_CURRENT_CAPACITY_RANGE, "GC"), PLAIN(GET_ENERGY, "GU"),
	PLAIN(GET_CHARGING_CURRENT_AND_VOLTAGE, "GG"), PLAIN(GET_VEHICLE, "G0"),
	PLAIN(GET_TIME_LIMIT, "G3"), PLAIN(GET_CHARGE_LIMIT, "GH"),
	PLAIN(GET_AMMETER_SETTINGS, "GA"), PLAIN(GET_VOLTMETER_SETTINGS, "GM"),
	PLAIN(GET_TIMER, "GD"), PLAIN(GET_FAULT_COUNTERS, "GF"), PLAIN(GET_TEMPERATURE, "GP"),
	PLAIN(GET_TIME, "GT"), PLAIN(GET_HEARTBEAT, "GY"), PLAIN(GET_AUTH_LOCK, "G4"),
	PLAIN(GET_MENNEKES_LOCK, "G5"), PLAIN(GET_TEMPERATURE_LIMITS, "GO"),
	PLAIN(GET_PANIC_TEMPERATURE, "GO"), PLAIN(GET_CABLE_TEMPERATURE, "GN"),
	SETS(GET_CABLE_SENSOR, "GN %", openevse_cable_sensor, sensor_index),
	PLAIN(GET_MCU_ID, "GI"), PLAIN(GET_RELAY_HEALTH, "GL"), PLAIN(GET_RELAY_TIMING, "GW"),
	PLAIN(GET_ZERO_CROSS, "GZ"), PLAIN(GET_RELAYS, "GR"),
};

/* --- looking things up --- */

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static bool within(u32 rapi, u32 from, u32 until)
{
	return rapi >= from && (!until || rapi < until);
}

static bool is_getter(u32 ioctl)
{
	return ioctl == OPENEVSE_GET_CABLE_SENSOR || _IOC_DIR(ioctl) == _IOC_READ;
}

const struct answer *contract_answer(u32 ioctl, u32 rapi)
{
	size_t i;

	for (i = 0; i < COUNT(answers); i++)
		if (answers[i].ioctl == ioctl &&
		    within(rapi, answers[i].from, answers[i].until))
			return &answers[i];
	return is_getter(ioctl) ? NULL : &bare;
}

const struct request *contract_request(u32 ioctl, u32 item, u32 rapi)
{
	size_t i;

	if (!contract_answer(ioctl, rapi))
		return NULL;
	for (i = 0; i < COUNT(requests); i++)
		if (requests[i].ioctl == ioctl && requests[i].item == item &&
		    within(rapi, requests[i].from, requests[i].until))
			return &requests[i];
	return NULL;
}

/* --- members --- */

u32 contract_unit(const struct part *part)
{
	return part->unit ? part->unit : 1;
}

s64 contract_load(const struct part *part, const void *value)
{
	const u8 *from = (const u8 *)value + part->offset;
	u64 wide = 0;

	memcpy(&wide, from, part->size);
	return part->is_signed ? (s64)(s32)wide : (s64)wide;
}

void contract_store(const struct part *part, void *value, s64 number)
{
	memcpy((u8 *)value + part->offset, &number, part->size);
}

void contract_fill(const struct request *request, void *value, const s64 *numbers,
		   size_t count, const char *text)
{
	const struct part *part;
	size_t len = strlen(text);
	u8 i;

	for (i = 0; i < request->count; i++) {
		part = &request->part[i];
		if (part->kind == PART_TEXT)
			memcpy((u8 *)value + part->offset, text,
			       len < part->size ? len : part->size);
		else
			contract_store(part, value, i < count ? numbers[i] : 0);
	}
}

/* --- words --- */

/* No number of the board has more than ten digits. */
static bool is_number(const char *word, bool hex, s64 *number)
{
	bool minus = !hex && word[0] == '-' && word[1];
	const char *digits = word + minus;
	const char *set = hex ? "0123456789abcdefABCDEF" : "0123456789";
	size_t len = strlen(digits);

	if (!len || len > 10 || strspn(digits, set) != len)
		return false;
	*number = strtoll(word, NULL, hex ? 16 : 10);
	return true;
}

/* Any visible text with a dot in it, and room for a NUL behind it. */
static bool read_version(const struct part *part, const u8 *word, size_t len, void *value)
{
	size_t i;

	if (len >= part->size || !memchr(word, '.', len))
		return false;
	for (i = 0; i < len; i++)
		if (word[i] < 33 || word[i] > 126)
			return false;
	memcpy((u8 *)value + part->offset, word, len);
	return true;
}

static bool is_letter(const struct part *part, const char *word, s64 *number)
{
	const char *letter = word[0] && !word[1] ? strchr(part->letters, word[0]) : NULL;

	*number = letter ? letter - part->letters : 0;
	return letter;
}

static bool is_absent(const struct part *part, s64 number)
{
	u8 i;

	for (i = 0; i < part->absents; i++)
		if (number == part->absent[i])
			return true;
	return false;
}

bool contract_read(const struct part *part, const void *word, size_t len, void *value,
		   bool *absent)
{
	bool hex = part->kind == PART_HEX || (part->kind == PART_STATE && len == 2);
	char text[16] = "";
	s64 number;

	*absent = false;
	if (part->kind == PART_VERSION)
		return read_version(part, word, len, value);
	if (len >= sizeof(text) || memchr(word, 0, len))
		return false;
	memcpy(text, word, len);
	if (!(part->kind == PART_LETTER ? is_letter(part, text, &number) :
					  is_number(text, hex, &number)) ||
	    number < part->low || number > part->high)
		return false;
	*absent = is_absent(part, number);
	if (!*absent)
		contract_store(part, value, number * contract_unit(part) + part->base);
	return true;
}

/* --- texts --- */

static int write_text(const struct part *part, const void *value, char *out, size_t room)
{
	const char *text = (const char *)value + part->offset;
	size_t len = strnlen(text, part->size), i;

	if (!len || len == part->size || text[0] == ':' || memmem(text, len, " :", 2))
		return -EINVAL;
	for (i = 0; i < len; i++)
		if ((u8)text[i] < 32 || text[i] == 127 || strchr("$^*", text[i]))
			return -EINVAL;
	return snprintf(out, room, "%s", text);
}

static int write_part(const struct part *part, const void *value, char *out, size_t room)
{
	s64 number;

	if (part->kind == PART_TEXT)
		return write_text(part, value, out, room);
	number = contract_load(part, value);
	if (number % contract_unit(part))
		return -EINVAL;
	number = (number - part->base) / contract_unit(part);
	if (number < part->low || number > part->high)
		return -ERANGE;
	if (part->kind == PART_LETTER)
		return snprintf(out, room, "%c", part->letters[number]);
	return snprintf(out, room, "%lld", (long long)number);
}

int contract_write(const struct request *request, const void *value, char *text,
		   size_t size)
{
	const struct part *part = request->part;
	const char *from = request->text;
	size_t at = 0;
	int added;

	for (; *from; from++) {
		added = 1;
		text[at] = *from;
		if (*from == '%')
			added = write_part(part++, value, text + at, size - at);
		if (added < 0)
			return added;
		at += added;
		if (at >= size)
			return -EINVAL;
	}
	text[at] = '\0';
	return 0;
}
