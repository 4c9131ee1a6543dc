// SPDX-License-Identifier: GPL-2.0
/*
 * What the protocol has set for those who trust it: a test for each trap, on the
 * firmware that has it. The board is asked on its other channel what has become
 * of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "../kselftest_harness.h"

#include "caller.h"
#include "fakeboard.h"
#include "simboard.h"
#include "station.h"

FIXTURE(trap) {
	struct station station;
	struct simboard sim;
	struct fakeboard fake;
	int fd;
};

FIXTURE_SETUP(trap)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	self->station = (struct station){ -1, -1, -1, -1 };
	self->sim.pid = -1;
	self->sim.control = -1;
}

FIXTURE_TEARDOWN(trap)
{
	fake_stop(&self->fake);
	station_end(&self->station);
	sim_stop(&self->sim);
}

/* A simulated board of that firmware, with further options. */
#define begin(firmware, options) do {					\
	ASSERT_EQ(0, sim_start_build(&self->sim, firmware, false, options)); \
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));	\
	ASSERT_EQ(0, station_attach(&self->station));			\
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP)); \
	ASSERT_EQ(0, station_attribute(&self->station,			\
				       "poll_interval_ms", "0"));	\
	self->fd = self->station.fd;					\
} while (0)

/* A board that does as it is told. */
#define begin_fake(profile) do {					\
	ASSERT_EQ(0, station_pty(&self->station));			\
	ASSERT_EQ(0, fake_start(&self->fake, profile,			\
				&self->station.master));		\
	ASSERT_EQ(0, station_attach(&self->station));			\
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP)); \
	ASSERT_EQ(0, station_attribute(&self->station,			\
				       "poll_interval_ms", "0"));	\
	self->fd = self->station.fd;					\
	station_drain(self->fd);					\
} while (0)

#define state_of(key, base)	sim_number(&self->sim, "state", key, base)
#define runs_of(mnemonic)	sim_count(&self->sim, mnemonic)
#define call(request, ...) \
	station_call(self->fd, OPENEVSE_##request, &(__VA_ARGS__))
#define feature(id, on) \
	((struct openevse_feature){ OPENEVSE_FEATURE_##id, on })

/* --- SC --- */

/* Failure case 25: another current than was asked for, and $NK. */
/* Refused, and done all the same, though another value. */
TEST_F_TIMEOUT(trap, sc_clamps_and_says_nk, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 40000, .flags = OPENEVSE_CAPACITY_SAVE,
	};

	begin("8.2.3.EU", "");
	EXPECT_EQ(-EREMOTEIO, call(SET_CURRENT_CAPACITY, capacity));
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	EXPECT_EQ(32000, capacity.result_ma);
	EXPECT_EQ(32, state_of("offered", 10));
	EXPECT_EQ(32, state_of("saved", 10));
}

/* Failure case 25: 300 A would be 44 A, and OK. */
/* "SC 300" would be 44 A, and OK. */
TEST_F_TIMEOUT(trap, sc_300_is_never_sent, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 300000, .flags = OPENEVSE_CAPACITY_SAVE,
	};

	begin("3.11.3", "");
	EXPECT_EQ(-ERANGE, call(SET_CURRENT_CAPACITY, capacity));
	EXPECT_EQ(0, runs_of("SC"));
}

/* Failure case 44: too hot for more current. */
/* Too hot to raise the current is not "not built in". */
TEST_F_TIMEOUT(trap, sc_refused_by_heat, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 24000 };

	begin("5.0.1", "");
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot C"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state charging 30000"));
	ASSERT_EQ(0, sim_tell(&self->sim, "temp 690"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait offered <16 30000"));
	EXPECT_EQ(-EREMOTEIO, call(SET_CURRENT_CAPACITY, capacity));
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	/* Less and less, while it stays hot. */
	EXPECT_LT(capacity.result_ma, 16000);
}

/* A saved current that the board has taken for 80 A; its answer does not come. */
#define begin_damaged(caller, asked) do {				\
	begin_fake(&fake_3_11_3);					\
	fake_rule(&self->fake, "SC", FAKE_SILENT, 1, NULL, 0);		\
	ASSERT_EQ(0, caller_start(caller, self->fd,			\
				  OPENEVSE_SET_CURRENT_CAPACITY, asked,	\
				  sizeof(*(asked))));			\
	ASSERT_TRUE(fake_wait(&self->fake, "SC", 0, 1));		\
	self->fake.is.amps = 80;					\
} while (0)

/* Failure case 7: taken for 80 A, and nobody waits for the answer. */
/*
 * "SC 10*3B" that has lost its '*' is 80 A, and somebody presses Ctrl-C before the
 * answer: the current must not stand, whoever waits.
 */
