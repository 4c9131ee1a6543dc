// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of driver/frame.c, and of what keeps a program's bytes out of the
 * frames it may send.
 *
 * The input is what comes over the wire. A line feed stands for a CR, since
 * frames end in one and files are for people; a backslash makes the next byte
 * special: \! is a byte that the UART calls damaged, \| begins a new piece of
 * the stream, \n is a line feed, \0 a NUL, anything else is itself. The first
 * line is also taken as a command that somebody wants to send.
 */
#include <stdlib.h>

#include "dialect.h"

#include "fuzz.h"
#include "reference.h"

#define STREAM_MAX	1024

struct stream {
	struct wire_byte byte[STREAM_MAX];
	size_t len;
};

/* --- the input --- */

static void put(struct stream *stream, u8 byte)
{
	if (stream->len < STREAM_MAX)
		stream->byte[stream->len++].byte = byte;
}

static void put_special(struct stream *stream, u8 byte, bool *cut)
{
	size_t at = stream->len;

	if (byte == '|') {
		*cut = true;
		return;
	}
	put(stream, byte == 'n' ? '\n' : byte == '0' ? '\0' : byte);
	if (byte == '!' && at < stream->len)
		stream->byte[at].damaged = true;
}

static void read_stream(struct stream *stream, const u8 *data, size_t size)
{
	bool cut = false;
	size_t i, at;

	memset(stream, 0, sizeof(*stream));
	for (i = 0; i < size; i++) {
		at = stream->len;
		if (data[i] == '\\' && i + 1 < size)
			put_special(stream, data[++i], &cut);
		else
			put(stream, data[i] == '\n' ? '\r' : data[i]);
		if (stream->len > at) {
			stream->byte[at].cut = cut;
			cut = false;
		}
	}
}

/* --- what comes --- */

static void same_words(const struct openevse_frame *frame,
		       const struct reference_frame *reference)
{
	size_t i;

	REQUIRE(frame->count == reference->count, "%s: %u words, not %zu",
		fuzz_show(frame->line, frame->len), frame->count,
		reference->count);
	for (i = 0; i < reference->count; i++)
		REQUIRE(frame->token[i].at == reference->word[i].at &&
			frame->token[i].len == reference->word[i].len,
			"%s: word %zu is at %u, %u long",
			fuzz_show(frame->line, frame->len), i,
			frame->token[i].at, frame->token[i].len);
}

/* One line, in memory of its own: nothing behind it may be looked at. */
static void check_line(const u8 *line, size_t len)
{
	struct reference_frame reference;
	struct openevse_frame frame;
	u8 *copy = fuzz_copy(line, len);
	int err;

	err = openevse_frame_parse(&frame, copy, OPENEVSE_LINE_MAX + 1);
	REQUIRE(err == -E2BIG, "%d", err);
	err = openevse_frame_parse(&frame, copy, len);
	free(copy);
	reference_read(&reference, line, len);
	REQUIRE((err == -EBADMSG) == (reference.verdict == CHECKSUM_WRONG),
		"%s: %d, checksum %d", fuzz_show(line, len), err, reference.verdict);
	if (err == -EBADMSG)
		return;
	REQUIRE((err == -E2BIG) == (reference.count > OPENEVSE_TOKENS_MAX),
		"%s: %d, %zu words", fuzz_show(line, len), err, reference.count);
	if (err)
		return;
	REQUIRE(frame.checked == (reference.verdict == CHECKSUM_RIGHT), "%s", fuzz_show(line, len));
	REQUIRE(frame.echo == reference.echo, "%s", fuzz_show(line, len));
	REQUIRE(frame.id == reference.id, "%s: id %02x", fuzz_show(line, len), frame.id);
	REQUIRE(frame.len == len && frame.text_len == reference.text_len &&
		!memcmp(frame.line, line, len) && !frame.line[len], "%s", fuzz_show(line, len));
	same_words(&frame, &reference);
}

/* A piece ends: all that is known is in the deframer, wherever that is. */
static struct openevse_deframer *move(struct openevse_deframer *deframer)
{
	struct openevse_deframer *moved = fuzz_copy(deframer, sizeof(*deframer));

