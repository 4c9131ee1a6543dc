/* SPDX-License-Identifier: GPL-2.0 */
/* Finding and opening boards. */
#ifndef OPENEVSE_DEVICE_H
#define OPENEVSE_DEVICE_H

#include <stdbool.h>

#include <linux/openevse.h>

#include "cli.h"

/**
 * struct board - a board as sysfs and /dev show it; nobody was asked
 * @index: N of /dev/openevseN
 * @path: "/dev/openevse0"
 * @name: given at adoption, from /dev/openevse/; "openevse0" where none was
 * @tty: "ttyUSB0"; "" when not known
 */
struct board {
	unsigned int index;
	char path[64];
	char name[64];
	char tty[32];
};

/* All boards, by index; free() the result. Return: how many, 0 without any. */
int boards_list(struct board **boards);

/* The kernel's name for the tty with node @path: "ttyUSB0", "pts0". */
void tty_name(const char *path, char *name, size_t size);

/* The board on tty @name ("ttyUSB0"). Return: false when there is none. */
bool board_on_tty(const char *name, struct board *board);

/* The board that people call @name: number, name, device or tty. */
bool board_by_name(const char *name, struct board *board);

/* The one that people mean with -d @wanted: a name as above, or a path. */
bool board_find(const char *wanted, struct board *board);

/* An attribute of a board in sysfs; "" where there is none. */
void board_attribute(const struct board *board, const char *attribute,
		     char *value, size_t size);

/**
 * struct device - an open board
 * @fd: /dev/openevseN
 * @board: which
 * @info: what the driver knows of it
 */
struct device {
	int fd;
	struct board board;
	struct openevse_info info;
};

enum device_access { DEVICE_ASK, DEVICE_CONTROL };

/**
 * device_open - open the board the user means, or say why not
 * @cli: the call, with -d and what else is wanted of the file
 * @access: what for
 * @device: filled in
 *
 * Return: an exit code; the complaint has been made.
 */
int device_open(const struct cli *cli, enum device_access access, struct device *device);

/*
 * Open a board that boards_list() told of, only to look: what the user wants of
 * questions to the board is left alone. Return: 0 or a negative errno.
 */
int device_open_board(const struct board *board, enum device_access access,
		      struct device *device);

void device_close(struct device *device);

/**
 * device_error - say what an ioctl's error means
 * @device: the board
 * @error: negative errno
 * @what: what was wanted, as in "cannot @what"; NULL for nothing special
 *
 * Return: the exit code for it.
 */
int device_error(const struct device *device, int error, const char *what);

#endif
