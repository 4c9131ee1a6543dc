// SPDX-License-Identifier: GPL-2.0
/*
 * Replays the recordings of real firmware: sends what the host sent, does to
 * the board what was done to the model, at the same times, and compares each
 * line that comes back.
 *
 * What may differ, and by how much, is all in exceptions[]: values that an
 * ammeter or a clock has measured. Everything else, and the order, must be
 * the same to the byte.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../log.h"
#include "rig.h"

#define LINES		2048
#define TEXT		256
#define RECENT_S	1.6	/* a reply belongs to a command this young */
#define LATE_S		0.1	/* how far a line may be from its time */
#define SENSOR_S	1.0	/* sensors are read once a second, who knows when */
#define HOT_S		8.0	/* how long a temperature matters */
#define SEEDS		10

struct line {
	double at;
	uint8_t text[TEXT];	/* up to and with CR or LF */
	size_t len;
};

struct action {
	double at;
	bool control;
	uint8_t text[TEXT];	/* bytes to send, or a control command */
	size_t len;
};

struct recording {
	struct line lines[LINES];
	int line_count;
	struct action actions[LINES];
	int action_count;
	double end;
	bool open;		/* the last line is not ended yet */
};

/* ---- reading ------------------------------------------------------------- */

static void add_bytes(struct recording *rec, double at, const uint8_t *buf, size_t n)
{
	struct line *line;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!rec->open) {
			line = &rec->lines[rec->line_count++];
			line->at = at;
			line->len = 0;
			rec->open = true;
		}
		line = &rec->lines[rec->line_count - 1];
		if (line->len < TEXT)
			line->text[line->len++] = buf[i];
		if (buf[i] == '\r' || buf[i] == '\n')
			rec->open = false;
	}
}

/* The bytes of a line of the log: what is between the arrow and "  (N bytes". */
static size_t parse_bytes(const char *s, uint8_t *buf)
{
	char text[TEXT];
	const char *end = NULL, *p = s;
	unsigned int count;
	int n;

	while ((p = strstr(p, "(")) != NULL) {
		if (sscanf(p, "(%u bytes", &count) == 1)
			end = p;
		p++;
	}
	if (!end)
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)(end - s), s);
	n = text_unescape(buf, TEXT, text);
	/* the column is filled with blanks, of which some may be bytes */
	return n < 0 ? 0 : (size_t)n < count ? (size_t)n : count;
}

/* The model's words for what ours has other words for. */
static const struct {
	const char *model, *ours;
} words[] = {
	{ "gfipulse", "gfi" },
	{ "ground 0", "ground open" },		{ "ground 1", "ground ok" },
	{ "diode 0", "diode bad" },		{ "diode 1", "diode ok" },
	{ "stuck 1", "relay stuck" },		{ "stuck 0", "relay ok" },
	{ "temp rtc 75", "temp 750" },		{ "temp rtc 24", "temp 240" },
	{ "dev rtc 0", "clock absent" },	{ "dev rtc 1", "clock ok" },
	{ "dev lcd 0", "lcd absent" },		{ "dev lcd 1", "lcd ok" },
	{ "dev mcp 1", "sensor mcp9808 250" },	{ "dev tmp 1", "sensor tmp007 260" },
	{ "amps 10", "amps 10 force" },		{ "amps 32", "amps 32 force" },
};

static void add_action(struct recording *rec, double at, bool control, const void *buf, size_t n)
{
	struct action *a = &rec->actions[rec->action_count++];

	a->at = at;
	a->control = control;
	a->len = n;
	memcpy(a->text, buf, n);
	a->text[n] = '\0';
}

static void add_control(struct recording *rec, double at, const char *text)
{
	size_t i;

	if (!strcmp(text, "status"))
		return;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(text, words[i].model))
			text = words[i].ours;
	add_action(rec, at, true, text, strlen(text));
}

