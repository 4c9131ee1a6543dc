// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of driver/dialect.c in user space, meant to run under ASan and UBSan, and in
 * the kernel (tools/testing/modules):
 * replies of every firmware generation, versions as boards spell them, messages
 * by their shape, arguments that must not be sent.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dialect.h"

#include "../kselftest_harness.h"

#include "rounds.h"

#ifndef __KERNEL__
#include "recording.h"
#endif

/* A line parsed; the checksum is added where the test wants a checked one. */
static int parse(struct openevse_frame *frame, const char *line, bool checked)
{
	char whole[OPENEVSE_LINE_MAX + 8];
	u8 sum = 0;
	int i;

	for (i = 0; line[i]; i++)
		sum ^= line[i];
	snprintf(whole, sizeof(whole), checked ? "%s^%02X" : "%s", line, sum);
	return openevse_frame_parse(frame, (u8 *)whole, strlen(whole));
}

static int decode(u32 ioctl, const char *line, void *out)
{
	struct openevse_frame frame;
	int err = parse(&frame, line, false);

	return err ? err :
	       openevse_dialect_decode(openevse_dialect_find(ioctl, 0), &frame, out);
}

/* A session as the answer to $GV makes it; frames checked as the version says. */
static void make_session(struct openevse_session *session, const char *protocol)
{
	struct openevse_frame frame;
	char line[64];

	openevse_dialect_reset(session);
	snprintf(line, sizeof(line), "$OK 1.2.3 %s", protocol);
	parse(&frame, line, protocol[0] > '1');
	if (openevse_dialect_learn(session, &frame))
		session->rapi = 0;
}

/* --- versions --- */

static const struct {
	const char *firmware, *protocol;
	bool checked;
	int err;
	u32 rapi;
	u8 limit;
} version_rows[] = {
	{ "3.11.3", "1.0.3", false, 0, OPENEVSE_RAPI(1, 0, 3), 29 },
	{ "2.1.A2", "1.0.0", false, 0, OPENEVSE_RAPI(1, 0, 0), 29 },
	{ "2.1.A2", "1.0", false, 0, OPENEVSE_RAPI(1, 0, 0), 29 },
	{ "5.0.1", "1.0.5", false, 0, OPENEVSE_RAPI(1, 0, 5), 29 },
	{ "D4.0.0", "2.0.0", true, 0, OPENEVSE_RAPI(2, 0, 0), 29 },
	{ "D4.4.0", "2.0.3", true, 0, OPENEVSE_RAPI(2, 0, 3), 29 },
	{ "D4.6.0", "3.0.1", true, 0, OPENEVSE_RAPI(3, 0, 1), 31 },
	{ "4.12.3.EU", "4.0.1", true, 0, OPENEVSE_RAPI(4, 0, 1), 31 },
	{ "D7.1.1", "5.1.3", true, 0, OPENEVSE_RAPI(5, 1, 3), 31 },
	{ "8.2.3", "5.2.1", true, 0, OPENEVSE_RAPI(5, 2, 1), 31 },
	{ "8.2.3.EU", "5.2.1", true, 0, OPENEVSE_RAPI(5, 2, 1), 31 },
	{ "8.2.3.CGMI", "5.2.1", true, 0, OPENEVSE_RAPI(5, 2, 1), 31 },
	{ "8.2.3", "5.2.1-LGT", true, 0, OPENEVSE_RAPI(5, 2, 1), 31 },
	{ "9.2.0.core.lcd", "6.0.0", true, 0, OPENEVSE_RAPI(6, 0, 0), 31 },
	{ "9.2.0.SAMD", "6.0.0", true, 0, OPENEVSE_RAPI(6, 0, 0), 31 },
	/* A version and a checksum that do not belong together. */
	{ "8.2.3", "5.2.1", false, -EBADMSG, 0, 0 },
	{ "D4.0.0", "2.0.0", false, -EBADMSG, 0, 0 },
	{ "3.11.3", "1.0.3", true, -EBADMSG, 0, 0 },
	/* No version at all. */
	{ "8.2.3", "521", true, -EBADMSG, 0, 0 },
	{ "823", "5.2.1", true, -EBADMSG, 0, 0 },
	{ "8.2.3", ".", true, -EBADMSG, 0, 0 },
	{ "8.2.3", "0.0.0", true, -EBADMSG, 0, 0 },
	{ "8.2.3", "300.1.1", true, -EBADMSG, 0, 0 },
	{ "8.2.3", "99999999999999999.1", true, -EBADMSG, 0, 0 },
	{ "8.2.3", "x.y", true, -EBADMSG, 0, 0 },
	{ "8.2.3\x01", "5.2.1", true, -EBADMSG, 0, 0 },
	{ "8.2.3", "5.2.1\xff", true, -EBADMSG, 0, 0 },
	/* The last byte is the NUL's. */
	{ "1.345678901234567890123", "5.2.1", true, 0, OPENEVSE_RAPI(5, 2, 1), 31 },
	{ "1.3456789012345678901234", "5.2.1", true, -EBADMSG, 0, 0 },
};

TEST(versions)
{
	struct openevse_session session;
	struct openevse_frame frame;
	char line[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(version_rows); i++) {
		openevse_dialect_reset(&session);
		snprintf(line, sizeof(line), "$OK %s %s",
			 version_rows[i].firmware, version_rows[i].protocol);
		ASSERT_EQ(0, parse(&frame, line, version_rows[i].checked));
		EXPECT_EQ(version_rows[i].err,
			  openevse_dialect_learn(&session, &frame)) {
			TH_LOG("%s", line);
		}
		EXPECT_EQ(version_rows[i].rapi, session.rapi) {
			TH_LOG("%s", line);
		}
		if (version_rows[i].err)
			continue;
		EXPECT_EQ(version_rows[i].limit, session.frame_limit);
		EXPECT_EQ(version_rows[i].checked, session.reply_checksum);
		EXPECT_FALSE(session.sequence_ids);
		EXPECT_STREQ(version_rows[i].firmware, session.firmware);
		EXPECT_STREQ(version_rows[i].protocol, session.protocol);
	}
}

/* What is no answer to $GV leaves the session as it was. */
TEST(learn_nothing)
{
	static const char *const lines[] = {
		"$NK", "$NK 8.2.3 5.2.1", "$OK", "$OK 8.2.3", "$OK 8.2.3 5.2.1 1",
		"$OK 1 0", "$AB 00 8.2.3", "$GV", "$", "$OK 6 80", "$OK  5.2.1",
	};
	struct openevse_session session, before;
	struct openevse_frame frame;
	size_t i;

	make_session(&session, "5.2.1");
	ASSERT_EQ(OPENEVSE_RAPI(5, 2, 1), session.rapi);
	before = session;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		ASSERT_EQ(0, parse(&frame, lines[i], true));
		EXPECT_EQ(-EBADMSG, openevse_dialect_learn(&session, &frame));
		EXPECT_EQ(0, memcmp(&before, &session, sizeof(session)));
	}
}

/* Whose unchecked words count, and which. */
TEST(belief)
{
	static const struct {
		const char *protocol;
		bool bare, with_values, message;
	} rows[] = {
		{ "", false, false, false },
		{ "1.0.0", true, true, true },
		{ "1.0.3", true, true, true },
		{ "2.0.0", true, false, true },
		{ "2.0.1", false, false, false },
		{ "3.0.1", false, false, false },
		{ "5.2.1", false, false, false },
	};
	struct openevse_session session;
	struct openevse_frame frame;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].protocol[0])
			make_session(&session, rows[i].protocol);
		else
			openevse_dialect_reset(&session);
		parse(&frame, "$OK", false);
		EXPECT_EQ(rows[i].bare, openevse_dialect_believes(&session, &frame));
		parse(&frame, "$OK 1 0", false);
		EXPECT_EQ(rows[i].with_values,
			  openevse_dialect_believes(&session, &frame));
		parse(&frame, "$ST 03", false);
		EXPECT_EQ(rows[i].message,
			  openevse_dialect_believes(&session, &frame));
		parse(&frame, "$OK 1 0", true);
		EXPECT_TRUE(openevse_dialect_believes(&session, &frame));
		/* A version vouches for itself, whatever was there before. */
		parse(&frame, "$OK 3.11.3 1.0.3", false);
		EXPECT_TRUE(openevse_dialect_believes(&session, &frame));
		parse(&frame, "$OK 8.2.3 5.2.1", false);
		EXPECT_EQ(rows[i].with_values,
			  openevse_dialect_believes(&session, &frame));
	}
}

/* --- replies --- */

TEST(replies_state)
{
	static const struct {
		const char *line;
		int err;
		struct openevse_state state;
	} rows[] = {
		{ "$OK 1 0", 0, { 3, 1, 0, 0, 0, 0 } },
		{ "$OK 254 9", 0, { 3, 254, 0, 0, 9, 0 } },
		/* Over temperature in decimal, PP missing in hex. */
		{ "$OK 10 3", 0, { 3, 10, 0, 0, 3, 0 } },
		{ "$OK 10 3 01 0000", 0, { 15, 16, 1, 0, 3, 0 } },
		{ "$OK 0a 0 01 0282", 0, { 15, 10, 1, 0x282, 0, 0 } },
		{ "$OK fe 127 03 0540", 0, { 15, 0xfe, 3, 0x540, 127, 0 } },
		{ "$OK 19 0 00 ffff", 0, { 15, 0x19, 0, 0xffff, 0, 0 } },
		{ "$OK 3 2147483647", 0, { 3, 3, 0, 0, 2147483647, 0 } },
		{ "$OK 3 2147483648", -EBADMSG, { 0 } },
		{ "$OK 256 0", -EBADMSG, { 0 } },
		{ "$OK 100 0 01 0000", -EBADMSG, { 0 } },
		{ "$OK fe 0", -EBADMSG, { 0 } },
		{ "$OK 01 0 01 10000", -EBADMSG, { 0 } },
		{ "$OK 01 -1 01 0000", -EBADMSG, { 0 } },
		{ "$OK -1 0", -EBADMSG, { 0 } },
		{ "$OK 1", -EBADMSG, { 0 } },
		{ "$OK 1 0 1", -EBADMSG, { 0 } },
		{ "$OK 1 0 1 0 1", -EBADMSG, { 0 } },
		{ "$OK", -EBADMSG, { 0 } },
		{ "$OK  0", -EBADMSG, { 0 } },
		{ "$OK 1 +1", -EBADMSG, { 0 } },
		{ "$OK 1 0x1", -EBADMSG, { 0 } },
		{ "$OK 1 1.0", -EBADMSG, { 0 } },
		{ "$OK 1 1^21", -EBADMSG, { 0 } },
		{ "$OK 1 99999999999999999999", -EBADMSG, { 0 } },
		{ "$OK 3.11.3 1.0.3", -EBADMSG, { 0 } },
	};
	struct openevse_state state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(&state, 0, sizeof(state));
		EXPECT_EQ(rows[i].err,
			  decode(OPENEVSE_GET_STATE, rows[i].line, &state)) {
			TH_LOG("%s", rows[i].line);
		}
		if (!rows[i].err) {
			EXPECT_EQ(0, memcmp(&rows[i].state, &state, sizeof(state))) {
				TH_LOG("%s", rows[i].line);
			}
		}
	}
}

