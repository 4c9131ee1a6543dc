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

/* ---- noise ------------------------------------------------------------------- */

#define NOISE_ASKED	1000

/* How often the answer to @send was not @want. */
static unsigned int ask_in_noise(struct rig *r, const char *send, const char *want)
{
	unsigned int i, other = 0;

	for (i = 0; i < NOISE_ASKED; i++) {
		rig_send(r, send, strlen(send));
		rig_advance(r, 1);
		other += strcmp(rig_heard(r), want) != 0;
		r->len = r->seen = 0;
	}
	return other;
}

static bool near(unsigned long have, double want)
{
	if ((double)have > want * 0.85 && (double)have < want * 1.15)
		return true;
	remark("%lu is far from %g", have, want);
	return false;
}

static void check_noise_out(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", "--instant", NULL);
	unsigned int other;
	bool ok;

	rig_ctl(r, "noise 0.03 5 out");
	other = ask_in_noise(r, "$GV^35\r", GV_OK);
	ok = other > NOISE_ASKED / 4 && count(r, "hurt_out") == other;
	ok &= near(count(r, "noise_out"), 0.03 * 19 * NOISE_ASKED);
	ok &= !count(r, "noise_in") && !count(r, "hurt_in");
	rig_ctl(r, "stats clear");
	rig_ctl(r, "noise 0");
	ok &= !ask_in_noise(r, "$GV^35\r", GV_OK);
	ok &= !count(r, "noise_out") && !count(r, "hurt_out");
	rig_ctl(r, "corrupt 2");
	ok &= ask_in_noise(r, "$GV^35\r", GV_OK) == 2;
	ok &= !count(r, "noise_out") && count(r, "hurt_out") == 2;
	result(rig_stop(r) && ok, "the ledger has each damaged reply");
}

static void check_noise_in(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", "--instant", NULL);
	unsigned int other;
	bool ok;

	rig_ctl(r, "echo on");		/* shows what the board has heard */
	rig_ctl(r, "noise 0.03 5 in");
	other = ask_in_noise(r, "$GV^35\r", GV GV_OK "\\n");
	ok = other > NOISE_ASKED / 8 && count(r, "hurt_in") <= other;
	/* a lost CR spoils two */
	ok &= count(r, "hurt_in") > other - other / 10;
	ok &= near(count(r, "noise_in"), 0.03 * 7 * NOISE_ASKED);
	ok &= !count(r, "noise_out") && !count(r, "hurt_out");
	if (!ok)
		remark("%u others, hurt_in=%s", other, rig_word(r, "hurt_in"));
	rig_ctl(r, "stats clear");
	rig_ctl(r, "noise 0 1 in");
	rig_send(r, "$GV^35\r", 7);	/* ends what half a frame may be pending */
	rig_advance(r, 1);
	rig_heard(r);
	ok &= !ask_in_noise(r, "$GV^35\r", GV GV_OK "\\n");
	ok &= !count(r, "noise_in") && !count(r, "hurt_in");
	/* bytes that belong to no frame are bytes only */
	rig_ctl(r, "noise 1 5 in");
	rig_send(r, "\rhello\r", 7);
	rig_advance(r, 1);
	ok &= count(r, "noise_in") == 7 && !count(r, "hurt_in");
	result(rig_stop(r) && ok, "the ledger has each damaged frame");
}

void check_hostile(void)
{
	check_late();
	check_chop("--no-pacing");
	check_chop("--pacing");
	check_noise_out();
	check_noise_in();
}
