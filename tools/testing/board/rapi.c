// SPDX-License-Identifier: GPL-2.0
/*
 * Frames, tokens, checksums, replies and messages. See rapi.h.
 */
#include <stdio.h>
#include <string.h>

#include "board.h"

void rapi_reset(struct rapi *r)
{
	memset(r, 0, sizeof(*r));
}

uint32_t rapi_number(struct board *b, const char *s)
{
	bool atoi_like = b->fw.quirks & QUIRK_ATOI;
	bool minus = *s == '-' && (b->fw.quirks & (QUIRK_ATOI | QUIRK_SIGNED));
	uint32_t value = 0;

	for (s += minus; *s; s++) {
		if (atoi_like && (*s < '0' || *s > '9'))
			break;
		value = value * 10 + (uint32_t)((signed char)*s - '0');
	}
	return minus ? -value : value;
}

/* ---- hexadecimal ------------------------------------------------------ */

static int hex_digit(char c, bool lower)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (lower && c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* At most two digits; what is no digit makes the whole number 0. */
static uint8_t hex_number(const char *s, bool lower)
{
	int high = s[0] ? hex_digit(s[0], lower) : 0;
	int low;

	if (high < 0)
		return 0;
	if (!s[0] || !s[1])
		return (uint8_t)high;
	low = hex_digit(s[1], lower);
	return low < 0 ? 0 : (uint8_t)(high << 4 | low);
}

/* ---- out --------------------------------------------------------------- */

static uint8_t xor_of(const uint8_t *buf, size_t n)
{
	uint8_t sum = 0;

	while (n--)
		sum ^= *buf++;
	return sum;
}

/* Checksum and CR behind @n bytes; @buf has room. */
static size_t finish(uint8_t *buf, size_t n, bool checksum)
{
	if (checksum)
		n += (size_t)sprintf((char *)buf + n, "^%02X", xor_of(buf, n));
	buf[n++] = '\r';
	return n;
}

bool rapi_guards(struct board *b, bool params)
{
	return (b->fw.has & HAS_REPLY_CHECKSUM) &&
	       (params || !(b->fw.quirks & QUIRK_BARE_UNCHECKED));
}

static size_t word_reply(struct board *b, const struct command *c, bool ok, uint8_t *buf)
{
	bool params = c->has_params;
	size_t n = (size_t)sprintf((char *)buf, "$%s", ok ? "OK" : "NK");

	if (params)
		n += (size_t)sprintf((char *)buf + n, " %s", c->params);
	else if (!(b->fw.has & HAS_REPLY_CHECKSUM))
		buf[n++] = ' ';
	if (c->id)
		n += (size_t)sprintf((char *)buf + n, " :%02X", c->id);
	n = finish(buf, n, rapi_guards(b, params));
	if (b->rapi.echo && !(b->fw.quirks & QUIRK_ECHO_WITHOUT_LF))
		buf[n++] = '\n';
	return n;
}

static void answer(struct board *b, const struct command *c, bool ok)
{
	struct rapi *r = &b->rapi;

	r->reply_len = word_reply(b, c, ok, r->reply);
	if (c->silent)
		return;
	if (c->hang) {
		r->hung = true;
		return;
	}
	wire_message(b, r->reply, r->reply_len, true);
}

void rapi_notice(struct board *b, const char *text)
{
	uint8_t buf[RAPI_TEXT + 8];
	size_t n = (size_t)snprintf((char *)buf, RAPI_TEXT, "%s", text);

	n = finish(buf, n, rapi_guards(b, false));
	wire_message(b, buf, n, false);
}

void rapi_boot(struct board *b)
{
	char text[RAPI_TEXT];

	snprintf(text, sizeof(text), "$AB %02x %s", b->evse.state, b->version);
	rapi_notice(b, text);
}

static void remember_said(struct board *b)
{
	struct rapi *r = &b->rapi;

	r->said_state = b->evse.state;
	r->said_pilot = b->evse.pilot_state;
	r->said_amps = b->evse.amps;
	r->said_vflags = b->evse.vflags & VFLAGS_TOLD;
}

/* Vehicle and state must agree first, so that a glitch is not told. */
static bool worth_telling(struct board *b)
{
	const struct evse *e = &b->evse;
	const struct rapi *r = &b->rapi;
	bool connected = e->vflags & VFLAG_EV_CONNECTED;

	if (e->state == STATE_UNKNOWN ||
	    (e->state == STATE_A && connected) ||
	    ((e->state == STATE_B || e->state == STATE_C) && !connected))
		return false;
	return r->said_state != e->state || r->said_pilot != e->pilot_state ||
	       r->said_amps != e->amps || r->said_vflags != (e->vflags & VFLAGS_TOLD);
}

static void send_at(struct board *b, bool force)
{
	bool early = b->fw.quirks & QUIRK_AT_EARLY;
	int amps = b->fw.quirks & QUIRK_AT_MAX ? evse_max_amps(b) : b->evse.amps;
	char text[RAPI_TEXT];

	if (!early && b->rapi.busy)
		return;
	if (!force && !(early ? b->rapi.said_state != b->evse.state : worth_telling(b)))
		return;
	snprintf(text, sizeof(text), "$AT %02x %02x %d %04x", b->evse.state,
		 b->evse.pilot_state, amps, b->evse.vflags);
	rapi_notice(b, text);
	remember_said(b);
}

static void send_st(struct board *b, bool force)
{
	char text[RAPI_TEXT];

	if (!force && b->rapi.said_state == b->evse.state)
		return;
	snprintf(text, sizeof(text), b->fw.quirks & QUIRK_ST_DECIMAL ? "$ST %d" : "$ST %02x",
		 b->evse.state);
	if (b->rapi.busy || !(b->fw.quirks & QUIRK_ST_IN_COMMANDS))
		rapi_notice(b, text);
	remember_said(b);
}

void rapi_state(struct board *b, bool force)
{
	if (b->fw.quirks & QUIRK_AT)
		send_at(b, force);
	else
		send_st(b, force);
}

static bool tells_later(struct board *b)
{
	return (b->fw.quirks & QUIRK_AT) && !(b->fw.quirks & QUIRK_AT_EARLY);
}

void rapi_entered(struct board *b)
{
	if (!tells_later(b))
		rapi_state(b, false);
}

void rapi_changed(struct board *b)
{
	if (tells_later(b))
		rapi_state(b, false);
}

/* ---- in ---------------------------------------------------------------- */

/* The bytes of a frame, cut at the checksum and at the spaces. */
struct cut {
	char text[RAPI_FRAME + 1];	/* spaces intact */
	char words[RAPI_FRAME + 1];	/* a NUL for each space */
	char delimiter;			/* '^', '*' or 0 */
	const char *digits;
	uint8_t xor, sum;
};

/*
 * The command's two bytes are taken as they come, whatever they are; only
 * behind them do a space and a checksum mean something.
 */
static void cut_checksum(const struct rapi *r, bool sum_only, struct cut *cut)
{
	size_t i;

	memset(cut, 0, sizeof(*cut));
	memcpy(cut->text, r->frame, r->len);
	for (i = 0; cut->text[i]; i++) {
		char c = cut->text[i];

		if (i >= 2 && (c == '*' || (c == '^' && !sum_only))) {
			cut->delimiter = c;
			cut->text[i] = '\0';
			cut->digits = &cut->text[i + 1];
			break;
		}
		cut->xor ^= (uint8_t)c;
		cut->sum += (uint8_t)c;
	}
	memcpy(cut->words, cut->text, sizeof(cut->words));
}

static bool checksum_right(struct board *b, const struct cut *cut)
{
	uint8_t given;

	if (!cut->delimiter)
		return !(b->fw.quirks & QUIRK_SUM_ONLY);
	/* lower-case digits came with the ids */
	given = hex_number(cut->digits, b->fw.has & HAS_IDS);
	return given == (cut->delimiter == '^' ? cut->xor : cut->sum);
}

static void split(struct cut *cut, struct command *c)
{
	size_t i, end = strlen(cut->words);

	c->token[0] = &cut->words[1];
	c->count = 1;
	for (i = 2; i < end; i++) {
		if (cut->words[i] != ' ')
			continue;
		cut->words[i] = '\0';
		if (c->count == RAPI_TOKENS)
			c->unusable = true;
		else
			c->token[c->count++] = &cut->words[i + 1];
	}
	if (end > 1) {
		c->group = cut->words[1];
		c->selector = cut->words[2];
	}
}

/* The last word, when it starts with a colon, is an id and no parameter. */
static void take_id(struct board *b, struct cut *cut, struct command *c)
{
	char *last = c->token[c->count - 1];

	if (!(b->fw.has & HAS_IDS) || c->count < 2 || *last != ':')
		return;
	c->id = hex_number(last + 1, true);
	c->count--;
	/* the space in front of it goes with it, or FP would print that */
	cut->text[last - cut->words - 1] = '\0';
}

static void execute(struct board *b, struct cut *cut, struct command *c)
{
	bool ok;

	take_id(b, cut, c);
	if (c->count > 3)
		c->text = &cut->text[c->token[3] - cut->words];
	b->rapi.busy = true;
	ok = command_run(b, c);
	answer(b, c, ok);
	if (b->rapi.hung)
		return;
	b->rapi.busy = false;
	rapi_changed(b);
}

static void frame_end(struct board *b)
{
	struct command c = { 0 };
	struct cut cut;

	b->stats.frames++;
	cut_checksum(&b->rapi, b->fw.quirks & QUIRK_SUM_ONLY, &cut);
	split(&cut, &c);
	if (c.unusable && (b->fw.quirks & QUIRK_OVERFLOW_ECHOES)) {
		/* the eleventh pointer lands on the count and the echo flag */
		b->rapi.echo = true;
		c.unusable = false;
		c.token[RAPI_TOKENS - 1] = cut.words + sizeof(cut.words) - 1;
	}
	if (!c.unusable && !checksum_right(b, &cut)) {
		b->stats.bad_checksums++;
		c.unusable = true;
	}
	c.unchecked = !cut.delimiter;
	if (c.unusable)
		answer(b, &c, false);
	else
		execute(b, &cut, &c);
}

void rapi_byte(struct board *b, uint8_t c)
{
	struct rapi *r = &b->rapi;

	if (r->echo)
		wire_echo(b, c);
	if (c == '$') {
		r->in_frame = true;
		r->frame[0] = c;
		r->len = 1;
		return;
	}
	if (!r->in_frame)
		return;
	if (c == '\r') {
		r->in_frame = false;
		frame_end(b);
		return;
	}
	if (r->len == b->fw.frame_max) {
		r->in_frame = false;
		b->stats.overlong++;
		return;
	}
	r->frame[r->len++] = c;
}

void rapi_resume(struct board *b)
{
	struct rapi *r = &b->rapi;

	if (!r->hung)
		return;
	r->hung = false;
	r->busy = false;
	wire_message(b, r->reply, r->reply_len, true);
	rapi_changed(b);
}