TEST(replies_settings)
{
	struct openevse_settings settings = { 0 };

	EXPECT_EQ(0, decode(OPENEVSE_GET_SETTINGS, "$OK 16 0020", &settings));
	EXPECT_EQ(16000, settings.capacity_ma);
	EXPECT_EQ(OPENEVSE_SETTING_NO_AUTO_LEVEL, settings.flags);
	EXPECT_EQ(0, decode(OPENEVSE_GET_SETTINGS, "$OK 80 ffff", &settings));
	EXPECT_EQ(80000, settings.capacity_ma);
	EXPECT_EQ(0xffff, settings.flags);
	EXPECT_EQ(-EBADMSG,
		  decode(OPENEVSE_GET_SETTINGS, "$OK 256 0020", &settings));
	EXPECT_EQ(-EBADMSG,
		  decode(OPENEVSE_GET_SETTINGS, "$OK 16 00g0", &settings));
}

TEST(replies_range)
{
	struct openevse_current_capacity_range range = { 0 };

	EXPECT_EQ(0, decode(OPENEVSE_GET_CURRENT_CAPACITY_RANGE, "$OK 10 80", &range));
	EXPECT_EQ(0, range.valid);
	EXPECT_EQ(10000, range.min_ma);
	EXPECT_EQ(80000, range.max_ma);

	EXPECT_EQ(0, decode(OPENEVSE_GET_CURRENT_CAPACITY_RANGE, "$OK 6 80 16", &range));
	EXPECT_EQ(OPENEVSE_RANGE_HAS_PILOT, range.valid);
	EXPECT_EQ(16000, range.pilot_ma);
	EXPECT_EQ(0, range.configured_max_ma);

	memset(&range, 0, sizeof(range));
	EXPECT_EQ(0, decode(OPENEVSE_GET_CURRENT_CAPACITY_RANGE, "$OK 6 80 16 32", &range));
	EXPECT_EQ(OPENEVSE_RANGE_HAS_PILOT | OPENEVSE_RANGE_HAS_CONFIGURED,
		  range.valid);
	EXPECT_EQ(32000, range.configured_max_ma);
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_GET_CURRENT_CAPACITY_RANGE, "$OK 6", &range));
	EXPECT_EQ(-EBADMSG,
		  decode(OPENEVSE_GET_CURRENT_CAPACITY_RANGE, "$OK 6 80 16 32 1", &range));
}

TEST(replies_charging)
{
	static const struct {
		const char *line;
		int err;
		struct openevse_charging_current_and_voltage charging;
	} rows[] = {
		{ "$OK 15870 240000", 0, { 3, 15870, 240000, 0 } },
		{ "$OK 0 240000", 0, { 3, 0, 240000, 0 } },
		{ "$OK 9900 -1", 0, { 1, 9900, 0, 0 } },
		{ "$OK -1 -1", 0, { 0, 0, 0, 0 } },
		{ "$OK -1", 0, { 0, 0, 0, 0 } },
		{ "$OK 500", 0, { 1, 500, 0, 0 } },
		/* A clamp with a wrong offset measures less than nothing. */
		{ "$OK -250 240000", 0, { 3, -250, 240000, 0 } },
		{ "$OK -2147483648 2147483647", 0,
		  { 3, -2147483648, 2147483647, 0 } },
		{ "$OK -2147483649 0", -EBADMSG, { 0 } },
		{ "$OK 2147483648 0", -EBADMSG, { 0 } },
		{ "$OK - 0", -EBADMSG, { 0 } },
		{ "$OK 1- 0", -EBADMSG, { 0 } },
		{ "$OK --1 0", -EBADMSG, { 0 } },
		{ "$OK 0 0 0", -EBADMSG, { 0 } },
	};
	struct openevse_charging_current_and_voltage charging;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(&charging, 0, sizeof(charging));
		EXPECT_EQ(rows[i].err, decode(OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
					      rows[i].line, &charging)) {
			TH_LOG("%s", rows[i].line);
		}
		if (!rows[i].err) {
			EXPECT_EQ(0, memcmp(&rows[i].charging, &charging,
					    sizeof(charging))) {
				TH_LOG("%s", rows[i].line);
			}
		}
	}
}

TEST(replies_energy)
{
	struct openevse_energy energy = { 0 };

	EXPECT_EQ(0, decode(OPENEVSE_GET_ENERGY, "$OK 3600000 123456", &energy));
	EXPECT_EQ(3600000, energy.session_j);
	EXPECT_EQ(123456, energy.total_wh);
	EXPECT_EQ(0, decode(OPENEVSE_GET_ENERGY,
			    "$OK 4294967295 4294967295", &energy));
	EXPECT_EQ(4294967295, energy.session_j);
	EXPECT_EQ(4294967295, energy.total_wh);
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_GET_ENERGY,
				   "$OK 4294967296 0", &energy));
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_GET_ENERGY, "$OK -1 0", &energy));
}

TEST(replies_version)
{
	struct openevse_version version;

	memset(&version, 0xff, sizeof(version));
	memset(&version, 0, sizeof(version));
	EXPECT_EQ(0, decode(OPENEVSE_GET_VERSION, "$OK D4.10.2 4.0.1",
			    &version));
	EXPECT_STREQ("D4.10.2", version.firmware);
	EXPECT_STREQ("4.0.1", version.protocol);
}

TEST(replies_capacity)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 16000 };

	EXPECT_EQ(0, decode(OPENEVSE_SET_CURRENT_CAPACITY, "$OK", &capacity));
	EXPECT_EQ(0, capacity.valid);
	EXPECT_EQ(0, decode(OPENEVSE_SET_CURRENT_CAPACITY, "$OK 16", &capacity));
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	EXPECT_EQ(16000, capacity.result_ma);
	EXPECT_EQ(16000, capacity.capacity_ma);
	/* Refused, and applied all the same. */
	EXPECT_EQ(0, decode(OPENEVSE_SET_CURRENT_CAPACITY, "$NK 80", &capacity));
	EXPECT_EQ(80000, capacity.result_ma);
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_SET_CURRENT_CAPACITY, "$OK 16 0", &capacity));
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_SET_CURRENT_CAPACITY, "$OK 300", &capacity));
}

/* The serial number: bytes, not tokens. */
TEST(replies_mcu_id)
{
	static const struct {
		const char *line;
		int err;
		u32 len;
		const char *id;
	} rows[] = {
		{ "$OK  \xf5\x01\x0c\x94\xf5\x01" "0C94F501", 0, 10,
		  "\xf5\x01\x0c\x94\xf5\x01\x0c\x94\xf5\x01" },
		/* Spaces, and what looks like a checksum, are bytes like others. */
		{ "$OK  AB C^DFF000102", 0, 10,
		  "AB C^D\xff\x00\x01\x02" },
		{ "$OK        0C94F501", 0, 10, "      \x0c\x94\xf5\x01" },
		{ "$OK 0C94F5010C94F5010C94F5010C94F501", 0, 16,
		  "\x0c\x94\xf5\x01\x0c\x94\xf5\x01"
		  "\x0c\x94\xf5\x01\x0c\x94\xf5\x01" },
		/* Cut at a zero byte. */
		{ "$OK  AB", 0, 2, "AB" },
		{ "$OK ", -EBADMSG, 0, NULL }, { "$OK", -EBADMSG, 0, NULL },
		{ "$OK  ABCDEF0C9", -EBADMSG, 0, NULL },
		{ "$OK  ABCDEF0C9X", -EBADMSG, 0, NULL },
		{ "$OK 8.2.3 5.2.1", -EBADMSG, 0, NULL },
	};
	struct openevse_mcu_id id;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct openevse_frame frame;

		memset(&id, 0, sizeof(id));
		ASSERT_EQ(0, parse(&frame, rows[i].line, true));
		EXPECT_EQ(rows[i].err, openevse_dialect_decode(
				openevse_dialect_find(OPENEVSE_GET_MCU_ID, 0),
				&frame, &id)) {
			TH_LOG("%s", rows[i].line);
		}
		if (rows[i].err)
			continue;
		EXPECT_EQ(rows[i].len, id.len);
		EXPECT_EQ(0, memcmp(rows[i].id, id.id, id.len));
	}
}

