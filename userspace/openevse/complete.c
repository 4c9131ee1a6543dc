// SPDX-License-Identifier: GPL-2.0
/*
 * openevse complete: what could stand at the end of a command line
 *
 * For the shells' completion (../completion), which knows nothing by itself. It is
 * given the words behind "openevse", the last of which is being typed, and prints
 * what that one could become, one a line. Options are those that the command's --help
 * names, so that none is forgotten; other words are in the command's table row.
 * Nothing is sent to a board.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cable.h"
#include "device.h"
#include "names.h"
#include "values.h"

/* All that is printed begins with it. */
static const char *typed;

static void offer(const char *word, size_t length)
{
	if (length >= strlen(typed) && !strncmp(word, typed, strlen(typed)))
		printf("%.*s\n", (int)length, word);
}

static void offer_word(const char *word)
{
	offer(word, strlen(word));
}

static void offer_boards(void)
{
	struct board *boards;
	int i, count = boards_list(&boards);

	for (i = 0; i < count; i++) {
		offer_word(boards[i].name);
		offer_word(boards[i].path);
	}
	free(boards);
}

static void offer_ttys(void)
{
	struct cable *cables;
	int i, count = cables_list(&cables);

	for (i = 0; i < count; i++)
		offer_word(cables[i].name);
	cables_free(cables, count);
}

static void offer_values(void)
{
	const struct value *value = NULL;

	while ((value = value_next(value)))
		offer_word(value->name);
}

static void offer_features(void)
{
	const struct setting_name *name;
	char *word;
	uint32_t i;

	for (i = 1; (name = setting_name(OPENEVSE_SET_FEATURE, i)); i++) {
		word = xasprintf("%s=on", name->name);
		offer_word(word);
		free(word);
		word = xasprintf("%s=off", name->name);
		offer_word(word);
		free(word);
	}
}

static void offer_commands(void)
{
	const struct command *command;
	size_t i;

	for (i = 0; (command = command_at(i)); i++)
		if (command->summary)
			offer_word(command->name);
}

/* "-j", "--json": each that a help text names. */
static void offer_options(const char *help)
{
	const char *at = help, *end;

	while ((at = strchr(at, '-'))) {
		end = at + strspn(at, "-");
		end += strspn(end, "abcdefghijklmnopqrstuvwxyz-");
		if ((at == help || strchr(" \n[", at[-1])) && end - at > 1)
			offer(at, end - at);
		at = end;
	}
}

/* The last of "state,boot,bu" is being typed; what is before it stays. */
static void offer_list(const char *list, size_t length)
{
	const char *comma = strrchr(typed, ',');
	int kept = comma ? comma + 1 - typed : 0;
	const char *word = list;
	char *whole;
	size_t size;

	while (word < list + length) {
		size = strcspn(word, ", ");
		whole = xasprintf("%.*s%.*s", kept, typed, (int)size, word);
		offer_word(whole);
		free(whole);
		word += size + 1;
	}
}

static void offer_special(const char *word, size_t length)
{
	if (!strncmp(word, "@board", length))
		offer_boards();
	else if (!strncmp(word, "@tty", length))
		offer_ttys();
	else if (!strncmp(word, "@value", length))
		offer_values();
	else if (!strncmp(word, "@feature", length))
		offer_features();
}

/* @words of the command: plain ones, or those behind "--option=". */
static void offer_words(const char *words, const char *option)
{
	size_t length, name = option ? strlen(option) : 0;

	for (; words && *words; words += length + !!words[length]) {
		length = strcspn(words, " ");
		if (!strncmp(words, "--", 2)) {
			if (!option || strncmp(words, option, name) || words[name] != '=')
				continue;
			if (words[name + 1] == '@')
				offer_special(words + name + 1, length - name - 1);
			else
				offer_list(words + name + 1, length - name - 1);
		} else if (!option && words[0] == '@') {
			offer_special(words, length);
		} else if (!option) {
			offer(words, length);
		}
	}
}

static bool has_list(const char *words, const char *option)
{
	char *start = xasprintf("%s=", option);
	bool found = words && strstr(words, start);

	free(start);
	return found;
}

static bool is_device_option(const char *word)
{
	return !strcmp(word, "-d") || !strcmp(word, "--device");
}

/* Of those that all commands have. */
static bool takes_value(const char *word)
{
	return is_device_option(word) || !strcmp(word, "--timeout") || !strcmp(word, "--max-age");
}

/* Return: the word for the command among those before the last, or NULL. */
static const char *command_word(int count, char **words)
{
	int i;

	for (i = 0; i < count - 1; i++) {
		if (takes_value(words[i]))
			i++;
		else if (words[i][0] != '-')
			return words[i];
	}
	return NULL;
}

static int run_complete(struct cli *cli)
{
	const struct command *command;
	const char *before, *word;

	options_next(cli, "+", NULL);
	if (!cli->argc)
		usage_error(cli, "no words");
	typed = cli->argv[cli->argc - 1];
	before = cli->argc > 1 ? cli->argv[cli->argc - 2] : "";
	word = command_word(cli->argc, cli->argv);
	command = word ? find_command(word) : NULL;
	if (is_device_option(before)) {
		offer_boards();
	} else if (command && has_list(command->words, before)) {
		offer_words(command->words, before);
	} else if (takes_value(before)) {
		/* A number. */
	} else if (typed[0] == '-') {
		if (command)
			offer_options(command->help);
		offer_options(common_options_help);
	} else if (command) {
		offer_words(command->words, NULL);
	} else if (!word) {
		offer_commands();
	}
	return EXIT_DONE;
}

const struct command complete_command = {
	.name = "complete",
	.arguments = "-- WORD...",
	.help = "Print what the last WORD of a command line could become: for the completion of\n"
		"shells.",
	.run = run_complete,
};
