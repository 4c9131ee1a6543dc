/* SPDX-License-Identifier: GPL-2.0 */
/* A serial line that nobody else uses: claim it, set it up, leave it as it was. */
#ifndef OPENEVSE_SERIAL_H
#define OPENEVSE_SERIAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

/* What a line looked like before we touched it. */
struct serial_saved {
	struct termios termios;
	bool was_slow;		/* low latency was off, and is on now */
};

/**
 * serial_open - open a tty without waiting for a carrier
 * @path: device node
 *
 * Return: file descriptor, or a negative errno.
 */
int serial_open(const char *path);

/* Does the kernel write its messages to this tty ("ttyS0")? */
bool serial_is_console(const char *name);

/* Who says by a lock file that the tty with that node is theirs? 0 for nobody alive. */
pid_t serial_lock_owner(const char *node);

/**
 * serial_claim - make sure that this line is ours alone
 * @fd: the tty
 * @node: its device node, as lock files call it
 *
 * Return: 0; -EBUSY when another program has it locked, in any of the three
 * ways that programs have, or exclusive; -EALREADY when another line discipline
 * than the terminal's is attached to it.
 */
int serial_claim(int fd, const char *node);

/* Remember the settings of a line. Return: 0 or a negative errno. */
int serial_save(int fd, struct serial_saved *saved);

/**
 * serial_setup - raw, 115200 8N1, no flow control, DTR left alone at close
 * @fd: the tty
 * @saved: what serial_save() found
 *
 * Return: 0 or a negative errno.
 */
int serial_setup(int fd, const struct serial_saved *saved);

/* Ask an adapter to pass received bytes on at once, where it can. */
void serial_low_latency(int fd, struct serial_saved *saved);

/* Give the line back: old settings (but never HUPCL), not exclusive. */
void serial_restore(int fd, const struct serial_saved *saved);

#endif
