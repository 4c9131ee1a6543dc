// SPDX-License-Identifier: GPL-2.0
/*
 * What got past the checksums. See inspector.h.
 */
#include <stdio.h>
#include <string.h>

#include "board.h"

/* ---- frames ------------------------------------------------------------ */

/* True when @c ended a frame, which stays until the next '$'. */
static bool cut(struct cutter *cutter, uint8_t c)
{
	struct inspected *frame = &cutter->frame;

	if (c == '$') {
		cutter->open = true;
		frame->len = 0;
	}
	if (!cutter->open)
		return false;
	if (c == '\r' || frame->len == INSPECTOR_FRAME) {
		cutter->open = false;
		return c == '\r';
	}
	frame->text[frame->len++] = c;
	return false;
}

/* ---- slips ------------------------------------------------------------- */

/*
 * What the firmware makes of a frame ends at a checksum or at a NUL, and is
 * the same without the checksum or with something behind it.
 */
static size_t meant(struct board *b, const struct inspected *f)
{
	bool sum_only = b->fw.quirks & QUIRK_SUM_ONLY;
	size_t i;

	for (i = 2; i < f->len; i++)
		if (!f->text[i] || f->text[i] == '*' || (f->text[i] == '^' && !sum_only))
			return i;
	return f->len;
}

/* Bytes that matter; to the host all of them do. */
static size_t length(struct board *b, enum slip slip, const struct inspected *f)
{
	return slip == SLIP_MISHEARD || slip == SLIP_UNCHECKED ? meant(b, f) : f->len;
}

static bool is_original(struct board *b, const struct originals *originals, enum slip slip,
			const struct inspected *came)
{
	size_t i, len = length(b, slip, came);

	for (i = 0; i < originals->count && i < INSPECTOR_KEPT; i++) {
		const struct inspected *o = &originals->kept[i];

		if (length(b, slip, o) == len && !memcmp(o->text, came->text, len))
			return true;
	}
	return false;
}

static void count(struct stats *s, enum slip slip)
{
	s->forged_out += slip == SLIP_FORGED;
	s->unguarded_out += slip == SLIP_UNGUARDED;
	s->misheard += slip == SLIP_MISHEARD || slip == SLIP_UNCHECKED;
	s->misheard_unchecked += slip == SLIP_UNCHECKED;
}

/* It is no more in doubt; the last original is the likeliest. */
static void settle(struct board *b, struct originals *originals)
{
	struct slip_seen *seen = &b->inspector.last[originals->doubt];
	bool doubtful = originals->doubtful;

	originals->doubtful = false;
	if (!doubtful || is_original(b, originals, originals->doubt, &originals->came))
		return;
	count(&b->stats, originals->doubt);
	seen->any = true;
	seen->came = originals->came;
	seen->original.len = 0;
	if (originals->count)
		seen->original = originals->kept[(originals->count - 1) % INSPECTOR_KEPT];
}

/*
 * A frame that came is no original. It may have come before the original was
 * all there: noise can make an end anywhere, also just before the real one.
 */
static void suspect(struct board *b, struct originals *originals, enum slip slip,
		    const struct inspected *came)
{
	if (is_original(b, originals, slip, came))
		return;
	settle(b, originals);
	originals->doubtful = true;
	originals->doubt = slip;
	originals->came = *came;
	if (!originals->cutter.open)
		settle(b, originals);
}

/* A byte of an original; one that is begun anew will never be all there. */
static void keep(struct board *b, struct originals *originals, uint8_t c)
{
	bool ended = cut(&originals->cutter, c);

	if (ended)
		originals->kept[originals->count++ % INSPECTOR_KEPT] = originals->cutter.frame;
	if (ended || c == '$')
		settle(b, originals);
}

/* ---- towards the host -------------------------------------------------- */

static bool is_message(const struct inspected *f)
{
	static const char *const names[] = { "OK", "NK", "ST", "AT", "AB", "AN", "WF" };
	size_t i;

	for (i = 0; f->len >= 3 && i < sizeof(names) / sizeof(names[0]); i++)
		if (!memcmp(f->text + 1, names[i], 2))
			return true;
	return false;
}

enum checksum { CHECKSUM_NONE, CHECKSUM_WRONG, CHECKSUM_RIGHT };

