// SPDX-License-Identifier: GPL-2.0
/*
 * Every value that can be asked for, on one firmware of each generation: the
 * same call everywhere, with what the board says of itself, or -EOPNOTSUPP
 * where that firmware has not got it.
 */
#include <errno.h>
#include <string.h>

#include "../kselftest_harness.h"

#include "simboard.h"
#include "station.h"

#define RAPI(major, minor, patch)	((major) << 16 | (minor) << 8 | (patch))

FIXTURE(values) {
	struct station station;
	struct simboard sim;
	struct openevse_info info;
	int fd;
};

FIXTURE_VARIANT(values) {
	const char *firmware;
	uint32_t rapi;
};

#define GENERATION(name, firmware_, rapi_) \
	FIXTURE_VARIANT_ADD(values, name) { .firmware = firmware_, .rapi = rapi_ }

GENERATION(firmware_2_1_a7, "2.1.A7", RAPI(1, 0, 0));
GENERATION(firmware_3_3_7, "D3.3.7", RAPI(1, 0, 2));
GENERATION(firmware_3_11_3, "3.11.3", RAPI(1, 0, 3));
GENERATION(firmware_4_0_0, "D4.0.0", RAPI(2, 0, 0));
GENERATION(firmware_4_3_2, "D4.3.2", RAPI(2, 0, 3));
GENERATION(firmware_4_6_0, "D4.6.0", RAPI(3, 0, 1));
GENERATION(firmware_5_0_1, "5.0.1", RAPI(4, 0, 1));
GENERATION(firmware_6_0_0, "D6.0.0", RAPI(5, 0, 0));
GENERATION(firmware_6_2_0, "D6.2.0", RAPI(5, 1, 0));
GENERATION(firmware_7_1_1, "D7.1.1", RAPI(5, 1, 3));
GENERATION(firmware_8_2_3, "8.2.3", RAPI(5, 2, 1));
GENERATION(firmware_9_2_0, "9.2.0.core.lcd", RAPI(6, 0, 0));

FIXTURE_SETUP(values)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	ASSERT_EQ(0, sim_start(&self->sim, variant->firmware, false));
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	self->fd = self->station.fd;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &self->info));
	ASSERT_EQ(variant->rapi, self->info.rapi);
	/* Firmware 9 waits for this before it looks at a vehicle. */
	if (variant->rapi >= RAPI(6, 0, 0)) {
		struct openevse_raw raw = { .command = "SB" };

		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_RAW, &raw));
		ASSERT_EQ(0, sim_tell(&self->sim, "wait state not-connected"));
	}
}

FIXTURE_TEARDOWN(values)
{
	station_end(&self->station);
	sim_stop(&self->sim);
}

#define sim_state(key, base)	sim_number(&self->sim, "state", key, base)
#define since(a, b, c)		(variant->rapi >= RAPI(a, b, c))

/* A setter in the board's own words. */
static int raw_ok(int fd, const char *command)
{
	struct openevse_raw raw = { 0 };
	int err;

	strncpy(raw.command, command, sizeof(raw.command) - 1);
	err = station_call(fd, OPENEVSE_RAW, &raw);
	return err ? err : raw.result;
}

/* 0 where this firmware has it, else -EOPNOTSUPP. */
#define expect_get(has, request, value) ({				\
	int _err = station_call(self->fd, request, value);		\
	EXPECT_EQ((has) ? 0 : -EOPNOTSUPP, _err);			\
	!_err;								\
})

TEST_F_TIMEOUT(values, what_it_is, TEST_SECONDS)
{
	struct openevse_version version;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_VERSION, &version));
	EXPECT_STREQ(variant->firmware, version.firmware);
	EXPECT_EQ(since(2, 0, 0),
		  !!(self->info.flags & OPENEVSE_INFO_REPLY_CHECKSUM));
	EXPECT_EQ(since(3, 0, 0),
		  !!(self->info.flags & OPENEVSE_INFO_SEQUENCE_IDS));
}

