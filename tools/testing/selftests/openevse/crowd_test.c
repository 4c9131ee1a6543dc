// SPDX-License-Identifier: GPL-2.0
/*
 * Hundreds of programs on one board, which charges meanwhile, so that its
 * answers change all the time. Afterwards every answer is looked up in the
 * board's own log of the wire: the board must have given it, to a question
 * that it was asked after the call had begun, and before the call had ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../kselftest_harness.h"

#include "recording.h"
#include "simboard.h"
#include "station.h"

#define PROGRAMS	256
#define ROUNDS		8

/* Every so many of them sets the current now and then. */
#define SETTERS		16

/* Between the board's clock and ours, and until a byte has got through. */
#define TOLERANCE_US	200000

/* --- what can be asked, and what the board's log has of it --- */

union value {
	struct openevse_state state;
	struct openevse_settings settings;
	struct openevse_charging_current_and_voltage charging;
	struct openevse_energy energy;
	struct openevse_current_capacity_range range;
	struct openevse_current_capacity capacity;
};

static bool says_state(const char *reply, const union value *value)
{
	unsigned int state, elapsed, pilot, vflags;

	if (sscanf(reply, "%x %u %x %x", &state, &elapsed, &pilot, &vflags) == 4)
		return state == value->state.state &&
		       elapsed == value->state.elapsed_s &&
		       pilot == value->state.pilot_state &&
		       vflags == value->state.vflags;
	return sscanf(reply, "%u %u", &state, &elapsed) == 2 &&
	       state == value->state.state && elapsed == value->state.elapsed_s;
}

static bool says_settings(const char *reply, const union value *value)
{
	unsigned int amps, flags;

	return sscanf(reply, "%u %x", &amps, &flags) == 2 &&
	       amps * 1000 == value->settings.capacity_ma &&
	       flags == value->settings.flags;
}

static bool says_charging(const char *reply, const union value *value)
{
	int current;

	return sscanf(reply, "%d", &current) == 1 &&
	       current == value->charging.current_ma;
}

static bool says_energy(const char *reply, const union value *value)
{
	unsigned long long session, total;

	return sscanf(reply, "%llu %llu", &session, &total) == 2 &&
	       session == value->energy.session_j &&
	       total == value->energy.total_wh;
}

static bool says_range(const char *reply, const union value *value)
{
	unsigned int min, max;

	return sscanf(reply, "%u %u", &min, &max) == 2 &&
	       min * 1000 == value->range.min_ma &&
	       max * 1000 == value->range.max_ma;
}

/* Where it was so already the board has only been asked. */
static bool says_capacity(const char *reply, const union value *value)
{
	return (unsigned int)atoi(reply) * 1000 == value->capacity.capacity_ma;
}

static const struct kind {
	unsigned long request;
	const char *mnemonic;
	bool (*says)(const char *reply, const union value *value);
} kinds[] = {
	{ OPENEVSE_GET_STATE, "GS", says_state },
	{ OPENEVSE_GET_SETTINGS, "GE", says_settings },
	{ OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE, "GG", says_charging },
	{ OPENEVSE_GET_ENERGY, "GU", says_energy },
	{ OPENEVSE_GET_CURRENT_CAPACITY_RANGE, "GC", says_range },
	{ OPENEVSE_SET_CURRENT_CAPACITY, "SC", says_capacity },
};

#define GETTERS	(ARRAY_SIZE(kinds) - 1)

/* --- programs, each with its own open file --- */

/* One call, in memory shared with the test. */
struct record {
	const struct kind *kind;
	long long begun_us, ended_us;
	union value value;
	int result;
};

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void call(int fd, struct record *record, const struct kind *kind)
{
	record->kind = kind;
	record->begun_us = now_us();
	record->result = station_call(fd, kind->request, &record->value);
	record->ended_us = now_us();
}

static void run_program(int fd, int number, struct record *records)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		const struct kind *kind = &kinds[(number + i) % GETTERS];

		if (number % (PROGRAMS / SETTERS) == 0 && i % 2) {
			records[i].value.capacity.capacity_ma =
				1000 * (10 + (number / SETTERS + i) % 6);
			kind = &kinds[GETTERS];
		}
		call(fd, &records[i], kind);
	}
}

/* All of them begin when the pipe closes. */
static pid_t start_program(const struct station *station, int number,
			   int start[2], struct record *records)
{
	pid_t pid = fork();
	char byte;
	int fd;

	if (pid)
		return pid;
	close(start[1]);
	fd = station_open(station, O_RDWR);
	if (fd < 0 || read(start[0], &byte, 1))
		_exit(1);
	run_program(fd, number, records);
	_exit(0);
}

/* --- the board's log --- */

/* Is that reply the answer that @record has? */
static bool is_answer(const struct record *record,
		      const struct recording_entry *asked,
		      const struct recording_entry *answered)
{
	const char *mnemonic = (const char *)asked->bytes + 1;
	const char *reply = (const char *)answered->bytes;

	if (strncmp(reply, "$OK ", 4))
		return false;
	if (!strncmp(mnemonic, record->kind->mnemonic, 2))
		return record->kind->says(reply + 4, &record->value);
	return record->kind == &kinds[GETTERS] &&
	       !strncmp(mnemonic, "GE", 2) &&
	       says_capacity(reply + 4, &record->value);
}

