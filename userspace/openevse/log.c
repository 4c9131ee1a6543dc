// SPDX-License-Identifier: GPL-2.0
/*
 * openevse log: charging sessions
 *
 * Shows what the recorder (record.c) has written down, whether or not a board is
 * attached: only files are read.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "json_out.h"
#include "names.h"
#include "record.h"
#include "session_file.h"

#define LONGEST_LINE	4096

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

/**
 * struct listing - one run of it
 * @dir: where the sessions are
 * @format: how to print them
 * @all: also those that run
 * @damaged: lines that are no sessions
 */
struct listing {
	const char *dir;
	enum format format;
	bool all;
	unsigned int damaged;
};

/* --- one session --- */

static const char *text_of(struct json_object *session, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(session, key, &value) || !value)
		return NULL;
	return json_object_get_string(value);
}

static const char *const columns[] = {
	"device", "start", "end", "charging_s", "energy_wh", "max_a", "peak_c", "fault",
	"resets", "complete",
};

static void print_csv(struct json_object *session)
{
	const char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		text = text_of(session, columns[i]);
		printf("%s%s", i ? "," : "", text ? text : "");
	}
	putchar('\n');
}

/* "2026-11-24T14:02:00.000+01:00" without what nobody reads. */
static void print_time(const char *text)
{
	if (text)
		printf("%.10s %-6.5s ", text, strlen(text) > 11 ? text + 11 : "");
	else
		printf("%-17s ", "running");
}

static void print_value(const char *text, const char *unit, int width)
{
	char *value = text ? xasprintf("%s %s", text, unit) : xasprintf("-");

	printf("%-*s ", width, value);
	free(value);
}

static void print_row(struct json_object *session)
{
	const char *seconds = text_of(session, "charging_s");
	const char *energy = text_of(session, "energy_wh");
	const char *peak = text_of(session, "peak_c"), *fault = text_of(session, "fault");
	const char *complete = text_of(session, "complete");
	char time[NAME_SIZE], kwh[NAME_SIZE];

	printf("%-12s ", text_of(session, "device"));
	print_time(text_of(session, "start"));
	print_time(text_of(session, "end"));
	printf("%-13s ", seconds ? duration(strtoul(seconds, NULL, 10), time) : "-");
	print_value(energy ? milli((int64_t)strtod(energy, NULL), kwh) : NULL, "kWh", 11);
	print_value(text_of(session, "max_a"), "A", 9);
	print_value(peak, "°C", peak ? 9 : 8);	/* in bytes */
	printf("%s%s\n", fault ? fault : "-",
	       complete && strcmp(complete, "true") ? " (incomplete)" : "");
}

static void print_session(const struct listing *listing, struct json_object *session)
{
	if (listing->format == FORMAT_JSON)
		puts(json_line(session));
	else if (listing->format == FORMAT_CSV)
		print_csv(session);
	else
		print_row(session);
}

static void print_heading(const struct listing *listing)
{
	size_t i;

	for (i = 0; listing->format == FORMAT_CSV && i < ARRAY_SIZE(columns); i++)
		printf("%s%s", i ? "," : "", columns[i]);
	if (listing->format == FORMAT_CSV)
		putchar('\n');
	else if (listing->format == FORMAT_TABLE)
		printf("%-12s %-17s %-17s %-13s %-11s %-9s %-8s %s\n", "BOARD", "START", "END",
		       "CHARGING", "ENERGY", "MAX", "PEAK", "FAULT");
}

/* --- all sessions of one board --- */

static void print_line(struct listing *listing, const char *line)
{
	struct json_object *session = json_tokener_parse(line);

	if (json_object_is_type(session, json_type_object) && text_of(session, "device") &&
	    text_of(session, "start"))
		print_session(listing, session);
	else
		listing->damaged++;
	json_object_put(session);
}

static void print_running(const struct listing *listing, const char *board)
{
	char *path = session_state_path(listing->dir, board);
	struct sessions sessions = { .open = false };
	struct json_object *object;

	if (!session_state_load(path, &sessions) && sessions.open && !sessions.session.end_ms) {
		object = session_json(&sessions.session, board);
		print_session(listing, object);
		json_object_put(object);
	}
	free(path);
}

