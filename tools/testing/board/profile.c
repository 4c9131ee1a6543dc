// SPDX-License-Identifier: GPL-2.0
/*
 * Which firmware behaves how: the version map and the profile rows.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"

#define HAS_ALWAYS	(HAS_LCD | HAS_RGB | HAS_RTC | HAS_TIMER | HAS_AMMETER | HAS_KWH | \
			 HAS_TEMPERATURE | HAS_GF)

static const struct profile profiles[] = {
	{
		.firmware = "3.11.3",
		.from = "0",
		.has = HAS_ALWAYS | HAS_TOGGLES | HAS_SS | HAS_AMMETER_CAL | HAS_LIMITS |
		       HAS_WIFI_NOTICE,
		.frame_max = 29,
		.overflow_echoes = true,
		.set_always_ok = true,
		.lcd_unchecked = true,
		.reply_checksum = CHECKSUM_NEVER,
		.gs_tokens = 2,
		.gc_tokens = 2,
		.notice = NOTICE_ST,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80, .gc_l2_min = 10,
		.no_sensor = 0,
		.tmp007 = true,
		.timer_loose_zero = true,
		.timer_saves_amps = true,
		.hot_needs_reset = true,
		.boot_text_at = 1945900,
		.disable_takes = 8000,
	},
	{
		.firmware = "D4.6.0",
		.from = "4.1.0",
		.has = HAS_ALWAYS | HAS_TOGGLES | HAS_AMMETER_CAL | HAS_LIMITS | HAS_SC_VOLATILE |
		       HAS_G0 | HAS_WIFI_NOTICE,
		.frame_max = 31,
		.lower_hex = true,
		.ids = true,
		.overflow_echoes = true,
		.lcd_unchecked = true,
		.reply_checksum = CHECKSUM_ALWAYS,
		.gs_tokens = 2,
		.gc_tokens = 2,
		.sc_amps = true,
		.notice = NOTICE_ST,
		.l1_default = 12, .l2_default = 16, .l1_max = 16, .l2_max = 80, .gc_l2_min = 10,
		.no_sensor = 0,
		.tmp007 = true,
		.timer_loose_zero = true,
		.timer_saves_amps = true,
		.hot_needs_reset = true,
		.boot_text_at = 1945700,
		.disable_takes = 8000,
		.sleep_reads_pilot = true,
	},
	{
		.firmware = "8.2.3",
		.from = "6.0.0",
		.has = HAS_ALWAYS | HAS_F0 | HAS_F1 | HAS_FF | HAS_FF_BUTTON | HAS_GD |
		       HAS_MENNEKES | HAS_SV_MV | HAS_HEARTBEAT | HAS_G0 | HAS_MCUID |
		       HAS_SC_VOLATILE | HAS_SC_MAX | HAS_BUTTON_NOTICE | HAS_WIFI_NOTICE |
		       HAS_THROTTLE,
		.frame_max = 31,
		.lower_hex = true,
		.ids = true,
		.reply_checksum = CHECKSUM_ALWAYS,
		.gs_tokens = 4,
		.gc_tokens = 4,
		.sc_amps = true,
		.sc_volatile_capped = true,
		.limits_need_ev = true,
		.notice = NOTICE_AT,
		.boot_notice = true,
		.boot_text = "\nrelayCloseMs: 100\r\nrelayHoldPwm: 255\r\n",
		.l1_default = 12, .l2_default = 24, .l1_max = 24, .l2_max = 80, .gc_l2_min = 6,
		.no_sensor = -2560,
		.fixed_voltage = true,
		.elapsed_adds_up = true,
		.timer_by_level = true,
		.silent_recovery = true,
		.boot_text_at = 2249300,
		.disable_takes = 308000,
		.connect_takes = 300000,
		.sleep_reads_pilot = true,
	},
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

static const struct {
	const char *name;
	uint64_t bit;
} features[] = {
	{ "lcd", HAS_LCD },		{ "rgb", HAS_RGB },
	{ "f0", HAS_F0 },		{ "f1", HAS_F1 },
	{ "ff", HAS_FF },		{ "ff-button", HAS_FF_BUTTON },
	{ "toggles", HAS_TOGGLES },	{ "ss", HAS_SS },
	{ "rtc", HAS_RTC },		{ "timer", HAS_TIMER },
	{ "gd", HAS_GD },		{ "ammeter", HAS_AMMETER },
	{ "ammeter-cal", HAS_AMMETER_CAL }, { "limits", HAS_LIMITS },
	{ "auth", HAS_AUTH },		{ "mennekes", HAS_MENNEKES },
	{ "bootlock", HAS_BOOTLOCK },	{ "kwh", HAS_KWH },
	{ "sv", HAS_SV_MV },		{ "heartbeat", HAS_HEARTBEAT },
	{ "g0", HAS_G0 },		{ "gf", HAS_GF },
	{ "temperature", HAS_TEMPERATURE }, { "mcuid", HAS_MCUID },
	{ "sc-volatile", HAS_SC_VOLATILE }, { "sc-max", HAS_SC_MAX },
	{ "button-notice", HAS_BUTTON_NOTICE }, { "wifi-notice", HAS_WIFI_NOTICE },
	{ "overcurrent", HAS_OVERCURRENT }, { "throttle", HAS_THROTTLE },
	{ "relay-tuning", HAS_RELAY_TUNING },
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* "D4.6.0" to { 4, 6, 0 }; letters inside a component are skipped ("2.1.A2"). */
static void parse_version(const char *s, unsigned long part[3])
{
	int i = 0;

	memset(part, 0, 3 * sizeof(part[0]));
	while (*s && i < 3) {
		if (isdigit((unsigned char)*s)) {
			part[i] = strtoul(s, (char **)&s, 10);
			continue;
		}
		if (*s++ == '.')
			i++;
	}
}

static int compare_versions(const char *a, const char *b)
{
	unsigned long va[3], vb[3];
	int i;

	parse_version(a, va);
	parse_version(b, vb);
	for (i = 0; i < 3; i++)
		if (va[i] != vb[i])
			return va[i] < vb[i] ? -1 : 1;
	return 0;
}

/* Some text with a digit in front of a dot; the firmware has room for 20 bytes. */
static bool is_version(const char *s)
{
	const char *dot = strchr(s, '.');

	return dot && dot > s && isdigit((unsigned char)dot[-1]) && strlen(s) <= 20 &&
	       !strpbrk(s, " $^*\r\n");
}

const struct profile *profile_find(const char *firmware)
{
	size_t i = COUNT(profiles);

	if (!is_version(firmware))
		return NULL;
	while (--i && compare_versions(firmware, profiles[i].from) < 0)
		;
	return &profiles[i];
}

const char *profile_rapi(const char *firmware)
{
	size_t i = COUNT(versions);

	while (--i && compare_versions(firmware, versions[i].from) < 0)
		;
	return versions[i].rapi;
}

const struct profile *profile_at(size_t i)
{
	return i < COUNT(profiles) ? &profiles[i] : NULL;
}

uint64_t profile_feature(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(features); i++)
		if (!strcmp(name, features[i].name))
			return features[i].bit;
	return 0;
}
