// SPDX-License-Identifier: GPL-2.0
/* openevse timer: the daily delay timer of the board. */
#include <stdio.h>
#include <string.h>

#include "change.h"

static bool is_off(const struct openevse_timer *timer)
{
	return !timer->start_hour && !timer->start_minute && !timer->end_hour &&
	       !timer->end_minute;
}

static int show_timer(const struct device *device)
{
	struct openevse_timer timer = { 0 };
	int code = change(device, OPENEVSE_GET_TIMER, &timer, "read its timer");

	if (code)
		return code;
	if (is_off(&timer))
		puts("off");
	else
		printf("%02u:%02u to %02u:%02u\n", timer.start_hour, timer.start_minute,
		       timer.end_hour, timer.end_minute);
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
	struct openevse_timer timer = { 0 };
	struct device device;
	bool set;
	int code;

	options_next(cli, "", NULL);
	set = cli->argc && strcmp(cli->argv[0], "show");
	if (set)
		parse_timer(cli, &timer);
	else if (cli->argc > 1)
		usage_error(cli, "no argument \"%s\" here", cli->argv[1]);
	code = device_open(cli, set ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	code = set ? change(&device, OPENEVSE_SET_TIMER, &timer, "set its timer") :
		     show_timer(&device);
	device_close(&device);
	return code;
}

const struct command timer_command = {
	.name = "timer",
	.arguments = "[show | START END | off]",
	.summary = "charge between two times of day only",
	.help = "START and END are times of day by the board's clock, like 22:30. The timer is saved\n"
		"in the board, and not written again when it is so already. Firmware before 4.8\n"
		"cannot show it.",
	.words = "show off",
	.run = run_timer,
};
