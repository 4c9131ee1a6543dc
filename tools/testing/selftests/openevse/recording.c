// SPDX-License-Identifier: GPL-2.0
/*
 * Recording: reads the text files. The caller owns the entries.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording.h"

static int hex_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return tolower((unsigned char)c) - 'a' + 10;
}

/* One byte, perhaps written as a C escape; returns how much of @text it took. */
static size_t take_byte(const char *text, unsigned char *byte)
{
	static const char escapes[] = "rnt0ab\\\"'";
	static const char meaning[] = "\r\n\t\0\a\b\\\"'";
	const char *escape;

	*byte = text[0];
	if (text[0] != '\\')
		return 1;
	if (text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
	    isxdigit((unsigned char)text[3])) {
		*byte = hex_value(text[2]) << 4 | hex_value(text[3]);
		return 4;
	}
	escape = text[1] ? strchr(escapes, text[1]) : NULL;
	if (!escape)
		return 0;
	*byte = meaning[escape - escapes];
	return 2;
}

/* The number of bytes stands behind them: they may end with spaces. */
static int take_bytes(struct recording_entry *entry, const char *text)
{
	const char *size = strrchr(text, '(');
	size_t taken;
	size_t len;

	while (size && sscanf(size, "(%zu bytes", &len) != 1) {
		while (size > text && *--size != '(')
			;
		if (size == text)
			return -1;
	}
	if (!size || len >= sizeof(entry->bytes))
		return -1;
	for (entry->len = 0; entry->len < len; entry->len++) {
		taken = take_byte(text, &entry->bytes[entry->len]);
		if (!taken || text + taken > size)
			return -1;
		text += taken;
	}
	return 0;
}

/* Returns 1 for an entry, 0 for a line that is none of ours, -1 for nonsense. */
static int take_line(struct recording_entry *entry, char *line)
{
	double seconds;
	int at = 0;

	memset(entry, 0, sizeof(*entry));
	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, " %lf %n", &seconds, &at) != 1 || !at)
		return 0;
	entry->us = (long long)(seconds * 1e6 + 0.5);
	line += at;

	if (!strncmp(line, "> ", 2) || !strncmp(line, "< ", 2)) {
		entry->kind = *line == '>' ? RECORDING_COMMAND : RECORDING_ANSWER;
		return take_bytes(entry, line + 2) ? -1 : 1;
	}
	if (!strcmp(line, "--- reset ---")) {
		entry->kind = RECORDING_RESET;
		return 1;
	}
	if (!strncmp(line, "ctl: ", 5)) {
		entry->kind = RECORDING_CONTROL;
		entry->len = snprintf((char *)entry->bytes,
				      sizeof(entry->bytes), "%s", line + 5);
		return 1;
	}
	return 0;
}

static int append(struct recording *recording,
		  const struct recording_entry *entry)
{
	struct recording_entry *grown;

	grown = realloc(recording->entry,
			(recording->count + 1) * sizeof(*grown));
	if (!grown)
		return -1;
	recording->entry = grown;
	recording->entry[recording->count++] = *entry;
	return 0;
}

/* The recorder put two clocks in one file: entries stay in order by line. */
static void straighten(struct recording *recording)
{
	size_t i;

	for (i = 1; i < recording->count; i++)
		if (recording->entry[i].us < recording->entry[i - 1].us)
			recording->entry[i].us = recording->entry[i - 1].us;
}

int recording_load(struct recording *recording, const char *path)
{
	struct recording_entry entry;
	unsigned int number = 0;
	char line[2048];
	int found = 0;
	FILE *file;

	memset(recording, 0, sizeof(*recording));
	file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	while (found >= 0 && fgets(line, sizeof(line), file)) {
		number++;
		found = take_line(&entry, line);
		if (found > 0 && append(recording, &entry))
			found = -1;
	}
	fclose(file);
	if (found < 0 || !recording->count) {
		fprintf(stderr, "%s:%u: not a recording\n", path, number);
		recording_free(recording);
		return -1;
	}
	straighten(recording);
	return 0;
}

void recording_free(struct recording *recording)
{
	free(recording->entry);
	memset(recording, 0, sizeof(*recording));
}

const char *recording_directory(void)
{
	static char path[PATH_MAX];
	const char *given = getenv("OPENEVSE_CAPTURES");
	ssize_t len;
	char *slash;

	if (given)
		return given;
	len = readlink("/proc/self/exe", path, sizeof(path) - 32);
	if (len < 0)
		return "captures";
	path[len] = '\0';
	slash = strrchr(path, '/');
	strcpy(slash, "/../captures");
	if (access(path, R_OK))
		strcpy(slash, "/../../captures");
	return path;
}
