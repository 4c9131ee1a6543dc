/* SPDX-License-Identifier: GPL-2.0 */
/* Which board the output of a command is about. */
#ifndef OPENEVSE_HEADING_H
#define OPENEVSE_HEADING_H

#include "device.h"
#include "json_out.h"

/* The first line, for people. */
void print_heading(const struct device *device);

/* The first keys, for programs; versions that are not known are null. */
void json_add_heading(struct json_object *object, const struct device *device);

#endif