/* As the board writes them: with lower-case digits it is none. */
static bool is_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static enum checksum look_at_checksum(const struct inspected *f)
{
	const uint8_t *end;
	uint8_t sum = 0;
	char want[3];
	size_t i;

	if (f->len < 6)
		return CHECKSUM_NONE;
	end = f->text + f->len - 3;
	if (end[0] != '^' || !is_digit(end[1]) || !is_digit(end[2]))
		return CHECKSUM_NONE;
	for (i = 0; i < f->len - 3; i++)
		sum ^= f->text[i];
	snprintf(want, sizeof(want), "%02X", sum);
	return memcmp(want, end + 1, 2) ? CHECKSUM_WRONG : CHECKSUM_RIGHT;
}

/* More than a name, the checksum not counted. */
static bool has_params(const struct inspected *f, enum checksum checksum)
{
	size_t i, end = f->len - (checksum == CHECKSUM_NONE ? 0 : 3);

	for (i = 3; i < end; i++)
		if (f->text[i] != ' ')
			return true;
	return false;
}

/* Does this firmware send a checksum with the like of that? */
static bool is_guarded(struct board *b, const struct inspected *f, enum checksum checksum)
{
	bool reply = f->text[2] == 'K';

	return rapi_guards(b, reply && has_params(f, checksum));
}

static void judge(struct board *b, const struct inspected *f)
{
	enum checksum checksum = look_at_checksum(f);

	if (!is_message(f) || checksum == CHECKSUM_WRONG)
		return;
	if (!is_guarded(b, f, checksum))
		suspect(b, &b->inspector.said, SLIP_UNGUARDED, f);
	else if (checksum == CHECKSUM_RIGHT)
		suspect(b, &b->inspector.said, SLIP_FORGED, f);
}

void inspector_board_said(struct board *b, uint8_t c)
{
	keep(b, &b->inspector.said, c);
}

void inspector_host_got(struct board *b, uint8_t c)
{
	struct inspector *in = &b->inspector;

	/* what was said before this one began cannot be what it was */
	if (c == '$')
		in->said.count = 0;
	if (cut(&in->got, c))
		judge(b, &in->got.frame);
}

/* ---- towards the board ------------------------------------------------- */

_Static_assert(RAPI_FRAME <= INSPECTOR_FRAME, "what the firmware hears can be looked at");

void inspector_host_sent(struct board *b, uint8_t c)
{
	keep(b, &b->inspector.sent, c);
}

void inspector_accepted(struct board *b, bool unchecked)
{
	struct inspected heard = { .len = b->rapi.len };

	memcpy(heard.text, b->rapi.frame, b->rapi.len);
	suspect(b, &b->inspector.sent, unchecked ? SLIP_UNCHECKED : SLIP_MISHEARD, &heard);
}

/* ---- for people -------------------------------------------------------- */

static const char *const slip_names[SLIPS] = {
	[SLIP_FORGED] = "forged_out",
	[SLIP_UNGUARDED] = "unguarded_out",
	[SLIP_MISHEARD] = "misheard",
	[SLIP_UNCHECKED] = "misheard_unchecked",
};

static size_t report_one(const char *before, const char *name, const struct slip_seen *seen,
			 char *buf, size_t size)
{
	char original[4 * INSPECTOR_FRAME + 1], came[4 * INSPECTOR_FRAME + 1];
	int n;

	text_escape(original, sizeof(original), seen->original.text, seen->original.len);
	text_escape(came, sizeof(came), seen->came.text, seen->came.len);
	n = snprintf(buf, size, "%s%s: %s -> %s", before, name, *original ? original : "nothing",
		     came);
	return (size_t)n < size ? (size_t)n : size - 1;
}

void inspector_report(const struct inspector *in, char *buf, size_t size)
{
	size_t n = 0;
	int i;

	snprintf(buf, size, "none");
	for (i = 0; i < SLIPS; i++) {
		if (!in->last[i].any)
			continue;
		n += report_one(n ? "; " : "", slip_names[i], &in->last[i], buf + n, size - n);
	}
}

void inspector_forget(struct inspector *in)
{
	memset(in->last, 0, sizeof(in->last));
}
