// SPDX-License-Identifier: GPL-2.0
/*
 * Options and complaints
 *
 * Mistakes in the call end the program here, so that no command needs a path
 * for them; everything else is returned as an exit code.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define MAX_OPTIONS	12

static void command_help(const struct command *command)
{
	printf("Usage: openevse [-d DEVICE] %s%s%s\n\n%s\n", command->name,
	       command->arguments[0] ? " " : "", command->arguments, command->help);
	exit(EXIT_DONE);
}

void usage_error(const struct cli *cli, const char *format, ...)
{
	const char *name = cli->command ? cli->command->name : "";
	const char *space = cli->command ? " " : "";
	va_list args;

	fprintf(stderr, "openevse%s%s: ", space, name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "; try \"openevse%s%s --help\"\n", space, name);
	exit(EXIT_USAGE);
}

/* getopt says where it stood: a long option is the argument it just passed. */
static void option_error(const struct cli *cli, int option)
{
	const char *missing = option == ':' ? "value missing for" : "unknown option";

	if (optopt > 0 && optopt < 128 && strncmp(cli->argv[optind - 1], "--", 2))
		usage_error(cli, "%s -%c", missing, optopt);
	usage_error(cli, "%s %s", missing, cli->argv[optind - 1]);
}

static void merge_options(struct option merged[MAX_OPTIONS], const struct option *longs)
{
	static const struct option common[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
	};
	size_t count = 0;

	memset(merged, 0, MAX_OPTIONS * sizeof(*merged));
	while (longs && longs[count].name && count < MAX_OPTIONS - ARRAY_SIZE(common) - 1) {
		merged[count] = longs[count];
		count++;
	}
	memcpy(merged + count, common, sizeof(common));
}

int options_next(struct cli *cli, const char *shorts, const struct option *longs)
{
	struct option merged[MAX_OPTIONS];
	bool in_order = shorts[0] == '+';
	char all_shorts[32];
	int option;

	opterr = 0;
	merge_options(merged, longs);
	snprintf(all_shorts, sizeof(all_shorts), "%s:d:h%s", in_order ? "+" : "",
		 shorts + in_order);
	for (;;) {
		option = getopt_long(cli->argc, cli->argv, all_shorts, merged, NULL);
		switch (option) {
		case 'd':
			cli->device = optarg;
			break;
		case 'h':
			if (!cli->command)
				return option;
			command_help(cli->command);
			break;
		case '?':
		case ':':
			option_error(cli, option);
			break;
		case -1:
			cli->argc -= optind;
			cli->argv += optind;
			return -1;
		default:
			return option;
		}
	}
}

void no_options(struct cli *cli)
{
	options_next(cli, "", NULL);
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
}

int complain(enum exit_code code, const char *format, ...)
{
	va_list args;

	fflush(stdout);		/* keep the order where both go to one place */
	fputs("openevse: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

void out_of_memory(void)
{
	complain(EXIT_ERROR, "out of memory");
	exit(EXIT_ERROR);
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *result;
	int length;

	va_start(args, format);
	length = vasprintf(&result, format, args);
	va_end(args);
	if (length < 0)
		out_of_memory();
	return result;
}
