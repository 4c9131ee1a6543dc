// SPDX-License-Identifier: GPL-2.0
#include "dialect_table.h"

#ifndef __KERNEL__
#include <stdio.h>
#endif

/* Firmware refuses the eleventh token, older firmware writes past its array. */
#define FIRMWARE_TOKENS	10

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
	if (field->has_absent && value == field->absent)
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

	for (i = 0; i < command->shape_count; i++)
		if (command->shapes[i].count + 1 == frame->count)
			return read_fields(&command->shapes[i], frame, out);
	return -EBADMSG;
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
		openevse_dialect_command(OPENEVSE_COMMAND_GET_VERSION);
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

/* --- commands --- */

/**
 * openevse_dialect_encode() - write a command
 * @command: what to ask
 * @arg: its uAPI struct, or NULL where it has no argument
 * @text: room for OPENEVSE_TEXT_MAX bytes
 *
 * Return: 0, -EINVAL for a value that is no multiple of the board's unit,
 * -ERANGE for one that no firmware accepts.
 */
int openevse_dialect_encode(const struct openevse_command *command,
			    const void *arg, char *text)
{
	const struct openevse_field *field = command->argument;
	const char *suffix = command->suffix ? command->suffix : "";
	u32 value;

	if (!field) {
		snprintf(text, OPENEVSE_TEXT_MAX, "%s%s", command->mnemonic,
			 suffix);
		return 0;
	}
	memcpy(&value, arg + field->offset, sizeof(value));
	if (value % field->scale)
		return -EINVAL;
	value /= field->scale;
	if (value < field->min || value > field->max)
		return -ERANGE;
	snprintf(text, OPENEVSE_TEXT_MAX, "%s %u%s", command->mnemonic,
		 (unsigned int)value, suffix);
	return 0;
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
