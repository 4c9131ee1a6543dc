// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of userspace/openevse/session.c: sessions over days and years, against a
 * house that knows what really happened.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/openevse.h>

#include "session.h"

#include "../kselftest_harness.h"

#define SECOND		INT64_C(1000)	/* ms */
#define MINUTE		(60 * SECOND)
#define HOUR		(60 * MINUTE)
#define DAY		(24 * HOUR)
#define JANUARY		INT64_C(1767225600000)	/* 2026, ms */
#define POWER_W		7360	/* 32 A at 230 V */
#define CURRENT_MA	32000
#define ASK_EVERY	(10 * SECOND)	/* as record.c */
#define ASK_IDLE	(60 * SECOND)

/*
 * struct house - a board with a vehicle, and one who writes down what he sees
 * @now: ms
 * @metered: the board has a meter
 * @state: &enum openevse_evse_state
 * @energy_j, @elapsed_s, @total_wh: the board's counters
 * @sessions: what is tested
 * @written: sessions it has finished
 * @last: the last of them
 * @energy_written, @seconds_written: of all of them
 */
struct house {
	int64_t now;
	bool metered;
	unsigned int state;
	int64_t energy_j;
	int64_t elapsed_s;
	int64_t total_wh;
	struct sessions sessions;
	int written;
	struct session last;
	int64_t energy_written;
	int64_t seconds_written;
};

static void house_init(struct house *house)
{
	*house = (struct house) {
		.now = JANUARY, .metered = true, .state = OPENEVSE_STATE_A,
	};
}

static int vehicle(const struct house *house)
{
	switch (house->state) {
	case OPENEVSE_STATE_A:
		return 0;
	case OPENEVSE_STATE_B:
	case OPENEVSE_STATE_C:
		return 1;
	default:
		return -1;
	}
}

static void take(struct house *house, const struct session_sample *sample)
{
	struct session finished;

	if (!sessions_feed(&house->sessions, sample, &finished))
		return;
	house->written++;
	house->last = finished;
	house->seconds_written += finished.charging_s;
	if (finished.energy_j != SESSION_UNKNOWN)
		house->energy_written += finished.energy_j;
}

static void look(struct house *house)
{
	bool charging = house->state == OPENEVSE_STATE_C;

	take(house, &(struct session_sample) {
		.time_ms = house->now,
		.state = house->state,
		.connected = vehicle(house),
		.asked = true,
		.energy_j = house->metered ? house->energy_j : SESSION_UNKNOWN,
		.total_wh = house->metered ? house->total_wh : 0,
		.elapsed_s = house->elapsed_s,
		.current_ma = house->metered ? (charging ? CURRENT_MA : 0) : SESSION_UNKNOWN,
		.temperature_mc = charging ? 41000 : 24000,
	});
}

/* What the board does as time goes by; nobody looks. */
static void pass(struct house *house, int64_t ms)
{
	house->now += ms;
	if (house->state != OPENEVSE_STATE_C)
		return;
	house->energy_j += POWER_W * ms / SECOND;
	house->elapsed_s += ms / SECOND;
}

/* The same with somebody who asks as often as the recorder does. */
static void watch(struct house *house, int64_t ms)
{
	int64_t step, end = house->now + ms;

	while (house->now < end) {
		step = house->sessions.open ? ASK_EVERY : ASK_IDLE;
		if (step > end - house->now)
			step = end - house->now;
		pass(house, step);
		look(house);
	}
}

static void go_to(struct house *house, unsigned int state)
{
	if (house->state == OPENEVSE_STATE_A && state != OPENEVSE_STATE_A) {
		house->energy_j = 0;	/* a session begins */
	} else if (house->state != OPENEVSE_STATE_A && state == OPENEVSE_STATE_A) {
		house->total_wh += house->energy_j / 3600;
	}
	if (state == OPENEVSE_STATE_C && !house->energy_j)
		house->elapsed_s = 0;
	house->state = state;
}

/* An event is heard, and the board asked because of it. */
static void change(struct house *house, unsigned int state)
{
	go_to(house, state);
	take(house, &(struct session_sample) {
		.time_ms = house->now, .state = state, .connected = vehicle(house),
	});
	look(house);
}

