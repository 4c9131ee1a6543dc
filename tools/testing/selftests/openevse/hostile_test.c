// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes that no board should send and cables and neighbours do: noise, damaged
 * and foreign frames, echoes. Each ends as a counted frame or a clear error,
 * whole frames are not lost, and the next exchange works.
 */
#include <errno.h>

#include "../kselftest_harness.h"

#include "fixture.h"

BOARD_FIXTURE(hostile)
BOARD_VARIANTS(hostile);

/* What only these have. */
BOARD_FIXTURE(checksums)
BOARD_VARIANT(checksums, 4_6_0);
BOARD_VARIANT(checksums, 8_2_3);

static void say(struct fakeboard *board, const char *text)
{
	fake_say(board, text, strlen(text));
}

/* --- bytes --- */

TEST_F_TIMEOUT(hostile, overlong_lines, TEST_SECONDS)
{
	static const size_t lengths[] = { 128, 129, 255, 256, 4096, 20000 };
	struct openevse_stats before = station_stats(self->fd);
	static char line[20000];
	size_t i;

	memset(line, 'A', sizeof(line));
	line[0] = '$';
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		fake_say(&self->board, line, lengths[i]);
		say(&self->board, "\r");
		expect_works();
		EXPECT_EQ(before.bad_frames + i + 1,
			  station_stats(self->fd).bad_frames);
	}
}

/* No end at all, then a whole frame: its '$' ends the other. */
TEST_F_TIMEOUT(hostile, unterminated_line, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);

	say(&self->board, "$ST 0");
	expect_works();
	EXPECT_EQ(before.bad_frames + 1, station_stats(self->fd).bad_frames);
}

TEST_F_TIMEOUT(hostile, wrong_checksums, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);

	say(&self->board, "$WF 02^16\r");
	say(&self->board, "$AT 03 03 16 0140^00\r");
	say(&self->board, "$ST 03^01\r");
	say(&self->board, "$AB 00 8.2.3^1F\r");
	expect_no_event();
	EXPECT_EQ(before.bad_checksum + 4, station_stats(self->fd).bad_checksum);
	expect_works();
}

/* Where this firmware sends one, a frame without has lost it. */
TEST_F_TIMEOUT(checksums, missing_checksums, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);

	say(&self->board, "$WF 02\r");
	say(&self->board, "$AT 03 03 16 0140\r");
	say(&self->board, "$ST 03\r");
	say(&self->board, "$ST 03^\r");
	say(&self->board, "$ST 03^0\r");
	say(&self->board, "$AB 00 8.2.3\r");
	expect_no_event();
	EXPECT_EQ(before.bad_checksum + 6, station_stats(self->fd).bad_checksum);
	expect_works();
}

TEST_F_TIMEOUT(hostile, return_inside, TEST_SECONDS)
{
	say(&self->board, "$W\rF 02^17\r");
	say(&self->board, "$\r\r\r$\r");
	say(&self->board, "$WF\r 02^17\r");
	expect_no_event();
	expect_works();
}

TEST_F_TIMEOUT(hostile, line_feed_inside, TEST_SECONDS)
{
	say(&self->board, "$WF\n02\r");
	say(&self->board, "\n\n\n$WF 0\n2^17\r\n\n");
	expect_no_event();
	expect_works();
}

/* Failure case 19: NUL bytes, as a resetting board sends them. */
TEST_F_TIMEOUT(hostile, nul_bytes, TEST_SECONDS)
{
	static const char inside[] = "$WF\0 02^17\r\0\0\0$W\0F 02\r$\0\r";
	struct openevse_stats before = station_stats(self->fd);
	static const char zeroes[300];

	fake_say(&self->board, inside, sizeof(inside) - 1);
	expect_no_event();
	fake_say(&self->board, zeroes, sizeof(zeroes));
	expect_works();
	EXPECT_GE(station_stats(self->fd).junk_bytes,
		  before.junk_bytes + sizeof(zeroes));
}

TEST_F_TIMEOUT(hostile, eight_bit_garbage, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd), after;
	unsigned int seed = 42;
	unsigned char garbage[4096];
	size_t i, round;

	for (round = 0; round < 16; round++) {
		for (i = 0; i < sizeof(garbage); i++)
			garbage[i] = rand_r(&seed) >> 7;
		fake_say(&self->board, garbage, sizeof(garbage));
		if (round % 4 == 3)
			expect_works();
	}
	after = station_stats(self->fd);
	EXPECT_GT(after.junk_bytes + 100 * after.bad_frames,
		  before.junk_bytes + 1000);
	EXPECT_EQ(before.resets, after.resets);
}

