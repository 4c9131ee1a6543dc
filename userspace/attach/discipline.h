/* SPDX-License-Identifier: GPL-2.0 */
/* Line disciplines by name, as /proc/tty/ldiscs lists them. */
#ifndef OPENEVSE_ATTACH_DISCIPLINE_H
#define OPENEVSE_ATTACH_DISCIPLINE_H

#include <stddef.h>

/**
 * discipline_find - number of the discipline "openevse"
 *
 * Loads the kernel module where it is not loaded yet. The number is looked up
 * every time: out-of-tree disciplines share one, and the module may have been
 * loaded anew.
 *
 * Return: the number, or -ENOENT when the kernel has no such discipline.
 */
int discipline_find(void);

/* Name of discipline @number for people, "number N" where it has none. */
const char *discipline_name(int number, char *name, size_t size);

#endif
