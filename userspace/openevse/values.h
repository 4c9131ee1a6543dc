/* SPDX-License-Identifier: GPL-2.0 */
/* The vocabulary: every value a board has, by the name people and programs use. */
#ifndef OPENEVSE_VALUES_H
#define OPENEVSE_VALUES_H

#include "json_out.h"
#include "query.h"

#define VALUE_SIZE	64

enum value_kind {
	VALUE_WORD,	/* text */
	VALUE_TRUTH,	/* true or false */
	VALUE_WHOLE,	/* a whole number of the unit */
	VALUE_MILLI,	/* thousandths of the unit, which is that of the key, too */
	VALUE_MILLIWATT,	/* W: whole for people */
	VALUE_WH,	/* kWh, in JSON whole Wh */
	VALUE_MWH,	/* kWh, in JSON Wh */
};

/**
 * struct value - one of them
 * @name: for people: "pilot.max"
 * @key: for programs, with the unit: "pilot_max_a"; it means the same everywhere
 * @unit: of what is printed; "" for none
 * @description: a few words
 * @kind: how the number is written
 * @word: what prints a VALUE_WORD, or says what stopped it
 * @number: what finds any other; NULL where a question's answer has it as it is
 * @question: that question
 * @offset: of a 32-bit member of struct query, which @question fills in
 * @is_signed: that member may be negative
 * @valid_offset: of the word that says whether it is there
 * @valid: by this bit; 0 where it always is
 */
struct value {
	const char *name;
	const char *key;
	const char *unit;
	const char *description;
	enum value_kind kind;
	int (*word)(struct query *query, char text[VALUE_SIZE]);
	int (*number)(struct query *query, int64_t *number);
	enum question question;
	size_t offset;
	bool is_signed;
	size_t valid_offset;
	uint32_t valid;
};

/**
 * struct reading - a value that was asked for
 * @value: which
 * @error: 0, or why there is none: a negative errno
 * @number: in the unit of its kind
 * @text: for people, or the word
 */
struct reading {
	const struct value *value;
	int error;
	int64_t number;
	char text[VALUE_SIZE];
};

/* One after the other; NULL begins, and ends. */
const struct value *value_next(const struct value *value);

/* NULL for no such name. */
const struct value *value_find(const char *name);

/* Ask for @reading->value. Return: its error. */
int value_read(struct query *query, struct reading *reading);

/* null where it has an error. */
void json_add_reading(struct json_object *object, const struct reading *reading);

#endif
