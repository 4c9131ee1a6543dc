/* SPDX-License-Identifier: GPL-2.0 */
/* JSON with the habits of this command: units in the keys, absent is null. */
#ifndef OPENEVSE_JSON_OUT_H
#define OPENEVSE_JSON_OUT_H

#include <json.h>
#include <stdbool.h>
#include <stdint.h>

struct json_object *json_new(void);
struct json_object *json_new_array(void);

/* @value becomes the array's, or the object's. */
void json_append(struct json_object *array, struct json_object *value);
void json_add_object(struct json_object *object, const char *key, struct json_object *value);

/* NULL becomes null. */
void json_add_text(struct json_object *object, const char *key, const char *value);
void json_add_int(struct json_object *object, const char *key, int64_t value);
void json_add_bool(struct json_object *object, const char *key, bool value);
void json_add_null(struct json_object *object, const char *key);

/* Thousandths as a number without rounding: 15800 becomes 15.8. */
void json_add_milli(struct json_object *object, const char *key, int64_t value);

/* 1, 0, and anything else for null. */
void json_add_maybe(struct json_object *object, const char *key, int value);

/* One line without a line feed, which lives as long as @object does. */
const char *json_line(struct json_object *object);

/* One line on standard output; drops @object. */
void json_print(struct json_object *object);

#endif