TEST_F_TIMEOUT(trap, sc_damaged_and_interrupted, TEST_SECONDS)
{
	static const struct openevse_current_capacity asked = {
		.capacity_ma = 10000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_current_capacity *capacity;
	struct caller caller;

	begin_damaged(&caller, &asked);
	EXPECT_EQ(0, caller_interrupt(&caller));
	EXPECT_EQ(10, self->fake.is.amps);
	capacity = (void *)caller.argument;
	EXPECT_EQ(10000, capacity->result_ma);
}

/*
 * The same where somebody else waits to ask what it offers: that question serves
 * both, and is not given up for the signal that its other caller would.
 */
TEST_F_TIMEOUT(trap, sc_damaged_and_interrupted_in_company, TEST_SECONDS)
{
	static const struct openevse_current_capacity asked = {
		.capacity_ma = 24000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct caller caller, other;

	begin_damaged(&caller, &asked);
	ASSERT_EQ(0, caller_start(&other, self->fd, OPENEVSE_GET_SETTINGS, NULL, 0));
	ASSERT_TRUE(caller_waits(&other));
	EXPECT_EQ(0, caller_interrupt(&caller));
	EXPECT_EQ(24, self->fake.is.amps);
	EXPECT_EQ(0, caller_end(&other));
}

/* "SC n M": with a privilege, and once for all. */
TEST_F_TIMEOUT(trap, sc_m_once, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 32000 };

	begin("8.2.3", "");
	capacity.flags = OPENEVSE_CAPACITY_SAVE;
	EXPECT_EQ(-EINVAL, call(SET_CURRENT_CAPACITY_MAX, capacity));
	capacity.flags = 0;
	capacity.capacity_ma = 5000;
	EXPECT_EQ(-ERANGE, call(SET_CURRENT_CAPACITY_MAX, capacity));
	EXPECT_EQ(0, runs_of("SC"));
	capacity.capacity_ma = 32000;
	EXPECT_EQ(0, call(SET_CURRENT_CAPACITY_MAX, capacity));
	EXPECT_EQ(32000, capacity.result_ma);
	EXPECT_EQ(1, runs_of("SC"));
	EXPECT_EQ(32, state_of("max", 10));
	/* Another one is refused, with the word that it is. */
	capacity.capacity_ma = 20000;
	EXPECT_EQ(-EREMOTEIO, call(SET_CURRENT_CAPACITY_MAX, capacity));
	EXPECT_EQ(32000, capacity.result_ma);
	EXPECT_EQ(32, state_of("max", 10));
	ASSERT_EQ(0, drop_capability(CAP_SYS_ADMIN));
	EXPECT_EQ(-EPERM, call(SET_CURRENT_CAPACITY_MAX, capacity));
	EXPECT_EQ(2, runs_of("SC"));
}

/* Its answer is lost: it is not sent a second time. */
TEST_F_TIMEOUT(trap, sc_m_is_not_repeated, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 32000 };
	char text[FAKE_TEXT_MAX];

	begin_fake(&fake_8_2_3);
	fake_rule(&self->fake, "SC", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, call(SET_CURRENT_CAPACITY_MAX, capacity));
	EXPECT_EQ(1, fake_count(&self->fake, "SC", 0));
	fake_last(&self->fake, "SC", text);
	EXPECT_STREQ("SC 32 M", text);
}

/* --- negative numbers --- */

/* Failure case 26: a negative offset is read as another number. */
/* "-10" is read as -290 from 3.8.0 to 8.x. */
TEST_F_TIMEOUT(trap, negative_offset, TEST_SECONDS)
{
	struct openevse_meter_settings meter = { 220, -10 }, seen;

	begin("8.2.3", "");
	EXPECT_EQ(-ERANGE, call(SET_AMMETER_SETTINGS, meter));
	EXPECT_EQ(0, runs_of("SA"));
	ASSERT_EQ(0, call(GET_AMMETER_SETTINGS, seen));
	EXPECT_EQ(0, seen.offset);
}

/* Failure case 26: it is sent where the firmware can read it. */
TEST_F_TIMEOUT(trap, negative_offset_of_firmware_9, TEST_SECONDS)
{
	struct openevse_meter_settings meter = { 220, -10 }, seen;

	begin("9.2.0", "--without bootlock");
	EXPECT_EQ(0, call(SET_AMMETER_SETTINGS, meter));
	ASSERT_EQ(0, call(GET_AMMETER_SETTINGS, seen));
	EXPECT_EQ(-10, seen.offset);
}

/* --- SK --- */

/* Failure case 24: $SK alone ruins the energy counter. */
/* Without its argument it would write what lies around in memory. */
TEST_F_TIMEOUT(trap, sk_always_with_its_argument, TEST_SECONDS)
{
	struct openevse_raw raw = { .command = "SK" };

	begin("3.11.3", "");
	EXPECT_EQ(-EINVAL, call(RAW, raw));
	EXPECT_EQ(0, runs_of("SK"));
	EXPECT_EQ(0, call(SET_ACCUMULATED_WH,
			  (struct openevse_accumulated_wh){ 123456 }));
	EXPECT_EQ(123456, state_of("total_wh", 10));
	EXPECT_EQ(0, call(SET_ACCUMULATED_WH,
			  (struct openevse_accumulated_wh){ 0 }));
	EXPECT_EQ(0, state_of("total_wh", 10));
}

/* --- echo --- */

