/* SPDX-License-Identifier: GPL-2.0 */
/* Event records as lines of text or JSON. */
#ifndef OPENEVSE_EVENT_H
#define OPENEVSE_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/openevse.h>

/*
 * Print one record of the board called @name on standard output. Kinds newer
 * than this program are not printed.
 */
void event_print_text(const struct openevse_event *event, const char *name);
void event_print_json(const struct openevse_event *event, const char *name);

/*
 * The same words without time and name, cut off where they do not fit. Return:
 * false for kinds newer than this program.
 */
bool event_words(const struct openevse_event *event, char *words, size_t size);

#endif
