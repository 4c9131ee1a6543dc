// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes and commands at random, but the same each time: the board must not
 * fall over (the sanitizers watch), and must be its old self afterwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../random.h"
#include "rig.h"

#define ROUNDS	400
#define BYTES	500

static const char *const seeds[] = {
	"$GV^35", "$SC 16 V :1F", "$FP 0 0 some text", "$ST 22 30 6 15", "$SY 100 6", "$FF E 1",
	"$S1 26 11 22 10 20 30", "$ZZ 1 2 3 4 5 6 7 8 9 10 11", "$SK 4294967295", "$FE", "$FD",
	"$FS", "$FR", "$GI", "$SL A", "$SA 65535 -32768", "$FP 15 1 xxxxxxxxxxxxxxxxxxxxxxxx",
};

static const char *const controls[] = {
	"pilot A", "pilot B", "pilot C", "pilot D", "pilot E", "amps 999", "amps 32",
	"gfi", "ground open", "ground ok", "relay stuck", "relay ok", "diode bad",
	"diode ok", "temp 900", "temp 240", "button short", "button long",
	"button wifi", "reset", "stall 700", "delay 50", "delay 0", "corrupt 3",
	"drop 2", "noise 0.1 3", "noise 0", "late 0.5 200", "late 0", "chop 0.2",
	"chop 0", "lcd absent", "lcd ok", "clock absent", "clock ok", "echo on",
	"gfitest bad", "gfitest ok", "send $ST 99\\\\r", "state", "stats",
	"forged",
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static uint8_t a_byte(struct random *r)
{
	static const char likely[] = "$$\r\r ^*:0123456789ABCDEFGSV";

	if (random_below(r, 2))
		return (uint8_t)likely[random_below(r, sizeof(likely) - 1)];
	return (uint8_t)random_next(r);
}

/* A frame that was right once, or no frame at all. */
static size_t some_bytes(struct random *r, uint8_t *buf)
{
	const char *seed = seeds[random_below(r, COUNT(seeds))];
	size_t i, n = strlen(seed);

	if (random_below(r, 3) == 0) {
		n = random_below(r, BYTES);
		for (i = 0; i < n; i++)
			buf[i] = a_byte(r);
		return n;
	}
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): bytes, no string */
	memcpy(buf, seed, n);
	if (random_below(r, 2))
		buf[random_below(r, (uint32_t)n)] = a_byte(r);
	buf[n++] = '\r';
	return n;
}

static bool obeys(struct rig *r, const char *command)
{
	const char *answer = rig_ctl(r, "%s", command);

	if (!strncmp(answer, "ok", 2))
		return true;
	remark("%s: %s", command, answer);
	return false;
}

static void check_one(const char *firmware, const char *speed)
{
	struct rig *r = rig_start(firmware, "--boot-time", "0.1", speed, NULL);
	struct random random;
	uint8_t buf[BYTES];
	const char *heard;
	bool ok = true;
	int i;

	random_seed(&random, 11);
	for (i = 0; i < ROUNDS; i++) {
		rig_send(r, buf, some_bytes(&random, buf));
		if (!random_below(&random, 3))
			ok &= obeys(r, controls[random_below(&random, COUNT(controls))]);
		rig_advance(r, random_below(&random, 1000));
		r->len = r->seen = 0;
	}
	for (i = 0; i < (int)COUNT(controls); i++)
		if (strstr(controls[i], " ok"))
			rig_ctl(r, "%s", controls[i]);
	rig_ctl(r, "noise 0");
	rig_ctl(r, "drop 0");
	rig_ctl(r, "corrupt 0");
	rig_ctl(r, "delay 0");
	rig_ctl(r, "late 0");
	rig_ctl(r, "chop 0");
	rig_ctl(r, "temp 240");
	rig_ctl(r, "pilot A");
	rig_ctl(r, "reset");
	rig_advance(r, 20000);
	rig_heard(r);
	rig_send(r, "$GV*C1\r", 7);
	rig_advance(r, 1000);
	heard = rig_heard(r);
	if (!strstr(heard, firmware)) {
		remark("in the end it said '%s'", heard);
		ok = false;
	}
	result(rig_stop(r) && ok, "%s %s survives %d rounds of garbage", firmware, speed, ROUNDS);
}

void check_garbage(void)
{
	check_one("3.11.3", "--pacing");
	check_one("D4.6.0", "--no-pacing");
	check_one("8.2.3", "--pacing");
	check_one("8.2.3", "--instant");
	check_one("D3.3.7", "--pacing");
	check_one("5.0.1", "--no-pacing");
	check_one("6.1.3", "--pacing");
	check_one("9.2.0.SAMD", "--pacing");
}
