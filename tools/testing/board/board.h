/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The board: every noun of the simulator in one place.
 *
 *   transport  host side: stdio, pty or a virtual FT232R
 *   wire       bytes between host and UART, with pacing and mishaps
 *   inspector  which of the mishaps nobody at either end could tell
 *   rapi       bytes to commands, replies and messages
 *   command    what each command does
 *   evse       the state machine, with meter, timer, heartbeat, rtc, eeprom
 *   cpu        whose turn it is, and when
 *   plant      the world around it, which only the test changes
 *   replay     a recording in the place of the state machine
 *   control    the test's way in
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "boot.h"
#include "button.h"
#include "clock.h"
#include "command.h"
#include "cpu.h"
#include "eeprom.h"
#include "evse.h"
#include "heartbeat.h"
#include "inspector.h"
#include "limit.h"
#include "log.h"
#include "meter.h"
#include "plant.h"
#include "profile.h"
#include "random.h"
#include "rapi.h"
#include "relay.h"
#include "replay.h"
#include "rtc.h"
#include "timer.h"
#include "transport.h"
#include "wire.h"

struct stats {
	unsigned long frames;
	unsigned long bad_checksums;
	unsigned long overlong;
	unsigned long unknown;
	unsigned long resets;
	/* mishaps on the wire: bytes, frames of the host, messages, replies */
	unsigned long noise_in, noise_out;
	unsigned long hurt_in, hurt_out;
	unsigned long late;
	/* of those, what nobody could tell, see inspector.h */
	unsigned long forged_out, unguarded_out;
	unsigned long misheard, misheard_unchecked;
	unsigned long commands[COMMAND_MAX];
};

struct board {
	/* what it is */
	struct build fw;	/* what was compiled in, and how it behaves */
	char version[24];
	double boot_factor;
	bool instant;
	bool dtr_resets;

	/* what time it is */
	struct clock clock;
	uint64_t now;
	struct cpu cpu;
	struct random random;

	/* what it consists of */
	struct wire wire;
	struct inspector inspector;
	struct rapi rapi;
	struct evse evse;
	struct meter meter;
	struct limit limit;
	struct relay relay;
	struct timer timer;
	struct heartbeat heartbeat;
	struct button button;
	struct rtc rtc;
	struct eeprom eeprom;
	struct plant plant;
	struct replay replay;
	bool lcd_off;		/* F0 0 */
	char lcd[2][17];	/* as FP left it */

	/* who looks at it */
	struct log log;
	struct stats stats;
	struct transport transport;
	bool quit;
};

/* Let the board live until its clock shows @us. */
void board_run(struct board *b, uint64_t us);

/* When something happens next: at all, or that is worth a wakeup. */
uint64_t board_next(struct board *b);
uint64_t board_wakeup(struct board *b);

/* Power gone and back, now. */
void board_reset(struct board *b);

/* Nothing on the wire, in a ring or in the making. */
bool board_idle(struct board *b);

#endif
