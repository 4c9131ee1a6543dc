// SPDX-License-Identifier: GPL-2.0
/*
 * What the fuzzers have in common. See fuzz.h.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define CHECKSUM_LEN	3

void fuzz_end(const char *file, int line, const char *condition,
	      const char *format, ...)
{
	va_list args;

	fprintf(stderr, "\n%s:%d: not so: %s\n", file, line, condition);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

const char *fuzz_show(const void *bytes, size_t len)
{
	static char texts[4][1024];
	static unsigned int turn;
	const u8 *byte = bytes;
	char *text = texts[turn++ % 4];
	size_t at = 0, i;

	for (i = 0; i < len && at < sizeof(texts[0]) - 8; i++)
		at += sprintf(text + at, isprint(byte[i]) ? "%c" : "\\x%02x",
			      byte[i]);
	text[at] = '\0';
	return text;
}

void *fuzz_copy(const void *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	return copy;
}

size_t fuzz_numbers(const char *text, s64 numbers[FUZZ_NUMBERS])
{
	size_t count = 0;
	char *end;

	while (*text && count < FUZZ_NUMBERS) {
		numbers[count] = strtoll(text, &end, 10);
		if (end == text) {
			text++;
			continue;
		}
		count++;
		text = end;
	}
	return count;
}

size_t fuzz_line(u8 line[OPENEVSE_LINE_MAX], const void *text, size_t len,
		 bool checked)
{
	size_t room = OPENEVSE_LINE_MAX - 1 - (checked ? CHECKSUM_LEN : 0);
	char checksum[CHECKSUM_LEN + 1];
	u8 sum = 0;
	size_t i;

	if (len > room)
		len = room;
	line[0] = '$';
	memcpy(line + 1, text, len++);
	if (!checked)
		return len;
	for (i = 0; i < len; i++)
		sum ^= line[i];
	snprintf(checksum, sizeof(checksum), "^%02X", sum);
	memcpy(line + len, checksum, CHECKSUM_LEN);
	return len + CHECKSUM_LEN;
}
