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

/* ---- what nobody could tell ------------------------------------------------------ */

#define SLIPS_ASKED	4000
#define HEARD		(SLIPS_ASKED * 64)

/* Asks in noise, and has all that came, as it came. */
static size_t listen_in_noise(struct rig *r, const char *send, char *heard)
{
	size_t n = 0, len;
	int i;

	for (i = 0; i < SLIPS_ASKED; i++) {
		rig_send(r, send, strlen(send));
		rig_advance(r, 1);
		rig_heard(r);
		len = r->len < HEARD - n ? r->len : HEARD - n;
		memcpy(heard + n, r->buf, len);
		n += len;
		r->len = r->seen = 0;
	}
	return n;
}

/* By what the name is followed by: nothing but spaces, or parameters. */
enum kind { BARE, WITH_PARAMS, KINDS };

struct judged {
	unsigned long right[KINDS], wrong[KINDS], none[KINDS];	/* checksums */
};

/* One that begins as a message does, and is not the one that was said. */
static void judge_frame(struct judged *j, const char *f, size_t n, const char *said)
{
	static const char names[] = "$OK$NK$ST$AT$AB$AN$WF";
	unsigned int xor = 0, given;
	size_t i, known = 0;
	bool checksum, bare;

	for (i = 0; names[i]; i += 3)
		known += n >= 3 && !memcmp(f, names + i, 3);
	if (!known || (n == strlen(said) && !memcmp(f, said, n)))
		return;
	checksum = n >= 6 && f[n - 3] == '^' && strspn(f + n - 2, "0123456789ABCDEF") >= 2;
	if (checksum)
		n -= 3;
	for (i = 3, bare = true; i < n; i++)
		bare &= f[i] == ' ';
	if (!checksum) {
		j->none[bare ? BARE : WITH_PARAMS]++;
		return;
	}
	for (i = 0; i < n; i++)
		xor ^= (unsigned char)f[i];
	sscanf(f + n + 1, "%2x", &given);
	(given == xor ? j->right : j->wrong)[bare ? BARE : WITH_PARAMS]++;
}

static struct judged judge(const char *heard, size_t n, const char *said)
{
	struct judged j = { 0 };
	size_t i, start = n;

	for (i = 0; i < n; i++) {
		if (heard[i] == '$')
			start = i;
		if (heard[i] != '\r' || start == n)
			continue;
		judge_frame(&j, heard + start, i - start, said);
		start = n;
	}
	return j;
}

static bool is(struct rig *r, const char *key, unsigned long want)
{
	if (count(r, key) == want)
		return true;
	remark("%s is %s, not %lu", key, rig_word(r, key), want);
	return false;
}

/* Which of the two kinds of messages that firmware sends with a checksum. */
struct guarded {
	const char *firmware;
	bool bare, with_params;
};

/* Counted here, from what was heard, and there. */
static void check_forged(const struct guarded *g, const char *send, const char *said)
{
	struct rig *r = rig_start(g->firmware, "--boot-time", "0", "--instant", NULL);
	unsigned long forged, unguarded = 0;
	char *heard = malloc(HEARD);
	struct judged j;
	size_t n;
	bool ok;

	rig_ctl(r, "noise 0.05 5 out");
	n = listen_in_noise(r, send, heard);
	j = judge(heard, n, said);
	forged = (g->bare ? j.right[BARE] : 0) + (g->with_params ? j.right[WITH_PARAMS] : 0);
	if (!g->bare)
		unguarded += j.right[BARE] + j.none[BARE];
	if (!g->with_params)
		unguarded += j.right[WITH_PARAMS] + j.none[WITH_PARAMS];
	ok = n && n < HEARD && is(r, "misheard", 0);
	ok &= is(r, "forged_out", forged) && is(r, "unguarded_out", unguarded);
	ok &= forged + unguarded > 0 && forged * 50 < count(r, "hurt_out");
	remark("%s", rig_ctl(r, "forged"));
	rig_ctl(r, "stats clear");
	ok &= is(r, "forged_out", 0) && is(r, "unguarded_out", 0) && rig_honest(r);
	free(heard);
	result(rig_stop(r) && ok, "%s: %lu forged, %lu unguarded are not '%s'", g->firmware,
	       forged, unguarded, said);
}

static void check_all_forged(void)
{
	static const struct guarded p8 = { "8.2.3", true, true };
	static const struct guarded p4 = { "D4.6.0", true, true };
	static const struct guarded p2 = { "D4.0.0", false, true };
	static const struct guarded p1 = { "3.11.3", false, false };

	check_forged(&p8, "$GE^26\r", "$OK 24 0001^27");
	check_forged(&p4, "$GE :5A^48\r", "$OK 16 0001 :5A^48");
	check_forged(&p2, "$GE^26\r", "$OK 16 0001^26");
	check_forged(&p2, "$SL 1^2A\r", "$OK");
	check_forged(&p1, "$GE^26\r", "$OK 16 0001");
	check_forged(&p1, "$SL 1^2A\r", "$OK ");
}

static void check_misheard(const char *firmware, const char *send, bool unchecked)
{
	struct rig *r = rig_start(firmware, "--boot-time", "0", "--instant", NULL);
	unsigned long misheard, without;
	char *heard = malloc(HEARD);
	bool ok;

	rig_ctl(r, "noise 0.05 5 in");
	ok = listen_in_noise(r, send, heard) > 0;
	misheard = count(r, "misheard");
	without = count(r, "misheard_unchecked");
	ok &= is(r, "forged_out", 0) && is(r, "unguarded_out", 0);
	ok &= misheard > 0 && misheard * 5 < count(r, "hurt_in");
	ok &= unchecked ? without > 0 && without <= misheard : !without;
	remark("%s", rig_ctl(r, "forged"));
	rig_ctl(r, "stats clear");
	ok &= is(r, "misheard", 0) && is(r, "misheard_unchecked", 0) && rig_honest(r);
	free(heard);
	result(rig_stop(r) && ok, "%s: %lu misheard, %lu of them unchecked", firmware, misheard,
	       without);
}

