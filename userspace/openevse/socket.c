// SPDX-License-Identifier: GPL-2.0
/* openevse socket: the lock that keeps a plug in a Mennekes socket. */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "json_out.h"

static const struct {
	const char *word;
	unsigned long request;
	uint32_t enabled;
	const char *what;
} changes[] = {
	{ "lock", OPENEVSE_SET_MENNEKES_LOCK, 1, "lock its socket" },
	{ "unlock", OPENEVSE_SET_MENNEKES_LOCK, 0, "unlock its socket" },
	{ "manual", OPENEVSE_SET_MENNEKES_MANUAL, 1, "take over the lock of its socket" },
	{ "auto", OPENEVSE_SET_MENNEKES_MANUAL, 0, "give back the lock of its socket" },
};

static int show_socket(const struct device *device, bool json)
{
	struct openevse_mennekes_lock lock = { 0 };
	int code = change(device, OPENEVSE_GET_MENNEKES_LOCK, &lock,
			  "read the lock of its socket");
	struct json_object *object;

	if (code)
		return code;
	if (!json) {
		printf("%s, by %s\n", lock.locked ? "locked" : "unlocked",
		       lock.manual ? "command only" : "the state of charging");
		return EXIT_DONE;
	}
	object = json_new();
	json_add_bool(object, "socket_locked", lock.locked);
	json_add_bool(object, "socket_manual", lock.manual);
	json_print(object);
	return EXIT_DONE;
}

/* By the state of charging, the board would undo it, now or later. */
static int change_socket(const struct device *device, size_t i)
{
	struct openevse_switch wish = { .enabled = changes[i].enabled };
	struct openevse_mennekes_lock lock = { 0 };
	int code;

	if (changes[i].request == OPENEVSE_SET_MENNEKES_MANUAL)
		return change(device, changes[i].request, &wish, changes[i].what);
	code = change(device, OPENEVSE_GET_MENNEKES_LOCK, &lock, changes[i].what);
	if (code)
		return code;
	if (!lock.manual)
		return complain(EXIT_REFUSED, "%s locks its socket by the state of charging: \"openevse socket manual\" ends that",
				device->board.name);
	return change(device, changes[i].request, &wish, changes[i].what);
}

static int run_socket(struct cli *cli)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false, show;
	struct device device;
	size_t i = 0;
	int code;

	while (options_next(cli, "j", longs) != -1)
		json = true;
	show = !cli->argc || !strcmp(cli->argv[0], "show");
	while (!show && i < ARRAY_SIZE(changes) && strcmp(changes[i].word, cli->argv[0]))
		i++;
	if (i == ARRAY_SIZE(changes) || cli->argc > 1)
		usage_error(cli, "say show, lock, unlock, manual or auto");
	if (json && !show)
		usage_error(cli, "--json is for show");
	code = device_open(cli, show ? DEVICE_ASK : DEVICE_CONTROL, &device);
	if (code)
		return code;
	code = show ? show_socket(&device, json) : change_socket(&device, i);
	device_close(&device);
	return code;
}

const struct command socket_command = {
	.name = "socket",
	.arguments = "[show [--json] | lock | unlock | manual | auto]",
	.summary = "the lock of a Mennekes socket",
	.help = "The board locks the plug while it charges. manual leaves that to lock and\n"
		"unlock, until auto or a restart of the board. Only builds for such sockets have\n"
		"it, from firmware 8.1 on; \"openevse lock\" is about who may charge.\n\n"
		"  -j, --json  one object",
	.words = "show lock unlock manual auto",
	.run = run_socket,
};
