/* SPDX-License-Identifier: GPL-2.0 */
/* Asking a board, each question at most once. */
#ifndef OPENEVSE_QUERY_H
#define OPENEVSE_QUERY_H

#include "device.h"

enum question {
	ASK_STATE,
	ASK_SETTINGS,
	ASK_RANGE,
	ASK_CHARGING,
	ASK_ENERGY,
	ASK_VERSION,
	ASK_TEMPERATURE,
	ASK_FAULTS,
	ASK_TIME_LIMIT,
	ASK_CHARGE_LIMIT,
	ASK_LEVEL,
	ASK_VEHICLE,
	ASK_AUTH_LOCK,
	ASK_SOCKET,
	ASK_HEARTBEAT,
	ASK_RELAY_HEALTH,
	ASK_RELAY_TIMING,
	ASK_RELAYS,
	ASK_ZERO_CROSS,
	ASK_CABLE_TEMPERATURE,
	ASK_PANIC_TEMPERATURE,
	ASK_TEMPERATURE_LIMITS,
	ASK_MCU_ID,
	QUESTIONS,
};

/**
 * struct query - answers so far
 * @device: whom to ask
 * @asked: bit mask of enum question
 * @errors: 0 or a negative errno for each question asked
 * @state, @settings, @range, @charging, @energy, @version, @temperature,
 * @faults, @time_limit, @charge_limit, @level, @vehicle, @auth_lock, @socket,
 * @heartbeat, @health, @timing, @relays, @zero_cross, @cable, @panic, @heat,
 * @mcu_id: the answers
 */
struct query {
	const struct device *device;
	unsigned int asked;
	int errors[QUESTIONS];
	struct openevse_state state;
	struct openevse_settings settings;
	struct openevse_current_capacity_range range;
	struct openevse_charging_current_and_voltage charging;
	struct openevse_energy energy;
	struct openevse_version version;
	struct openevse_temperature temperature;
	struct openevse_fault_counters faults;
	struct openevse_time_limit time_limit;
	struct openevse_charge_limit charge_limit;
	struct openevse_service_level level;
	struct openevse_vehicle vehicle;
	struct openevse_switch auth_lock;
	struct openevse_mennekes_lock socket;
	struct openevse_heartbeat heartbeat;
	struct openevse_relay_health health;
	struct openevse_relay_timing timing;
	struct openevse_relays relays;
	struct openevse_zero_cross zero_cross;
	struct openevse_cable_temperature cable;
	struct openevse_panic_temperature panic;
	struct openevse_temperature_limits heat;
	struct openevse_mcu_id mcu_id;
};

void query_init(struct query *query, const struct device *device);

/* The next time these are asked anew: a bit mask of enum question. */
void query_forget(struct query *query, unsigned int mask);

/* Ask, unless it was asked before. Return: 0 or a negative errno. */
int query_ask(struct query *query, enum question question);

/* No value, but the board is there: firmware refuses what was built out of it. */
bool error_is_absence(int error);

/*
 * Single values. Each asks what it needs and returns 0, a negative errno of an
 * ioctl, or -ENODATA where the board answers but has no such value.
 */
int query_state(struct query *query, unsigned int *state);
int query_vflags(struct query *query, uint32_t *vflags);	/* none before RAPI 5.0.0 */
int query_connected(struct query *query, int *connected);
int query_elapsed(struct query *query, uint32_t *seconds);
int query_current(struct query *query, int64_t *ma);	/* 0 unless charging */
int query_voltage(struct query *query, int64_t *mv);
int query_power(struct query *query, int64_t *mw);
int query_offered(struct query *query, int64_t *ma);
int query_minimum(struct query *query, int64_t *ma);
int query_maximum(struct query *query, int64_t *ma);
int query_saved(struct query *query, int64_t *ma);
int query_session(struct query *query, int64_t *mwh);
int query_total(struct query *query, int64_t *wh);
int query_clock_temperature(struct query *query, int64_t *mc);
int query_ambient_temperature(struct query *query, int64_t *mc);
int query_infrared_temperature(struct query *query, int64_t *mc);

/* The last three, in that order. */
#define QUERY_SENSORS	3
extern int (*const query_sensors[QUERY_SENSORS])(struct query *query, int64_t *mc);

int query_time_limit(struct query *query, int64_t *minutes);
int query_charge_limit(struct query *query, int64_t *wh);
int query_firmware(struct query *query, const char **version);
int query_protocol(struct query *query, const char **version);

#endif
