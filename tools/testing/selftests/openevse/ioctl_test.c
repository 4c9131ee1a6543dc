// SPDX-License-Identifier: GPL-2.0
/*
 * Every ioctl, on a board that does as it is told: what goes over the wire and
 * what does not, what comes back, rights and refusals. Each test runs for three
 * generations of firmware.
 *
 * The same calls against the simulated board, compared with what that says of
 * itself, are in simboard_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "../kselftest_harness.h"

#include "fixture.h"

BOARD_FIXTURE(board)
BOARD_VARIANTS(board);

/* What only these have. */
BOARD_FIXTURE(checksums)
BOARD_VARIANT(checksums, 4_6_0);
BOARD_VARIANT(checksums, 8_2_3);

BOARD_FIXTURE(modern)
BOARD_VARIANT(modern, 8_2_3);

/* --- what never touches the wire --- */

TEST_F_TIMEOUT(board, info, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_info info;
	size_t i;

	memset(&info, 0xff, sizeof(info));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &info));
	EXPECT_EQ(OPENEVSE_ABI_VERSION, info.abi_version);
	EXPECT_EQ(self->station.index, info.index);
	EXPECT_EQ(OPENEVSE_LINK_UP, info.link);
	EXPECT_EQ((variant->profile->checksums ? OPENEVSE_INFO_REPLY_CHECKSUM : 0) |
		  (variant->profile->ids ? OPENEVSE_INFO_SEQUENCE_IDS : 0),
		  info.flags);
	EXPECT_EQ(variant->profile->rapi, info.rapi);
	for (i = 0; i < ARRAY_SIZE(info.reserved); i++) {
		EXPECT_EQ(0, info.reserved[i]);
	}
	EXPECT_STREQ(variant->profile->firmware, info.firmware);
	EXPECT_STREQ(variant->profile->protocol, info.protocol);
	EXPECT_EQ(0, strncmp(info.tty, "pts", 3));
	EXPECT_EQ(heard, fake_heard(&self->board));
}

TEST_F_TIMEOUT(board, stats, TEST_SECONDS)
{
	struct openevse_stats before, after;
	struct openevse_energy energy;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATS, &before));
	EXPECT_EQ(0, before.reserved[0]);
	EXPECT_EQ(0, before.bad_checksum);
	EXPECT_EQ(0, before.bad_frames);
	EXPECT_EQ(0, before.junk_bytes);
	EXPECT_EQ(0, before.foreign);
	EXPECT_EQ(0, before.unknown);
	EXPECT_EQ(0, before.echoes);
	EXPECT_EQ(0, before.retries);
	EXPECT_EQ(0, before.timeouts);
	EXPECT_EQ(0, before.resyncs);
	EXPECT_EQ(0, before.resets);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	after = station_stats(self->fd);
	EXPECT_EQ(before.frames + 1, after.frames);
	EXPECT_EQ(before.exchanges + 1, after.exchanges);
}

/* The answers to info come while the board is mute, without waiting for it. */
TEST_F_TIMEOUT(board, info_of_a_mute_board, TEST_SECONDS)
{
	struct openevse_info info;
	int64_t begun;
	int i;

	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	begun = now_ms();
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &info));
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATS,
					  &(struct openevse_stats){ 0 }));
	}
	EXPECT_LT(now_ms() - begun, 2000);
}

/* --- asking --- */

/* Failure case 29: the checksum sticks to the last token. */
TEST_F_TIMEOUT(board, version, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_version version;

	memset(&version, 0xff, sizeof(version));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_VERSION, &version));
	EXPECT_STREQ(variant->profile->firmware, version.firmware);
	EXPECT_STREQ(variant->profile->protocol, version.protocol);
	EXPECT_EQ(0, version.firmware[OPENEVSE_VERSION_LEN - 1]);
	EXPECT_EQ(heard + 1, fake_heard(&self->board));
	EXPECT_EQ(1, fake_count(&self->board, "GV", heard));
}

