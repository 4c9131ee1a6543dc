// SPDX-License-Identifier: GPL-2.0
/*
 * Charging sessions, made of what a board says over time
 *
 * A session begins when a vehicle is connected and ends when it is not; where
 * the firmware cannot tell, as asleep, the session goes on. The board counts the
 * energy and the seconds of one session. It begins at 0 with the next one, and
 * when it restarts; so what is added here is the growth of the counters, or all
 * of it when they have fallen. Nothing here asks a board or knows of files.
 *
 * An event tells the state only. The session it ends is finished with the next
 * answer, whose counters still are those of that session.
 */
#include <linux/openevse.h>

#include "names.h"
#include "session.h"

/* A board that has just restarted takes a while to see the vehicle again. */
#define BOOT_GRACE_MS	15000
#define J_PER_WH	3600

/* Is a vehicle connected? As of vehicle_connected(), but for a starting board. */
static int told(const struct sessions *sessions, const struct session_sample *sample)
{
	int64_t since_boot = sample->time_ms - sessions->boot_ms;

	if (sample->connected)
		return sample->connected;
	if (sample->state == OPENEVSE_STATE_UNKNOWN)
		return -1;
	if (sessions->boot_ms && since_boot >= 0 && since_boot < BOOT_GRACE_MS)
		return -1;
	return 0;
}

int64_t session_growth(int64_t before, int64_t now)
{
	return now >= before ? now - before : now;
}

static void raise_to(int64_t *highest, int64_t value)
{
	if (value > *highest)	/* SESSION_UNKNOWN is the lowest there is */
		*highest = value;
}

/*
 * The energy has begun at 0 with the session. Older firmware goes on showing the
 * seconds of the one before until it charges.
 */
static void begin(struct sessions *sessions, const struct session_sample *sample)
{
	sessions->open = true;
	sessions->session = (struct session) {
		.start_ms = sample->time_ms,
		.seen_ms = sample->time_ms,
		.energy_j = SESSION_UNKNOWN,
		.max_ma = SESSION_UNKNOWN,
		.peak_mc = SESSION_UNKNOWN,
		.complete = sessions->asked,
	};
	if (!sessions->asked && sample->asked)
		sessions->elapsed_s = sample->state == OPENEVSE_STATE_C || sample->energy_j > 0 ?
				      0 : sample->elapsed_s;
	sessions->energy_j = 0;
}

static void add_counters(struct sessions *sessions, const struct session_sample *sample)
{
	struct session *session = &sessions->session;

	session->charging_s += session_growth(sessions->elapsed_s, sample->elapsed_s);
	if (sample->energy_j != SESSION_UNKNOWN) {
		if (session->energy_j == SESSION_UNKNOWN)
			session->energy_j = 0;
		session->energy_j += session_growth(sessions->energy_j, sample->energy_j);
	}
	raise_to(&session->max_ma, sample->current_ma);
	raise_to(&session->peak_mc, sample->temperature_mc);
}

static void count(struct sessions *sessions, const struct session_sample *sample)
{
	if (sessions->open && state_is_fault(sample->state))
		sessions->session.fault = sample->state;
	if (!sample->asked)
		return;
	if (sessions->open)
		add_counters(sessions, sample);
	sessions->asked = true;
	sessions->elapsed_s = sample->elapsed_s;
	if (sample->energy_j == SESSION_UNKNOWN)
		return;
	sessions->energy_j = sample->energy_j;
	sessions->total_wh = sample->total_wh;
}

/*
 * Nobody looked for a while. A total that has grown says that a session has
 * ended; when it has grown by what the counter shows, it was this one and no
 * other since.
 */
static void look_back(struct sessions *sessions, const struct session_sample *sample, int connected)
{
	bool metered = sample->energy_j != SESSION_UNKNOWN;
	int64_t grown = metered ? sample->total_wh - sessions->total_wh : 0;

	sessions->away = false;
	if (!sessions->open || (connected && !grown && !sessions->session.end_ms))
		return;
	if (!sessions->session.end_ms)
		sessions->session.end_ms = sessions->session.seen_ms;
	sessions->session.complete = false;
	if (!connected && metered && sample->energy_j >= sessions->energy_j &&
	    grown == sample->energy_j / J_PER_WH)
		return;
	/* The counters are another session's. */
	sessions->energy_j = metered ? sample->energy_j : 0;
	sessions->elapsed_s = sample->elapsed_s;
	if (connected)
		sessions->asked = false;
}

static bool finish(struct sessions *sessions, struct session *finished)
{
	*finished = sessions->session;
	sessions->open = false;
	return true;
}

bool sessions_feed(struct sessions *sessions, const struct session_sample *sample,
		   struct session *finished)
{
	struct session *session = &sessions->session;
	int connected = told(sessions, sample);
	bool done = false;

	if (sessions->away && sample->asked)
		look_back(sessions, sample, connected);
	if (sessions->open && session->end_ms && connected == 1)
		done = finish(sessions, finished);
	if (!sessions->open && connected == 1)
		begin(sessions, sample);
	count(sessions, sample);
	if (!sessions->open)
		return done;
	if (!session->end_ms && connected)
		session->seen_ms = sample->time_ms;
	else if (!session->end_ms)
		session->end_ms = sample->time_ms;
	if (session->end_ms && sample->asked)
		done = finish(sessions, finished);
	return done;
}

void sessions_boot(struct sessions *sessions, int64_t time_ms, bool since_asked)
{
	sessions->boot_ms = time_ms;
	if (sessions->open && !sessions->session.end_ms)
		sessions->session.resets++;
	if (since_asked) {
		sessions->energy_j = 0;
		sessions->elapsed_s = 0;
	}
}
