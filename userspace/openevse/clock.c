// SPDX-License-Identifier: GPL-2.0
/* openevse clock: the board's own, which its delay timer goes by. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "change.h"

static int show_clock(const struct device *device)
{
	struct openevse_time time = { 0 };
	int code = change(device, OPENEVSE_GET_TIME, &time, "read its clock");

	if (!code)
		printf("%04u-%02u-%02u %02u:%02u:%02u\n", time.year, time.month, time.day,
		       time.hour, time.minute, time.second);
	return code;
}

static int set_clock(const struct device *device, const struct tm *tm)
{
	struct openevse_time time = {
		.year = tm->tm_year + 1900, .month = tm->tm_mon + 1, .day = tm->tm_mday,
		.hour = tm->tm_hour, .minute = tm->tm_min, .second = tm->tm_sec,
	};

	return change(device, OPENEVSE_SET_TIME, &time, "set its clock");
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
	return set_clock(device, &tm);
}

static bool parse_date(const char *text, struct tm *tm)
{
	const char *end;

	memset(tm, 0, sizeof(*tm));
	end = strptime(text, "%Y-%m-%d %H:%M:%S", tm);
	return end && !*end;
}

static int run_clock(struct cli *cli)
{
	static const struct option longs[] = {
		{ "utc", no_argument, NULL, 'u' },
		{ "local", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	bool utc = false, sync, set;
	struct device device;
	int option, code;
	struct tm tm;

	while ((option = options_next(cli, "", longs)) != -1)
		utc = option == 'u';
	sync = cli->argc == 1 && !strcmp(cli->argv[0], "sync");
	set = cli->argc == 2 && !strcmp(cli->argv[0], "set");
	if (!sync && !set && (cli->argc > 1 || (cli->argc && strcmp(cli->argv[0], "show"))))
		usage_error(cli, "say show, sync, or set and a date");
	if (set && !parse_date(cli->argv[1], &tm))
		usage_error(cli, "\"%s\" is not a date like \"2026-11-24 22:30:00\"",
			    cli->argv[1]);
	code = device_open(cli, sync || set ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	if (sync)
		code = sync_clock(&device, utc);
	else
		code = set ? set_clock(&device, &tm) : show_clock(&device);
	device_close(&device);
	return code;
}

const struct command clock_command = {
	.name = "clock",
	.arguments = "[show | sync [--utc|--local] | set DATE]",
	.summary = "the board's clock",
	.help = "sync sets it to this computer's time, local unless --utc is given; DATE is like\n"
		"\"2026-11-24 22:30:00\". A board without a clock chip is exit status 7.",
	.words = "show sync set",
	.run = run_clock,
};
