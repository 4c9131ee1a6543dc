// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of driver/dialect.c in user space, meant to run under ASan and UBSan:
 * replies of every firmware generation, versions as boards spell them, messages
 * by their shape, arguments that must not be sent.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dialect.h"

#include "../kselftest_harness.h"

#include "recording.h"

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

static int decode(enum openevse_command_id id, const char *line, void *out)
{
	struct openevse_frame frame;
	int err = parse(&frame, line, false);

	return err ? err :
	       openevse_dialect_decode(openevse_dialect_command(id), &frame, out);
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
			  decode(OPENEVSE_COMMAND_GET_STATE, rows[i].line, &state)) {
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

	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_GET_SETTINGS, "$OK 16 0020", &settings));
	EXPECT_EQ(16000, settings.capacity_ma);
	EXPECT_EQ(OPENEVSE_SETTING_NO_AUTO_LEVEL, settings.flags);
	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_GET_SETTINGS, "$OK 80 ffff", &settings));
	EXPECT_EQ(80000, settings.capacity_ma);
	EXPECT_EQ(0xffff, settings.flags);
	EXPECT_EQ(-EBADMSG,
		  decode(OPENEVSE_COMMAND_GET_SETTINGS, "$OK 256 0020", &settings));
	EXPECT_EQ(-EBADMSG,
		  decode(OPENEVSE_COMMAND_GET_SETTINGS, "$OK 16 00g0", &settings));
}

TEST(replies_range)
{
	struct openevse_current_capacity_range range = { 0 };

	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_GET_RANGE, "$OK 10 80", &range));
	EXPECT_EQ(0, range.valid);
	EXPECT_EQ(10000, range.min_ma);
	EXPECT_EQ(80000, range.max_ma);

	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_GET_RANGE, "$OK 6 80 16", &range));
	EXPECT_EQ(OPENEVSE_RANGE_HAS_PILOT, range.valid);
	EXPECT_EQ(16000, range.pilot_ma);
	EXPECT_EQ(0, range.configured_max_ma);

	memset(&range, 0, sizeof(range));
	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_GET_RANGE, "$OK 6 80 16 32", &range));
	EXPECT_EQ(OPENEVSE_RANGE_HAS_PILOT | OPENEVSE_RANGE_HAS_CONFIGURED,
		  range.valid);
	EXPECT_EQ(32000, range.configured_max_ma);
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_COMMAND_GET_RANGE, "$OK 6", &range));
	EXPECT_EQ(-EBADMSG,
		  decode(OPENEVSE_COMMAND_GET_RANGE, "$OK 6 80 16 32 1", &range));
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
		EXPECT_EQ(rows[i].err, decode(OPENEVSE_COMMAND_GET_CHARGING,
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

	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_GET_ENERGY, "$OK 3600000 123456", &energy));
	EXPECT_EQ(3600000, energy.session_j);
	EXPECT_EQ(123456, energy.total_wh);
	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_GET_ENERGY,
			    "$OK 4294967295 4294967295", &energy));
	EXPECT_EQ(4294967295, energy.session_j);
	EXPECT_EQ(4294967295, energy.total_wh);
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_COMMAND_GET_ENERGY,
				   "$OK 4294967296 0", &energy));
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_COMMAND_GET_ENERGY, "$OK -1 0", &energy));
}

TEST(replies_version)
{
	struct openevse_version version;

	memset(&version, 0xff, sizeof(version));
	memset(&version, 0, sizeof(version));
	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_GET_VERSION, "$OK D4.10.2 4.0.1",
			    &version));
	EXPECT_STREQ("D4.10.2", version.firmware);
	EXPECT_STREQ("4.0.1", version.protocol);
}

TEST(replies_capacity)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 16000 };

	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_SET_CAPACITY, "$OK", &capacity));
	EXPECT_EQ(0, capacity.valid);
	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_SET_CAPACITY, "$OK 16", &capacity));
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	EXPECT_EQ(16000, capacity.result_ma);
	EXPECT_EQ(16000, capacity.capacity_ma);
	/* Refused, and applied all the same. */
	EXPECT_EQ(0, decode(OPENEVSE_COMMAND_SAVE_CAPACITY, "$NK 80", &capacity));
	EXPECT_EQ(80000, capacity.result_ma);
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_COMMAND_SET_CAPACITY, "$OK 16 0", &capacity));
	EXPECT_EQ(-EBADMSG, decode(OPENEVSE_COMMAND_SET_CAPACITY, "$OK 300", &capacity));
}

