/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The controller: the state machine that reads the pilot line, closes and
 * opens the relay, and notices faults.
 *
 * The firmware is one endless loop, so this is one too, cut into steps at
 * the places where it lets time pass. A step runs at board->cpu.t, changes
 * what it has to, and names the next step and how long it takes to get there.
 */
#ifndef EVSE_H
#define EVSE_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"

struct board;

#define STATE_UNKNOWN		0x00
#define STATE_A			0x01
#define STATE_B			0x02
#define STATE_C			0x03
#define STATE_D			0x04
#define STATE_DIODE		0x05
#define STATE_GFI		0x06
#define STATE_NO_GROUND		0x07
#define STATE_STUCK_RELAY	0x08
#define STATE_GFI_TEST		0x09
#define STATE_OVER_TEMPERATURE	0x0a
#define STATE_OVER_CURRENT	0x0b
#define STATE_FAULT_LAST	0x0f
#define STATE_SLEEPING		0xfe
#define STATE_DISABLED		0xff

#define EVSE_LOCK_TAKES		(300 * MS)	/* to move the bolt of the cable lock */

#define FLAG_L2			0x0001
#define FLAG_NO_DIODE_CHECK	0x0002
#define FLAG_NO_VENT_CHECK	0x0004
#define FLAG_NO_GROUND_CHECK	0x0008
#define FLAG_NO_STUCK_CHECK	0x0010
#define FLAG_NO_AUTO_LEVEL	0x0020
#define FLAG_AMPACITY		0x0040
#define FLAG_MONO_LCD		0x0100
#define FLAG_NO_GFI_TEST	0x0200
#define FLAG_NO_TEMP_CHECK	0x0400
#define FLAG_NO_ZERO_CROSS	0x0800
#define FLAG_CGMI		0x1000
#define FLAG_NO_BOOT_LOCK	0x2000
#define FLAG_NO_OVERCURRENT	0x4000
#define FLAG_NO_BUTTON		0x8000

#define VFLAG_LEVEL_SKIPPED	0x0001
#define VFLAG_HARD_FAULT	0x0002
#define VFLAG_LIMIT_SLEEP	0x0004
#define VFLAG_AUTH_LOCKED	0x0008
#define VFLAG_TIME_LIMIT	0x0010
#define VFLAG_CALIBRATION_EARLY	0x0010	/* before it was the time limit's */
#define VFLAG_CHARGING_ON	0x0040
#define VFLAG_GFI_TRIPPED	0x0080
#define VFLAG_EV_CONNECTED	0x0100
#define VFLAG_SESSION_ENDED	0x0200
#define VFLAG_EV_CONNECTED_PREV	0x0400
#define VFLAG_MENU		0x0800
#define VFLAG_TIMER_ON		0x1000
#define VFLAG_CHARGE_LIMIT	0x2000
#define VFLAG_BOOT_LOCKED	0x4000
#define VFLAG_CALIBRATION_LATE	0x8000	/* before it was the cable lock's */
#define VFLAG_MENNEKES_MANUAL	0x8000

/* A change of these is worth an $AT. */
#define VFLAGS_TOLD	(VFLAG_HARD_FAULT | VFLAG_AUTH_LOCKED | VFLAG_TIME_LIMIT | \
			 VFLAG_EV_CONNECTED | VFLAG_CHARGE_LIMIT)

enum pilot_out {
	PILOT_P12,
	PILOT_PWM,
	PILOT_N12,
};

struct evse {
	bool booted;		/* commands are answered */
	uint8_t state;
	uint8_t pilot_state;	/* what the pilot line looks like, debounced */
	uint8_t tmp_state, tmp_pilot;
	uint64_t tmp_state_since, tmp_pilot_since;
	enum pilot_out out;
	uint8_t amps;
	uint16_t flags;		/* GE */
	uint16_t vflags;	/* GS */

	bool relay;
	uint64_t relay_on_at, relay_off_at;
	uint32_t elapsed, elapsed_before;	/* s: told by GS, of earlier parts */

	bool gfi_fault;
	uint64_t gfi_at, ground_at, stuck_since, over_current_since;
	unsigned int gfi_retries, ground_retries;

	int temp[3];		/* as last read: DS3231, MCP9808, TMP007 */
	uint64_t temp_at;
	bool mcp9808_found;	/* looked for at boot only */
	int throttled;		/* 0, or what the current was divided by */

	bool mennekes_locked;

	/* the pass that is under way */
	char seen;		/* 'A' to 'E' */
	uint64_t pass_at;
	uint8_t pass_begun_in;
	uint8_t pass_prev;
	bool pass_fault;
	bool hard_recovers;	/* when the vehicle leaves */
	cpu_step hard_then;
	uint8_t drawn_state;	/* as the display has it */
};

/* Power on: everything volatile is forgotten, the boot begins. */
void evse_reset(struct board *b);

/* Boot is over, or never was: enter the main loop. */
void evse_start(struct board *b);

/* What commands and buttons do. */
void evse_enable(struct board *b);
void evse_disable(struct board *b);
void evse_sleep(struct board *b);
bool evse_set_amps(struct board *b, uint8_t amps, bool save);
uint8_t evse_saved_amps(struct board *b);
uint8_t evse_max_amps(struct board *b);
void evse_set_level(struct board *b, int level);
void evse_save_flags(struct board *b);
void evse_save_settings(struct board *b);
bool evse_faulty(struct board *b);
bool evse_checks(struct board *b, uint16_t disabled_flag);
bool evse_tests_gfi(struct board *b);
bool evse_connected(struct board *b);
void evse_set_vflag(struct board *b, uint16_t flag, bool on);
void evse_open_relay(struct board *b);
void evse_auth_lock(struct board *b, bool locked);

/* What the surroundings do. */
void evse_gfi_pulse(struct board *b);

/*
 * Run what has arrived. False: something else is scheduled, @again in case
 * that time has passed and the rest of the ring has to wait for it.
 */
bool evse_serve(struct board *b, cpu_step again);

/* A hung display is back. */
void evse_unhang(struct board *b);

void evse_read_sensors(struct board *b);

#endif