static void parse_line(struct recording *rec, char *s)
{
	uint8_t buf[TEXT];
	char *rest;
	double at = strtod(s, &rest);
	size_t n;

	s[strcspn(s, "\n")] = '\0';
	if (rest == s)
		return;
	rest++;
	rec->end = at;
	if (!strncmp(rest, "> ", 2)) {
		n = parse_bytes(rest + 2, buf);
		if (n)
			add_action(rec, at, false, buf, n);
	} else if (!strncmp(rest, "< ", 2)) {
		n = parse_bytes(rest + 2, buf);
		add_bytes(rec, at, buf, n);
	} else if (!strncmp(rest, "ctl: ", 5)) {
		add_control(rec, at, rest + 5);
	}
}

static bool read_recording(struct recording *rec, const char *path)
{
	FILE *f = fopen(path, "r");
	char s[2 * TEXT];

	memset(rec, 0, sizeof(*rec));
	if (!f)
		return false;
	while (fgets(s, sizeof(s), f) && rec->line_count < LINES - 16 &&
	       rec->action_count < LINES - 1)
		parse_line(rec, s);
	fclose(f);
	return true;
}

/* ---- comparing --------------------------------------------------------------- */

/* Was @mnemonic among what the host has sent lately? */
static bool asked(const struct recording *rec, double at, const char *mnemonic, double within)
{
	int i;

	for (i = 0; i < rec->action_count; i++) {
		const struct action *a = &rec->actions[i];

		if (!a->control && a->at <= at && a->at > at - within &&
		    strstr((const char *)a->text, mnemonic))
			return true;
	}
	return false;
}

/* Parameters of an OK reply, without its checksum; 0 if it is none. */
static int parameters(const struct line *line, char text[TEXT], char *token[16])
{
	char *save, *t;
	int n = 0;

	snprintf(text, TEXT, "%.*s", (int)line->len, (const char *)line->text);
	if (strncmp(text, "$OK ", 4))
		return 0;
	text[strcspn(text, "^\r")] = '\0';
	for (t = strtok_r(text + 4, " ", &save); t && n < 16; t = strtok_r(NULL, " ", &save))
		token[n++] = t;
	return n;
}

static bool checksum_right(const struct line *line)
{
	unsigned int given, sum = 0;
	size_t i;

	for (i = 0; i < line->len && line->text[i] != '^'; i++)
		sum ^= line->text[i];
	if (i == line->len)
		return true;
	return sscanf((const char *)line->text + i, "^%2X", &given) == 1 && given == sum;
}

static bool near(const char *a, const char *b, double part, double at_least)
{
	double x = atof(a), y = atof(b), slack = x * part;

	if (slack < at_least)
		slack = at_least;
	return y >= x - slack && y <= x + slack;
}

/*
 * The narrow list. For replies to this command, this token (from 0) may be
 * off by this part of itself, or at least by that much.
 */
static const struct {
	const char *command;
	int tokens, token;
	double part, at_least;
	const char *why;
} exceptions[] = {
	{ "$GS", 2, 1, 0, 2, "elapsed seconds" },
	{ "$GS", 4, 1, 0, 2, "elapsed seconds" },
	{ "$GG", 2, 0, 0.02, 0, "mA from an ammeter" },
	{ "$GU", 2, 0, 0.15, 0, "watt-seconds from an ammeter" },
	{ "$GU", 2, 1, 0, 3, "Wh made of those" },
};

