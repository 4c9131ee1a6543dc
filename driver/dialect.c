// SPDX-License-Identifier: GPL-2.0
#include "dialect.h"

#ifndef __KERNEL__
#include <stdio.h>
#endif

/* How long any firmware may take; it does not read while it tests its GFCI. */
#define REPLY_MS	2000

/* Firmware refuses the eleventh token, older firmware writes past its array. */
#define FIRMWARE_TOKENS	10

enum field_kind {
	FIELD_DECIMAL,
	FIELD_HEX,
	FIELD_STATE,	/* $ST: two digits are hex, else decimal (until 3.3.1) */
	FIELD_VERSION,	/* text with a dot in it */
};

/**
 * struct openevse_field - how one token becomes one member
 * @kind: how to read it
 * @offset: of the member in the uAPI struct
 * @size: of the member
 * @scale: units in one of the board's
 * @max: largest value on the wire
 * @min: smallest value on the wire
 * @has_absent: @absent means "not fitted"
 * @absent: on the wire
 * @valid: bit to set where the value is there, 0 for none
 * @valid_offset: of the word that bit is in
 */
struct openevse_field {
	enum field_kind kind;
	u8 offset;
	u8 size;
	u32 scale;
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

static const struct openevse_field version_fields[] = {
	{ FIELD_VERSION, MEMBER(openevse_version, firmware) },
	{ FIELD_VERSION, MEMBER(openevse_version, protocol) },
};

static const struct openevse_shape version_shapes[] = {
	SHAPE(version_fields),
};

/* Until RAPI 4.x. The counter is a signed long on the board. */
static const struct openevse_field state_fields_2[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_state, state), .max = 0xff,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_STATE) },
	{ FIELD_DECIMAL, MEMBER(openevse_state, elapsed_s), .max = S32_MAX,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_ELAPSED) },
};

/* From RAPI 5.0.0. */
static const struct openevse_field state_fields_4[] = {
	{ FIELD_HEX, MEMBER(openevse_state, state), .max = 0xff,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_STATE) },
	{ FIELD_DECIMAL, MEMBER(openevse_state, elapsed_s), .max = S32_MAX,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_ELAPSED) },
	{ FIELD_HEX, MEMBER(openevse_state, pilot_state), .max = 0xff,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_PILOT) },
	{ FIELD_HEX, MEMBER(openevse_state, vflags), .max = 0xffff,
	  VALID(openevse_state, OPENEVSE_STATE_HAS_VFLAGS) },
};

static const struct openevse_shape state_shapes[] = {
	SHAPE(state_fields_2), SHAPE(state_fields_4),
};

/* Amperes are one byte on the board, mA here. */
#define AMPERES	.scale = 1000, .max = 0xff

static const struct openevse_field settings_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_settings, capacity_ma), AMPERES },
	{ FIELD_HEX, MEMBER(openevse_settings, flags), .max = 0xffff },
};

static const struct openevse_shape settings_shapes[] = {
	SHAPE(settings_fields),
};

static const struct openevse_field range_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity_range, min_ma),
	  AMPERES },
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity_range, max_ma),
	  AMPERES },
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity_range, pilot_ma),
	  AMPERES, VALID(openevse_current_capacity_range,
			 OPENEVSE_RANGE_HAS_PILOT) },
	{ FIELD_DECIMAL,
	  MEMBER(openevse_current_capacity_range, configured_max_ma),
	  AMPERES, VALID(openevse_current_capacity_range,
			 OPENEVSE_RANGE_HAS_CONFIGURED) },
};

/* Until RAPI 4.x, 5.0.0, from 5.1.0: each adds one. */
static const struct openevse_shape range_shapes[] = {
	{ 2, range_fields }, { 3, range_fields }, { 4, range_fields },
};

/* -1: no such meter. Both are signed longs on the board. */
static const struct openevse_field charging_fields[] = {
	{ FIELD_DECIMAL,
	  MEMBER(openevse_charging_current_and_voltage, current_ma),
	  .min = S32_MIN, .max = S32_MAX, .has_absent = true, .absent = -1,
	  VALID(openevse_charging_current_and_voltage,
		OPENEVSE_CHARGING_HAS_CURRENT) },
	{ FIELD_DECIMAL,
	  MEMBER(openevse_charging_current_and_voltage, voltage_mv),
	  .min = S32_MIN, .max = S32_MAX, .has_absent = true, .absent = -1,
	  VALID(openevse_charging_current_and_voltage,
		OPENEVSE_CHARGING_HAS_VOLTAGE) },
};

/* The voltage came with firmware D3.7.8. */
static const struct openevse_shape charging_shapes[] = {
	{ 1, charging_fields }, { 2, charging_fields },
};

static const struct openevse_field energy_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_energy, session_j), .max = U32_MAX },
	{ FIELD_DECIMAL, MEMBER(openevse_energy, total_wh), .max = U32_MAX },
};

static const struct openevse_shape energy_shapes[] = {
	SHAPE(energy_fields),
};

static const struct openevse_shape bare_shapes[] = { { 0, NULL } };

/*
 * No released firmware offers less than 6 A or more than 80 A, and a value
 * above 255 would be taken modulo 256.
 */
static const struct openevse_field capacity_argument = {
	FIELD_DECIMAL, MEMBER(openevse_current_capacity, capacity_ma),
	.scale = 1000, .min = 6, .max = 80,
};

