// SPDX-License-Identifier: GPL-2.0
/*
 * What an open file can set for itself: how long its calls may take, how old
 * its answers may be, and whether it wears the board's EEPROM. The other files
 * are not concerned.
 */
#include <errno.h>
#include <fcntl.h>

#include "../kselftest_harness.h"

#include "caller.h"
#include "fixture.h"
#include "simboard.h"

BOARD_FIXTURE(file)
BOARD_VARIANT(file, 3_11_3);
BOARD_VARIANT(file, 8_2_3);

static int set_timeout(int fd, unsigned int ms)
{
	struct openevse_timeout timeout = { .timeout_ms = ms };

	return station_call(fd, OPENEVSE_SET_TIMEOUT, &timeout);
}

static int set_max_age(int fd, unsigned int ms)
{
	struct openevse_max_age age = { .max_age_ms = ms };

	return station_call(fd, OPENEVSE_SET_MAX_AGE, &age);
}

static int set_guard(int fd, unsigned int enabled)
{
	struct openevse_switch guard = { .enabled = enabled };

	return station_call(fd, OPENEVSE_SET_EEPROM_GUARD, &guard);
}

TEST_F_TIMEOUT(file, what_it_takes, TEST_SECONDS)
{
	struct openevse_timeout timeout = { .reserved = 1 };
	struct openevse_max_age age = { .reserved = 1 };
	struct openevse_switch guard = { .reserved = 1 };
	size_t heard = fake_heard(&self->board);
	int reader;

	EXPECT_EQ(0, set_timeout(self->fd, 1));
	EXPECT_EQ(0, set_timeout(self->fd, OPENEVSE_TIMEOUT_MAX));
	EXPECT_EQ(-ERANGE, set_timeout(self->fd, OPENEVSE_TIMEOUT_MAX + 1));
	EXPECT_EQ(0, set_timeout(self->fd, 0));
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_SET_TIMEOUT,
					&timeout));
	EXPECT_EQ(-EFAULT, station_call(self->fd, OPENEVSE_SET_TIMEOUT, NULL));
	EXPECT_EQ(0, set_max_age(self->fd, OPENEVSE_MAX_AGE_MAX));
	EXPECT_EQ(-ERANGE, set_max_age(self->fd, OPENEVSE_MAX_AGE_MAX + 1));
	EXPECT_EQ(0, set_max_age(self->fd, 0));
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_SET_MAX_AGE, &age));
	EXPECT_EQ(-EFAULT, station_call(self->fd, OPENEVSE_SET_MAX_AGE, NULL));
	EXPECT_EQ(0, set_guard(self->fd, 0));
	EXPECT_EQ(0, set_guard(self->fd, 1));
	EXPECT_EQ(-EINVAL, set_guard(self->fd, 2));
	EXPECT_EQ(-EINVAL, station_call(self->fd, OPENEVSE_SET_EEPROM_GUARD,
					&guard));
	EXPECT_EQ(-EFAULT, station_call(self->fd, OPENEVSE_SET_EEPROM_GUARD,
					NULL));

	/* Who may only read wears nothing, and may be in a hurry. */
	reader = station_open(&self->station, O_RDONLY);
	ASSERT_GE(reader, 0);
	EXPECT_EQ(0, set_timeout(reader, 1000));
	EXPECT_EQ(0, set_max_age(reader, 1000));
	EXPECT_EQ(-EPERM, set_guard(reader, 0));
	close(reader);
	EXPECT_EQ(heard, fake_heard(&self->board));
}

/* --- time --- */

