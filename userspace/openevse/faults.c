// SPDX-License-Identifier: GPL-2.0
/* openevse faults: what is wrong now, and what has been since the board was new. */
#include <stdio.h>

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

	json_add_text(object, "now", state_is_fault(state) ? state_name(state, buffer) : NULL);
	json_add_int(object, "gfci", counters->gfci);
	json_add_int(object, "no_ground", counters->no_ground);
	json_add_int(object, "stuck_relay", counters->stuck_relay);
	json_print(object);
}

static int run_faults(struct cli *cli)
{
	bool json = json_option(cli);
	struct openevse_fault_counters counters = { 0 };
	struct device device;
	struct query query;
	unsigned int state;
	int code, error;

	code = device_open(cli, DEVICE_ASK, &device);
	if (code)
		return code;
	query_init(&query, &device);
	error = query_state(&query, &state);
	code = error ? device_error(&device, error, "read its state") :
	       change(&device, OPENEVSE_GET_FAULT_COUNTERS, &counters, "read its counters");
	if (!code && json)
		print_json(state, &counters);
	else if (!code)
		print_text(state, &counters);
	device_close(&device);
	return code;
}

const struct command faults_command = {
	.name = "faults",
	.arguments = "[--json]",
	.summary = "the fault it is in, and how often there were some",
	.help = "The counters are of the board's whole life, and stop at 255; firmware before 3.9\n"
		"says 255 before the first one.\n\n"
		"  -j, --json  one object",
	.run = run_faults,
};
