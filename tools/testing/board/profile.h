/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A profile is what one firmware build can do and how it words it. The rest
 * of the simulator asks the profile, never the version number; a further
 * firmware is a further row of the table in profile.c.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was compiled into the build. */
#define HAS_LCD			(1ULL << 0)	/* FB FP */
#define HAS_RGB			(1ULL << 1)	/* S0 */
#define HAS_F0			(1ULL << 2)
#define HAS_F1			(1ULL << 3)
#define HAS_FF			(1ULL << 4)
#define HAS_FF_BUTTON		(1ULL << 5)	/* FF B */
#define HAS_TOGGLES		(1ULL << 6)	/* SD SE SF SG SR SV 0/1 */
#define HAS_SS			(1ULL << 7)
#define HAS_RTC			(1ULL << 8)	/* S1 GT */
#define HAS_TIMER		(1ULL << 9)	/* ST */
#define HAS_GD			(1ULL << 10)
#define HAS_AMMETER		(1ULL << 11)	/* SA GA GG */
#define HAS_AMMETER_CAL		(1ULL << 12)	/* S2 */
#define HAS_LIMITS		(1ULL << 13)	/* S3 G3 SH GH */
#define HAS_AUTH		(1ULL << 14)	/* S4 G4 */
#define HAS_MENNEKES		(1ULL << 15)	/* S5 G5 */
#define HAS_BOOTLOCK		(1ULL << 16)	/* SB */
#define HAS_KWH			(1ULL << 17)	/* SK GU */
#define HAS_SV_MV		(1ULL << 18)
#define HAS_HEARTBEAT		(1ULL << 19)	/* SY GY */
#define HAS_G0			(1ULL << 20)
#define HAS_GF			(1ULL << 21)
#define HAS_TEMPERATURE		(1ULL << 22)	/* GP */
#define HAS_MCUID		(1ULL << 23)	/* GI */
#define HAS_SC_VOLATILE		(1ULL << 24)
#define HAS_SC_MAX		(1ULL << 25)
#define HAS_BUTTON_NOTICE	(1ULL << 26)	/* $AN */
#define HAS_WIFI_NOTICE		(1ULL << 27)	/* $WF */
#define HAS_OVERCURRENT		(1ULL << 28)
#define HAS_THROTTLE		(1ULL << 29)	/* less current when hot */
#define HAS_RELAY_TUNING	(1ULL << 30)	/* Z0 */

enum checksum_rule {
	CHECKSUM_NEVER,		/* replies up to 1.0.5 */
	CHECKSUM_WITH_PARAMS,	/* 2.0.0 */
	CHECKSUM_ALWAYS,
};

enum notice_rule {
	NOTICE_ST,		/* $ST, at once, also inside a command */
	NOTICE_AT,		/* $AT, held back until the reply is out */
};

struct profile {
	const char *firmware;	/* the build that was recorded */
	const char *from;	/* first firmware version this row stands for */
	uint64_t has;

	/* frames */
	uint8_t frame_max;	/* bytes from '$' to the one before CR */
	bool lower_hex;
	bool ids;
	bool overflow_echoes;	/* an 11th token switches echo on */
	bool set_always_ok;	/* a wrong S command answers OK */
	bool lcd_unchecked;	/* FB and FP never count their tokens */
	enum checksum_rule reply_checksum;

	/* the shape of replies and messages */
	uint8_t gs_tokens;
	uint8_t gc_tokens;
	bool sc_amps;		/* SC answers with amperes */
	bool sc_volatile_capped;
	bool limits_need_ev;
	enum notice_rule notice;
	bool boot_notice;	/* $AB */
	const char *boot_text;

	/* values */
	uint8_t l1_default, l2_default, l1_max, l2_max, gc_l2_min;
	int16_t no_sensor;	/* what GP says for one that is missing */
	bool tmp007;
	bool fixed_voltage;	/* GG gives a constant, not -1 */
	bool elapsed_adds_up;	/* over pauses; else since the relay closed */
	bool timer_by_level;	/* the timer acts at once, not at its minute */
	bool timer_loose_zero;	/* four leading '0' characters cancel it */
	bool timer_saves_amps;
	bool hot_needs_reset;	/* over temperature ends with a reset only */
	bool silent_recovery;	/* leaving a hard fault sends no state 00 */

	/* times, in microseconds */
	uint32_t boot_text_at;	/* since reset */
	uint32_t disable_takes;
	uint32_t connect_takes;	/* to notice a plug going in or out */
	bool sleep_reads_pilot;
};

/* The row for a version string such as "D4.6.0", or NULL if it is none. */
const struct profile *profile_find(const char *firmware);

/* The RAPI version that firmware reports. */
const char *profile_rapi(const char *firmware);

/* Row by index for listings; NULL after the last. */
const struct profile *profile_at(size_t i);

/* The HAS_ bit with that name ("bootlock"), 0 if there is none. */
uint64_t profile_feature(const char *name);

#endif
