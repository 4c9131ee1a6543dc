// SPDX-License-Identifier: GPL-2.0
/*
 * openevse adopt and release: which cables lead to boards
 *
 * "0403:6001" says nothing about what is behind an adapter, so a cable is only
 * taken over when somebody asked for it and a board has answered. What is
 * decided here is written down as a udev rule; the helper carries it out, now
 * and at every start.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cable.h"
#include "device.h"
#include "probe.h"
#include "rules.h"
#include "udevadm.h"

#define ATTACH_TIMEOUT_MS 10000

/**
 * struct adoption - one run of it
 * @tty: what the user named; NULL to look for it
 * @name: for the board; NULL for none
 * @named: the user has said which
 * @file: the rules file
 * @dry_run: write nothing
 * @yes: ask nothing
 * @cable: what it is about
 * @attached: a board is attached to it already
 * @board: which, then
 * @has_twin: another cable with the same serial number has a board attached,
 *	by a rule that cannot tell the two apart
 * @twin: that cable
 * @twin_name: what the rule calls its board; NULL for nothing
 */
struct adoption {
	const char *tty;
	char *name;
	bool named;
	const char *file;
	bool dry_run;
	bool yes;
	struct cable cable;
	bool attached;
	struct board board;
	bool has_twin;
	struct cable twin;
	char *twin_name;
};

/* Questions */

