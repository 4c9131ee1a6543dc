// SPDX-License-Identifier: GPL-2.0
/*
 * What tells one firmware from another, beyond a command and its answer: the
 * sweep of bare selectors, frame lengths, the eleventh token, builds, boot
 * messages, and what takes a vehicle or a while to see.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "rig.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define TEXT		1024

#define PLAIN		NULL, NULL
#define WITH(f)		"--with", f
#define WITHOUT(f)	"--without", f

/* ---- the sweep ------------------------------------------------------------- */

#define SELECTORS	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
	const char *firmware, *f, *s, *g;
} sweeps[] = {
	{ "D3.3.7", "BDEPS", "", "ACEFGSTV" },
	{ "3.7.8", "BDEPS", "K", "ACEFGPSTUV" },
	{ "3.8.4", "BDEPS", SELECTORS, "3ACEFGHPSTUV" },
	{ "3.11.3", "BDEPS", SELECTORS, "3ACEFGHPSTUV" },
	{ "D4.0.0", "BDEPS", "K", "3ACEFGHPSTUV" },
	{ "D4.1.0", "BDEPS", "K", "3ACEFGHPSTUV" },
	{ "4.8.0", "DES", "K", "03ACDEFGHPSTUV" },
	{ "5.0.0", "1DES", "K", "03ACDEFGHPSTUV" },
	{ "D6.2.0", "1DES", "KY", "03ACDEFGHPSTUV" },
	{ "D7.1.1", "1DES", "KY", "03ACDEFGHPSTUVY" },
	{ "8.2.3", "1DES", "KY", "035ACDEFGHPSTUVY" },
};

/* The selectors of @group that are answered with an OK, without a parameter. */
static void sweep(struct rig *r, char group, char *found)
{
	const char *s;
	char command[3] = { group, 0, 0 }, frame[TEXT];

	for (s = SELECTORS; *s; s++) {
		if (group == 'F' && *s == 'R')
			continue;
		command[1] = *s;
		rig_frame(frame, sizeof(frame), command);
		rig_heard(r);
		rig_send(r, frame, strlen(frame) - 2);
		rig_send(r, "\r", 1);
		rig_advance(r, 400);
		if (strstr(rig_heard(r), "$OK"))
			*found++ = *s;
	}
	*found = '\0';
}

static bool sweeps_as(struct rig *r, const char *firmware, char group, const char *want)
{
	char found[40];

	sweep(r, group, found);
	if (!strcmp(found, want))
		return true;
	remark("%s answers %c '%s', not '%s'", firmware, group, found, want);
	return false;
}

static void check_sweeps(void)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < COUNT(sweeps); i++) {
		const char *fw = sweeps[i].firmware;
		bool late = !strcmp(fw, "8.2.3");
		struct rig *r = rig_start(fw, "--boot-time", "0", late ? "--with" : NULL, "limits",
					  "--without", "mcuid", NULL);

		ok &= sweeps_as(r, fw, 'F', sweeps[i].f) & sweeps_as(r, fw, 'S', sweeps[i].s) &
		      sweeps_as(r, fw, 'G', sweeps[i].g) & sweeps_as(r, fw, 'T', "") &
		      sweeps_as(r, fw, 'Z', "") & sweeps_as(r, fw, 'Q', "");
		ok &= rig_stop(r);
	}
	result(ok, "bare selectors of %zu firmware versions", COUNT(sweeps));
}

/* ---- frames ---------------------------------------------------------------- */

static const struct {
	const char *firmware, *option, *feature;
	int longest;
	bool overflows;
} sizes[] = {
	{ "2.1.A2", PLAIN, 29, true },		{ "D3.3.7", PLAIN, 29, true },
	{ "D3.7.7", PLAIN, 29, true },		{ "D4.0.0", PLAIN, 29, true },
	{ "D4.4.0", PLAIN, 29, true },		{ "D4.5.1", WITHOUT("ids"), 29, true },
	{ "D4.5.1", PLAIN, 31, true },		{ "4.8.0", PLAIN, 31, true },
	{ "D4.8.1", PLAIN, 31, false },		{ "5.0.1", PLAIN, 31, false },
	{ "D6.1.3", PLAIN, 31, false },		{ "D6.2.1", PLAIN, 31, false },
	{ "D7.1.1", PLAIN, 31, false },		{ "9.2.0", PLAIN, 31, false },
	{ "9.2.0.SAMD", PLAIN, 39, false },	{ "9.2.0", WITH("cable-temperature"), 39, false },
};