	memset(deframer, '$', sizeof(*deframer));
	free(deframer);
	return moved;
}

static void same_line(const struct openevse_deframer *deframer,
		      const struct reference_lines *lines, size_t count,
		      const struct stream *stream)
{
	const struct reference_line *line = &lines->line[count];
	size_t i;

	REQUIRE(count < lines->count, "more than %zu lines: %s", count,
		fuzz_show(deframer->line, deframer->len));
	REQUIRE(deframer->len == line->len, "line %zu: %s", count,
		fuzz_show(deframer->line, deframer->len));
	for (i = 0; i < line->len; i++)
		REQUIRE(deframer->line[i] == stream->byte[line->from + i].byte,
			"line %zu: %s", count,
			fuzz_show(deframer->line, deframer->len));
}

/* The stream from @from on, through a deframer that has seen @deframer's past. */
static void run(struct openevse_deframer *deframer, const struct stream *stream,
		size_t from, const struct reference_lines *lines)
{
	size_t count = 0, i;

	for (i = from; i < stream->len; i++) {
		if (stream->byte[i].cut)
			deframer = move(deframer);
		if (stream->byte[i].damaged)
			openevse_deframer_spoil(deframer);
		else if (openevse_deframer_push(deframer, stream->byte[i].byte))
			same_line(deframer, lines, count++, stream);
	}
	REQUIRE(count == lines->count, "%zu lines, not %zu", count, lines->count);
	REQUIRE(deframer->bad_frames == lines->bad, "%llu bad frames, not %llu",
		(unsigned long long)deframer->bad_frames,
		(unsigned long long)lines->bad);
	REQUIRE(deframer->junk_bytes == lines->junk, "%llu bytes of junk, not %llu",
		(unsigned long long)deframer->junk_bytes,
		(unsigned long long)lines->junk);
	free(deframer);
}

/* What no '$' is in is junk; with one, it is cut off by the next. */
static struct openevse_deframer *
deframer_after(const char *garbage, size_t len, struct reference_lines *lines)
{
	struct openevse_deframer *deframer = calloc(1, sizeof(*deframer));

	while (len--)
		openevse_deframer_push(deframer, *garbage++);
	lines->junk += deframer->junk_bytes;
	lines->bad += deframer->len != 0;
	return deframer;
}

static size_t first_dollar(const struct stream *stream)
{
	size_t i = 0;

	while (i < stream->len &&
	       (stream->byte[i].damaged || stream->byte[i].byte != '$'))
		i++;
	return i;
}

/* As it came; and with a right checksum, which is not found by guessing. */
static void check_text(const struct stream *stream, const struct reference_line *line)
{
	u8 bytes[OPENEVSE_LINE_MAX], whole[OPENEVSE_LINE_MAX];
	size_t i;

	for (i = 0; i < line->len; i++)
		bytes[i] = stream->byte[line->from + i].byte;
	check_line(bytes, line->len);
	check_line(whole, fuzz_line(whole, bytes + 1, line->len - 1, true));
}

static void check_stream(const struct stream *stream)
{
	static const char boot[] = "\nrelayCloseMs: 100\r\n\0\xff^20\r";
	static const char half[] = "OK^20\r$SC 1";
	size_t dollar = first_dollar(stream);
	struct reference_line line[STREAM_MAX / 2 + 1];
	struct reference_lines lines = { .line = line };
	struct reference_lines after;
	size_t i;

	reference_deframe(&lines, stream->byte, stream->len);
	after = lines;
	run(deframer_after("", 0, &after), stream, 0, &after);
	after = lines;
	run(deframer_after(boot, sizeof(boot) - 1, &after), stream, 0, &after);
	if (dollar < stream->len) {
		reference_deframe(&lines, stream->byte + dollar,
				  stream->len - dollar);
		for (i = 0; i < lines.count; i++)
			line[i].from += dollar;
		run(deframer_after(half, sizeof(half) - 1, &lines), stream,
		    dollar, &lines);
	}
	for (i = 0; i < lines.count; i++)
		check_text(stream, &line[i]);
}

