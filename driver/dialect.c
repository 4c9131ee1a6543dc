// SPDX-License-Identifier: GPL-2.0
#include "dialect_table.h"

#ifndef __KERNEL__
#include <stdio.h>
#endif

/* Firmware refuses the eleventh token, older firmware writes past its array. */
#define FIRMWARE_TOKENS	10

/* Bytes of the serial number that an AVR sends as they are. */
#define MCU_ID_RAW	6

/* --- the tables --- */

/**
 * openevse_dialect_row() - the rows of both tables, one after the other
 * @index: from 0
 *
 * Return: the row, NULL behind the last.
 */
const struct openevse_command *openevse_dialect_row(size_t index)
{
	if (index < openevse_getters.count)
		return &openevse_getters.rows[index];
	index -= openevse_getters.count;
	return index < openevse_setters.count ? &openevse_setters.rows[index] :
						NULL;
}

static size_t index_of(const struct openevse_command *command)
{
	const struct openevse_command *setters = openevse_setters.rows;

	if (command >= setters && command < setters + openevse_setters.count)
		return openevse_getters.count + (command - setters);
	return command - openevse_getters.rows;
}

static bool is_same(const struct openevse_command *a,
		    const struct openevse_command *b)
{
	return b && a->ioctl && a->ioctl == b->ioctl && a->item == b->item;
}

/**
 * openevse_dialect_find() - the first row that serves an ioctl
 * @ioctl: its number
 * @item: which feature, relay, ...; 0 where it takes none
 *
 * Return: the row, or NULL for no such ioctl or item.
 */
const struct openevse_command *openevse_dialect_find(u32 ioctl, u32 item)
{
	const struct openevse_command *row;
	size_t i;

	for (i = 0; (row = openevse_dialect_row(i)); i++)
		if (ioctl && row->ioctl == ioctl && row->item == item)
			return row;
	return NULL;
}

/** openevse_dialect_takes_item() - does its struct begin with an item? */
bool openevse_dialect_takes_item(u32 ioctl)
{
	const struct openevse_command *row;
	size_t i;

	for (i = 0; (row = openevse_dialect_row(i)); i++)
		if (row->ioctl == ioctl)
			return row->flags & OPENEVSE_COMMAND_ITEM;
	return false;
}

/**
 * openevse_dialect_variant() - the row that says the same on this firmware
 * @command: any row of its ioctl and item, or one that stands alone
 * @dialect: openevse_session.dialect
 *
 * Return: the row, or NULL: this firmware has not got it.
 */
const struct openevse_command *
openevse_dialect_variant(const struct openevse_command *command, u32 dialect)
{
	const struct openevse_command *row = command;
	size_t i = index_of(command);

	while (i && is_same(command, openevse_dialect_row(i - 1)))
		i--;
	do {
		row = openevse_dialect_row(i++);
		if (dialect >= row->since &&
		    (!row->until || dialect < row->until))
			return row;
	} while (is_same(command, openevse_dialect_row(i)));
	return NULL;
}

/* --- reading tokens --- */

static int digit(u8 c, u8 base)
{
	int value;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	else
		return -1;
	return value < base ? value : -1;
}

/* Ten digits are more than any number of the board has. */
static int read_number(const u8 *text, u8 len, u8 base, s64 *out)
{
	bool negative = base == 10 && len > 1 && text[0] == '-';
	s64 value = 0;
	u8 i = negative;

	if (!len || len - negative > 10)
		return -EBADMSG;
	for (; i < len; i++) {
		int d = digit(text[i], base);

		if (d < 0)
			return -EBADMSG;
		value = value * base + d;
	}
	*out = negative ? -value : value;
	return 0;
}

static bool is_absent(const struct openevse_field *field, s64 value)
{
	u8 i;

	for (i = 0; i < field->absents; i++)
		if (value == field->absent[i])
			return true;
	return false;
}

static void store(void *out, u8 size, s64 value)
{
	u8 byte = value;
	u16 half = value;
	u32 word = value;

	if (size == sizeof(byte))
		memcpy(out, &byte, sizeof(byte));
	else if (size == sizeof(half))
		memcpy(out, &half, sizeof(half));
	else if (size == sizeof(word))
		memcpy(out, &word, sizeof(word));
	else
		memcpy(out, &value, sizeof(value));
}

static void set_valid(const struct openevse_field *field, void *out)
{
	u32 valid;

	if (!field->valid)
		return;
	memcpy(&valid, out + field->valid_offset, sizeof(valid));
	valid |= field->valid;
	memcpy(out + field->valid_offset, &valid, sizeof(valid));
}

