/* SPDX-License-Identifier: GPL-2.0 */
/* A command of the user's for each event. */
#ifndef OPENEVSE_HOOK_H
#define OPENEVSE_HOOK_H

#include <json.h>
#include <stdbool.h>
#include <stddef.h>

struct hook_call;

/**
 * struct hook - the command and those events it has not seen yet
 * @command: for /bin/sh -c; NULL for none
 * @pidfd: readable when the command has ended; -1 while none runs
 * @first: the event that comes next; NULL for none
 * @last: the one that comes last
 * @waiting: how many there are
 * @told: that it failed
 */
struct hook {
	const char *command;
	int pidfd;
	struct hook_call *first;
	struct hook_call *last;
	size_t waiting;
	bool told;
};

void hook_init(struct hook *hook, const char *command);

/* Run the command for @event, when those before it are done; keeps a reference. */
void hook_add(struct hook *hook, struct json_object *event);

/* So many wait that no more should be added. */
bool hook_full(const struct hook *hook);

/* When @hook->pidfd is readable: see how it ended, and begin the next one. */
void hook_ended(struct hook *hook);

/* Until all have been run. */
void hook_finish(struct hook *hook);

#endif