/* --- what is sent --- */

/* "No argument can smuggle bytes": what a program's text may not have. */
static bool smuggles(const char *text)
{
	return strpbrk(text, "$^*\r\n") || strstr(text, " :") || text[0] == ':';
}

/* A reply that has the same words, as a board would send it. */
static void check_reply(const u8 *out, size_t len, const char *text, u8 id)
{
	struct reference_frame words;
	struct openevse_frame frame;
	u8 line[OPENEVSE_LINE_MAX];

	/* "*hh" and CR gone, '$' comes back */
	len = fuzz_line(line, out + 1, len - 5, true);
	REQUIRE(!openevse_frame_parse(&frame, line, len) && frame.checked, "%s",
		fuzz_show(line, len));
	REQUIRE(frame.id == id, "%s: id %02x, not %02x", fuzz_show(line, len),
		frame.id, id);
	reference_read(&words, line, fuzz_line(line, text, strlen(text), false));
	same_words(&frame, &words);
}

/* One frame, and that one: no more, no less, whatever was asked for. */
static void check_sent(const u8 *out, size_t len, const char *text, u8 id)
{
	struct openevse_deframer deframer = { 0 };
	struct reference_frame reference;
	struct openevse_frame frame;
	size_t i, lines = 0;

	for (i = 0; i < len; i++) {
		REQUIRE(out[i] && out[i] != '^', "%s", fuzz_show(out, len));
		lines += openevse_deframer_push(&deframer, out[i]);
		REQUIRE(!lines || i == len - 1, "%s", fuzz_show(out, len));
	}
	REQUIRE(lines == 1 && deframer.len == len - 1 && !deframer.bad_frames,
		"%s", fuzz_show(out, len));
	reference_read(&reference, out, len - 1);
	REQUIRE(reference.echo, "no right checksum: %s", fuzz_show(out, len));
	REQUIRE(!memcmp(out + 1, text, strlen(text)), "%s", fuzz_show(out, len));
	REQUIRE(openevse_frame_parse(&frame, deframer.line, deframer.len) ||
		(frame.echo && !frame.checked), "%s", fuzz_show(out, len));
	if (!openevse_dialect_check_raw(text))
		check_reply(out, len, text, id);
}

static size_t longest(size_t limit)
{
	return limit < OPENEVSE_COMMAND_MAX ? limit : OPENEVSE_COMMAND_MAX - 1;
}

static void check_build(const char *text, size_t limit, u8 id)
{
	u8 *out = malloc(OPENEVSE_COMMAND_MAX);
	size_t wanted = 1 + strlen(text) + (id ? 4 : 0) + 3;
	int len = openevse_frame_build(out, limit, text, id);

	if (strpbrk(text, "$^*\r\n"))
		REQUIRE(len == -EINVAL, "%s: %d", text, len);
	else if (wanted > longest(limit))
		REQUIRE(len == -EMSGSIZE, "%s: %d, limit %zu", text, len, limit);
	else
		REQUIRE(len == (int)wanted + 1, "%s: %d", text, len);
	if (len > 0)
		check_sent(out, len, text, id);
	free(out);
}

/* Every firmware's limit, and more than any; with an id and without. */
static void check_command(const char *text)
{
	static const size_t limits[] = { 29, 31, 39, 40, 255 };
	u8 some = strlen(text) * 7 + text[0];
	size_t i;

	if (smuggles(text))
		REQUIRE(openevse_dialect_check_raw(text), "\"%s\" may be sent",
			fuzz_show(text, strlen(text)));
	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		check_build(text, limits[i], 0);
		check_build(text, limits[i], some);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const u8 *end = memchr(data, '\n', size);
	size_t len = end ? (size_t)(end - data) : size;
	struct stream stream;
	char *text = calloc(1, len + 1);

	read_stream(&stream, data, size);
	check_stream(&stream);
	memcpy(text, data, len);
	check_command(text);
	free(text);
	return 0;
}
