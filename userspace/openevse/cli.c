// SPDX-License-Identifier: GPL-2.0
/*
 * Options and complaints
 *
 * Mistakes in the call end the program here, so that no command needs a path
 * for them; everything else is returned as an exit code.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/openevse.h>

#include "cli.h"
#include "names.h"
#include "parse.h"

#define MAX_OPTIONS	16

/* Of those without a letter: no command's option has such a number. */
enum {
	OPTION_TIMEOUT = 0x100,
	OPTION_MAX_AGE,
	OPTION_WEAR_EEPROM,
};

static void command_help(const struct command *command)
{
	printf("Usage: openevse [OPTIONS] %s%s%s\n\n%s\n", command->name,
	       command->arguments[0] ? " " : "", command->arguments, command->help);
	puts("\nOPTIONS are those of \"openevse --help\": -d and others.");
	exit(flush_output(EXIT_DONE));
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
		{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
		{ "max-age", required_argument, NULL, OPTION_MAX_AGE },
		{ "wear-eeprom", no_argument, NULL, OPTION_WEAR_EEPROM },
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

/* Seconds on the command line, milliseconds for the driver. */
static uint32_t parse_seconds(const struct cli *cli, const char *option, uint32_t min_ms,
			      uint32_t max_ms)
{
	char min[NAME_SIZE], max[NAME_SIZE];
	int64_t ms;

	if (!parse_milli(optarg, &ms) || ms < min_ms || ms > max_ms)
		usage_error(cli, "%s takes seconds, %s to %s, and not \"%s\"", option,
			    milli(min_ms, min), milli(max_ms, max), optarg);
	return ms;
}

/* Return: false when it is not one of those that all commands take. */
static bool take_common(struct cli *cli, int option)
{
	switch (option) {
	case 'd':
		cli->device = optarg;
		return true;
	case OPTION_TIMEOUT:
		cli->timeout_ms = parse_seconds(cli, "--timeout", 1, OPENEVSE_TIMEOUT_MAX);
		return true;
	case OPTION_MAX_AGE:
		cli->max_age_ms = parse_seconds(cli, "--max-age", 0, OPENEVSE_MAX_AGE_MAX);
		return true;
	case OPTION_WEAR_EEPROM:
		cli->wear_eeprom = true;
		return true;
	default:
		return false;
	}
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
		if (take_common(cli, option))
			continue;
		switch (option) {
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

unsigned int amps_argument(const struct cli *cli, const char *text)
{
	int64_t amps;

	/* What is out of a board's range is for the board to say. */
	if (!parse_number(text, 0, 999, &amps))
		usage_error(cli, "\"%s\" is not a whole number of amperes", text);
	return amps;
}

static void no_arguments(const struct cli *cli)
{
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
}

void no_options(struct cli *cli)
{
	options_next(cli, "", NULL);
	no_arguments(cli);
}

bool json_option(struct cli *cli)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;

	while (options_next(cli, "j", longs) != -1)
		json = true;
	no_arguments(cli);
	return json;
}

int64_t period_argument(const struct cli *cli, const char *text)
{
	int64_t ms;

	if (!parse_period(text, &ms))
		usage_error(cli, "\"%s\" is not a period such as 500ms, 10s, 5m", text);
	return ms;
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

int flush_output(int code)
{
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return code;
	return complain(EXIT_ERROR, "cannot write the output: %s", strerror(errno));
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
