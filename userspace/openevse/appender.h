/* SPDX-License-Identifier: GPL-2.0 */
/* Files that grow by whole lines. */
#ifndef OPENEVSE_APPENDER_H
#define OPENEVSE_APPENDER_H

#include <stdbool.h>

/*
 * Open @path for appending, made if need be; a line that was cut off when the
 * power failed is ended first. Return: a file, or a negative errno.
 */
int appender_open(const char *path);

/*
 * Append @line, all of it or nothing, and a line feed; @durable: it is on the
 * disk when this returns. Return: 0 or a negative errno.
 */
int appender_add(int fd, const char *line, bool durable);

#endif
