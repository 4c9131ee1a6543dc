// SPDX-License-Identifier: GPL-2.0
/*
 * openevse get: bare values, one a line, for scripts
 *
 * All or nothing: a script that asked for three values gets three lines or an
 * exit status, never two lines to guess about.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "get.h"
#include "names.h"
#include "query.h"

#define VALUE_SIZE	64

/* A value: prints itself into @text, or says what stopped it. */
struct value {
	const char *name;
	const char *unit;
	const char *description;
	int (*print)(struct query *query, char text[VALUE_SIZE]);
};

static int copy(char text[VALUE_SIZE], const char *from)
{
	snprintf(text, VALUE_SIZE, "%s", from);
	return 0;
}

static int print_state(struct query *query, char text[VALUE_SIZE])
{
	char buffer[NAME_SIZE];
	unsigned int state;
	int error = query_state(query, &state);

	return error ? error : copy(text, state_name(state, buffer));
}

static int print_iec_state(struct query *query, char text[VALUE_SIZE])
{
	int connected = -1, error;
	unsigned int state;

	error = query_connected(query, &connected);
	if (error && error != -ENODATA)
		return error;
	error = query_state(query, &state);
	if (error)
		return error;
	text[0] = iec_letter(state, connected);
	text[1] = '\0';
	return text[0] ? 0 : -ENODATA;
}

static int print_enabled(struct query *query, char text[VALUE_SIZE])
{
	unsigned int state;
	int error = query_state(query, &state);

	return error ? error : copy(text, state_is_off(state) ? "false" : "true");
}

static int print_connected(struct query *query, char text[VALUE_SIZE])
{
	int connected;
	int error = query_connected(query, &connected);

	return error ? error : copy(text, connected ? "true" : "false");
}

static int print_milli(struct query *query, char text[VALUE_SIZE],
		       int (*value)(struct query *query, int64_t *number))
{
	char buffer[NAME_SIZE];
	int64_t number;
	int error = value(query, &number);

	return error ? error : copy(text, milli(number, buffer));
}

static int print_current(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_current);
}

static int print_voltage(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_voltage);
}

static int print_power(struct query *query, char text[VALUE_SIZE])
{
	int64_t mw;
	int error = query_power(query, &mw);

	if (!error)
		snprintf(text, VALUE_SIZE, "%" PRId64, mw / 1000);
	return error;
}

static int print_offered(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_offered);
}

static int print_minimum(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_minimum);
}

static int print_maximum(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_maximum);
}

static int print_saved(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_saved);
}

static int print_session(struct query *query, char text[VALUE_SIZE])
{
	char buffer[NAME_SIZE];
	int64_t mwh;
	int error = query_session(query, &mwh);

	return error ? error : copy(text, milli(mwh / 1000, buffer));
}

static int print_total(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_total);
}

static int print_elapsed(struct query *query, char text[VALUE_SIZE])
{
	uint32_t seconds;
	int error = query_elapsed(query, &seconds);

	if (!error)
		snprintf(text, VALUE_SIZE, "%" PRIu32, seconds);
	return error;
}

static int print_clock_temperature(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_clock_temperature);
}

static int print_ambient_temperature(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_ambient_temperature);
}

static int print_infrared_temperature(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_infrared_temperature);
}

static int print_time_limit(struct query *query, char text[VALUE_SIZE])
{
	int64_t minutes;
	int error = query_time_limit(query, &minutes);

	if (!error)
		snprintf(text, VALUE_SIZE, "%" PRId64, minutes);
	return error;
}

static int print_charge_limit(struct query *query, char text[VALUE_SIZE])
{
	return print_milli(query, text, query_charge_limit);
}

static int print_level(struct query *query, char text[VALUE_SIZE])
{
	int error = query_ask(query, ASK_LEVEL);

	if (!error && query->level.level == OPENEVSE_SERVICE_LEVEL_AUTO)
		return copy(text, "auto");
	if (!error)
		snprintf(text, VALUE_SIZE, "%u", query->level.level);
	return error;
}

static int print_counter(struct query *query, char text[VALUE_SIZE], const uint32_t *counter)
{
	int error = query_ask(query, ASK_FAULTS);

	if (!error)
		snprintf(text, VALUE_SIZE, "%u", *counter);
	return error;
}

static int print_gfci(struct query *query, char text[VALUE_SIZE])
{
	return print_counter(query, text, &query->faults.gfci);
}

static int print_no_ground(struct query *query, char text[VALUE_SIZE])
{
	return print_counter(query, text, &query->faults.no_ground);
}

static int print_stuck_relay(struct query *query, char text[VALUE_SIZE])
{
	return print_counter(query, text, &query->faults.stuck_relay);
}

static int print_firmware(struct query *query, char text[VALUE_SIZE])
{
	const char *version;
	int error = query_firmware(query, &version);

	return error ? error : copy(text, version);
}

static int print_protocol(struct query *query, char text[VALUE_SIZE])
{
	const char *version;
	int error = query_protocol(query, &version);

	return error ? error : copy(text, version);
}