TEST(replies_of_firmware_9)
{
	struct openevse_cable_temperature cable = { 0 };
	struct openevse_cable_sensor sensor = { .index = 2 };
	struct openevse_relay_health health = { 0 };
	struct openevse_relay_timing timing = { 0 };

	EXPECT_EQ(0, decode(OPENEVSE_GET_CABLE_TEMPERATURE,
			    "$OK 452 -2561 -2560 -2562", &cable));
	EXPECT_EQ(OPENEVSE_CABLE_HAS_EV1, cable.valid);
	EXPECT_EQ(45200, cable.ev1_mc);
	EXPECT_EQ(0, cable.ev2_mc | cable.in1_mc | cable.in2_mc);
	memset(&cable, 0, sizeof(cable));
	EXPECT_EQ(0, decode(OPENEVSE_GET_CABLE_TEMPERATURE,
			    "$OK -2559 0 -1 1500", &cable));
	EXPECT_EQ(15, cable.valid);
	EXPECT_EQ(-255900, cable.ev1_mc);
	EXPECT_EQ(-100, cable.in1_mc);

	EXPECT_EQ(0, decode(OPENEVSE_GET_CABLE_SENSOR,
			    "$OK 2 10000 3443 -5 900", &sensor));
	EXPECT_EQ(2, sensor.index);
	EXPECT_EQ(2, sensor.pin);
	EXPECT_EQ(10000, sensor.r25_ohm);
	EXPECT_EQ(3443, sensor.beta_k);
	EXPECT_EQ(-500, sensor.offset_mc);
	EXPECT_EQ(90000, sensor.panic_mc);

	EXPECT_EQ(0, decode(OPENEVSE_GET_RELAY_HEALTH,
			    "$OK 97 1200 31 65535 0 65535 65535 0 3", &health));
	EXPECT_EQ(97, health.life_left);
	EXPECT_EQ(OPENEVSE_RELAY_HAS_RECOVERIES, health.valid);
	EXPECT_EQ(0, health.transit_us | health.thermal_centi);
	EXPECT_EQ(3, health.recoveries);
	EXPECT_EQ(0, decode(OPENEVSE_GET_RELAY_TIMING, "$OK 4 15300 300 12",
			    &timing));
	EXPECT_EQ(OPENEVSE_TIMING_HAS_OPEN, timing.valid);
	EXPECT_EQ(0, timing.close_ms);
	EXPECT_EQ(12, timing.open_ms);
	EXPECT_EQ(15300, timing.last_open_ma);
}

/* A setter without values takes a bare OK only. */
TEST(replies_bare)
{
	static const u32 ids[] = {
		OPENEVSE_ENABLE, OPENEVSE_DISABLE,
		OPENEVSE_SLEEP,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		EXPECT_EQ(0, decode(ids[i], "$OK", NULL));
		EXPECT_EQ(0, decode(ids[i], "$OK ", NULL));
		EXPECT_EQ(-EBADMSG, decode(ids[i], "$OK 1", NULL));
		EXPECT_EQ(-EBADMSG, decode(ids[i], "$OK 8.2.3 5.2.1", NULL));
	}
}

/* Without ids the shape alone tells a late reply of another command. */
TEST(whose_reply)
{
	struct openevse_frame gv, gs, ge, bare, nk;
	const struct openevse_command *command;

	parse(&gv, "$OK 3.11.3 1.0.3", false);
	parse(&gs, "$OK 254 9", false);
	parse(&ge, "$OK 16 00e0", false);
	parse(&bare, "$OK ", false);
	parse(&nk, "$NK ", false);

	command = openevse_dialect_find(OPENEVSE_GET_VERSION, 0);
	EXPECT_TRUE(openevse_dialect_answers(command, &gv));
	EXPECT_FALSE(openevse_dialect_answers(command, &gs));
	EXPECT_FALSE(openevse_dialect_answers(command, &ge));
	EXPECT_FALSE(openevse_dialect_answers(command, &bare));
	EXPECT_TRUE(openevse_dialect_answers(command, &nk));

	command = openevse_dialect_find(OPENEVSE_GET_STATE, 0);
	EXPECT_TRUE(openevse_dialect_answers(command, &gs));
	EXPECT_FALSE(openevse_dialect_answers(command, &gv));
	EXPECT_FALSE(openevse_dialect_answers(command, &ge));
	EXPECT_FALSE(openevse_dialect_answers(command, &bare));

	command = openevse_dialect_find(OPENEVSE_SLEEP, 0);
	EXPECT_TRUE(openevse_dialect_answers(command, &bare));
	EXPECT_FALSE(openevse_dialect_answers(command, &gs));
}

/* No reply makes the widest struct overflow: checked by ASan. */
TEST(answers_every_command)
{
	static const char *const lines[] = {
		"$OK 4294967295 4294967295", "$OK ff 2147483647 ff ffff",
		"$OK 12345678901234567.9012 1.3.5", "$OK 255 255 255 255", "$OK 1",
	};
	struct openevse_frame frame;
	size_t i, row;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		ASSERT_EQ(0, parse(&frame, lines[i], false));
		for (row = 0; openevse_dialect_row(row); row++)
			openevse_dialect_answers(openevse_dialect_row(row),
						 &frame);
	}
}

TEST(what_is_a_reply)
{
	static const struct {
		const char *line;
		bool reply;
	} rows[] = {
		{ "$OK", true }, { "$NK", true }, { "$OK 1", true },
		{ "$NK 10 6 2", true }, { "$ST 01", false }, { "$", false },
		{ "$OKAY", false }, { "$GS", false }, { "$ok", false },
		{ "$AT 01 01 24 0200", false }, { "$O K", false },
	};
	struct openevse_frame frame;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_EQ(0, parse(&frame, rows[i].line, true));
		EXPECT_EQ(rows[i].reply, openevse_dialect_is_reply(&frame)) {
			TH_LOG("%s", rows[i].line);
		}
	}
}

/* --- commands --- */

/* What every row must be, so that nobody has to look for it. */
TEST(table)
{
	const struct openevse_command *row, *before = NULL;
	size_t i, k;

	for (i = 0; (row = openevse_dialect_row(i)); before = row, i++) {
		struct openevse_session session = { 0 };
		bool asks = row->mnemonic[0] == 'G';

		ASSERT_LT(i, OPENEVSE_COMMANDS_MAX);
		EXPECT_LE(row->size, OPENEVSE_VALUE_MAX);
		EXPECT_EQ(!asks, !!(row->flags & OPENEVSE_COMMAND_CONTROL)) {
			TH_LOG("%s", row->mnemonic);
		}
		EXPECT_GE(row->deadline_ms, OPENEVSE_REPLY_MS);
		/* Asking changes nothing; what is final is sent once. */
		if (asks) {
			EXPECT_EQ(0, row->flags & (OPENEVSE_COMMAND_EEPROM |
						   OPENEVSE_COMMAND_PRIVILEGED));
			EXPECT_NE(0, row->flags & OPENEVSE_COMMAND_IDEMPOTENT);
		}
		if (row->flags & OPENEVSE_COMMAND_ONCE) {
			EXPECT_EQ(0, row->flags & OPENEVSE_COMMAND_IDEMPOTENT);
			EXPECT_NE(0, row->flags & OPENEVSE_COMMAND_PRIVILEGED);
		}
		if (row->proof) {
			ASSERT_NE(NULL, openevse_dialect_find(row->proof, 0));
		}
		if (row->sibling) {
			ASSERT_NE(NULL, openevse_dialect_find(row->sibling, 0));
		}
		for (k = 0; k < row->argument_count; k++) {
			ASSERT_NE(NULL, row->arguments);
		}
		/* The size of the ioctl is that of the struct. */
		if (row->ioctl && _IOC_SIZE(row->ioctl) &&
		    row->ioctl != OPENEVSE_HEARTBEAT_ACKNOWLEDGE) {
			EXPECT_EQ(_IOC_SIZE(row->ioctl), row->size) {
				TH_LOG("%s", row->mnemonic);
			}
		}
		/* Rows of one call follow each other, and do not overlap. */
		if (before && row->ioctl && before->ioctl == row->ioctl &&
		    before->item == row->item) {
			EXPECT_NE(0, before->until);
			EXPECT_LE(before->until, row->since);
			EXPECT_EQ(before->size, row->size);
		} else if (row->ioctl) {
			EXPECT_EQ(row, openevse_dialect_find(row->ioctl,
							     row->item)) {
				TH_LOG("%s: its rows do not stand together",
				       row->mnemonic);
			}
		}
		/* Each has its own bit. */
		openevse_dialect_deny(&session, row);
		for (k = 0; openevse_dialect_row(k); k++) {
			EXPECT_EQ(k == i, openevse_dialect_lacks(&session,
						openevse_dialect_row(k)));
		}
	}
}

/* Every command of every firmware has a row: section 2 of the protocol. */
TEST(nothing_is_missing)
{
	static const char all[] =
		"F0 F1 FB FC FD FE FF FH FK FO FP FR FS "
		"S0 S1 S2 S3 S4 S5 SA SB SC SD SE SF SG SH SK SL SM SN SO SR "
		"SS ST SV SY SZ "
		"G0 G3 G4 G5 GA GC GD GE GF GG GH GI GL GM GN GO GP GR GS GT "
		"GU GV GW GY GZ T0 Z0 ";
	static const char letters[] = "BCDFGLOPRTVZ";
	const struct openevse_command *row;
	const char *at;
	size_t i, k;

	for (at = all; *at; at += 3) {
		for (i = 0; (row = openevse_dialect_row(i)); i++)
			if (!memcmp(row->mnemonic, at, 2))
				break;
		EXPECT_NE(NULL, row) {
			TH_LOG("%.2s", at);
		}
	}
	for (k = 0; letters[k]; k++) {
		for (i = 0; (row = openevse_dialect_row(i)); i++)
			if (!strcmp(row->mnemonic, "FF") &&
			    row->prefix[1] == letters[k])
				break;
		EXPECT_NE(NULL, row) {
			TH_LOG("FF %c", letters[k]);
		}
	}
	/* Echo mode, which nothing switches off: of all letters the forbidden. */
	for (i = 0; (row = openevse_dialect_row(i)); i++) {
		EXPECT_FALSE(!strcmp(row->mnemonic, "FF") &&
			     row->prefix[1] == 'E');
	}
}

/* Only a number has bounds. */
TEST(bounds)
{
	const struct openevse_command *sleep = openevse_dialect_find(OPENEVSE_SLEEP, 0);
	struct openevse_bounds bounds = { 0 };
	s64 number;

	EXPECT_FALSE(openevse_dialect_bounds(sleep, &bounds));
	EXPECT_FALSE(openevse_dialect_argument(sleep, NULL, &number));
	EXPECT_TRUE(openevse_dialect_bounds(openevse_dialect_find(OPENEVSE_SET_LCD_BACKLIGHT_COLOR, 0),
					    &bounds));
	EXPECT_EQ(0, bounds.min);
	EXPECT_EQ(7, bounds.max);
	EXPECT_EQ(1, bounds.step);
}