/* Only the first two bytes count: GV with @n bytes in all is still GV. */
static bool long_frame_answered(struct rig *r, int n)
{
	char command[64] = "GV", frame[TEXT];

	memset(command + 2, 'A', (size_t)n - 6);
	rig_frame(frame, sizeof(frame), command);
	rig_heard(r);
	rig_send(r, frame, strlen(frame) - 2);
	rig_send(r, "\r", 1);
	rig_advance(r, 200);
	return !strncmp(rig_heard(r), "$OK", 3);
}

/* The checksum is there for the firmware that insists on it. */
static bool eleven_tokens(struct rig *r, bool overflows)
{
	char frame[TEXT];

	rig_frame(frame, sizeof(frame), "ZZ 1 2 3 4 5 6 7 8 9 0");
	rig_send(r, frame, strlen(frame) - 2);
	rig_send(r, "\r", 1);
	rig_advance(r, 200);
	return !strncmp(rig_heard(r), "$NK", 3) &&
	       !strcmp(rig_word(r, "echo"), overflows ? "on" : "off");
}

static void check_sizes(void)
{
	bool ok = true, fine;
	size_t i;

	for (i = 0; i < COUNT(sizes); i++) {
		struct rig *r = rig_start(sizes[i].firmware, "--boot-time", "0", sizes[i].option,
					  sizes[i].feature, NULL);
		int n = sizes[i].longest;

		fine = long_frame_answered(r, n) && !long_frame_answered(r, n + 1) &&
		       long_frame_answered(r, n) && eleven_tokens(r, sizes[i].overflows);
		if (!fine)
			remark("%s is not of that size", sizes[i].firmware);
		ok &= rig_stop(r) && fine;
	}
	result(ok, "frames of %zu firmware versions: longest, too long, eleven tokens", i);
}

/* ---- builds ---------------------------------------------------------------- */

static const struct {
	const char *firmware, *options[6], *rapi;
} builds[] = {
	{ "5.0.1", { NULL }, "4.0.1" },
	{ "5.0.1", { "--without", "ff" }, "3.0.1" },
	{ "5.0.1", { "--without", "ff", "--without", "ids" }, "2.0.4" },
	{ "5.0.1", { "--without", "ff", "--without", "ids", "--without", "reply-checksum" },
	  "1.0.5" },
	{ "D4.9.1", { "--without", "ids" }, "4.0.0" },
	{ "D4.6.0", { "--without", "ids", "--without", "reply-checksum" }, "1.0.5" },
	{ "D4.3.2", { "--without", "reply-checksum" }, "1.0.4" },
	{ "D4.5.0", { NULL }, "2.0.4" },
	{ "D4.5.0", { "--with", "ids" }, "3.0.1" },
	{ "7.1.4", { NULL }, "5.1.3" },
	{ "8.2.3.T2", { NULL }, "5.2.1" },
};

static void check_builds(void)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < COUNT(builds); i++) {
		const char *const *o = builds[i].options;
		struct rig *r = rig_start(builds[i].firmware, "--boot-time", "0", o[0], o[1], o[2],
					  o[3], o[4], o[5], NULL);

		if (strcmp(rig_word(r, "rapi"), builds[i].rapi)) {
			remark("%s has RAPI %s", builds[i].firmware, rig_word(r, "rapi"));
			ok = false;
		}
		ok &= rig_stop(r);
	}
	result(ok, "RAPI version of %zu builds", COUNT(builds));
}