/* Any "FF E" switches it on until the board restarts. */
TEST_F_TIMEOUT(trap, ff_e_is_unreachable, TEST_SECONDS)
{
	static const char *const spellings[] = {
		"FF E 0", "FF E 1", "FF E", "FF  E 0", "FF EE 1", "SE 1",
	};
	struct openevse_feature wish = { 0 };
	struct openevse_raw raw;
	size_t i;

	begin("8.2.3", "");
	for (i = 0; i < ARRAY_SIZE(spellings); i++) {
		memset(&raw, 0, sizeof(raw));
		strcpy(raw.command, spellings[i]);
		EXPECT_EQ(-EINVAL, call(RAW, raw));
	}
	for (wish.feature = 0; wish.feature < 1000; wish.feature++) {
		if (wish.feature >= OPENEVSE_FEATURE_DIODE_CHECK &&
		    wish.feature <= OPENEVSE_FEATURE_CABLE_TEMPERATURE_CHECK)
			continue;
		wish.enabled = wish.feature & 1;
		EXPECT_EQ(-EINVAL, call(SET_FEATURE, wish));
	}
	EXPECT_EQ(-EOPNOTSUPP, call(SET_ECHO, (struct openevse_switch){ 0 }));
	EXPECT_EQ(-EOPNOTSUPP, call(SET_ECHO, (struct openevse_switch){ 1 }));
	EXPECT_EQ(0, runs_of("FF"));
	EXPECT_EQ(0, runs_of("SE"));
}

/* Failure case 20: a real firmware in echo mode. */
/* Until 3.0.1 it can be switched, and everything goes on. */
TEST_F_TIMEOUT(trap, se_and_the_session_survives, TEST_SECONDS)
{
	struct openevse_settings settings;
	struct openevse_info info;
	int i;

	begin("D4.6.0", "");
	EXPECT_EQ(0, call(SET_ECHO, (struct openevse_switch){ 1 }));
	ASSERT_EQ(0, call(GET_INFO, info));
	EXPECT_NE(0, info.flags & OPENEVSE_INFO_ECHO);
	for (i = 0; i < 10; i++) {
		EXPECT_EQ(0, call(GET_SETTINGS, settings));
		EXPECT_EQ(state_of("flags", 16), settings.flags);
		EXPECT_EQ(0, call(SET_FEATURE, feature(DIODE_CHECK, i & 1)));
	}
	EXPECT_EQ(0, call(SET_ECHO, (struct openevse_switch){ 0 }));
	ASSERT_EQ(0, call(GET_INFO, info));
	EXPECT_EQ(0, info.flags & OPENEVSE_INFO_ECHO);
	EXPECT_EQ(0, call(GET_SETTINGS, settings));
	EXPECT_EQ(0, station_stats(self->fd).timeouts);
}

/* --- heartbeat --- */

/* From 66 s on the board's clock overflows: it trips within a second. */
TEST_F_TIMEOUT(trap, sy_at_most_60_s, TEST_SECONDS)
{
	struct openevse_heartbeat heartbeat = { 61, 6000 };

	begin("8.2.3", "");
	EXPECT_EQ(-ERANGE, call(SET_HEARTBEAT, heartbeat));
	heartbeat.interval_s = 100;
	EXPECT_EQ(-ERANGE, call(SET_HEARTBEAT, heartbeat));
	heartbeat.interval_s = 60;
	heartbeat.current_ma = 5000;
	EXPECT_EQ(-ERANGE, call(SET_HEARTBEAT, heartbeat));
	EXPECT_EQ(0, runs_of("SY"));
	heartbeat.current_ma = 6000;
	EXPECT_EQ(0, call(SET_HEARTBEAT, heartbeat));
	EXPECT_EQ(60, state_of("heartbeat", 10));
}

/* Failure case 43: a missed heartbeat limits the current. */
/* Acknowledged, the firmware goes to its saved current: 12 A became 24. */
TEST_F_TIMEOUT(trap, sy_acknowledged, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 12000 };
	struct openevse_heartbeat heartbeat = { 1, 6000 };

	begin("8.2.3", "");
	ASSERT_EQ(0, call(SET_CURRENT_CAPACITY, capacity));
	ASSERT_EQ(0, call(SET_HEARTBEAT, heartbeat));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait heartbeat_trigger 2 30000"));
	EXPECT_EQ(6, state_of("offered", 10));
	/* Alive again, but limited until somebody says so. */
	EXPECT_EQ(-EREMOTEIO, call(HEARTBEAT_PULSE, heartbeat));
	EXPECT_EQ(OPENEVSE_HEARTBEAT_LIMITED, heartbeat.missed);
	EXPECT_EQ(1, heartbeat.interval_s);
	/* Less than the board can offer: not even acknowledged. */
	capacity.capacity_ma = 5000;
	EXPECT_EQ(-ERANGE, call(HEARTBEAT_ACKNOWLEDGE, capacity));
	EXPECT_EQ(2, state_of("heartbeat_trigger", 10));
	capacity.capacity_ma = 12000;
	EXPECT_EQ(0, call(HEARTBEAT_ACKNOWLEDGE, capacity));
	EXPECT_EQ(12000, capacity.result_ma);
	EXPECT_GE(12, state_of("offered", 10));
}

/* The same when the supervision ends. */
TEST_F_TIMEOUT(trap, sy_off_while_limited, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 12000 };
	struct openevse_heartbeat heartbeat = { 1, 6000 };

	begin("8.2.3", "");
	ASSERT_EQ(0, call(SET_CURRENT_CAPACITY, capacity));
	ASSERT_EQ(0, call(SET_HEARTBEAT, heartbeat));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait heartbeat_trigger 2 30000"));
	heartbeat = (struct openevse_heartbeat){ 0, 6000 };
	EXPECT_EQ(0, call(SET_HEARTBEAT, heartbeat));
	EXPECT_EQ(0, state_of("heartbeat", 10));
	EXPECT_EQ(6, state_of("offered", 10));
}

