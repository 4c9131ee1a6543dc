/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dialect table: how one row says what a command means
 *
 * Only for the files of this layer.
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
	FIELD_TEXT,	/* words, to the end of the command; no reply has it */
	FIELD_MCU_ID,	/* bytes and hex digits, to the end of the reply */
};

/**
 * struct openevse_field - how one token becomes one member, or the reverse
 * @kind: how to read or write it
 * @offset: of the member in the uAPI struct
 * @size: of the member
 * @is_signed: the member may be negative
 * @scale: units in one of the board's; 0 is as 1
 * @base: added to the board's
 * @letters: what stands for 0, 1, ... on the wire
 * @min: smallest value on the wire
 * @max: largest value on the wire
 * @absent: on the wire, what means "not fitted": the value stays away where it
 *	has a @valid bit, and the whole answer is none where it has not
 * @absents: how many of these there are
 * @valid: bit to set where the value is there, 0 for none
 * @valid_offset: of the word that bit is in
 * @proof_offset: of the member of the proof's struct that shows it
 * @proof_size: of that member; 0 where nothing shows it
 * @proof_signed: that member may be negative
 * @proof_mask: the bit of that member that shows it, 0 for the whole
 * @proof_inverted: that bit is set where this is 0
 */
struct openevse_field {
	enum field_kind kind;
	u8 offset;
	u8 size;
	bool is_signed;
	u32 scale;
	u32 base;
	const char *letters;
	s64 min;
	s64 max;
	s64 absent[3];
	u8 absents;
	u32 valid;
	u8 valid_offset;
	u8 proof_offset;
	u8 proof_size;
	bool proof_signed;
	u16 proof_mask;
	bool proof_inverted;
};

/**
 * struct openevse_table - rows of one kind
 * @rows: the rows; those of one ioctl and item stand together
 * @count: how many
 */
struct openevse_table {
	const struct openevse_command *rows;
	size_t count;
};

extern const struct openevse_table openevse_getters;
extern const struct openevse_table openevse_setters;

const struct openevse_command *
openevse_dialect_first(const struct openevse_command *command);
const struct openevse_command *
openevse_dialect_next(const struct openevse_command *command);

/* $SY answers as $GY does. */
extern const struct openevse_shape openevse_heartbeat_shapes[1];

#define IS_SIGNED(type, member) \
	__builtin_types_compatible_p(typeof(((struct type *)0)->member), s32)
#define MEMBER(type, member) \
	.offset = offsetof(struct type, member), \
	.size = sizeof_field(struct type, member), \
	.is_signed = IS_SIGNED(type, member)
#define VALID(type, bit) \
	.valid = (bit), .valid_offset = offsetof(struct type, valid)
#define ABSENT(...) \
	.absents = sizeof((s64[]){ __VA_ARGS__ }) / sizeof(s64), \
	.absent = { __VA_ARGS__ }
/* Where the getter shows an argument; SHOWN: in the same struct. */
#define PROOF(type, member) \
	.proof_offset = offsetof(struct type, member), \
	.proof_size = sizeof_field(struct type, member), \
	.proof_signed = IS_SIGNED(type, member)
#define SHOWN(type, member) \
	.offset = offsetof(struct type, member), \
	.size = sizeof_field(struct type, member), \
	.is_signed = IS_SIGNED(type, member), PROOF(type, member)
#define PROOF_FLAG(mask) \
	.proof_mask = (mask), PROOF(openevse_settings, flags)

#define SHAPE(array)	{ ARRAY_SIZE(array), array }
#define SHAPES(array)	.shapes = array, .shape_count = ARRAY_SIZE(array)
#define ARGUMENTS(array) \
	.arguments = array, .argument_count = ARRAY_SIZE(array)
#define SIZE(type)	.size = sizeof(struct type)
#define SINCE(major, minor, patch)	.since = OPENEVSE_RAPI(major, minor, patch)
#define UNTIL(major, minor, patch)	.until = OPENEVSE_RAPI(major, minor, patch)

/* Amperes are one byte on the board, mA here. */
#define AMPERES	.scale = 1000, .max = 0xff
/* No released firmware offers less, or more. */
#define OFFERED	.scale = 1000, .min = 6, .max = 80
/* Tenths of a degree on the board, m°C here. */
#define DEGREES(from, to)	.scale = 100, .min = (from), .max = (to)

#endif /* _OPENEVSE_DIALECT_TABLE_H */
