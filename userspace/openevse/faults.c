// SPDX-License-Identifier: GPL-2.0
/* openevse faults: what is wrong now, and what has been since the board was new. */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "json_out.h"
#include "names.h"
#include "query.h"

static void print_text(unsigned int state, const struct openevse_fault_counters *counters)
{
	char buffer[NAME_SIZE];

	printf("now          %s\n", state_is_fault(state) ? state_name(state, buffer) : "none");
	printf("gfci         %u\n", counters->gfci);
	printf("no-ground    %u\n", counters->no_ground);
	printf("stuck-relay  %u\n", counters->stuck_relay);
}

static void print_json(unsigned int state, const struct openevse_fault_counters *counters)
{
	struct json_object *object = json_new();
	char buffer[NAME_SIZE];

	json_add_text(object, "fault", state_is_fault(state) ? state_name(state, buffer) : NULL);
	json_add_int(object, "gfci_trips", counters->gfci);
	json_add_int(object, "no_ground_trips", counters->no_ground);
	json_add_int(object, "stuck_relay_trips", counters->stuck_relay);
	json_print(object);
}

static int show_faults(const struct device *device, bool json)
{
	struct openevse_fault_counters counters = { 0 };
	struct query query;
	unsigned int state;
	int code, error;

	query_init(&query, device);
	error = query_state(&query, &state);
	code = error ? device_error(device, error, "read its state") :
	       change(device, OPENEVSE_GET_FAULT_COUNTERS, &counters, "read its counters");
	if (!code && json)
		print_json(state, &counters);
	else if (!code)
		print_text(state, &counters);
	return code;
}

static int clear_counters(const struct cli *cli, bool yes)
{
	if (!confirmed(cli, yes, "This clears the fault counters and the total energy."))
		return EXIT_ERROR;
	return change_board(cli, OPENEVSE_CLEAR_COUNTERS, NULL, "clear its counters");
}

static int run_faults(struct cli *cli)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "yes", no_argument, NULL, 'y' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false, yes = false, clear;
	struct device device;
	int option, code;

	while ((option = options_next(cli, "jy", longs)) != -1) {
		json |= option == 'j';
		yes |= option == 'y';
	}
	clear = cli->argc == 1 && !strcmp(cli->argv[0], "clear");
	if (cli->argc && !clear)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
	if (clear ? json : yes)
		usage_error(cli, "%s", json ? "clear prints nothing" : "--yes is for clear");
	if (clear)
		return clear_counters(cli, yes);
	code = device_open(cli, DEVICE_ASK, &device);
	if (code)
		return code;
	code = show_faults(&device, json);
	device_close(&device);
	return code;
}

const struct command faults_command = {
	.name = "faults",
	.arguments = "[--json] | clear [--yes]",
	.summary = "the fault it is in, and how often there were some",
	.help = "The counters are of the board's whole life, and stop at 255; firmware before 3.9\n"
		"says 255 before the first one. clear begins them anew, and the total energy with\n"
		"them: firmware 9 only, and it needs root.\n\n"
		"  -y, --yes   do not ask before clear\n"
		"  -j, --json  one object",
	.words = "clear",
	.run = run_faults,
};