static int read_version(const struct openevse_field *field, const u8 *text,
			u8 len, void *out)
{
	u8 i;

	if (len >= field->size || !memchr(text, '.', len))
		return -EBADMSG;
	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return -EBADMSG;
	memcpy(out + field->offset, text, len);
	return 0;
}

static int read_letter(const struct openevse_field *field, const u8 *text,
		       u8 len, s64 *out)
{
	const char *found;

	if (len != 1 || !text[0])
		return -EBADMSG;
	found = strchr(field->letters, text[0]);
	if (!found)
		return -EBADMSG;
	*out = found - field->letters;
	return 0;
}

static u8 field_base(const struct openevse_field *field, u8 len)
{
	if (field->kind == FIELD_STATE)
		return len == 2 ? 16 : 10;
	return field->kind == FIELD_HEX ? 16 : 10;
}

static int read_field(const struct openevse_field *field, const u8 *text,
		      u8 len, void *out)
{
	s64 value;
	int err;

	if (field->kind == FIELD_VERSION)
		return read_version(field, text, len, out);
	if (field->kind == FIELD_LETTER)
		err = read_letter(field, text, len, &value);
	else
		err = read_number(text, len, field_base(field, len), &value);
	if (err)
		return err;
	if (value < field->min || value > field->max)
		return -EBADMSG;
	if (is_absent(field, value))
		return field->valid ? 0 : -ENODATA;
	if (field->scale)
		value *= field->scale;
	value += field->base;
	store(out + field->offset, field->size, value);
	set_valid(field, out);
	return 0;
}

static int read_fields(const struct openevse_shape *shape,
		       const struct openevse_frame *frame, void *out)
{
	u8 i;
	int err;

	for (i = 0; i < shape->count; i++) {
		err = read_field(&shape->fields[i],
				 openevse_frame_token(frame, i + 1),
				 frame->token[i + 1].len, out);
		if (err)
			return err;
	}
	return 0;
}

/* Two digits each, to the end. Return: bytes, or -EBADMSG. */
static int read_hex_bytes(const u8 *text, u8 len, u8 *out, u8 room)
{
	u8 i;

	if (len % 2 || len / 2 > room)
		return -EBADMSG;
	for (i = 0; i < len; i += 2) {
		int high = digit(text[i], 16), low = digit(text[i + 1], 16);

		if (high < 0 || low < 0)
			return -EBADMSG;
		out[i / 2] = high << 4 | low;
	}
	return len / 2;
}

/*
 * On SAMD 32 digits; on AVR one more space, six bytes as they are, and digits:
 * the tokens tell nothing. A zero among the six ends the firmware's text.
 */
static int read_mcu_id(const struct openevse_frame *frame,
		       struct openevse_mcu_id *id)
{
	u8 from = sizeof("$OK ") - 1;
	u8 raw = 0;
	int hex;

	if (frame->text_len <= from)
		return -EBADMSG;
	if (frame->line[from] == ' ') {
		from++;
		raw = frame->text_len - from;
		if (raw > MCU_ID_RAW)
			raw = MCU_ID_RAW;
		memcpy(id->id, &frame->line[from], raw);
		from += raw;
	}
	hex = read_hex_bytes(&frame->line[from], frame->text_len - from,
			     id->id + raw, sizeof(id->id) - raw);
	if (hex < 0)
		return hex;
	id->len = raw + hex;
	return 0;
}

/* --- replies --- */

/** openevse_dialect_is_reply() - OK or NK, whatever follows? */
bool openevse_dialect_is_reply(const struct openevse_frame *frame)
{
	return openevse_frame_is(frame, "OK") || openevse_frame_is(frame, "NK");
}

/**
 * openevse_dialect_decode() - read a reply
 * @command: what was asked
 * @frame: an OK or NK frame
 * @out: the command's uAPI struct; members the reply has not got stay as they
 *	are
 *
 * Return: 0, -EBADMSG when this cannot be a reply to @command, -ENODATA when it
 * says that there is no value.
 */
int openevse_dialect_decode(const struct openevse_command *command,
			    const struct openevse_frame *frame, void *out)
{
	u8 i;

	for (i = 0; i < command->shape_count; i++) {
		if (command->shapes[i].count == OPENEVSE_SHAPE_REST)
			return read_mcu_id(frame, out);
		if (command->shapes[i].count + 1 == frame->count)
			return read_fields(&command->shapes[i], frame, out);
	}
	return -EBADMSG;
}