/* Failure case 30: states nobody knows yet, in a reply. */
TEST_F_TIMEOUT(board, state, TEST_SECONDS)
{
	static const unsigned int states[] = { 0, 1, 2, 3, 4, 9, 10, 11, 14, 0x10,
					       0x11, 0x19, 0xfe, 0xff };
	struct openevse_state state;
	size_t i;

	self->board.is.elapsed = 2147483647;
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		self->board.is.state = states[i];
		memset(&state, 0xff, sizeof(state));
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
		EXPECT_EQ(states[i], state.state);
		EXPECT_EQ(2147483647, state.elapsed_s);
		EXPECT_EQ(0, state.reserved);
		if (variant->profile->modern) {
			EXPECT_EQ(15, state.valid);
			EXPECT_EQ(1, state.pilot_state);
			EXPECT_EQ(0x200, state.vflags);
		} else {
			EXPECT_EQ(3, state.valid);
			EXPECT_EQ(0, state.pilot_state);
			EXPECT_EQ(0, state.vflags);
		}
	}
}

TEST_F_TIMEOUT(board, settings, TEST_SECONDS)
{
	struct openevse_settings settings;

	self->board.is.flags = 0x0221;
	memset(&settings, 0xff, sizeof(settings));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS, &settings));
	EXPECT_EQ(16000, settings.capacity_ma);
	EXPECT_EQ(0x0221, settings.flags);
	EXPECT_EQ(0, settings.reserved[0] | settings.reserved[1]);
}

TEST_F_TIMEOUT(board, range, TEST_SECONDS)
{
	struct openevse_current_capacity_range range;

	memset(&range, 0xff, sizeof(range));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_CURRENT_CAPACITY_RANGE,
				  &range));
	EXPECT_EQ(self->board.is.min * 1000, range.min_ma);
	EXPECT_EQ(80000, range.max_ma);
	EXPECT_EQ(0, range.reserved);
	if (variant->profile->modern) {
		EXPECT_EQ(3, range.valid);
		EXPECT_EQ(16000, range.pilot_ma);
		EXPECT_EQ(32000, range.configured_max_ma);
	} else {
		EXPECT_EQ(0, range.valid);
		EXPECT_EQ(0, range.pilot_ma);
		EXPECT_EQ(0, range.configured_max_ma);
	}
}

TEST_F_TIMEOUT(board, charging, TEST_SECONDS)
{
	struct openevse_charging_current_and_voltage charging;

	self->board.is.current_ma = 9900;
	memset(&charging, 0xff, sizeof(charging));
	ASSERT_EQ(0, station_call(self->fd,
				  OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
				  &charging));
	EXPECT_EQ(9900, charging.current_ma);
	EXPECT_EQ(0, charging.reserved);
	if (variant->profile->modern) {
		EXPECT_EQ(3, charging.valid);
		EXPECT_EQ(240000, charging.voltage_mv);
	} else {
		EXPECT_EQ(OPENEVSE_CHARGING_HAS_CURRENT, charging.valid);
		EXPECT_EQ(0, charging.voltage_mv);
	}
}

TEST_F_TIMEOUT(board, energy, TEST_SECONDS)
{
	struct openevse_energy energy;

	self->board.is.session_j = 4294967295;
	memset(&energy, 0xff, sizeof(energy));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(4294967295, energy.session_j);
	EXPECT_EQ(123456, energy.total_wh);
	EXPECT_EQ(0, energy.reserved[0] | energy.reserved[1]);
}

/* Failure case 31: refused for ever, because it was left out of the build. */
/* A build without the command: the firmware just refuses. */
TEST_F_TIMEOUT(board, compiled_out, TEST_SECONDS)
{
	struct openevse_energy energy = { .session_j = 1 };

	fake_rule(&self->board, "GU", FAKE_TEXT, FAKE_FOR_EVER, "NK", 0);
	EXPECT_EQ(-EOPNOTSUPP, station_call(self->fd, OPENEVSE_GET_ENERGY,
					    &energy));
	EXPECT_EQ(1, energy.session_j);
	/* Nothing else suffers. */
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_VERSION,
				  &(struct openevse_version){ 0 }));
}

/* A board that says what cannot be said does not get through. */
TEST_F_TIMEOUT(board, nonsense, TEST_SECONDS)
{
	struct openevse_state state = { .state = 77 };
	int err;

	fake_rule(&self->board, "GS", FAKE_TEXT, FAKE_FOR_EVER, "OK x y", 0);
	err = station_call(self->fd, OPENEVSE_GET_STATE, &state);
	EXPECT_TRUE(err == -EBADMSG || err == -ETIMEDOUT) {
		TH_LOG("%d", err);
	}
	EXPECT_EQ(77, state.state);
}

/* --- control --- */

