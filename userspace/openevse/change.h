/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands that change a setting share. */
#ifndef OPENEVSE_CHANGE_H
#define OPENEVSE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "device.h"
#include "parse.h"

/*
 * Ask or set with one ioctl, and say what went wrong. @what completes "cannot".
 * Return: an exit code.
 */
int change(const struct device *device, unsigned long request, void *value, const char *what);

/* The same with the board that the user means, opened for that. */
int change_board(const struct cli *cli, unsigned long request, void *value, const char *what);

/* @act on the board that the user means, opened for that. Return: an exit code. */
int with_board(const struct cli *cli, int (*act)(const struct device *device));

/*
 * Before what cannot be undone, or takes a protection away: @yes, or a person
 * who says so. Return: false when it shall not be done; that has been said.
 */
bool confirmed(const struct cli *cli, bool yes, const char *question);

#endif