TEST_F_TIMEOUT(values, state, TEST_SECONDS)
{
	struct openevse_state state;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(OPENEVSE_STATE_A, state.state);
	EXPECT_EQ(since(5, 0, 0), !!(state.valid & OPENEVSE_STATE_HAS_VFLAGS));
	EXPECT_EQ(since(5, 0, 0), !!(state.valid & OPENEVSE_STATE_HAS_PILOT));
}

TEST_F_TIMEOUT(values, control, TEST_SECONDS)
{
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SLEEP, NULL));
	EXPECT_EQ(0, sim_tell(&self->sim, "wait state sleeping"));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_ENABLE, NULL));
	EXPECT_EQ(0, sim_tell(&self->sim, "wait state not-connected"));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_DISABLE, NULL));
	EXPECT_EQ(0, sim_tell(&self->sim, "wait state disabled"));
}

TEST_F_TIMEOUT(values, current, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 13000, .flags = OPENEVSE_CAPACITY_SAVE,
	};

	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(13, sim_state("offered", 10));
	EXPECT_EQ(13, sim_state("saved", 10));
	capacity.capacity_ma = 12000;
	capacity.flags = 0;
	EXPECT_EQ(since(2, 0, 2) ? 0 : -EOPNOTSUPP,
		  station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
			       &capacity));
	EXPECT_EQ(since(2, 0, 2) ? 12 : 13, sim_state("offered", 10));
	EXPECT_EQ(13, sim_state("saved", 10));
}

TEST_F_TIMEOUT(values, vehicle, TEST_SECONDS)
{
	struct openevse_vehicle vehicle;

	if (!expect_get(since(3, 0, 1), OPENEVSE_GET_VEHICLE, &vehicle))
		return;
	EXPECT_EQ(OPENEVSE_VEHICLE_ABSENT, vehicle.vehicle);
	ASSERT_EQ(0, sim_vehicle(&self->sim, true));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_VEHICLE, &vehicle));
	EXPECT_EQ(OPENEVSE_VEHICLE_PRESENT, vehicle.vehicle);
	EXPECT_EQ(0, vehicle.reserved);
}

/* Failure case 34: sensors that are not fitted. */
TEST_F_TIMEOUT(values, temperature, TEST_SECONDS)
{
	struct openevse_temperature temperature;
	int64_t end = now_ms() + PATIENCE_MS;

	ASSERT_EQ(0, sim_tell(&self->sim, "temp 317"));
	if (!expect_get(since(1, 0, 3), OPENEVSE_GET_TEMPERATURE, &temperature))
		return;
	/* The firmware reads its sensors once a second. */
	while (temperature.ds3231_mc < 30000 && now_ms() < end) {
		short_pause();
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_TEMPERATURE,
					  &temperature));
	}
	EXPECT_EQ(OPENEVSE_TEMPERATURE_HAS_DS3231, temperature.valid);
	EXPECT_EQ(0, temperature.mcp9808_mc);
	EXPECT_EQ(0, temperature.tmp007_mc);
	/* The chip counts in quarters of a degree. */
	EXPECT_GE(temperature.ds3231_mc, 31400);
	EXPECT_LE(temperature.ds3231_mc, 31800);
}

TEST_F_TIMEOUT(values, faults, TEST_SECONDS)
{
	struct openevse_fault_counters before, counters;

	if (!expect_get(since(1, 0, 2), OPENEVSE_GET_FAULT_COUNTERS, &before))
		return;
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot C"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait relay closed 30000"));
	ASSERT_EQ(0, sim_tell(&self->sim, "gfi"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state gfci-fault"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_FAULT_COUNTERS,
				  &counters));
	/* A cell that was never written reads 255. */
	EXPECT_EQ(before.gfci == 255 ? 1 : before.gfci + 1, counters.gfci);
	EXPECT_EQ(before.no_ground, counters.no_ground);
}