/* Return: an exit code. */
static int print_board(struct listing *listing, const char *board)
{
	char *path = sessions_path(listing->dir, board);
	FILE *file = fopen(path, "re");
	char line[LONGEST_LINE];
	int code = EXIT_DONE;

	if (!file)
		code = complain(errno == EACCES ? EXIT_RIGHTS : EXIT_ERROR, "cannot read %s: %s",
				path, strerror(errno));
	while (file && fgets(line, sizeof(line), file))
		print_line(listing, line);
	if (file)
		fclose(file);
	if (!code && listing->all)
		print_running(listing, board);
	free(path);
	return code;
}

/* --- all boards --- */

static int is_sessions_file(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end && end != entry->d_name && !strcmp(end, SESSIONS_END);
}

static int print_boards(struct listing *listing, const char *only)
{
	struct dirent **entries;
	int count = scandir(listing->dir, &entries, is_sessions_file, alphasort);
	int code = EXIT_DONE, found = 0, i;

	if (count < 0)
		return complain(errno == EACCES ? EXIT_RIGHTS : EXIT_ERROR,
				"cannot read %s: %s; \"openevse log --record\" records sessions",
				listing->dir, strerror(errno));
	for (i = 0; i < count; i++) {
		*strrchr(entries[i]->d_name, '.') = '\0';
		if (!code && (!only || !strcmp(only, entries[i]->d_name))) {
			if (!found++)
				print_heading(listing);
			code = print_board(listing, entries[i]->d_name);
		}
		free(entries[i]);
	}
	free(entries);
	if (!found && only)
		return complain(EXIT_GONE, "no sessions of \"%s\" are recorded in %s", only,
				listing->dir);
	return code;
}

/* Boards that are not attached have sessions too, by their names. */
static int print_log(const struct cli *cli, struct listing *listing)
{
	const char *only = cli->device;
	struct board board;
	int code;

	if (only && board_find(only, &board))
		only = board.name;
	else if (only && strchr(only, '/'))
		only = strrchr(only, '/') + 1;
	code = print_boards(listing, only);
	if (code || !listing->damaged)
		return code;
	return complain(EXIT_ERROR, "%u damaged lines in %s were left out", listing->damaged,
			listing->dir);
}

static const struct option longs[] = {
	{ "csv", no_argument, NULL, 'c' },
	{ "json", no_argument, NULL, 'j' },
	{ "all", no_argument, NULL, 'a' },
	{ "record", no_argument, NULL, 'r' },
	{ "dir", required_argument, NULL, 'D' },
	{ NULL, 0, NULL, 0 },
};

static void set_format(const struct cli *cli, struct listing *listing, enum format format)
{
	if (listing->format != FORMAT_TABLE && listing->format != format)
		usage_error(cli, "choose --csv or --json");
	listing->format = format;
}

static int run_log(struct cli *cli)
{
	struct listing listing = { .dir = SESSION_DIR };
	bool record = false;
	int option;

	while ((option = options_next(cli, "ja", longs)) != -1) {
		if (option == 'r')
			record = true;
		else if (option == 'a')
			listing.all = true;
		else if (option == 'D')
			listing.dir = optarg;
		else
			set_format(cli, &listing, option == 'c' ? FORMAT_CSV : FORMAT_JSON);
	}
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
	if (record && (listing.all || listing.format != FORMAT_TABLE))
		usage_error(cli, "--record shows nothing");
	return record ? record_sessions(cli, listing.dir) : print_log(cli, &listing);
}

const struct command log_command = {
	.name = "log",
	.arguments = "[--csv | --json] [--all] [--dir DIR] | --record",
	.summary = "show or record charging sessions",
	.help = "Show the recorded charging sessions of all boards, or with -d of one, attached\n"
		"or not. A session lasts from plugging a vehicle in to unplugging it.\n\n"
		"      --csv      comma-separated, units in the names\n"
		"  -j, --json     one JSON object a line\n"
		"  -a, --all      also the session that is running, as last saved\n"
		"      --record   record the sessions of one board, until it is unplugged; the\n"
		"                 service openevse-log@NAME does that\n"
		"      --dir DIR  where they are; default: " SESSION_DIR,
	.run = run_log,
};
