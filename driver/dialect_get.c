// SPDX-License-Identifier: GPL-2.0
/*
 * Dialect, what can be asked: every getter, once
 *
 * A new one is a row in "getters", and the fields of its reply above. How rows
 * are read is in dialect_table.h; what the values mean is said in the uAPI header.
 * A getter is refused for one reason only: this build has not got it.
 */
#include "dialect_table.h"

static const struct openevse_field version_fields[] = {
	{ FIELD_VERSION, MEMBER(openevse_version, firmware) },
	{ FIELD_VERSION, MEMBER(openevse_version, protocol) },
};

static const struct openevse_shape version_shapes[] = {
	SHAPE(version_fields),
};

/* Until RAPI 4.x. The counter is a signed long on the board. */
static const struct openevse_field state_fields_2[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_state, state), .max = 0xff,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_STATE) },
	{ FIELD_DECIMAL, MEMBER(openevse_state, elapsed_s), .max = S32_MAX,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_ELAPSED) },
};

/* From RAPI 5.0.0. */
static const struct openevse_field state_fields_4[] = {
	{ FIELD_HEX, MEMBER(openevse_state, state), .max = 0xff,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_STATE) },
	{ FIELD_DECIMAL, MEMBER(openevse_state, elapsed_s), .max = S32_MAX,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_ELAPSED) },
	{ FIELD_HEX, MEMBER(openevse_state, pilot_state), .max = 0xff,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_PILOT) },
	{ FIELD_HEX, MEMBER(openevse_state, vflags), .max = 0xffff,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_VFLAGS) },
};

static const struct openevse_shape state_shapes[] = {
	SHAPE(state_fields_2), SHAPE(state_fields_4),
};

static const struct openevse_field settings_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_settings, capacity_ma), AMPERES },
	{ FIELD_HEX, MEMBER(openevse_settings, flags), .max = 0xffff },
};

static const struct openevse_shape settings_shapes[] = {
	SHAPE(settings_fields),
};

static const struct openevse_field range_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity_range, min_ma),
	  AMPERES },
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity_range, max_ma),
	  AMPERES },
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity_range, pilot_ma),
	  AMPERES, VALID(openevse_current_capacity_range,
			 OPENEVSE_RANGE_HAS_PILOT) },
	{ FIELD_DECIMAL,
	  MEMBER(openevse_current_capacity_range, configured_max_ma),
	  AMPERES, VALID(openevse_current_capacity_range,
			 OPENEVSE_RANGE_HAS_CONFIGURED) },
};

/* Until RAPI 4.x, 5.0.0, from 5.1.0: each adds one. */
static const struct openevse_shape range_shapes[] = {
	{ 2, range_fields }, { 3, range_fields }, { 4, range_fields },
};

/* -1: no such meter. Both are signed longs on the board. */
static const struct openevse_field charging_fields[] = {
	{ FIELD_DECIMAL,
	  MEMBER(openevse_charging_current_and_voltage, current_ma),
	  .min = S32_MIN, .max = S32_MAX, ABSENT(-1),
	  VALID(openevse_charging_current_and_voltage,
		OPENEVSE_CHARGING_HAS_CURRENT) },
	{ FIELD_DECIMAL,
	  MEMBER(openevse_charging_current_and_voltage, voltage_mv),
	  .min = S32_MIN, .max = S32_MAX, ABSENT(-1),
	  VALID(openevse_charging_current_and_voltage,
		OPENEVSE_CHARGING_HAS_VOLTAGE) },
};

/* The voltage came with firmware D3.7.8. */
static const struct openevse_shape charging_shapes[] = {
	{ 1, charging_fields }, { 2, charging_fields },
};

static const struct openevse_field energy_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_energy, session_j), .max = U32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_energy, total_wh), .max = U32_MAX },
};

static const struct openevse_shape energy_shapes[] = {
	SHAPE(energy_fields),
};

static const struct openevse_field vehicle_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_vehicle, vehicle), .max = 2 },
};

static const struct openevse_shape vehicle_shapes[] = {
	SHAPE(vehicle_fields),
};

