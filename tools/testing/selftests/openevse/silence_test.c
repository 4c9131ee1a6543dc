// SPDX-License-Identifier: GPL-2.0
/*
 * Boards that do not answer, answer late, answer what was asked long ago, or
 * have reset meanwhile. Nobody gets another's answer, nobody waits longer than
 * promised, and the board is found again.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "../kselftest_harness.h"

#include "caller.h"
#include "fixture.h"

BOARD_FIXTURE(silence)
BOARD_VARIANTS(silence);

/* --- late answers --- */

/* Failure case 12: a reply after the timeout is taken for the next one's. */
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

/* Failure case 12: the reply comes when the caller has gone. */
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

/*
 * The poll stands behind a call that times out: what it asks must not be the
 * next word, because the late answer would do for it, too.
 */
TEST_F_TIMEOUT(silence, late_answer_before_a_poll, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;
	struct openevse_event event;

	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms",
				       "300"));
	ASSERT_TRUE(fake_wait(&self->board, "GS", heard, 2));
	heard = fake_heard(&self->board);
	fake_rule(&self->board, "GU", FAKE_LATE, 1, NULL, 2400);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(7200, energy.session_j);
	ASSERT_TRUE(fake_wait(&self->board, "GS", fake_heard(&self->board), 2));
	while (!station_event(self->fd, &event, 0))
		EXPECT_NE(OPENEVSE_EVENT_STATE, event.type);
	expect_works();
}

/* Only a poll would notice: something comes, and it is never an answer. */
TEST_F_TIMEOUT(silence, garbage_and_nobody_asks, TEST_SECONDS)
{
	struct openevse_event event;

	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms",
				       "300"));
	fake_rule(&self->board, "", FAKE_BYTES, FAKE_FOR_EVER,
		  "$GPGGA,,,,,,0,,,,,,,,*66\r\n", 0);
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK, &event));
	EXPECT_EQ(OPENEVSE_LINK_DOWN, event.link);
	fake_no_rules(&self->board);
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK, &event));
	EXPECT_EQ(OPENEVSE_LINK_UP, event.link);
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

/* What this firmware says when it has booted. */
#define BOOT	(variant->profile->modern ? "AB 00 8.2.3" : "ST 00")

/* No more boots than have been told of. */
#define expect_no_boot() do {						\
	struct openevse_event _event;					\
									\
	while (!station_event(self->fd, &_event, 0))			\
		EXPECT_NE(OPENEVSE_EVENT_BOOT, _event.type);		\
} while (0)

/* Failure case 15: in the middle of a command, of which the board knows nothing. */
TEST_F_TIMEOUT(silence, reset_while_asked, TEST_SECONDS)
{
	struct openevse_energy energy;
	struct openevse_event event;
	char boot[64];

	fake_rule_bytes(&self->board, "GU", FAKE_BYTES, 1, boot,
			fake_frame(variant->profile, BOOT, 0, boot,
				   sizeof(boot)));
	EXPECT_EQ(-ECONNRESET, station_call(self->fd, OPENEVSE_GET_ENERGY,
					    &energy));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT, &event));
	EXPECT_EQ(0, event.flags);
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	expect_works();
}

/* Failure case 15: what it had is lost; what it had not yet goes on waiting. */
TEST_F_TIMEOUT(silence, reset_while_others_wait, TEST_SECONDS)
{
	struct openevse_charging_current_and_voltage *charging;
	size_t heard = fake_heard(&self->board);
	struct caller asked, waiting;

	fake_rule(&self->board, "GU", FAKE_SILENT, 1, NULL, 0);
	ASSERT_EQ(0, caller_start(&asked, self->fd, OPENEVSE_GET_ENERGY, NULL,
				  0));
	ASSERT_TRUE(fake_wait(&self->board, "GU", heard, 1));
	ASSERT_EQ(0, caller_start(&waiting, self->fd,
				  OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
				  NULL, 0));
	ASSERT_TRUE(caller_waits(&waiting));
	fake_message(&self->board, BOOT);
	EXPECT_EQ(-ECONNRESET, caller_end(&asked));
	EXPECT_EQ(0, caller_end(&waiting));
	charging = (void *)waiting.argument;
	EXPECT_EQ(self->board.is.current_ma, charging->current_ma);
	EXPECT_EQ(1, fake_count(&self->board, "GU", heard));
	expect_works();
}