/**
 * openevse_dialect_is_refusal() - is it a "no", and nothing more?
 * @frame: an OK or NK frame
 *
 * $NK with values behind it tells something: $SC what it does instead, $GY
 * before firmware D6.2.1 even what was asked.
 */
bool openevse_dialect_is_refusal(const struct openevse_frame *frame)
{
	return openevse_frame_is(frame, "NK") && frame->count == 1;
}

/**
 * openevse_dialect_answers() - can this be a reply to that command?
 * @command: what was asked
 * @frame: an OK or NK frame
 *
 * Where the board echoes no ids this is all there is to tell a late reply to
 * another command by.
 */
bool openevse_dialect_answers(const struct openevse_command *command,
			      const struct openevse_frame *frame)
{
	u64 scratch[OPENEVSE_VALUE_MAX / sizeof(u64)] = { 0 };

	if (openevse_frame_is(frame, "NK"))
		return true;
	return command->size <= sizeof(scratch) &&
	       openevse_dialect_decode(command, frame, scratch) != -EBADMSG;
}

/* --- the session --- */

/* "5.2.1", "1.0", "5.2.1-LGT": numbers as far as they go. */
static u32 rapi_version(const char *text)
{
	u32 part[3] = { 0 };
	u8 i = 0;

	for (; *text; text++) {
		if (*text >= '0' && *text <= '9')
			part[i] = part[i] * 10 + (*text - '0');
		else if (*text == '.' && i < 2)
			i++;
		else
			break;
		if (part[i] > 0xff)
			return 0;
	}
	return OPENEVSE_RAPI(part[0], part[1], part[2]);
}

/*
 * Until RAPI 5.0.0 three version numbers only say that a build of firmware 4 or
 * 5 has gone without something: checksums (1.0.4), both checksums and ids
 * (1.0.5), ids (2.0.4). They understand what 3.0.1 does. And what is now known
 * as 1.0.0 began with alphas whose $SS meant "save".
 */
static u32 dialect_of(u32 rapi, const char *firmware)
{
	if (rapi == OPENEVSE_RAPI(1, 0, 4) || rapi == OPENEVSE_RAPI(1, 0, 5) ||
	    rapi == OPENEVSE_RAPI(2, 0, 4))
		return OPENEVSE_RAPI(3, 0, 1);
	if (!strncmp(firmware, "2.1.A", 5) && firmware[5] < '7' && !firmware[6])
		return OPENEVSE_RAPI(0, 9, 0);
	return rapi;
}

/** openevse_dialect_reset() - know nothing, as at power-on */
void openevse_dialect_reset(struct openevse_session *session)
{
	memset(session, 0, sizeof(*session));
	session->frame_limit = 29;
}

/**
 * openevse_dialect_learn() - take the board's answer to $GV
 * @session: filled in, ids not yet proven
 * @frame: an OK frame, checked or not
 *
 * Return: 0, -EBADMSG when it is no such answer, or when its version and its
 * checksum do not belong together: replies with values carry one from RAPI
 * 2.0.0 on and never before, so a damaged answer cannot pass for an old board.
 */
int openevse_dialect_learn(struct openevse_session *session,
			   const struct openevse_frame *frame)
{
	const struct openevse_command *gv =
		openevse_dialect_find(OPENEVSE_GET_VERSION, 0);
	struct openevse_version version = { 0 };
	bool checksums;
	u32 rapi;

	if (!openevse_frame_is(frame, "OK") ||
	    openevse_dialect_decode(gv, frame, &version))
		return -EBADMSG;
	rapi = rapi_version(version.protocol);
	checksums = rapi >= OPENEVSE_RAPI(2, 0, 0);
	if (!rapi || frame->checked != checksums)
		return -EBADMSG;

	openevse_dialect_reset(session);
	session->rapi = rapi;
	session->dialect = dialect_of(rapi, version.firmware);
	session->reply_checksum = frame->checked;
	if (rapi >= OPENEVSE_RAPI(3, 0, 0))
		session->frame_limit = 31;
	memcpy(session->firmware, version.firmware, sizeof(session->firmware));
	memcpy(session->protocol, version.protocol, sizeof(session->protocol));
	return 0;
}

/**
 * openevse_dialect_believes() - may a frame be taken at its word?
 * @session: of this board
 * @frame: a parsed frame, whose checksum was right if it had one
 *
 * A frame without checksum only where this firmware sends none: that is, never
 * before the first answer to $GV, and from RAPI 2.0.1 on never. That answer
 * vouches for itself, see openevse_dialect_learn().
 */
