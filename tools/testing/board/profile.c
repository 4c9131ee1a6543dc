// SPDX-License-Identifier: GPL-2.0
/*
 * Which firmware behaves how: profiles, features, quirks and the RAPI
 * version, each with the versions they hold for.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* Until the first version with ids, and in builds without them. */
#define FRAME_WITHOUT_IDS	29
#define FRAME_LONG		39

static const struct profile profiles[] = {
	{
		.name = "P0", .firmware = "D3.3.7", .from = "0",
		.frame_max = 29, .gs_tokens = 2, .gc_tokens = 2,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1945900,
	},
	{
		.name = "P1", .firmware = "3.11.3", .from = "3.7.7",
		.frame_max = 29, .gs_tokens = 2, .gc_tokens = 2,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1945900,
	},
	{
		.name = "P2", .firmware = "D4.0.0", .from = "4.0.0",
		.frame_max = 29, .gs_tokens = 2, .gc_tokens = 2,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1945900,
	},
	{
		.name = "P3", .firmware = "D4.4.0", .from = "4.1.0",
		.frame_max = 29, .gs_tokens = 2, .gc_tokens = 2,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1945700,
	},
	{
		.name = "P4", .firmware = "D4.6.0", .from = "4.5.0",
		.frame_max = 31, .gs_tokens = 2, .gc_tokens = 2,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1945700,
	},
	{
		.name = "P5", .firmware = "5.0.1", .from = "4.9.1",
		.frame_max = 31, .gs_tokens = 2, .gc_tokens = 2,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1945700,
	},
	{
		.name = "P6", .firmware = "D6.1.3", .from = "6.0.0",
		.frame_max = 31, .gs_tokens = 4, .gc_tokens = 3,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1949300,
	},
	{
		.name = "P7", .firmware = "D6.2.1", .from = "6.2.0",
		.frame_max = 31, .gs_tokens = 4, .gc_tokens = 4,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1949300,
	},
	{
		.name = "P8", .firmware = "7.1.6", .from = "7.1.1",
		.frame_max = 31, .gs_tokens = 4, .gc_tokens = 4,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80,
		.boot_text_at = 1949300,
	},
	{
		.name = "P8", .firmware = "8.2.3", .from = "8.0.0",
		.frame_max = 31, .gs_tokens = 4, .gc_tokens = 4,
		.l1_default = 12, .l2_default = 24, .l1_max = 24, .l2_max = 80,
		.boot_text_at = 1949300,
	},
	{
		.name = "P9", .firmware = "9.2.0", .from = "9.0.0",
		.frame_max = 31, .gs_tokens = 4, .gc_tokens = 4,
		.l1_default = 12, .l2_default = 24, .l1_max = 24, .l2_max = 80,
		.boot_text_at = 1949300,
	},
};

/* From this version until before that; NULL: open. */
struct span {
	const char *from, *to;
};

#define EVER		{ "0", NULL }
#define NEVER_SO	{ NULL, NULL }

/*
 * The versions that can have it, and those that have it unless they are told
 * otherwise. Some names stand for several rows; some rows have no name,
 * since no build option changes them.
 */
