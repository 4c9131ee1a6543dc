// SPDX-License-Identifier: GPL-2.0
/*
 * Questions and their values
 *
 * A question is one ioctl and costs an exchange on the wire; a value is one
 * thing people want to know. Several values share a question, so the answers
 * are kept for the length of one command.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include "names.h"
#include "query.h"

static const struct {
	unsigned long request;
	size_t offset;
} questions[QUESTIONS] = {
	[ASK_STATE] = { OPENEVSE_GET_STATE, offsetof(struct query, state) },
	[ASK_SETTINGS] = { OPENEVSE_GET_SETTINGS, offsetof(struct query, settings) },
	[ASK_RANGE] = { OPENEVSE_GET_CURRENT_CAPACITY_RANGE, offsetof(struct query, range) },
	[ASK_CHARGING] = { OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
			   offsetof(struct query, charging) },
	[ASK_ENERGY] = { OPENEVSE_GET_ENERGY, offsetof(struct query, energy) },
	[ASK_VERSION] = { OPENEVSE_GET_VERSION, offsetof(struct query, version) },
	[ASK_TEMPERATURE] = { OPENEVSE_GET_TEMPERATURE, offsetof(struct query, temperature) },
	[ASK_FAULTS] = { OPENEVSE_GET_FAULT_COUNTERS, offsetof(struct query, faults) },
	[ASK_TIME_LIMIT] = { OPENEVSE_GET_TIME_LIMIT, offsetof(struct query, time_limit) },
	[ASK_CHARGE_LIMIT] = { OPENEVSE_GET_CHARGE_LIMIT, offsetof(struct query, charge_limit) },
	[ASK_LEVEL] = { OPENEVSE_GET_SERVICE_LEVEL, offsetof(struct query, level) },
	[ASK_VEHICLE] = { OPENEVSE_GET_VEHICLE, offsetof(struct query, vehicle) },
	[ASK_AUTH_LOCK] = { OPENEVSE_GET_AUTH_LOCK, offsetof(struct query, auth_lock) },
	[ASK_SOCKET] = { OPENEVSE_GET_MENNEKES_LOCK, offsetof(struct query, socket) },
	[ASK_HEARTBEAT] = { OPENEVSE_GET_HEARTBEAT, offsetof(struct query, heartbeat) },
	[ASK_RELAY_HEALTH] = { OPENEVSE_GET_RELAY_HEALTH, offsetof(struct query, health) },
	[ASK_RELAY_TIMING] = { OPENEVSE_GET_RELAY_TIMING, offsetof(struct query, timing) },
	[ASK_RELAYS] = { OPENEVSE_GET_RELAYS, offsetof(struct query, relays) },
	[ASK_ZERO_CROSS] = { OPENEVSE_GET_ZERO_CROSS, offsetof(struct query, zero_cross) },
	[ASK_CABLE_TEMPERATURE] = { OPENEVSE_GET_CABLE_TEMPERATURE, offsetof(struct query, cable) },
	[ASK_PANIC_TEMPERATURE] = { OPENEVSE_GET_PANIC_TEMPERATURE, offsetof(struct query, panic) },
	[ASK_TEMPERATURE_LIMITS] = { OPENEVSE_GET_TEMPERATURE_LIMITS, offsetof(struct query, heat) },
	[ASK_MCU_ID] = { OPENEVSE_GET_MCU_ID, offsetof(struct query, mcu_id) },
};

void query_init(struct query *query, const struct device *device)
{
	memset(query, 0, sizeof(*query));
	query->device = device;
}

void query_forget(struct query *query, unsigned int mask)
{
	enum question question;

	query->asked &= ~mask;
	for (question = 0; question < QUESTIONS; question++)
		if (mask & (1U << question))
			query->errors[question] = 0;
}

int query_ask(struct query *query, enum question question)
{
	void *answer = (char *)query + questions[question].offset;

	if (query->asked & (1U << question))
		return query->errors[question];
	query->asked |= 1U << question;
	if (ioctl(query->device->fd, questions[question].request, answer))
		query->errors[question] = -errno;
	return query->errors[question];
}

bool error_is_absence(int error)
{
	return error == -ENODATA || error == -EOPNOTSUPP || error == -EREMOTEIO;
}

static int has(uint32_t valid, uint32_t bit)
{
	return valid & bit ? 0 : -ENODATA;
}

int query_state(struct query *query, unsigned int *state)
{
	int error = query_ask(query, ASK_STATE);

	*state = query->state.state;
	return error ? error : has(query->state.valid, OPENEVSE_STATE_HAS_STATE);
}

int query_vflags(struct query *query, uint32_t *vflags)
{
	int error = query_ask(query, ASK_STATE);

	*vflags = query->state.vflags;
	return error ? error : has(query->state.valid, OPENEVSE_STATE_HAS_VFLAGS);
}

/* Where the state does not tell: firmware from 4.6 on has a question for it. */
static int ask_vehicle(struct query *query)
{
	if (query_ask(query, ASK_VEHICLE) || query->vehicle.vehicle > OPENEVSE_VEHICLE_PRESENT)
		return -1;
	return query->vehicle.vehicle == OPENEVSE_VEHICLE_PRESENT;
}

