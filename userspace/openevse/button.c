// SPDX-License-Identifier: GPL-2.0
/* openevse button: whether people at the wall can pause and start. */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "json_out.h"

static int show_button(const struct device *device, bool json)
{
	struct openevse_feature button = { .feature = OPENEVSE_FEATURE_BUTTON };
	struct json_object *object;
	int code = change(device, OPENEVSE_GET_FEATURE, &button,
			  "tell whether its button is enabled");

	if (code)
		return code;
	if (!json) {
		puts(button.enabled ? "on" : "off");
		return EXIT_DONE;
	}
	object = json_new();
	json_add_bool(object, "button", button.enabled);
	json_print(object);
	return EXIT_DONE;
}

static int enable_button(const struct cli *cli, bool enabled)
{
	struct openevse_feature button = {
		.feature = OPENEVSE_FEATURE_BUTTON,
		.enabled = enabled,
	};

	return change_board(cli, OPENEVSE_SET_FEATURE, &button,
			    enabled ? "enable its button" : "disable its button");
}

static int run_button(struct cli *cli)
{
	static const struct option longs[] = {
		{ "yes", no_argument, NULL, 'y' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool yes = false, json = false;
	struct device device;
	const char *word;
	int option, code;

	while ((option = options_next(cli, "yj", longs)) != -1) {
		yes |= option == 'y';
		json |= option == 'j';
	}
	word = cli->argc ? cli->argv[0] : "show";
	if (cli->argc > 1)
		usage_error(cli, "no argument \"%s\" here", cli->argv[1]);
	if (!strcmp(word, "on"))
		return enable_button(cli, true);
	if (!strcmp(word, "off"))
		return confirmed(cli, yes, "Nobody at the station can stop a charge by its button then.") ?
		       enable_button(cli, false) : EXIT_ERROR;
	if (!strcmp(word, "press"))
		return confirmed(cli, yes, "This may start a charge, or stop one.") ?
		       change_board(cli, OPENEVSE_PRESS_BUTTON, NULL, "press its button") :
		       EXIT_ERROR;
	if (strcmp(word, "show"))
		usage_error(cli, "say show, on, off or press");
	code = device_open(cli, DEVICE_ASK, &device);
	if (code)
		return code;
	code = show_button(&device, json);
	device_close(&device);
	return code;
}

const struct command button_command = {
	.name = "button",
	.arguments = "[show [--json] | on | off | press] [--yes]",
	.summary = "the button at the front of the station",
	.help = "on and off let the button act, or not: then nobody at the station can pause and\n"
		"start it, and \"openevse monitor\" shows each press instead. That is saved in the\n"
		"board. press does what a short press would: it pauses, or starts, or leafs\n"
		"through a menu. Firmware before 6.2 cannot switch it off, before 5.0 not press\n"
		"it.\n\n"
		"  -y, --yes   do not ask before\n"
		"  -j, --json  one object",
	.words = "show on off press",
	.run = run_button,
};