/* Whether it was executed nobody knows; it is not done again. */
TEST_F_TIMEOUT(silence, reset_while_controlled, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller caller;

	fake_rule(&self->board, "FS", FAKE_SILENT, 1, NULL, 0);
	ASSERT_EQ(0, caller_start(&caller, self->fd, OPENEVSE_SLEEP, NULL, 0));
	ASSERT_TRUE(fake_wait(&self->board, "FS", heard, 1));
	fake_message(&self->board, BOOT);
	EXPECT_EQ(-ECONNRESET, caller_end(&caller));
	EXPECT_EQ(1, fake_count(&self->board, "FS", heard));
	expect_works();
}

/* Failure case 4: the seconds of the last session do not become less. */
TEST_F_TIMEOUT(silence, reset_seen_in_the_seconds, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_event event;
	struct openevse_state state;

	self->board.is.elapsed = 99;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	self->board.is.elapsed = 0;
	/* One answer may have been damaged. */
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	expect_no_boot();
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT, &event));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	EXPECT_EQ(0, event.boot.valid);
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	expect_no_boot();
	EXPECT_EQ(before.resets + 1, station_stats(self->fd).resets);
	expect_works();
}

/* They begin anew with a session. */
TEST_F_TIMEOUT(silence, no_reset_when_a_session_begins, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_state state;

	self->board.is.elapsed = 99;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	fake_state(&self->board, 3, 3, 0x140);
	self->board.is.elapsed = 1;
	fake_state(&self->board, 1, 1, 0x200);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(1, state.elapsed_s);
	expect_works();
	EXPECT_EQ(before.resets, station_stats(self->fd).resets);
}

/* Only a restart ends the echo of newer firmware; of older, a command. */
TEST_F_TIMEOUT(silence, reset_seen_in_the_echo, TEST_SECONDS)
{
	bool tells = variant->profile->rapi >= 0x040000;
	struct openevse_stats before;
	struct openevse_event event;
	struct openevse_info info;
	int i;

	self->board.echo = true;
	expect_works();
	before = station_stats(self->fd);
	self->board.echo = false;
	for (i = 0; i < 2; i++)
		expect_works();
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &info));
	EXPECT_EQ(0, info.flags & OPENEVSE_INFO_ECHO);
	EXPECT_EQ(before.resets + tells, station_stats(self->fd).resets);
	while (!station_event(self->fd, &event, 0))
		;
	expect_works();
}

/* Failure case 14: what comes is a refusal; it is said again. */
TEST_F_TIMEOUT(silence, reset_damaged, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	char frame[64];

	fake_rule_bytes(&self->board, "FR", FAKE_BYTES, 1, frame,
			fake_frame(variant->profile, "NK", 0, frame,
				   sizeof(frame)));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_RESET, NULL));
	EXPECT_EQ(2, fake_count(&self->board, "FR", heard));
}

/* It never got there, for the board goes on as if nothing had been said. */
TEST_F_TIMEOUT(silence, reset_lost, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);

	fake_rule(&self->board, "FR", FAKE_SILENT, 1, NULL, 0);
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_RESET, NULL));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	expect_no_boot();
	EXPECT_EQ(before.resets, station_stats(self->fd).resets);
	expect_works();
}

