// SPDX-License-Identifier: GPL-2.0
/* openevse clock: the board's own, which its delay timer goes by. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "change.h"
#include "json_out.h"

#define TEXT_SIZE	80

static void write_time(const struct openevse_time *time, char between, char text[TEXT_SIZE])
{
	snprintf(text, TEXT_SIZE, "%04u-%02u-%02u%c%02u:%02u:%02u", time->year, time->month,
		 time->day, between, time->hour, time->minute, time->second);
}

static int show_clock(const struct device *device, bool json)
{
	struct openevse_time time = { 0 };
	int code = change(device, OPENEVSE_GET_TIME, &time, "read its clock");
	struct json_object *object;
	char text[TEXT_SIZE];

	if (code)
		return code;
	write_time(&time, json ? 'T' : ' ', text);
	if (!json) {
		puts(text);
		return EXIT_DONE;
	}
	object = json_new();
	json_add_text(object, "clock", text);
	json_print(object);
	return EXIT_DONE;
}

/* @zone: which time that is, for whoever reads what was written; NULL: he knows. */
static int set_clock(const struct device *device, const struct tm *tm, const char *zone)
{
	struct openevse_time time = {
		.year = tm->tm_year + 1900, .month = tm->tm_mon + 1, .day = tm->tm_mday,
		.hour = tm->tm_hour, .minute = tm->tm_min, .second = tm->tm_sec,
	};

	char text[TEXT_SIZE];
	int code = change(device, OPENEVSE_SET_TIME, &time, "set its clock");

	write_time(&time, ' ', text);
	if (!code && zone)
		printf("%s (%s)\n", text, zone);
	return code;
}

/* Now, when the board is open: it has answered, so it will be quick. */
static int sync_clock(const struct device *device, bool utc)
{
	time_t now = time(NULL);
	struct tm tm;

	if (utc)
		gmtime_r(&now, &tm);
	else
		localtime_r(&now, &tm);
	return set_clock(device, &tm, utc ? "UTC" : "local time");
}

static bool parse_date(const char *text, struct tm *tm)
{
	const char *end;

	memset(tm, 0, sizeof(*tm));
	end = strptime(text, "%Y-%m-%d %H:%M:%S", tm);
	return end && !*end;
}

/**
 * struct clock_wish - one call
 * @sync: set it to this computer's time
 * @set: set it to @tm
 * @zone: an option says which time
 * @utc: that is universal time
 * @json: show it that way
 * @tm: the date
 */
struct clock_wish {
	bool sync;
	bool set;
	bool zone;
	bool utc;
	bool json;
	struct tm tm;
};

static void parse_wish(const struct cli *cli, struct clock_wish *wish)
{
	wish->sync = cli->argc == 1 && !strcmp(cli->argv[0], "sync");
	wish->set = cli->argc == 2 && !strcmp(cli->argv[0], "set");
	if (!wish->sync && !wish->set &&
	    (cli->argc > 1 || (cli->argc && strcmp(cli->argv[0], "show"))))
		usage_error(cli, "say show, sync, or set and a date");
	if (wish->zone && !wish->sync)
		usage_error(cli, "--utc and --local are for sync");
	if (wish->json && (wish->sync || wish->set))
		usage_error(cli, "--json is for show");
	if (wish->set && !parse_date(cli->argv[1], &wish->tm))
		usage_error(cli, "\"%s\" is not a date like \"2026-11-24 22:30:00\"",
			    cli->argv[1]);
}

static int run_clock(struct cli *cli)
{
	static const struct option longs[] = {
		{ "utc", no_argument, NULL, 'u' },
		{ "local", no_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct clock_wish wish = { 0 };
	struct device device;
	int option, code;

	while ((option = options_next(cli, "j", longs)) != -1) {
		wish.json |= option == 'j';
		wish.zone |= option != 'j';
		wish.utc = option == 'j' ? wish.utc : option == 'u';
	}
	parse_wish(cli, &wish);
	code = device_open(cli, wish.sync || wish.set ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	if (wish.sync)
		code = sync_clock(&device, wish.utc);
	else
		code = wish.set ? set_clock(&device, &wish.tm, NULL) :
				  show_clock(&device, wish.json);
	device_close(&device);
	return code;
}

const struct command clock_command = {
	.name = "clock",
	.arguments = "[show | sync [--utc|--local] | set DATE]",
	.summary = "the board's clock",
	.help = "The board knows of no time zone: its clock shows what was written. sync writes\n"
		"this computer's time, local unless --utc is given, and tells what that was; DATE\n"
		"is like \"2026-11-24 22:30:00\". A board without a clock chip is exit status 7.\n\n"
		"  -j, --json  show it as one object",
	.words = "show sync set",
	.run = run_clock,
};