bool openevse_dialect_believes(const struct openevse_session *session,
			       const struct openevse_frame *frame)
{
	struct openevse_session other;

	if (frame->checked)
		return true;
	if (!openevse_dialect_learn(&other, frame))
		return true;
	if (!session->rapi)
		return false;
	if (session->rapi == OPENEVSE_RAPI(2, 0, 0))
		return !openevse_dialect_is_reply(frame) || frame->count == 1;
	return !session->reply_checksum;
}

/* --- what the board has, and what it has not --- */

/* Cable sensors need a longer buffer, so a board that has them has it. */
#define LONG_FRAME	39

static bool bit_of(const u32 *bits, size_t index)
{
	return bits[index / 32] >> index % 32 & 1;
}

static void set_one(u32 *bits, u32 *other, size_t index)
{
	u32 bit = (u32)1 << index % 32;

	bits[index / 32] |= bit;
	other[index / 32] &= ~bit;
}

/*
 * Every build has it, or a "no" may have another reason; then the sibling has
 * told whether it is there.
 */
static bool is_ambiguous(const struct openevse_command *command)
{
	return command->flags & OPENEVSE_COMMAND_ALWAYS || command->excuse ||
	       (command->flags & OPENEVSE_COMMAND_STATE && command->sibling);
}

/**
 * openevse_dialect_note() - what a reply tells of a command as such
 * @session: of this board
 * @command: the row that was sent
 * @reply: belongs to it
 *
 * Where the board echoes no ids, a "no" may also mean that the command was
 * damaged: what has worked before is not taken for absent then.
 */
void openevse_dialect_note(struct openevse_session *session,
			   const struct openevse_command *command,
			   const struct openevse_frame *reply)
{
	size_t index = index_of(command);

	if (!openevse_dialect_is_refusal(reply)) {
		set_one(session->present, session->absent, index);
		if (command->ioctl == OPENEVSE_GET_CABLE_TEMPERATURE)
			session->frame_limit = LONG_FRAME;
	} else if (!is_ambiguous(command) &&
		   (reply->id || !bit_of(session->present, index))) {
		set_one(session->absent, session->present, index);
	}
}

/** openevse_dialect_deny() - its "no" can only mean that it has not got it */
void openevse_dialect_deny(struct openevse_session *session,
			   const struct openevse_command *command)
{
	set_one(session->absent, session->present, index_of(command));
}

/** openevse_dialect_has() - has the board shown that it has it? */
bool openevse_dialect_has(const struct openevse_session *session,
			  const struct openevse_command *command)
{
	return bit_of(session->present, index_of(command));
}

/** openevse_dialect_lacks() - has the board shown that it has not got it? */
bool openevse_dialect_lacks(const struct openevse_session *session,
			    const struct openevse_command *command)
{
	return bit_of(session->absent, index_of(command));
}

/**
 * openevse_dialect_keep() - the board is the same, and has not restarted
 * @session: just learned
 * @before: what was known of it
 */
void openevse_dialect_keep(struct openevse_session *session,
			   const struct openevse_session *before)
{
	memcpy(session->present, before->present, sizeof(session->present));
	memcpy(session->absent, before->absent, sizeof(session->absent));
	session->frame_limit = before->frame_limit;
}

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
	return load(arg + field->offset, field->size, field->min < 0);
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
static int check_text(const char *text, size_t size)
{
	size_t i;

	if (strnlen(text, size) == size)
		return -EINVAL;
	for (i = 0; text[i]; i++) {
		u8 c = text[i];

		if (c < ' ' || c == 0x7f || strchr("$^*", c))
			return -EINVAL;
		if (c == ':' && (!i || text[i - 1] == ' '))
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
	char text[OPENEVSE_TEXT_MAX];
	size_t i = index_of(command);
	int err;

	if (!rest_is_zero(command, arg))
		return -EINVAL;
	while (i && is_same(command, openevse_dialect_row(i - 1)))
		i--;
	do {
		err = openevse_dialect_encode(openevse_dialect_row(i++), arg,
					      text);
		if (!err)
			return 0;
	} while (is_same(command, openevse_dialect_row(i)));
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
			 field->min < 0);

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
		u8 c = text[i];

		if (c < ' ' || c == 0x7f || strchr("$^*", c))
			return -EINVAL;
		if (c != ' ')
			continue;
		tokens++;
		if (!text[i + 1] || text[i + 1] == ':' ||
		    (text[i + 1] == ' ' && !lcd))
			return -EINVAL;
	}
	return tokens < FIRMWARE_TOKENS ? 0 : -EINVAL;
}