/* Nothing says so, but it was told to, and was away as long as that takes. */
TEST_F_TIMEOUT(silence, reset_without_a_word, TEST_SECONDS)
{
	struct openevse_event event;

	fake_rule(&self->board, "FR", FAKE_LATE, 1, NULL, 5000);
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_RESET, NULL));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT, &event));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	expect_no_boot();
	expect_works();
}

BOARD_FIXTURE(newest)
BOARD_VARIANT(newest, 8_2_3);

/* Failure case 4: it says that it begins; that it has ended is lost. */
TEST_F_TIMEOUT(newest, boot_message_lost, TEST_SECONDS)
{
	struct openevse_event event;

	fake_message(&self->board, "AT 00 00 0 0200");
	self->board.is.state = 1;
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT, &event));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	expect_no_boot();
	expect_works();
}

/* Both are heard: one boot. */
TEST_F_TIMEOUT(newest, both_boot_messages, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_event event;

	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	fake_message(&self->board, "AT 00 00 0 0200");
	fake_message(&self->board, "AB 00 8.2.3");
	self->board.is.state = 1;
	fake_no_rules(&self->board);
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT, &event));
	EXPECT_EQ(0, event.flags);
	EXPECT_EQ(OPENEVSE_BOOT_HAS_POST, event.boot.valid);
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	expect_no_boot();
	EXPECT_EQ(before.resets + 1, station_stats(self->fd).resets);
}

/* --- a line that is held up --- */

/*
 * The tty takes nothing for a while. What was given up meanwhile is not sent
 * behind everybody's back when it takes something again.
 */
TEST_F_TIMEOUT(silence, tty_is_stopped, TEST_SECONDS)
{
	struct openevse_timeout timeout = { .timeout_ms = 300 };
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;

	ASSERT_EQ(0, ioctl(self->station.tty, TCXONC, TCOOFF));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_TIMEOUT, &timeout));
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_SLEEP, NULL));
	timeout.timeout_ms = 0;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_TIMEOUT, &timeout));
	EXPECT_EQ(heard, fake_heard(&self->board));
	ASSERT_EQ(0, ioctl(self->station.tty, TCXONC, TCOON));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(0, fake_count(&self->board, "FS", heard));
	EXPECT_EQ(0, self->board.damaged);
	expect_works();
}

/* A reset that never went out is no reset. */
TEST_F_TIMEOUT(silence, tty_is_stopped_before_a_reset, TEST_SECONDS)
{
	struct openevse_timeout timeout = { .timeout_ms = 3000 };
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_TIMEOUT, &timeout));
	ASSERT_EQ(0, ioctl(self->station.tty, TCXONC, TCOOFF));
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_RESET, NULL));
	ASSERT_EQ(0, ioctl(self->station.tty, TCXONC, TCOON));
	/* Nor may anybody else send a byte from here. */
	EXPECT_EQ(-1, ioctl(self->station.tty, TCXONC, TCIOFF));
	EXPECT_EQ(-1, ioctl(self->station.tty, TCXONC, TCION));
	timeout.timeout_ms = 0;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_TIMEOUT, &timeout));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(0, fake_count(&self->board, "FR", heard));
	expect_no_boot();
	expect_works();
}

/* Stopped in the middle of all, and not for long. */
TEST_F_TIMEOUT(silence, tty_is_stopped_now_and_then, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_energy *energy;
	struct caller caller;
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, ioctl(self->station.tty, TCXONC, TCOOFF));
		ASSERT_EQ(0, caller_start(&caller, self->fd,
					  OPENEVSE_GET_ENERGY, NULL, 0));
		ASSERT_TRUE(caller_waits(&caller));
		ASSERT_EQ(0, ioctl(self->station.tty, TCXONC, TCOON));
		EXPECT_EQ(0, caller_end(&caller));
		energy = (void *)caller.argument;
		EXPECT_EQ(123456, energy->total_wh);
	}
	EXPECT_EQ(before.timeouts, station_stats(self->fd).timeouts);
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

/* Failure case 37: no answer at first contact. */
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