static const struct feature {
	const char *name;
	uint64_t bit;
	struct span possible, usual;
} features[] = {
	{ "lcd", HAS_LCD, EVER, { "0", "9.0.0" } },
	{ "rgb", HAS_RGB, EVER, { "0", "9.0.0" } },
	{ "f0", HAS_F0, { "4.7.0", NULL }, EVER },
	{ "f1", HAS_F1, { "5.0.0", NULL }, EVER },
	{ "ff", HAS_FF, { "4.9.1", NULL }, EVER },
	{ "ff-button", HAS_FF_BUTTON, { "6.2.0", NULL }, EVER },
	{ "button-notice", HAS_BUTTON_NOTICE, { "7.1.0", NULL }, EVER },
	{ "button", HAS_F1, { "5.0.0", NULL }, EVER },
	{ "button", HAS_FF_BUTTON, { "6.2.0", NULL }, EVER },
	{ "button", HAS_BUTTON_NOTICE, { "7.1.0", NULL }, EVER },
	{ "toggles", HAS_TOGGLES, { "0", "6.0.0" }, { "0", "4.9.1" } },
	{ NULL, HAS_SF, { "3.2.6", NULL }, EVER },
	{ "ss", HAS_SS, { "2.1.7", "4.3.3" }, EVER },
	{ "rtc", HAS_RTC, EVER, { "0", "9.0.0" } },
	{ "timer", HAS_TIMER, EVER, { "0", "9.0.0" } },
	{ NULL, HAS_GD, { "4.8.0", NULL }, EVER },
	{ "ammeter", HAS_AMMETER, { "3.2.6", NULL }, EVER },
	{ "ammeter-cal", HAS_AMMETER_CAL, { "3.2.8", NULL }, { "0", "8.0.0" } },
	{ NULL, HAS_GG, { "3.2.6", NULL }, EVER },
	{ "voltmeter", HAS_VOLTMETER, { "3.7.8", NULL }, NEVER_SO },
	{ "limits", HAS_TIME_LIMIT, { "3.8.0", NULL }, { "0", "8.2.3" } },
	{ "limits", HAS_CHARGE_LIMIT, { "3.7.9", NULL }, { "0", "8.2.3" } },
	{ "time-limit", HAS_TIME_LIMIT, { "3.8.0", NULL }, { "0", "8.2.3" } },
	{ "charge-limit", HAS_CHARGE_LIMIT, { "3.7.9", NULL }, { "0", "8.2.3" } },
	{ "auth", HAS_AUTH, { "4.4.0", NULL }, NEVER_SO },
	{ "mennekes", HAS_MENNEKES, { "8.1.0", NULL }, EVER },
	{ "bootlock", HAS_BOOTLOCK, { "8.2.0", NULL }, { "9.0.0", NULL } },
	{ "kwh", HAS_KWH, { "3.7.7", NULL }, EVER },
	{ "sv", HAS_SV_MV, { "7.0.1", NULL }, EVER },
	{ "heartbeat", HAS_HEARTBEAT, { "6.1.3", NULL }, EVER },
	{ "g0", HAS_G0, { "4.6.0", NULL }, EVER },
	{ "gf", HAS_GF, { "3.3.7", NULL }, EVER },
	{ "temperature", HAS_TEMPERATURE, { "3.6.0", NULL }, EVER },
	{ NULL, HAS_GP, { "3.7.7", NULL }, EVER },
	{ "ny-temperature", HAS_NY, { "3.9.3.1", "9.0.0" }, { "0", "3.9.5" } },
	{ "mcuid", HAS_MCUID, { "7.1.5", NULL }, EVER },
	{ NULL, HAS_GI, { "7.1.6", NULL }, EVER },
	{ NULL, HAS_SI, { "7.1.5", "7.1.6" }, EVER },
	{ "sc-volatile", HAS_SC_VOLATILE, { "4.2.0", NULL }, EVER },
	{ "sc-max", HAS_SC_MAX, { "6.2.2", NULL }, EVER },
	{ "wifi-notice", HAS_WIFI_NOTICE, { "3.3.2", NULL }, EVER },
	{ "overcurrent", HAS_OVERCURRENT, { "5.0.0", NULL }, { "9.0.0", NULL } },
	{ "throttle", HAS_THROTTLE, { "5.0.0", NULL }, EVER },
	{ "gfi", HAS_GFI, EVER, EVER },
	{ "advpwr", HAS_ADVPWR, EVER, EVER },
	{ "auto-level", HAS_AUTO_LEVEL, EVER, EVER },
	{ "reply-checksum", HAS_REPLY_CHECKSUM, { "4.0.0", NULL }, EVER },
	{ "ids", HAS_IDS, { "4.5.0", NULL }, { "4.5.1", NULL } },
	{ "relay-tuning", HAS_RELAY_TUNING, { "6.2.2", NULL }, NEVER_SO },
	{ "relay-pwm", HAS_RELAY_PWM, { "5.0.0", NULL }, { "7.0.0", "9.0.0" } },
	{ NULL, HAS_RELAYS, { "9.0.0", NULL }, EVER },
	{ "relay-health", HAS_RELAY_HEALTH, { "9.0.0", NULL }, EVER },
	{ "zero-cross", HAS_ZERO_CROSS, { "9.0.0", NULL }, EVER },
	{ "cable-temperature", HAS_CABLE_TEMP, { "9.0.0", NULL }, NEVER_SO },
	{ "samd", HAS_SAMD, { "9.0.0", NULL }, NEVER_SO },
	{ "cgmi", HAS_CGMI, { "8.0.0", NULL }, NEVER_SO },
};