TEST_F_TIMEOUT(file, its_time_is_over, TEST_SECONDS)
{
	int other = station_open(&self->station, O_RDWR);
	struct openevse_energy energy;
	int64_t begun = now_ms();

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, set_timeout(self->fd, 300));
	fake_rule(&self->board, "GU", FAKE_SILENT, 1, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_GET_ENERGY,
					   &energy));
	EXPECT_GE(now_ms() - begun, 300);
	/* Without a time of its own it would have asked once more. */
	EXPECT_LT(now_ms() - begun, 2000);
	EXPECT_EQ(0, station_call(other, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	close(other);
	ASSERT_EQ(0, set_timeout(self->fd, 0));
	expect_works();
}

/* Behind another's call: then it is never sent. */
TEST_F_TIMEOUT(file, its_time_is_over_in_the_queue, TEST_SECONDS)
{
	int other = station_open(&self->station, O_RDWR);
	size_t heard = fake_heard(&self->board);
	struct openevse_energy energy;
	struct caller first;

	ASSERT_GE(other, 0);
	fake_rule(&self->board, "GG", FAKE_LATE, 1, NULL, 1500);
	ASSERT_EQ(0, caller_start(&first, other,
				  OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
				  NULL, 0));
	ASSERT_TRUE(fake_wait(&self->board, "GG", heard, 1));
	ASSERT_EQ(0, set_timeout(self->fd, 200));
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_GET_ENERGY,
					   &energy));
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_SLEEP, NULL));
	EXPECT_EQ(0, caller_end(&first));
	EXPECT_EQ(0, fake_count(&self->board, "GU", heard));
	EXPECT_EQ(0, fake_count(&self->board, "FS", heard));
	close(other);
	ASSERT_EQ(0, set_timeout(self->fd, 0));
	expect_works();
}

/*
 * It takes several exchanges, and is over in the middle: "SC 10*3B" that has
 * lost its '*' is 80 A, which must not stand, whoever is in a hurry.
 */
TEST_F_TIMEOUT(file, its_time_is_over_with_a_larger_current, TEST_SECONDS)
{
	static const struct openevse_current_capacity asked = {
		.capacity_ma = 10000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	size_t heard = fake_heard(&self->board);
	struct caller caller;

	fake_rule(&self->board, "SC", FAKE_SILENT, 1, NULL, 0);
	ASSERT_EQ(0, set_timeout(self->fd, 500));
	ASSERT_EQ(0, caller_start(&caller, self->fd,
				  OPENEVSE_SET_CURRENT_CAPACITY, &asked,
				  sizeof(asked)));
	ASSERT_TRUE(fake_wait(&self->board, "SC", heard, 1));
	self->board.is.amps = 80;
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(10, self->board.is.amps);
}

/* --- age --- */

static unsigned int total(int fd)
{
	struct openevse_energy energy = { 0 };

	return station_call(fd, OPENEVSE_GET_ENERGY, &energy) ?
	       0 : energy.total_wh;
}

/* Another answer than before, once something has happened. */
#define expect_forgotten(what) do {					\
	unsigned int _before = total(self->fd);				\
									\
	self->board.is.total_wh++;					\
	ASSERT_EQ(_before, total(self->fd));				\
	what;								\
	EXPECT_EQ(_before + 1, total(self->fd));			\
} while (0)

TEST_F_TIMEOUT(file, not_older_than_it_may_be, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_stats before = station_stats(self->fd);
	int other = station_open(&self->station, O_RDONLY);
	int64_t asked, answered;

	ASSERT_GE(other, 0);
	ASSERT_EQ(123456, total(other));
	self->board.is.total_wh = 123457;
	/* At first everybody asks the board. */
	ASSERT_EQ(123457, total(other));
	ASSERT_EQ(0, set_max_age(self->fd, 60000));
	self->board.is.total_wh = 123458;
	EXPECT_EQ(123457, total(self->fd));
	EXPECT_EQ(before.remembered + 1, station_stats(self->fd).remembered);
	EXPECT_EQ(2, fake_count(&self->board, "GU", heard));
	/* The other one wants to know it for sure; from then on so does this. */
	EXPECT_EQ(123458, total(other));
	EXPECT_EQ(123458, total(self->fd));
	EXPECT_EQ(3, fake_count(&self->board, "GU", heard));

	asked = now_ms();
	ASSERT_EQ(123458, total(other));
	ASSERT_EQ(0, set_max_age(self->fd, 1000));
	self->board.is.total_wh = 123459;
	do {
		answered = now_ms();
	} while (total(self->fd) == 123458 && now_ms() < asked + PATIENCE_MS);
	EXPECT_GE(now_ms(), asked + 1000);
	EXPECT_LT(answered, asked + PATIENCE_MS);
	EXPECT_EQ(123459, total(self->fd));
	close(other);
}