/* Options that no build of that firmware can have. */
static void check_impossible(void)
{
	static const char *const wrong[][3] = {
		{ "3.11.3", "--with", "auth" },		{ "3.11.3", "--with", "ids" },
		{ "5.0.1", "--with", "bootlock" },	{ "8.2.3", "--with", "toggles" },
		{ "8.2.3", "--with", "nonsense" },	{ "8.2.3", "--without", "nonsense" },
		{ "8.2.3", "--without", "ids" },	{ "nonsense", "--without", "lcd" },
	};
	char shell[512];
	bool ok = true;
	size_t i;

	for (i = 0; i < COUNT(wrong); i++) {
		snprintf(shell, sizeof(shell), "%s --stdio --firmware %s %s %s </dev/null 2>/dev/null",
			 rig_program, wrong[i][0], wrong[i][1], wrong[i][2]);
		if (WEXITSTATUS(system(shell)) != 2) {
			remark("%s took %s %s", wrong[i][0], wrong[i][1], wrong[i][2]);
			ok = false;
		}
	}
	result(ok, "%zu impossible builds are refused", COUNT(wrong));
}

/* ---- boot ------------------------------------------------------------------ */

#define RELAY_TEXT	"\\nrelayCloseMs: 100\\r\\nrelayHoldPwm: 255\\r\\n"

static const struct {
	const char *firmware, *says;	/* until it waits for a vehicle */
} boots[] = {
	{ "3.3.1", "$ST 1\\r" },
	{ "D3.3.7", "$ST 01\\r" },
	{ "3.8.3", "" },
	{ "3.10.4", "$ST 01\\r" },
	{ "3.11.0", "$ST 00\\r$ST 01\\r" },
	{ "D4.0.0", "$ST 00\\r$ST 01\\r" },
	{ "D4.1.0", "$ST 00^03\\r$ST 01^02\\r" },
	{ "5.0.1", "$ST 00^03\\r$ST 01^02\\r" },
	{ "6.1.3", "$AB 00 6.1.3^13\\r$AT 01 01 80 0200^3B\\r" },
	{ "6.2.1", "$AB 00 6.2.1^12\\r$AT 01 01 16 0200^34\\r" },
	{ "7.1.0", RELAY_TEXT "$AB 00 7.1.0^11\\r$AT 01 01 16 0200^34\\r" },
	{ "D7.1.1", RELAY_TEXT "$AT 00 00 0 0200^03\\r$AB 00 D7.1.1^54\\r"
	  "$AT 01 01 16 0200^34\\r" },
	{ "9.2.0", "$AT 00 00 0 4200^07\\r$AB 00 9.2.0^1C\\r" },
};

static void check_boots(void)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < COUNT(boots); i++) {
		struct rig *r = rig_start(boots[i].firmware, NULL);

		if (!rig_expect(r, "", 9000, boots[i].says)) {
			remark("as %s boots", boots[i].firmware);
			ok = false;
		}
		ok &= rig_stop(r);
	}
	result(ok, "what %zu firmware versions say as they boot", COUNT(boots));
}

static void check_reset(void)
{
	struct rig *r = rig_start("3.3.5", NULL);
	bool ok;

	rig_advance(r, 9000);
	ok = rig_expect(r, "$FR*BC\\r", 800, "$OK \\r");
	ok &= rig_stop(r);
	r = rig_start("D3.3.6", NULL);
	rig_advance(r, 9000);
	rig_heard(r);
	ok &= rig_expect(r, "$FR*BC\\r", 800, "");
	ok &= !strcmp(rig_word(r, "resets"), "0") && rig_expect(r, "", 1000, "");
	ok &= !strcmp(rig_word(r, "resets"), "1");
	result(rig_stop(r) && ok, "FR is answered up to 3.3.5 and never again");
}

/* ---- messages -------------------------------------------------------------- */

static bool hears(const char *firmware, const char *control, const char *command,
		  const char *want)
{
	struct rig *r = rig_start(firmware, "--boot-time", "0", NULL);
	bool ok;

	rig_heard(r);
	if (command) {
		rig_send(r, command, strlen(command));
		rig_advance(r, 300);
		rig_heard(r);
	}
	rig_ctl(r, "%s", control);
	ok = rig_expect(r, "", 1000, want);
	if (!ok)
		remark("on %s, %s", firmware, control);
	return rig_stop(r) && ok;
}