static const struct {
	uint64_t bit;
	struct span span;
} quirks[] = {
	{ QUIRK_SUM_ONLY, { "0", "3.7.7" } },
	{ QUIRK_BARE_UNCHECKED, { "4.0.0", "4.1.0" } },
	{ QUIRK_OVERFLOW_ECHOES, { "0", "4.8.1" } },
	{ QUIRK_SET_ALWAYS_OK, { "3.8.0", "4.0.0" } },
	{ QUIRK_LCD_UNCHECKED, { "0", "4.7.0" } },
	{ QUIRK_ATOI, { "0", "3.7.9" } },
	{ QUIRK_SIGNED, { "9.0.0", NULL } },
	{ QUIRK_ECHO_WITHOUT_LF, { "0", "3.7.8" } },
	{ QUIRK_RESET_ANSWERS, { "0", "3.3.6" } },
	{ QUIRK_ST_DECIMAL, { "0", "3.3.2" } },
	{ QUIRK_ST_IN_COMMANDS, { "3.7.1", "3.8.4" } },
	{ QUIRK_AT, { "6.0.0", NULL } },
	{ QUIRK_AT_EARLY, { "6.0.0", "7.1.1" } },
	{ QUIRK_AT_MAX, { "6.0.0", "6.2.0" } },
	{ QUIRK_BOOT_STATE, { "3.11.0", "6.0.0" } },
	{ QUIRK_BOOT_STATE, { "7.1.1", NULL } },
	{ QUIRK_WF_00, { "0", "3.9.0" } },
	{ QUIRK_GG_ONE, { "0", "3.7.8" } },
	{ QUIRK_SC_AMPS, { "4.3.2", NULL } },
	{ QUIRK_SC_CAPPED, { "5.0.0", NULL } },
	{ QUIRK_L2_MIN_10, { "3.9.0", "4.10.2" } },
	{ QUIRK_LIMITS_NEED_EV, { "4.12.0", NULL } },
	{ QUIRK_LIMITS_EXTEND, { "4.12.1", "5.1.0" } },
	{ QUIRK_LIMIT_FLAGS, { "7.1.1", NULL } },
	{ QUIRK_CAL_FLAG_0010, { "0", "7.1.1" } },
	{ QUIRK_CAL_FLAG_8000, { "7.1.1", "8.0.0" } },
	{ QUIRK_GY_REFUSED, { "6.1.3", "6.2.1" } },
	{ QUIRK_FP_NO_FAULT, { "7.1.1", NULL } },
	{ QUIRK_SPACE_01, { "7.1.1", "7.1.2" } },
	{ QUIRK_SPACE_EF, { "7.1.2", "8.2.0" } },
	{ QUIRK_SENSOR_ZERO, { "0", "4.10.0" } },
	{ QUIRK_TMP007, { "0", "6.0.0" } },
	{ QUIRK_FIXED_VOLTAGE, { "6.0.0", NULL } },
	{ QUIRK_ADDS_UP, { "4.11.0", NULL } },
	{ QUIRK_TIMER_BY_LEVEL, { "6.0.0", NULL } },
	{ QUIRK_TIMER_LOOSE_ZERO, { "0", "4.13.0" } },
	{ QUIRK_TIMER_SAVES_AMPS, { "0", "4.12.0" } },
	{ QUIRK_TIMER_FLAG, { "8.1.0", NULL } },
	{ QUIRK_HOT_NEEDS_RESET, { "0", "6.0.0" } },
	{ QUIRK_SLEEP_READS, { "4.1.0", NULL } },
	{ QUIRK_BLANK_COUNTERS, { "0", "3.9.0" } },
	{ QUIRK_NY_ZERO_OFF, { "4.8.0", NULL } },
};

