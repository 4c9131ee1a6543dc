/* SPDX-License-Identifier: GPL-2.0 */
/* Event records as lines of text or JSON. */
#ifndef OPENEVSE_EVENT_H
#define OPENEVSE_EVENT_H

#include <json.h>

#include <linux/openevse.h>

/*
 * Print one record of the board called @name on standard output. Kinds newer
 * than this program are not printed.
 */
void event_print_text(const struct openevse_event *event, const char *name);

/* The same as an object for programs; NULL for kinds newer than this one. */
struct json_object *event_json(const struct openevse_event *event, const char *name);

#endif