static int print_link(struct query *query, char text[VALUE_SIZE])
{
	return copy(text, link_name(query->device->info.link));
}

static const struct value values[] = {
	{ "state", "", "state of the station, one word", print_state },
	{ "iec-state", "", "A no vehicle, B connected, C charging, E or F fault or disabled",
	  print_iec_state },
	{ "enabled", "", "true, or false while asleep or disabled", print_enabled },
	{ "connected", "", "is a vehicle connected? true or false", print_connected },
	{ "current", "A", "measured now; 0 unless charging", print_current },
	{ "voltage", "V", "measured, or what the board assumes", print_voltage },
	{ "power", "W", "current times voltage", print_power },
	{ "pilot", "A", "offered to the vehicle now", print_offered },
	{ "pilot.min", "A", "the least this board can offer", print_minimum },
	{ "pilot.max", "A", "the most this board can offer", print_maximum },
	{ "pilot.saved", "A", "saved in the board; bounds what is not saved", print_saved },
	{ "energy.session", "kWh", "the running session, or the last one", print_session },
	{ "energy.total", "kWh", "all finished sessions; the running one is not in it",
	  print_total },
	{ "elapsed", "s", "charging time of the running session, or of the last one",
	  print_elapsed },
	{ "temperature.clock", "°C", "in the clock chip (DS3231)", print_clock_temperature },
	{ "temperature.ambient", "°C", "of the ambient sensor (MCP9808)",
	  print_ambient_temperature },
	{ "temperature.infrared", "°C", "of the infrared sensor (TMP007)",
	  print_infrared_temperature },
	{ "faults.gfci", "", "trips of the ground fault interrupter since new", print_gfci },
	{ "faults.no-ground", "", "times that earth was missing since new", print_no_ground },
	{ "faults.stuck-relay", "", "times that the relay was stuck since new",
	  print_stuck_relay },
	{ "limit.time", "min", "the session ends after that; 0 for no limit", print_time_limit },
	{ "limit.energy", "kWh", "the session ends after that; 0 for no limit",
	  print_charge_limit },
	{ "service-level", "", "mains the board expects: 1, 2 or auto", print_level },
	{ "firmware", "", "version, as the board spells it", print_firmware },
	{ "protocol", "", "RAPI version, as the board spells it", print_protocol },
	{ "link", "", "does the board answer? probing, up or down", print_link },
};

void get_offer_values(void (*offer)(const char *name))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		offer(values[i].name);
}

static const struct value *find_value(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		if (!strcmp(values[i].name, name))
			return &values[i];
	return NULL;
}

static int list_values(void)
{
	size_t i;
	int width;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		/* The sign of a degree is two bytes, and one column. */
		width = values[i].unit[0] & 0x80 ? 5 : 4;
		printf("%-20s %-*s %s\n", values[i].name, width, values[i].unit,
		       values[i].description);
	}
	return EXIT_DONE;
}

static int value_error(const struct device *device, const struct value *value, int error)
{
	char what[64];

	if (error == -ENODATA && value->print == print_iec_state)
		return complain(EXIT_MISSING, "%s: this firmware does not tell whether a vehicle is connected while it sleeps",
				device->board.name);
	snprintf(what, sizeof(what), "get %s", value->name);
	return device_error(device, error, what);
}

struct answer {
	const struct value *value;
	char text[VALUE_SIZE];
};

static int get_values(const struct device *device, struct answer *answers, int count)
{
	struct query query;
	int i, error, code = EXIT_DONE;

	query_init(&query, device);
	for (i = 0; i < count && !code; i++) {
		error = answers[i].value->print(&query, answers[i].text);
		if (error)
			code = value_error(device, answers[i].value, error);
	}
	for (i = 0; i < count && !code; i++)
		puts(answers[i].text);
	return code;
}

static int run_get(struct cli *cli)
{
	static const struct option longs[] = {
		{ "list", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	struct answer *answers;
	struct device device;
	bool list = false;
	int i, code;

	while (options_next(cli, "l", longs) != -1)
		list = true;
	if (list && !cli->argc)
		return list_values();
	if (list || !cli->argc)
		usage_error(cli, list ? "--list takes no names" : "name a value");
	answers = calloc(cli->argc, sizeof(*answers));
	if (!answers)
		out_of_memory();
	for (i = 0; i < cli->argc; i++) {
		answers[i].value = find_value(cli->argv[i]);
		if (!answers[i].value)
			usage_error(cli, "no value \"%s\"", cli->argv[i]);
	}
	code = device_open(cli, DEVICE_ASK, &device);
	if (!code) {
		code = get_values(&device, answers, cli->argc);
		device_close(&device);
	}
	free(answers);
	return code;
}

const struct command get_command = {
	.name = "get",
	.arguments = "NAME... | --list",
	.summary = "print single values, for scripts",
	.help = "Print the named values, one a line, without units; all of them or none. A value\n"
		"that this firmware has not got is exit status 7.\n\n"
		"  -l, --list  show the names, their units and what they mean",
	.words = "@value",
	.run = run_get,
};