static void check_messages(void)
{
	bool ok = hears("3.3.1", "button wifi", NULL, "");

	ok &= hears("D3.3.7", "button wifi", NULL, "$WF 00\\r");
	ok &= hears("3.11.3", "button wifi", NULL, "$WF 02\\r");
	ok &= hears("5.0.1", "button wifi", NULL, "$WF 02^17\\r");
	ok &= hears("3.3.1", "pilot B", NULL, "$ST 2\\r");
	ok &= hears("D3.3.7", "pilot B", NULL, "$ST 02\\r");
	ok &= hears("3.8.3", "pilot B", NULL, "");
	ok &= hears("3.8.3", "button short", NULL, "");
	ok &= hears("3.8.4", "pilot B", NULL, "$ST 02\\r");
	ok &= hears("D4.0.0", "pilot B", NULL, "$ST 02\\r");
	ok &= hears("5.0.1", "pilot B", NULL, "$ST 02^01\\r");
	ok &= hears("6.1.3", "pilot B", NULL, "$AT 02 02 80 0700^3E\\r");
	ok &= hears("6.2.1", "pilot B", NULL, "$AT 02 02 16 0700^31\\r");
	ok &= hears("7.1.0", "button short", "$FF B 0\r", "$AN 0^3B\\r");
	ok &= hears("6.2.1", "button short", "$FF B 0\r", "");
	result(ok, "messages: $WF, $ST, $AT, $AN");
}

/* ---- more than a command --------------------------------------------------- */

static void check_volatile(void)
{
	struct rig *r = rig_start("D4.2.0", "--boot-time", "0", NULL);
	bool ok = rig_expect(r, "$SC 20 :01\\r", 200, "$OK^20\\r");

	ok &= !strcmp(rig_word(r, "eeprom_writes"), "0");
	rig_ctl(r, "reset");
	rig_advance(r, 500);
	rig_heard(r);
	ok &= rig_expect(r, "$GE\\r", 200, "$OK 16 0001^26\\r");
	result(rig_stop(r) && ok, "2.0.2: any third word is volatile");
}

static void check_time_limit(const char *firmware, bool extends)
{
	struct rig *r = rig_start(firmware, "--boot-time", "0", NULL);
	bool ok;

	rig_ctl(r, "pilot C");
	rig_ctl(r, "wait state charging 9000");
	rig_advance(r, 600000);
	rig_heard(r);
	ok = rig_expect(r, "$S3 1\\r$G3\\r", 300, "$OK^20\\r$OK 1^31\\r");
	rig_advance(r, 320000);
	ok &= !strcmp(rig_word(r, "state"), extends ? "charging" : "sleeping");
	rig_advance(r, 600000);
	ok &= !strcmp(rig_word(r, "state"), "sleeping");
	result(rig_stop(r) && ok, "%s: a time limit counts from %s", firmware,
	       extends ? "now" : "the start");
}

/* It is noon when the rig starts: one timer ends at one, the other ended at eleven. */
static void check_delay_timer(const char *firmware, const char *end, const char *later)
{
	struct rig *r = rig_start(firmware, "--boot-time", "0", NULL);
	bool ok = rig_expect(r, "$ST 1 5 13 0\\r", 3000, "$OK^20\\r");

	rig_advance(r, 59 * 60000);
	ok &= !*rig_heard(r);
	rig_advance(r, 60000);
	ok &= !strcmp(rig_heard(r), end);
	ok &= rig_expect(r, "$ST 1 5 11 0\\r$FE\\r", 3000, later);
	result(rig_stop(r) && ok, "%s sleeps when its timer ends, and %s", firmware,
	       strstr(later, " fe ") ? "until it starts" : "no longer than that");
}