TEST_F_TIMEOUT(board, control, TEST_SECONDS)
{
	static const struct {
		unsigned long request;
		const char *mnemonic;
		unsigned int state;
	} rows[] = {
		{ OPENEVSE_DISABLE, "FD", 0xff }, { OPENEVSE_ENABLE, "FE", 1 },
		{ OPENEVSE_SLEEP, "FS", 0xfe }, { OPENEVSE_SLEEP, "FS", 0xfe },
		{ OPENEVSE_ENABLE, "FE", 1 }, { OPENEVSE_ENABLE, "FE", 1 },
	};
	size_t i, heard;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		heard = fake_heard(&self->board);
		EXPECT_EQ(0, station_call(self->fd, rows[i].request, NULL));
		EXPECT_EQ(rows[i].state, self->board.is.state);
		EXPECT_EQ(1, fake_count(&self->board, rows[i].mnemonic, heard));
		/* By the board's own word, or two where no checksum guards it. */
		EXPECT_EQ(variant->profile->checksums ? 1 : 2,
			  fake_count(&self->board, "GS", heard));
	}
}

/* OK and nothing done, as firmware 3.8.0 to 3.11.3 can. */
TEST_F_TIMEOUT(board, control_without_effect, TEST_SECONDS)
{
	fake_rule(&self->board, "FD", FAKE_TEXT, FAKE_FOR_EVER, "OK", 0);
	fake_rule(&self->board, "FS", FAKE_TEXT, FAKE_FOR_EVER, "OK", 0);
	EXPECT_EQ(-EREMOTEIO, station_call(self->fd, OPENEVSE_DISABLE, NULL));
	EXPECT_EQ(-EREMOTEIO, station_call(self->fd, OPENEVSE_SLEEP, NULL));
}

/* Failure case 14: no reply at all to a reset. */
TEST_F_TIMEOUT(board, reset, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_info info;
	struct openevse_state state;
	int64_t begun = now_ms();

	/* It is away until it has been looked at. */
	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_RESET, NULL));
	/* As long as a refusal could come, and not as long as an answer. */
	EXPECT_LT(now_ms() - begun, GIVE_UP_MS);
	EXPECT_TRUE(fake_wait(&self->board, "FR", heard, 1));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &info));
	EXPECT_NE(OPENEVSE_LINK_UP, info.link);
	fake_no_rules(&self->board);
	/* A caller waits until it is back, and gets his answer. */
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	EXPECT_EQ(1, fake_count(&self->board, "FR", heard));
}

/* --- the current --- */

TEST_F_TIMEOUT(board, capacity_volatile, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 12000 };
	size_t heard = fake_heard(&self->board);
	char text[FAKE_TEXT_MAX];

	if (!variant->profile->checksums) {
		/* It would be saved, without having been asked for. */
		EXPECT_EQ(-EOPNOTSUPP, station_call(self->fd,
				OPENEVSE_SET_CURRENT_CAPACITY, &capacity));
		EXPECT_EQ(heard, fake_heard(&self->board));
		EXPECT_EQ(0, capacity.valid);
		return;
	}
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	EXPECT_EQ(12000, capacity.result_ma);
	EXPECT_EQ(12, self->board.is.amps);
	EXPECT_EQ(32, self->board.is.saved);
	fake_last(&self->board, "SC", text);
	EXPECT_STREQ("SC 12 V", text);
}

TEST_F_TIMEOUT(board, capacity_saved, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 12000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	size_t heard = fake_heard(&self->board);
	char text[FAKE_TEXT_MAX];

	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	EXPECT_EQ(12000, capacity.result_ma);
	EXPECT_EQ(12, self->board.is.saved);
	fake_last(&self->board, "SC", text);
	EXPECT_STREQ("SC 12", text);
	/* It wears the EEPROM: once. */
	EXPECT_EQ(1, fake_count(&self->board, "SC", heard));
}

/* What is set already is not sent again, least of all to the EEPROM. */
TEST_F_TIMEOUT(board, capacity_unchanged, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 12000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	size_t sent;
	int i;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	sent = fake_count(&self->board, "SC", 0);
	for (i = 0; i < 3; i++) {
		capacity.result_ma = capacity.valid = 0;
		EXPECT_EQ(0, station_call(self->fd,
				OPENEVSE_SET_CURRENT_CAPACITY, &capacity));
		EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
		EXPECT_EQ(12000, capacity.result_ma);
	}
	/* Whether it is saved, firmware 4 cannot say where it could not be. */
	if (variant->profile->modern || !variant->profile->checksums) {
		EXPECT_EQ(sent, fake_count(&self->board, "SC", 0));
	}
	if (!variant->profile->checksums)
		return;
	sent = fake_count(&self->board, "SC", 0);
	capacity.flags = 0;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(sent, fake_count(&self->board, "SC", 0));

	/* Changed behind our back: asked, not remembered. */
	self->board.is.amps = 20;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(12, self->board.is.amps);
}

