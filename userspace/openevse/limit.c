// SPDX-License-Identifier: GPL-2.0
/*
 * openevse limit: end the session after a time, or an amount of energy
 *
 * By the board, where its firmware has limits; limit_host.c is for all others.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "change.h"
#include "json_out.h"
#include "limit_host.h"
#include "names.h"
#include "query.h"

#define WH_PER_KWH	1000
#define MWH_PER_WH	1000

/* A week, and more than any battery takes. */
#define MAX_MINUTES	10080
#define MAX_WH		1000000

static int limit_error(const struct device *device, int error, const char *what)
{
	if (error == -EOPNOTSUPP)
		return complain(EXIT_MISSING, "%s: this firmware has no limits; with --host, this command keeps one itself",
				device->board.name);
	if (error == -EREMOTEIO)
		return complain(EXIT_REFUSED, "%s: cannot %s: the board takes it only with a vehicle connected; --host waits for one",
				device->board.name, what);
	return device_error(device, error, what);
}

static void print_json(int64_t minutes, int64_t wh)
{
	struct json_object *object = json_new();

	json_add_int(object, "time_limit_min", minutes);
	json_add_int(object, "energy_limit_wh", wh);
	json_print(object);
}

static void print_text(int64_t minutes, int64_t wh)
{
	char text[NAME_SIZE];

	if (minutes)
		printf("time    %" PRId64 " min\n", minutes);
	else
		puts("time    off");
	if (wh)
		printf("energy  %s kWh\n", milli(wh, text));
	else
		puts("energy  off");
}

static int show_limits(const struct device *device, bool json)
{
	struct query query;
	int64_t minutes, wh;
	int error;

	query_init(&query, device);
	error = query_time_limit(&query, &minutes);
	if (!error)
		error = query_charge_limit(&query, &wh);
	if (error)
		return limit_error(device, error, "read its limits");
	if (json)
		print_json(minutes, wh);
	else
		print_text(minutes, wh);
	return EXIT_DONE;
}

/**
 * struct limit_wish - one call
 * @request: the ioctl, or 0 for a limit of this host
 * @time, @energy: its argument
 * @host: what to keep
 * @set: not off
 * @what: completes "cannot"
 */
struct limit_wish {
	unsigned long request;
	bool set;
	union {
		struct openevse_time_limit time;
		struct openevse_charge_limit energy;
		struct host_limit host;
	};
	const char *what;
};

static void wish_time(const struct cli *cli, const char *text, struct limit_wish *wish)
{
	int64_t minutes = 0;

	if (strcmp(text, "off") && (!parse_number(text, 15, 3825, &minutes) || minutes % 15))
		usage_error(cli, "\"%s\" is not a multiple of 15 minutes, up to 3825", text);
	wish->time.minutes = minutes;
	wish->set = minutes;
	wish->request = OPENEVSE_SET_TIME_LIMIT;
	wish->what = "limit the time";
}

static void wish_energy(const struct cli *cli, const char *text, struct limit_wish *wish)
{
	int64_t kwh = 0;

	if (strcmp(text, "off") && !parse_number(text, 1, 255, &kwh))
		usage_error(cli, "\"%s\" is not a whole number of kWh, up to 255", text);
	wish->energy.limit_wh = kwh * WH_PER_KWH;
	wish->set = kwh;
	wish->request = OPENEVSE_SET_CHARGE_LIMIT;
	wish->what = "limit the energy";
}

static void wish_host(const struct cli *cli, bool time, const char *text, struct limit_wish *wish)
{
	int64_t minutes, wh;

	if (time) {
		if (!parse_number(text, 1, MAX_MINUTES, &minutes))
			usage_error(cli, "\"%s\" is not a number of minutes, up to %d", text,
				    MAX_MINUTES);
		wish->host.seconds = minutes * 60;
	} else {
		if (!parse_milli(text, &wh) || !wh || wh > MAX_WH)
			usage_error(cli, "\"%s\" is not a number of kWh like 7.5, up to %d", text,
				    MAX_WH / WH_PER_KWH);
		wish->host.mwh = wh * MWH_PER_WH;
	}
}

static void parse_wish(const struct cli *cli, bool host, struct limit_wish *wish)
{
	bool time = !strcmp(cli->argv[0], "time");

	if (!time && strcmp(cli->argv[0], "energy"))
		usage_error(cli, "no limit \"%s\"", cli->argv[0]);
	if (cli->argc != 2)
		usage_error(cli, "name one limit and its value");
	if (host)
		wish_host(cli, time, cli->argv[1], wish);
	else if (time)
		wish_time(cli, cli->argv[1], wish);
	else
		wish_energy(cli, cli->argv[1], wish);
}

static int grant(const struct device *device, struct limit_wish *wish)
{
	if (!wish->request)
		return keep_limit(device, &wish->host);
	if (ioctl(device->fd, wish->request, &wish->time))
		return limit_error(device, -errno, wish->what);
	if (wish->set)
		printf("%s keeps the limit itself\n", device->board.name);
	return EXIT_DONE;
}

static int run_limit(struct cli *cli)
{
	static const struct option longs[] = {
		{ "host", no_argument, NULL, 'H' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct limit_wish wish = { 0 };
	bool host = false, json = false;
	struct device device;
	int option, code;

	while ((option = options_next(cli, "j", longs)) != -1) {
		host |= option == 'H';
		json |= option == 'j';
	}
	if (cli->argc ? json : host)
		usage_error(cli, "%s", json ? "--json is to show limits" : "--host is to set one");
	if (cli->argc)
		parse_wish(cli, host, &wish);
	code = device_open(cli, cli->argc ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	code = cli->argc ? grant(&device, &wish) : show_limits(&device, json);
	device_close(&device);
	return code;
}

const struct command limit_command = {
	.name = "limit",
	.arguments = "[--json] | time MINUTES|off [--host] |\n"
		     "                 energy KWH|off [--host]",
	.summary = "limits of the session, in the board or here",
	.help = "Without arguments, show those in the board. The board ends the session when one\n"
		"is reached, and forgets both when the vehicle leaves. Newer firmware takes a\n"
		"limit only with a vehicle connected, or has none: exit status 7.\n\n"
		"      --host  keep the limit here, on any firmware: stay, and pause the board\n"
		"              when this session, or else the next one, has had that much. Ends\n"
		"              then, or when the vehicle leaves. Told to stop before, it leaves\n"
		"              the session without a limit: exit status 1. What it has paused\n"
		"              stays so until \"openevse start\".\n"
		"  -j, --json  one object",
	.words = "time energy off",
	.run = run_limit,
};
