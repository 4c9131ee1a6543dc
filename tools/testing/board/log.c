// SPDX-License-Identifier: GPL-2.0
/*
 * The log of the wire. See log.h.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define IDLE_US	2000	/* a pause this long ends an unfinished line */

size_t text_escape(char *out, size_t size, const uint8_t *buf, size_t n)
{
	static const char letters[] = "\tt\nn\rr\\\\";
	size_t i, used = 0;

	out[0] = '\0';
	for (i = 0; i < n && used + 5 <= size; i++) {
		const char *l = letters;

		while (*l && (uint8_t)*l != buf[i])
			l += 2;
		if (*l)
			used += (size_t)sprintf(out + used, "\\%c", l[1]);
		else if (buf[i] >= ' ' && buf[i] < 0x7f)
			used += (size_t)sprintf(out + used, "%c", buf[i]);
		else
			used += (size_t)sprintf(out + used, "\\x%02x", buf[i]);
	}
	return used;
}

/* The escape behind a backslash; *@text is moved past it. */
static int unescape_one(const char **text)
{
	static const char letters[] = "a\ab\be\033n\nr\rt\tv\vf\f0\0\\\\";
	char digits[3] = { 0 };
	size_t i;

	if (**text == 'x') {
		if (!isxdigit((unsigned char)(*text)[1]))
			return -1;
		digits[0] = (*text)[1];
		if (isxdigit((unsigned char)(*text)[2]))
			digits[1] = (*text)[2];
		*text += 1 + strlen(digits);
		return (int)strtoul(digits, NULL, 16);
	}
	for (i = 0; i + 1 < sizeof(letters); i += 2)
		if (letters[i] == **text && **text) {
			(*text)++;
			return (unsigned char)letters[i + 1];
		}
	return -1;
}

int text_unescape(uint8_t *out, size_t size, const char *text)
{
	size_t n = 0;
	int c;

	while (*text) {
		c = (unsigned char)*text++;
		if (c == '\\')
			c = unescape_one(&text);
		if (c < 0 || n == size)
			return -1;
		out[n++] = (uint8_t)c;
	}
	return (int)n;
}

int log_open(struct log *l, const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return -errno;
	log_close(l);
	l->file = f;
	return 0;
}

static void put_line(struct log *l, char direction, struct log_line *line)
{
	char text[4 * LOG_LINE + 1];

	if (line->len && l->file) {
		text_escape(text, sizeof(text), line->text, line->len);
		fprintf(l->file, "%12.6f %c %-60s(%u bytes, last +%.3f ms)\n",
			(double)line->first / 1e6, direction, text, line->len,
			(double)(line->last - line->first) / 1e3);
		fflush(l->file);
	}
	line->len = 0;
}

void log_close(struct log *l)
{
	if (!l->file)
		return;
	put_line(l, '>', &l->in);
	put_line(l, '<', &l->out);
	fclose(l->file);
	l->file = NULL;
}

void log_byte(struct log *l, char direction, uint8_t c, uint64_t at)
{
	struct log_line *line = direction == '>' ? &l->in : &l->out;

	if (!l->file)
		return;
	if (line->len && at > line->last + IDLE_US)
		put_line(l, direction, line);
	if (!line->len)
		line->first = at;
	line->last = at;
	line->text[line->len++] = c;
	if (c == '\r' || c == '\n' || line->len == LOG_LINE)
		put_line(l, direction, line);
}

void log_note(struct log *l, uint64_t at, const char *what, const char *text)
{
	if (!l->file)
		return;
	fprintf(l->file, "%12.6f %s%s\n", (double)at / 1e6, what, text);
	fflush(l->file);
}