/* Sent, and no answer: it is read back what has become of it. */
TEST_F_TIMEOUT(board, capacity_unanswered, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 12000, .flags = OPENEVSE_CAPACITY_SAVE,
	};

	fake_rule(&self->board, "SC", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	self->board.is.amps = 12;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(12000, capacity.result_ma);
}

TEST_F_TIMEOUT(board, capacity_refused_unsent, TEST_SECONDS)
{
	static const struct {
		struct openevse_current_capacity capacity;
		int err;
	} rows[] = {
		{ { 300000, OPENEVSE_CAPACITY_SAVE }, -ERANGE },
		{ { 81000, OPENEVSE_CAPACITY_SAVE }, -ERANGE },
		{ { 5000, OPENEVSE_CAPACITY_SAVE }, -ERANGE },
		{ { 0, OPENEVSE_CAPACITY_SAVE }, -ERANGE },
		{ { 1613000, OPENEVSE_CAPACITY_SAVE }, -ERANGE },
		{ { 1500, OPENEVSE_CAPACITY_SAVE }, -EINVAL },
		{ { 16001, OPENEVSE_CAPACITY_SAVE }, -EINVAL },
		{ { 16, OPENEVSE_CAPACITY_SAVE }, -EINVAL },
		{ { 4294967295, OPENEVSE_CAPACITY_SAVE }, -EINVAL },
		{ { 16000, 2 }, -EINVAL },
		{ { 16000, 1U << 31 }, -EINVAL },
		{ { 16000, ~0U }, -EINVAL },
		{ { 16000, ~1U }, -EINVAL },
	};
	struct openevse_current_capacity capacity;
	size_t heard = fake_heard(&self->board);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		capacity = rows[i].capacity;
		EXPECT_EQ(rows[i].err,
			  station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				       &capacity)) {
			TH_LOG("%u mA, flags %#x", rows[i].capacity.capacity_ma,
			       rows[i].capacity.flags);
		}
		EXPECT_EQ(0, capacity.valid);
		EXPECT_EQ(0, capacity.result_ma);
	}
	EXPECT_EQ(0, fake_count(&self->board, "SC", heard));
	EXPECT_EQ(16, self->board.is.amps);
}

/* Failure case 25: less than the minimum would be the minimum. */
/* Less than the board's minimum it would raise: never sent. */
TEST_F_TIMEOUT(board, capacity_below_minimum, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 8000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	size_t heard = fake_heard(&self->board);

	self->board.is.min = 10;
	EXPECT_EQ(-ERANGE, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
					&capacity));
	EXPECT_EQ(0, fake_count(&self->board, "SC", heard));
	EXPECT_EQ(1, fake_count(&self->board, "GC", heard));
	self->board.is.min = 6;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(8, self->board.is.amps);
}

/* More than it can: it says no, does what it can, and that is told. */
TEST_F_TIMEOUT(board, capacity_clamped, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 40000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_event event;

	self->board.is.max = 32;
	station_drain(self->fd);
	EXPECT_EQ(-EREMOTEIO, station_call(self->fd,
				OPENEVSE_SET_CURRENT_CAPACITY, &capacity));
	EXPECT_EQ(OPENEVSE_CAPACITY_HAS_RESULT, capacity.valid);
	EXPECT_EQ(32000, capacity.result_ma);
	EXPECT_EQ(32, self->board.is.amps);
	/* It is a change, and somebody has made it. */
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_SETTING, &event));
	EXPECT_EQ(32000, event.setting.new_value);
}

TEST_F_TIMEOUT(modern, capacity_capped_by_the_saved, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 40000 };

	EXPECT_EQ(-EREMOTEIO, station_call(self->fd,
				OPENEVSE_SET_CURRENT_CAPACITY, &capacity));
	EXPECT_EQ(32000, capacity.result_ma);
}