/* The board restarts; for a few seconds it sees no vehicle. */
static void restart(struct house *house, bool heard)
{
	unsigned int before = house->state;

	house->energy_j = 0;
	house->elapsed_s = 0;
	sessions_boot(&house->sessions, house->now, heard);
	house->state = OPENEVSE_STATE_A;
	take(house, &(struct session_sample) {
		.time_ms = house->now, .state = house->state,
	});
	pass(house, 3 * SECOND);
	look(house);
	house->state = before;
	take(house, &(struct session_sample) {
		.time_ms = house->now, .state = before, .connected = vehicle(house),
	});
	look(house);
}

FIXTURE(session) {
	struct house house;
};

FIXTURE_SETUP(session)
{
	house_init(&self->house);
	look(&self->house);
	watch(&self->house, HOUR);
}

FIXTURE_TEARDOWN(session)
{
}

TEST_F(session, one)
{
	struct house *house = &self->house;
	int64_t came = house->now;

	change(house, OPENEVSE_STATE_B);
	watch(house, MINUTE);
	change(house, OPENEVSE_STATE_C);
	watch(house, HOUR);
	change(house, OPENEVSE_STATE_B);
	watch(house, HOUR);
	EXPECT_EQ(0, house->written);
	change(house, OPENEVSE_STATE_A);
	ASSERT_EQ(1, house->written);
	EXPECT_EQ(came, house->last.start_ms);
	EXPECT_EQ(house->now, house->last.end_ms);
	EXPECT_EQ(3600, house->last.charging_s);
	EXPECT_EQ(3600 * POWER_W, house->last.energy_j);
	EXPECT_EQ(CURRENT_MA, house->last.max_ma);
	EXPECT_EQ(41000, house->last.peak_mc);
	EXPECT_EQ(0, house->last.fault);
	EXPECT_EQ(0, house->last.resets);
	EXPECT_TRUE(house->last.complete);
	watch(house, DAY);
	EXPECT_EQ(1, house->written);
}

TEST_F(session, without_a_meter)
{
	struct house *house = &self->house;

	house->metered = false;
	change(house, OPENEVSE_STATE_C);
	watch(house, HOUR);
	change(house, OPENEVSE_STATE_A);
	ASSERT_EQ(1, house->written);
	EXPECT_EQ(3600, house->last.charging_s);
	EXPECT_EQ(SESSION_UNKNOWN, house->last.energy_j);
	EXPECT_EQ(SESSION_UNKNOWN, house->last.max_ma);
}

TEST_F(session, asleep_is_the_same_session)
{
	struct house *house = &self->house;

	change(house, OPENEVSE_STATE_C);
	watch(house, HOUR);
	change(house, OPENEVSE_STATE_SLEEPING);
	watch(house, DAY);
	change(house, OPENEVSE_STATE_C);
	watch(house, HOUR);
	change(house, OPENEVSE_STATE_A);
	ASSERT_EQ(1, house->written);
	EXPECT_EQ(7200 * POWER_W, house->last.energy_j);
}

TEST_F(session, fault)
{
	struct house *house = &self->house;

	change(house, OPENEVSE_STATE_C);
	watch(house, MINUTE);
	change(house, OPENEVSE_STATE_GFCI);
	watch(house, MINUTE);
	change(house, OPENEVSE_STATE_C);
	watch(house, MINUTE);
	change(house, OPENEVSE_STATE_A);
	ASSERT_EQ(1, house->written);
	EXPECT_EQ(OPENEVSE_STATE_GFCI, house->last.fault);
}

/* The counters begin again in the middle of a session; what there was counts. */
TEST_F(session, restarts)
{
	struct house *house = &self->house;
	int i;

	change(house, OPENEVSE_STATE_C);
	for (i = 0; i < 10; i++) {
		watch(house, HOUR);
		restart(house, i % 2);
	}
	watch(house, HOUR);
	change(house, OPENEVSE_STATE_A);
	ASSERT_EQ(1, house->written);
	EXPECT_EQ(10, house->last.resets);
	EXPECT_EQ(11 * 3600 * INT64_C(1) * POWER_W, house->last.energy_j);
	EXPECT_EQ(11 * 3600, house->last.charging_s);
	EXPECT_TRUE(house->last.complete);
}

/* The vehicle is still there when the recorder is back: nothing is missing. */
TEST_F(session, nobody_looked)
{
	struct house *house = &self->house;

	change(house, OPENEVSE_STATE_C);
	watch(house, HOUR);
	pass(house, HOUR);
	house->sessions.away = true;
	watch(house, HOUR);
	change(house, OPENEVSE_STATE_A);
	ASSERT_EQ(1, house->written);
	EXPECT_EQ(3 * 3600 * INT64_C(1) * POWER_W, house->last.energy_j);
	EXPECT_TRUE(house->last.complete);
}

