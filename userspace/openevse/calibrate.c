// SPDX-License-Identifier: GPL-2.0
/*
 * openevse calibrate: meters, counters, and the mains the board expects
 *
 * What was there is shown before it is written over, so that it can be put back.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate.h"
#include "change.h"
#include "names.h"
#include "query.h"

#define MEASURES "This changes what the board measures, and how much it may offer."
#define HEAT	"This changes at which heat the board gets careful."
#define SENSOR	HEAT " A sensor on pin 1 takes the proximity pilot's place: pp-auto-ampacity goes off."
#define FOR_EVER "This is the most the board will ever offer: it can never be set again."

static int show_meter(const struct device *device, unsigned long request, const char *name)
{
	struct openevse_meter_settings meter = { 0 };
	char *what = xasprintf("read its %s settings", name);
	int code = change(device, request, &meter, what);

	free(what);
	if (!code)
		printf("%s scale %d offset %d\n", name, meter.scale, meter.offset);
	return code;
}

static int calibrate_meter(const struct cli *cli, const struct device *device,
			   unsigned long get, unsigned long set)
{
	struct openevse_meter_settings meter;
	const char *name = cli->argv[0];
	int64_t scale = 0, offset = 0;
	char *what;
	int code;

	if (cli->argc != 1 &&
	    (cli->argc != 3 || !parse_number(cli->argv[1], 1, 65535, &scale) ||
	     !parse_number(cli->argv[2], INT32_MIN, INT32_MAX, &offset)))
		usage_error(cli, "give a scale, 1 to 65535, and an offset");
	if (!device)
		return EXIT_DONE;
	code = show_meter(device, get, name);
	if (code || cli->argc == 1)
		return code;
	meter = (struct openevse_meter_settings){ scale, offset };
	what = xasprintf("set its %s", name);
	code = change(device, set, &meter, what);
	free(what);
	return code ? code : show_meter(device, get, name);
}

static int calibrate_ammeter(const struct cli *cli, const struct device *device)
{
	return calibrate_meter(cli, device, OPENEVSE_GET_AMMETER_SETTINGS,
			       OPENEVSE_SET_AMMETER_SETTINGS);
}

static int calibrate_voltmeter(const struct cli *cli, const struct device *device)
{
	return calibrate_meter(cli, device, OPENEVSE_GET_VOLTMETER_SETTINGS,
			       OPENEVSE_SET_VOLTMETER_SETTINGS);
}

/* What no firmware tells: that it was taken is all there is. */
static int calibrate_switch(const struct cli *cli, const struct device *device,
			    unsigned long request, const char *what)
{
	struct openevse_switch mode = { 0 };
	int code;

	if (cli->argc != 2 || !parse_switch(cli->argv[1], &mode.enabled))
		usage_error(cli, "say on or off");
	if (!device)
		return EXIT_DONE;
	code = change(device, request, &mode, what);
	if (!code)
		printf("%s %s\n", cli->argv[0], mode.enabled ? "on" : "off");
	return code;
}

static int calibrate_mode(const struct cli *cli, const struct device *device)
{
	return calibrate_switch(cli, device, OPENEVSE_SET_AMMETER_CALIBRATION,
				"switch its calibration mode");
}

static int calibrate_echo(const struct cli *cli, const struct device *device)
{
	return calibrate_switch(cli, device, OPENEVSE_SET_ECHO, "switch its echo");
}

static int show_total(const struct device *device)
{
	struct query query;
	int64_t wh;
	int error;

	query_init(&query, device);
	error = query_total(&query, &wh);
	if (error)
		return device_error(device, error, "read its total energy");
	printf("energy-total %" PRId64 " Wh\n", wh);
	return EXIT_DONE;
}

static int calibrate_total(const struct cli *cli, const struct device *device)
{
	struct openevse_accumulated_wh total = { 0 };
	int64_t wh = 0;
	int code;

	if (cli->argc != 1 &&
	    (cli->argc != 2 || !parse_number(cli->argv[1], 0, UINT32_MAX, &wh)))
		usage_error(cli, "give a number of Wh");
	if (!device)
		return EXIT_DONE;
	code = show_total(device);
	if (code || cli->argc == 1)
		return code;
	total.total_wh = wh;
	code = change(device, OPENEVSE_SET_ACCUMULATED_WH, &total, "set its total energy");
	return code ? code : show_total(device);
}

static int show_level(const struct device *device)
{
	struct openevse_service_level level = { 0 };
	int code = change(device, OPENEVSE_GET_SERVICE_LEVEL, &level, "read its service level");

	if (code)
		return code;
	if (level.level == OPENEVSE_SERVICE_LEVEL_AUTO)
		printf("service-level auto, now %u\n", level.active);
	else
		printf("service-level %u\n", level.level);
	return EXIT_DONE;
}