/* Numbers that are no row's ioctl, 0 among them. */
TEST(no_such_ioctl)
{
	static const u32 numbers[] = {
		0, 1, OPENEVSE_GET_INFO, OPENEVSE_GET_STATS, OPENEVSE_RAW,
		OPENEVSE_GET_CLIENT,
		OPENEVSE_TTY_GET_INDEX, _IO(OPENEVSE_IOC_MAGIC, 0x3f), ~0u,
		_IOR(OPENEVSE_IOC_MAGIC, 0x20, int),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT_EQ(NULL, openevse_dialect_find(numbers[i], 0)) {
			TH_LOG("number %#x", numbers[i]);
		}
		EXPECT_FALSE(openevse_dialect_takes_item(numbers[i]));
	}
}

TEST(encode)
{
	static const struct {
		u32 capacity_ma;
		int err;
		const char *saved, *kept;
	} rows[] = {
		{ 6000, 0, "SC 6", "SC 6 V" },
		{ 16000, 0, "SC 16", "SC 16 V" },
		{ 80000, 0, "SC 80", "SC 80 V" },
		{ 0, -ERANGE, NULL, NULL },
		{ 5000, -ERANGE, NULL, NULL },
		{ 81000, -ERANGE, NULL, NULL },
		/* 44 and 77 A, by a byte that overflows. */
		{ 300000, -ERANGE, NULL, NULL },
		{ 1613000, -ERANGE, NULL, NULL },
		{ 4294967000, -ERANGE, NULL, NULL },
		{ 16500, -EINVAL, NULL, NULL },
		{ 16001, -EINVAL, NULL, NULL },
		{ 16, -EINVAL, NULL, NULL },
		{ 4294967295, -EINVAL, NULL, NULL },
	};
	const struct openevse_command *save, *keep;
	struct openevse_current_capacity arg;
	char text[OPENEVSE_TEXT_MAX];
	size_t i;

	save = openevse_dialect_find(OPENEVSE_SET_CURRENT_CAPACITY,
				     OPENEVSE_CAPACITY_SAVE);
	keep = openevse_dialect_find(OPENEVSE_SET_CURRENT_CAPACITY, 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		arg = (struct openevse_current_capacity){ rows[i].capacity_ma };
		EXPECT_EQ(rows[i].err, openevse_dialect_encode(save, &arg, text)) {
			TH_LOG("%u mA", rows[i].capacity_ma);
		}
		if (!rows[i].err) {
			EXPECT_STREQ(rows[i].saved, text);
		}
		EXPECT_EQ(rows[i].err, openevse_dialect_encode(keep, &arg, text));
		if (!rows[i].err) {
			EXPECT_STREQ(rows[i].kept, text);
		}
	}
}

TEST(encode_without_argument)
{
	const struct openevse_command *row;
	char text[OPENEVSE_TEXT_MAX], expected[8];
	size_t i;

	for (i = 0; (row = openevse_dialect_row(i)); i++) {
		if (row->argument_count)
			continue;
		EXPECT_EQ(0, openevse_dialect_encode(row, NULL, text));
		snprintf(expected, sizeof(expected), "%s%s", row->mnemonic,
			 row->suffix ? row->suffix : "");
		EXPECT_STREQ(expected, text);
	}
}

#define UNKNOWN	OPENEVSE_RAPI(0, 9, 0)
#define R(major, minor, patch)	OPENEVSE_RAPI(major, minor, patch)

/* The same wish in the words of each firmware; "" where it has none. */
static const struct {
	u32 ioctl, item, dialect;
	u32 words[7];
	const char *text;
	int err;
} setting_rows[] = {
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_DIODE_CHECK, R(1, 0, 0),
	  { 1, 0 }, "SD 0", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_DIODE_CHECK, R(3, 0, 1),
	  { 1, 1 }, "SD 1", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_DIODE_CHECK, R(4, 0, 0),
	  { 1, 1 }, "FF D 1", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_DIODE_CHECK, R(6, 0, 0),
	  { 1, 2 }, "", -ERANGE },
	/* Mnemonics with two lives. */
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_VENT_CHECK, R(3, 0, 1),
	  { 2, 1 }, "SV 1", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_VENT_CHECK, R(5, 1, 3),
	  { 2, 1 }, "FF V 1", 0 },
	{ OPENEVSE_SET_VOLTAGE, 0, R(3, 0, 1), { 230000 }, "", -EOPNOTSUPP },
	{ OPENEVSE_SET_VOLTAGE, 0, R(4, 0, 1), { 230000 }, "", -EOPNOTSUPP },
	{ OPENEVSE_SET_VOLTAGE, 0, R(5, 1, 3), { 223576 }, "SV 223576", 0 },
	{ OPENEVSE_SET_VOLTAGE, 0, R(5, 1, 3), { 1 }, "", -ERANGE },
	{ OPENEVSE_SET_VOLTAGE, 0, R(7, 0, 0), { 230000 }, "", -EOPNOTSUPP },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_STUCK_RELAY_CHECK,
	  R(3, 0, 1), { 4, 0 }, "SR 0", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_STUCK_RELAY_CHECK,
	  R(6, 0, 0), { 4, 0 }, "FF R 0", 0 },
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_AC, R(5, 2, 1), { 3, 0 }, "",
	  -EOPNOTSUPP },
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_AC, R(6, 0, 0), { 3, 0 },
	  "SR 3 0", 0 },
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_DC1, R(7, 0, 0), { 1, 0 }, "",
	  -EOPNOTSUPP },
	{ OPENEVSE_CLEAR_COUNTERS, 0, R(5, 2, 1), { 0 }, "", -EOPNOTSUPP },
	{ OPENEVSE_CLEAR_COUNTERS, 0, R(6, 0, 0), { 0 }, "FC", 0 },
	{ OPENEVSE_CLEAR_COUNTERS, 0, R(7, 0, 0), { 0 }, "", -EOPNOTSUPP },
	/* "SS" was "save settings" in the first alphas. */
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_GFCI_TEST, UNKNOWN, { 5, 0 },
	  "", -EOPNOTSUPP },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_GFCI_TEST, R(1, 0, 0),
	  { 5, 0 }, "SS 0", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_GFCI_TEST, R(1, 0, 1),
	  { 5, 0 }, "SF 0", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_GFCI_TEST, R(4, 0, 0),
	  { 5, 0 }, "FF F 0", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_BUTTON, R(5, 0, 0),
	  { 8, 0 }, "", -EOPNOTSUPP },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_BUTTON, R(5, 1, 0),
	  { 8, 0 }, "FF B 0", 0 },
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_RGB_LCD, R(1, 0, 0),
	  { 12, 1 }, "S0 1", 0 },
	/* Echo mode can be left where it can be entered, and nowhere else. */
	{ OPENEVSE_SET_ECHO, 0, R(3, 0, 1), { 0 }, "SE 0", 0 },
	{ OPENEVSE_SET_ECHO, 0, R(4, 0, 0), { 0 }, "", -EOPNOTSUPP },
	{ OPENEVSE_SET_ECHO, 0, R(6, 0, 0), { 1 }, "", -EOPNOTSUPP },
	/* Units. */
	{ OPENEVSE_SET_TIME_LIMIT, 0, R(5, 1, 0), { 120 }, "S3 8", 0 },
	{ OPENEVSE_SET_TIME_LIMIT, 0, R(5, 1, 0), { 3825 }, "S3 255", 0 },
	{ OPENEVSE_SET_TIME_LIMIT, 0, R(5, 1, 0), { 3840 }, "", -ERANGE },
	{ OPENEVSE_SET_TIME_LIMIT, 0, R(5, 1, 0), { 20 }, "", -EINVAL },
	{ OPENEVSE_SET_CHARGE_LIMIT, 0, R(5, 1, 0), { 10000 }, "SH 10", 0 },
	{ OPENEVSE_SET_CHARGE_LIMIT, 0, R(5, 1, 0), { 10500 }, "", -EINVAL },
	{ OPENEVSE_SET_CHARGE_LIMIT, 0, R(5, 1, 0), { 256000 }, "", -ERANGE },
	{ OPENEVSE_SET_ACCUMULATED_WH, 0, R(1, 0, 3), { 0 }, "SK 0", 0 },
	{ OPENEVSE_SET_ACCUMULATED_WH, 0, R(1, 0, 3), { 4294967295 },
	  "SK 4294967295", 0 },
	{ OPENEVSE_SET_TIMER, 0, R(1, 0, 0), { 22, 30, 6, 5 },
	  "ST 22 30 6 5", 0 },
	{ OPENEVSE_SET_TIMER, 0, R(1, 0, 0), { 24, 30, 6, 5 }, "", -ERANGE },
	{ OPENEVSE_SET_TIMER, 0, R(1, 0, 0), { 22, 30, 6, 60 }, "", -ERANGE },
	{ OPENEVSE_SET_TIME, 0, R(1, 0, 0), { 2024, 2, 29, 12, 34, 56 },
	  "S1 24 2 29 12 34 56", 0 },
	{ OPENEVSE_SET_TIME, 0, R(1, 0, 0), { 24, 2, 29, 12, 34, 56 }, "",
	  -ERANGE },
	{ OPENEVSE_SET_TIME, 0, R(1, 0, 0), { 2100, 1, 1, 0, 0, 0 }, "",
	  -ERANGE },
	{ OPENEVSE_SET_TIME, 0, R(1, 0, 0), { 2024, 13, 1, 0, 0, 0 }, "",
	  -ERANGE },
	{ OPENEVSE_SET_HEARTBEAT, 0, R(5, 1, 0), { 60, 6000 }, "SY 60 6", 0 },
	{ OPENEVSE_SET_HEARTBEAT, 0, R(5, 1, 0), { 0, 0 }, "SY 0 0", 0 },
	{ OPENEVSE_SET_HEARTBEAT, 0, R(5, 1, 0), { 61, 6000 }, "", -ERANGE },
	{ OPENEVSE_SET_HEARTBEAT, 0, R(5, 1, 0), { 60, 6500 }, "", -EINVAL },
	{ OPENEVSE_HEARTBEAT_PULSE, 0, R(5, 1, 0), { 0 }, "SY", 0 },
	{ OPENEVSE_HEARTBEAT_ACKNOWLEDGE, 0, R(5, 1, 0), { 0 }, "SY 165", 0 },
	/* A minus sign, where the firmware knows it. */
	{ OPENEVSE_SET_AMMETER_SETTINGS, 0, R(1, 0, 2), { 220, -10 },
	  "SA 220 -10", 0 },
	{ OPENEVSE_SET_AMMETER_SETTINGS, 0, R(1, 0, 3), { 220, -10 }, "",
	  -ERANGE },
	{ OPENEVSE_SET_AMMETER_SETTINGS, 0, R(5, 2, 1), { 220, -10 }, "",
	  -ERANGE },
	{ OPENEVSE_SET_AMMETER_SETTINGS, 0, R(5, 2, 1), { 220, 10 },
	  "SA 220 10", 0 },
	{ OPENEVSE_SET_AMMETER_SETTINGS, 0, R(6, 0, 0), { 220, -10 },
	  "SA 220 -10", 0 },
	{ OPENEVSE_SET_AMMETER_SETTINGS, 0, R(6, 0, 0), { 0, 0 }, "", -ERANGE },
	/* Shown as a negative one. */
	{ OPENEVSE_SET_AMMETER_SETTINGS, 0, R(5, 2, 1), { 32768, 0 }, "",
	  -ERANGE },
	{ OPENEVSE_SET_AMMETER_CALIBRATION, 0, R(5, 1, 4), { 1 }, "S2 1", 0 },
	{ OPENEVSE_SET_AMMETER_CALIBRATION, 0, R(5, 2, 0), { 1 }, "",
	  -EOPNOTSUPP },
	{ OPENEVSE_SET_VOLTMETER_SETTINGS, 0, R(1, 0, 3), { 298, 12018 },
	  "SM 298 12018", 0 },
	{ OPENEVSE_SET_SERVICE_LEVEL, 0, R(1, 0, 0), { 0 }, "SL A", 0 },
	{ OPENEVSE_SET_SERVICE_LEVEL, 0, R(1, 0, 0), { 2 }, "SL 2", 0 },
	{ OPENEVSE_SET_SERVICE_LEVEL, 0, R(1, 0, 0), { 3 }, "", -ERANGE },
	{ OPENEVSE_SET_CURRENT_CAPACITY_MAX, 0, R(5, 1, 1), { 32000 },
	  "SC 32 M", 0 },
	{ OPENEVSE_SET_CURRENT_CAPACITY_MAX, 0, R(5, 1, 0), { 32000 }, "",
	  -EOPNOTSUPP },
	{ OPENEVSE_SET_CURRENT_CAPACITY, 0, R(2, 0, 1), { 32000 }, "",
	  -EOPNOTSUPP },
	{ OPENEVSE_SET_MENNEKES_LOCK, 0, R(5, 2, 0), { 1 }, "S5 1", 0 },
	{ OPENEVSE_SET_MENNEKES_MANUAL, 0, R(5, 2, 0), { 1 }, "S5 M", 0 },
	{ OPENEVSE_SET_MENNEKES_MANUAL, 0, R(5, 2, 0), { 0 }, "S5 A", 0 },
	{ OPENEVSE_SET_LCD_BACKLIGHT_COLOR, 0, R(1, 0, 0), { 7 }, "FB 7", 0 },
	{ OPENEVSE_SET_LCD_BACKLIGHT_COLOR, 0, R(1, 0, 0), { 8 }, "",
	  -ERANGE },
	{ OPENEVSE_SET_TEMPERATURE_LIMITS, 0, R(1, 0, 3), { 65000, 75000 },
	  "SO 650 750", 0 },
	{ OPENEVSE_SET_TEMPERATURE_LIMITS, 0, R(6, 0, 0), { 65000, 75000 },
	  "", -EOPNOTSUPP },
	{ OPENEVSE_SET_PANIC_TEMPERATURE, 0, R(6, 0, 0), { 71000 },
	  "FO 710", 0 },
	{ OPENEVSE_SET_PANIC_TEMPERATURE, 0, R(6, 0, 0), { 71050 }, "",
	  -EINVAL },
	{ OPENEVSE_SET_PANIC_TEMPERATURE, 0, R(6, 0, 0), { 0 }, "", -ERANGE },
	/* Less than nothing is a multiple of its unit all the same, or it is not. */
	{ OPENEVSE_SET_PANIC_TEMPERATURE, 0, R(6, 0, 0), { -100 }, "", -ERANGE },
	{ OPENEVSE_SET_PANIC_TEMPERATURE, 0, R(6, 0, 0), { -96 }, "", -EINVAL },
	{ OPENEVSE_SET_CABLE_SENSOR, 0, R(6, 0, 0),
	  { 3, 2, 65535, 6000, -200000, 150000 },
	  "SN 3 2 65535 6000 -2000 1500", 0 },
	{ OPENEVSE_SET_CABLE_SENSOR, 0, R(6, 0, 0),
	  { 4, 2, 10000, 3443, 0, 90000 }, "", -ERANGE },
	{ OPENEVSE_GET_CABLE_SENSOR, 0, R(6, 0, 0), { 3 }, "GN 3", 0 },
	{ OPENEVSE_SET_ZERO_CROSS, 0, R(6, 0, 0), { 0, 500 }, "SZ 500", 0 },
	{ OPENEVSE_SET_ZERO_CROSS, 0, R(6, 0, 0), { 0, 5001 }, "", -ERANGE },
};

