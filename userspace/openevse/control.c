// SPDX-License-Identifier: GPL-2.0
/* openevse start, pause, disable, reset: one ioctl each. */
#include <stddef.h>

#include "change.h"
#include "control.h"

int control_board(const struct cli *cli, unsigned long request, const char *what)
{
	return change_board(cli, request, NULL, what);
}

static int run_start(struct cli *cli)
{
	no_options(cli);
	return control_board(cli, OPENEVSE_ENABLE, "enable it");
}

const struct command start_command = {
	.name = "start",
	.arguments = "",
	.summary = "leave sleep or disabled",
	.help = "Enable the station. It charges when a vehicle is there and wants to; \"openevse\n"
		"monitor\" tells when.",
	.run = run_start,
};

static int run_pause(struct cli *cli)
{
	no_options(cli);
	return control_board(cli, OPENEVSE_SLEEP, "pause it");
}

const struct command pause_command = {
	.name = "pause",
	.arguments = "",
	.summary = "stop charging, keep the session (sleep)",
	.help = "Put the station to sleep: the relay opens, the session stays open, and the\n"
		"station still sees the vehicle.",
	.run = run_pause,
};

static int run_disable(struct cli *cli)
{
	no_options(cli);
	return control_board(cli, OPENEVSE_DISABLE, "disable it");
}

const struct command disable_command = {
	.name = "disable",
	.arguments = "",
	.summary = "stop charging and refuse to",
	.help = "Open the relay and refuse to charge until \"openevse start\". Vehicles see a\n"
		"station that is not available; \"openevse pause\" is the milder way.",
	.run = run_disable,
};

static int run_reset(struct cli *cli)
{
	no_options(cli);
	return control_board(cli, OPENEVSE_RESET, "reset it");
}

const struct command reset_command = {
	.name = "reset",
	.arguments = "",
	.summary = "restart the board's controller",
	.help = "Restart the controller. This ends a charge, and settings that were not saved\n"
		"are lost. The board is away for up to 20 s; \"openevse monitor\" tells when it is\n"
		"back.",
	.run = run_reset,
};
