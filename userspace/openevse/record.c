// SPDX-License-Identifier: GPL-2.0
/*
 * The recorder of charging sessions
 *
 * Events say when a vehicle comes and goes; the board is asked for its counters
 * with each of them and every few seconds between. What a session is made of
 * them is in session.c, the files are session_file.c's. It may be killed at any
 * time: the counters are in the board, and what they were is on the disk.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appender.h"
#include "json_out.h"
#include "names.h"
#include "now.h"
#include "query.h"
#include "record.h"
#include "session_file.h"

#define BATCH		16	/* records in one read() */
#define ASK_EVERY_MS	10000
#define ASK_IDLE_MS	60000	/* without a session */
#define ASK_AGAIN_MS	1000	/* after no answer */
#define SAVE_EVERY_MS	60000	/* flash wears out too */
#define NS_PER_MS	INT64_C(1000000)

/**
 * struct recorder - one run of it
 * @device: the board
 * @path: file of finished sessions
 * @fd: the same, open and locked
 * @state_path: file of the running session
 * @sessions: what it is about
 * @asked_ns: monotonic time when the board had last answered
 * @next_ask: monotonic ms
 * @next_save: the same
 */
struct recorder {
	struct device device;
	char *path;
	int fd;
	char *state_path;
	struct sessions sessions;
	int64_t asked_ns;
	int64_t next_ask;
	int64_t next_save;
};

static int64_t wall_ms(void)
{
	return now_ns(CLOCK_REALTIME) / NS_PER_MS;
}

static int disk_error(const char *path, int error)
{
	return complain(error == -EACCES ? EXIT_RIGHTS : EXIT_ERROR, "cannot write to %s: %s",
			path, strerror(-error));
}

/* Return: an exit code, or -1 to go on. */
static int save(struct recorder *recorder)
{
	int error = session_state_save(recorder->state_path, &recorder->sessions);

	recorder->next_save = monotonic_ms() + SAVE_EVERY_MS;
	return error ? disk_error(recorder->state_path, error) : -1;
}

static int append(struct recorder *recorder, const struct session *session)
{
	struct json_object *object = session_json(session, recorder->device.board.name);
	int error = appender_add(recorder->fd, json_line(object), true);

	json_object_put(object);
	return error ? disk_error(recorder->path, error) : -1;
}

/* Return: an exit code, or -1 to go on. */
static int feed(struct recorder *recorder, const struct session_sample *sample)
{
	struct sessions *sessions = &recorder->sessions;
	struct session finished;
	bool was_open = sessions->open;
	int code = -1;

	if (sessions_feed(sessions, sample, &finished))
		code = append(recorder, &finished);
	else if (was_open == sessions->open && monotonic_ms() < recorder->next_save)
		return -1;
	return code < 0 ? save(recorder) : code;
}

/* --- asking --- */

static int64_t hottest(struct query *query)
{
	int64_t peak = SESSION_UNKNOWN, mc;
	size_t i;

	for (i = 0; i < QUERY_SENSORS; i++)
		if (!query_sensors[i](query, &mc) && mc > peak)
			peak = mc;
	return peak;
}

/* What a board has not got is no error. */
static int lenient(int error)
{
	return error == -EOPNOTSUPP || error == -ENODATA ? 0 : error;
}

static int ask(struct query *query, struct session_sample *sample)
{
	int64_t ma;
	int error = query_state(query, &sample->state);

	if (error)
		return error;
	if (query_connected(query, &sample->connected))
		sample->connected = -1;
	sample->elapsed_s = query->state.elapsed_s;
	error = query_ask(query, ASK_ENERGY);
	if (!error) {
		sample->energy_j = (int64_t)query->energy.session_j;
		sample->total_wh = (int64_t)query->energy.total_wh;
	}
	if (lenient(error))
		return error;
	error = query_current(query, &ma);
	if (!error)
		sample->current_ma = ma;
	sample->temperature_mc = hottest(query);
	return lenient(error);
}

/* Return: an exit code, or -1 to go on. */
static int take_sample(struct recorder *recorder)
{
	struct session_sample sample = {
		.asked = true,
		.energy_j = SESSION_UNKNOWN,
		.current_ma = SESSION_UNKNOWN,
	};
	struct query query;
	int error, code;

	query_init(&query, &recorder->device);
	error = ask(&query, &sample);
	if (error == -ENODEV || error == -ENOTTY)
		return device_error(&recorder->device, error, NULL);
	if (error) {
		recorder->next_ask = monotonic_ms() + ASK_AGAIN_MS;
		return -1;
	}
	sample.time_ms = wall_ms();
	recorder->asked_ns = now_ns(CLOCK_MONOTONIC);
	code = feed(recorder, &sample);
	recorder->next_ask = monotonic_ms() +
			     (recorder->sessions.open ? ASK_EVERY_MS : ASK_IDLE_MS);
	return code;
}

/* --- events --- */

static int take_state(struct recorder *recorder, const struct openevse_event *event)
{
	const struct openevse_event_state *state = &event->state;
	struct session_sample sample = { .time_ms = wall_ms(), .state = state->state };
	int code;

	if (!(state->valid & OPENEVSE_EVENT_HAS_STATE) ||
	    (event->flags & OPENEVSE_EVENT_FLAG_INITIAL))
		return -1;
	sample.connected = vehicle_connected(state->state,
					     state->valid & OPENEVSE_EVENT_HAS_PILOT,
					     state->pilot_state,
					     state->valid & OPENEVSE_EVENT_HAS_VFLAGS,
					     state->vflags);
	code = feed(recorder, &sample);
	recorder->next_save = 0;	/* with the counters, as soon as they are known */
	return code;
}

