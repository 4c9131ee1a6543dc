// SPDX-License-Identifier: GPL-2.0
/*
 * Where the firmware's memory ends: frames, tokens, the receive ring, the
 * display; and what is kept over a reset.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

/* A $FP whose bytes up to the CR are @n is answered, or is not. */
static bool frame_answered(struct rig *r, int n)
{
	char frame[64] = "$FP 0 0 ";
	const char *heard;

	rig_heard(r);
	memset(frame + 8, 'A', (size_t)n - 8);
	frame[n] = '\r';
	rig_send(r, frame, (size_t)n + 1);
	rig_advance(r, 200);
	heard = rig_heard(r);
	return !strncmp(heard, "$OK", 3);
}

static void check_frame_length(const char *firmware, int longest)
{
	struct rig *r = rig_start(firmware, "--boot-time", "0", NULL);
	bool ok = frame_answered(r, longest) && !frame_answered(r, longest + 1) &&
		  !frame_answered(r, longest + 20) && frame_answered(r, longest);

	ok &= !strcmp(rig_word(r, "overlong"), "2");
	result(rig_stop(r) && ok, "%s takes frames of %d bytes", firmware, longest);
}

static void check_tokens(const char *firmware, bool echo)
{
	struct rig *r = rig_start(firmware, "--boot-time", "0", NULL);
	const char *nk = strcmp(firmware, "3.11.3") ? "$NK^21\\r" : "$NK \\r";
	char want[32];
	bool ok = rig_expect(r, "$ZZ 1 2 3 4 5 6 7 8 9\\r", 200, nk);

	snprintf(want, sizeof(want), "%s%s", nk, echo ? "\\n" : "");
	ok &= rig_expect(r, "$ZZ 1 2 3 4 5 6 7 8 9 0\\r", 200, want);
	ok &= !strcmp(rig_word(r, "echo"), echo ? "on" : "off");
	result(rig_stop(r) && ok, "%s: the eleventh token is %s", firmware,
	       echo ? "an accident" : "refused");
}

static void check_ring(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	char want[512] = "";
	bool ok;
	int i;

	rig_ctl(r, "stall 1000");
	for (i = 0; i < 10; i++)
		rig_send(r, "$GE^26\r", 7);
	for (i = 0; i < 9; i++)
		strcat(want, "$OK 24 0001^27\\r");
	ok = rig_expect(r, "", 900, "") && rig_expect(r, "", 400, want);
	ok &= atoi(rig_word(r, "ring_lost")) == 7;
	result(rig_stop(r) && ok, "63 bytes are kept while nobody looks");
}

static void check_display(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	bool ok = rig_expect(r, "$FP 0 0 a b  c d\\r", 200, "$OK^20\\r") &&
		  rig_expect(r, "$FP 12 1 overflow\\r", 200, "$OK^20\\r") &&
		  rig_expect(r, "$FP 99 7 nowhere\\r", 200, "$OK^20\\r") &&
		  rig_expect(r, "$FP 14 0 x :12\\r", 200, "$OK :12^39\\r");

	ok &= !strcmp(rig_ctl(r, "lcd"), "ok [a b  c d      x ] [            over]");
	result(rig_stop(r) && ok, "text on the display keeps its spaces");
}

static void check_saved(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	bool ok = rig_expect(r, "$SC 20 V\\r", 200, "$OK 20^02\\r$AT 01 01 20 0200^31\\r");

	ok &= !strcmp(rig_word(r, "eeprom_writes"), "0");
	ok &= rig_expect(r, "$SC 18\\r", 200, "$OK 18^09\\r$AT 01 01 18 0200^3A\\r");
	ok &= !strcmp(rig_word(r, "eeprom_writes"), "1");
	ok &= rig_expect(r, "$SC 10 V\\r", 200, "$OK 10^01\\r$AT 01 01 10 0200^32\\r");
	ok &= rig_expect(r, "$GC\\r", 200, "$OK 6 80 10 18^16\\r");
	ok &= rig_expect(r, "$SV 230000\\r$FF G 0\\r$SK 7\\r$SY 30 6\\r", 200,
			 "$OK^20\\r$OK^20\\r$OK^20\\r$OK 30 6 0^05\\r");
	rig_ctl(r, "reset");
	rig_advance(r, 500);
	rig_heard(r);
	ok &= rig_expect(r, "$GC\\r$GE\\r$GG\\r$GU\\r$GY\\r", 200,
			 "$OK 6 80 18 18^1E\\r$OK 18 0009^20\\r$OK 0 240000^16\\r"
			 "$OK 0 7^27\\r$OK 30 6 0^05\\r");
	result(rig_stop(r) && ok, "what is saved survives a reset, the rest does not");
}

static void check_max(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	bool ok = rig_expect(r, "$SC 32 M\\r", 200, "$OK 32^01\\r") &&
		  rig_expect(r, "$SC 40 M\\r", 200, "$NK 32^00\\r") &&
		  rig_expect(r, "$SC 40\\r", 200, "$NK 32^00\\r$AT 01 01 32 0200^32\\r") &&
		  rig_expect(r, "$GC\\r", 200, "$OK 6 32 32 32^17\\r");

	result(rig_stop(r) && ok, "the maximum can be set once");
}

void check_limits(void)
{
	check_frame_length("3.11.3", 29);
	check_frame_length("D4.6.0", 31);
	check_frame_length("8.2.3", 31);
	check_tokens("3.11.3", true);
	check_tokens("D4.6.0", true);
	check_tokens("8.2.3", false);
	check_ring();
	check_display();
	check_saved();
	check_max();
}
