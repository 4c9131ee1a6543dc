// SPDX-License-Identifier: GPL-2.0
/*
 * Boards that do not answer, answer late, answer what was asked long ago, or
 * have reset meanwhile. Nobody gets another's answer, nobody waits longer than
 * promised, and the board is found again.
 */
#include <errno.h>

#include "../kselftest_harness.h"

#include "fixture.h"

BOARD_FIXTURE(silence)
BOARD_VARIANTS(silence);

/* --- late answers --- */

/*
 * The board is deaf longer than a try lasts and then answers everything it has
 * received, back to back. No answer must be taken for another's: all of these
 * have the same shape on old firmware.
 */
TEST_F_TIMEOUT(silence, late_answers, TEST_SECONDS)
{
	static const int delays[] = { 2300, 4500 };
	struct openevse_current_capacity_range range;
	struct openevse_energy energy;
	struct openevse_state state;
	size_t i;

	self->board.is.elapsed = 99;
	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		fake_rule(&self->board, "GU", FAKE_LATE, 1, NULL, delays[i]);
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY,
					  &energy));
		EXPECT_EQ(7200, energy.session_j);
		EXPECT_EQ(123456, energy.total_wh);
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
		EXPECT_EQ(1, state.state);
		EXPECT_EQ(99, state.elapsed_s);
		ASSERT_EQ(0, station_call(self->fd,
					  OPENEVSE_GET_CURRENT_CAPACITY_RANGE,
					  &range));
		EXPECT_EQ(80000, range.max_ma);
		expect_works();
	}
	EXPECT_GE(station_stats(self->fd).timeouts, 2);
}

/* Late beyond all patience: the caller is gone when the answer comes. */
TEST_F_TIMEOUT(silence, answer_after_giving_up, TEST_SECONDS)
{
	struct openevse_raw raw = { .command = "ZZ", .timeout_ms = 1000 };
	struct openevse_state state;

	fake_rule(&self->board, "ZZ", FAKE_SILENT, 1, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_RAW, &raw));
	/* Here it is, where another command is under way. */
	self->board.is.elapsed = 5;
	fake_rule(&self->board, "GS", FAKE_GLUED, 1,
		  variant->profile->checksums ? "$OK^20\r" : "$OK \r", 0);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(5, state.elapsed_s);
	expect_works();
}

/* --- silence --- */

TEST_F_TIMEOUT(silence, falls_silent_and_comes_back, TEST_SECONDS)
{
	struct openevse_energy energy;
	struct openevse_event event;
	int64_t begun = now_ms();

	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_GET_ENERGY,
					   &energy));
	EXPECT_LE(now_ms() - begun, GIVE_UP_MS);
	fake_no_rules(&self->board);
	/* Asking it shows that it is back, without waiting for a probe. */
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	while (!station_event(self->fd, &event, 0))
		EXPECT_NE(OPENEVSE_EVENT_BOOT, event.type);
	expect_works();
}

/* Only its messages still come: the line to it is cut. */
TEST_F_TIMEOUT(silence, deaf_but_talking, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_state state;

	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	fake_state(&self->board, 3, 3, 0x140);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(3, event.state.state);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	fake_state(&self->board, 1, 1, 0x200);
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_STATE, &event));
	EXPECT_EQ(1, event.state.state);
	expect_works();
}

/* --- resets --- */

/* In the middle of a command, which the board then knows nothing of. */
TEST_F_TIMEOUT(silence, reset_while_asked, TEST_SECONDS)
{
	struct openevse_energy energy;
	struct openevse_event event;
	char boot[64];

	fake_rule_bytes(&self->board, "GU", FAKE_BYTES, 1, boot,
			fake_frame(variant->profile, variant->profile->modern ?
				   "AB 00 8.2.3" : "ST 00", 0, boot,
				   sizeof(boot)));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT, &event));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	expect_works();
}