/* Quarters of an hour on the board. */
static const struct openevse_field time_limit_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_time_limit, minutes), .scale = 15,
	  .max = 0xff },
};

static const struct openevse_shape time_limit_shapes[] = {
	SHAPE(time_limit_fields),
};

/* kWh on the board. */
static const struct openevse_field charge_limit_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_charge_limit, limit_wh),
	  .scale = 1000, .max = 0xff },
};

static const struct openevse_shape charge_limit_shapes[] = {
	SHAPE(charge_limit_fields),
};

static const struct openevse_field meter_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_meter_settings, scale),
	  .min = S32_MIN, .max = S32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_meter_settings, offset),
	  .min = S32_MIN, .max = S32_MAX },
};

static const struct openevse_shape meter_shapes[] = {
	SHAPE(meter_fields),
};

static const struct openevse_field timer_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_timer, start_hour), .max = 23 },
	{ FIELD_DECIMAL, MEMBER(openevse_timer, start_minute), .max = 59 },
	{ FIELD_DECIMAL, MEMBER(openevse_timer, end_hour), .max = 23 },
	{ FIELD_DECIMAL, MEMBER(openevse_timer, end_minute), .max = 59 },
};

static const struct openevse_shape timer_shapes[] = {
	SHAPE(timer_fields),
};

/* Hexadecimal without padding, even below ten. */
static const struct openevse_field fault_fields[] = {
	{ FIELD_HEX, MEMBER(openevse_fault_counters, gfci), .max = 0xff },
	{ FIELD_HEX, MEMBER(openevse_fault_counters, no_ground), .max = 0xff },
	{ FIELD_HEX, MEMBER(openevse_fault_counters, stuck_relay),
	  .max = 0xff },
};

static const struct openevse_shape fault_shapes[] = {
	SHAPE(fault_fields),
};

/* Tenths of a degree on the board. */
#define SENSOR(member, bit, ...) \
	{ FIELD_DECIMAL, MEMBER(openevse_temperature, member), .scale = 100, \
	  .min = S16_MIN, .max = S16_MAX, \
	  ABSENT(__VA_ARGS__), \
	  VALID(openevse_temperature, bit) }

static const struct openevse_field temperature_fields[] = {
	SENSOR(ds3231_mc, OPENEVSE_TEMPERATURE_HAS_DS3231, -2560),
	SENSOR(mcp9808_mc, OPENEVSE_TEMPERATURE_HAS_MCP9808, -2560),
	SENSOR(tmp007_mc, OPENEVSE_TEMPERATURE_HAS_TMP007, -2560),
};

static const struct openevse_shape temperature_shapes[] = {
	SHAPE(temperature_fields),
};

/*
 * Before RAPI 4.0.1 a missing sensor reads 0, a TMP007 that is not read 230; but
 * for builds of firmware 5 that tell an older version.
 */
static const struct openevse_field old_temperature_fields[] = {
	SENSOR(ds3231_mc, OPENEVSE_TEMPERATURE_HAS_DS3231, 0, -2560),
	SENSOR(mcp9808_mc, OPENEVSE_TEMPERATURE_HAS_MCP9808, 0, -2560),
	SENSOR(tmp007_mc, OPENEVSE_TEMPERATURE_HAS_TMP007, 0, 230, -2560),
};

static const struct openevse_shape old_temperature_shapes[] = {
	SHAPE(old_temperature_fields),
};

/*
 * Without a clock chip the board says 165 165 165 165 165 85; a chip that has lost
 * its battery says anything.
 */
#define NO_CLOCK	165

static const struct openevse_field time_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_time, year), .base = 2000,
	  .max = 0xff, ABSENT(NO_CLOCK) },
	{ FIELD_DECIMAL, MEMBER(openevse_time, month), .max = 0xff },
	{ FIELD_DECIMAL, MEMBER(openevse_time, day), .max = 0xff },
	{ FIELD_DECIMAL, MEMBER(openevse_time, hour), .max = 0xff },
	{ FIELD_DECIMAL, MEMBER(openevse_time, minute), .max = 0xff },
	{ FIELD_DECIMAL, MEMBER(openevse_time, second), .max = 0xff },
};