/* --- messages --- */

/* The pilot current in $AT was the configured maximum until firmware D6.2.0. */
#define SINCE_AT_CAPACITY	OPENEVSE_RAPI(5, 1, 0)

#define STATE_MEMBER(member) \
	.offset = offsetof(struct openevse_event, state.member), \
	.size = sizeof_field(struct openevse_event, state.member)
#define STATE_VALID(bit) \
	.valid = (bit), \
	.valid_offset = offsetof(struct openevse_event, state.valid)

static const struct openevse_field st_fields[] = {
	{ FIELD_STATE, STATE_MEMBER(state), .max = 0xff,
	  STATE_VALID(OPENEVSE_EVENT_HAS_STATE) },
};

static const struct openevse_field at_fields[] = {
	{ FIELD_HEX, STATE_MEMBER(state), .max = 0xff,
	  STATE_VALID(OPENEVSE_EVENT_HAS_STATE) },
	{ FIELD_HEX, STATE_MEMBER(pilot_state), .max = 0xff,
	  STATE_VALID(OPENEVSE_EVENT_HAS_PILOT) },
	{ FIELD_DECIMAL, STATE_MEMBER(capacity_ma), AMPERES,
	  STATE_VALID(OPENEVSE_EVENT_HAS_CAPACITY) },
	{ FIELD_HEX, STATE_MEMBER(vflags), .max = 0xffff,
	  STATE_VALID(OPENEVSE_EVENT_HAS_VFLAGS) },
};

static const struct openevse_field ab_fields[] = {
	{ FIELD_HEX, .offset = offsetof(struct openevse_event, boot.post),
	  .size = sizeof_field(struct openevse_event, boot.post), .max = 0xff,
	  .valid = OPENEVSE_BOOT_HAS_POST,
	  .valid_offset = offsetof(struct openevse_event, boot.valid) },
	{ FIELD_VERSION,
	  .offset = offsetof(struct openevse_event, boot.firmware),
	  .size = sizeof_field(struct openevse_event, boot.firmware) },
};

static const struct openevse_field an_fields[] = {
	{ FIELD_DECIMAL, .offset = offsetof(struct openevse_event, button),
	  .size = sizeof_field(struct openevse_event, button), .max = 0xff },
};

static const struct openevse_field wf_fields[] = {
	{ FIELD_HEX, .offset = offsetof(struct openevse_event, wifi_mode),
	  .size = sizeof_field(struct openevse_event, wifi_mode), .max = 0xff },
};

/* The number of tokens keeps an echoed "$ST 22 30 6 15" command out. */
static const struct {
	char word[3];
	u16 type;
	struct openevse_shape shape;
} messages[] = {
	{ "ST", OPENEVSE_EVENT_STATE, SHAPE(st_fields) },
	{ "AT", OPENEVSE_EVENT_STATE, SHAPE(at_fields) },
	{ "AB", OPENEVSE_EVENT_BOOT, SHAPE(ab_fields) },
	{ "AN", OPENEVSE_EVENT_BUTTON, SHAPE(an_fields) },
	{ "WF", OPENEVSE_EVENT_WIFI, SHAPE(wf_fields) },
};

/**
 * openevse_dialect_message() - read what the board says unasked
 * @session: of this board
 * @frame: a believed frame
 * @event: type and payload are filled in
 *
 * Return: 0, -ENOMSG when it is no message, -EBADMSG when it is a broken one.
 */
int openevse_dialect_message(const struct openevse_session *session,
			     const struct openevse_frame *frame,
			     struct openevse_event *event)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(messages); i++)
		if (openevse_frame_is(frame, messages[i].word) &&
		    messages[i].shape.count + 1 == frame->count)
			break;
	if (i == ARRAY_SIZE(messages))
		return -ENOMSG;

	memset(event, 0, sizeof(*event));
	event->type = messages[i].type;
	if (read_fields(&messages[i].shape, frame, event))
		return -EBADMSG;
	if (event->type == OPENEVSE_EVENT_STATE &&
	    session->rapi < SINCE_AT_CAPACITY) {
		event->state.valid &= ~OPENEVSE_EVENT_HAS_CAPACITY;
		event->state.capacity_ma = 0;
	}
	return 0;
}