/* @offset_us: the board's clock minus ours. */
static bool is_in(const struct recording *log, long long offset_us,
		  const struct record *record)
{
	long long from = record->begun_us + offset_us - TOLERANCE_US;
	long long until = record->ended_us + offset_us + TOLERANCE_US;
	const struct recording_entry *asked = NULL;
	size_t i;

	for (i = 0; i < log->count; i++) {
		const struct recording_entry *entry = &log->entry[i];

		if (entry->us > until)
			return false;
		if (entry->kind == RECORDING_COMMAND)
			asked = entry;
		else if (entry->kind == RECORDING_ANSWER && asked &&
			 asked->us >= from && is_answer(record, asked, entry))
			return true;
	}
	return false;
}

static size_t commands_in(const struct recording *log)
{
	size_t i, count = 0;

	for (i = 0; i < log->count; i++)
		count += log->entry[i].kind == RECORDING_COMMAND;
	return count;
}

/* --- the test --- */

FIXTURE(crowd) {
	struct station station;
	struct simboard sim;
	struct recording log;
	struct record *records;
	char path[64];
};

FIXTURE_VARIANT(crowd) {
	const char *firmware;
};

/* Without ids, with them. */
FIXTURE_VARIANT_ADD(crowd, firmware_4_4_0) { .firmware = "D4.4.0" };
FIXTURE_VARIANT_ADD(crowd, firmware_8_2_3) { .firmware = "8.2.3" };

FIXTURE_SETUP(crowd)
{
	size_t size = PROGRAMS * ROUNDS * sizeof(*self->records);

	self->station = (struct station){ -1, -1, -1, -1 };
	self->sim.pid = -1;
	self->sim.control = -1;
	self->records = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->records);
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	ASSERT_EQ(0, sim_start(&self->sim, variant->firmware, false));
	snprintf(self->path, sizeof(self->path), "%s/log",
		 self->sim.directory);
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot C"));
	ASSERT_EQ(0, sim_tell(&self->sim, "amps 7"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state charging 30000"));
}

FIXTURE_TEARDOWN(crowd)
{
	recording_free(&self->log);
	station_end(&self->station);
	unlink(self->path);
	sim_stop(&self->sim);
}

TEST_F_TIMEOUT(crowd, every_answer_is_the_boards, 2 * TEST_SECONDS)
{
	struct openevse_stats before, after;
	long long board_us, offset_us;
	pid_t pid[PROGRAMS];
	int wrong = 0, failed = 0, late = 0;
	__u64 timeouts;
	int start[2];
	int i;

	ASSERT_EQ(0, pipe(start));
	ASSERT_EQ(0, sim_tell(&self->sim, "log on %s", self->path));
	board_us = sim_number(&self->sim, "state", "ms", 10) * 1000LL;
	ASSERT_GE(board_us, 0);
	offset_us = board_us - now_us();
	before = station_stats(self->station.fd);

	for (i = 0; i < PROGRAMS; i++) {
		pid[i] = start_program(&self->station, i, start,
				       &self->records[i * ROUNDS]);
		ASSERT_GT(pid[i], 0);
	}
	close(start[0]);
	close(start[1]);
	for (i = 0; i < PROGRAMS; i++) {
		int status;

		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_EQ(0, status);
	}
	after = station_stats(self->station.fd);
	ASSERT_EQ(0, sim_tell(&self->sim, "log off"));
	ASSERT_EQ(0, recording_load(&self->log, self->path));

	for (i = 0; i < PROGRAMS * ROUNDS; i++) {
		const struct record *record = &self->records[i];

		/* Somebody else may have set another current meanwhile. */
		if (record->result == -EREMOTEIO &&
		    record->kind == &kinds[GETTERS])
			continue;
		late += record->result == -ETIMEDOUT;
		failed += record->result && record->result != -ETIMEDOUT;
		wrong += !record->result &&
			 !is_in(&self->log, offset_us, record);
	}
	EXPECT_EQ(0, failed);
	EXPECT_EQ(0, wrong);
	/*
	 * On a machine this busy an answer may come when it was asked again, or
	 * when nobody waits for it any more.
	 */
	timeouts = after.timeouts - before.timeouts;
	EXPECT_LE(after.foreign - before.foreign,
		  after.retries - before.retries + timeouts);
	EXPECT_TRUE(!late || timeouts);
	EXPECT_LT(late, PROGRAMS * ROUNDS / 10);
	/* Many readers cost the wire little more than one. */
	EXPECT_LT(commands_in(&self->log), PROGRAMS * ROUNDS / 4);
	EXPECT_GT(after.shared - before.shared, PROGRAMS * ROUNDS / 2);
	TH_LOG("%d calls, %zu commands on the wire, %llu shared",
	       PROGRAMS * ROUNDS, commands_in(&self->log),
	       (unsigned long long)(after.shared - before.shared));
}

TEST_HARNESS_MAIN