/* Another firmware behind the same cable: flashed, or boards exchanged. */
TEST_F_TIMEOUT(silence, another_firmware, TEST_SECONDS)
{
	static const struct fake_profile *const others[] = {
		&fake_3_11_3, &fake_8_2_3, &fake_4_6_0, &fake_8_2_3, &fake_3_11_3,
	};
	struct openevse_info info;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		struct openevse_energy energy;
		int64_t deadline = now_ms() + PATIENCE_MS;

		self->board.profile = others[i];
		fake_message(&self->board, others[i]->modern ? "AB 00 8.2.3" :
			     "ST 00");
		/* Its first word may not be believed, being of another kind. */
		do {
			station_call(self->fd, OPENEVSE_GET_ENERGY, &energy);
			ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO,
						  &info));
		} while (strcmp(info.firmware, others[i]->firmware) &&
			 now_ms() < deadline);
		EXPECT_STREQ(others[i]->firmware, info.firmware);
		ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
		expect_works();
	}
}

/* --- a board that was never there --- */

FIXTURE(silent) {
	struct station station;
	struct fakeboard board;
};

FIXTURE_SETUP(silent)
{
	ASSERT_EQ(0, station_pty(&self->station));
	ASSERT_EQ(0, fake_start(&self->board, &fake_8_2_3,
				&self->station.master));
	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	ASSERT_EQ(0, station_attach(&self->station));
}

FIXTURE_TEARDOWN(silent)
{
	fake_stop(&self->board);
	station_end(&self->station);
}

TEST_F_TIMEOUT(silent, times_out, TEST_SECONDS)
{
	struct openevse_version version;
	struct openevse_info info;
	int64_t begun = now_ms();

	ASSERT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_INFO, &info));
	EXPECT_EQ(OPENEVSE_LINK_PROBING, info.link);
	EXPECT_STREQ("", info.firmware);
	EXPECT_EQ(0, info.rapi);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->station.fd,
					   OPENEVSE_GET_VERSION, &version));
	EXPECT_LE(now_ms() - begun, GIVE_UP_MS);
}

/* First words: what every firmware ever released takes; no bare return. */
TEST_F_TIMEOUT(silent, probes, TEST_SECONDS)
{
	struct openevse_event event;
	size_t i;

	ASSERT_EQ(0, station_event_of(self->station.fd, OPENEVSE_EVENT_LINK,
				      &event));
	EXPECT_EQ(OPENEVSE_LINK_DOWN, event.link);
	EXPECT_GE(fake_heard(&self->board), 3);
	for (i = 0; i < fake_heard(&self->board); i++)
		EXPECT_STREQ("GV", self->board.log[i]);
	EXPECT_EQ(0, self->board.damaged);
	/* It is not forgotten. */
	EXPECT_TRUE(fake_wait(&self->board, "GV", fake_heard(&self->board), 1));

	fake_no_rules(&self->board);
	ASSERT_EQ(0, station_event_of(self->station.fd, OPENEVSE_EVENT_LINK,
				      &event));
	EXPECT_EQ(OPENEVSE_LINK_UP, event.link);
}

/* A wrong baud rate, or not an OpenEVSE at all. */
TEST_F_TIMEOUT(silent, talks_another_language, TEST_SECONDS)
{
	struct openevse_state state;
	int64_t begun = now_ms();
	struct openevse_info info;

	fake_no_rules(&self->board);
	fake_rule(&self->board, "", FAKE_BYTES, FAKE_FOR_EVER,
		  "$GPGGA,,,,,,0,,,,,,,,*66\r\n", 0);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->station.fd, OPENEVSE_GET_STATE,
					   &state));
	EXPECT_LE(now_ms() - begun, GIVE_UP_MS);
	ASSERT_EQ(0, station_call(self->station.fd, OPENEVSE_GET_INFO, &info));
	EXPECT_NE(OPENEVSE_LINK_UP, info.link);
}

/* A storm of bytes from the first moment on does not keep it from ending. */
TEST_F_TIMEOUT(silent, unplugged_in_a_storm, TEST_SECONDS)
{
	char storm[4096];
	int i;

	memset(storm, '$', sizeof(storm));
	for (i = 0; i < 100; i++)
		fake_say(&self->board, storm, sizeof(storm));
	fake_unplug(&self->board);
	EXPECT_EQ(0, station_wait_gone(&self->station));
}

/* Two consoles connected to each other: everything comes back at once. */
TEST_F_TIMEOUT(silent, loopback, TEST_SECONDS)
{
	struct openevse_state state;

	self->board.echo = true;
	EXPECT_EQ(-ETIMEDOUT, station_call(self->station.fd, OPENEVSE_GET_STATE,
					   &state));
	EXPECT_GE(station_stats(self->station.fd).echoes, 3);
}

TEST_HARNESS_MAIN
