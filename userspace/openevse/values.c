// SPDX-License-Identifier: GPL-2.0
/*
 * Every value a board has
 *
 * One row each: what it is called, in which unit, and how to find it. Most are
 * members of an answer of the driver; query.c works out the others.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "values.h"

static int copy(char text[VALUE_SIZE], const char *from)
{
	snprintf(text, VALUE_SIZE, "%s", from);
	return 0;
}

static int word_state(struct query *query, char text[VALUE_SIZE])
{
	char buffer[NAME_SIZE];
	unsigned int state;
	int error = query_state(query, &state);

	return error ? error : copy(text, state_name(state, buffer));
}

static int word_iec_state(struct query *query, char text[VALUE_SIZE])
{
	int connected = -1, error;
	unsigned int state;

	error = query_connected(query, &connected);
	if (error && error != -ENODATA)
		return error;
	error = query_state(query, &state);
	if (error)
		return error;
	text[0] = iec_letter(state, connected);
	text[1] = '\0';
	return text[0] ? 0 : -ENODATA;
}

static int number_enabled(struct query *query, int64_t *number)
{
	unsigned int state;
	int error = query_state(query, &state);

	*number = !state_is_off(state);
	return error;
}

static int number_connected(struct query *query, int64_t *number)
{
	int connected = -1;
	int error = query_connected(query, &connected);

	*number = connected;
	return error;
}

static int number_elapsed(struct query *query, int64_t *number)
{
	uint32_t seconds;
	int error = query_elapsed(query, &seconds);

	*number = seconds;
	return error;
}

static int number_boot_locked(struct query *query, int64_t *number)
{
	uint32_t vflags;
	int error = query_vflags(query, &vflags);

	*number = !!(vflags & OPENEVSE_VFLAG_BOOT_LOCKED);
	return error;
}

static int word_level(struct query *query, char text[VALUE_SIZE])
{
	int error = query_ask(query, ASK_LEVEL);

	if (!error && query->level.level == OPENEVSE_SERVICE_LEVEL_AUTO)
		return copy(text, "auto");
	if (!error)
		snprintf(text, VALUE_SIZE, "%u", query->level.level);
	return error;
}

static int word_missed(struct query *query, char text[VALUE_SIZE])
{
	int error = query_ask(query, ASK_HEARTBEAT);

	if (error)
		return error;
	if (!(query->heartbeat.valid & OPENEVSE_HEARTBEAT_HAS_MISSED))
		return -ENODATA;
	return copy(text, missed_name(query->heartbeat.missed));
}

static int word_serial(struct query *query, char text[VALUE_SIZE])
{
	const struct openevse_mcu_id *id = &query->mcu_id;
	int error = query_ask(query, ASK_MCU_ID);
	uint32_t i;

	text[0] = '\0';
	for (i = 0; !error && i < id->len && i < sizeof(id->id); i++)
		snprintf(text + 2 * i, VALUE_SIZE - 2 * i, "%02x", id->id[i]);
	return error || text[0] ? error : -ENODATA;
}

static int word_firmware(struct query *query, char text[VALUE_SIZE])
{
	const char *version;
	int error = query_firmware(query, &version);

	return error ? error : copy(text, version);
}

static int word_protocol(struct query *query, char text[VALUE_SIZE])
{
	const char *version;
	int error = query_protocol(query, &version);

	return error ? error : copy(text, version);
}

static int word_link(struct query *query, char text[VALUE_SIZE])
{
	return copy(text, link_name(query->device->info.link));
}

#define WORD(function)			.kind = VALUE_WORD, .word = (function)
#define NUMBER(the_kind, function)	.kind = (the_kind), .number = (function)
#define MEMBER(the_kind, asked, member) \
	.kind = (the_kind), .question = (asked), .offset = offsetof(struct query, member)
#define SIGNED	.is_signed = true
#define IF(member, bit) \
	.valid_offset = offsetof(struct query, member), .valid = (bit)

static const struct value values[] = {
	{ "state", "state", "", "state of the station, one word", WORD(word_state) },
	{ "iec-state", "iec_state", "",
	  "A no vehicle, B connected, C charging, E or F fault or disabled",
	  WORD(word_iec_state) },
	{ "enabled", "enabled", "", "true, or false while asleep or disabled",
	  NUMBER(VALUE_TRUTH, number_enabled) },
	{ "connected", "vehicle_connected", "", "is a vehicle connected? true or false",
	  NUMBER(VALUE_TRUTH, number_connected) },
	{ "current", "current_a", "A", "measured now; 0 unless charging",
	  NUMBER(VALUE_MILLI, query_current) },
	{ "voltage", "voltage_v", "V", "measured, or what the board assumes",
	  NUMBER(VALUE_MILLI, query_voltage) },
	{ "power", "power_w", "W", "current times voltage",
	  NUMBER(VALUE_MILLIWATT, query_power) },
	{ "pilot", "pilot_a", "A", "offered to the vehicle now",
	  NUMBER(VALUE_MILLI, query_offered) },
	{ "pilot.min", "pilot_min_a", "A", "the least this board can offer",
	  NUMBER(VALUE_MILLI, query_minimum) },
	{ "pilot.max", "pilot_max_a", "A", "the most this board can offer",
	  NUMBER(VALUE_MILLI, query_maximum) },
	{ "pilot.saved", "pilot_saved_a", "A", "saved in the board; bounds what is not saved",
	  NUMBER(VALUE_MILLI, query_saved) },
	{ "energy.session", "session_wh", "kWh", "the running session, or the last one",
	  NUMBER(VALUE_MWH, query_session) },
	{ "energy.total", "total_wh", "kWh",
	  "all finished sessions; the running one is not in it", NUMBER(VALUE_WH, query_total) },
	{ "elapsed", "elapsed_s", "s",
	  "charging time of the running session, or of the last one",
	  NUMBER(VALUE_WHOLE, number_elapsed) },
	{ "temperature.clock", "temperature_clock_c", "°C", "in the clock chip (DS3231)",
	  NUMBER(VALUE_MILLI, query_clock_temperature) },
	{ "temperature.ambient", "temperature_ambient_c", "°C",
	  "of the ambient sensor (MCP9808)", NUMBER(VALUE_MILLI, query_ambient_temperature) },
	{ "temperature.infrared", "temperature_infrared_c", "°C",
	  "of the infrared sensor (TMP007)", NUMBER(VALUE_MILLI, query_infrared_temperature) },
	{ "temperature.cable1", "temperature_cable1_c", "°C", "vehicle's cable, first sensor",
	  MEMBER(VALUE_MILLI, ASK_CABLE_TEMPERATURE, cable.ev1_mc), SIGNED,
	  IF(cable.valid, OPENEVSE_CABLE_HAS_EV1) },
	{ "temperature.cable2", "temperature_cable2_c", "°C", "vehicle's cable, second sensor",
	  MEMBER(VALUE_MILLI, ASK_CABLE_TEMPERATURE, cable.ev2_mc), SIGNED,
	  IF(cable.valid, OPENEVSE_CABLE_HAS_EV2) },
	{ "temperature.supply1", "temperature_supply1_c", "°C", "supply cable, first sensor",
	  MEMBER(VALUE_MILLI, ASK_CABLE_TEMPERATURE, cable.in1_mc), SIGNED,
	  IF(cable.valid, OPENEVSE_CABLE_HAS_IN1) },
	{ "temperature.supply2", "temperature_supply2_c", "°C", "supply cable, second sensor",
	  MEMBER(VALUE_MILLI, ASK_CABLE_TEMPERATURE, cable.in2_mc), SIGNED,
	  IF(cable.valid, OPENEVSE_CABLE_HAS_IN2) },
	{ "temperature.panic", "temperature_panic_c", "°C", "charging ends there",
	  MEMBER(VALUE_MILLI, ASK_PANIC_TEMPERATURE, panic.panic_mc), SIGNED },
	{ "temperature.limit-ambient", "temperature_limit_ambient_c", "°C",
	  "the board gets careful there", SIGNED,
	  MEMBER(VALUE_MILLI, ASK_TEMPERATURE_LIMITS, heat.ambient_mc) },
	{ "temperature.limit-infrared", "temperature_limit_infrared_c", "°C",
	  "the board gets careful there", SIGNED,
	  MEMBER(VALUE_MILLI, ASK_TEMPERATURE_LIMITS, heat.infrared_mc) },
	{ "faults.gfci", "gfci_trips", "", "trips of the ground fault interrupter since new",
	  MEMBER(VALUE_WHOLE, ASK_FAULTS, faults.gfci) },
	{ "faults.no-ground", "no_ground_trips", "", "times that earth was missing since new",
	  MEMBER(VALUE_WHOLE, ASK_FAULTS, faults.no_ground) },
	{ "faults.stuck-relay", "stuck_relay_trips", "",
	  "times that the relay was stuck since new",
	  MEMBER(VALUE_WHOLE, ASK_FAULTS, faults.stuck_relay) },
	{ "limit.time", "time_limit_min", "min", "the session ends after that; 0 for no limit",
	  NUMBER(VALUE_WHOLE, query_time_limit) },
	{ "limit.energy", "energy_limit_wh", "kWh",
	  "the session ends after that; 0 for no limit", NUMBER(VALUE_WH, query_charge_limit) },
	{ "boot-locked", "boot_locked", "", "will not charge until \"openevse bootlock clear\"",
	  NUMBER(VALUE_TRUTH, number_boot_locked) },
	{ "auth-locked", "auth_locked", "", "will not charge until \"openevse unlock\"",
	  MEMBER(VALUE_TRUTH, ASK_AUTH_LOCK, auth_lock.enabled) },
	{ "socket.locked", "socket_locked", "", "the lock of a Mennekes socket",
	  MEMBER(VALUE_TRUTH, ASK_SOCKET, socket.locked) },
	{ "socket.manual", "socket_manual", "", "locked and unlocked by command only",
	  MEMBER(VALUE_TRUTH, ASK_SOCKET, socket.manual) },
	{ "heartbeat.interval", "heartbeat_interval_s", "s",
	  "the board wants a sign of life that often; 0 for never",
	  MEMBER(VALUE_WHOLE, ASK_HEARTBEAT, heartbeat.interval_s) },
	{ "heartbeat.current", "heartbeat_current_a", "A", "and offers that much without one",
	  MEMBER(VALUE_MILLI, ASK_HEARTBEAT, heartbeat.current_ma) },
	{ "heartbeat.missed", "heartbeat_missed", "",
	  "never, acknowledged, or limited: it does so now", WORD(word_missed) },
	{ "relay.life-left", "relay_life_left_percent", "%", "of the contactor, estimated",
	  MEMBER(VALUE_WHOLE, ASK_RELAY_HEALTH, health.life_left) },
	{ "relay.damage", "relay_damage_ppm", "ppm", "accumulated, in millionths of a life",
	  MEMBER(VALUE_WHOLE, ASK_RELAY_HEALTH, health.damage_ppm) },
	{ "relay.warning", "relay_warning", "", "0 none, 1 plan a replacement, 2 replace",
	  MEMBER(VALUE_WHOLE, ASK_RELAY_HEALTH, health.warning) },
	{ "relay.recoveries", "relay_recoveries", "", "times that it was shaken free",
	  MEMBER(VALUE_WHOLE, ASK_RELAY_HEALTH, health.recoveries),
	  IF(health.valid, OPENEVSE_RELAY_HAS_RECOVERIES) },
	{ "relay.cold-opens", "relay_cold_opens", "", "switched off without current",
	  MEMBER(VALUE_WHOLE, ASK_RELAY_HEALTH, health.cold_opens) },
	{ "relay.hot-opens", "relay_hot_opens", "", "switched off under current",
	  MEMBER(VALUE_WHOLE, ASK_RELAY_TIMING, timing.hot_opens) },
	{ "relay.last-open", "relay_last_open_a", "A", "current before the last switching off",
	  MEMBER(VALUE_MILLI, ASK_RELAY_TIMING, timing.last_open_ma), SIGNED },
	{ "relay.close-time", "relay_close_s", "s", "it took to close",
	  MEMBER(VALUE_MILLI, ASK_RELAY_TIMING, timing.close_ms),
	  IF(timing.valid, OPENEVSE_TIMING_HAS_CLOSE) },
	{ "relay.open-time", "relay_open_s", "s", "it took to open",
	  MEMBER(VALUE_MILLI, ASK_RELAY_TIMING, timing.open_ms),
	  IF(timing.valid, OPENEVSE_TIMING_HAS_OPEN) },
	{ "relay.dc1", "relay_dc1", "", "is this output used? true or false",
	  MEMBER(VALUE_TRUTH, ASK_RELAYS, relays.dc1) },
	{ "relay.dc2", "relay_dc2", "", "is this output used? true or false",
	  MEMBER(VALUE_TRUTH, ASK_RELAYS, relays.dc2) },
	{ "relay.ac", "relay_ac", "", "is this output used? true or false",
	  MEMBER(VALUE_TRUTH, ASK_RELAYS, relays.ac) },
	{ "frequency", "frequency_hz", "Hz", "of the mains; 0 when not measured",
	  MEMBER(VALUE_MILLI, ASK_ZERO_CROSS, zero_cross.frequency_mhz) },
	{ "zero-cross-threshold", "zero_cross_threshold_a", "A", "less counts as no current",
	  MEMBER(VALUE_MILLI, ASK_ZERO_CROSS, zero_cross.threshold_ma) },
	{ "service-level", "service_level", "", "mains the board expects: 1, 2 or auto",
	  WORD(word_level) },
	{ "serial", "serial", "", "number of the controller, in hexadecimal digits",
	  WORD(word_serial) },
	{ "firmware", "firmware", "", "version, as the board spells it", WORD(word_firmware) },
	{ "protocol", "protocol", "", "RAPI version, as the board spells it",
	  WORD(word_protocol) },
	{ "link", "link", "", "does the board answer? probing, up or down", WORD(word_link) },
};

const struct value *value_next(const struct value *value)
{
	value = value ? value + 1 : values;
	return value < values + ARRAY_SIZE(values) ? value : NULL;
}

const struct value *value_find(const char *name)
{
	const struct value *value = NULL;

	while ((value = value_next(value)))
		if (!strcmp(value->name, name))
			break;
	return value;
}

static uint32_t member_at(const struct query *query, size_t offset)
{
	uint32_t member;

	memcpy(&member, (const char *)query + offset, sizeof(member));
	return member;
}

static int read_number(struct query *query, const struct value *value, int64_t *number)
{
	int error;

	if (value->number)
		return value->number(query, number);
	error = query_ask(query, value->question);
	if (error)
		return error;
	*number = member_at(query, value->offset);
	if (value->is_signed)
		*number = (int32_t)*number;
	if (value->valid && !(member_at(query, value->valid_offset) & value->valid))
		return -ENODATA;
	return 0;
}

static void write_number(enum value_kind kind, int64_t number, char text[VALUE_SIZE])
{
	char buffer[NAME_SIZE];

	switch (kind) {
	case VALUE_TRUTH:
		copy(text, number ? "true" : "false");
		break;
	case VALUE_MILLI:
	case VALUE_WH:
		copy(text, milli(number, buffer));
		break;
	case VALUE_MWH:
		copy(text, milli(number / 1000, buffer));
		break;
	case VALUE_MILLIWATT:
		number /= 1000;
		/* fall through */
	default:
		snprintf(text, VALUE_SIZE, "%" PRId64, number);
	}
}

int value_read(struct query *query, struct reading *reading)
{
	const struct value *value = reading->value;

	reading->number = 0;
	if (value->word) {
		reading->error = value->word(query, reading->text);
		return reading->error;
	}
	reading->error = read_number(query, value, &reading->number);
	if (!reading->error)
		write_number(value->kind, reading->number, reading->text);
	return reading->error;
}

void json_add_reading(struct json_object *object, const struct reading *reading)
{
	const char *key = reading->value->key;

	if (reading->error) {
		json_add_null(object, key);
		return;
	}
	switch (reading->value->kind) {
	case VALUE_WORD:
		json_add_text(object, key, reading->text);
		break;
	case VALUE_TRUTH:
		json_add_bool(object, key, reading->number);
		break;
	case VALUE_WHOLE:
	case VALUE_WH:
		json_add_int(object, key, reading->number);
		break;
	default:
		json_add_milli(object, key, reading->number);
	}
}