TEST_F_TIMEOUT(file, age_counts_for_each_question, TEST_SECONDS)
{
	struct openevse_settings settings;
	struct openevse_feature feature = {
		.feature = OPENEVSE_FEATURE_DIODE_CHECK,
	};
	size_t heard = fake_heard(&self->board);

	ASSERT_EQ(0, set_max_age(self->fd, 60000));
	ASSERT_EQ(123456, total(self->fd));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS, &settings));
	EXPECT_EQ(self->board.is.amps * 1000, settings.capacity_ma);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS, &settings));
	EXPECT_EQ(self->board.is.amps * 1000, settings.capacity_ma);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_FEATURE, &feature));
	/* Asked by others, too, in between; never more than once by this one. */
	EXPECT_LE(fake_count(&self->board, "GE", heard), 1);
	EXPECT_EQ(1, fake_count(&self->board, "GU", heard));
}

TEST_F_TIMEOUT(file, forgotten_with_events, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 12000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	int other = station_open(&self->station, O_RDWR);
	struct openevse_event event;
	struct openevse_state state;

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, set_max_age(self->fd, 60000));

	/* The board tells of a change ... */
	expect_forgotten({
		fake_state(&self->board, 3, 3, 0x140);
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_STATE,
					      &event));
	});
	/* ... or has been told to change something ... */
	expect_forgotten(ASSERT_EQ(0, station_call(other,
				OPENEVSE_SET_CURRENT_CAPACITY, &capacity)));
	expect_forgotten(ASSERT_EQ(0, station_call(other, OPENEVSE_SLEEP,
						   NULL)));
	station_drain(self->fd);
	/* ... or an answer shows that it has not told ... */
	expect_forgotten({
		self->board.is.state = 1;
		ASSERT_EQ(0, station_call(other, OPENEVSE_GET_STATE, &state));
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_STATE,
					      &event));
		EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	});
	/* ... or it has restarted. */
	expect_forgotten({
		fake_message(&self->board, variant->profile->modern ?
			     "AB 00 8.2.3" : "ST 00");
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT,
					      &event));
		ASSERT_EQ(0, station_wait_link(&self->station,
					       OPENEVSE_LINK_UP));
	});
	close(other);
}

/* A command looks at the board itself before and after. */
TEST_F_TIMEOUT(file, commands_take_no_old_answer, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 16000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_settings settings;

	self->board.is.amps = 16;
	ASSERT_EQ(0, set_max_age(self->fd, 60000));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS, &settings));
	ASSERT_EQ(16000, settings.capacity_ma);
	/* The button, or another master. */
	self->board.is.amps = 20;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(16, self->board.is.amps);
}

/* --- the EEPROM --- */

/*
 * The last write there is room for: "SC 16*41" that has lost its '*' is 80 A. To
 * set that right is never one too many.
 */
TEST_F_TIMEOUT(file, worn_with_a_larger_current, TEST_SECONDS)
{
	static const struct openevse_current_capacity asked = {
		.capacity_ma = 16000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_current_capacity capacity = asked;
	struct openevse_raw raw;
	struct caller caller;
	size_t heard;
	int i;

	for (i = 0; i < 99; i++) {
		raw = (struct openevse_raw){ .command = "SC 10" };
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_RAW, &raw));
	}
	EXPECT_EQ(99, station_stats(self->fd).eeprom_writes);
	heard = fake_heard(&self->board);
	fake_rule(&self->board, "SC", FAKE_SILENT, 1, NULL, 0);
	ASSERT_EQ(0, caller_start(&caller, self->fd,
				  OPENEVSE_SET_CURRENT_CAPACITY, &asked,
				  sizeof(asked)));
	ASSERT_TRUE(fake_wait(&self->board, "SC", heard, 1));
	self->board.is.amps = 80;
	EXPECT_EQ(0, caller_end(&caller));
	EXPECT_EQ(16, self->board.is.amps);

	/* Enough; but somebody has pressed the button, and this is less. */
	capacity.capacity_ma = 20000;
	EXPECT_EQ(-EDQUOT, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
					&capacity));
	EXPECT_EQ(16, self->board.is.amps);
	self->board.is.amps = 32;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(20, self->board.is.amps);
}

