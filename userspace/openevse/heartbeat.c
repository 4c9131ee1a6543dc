// SPDX-License-Identifier: GPL-2.0
/* openevse heartbeat: the board watches over this computer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "change.h"
#include "control.h"
#include "heartbeat.h"
#include "names.h"
#include "values.h"

#define MAX_INTERVAL_S	60

static void print_text(const struct openevse_heartbeat *heartbeat)
{
	char amps[NAME_SIZE];

	if (!heartbeat->interval_s) {
		puts("off");
		return;
	}
	printf("every %u s, or %s A; ", heartbeat->interval_s, milli(heartbeat->current_ma, amps));
	if (!(heartbeat->valid & OPENEVSE_HEARTBEAT_HAS_MISSED))
		puts("missed: not known");
	else if (heartbeat->missed == OPENEVSE_HEARTBEAT_LIMITED)
		puts("missed, and limited now: \"openevse heartbeat acknowledge\"");
	else
		printf("missed: %s\n", heartbeat->missed ? "and acknowledged" : "never");
}

static int show(const struct device *device, bool json)
{
	static const char *const names[] = {
		"heartbeat.interval", "heartbeat.current", "heartbeat.missed",
	};
	struct json_object *object;
	struct reading reading = { 0 };
	struct query query;
	size_t i;
	int error;

	query_init(&query, device);
	error = query_ask(&query, ASK_HEARTBEAT);
	if (error)
		return device_error(device, error, "read its heartbeat");
	if (!json) {
		print_text(&query.heartbeat);
		return EXIT_DONE;
	}
	object = json_new();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		reading.value = value_find(names[i]);
		value_read(&query, &reading);
		json_add_reading(object, &reading);
	}
	json_print(object);
	return EXIT_DONE;
}

static int complain_limited(const struct device *device)
{
	return complain(EXIT_REFUSED, "%s has missed a sign of life and offers less for it: \"openevse heartbeat acknowledge AMPS\" ends that",
			device->board.name);
}

int heartbeat_pulse(const struct device *device)
{
	struct openevse_heartbeat heartbeat = { 0 };

	if (!ioctl(device->fd, OPENEVSE_HEARTBEAT_PULSE, &heartbeat))
		return 0;
	return -errno;
}

int heartbeat_acknowledge(const struct device *device, unsigned int amps)
{
	struct openevse_current_capacity capacity = { .capacity_ma = amps * 1000 };

	if (!ioctl(device->fd, OPENEVSE_HEARTBEAT_ACKNOWLEDGE, &capacity))
		return EXIT_DONE;
	return capacity_error(device, &capacity, -errno);
}

/**
 * struct wish - what is wanted
 * @run: does it
 * @heartbeat: to set
 * @amps: to offer from now on
 */
struct wish {
	int (*run)(const struct device *device, struct wish *wish);
	struct openevse_heartbeat heartbeat;
	unsigned int amps;
};

static int run_set(const struct device *device, struct wish *wish)
{
	return change(device, OPENEVSE_SET_HEARTBEAT, &wish->heartbeat, "set its heartbeat");
}

static int run_pulse(const struct device *device, struct wish *wish)
{
	int error = heartbeat_pulse(device);

	(void)wish;
	if (error == -EREMOTEIO)
		return complain_limited(device);
	return error ? device_error(device, error, "tell it of life") : EXIT_DONE;
}

static int run_acknowledge(const struct device *device, struct wish *wish)
{
	return heartbeat_acknowledge(device, wish->amps);
}

static void wish_set(const struct cli *cli, struct wish *wish)
{
	int64_t seconds;

	if (cli->argc != 3)
		usage_error(cli, "give a period and the current without a sign of life");
	if (!parse_number(cli->argv[1], 1, MAX_INTERVAL_S, &seconds))
		usage_error(cli, "\"%s\" is not a number of seconds, 1 to %d", cli->argv[1],
			    MAX_INTERVAL_S);
	wish->heartbeat.interval_s = seconds;
	wish->heartbeat.current_ma = amps_argument(cli, cli->argv[2]) * 1000;
}

/* Return: false when it is only to be shown. */
static bool parse_wish(const struct cli *cli, struct wish *wish)
{
	const char *word = cli->argc ? cli->argv[0] : "show";
	int wanted = 1;

	if (!strcmp(word, "set")) {
		wish_set(cli, wish);
		wish->run = run_set;
		wanted = 3;
	} else if (!strcmp(word, "off")) {
		wish->run = run_set;
	} else if (!strcmp(word, "pulse")) {
		wish->run = run_pulse;
	} else if (!strcmp(word, "acknowledge") && cli->argc == 2) {
		wish->amps = amps_argument(cli, cli->argv[1]);
		wish->run = run_acknowledge;
		wanted = 2;
	} else if (strcmp(word, "show")) {
		usage_error(cli, "say show, set PERIOD AMPS, off, pulse, or acknowledge AMPS");
	}
	if (cli->argc > wanted)
		usage_error(cli, "no argument \"%s\" here", cli->argv[wanted]);
	return wish->run;
}

static int run_heartbeat(struct cli *cli)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct wish wish = { 0 };
	struct device device;
	bool json = false, change;
	int code;

	while (options_next(cli, "j", longs) != -1)
		json = true;
	change = parse_wish(cli, &wish);
	if (change && json)
		usage_error(cli, "--json is for show");
	code = device_open(cli, change ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	code = change ? wish.run(&device, &wish) : show(&device, json);
	device_close(&device);
	return code;
}

const struct command heartbeat_command = {
	.name = "heartbeat",
	.arguments = "[show [--json] | set PERIOD AMPS | off |\n"
		     "                 pulse | acknowledge AMPS]",
	.summary = "less current when this computer is silent",
	.help = "set tells the board to offer no more than AMPS whenever it has had no sign of\n"
		"life for PERIOD seconds, 1 to 60. That is saved in the board: a computer that\n"
		"goes away for good leaves it there. pulse is a sign of life, and \"openevse hold\"\n"
		"gives them all the time. After a missed one the board stays low: acknowledge\n"
		"ends that, with the current to offer from then on. off never raises the current.\n"
		"Firmware before 6.2 has not got it.\n\n"
		"  -j, --json  one object",
	.words = "show set off pulse acknowledge",
	.run = run_heartbeat,
};
