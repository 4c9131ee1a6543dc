// SPDX-License-Identifier: GPL-2.0
/*
 * openevse who: which programs have the board open
 *
 * The driver hands out one open file after the other, in the order of opening.
 * Nothing here goes over the wire. The file that asks is left out.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "device.h"
#include "event.h"
#include "heading.h"
#include "names.h"
#include "who.h"

int who_next(const struct device *device, struct openevse_client *client)
{
	do {
		if (ioctl(device->fd, OPENEVSE_GET_CLIENT, client))
			return -errno;
	} while (client->flags & OPENEVSE_CLIENT_SELF);
	client->comm[sizeof(client->comm) - 1] = '\0';
	make_printable(client->comm);
	return 0;
}

static void print_events(const struct openevse_client *client)
{
	uint64_t count = client->events_read;

	if (!count) {
		printf("%-11s", "-");
		return;
	}
	printf("%" PRIu64 " read", count);
	if (client->events_waiting)
		printf(", %" PRIu32 " waiting", client->events_waiting);
	if (client->events_lost)
		printf(", %" PRIu32 " lost", client->events_lost);
}

/* ISO 8601 to the second, as people write it. */
static void print_time(uint64_t timestamp_ns)
{
	char text[TIME_SIZE];

	wall_clock(timestamp_ns, text);
	text[strcspn(text, "T")] = ' ';
	printf("%.19s", text);
}

/* One line for the program, and one more for what it has changed. */
static void print_client(const struct openevse_client *client)
{
	char pid[NAME_SIZE] = "-";

	if (client->pid)
		snprintf(pid, sizeof(pid), "%d", client->pid);
	printf("%-8s %-16s %-8s ", pid, client->comm,
	       client->flags & OPENEVSE_CLIENT_CONTROL ? "control" : "read");
	print_time(client->opened_ns);
	printf("  ");
	print_events(client);
	putchar('\n');
	if (!client->change.request)
		return;
	printf("%-8s last change: ", "");
	change_print_text(stdout, &client->change);
	printf(", ");
	print_time(client->changed_ns);
	putchar('\n');
}

static struct json_object *change_json(const struct openevse_client *client)
{
	struct json_object *object;
	char time[TIME_SIZE];

	if (!client->change.request)
		return NULL;
	object = json_new();
	wall_clock(client->changed_ns, time);
	json_add_text(object, "time", time);
	change_add_json(&client->change, object);
	return object;
}

static struct json_object *client_json(const struct openevse_client *client)
{
	struct json_object *object = json_new();
	char time[TIME_SIZE];

	if (client->pid)
		json_add_int(object, "pid", client->pid);
	else
		json_add_null(object, "pid");
	json_add_text(object, "program", client->comm);
	json_add_bool(object, "control", client->flags & OPENEVSE_CLIENT_CONTROL);
	wall_clock(client->opened_ns, time);
	json_add_text(object, "since", time);
	json_add_int(object, "events_read", client->events_read);
	json_add_int(object, "events_waiting", client->events_waiting);
	json_add_int(object, "events_lost", client->events_lost);
	json_add_object(object, "change", change_json(client));
	return object;
}

static int list_clients(const struct device *device, struct json_object *array)
{
	struct openevse_client client = { 0 };
	int count = 0, error;

	while (!(error = who_next(device, &client))) {
		if (!count++ && !array)
			printf("%-8s %-16s %-8s %-20s %s\n", "PID", "PROGRAM", "MAY", "SINCE", "EVENTS");
		if (array)
			json_append(array, client_json(&client));
		else
			print_client(&client);
	}
	if (error != -ENOENT)
		return device_error(device, error, "list its programs");
	if (!count && !array)
		puts("no other program has it open");
	return EXIT_DONE;
}

static int run_who(struct cli *cli)
{
	struct json_object *array = json_option(cli) ? json_new_array() : NULL;
	struct device device;
	int code;

	code = device_open(cli, DEVICE_ASK, &device);
	if (!code) {
		if (!array)
			print_heading(&device);
		code = list_clients(&device, array);
		device_close(&device);
	}
	if (array && !code)
		json_print(array);
	else if (array)
		json_object_put(array);
	return code;
}

const struct command who_command = {
	.name = "who",
	.arguments = "[--json]",
	.summary = "which programs have it open, and what each has changed",
	.help = "List the programs that have the board open: process, name, whether it may\n"
		"control or only read, since when, what it has done with events, and the last\n"
		"setting it has changed. Nothing is sent to the board.\n\n"
		"  -j, --json  one JSON array; what is not known is null",
	.run = run_who,
};
