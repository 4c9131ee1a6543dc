// SPDX-License-Identifier: GPL-2.0
/* openevse limit: end the session after a time, or an amount of energy. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "names.h"
#include "query.h"

#define WH_PER_KWH	1000

static int show_limits(const struct device *device)
{
	struct query query;
	int64_t minutes, wh;
	char text[NAME_SIZE];
	int error;

	query_init(&query, device);
	error = query_time_limit(&query, &minutes);
	if (!error)
		error = query_charge_limit(&query, &wh);
	if (error)
		return device_error(device, error, "read its limits");
	if (minutes)
		printf("time    %d min\n", (int)minutes);
	else
		puts("time    off");
	if (wh)
		printf("energy  %s kWh\n", milli(wh, text));
	else
		puts("energy  off");
	return EXIT_DONE;
}

static int set_time(const struct cli *cli, const struct device *device, const char *text)
{
	struct openevse_time_limit limit = { 0 };
	int64_t minutes = 0;

	if (strcmp(text, "off") && (!parse_number(text, 15, 3825, &minutes) || minutes % 15))
		usage_error(cli, "\"%s\" is not a multiple of 15 minutes, up to 3825", text);
	limit.minutes = minutes;
	return change(device, OPENEVSE_SET_TIME_LIMIT, &limit, "limit the time");
}

static int set_energy(const struct cli *cli, const struct device *device, const char *text)
{
	struct openevse_charge_limit limit = { 0 };
	int64_t kwh = 0;

	if (strcmp(text, "off") && !parse_number(text, 1, 255, &kwh))
		usage_error(cli, "\"%s\" is not a whole number of kWh, up to 255", text);
	limit.limit_wh = kwh * WH_PER_KWH;
	return change(device, OPENEVSE_SET_CHARGE_LIMIT, &limit, "limit the energy");
}

static int run_limit(struct cli *cli)
{
	struct device device;
	bool time, set;
	int code;

	options_next(cli, "", NULL);
	set = cli->argc > 0;
	time = set && !strcmp(cli->argv[0], "time");
	if (set && !time && strcmp(cli->argv[0], "energy"))
		usage_error(cli, "no limit \"%s\"", cli->argv[0]);
	if (set && cli->argc != 2)
		usage_error(cli, "name one limit and its value");
	code = device_open(cli, set ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	if (!set)
		code = show_limits(&device);
	else if (time)
		code = set_time(cli, &device, cli->argv[1]);
	else
		code = set_energy(cli, &device, cli->argv[1]);
	device_close(&device);
	return code;
}

const struct command limit_command = {
	.name = "limit",
	.arguments = "[time MINUTES|off | energy KWH|off]",
	.summary = "limits of the session, in the board",
	.help = "Without arguments, show them. The board ends the session when one is reached, and\n"
		"forgets both when the vehicle leaves. Newer firmware takes a limit only with a\n"
		"vehicle connected.",
	.words = "time energy off",
	.run = run_limit,
};
