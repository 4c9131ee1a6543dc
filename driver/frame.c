// SPDX-License-Identifier: GPL-2.0
#include "frame.h"

/* " :hh", "*hh" */
#define ID_LEN		4
#define CHECKSUM_LEN	3

static const char hex_upper[] = "0123456789ABCDEF";

/* The firmware writes ids and checksums in upper case; nothing else is one. */
static int hex_digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int hex_byte(const u8 *text)
{
	int high = hex_digit(text[0]);
	int low = hex_digit(text[1]);

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/**
 * openevse_deframer_push() - take the next byte from the wire
 * @deframer: the stream
 * @byte: what came
 *
 * Return: true when @byte ended a line: @deframer->line and @deframer->len
 * hold it, '$' included and CR not, until the next call.
 */
bool openevse_deframer_push(struct openevse_deframer *deframer, u8 byte)
{
	if (deframer->ended) {
		deframer->ended = false;
		deframer->len = 0;
	}
	if (byte == '$') {
		openevse_deframer_spoil(deframer);
		deframer->line[deframer->len++] = byte;
	} else if (!deframer->len) {
		deframer->junk_bytes++;
	} else if (byte == '\r') {
		deframer->ended = true;
	} else if (deframer->len < OPENEVSE_LINE_MAX) {
		deframer->line[deframer->len++] = byte;
	} else {
		openevse_deframer_spoil(deframer);
	}
	return deframer->ended;
}

/**
 * openevse_deframer_spoil() - drop the line being received
 * @deframer: the stream
 *
 * For bytes the UART marked as damaged. The next '$' starts afresh.
 */
void openevse_deframer_spoil(struct openevse_deframer *deframer)
{
	if (deframer->len && !deframer->ended)
		deframer->bad_frames++;
	deframer->ended = false;
	deframer->len = 0;
}

/* Of a command: only we, or another master, send that kind. */
static bool is_echo(const struct openevse_frame *frame)
{
	u8 end = frame->text_len - CHECKSUM_LEN;
	u8 sum = 0;
	u8 i;

	if (frame->text_len < 1 + CHECKSUM_LEN || frame->line[end] != '*')
		return false;
	for (i = 0; i < end; i++)
		sum += frame->line[i];
	return hex_byte(&frame->line[end + 1]) == sum;
}

/*
 * Takes a right checksum off the end. A wrong one is -EBADMSG; no checksum is
 * none of our business here. $GI may carry '^' among its raw bytes, so only
 * the last three bytes count.
 */
static int take_checksum(struct openevse_frame *frame)
{
	u8 end = frame->text_len - CHECKSUM_LEN;
	u8 sum = 0;
	int sent;
	u8 i;

	if (frame->text_len < 1 + CHECKSUM_LEN || frame->line[end] != '^')
		return 0;
	sent = hex_byte(&frame->line[end + 1]);
	if (sent < 0)
		return 0;
	for (i = 0; i < end; i++)
		sum ^= frame->line[i];
	if (sum != sent)
		return -EBADMSG;
	frame->checked = true;
	frame->text_len = end;
	return 0;
}

/* Only a checked frame has an id: no firmware sends one without the other. */
static void take_id(struct openevse_frame *frame)
{
	u8 end = frame->text_len - ID_LEN;
	int id;

	if (!frame->checked || frame->text_len < 1 + ID_LEN)
		return;
	if (frame->line[end] != ' ' || frame->line[end + 1] != ':')
		return;
	id = hex_byte(&frame->line[end + 2]);
	if (id <= 0)
		return;
	frame->id = id;
	frame->text_len = end;
}

/* Old firmware ends a bare "$OK " with a space: that is no empty token. */
static int split(struct openevse_frame *frame)
{
	u8 end = frame->text_len;
	u8 from = 1;
	u8 at;

	while (end > from && frame->line[end - 1] == ' ')
		end--;
	while (from < end) {
		if (frame->count == OPENEVSE_TOKENS_MAX)
			return -E2BIG;
		for (at = from; at < end && frame->line[at] != ' '; at++)
			;
		frame->token[frame->count].at = from;
		frame->token[frame->count++].len = at - from;
		from = at + 1;
	}
	return 0;
}

/**
 * openevse_frame_parse() - look at a line
 * @frame: filled in
 * @line: from '$' to before the CR
 * @len: bytes in @line
 *
 * Return: 0, -EBADMSG for a wrong checksum, -E2BIG for more bytes or tokens
 * than any firmware sends.
 */
int openevse_frame_parse(struct openevse_frame *frame, const u8 *line,
			 size_t len)
{
	int err;

	memset(frame, 0, sizeof(*frame));
	if (len > OPENEVSE_LINE_MAX)
		return -E2BIG;
	memcpy(frame->line, line, len);
	frame->len = len;
	frame->text_len = len;

	err = take_checksum(frame);
	if (err)
		return err;
	take_id(frame);
	frame->echo = !frame->checked && is_echo(frame);
	return split(frame);
}

/** openevse_frame_token() - first byte of a token, which ends by its length */
const u8 *openevse_frame_token(const struct openevse_frame *frame, u8 index)
{
	return &frame->line[frame->token[index].at];
}

/**
 * openevse_frame_is() - is this the first token?
 * @frame: a parsed frame
 * @word: "OK", "AT", ...
 */
bool openevse_frame_is(const struct openevse_frame *frame, const char *word)
{
	size_t len = strlen(word);

	return frame->count && frame->token[0].len == len &&
	       !memcmp(openevse_frame_token(frame, 0), word, len);
}

/**
 * openevse_frame_build() - make the bytes of a command
 * @out: room for OPENEVSE_COMMAND_MAX bytes
 * @limit: longest frame the firmware takes, CR not counted; what is longer
 *	it would drop without a word
 * @text: mnemonic and arguments
 * @id: sequence id, 0 for none
 *
 * Return: bytes in @out, the final CR included; -EINVAL for a byte that would
 * end or restart the frame, -EMSGSIZE for more than @limit.
 */
int openevse_frame_build(u8 *out, size_t limit, const char *text, u8 id)
{
	size_t len = strlen(text);
	size_t at = 0;
	u8 sum = 0;
	size_t i;

	if (strpbrk(text, "$^*\r\n"))
		return -EINVAL;
	if (limit >= OPENEVSE_COMMAND_MAX)
		limit = OPENEVSE_COMMAND_MAX - 1;
	if (1 + len + (id ? ID_LEN : 0) + CHECKSUM_LEN > limit)
		return -EMSGSIZE;

	out[at++] = '$';
	memcpy(out + at, text, len);
	at += len;
	if (id) {
		out[at++] = ' ';
		out[at++] = ':';
		out[at++] = hex_upper[id >> 4];
		out[at++] = hex_upper[id & 15];
	}
	for (i = 0; i < at; i++)
		sum += out[i];
	out[at++] = '*';
	out[at++] = hex_upper[sum >> 4];
	out[at++] = hex_upper[sum & 15];
	out[at++] = '\r';
	return at;
}
