// SPDX-License-Identifier: GPL-2.0
/*
 * openevse status: everything about one board
 *
 * What a firmware has not got is left out (null in JSON). A board that stops
 * answering in the middle ends the questions: each would cost its full timeout.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "heading.h"
#include "json_out.h"
#include "names.h"
#include "query.h"
#include "status.h"

/* Voltages that boards without a voltmeter report whatever the mains do. */
#define NOMINAL_L1_MV	120000
#define NOMINAL_L2_MV	240000

/* Is the value there? Remember an error that makes further questions useless. */
static bool known(struct status *status, int error)
{
	if (error && !error_is_absence(error) && !status->error)
		status->error = error;
	return !error;
}

static void gather_state(struct status *status, struct query *query)
{
	status->has_state = known(status, query_state(query, &status->state));
	if (!status->has_state)
		return;
	status->has_elapsed = known(status, query_elapsed(query, &status->elapsed_s));
	if (query_connected(query, &status->connected))
		status->connected = -1;
	status->has_vflags = query->state.valid & OPENEVSE_STATE_HAS_VFLAGS;
	status->vflags = query->state.vflags;
}

static void gather_current(struct status *status, struct query *query)
{
	status->has_range = known(status, query_minimum(query, &status->minimum_ma)) &&
			    known(status, query_maximum(query, &status->maximum_ma));
	status->has_saved = status->has_range &&
			    known(status, query_saved(query, &status->saved_ma));
	if (status->error)
		return;
	status->has_offered = known(status, query_offered(query, &status->offered_ma));
	if (status->error)
		return;
	status->has_current = known(status, query_current(query, &status->current_ma));
	status->has_voltage = known(status, query_voltage(query, &status->voltage_mv));
	status->has_power = status->has_current && status->has_voltage &&
			    known(status, query_power(query, &status->power_mw));
}

void status_gather(struct status *status, struct query *query)
{
	memset(status, 0, sizeof(*status));
	status->device = query->device;
	status->connected = -1;
	gather_state(status, query);
	if (!status->error)
		gather_current(status, query);
	if (!status->error)
		status->has_energy = known(status, query_session(query, &status->session_mwh)) &&
				     known(status, query_total(query, &status->total_wh));
}

/* Less urgent, and not asked again and again by those who look all the time. */
static void gather_health(struct status *status, struct query *query)
{
	size_t i;

	for (i = 0; i < QUERY_SENSORS && !status->error; i++)
		status->has_temperature[i] =
			known(status, query_sensors[i](query, &status->temperature_mc[i]));
	if (!status->error)
		status->has_faults = known(status, query_ask(query, ASK_FAULTS));
	status->faults = query->faults;
}

/* For people */

bool status_session_runs(const struct status *status)
{
	if (status->has_vflags)
		return !(status->vflags & OPENEVSE_VFLAG_SESSION_ENDED);
	return status->has_state && status->state == OPENEVSE_STATE_C;
}

static void print_state(const struct status *status)
{
	char buffer[NAME_SIZE], time[NAME_SIZE];
	const char *hint = state_hint(status->state);

	printf("State     %s", state_name(status->state, buffer));
	if (status->state == OPENEVSE_STATE_C && status->has_elapsed)
		printf(" for %s", duration(status->elapsed_s, time));
	if (hint)
		printf(" (%s)", hint);
	if (status->connected == 1 && status->state != OPENEVSE_STATE_B)
		printf(", vehicle connected");
	if (status->state != OPENEVSE_STATE_C && status->has_elapsed && status->elapsed_s)
		printf(status_session_runs(status) ? ", charged for %s so far" :
						     ", last session %s",
		       duration(status->elapsed_s, time));
	putchar('\n');
}

static void print_range(const struct status *status)
{
	char low[NAME_SIZE], high[NAME_SIZE], saved[NAME_SIZE];

	if (!status->has_range)
		return;
	printf(" (%s to %s A possible", milli(status->minimum_ma, low),
	       milli(status->maximum_ma, high));
	if (status->has_saved)
		printf(", %s A saved", milli(status->saved_ma, saved));
	putchar(')');
}

