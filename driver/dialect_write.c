// SPDX-License-Identifier: GPL-2.0
/*
 * Dialect, what is said to the board: commands from uAPI structs, what may not
 * be said, and whether a getter's answer proves that it was done
 */
#include "dialect_table.h"

#ifndef __KERNEL__
#include <stdio.h>
#endif

/* Firmware refuses the eleventh token, older firmware writes past its array. */
#define FIRMWARE_TOKENS	10

/* --- commands --- */

/* A member of a uAPI struct. */
static s64 load(const void *from, u8 size, bool is_signed)
{
	u64 wide = 0;
	u32 word;

	if (size == sizeof(wide)) {
		memcpy(&wide, from, sizeof(wide));
		return wide;
	}
	memcpy(&word, from, sizeof(word));
	if (is_signed)
		return (s32)word;
	return word;
}

static s64 argument_of(const struct openevse_field *field, const void *arg)
{
	return load(arg + field->offset, field->size, field->is_signed);
}

static s64 scale_of(const struct openevse_field *field)
{
	return field->scale ? field->scale : 1;
}

/*
 * @value becomes the board's. What is scaled has 32 bits, as divisions must
 * have in some kernels.
 */
static int to_board(const struct openevse_field *field, s64 *value)
{
	u32 size = *value < 0 ? -*value : *value;
	s32 scale = scale_of(field);

	if (scale > 1 && size % scale)
		return -EINVAL;
	*value -= field->base;
	if (*value < field->min * scale || *value > field->max * scale)
		return -ERANGE;
	if (scale > 1)
		*value = (s32)*value / scale;
	return 0;
}

/* What the display cannot show, or the frame cannot carry. */
static bool is_unfit(u8 c)
{
	return c < ' ' || c == 0x7f || strchr("$^*", c);
}

static int check_text(const char *text, size_t size)
{
	size_t i;

	if (strnlen(text, size) == size)
		return -EINVAL;
	for (i = 0; text[i]; i++) {
		if (is_unfit(text[i]))
			return -EINVAL;
		if (text[i] == ':' && (!i || text[i - 1] == ' '))
			return -EINVAL;
	}
	return i ? 0 : -EINVAL;
}

static int write_argument(const struct openevse_field *field, const void *arg,
			  char *out, size_t room)
{
	s64 value;
	int err;

	if (field->kind == FIELD_TEXT) {
		err = check_text(arg + field->offset, field->size);
		return err ? err : snprintf(out, room, " %s",
					    (char *)arg + field->offset);
	}
	value = argument_of(field, arg);
	err = to_board(field, &value);
	if (err)
		return err;
	if (field->kind == FIELD_LETTER)
		return snprintf(out, room, " %c", field->letters[value]);
	return snprintf(out, room, " %lld", (long long)value);
}

/**
 * openevse_dialect_encode() - write a command
 * @command: what to say
 * @arg: its uAPI struct, or NULL where it has no argument
 * @text: room for OPENEVSE_TEXT_MAX bytes
 *
 * Return: 0, -EINVAL for a value that is no multiple of the board's unit, or a
 * text that may not be sent, -ERANGE for a value this firmware does not accept.
 */
int openevse_dialect_encode(const struct openevse_command *command,
			    const void *arg, char *text)
{
	size_t len;
	int added;
	u8 i;

	len = snprintf(text, OPENEVSE_TEXT_MAX, "%s%s", command->mnemonic,
		       command->prefix ? command->prefix : "");
	for (i = 0; i < command->argument_count; i++) {
		added = write_argument(&command->arguments[i], arg, text + len,
				       OPENEVSE_TEXT_MAX - len);
		if (added < 0)
			return added;
		len += added;
		if (len >= OPENEVSE_TEXT_MAX)
			return -EINVAL;
	}
	if (command->suffix)
		len += snprintf(text + len, OPENEVSE_TEXT_MAX - len, "%s",
				command->suffix);
	return len < OPENEVSE_TEXT_MAX ? 0 : -EINVAL;
}

/* What is no argument, and no item, is zero. */
static bool rest_is_zero(const struct openevse_command *command,
			 const void *arg)
{
	u8 rest[OPENEVSE_VALUE_MAX] = { 0 };
	u8 i;

	if (arg)
		memcpy(rest, arg, command->size);
	if (command->flags & OPENEVSE_COMMAND_ITEM)
		memset(rest, 0, sizeof(u32));
	for (i = 0; i < command->argument_count; i++)
		memset(rest + command->arguments[i].offset, 0,
		       command->arguments[i].size);
	for (i = 0; i < command->size; i++)
		if (rest[i])
			return false;
	return true;
}