/* Failure case 33: without a clock chip the board shows 165. */
TEST_F_TIMEOUT(values, clock, TEST_SECONDS)
{
	struct openevse_time time;

	ASSERT_EQ(0, sim_tell(&self->sim, "clock 28 2 29 23 12 34"));
	if (!expect_get(!since(6, 0, 0), OPENEVSE_GET_TIME, &time))
		return;
	EXPECT_EQ(2028, time.year);
	EXPECT_EQ(2, time.month);
	EXPECT_EQ(29, time.day);
	EXPECT_EQ(23, time.hour);
	EXPECT_EQ(12, time.minute);
	EXPECT_GE(time.second, 34);
	ASSERT_EQ(0, sim_tell(&self->sim, "clock absent"));
	EXPECT_EQ(-ENODATA, station_call(self->fd, OPENEVSE_GET_TIME, &time));
}

TEST_F_TIMEOUT(values, timer, TEST_SECONDS)
{
	struct openevse_timer timer;

	/* $GD came with firmware D4.8.0, within RAPI 3.0.1. */
	if (!expect_get(since(4, 0, 0) && !since(6, 0, 0), OPENEVSE_GET_TIMER,
			&timer))
		return;
	EXPECT_EQ(0, timer.start_hour | timer.start_minute | timer.end_hour |
		     timer.end_minute);
	ASSERT_EQ(0, raw_ok(self->fd, "ST 22 30 6 15"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_TIMER, &timer));
	EXPECT_EQ(22, timer.start_hour);
	EXPECT_EQ(30, timer.start_minute);
	EXPECT_EQ(6, timer.end_hour);
	EXPECT_EQ(15, timer.end_minute);
}

TEST_F_TIMEOUT(values, limits, TEST_SECONDS)
{
	bool has = since(1, 0, 3) && !since(5, 2, 1);
	struct openevse_charge_limit charge;
	struct openevse_time_limit time;

	ASSERT_EQ(0, sim_vehicle(&self->sim, true));
	if (!expect_get(has, OPENEVSE_GET_TIME_LIMIT, &time))
		return;
	EXPECT_EQ(0, time.minutes);
	ASSERT_EQ(0, raw_ok(self->fd, "S3 8"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_TIME_LIMIT, &time));
	EXPECT_EQ(120, time.minutes);
	ASSERT_EQ(0, raw_ok(self->fd, "SH 10"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_CHARGE_LIMIT, &charge));
	EXPECT_EQ(10000, charge.limit_wh);
}

TEST_F_TIMEOUT(values, meters, TEST_SECONDS)
{
	struct openevse_meter_settings meter;

	if (expect_get(since(1, 0, 1), OPENEVSE_GET_AMMETER_SETTINGS, &meter)) {
		ASSERT_EQ(0, raw_ok(self->fd, "SA 219 7"));
		ASSERT_EQ(0, station_call(self->fd,
					  OPENEVSE_GET_AMMETER_SETTINGS, &meter));
		EXPECT_EQ(219, meter.scale);
		EXPECT_EQ(7, meter.offset);
	}
	/* Only the OpenEVSE II has a voltmeter. */
	expect_get(false, OPENEVSE_GET_VOLTMETER_SETTINGS, &meter);
}

/* Failure case 45: $NK, and the values behind it. */
TEST_F_TIMEOUT(values, heartbeat, TEST_SECONDS)
{
	struct openevse_heartbeat heartbeat;

	/* $GY came with firmware D6.1.3, within RAPI 5.0.0. */
	if (!since(5, 1, 0)) {
		expect_get(false, OPENEVSE_GET_HEARTBEAT, &heartbeat);
		return;
	}
	/* Until D6.2.1 its answer is $NK with the values behind it. */
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_HEARTBEAT, &heartbeat));
	EXPECT_EQ(0, heartbeat.interval_s);
	ASSERT_EQ(0, raw_ok(self->fd, "SY 50 6"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_HEARTBEAT, &heartbeat));
	EXPECT_EQ(50, heartbeat.interval_s);
	EXPECT_EQ(6000, heartbeat.current_ma);
	EXPECT_EQ(OPENEVSE_HEARTBEAT_HAS_MISSED, heartbeat.valid);
	EXPECT_EQ(OPENEVSE_HEARTBEAT_NEVER_MISSED, heartbeat.missed);
}