/* A setter without values takes a bare OK only. */
TEST(replies_bare)
{
	static const enum openevse_command_id ids[] = {
		OPENEVSE_COMMAND_ENABLE, OPENEVSE_COMMAND_DISABLE,
		OPENEVSE_COMMAND_SLEEP,
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

	command = openevse_dialect_command(OPENEVSE_COMMAND_GET_VERSION);
	EXPECT_TRUE(openevse_dialect_answers(command, &gv));
	EXPECT_FALSE(openevse_dialect_answers(command, &gs));
	EXPECT_FALSE(openevse_dialect_answers(command, &ge));
	EXPECT_FALSE(openevse_dialect_answers(command, &bare));
	EXPECT_TRUE(openevse_dialect_answers(command, &nk));

	command = openevse_dialect_command(OPENEVSE_COMMAND_GET_STATE);
	EXPECT_TRUE(openevse_dialect_answers(command, &gs));
	EXPECT_FALSE(openevse_dialect_answers(command, &gv));
	EXPECT_FALSE(openevse_dialect_answers(command, &ge));
	EXPECT_FALSE(openevse_dialect_answers(command, &bare));

	command = openevse_dialect_command(OPENEVSE_COMMAND_SLEEP);
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
	size_t i;
	int id;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		ASSERT_EQ(0, parse(&frame, lines[i], false));
		for (id = 0; id < OPENEVSE_COMMAND_COUNT; id++)
			openevse_dialect_answers(openevse_dialect_command(id),
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

TEST(table)
{
	static const struct {
		u32 ioctl;
		enum openevse_command_id id;
		const char *mnemonic;
		u16 size;
	} rows[] = {
		{ OPENEVSE_GET_VERSION, OPENEVSE_COMMAND_GET_VERSION, "GV", 48 },
		{ OPENEVSE_GET_STATE, OPENEVSE_COMMAND_GET_STATE, "GS", 24 },
		{ OPENEVSE_GET_SETTINGS, OPENEVSE_COMMAND_GET_SETTINGS, "GE", 16 },
		{ OPENEVSE_GET_CURRENT_CAPACITY_RANGE,
		  OPENEVSE_COMMAND_GET_RANGE, "GC", 24 },
		{ OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
		  OPENEVSE_COMMAND_GET_CHARGING, "GG", 16 },
		{ OPENEVSE_GET_ENERGY, OPENEVSE_COMMAND_GET_ENERGY, "GU", 24 },
		{ OPENEVSE_ENABLE, OPENEVSE_COMMAND_ENABLE, "FE", 0 },
		{ OPENEVSE_DISABLE, OPENEVSE_COMMAND_DISABLE, "FD", 0 },
		{ OPENEVSE_SLEEP, OPENEVSE_COMMAND_SLEEP, "FS", 0 },
		{ OPENEVSE_RESET, OPENEVSE_COMMAND_RESET, "FR", 0 },
		{ OPENEVSE_SET_CURRENT_CAPACITY,
		  OPENEVSE_COMMAND_SET_CAPACITY, "SC", 16 },
	};
	const struct openevse_command *command;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		command = openevse_dialect_by_ioctl(rows[i].ioctl);
		ASSERT_NE(NULL, command);
		EXPECT_EQ(openevse_dialect_command(rows[i].id), command);
		EXPECT_STREQ(rows[i].mnemonic, command->mnemonic);
		EXPECT_EQ(rows[i].size, command->size);
		EXPECT_EQ(rows[i].mnemonic[0] != 'G',
			  !!(command->flags & OPENEVSE_COMMAND_CONTROL));
	}
}

/* Numbers that are no row's ioctl, 0 among them. */
TEST(no_such_ioctl)
{
	static const u32 numbers[] = {
		0, 1, OPENEVSE_GET_INFO, OPENEVSE_GET_STATS, OPENEVSE_RAW,
		OPENEVSE_TTY_GET_INDEX, _IO(OPENEVSE_IOC_MAGIC, 0x3f), ~0u,
		_IOR(OPENEVSE_IOC_MAGIC, 0x20, int),
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT_EQ(NULL, openevse_dialect_by_ioctl(numbers[i])) {
			TH_LOG("number %#x", numbers[i]);
		}
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

	save = openevse_dialect_command(OPENEVSE_COMMAND_SAVE_CAPACITY);
	keep = openevse_dialect_command(OPENEVSE_COMMAND_SET_CAPACITY);
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
	char text[OPENEVSE_TEXT_MAX];
	int id;

	for (id = 0; id < OPENEVSE_COMMAND_SAVE_CAPACITY; id++) {
		EXPECT_EQ(0, openevse_dialect_encode(openevse_dialect_command(id),
						     NULL, text));
		EXPECT_STREQ(openevse_dialect_command(id)->mnemonic, text);
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

	for (i = 0; i < 2000000; i++) {
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
	EXPECT_GT(passed, 100);
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
	int i, j, count, id;
	size_t at;

	openevse_dialect_reset(&session);
	for (i = 0; i < 300000; i++) {
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
		for (id = 0; id < OPENEVSE_COMMAND_COUNT; id++) {
			const struct openevse_command *command;
			void *out;

			command = openevse_dialect_command(id);
			openevse_dialect_answers(command, &frame);
			out = calloc(1, command->size ? command->size : 1);
			openevse_dialect_decode(command, &frame, out);
			free(out);
		}
	}
}

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

/* Answers to the commands of the table, by the text of the command. */
static const struct openevse_command *asked(const struct recording_entry *entry)
{
	int id;

	if (entry->len < 4 || entry->bytes[0] != '$' ||
	    (entry->bytes[3] != '^' && entry->bytes[3] != '*'))
		return NULL;
	for (id = 0; id <= OPENEVSE_COMMAND_SLEEP; id++)
		if (!memcmp(openevse_dialect_command(id)->mnemonic,
			    entry->bytes + 1, 2))
			return openevse_dialect_command(id);
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
				command = command ? NULL : asked(entry);
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

TEST_HARNESS_MAIN