/* A restart that was only noticed may be one whose counters are known already. */
static void take_boot(struct recorder *recorder, const struct openevse_event *event)
{
	bool certain = !(event->flags & OPENEVSE_EVENT_FLAG_POLLED) &&
		       (int64_t)event->timestamp_ns > recorder->asked_ns;

	sessions_boot(&recorder->sessions, wall_ms(), certain);
}

/* Return: an exit code, or -1 to go on. */
static int take_event(struct recorder *recorder, const struct openevse_event *event)
{
	int code;

	recorder->next_ask = 0;
	if (event->flags & OPENEVSE_EVENT_FLAG_DROPPED)
		recorder->sessions.away = true;
	switch (event->type) {
	case OPENEVSE_EVENT_STATE:
		return take_state(recorder, event);
	case OPENEVSE_EVENT_BOOT:
		take_boot(recorder, event);
		break;
	case OPENEVSE_EVENT_LINK:
		if (event->link != OPENEVSE_LINK_UP)
			recorder->sessions.away = true;
		break;
	case OPENEVSE_EVENT_DETACHED:
		code = save(recorder);
		return code < 0 ? device_error(&recorder->device, -ENODEV, NULL) : code;
	}
	return -1;
}

/* Return: an exit code, or -1 to go on. */
static int read_events(struct recorder *recorder)
{
	struct openevse_event events[BATCH];
	ssize_t size = read(recorder->device.fd, events, sizeof(events));
	size_t i, count;
	int code = -1;

	if (size < 0 && errno == EINTR)
		return -1;
	if (size <= 0)
		return device_error(&recorder->device, size ? -errno : -ENODEV, NULL);
	count = size / sizeof(events[0]);
	for (i = 0; i < count && code < 0; i++)
		code = take_event(recorder, &events[i]);
	return code;
}

static int record(struct recorder *recorder)
{
	struct pollfd pollfd = { .fd = recorder->device.fd, .events = POLLIN };
	int code = -1, count;

	while (code < 0) {
		count = poll(&pollfd, 1, sleep_ms(recorder->next_ask));
		if (count < 0 && errno != EINTR)
			return complain(EXIT_ERROR, "cannot wait for events: %s", strerror(errno));
		if (count > 0)
			code = read_events(recorder);
		else if (!count)
			code = take_sample(recorder);
	}
	return code;
}

/* --- files --- */

/* Return: an exit code. */
static int open_file(struct recorder *recorder)
{
	recorder->fd = appender_open(recorder->path);
	if (recorder->fd < 0)
		return complain(recorder->fd == -EACCES ? EXIT_RIGHTS : EXIT_ERROR,
				"cannot open %s: %s", recorder->path, strerror(-recorder->fd));
	if (!flock(recorder->fd, LOCK_EX | LOCK_NB))
		return EXIT_DONE;
	close(recorder->fd);
	recorder->fd = -1;
	if (errno == EWOULDBLOCK)
		return complain(EXIT_ERROR, "another recorder writes %s", recorder->path);
	return complain(EXIT_ERROR, "cannot lock %s: %s", recorder->path, strerror(errno));
}

/*
 * Go on where the last recorder stopped. When that was between writing a session
 * down and noting that it is over, it is over. Return: an exit code.
 */
static int load_state(struct recorder *recorder)
{
	struct sessions *sessions = &recorder->sessions;
	int error = session_state_load(recorder->state_path, sessions);

	if (error && error != -ENOENT)
		return complain(error == -EACCES ? EXIT_RIGHTS : EXIT_ERROR,
				"cannot read %s: %s; what runs is forgotten when you remove it",
				recorder->state_path,
				error == -EBADMSG ? "it is damaged" : strerror(-error));
	sessions->away = !error;
	if (sessions->open && session_is_last(recorder->path, sessions->session.start_ms))
		sessions->open = false;
	return EXIT_DONE;
}

static int start(struct recorder *recorder, const char *dir)
{
	int code;

	if (mkdir(dir, 0755) && errno != EEXIST)
		return complain(errno == EACCES ? EXIT_RIGHTS : EXIT_ERROR,
				"cannot make the directory %s: %s", dir, strerror(errno));
	recorder->path = sessions_path(dir, recorder->device.board.name);
	recorder->state_path = session_state_path(dir, recorder->device.board.name);
	code = open_file(recorder);
	return code ? code : load_state(recorder);
}

int record_sessions(struct cli *cli, const char *dir)
{
	struct recorder recorder = { .fd = -1 };
	int code;

	if (!cli->max_age_ms)
		cli->max_age_ms = ASK_AGAIN_MS;
	code = device_open(cli, DEVICE_ASK, &recorder.device);
	if (code)
		return code;
	code = start(&recorder, dir);
	if (!code)
		code = record(&recorder);
	if (recorder.fd >= 0)
		close(recorder.fd);
	free(recorder.path);
	free(recorder.state_path);
	device_close(&recorder.device);
	return code;
}
