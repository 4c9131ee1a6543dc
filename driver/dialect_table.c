// SPDX-License-Identifier: GPL-2.0
/*
 * Dialect table: every command, once
 *
 * A new command is a row in "commands", below the shapes of its reply; how rows
 * are read is in dialect_table.h.
 */
#include "dialect_table.h"

/* How long any firmware may take; it does not read while it tests its GFCI. */
#define REPLY_MS	2000

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
	  .min = S32_MIN, .max = S32_MAX, .has_absent = true, .absent = -1,
	  VALID(openevse_charging_current_and_voltage,
		OPENEVSE_CHARGING_HAS_CURRENT) },
	{ FIELD_DECIMAL,
	  MEMBER(openevse_charging_current_and_voltage, voltage_mv),
	  .min = S32_MIN, .max = S32_MAX, .has_absent = true, .absent = -1,
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

static const struct openevse_shape bare_shapes[] = { { 0, NULL } };

/*
 * No released firmware offers less than 6 A or more than 80 A, and a value
 * above 255 would be taken modulo 256.
 */
static const struct openevse_field capacity_argument = {
	FIELD_DECIMAL, MEMBER(openevse_current_capacity, capacity_ma),
	.scale = 1000, .min = 6, .max = 80,
};

static const struct openevse_field capacity_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity, result_ma), AMPERES,
	  VALID(openevse_current_capacity, OPENEVSE_CAPACITY_HAS_RESULT) },
};

/* The resulting amperes are in the reply from RAPI 2.0.3. */
static const struct openevse_shape capacity_shapes[] = {
	{ 0, NULL }, SHAPE(capacity_fields),
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
#define SENSOR(member, bit, missing) \
	{ FIELD_DECIMAL, MEMBER(openevse_temperature, member), .scale = 100, \
	  .min = S16_MIN, .max = S16_MAX, \
	  .has_absent = true, .absent = (missing), \
	  VALID(openevse_temperature, bit) }

static const struct openevse_field temperature_fields[] = {
	SENSOR(ds3231_mc, OPENEVSE_TEMPERATURE_HAS_DS3231, -2560),
	SENSOR(mcp9808_mc, OPENEVSE_TEMPERATURE_HAS_MCP9808, -2560),
	SENSOR(tmp007_mc, OPENEVSE_TEMPERATURE_HAS_TMP007, -2560),
};

static const struct openevse_shape temperature_shapes[] = {
	SHAPE(temperature_fields),
};

/* Before RAPI 4.0.1 a missing sensor reads 0. */
static const struct openevse_field old_temperature_fields[] = {
	SENSOR(ds3231_mc, OPENEVSE_TEMPERATURE_HAS_DS3231, 0),
	SENSOR(mcp9808_mc, OPENEVSE_TEMPERATURE_HAS_MCP9808, 0),
	SENSOR(tmp007_mc, OPENEVSE_TEMPERATURE_HAS_TMP007, 0),
};

static const struct openevse_shape old_temperature_shapes[] = {
	SHAPE(old_temperature_fields),
};

/* Without a clock chip the board says 165 165 165 165 165 85. */
#define NO_CLOCK	165

static const struct openevse_field time_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_time, year), .base = 2000,
	  .max = NO_CLOCK, .has_absent = true, .absent = NO_CLOCK },
	{ FIELD_DECIMAL, MEMBER(openevse_time, month), .max = 12 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, day), .max = 31 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, hour), .max = 23 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, minute), .max = 59 },
	{ FIELD_DECIMAL, MEMBER(openevse_time, second), .max = 59 },
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

static const struct openevse_shape heartbeat_shapes[] = {
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

static const struct openevse_field relay_health_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, life_left), .max = 100 },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, cold_opens),
	  .max = U32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, damage_ppm),
	  .max = U32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, transit_us),
	  .scale = 1000, .max = 0xffff },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, drift), .max = 1 },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, thermal_centi),
	  .max = U32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, baseline_centi),
	  .max = U32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, warning), .max = 2 },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_health, recoveries),
	  .max = 0xffff },
};

static const struct openevse_shape relay_health_shapes[] = {
	SHAPE(relay_health_fields),
};

