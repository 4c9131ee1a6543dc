/* SPDX-License-Identifier: GPL-2.0 */
/* A program under test: what it says, what it tells the service manager. */
#ifndef OPENEVSE_TEST_PROGRAM_H
#define OPENEVSE_TEST_PROGRAM_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/**
 * struct stream - text that comes in
 * @fd: from where
 * @text: all of it
 * @seen: how much of it await() has passed
 */
struct stream {
	int fd;
	GString *text;
	size_t seen;
};

/**
 * struct program - one that runs, or has run
 * @pid: of it
 * @out: its standard output
 * @log: its standard error
 * @told: datagrams to $NOTIFY_SOCKET, one a line
 */
struct program {
	pid_t pid;
	struct stream out;
	struct stream log;
	struct stream told;
};

/* Start @argv[0], which is next to the test, with this $NOTIFY_SOCKET or some. */
void program_start_notifying(struct program *program, const char *socket, const char *const *argv);
void program_start(struct program *program, const char *const *argv);

/*
 * Wait until one of the streams says @text, behind what was awaited before.
 * Return: false when it has not come for very long.
 */
bool await(struct program *program, struct stream *stream, const char *text);

/* How often has it said @text so far? */
int times_said(const struct stream *stream, const char *text);

/* Is it text of whole lines, fit for any terminal? */
bool is_clean(const struct stream *stream);

/* All it has said, as comments of KTAP. */
void program_print(const struct program *program);

/* Wait until it ends. Return: exit status, 128 + signal, or -1 when it does not. */
int program_wait(struct program *program);

/* How many files has it open? The notify socket only for a moment. */
int program_files(const struct program *program);
/* Wait until it has as many. */
bool program_has_files(const struct program *program, int count);

/* Kill it if it runs, free all; it can be started again then. */
void program_free(struct program *program);

#endif
