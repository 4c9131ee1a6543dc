/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Board: the object behind /dev/openevseN
 *
 * Its life: the line discipline is attached (create), the device node appears
 * and the board is looked for (the *watch* probes); it *links up* when it has
 * answered; it may fall silent or reset, and is looked for again; the tty goes
 * (detach), the node disappears, whoever waits gets -ENODEV; the last file is
 * closed, the memory is freed.
 *
 * What is known of it stands in the layer it belongs to: the session (version,
 * checksums, ids) in the exchange, the state and the link in the events.
 *
 * Ownership: a struct device counts the references: one from create to detach,
 * one for each open file. Its release is the only kfree. The tty is used
 * between create and detach only; the exchange guarantees that.
 *
 * Locking, outermost first: @rx_lock (received bytes and their counters), the
 * exchange's lock, the openers' lock, the events' lock. None is held across
 * device_del().
 */
#ifndef _OPENEVSE_BOARD_H
#define _OPENEVSE_BOARD_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/tty.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "events.h"
#include "exchange.h"
#include "frame.h"
#include "opener.h"

/* An idle board is asked for its state this often, unless set otherwise. */
#define OPENEVSE_POLL_MS	5000

/*
 * How long a caller waits in all: three tries of two seconds, and finding the
 * board's rhythm again between them.
 */
#define OPENEVSE_PATIENCE_MS	10000

/**
 * struct openevse_board_stats - counters of received frames
 */
struct openevse_board_stats {
	u64 frames;
	u64 bad_checksum;
	u64 bad_frames;
	u64 unknown;
	u64 echoes;
};

/* bits of openevse_board.flags */
#define OPENEVSE_BOARD_LOST	0	/* to be looked for */
#define OPENEVSE_BOARD_ECHO	1	/* sends back what it receives */
#define OPENEVSE_BOARD_SUSPECT	2	/* said $ST 00, which may be a boot */
#define OPENEVSE_BOARD_BOOTED	3	/* has restarted, and nobody has been told */
#define OPENEVSE_BOARD_HURRY	4	/* something has to be looked at again: poll soon */

/**
 * struct openevse_board - one charging station
 * @dev: counts the references
 * @cdev: /dev/openevseN
 * @index: N
 * @tty: where it is attached; valid until openevse_board_detach()
 * @tty_name: "ttyUSB0"
 * @rx_lock: guards @deframer and @stats
 * @deframer: received bytes
 * @stats: counters
 * @exchange: commands
 * @events: state and readers
 * @openers: who has it open
 * @watch: looks for the board, and polls it while it is idle
 * @poll_interval_ms: 0 for never
 * @heard: when its state was last heard of, in jiffies
 * @doubted: when it was last doubted what it has not got, in jiffies; of the watch
 * @flags: OPENEVSE_BOARD_LOST, ...
 * @misses: probes in a row that failed, a silent one counting for several
 * @unannounced: udev does not know this firmware yet; of the watch
 * @booting_until: silence until then is a boot, in jiffies; valid if @booting
 * @booting: a reset was commanded or seen, or may have come with the attaching
 * @reset_at: when one was commanded, in jiffies; valid if @was_reset
 * @was_reset: the reset that is waited for was commanded
 * @unechoed: answers in a row whose command did not come back; guarded by
 *	@rx_lock, as are @echoed, @last and @jumped
 * @echoed: the command has come back, or may have, and its answer has not
 * @last: what the last $GS said, for comparison
 * @last_at: when, in jiffies
 * @last_known: it has said something since the board booted
 * @jumped: the one after it seems to be of a board that has restarted
 * @suspect_until: no other $ST until then means that it was a boot, in
 *	jiffies; valid with OPENEVSE_BOARD_SUSPECT
 * @wear_log: how often the log tells that the EEPROM is written too often
 */
struct openevse_board {
	struct device dev;
	struct cdev cdev;
	int index;
	struct tty_struct *tty;
	char tty_name[32];

	struct mutex rx_lock;	/* received bytes */
	struct openevse_deframer deframer;
	struct openevse_board_stats stats;

	struct openevse_exchange exchange;
	struct openevse_events events;
	struct openevse_openers openers;

	struct delayed_work watch;
	unsigned int poll_interval_ms;
	unsigned long heard;
	unsigned long doubted;
	unsigned long flags;
	unsigned int misses;
	bool unannounced;
	unsigned long booting_until;
	bool booting;
	unsigned long reset_at;
	bool was_reset;
	unsigned int unechoed;
	bool echoed;
	struct openevse_state last;
	unsigned long last_at;
	bool last_known;
	bool jumped;
	unsigned long suspect_until;
	struct ratelimit_state wear_log;
};

extern const struct file_operations openevse_chardev_ops;
extern const struct attribute_group *openevse_groups[];

int openevse_board_init(void);
void openevse_board_exit(void);

struct openevse_board *openevse_board_create(struct tty_struct *tty);
void openevse_board_detach(struct openevse_board *board);

void openevse_board_receive(struct openevse_board *board, const u8 *bytes,
			    const openevse_flag_t *flags, size_t count);

u64 openevse_board_echoes(struct openevse_board *board);
void openevse_board_set_echo(struct openevse_board *board, bool on);
void openevse_board_info(struct openevse_board *board,
			 struct openevse_info *info);
void openevse_board_stats(struct openevse_board *board,
			  struct openevse_stats *stats);

#endif /* _OPENEVSE_BOARD_H */