/* Failure case 7: the checksum is taken for a part of the number. */
/*
 * "SC 10*3B" that loses its '*' sets 80 A and says OK: the driver must not
 * leave it at that.
 */
TEST_F_TIMEOUT(board, capacity_taken_for_more, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 10000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	size_t heard = fake_heard(&self->board);

	if (variant->profile->checksums) {
		fake_rule(&self->board, "SC", FAKE_TEXT, 1, "OK 80", 0);
	} else {
		fake_rule(&self->board, "SC", FAKE_TEXT, 1, "OK", 0);
		fake_rule(&self->board, "GE", FAKE_TEXT, 1, "OK 80 0001", 0);
	}
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(10000, capacity.result_ma);
	EXPECT_EQ(10, self->board.is.amps);
	EXPECT_EQ(2, fake_count(&self->board, "SC", heard));
}

TEST_F_TIMEOUT(board, capacity_always_taken_for_more, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 10000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	size_t heard = fake_heard(&self->board);

	if (variant->profile->checksums) {
		fake_rule(&self->board, "SC", FAKE_TEXT, FAKE_FOR_EVER, "OK 80", 0);
	} else {
		fake_rule(&self->board, "SC", FAKE_TEXT, FAKE_FOR_EVER, "OK", 0);
		fake_rule(&self->board, "GE", FAKE_TEXT, FAKE_FOR_EVER,
			  "OK 80 0001", 0);
	}
	EXPECT_EQ(-EREMOTEIO, station_call(self->fd,
				OPENEVSE_SET_CURRENT_CAPACITY, &capacity));
	EXPECT_EQ(80000, capacity.result_ma);
	EXPECT_EQ(3, fake_count(&self->board, "SC", heard));
}

/* --- rights --- */

static const unsigned long controls[] = {
	OPENEVSE_ENABLE, OPENEVSE_DISABLE, OPENEVSE_SLEEP, OPENEVSE_RESET,
	OPENEVSE_SET_CURRENT_CAPACITY,
};

TEST_F_TIMEOUT(board, read_only, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 10000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_raw raw = { .command = "GP" };
	size_t heard = fake_heard(&self->board);
	struct openevse_state state;
	size_t i;
	int fd;

	fd = station_open(&self->station, O_RDONLY);
	ASSERT_GE(fd, 0);
	for (i = 0; i < ARRAY_SIZE(controls); i++) {
		EXPECT_EQ(-EPERM, station_call(fd, controls[i], &capacity));
	}
	EXPECT_EQ(-EPERM, station_call(fd, OPENEVSE_RAW, &raw));
	EXPECT_EQ(heard, fake_heard(&self->board));
	EXPECT_EQ(0, station_call(fd, OPENEVSE_GET_STATE, &state));
	close(fd);
}

/* It can do all that a read-only file cannot, through a file written to. */
TEST_F_TIMEOUT(board, write_only, TEST_SECONDS)
{
	struct openevse_event event;
	int fd;

	fd = station_open(&self->station, O_WRONLY);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(0, station_call(fd, OPENEVSE_SLEEP, NULL));
	EXPECT_EQ(-1, read(fd, &event, sizeof(event)));
	EXPECT_EQ(EBADF, errno);
	close(fd);
}

TEST_F_TIMEOUT(board, raw_needs_capability, TEST_SECONDS)
{
	struct openevse_raw raw = { .command = "GP" };
	size_t heard = fake_heard(&self->board);

	ASSERT_EQ(0, drop_capability(CAP_SYS_RAWIO));
	EXPECT_EQ(-EPERM, station_call(self->fd, OPENEVSE_RAW, &raw));
	EXPECT_EQ(heard, fake_heard(&self->board));
	/* And nothing else does. */
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SLEEP, NULL));
}

/* --- no such call --- */

TEST_F_TIMEOUT(board, unknown, TEST_SECONDS)
{
	static const unsigned long requests[] = {
		0, 1, TCGETS, TIOCGETD, ~0U,
		_IO(OPENEVSE_IOC_MAGIC, 0x00), _IO(OPENEVSE_IOC_MAGIC, 0x3f),
		_IOR(OPENEVSE_IOC_MAGIC, 0x09, char[8]),
		_IOW(OPENEVSE_IOC_MAGIC, 0x09, struct openevse_state),
		_IOR(OPENEVSE_IOC_MAGIC, 0x21, int), _IO('T', 0x3f),
	};
	size_t heard = fake_heard(&self->board);
	char argument[256] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		EXPECT_EQ(-ENOTTY, station_call(self->fd, requests[i], argument)) {
			TH_LOG("request %#lx", requests[i]);
		}
	}
	EXPECT_EQ(heard, fake_heard(&self->board));
}

