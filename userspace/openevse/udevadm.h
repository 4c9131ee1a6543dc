/* SPDX-License-Identifier: GPL-2.0 */
/* Making udev look at a device again, and waiting for what comes of it. */
#ifndef OPENEVSE_UDEVADM_H
#define OPENEVSE_UDEVADM_H

#include <stdbool.h>

/*
 * Read the rules again. Return: false when udev is not there; that has been
 * said.
 */
bool udev_reload(void);

/* Run the rules for the device at @syspath, and wait until they are done. */
bool udev_change(const char *syspath);

/* The same for every tty that is to be attached. */
bool udev_change_attached(void);

struct board_watch;

/* Start looking out for new boards. Return: NULL without udev. */
struct board_watch *board_watch_open(void);

/* Wait until a board is there on @tty ("ttyUSB0"). Return: is one? */
bool board_watch_wait(struct board_watch *watch, const char *tty, int timeout_ms);

void board_watch_close(struct board_watch *watch);

#endif
