// SPDX-License-Identifier: GPL-2.0
/*
 * openevse doctor: nothing works yet; why?
 *
 * Goes through the way from this computer to the board in the order in which it is
 * built: module, helper, rules, cables, rights, and then each attached board. Owns
 * the list of what is looked at, and the output; the checks are elsewhere.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "doctor.h"

/* A board that has fallen silent is found out in that time, unless set otherwise. */
#define BOARD_TIMEOUT_MS	3000

static const char *const result_words[] = { "ok", "note", "FAIL" };

static void print_finding(const struct doctor *doctor, enum result result,
			  const char *text, const char *remedy)
{
	printf("%-4s  %-10s  %s\n", result_words[result], doctor->check, text);
	if (remedy)
		printf("%18s%s\n", "", remedy);
}

static void append_finding(const struct doctor *doctor, enum result result,
			   const char *text, const char *remedy)
{
	struct json_object *object = json_new();

	json_add_text(object, "check", doctor->check);
	json_add_text(object, "result", result_words[result]);
	json_add_text(object, "text", text);
	json_add_text(object, "remedy", remedy);
	json_append(doctor->array, object);
}

void finding(struct doctor *doctor, enum result result, const char *remedy,
	     const char *format, ...)
{
	const char *subject = doctor->subject;
	char *text, *line;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	va_end(args);
	line = xasprintf("%s%s%s", subject ? subject : "", subject ? ": " : "", text);
	if (doctor->array)
		append_finding(doctor, result, line, remedy);
	else
		print_finding(doctor, result, line, remedy);
	doctor->failed |= result == RESULT_FAIL;
	free(line);
	free(text);
}

/* Return: false when there is neither a board nor a tty of that name. */
static bool find_wanted(struct doctor *doctor)
{
	doctor->boards = calloc(1, sizeof(*doctor->boards));
	doctor->cables = calloc(1, sizeof(*doctor->cables));
	if (!doctor->boards || !doctor->cables)
		out_of_memory();
	if (board_find(doctor->wanted, doctor->boards))
		doctor->board_count = 1;
	else if (cable_find(doctor->wanted, doctor->cables))
		doctor->cable_count = 1;
	return doctor->board_count || doctor->cable_count;
}

static void find_all(struct doctor *doctor)
{
	doctor->board_count = boards_list(&doctor->boards);
	doctor->cable_count = cables_list(&doctor->cables);
}

static void run_checks(struct doctor *doctor, const struct check *check)
{
	for (; check->name; check++) {
		doctor->check = check->name;
		check->run(doctor);
	}
}

static void run_board_checks(struct doctor *doctor, const struct board_check *check,
			     struct patient *patient)
{
	for (; check->name; check++) {
		doctor->check = check->name;
		check->run(doctor, patient);
	}
}

static void apply_timeout(const struct doctor *doctor, const struct device *device)
{
	const struct openevse_timeout timeout = {
		.timeout_ms = doctor->cli->timeout_ms ? doctor->cli->timeout_ms : BOARD_TIMEOUT_MS,
	};

	/* Never fails; and where it did, the driver's own time would do. */
	ioctl(device->fd, OPENEVSE_SET_TIMEOUT, &timeout);
}

/* One that cannot be opened is told of by the check of rights. */
static void examine(struct doctor *doctor, const struct board *board)
{
	struct patient patient = { 0 };

	if (device_open_board(board, DEVICE_ASK, &patient.device))
		return;
	doctor->subject = patient.device.board.name;
	apply_timeout(doctor, &patient.device);
	query_init(&patient.query, &patient.device);
	ioctl(patient.device.fd, OPENEVSE_GET_STATS, &patient.stats);
	run_board_checks(doctor, line_checks, &patient);
	if (patient.device.info.link == OPENEVSE_LINK_UP)
		run_board_checks(doctor, state_checks, &patient);
	doctor->subject = NULL;
	device_close(&patient.device);
}

static void examine_all(struct doctor *doctor)
{
	int i;

	run_checks(doctor, host_checks);
	run_checks(doctor, cable_checks);
	for (i = 0; i < doctor->board_count; i++)
		examine(doctor, &doctor->boards[i]);
}

static void parse_options(struct cli *cli, struct doctor *doctor)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};

	while (options_next(cli, "j", longs) != -1)
		if (!doctor->array)
			doctor->array = json_new_array();
	if (cli->argc > 1)
		usage_error(cli, "one board or tty at a time");
	doctor->wanted = cli->argc ? cli->argv[0] : cli->device;
}

static int run_doctor(struct cli *cli)
{
	struct doctor doctor = { .cli = cli };
	bool found = true;

	parse_options(cli, &doctor);
	if (doctor.wanted)
		found = find_wanted(&doctor);
	else
		find_all(&doctor);
	examine_all(&doctor);
	if (doctor.array)
		json_print(doctor.array);
	free(doctor.boards);
	cables_free(doctor.cables, doctor.cable_count);
	if (!found)
		return complain(EXIT_GONE, "there is neither a board nor a tty \"%s\"",
				doctor.wanted);
	return doctor.failed ? EXIT_ERROR : EXIT_DONE;
}

const struct command doctor_command = {
	.name = "doctor",
	.arguments = "[--json] [DEVICE|TTY]",
	.summary = "nothing works yet: find out why",
	.help = "Check everything between this computer and its boards: the kernel module, the\n"
		"helper, the udev rules, cables, rights, other programs, the line to each board,\n"
		"what it says of itself, what is known of its firmware. One line each: ok, note,\n"
		"or FAIL, with what to do about it below. With a board or a tty, only that.\n"
		"Nothing is changed. A tty that is not attached is not opened; a board is only\n"
		"asked. Root sees more: which programs of others hold a tty.\n\n"
		"  -j, --json  one JSON array of check, result, text and remedy\n\n"
		"Exit status: 0 nothing failed, 1 something did, 5 no such board or tty.",
	.words = "@board @tty",
	.run = run_doctor,
};