/* Once missed is enough for that, though it is forgiven long since. */
TEST_F_TIMEOUT(trap, sy_off_after_a_miss, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 12000 };
	struct openevse_heartbeat heartbeat = { 3, 6000 };

	begin("8.2.3", "");
	ASSERT_EQ(0, call(SET_CURRENT_CAPACITY, capacity));
	ASSERT_EQ(0, call(SET_HEARTBEAT, heartbeat));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait heartbeat_trigger 2 30000"));
	capacity.capacity_ma = 12000;
	ASSERT_EQ(0, call(HEARTBEAT_ACKNOWLEDGE, capacity));
	heartbeat = (struct openevse_heartbeat){ 0, 6000 };
	EXPECT_EQ(0, call(SET_HEARTBEAT, heartbeat));
	EXPECT_EQ(0, state_of("heartbeat", 10));
	EXPECT_GE(12, state_of("offered", 10));
}

/* --- FC --- */

/* Mnemonics that had another life are sent only where they mean this. */
TEST_F_TIMEOUT(trap, fc_wipes_the_energy, TEST_SECONDS)
{
	struct openevse_energy energy;

	begin("9.2.0", "--without bootlock");
	ASSERT_EQ(0, call(SET_ACCUMULATED_WH,
			  (struct openevse_accumulated_wh){ 5000 }));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_CLEAR_COUNTERS, NULL));
	ASSERT_EQ(0, call(GET_ENERGY, energy));
	EXPECT_EQ(0, energy.total_wh);
	ASSERT_EQ(0, drop_capability(CAP_SYS_ADMIN));
	EXPECT_EQ(-EPERM, station_call(self->fd, OPENEVSE_CLEAR_COUNTERS, NULL));
	EXPECT_EQ(1, runs_of("FC"));
}

/* "SV 240000" would mean "vent check on", "SV 1" one millivolt. */
TEST_F_TIMEOUT(trap, two_lives, TEST_SECONDS)
{
	begin("D4.6.0", "");
	EXPECT_EQ(-EOPNOTSUPP, call(SET_VOLTAGE,
				    (struct openevse_voltage){ 240000 }));
	EXPECT_EQ(-EOPNOTSUPP, call(SET_RELAY, (struct openevse_relay){
				    OPENEVSE_RELAY_DC1, 0 }));
	EXPECT_EQ(-EOPNOTSUPP,
		  station_call(self->fd, OPENEVSE_CLEAR_COUNTERS, NULL));
	EXPECT_EQ(0, runs_of("SV"));
	EXPECT_EQ(0, runs_of("SR"));
	EXPECT_EQ(0, call(SET_FEATURE, feature(VENT_CHECK, 0)));
	EXPECT_EQ(1, runs_of("SV"));
}

TEST_F_TIMEOUT(trap, two_lives_later, TEST_SECONDS)
{
	begin("9.2.0", "--without bootlock");
	EXPECT_EQ(0, call(SET_FEATURE, feature(VENT_CHECK, 0)));
	EXPECT_EQ(0, call(SET_FEATURE, feature(STUCK_RELAY_CHECK, 0)));
	EXPECT_EQ(0, runs_of("SV"));
	EXPECT_EQ(0, runs_of("SR"));
	EXPECT_EQ(0, call(SET_VOLTAGE, (struct openevse_voltage){ 223576 }));
	EXPECT_EQ(223576, state_of("mv", 10));
}

/* --- replies --- */

/* Failure case 39: raw bytes in a reply. */
TEST_F_TIMEOUT(trap, gi_raw_bytes, TEST_SECONDS)
{
	static const unsigned char id[] = {
		0xf5, 0x01, 0x0c, 0x94, 0xf5, 0x01, 0x0c, 0x94, 0xf5, 0x01,
	};
	struct openevse_mcu_id seen;

	begin("8.2.3", "");
	ASSERT_EQ(0, call(GET_MCU_ID, seen));
	ASSERT_EQ(sizeof(id), seen.len);
	EXPECT_EQ(0, memcmp(id, seen.id, sizeof(id)));
}

TEST_F_TIMEOUT(trap, gi_hexadecimal, TEST_SECONDS)
{
	struct openevse_mcu_id seen;

	begin("9.2.0.SAMD", "--without bootlock");
	ASSERT_EQ(0, call(GET_MCU_ID, seen));
	EXPECT_EQ(16, seen.len);
	EXPECT_EQ(0x0c, seen.id[0]);
	EXPECT_EQ(0x01, seen.id[15]);
}

/* "a" is ten, and "10" is sixteen. */
TEST_F_TIMEOUT(trap, gf_hex_without_padding, TEST_SECONDS)
{
	struct openevse_fault_counters counters;

	begin_fake(&fake_4_6_0);
	fake_rule(&self->fake, "GF", FAKE_TEXT, 1, "OK a 10 ff", 0);
	ASSERT_EQ(0, call(GET_FAULT_COUNTERS, counters));
	EXPECT_EQ(10, counters.gfci);
	EXPECT_EQ(16, counters.no_ground);
	EXPECT_EQ(255, counters.stuck_relay);
}

/* Failure case 28: the state is decimal, or hexadecimal. */
/* In two tokens decimal, too hot; in four hexadecimal, no proximity pilot. */
TEST_F_TIMEOUT(trap, gs_state_10, TEST_SECONDS)
{
	struct openevse_state state;

	begin_fake(&fake_4_6_0);
	fake_rule(&self->fake, "GS", FAKE_TEXT, 1, "OK 10 0", 0);
	ASSERT_EQ(0, call(GET_STATE, state));
	EXPECT_EQ(OPENEVSE_STATE_OVER_TEMPERATURE, state.state);
	fake_rule(&self->fake, "GS", FAKE_TEXT, 1, "OK 10 0 01 0200", 0);
	ASSERT_EQ(0, call(GET_STATE, state));
	EXPECT_EQ(OPENEVSE_STATE_PP_MISSING, state.state);
}