static int encode_for(u32 ioctl, u32 item, u32 dialect, const void *arg,
		      char *text)
{
	const struct openevse_command *command;

	command = openevse_dialect_find(ioctl, item);
	if (!command)
		return -ENOTTY;
	command = openevse_dialect_variant(command, dialect);
	return command ? openevse_dialect_encode(command, arg, text) :
			 -EOPNOTSUPP;
}

TEST(encode_settings)
{
	char text[OPENEVSE_TEXT_MAX];
	u64 value[OPENEVSE_VALUE_MAX / 8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(setting_rows); i++) {
		memset(value, 0, sizeof(value));
		memcpy(value, setting_rows[i].words, sizeof(setting_rows[i].words));
		text[0] = '\0';
		EXPECT_EQ(setting_rows[i].err,
			  encode_for(setting_rows[i].ioctl, setting_rows[i].item,
				     setting_rows[i].dialect, value, text)) {
			TH_LOG("row %zu", i);
		}
		if (setting_rows[i].err)
			continue;
		EXPECT_STREQ(setting_rows[i].text, text);
		EXPECT_EQ(0, openevse_dialect_check(
				openevse_dialect_find(setting_rows[i].ioctl,
						      setting_rows[i].item),
				value)) {
			TH_LOG("%s", text);
		}
	}
}

/* What no argument covers has to be zero. */
TEST(rest_of_a_struct)
{
	struct openevse_heartbeat heartbeat = { .interval_s = 50, .current_ma = 6000 };
	struct openevse_feature feature = { .feature = OPENEVSE_FEATURE_BUTTON };
	struct openevse_switch on = { .enabled = 1 };
	const struct openevse_command *row;

	row = openevse_dialect_find(OPENEVSE_SET_HEARTBEAT, 0);
	EXPECT_EQ(0, openevse_dialect_check(row, &heartbeat));
	heartbeat.missed = 1;
	EXPECT_EQ(-EINVAL, openevse_dialect_check(row, &heartbeat));
	heartbeat.missed = 0;
	heartbeat.valid = 1;
	EXPECT_EQ(-EINVAL, openevse_dialect_check(row, &heartbeat));
	row = openevse_dialect_find(OPENEVSE_SET_FEATURE, feature.feature);
	EXPECT_EQ(0, openevse_dialect_check(row, &feature));
	row = openevse_dialect_find(OPENEVSE_SET_AUTH_LOCK, 0);
	EXPECT_EQ(0, openevse_dialect_check(row, &on));
	on.reserved = 1;
	EXPECT_EQ(-EINVAL, openevse_dialect_check(row, &on));
	/* Negative where only some firmware takes it. */
	row = openevse_dialect_find(OPENEVSE_SET_AMMETER_SETTINGS, 0);
	EXPECT_EQ(0, openevse_dialect_check(row,
			&(struct openevse_meter_settings){ 220, -10 }));
	EXPECT_EQ(-ERANGE, openevse_dialect_check(row,
			&(struct openevse_meter_settings){ 0, -10 }));
}

TEST(display_text)
{
	static const struct {
		const char *text;
		int err;
		const char *command;
	} rows[] = {
		{ "HELLO", 0, "FP 3 1 HELLO" }, { "a  b ", 0, "FP 3 1 a  b " },
		{ "\xdf" "C", 0, "FP 3 1 \xdf" "C" }, { " x", 0, "FP 3 1  x" },
		{ "8:30", 0, "FP 3 1 8:30" },
		{ "", -EINVAL, NULL }, { ":x", -EINVAL, NULL },
		{ "a :7", -EINVAL, NULL }, { "a$b", -EINVAL, NULL },
		{ "a^b", -EINVAL, NULL }, { "a*b", -EINVAL, NULL },
		{ "a\rb", -EINVAL, NULL }, { "a\nb", -EINVAL, NULL },
		{ "\x01", -EINVAL, NULL }, { "\x7f", -EINVAL, NULL },
	};
	const struct openevse_command *row =
		openevse_dialect_find(OPENEVSE_DISPLAY_TEXT, 0);
	struct openevse_display_text arg;
	char text[OPENEVSE_TEXT_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		arg = (struct openevse_display_text){ .x = 3, .y = 1 };
		strcpy(arg.text, rows[i].text);
		EXPECT_EQ(rows[i].err, openevse_dialect_encode(row, &arg, text)) {
			TH_LOG("\"%s\"", rows[i].text);
		}
		if (!rows[i].err) {
			EXPECT_STREQ(rows[i].command, text);
		}
	}
	/* No NUL in it. */
	memset(arg.text, 'x', sizeof(arg.text));
	EXPECT_EQ(-EINVAL, openevse_dialect_encode(row, &arg, text));
	arg = (struct openevse_display_text){ .x = 16, .text = "x" };
	EXPECT_EQ(-ERANGE, openevse_dialect_encode(row, &arg, text));
	arg = (struct openevse_display_text){ .y = 2, .text = "x" };
	EXPECT_EQ(-ERANGE, openevse_dialect_encode(row, &arg, text));
}