static bool interactive(const struct adoption *adoption)
{
	return !adoption->yes && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static char *read_answer(const char *question)
{
	char *line = NULL;
	size_t size = 0;

	fflush(stdout);
	fputs(question, stderr);
	if (getline(&line, &size, stdin) < 0) {
		free(line);
		return xasprintf("%s", "");
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

static bool confirm_probe(const struct cable *cable)
{
	char *question = xasprintf("Ask what is behind %s (%s)? [y/N] ", cable->name, cable->label);
	char *answer = read_answer(question);
	bool yes = answer[0] == 'y' || answer[0] == 'Y';

	free(question);
	free(answer);
	return yes;
}

static void ask_name(struct adoption *adoption)
{
	char *question = adoption->name ?
		xasprintf("Name for this board, as in /dev/openevse/NAME (Enter: %s): ", adoption->name) :
		xasprintf("Name for this board, as in /dev/openevse/NAME (Enter: none): ");
	char *answer;

	for (;;) {
		answer = read_answer(question);
		if (!answer[0] || rules_name_valid(answer))
			break;
		fputs("A name is made of a-z, 0-9, '.', '_' and '-', and is not a number.\n", stderr);
		free(answer);
	}
	free(question);
	if (!answer[0]) {
		free(answer);
		return;
	}
	free(adoption->name);
	adoption->name = answer;
}

/* Which cable */

static void print_candidates(const struct cable *cables, int count)
{
	int i;

	for (i = 0; i < count; i++)
		fprintf(stderr, "  %-10s %s\n", cables[i].name, cables[i].label);
}

static int choose_candidate(const struct cli *cli, struct adoption *adoption)
{
	struct cable *cables;
	int count = cables_list(&cables);
	int code = EXIT_DONE;

	if (!count) {
		code = complain(EXIT_GONE, "no serial port that could have a board");
	} else if (count > 1) {
		code = complain(EXIT_USAGE, "several serial ports: name the one with the board");
		print_candidates(cables, count);
	} else if (!adoption->yes && !interactive(adoption)) {
		usage_error(cli, "name %s (%s), or add --yes", cables[0].name, cables[0].label);
	} else if (interactive(adoption) && !confirm_probe(&cables[0])) {
		code = complain(EXIT_ERROR, "nothing was asked, nothing was changed");
	} else {
		adoption->cable = cables[0];
		free(cables);
		return EXIT_DONE;
	}
	cables_free(cables, count);
	return code;
}

static int choose_cable(const struct cli *cli, struct adoption *adoption)
{
	if (!adoption->tty)
		return choose_candidate(cli, adoption);
	if (cable_find(adoption->tty, &adoption->cable))
		return EXIT_DONE;
	return complain(EXIT_GONE, "no serial port \"%s\"", adoption->tty);
}

/* What is behind it */

static int probe_error(const struct cable *cable, const struct probe *probe, int error)
{
	switch (-error) {
	case ETIMEDOUT:
		if (probe->heard)
			return complain(EXIT_TIMEOUT, "%s: %zu bytes came, but no answer of an OpenEVSE board",
					cable->name, probe->heard);
		return complain(EXIT_TIMEOUT, "%s: nothing came back; is the board on, and are RX and TX crossed?",
				cable->name);
	case EACCES:
	case EPERM:
		return complain(EXIT_RIGHTS, "%s: no permission; run this as root", cable->name);
	case EBUSY:
		return complain(EXIT_ERROR, "%s: another program uses it", cable->name);
	case EALREADY:
		return complain(EXIT_ERROR, "%s: another line discipline is attached to it", cable->name);
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return complain(EXIT_GONE, "%s: unplugged", cable->name);
	default:
		return complain(EXIT_ERROR, "%s: %s", cable->name, strerror(-error));
	}
}

static int probe_cable(const struct cable *cable)
{
	struct probe probe;
	int error = probe_tty(cable->node, &probe);

	if (error)
		return probe_error(cable, &probe, error);
	fprintf(stderr, "%s: OpenEVSE firmware %s, RAPI %s (%s)\n", cable->name, probe.firmware,
		probe.protocol, cable->label);
	return EXIT_DONE;
}

/* An attached board has been asked by the driver; the bare tty is out of reach. */
static int look_behind(struct adoption *adoption)
{
	const struct cable *cable = &adoption->cable;

	adoption->attached = board_on_tty(cable->name, &adoption->board);
	if (!adoption->attached)
		return probe_cable(cable);
	fprintf(stderr, "%s: attached already as %s\n", cable->name, adoption->board.path);
	return EXIT_DONE;
}

/* What the rules say already */

/*
 * A rule by a serial number that is not unique, as it turns out, was made for
 * the one that has its board attached. Both go by their places from now on.
 */
static void find_shared_rule(struct adoption *adoption)
{
	char *name;

	if (!rules_shared(adoption->file, &adoption->cable, &name))
		return;
	if (adoption->attached) {
		if (adoption->name)
			free(name);
		else
			adoption->name = name;
	} else if (cable_find_attached_twin(&adoption->cable, &adoption->twin)) {
		adoption->has_twin = adoption->twin.best != MARKS;
		adoption->twin_name = name;
	} else {
		fprintf(stderr, "the rule for this serial number%s%s is removed, because several cables have it: adopt the other one again\n",
			name ? ", for " : "", name ? name : "");
		free(name);
	}
}

static void find_rules(struct adoption *adoption)
{
	find_shared_rule(adoption);
	if (!adoption->name)
		adoption->name = rules_name(adoption->file, &adoption->cable);
}

static bool name_is_taken(const struct adoption *adoption)
{
	if (!adoption->name)
		return false;
	if (adoption->twin_name && !strcmp(adoption->name, adoption->twin_name))
		return true;
	return rules_name_taken(adoption->file, &adoption->cable, adoption->name);
}

/* What comes of it */

static int name_error(const struct adoption *adoption)
{
	return complain(EXIT_ERROR, "the name \"%s\" belongs to another cable in %s",
			adoption->name, adoption->file);
}

static int check_marks(const struct adoption *adoption)
{
	const struct cable *cable = &adoption->cable;

	if (cable->best == MARKS)
		return complain(EXIT_ERROR, "%s cannot be recognised again: udev knows neither a serial number nor a place",
				cable->name);
	return name_is_taken(adoption) ? name_error(adoption) : EXIT_DONE;
}

static void tell_marks(const struct adoption *adoption)
{
	const struct cable *cable = &adoption->cable;

	if (cable->best != MARK_SERIAL)
		fprintf(stderr, "%s has no serial number of its own: it is recognised by %s\n",
			cable->name, cable_mark_name(cable->best));
	if (adoption->has_twin)
		fprintf(stderr, "%s has the same serial number: it is recognised by %s from now on, too\n",
			adoption->twin.name, cable_mark_name(adoption->twin.best));
}

/* Return: how many; the twin with its cable, or a full disk could come between. */
static size_t list_adopted(const struct adoption *adoption, struct adopted cables[2])
{
	cables[0] = (struct adopted){ &adoption->cable, adoption->name };
	cables[1] = (struct adopted){ &adoption->twin, adoption->twin_name };
	return adoption->has_twin ? 2 : 1;
}

static int print_rules(const struct adoption *adoption)
{
	struct adopted cables[2];
	char *rules = rules_text(cables, list_adopted(adoption, cables));

	fputs(rules, stdout);
	free(rules);
	return EXIT_DONE;
}

static int file_error(const char *file, int error)
{
	bool rights = error == -EACCES || error == -EPERM || error == -EROFS;

	return complain(rights ? EXIT_RIGHTS : EXIT_ERROR, "cannot write %s: %s", file,
			strerror(-error));
}

static int report_attached(const struct cable *cable)
{
	struct board board;
	char *device;

	if (!board_on_tty(cable->name, &board))
		return complain(EXIT_TIMEOUT, "the rule is written, but %s was not attached; does openevse-attach.service run?",
				cable->name);
	device = xasprintf("/dev/openevse%u", board.index);
	printf("%s is attached as %s", cable->name, device);
	if (strcmp(board.name, strrchr(device, '/') + 1))
		printf(", also /dev/openevse/%s", board.name);
	putchar('\n');
	free(device);
	return EXIT_DONE;
}

static bool refresh_cable(const struct cable *cable)
{
	if (cable->usb_matches[cable->best] && !udev_change(cable->usb_syspath))
		return false;
	return udev_change(cable->syspath);
}

/*
 * The twin first, so that the helper does not take the two for one. The tty
 * before its board, whose links are made of the properties of the tty.
 */
static bool refresh(const struct adoption *adoption)
{
	char *syspath;
	bool done;

	if (adoption->has_twin && !refresh_cable(&adoption->twin))
		return false;
	if (!refresh_cable(&adoption->cable))
		return false;
	if (!adoption->attached)
		return true;
	syspath = xasprintf("/sys/class/openevse/openevse%u", adoption->board.index);
	done = udev_change(syspath);
	free(syspath);
	return done;
}

static int carry_out(const struct adoption *adoption)
{
	struct board_watch *watch = board_watch_open();
	int code = EXIT_ERROR;

	if (!watch)
		return complain(EXIT_ERROR, "the rule is written, but udev does not run");
	if (udev_reload() && refresh(adoption)) {
		if (!adoption->attached)
			board_watch_wait(watch, adoption->cable.name, ATTACH_TIMEOUT_MS);
		code = report_attached(&adoption->cable);
	}
	board_watch_close(watch);
	return code;
}

static int write_rules(const struct adoption *adoption)
{
	struct adopted cables[2];
	int error = rules_adopt(adoption->file, cables, list_adopted(adoption, cables));

	if (error == -EEXIST)
		return name_error(adoption);
	if (error)
		return file_error(adoption->file, error);
	if (strcmp(adoption->file, RULES_FILE))
		return EXIT_DONE;	/* for another system, or a later start */
	return carry_out(adoption);
}

static int adopt(struct adoption *adoption)
{
	int code = look_behind(adoption);

	if (code)
		return code;
	find_rules(adoption);
	code = check_marks(adoption);
	if (code)
		return code;
	if (!adoption->named && interactive(adoption)) {
		ask_name(adoption);
		code = check_marks(adoption);
	}
	if (code)
		return code;
	tell_marks(adoption);
	return adoption->dry_run ? print_rules(adoption) : write_rules(adoption);
}

static void parse_adopt(struct cli *cli, struct adoption *adoption)
{
	static const struct option longs[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "dry-run", no_argument, NULL, 'r' },
		{ "yes", no_argument, NULL, 'y' },
		{ "rules", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = options_next(cli, "n:y", longs)) != -1) {
		switch (option) {
		case 'n':
			if (!rules_name_valid(optarg))
				usage_error(cli, "\"%s\" is no name: a-z, 0-9, '.', '_', '-', and not a number", optarg);
			free(adoption->name);
			adoption->name = xasprintf("%s", optarg);
			adoption->named = true;
			break;
		case 'r':
			adoption->dry_run = true;
			break;
		case 'y':
			adoption->yes = true;
			break;
		case 'f':
			adoption->file = optarg;
			break;
		}
	}
	if (cli->argc > 1)
		usage_error(cli, "one tty at a time");
	adoption->tty = cli->argv[0];
}

static int run_adopt(struct cli *cli)
{
	struct adoption adoption = { .file = RULES_FILE };
	int code;

	parse_adopt(cli, &adoption);
	code = choose_cable(cli, &adoption);
	if (!code) {
		code = adopt(&adoption);
		cable_free(&adoption.cable);
	}
	cable_free(&adoption.twin);
	free(adoption.twin_name);
	free(adoption.name);
	return code;
}

const struct command adopt_command = {
	.name = "adopt",
	.arguments = "[TTY] [--name NAME] [--dry-run] [--yes]",
	.summary = "introduce the board on a serial cable",
	.help = "Ask what is behind a serial cable, and if it is an OpenEVSE board, attach it now\n"
		"and whenever it is plugged in. Without TTY the only one that could have a board\n"
		"is taken, after a question.\n\n"
		"  -n, --name NAME   call the board /dev/openevse/NAME\n"
		"      --dry-run     ask the board, print the udev rule, write nothing\n"
		"  -y, --yes         ask the user nothing\n"
		"      --rules FILE  write the rule to FILE instead of\n"
		"                    " RULES_FILE ",\n"
		"                    and leave it at that",
	.words = "@tty",
	.run = run_adopt,
};

/* The way back */

/* By the board's name, or by its tty. */
static bool find_cable(const char *what, struct cable *cable)
{
	struct board board;

	return cable_find(board_by_name(what, &board) ? board.tty : what, cable);
}

/* The ttys still carry the mark; the rules no longer give it to this one. */
static int carry_release_out(const struct cable *cable)
{
	if (!udev_reload())
		return EXIT_ERROR;
	if (cable && cable->usb_syspath && !udev_change(cable->usb_syspath))
		return EXIT_ERROR;
	return udev_change_attached() ? EXIT_DONE : EXIT_ERROR;
}

static int release_cable(const char *file, const char *what, const struct cable *cable)
{
	/* Unplugged, only the name in the rule is left to go by. */
	int removed = rules_release(file, cable, what);

	if (removed < 0)
		return file_error(file, removed);
	if (!removed)
		return complain(EXIT_GONE, "no rule for \"%s\" in %s", what, file);
	if (strcmp(file, RULES_FILE))
		return EXIT_DONE;
	return carry_release_out(cable);
}

static int release(const char *file, const char *what)
{
	struct cable cable;
	int code;

	if (!find_cable(what, &cable))
		return release_cable(file, what, NULL);
	code = release_cable(file, what, &cable);
	cable_free(&cable);
	return code;
}

static int run_release(struct cli *cli)
{
	static const struct option longs[] = {
		{ "rules", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	const char *file = RULES_FILE;

	while (options_next(cli, "", longs) != -1)
		file = optarg;
	if (cli->argc != 1)
		usage_error(cli, "name a tty, or a board as it was named at adoption");
	return release(file, cli->argv[0]);
}

const struct command release_command = {
	.name = "release",
	.arguments = "TTY|NAME",
	.summary = "forget a cable, give its tty back",
	.help = "Remove the rules that \"openevse adopt\" wrote for a cable. Its board is detached,\n"
		"and the tty is an ordinary one again.\n\n"
		"      --rules FILE  look in FILE instead of\n"
		"                    " RULES_FILE,
	.words = "@board @tty",
	.run = run_release,
};