/* Failure case 45: $NK, and the values behind it. */
/* Refused, says firmware before D6.2.1, and gives the values all the same. */
TEST_F_TIMEOUT(trap, gy_nk_with_values, TEST_SECONDS)
{
	struct openevse_heartbeat heartbeat = { 50, 6000 };
	struct openevse_capability capability = {
		.request = OPENEVSE_GET_HEARTBEAT,
	};

	begin("D6.2.0", "");
	EXPECT_EQ(0, call(GET_CAPABILITY, capability));
	EXPECT_EQ(OPENEVSE_SUPPORT_YES, capability.support);
	EXPECT_EQ(0, call(SET_HEARTBEAT, heartbeat));
	memset(&heartbeat, 0, sizeof(heartbeat));
	EXPECT_EQ(0, call(GET_HEARTBEAT, heartbeat));
	EXPECT_EQ(50, heartbeat.interval_s);
	EXPECT_EQ(6000, heartbeat.current_ma);
}

/* Failure case 23: OK to a command that it has not got. */
/* From 3.8.0 to 3.11.3 OK is the answer to every command with an S. */
TEST_F_TIMEOUT(trap, ok_and_nothing_done, TEST_SECONDS)
{
	begin("3.11.3", "--without limits --without advpwr --without rgb");
	EXPECT_EQ(-EOPNOTSUPP, call(SET_TIME_LIMIT,
				    (struct openevse_time_limit){ 120 }));
	EXPECT_EQ(-EREMOTEIO, call(SET_FEATURE, feature(GROUND_CHECK, 0)));
	EXPECT_EQ(-EREMOTEIO, call(SET_FEATURE, feature(RGB_LCD, 0)));
	EXPECT_EQ(0, state_of("flags", 16) & 0x0108);
}

/* Failure case 32: refused in this state, and not for ever. */
/* No vehicle: refused now, which is not "never". */
TEST_F_TIMEOUT(trap, limit_refused_by_state, TEST_SECONDS)
{
	begin("5.0.1", "");
	EXPECT_EQ(-EREMOTEIO, call(SET_TIME_LIMIT,
				   (struct openevse_time_limit){ 120 }));
	EXPECT_EQ(-EREMOTEIO, call(SET_CHARGE_LIMIT,
				   (struct openevse_charge_limit){ 10000 }));
	ASSERT_EQ(0, sim_vehicle(&self->sim, true));
	EXPECT_EQ(0, call(SET_TIME_LIMIT, (struct openevse_time_limit){ 120 }));
	EXPECT_EQ(0, call(SET_CHARGE_LIMIT,
			  (struct openevse_charge_limit){ 10000 }));
}

/* In 4.0.1 and 5.0.0 a limit counts from when it is set: again is more. */
TEST_F_TIMEOUT(trap, limit_set_again, TEST_SECONDS)
{
	struct openevse_time_limit limit = { 120 };

	begin("5.0.1", "");
	ASSERT_EQ(0, sim_vehicle(&self->sim, true));
	EXPECT_EQ(0, call(SET_TIME_LIMIT, limit));
	EXPECT_EQ(0, call(SET_TIME_LIMIT, limit));
	EXPECT_EQ(2, runs_of("S3"));
	limit.minutes = 0;
	EXPECT_EQ(0, call(SET_TIME_LIMIT, limit));
	EXPECT_EQ(0, call(SET_TIME_LIMIT, limit));
	EXPECT_EQ(3, runs_of("S3"));
}

/* A third word is refused before firmware 4.2, whatever its version is called. */
TEST_F_TIMEOUT(trap, sc_v_before_firmware_4_2, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 12000 };

	begin("D4.1.0", "--without reply-checksum");
	EXPECT_EQ(-EOPNOTSUPP, call(SET_CURRENT_CAPACITY, capacity));
	EXPECT_EQ(0, runs_of("SC"));
}

/* Failure case 34: builds that tell an older version have -2560, too. */
/* Builds of firmware 5 with an older version say -2560 as all of it does. */
TEST_F_TIMEOUT(trap, no_sensor_in_an_odd_build, TEST_SECONDS)
{
	struct openevse_temperature temperature;

	begin("5.0.1", "--without ff --without ids");
	ASSERT_EQ(0, call(GET_TEMPERATURE, temperature));
	EXPECT_EQ(OPENEVSE_TEMPERATURE_HAS_DS3231, temperature.valid);
	EXPECT_EQ(0, temperature.mcp9808_mc | temperature.tmp007_mc);
}

/* Failure case 10: builds with a longer buffer take longer frames. */
/* The longer frame, where nobody has asked for the sensors yet. */
TEST_F_TIMEOUT(trap, sn_first_of_all, TEST_SECONDS)
{
	struct openevse_cable_sensor sensor = {
		3, 2, 65535, 6000, -200000, 150000,
	};

	begin("9.2.0", "--without bootlock --with cable-temperature");
	EXPECT_EQ(0, call(SET_CABLE_SENSOR, sensor));
	EXPECT_EQ(1, runs_of("SN"));
}