TEST_F_TIMEOUT(values, features, TEST_SECONDS)
{
	static const struct {
		uint32_t feature;
		const char *old_off;
		const char *new_off;
		uint32_t since;
	} rows[] = {
		{ OPENEVSE_FEATURE_DIODE_CHECK, "SD 0", "FF D 0", 0 },
		{ OPENEVSE_FEATURE_VENT_CHECK, "SV 0", "FF V 0", 0 },
		{ OPENEVSE_FEATURE_GROUND_CHECK, "SG 0", "FF G 0", 0 },
		{ OPENEVSE_FEATURE_STUCK_RELAY_CHECK, "SR 0", "FF R 0", 0 },
		{ OPENEVSE_FEATURE_TEMPERATURE_CHECK, NULL, "FF T 0",
		  RAPI(4, 0, 0) },
		{ OPENEVSE_FEATURE_BUTTON, NULL, "FF B 0", RAPI(5, 1, 0) },
	};
	struct openevse_feature feature;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		feature.feature = rows[i].feature;
		if (!expect_get(variant->rapi >= rows[i].since,
				OPENEVSE_GET_FEATURE, &feature))
			continue;
		EXPECT_EQ(1, feature.enabled) {
			TH_LOG("feature %u", rows[i].feature);
		}
		ASSERT_EQ(0, raw_ok(self->fd, since(4, 0, 0) ?
				    rows[i].new_off : rows[i].old_off));
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_FEATURE,
					  &feature));
		EXPECT_EQ(0, feature.enabled) {
			TH_LOG("feature %u", rows[i].feature);
		}
	}
	feature.feature = 0;
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_GET_FEATURE, &feature));
	feature.feature = 1000;
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_GET_FEATURE, &feature));
}

TEST_F_TIMEOUT(values, service_level, TEST_SECONDS)
{
	struct openevse_service_level level;

	ASSERT_EQ(0, raw_ok(self->fd, "SL 1"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SERVICE_LEVEL, &level));
	EXPECT_EQ(1, level.level);
	EXPECT_EQ(1, level.active);
	ASSERT_EQ(0, raw_ok(self->fd, "SL 2"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SERVICE_LEVEL, &level));
	EXPECT_EQ(2, level.level);
	EXPECT_EQ(2, level.active);
	ASSERT_EQ(0, raw_ok(self->fd, "SL A"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SERVICE_LEVEL, &level));
	EXPECT_EQ(OPENEVSE_SERVICE_LEVEL_AUTO, level.level);
}

TEST_F_TIMEOUT(values, lock_of_the_socket, TEST_SECONDS)
{
	struct openevse_mennekes_lock lock;

	if (!expect_get(since(5, 2, 0), OPENEVSE_GET_MENNEKES_LOCK, &lock))
		return;
	ASSERT_EQ(0, raw_ok(self->fd, "S5 M"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_MENNEKES_LOCK, &lock));
	EXPECT_EQ(1, lock.manual);
	ASSERT_EQ(0, raw_ok(self->fd, "S5 1"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_MENNEKES_LOCK, &lock));
	EXPECT_EQ(1, lock.locked);
}

TEST_F_TIMEOUT(values, relays, TEST_SECONDS)
{
	struct openevse_relay_health health;
	struct openevse_relay_timing timing;
	struct openevse_zero_cross zero;
	struct openevse_relays relays;
	bool has = since(6, 0, 0);

	expect_get(has, OPENEVSE_GET_RELAY_HEALTH, &health);
	expect_get(has, OPENEVSE_GET_RELAY_TIMING, &timing);
	if (expect_get(has, OPENEVSE_GET_ZERO_CROSS, &zero)) {
		ASSERT_EQ(0, raw_ok(self->fd, "SZ 500"));
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ZERO_CROSS,
					  &zero));
		EXPECT_EQ(500, zero.threshold_ma);
	}
	if (!expect_get(has, OPENEVSE_GET_RELAYS, &relays))
		return;
	ASSERT_EQ(0, raw_ok(self->fd, "SR 3 0"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_RELAYS, &relays));
	EXPECT_EQ(0, relays.ac);
}

TEST_HARNESS_MAIN