static const struct openevse_field relay_timing_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_relay_timing, hot_opens),
	  .max = 0xffff },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_timing, last_open_ma),
	  .max = S32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_timing, close_ms),
	  .max = 0xffff },
	{ FIELD_DECIMAL, MEMBER(openevse_relay_timing, open_ms),
	  .max = 0xffff },
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

#define TURNS_ON	(OPENEVSE_COMMAND_CONTROL | OPENEVSE_COMMAND_IDEMPOTENT)
#define TURNS_OFF	(TURNS_ON | OPENEVSE_COMMAND_URGENT)

#define ASKS	.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS

/* Rows that serve the same ioctl on different firmware stand together. */
static const struct openevse_command commands[OPENEVSE_COMMAND_COUNT] = {
	[OPENEVSE_COMMAND_GET_VERSION] = {
		.ioctl = OPENEVSE_GET_VERSION, .mnemonic = "GV",
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_version),
		SHAPES(version_shapes),
	},
	[OPENEVSE_COMMAND_GET_STATE] = {
		.ioctl = OPENEVSE_GET_STATE, .mnemonic = "GS",
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_state),
		SHAPES(state_shapes),
	},
	[OPENEVSE_COMMAND_GET_SETTINGS] = {
		.ioctl = OPENEVSE_GET_SETTINGS, .mnemonic = "GE",
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_settings),
		SHAPES(settings_shapes),
	},
	[OPENEVSE_COMMAND_GET_RANGE] = {
		.ioctl = OPENEVSE_GET_CURRENT_CAPACITY_RANGE, .mnemonic = "GC",
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_current_capacity_range),
		SHAPES(range_shapes),
	},
	[OPENEVSE_COMMAND_ENABLE] = {
		.ioctl = OPENEVSE_ENABLE, .mnemonic = "FE",
		.flags = TURNS_ON, .deadline_ms = REPLY_MS,
		SHAPES(bare_shapes),
	},
	[OPENEVSE_COMMAND_DISABLE] = {
		.ioctl = OPENEVSE_DISABLE, .mnemonic = "FD",
		.flags = TURNS_OFF, .deadline_ms = REPLY_MS,
		SHAPES(bare_shapes),
	},
	[OPENEVSE_COMMAND_SLEEP] = {
		.ioctl = OPENEVSE_SLEEP, .mnemonic = "FS",
		.flags = TURNS_OFF, .deadline_ms = REPLY_MS,
		SHAPES(bare_shapes),
	},
	/* Firmware until 3.3.5 answered; the driver treats it as the others. */
	[OPENEVSE_COMMAND_RESET] = {
		.ioctl = OPENEVSE_RESET, .mnemonic = "FR",
		.flags = OPENEVSE_COMMAND_CONTROL | OPENEVSE_COMMAND_NO_REPLY,
		.deadline_ms = REPLY_MS,
	},
	[OPENEVSE_COMMAND_SAVE_CAPACITY] = {
		.mnemonic = "SC",
		.flags = TURNS_ON | OPENEVSE_COMMAND_EEPROM,
		.deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_current_capacity),
		.argument = &capacity_argument, SHAPES(capacity_shapes),
	},
	/* A third token means "do not save" from RAPI 2.0.2. */
	[OPENEVSE_COMMAND_SET_CAPACITY] = {
		.ioctl = OPENEVSE_SET_CURRENT_CAPACITY,
		.mnemonic = "SC", .suffix = " V",
		.since = OPENEVSE_RAPI(2, 0, 2),
		.flags = TURNS_ON, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_current_capacity),
		.argument = &capacity_argument, SHAPES(capacity_shapes),
	},

	[OPENEVSE_COMMAND_GET_CHARGING] = {
		.ioctl = OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
		.mnemonic = "GG", .since = OPENEVSE_RAPI(1, 0, 1), ASKS,
		.size = sizeof(struct openevse_charging_current_and_voltage),
		SHAPES(charging_shapes),
	},
	[OPENEVSE_COMMAND_GET_ENERGY] = {
		.ioctl = OPENEVSE_GET_ENERGY,
		.mnemonic = "GU", .since = OPENEVSE_RAPI(1, 0, 3), ASKS,
		.size = sizeof(struct openevse_energy), SHAPES(energy_shapes),
	},
	[OPENEVSE_COMMAND_GET_VEHICLE] = {
		.ioctl = OPENEVSE_GET_VEHICLE,
		.mnemonic = "G0", .since = OPENEVSE_RAPI(3, 0, 1), ASKS,
		.size = sizeof(struct openevse_vehicle), SHAPES(vehicle_shapes),
	},
	[OPENEVSE_COMMAND_GET_TIME_LIMIT] = {
		.ioctl = OPENEVSE_GET_TIME_LIMIT,
		.mnemonic = "G3", .since = OPENEVSE_RAPI(1, 0, 3), ASKS,
		.size = sizeof(struct openevse_time_limit), SHAPES(time_limit_shapes),
	},
	[OPENEVSE_COMMAND_GET_CHARGE_LIMIT] = {
		.ioctl = OPENEVSE_GET_CHARGE_LIMIT,
		.mnemonic = "GH", .since = OPENEVSE_RAPI(1, 0, 3), ASKS,
		.size = sizeof(struct openevse_charge_limit), SHAPES(charge_limit_shapes),
	},
	[OPENEVSE_COMMAND_GET_AMMETER_SETTINGS] = {
		.ioctl = OPENEVSE_GET_AMMETER_SETTINGS,
		.mnemonic = "GA", .since = OPENEVSE_RAPI(1, 0, 1), ASKS,
		.size = sizeof(struct openevse_meter_settings), SHAPES(meter_shapes),
	},
	[OPENEVSE_COMMAND_GET_VOLTMETER_SETTINGS] = {
		.ioctl = OPENEVSE_GET_VOLTMETER_SETTINGS,
		.mnemonic = "GM", .since = OPENEVSE_RAPI(1, 0, 3), ASKS,
		.size = sizeof(struct openevse_meter_settings), SHAPES(meter_shapes),
	},
	[OPENEVSE_COMMAND_GET_TIMER] = {
		.ioctl = OPENEVSE_GET_TIMER,
		.mnemonic = "GD", .since = OPENEVSE_RAPI(3, 0, 1), ASKS,
		.size = sizeof(struct openevse_timer), SHAPES(timer_shapes),
	},
	[OPENEVSE_COMMAND_GET_FAULT_COUNTERS] = {
		.ioctl = OPENEVSE_GET_FAULT_COUNTERS,
		.mnemonic = "GF", .since = OPENEVSE_RAPI(1, 0, 2), ASKS,
		.size = sizeof(struct openevse_fault_counters), SHAPES(fault_shapes),
	},
	[OPENEVSE_COMMAND_GET_OLD_TEMPERATURE] = {
		.ioctl = OPENEVSE_GET_TEMPERATURE,
		.mnemonic = "GP", .since = OPENEVSE_RAPI(1, 0, 3), .until = OPENEVSE_RAPI(4, 0, 1),
		ASKS, .size = sizeof(struct openevse_temperature),
		SHAPES(old_temperature_shapes),
	},
	[OPENEVSE_COMMAND_GET_TEMPERATURE] = {
		.ioctl = OPENEVSE_GET_TEMPERATURE,
		.mnemonic = "GP", .since = OPENEVSE_RAPI(4, 0, 1), ASKS,
		.size = sizeof(struct openevse_temperature), SHAPES(temperature_shapes),
	},
	[OPENEVSE_COMMAND_GET_TIME] = {
		.ioctl = OPENEVSE_GET_TIME, .mnemonic = "GT", ASKS,
		.size = sizeof(struct openevse_time), SHAPES(time_shapes),
	},
	[OPENEVSE_COMMAND_GET_HEARTBEAT] = {
		.ioctl = OPENEVSE_GET_HEARTBEAT,
		.mnemonic = "GY", .since = OPENEVSE_RAPI(5, 0, 0), ASKS,
		.size = sizeof(struct openevse_heartbeat), SHAPES(heartbeat_shapes),
	},
	[OPENEVSE_COMMAND_GET_MENNEKES_LOCK] = {
		.ioctl = OPENEVSE_GET_MENNEKES_LOCK,
		.mnemonic = "G5", .since = OPENEVSE_RAPI(5, 2, 0), ASKS,
		.size = sizeof(struct openevse_mennekes_lock), SHAPES(mennekes_shapes),
	},
	[OPENEVSE_COMMAND_GET_RELAY_HEALTH] = {
		.ioctl = OPENEVSE_GET_RELAY_HEALTH,
		.mnemonic = "GL", .since = OPENEVSE_RAPI(6, 0, 0), ASKS,
		.size = sizeof(struct openevse_relay_health), SHAPES(relay_health_shapes),
	},
	[OPENEVSE_COMMAND_GET_RELAY_TIMING] = {
		.ioctl = OPENEVSE_GET_RELAY_TIMING,
		.mnemonic = "GW", .since = OPENEVSE_RAPI(6, 0, 0), ASKS,
		.size = sizeof(struct openevse_relay_timing), SHAPES(relay_timing_shapes),
	},
	[OPENEVSE_COMMAND_GET_ZERO_CROSS] = {
		.ioctl = OPENEVSE_GET_ZERO_CROSS,
		.mnemonic = "GZ", .since = OPENEVSE_RAPI(6, 0, 0), ASKS,
		.size = sizeof(struct openevse_zero_cross), SHAPES(zero_cross_shapes),
	},
	[OPENEVSE_COMMAND_GET_RELAYS] = {
		.ioctl = OPENEVSE_GET_RELAYS,
		.mnemonic = "GR", .since = OPENEVSE_RAPI(6, 0, 0), ASKS,
		.size = sizeof(struct openevse_relays), SHAPES(relays_shapes),
	},
};