/* First firmware with each protocol version, oldest first. */
static const struct {
	const char *from;
	const char *rapi;
} versions[] = {
	{ "0", "1.0.0" },	{ "3.2.6", "1.0.1" },	{ "3.3.7", "1.0.2" },
	{ "3.7.7", "1.0.3" },	{ "4.0.0", "2.0.0" },	{ "4.1.0", "2.0.1" },
	{ "4.2.0", "2.0.2" },	{ "4.3.2", "2.0.3" },	{ "4.5.0", "3.0.1" },
	{ "4.9.1", "4.0.0" },	{ "4.10.0", "4.0.1" },	{ "6.0.0", "5.0.0" },
	{ "6.2.0", "5.1.0" },	{ "6.2.2", "5.1.1" },	{ "6.3.0", "5.1.2" },
	{ "7.0.1", "5.1.3" },	{ "7.1.5", "5.1.4" },	{ "8.1.0", "5.2.0" },
	{ "8.2.0", "5.2.1" },	{ "9.0.0", "6.0.0" },
};

/* Words behind the number that tell of another build. */
static const struct {
	const char *word;
	uint64_t with, without;
	uint8_t l2_max;		/* 0: as usual */
} suffixes[] = {
	{ ".eu", 0, HAS_AUTO_LEVEL, 32 },
	{ ".t2", 0, HAS_AUTO_LEVEL, 32 },
	{ ".cgmi", HAS_CGMI, HAS_AUTO_LEVEL, 0 },
	{ ".lcd", HAS_LCD | HAS_RGB, 0, 0 },
	{ ".samd", HAS_SAMD, 0, 0 },
};

/* ---- versions ------------------------------------------------------------ */

#define PARTS	4

/* "D4.6.0" to { 4, 6, 0, 0 }; letters inside a part are skipped ("2.1.A2"). */
static void parse_version(const char *s, unsigned long part[PARTS])
{
	int i = 0;

	memset(part, 0, PARTS * sizeof(part[0]));
	while (*s && i < PARTS) {
		if (isdigit((unsigned char)*s)) {
			part[i] = strtoul(s, (char **)&s, 10);
			continue;
		}
		if (*s++ == '.')
			i++;
	}
}

static bool at_least(const unsigned long firmware[PARTS], const char *version)
{
	unsigned long part[PARTS];
	int i;

	parse_version(version, part);
	for (i = 0; i < PARTS; i++)
		if (firmware[i] != part[i])
			return firmware[i] > part[i];
	return true;
}

static bool within(const unsigned long firmware[PARTS], const struct span *span)
{
	return span->from && at_least(firmware, span->from) &&
	       !(span->to && at_least(firmware, span->to));
}

/* Some text with a digit in front of a dot; the firmware has room for 20 bytes. */
static bool is_version(const char *s)
{
	const char *dot = strchr(s, '.');

	return dot && dot > s && isdigit((unsigned char)dot[-1]) && strlen(s) <= 20 &&
	       !strpbrk(s, " $^*\r\n");
}

/* ---- a build --------------------------------------------------------------- */

static void find_profile(struct build *build, const unsigned long firmware[PARTS])
{
	size_t i = COUNT(profiles);

	while (--i && !at_least(firmware, profiles[i].from))
		;
	build->profile = &profiles[i];
	build->l2_max = profiles[i].l2_max;
}

static void find_usual(struct build *build, const unsigned long firmware[PARTS])
{
	size_t i;

	for (i = 0; i < COUNT(features); i++)
		if (within(firmware, &features[i].possible) &&
		    within(firmware, &features[i].usual))
			build->has |= features[i].bit;
	for (i = 0; i < COUNT(quirks); i++)
		if (within(firmware, &quirks[i].span))
			build->quirks |= quirks[i].bit;
}

static uint64_t possible_features(const unsigned long firmware[PARTS])
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < COUNT(features); i++)
		if (within(firmware, &features[i].possible))
			bits |= features[i].bit;
	return bits;
}