/* A "no" that may be noise is not taken for good. */
TEST_F_TIMEOUT(trap, nk_may_be_noise, TEST_SECONDS)
{
	struct openevse_time time = { 2028, 2, 29, 12, 0, 0 };
	struct openevse_energy energy;

	begin_fake(&fake_3_11_3);
	fake_rule(&self->fake, "GT", FAKE_TEXT, FAKE_FOR_EVER,
		  "OK 28 2 29 12 0 0", 0);
	/* Sent once, so there is no second try to tell by. */
	fake_rule(&self->fake, "S1", FAKE_TEXT, 1, "NK", 0);
	EXPECT_EQ(-EREMOTEIO, call(SET_TIME, time));
	fake_rule(&self->fake, "S1", FAKE_TEXT, 1, "OK", 0);
	EXPECT_EQ(0, call(SET_TIME, time));
	/* What has worked is not forgotten for three of them. */
	ASSERT_EQ(0, call(GET_ENERGY, energy));
	fake_rule(&self->fake, "GU", FAKE_TEXT, 3, "NK", 0);
	EXPECT_EQ(-EBADMSG, call(GET_ENERGY, energy));
	EXPECT_EQ(0, call(GET_ENERGY, energy));
}

/* The display shows a hard fault, and nothing else; or there is none. */
TEST_F_TIMEOUT(trap, fp_in_hard_fault, TEST_SECONDS)
{
	struct openevse_display_text text = { 0, 0, "HELLO" };

	begin("8.2.3", "");
	ASSERT_EQ(0, sim_tell(&self->sim, "relay stuck"));
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot C"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait relay closed 30000"));
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot A"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state stuck-relay 30000"));
	EXPECT_EQ(-EREMOTEIO, call(DISPLAY_TEXT, text));
	EXPECT_EQ(-EREMOTEIO, call(DISPLAY_TEXT, text));
}

TEST_F_TIMEOUT(trap, fp_without_display, TEST_SECONDS)
{
	struct openevse_display_text text = { 0, 0, "HELLO" };

	begin("9.2.0", "--without bootlock");
	EXPECT_EQ(-EOPNOTSUPP, call(DISPLAY_TEXT, text));
}

/* --- text --- */

/* Failure case 22: a text of many words has many tokens. */
/* Many spaces are many tokens: more than one command takes. */
TEST_F_TIMEOUT(trap, fp_with_many_spaces, TEST_SECONDS)
{
	static const char *const texts[] = {
		"a b c d e f g h ", "                ", "x              y",
		":",
	};
	struct openevse_display_text text = { 0 };
	size_t i;

	begin("8.2.3", "");
	for (i = 0; i < 3; i++) {
		strcpy(text.text, texts[i]);
		EXPECT_EQ(0, call(DISPLAY_TEXT, text));
		ASSERT_EQ(0, sim_tell(&self->sim, "lcd"));
		EXPECT_NE(NULL, strstr(self->sim.answer, texts[i])) {
			TH_LOG("\"%s\": %s", texts[i], self->sim.answer);
		}
	}
	strcpy(text.text, texts[3]);
	EXPECT_EQ(-EINVAL, call(DISPLAY_TEXT, text));
	strcpy(text.text, "17 characters ...");
	EXPECT_EQ(-ERANGE, call(DISPLAY_TEXT, text));
	strcpy(text.text, "two");
	text.x = 14;
	EXPECT_EQ(-ERANGE, call(DISPLAY_TEXT, text));
	text.x = 13;
	text.y = 1;
	EXPECT_EQ(0, call(DISPLAY_TEXT, text));
}

/* --- clock --- */

/* Failure case 33: without a clock chip it says OK to being set. */
TEST_F_TIMEOUT(trap, clock_that_is_not_there, TEST_SECONDS)
{
	struct openevse_time time = { 2028, 2, 29, 23, 59, 58 };

	begin("8.2.3", "");
	EXPECT_EQ(0, call(SET_TIME, time));
	time.day = 30;
	EXPECT_EQ(-ERANGE, call(SET_TIME, time));
	time.year = 2027;
	time.day = 29;
	EXPECT_EQ(-ERANGE, call(SET_TIME, time));
	/* It says OK without a clock, too. */
	ASSERT_EQ(0, sim_tell(&self->sim, "clock absent"));
	time.year = 2028;
	EXPECT_EQ(-ENODATA, call(SET_TIME, time));
	EXPECT_EQ(1, runs_of("S1"));
}

/* A chip that has lost its battery shows nonsense: it can be set. */
TEST_F_TIMEOUT(trap, clock_that_shows_nonsense, TEST_SECONDS)
{
	struct openevse_time time = { 2028, 2, 29, 12, 0, 0 }, seen;

	begin_fake(&fake_3_11_3);
	fake_rule(&self->fake, "GT", FAKE_TEXT, 2, "OK 0 0 0 27 0 0", 0);
	EXPECT_EQ(-ENODATA, call(GET_TIME, seen));
	fake_rule(&self->fake, "S1", FAKE_TEXT, 1, "OK", 0);
	fake_rule(&self->fake, "GT", FAKE_TEXT, FAKE_FOR_EVER,
		  "OK 28 2 29 12 0 1", 0);
	EXPECT_EQ(0, call(SET_TIME, time));
	EXPECT_EQ(1, fake_count(&self->fake, "S1", 0));
}

/* --- versions --- */

