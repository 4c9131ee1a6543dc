// SPDX-License-Identifier: GPL-2.0
/*
 * openevse relay: the contactor, its wear, and which outputs drive it
 *
 * Firmware 9 only. What moves the relay, forgets its wear or changes the outputs
 * is asked about first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "values.h"

static const struct {
	const char *name;
	const char *words;
} shown[] = {
	{ "relay.life-left", "life left" },
	{ "relay.damage", "damage" },
	{ "relay.warning", "warning" },
	{ "relay.hot-opens", "hot opens" },
	{ "relay.cold-opens", "cold opens" },
	{ "relay.last-open", "last open" },
	{ "relay.close-time", "closes in" },
	{ "relay.open-time", "opens in" },
	{ "relay.recoveries", "recoveries" },
	{ "relay.dc1", "uses dc1" },
	{ "relay.dc2", "uses dc2" },
	{ "relay.ac", "uses ac" },
};

/* What a build has not got is left out, or null. */
static int show_relay(const struct device *device, bool json)
{
	struct json_object *object = json ? json_new() : NULL;
	struct reading reading = { 0 };
	struct query query;
	int code = EXIT_DONE;
	size_t i;

	query_init(&query, device);
	for (i = 0; i < ARRAY_SIZE(shown) && !code; i++) {
		reading.value = value_find(shown[i].name);
		value_read(&query, &reading);
		if (reading.error && !error_is_absence(reading.error))
			code = device_error(device, reading.error, "read its relay");
		else if (json)
			json_add_reading(object, &reading);
		else if (!reading.error)
			printf("%-10s  %s%s%s\n", shown[i].words, reading.text,
			       reading.value->unit[0] ? " " : "", reading.value->unit);
	}
	if (json && !code)
		json_print(object);
	else
		json_object_put(object);
	return code;
}

/* Every firmware with any of it tells which outputs it uses. */
static int show_known(const struct device *device, bool json)
{
	struct query query;
	int error;

	query_init(&query, device);
	error = query_ask(&query, ASK_RELAYS);
	return error ? device_error(device, error, "tell of its relay") :
		       show_relay(device, json);
}

static const char *const outputs[] = {
	[OPENEVSE_RELAY_DC1] = "dc1",
	[OPENEVSE_RELAY_DC2] = "dc2",
	[OPENEVSE_RELAY_AC] = "ac",
};

static void parse_output(const struct cli *cli, struct openevse_relay *relay)
{
	uint32_t i;

	if (cli->argc != 3)
		usage_error(cli, "name an output, and say on or off");
	for (i = OPENEVSE_RELAY_DC1; i <= OPENEVSE_RELAY_AC; i++)
		if (!strcmp(outputs[i], cli->argv[1]))
			relay->relay = i;
	if (!relay->relay)
		usage_error(cli, "no output \"%s\": say dc1, dc2 or ac", cli->argv[1]);
	if (!parse_switch(cli->argv[2], &relay->enabled))
		usage_error(cli, "\"%s\" is neither on nor off", cli->argv[2]);
}

static const struct {
	const char *word;
	const char *question;
	unsigned long request;
	const char *what;
} changes[] = {
	{ "use", "This changes what switches the mains, with the next start of the board.",
	  OPENEVSE_SET_RELAY, "change its outputs" },
	{ "replaced", "This forgets the wear of the contactor: it is for a new one.",
	  OPENEVSE_RESET_RELAY_HEALTH, "forget the wear of its relay" },
	{ "recover", "This switches the relay to and fro, for up to 30 s, to free a stuck one.",
	  OPENEVSE_RECOVER_RELAY, "free its relay" },
};

static int change_relay(const struct cli *cli, bool yes)
{
	struct openevse_relay relay = { 0 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(changes); i++)
		if (!strcmp(changes[i].word, cli->argv[0]))
			break;
	if (i == ARRAY_SIZE(changes))
		usage_error(cli, "say show, use, replaced or recover");
	if (changes[i].request == OPENEVSE_SET_RELAY)
		parse_output(cli, &relay);
	else if (cli->argc > 1)
		usage_error(cli, "no argument \"%s\" here", cli->argv[1]);
	if (!confirmed(cli, yes, changes[i].question))
		return EXIT_ERROR;
	return change_board(cli, changes[i].request,
			    relay.relay ? &relay : NULL, changes[i].what);
}

static int run_relay(struct cli *cli)
{
	static const struct option longs[] = {
		{ "yes", no_argument, NULL, 'y' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool yes = false, json = false, show;
	struct device device;
	int option, code;

	while ((option = options_next(cli, "yj", longs)) != -1) {
		yes |= option == 'y';
		json |= option == 'j';
	}
	show = !cli->argc || !strcmp(cli->argv[0], "show");
	if (show && cli->argc > 1)
		usage_error(cli, "no argument \"%s\" here", cli->argv[1]);
	if (!show && json)
		usage_error(cli, "--json is for show");
	if (!show)
		return change_relay(cli, yes);
	code = device_open(cli, DEVICE_ASK, &device);
	if (code)
		return code;
	code = show_known(&device, json);
	device_close(&device);
	return code;
}

const struct command relay_command = {
	.name = "relay",
	.arguments = "[show [--json] | use dc1|dc2|ac on|off |\n"
		     "                 replaced | recover] [--yes]",
	.summary = "the contactor: wear, outputs, a stuck one",
	.help = "Firmware 9 estimates the wear of the contactor and can shake a stuck one free.\n"
		"What changes something needs root.\n\n"
		"use       drive the contactor with that output, or not, from the next start on\n"
		"replaced  the contactor is a new one: its wear is forgotten\n"
		"recover   switch it to and fro until it comes free; without a vehicle only\n\n"
		"  -y, --yes   do not ask before\n"
		"  -j, --json  one object; null is what has not been measured",
	.words = "show use replaced recover dc1 dc2 ac on off",
	.run = run_relay,
};