/**
 * openevse_dialect_check() - is that a thing to ask of any board?
 * @command: any row of its ioctl
 * @arg: its uAPI struct, all of it from user space
 *
 * Return: 0, -EINVAL or -ERANGE where no firmware accepts it.
 */
int openevse_dialect_check(const struct openevse_command *command,
			   const void *arg)
{
	const struct openevse_command *row;
	char text[OPENEVSE_TEXT_MAX];
	int err = -EINVAL;

	if (!rest_is_zero(command, arg))
		return -EINVAL;
	for (row = openevse_dialect_first(command); row;
	     row = openevse_dialect_next(row)) {
		err = openevse_dialect_encode(row, arg, text);
		if (!err)
			return 0;
	}
	return err;
}

/**
 * openevse_dialect_bounds() - what its first argument may be
 * @command: the row
 * @bounds: filled in
 *
 * Return: false where it takes no number.
 */
bool openevse_dialect_bounds(const struct openevse_command *command,
			     struct openevse_bounds *bounds)
{
	const struct openevse_field *field = command->arguments;

	if (!command->argument_count || field->kind == FIELD_TEXT)
		return false;
	bounds->min = field->min * scale_of(field) + field->base;
	bounds->max = field->max * scale_of(field) + field->base;
	bounds->step = scale_of(field);
	return true;
}

/**
 * openevse_dialect_argument() - the number that is set
 * @command: the row
 * @arg: its uAPI struct
 * @value: filled in, in the unit of that struct
 *
 * Return: false where it takes none, or several.
 */
bool openevse_dialect_argument(const struct openevse_command *command,
			       const void *arg, s64 *value)
{
	if (command->argument_count != 1)
		return false;
	*value = argument_of(command->arguments, arg);
	return true;
}

static s64 shown(const struct openevse_field *field, const void *seen)
{
	s64 value = load(seen + field->proof_offset, field->proof_size,
			 field->proof_signed);

	if (!field->proof_mask)
		return value;
	return !(value & field->proof_mask) == field->proof_inverted;
}

/**
 * openevse_dialect_shows() - the number as its proof shows it
 * @command: the row
 * @seen: the uAPI struct of its proof
 * @value: filled in, in the unit of the command's struct
 *
 * Return: false where there is no such number, or several.
 */
bool openevse_dialect_shows(const struct openevse_command *command,
			    const void *seen, s64 *value)
{
	if (command->argument_count != 1 || !command->arguments->proof_size)
		return false;
	*value = shown(command->arguments, seen);
	return true;
}

/**
 * openevse_dialect_proves() - is it as it was asked to be?
 * @command: a row with a proof
 * @arg: its uAPI struct
 * @seen: the uAPI struct of its proof
 */
bool openevse_dialect_proves(const struct openevse_command *command,
			     const void *arg, const void *seen)
{
	const struct openevse_field *field;
	u8 i;

	for (i = 0; i < command->argument_count; i++) {
		field = &command->arguments[i];
		if (field->proof_size &&
		    shown(field, seen) != argument_of(field, arg))
			return false;
	}
	return true;
}

static bool is_mnemonic(const char *text)
{
	return text[0] >= 'A' && text[0] <= 'Z' &&
	       ((text[1] >= 'A' && text[1] <= 'Z') ||
		(text[1] >= '0' && text[1] <= '9')) &&
	       (!text[2] || text[2] == ' ');
}

/* What no program may send, in any way: see openevse_dialect_check_raw(). */
static bool is_forbidden(const char *text)
{
	return !strncmp(text, "FR", 2) ||	/* unanswered: its own ioctl */
	       !strncmp(text, "SE", 2) ||	/* echo mode */
	       !strncmp(text, "FF E", 4) ||	/* echo mode, even with 0 */
	       !strcmp(text, "SK");		/* ruins the energy counter */
}

/**
 * openevse_dialect_check_raw() - may this be sent as it stands?
 * @text: mnemonic and arguments
 *
 * Nothing that would end or restart the frame, that the firmware would take
 * for a sequence id, or that makes an empty token, which it reads as 0 (the
 * text of $FP may have runs of spaces). No eleventh token, the id included.
 *
 * Return: 0 or -EINVAL.
 */
int openevse_dialect_check_raw(const char *text)
{
	bool lcd = !strncmp(text, "FP ", 3);
	u8 tokens = 1;
	size_t i;

	if (!is_mnemonic(text) || is_forbidden(text))
		return -EINVAL;
	for (i = 0; text[i]; i++) {
		if (is_unfit(text[i]))
			return -EINVAL;
		if (text[i] != ' ')
			continue;
		tokens++;
		if (!text[i + 1] || text[i + 1] == ':' ||
		    (text[i + 1] == ' ' && !lcd))
			return -EINVAL;
	}
	return tokens < FIRMWARE_TOKENS ? 0 : -EINVAL;
}
