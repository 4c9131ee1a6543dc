// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions on the disk
 *
 * A finished session is a line that is appended and never changed. What is
 * needed to go on after the recorder was killed is one small file that is
 * replaced as a whole: at any moment there is the old one or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appender.h"
#include "cli.h"
#include "json_out.h"
#include "names.h"
#include "session_file.h"

#define NS_PER_MS	INT64_C(1000000)
#define LONGEST_LINE	4096

static void add_time(struct json_object *object, const char *key, int64_t ms)
{
	char text[TIME_SIZE];

	json_add_text(object, key, ms ? iso_time(ms * NS_PER_MS, text) : NULL);
}

static void add_known(struct json_object *object, const char *key, int64_t milli)
{
	if (milli == SESSION_UNKNOWN)
		json_add_null(object, key);
	else
		json_add_milli(object, key, milli);
}

struct json_object *session_json(const struct session *session, const char *device)
{
	bool metered = session->energy_j != SESSION_UNKNOWN;
	struct json_object *object = json_new();
	char fault[NAME_SIZE];

	json_add_text(object, "device", device);
	json_add_int(object, "start_ms", session->start_ms);
	add_time(object, "start", session->start_ms);
	add_time(object, "end", session->end_ms);
	json_add_int(object, "charging_s", session->charging_s);
	add_known(object, "energy_wh",	/* 3.6 J each mWh */
		  metered ? session->energy_j * 10 / 36 : SESSION_UNKNOWN);
	add_known(object, "max_a", session->max_ma);
	add_known(object, "peak_c", session->peak_mc);
	json_add_text(object, "fault", session->fault ? state_name(session->fault, fault) : NULL);
	json_add_int(object, "resets", session->resets);
	json_add_bool(object, "complete", session->complete);
	return object;
}

char *sessions_path(const char *dir, const char *board)
{
	return xasprintf("%s/%s" SESSIONS_END, dir, board);
}

char *session_state_path(const char *dir, const char *board)
{
	return xasprintf("%s/%s.state", dir, board);
}

/* --- what is running: each member of both structs by its name, as a number --- */

#define MEMBERS(member, flag) \
	flag(open) flag(asked) member(energy_j) member(total_wh) member(elapsed_s) \
	member(boot_ms) flag(session.complete) member(session.start_ms) member(session.seen_ms) \
	member(session.end_ms) member(session.charging_s) member(session.energy_j) \
	member(session.max_ma) member(session.peak_mc) member(session.fault) member(session.resets)

static struct json_object *state_json(const struct sessions *sessions)
{
	struct json_object *object = json_new();

#define SAVE(name)	json_add_int(object, #name, sessions->name);
	MEMBERS(SAVE, SAVE)
#undef SAVE
	return object;
}

static bool read_number(struct json_object *object, const char *key, int64_t *number)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*number = json_object_get_int64(value);
	return true;
}

static bool state_from_json(struct json_object *object, struct sessions *sessions)
{
	int64_t number;
	bool all = true;

#define LOAD(name)	all = all && read_number(object, #name, &number); \
			if (all) \
				sessions->name = number;
	MEMBERS(LOAD, LOAD)
#undef LOAD
	return all;
}

int session_state_load(const char *path, struct sessions *sessions)
{
	struct json_object *object;
	bool read;

	if (access(path, F_OK))
		return -errno;
	object = json_object_from_file(path);
	if (!object)
		return errno == EACCES ? -EACCES : -EBADMSG;
	read = state_from_json(object, sessions);
	json_object_put(object);
	return read ? 0 : -EBADMSG;
}

/* A new name is on the disk when its directory is. */
static int sync_directory(const char *path)
{
	char *copy = xasprintf("%s", path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	free(copy);
	return error;
}

static int write_file(const char *path, const char *line)
{
	int fd, error;

	unlink(path);
	fd = appender_open(path);
	if (fd < 0)
		return fd;
	error = appender_add(fd, line, true);
	close(fd);
	if (error)
		unlink(path);
	return error;
}

int session_state_save(const char *path, const struct sessions *sessions)
{
	struct json_object *object = state_json(sessions);
	char *temporary = xasprintf("%s.new", path);
	int error = write_file(temporary, json_line(object));

	if (!error && rename(temporary, path))
		error = -errno;
	if (!error)
		error = sync_directory(path);
	free(temporary);
	json_object_put(object);
	return error;
}

/* --- what is finished --- */

static bool began_then(const char *line, int64_t start_ms)
{
	struct json_object *object = json_tokener_parse(line);
	int64_t start;
	bool then = read_number(object, "start_ms", &start) && start == start_ms;

	json_object_put(object);
	return then;
}

bool session_is_last(const char *path, int64_t start_ms)
{
	char line[LONGEST_LINE], last[LONGEST_LINE] = "";
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		strcpy(last, line);
	fclose(file);
	return began_then(last, start_ms);
}