static void print_current(const struct status *status)
{
	char current[NAME_SIZE], offered[NAME_SIZE];

	if (!status->has_offered)
		return;
	printf("Current   ");
	if (status->has_current && status->state == OPENEVSE_STATE_C)
		printf("%s A of ", milli(status->current_ma, current));
	printf("%s A offered", milli(status->offered_ma, offered));
	print_range(status);
	putchar('\n');
}

bool status_voltage_assumed(const struct status *status)
{
	return status->voltage_mv == NOMINAL_L1_MV || status->voltage_mv == NOMINAL_L2_MV;
}

static void print_power(const struct status *status)
{
	char voltage[NAME_SIZE];

	if (!status->has_power || status->state != OPENEVSE_STATE_C)
		return;
	printf("Power     %.1f kW at %s V%s\n", status->power_mw / 1e6,
	       milli(status->voltage_mv, voltage),
	       status_voltage_assumed(status) ? " (voltage assumed, not measured)" : "");
}

static void print_energy(const struct status *status)
{
	bool running = status_session_runs(status);

	if (status->has_energy)
		printf("Energy    %.2f kWh %s session, %.2f kWh %s\n",
		       status->session_mwh / 1e6, running ? "this" : "last",
		       status->total_wh / 1e3, running ? "before it" : "in all that ended");
}

static const char *const sensor_names[QUERY_SENSORS] = {
	"clock chip", "ambient", "infrared",
};

static void print_temperatures(const struct status *status)
{
	bool any = false;
	char text[NAME_SIZE];
	size_t i;

	for (i = 0; i < QUERY_SENSORS; i++) {
		if (!status->has_temperature[i])
			continue;
		printf("%s%s °C (%s)", any ? ", " : "Temp      ",
		       milli(status->temperature_mc[i], text), sensor_names[i]);
		any = true;
	}
	if (any)
		putchar('\n');
}

static void print_faults(const struct status *status)
{
	const struct openevse_fault_counters *faults = &status->faults;
	char buffer[NAME_SIZE];

	if (status->has_faults && status->has_state)
		printf("Faults    %s now; GFCI %u, no ground %u, stuck relay %u since new\n",
		       state_is_fault(status->state) ? state_name(status->state, buffer) : "none",
		       faults->gfci, faults->no_ground, faults->stuck_relay);
}

static const struct {
	uint32_t flag;
	const char *text;
} remarks[] = {
	{ OPENEVSE_VFLAG_HARD_FAULT, "hard fault, needs a reset or a power cycle" },
	{ OPENEVSE_VFLAG_LIMIT_SLEEP, "asleep because a limit was reached" },
	{ OPENEVSE_VFLAG_AUTH_LOCKED, "locked until authorised" },
	{ OPENEVSE_VFLAG_NO_GROUND_TRIP, "ground was missing since it started" },
	{ OPENEVSE_VFLAG_GFCI_TRIP, "ground fault interrupter tripped since it started" },
	{ OPENEVSE_VFLAG_TIMER, "delay timer on" },
	{ OPENEVSE_VFLAG_BOOT_LOCKED, "boot locked, will not charge until unlocked" },
};

static_assert(ARRAY_SIZE(remarks) == STATUS_REMARKS, "there is room for all of them");

size_t status_remarks(const struct status *status, const char *texts[STATUS_REMARKS])
{
	size_t count = 0, i;

	for (i = 0; status->has_vflags && i < ARRAY_SIZE(remarks); i++)
		if (status->vflags & remarks[i].flag)
			texts[count++] = remarks[i].text;
	return count;
}

static void print_remarks(const struct status *status)
{
	const char *texts[STATUS_REMARKS];
	size_t count = status_remarks(status, texts), i;

	for (i = 0; i < count; i++)
		printf("%s%s", i ? "; " : "Remarks   ", texts[i]);
	if (count)
		putchar('\n');
}