static const struct openevse_shape time_shapes[] = {
	SHAPE(time_fields),
};

static const struct openevse_field heartbeat_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_heartbeat, interval_s),
	  .max = 0xffff },
	{ FIELD_DECIMAL, MEMBER(openevse_heartbeat, current_ma), AMPERES },
	{ FIELD_DECIMAL, MEMBER(openevse_heartbeat, missed), .max = 2,
	  VALID(openevse_heartbeat, OPENEVSE_HEARTBEAT_HAS_MISSED) },
};

const struct openevse_shape openevse_heartbeat_shapes[1] = {
	SHAPE(heartbeat_fields),
};

static const struct openevse_field mennekes_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_mennekes_lock, locked), .max = 1 },
	{ FIELD_LETTER, MEMBER(openevse_mennekes_lock, manual),
	  .letters = "AM", .max = 1 },
};

static const struct openevse_shape mennekes_shapes[] = {
	SHAPE(mennekes_fields),
};

/* 65535: not measured yet. */
#define LEARNED(member, units, largest, bit) \
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, member), \
	  .scale = (units), .max = (largest), ABSENT(0xffff), \
	  VALID(openevse_relay_health, bit) }

static const struct openevse_field relay_health_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, life_left), .max = 100 },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, cold_opens),
	  .max = U32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, damage_ppm),
	  .max = U32_MAX },
	LEARNED(transit_us, 1000, 0xffff, OPENEVSE_RELAY_HAS_TRANSIT),
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, drift), .max = 1 },
	LEARNED(thermal_centi, 1, U32_MAX, OPENEVSE_RELAY_HAS_THERMAL),
	LEARNED(baseline_centi, 1, U32_MAX, OPENEVSE_RELAY_HAS_BASELINE),
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, warning), .max = 2 },
	LEARNED(recoveries, 1, 0xffff, OPENEVSE_RELAY_HAS_RECOVERIES),
};

static const struct openevse_shape relay_health_shapes[] = {
	SHAPE(relay_health_fields),
};

/* 300 ms: not confirmed. */
static const struct openevse_field relay_timing_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_relay_timing, hot_opens),
	  .max = 0xffff },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_timing, last_open_ma),
	  .min = S32_MIN, .max = S32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_timing, close_ms),
	  .max = 0xffff, ABSENT(300),
	  VALID(openevse_relay_timing, OPENEVSE_TIMING_HAS_CLOSE) },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_timing, open_ms),
	  .max = 0xffff, ABSENT(300),
	  VALID(openevse_relay_timing, OPENEVSE_TIMING_HAS_OPEN) },
};

static const struct openevse_shape relay_timing_shapes[] = {
	SHAPE(relay_timing_fields),
};

/* Hundredths of a hertz on the board. */
static const struct openevse_field zero_cross_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_zero_cross, frequency_mhz),
	  .scale = 10, .max = 0xffff },
	{ FIELD_DECIMAL, MEMBER(openevse_zero_cross, threshold_ma),
	  .max = 5000 },
};

static const struct openevse_shape zero_cross_shapes[] = {
	SHAPE(zero_cross_fields),
};

static const struct openevse_field relays_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_relays, dc1), .max = 1 },
	{ FIELD_DECIMAL, MEMBER(openevse_relays, dc2), .max = 1 },
	{ FIELD_DECIMAL, MEMBER(openevse_relays, ac), .max = 1 },
};

static const struct openevse_shape relays_shapes[] = {
	SHAPE(relays_fields),
};

static const struct openevse_field auth_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_switch, enabled), .max = 1 },
};

static const struct openevse_shape auth_shapes[] = {
	SHAPE(auth_fields),
};

static const struct openevse_field limits_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_temperature_limits, ambient_mc),
	  DEGREES(S16_MIN, S16_MAX) },
	{ FIELD_DECIMAL, MEMBER(openevse_temperature_limits, infrared_mc),
	  DEGREES(S16_MIN, S16_MAX) },
};

