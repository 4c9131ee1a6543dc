// SPDX-License-Identifier: GPL-2.0
/*
 * Dialect, what the board says: replies by the row of what was asked, and the
 * messages that come unasked
 */
#include "dialect_table.h"

/* Bytes of the serial number that an AVR sends as they are. */
#define MCU_ID_RAW	6

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