static void print_text(const struct status *status)
{
	print_heading(status->device);
	if (status->has_state)
		print_state(status);
	else
		printf("State     no answer (link %s)\n", link_name(status->device->info.link));
	print_current(status);
	print_power(status);
	print_energy(status);
	print_temperatures(status);
	print_faults(status);
	print_remarks(status);
}

/* For programs */

static void add_milli(struct json_object *object, const char *key, bool known, int64_t value)
{
	if (known)
		json_add_milli(object, key, value);
	else
		json_add_null(object, key);
}

static void add_int(struct json_object *object, const char *key, bool known, int64_t value)
{
	if (known)
		json_add_int(object, key, value);
	else
		json_add_null(object, key);
}

static void add_state(struct json_object *object, const struct status *status)
{
	char letter[2] = { iec_letter(status->state, status->connected) };
	char buffer[NAME_SIZE];
	bool known = status->has_state;

	json_add_text(object, "state", known ? state_name(status->state, buffer) : NULL);
	json_add_text(object, "iec_state", known && letter[0] ? letter : NULL);
	json_add_maybe(object, "enabled", known ? !state_is_off(status->state) : -1);
	json_add_maybe(object, "vehicle_connected", known ? status->connected : -1);
	add_int(object, "vflags", status->has_vflags, status->vflags);
	add_int(object, "elapsed_s", status->has_elapsed, status->elapsed_s);
}

static void add_health(struct json_object *object, const struct status *status)
{
	static const char *const keys[QUERY_SENSORS] = {
		"temperature_clock_c", "temperature_ambient_c", "temperature_infrared_c",
	};
	const struct openevse_fault_counters *faults = &status->faults;
	size_t i;

	for (i = 0; i < QUERY_SENSORS; i++)
		add_milli(object, keys[i], status->has_temperature[i], status->temperature_mc[i]);
	add_int(object, "gfci_trips", status->has_faults, faults->gfci);
	add_int(object, "no_ground_trips", status->has_faults, faults->no_ground);
	add_int(object, "stuck_relay_trips", status->has_faults, faults->stuck_relay);
}

static void print_json(const struct status *status)
{
	struct json_object *object = json_new();

	json_add_heading(object, status->device);
	add_state(object, status);
	add_milli(object, "current_a", status->has_current, status->current_ma);
	add_milli(object, "pilot_a", status->has_offered, status->offered_ma);
	add_milli(object, "pilot_min_a", status->has_range, status->minimum_ma);
	add_milli(object, "pilot_max_a", status->has_range, status->maximum_ma);
	add_milli(object, "pilot_saved_a", status->has_saved, status->saved_ma);
	add_milli(object, "voltage_v", status->has_voltage, status->voltage_mv);
	add_milli(object, "power_w", status->has_power, status->power_mw);
	add_milli(object, "session_wh", status->has_energy, status->session_mwh);
	add_int(object, "total_wh", status->has_energy, status->total_wh);
	add_health(object, status);
	json_print(object);
}

static int run_status(struct cli *cli)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct device device;
	struct status status;
	struct query query;
	bool json = false;
	int code;

	while (options_next(cli, "j", longs) != -1)
		json = true;
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here; -d chooses a board", cli->argv[0]);
	code = device_open(cli, DEVICE_ASK, &device);
	if (code)
		return code;
	query_init(&query, &device);
	status_gather(&status, &query);
	if (!status.error)
		gather_health(&status, &query);
	if (json)
		print_json(&status);
	else
		print_text(&status);
	if (status.error)
		code = device_error(&device, status.error, NULL);
	device_close(&device);
	return code;
}

const struct command status_command = {
	.name = "status",
	.arguments = "[--json]",
	.summary = "show everything about one board",
	.help = "Show state, current, power and energy of one board. What its firmware does not\n"
		"know is left out.\n\n"
		"  -j, --json  one JSON object; units are in the names, absent values are null",
	.run = run_status,
};