/* No row of the tables is as long as that. */
TEST(longer_than_a_command)
{
	struct openevse_command row = *openevse_dialect_find(OPENEVSE_DISPLAY_TEXT, 0);
	struct openevse_display_text arg = { .text = "0123456789" };
	char text[OPENEVSE_TEXT_MAX];

	row.prefix = " a prefix of 22 letters";
	EXPECT_EQ(-EINVAL, openevse_dialect_encode(&row, &arg, text));
	arg.text[9] = 0;
	EXPECT_EQ(0, openevse_dialect_encode(&row, &arg, text));
	EXPECT_EQ(OPENEVSE_TEXT_MAX - 1, strlen(text));
}

/* Whatever is in the struct: what is written can be framed, or is refused. */
TEST(encode_random)
{
	const struct openevse_command *row;
	u64 value[OPENEVSE_VALUE_MAX / 8];
	char text[OPENEVSE_TEXT_MAX];
	u8 out[OPENEVSE_COMMAND_MAX];
	unsigned int seed = 3, written = 0;
	size_t i, k;
	int round;

	for (round = 0; round < ROUNDS(20000); round++) {
		for (i = 0; (row = openevse_dialect_row(i)); i++) {
			u8 *bytes = (u8 *)value;

			for (k = 0; k < sizeof(value); k++)
				bytes[k] = rand_r(&seed) & 3 ? 0 : rand_r(&seed);
			openevse_dialect_check(row, value);
			if (openevse_dialect_encode(row, value, text))
				continue;
			written++;
			ASSERT_LT(strlen(text), OPENEVSE_TEXT_MAX);
			/* Too long for a frame, perhaps; never a broken one. */
			ASSERT_NE(-EINVAL, openevse_frame_build(out, 39, text, 1)) {
				TH_LOG("\"%s\"", text);
			}
		}
	}
	EXPECT_GT(written, ROUNDS(100000));
}

/* --- what proves a setting --- */

TEST(proofs)
{
	struct openevse_settings settings = { .flags = 0 };
	struct openevse_panic_temperature panic = { .panic_mc = -100 };
	struct openevse_timer timer = { 22, 30, 6, 15 }, seen = timer;
	struct openevse_feature feature = { .enabled = 1 };
	const struct openevse_command *row;
	s64 number;

	row = openevse_dialect_find(OPENEVSE_SET_FEATURE,
				    OPENEVSE_FEATURE_DIODE_CHECK);
	EXPECT_TRUE(openevse_dialect_proves(row, &feature, &settings));
	settings.flags = OPENEVSE_SETTING_NO_DIODE_CHECK;
	EXPECT_FALSE(openevse_dialect_proves(row, &feature, &settings));
	EXPECT_TRUE(openevse_dialect_shows(row, &settings, &number));
	EXPECT_EQ(0, number);
	feature.enabled = 0;
	EXPECT_TRUE(openevse_dialect_proves(row, &feature, &settings));
	/* The flag that says what is on. */
	row = openevse_dialect_find(OPENEVSE_SET_FEATURE,
				    OPENEVSE_FEATURE_PP_AUTO_AMPACITY);
	settings.flags = 0x0040;
	EXPECT_FALSE(openevse_dialect_proves(row, &feature, &settings));
	feature.enabled = 1;
	EXPECT_TRUE(openevse_dialect_proves(row, &feature, &settings));

	row = openevse_dialect_find(OPENEVSE_SET_TIMER, 0);
	EXPECT_TRUE(openevse_dialect_proves(row, &timer, &seen));
	seen.end_minute = 16;
	EXPECT_FALSE(openevse_dialect_proves(row, &timer, &seen));
	EXPECT_FALSE(openevse_dialect_shows(row, &seen, &number));

	/* A number that may be negative where it is shown, not where it is set. */
	row = openevse_dialect_find(OPENEVSE_SET_PANIC_TEMPERATURE, 0);
	EXPECT_TRUE(openevse_dialect_shows(row, &panic, &number));
	EXPECT_EQ(-100, number);

	/* In a member of another size, at another place. */
	row = openevse_dialect_find(OPENEVSE_SET_ACCUMULATED_WH, 0);
	EXPECT_TRUE(openevse_dialect_proves(row,
			&(struct openevse_accumulated_wh){ 4294967295 },
			&(struct openevse_energy){ 1, 4294967295 }));
	EXPECT_FALSE(openevse_dialect_proves(row,
			&(struct openevse_accumulated_wh){ 1 },
			&(struct openevse_energy){ 1, 4294967297 }));
	row = openevse_dialect_find(OPENEVSE_SET_RELAY, OPENEVSE_RELAY_AC);
	EXPECT_TRUE(openevse_dialect_proves(row,
			&(struct openevse_relay){ OPENEVSE_RELAY_AC, 0 },
			&(struct openevse_relays){ 1, 1, 0 }));
	/* Negative. */
	row = openevse_dialect_find(OPENEVSE_SET_CABLE_SENSOR, 0);
	EXPECT_TRUE(openevse_dialect_proves(row,
			&(struct openevse_cable_sensor){ 1, 2, 100, 1000, -100, 30000 },
			&(struct openevse_cable_sensor){ 1, 2, 100, 1000, -100, 30000 }));
	EXPECT_FALSE(openevse_dialect_proves(row,
			&(struct openevse_cable_sensor){ 1, 2, 100, 1000, -100, 30000 },
			&(struct openevse_cable_sensor){ 1, 2, 100, 1000, 100, 30000 }));
}

/* What a reply tells of the build, and what it does not. */
TEST(present_and_absent)
{
	const struct openevse_command *heartbeat, *limit, *light, *state, *lock;
	struct openevse_frame ok, nk, nk_with_id, nk_with_values;
	struct openevse_session session, later;

	heartbeat = openevse_dialect_find(OPENEVSE_GET_HEARTBEAT, 0);
	limit = openevse_dialect_find(OPENEVSE_SET_TIME_LIMIT, 0);
	light = openevse_dialect_find(OPENEVSE_SET_LCD_BACKLIGHT_COLOR, 0);
	state = openevse_dialect_find(OPENEVSE_GET_STATE, 0);
	lock = openevse_dialect_find(OPENEVSE_GET_AUTH_LOCK, 0);
	parse(&ok, "$OK", true);
	parse(&nk, "$NK", true);
	parse(&nk_with_id, "$NK :01", true);
	parse(&nk_with_values, "$NK 50 6 0", true);
	make_session(&session, "5.1.0");

	EXPECT_FALSE(openevse_dialect_has(&session, light));
	EXPECT_FALSE(openevse_dialect_lacks(&session, light));
	/* One "no" without an id may be noise; with one it is the answer. */
	openevse_dialect_note(&session, light, &nk, false);
	EXPECT_FALSE(openevse_dialect_lacks(&session, light));
	openevse_dialect_note(&session, light, &nk_with_id, false);
	EXPECT_TRUE(openevse_dialect_lacks(&session, light));
	openevse_dialect_doubt(&session);
	EXPECT_FALSE(openevse_dialect_lacks(&session, light));
	openevse_dialect_note(&session, light, &nk, true);
	EXPECT_TRUE(openevse_dialect_lacks(&session, light));
	openevse_dialect_note(&session, light, &ok, true);
	EXPECT_TRUE(openevse_dialect_has(&session, light));
	EXPECT_FALSE(openevse_dialect_lacks(&session, light));
	/* It has worked, so nothing but the board's own word takes it back. */
	openevse_dialect_deny(&session, light);
	EXPECT_FALSE(openevse_dialect_lacks(&session, light));
	/* This is a damaged command, whatever id it has kept. */
	openevse_dialect_note(&session, light, &nk, true);
	EXPECT_FALSE(openevse_dialect_lacks(&session, light));
	openevse_dialect_note(&session, light, &nk_with_id, true);
	EXPECT_FALSE(openevse_dialect_lacks(&session, light));
	/* Refused with what was asked for. */
	openevse_dialect_note(&session, heartbeat, &nk_with_values, true);
	EXPECT_TRUE(openevse_dialect_has(&session, heartbeat));
	/* Refused for the state, or in every build. */
	openevse_dialect_note(&session, limit, &nk_with_id, true);
	openevse_dialect_note(&session, state, &nk_with_id, true);
	EXPECT_FALSE(openevse_dialect_lacks(&session, limit));
	EXPECT_FALSE(openevse_dialect_lacks(&session, state));

	openevse_dialect_note(&session, lock, &nk_with_id, false);
	make_session(&later, "5.1.0");
	EXPECT_FALSE(openevse_dialect_lacks(&later, lock));
	openevse_dialect_keep(&later, &session);
	EXPECT_TRUE(openevse_dialect_lacks(&later, lock));
	EXPECT_TRUE(openevse_dialect_has(&later, heartbeat));
	/* A board with sensors in its cables has the longer buffer. */
	EXPECT_EQ(31, later.frame_limit);
	openevse_dialect_note(&later,
		openevse_dialect_find(OPENEVSE_GET_CABLE_SENSOR, 0), &ok, true);
	EXPECT_EQ(39, later.frame_limit);
}

/* Versions that only tell what was left out of a build. */
TEST(dialects)
{
	static const struct {
		const char *firmware, *protocol;
		bool checked;
		u32 dialect;
	} rows[] = {
		{ "3.11.3", "1.0.3", false, R(1, 0, 3) },
		{ "D4.4.0", "1.0.4", false, R(3, 0, 1) },
		{ "D4.1.0", "1.0.4", false, R(2, 0, 1) },
		{ "4.2.0", "1.0.4", false, R(3, 0, 1) },
		{ "5.0.1", "1.0.5", false, R(3, 0, 1) },
		{ "5.0.1", "2.0.4", true, R(3, 0, 1) },
		{ "5.0.1", "3.0.1", true, R(3, 0, 1) },
		{ "5.0.1", "4.0.1", true, R(4, 0, 1) },
		{ "2.1.A2", "1.0.0", false, UNKNOWN },
		{ "2.1.A6", "1.0.0", false, UNKNOWN },
		{ "2.1.A7", "1.0.0", false, R(1, 0, 0) },
		{ "2.1.A10", "1.0.0", false, R(1, 0, 0) },
		{ "2.1.A", "1.0.0", false, R(1, 0, 0) },
		{ "9.2.0", "6.0.0", true, R(6, 0, 0) },
	};
	struct openevse_session session;
	struct openevse_frame frame;
	char line[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(line, sizeof(line), "$OK %s %s", rows[i].firmware,
			 rows[i].protocol);
		parse(&frame, line, rows[i].checked);
		ASSERT_EQ(0, openevse_dialect_learn(&session, &frame));
		EXPECT_EQ(rows[i].dialect, session.dialect) {
			TH_LOG("%s", line);
		}
	}
}