static int calibrate_level(const struct cli *cli, const struct device *device)
{
	struct openevse_service_level level = { 0 };
	int64_t number = OPENEVSE_SERVICE_LEVEL_AUTO;
	int code;

	if (cli->argc != 1 &&
	    (cli->argc != 2 || (strcmp(cli->argv[1], "auto") &&
				!parse_number(cli->argv[1], 1, 2, &number))))
		usage_error(cli, "say 1, 2 or auto");
	if (!device)
		return EXIT_DONE;
	code = show_level(device);
	if (code || cli->argc == 1)
		return code;
	level.level = number;
	code = change(device, OPENEVSE_SET_SERVICE_LEVEL, &level, "set its service level");
	return code ? code : show_level(device);
}

/* The board tells it while it charges only. */
static void show_voltage(const struct device *device)
{
	struct query query;
	char text[NAME_SIZE];
	int64_t mv;

	query_init(&query, device);
	if (query_voltage(&query, &mv))
		puts("voltage not shown now");
	else
		printf("voltage %s V\n", milli(mv, text));
}

static int calibrate_voltage(const struct cli *cli, const struct device *device)
{
	struct openevse_voltage voltage = { 0 };
	int64_t mv;
	int code;

	if (cli->argc != 2 || !parse_milli(cli->argv[1], &mv) || mv < 60000 || mv > 300000)
		usage_error(cli, "give the mains voltage, 60 to 300 V");
	if (!device)
		return EXIT_DONE;
	show_voltage(device);
	voltage.voltage_mv = mv;
	code = change(device, OPENEVSE_SET_VOLTAGE, &voltage, "set its voltage");
	if (!code)
		show_voltage(device);
	return code;
}

static const struct {
	const char *name;
	int (*run)(const struct cli *cli, const struct device *device);
	const char *question;	/* NULL: harmless */
	int shown;		/* arguments with which it is only shown */
} things[] = {
	{ "ammeter", calibrate_ammeter, MEASURES, 1 },
	{ "voltmeter", calibrate_voltmeter, MEASURES, 1 },
	{ "ammeter-mode", calibrate_mode, MEASURES, 0 },
	{ "energy-total", calibrate_total, MEASURES, 1 },
	{ "service-level", calibrate_level, MEASURES, 1 },
	{ "voltage", calibrate_voltage, NULL, 0 },
	{ "current-max", calibrate_current_max, FOR_EVER, 0 },
	{ "panic-temperature", calibrate_panic, HEAT, 1 },
	{ "temperature-limits", calibrate_temperature_limits, HEAT, 1 },
	{ "cable-sensor", calibrate_cable_sensor, SENSOR, 2 },
	{ "zero-cross", calibrate_zero_cross, MEASURES, 1 },
	{ "echo", calibrate_echo, NULL, 0 },
};

static int run_calibrate(struct cli *cli)
{
	static const struct option longs[] = {
		{ "yes", no_argument, NULL, 'y' },
		{ NULL, 0, NULL, 0 },
	};
	bool yes = false, shown;
	struct device device;
	size_t i;
	int code;

	/* "+": an offset may be negative. */
	while (options_next(cli, "+y", longs) != -1)
		yes = true;
	for (i = 0; cli->argc && i < ARRAY_SIZE(things); i++)
		if (!strcmp(things[i].name, cli->argv[0]))
			break;
	if (!cli->argc || i == ARRAY_SIZE(things))
		usage_error(cli, "name a thing to calibrate");
	/* Before anybody is asked, or anything opened. */
	things[i].run(cli, NULL);
	shown = cli->argc <= things[i].shown;
	if (!shown && things[i].question && !confirmed(cli, yes, things[i].question))
		return EXIT_ERROR;
	code = device_open(cli, shown ? DEVICE_ASK : DEVICE_CONTROL, &device);
	if (code)
		return code;
	code = things[i].run(cli, &device);
	device_close(&device);
	return code;
}

const struct command calibrate_command = {
	.name = "calibrate",
	.arguments = "[--yes] THING [VALUE...]",
	.summary = "meters, total energy, service level, thresholds",
	.help = "Without a value, show it; with one, show the old and the new. Most of it needs\n"
		"root, is saved in the board, and is asked for once more unless --yes is given.\n\n"
		"ammeter [SCALE OFFSET]       voltmeter [SCALE OFFSET]\n"
		"ammeter-mode on|off          read the ammeter also while not charging\n"
		"energy-total [WH]            all finished sessions\n"
		"service-level [1|2|auto]     the mains the board expects\n"
		"voltage VOLTS                for boards without a voltmeter; until they restart\n"
		"current-max AMPS             the most it will ever offer: once and for all\n"
		"panic-temperature [C]        charging ends there\n"
		"temperature-limits [C C]     ambient and infrared: the board gets careful there\n"
		"cable-sensor N [PIN R25 BETA OFFSET PANIC]\n"
		"zero-cross [AMPS]            less counts as no current\n"
		"echo on|off                  send back what it receives, on firmware before 4.9",
	.words = "ammeter voltmeter ammeter-mode energy-total service-level voltage "
		 "current-max panic-temperature temperature-limits cable-sensor zero-cross echo on off auto",
	.run = run_calibrate,
};