/** openevse_dialect_command() - the row of that name */
const struct openevse_command *
openevse_dialect_command(enum openevse_command_id id)
{
	return &commands[id];
}

/** openevse_dialect_by_ioctl() - the row that serves an ioctl, or NULL */
const struct openevse_command *openevse_dialect_by_ioctl(u32 ioctl)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].ioctl && commands[i].ioctl == ioctl)
			return &commands[i];
	return NULL;
}

/**
 * openevse_dialect_variant() - the row that says the same on this firmware
 * @command: the first row of its ioctl, or one that stands alone
 * @rapi: OPENEVSE_RAPI()
 *
 * Return: the row, or NULL: this firmware has not got it.
 */
const struct openevse_command *
openevse_dialect_variant(const struct openevse_command *command, u32 rapi)
{
	const struct openevse_command *end = commands + ARRAY_SIZE(commands);
	u32 ioctl = command->ioctl;

	do {
		if (rapi >= command->since &&
		    (!command->until || rapi < command->until))
			return command;
		command++;
	} while (ioctl && command < end && command->ioctl == ioctl);
	return NULL;
}

/* Shown by $GE, where a set bit mostly means "off". */
static const struct openevse_feature_flag features[] = {
	{ OPENEVSE_FEATURE_DIODE_CHECK, 0x0002, true, 0 },
	{ OPENEVSE_FEATURE_VENT_CHECK, 0x0004, true, 0 },
	{ OPENEVSE_FEATURE_GROUND_CHECK, 0x0008, true, 0 },
	{ OPENEVSE_FEATURE_STUCK_RELAY_CHECK, 0x0010, true, 0 },
	{ OPENEVSE_FEATURE_GFCI_TEST, 0x0200, true, 0 },
	{ OPENEVSE_FEATURE_TEMPERATURE_CHECK, 0x0400, true,
	  OPENEVSE_RAPI(4, 0, 0) },
	{ OPENEVSE_FEATURE_OVER_CURRENT_CHECK, 0x4000, true,
	  OPENEVSE_RAPI(6, 0, 0) },
	{ OPENEVSE_FEATURE_BUTTON, 0x8000, true, OPENEVSE_RAPI(5, 1, 0) },
	{ OPENEVSE_FEATURE_BOOT_LOCK, 0x2000, true, OPENEVSE_RAPI(6, 0, 0) },
	{ OPENEVSE_FEATURE_PP_AUTO_AMPACITY, 0x0040, false,
	  OPENEVSE_RAPI(6, 0, 0) },
	{ OPENEVSE_FEATURE_ZERO_CROSS, 0x0800, true, OPENEVSE_RAPI(6, 0, 0) },
	{ OPENEVSE_FEATURE_RGB_LCD, 0x0100, true, 0 },
};

/** openevse_dialect_feature() - how a feature shows, or NULL */
const struct openevse_feature_flag *openevse_dialect_feature(u32 feature)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (features[i].feature == feature)
			return &features[i];
	return NULL;
}
