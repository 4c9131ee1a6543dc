// SPDX-License-Identifier: GPL-2.0
/*
 * openevse set: the current offered, and whether it may charge
 *
 * Volatile unless asked: each saved value wears the board's EEPROM. What the
 * board says it offers now is compared with what was asked, by the driver; the
 * sentence about the difference is made here.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "control.h"
#include "names.h"
#include "parse.h"
#include "query.h"

/* The board would take more if its saved value allowed it: worth saying. */
static const char *saving_hint(const struct device *device,
			       const struct openevse_current_capacity *capacity)
{
	struct query query;
	int64_t saved, maximum;

	if (capacity->flags & OPENEVSE_CAPACITY_SAVE)
		return "";
	query_init(&query, device);
	if (query_saved(&query, &saved) || query_maximum(&query, &maximum))
		return "";
	if (saved != capacity->result_ma || maximum <= saved)
		return "";
	return " (its saved value; --save can raise that)";
}

static int complain_less(const struct device *device,
			 const struct openevse_current_capacity *capacity)
{
	char asked[NAME_SIZE], result[NAME_SIZE];

	milli(capacity->capacity_ma, asked);
	milli(capacity->result_ma, result);
	return complain(EXIT_REFUSED, "asked for %s A, board allows %s A and now offers %s A%s",
			asked, result, result, saving_hint(device, capacity));
}

static int complain_range(const struct device *device, uint32_t asked_ma)
{
	char asked[NAME_SIZE], least[NAME_SIZE];
	struct query query;
	int64_t minimum;

	milli(asked_ma, asked);
	query_init(&query, device);
	if (!query_minimum(&query, &minimum) && asked_ma < minimum)
		return complain(EXIT_REFUSED, "asked for %s A, the least this board can offer is %s A; nothing was changed",
				asked, milli(minimum, least));
	return complain(EXIT_REFUSED, "asked for %s A, which no board accepts; nothing was changed",
			asked);
}

int capacity_error(const struct device *device,
			  const struct openevse_current_capacity *capacity, int error)
{
	bool save = capacity->flags & OPENEVSE_CAPACITY_SAVE;

	if (error == -EREMOTEIO && (capacity->valid & OPENEVSE_CAPACITY_HAS_RESULT))
		return complain_less(device, capacity);
	if (error == -ERANGE)
		return complain_range(device, capacity->capacity_ma);
	if (error == -EOPNOTSUPP && !save)
		return complain(EXIT_MISSING, "%s: this firmware cannot set the current without saving it in its EEPROM; --save does that",
				device->board.name);
	return device_error(device, error, "set the current");
}

int offer_current(const struct device *device, unsigned int amps, bool save)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = amps * 1000,
		.flags = save ? OPENEVSE_CAPACITY_SAVE : 0,
	};

	if (!ioctl(device->fd, OPENEVSE_SET_CURRENT_CAPACITY, &capacity))
		return EXIT_DONE;
	return capacity_error(device, &capacity, -errno);
}

static int set_current(const struct cli *cli, const char *amps_text, bool save)
{
	struct device device;
	unsigned int amps;
	int code;

	amps = amps_argument(cli, amps_text);
	code = device_open(cli, DEVICE_CONTROL, &device);
	if (code)
		return code;
	code = offer_current(&device, amps, save);
	device_close(&device);
	return code;
}

/* Off is asleep, not disabled: the vehicle stays visible and the session open. */
static int set_enabled(const struct cli *cli, const char *value)
{
	if (!strcmp(value, "true"))
		return control_board(cli, OPENEVSE_ENABLE, "enable it");
	if (!strcmp(value, "false"))
		return control_board(cli, OPENEVSE_SLEEP, "pause it");
	usage_error(cli, "\"%s\" is neither true nor false", value);
}

static int run_set(struct cli *cli)
{
	static const struct option longs[] = {
		{ "save", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	bool save = false;

	while (options_next(cli, "", longs) != -1)
		save = true;
	if (cli->argc != 2)
		usage_error(cli, "name one setting and its value");
	if (!strcmp(cli->argv[0], "current"))
		return set_current(cli, cli->argv[1], save);
	if (strcmp(cli->argv[0], "enabled"))
		usage_error(cli, "no setting \"%s\"", cli->argv[0]);
	if (save)
		usage_error(cli, "--save is for the current");
	return set_enabled(cli, cli->argv[1]);
}

const struct command set_command = {
	.name = "set",
	.arguments = "current AMPS [--save] | enabled true|false",
	.summary = "set the current offered, or enable and pause",
	.help = "set current AMPS     offer that many whole amperes to the vehicle\n"
		"set enabled true     like \"openevse start\"\n"
		"set enabled false    like \"openevse pause\"\n\n"
		"      --save  keep the current over a reset of the board; this wears its EEPROM,\n"
		"              so do it rarely",
	.words = "current enabled true false",
	.run = run_set,
};