static const struct {
	const char *text;
	int err;
} raw_rows[] = {
	{ "GP", 0 }, { "GS", 0 }, { "G0", 0 }, { "S3 8", 0 }, { "SC 16 V", 0 },
	{ "ST 22 30 6 15", 0 }, { "FP 0 0 HELLO", 0 }, { "FP 0 0 a  b", 0 },
	{ "SK 0", 0 }, { "SV 223576", 0 }, { "SY 100 6", 0 }, { "S1 24 2 29 12 34 56", 0 },
	{ "FF D 0", 0 }, { "FF B 1", 0 }, { "ZZ", 0 }, { "GI", 0 },
	{ "FP 0 0 \xdf", 0 }, { "ZZ 1 2 3 4 5 6 7 8", 0 },
	/* Bytes that end, restart or split a frame. */
	{ "GS\r", -EINVAL }, { "GS\n", -EINVAL }, { "GS\r$FD", -EINVAL },
	{ "GS$FD", -EINVAL }, { "GS^30", -EINVAL }, { "GS*BE", -EINVAL },
	{ "FP 0 0 a\tb", -EINVAL }, { "FP 0 0 \x01", -EINVAL },
	{ "FP 0 0 \x7f", -EINVAL }, { "FP 0 0 a$b", -EINVAL },
	/* Words the firmware takes for a sequence id. */
	{ "GS :01", -EINVAL }, { "FP 0 0 x :7", -EINVAL }, { "SC 16 :", -EINVAL },
	/* Empty tokens, which it reads as 0. */
	{ "SC 16 ", -EINVAL }, { "SC  16", -EINVAL }, { "SK ", -EINVAL },
	{ "FP 0 0 x ", -EINVAL }, { " GS", -EINVAL }, { "GS ", -EINVAL },
	/* Never safe, whoever asks, in whatever spelling it would be taken. */
	{ "FR", -EINVAL }, { "FR 1", -EINVAL }, { "SE 1", -EINVAL },
	{ "SE 0", -EINVAL }, { "SE", -EINVAL }, { "FF E 0", -EINVAL },
	{ "FF E 1", -EINVAL }, { "FF E", -EINVAL }, { "FF EX 1", -EINVAL },
	{ "FF  E 1", -EINVAL }, { "SK", -EINVAL }, { "FRX", -EINVAL },
	{ "SEX 1", -EINVAL },
	/* No mnemonic. */
	{ "", -EINVAL }, { "G", -EINVAL }, { "g", -EINVAL }, { "gs", -EINVAL },
	{ "Gs", -EINVAL }, { "GSX", -EINVAL }, { "1A", -EINVAL }, { "G ", -EINVAL },
	{ "$GS", -EINVAL }, { ":0", -EINVAL }, { "\xff\xff", -EINVAL },
	/* Ten tokens with the id, that is nine without. */
	{ "ZZ 1 2 3 4 5 6 7 8 9", -EINVAL },
	{ "ZZ 1 2 3 4 5 6 7 8 9 10", -EINVAL },
	{ "FP 0 0 a b c d e f", 0 }, { "FP 0 0 a b c d e f g", -EINVAL },
};

TEST(raw_commands)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(raw_rows); i++) {
		EXPECT_EQ(raw_rows[i].err,
			  openevse_dialect_check_raw(raw_rows[i].text)) {
			TH_LOG("\"%s\"", raw_rows[i].text);
		}
	}
}

/* What passes the check can never restart or end a frame. */
TEST(raw_random)
{
	static const char likely[] = "FPSEGCKR 0123456789 :VMAD$^*\r\n\t\x80\xff";
	char text[OPENEVSE_RAW_LEN];
	u8 out[OPENEVSE_COMMAND_MAX];
	unsigned int seed = 1, passed = 0;
	int i, j, len;

	for (i = 0; i < ROUNDS(2000000); i++) {
		len = rand_r(&seed) % 24;
		for (j = 0; j < len; j++)
			text[j] = likely[rand_r(&seed) % (sizeof(likely) - 1)];
		text[len] = 0;
		if (openevse_dialect_check_raw(text))
			continue;
		passed++;
		ASSERT_EQ(NULL, strpbrk(text, "$^*\r\n"));
		ASSERT_EQ(NULL, strstr(text, " :"));
		ASSERT_NE(0, strncmp(text, "FR", 2));
		ASSERT_NE(0, strncmp(text, "SE", 2));
		ASSERT_GT(openevse_frame_build(out, 39, text, 1), 0);
	}
	EXPECT_GT(passed, ROUNDS(100));
}

/* --- messages --- */

static const struct {
	const char *protocol, *line;
	int err;
	struct openevse_event event;
} message_rows[] = {
	{ "1.0.3", "$ST 03", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = OPENEVSE_EVENT_HAS_STATE, .state = 3 } } },
	{ "1.0.3", "$ST fe", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = OPENEVSE_EVENT_HAS_STATE, .state = 0xfe } } },
	/* Two digits are hex, from firmware 3.3.2; others decimal, before. */
	{ "1.0.3", "$ST 0a", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = OPENEVSE_EVENT_HAS_STATE, .state = 10 } } },
	{ "1.0.3", "$ST 10", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = OPENEVSE_EVENT_HAS_STATE, .state = 16 } } },
	{ "1.0.0", "$ST 3", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = OPENEVSE_EVENT_HAS_STATE, .state = 3 } } },
	{ "1.0.0", "$ST 254", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = OPENEVSE_EVENT_HAS_STATE, .state = 254 } } },
	{ "3.0.1", "$ST 19", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = OPENEVSE_EVENT_HAS_STATE, .state = 0x19 } } },
	{ "5.2.1", "$AT 03 02 16 0140", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = 15, .state = 3, .pilot_state = 2, .vflags = 0x140,
		.capacity_ma = 16000 } } },
	{ "5.2.1", "$AT fe 01 16 0200", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = 15, .state = 0xfe, .pilot_state = 1, .vflags = 0x200,
		.capacity_ma = 16000 } } },
	{ "5.2.1", "$AT 19 01 255 ffff", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = 15, .state = 0x19, .pilot_state = 1, .vflags = 0xffff,
		.capacity_ma = 255000 } } },
	/* The third field was the configured maximum until firmware D6.2.0. */
	{ "5.0.0", "$AT 03 03 32 0140", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = 7, .state = 3, .pilot_state = 3, .vflags = 0x140 } } },
	{ "5.1.0", "$AT 03 03 32 0140", 0, { .type = OPENEVSE_EVENT_STATE, .state = {
		.valid = 15, .state = 3, .pilot_state = 3, .vflags = 0x140,
		.capacity_ma = 32000 } } },
	{ "5.2.1", "$AB 00 8.2.3", 0, { .type = OPENEVSE_EVENT_BOOT, .boot = {
		.valid = OPENEVSE_BOOT_HAS_POST, .firmware = "8.2.3" } } },
	{ "5.2.1", "$AB fe D7.1.1", 0, { .type = OPENEVSE_EVENT_BOOT, .boot = {
		.valid = OPENEVSE_BOOT_HAS_POST, .post = 0xfe,
		.firmware = "D7.1.1" } } },
	{ "5.2.1", "$AB 09 8.2.3.EU", 0, { .type = OPENEVSE_EVENT_BOOT, .boot = {
		.valid = OPENEVSE_BOOT_HAS_POST, .post = 9,
		.firmware = "8.2.3.EU" } } },
	{ "5.2.1", "$AN 0", 0, { .type = OPENEVSE_EVENT_BUTTON, .button = 0 } },
	{ "5.2.1", "$AN 1", 0, { .type = OPENEVSE_EVENT_BUTTON, .button = 1 } },
	{ "3.0.1", "$WF 02", 0, { .type = OPENEVSE_EVENT_WIFI, .wifi_mode = 2 } },
	{ "5.2.1", "$WF 00", 0, { .type = OPENEVSE_EVENT_WIFI, .wifi_mode = 0 } },
	/* The shape of a command that an echoing board sends back. */
	{ "3.0.1", "$ST 22 30 6 15", -ENOMSG, { 0 } },
	{ "3.0.1", "$ST 0 0 0 0", -ENOMSG, { 0 } },
	{ "3.0.1", "$ST", -ENOMSG, { 0 } },
	{ "3.0.1", "$ST 01 02", -ENOMSG, { 0 } },
	{ "5.2.1", "$AT", -ENOMSG, { 0 } },
	{ "5.2.1", "$AT 01 01 24", -ENOMSG, { 0 } },
	{ "5.2.1", "$AT 01 01 24 0200 1", -ENOMSG, { 0 } },
	{ "5.2.1", "$AB 00", -ENOMSG, { 0 } },
	{ "5.2.1", "$AX 1", -ENOMSG, { 0 } },
	{ "5.2.1", "$GS", -ENOMSG, { 0 } },
	{ "5.2.1", "$OK 1", -ENOMSG, { 0 } },
	{ "5.2.1", "$", -ENOMSG, { 0 } },
	{ "5.2.1", "$at 01 01 24 0200", -ENOMSG, { 0 } },
	/* The right shape, broken. */
	{ "3.0.1", "$ST xx", -EBADMSG, { 0 } },
	{ "3.0.1", "$ST 256", -EBADMSG, { 0 } },
	{ "3.0.1", "$ST 001ff", -EBADMSG, { 0 } },
	{ "3.0.1", "$ST -1", -EBADMSG, { 0 } },
	{ "5.2.1", "$AT 100 01 24 0200", -EBADMSG, { 0 } },
	{ "5.2.1", "$AT 01 01 1a 0200", -EBADMSG, { 0 } },
	{ "5.2.1", "$AT 01 01 300 0200", -EBADMSG, { 0 } },
	{ "5.2.1", "$AT 01 01 24 10000", -EBADMSG, { 0 } },
	{ "5.2.1", "$AT  01 24 0200", -EBADMSG, { 0 } },
	{ "5.2.1", "$AB 00 823", -EBADMSG, { 0 } },
	{ "5.2.1", "$AB 0g 8.2.3", -EBADMSG, { 0 } },
	{ "5.2.1", "$AB 00 1.3456789012345678901234", -EBADMSG, { 0 } },
	{ "5.2.1", "$AN x", -EBADMSG, { 0 } },
	{ "5.2.1", "$AN 1000", -EBADMSG, { 0 } },
	{ "5.2.1", "$WF 0x2", -EBADMSG, { 0 } },
};