static const struct fake_profile odd_profiles[] = {
	{ .firmware = "8.2.3", .protocol = "5.2.1-LGT", .rapi = 0x050201,
	  .limit = 31, .checksums = true, .ids = true, .modern = true },
	{ .firmware = "D4.10.2", .protocol = "4.0.1", .rapi = 0x040001,
	  .limit = 31, .checksums = true, .ids = true },
	{ .firmware = "8.2.3.EU", .protocol = "5.2.1", .rapi = 0x050201,
	  .limit = 31, .checksums = true, .ids = true, .modern = true },
	{ .firmware = "9.2.0.core.lcd", .protocol = "6.0.0", .rapi = 0x060000,
	  .limit = 31, .checksums = true, .ids = true, .modern = true },
};

/* Letters before and words behind the numbers are part of the name. */
TEST_F_TIMEOUT(trap, version_texts, TEST_SECONDS)
{
	struct openevse_version version;
	struct openevse_info info;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(odd_profiles); i++) {
		begin_fake(&odd_profiles[i]);
		ASSERT_EQ(0, call(GET_INFO, info));
		EXPECT_EQ(odd_profiles[i].rapi, info.rapi);
		ASSERT_EQ(0, call(GET_VERSION, version));
		EXPECT_STREQ(odd_profiles[i].firmware, version.firmware);
		EXPECT_STREQ(odd_profiles[i].protocol, version.protocol);
		EXPECT_STREQ(odd_profiles[i].firmware, info.firmware);
		fake_stop(&self->fake);
		station_end(&self->station);
	}
}

/* --- what can be known before anyone tries --- */

#define expect_support(request_, item_, support_) do {			\
	struct openevse_capability _capability = {			\
		.request = OPENEVSE_##request_, .item = item_,		\
	};								\
									\
	EXPECT_EQ(0, call(GET_CAPABILITY, _capability));		\
	EXPECT_EQ(OPENEVSE_SUPPORT_##support_, _capability.support) {	\
		TH_LOG(#request_);					\
	}								\
} while (0)

TEST_F_TIMEOUT(trap, capabilities, TEST_SECONDS)
{
	struct openevse_capability capability = { 0 };
	long frames, runs;

	begin("8.2.3", "");
	expect_support(GET_INFO, 0, YES);
	expect_support(GET_CLIENT, 0, YES);
	expect_support(RAW, 0, YES);
	expect_support(SET_CURRENT_CAPACITY, 0, YES);
	expect_support(SET_CURRENT_CAPACITY, OPENEVSE_CAPACITY_SAVE, YES);
	expect_support(DISABLE, 0, YES);
	expect_support(GET_FEATURE, OPENEVSE_FEATURE_BUTTON, YES);
	expect_support(GET_FEATURE, OPENEVSE_FEATURE_BOOT_LOCK, NO);
	expect_support(SET_RELAY, OPENEVSE_RELAY_AC, NO);
	/* Not built into 8.2.3, as its getter shows; into others it is. */
	expect_support(SET_TIME_LIMIT, 0, NO);
	expect_support(SET_AUTH_LOCK, 0, NO);
	expect_support(SET_HEARTBEAT, 0, YES);
	expect_support(SET_ACCUMULATED_WH, 0, YES);
	/* It has no getter that would tell. */
	expect_support(SET_LCD_BACKLIGHT_COLOR, 0, UNTRIED);
	EXPECT_EQ(0, call(SET_LCD_BACKLIGHT_COLOR,
			  (struct openevse_lcd_backlight_color){ 1 }));
	expect_support(SET_LCD_BACKLIGHT_COLOR, 0, YES);
	expect_support(CLEAR_BOOT_LOCK, 0, UNTRIED);
	EXPECT_EQ(-EOPNOTSUPP,
		  station_call(self->fd, OPENEVSE_CLEAR_BOOT_LOCK, NULL));
	expect_support(CLEAR_BOOT_LOCK, 0, NO);
	/* Nothing was set by asking, and what is known is not asked again. */
	runs = runs_of("S3") + runs_of("S4") + runs_of("SY") + runs_of("SK");
	EXPECT_EQ(0, runs);
	frames = sim_number(&self->sim, "stats", "frames", 10);
	expect_support(SET_TIME_LIMIT, 0, NO);
	expect_support(SET_AUTH_LOCK, 0, NO);
	EXPECT_EQ(frames, sim_number(&self->sim, "stats", "frames", 10));

	capability.request = OPENEVSE_SET_FEATURE;
	capability.item = OPENEVSE_FEATURE_DIODE_CHECK;
	ASSERT_EQ(0, call(GET_CAPABILITY, capability));
	EXPECT_STREQ("FF D", capability.command);
	EXPECT_EQ(0, capability.min);
	EXPECT_EQ(1, capability.max);
	EXPECT_EQ(OPENEVSE_CAPABILITY_CONTROL | OPENEVSE_CAPABILITY_PROTECTS |
		  OPENEVSE_CAPABILITY_EEPROM | OPENEVSE_CAPABILITY_PROVEN,
		  capability.flags);
	capability.request = OPENEVSE_SET_CURRENT_CAPACITY_MAX;
	capability.item = 0;
	ASSERT_EQ(0, call(GET_CAPABILITY, capability));
	EXPECT_EQ(6000, capability.min);
	EXPECT_EQ(80000, capability.max);
	EXPECT_EQ(1000, capability.step);
	EXPECT_EQ(OPENEVSE_CAPABILITY_CONTROL | OPENEVSE_CAPABILITY_PRIVILEGED |
		  OPENEVSE_CAPABILITY_EEPROM | OPENEVSE_CAPABILITY_PROVEN |
		  OPENEVSE_CAPABILITY_ONCE, capability.flags);

	capability.request = OPENEVSE_SET_FEATURE;
	capability.item = 1000;
	EXPECT_EQ(-EINVAL, call(GET_CAPABILITY, capability));
	capability.request = 1;
	EXPECT_EQ(-EINVAL, call(GET_CAPABILITY, capability));
	capability.request = OPENEVSE_GET_INFO;
	capability.item = 1;
	EXPECT_EQ(-EINVAL, call(GET_CAPABILITY, capability));
	capability.item = 0;
	capability.reserved[3] = 1;
	EXPECT_EQ(-EINVAL, call(GET_CAPABILITY, capability));
}

