/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands: one row each, what it needs and what it does.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct board;
struct command;

#define COMMAND_MAX	80	/* rows at most, for the counters */

/* Do it; true is an OK. */
bool command_run(struct board *b, struct command *c);

/* Mnemonic of a row for listings, NULL after the last. */
const char *command_name(size_t row);

#endif