TEST(messages)
{
	struct openevse_session session;
	struct openevse_event event;
	struct openevse_frame frame;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(message_rows); i++) {
		make_session(&session, message_rows[i].protocol);
		ASSERT_NE(0, session.rapi);
		ASSERT_EQ(0, parse(&frame, message_rows[i].line,
				   session.reply_checksum));
		memset(&event, 0xff, sizeof(event));
		EXPECT_EQ(message_rows[i].err,
			  openevse_dialect_message(&session, &frame, &event)) {
			TH_LOG("%s", message_rows[i].line);
		}
		if (!message_rows[i].err) {
			EXPECT_EQ(0, memcmp(&message_rows[i].event, &event,
					    sizeof(event))) {
				TH_LOG("%s", message_rows[i].line);
			}
		}
	}
}

/* --- anything --- */

TEST(random_frames)
{
	static const char *const words[] = {
		"OK", "NK", "ST", "AT", "AB", "AN", "WF", "0", "1", "-1", "01", "fe",
		"ff", "10", "0200", "255", "256", "8.2.3", "5.2.1", "", "x", "99999",
		"4294967295", "4294967296", "2147483648", "-2147483648", ":01",
		"12345678901234567890", "1.345678901234567890123", "\xff\xfe",
	};
	struct openevse_session session;
	struct openevse_event event;
	struct openevse_frame frame;
	unsigned int seed = 7;
	char line[OPENEVSE_LINE_MAX];
	int i, j, count;
	size_t at, row;

	openevse_dialect_reset(&session);
	for (i = 0; i < ROUNDS(100000); i++) {
		count = rand_r(&seed) % 6;
		at = snprintf(line, sizeof(line), "$%s",
			      words[rand_r(&seed) % ARRAY_SIZE(words)]);
		for (j = 0; j < count && at < sizeof(line) - 32; j++)
			at += snprintf(line + at, sizeof(line) - at, " %s",
				       words[rand_r(&seed) % ARRAY_SIZE(words)]);
		if (parse(&frame, line, rand_r(&seed) & 1))
			continue;
		openevse_dialect_learn(&session, &frame);
		openevse_dialect_believes(&session, &frame);
		openevse_dialect_message(&session, &frame, &event);
		for (row = 0; openevse_dialect_row(row); row++) {
			const struct openevse_command *command;
			void *out;

			command = openevse_dialect_row(row);
			openevse_dialect_answers(command, &frame);
			out = calloc(1, command->size ? command->size : 1);
			openevse_dialect_decode(command, &frame, out);
			free(out);
		}
	}
}

#ifndef __KERNEL__	/* which reads no files */

/* --- real firmware --- */

static const struct {
	const char *name, *protocol;
} recording_rows[] = {
	{ "3.11.3-t1", "1.0.3" }, { "3.11.3-t2", "1.0.3" }, { "3.11.3-t3", "1.0.3" },
	{ "4.6.0-t1", "3.0.1" }, { "4.6.0-t2", "3.0.1" }, { "4.6.0-t3", "3.0.1" },
	{ "8.2.3-t1", "5.2.1" }, { "8.2.3-t2", "5.2.1" }, { "8.2.3-t3", "5.2.1" },
};

static bool is_known_message(const struct openevse_frame *frame)
{
	return openevse_frame_is(frame, "ST") || openevse_frame_is(frame, "AT") ||
	       openevse_frame_is(frame, "AB") || openevse_frame_is(frame, "AN") ||
	       openevse_frame_is(frame, "WF");
}

/* Answers to the commands this firmware has, by the text of the command. */
static const struct openevse_command *asked(const struct recording_entry *entry,
					    u32 dialect)
{
	const struct openevse_command *row;
	size_t i;

	if (entry->len < 4 || entry->bytes[0] != '$' ||
	    (entry->bytes[3] != '^' && entry->bytes[3] != '*'))
		return NULL;
	for (i = 0; (row = openevse_dialect_row(i)); i++)
		if (!memcmp(row->mnemonic, entry->bytes + 1, 2))
			return openevse_dialect_variant(row, dialect);
	return NULL;
}

/* Every message of real firmware is understood; every answer has its shape. */
TEST(recordings)
{
	const struct recording_entry *entry;
	const struct openevse_command *command;
	struct openevse_session session;
	struct recording recording;
	struct openevse_frame frame;
	struct openevse_event event;
	unsigned int messages, answers;
	char path[4096];
	size_t r, i;

	for (r = 0; r < ARRAY_SIZE(recording_rows); r++) {
		snprintf(path, sizeof(path), "%s/%s.simlog",
			 recording_directory(), recording_rows[r].name);
		if (access(path, R_OK))
			SKIP(return, "no recordings");
		ASSERT_EQ(0, recording_load(&recording, path));
		make_session(&session, recording_rows[r].protocol);
		messages = answers = 0;
		command = NULL;
		for (i = 0; i < recording.count; i++) {
			entry = &recording.entry[i];
			if (entry->kind == RECORDING_COMMAND)
				command = command ? NULL :
						    asked(entry, session.dialect);
			if (entry->kind != RECORDING_ANSWER ||
			    entry->bytes[0] != '$' ||
			    openevse_frame_parse(&frame, entry->bytes,
						 entry->len - 1))
				continue;
			if (is_known_message(&frame)) {
				messages++;
				EXPECT_TRUE(openevse_dialect_believes(&session,
								      &frame));
				EXPECT_EQ(0, openevse_dialect_message(&session,
							&frame, &event)) {
					TH_LOG("%s: %s", recording_rows[r].name,
					       (char *)entry->bytes);
				}
			}
			if (openevse_dialect_is_reply(&frame)) {
				if (command && openevse_frame_is(&frame, "OK")) {
					answers++;
					EXPECT_TRUE(openevse_dialect_answers(
							command, &frame)) {
						TH_LOG("%s: %s",
						       recording_rows[r].name,
						       (char *)entry->bytes);
					}
				}
				command = NULL;
			}
		}
		EXPECT_GT(messages, 2);
		EXPECT_GT(answers, 5);
		recording_free(&recording);
	}
}

#endif

/* --- what writes the EEPROM --- */

TEST(saves)
{
	static const struct {
		const char *text;
		u32 rapi;
		bool saves;
	} commands[] = {
		{ "SC 16", OPENEVSE_RAPI(1, 0, 3), true },
		{ "SC 16", OPENEVSE_RAPI(5, 2, 1), true },
		{ "SC 16 V", OPENEVSE_RAPI(5, 2, 1), false },
		/* Taken for an argument too many, or for nothing. */
		{ "SC 16 V", OPENEVSE_RAPI(1, 0, 3), true },
		{ "SC 32 M", OPENEVSE_RAPI(5, 2, 1), true },
		{ "SK 0", OPENEVSE_RAPI(5, 2, 1), true },
		{ "SL A", OPENEVSE_RAPI(5, 2, 1), true },
		{ "ST 1 0 2 0", OPENEVSE_RAPI(5, 2, 1), true },
		{ "FF D 1", OPENEVSE_RAPI(5, 2, 1), true },
		{ "SD 1", OPENEVSE_RAPI(3, 0, 1), true },
		/* A pulse, and what the board watches over this host with. */
		{ "SY", OPENEVSE_RAPI(5, 2, 1), false },
		{ "SY 60 6", OPENEVSE_RAPI(5, 2, 1), true },
		{ "S3 4", OPENEVSE_RAPI(5, 2, 1), false },
		{ "SH 4", OPENEVSE_RAPI(5, 2, 1), false },
		{ "FE", OPENEVSE_RAPI(5, 2, 1), false },
		{ "FP 0 0 SC 16", OPENEVSE_RAPI(5, 2, 1), false },
		{ "GE", OPENEVSE_RAPI(5, 2, 1), false },
		/* What the firmware does not look at, and what has no number. */
		{ "FH 1", OPENEVSE_RAPI(6, 0, 0), true },
		{ "FF D1 1", OPENEVSE_RAPI(5, 2, 1), true },
		{ "SC V", OPENEVSE_RAPI(5, 2, 1), true },
		{ "SY 1", OPENEVSE_RAPI(5, 2, 1), true },
		/* Another word for SF, until firmware D4.3.2. */
		{ "SS 1", OPENEVSE_RAPI(1, 0, 3), true },
		{ "SS 1", OPENEVSE_RAPI(2, 0, 3), true },
		{ "SS 1", OPENEVSE_RAPI(3, 0, 1), true },
		{ "SS 1", OPENEVSE_RAPI(4, 0, 0), false },
		{ "ZZ", OPENEVSE_RAPI(5, 2, 1), false },
		{ "", OPENEVSE_RAPI(5, 2, 1), false },
	};
	const struct openevse_command *row;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		EXPECT_EQ(commands[i].saves,
			  openevse_dialect_saves(NULL, commands[i].text,
						 commands[i].rapi)) {
			TH_LOG("command %zu", i);
		}
	/* A row knows it, whatever its text. */
	for (i = 0; (row = openevse_dialect_row(i)); i++)
		EXPECT_EQ(!!(row->flags & OPENEVSE_COMMAND_EEPROM),
			  openevse_dialect_saves(row, "", 0));
}

TEST_HARNESS_MAIN