/* Failure case 15: what was known of the board may be wrong now. */
/* Forgotten with a restart: it may be another firmware by then. */
TEST_F_TIMEOUT(trap, remembered_until_it_restarts, TEST_SECONDS)
{
	struct openevse_event event;

	begin("8.2.3", "");
	EXPECT_EQ(-EOPNOTSUPP, call(GET_AUTH_LOCK, (struct openevse_switch){ 0 }));
	expect_support(GET_AUTH_LOCK, 0, NO);
	station_drain(self->fd);
	ASSERT_EQ(0, sim_tell(&self->sim, "reset"));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT, &event));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	EXPECT_EQ(-EOPNOTSUPP, call(GET_AUTH_LOCK, (struct openevse_switch){ 0 }));
	EXPECT_EQ(0, runs_of("G4"));
	EXPECT_EQ(2, sim_number(&self->sim, "stats", "refused", 10));
}

/* --- rights --- */

/* Protections go off with a privilege, and on without. */
TEST_F_TIMEOUT(trap, protections, TEST_SECONDS)
{
	static const unsigned int ids[] = {
		OPENEVSE_FEATURE_DIODE_CHECK, OPENEVSE_FEATURE_VENT_CHECK,
		OPENEVSE_FEATURE_GROUND_CHECK,
		OPENEVSE_FEATURE_STUCK_RELAY_CHECK, OPENEVSE_FEATURE_GFCI_TEST,
		OPENEVSE_FEATURE_TEMPERATURE_CHECK,
		OPENEVSE_FEATURE_OVER_CURRENT_CHECK,
		OPENEVSE_FEATURE_BOOT_LOCK,
		OPENEVSE_FEATURE_CABLE_TEMPERATURE_CHECK,
	};
	struct openevse_feature wish;
	long runs;
	size_t i;

	begin("9.2.0", "--without bootlock --with cable-temperature");
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		wish = (struct openevse_feature){ ids[i], 0 };
		EXPECT_EQ(0, call(SET_FEATURE, wish)) {
			TH_LOG("feature %u", ids[i]);
		}
	}
	runs = runs_of("FF");
	ASSERT_EQ(0, drop_capability(CAP_SYS_ADMIN));
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		wish = (struct openevse_feature){ ids[i], 0 };
		EXPECT_EQ(-EPERM, call(SET_FEATURE, wish)) {
			TH_LOG("feature %u", ids[i]);
		}
	}
	EXPECT_EQ(runs, runs_of("FF"));
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		wish = (struct openevse_feature){ ids[i], 1 };
		EXPECT_EQ(0, call(SET_FEATURE, wish)) {
			TH_LOG("feature %u", ids[i]);
		}
	}
	EXPECT_EQ(-EPERM, call(SET_FEATURE, feature(PP_AUTO_AMPACITY, 1)));
	EXPECT_EQ(0, call(SET_FEATURE, feature(ZERO_CROSS, 0)));
}

/* Each change is told, with who made it. */
TEST_F_TIMEOUT(trap, changes_are_told, TEST_SECONDS)
{
	struct openevse_event event;

	begin("8.2.3", "");
	station_drain(self->fd);
	ASSERT_EQ(0, call(SET_FEATURE, feature(BUTTON, 0)));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_SETTING, &event));
	EXPECT_EQ(OPENEVSE_SET_FEATURE, event.setting.request);
	EXPECT_EQ(OPENEVSE_FEATURE_BUTTON, event.setting.item);
	EXPECT_EQ(OPENEVSE_CHANGED_HAS_OLD | OPENEVSE_CHANGED_HAS_NEW,
		  event.setting.valid);
	EXPECT_EQ(1, event.setting.old_value);
	EXPECT_EQ(0, event.setting.new_value);
	EXPECT_EQ(getpid(), event.setting.pid);
	/* Nothing has changed. */
	ASSERT_EQ(0, call(SET_FEATURE, feature(BUTTON, 0)));
	EXPECT_EQ(1, runs_of("FF"));
	ASSERT_EQ(0, call(SET_TIMER, (struct openevse_timer){ 22, 30, 6, 15 }));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_SETTING, &event));
	EXPECT_EQ(OPENEVSE_SET_TIMER, event.setting.request);
	EXPECT_EQ(0, event.setting.valid);
	ASSERT_EQ(0, call(SET_TIMER, (struct openevse_timer){ 22, 30, 6, 15 }));
	EXPECT_EQ(1, runs_of("ST"));
}

TEST_HARNESS_MAIN
