// SPDX-License-Identifier: GPL-2.0
/*
 * What the firmware does with good and bad frames: the framing rules, one
 * line each. Every line has a board of its own, booted, with no vehicle.
 */
#include <stdio.h>
#include <string.h>

#include "rig.h"

#define NEW	"8.2.3"
#define MIDDLE	"D4.6.0"
#define OLD	"3.11.3"

#define GV_NEW		"$OK 8.2.3 5.2.1^2F\\r"
#define GV_MIDDLE	"$OK D4.6.0 3.0.1^64\\r"
#define GV_OLD		"$OK 3.11.3 1.0.3\\r"
#define NK		"$NK^21\\r"
#define OK		"$OK^20\\r"

static const struct {
	const char *firmware, *send, *want;
} frames[] = {
	/* checksums */
	{ NEW, "$GV^35\\r", GV_NEW },
	{ NEW, "$GV*C1\\r", GV_NEW },
	{ NEW, "$GV\\r", GV_NEW },
	{ NEW, "$GV*c1\\r", GV_NEW },
	{ MIDDLE, "$GV*c1\\r", GV_MIDDLE },
	{ OLD, "$GV*c1\\r", "$NK \\r" },
	{ NEW, "$GV^00\\r", NK },
	{ NEW, "$GV*35\\r", NK },
	{ NEW, "$GV^\\r", NK },
	{ NEW, "$GV^3\\r", NK },
	{ NEW, "$GV^ZZ\\r", NK },
	{ NEW, "$SV 230000^\\r", OK },		/* the sum is 0, and so is nothing */
	{ NEW, "$GV^35 what follows is of no use\\r", "" },	/* unless it is too long */
	{ NEW, "$GV^35 what follows\\r", GV_NEW },
	{ NEW, "$GV^35\\n\\r", GV_NEW },
	{ NEW, "$^24\\r", NK },			/* the first two bytes are the command */
	/* start and end */
	{ NEW, "garbage$GV^35\\r", GV_NEW },
	{ NEW, "$GS$GV^35\\r", GV_NEW },
	{ NEW, "$$GV^35\\r", GV_NEW },
	{ NEW, "\\r\\n\\r\\nno frame\\r\\n", "" },
	{ NEW, "$GV^35\\r\\n$GV^35\\r\\n", GV_NEW GV_NEW },
	{ NEW, "$GV^35\\n", "" },
	{ NEW, "$GV", "" },
	{ NEW, "$\\r", NK },
	{ NEW, "$G\\r", NK },
	{ NEW, "$G V\\r", NK },
	{ NEW, "$ GV\\r", NK },
	{ NEW, "\\x00\\xff\\xfe$GV^35\\r", GV_NEW },
	{ NEW, "$GV\\x00^00\\r", GV_NEW },	/* a NUL hides the checksum */
	{ NEW, "$SC 1\\r", "$NK 6^37\\r$AT 01 01 6 0200^05\\r" },
	{ NEW, "$GV^35\\r$GE^26\\r", GV_NEW "$OK 24 0001^27\\r" },
	/* commands */
	{ NEW, "$GSX^68\\r", "$OK 01 0 01 0200^12\\r" },
	{ NEW, "$gs^30\\r", NK },
	{ NEW, "$GZ\\r", NK },
	{ NEW, "$ZZ^24\\r", NK },
	{ NEW, "$OK\\r", NK },
	{ NEW, "$SX 1\\r", NK },
	{ NEW, "$SD 1\\r", NK },
	{ NEW, "$SL\\r", NK },
	{ NEW, "$SL 1 2\\r", NK },
	{ NEW, "$SL 3\\r", NK },
	{ NEW, "$GC 1 2 3\\r", "$OK 6 80 24 24^1E\\r" },
	{ NEW, "$FB\\r", NK },
	{ NEW, "$FP 0 0\\r", NK },
	{ NEW, "$SK\\r", OK },
	{ NEW, "$FF D 2\\r", NK },
	{ NEW, "$FF X 1\\r", NK },
	{ MIDDLE, "$FF D 1\\r", NK },
	{ MIDDLE, "$FB\\r", OK },
	{ MIDDLE, "$SD 1 2\\r", NK },
	{ OLD, "$FB\\r", "$OK \\r" },
	{ OLD, "$SX\\r", "$OK \\r" },
	{ OLD, "$S9 1 2 3\\r", "$OK \\r" },
	{ OLD, "$SC\\r", "$OK \\r" },
	{ OLD, "$SC 16 V\\r", "$OK \\r" },
	{ OLD, "$SL 3\\r", "$NK \\r" },
	{ OLD, "$GX\\r", "$NK \\r" },
	{ OLD, "$FX\\r", "$NK \\r" },
	{ OLD, "$XX\\r", "$NK \\r" },
	/* numbers */
	{ OLD, "$SC 99^14\\r", "$NK \\r" },
	{ NEW, "$SC 300\\r", "$OK 44^00\\r$AT 01 01 44 0200^33\\r" },
	{ NEW, "$SC abc\\r", "$OK 75^02\\r$AT 01 01 75 0200^31\\r" },
	{ NEW, "$SC 1613\\r", "$OK 77^00\\r$AT 01 01 77 0200^33\\r" },
	{ MIDDLE, "$SC 1613\\r", "$OK 77^00\\r" },
	{ NEW, "$SC 200^26\\r", "$NK 80^09\\r$AT 01 01 80 0200^3B\\r" },
	{ NEW, "$SC 16 \\r", "$OK 16^07\\r$AT 01 01 16 0200^34\\r" },
	{ NEW, "$SC  16\\r", "$NK 6^37\\r$AT 01 01 6 0200^05\\r" },
	{ NEW, "$SC 40 V\\r", "$NK 24^07\\r" },
	{ MIDDLE, "$SC 40 V\\r", "$OK 40^04\\r" },
	{ NEW, "$SA 220 -10\\r$GA\\r", OK "$OK 220 -290^06\\r" },
	/* sequence ids */
	{ NEW, "$GV :A5^5B\\r", "$OK 8.2.3 5.2.1 :A5^41\\r" },
	{ NEW, "$GV :a5\\r", "$OK 8.2.3 5.2.1 :A5^41\\r" },
	{ NEW, "$GV :5^1A\\r", "$OK 8.2.3 5.2.1 :05^30\\r" },
	{ NEW, "$GV :00^2F\\r", GV_NEW },
	{ NEW, "$GV :xy\\r", GV_NEW },
	{ NEW, "$GV :\\r", GV_NEW },
	{ NEW, "$GV :A5^00\\r", NK },
	{ NEW, "$ZZ :A5^4A\\r", "$NK :A5^4F\\r" },
	{ NEW, "$SL 3 :A5\\r", "$NK :A5^4F\\r" },
	{ NEW, "$FD :0C\\r", "$OK :0C^49\\r$AT ff 01 24 0200^34\\r" },
	{ NEW, "$SC 16 :2A7A\\r", "$OK 16 :2A^6E\\r$AT 01 01 16 0200^34\\r" },
	{ NEW, "$FP 0 0 x :7\\r", "$OK :07^3D\\r" },
	{ MIDDLE, "$GC :0f^6C\\r", "$OK 10 80 :0F^45\\r" },
	{ OLD, "$GV :A5^5B\\r", GV_OLD },
	{ OLD, "$SC 16 :A5\\r", "$OK \\r" },
	/* delimiters inside a text */
	{ NEW, "$FP 0 0 a^b^00\\r", NK },
	{ NEW, "$FP 0 0 a$b\\r", NK },
	/* echo */
	{ NEW, "$FF E 0\\r$GV\\r", OK "\\n$GV\\r" GV_NEW "\\n" },
	{ MIDDLE, "$SE 1\\r$SE 0\\r", OK "\\n$SE 0\\r" OK },
	/* the message that a command causes */
	{ NEW, "$FD^26\\r", OK "$AT ff 01 24 0200^34\\r" },
	{ MIDDLE, "$FD^26\\r", "$ST ff^03\\r" OK },
	{ OLD, "$FD^26\\r", "$ST ff\\r$OK \\r" },
	{ NEW, "$FD^26\\r$FD^26\\r", OK "$AT ff 01 24 0200^34\\r" OK },
	{ NEW, "$FS\\r$FE\\r$GS\\r", OK "$AT fe 01 24 0200^37\\r" OK
	  "$OK 00 0 01 0200^13\\r$AT 01 01 24 0200^35\\r" },
};