static const struct openevse_shape limits_shapes[] = {
	SHAPE(limits_fields),
};

static const struct openevse_field panic_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_panic_temperature, panic_mc),
	  DEGREES(S16_MIN, S16_MAX) },
};

static const struct openevse_shape panic_shapes[] = {
	SHAPE(panic_fields),
};

/* Not assigned, open, shorted. */
#define CABLE(member, bit) \
	{ FIELD_DECIMAL, MEMBER(openevse_cable_temperature, member), \
	  DEGREES(S16_MIN, S16_MAX), ABSENT(-2560, -2561, -2562), \
	  VALID(openevse_cable_temperature, bit) }

static const struct openevse_field cable_fields[] = {
	CABLE(ev1_mc, OPENEVSE_CABLE_HAS_EV1),
	CABLE(ev2_mc, OPENEVSE_CABLE_HAS_EV2),
	CABLE(in1_mc, OPENEVSE_CABLE_HAS_IN1),
	CABLE(in2_mc, OPENEVSE_CABLE_HAS_IN2),
};

static const struct openevse_shape cable_shapes[] = {
	SHAPE(cable_fields),
};

static const struct openevse_field sensor_arguments[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_cable_sensor, index), .max = 3 },
};

static const struct openevse_field sensor_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_cable_sensor, pin), .max = 2 },
	{ FIELD_DECIMAL, MEMBER(openevse_cable_sensor, r25_ohm),
	  .max = 0xffff },
	{ FIELD_DECIMAL, MEMBER(openevse_cable_sensor, beta_k),
	  .max = 0xffff },
	{ FIELD_DECIMAL, MEMBER(openevse_cable_sensor, offset_mc),
	  DEGREES(S16_MIN, S16_MAX) },
	{ FIELD_DECIMAL, MEMBER(openevse_cable_sensor, panic_mc),
	  DEGREES(S16_MIN, S16_MAX) },
};

static const struct openevse_shape sensor_shapes[] = {
	SHAPE(sensor_fields),
};

static const struct openevse_field mcu_id_fields[] = {
	{ FIELD_MCU_ID },
};

static const struct openevse_shape mcu_id_shapes[] = {
	{ OPENEVSE_SHAPE_REST, mcu_id_fields },
};

#define ASKS \
	.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = OPENEVSE_REPLY_MS
#define ASKS_ALWAYS \
	.flags = OPENEVSE_COMMAND_IDEMPOTENT | OPENEVSE_COMMAND_ALWAYS, \
	.deadline_ms = OPENEVSE_REPLY_MS

/*
 * Where a mnemonic has had another meaning, it ends with the last RAPI generation
 * known to have this one.
 */