/* Made of what frames are made of. */
TEST_F_TIMEOUT(hostile, likely_garbage, TEST_SECONDS)
{
	static const char likely[] = "$OK NKATST^:  0123456789ABCDEF\r\r\n";
	int64_t deadline = now_ms() + PATIENCE_MS;
	struct openevse_energy energy;
	unsigned int seed = 4711;
	char garbage[4096];
	size_t i, round;
	int err;

	for (round = 0; round < 8; round++) {
		for (i = 0; i < sizeof(garbage); i++)
			garbage[i] = likely[rand_r(&seed) % (sizeof(likely) - 1)];
		fake_say(&self->board, garbage, sizeof(garbage));
	}
	station_drain(self->fd);
	/* Old firmware cannot be told from this garbage: it may be believed. */
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	/* While it lasts, any answer may be lost in it. */
	do {
		err = station_call(self->fd, OPENEVSE_GET_ENERGY, &energy);
	} while (err == -EBADMSG && now_ms() < deadline);
	ASSERT_EQ(0, err);
	expect_works();
}

/* Failure case 18: text of the boot between frames. */
TEST_F_TIMEOUT(hostile, boot_text, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);

	say(&self->board, "\nrelayCloseMs: 100\r\nrelayHoldPwm: 255\r\n");
	expect_no_event();
	EXPECT_EQ(before.junk_bytes + 39, station_stats(self->fd).junk_bytes);
	EXPECT_EQ(before.bad_frames, station_stats(self->fd).bad_frames);
	expect_works();
}

TEST_F_TIMEOUT(hostile, split_answer, TEST_SECONDS)
{
	struct openevse_energy energy;

	fake_rule(&self->board, "GU", FAKE_SPLIT, 1, NULL, 0);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	expect_works();
}

/* Failure case 3: a message between a command and its reply. */
TEST_F_TIMEOUT(hostile, glued_answer, TEST_SECONDS)
{
	const char *around = variant->profile->checksums ?
			     "\r\n$WF 02^17\r$ST" : "\r\n$WF 02\r$ST";
	struct openevse_energy energy;
	struct openevse_event event;
	int i;

	for (i = 0; i < 20; i++) {
		fake_rule(&self->board, "GU", FAKE_GLUED, 1, around, 0);
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY,
					  &energy));
		EXPECT_EQ(123456, energy.total_wh);
		ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
		ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
		EXPECT_EQ(OPENEVSE_EVENT_WIFI, event.type);
	}
	expect_works();
}

/* --- frames that are no answer --- */

/* Failure case 42: replies to commands of another master. */
TEST_F_TIMEOUT(hostile, unasked_replies, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	int64_t deadline = now_ms() + PATIENCE_MS;

	fake_message(&self->board, "OK 1 2");
	fake_message(&self->board, "NK");
	fake_message(&self->board, "OK");
	/* Without ids they would do as an answer to what is asked too soon. */
	while (station_stats(self->fd).foreign < before.foreign + 3 &&
	       now_ms() < deadline)
		short_pause();
	EXPECT_EQ(before.foreign + 3, station_stats(self->fd).foreign);
	expect_no_event();
	expect_works();
}

TEST_F_TIMEOUT(hostile, unknown_frames, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);

	fake_message(&self->board, "XX 1 2 3");
	fake_message(&self->board, "AT 1 2");
	fake_message(&self->board, "ST 22 30 6 15");
	fake_message(&self->board, "AN x");
	fake_message(&self->board, "OKAY");
	fake_message(&self->board, "");
	expect_no_event();
	EXPECT_EQ(before.unknown + 6, station_stats(self->fd).unknown);
	expect_works();
}

TEST_F_TIMEOUT(hostile, answered_twice, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_energy energy;

	fake_rule(&self->board, "GU", FAKE_TWICE, 1, NULL, 0);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	expect_works();
	EXPECT_EQ(before.foreign + 1, station_stats(self->fd).foreign);
}

