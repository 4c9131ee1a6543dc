/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dialect table: how one row says what a command means
 *
 * Only for dialect.c and dialect_table.c.
 */
#ifndef _OPENEVSE_DIALECT_TABLE_H
#define _OPENEVSE_DIALECT_TABLE_H

#include "dialect.h"

enum field_kind {
	FIELD_DECIMAL,
	FIELD_HEX,
	FIELD_STATE,	/* $ST: two digits are hex, else decimal (until 3.3.1) */
	FIELD_VERSION,	/* text with a dot in it */
	FIELD_LETTER,	/* one of @letters, by its place among them */
};

/**
 * struct openevse_field - how one token becomes one member
 * @kind: how to read it
 * @offset: of the member in the uAPI struct
 * @size: of the member
 * @scale: units in one of the board's
 * @base: added to the board's
 * @letters: what stands for 0, 1, ... on the wire
 * @max: largest value on the wire
 * @min: smallest value on the wire
 * @has_absent: @absent means "not fitted": the value stays away where it has a
 *	@valid bit, and the whole answer is none where it has not
 * @absent: on the wire
 * @valid: bit to set where the value is there, 0 for none
 * @valid_offset: of the word that bit is in
 */
struct openevse_field {
	enum field_kind kind;
	u8 offset;
	u8 size;
	u32 scale;
	u32 base;
	const char *letters;
	s64 min;
	s64 max;
	bool has_absent;
	s64 absent;
	u32 valid;
	u8 valid_offset;
};

#define MEMBER(type, member) \
	.offset = offsetof(struct type, member), \
	.size = sizeof_field(struct type, member)
#define VALID(type, bit) \
	.valid = (bit), .valid_offset = offsetof(struct type, valid)
#define SHAPE(array)	{ ARRAY_SIZE(array), array }
#define SHAPES(array)	.shapes = array, .shape_count = ARRAY_SIZE(array)

/* Amperes are one byte on the board, mA here. */
#define AMPERES	.scale = 1000, .max = 0xff

#endif /* _OPENEVSE_DIALECT_TABLE_H */
