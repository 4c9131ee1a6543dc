/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A log of the wire in the format of the recordings: seconds, direction, the
 * bytes with C escapes, how many they were and how long they took.
 */
#ifndef LOG_H
#define LOG_H

#include <stdint.h>
#include <stdio.h>

#define LOG_LINE	128

struct log_line {
	uint8_t text[LOG_LINE];
	unsigned int len;
	uint64_t first, last;
};

struct log {
	FILE *file;
	struct log_line in, out;
};

int log_open(struct log *l, const char *path);
void log_close(struct log *l);
void log_byte(struct log *l, char direction, uint8_t c, uint64_t at);
void log_note(struct log *l, uint64_t at, const char *what, const char *text);

/* C escapes, both ways; text_unescape() gives -1 for a broken one. */
size_t text_escape(char *out, size_t size, const uint8_t *buf, size_t n);
int text_unescape(uint8_t *out, size_t size, const char *text);

#endif