TEST_F_TIMEOUT(board, bad_address, TEST_SECONDS)
{
	static const unsigned long requests[] = {
		OPENEVSE_GET_INFO, OPENEVSE_GET_STATS, OPENEVSE_GET_VERSION,
		OPENEVSE_GET_STATE, OPENEVSE_GET_SETTINGS,
		OPENEVSE_GET_CURRENT_CAPACITY_RANGE,
		OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE, OPENEVSE_GET_ENERGY,
		OPENEVSE_SET_CURRENT_CAPACITY, OPENEVSE_RAW, OPENEVSE_GET_CLIENT,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		EXPECT_EQ(-EFAULT, station_call(self->fd, requests[i],
						(void *)8)) {
			TH_LOG("request %#lx", requests[i]);
		}
	}
}

/* --- raw --- */

static int raw_call(int fd, const char *command, struct openevse_raw *raw)
{
	memset(raw, 0xff, sizeof(*raw));
	memset(raw->command, 0, sizeof(raw->command));
	raw->timeout_ms = 0;
	raw->reserved = 0;
	snprintf(raw->command, sizeof(raw->command), "%s", command);
	return station_call(fd, OPENEVSE_RAW, raw);
}

TEST_F_TIMEOUT(board, raw, TEST_SECONDS)
{
	struct openevse_raw raw;

	ASSERT_EQ(0, raw_call(self->fd, "GP", &raw));
	EXPECT_EQ(OPENEVSE_RAW_OK, raw.result);
	EXPECT_EQ(7, raw.reply_len);
	EXPECT_EQ(0, memcmp("240 0 0", raw.reply, 8));
	EXPECT_EQ(0, raw.reply[OPENEVSE_RAW_REPLY_LEN - 1]);

	/* Refused is an answer, not an error. */
	ASSERT_EQ(0, raw_call(self->fd, "ZZ 1", &raw));
	EXPECT_EQ(OPENEVSE_RAW_NK, raw.result);
	EXPECT_EQ(0, raw.reply_len);

	fake_rule(&self->board, "SY", FAKE_TEXT, 1, "NK 10 6 2", 0);
	ASSERT_EQ(0, raw_call(self->fd, "SY", &raw));
	EXPECT_EQ(OPENEVSE_RAW_NK, raw.result);
	EXPECT_EQ(6, raw.reply_len);
	EXPECT_EQ(0, memcmp("10 6 2", raw.reply, 7));
}

/* Failure case 39: raw bytes in a reply, NUL and '^' among them. */
/* The reply of $GI: raw bytes, NUL among them. */
TEST_F_TIMEOUT(board, raw_bytes, TEST_SECONDS)
{
	static const char bytes[] = "OK  \x01\x00\xff\x80^^0C94F501";
	struct openevse_raw raw;

	fake_rule_bytes(&self->board, "GI", FAKE_TEXT, 1, bytes,
			sizeof(bytes) - 1);
	ASSERT_EQ(0, raw_call(self->fd, "GI", &raw));
	EXPECT_EQ(sizeof(bytes) - 1 - 3, raw.reply_len);
	EXPECT_EQ(0, memcmp(bytes + 3, raw.reply, raw.reply_len));
}

/* Sent once: it may do something each time it is heard. */
TEST_F_TIMEOUT(board, raw_is_not_repeated, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	int64_t begun = now_ms();
	struct openevse_raw raw;

	fake_rule(&self->board, "ZZ", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, raw_call(self->fd, "ZZ", &raw));
	EXPECT_GE(now_ms() - begun, 5000);
	EXPECT_EQ(1, fake_count(&self->board, "ZZ", heard));
	EXPECT_EQ(0, raw_call(self->fd, "GP", &raw));
	EXPECT_EQ(0, memcmp("240 0 0", raw.reply, 8));
}