static const struct openevse_field capacity_fields[] = {
	{ FIELD_DECIMAL, MEMBER(openevse_current_capacity, result_ma), AMPERES,
	  VALID(openevse_current_capacity, OPENEVSE_CAPACITY_HAS_RESULT) },
};

/* The resulting amperes are in the reply from RAPI 2.0.3. */
static const struct openevse_shape capacity_shapes[] = {
	{ 0, NULL }, SHAPE(capacity_fields),
};

#define TURNS_ON	(OPENEVSE_COMMAND_CONTROL | OPENEVSE_COMMAND_IDEMPOTENT)
#define TURNS_OFF	(TURNS_ON | OPENEVSE_COMMAND_URGENT)

static const struct openevse_command commands[OPENEVSE_COMMAND_COUNT] = {
	[OPENEVSE_COMMAND_GET_VERSION] = {
		.ioctl = OPENEVSE_GET_VERSION, .mnemonic = "GV",
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_version),
		SHAPES(version_shapes),
	},
	[OPENEVSE_COMMAND_GET_STATE] = {
		.ioctl = OPENEVSE_GET_STATE, .mnemonic = "GS",
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_state),
		SHAPES(state_shapes),
	},
	[OPENEVSE_COMMAND_GET_SETTINGS] = {
		.ioctl = OPENEVSE_GET_SETTINGS, .mnemonic = "GE",
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_settings),
		SHAPES(settings_shapes),
	},
	[OPENEVSE_COMMAND_GET_RANGE] = {
		.ioctl = OPENEVSE_GET_CURRENT_CAPACITY_RANGE, .mnemonic = "GC",
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_current_capacity_range),
		SHAPES(range_shapes),
	},
	[OPENEVSE_COMMAND_GET_CHARGING] = {
		.ioctl = OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
		.mnemonic = "GG", .since = OPENEVSE_RAPI(1, 0, 1),
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_charging_current_and_voltage),
		SHAPES(charging_shapes),
	},
	[OPENEVSE_COMMAND_GET_ENERGY] = {
		.ioctl = OPENEVSE_GET_ENERGY, .mnemonic = "GU",
		.since = OPENEVSE_RAPI(1, 0, 3),
		.flags = OPENEVSE_COMMAND_IDEMPOTENT, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_energy),
		SHAPES(energy_shapes),
	},
	[OPENEVSE_COMMAND_ENABLE] = {
		.ioctl = OPENEVSE_ENABLE, .mnemonic = "FE",
		.flags = TURNS_ON, .deadline_ms = REPLY_MS,
		SHAPES(bare_shapes),
	},
	[OPENEVSE_COMMAND_DISABLE] = {
		.ioctl = OPENEVSE_DISABLE, .mnemonic = "FD",
		.flags = TURNS_OFF, .deadline_ms = REPLY_MS,
		SHAPES(bare_shapes),
	},
	[OPENEVSE_COMMAND_SLEEP] = {
		.ioctl = OPENEVSE_SLEEP, .mnemonic = "FS",
		.flags = TURNS_OFF, .deadline_ms = REPLY_MS,
		SHAPES(bare_shapes),
	},
	/* Firmware until 3.3.5 answered; the driver treats it as the others. */
	[OPENEVSE_COMMAND_RESET] = {
		.ioctl = OPENEVSE_RESET, .mnemonic = "FR",
		.flags = OPENEVSE_COMMAND_CONTROL | OPENEVSE_COMMAND_NO_REPLY,
		.deadline_ms = REPLY_MS,
	},
	[OPENEVSE_COMMAND_SAVE_CAPACITY] = {
		.mnemonic = "SC",
		.flags = TURNS_ON | OPENEVSE_COMMAND_EEPROM,
		.deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_current_capacity),
		.argument = &capacity_argument, SHAPES(capacity_shapes),
	},
	/* A third token means "do not save" from RAPI 2.0.2. */
	[OPENEVSE_COMMAND_SET_CAPACITY] = {
		.ioctl = OPENEVSE_SET_CURRENT_CAPACITY,
		.mnemonic = "SC", .suffix = " V",
		.since = OPENEVSE_RAPI(2, 0, 2),
		.flags = TURNS_ON, .deadline_ms = REPLY_MS,
		.size = sizeof(struct openevse_current_capacity),
		.argument = &capacity_argument, SHAPES(capacity_shapes),
	},
};

/** openevse_dialect_command() - the row of that name */
const struct openevse_command *
openevse_dialect_command(enum openevse_command_id id)
{
	return &commands[id];
}

/** openevse_dialect_by_ioctl() - the row that serves an ioctl, or NULL */
const struct openevse_command *openevse_dialect_by_ioctl(u32 ioctl)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].ioctl && commands[i].ioctl == ioctl)
			return &commands[i];
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

	err = read_number(text, len, field_base(field, len), &value);
	if (err)
		return err;
	if (value < field->min || value > field->max)
		return -EBADMSG;
	if (field->has_absent && value == field->absent)
		return 0;
	if (field->scale)
		value *= field->scale;
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
 * Return: 0 or -EBADMSG when this cannot be a reply to @command.
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
	       !openevse_dialect_decode(command, frame, scratch);
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
	struct openevse_version version = { 0 };
	bool checksums;
	u32 rapi;

	if (!openevse_frame_is(frame, "OK") ||
	    openevse_dialect_decode(&commands[OPENEVSE_COMMAND_GET_VERSION],
				    frame, &version))
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
