/* SPDX-License-Identifier: GPL-2.0 */
/* What all commands share: exit codes, options, complaints. */
#ifndef OPENEVSE_CLI_H
#define OPENEVSE_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

enum exit_code {
	EXIT_DONE	= 0,
	EXIT_ERROR	= 1,
	EXIT_USAGE	= 2,
	EXIT_REFUSED	= 3,	/* refused, or less than asked */
	EXIT_TIMEOUT	= 4,
	EXIT_GONE	= 5,	/* no such device, or unplugged */
	EXIT_RIGHTS	= 6,
	EXIT_MISSING	= 7,	/* this firmware has not got it */
};

struct command;

/**
 * struct cli - one call of the command
 * @command: which one; NULL while the options before it are read
 * @device: -d, or $OPENEVSE_DEVICE, or NULL
 * @timeout_ms: --timeout, or 0 for the driver's own
 * @max_age_ms: --max-age, or 0 to ask the board
 * @wear_eeprom: --wear-eeprom
 * @argc: number of arguments left after options_next() said -1
 * @argv: those arguments
 */
struct cli {
	const struct command *command;
	const char *device;
	uint32_t timeout_ms;
	uint32_t max_age_ms;
	bool wear_eeprom;
	int argc;
	char **argv;
};

/**
 * struct command - a row of the command table
 * @name: what people type
 * @arguments: for the usage line
 * @summary: one line for the overview; NULL for one that is not in it
 * @help: the rest of --help
 * @words: what its arguments can be, for completion: words, @board, @tty, @value
 *	(what "get" knows); lists behind an option as "--option=one,two"
 * @run: does it; returns an exit code
 */
struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help;
	const char *words;
	int (*run)(struct cli *cli);
};

extern const struct command adopt_command;
extern const struct command bootlock_command;
extern const struct command button_command;
extern const struct command calibrate_command;
extern const struct command clock_command;
extern const struct command complete_command;
extern const struct command disable_command;
extern const struct command doctor_command;
extern const struct command faults_command;
extern const struct command features_command;
extern const struct command get_command;
extern const struct command heartbeat_command;
extern const struct command hold_command;
extern const struct command lcd_command;
extern const struct command limit_command;
extern const struct command list_command;
extern const struct command lock_command;
extern const struct command log_command;
extern const struct command monitor_command;
extern const struct command pause_command;
extern const struct command raw_command;
extern const struct command relay_command;
extern const struct command release_command;
extern const struct command reset_command;
extern const struct command set_command;
extern const struct command socket_command;
extern const struct command start_command;
extern const struct command stats_command;
extern const struct command status_command;
extern const struct command timer_command;
extern const struct command unlock_command;
extern const struct command wait_command;
extern const struct command wake_command;
extern const struct command watch_command;
extern const struct command who_command;

/* The table of them: by number, NULL behind the last; by name, NULL for none. */
const struct command *command_at(size_t i);
const struct command *find_command(const char *name);

/* The part of --help that is about the options all commands have. */
extern const char common_options_help[];

/**
 * options_next - next option of a command
 * @cli: the call
 * @shorts: the command's own short options, as for getopt(3); behind a '+' none
 *	is looked for after the first argument
 * @longs: its long options, ended by an empty row; NULL for none
 *
 * Handles the options all commands take, --help and mistakes itself; the latter
 * two do not return. Before the command is known, --help is the caller's: 'h'.
 *
 * Return: the option, or -1 when only @cli->argv is left.
 */
int options_next(struct cli *cli, const char *shorts, const struct option *longs);

/* Whole amperes, what the board can be told; anything else is a usage error. */
unsigned int amps_argument(const struct cli *cli, const char *text);

/* For commands without options of their own. */
void no_options(struct cli *cli);

/* For commands with no other option than --json. Return: is it there? */
bool json_option(struct cli *cli);

/* "500ms", "10s", "5m" in milliseconds; anything else is a usage error. */
int64_t period_argument(const struct cli *cli, const char *text);

/* Tell what is wrong with the call, and exit with EXIT_USAGE. */
void usage_error(const struct cli *cli, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/* "openevse: ..." on standard error. Return: @code. */
int complain(enum exit_code code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Write out what is still to be printed. A reader that has seen enough is no error; a
 * full disk is. Return: @code, or EXIT_ERROR.
 */
int flush_output(int code);

/* Leave at once because memory ran out. */
void out_of_memory(void) __attribute__((noreturn));

/* asprintf() that never fails; free() the result. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