/* Failure case 22: the eleventh token would be written past its array. */
/* Failure case 27: an empty token would be read as 0. */
TEST_F_TIMEOUT(board, raw_refused_unsent, TEST_SECONDS)
{
	static const char *const commands[] = {
		"", "G", "gs", "GS ", " GS", "GSX", "$GS", "GS\r", "GS\n",
		"GS\r$FD", "GS$FD", "GS^30", "GS*BE", "GS :01", "FP 0 0 x :7",
		"SC 16 ", "SC  16", "FR", "FR 1", "SE 1", "SE 0", "FF E 0",
		"FF E 1", "SK", "SK ", "ZZ 1 2 3 4 5 6 7 8 9",
		"FP 0 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\x01\x02",
	};
	size_t heard = fake_heard(&self->board);
	struct openevse_raw raw;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		EXPECT_EQ(-EINVAL, raw_call(self->fd, commands[i], &raw)) {
			TH_LOG("\"%s\"", commands[i]);
		}
	}
	/* No NUL at all. */
	memset(&raw, 0, sizeof(raw));
	memset(raw.command, 'G', sizeof(raw.command));
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_RAW, &raw));
	raw = (struct openevse_raw){ .command = "GP", .reserved = 1 };
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_RAW, &raw));
	raw = (struct openevse_raw){
		.command = "GP", .timeout_ms = OPENEVSE_RAW_TIMEOUT_MAX + 1,
	};
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_RAW, &raw));
	EXPECT_EQ(heard, fake_heard(&self->board));
}

/* As long as it is told to, and not longer. */
TEST_F_TIMEOUT(board, raw_timeout, TEST_SECONDS)
{
	struct openevse_raw raw = { .command = "ZZ", .timeout_ms = 500 };
	int64_t begun = now_ms();

	fake_rule(&self->board, "ZZ", FAKE_SILENT, 1, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_RAW, &raw));
	EXPECT_GE(now_ms() - begun, 450);
	EXPECT_LT(now_ms() - begun, 2500);
	/* Some commands take their time, $FK 30 s. */
	raw.timeout_ms = 9000;
	fake_rule(&self->board, "ZZ", FAKE_LATE, 1, NULL, 6500);
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_RAW, &raw));
	EXPECT_EQ(OPENEVSE_RAW_NK, raw.result);
}

/* Failure case 10: a longer frame would be dropped without a word. */
/* The longest a firmware takes is sent, one byte more would be dropped. */
TEST_F_TIMEOUT(board, raw_longest, TEST_SECONDS)
{
	size_t longest = variant->profile->limit - 1 - 3 -
			 (variant->profile->ids ? 4 : 0);
	char command[OPENEVSE_RAW_LEN];
	struct openevse_raw raw;

	snprintf(command, sizeof(command),
		 "ZZ AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	command[longest] = '\0';
	ASSERT_EQ(0, raw_call(self->fd, command, &raw));
	EXPECT_EQ(OPENEVSE_RAW_NK, raw.result);
	command[longest] = 'A';
	command[longest + 1] = '\0';
	EXPECT_EQ(-EINVAL, raw_call(self->fd, command, &raw));
}

/* --- errors of the wire --- */

/* Lost once: asked again, and nobody notices. */
TEST_F_TIMEOUT(board, retried, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd), after;
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;

	fake_rule(&self->board, "GU", FAKE_SILENT, 1, NULL, 0);
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	EXPECT_EQ(2, fake_count(&self->board, "GU", heard));
	after = station_stats(self->fd);
	EXPECT_EQ(before.timeouts + 1, after.timeouts);
	EXPECT_EQ(before.retries + 1, after.retries);
	/* Without ids its rhythm had to be found again. */
	EXPECT_EQ(before.resyncs + !variant->profile->ids, after.resyncs);
}

TEST_F_TIMEOUT(board, mute, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;
	int64_t begun = now_ms();

	fake_rule(&self->board, "GU", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_GET_ENERGY,
					   &energy));
	EXPECT_GE(now_ms() - begun, 4000);
	EXPECT_LE(now_ms() - begun, GIVE_UP_MS);
	EXPECT_EQ(3, fake_count(&self->board, "GU", heard));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE,
				  &(struct openevse_state){ 0 }));
}

TEST_F_TIMEOUT(checksums, always_damaged, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_energy energy;

	fake_rule_bytes(&self->board, "GU", FAKE_BYTES, FAKE_FOR_EVER, "$OK 1 2^00\r", 11);
	EXPECT_EQ(-EBADMSG, station_call(self->fd, OPENEVSE_GET_ENERGY,
					 &energy));
	EXPECT_GE(station_stats(self->fd).bad_checksum, before.bad_checksum + 3);
}

TEST_HARNESS_MAIN