static void check_limit_flags(void)
{
	static const struct {
		const char *firmware, *says;
	} flags[] = {
		{ "7.1.0", "$OK^20\\r$OK 02 0 02 0700^17\\r$OK^20\\r$OK 02 0 02 0700^17\\r" },
		{ "D7.1.1", "$OK^20\\r$AT 02 02 16 0710^30\\r$OK 02 0 02 0710^16\\r"
		  "$OK^20\\r$AT 02 02 16 2710^32\\r$OK 02 0 02 2710^14\\r" },
	};
	bool ok = true;
	size_t i;

	for (i = 0; i < COUNT(flags); i++) {
		struct rig *r = rig_start(flags[i].firmware, "--boot-time", "0", "--state", "B",
					  NULL);

		ok &= rig_expect(r, "$S3 4\\r$GS\\r$SH 5\\r$GS\\r", 500, flags[i].says);
		ok &= rig_stop(r);
	}
	result(ok, "a limit is a flag and a message from 7.1.1 on");
}

static void check_elapsed(const char *firmware, bool adds_up)
{
	struct rig *r = rig_start(firmware, "--boot-time", "0", NULL);
	int seconds;

	rig_ctl(r, "pilot C");
	rig_ctl(r, "wait state charging 9000");
	rig_advance(r, 100000);
	rig_ctl(r, "pilot B");
	rig_ctl(r, "wait state connected 9000");
	rig_advance(r, 50000);
	rig_ctl(r, "pilot C");
	rig_ctl(r, "wait state charging 9000");
	rig_advance(r, 20000);
	seconds = atoi(rig_word(r, "elapsed"));
	result(rig_stop(r) && (adds_up ? seconds > 110 : seconds < 30), "%s: elapsed %s", firmware,
	       adds_up ? "adds up" : "starts over");
}

static void check_hot(void)
{
	struct rig *r = rig_start("5.0.1", "--boot-time", "0", "--with", "overcurrent", NULL);
	bool ok;

	rig_ctl(r, "pilot C");
	rig_ctl(r, "wait state charging 9000");
	rig_ctl(r, "temp 660");
	rig_ctl(r, "wait offered 8");
	rig_advance(r, 100);
	rig_heard(r);
	ok = rig_expect(r, "$SC 10 V\\r", 300, "$NK 8^39\\r");
	rig_ctl(r, "temp 240");
	rig_ctl(r, "wait offered 16");
	rig_ctl(r, "amps 40 force");
	ok &= !strncmp(rig_ctl(r, "wait state over-current 20000"), "ok", 2);
	ok &= !strcmp(rig_word(r, "code"), "0b");
	result(rig_stop(r) && ok, "5.0: no more current while it is hot, and state 0b");
}

static void check_thresholds(void)
{
	struct rig *r = rig_start("4.8.0", "--boot-time", "0", "--with", "ny-temperature", NULL);
	bool ok = rig_expect(r, "$SO 0 0\\r", 200, "$OK^20\\r");

	rig_ctl(r, "temp 900");
	rig_advance(r, 9000);
	ok &= !strcmp(rig_word(r, "state"), "not-connected");
	ok &= rig_expect(r, "$SO 800 800\\r", 200, "$OK^20\\r");
	ok &= !strncmp(rig_ctl(r, "wait state over-temperature 20000"), "ok", 2);
	result(rig_stop(r) && ok, "SO: thresholds, and none");
}

static void check_spaces(void)
{
	static const char *const shown[][3] = {
		{ "7.1.1", "a\\x01b", "ok [a b" },
		{ "8.0.0", "a\\xefb", "ok [a b" },
		{ "8.2.3", "a_b", "ok [a_b" },
	};
	bool ok = true;
	size_t i;

	for (i = 0; i < COUNT(shown); i++) {
		struct rig *r = rig_start(shown[i][0], "--boot-time", "0", NULL);
		char frame[64];

		snprintf(frame, sizeof(frame), "$FP 0 0 %s\\r", shown[i][1]);
		ok &= rig_expect(r, frame, 200, "$OK^20\\r");
		ok &= !strncmp(rig_ctl(r, "lcd"), shown[i][2], strlen(shown[i][2]));
		ok &= rig_stop(r);
	}
	result(ok, "what stands for a space on the display");
}

