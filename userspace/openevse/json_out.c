// SPDX-License-Identifier: GPL-2.0
/* JSON through json-c, one line an object. */
#include <stdio.h>

#include "cli.h"
#include "json_out.h"
#include "names.h"

static struct json_object *checked(struct json_object *value)
{
	if (!value)
		out_of_memory();
	return value;
}

struct json_object *json_new(void)
{
	return checked(json_object_new_object());
}

struct json_object *json_new_array(void)
{
	return checked(json_object_new_array());
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value))
		out_of_memory();
}

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add(object, key, value))
		out_of_memory();
}

void json_add_null(struct json_object *object, const char *key)
{
	add(object, key, NULL);
}

void json_add_text(struct json_object *object, const char *key, const char *value)
{
	add(object, key, value ? checked(json_object_new_string(value)) : NULL);
}

void json_add_int(struct json_object *object, const char *key, int64_t value)
{
	add(object, key, checked(json_object_new_int64(value)));
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
	add(object, key, checked(json_object_new_boolean(value)));
}

void json_add_milli(struct json_object *object, const char *key, int64_t value)
{
	char buffer[NAME_SIZE];

	/* json-c's own digits would be 15.800000000000001. */
	add(object, key, checked(json_object_new_double_s(value / 1000.0, milli(value, buffer))));
}

void json_add_maybe(struct json_object *object, const char *key, int value)
{
	if (value == 0 || value == 1)
		json_add_bool(object, key, value);
	else
		json_add_null(object, key);
}

void json_add_object(struct json_object *object, const char *key, struct json_object *value)
{
	add(object, key, value);
}

const char *json_line(struct json_object *object)
{
	const char *line = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							   JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!line)
		out_of_memory();
	return line;
}

void json_print(struct json_object *object)
{
	puts(json_line(object));
	json_object_put(object);
}