static const struct openevse_command getters[] = {
	{
		.ioctl = OPENEVSE_GET_VERSION,
		.mnemonic = "GV",
		ASKS_ALWAYS,
		SIZE(openevse_version), SHAPES(version_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_STATE,
		.mnemonic = "GS",
		ASKS_ALWAYS,
		SIZE(openevse_state), SHAPES(state_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_SETTINGS,
		.mnemonic = "GE",
		ASKS_ALWAYS,
		SIZE(openevse_settings), SHAPES(settings_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_CURRENT_CAPACITY_RANGE,
		.mnemonic = "GC",
		ASKS_ALWAYS,
		SIZE(openevse_current_capacity_range), SHAPES(range_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
		.mnemonic = "GG", SINCE(1, 0, 1),
		ASKS,
		SIZE(openevse_charging_current_and_voltage),
		SHAPES(charging_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_ENERGY,
		.mnemonic = "GU", SINCE(1, 0, 3),
		ASKS,
		SIZE(openevse_energy), SHAPES(energy_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_VEHICLE,
		.mnemonic = "G0", SINCE(3, 0, 1),
		ASKS,
		SIZE(openevse_vehicle), SHAPES(vehicle_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_TIME_LIMIT,
		.mnemonic = "G3", SINCE(1, 0, 3),
		ASKS,
		SIZE(openevse_time_limit), SHAPES(time_limit_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_CHARGE_LIMIT,
		.mnemonic = "GH", SINCE(1, 0, 3),
		ASKS,
		SIZE(openevse_charge_limit), SHAPES(charge_limit_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_AMMETER_SETTINGS,
		.mnemonic = "GA", SINCE(1, 0, 1),
		ASKS,
		SIZE(openevse_meter_settings), SHAPES(meter_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_VOLTMETER_SETTINGS,
		.mnemonic = "GM", SINCE(1, 0, 3),
		ASKS,
		SIZE(openevse_meter_settings), SHAPES(meter_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_TIMER,
		.mnemonic = "GD", SINCE(3, 0, 1),
		ASKS,
		SIZE(openevse_timer), SHAPES(timer_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_FAULT_COUNTERS,
		.mnemonic = "GF", SINCE(1, 0, 2),
		ASKS,
		SIZE(openevse_fault_counters), SHAPES(fault_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_TEMPERATURE,
		.mnemonic = "GP", SINCE(1, 0, 3), UNTIL(4, 0, 1),
		ASKS,
		SIZE(openevse_temperature), SHAPES(old_temperature_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_TEMPERATURE,
		.mnemonic = "GP", SINCE(4, 0, 1),
		ASKS,
		SIZE(openevse_temperature), SHAPES(temperature_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_TIME,
		.mnemonic = "GT",
		ASKS,
		SIZE(openevse_time), SHAPES(time_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_HEARTBEAT,
		.mnemonic = "GY", SINCE(5, 0, 0),
		ASKS,
		SIZE(openevse_heartbeat), SHAPES(openevse_heartbeat_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_AUTH_LOCK,
		.mnemonic = "G4", SINCE(2, 0, 3),
		ASKS,
		SIZE(openevse_switch), SHAPES(auth_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_MENNEKES_LOCK,
		.mnemonic = "G5", SINCE(5, 2, 0),
		ASKS,
		SIZE(openevse_mennekes_lock), SHAPES(mennekes_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_TEMPERATURE_LIMITS,
		.mnemonic = "GO", SINCE(1, 0, 3), UNTIL(6, 0, 0),
		ASKS,
		SIZE(openevse_temperature_limits), SHAPES(limits_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_PANIC_TEMPERATURE,
		.mnemonic = "GO", SINCE(6, 0, 0), UNTIL(7, 0, 0),
		ASKS,
		SIZE(openevse_panic_temperature), SHAPES(panic_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_CABLE_TEMPERATURE,
		.mnemonic = "GN", SINCE(6, 0, 0),
		ASKS,
		SIZE(openevse_cable_temperature), SHAPES(cable_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_CABLE_SENSOR,
		.mnemonic = "GN", SINCE(6, 0, 0),
		ASKS,
		ARGUMENTS(sensor_arguments),
		SIZE(openevse_cable_sensor), SHAPES(sensor_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_MCU_ID,
		.mnemonic = "GI", SINCE(5, 1, 4),
		ASKS,
		SIZE(openevse_mcu_id), SHAPES(mcu_id_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_RELAY_HEALTH,
		.mnemonic = "GL", SINCE(6, 0, 0),
		ASKS,
		SIZE(openevse_relay_health), SHAPES(relay_health_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_RELAY_TIMING,
		.mnemonic = "GW", SINCE(6, 0, 0),
		ASKS,
		SIZE(openevse_relay_timing), SHAPES(relay_timing_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_ZERO_CROSS,
		.mnemonic = "GZ", SINCE(6, 0, 0),
		ASKS,
		SIZE(openevse_zero_cross), SHAPES(zero_cross_shapes),
	},
	{
		.ioctl = OPENEVSE_GET_RELAYS,
		.mnemonic = "GR", SINCE(6, 0, 0),
		ASKS,
		SIZE(openevse_relays), SHAPES(relays_shapes),
	},
};

static_assert(ARRAY_SIZE(getters) <= OPENEVSE_GETTERS_MAX);

const struct openevse_table openevse_getters = {
	getters, ARRAY_SIZE(getters),
};
