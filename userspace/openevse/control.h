/* SPDX-License-Identifier: GPL-2.0 */
/* Commands without arguments. */
#ifndef OPENEVSE_CONTROL_H
#define OPENEVSE_CONTROL_H

#include "cli.h"

/* Send ioctl @request to the board. Return: an exit code. */
int control_board(const struct cli *cli, unsigned long request, const char *what);

#endif
