// SPDX-License-Identifier: GPL-2.0
/*
 * What "openevse monitor --log" wrote
 *
 * A line is a flat JSON object: texts, numbers, true, false and null. Whatever
 * else it is, it is refused, with its number. See replay_file.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evse.h"
#include "replay_file.h"

#define FIELDS		24
#define LONGEST_LINE	2048
#define LONGEST_TEXT	64

struct line {
	struct field {
		char key[LONGEST_TEXT], value[LONGEST_TEXT];
		bool null;
	} fields[FIELDS];
	size_t count;
};

/* ---- a flat object ------------------------------------------------------- */

/* An escaped character is none that matters here: it becomes '?'. */
static bool take_text(const char **at, char text[LONGEST_TEXT])
{
	const char *p = *at;
	size_t n = 0;

	if (*p++ != '"')
		return false;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < ' ' || n + 1 == LONGEST_TEXT)
			return false;
		text[n++] = *p == '\\' ? '?' : *p;
		if (*p == '\\' && !*++p)
			return false;
	}
	text[n] = '\0';
	*at = p + 1;
	return true;
}

static bool take_bare(const char **at, char text[LONGEST_TEXT])
{
	size_t n = strspn(*at, "+-.0123456789Eaeflnrstu");

	if (!n || n >= LONGEST_TEXT)
		return false;
	memcpy(text, *at, n);
	text[n] = '\0';
	*at += n;
	return true;
}

static bool take(const char **at, char c)
{
	*at += strspn(*at, " \t");
	if (**at != c)
		return false;
	++*at;
	*at += strspn(*at, " \t");
	return true;
}

static bool take_field(const char **at, struct field *field)
{
	bool text;

	if (!take_text(at, field->key) || !take(at, ':'))
		return false;
	text = **at == '"';
	if (!(text ? take_text(at, field->value) : take_bare(at, field->value)))
		return false;
	field->null = !text && !strcmp(field->value, "null");
	return true;
}

static bool take_object(const char *at, struct line *line)
{
	line->count = 0;
	if (!take(&at, '{'))
		return false;
	do {
		if (line->count == FIELDS || !take_field(&at, &line->fields[line->count++]))
			return false;
	} while (take(&at, ','));
	return take(&at, '}') && (!*at || !strcmp(at, "\n"));
}

/* ---- its fields ------------------------------------------------------------ */

static const char *value_of(const struct line *line, const char *key)
{
	size_t i;

	for (i = 0; i < line->count; i++)
		if (!strcmp(line->fields[i].key, key))
			return line->fields[i].null ? NULL : line->fields[i].value;
	return NULL;
}

static int number_of(const struct line *line, const char *key)
{
	const char *value = value_of(line, key);
	double number = value ? strtod(value, NULL) : REPLAY_UNKNOWN;

	return number >= 0 && number <= 0xffff ? (int)(number + 0.5) : REPLAY_UNKNOWN;
}

static int flag_of(const struct line *line, const char *key)
{
	const char *value = value_of(line, key);

	return value ? !strcmp(value, "true") : REPLAY_UNKNOWN;
}

/* Which of @words, separated by spaces. */
static int word_of(const struct line *line, const char *key, const char *words)
{
	const char *value = value_of(line, key);
	size_t n = value ? strlen(value) : 0;
	int i;

	for (i = 0; n && *words; i++) {
		if (strcspn(words, " ") == n && !strncmp(words, value, n))
			return i;
		words += strcspn(words, " ");
		words += strspn(words, " ");
	}
	return REPLAY_UNKNOWN;
}

/* In the order of their codes; a newer one is "unknown(19)". */
static int state_of(const struct line *line)
{
	const char *value = value_of(line, "to");
	unsigned int code;
	int state;

	if (value && sscanf(value, "unknown(%u)", &code) == 1 && code <= 0xff)
		return (int)code;
	state = word_of(line, "to",
			"unknown not-connected connected charging vent-required "
			"diode-check-failed gfci-fault no-ground stuck-relay gfci-test-failed "
			"over-temperature over-current - - relay-closure pp-shorted pp-missing "
			"eeprom-failure sleeping disabled");
	return state > 0x11 ? STATE_SLEEPING + state - 0x12 : state;
}

static bool fill(struct replay_event *e, const struct line *line)
{
	int kind = word_of(line, "event", "state boot button wifi link setting detached echo");

	e->kind = (enum replay_kind)kind;
	e->initial = flag_of(line, "initial") == 1;
	e->state = state_of(line);
	e->pilot = word_of(line, "pilot_state", "- A B C D E");
	e->amps = number_of(line, "pilot_a");
	e->vflags = number_of(line, "vflags");
	e->connected = flag_of(line, "vehicle_connected");
	if (kind == REPLAY_BUTTON)
		e->number = word_of(line, "press", "short long");
	else if (kind == REPLAY_WIFI)
		e->number = word_of(line, "mode", "access-point client default");
	else if (kind == REPLAY_LINK)
		e->number = word_of(line, "link", "up") == 0;
	else
		e->number = flag_of(line, "echo");
	return kind != REPLAY_UNKNOWN;
}

/* ---- the file ---------------------------------------------------------------- */

struct reader {
	struct replay_event *events;
	int count;
	char device[LONGEST_TEXT];
	uint64_t last_ns;
	uint64_t at;
};

/* After a reboot of the host the clock of the recording begins anew. */
static uint64_t time_of(struct reader *r, const struct line *line)
{
	const char *text = value_of(line, "monotonic_ns");
	uint64_t ns = text ? strtoull(text, NULL, 10) : r->last_ns;

	if (r->count && ns > r->last_ns)
		r->at += (ns - r->last_ns) / 1000;
	r->last_ns = ns;
	return r->at;
}

static bool take_line(struct reader *r, const char *text)
{
	struct replay_event e = { 0 };
	const char *device;
	struct line line;

	if (!take_object(text, &line))
		return false;
	device = value_of(&line, "device");
	if (!device || !fill(&e, &line))
		return false;
	if (!r->count)
		snprintf(r->device, sizeof(r->device), "%s", device);
	if (strcmp(r->device, device))
		return true;
	e.at = time_of(r, &line);
	r->events = reallocarray(r->events, (size_t)r->count + 1, sizeof(e));
	if (!r->events)
		abort();
	r->events[r->count++] = e;
	return true;
}

int replay_read(const char *path, struct replay_event **events, char *error, size_t size)
{
	FILE *f = fopen(path, "re");
	char text[LONGEST_LINE];
	struct reader r = { 0 };
	unsigned int number;
	bool right = true;

	if (!f) {
		snprintf(error, size, "%s: %s", path, strerror(errno));
		return -1;
	}
	for (number = 0; right && fgets(text, sizeof(text), f); number++)
		right = take_line(&r, text);
	fclose(f);
	*events = r.events;
	if (right && r.count)
		return r.count;
	if (right)
		snprintf(error, size, "%s has no events", path);
	else
		snprintf(error, size, "%s: line %u is not one of openevse monitor --log", path,
			 number);
	free(r.events);
	return -1;
}