static bool excepted(const struct recording *rec, const struct line *want, int count, int token,
		     const char *a, const char *b)
{
	size_t i;

	for (i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (exceptions[i].tokens == count && exceptions[i].token == token &&
		    asked(rec, want->at, exceptions[i].command, RECENT_S) &&
		    near(a, b, exceptions[i].part, exceptions[i].at_least))
			return true;
	/* the time of day, unless it was set a moment ago or there is no clock */
	return count == 6 && asked(rec, want->at, "$GT", RECENT_S) &&
	       !asked(rec, want->at, "$S1", RECENT_S) && strcmp(a, "165") &&
	       strlen(b) <= 2;
}

static bool same(const struct recording *rec, const struct line *want, const struct line *got)
{
	char want_text[TEXT], got_text[TEXT];
	char *want_token[16], *got_token[16];
	int i, n;

	if (want->len == got->len && !memcmp(want->text, got->text, want->len))
		return true;
	n = parameters(want, want_text, want_token);
	if (!n || n != parameters(got, got_text, got_token) || !checksum_right(got))
		return false;
	for (i = 0; i < n; i++)
		if (strcmp(want_token[i], got_token[i]) &&
		    !excepted(rec, want, n, i, want_token[i], got_token[i]))
			return false;
	return true;
}

static void show(const char *what, const struct line *line)
{
	char text[4 * TEXT + 1];

	text_escape(text, sizeof(text), line->text, line->len);
	remark("%s %12.6f %s", what, line->at, text);
}

/* Seconds by which a line is off, beyond what waiting for a sensor explains. */
static double off(const struct recording *want, double at, double got)
{
	double late = got > at ? got - at : at - got;
	int i;

	for (i = 0; i < want->action_count; i++) {
		const struct action *a = &want->actions[i];

		if (a->control && !strncmp((const char *)a->text, "temp", 4) && a->at <= at &&
		    a->at > at - HOT_S && late <= SENSOR_S)
			return 0;
	}
	return late;
}

static bool compare(const struct recording *want, const struct recording *got, double *worst)
{
	int i, n = want->line_count;
	double late;

	*worst = 0;
	for (i = 0; i < n; i++) {
		if (i >= got->line_count || !same(want, &want->lines[i], &got->lines[i])) {
			show("want", &want->lines[i]);
			if (i < got->line_count)
				show("got ", &got->lines[i]);
			return false;
		}
		late = off(want, want->lines[i].at, got->lines[i].at);
		if (late > *worst)
			*worst = late;
	}
	if (got->line_count > n)
		show("too much:", &got->lines[n]);
	return got->line_count == n;
}

/* ---- replaying -------------------------------------------------------------------- */

static bool replay(const struct recording *rec, const char *firmware, const char *seed,
		   struct recording *got)
{
	struct rig *r = rig_start(firmware, "--pacing", "--seed", seed, NULL);
	double now = 0;
	bool ok = true;
	int i;

	for (i = 0; i < rec->action_count; i++) {
		const struct action *a = &rec->actions[i];

		rig_advance(r, (a->at - now) * 1000);
		now = a->at;
		if (a->control)
			ok &= !strncmp(rig_ctl(r, "%s", (const char *)a->text), "ok", 2);
		else
			rig_send(r, a->text, a->len);
	}
	rig_advance(r, (rec->end - now) * 1000);
	ok &= !strncmp(rig_ctl(r, "log off"), "ok", 2);
	ok &= read_recording(got, r->log);
	return rig_stop(r) && ok;
}

/*
 * Where in its loop the firmware was when a burst came is not in the
 * recording; the seed decides it here. One that fits has to be found.
 */
static void check_one(const char *name)
{
	static struct recording want, got;
	char path[512], firmware[32], seed[16];
	double worst = 0;
	bool ok = false;
	int i;

	snprintf(path, sizeof(path), "%s/%s", rig_captures, name);
	snprintf(firmware, sizeof(firmware), "%s%.*s", *name == '4' ? "D" : "",
		 (int)strcspn(name, "-"), name);
	for (i = 1; i <= SEEDS && !ok && read_recording(&want, path); i++) {
		snprintf(seed, sizeof(seed), "%d", i);
		ok = replay(&want, firmware, seed, &got) && compare(&want, &got, &worst) &&
		     worst <= LATE_S;
	}
	result(ok, "replay %s: %d lines, none more than %.0f ms off", name, want.line_count,
	       worst * 1000);
}

static int is_recording(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return dot && !strcmp(dot, ".simlog");
}

void check_replay(void)
{
	struct dirent **names;
	int i, n = scandir(rig_captures, &names, is_recording, alphasort);

	result(n == 9, "nine recordings in %s", rig_captures);
	for (i = 0; i < n; i++) {
		check_one(names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}
