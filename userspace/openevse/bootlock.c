// SPDX-License-Identifier: GPL-2.0
/* openevse bootlock: firmware that does not charge until somebody supervises it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "change.h"
#include "json_out.h"
#include "query.h"

static int show_lock(const struct device *device, bool json)
{
	struct json_object *object;
	struct query query;
	uint32_t vflags;
	bool locked;
	int error;

	query_init(&query, device);
	error = query_vflags(&query, &vflags);
	if (error)
		return device_error(device, error == -ENODATA ? -EOPNOTSUPP : error,
				    "tell whether it is boot locked");
	locked = vflags & OPENEVSE_VFLAG_BOOT_LOCKED;
	if (!json) {
		puts(locked ? "locked" : "not locked");
		return EXIT_DONE;
	}
	object = json_new();
	json_add_bool(object, "boot_locked", locked);
	json_print(object);
	return EXIT_DONE;
}

/* A lock that is not there is cleared; a board in a fault keeps it. */
static int clear_lock(const struct device *device)
{
	if (!ioctl(device->fd, OPENEVSE_CLEAR_BOOT_LOCK))
		return EXIT_DONE;
	if (errno == EREMOTEIO)
		return complain(EXIT_REFUSED, "%s: still boot locked, because the board is in a fault; see \"openevse faults\"",
				device->board.name);
	return device_error(device, -errno, "clear its boot lock");
}

static int run_bootlock(struct cli *cli)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false, clear;
	struct device device;
	int code;

	while (options_next(cli, "j", longs) != -1)
		json = true;
	clear = cli->argc == 1 && !strcmp(cli->argv[0], "clear");
	if (cli->argc > 1 || (cli->argc && !clear && strcmp(cli->argv[0], "show")))
		usage_error(cli, "say show or clear");
	if (clear && json)
		usage_error(cli, "--json is for show");
	code = device_open(cli, clear ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	code = clear ? clear_lock(&device) : show_lock(&device, json);
	device_close(&device);
	return code;
}

const struct command bootlock_command = {
	.name = "bootlock",
	.arguments = "[show [--json] | clear]",
	.summary = "a board that waits after its start",
	.help = "Firmware can be built so that after each start it charges only when somebody\n"
		"says that the station is supervised: that is what clear does. Such a board shows\n"
		"the state \"unknown\" until then. Firmware without it is exit status 7.\n\n"
		"  -j, --json  one object",
	.words = "show clear",
	.run = run_bootlock,
};