static const struct {
	const char *firmware, *rapi;
} versions[] = {
	{ "2.1.A2", "1.0.0" },	{ "3.2.6", "1.0.1" },	{ "D3.3.7", "1.0.2" },
	{ "3.7.8", "1.0.3" },	{ "3.11.3", "1.0.3" },	{ "D4.0.0", "2.0.0" },
	{ "D4.1.0", "2.0.1" },	{ "D4.3.2", "2.0.3" },	{ "D4.6.0", "3.0.1" },
	{ "4.8.0", "3.0.1" },	{ "D4.9.1", "4.0.0" },	{ "D4.10.2", "4.0.1" },
	{ "5.0.1", "4.0.1" },	{ "5.1.0", "4.0.1" },	{ "D6.1.3", "5.0.0" },
	{ "D6.2.1", "5.1.0" },	{ "D7.1.1", "5.1.3" },	{ "7.1.6", "5.1.4" },
	{ "8.2.3.EU", "5.2.1" }, { "9.2.0.core.lcd", "6.0.0" },
};

static void check_versions(void)
{
	bool ok = true;
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct rig *r = rig_start(versions[i].firmware, "--boot-time", "0", NULL);

		if (strcmp(rig_word(r, "firmware"), versions[i].firmware) ||
		    strcmp(rig_word(r, "rapi"), versions[i].rapi)) {
			remark("%s says it is %s", versions[i].firmware, rig_word(r, "rapi"));
			ok = false;
		}
		ok &= rig_stop(r);
	}
	result(ok, "RAPI version of %zu firmware versions", i);
}

void check_frames(void)
{
	size_t i, n = sizeof(frames) / sizeof(frames[0]);
	bool ok = true;

	for (i = 0; i < n; i++) {
		struct rig *r = rig_start(frames[i].firmware, "--boot-time", "0", NULL);

		if (!rig_expect(r, frames[i].send, 600, frames[i].want)) {
			remark("on %s", frames[i].firmware);
			ok = false;
		}
		ok &= rig_honest(r);
		ok &= rig_stop(r);
	}
	result(ok, "%zu frames, good and bad", n);
	check_versions();
}
