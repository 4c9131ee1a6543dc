/* SPDX-License-Identifier: GPL-2.0 */
/* Event records as lines of text or JSON. */
#ifndef OPENEVSE_EVENT_H
#define OPENEVSE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/openevse.h>

#include "json_out.h"
#include "names.h"

/* When that was: the driver's monotonic time as ISO 8601, to the millisecond. */
const char *wall_clock(uint64_t timestamp_ns, char text[TIME_SIZE]);

/* What a program has changed: "current 10 A -> 12 A". */
void change_print_text(FILE *out, const struct openevse_event_setting *change);

/* The same, and who it was, as keys of @object. */
void change_add_json(const struct openevse_event_setting *change, struct json_object *object);

/*
 * Print one record of the board called @name on standard output. Kinds newer
 * than this program are not printed.
 */
void event_print_text(const struct openevse_event *event, const char *name);

/* The same as an object for programs; NULL for kinds newer than this one. */
struct json_object *event_json(const struct openevse_event *event, const char *name);

/*
 * The same words without time and name, cut off where they do not fit. Return:
 * false for kinds newer than this program.
 */
bool event_words(const struct openevse_event *event, char *words, size_t size);

#endif
