// SPDX-License-Identifier: GPL-2.0
/* openevse timer: the daily delay timer of the board. */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "json_out.h"
#include "names.h"

static bool is_off(const struct openevse_timer *timer)
{
	return !timer->start_hour && !timer->start_minute && !timer->end_hour &&
	       !timer->end_minute;
}

static void print_json(bool on, const char *start, const char *end)
{
	struct json_object *object = json_new();

	json_add_text(object, "timer_start", on ? start : NULL);
	json_add_text(object, "timer_end", on ? end : NULL);
	json_print(object);
}

static int show_timer(const struct device *device, bool json)
{
	struct openevse_timer timer = { 0 };
	int code = change(device, OPENEVSE_GET_TIMER, &timer, "read its timer");
	char start[NAME_SIZE], end[NAME_SIZE];

	if (code)
		return code;
	snprintf(start, sizeof(start), "%02u:%02u", timer.start_hour, timer.start_minute);
	snprintf(end, sizeof(end), "%02u:%02u", timer.end_hour, timer.end_minute);
	if (json)
		print_json(!is_off(&timer), start, end);
	else if (is_off(&timer))
		puts("off");
	else
		printf("%s to %s\n", start, end);
	return EXIT_DONE;
}

static void parse_timer(const struct cli *cli, struct openevse_timer *timer)
{
	if (cli->argc == 1 && !strcmp(cli->argv[0], "off"))
		return;
	if (cli->argc != 2)
		usage_error(cli, "give a start and an end, or \"off\"");
	if (!parse_clock(cli->argv[0], &timer->start_hour, &timer->start_minute))
		usage_error(cli, "\"%s\" is not a time of day like 22:30", cli->argv[0]);
	if (!parse_clock(cli->argv[1], &timer->end_hour, &timer->end_minute))
		usage_error(cli, "\"%s\" is not a time of day like 6:15", cli->argv[1]);
	if (is_off(timer))
		usage_error(cli, "0:00 to 0:00 would be no timer; say \"off\"");
}

static int run_timer(struct cli *cli)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct openevse_timer timer = { 0 };
	bool json = false, set;
	struct device device;
	int code;

	while (options_next(cli, "j", longs) != -1)
		json = true;
	set = cli->argc && strcmp(cli->argv[0], "show");
	if (set)
		parse_timer(cli, &timer);
	if (set && json)
		usage_error(cli, "--json is for show");
	if (!set && cli->argc > 1)
		usage_error(cli, "no argument \"%s\" here", cli->argv[1]);
	code = device_open(cli, set ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	code = set ? change(&device, OPENEVSE_SET_TIMER, &timer, "set its timer") :
		     show_timer(&device, json);
	device_close(&device);
	return code;
}

const struct command timer_command = {
	.name = "timer",
	.arguments = "[show [--json] | START END | off]",
	.summary = "charge between two times of day only",
	.help = "START and END are times of day by the board's clock, like 22:30. The timer is\n"
		"saved in the board, and not written again when it is so already. Firmware before\n"
		"4.8 cannot show it, and so writes it each time.\n\n"
		"  -j, --json  one object; null without a timer",
	.words = "show off",
	.run = run_timer,
};