static void check_first_trip(void)
{
	struct rig *r = rig_start("3.8.4", "--boot-time", "0", NULL);
	bool ok;

	rig_ctl(r, "pilot C");
	rig_ctl(r, "wait state charging 9000");
	rig_advance(r, 5000);
	rig_ctl(r, "gfi");
	rig_ctl(r, "wait state gfci-fault 9000");
	rig_advance(r, 200);
	rig_heard(r);
	ok = rig_expect(r, "$GF\\r", 200, "$OK 1 ff ff\\r");
	result(rig_stop(r) && ok, "blank fault counters count from nothing");
}

/* ---- 6.0.0 ----------------------------------------------------------------- */

static void check_lock(void)
{
	struct rig *r = rig_start("9.2.0", "--boot-time", "0", NULL);
	bool ok = rig_expect(r, "$GS\\r", 1000, "$OK 00 0 00 4200^16\\r");

	ok &= rig_expect(r, "$FF L 0\\r", 300, "$OK^20\\r");
	rig_ctl(r, "reset");
	rig_advance(r, 1000);
	rig_heard(r);
	ok &= rig_expect(r, "$GS\\r", 300, "$OK 01 0 01 0200^12\\r");
	ok &= rig_expect(r, "$FF L 1\\r", 300, "$OK^20\\r");
	rig_ctl(r, "reset");
	rig_advance(r, 1000);
	rig_heard(r);
	ok &= rig_expect(r, "$SB\\r", 500, "$OK 0^30\\r$AT 01 01 24 0200^35\\r");
	result(rig_stop(r) && ok, "6.0.0: locked at boot until SB, or FF L 0");
}

static void check_shake(void)
{
	struct rig *r = rig_start("9.2.0", "--boot-time", "0", "--without", "bootlock", NULL);
	bool ok = rig_expect(r, "$FK\\r$GV\\r", 9000, "") &&
		  rig_expect(r, "", 2000, "$OK^20\\r$OK 9.2.0 6.0.0^2D\\r");

	ok &= rig_expect(r, "$GL\\r", 200, "$OK 100 0 0 12 0 65535 65535 0 1^03\\r");
	rig_ctl(r, "pilot B");
	rig_ctl(r, "wait state connected 9000");
	rig_advance(r, 1000);
	rig_heard(r);
	ok &= rig_expect(r, "$FK\\r", 300, "$NK^21\\r");
	rig_ctl(r, "pilot A");
	rig_advance(r, 2000);
	rig_ctl(r, "relay stuck");
	rig_ctl(r, "wait state stuck-relay 9000");
	rig_advance(r, 1000);
	rig_heard(r);
	ok &= rig_expect(r, "$FK\\r", 29000, "") && rig_expect(r, "", 2000, "$OK^20\\r");
	rig_ctl(r, "relay ok");
	ok &= rig_expect(r, "$FK\\r", 9000, "");
	ok &= !strncmp(rig_ctl(r, "wait state not-connected 9000"), "ok", 2);
	result(rig_stop(r) && ok, "6.0.0: FK answers when it is done");
}

void check_profiles(void)
{
	check_sweeps();
	check_sizes();
	check_builds();
	check_impossible();
	check_boots();
	check_reset();
	check_messages();
	check_volatile();
	check_time_limit("D4.11.0", false);
	check_time_limit("5.0.1", true);
	check_time_limit("5.1.0", false);
	check_delay_timer("D4.13.0", "$ST fe^00\\r", "$OK^20\\r$OK^20\\r$ST 01^02\\r");
	check_delay_timer("8.2.3", "$AT fe 01 24 1200^36\\r",
			  "$OK^20\\r$OK^20\\r$AT 01 01 24 1200^34\\r$AT fe 01 24 1200^36\\r");
	check_limit_flags();
	check_elapsed("D4.10.2", false);
	check_elapsed("D4.11.0", true);
	check_hot();
	check_thresholds();
	check_spaces();
	check_first_trip();
	check_lock();
	check_shake();
}