int query_connected(struct query *query, int *connected)
{
	const struct openevse_state *state = &query->state;
	unsigned int number;
	int error = query_state(query, &number);

	if (error)
		return error;
	*connected = vehicle_connected(number, state->valid & OPENEVSE_STATE_HAS_PILOT,
				       state->pilot_state,
				       state->valid & OPENEVSE_STATE_HAS_VFLAGS, state->vflags);
	if (*connected < 0)
		*connected = ask_vehicle(query);
	return *connected < 0 ? -ENODATA : 0;
}

int query_elapsed(struct query *query, uint32_t *seconds)
{
	int error = query_ask(query, ASK_STATE);

	*seconds = query->state.elapsed_s;
	return error ? error : has(query->state.valid, OPENEVSE_STATE_HAS_ELAPSED);
}

/* The relay is open in any state but C, whatever the ammeter's noise says. */
int query_current(struct query *query, int64_t *ma)
{
	unsigned int state;
	int error = query_state(query, &state);

	*ma = 0;
	if (error)
		return error;
	error = query_ask(query, ASK_CHARGING);
	if (error)
		return error;
	if (state == OPENEVSE_STATE_C)
		*ma = query->charging.current_ma;
	return has(query->charging.valid, OPENEVSE_CHARGING_HAS_CURRENT);
}

int query_voltage(struct query *query, int64_t *mv)
{
	int error = query_ask(query, ASK_CHARGING);

	*mv = query->charging.voltage_mv;
	return error ? error : has(query->charging.valid, OPENEVSE_CHARGING_HAS_VOLTAGE);
}

int query_power(struct query *query, int64_t *mw)
{
	int64_t ma, mv;
	int error = query_current(query, &ma);

	if (!error)
		error = query_voltage(query, &mv);
	if (!error)
		*mw = ma * mv / 1000;
	return error;
}

int query_offered(struct query *query, int64_t *ma)
{
	const struct openevse_current_capacity_range *range = &query->range;
	bool range_known = query->asked & (1U << ASK_RANGE) && !query->errors[ASK_RANGE];
	int error;

	if (range_known && (range->valid & OPENEVSE_RANGE_HAS_PILOT)) {
		*ma = range->pilot_ma;
		return 0;
	}
	error = query_ask(query, ASK_SETTINGS);
	*ma = query->settings.capacity_ma;
	return error;
}

int query_minimum(struct query *query, int64_t *ma)
{
	int error = query_ask(query, ASK_RANGE);

	*ma = query->range.min_ma;
	return error;
}

int query_maximum(struct query *query, int64_t *ma)
{
	int error = query_ask(query, ASK_RANGE);

	*ma = query->range.max_ma;
	return error;
}

int query_saved(struct query *query, int64_t *ma)
{
	int error = query_ask(query, ASK_RANGE);

	*ma = query->range.configured_max_ma;
	return error ? error : has(query->range.valid, OPENEVSE_RANGE_HAS_CONFIGURED);
}

int query_session(struct query *query, int64_t *mwh)
{
	int error = query_ask(query, ASK_ENERGY);

	*mwh = (int64_t)(query->energy.session_j * 10 / 36);	/* 3.6 J each */
	return error;
}

int query_total(struct query *query, int64_t *wh)
{
	int error = query_ask(query, ASK_ENERGY);

	*wh = (int64_t)query->energy.total_wh;
	return error;
}

int query_clock_temperature(struct query *query, int64_t *mc)
{
	int error = query_ask(query, ASK_TEMPERATURE);

	*mc = query->temperature.ds3231_mc;
	return error ? error : has(query->temperature.valid, OPENEVSE_TEMPERATURE_HAS_DS3231);
}

int query_ambient_temperature(struct query *query, int64_t *mc)
{
	int error = query_ask(query, ASK_TEMPERATURE);

	*mc = query->temperature.mcp9808_mc;
	return error ? error : has(query->temperature.valid, OPENEVSE_TEMPERATURE_HAS_MCP9808);
}

int query_infrared_temperature(struct query *query, int64_t *mc)
{
	int error = query_ask(query, ASK_TEMPERATURE);

	*mc = query->temperature.tmp007_mc;
	return error ? error : has(query->temperature.valid, OPENEVSE_TEMPERATURE_HAS_TMP007);
}

int (*const query_sensors[QUERY_SENSORS])(struct query *query, int64_t *mc) = {
	query_clock_temperature, query_ambient_temperature, query_infrared_temperature,
};

int query_time_limit(struct query *query, int64_t *minutes)
{
	int error = query_ask(query, ASK_TIME_LIMIT);

	*minutes = query->time_limit.minutes;
	return error;
}

int query_charge_limit(struct query *query, int64_t *wh)
{
	int error = query_ask(query, ASK_CHARGE_LIMIT);

	*wh = query->charge_limit.limit_wh;
	return error;
}

/* The driver remembers the version; the wire is asked only before it knows. */
static int version_text(struct query *query, const char *known, char *asked, const char **text)
{
	int error;

	*text = known;
	if (known[0])
		return 0;
	error = query_ask(query, ASK_VERSION);
	if (error)
		return error;
	asked[OPENEVSE_VERSION_LEN - 1] = '\0';
	make_printable(asked);
	*text = asked;
	return asked[0] ? 0 : -ENODATA;
}

int query_firmware(struct query *query, const char **version)
{
	return version_text(query, query->device->info.firmware, query->version.firmware, version);
}

int query_protocol(struct query *query, const char **version)
{
	return version_text(query, query->device->info.protocol, query->version.protocol, version);
}
