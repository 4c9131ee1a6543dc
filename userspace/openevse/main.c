// SPDX-License-Identifier: GPL-2.0
/*
 * openevse: the command
 *
 * This file knows the table of commands and nothing of what they do. A command
 * is a file with a struct command; device.c finds and opens boards, query.c
 * asks them, names.c turns their numbers into words.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/openevse.h>

#include "cli.h"

static const struct command *const commands[] = {
	&list_command,
	&status_command,
	&get_command,
	&set_command,
	&start_command,
	&pause_command,
	&disable_command,
	&wake_command,
	&reset_command,
	&bootlock_command,
	&lock_command,
	&unlock_command,
	&hold_command,
	&heartbeat_command,
	&button_command,
	&socket_command,
	&relay_command,
	&monitor_command,
	&watch_command,
	&wait_command,
	&log_command,
	&features_command,
	&faults_command,
	&stats_command,
	&who_command,
	&doctor_command,
	&limit_command,
	&timer_command,
	&clock_command,
	&lcd_command,
	&calibrate_command,
	&raw_command,
	&adopt_command,
	&release_command,
	&complete_command,
};

const char common_options_help[] =
	"Options, also behind the command:\n"
	"  -d, --device DEVICE    number, name or path of the board; default:\n"
	"                         $OPENEVSE_DEVICE, or the only one there is\n"
	"      --timeout SECONDS  for each request to the board, 0.001 to 600;\n"
	"                         default: about 10, more for what takes long\n"
	"      --max-age SECONDS  answers may be that old, up to 3600; default: 0,\n"
	"                         ask the board\n"
	"      --wear-eeprom      write the board's EEPROM also when it has been\n"
	"                         written too often lately\n"
	"  -h, --help             show this; \"openevse COMMAND --help\" says more\n"
	"      --version          show the version; before the command only\n";

static void help(FILE *file)
{
	size_t i;

	fputs("Usage: openevse [OPTIONS] COMMAND [ARGUMENTS]\n"
	      "\n"
	      "Talk to OpenEVSE charging stations on serial cables.\n"
	      "\n"
	      "Commands:\n", file);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i]->summary)
			fprintf(file, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(file, "\n%s\n", common_options_help);
	fputs("Exit status: 0 done, 1 error, 2 usage, 3 board refused or gave less than\n"
	      "asked, 4 timeout, 5 no such device or unplugged, 6 permission, 7 not in this\n"
	      "firmware.\n", file);
}

static void version(void)
{
	printf("openevse %s (contract %d)\n", OPENEVSE_TOOLS_VERSION, OPENEVSE_ABI_VERSION);
}

const struct command *command_at(size_t i)
{
	return i < ARRAY_SIZE(commands) ? commands[i] : NULL;
}

const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* The options before the command, which then is the first argument. */
static void global_options(struct cli *cli)
{
	static const struct option longs[] = {
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option = options_next(cli, "+", longs);

	if (option == -1)
		return;
	if (option == 'V')
		version();
	else
		help(stdout);
	exit(flush_output(EXIT_DONE));
}

int main(int argc, char **argv)
{
	struct cli cli = {
		.device = getenv("OPENEVSE_DEVICE"),
		.argc = argc,
		.argv = argv,
	};

	if (cli.device && !cli.device[0])
		cli.device = NULL;
	global_options(&cli);
	if (!cli.argc) {
		help(stderr);
		return EXIT_USAGE;
	}
	cli.command = find_command(cli.argv[0]);
	if (!cli.command)
		usage_error(&cli, "no command \"%s\"", cli.argv[0]);
	optind = 0;		/* a fresh start for the command's own options */
	return flush_output(cli.command->run(&cli));
}