/* It has gone meanwhile: all of its energy is in the counter, its end is not known. */
TEST_F(session, nobody_saw_it_leave)
{
	struct house *house = &self->house;
	int64_t seen;

	change(house, OPENEVSE_STATE_C);
	watch(house, HOUR);
	seen = house->now;
	pass(house, HOUR);
	go_to(house, OPENEVSE_STATE_A);
	pass(house, HOUR);
	house->sessions.away = true;
	watch(house, HOUR);
	ASSERT_EQ(1, house->written);
	EXPECT_EQ(2 * 3600 * INT64_C(1) * POWER_W, house->last.energy_j);
	EXPECT_EQ(seen, house->last.end_ms);
	EXPECT_FALSE(house->last.complete);
}

/* And another one came: two sessions, and no joule is in both. */
TEST_F(session, nobody_saw_the_other_come)
{
	struct house *house = &self->house;

	change(house, OPENEVSE_STATE_C);
	watch(house, HOUR);
	go_to(house, OPENEVSE_STATE_A);
	pass(house, HOUR);
	go_to(house, OPENEVSE_STATE_C);
	pass(house, 2 * HOUR);
	house->sessions.away = true;
	watch(house, HOUR);
	ASSERT_EQ(1, house->written);
	EXPECT_EQ(3600 * POWER_W, house->last.energy_j);
	EXPECT_FALSE(house->last.complete);
	change(house, OPENEVSE_STATE_A);
	ASSERT_EQ(2, house->written);
	EXPECT_FALSE(house->last.complete);
	EXPECT_LE(3600 * INT64_C(1) * POWER_W, house->last.energy_j);
	EXPECT_GE(3 * 3600 * INT64_C(1) * POWER_W, house->last.energy_j);
}

static int64_t random_between(int64_t low, int64_t high)
{
	return low + random() % (high - low + 1);
}

/*
 * Ten years of two sessions a day, with pauses, restarts and times without a
 * recorder. What flowed is what is written down, but for what was on the board's
 * counter alone when it restarted.
 */
TEST_F(session, ten_years)
{
	struct house *house = &self->house;
	int64_t flowed = 0, lost = 0, seconds = 0, part, unseen;
	int sessions = 0, restarts = 0, restarts_written = 0, pauses;
	int written;

	srandom(1);
	while (house->now < JANUARY + 3650 * DAY) {
		written = house->written;
		sessions++;
		change(house, OPENEVSE_STATE_B);
		watch(house, random_between(0, 10) * MINUTE);
		for (pauses = random_between(1, 4); pauses; pauses--) {
			change(house, OPENEVSE_STATE_C);
			part = random_between(1, 90) * MINUTE;
			watch(house, part);
			if (!random_between(0, 9)) {	/* nobody looks */
				unseen = random_between(1, 90) * MINUTE;
				pass(house, unseen);
				part += unseen;
				house->sessions.away = true;
				look(house);
			}
			if (!random_between(0, 9)) {	/* a board that restarts */
				unseen = random_between(0, 9) * SECOND;
				pass(house, unseen);
				part += unseen;
				lost += POWER_W * unseen / SECOND;
				seconds -= unseen / SECOND;
				restart(house, true);
				restarts++;
			}
			flowed += POWER_W * part / SECOND;
			seconds += part / SECOND;
			change(house, random_between(0, 1) ? OPENEVSE_STATE_B :
			       OPENEVSE_STATE_SLEEPING);
			watch(house, random_between(0, 60) * MINUTE);
		}
		change(house, OPENEVSE_STATE_A);
		watch(house, random_between(1, 8) * HOUR);
		ASSERT_EQ(written + 1, house->written);
		restarts_written += house->last.resets;
	}
	ASSERT_LT(5000, sessions);
	EXPECT_EQ(sessions, house->written);
	EXPECT_EQ(restarts, restarts_written);
	EXPECT_EQ(flowed - lost, house->energy_written);
	EXPECT_EQ(seconds, house->seconds_written);
	TH_LOG("%d sessions, %d restarts, %lld kWh", sessions, restarts,
	       (long long)(house->energy_written / 3600000));
}

TEST_HARNESS_MAIN