/* @send, of which the board does not hear what is in brackets. */
static void send_with_holes(struct rig *r, const char *send)
{
	size_t n;

	while (*send) {
		n = strcspn(send, "[]");
		if (n)
			rig_send(r, send, n);
		rig_advance(r, 1);
		send += n;
		if (*send)
			rig_ctl(r, *send++ == '[' ? "deaf on" : "deaf off");
	}
}

static const struct {
	const char *firmware, *send, *forged;
	int misheard, unchecked;
} holes[] = {
	/* what is lost is the checksum: that alone is no other command */
	{ "8.2.3", "$GE^26\r$GE[^26]\r$GE^26[\r]$GE^26\r", "ok none", 0, 0 },
	{ "8.2.3", "$GE^26 what follows\r", "ok none", 0, 0 },
	{ "8.2.3", "$SC 16[^]13\r", "ok misheard_unchecked: $SC 16^13 -> $SC 1613", 1, 1 },
	{ "3.11.3", "$SC 1[6^13]\r", "ok misheard_unchecked: $SC 16^13 -> $SC 1", 1, 1 },
	{ "D3.3.7", "$SC 16[*]0B\r", "ok none", 0, 0 },
	{ "8.2.3", "$SC 1[6]^13\r", "ok none", 0, 0 },
	/* an XOR does not mind the same byte twice, a sum not the order */
	{ "8.2.3", "$SC 1[66]6^13\r", "ok misheard: $SC 1666^13 -> $SC 16^13", 1, 0 },
	{ "8.2.3", "$SC 16^13\r$SC 1[66]6^13\r", "ok none", 0, 0 },
	{ "D3.3.7", "$SC 1[6]6[1]*41\r", "ok misheard: $SC 1661*41 -> $SC 16*41", 1, 0 },
	/* unknown, or with the wrong number of tokens: done only where it is OK */
	{ "8.2.3", "$S[C] 16\r", "ok none", 0, 0 },
	{ "3.11.3", "$S[C] 16\r", "ok misheard_unchecked: $SC 16 -> $S 16", 1, 1 },
	{ "3.11.3", "$SC[ 16]\r", "ok misheard_unchecked: $SC 16 -> $SC", 1, 1 },
};

static void check_holes(void)
{
	size_t i, n = sizeof(holes) / sizeof(holes[0]);
	const char *forged;
	bool ok = true;

	for (i = 0; i < n; i++) {
		struct rig *r = rig_start(holes[i].firmware, "--boot-time", "0", "--instant",
					  NULL);

		send_with_holes(r, holes[i].send);
		ok &= is(r, "misheard", (unsigned long)holes[i].misheard);
		ok &= is(r, "misheard_unchecked", (unsigned long)holes[i].unchecked);
		forged = rig_ctl(r, "forged");
		if (strcmp(forged, holes[i].forged)) {
			remark("%s %s: %s", holes[i].firmware, holes[i].send, forged);
			ok = false;
		}
		ok &= rig_stop(r);
	}
	result(ok, "%zu frames with holes", n);
}

/* All that may happen but noise. */
static void check_honest(const char *firmware, const char *speed)
{
	static const char *const controls[] = {
		"late 0.3 200", "chop 0.1", "delay 30", "drop 2", "button short", "echo on",
		"button short", "stall 300", "delay 0", "mute on", "mute off", "gfi",
		"send hello$AT 03 02\\r", "reset", "pilot C", "late 0", "chop 0", "noise 0",
	};
	struct rig *r = rig_start(firmware, "--boot-time", "0.1", speed, NULL);
	size_t i, n = sizeof(controls) / sizeof(controls[0]);
	const char *command;
	bool ok;

	for (i = 0; i < 5 * n; i++) {
		rig_ctl(r, "%s", controls[i % n]);
		command = i % 2 ? "$GV*C1\r$GE*B0\r$GS*BE\r" : "$SC 16*41\r$FD*AE\r$FE*AF\r";
		rig_send(r, command, strlen(command));
		rig_advance(r, 60 * (double)(i % 7));
	}
	rig_advance(r, 10000);
	ok = rig_honest(r) && count(r, "frames") > 3 * n;
	ok &= is(r, "noise_in", 0) && is(r, "noise_out", 0) && is(r, "hurt_in", 0) &&
	      is(r, "hurt_out", 0) && is(r, "forged_out", 0) && is(r, "unguarded_out", 0) &&
	      is(r, "misheard", 0) && is(r, "misheard_unchecked", 0);
	result(rig_stop(r) && ok, "%s %s: no noise, no mishaps", firmware, speed);
}

void check_hostile(void)
{
	check_late();
	check_chop("--no-pacing");
	check_chop("--pacing");
	check_noise_out();
	check_noise_in();
	check_all_forged();
	check_misheard("8.2.3", "$SC 16 V^65\r", true);
	check_misheard("3.11.3", "$SC 16^13\r", true);
	check_misheard("D3.3.7", "$SC 16*41\r", false);
	check_holes();
	check_honest("8.2.3", "--instant");
	check_honest("8.2.3", "--pacing");
	check_honest("D4.0.0", "--pacing");
	check_honest("3.11.3", "--no-pacing");
}