/* Failure case 42: another master's reply in place of our own. */
/* Two masters on one line: the other one's answers carry its ids, or none. */
TEST_F_TIMEOUT(checksums, answers_to_another_master, TEST_SECONDS)
{
	struct openevse_energy energy;
	char frame[64];
	size_t len;
	int i;

	for (i = 0; i < 20; i++) {
		len = fake_frame(variant->profile, "OK 1 1", i % 2 ? 0xee : 0,
				 frame, sizeof(frame));
		fake_no_rules(&self->board);
		fake_rule_bytes(&self->board, "GU", FAKE_BYTES, 1, frame, len);
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY,
					  &energy));
		ASSERT_EQ(123456, energy.total_wh);
	}
	expect_works();
}

/* --- damage --- */

/* Failure case 6: the command was damaged, says $NK without its id. */
/* Refused without its id: the command was damaged on its way. */
TEST_F_TIMEOUT(hostile, command_damaged, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;
	char frame[64];

	fake_rule_bytes(&self->board, "GU", FAKE_BYTES, 1, frame,
			fake_frame(variant->profile, "NK", 0, frame,
				   sizeof(frame)));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	EXPECT_EQ(2, fake_count(&self->board, "GU", heard));
	EXPECT_EQ(before.retries + 1, station_stats(self->fd).retries);
	EXPECT_EQ(before.timeouts, station_stats(self->fd).timeouts);
	expect_works();
}

/*
 * Another command was heard, and refused with the id of ours: two bytes were
 * damaged, and one of them was the checksum's. It does not mean that the board
 * has not got what it had before.
 */
TEST_F_TIMEOUT(hostile, command_misheard, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;
	int i;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	fake_rule(&self->board, "GU", FAKE_TEXT, 2, "NK", 0);
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	EXPECT_EQ(4, fake_count(&self->board, "GU", heard));
	for (i = 0; i < 3; i++) {
		fake_rule(&self->board, "GU", FAKE_TEXT, 3, "NK", 0);
		EXPECT_EQ(-EBADMSG, station_call(self->fd, OPENEVSE_GET_ENERGY,
						 &energy));
	}
	expect_works();
}

/* Failure case 5: the checksum of the reply is wrong. */
TEST_F_TIMEOUT(hostile, reply_damaged, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_energy energy;

	fake_rule_bytes(&self->board, "GU", FAKE_BYTES, 1, "$OK 1 2^00\r", 11);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	EXPECT_EQ(before.bad_checksum + 1, station_stats(self->fd).bad_checksum);
	expect_works();
}

/* Failure case 5: a byte of the reply is lost. */
/* One byte lost from the reply, whichever it is. */
TEST_F_TIMEOUT(checksums, reply_truncated, TEST_SECONDS)
{
	struct openevse_energy energy;
	char frame[64], cut[64];
	size_t len, at;

	len = fake_frame(variant->profile, "OK 7200 123456", 0, frame,
			 sizeof(frame));
	/* A lost first or last byte costs a try: one of each is enough. */
	for (at = 0; at < len; at += len / 3) {
		memcpy(cut, frame, at);
		memcpy(cut + at, frame + at + 1, len - at - 1);
		fake_no_rules(&self->board);
		fake_rule_bytes(&self->board, "GU", FAKE_BYTES, 1, cut, len - 1);
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY,
					  &energy));
		EXPECT_EQ(123456, energy.total_wh);
		EXPECT_EQ(7200, energy.session_j);
	}
	expect_works();
}

/* --- echo --- */

/* Failure case 20: the board sends back what it receives. */
/* Failure case 21: an echoed "$ST 22 30 6 15" looks like a message. */
TEST_F_TIMEOUT(hostile, echo, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_raw raw = { .command = "ST 22 30 6 15" };
	struct openevse_event event;
	struct openevse_info info;
	int i;

	self->board.echo = true;
	for (i = 0; i < 5; i++)
		expect_works();
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SLEEP, NULL));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &info));
	EXPECT_NE(0, info.flags & OPENEVSE_INFO_ECHO);
	EXPECT_GE(station_stats(self->fd).echoes, before.echoes + 11);
	station_drain(self->fd);

	/* The timer command has the letters of the state message. */
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_RAW, &raw));
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_SETTING, event.type);
	EXPECT_EQ(OPENEVSE_RAW, event.setting.request);
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &event, 0));

	self->board.echo = false;
	expect_works();
}

TEST_HARNESS_MAIN
