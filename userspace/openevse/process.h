/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs, as far as /proc shows them. */
#ifndef OPENEVSE_PROCESS_H
#define OPENEVSE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#define PROCESS_NAME_SIZE	16

/* The name of a process, fit for a terminal. Return: can it be seen? */
bool process_name(pid_t pid, char name[PROCESS_NAME_SIZE]);

/* A process of that name. Return: 0 for none that can be seen. */
pid_t process_find(const char *name);

/*
 * A process that has the file @node open, or locked. Whose files they are, only
 * root sees of others; locks, everybody. Return: 0 for none that can be seen.
 */
pid_t process_holding(const char *node);

/* Does /proc hide the processes of others from us? */
bool process_hidden(void);

#endif
