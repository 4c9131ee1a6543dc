// SPDX-License-Identifier: GPL-2.0
/*
 * A wire that does what wires do to a host at the worst of times, the same
 * each time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define GV	"$GV^35\\r"
#define GV_OK	"$OK 8.2.3 5.2.1^2F\\r"

static unsigned long count(struct rig *r, const char *key)
{
	return strtoul(rig_word(r, key), NULL, 10);
}

static unsigned int lines(const char *heard)
{
	unsigned int n = 0;

	while ((heard = strstr(heard, "\\r"))) {
		heard += 2;
		n++;
	}
	return n;
}

/* ---- late -------------------------------------------------------------------- */

#define LATE_ASKED	100

/* Asks every 50 ms; how often there was no answer when the next one was due. */
static unsigned int ask_with_ids(struct rig *r, char *heard, size_t size)
{
	unsigned int i, missing = 0;
	char frame[16];
	size_t n = 0;

	for (i = 1; i <= LATE_ASKED; i++) {
		snprintf(frame, sizeof(frame), "$GE :%02X\r", i);
		rig_send(r, frame, strlen(frame));
		rig_advance(r, 50);
		n += (size_t)snprintf(heard + n, size - n, "%s", rig_heard(r));
		missing += lines(heard) < i;
	}
	rig_advance(r, 300);
	snprintf(heard + n, size - n, "%s", rig_heard(r));
	return missing;
}

static bool ids_in_order(const char *heard)
{
	unsigned int i, id;

	for (i = 1; i <= LATE_ASKED; i++) {
		if (sscanf(heard, "$OK 24 0001 :%2X^%*2X\\r", &id) != 1 || id != i)
			return false;
		heard = strstr(heard, "\\r") + 2;
	}
	return !*heard;
}

static void check_late(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", "--instant", NULL);
	char heard[8192];
	unsigned int missing;
	bool ok;

	rig_ctl(r, "late 0.3 300 5");
	missing = ask_with_ids(r, heard, sizeof(heard));
	ok = ids_in_order(heard) && missing > 20 && missing < 90;
	ok &= count(r, "late") > 15 && count(r, "late") < 45;
	if (!ok)
		remark("%u missing, late=%s: %s", missing, rig_word(r, "late"), heard);
	rig_ctl(r, "late 0");
	rig_ctl(r, "stats clear");
	ok &= !ask_with_ids(r, heard, sizeof(heard)) && ids_in_order(heard);
	ok &= !count(r, "late");
	/* what nobody asked for is no reply */
	rig_ctl(r, "late 1 300");
	rig_ctl(r, "button short");
	ok &= rig_expect(r, "", 50, "$AT fe 01 24 0200^37\\r");
	result(rig_stop(r) && ok, "late replies are late, and in order");
}

/* ---- chop -------------------------------------------------------------------- */

#define CHOP_ASKED	40

struct pieces {
	char heard[4096];
	unsigned int count, open, glued;
};

/* What comes within the same millisecond has come at once. */
static void in_pieces(struct rig *r, struct pieces *p)
{
	size_t n = 0, len;
	const char *piece;
	int i, ms;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < CHOP_ASKED; i++) {
		rig_send(r, "$GV^35\r", 7);
		for (ms = 0; ms < 20; ms++) {
			rig_advance(r, 1);
			piece = rig_heard(r);
			len = strlen(piece);
			p->count += len > 0;
			p->open += len && (len < 2 || strcmp(piece + len - 2, "\\r"));
			p->glued += strstr(piece, "\\r$") && *piece != '$';
			n += (size_t)snprintf(p->heard + n, sizeof(p->heard) - n, "%s", piece);
		}
	}
	rig_advance(r, 5000);
	snprintf(p->heard + n, sizeof(p->heard) - n, "%s", rig_heard(r));
}

static bool all_heard(const struct pieces *p)
{
	const char *s = p->heard;
	int i;

	for (i = 0; i < CHOP_ASKED && !strncmp(s, GV_OK, strlen(GV_OK)); i++)
		s += strlen(GV_OK);
	return i == CHOP_ASKED && !*s;
}

static void check_chop(const char *pacing)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", "--instant", pacing, NULL);
	struct pieces p;
	bool ok;

	rig_ctl(r, "chop 0.1 5");
	in_pieces(r, &p);
	ok = all_heard(&p) && p.open > 30 && p.glued > 10;
	if (!ok)
		remark("%u pieces, %u open, %u glued: %s", p.count, p.open, p.glued, p.heard);
	rig_ctl(r, "chop 0");
	in_pieces(r, &p);
	ok &= all_heard(&p);
	if (!strcmp(pacing, "--no-pacing"))
		ok &= p.count == CHOP_ASKED && !p.open && !p.glued;
	result(rig_stop(r) && ok, "chopped bytes come in pieces, and all of them (%s)", pacing);
}

void check_hostile(void)
{
	check_late();
	check_chop("--no-pacing");
	check_chop("--pacing");
}
