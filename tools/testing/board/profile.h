/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one firmware can do and how it words it. The rest of the simulator
 * asks for a feature, a quirk or a value, never for the version number.
 *
 *   feature  something that was compiled in, or not: --with and --without
 *   quirk    how these versions do it, whatever was compiled in
 *   profile  numbers: how many tokens, how much current, how long it takes
 *
 * All three are tables in profile.c with the versions they hold for; a
 * further firmware is a further row there.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Features. */
#define HAS_LCD			(1ULL << 0)	/* FB FP */
#define HAS_RGB			(1ULL << 1)	/* S0 */
#define HAS_F0			(1ULL << 2)
#define HAS_F1			(1ULL << 3)
#define HAS_FF			(1ULL << 4)
#define HAS_FF_BUTTON		(1ULL << 5)	/* FF B */
#define HAS_TOGGLES		(1ULL << 6)	/* SD SE SG SO SR SV 0/1 */
#define HAS_SF			(1ULL << 7)
#define HAS_SS			(1ULL << 8)
#define HAS_RTC			(1ULL << 9)	/* S1 GT */
#define HAS_TIMER		(1ULL << 10)	/* ST */
#define HAS_GD			(1ULL << 11)
#define HAS_AMMETER		(1ULL << 12)	/* SA GA */
#define HAS_AMMETER_CAL		(1ULL << 13)	/* S2 */
#define HAS_GG			(1ULL << 14)
#define HAS_VOLTMETER		(1ULL << 15)	/* SM GM */
#define HAS_TIME_LIMIT		(1ULL << 16)	/* S3 G3 */
#define HAS_CHARGE_LIMIT	(1ULL << 17)	/* SH GH */
#define HAS_AUTH		(1ULL << 18)	/* S4 G4 */
#define HAS_MENNEKES		(1ULL << 19)	/* S5 G5 */
#define HAS_BOOTLOCK		(1ULL << 20)	/* SB */
#define HAS_KWH			(1ULL << 21)	/* SK GU */
#define HAS_SV_MV		(1ULL << 22)
#define HAS_HEARTBEAT		(1ULL << 23)	/* SY GY */
#define HAS_G0			(1ULL << 24)
#define HAS_GF			(1ULL << 25)
#define HAS_TEMPERATURE		(1ULL << 26)	/* state 0a, FF T */
#define HAS_GP			(1ULL << 27)	/* with temperature */
#define HAS_NY			(1ULL << 28)	/* SO GO, two thresholds */
#define HAS_MCUID		(1ULL << 29)
#define HAS_GI			(1ULL << 30)	/* where mcuid is to be found */
#define HAS_SI			(1ULL << 31)	/* and was by mistake */
#define HAS_SC_VOLATILE		(1ULL << 32)
#define HAS_SC_MAX		(1ULL << 33)
#define HAS_BUTTON_NOTICE	(1ULL << 34)	/* $AN */
#define HAS_WIFI_NOTICE		(1ULL << 35)	/* $WF */
#define HAS_OVERCURRENT		(1ULL << 36)	/* state 0b */
#define HAS_THROTTLE		(1ULL << 37)	/* less current when hot */
#define HAS_GFI			(1ULL << 38)	/* SF SS, FF F */
#define HAS_ADVPWR		(1ULL << 39)	/* SG SR, FF G R, FK */
#define HAS_AUTO_LEVEL		(1ULL << 40)	/* SL A */
#define HAS_REPLY_CHECKSUM	(1ULL << 41)
#define HAS_IDS			(1ULL << 42)
#define HAS_RELAY_TUNING	(1ULL << 43)	/* Z0 */
#define HAS_RELAY_PWM		(1ULL << 44)	/* text at boot */
#define HAS_RELAYS		(1ULL << 45)	/* SR GR of 6.0.0, FC FO GO, FF L O P */
#define HAS_RELAY_HEALTH	(1ULL << 46)	/* FH GL */
#define HAS_ZERO_CROSS		(1ULL << 47)	/* SZ GZ GW, FF Z */
#define HAS_CABLE_TEMP		(1ULL << 48)	/* SN GN, FF C, long frames */
#define HAS_SAMD		(1ULL << 49)	/* another processor: GI, long frames */
#define HAS_CGMI		(1ULL << 50)