FIXTURE(eeprom) {
	struct station station;
	struct simboard sim;
	int fd;
};

FIXTURE_SETUP(eeprom)
{
	self->station = (struct station){ -1, -1, -1, -1 };
	self->sim.pid = -1;
	self->sim.control = -1;
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	ASSERT_EQ(0, sim_start(&self->sim, "8.2.3", false));
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	self->fd = self->station.fd;
}

FIXTURE_TEARDOWN(eeprom)
{
	station_end(&self->station);
	sim_stop(&self->sim);
}

static int save(int fd, unsigned int amps, unsigned int flags)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = amps * 1000, .flags = flags,
	};

	return station_call(fd, OPENEVSE_SET_CURRENT_CAPACITY, &capacity);
}

/* As a script does that divides the sun's current and saves it each time. */
static void wear_it(int fd)
{
	struct openevse_raw raw;
	int i;

	for (i = 0; i < 100; i++) {
		memset(&raw, 0, sizeof(raw));
		snprintf(raw.command, sizeof(raw.command), "SC %d",
			 10 + i % 2 * 2);
		station_call(fd, OPENEVSE_RAW, &raw);
	}
}

TEST_F_TIMEOUT(eeprom, is_guarded, TEST_SECONDS)
{
	struct openevse_stats before, after;
	struct openevse_feature feature = {
		.feature = OPENEVSE_FEATURE_DIODE_CHECK,
	};
	long written, sent;
	int other = station_open(&self->station, O_RDWR);

	ASSERT_GE(other, 0);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_FEATURE, &feature));
	before = station_stats(self->fd);
	EXPECT_EQ(1, before.eeprom_writes);
	/* Volatile ones cost nothing, whoever says them. */
	EXPECT_EQ(0, save(self->fd, 16, 0));
	EXPECT_EQ(0, save(self->fd, 20, 0));
	EXPECT_EQ(1, station_stats(self->fd).eeprom_writes);
	wear_it(self->fd);
	after = station_stats(self->fd);
	EXPECT_EQ(before.eeprom_writes + 100, after.eeprom_writes);
	EXPECT_EQ(0, after.eeprom_refused);

	/* Enough: nothing is written, or even sent. */
	ASSERT_EQ(0, save(self->fd, 10, 0));
	written = sim_number(&self->sim, "stats", "eeprom_writes", 10);
	sent = sim_count(&self->sim, "SC");
	EXPECT_EQ(-EDQUOT, save(self->fd, 14, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(-EDQUOT, save(other, 14, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(written, sim_number(&self->sim, "stats", "eeprom_writes", 10));
	EXPECT_EQ(sent, sim_count(&self->sim, "SC"));
	EXPECT_EQ(2, station_stats(self->fd).eeprom_refused);
	/* What is so already needs no writing. */
	feature.enabled = 0;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_FEATURE, &feature));

	/* What makes things safer is worth it. */
	feature.enabled = 1;
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_FEATURE, &feature));
	EXPECT_EQ(0, save(self->fd, 8, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(8, sim_number(&self->sim, "state", "saved", 10));
	feature.enabled = 0;
	EXPECT_EQ(-EDQUOT, station_call(self->fd, OPENEVSE_SET_FEATURE,
					&feature));

	/* One file takes it on itself. */
	EXPECT_EQ(0, set_guard(other, 0));
	EXPECT_EQ(0, save(other, 14, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(14, sim_number(&self->sim, "state", "saved", 10));
	EXPECT_EQ(-EDQUOT, save(self->fd, 16, OPENEVSE_CAPACITY_SAVE));
	EXPECT_EQ(0, save(self->fd, 12, 0));
	close(other);
}

TEST_HARNESS_MAIN
