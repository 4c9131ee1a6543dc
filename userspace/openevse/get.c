// SPDX-License-Identifier: GPL-2.0
/*
 * openevse get: bare values, one a line, for scripts
 *
 * All or nothing: a script that asked for three values gets three lines or an
 * exit status, never two lines to guess about. In JSON, where each has a name,
 * what a board has not got is null.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"

static int value_error(const struct device *device, const struct reading *reading)
{
	const char *name = reading->value->name;
	char what[64];

	if (reading->error == -ENODATA && !strcmp(name, "iec-state"))
		return complain(EXIT_MISSING, "%s: this firmware does not tell whether a vehicle is connected while it sleeps",
				device->board.name);
	snprintf(what, sizeof(what), "get %s", name);
	return device_error(device, reading->error, what);
}

static int print_json(const struct reading *readings, int count)
{
	struct json_object *object = json_new();
	int i;

	for (i = 0; i < count; i++)
		json_add_reading(object, &readings[i]);
	json_print(object);
	return EXIT_DONE;
}

static int get_values(const struct device *device, struct reading *readings, int count, bool json)
{
	struct query query;
	int i;

	query_init(&query, device);
	for (i = 0; i < count; i++)
		if (value_read(&query, &readings[i]) &&
		    !(json && error_is_absence(readings[i].error)))
			return value_error(device, &readings[i]);
	if (json)
		return print_json(readings, count);
	for (i = 0; i < count; i++)
		puts(readings[i].text);
	return EXIT_DONE;
}

/* The list */

static void list_text(const struct value *value)
{
	/* The sign of a degree is two bytes, and one column. */
	int width = value->unit[0] & 0x80 ? 5 : 4;

	printf("%-26s %-*s %s\n", value->name, width, value->unit, value->description);
}

static void list_json(struct json_object *array, const struct value *value)
{
	struct json_object *object = json_new();

	json_add_text(object, "name", value->name);
	json_add_text(object, "key", value->key);
	json_add_text(object, "unit", value->unit[0] ? value->unit : NULL);
	json_add_text(object, "description", value->description);
	json_append(array, object);
}

/* @device: NULL for all there are. What does not answer at all ends the list. */
static int list_values(const struct device *device, bool json)
{
	struct json_object *array = json ? json_new_array() : NULL;
	struct reading reading = { 0 };
	struct query query;
	int code = EXIT_DONE;

	query_init(&query, device);
	while (!code && (reading.value = value_next(reading.value))) {
		if (device && value_read(&query, &reading)) {
			if (!error_is_absence(reading.error))
				code = value_error(device, &reading);
			continue;
		}
		if (json)
			list_json(array, reading.value);
		else
			list_text(reading.value);
	}
	if (json && !code)
		json_print(array);
	else
		json_object_put(array);
	return code;
}

/* Whoever has not got a board yet wants to see what there would be. */
static bool is_without_board(const struct cli *cli)
{
	struct board *boards;
	int count;

	if (cli->device)
		return false;
	count = boards_list(&boards);
	free(boards);
	return !count;
}

static int run_list(const struct cli *cli, bool json)
{
	struct device device;
	int code;

	if (cli->argc)
		usage_error(cli, "--list takes no names");
	if (is_without_board(cli))
		return list_values(NULL, json);
	code = device_open(cli, DEVICE_ASK, &device);
	if (code)
		return code;
	code = list_values(&device, json);
	device_close(&device);
	return code;
}

static struct reading *find_values(const struct cli *cli)
{
	struct reading *readings = calloc(cli->argc, sizeof(*readings));
	int i;

	if (!readings)
		out_of_memory();
	for (i = 0; i < cli->argc; i++) {
		readings[i].value = value_find(cli->argv[i]);
		if (!readings[i].value)
			usage_error(cli, "no value \"%s\"", cli->argv[i]);
	}
	return readings;
}

static int run_get(struct cli *cli)
{
	static const struct option longs[] = {
		{ "list", no_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool list = false, json = false;
	struct reading *readings;
	struct device device;
	int option, code;

	while ((option = options_next(cli, "lj", longs)) != -1) {
		list |= option == 'l';
		json |= option == 'j';
	}
	if (list)
		return run_list(cli, json);
	if (!cli->argc)
		usage_error(cli, "name a value");
	readings = find_values(cli);
	code = device_open(cli, DEVICE_ASK, &device);
	if (!code) {
		code = get_values(&device, readings, cli->argc, json);
		device_close(&device);
	}
	free(readings);
	return code;
}

const struct command get_command = {
	.name = "get",
	.arguments = "NAME... [--json] | --list [--json]",
	.summary = "print single values, for scripts",
	.help = "Print the named values, one a line, without units; all of them or none. A value\n"
		"that this firmware has not got is exit status 7.\n\n"
		"  -l, --list  show the names this board answers to, their units and what they\n"
		"              mean; without a board, all there are\n"
		"  -j, --json  one object with the keys of \"openevse status --json\", null for\n"
		"              what the board has not got; of the list, one array",
	.words = "@value",
	.run = run_get,
};