/* Quirks of frames. */
#define QUIRK_SUM_ONLY		(1ULL << 0)	/* '*' has to be there, '^' is nothing */
#define QUIRK_BARE_UNCHECKED	(1ULL << 1)	/* no checksum on a bare OK */
#define QUIRK_OVERFLOW_ECHOES	(1ULL << 2)	/* an 11th token switches echo on */
#define QUIRK_SET_ALWAYS_OK	(1ULL << 3)	/* a wrong S command answers OK */
#define QUIRK_LCD_UNCHECKED	(1ULL << 4)	/* FB and FP never count their tokens */
#define QUIRK_ATOI		(1ULL << 5)	/* numbers end where they end */
#define QUIRK_SIGNED		(1ULL << 6)	/* a minus is one */
#define QUIRK_ECHO_WITHOUT_LF	(1ULL << 7)
#define QUIRK_RESET_ANSWERS	(1ULL << 8)
/* of messages */
#define QUIRK_ST_DECIMAL	(1ULL << 9)
#define QUIRK_ST_IN_COMMANDS	(1ULL << 10)	/* FD and FS cause one, nothing else */
#define QUIRK_AT		(1ULL << 11)	/* $AT and $AB, not $ST */
#define QUIRK_AT_EARLY		(1ULL << 12)	/* as $ST was: at once, for states */
#define QUIRK_AT_MAX		(1ULL << 13)	/* tells the maximum, not the offer */
#define QUIRK_BOOT_STATE	(1ULL << 14)	/* state 00 before the self test */
#define QUIRK_WF_00		(1ULL << 15)
/* of commands */
#define QUIRK_GG_ONE		(1ULL << 16)	/* no voltage */
#define QUIRK_SC_AMPS		(1ULL << 17)	/* SC answers with amperes */
#define QUIRK_SC_CAPPED		(1ULL << 18)	/* volatile: up to what is saved */
#define QUIRK_L2_MIN_10		(1ULL << 19)	/* so says GC */
#define QUIRK_LIMITS_NEED_EV	(1ULL << 20)
#define QUIRK_LIMITS_EXTEND	(1ULL << 21)	/* from now on, not from the start */
#define QUIRK_LIMIT_FLAGS	(1ULL << 22)	/* vflags 0010 and 2000 */
#define QUIRK_CAL_FLAG_0010	(1ULL << 23)
#define QUIRK_CAL_FLAG_8000	(1ULL << 24)
#define QUIRK_GY_REFUSED	(1ULL << 25)	/* the right values behind an NK */
#define QUIRK_FP_NO_FAULT	(1ULL << 26)	/* refused in a hard fault */
#define QUIRK_SPACE_01		(1ULL << 27)	/* what FP shows as a space */
#define QUIRK_SPACE_EF		(1ULL << 28)
/* of the controller */
#define QUIRK_SENSOR_ZERO	(1ULL << 29)	/* a missing one has 0, not -2560 */
#define QUIRK_TMP007		(1ULL << 30)	/* is looked at */
#define QUIRK_FIXED_VOLTAGE	(1ULL << 31)	/* GG gives a constant, not -1 */
#define QUIRK_ADDS_UP		(1ULL << 32)	/* elapsed: over pauses, not since closing */
#define QUIRK_TIMER_BY_LEVEL	(1ULL << 33)	/* acts at once, not at its minute */
#define QUIRK_TIMER_LOOSE_ZERO	(1ULL << 34)	/* four leading '0' cancel it */
#define QUIRK_TIMER_SAVES_AMPS	(1ULL << 35)
#define QUIRK_TIMER_FLAG	(1ULL << 36)	/* vflag 1000 */
#define QUIRK_HOT_NEEDS_RESET	(1ULL << 37)
#define QUIRK_SLEEP_READS	(1ULL << 38)	/* the pilot line */
#define QUIRK_BLANK_COUNTERS	(1ULL << 39)	/* GF is ff until the first trip */
#define QUIRK_NY_ZERO_OFF	(1ULL << 40)	/* SO 0 0 */

struct profile {
	const char *name;	/* of the class of firmware */
	const char *firmware;	/* an example of it */
	const char *from;	/* first version this row stands for */

	uint8_t frame_max;	/* bytes from '$' to the one before CR */
	uint8_t gs_tokens, gc_tokens;
	uint8_t l1_default, l2_default, l1_max, l2_max;

	uint32_t boot_text_at;	/* us since reset, without a cable lock's */
};

/* A profile, and what the version and the options have made of it. */
struct build {
	const struct profile *profile;
	uint64_t has, quirks;
	uint8_t frame_max, l2_max;
	const char *rapi;
};

/* An option: a feature by name, wanted or not. */
struct choice {
	const char *name;
	bool with;
};

/*
 * The build for a version string such as "D4.6.0". False if it is none, or
 * if a choice cannot be fulfilled; that is then in *@refused, else NULL is.
 */
bool profile_build(struct build *build, const char *firmware, const struct choice *choices,
		   size_t n, const char **refused);

/* Row by index, for listings; NULL after the last. */
const struct profile *profile_at(size_t i);

/* Names of the features, for listings; NULL after the last. */
const char *profile_feature(size_t i);

#endif