static void heed_suffix(struct build *build, const unsigned long firmware[PARTS],
			const char *text)
{
	size_t i;

	for (i = 0; i < COUNT(suffixes); i++) {
		if (!strcasestr(text, suffixes[i].word))
			continue;
		build->has |= suffixes[i].with & possible_features(firmware);
		build->has &= ~suffixes[i].without;
		if (suffixes[i].l2_max)
			build->l2_max = suffixes[i].l2_max;
	}
}

/* Checksums and ids were no option any more. */
static bool is_fixed(const unsigned long firmware[PARTS], uint64_t bits)
{
	return (bits & (HAS_IDS | HAS_REPLY_CHECKSUM)) && at_least(firmware, "6.0.0");
}

/* To leave out what cannot be there is fine: then it is not there. */
static bool fulfil(struct build *build, const unsigned long firmware[PARTS],
		   const struct choice *choice)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < COUNT(features); i++)
		if (features[i].name && !strcmp(features[i].name, choice->name) &&
		    (!choice->with || within(firmware, &features[i].possible)))
			bits |= features[i].bit;
	if (choice->with)
		build->has |= bits;
	else if (is_fixed(firmware, bits))
		return false;
	else
		build->has &= ~bits;
	return bits;
}

/* What one feature does to another. */
static void settle(struct build *build, const unsigned long firmware[PARTS])
{
	static const struct span either = { "4.9.1", "6.0.0" };

	/* the new switch took the old ones' place, and could be left out */
	if (within(firmware, &either)) {
		if (build->has & HAS_FF)
			build->has &= ~HAS_TOGGLES;
		else
			build->has |= HAS_TOGGLES;
	}
	if ((build->has & HAS_VOLTMETER) || !(build->has & HAS_KWH))
		build->has &= ~HAS_SV_MV;
	if (build->has & (HAS_CABLE_TEMP | HAS_SAMD))
		build->frame_max = FRAME_LONG;
	else if (build->has & HAS_IDS)
		build->frame_max = build->profile->frame_max;
	else
		build->frame_max = FRAME_WITHOUT_IDS;
}

/* From 4.0.0 to 5.1.0 the RAPI version was a matter of what was compiled in. */
static const char *rapi_version(const struct build *build, const unsigned long firmware[PARTS])
{
	static const struct span by_options = { "4.0.0", "6.0.0" };
	size_t i = COUNT(versions);
	bool ids_known = at_least(firmware, "4.5.0");

	while (--i && !at_least(firmware, versions[i].from))
		;
	if (!within(firmware, &by_options) || (ids_known && (build->has & HAS_FF)))
		return versions[i].rapi;
	if (build->has & HAS_IDS)
		return "3.0.1";
	if (build->has & HAS_REPLY_CHECKSUM)
		return ids_known ? "2.0.4" : versions[i].rapi;
	return ids_known ? "1.0.5" : "1.0.4";
}

bool profile_build(struct build *build, const char *firmware, const struct choice *choices,
		   size_t n, const char **refused)
{
	unsigned long number[PARTS];
	size_t i;

	*refused = NULL;
	memset(build, 0, sizeof(*build));
	if (!is_version(firmware))
		return false;
	parse_version(firmware, number);
	find_profile(build, number);
	find_usual(build, number);
	heed_suffix(build, number, firmware);
	for (i = 0; i < n; i++) {
		if (!fulfil(build, number, &choices[i])) {
			*refused = choices[i].name;
			return false;
		}
	}
	settle(build, number);
	build->rapi = rapi_version(build, number);
	return true;
}

/* ---- listings ---------------------------------------------------------------- */

const struct profile *profile_at(size_t i)
{
	return i < COUNT(profiles) ? &profiles[i] : NULL;
}

const char *profile_feature(size_t i)
{
	size_t k;

	for (k = 0; k < COUNT(features); k++) {
		bool again = k && features[k].name && features[k - 1].name &&
			     !strcmp(features[k].name, features[k - 1].name);

		if (features[k].name && !again && !i--)
			return features[k].name;
	}
	return NULL;
}
