// SPDX-License-Identifier: GPL-2.0
/*
 * A second opinion on frames. See reference.h.
 */
#include "reference.h"

/* --- lines --- */

enum ending { ENDS_WELL, ENDS_BADLY, ENDS_AT_DOLLAR, ENDS_NOT };

/* Where the line that begins at @from ends, and how. */
static enum ending find_end(const struct wire_byte *stream, size_t from,
			    size_t len, size_t *end)
{
	for (*end = from + 1; *end < len; ++*end) {
		if (stream[*end].damaged)
			return ENDS_BADLY;
		if (stream[*end].byte == '$')
			return ENDS_AT_DOLLAR;
		if (stream[*end].byte == '\r')
			return ENDS_WELL;
		if (*end - from == OPENEVSE_LINE_MAX)
			return ENDS_BADLY;
	}
	return ENDS_NOT;
}

void reference_deframe(struct reference_lines *lines,
		       const struct wire_byte *stream, size_t len)
{
	enum ending ending;
	size_t at = 0, end;

	lines->count = lines->bad = lines->junk = 0;
	while (at < len) {
		if (stream[at].damaged || stream[at].byte != '$') {
			lines->junk += !stream[at++].damaged;
			continue;
		}
		ending = find_end(stream, at, len, &end);
		if (ending == ENDS_WELL)
			lines->line[lines->count++] =
				(struct reference_line){ at, end - at };
		lines->bad += ending == ENDS_BADLY || ending == ENDS_AT_DOLLAR;
		at = ending == ENDS_AT_DOLLAR ? end : end + 1;
	}
}

/* --- frames --- */

/* Two digits as firmware writes them; -1 for anything else. */
static int two_digits(const u8 *text)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *high = text[0] ? strchr(digits, text[0]) : NULL;
	const char *low = text[1] ? strchr(digits, text[1]) : NULL;

	return high && low ? (high - digits) * 16 + (low - digits) : -1;
}

static u8 checksum_of(const u8 *line, size_t len, char kind)
{
	unsigned int sum = 0, both = 0;

	while (len--) {
		sum += line[len];
		both ^= line[len];
	}
	return kind == '*' ? sum % 256 : both;
}

/* The checksum stands last: its sign, two digits, nothing more. */
static enum reference_verdict judge(const u8 *line, size_t len, char kind)
{
	int given;

	if (len < 4 || line[len - 3] != kind)
		return CHECKSUM_NONE;
	given = two_digits(line + len - 2);
	if (given < 0)
		return CHECKSUM_NONE;
	return given == checksum_of(line, len - 3, kind) ? CHECKSUM_RIGHT :
							    CHECKSUM_WRONG;
}

/* " :hh" at the end; 00 is none. */
static u8 find_id(const u8 *line, size_t len)
{
	int id;

	if (len < 5 || memcmp(line + len - 4, " :", 2))
		return 0;
	id = two_digits(line + len - 2);
	return id > 0 ? id : 0;
}

/* Each space ends a word, but for those at the end of the line. */
static void find_words(struct reference_frame *frame, const u8 *line)
{
	size_t len = frame->text_len, from = 1, at;

	while (len > 1 && line[len - 1] == ' ')
		len--;
	for (at = 1; len > 1 && at <= len; at++) {
		if (at < len && line[at] != ' ')
			continue;
		frame->word[frame->count].at = from;
		frame->word[frame->count++].len = at - from;
		from = at + 1;
	}
}

void reference_read(struct reference_frame *frame, const u8 *line, size_t len)
{
	memset(frame, 0, sizeof(*frame));
	frame->verdict = judge(line, len, '^');
	frame->text_len = len;
	if (frame->verdict == CHECKSUM_RIGHT) {
		frame->text_len -= 3;
		frame->id = find_id(line, frame->text_len);
		frame->text_len -= frame->id ? 4 : 0;
	} else {
		frame->echo = judge(line, len, '*') == CHECKSUM_RIGHT;
	}
	find_words(frame, line);
}
