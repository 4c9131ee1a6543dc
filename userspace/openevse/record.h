/* SPDX-License-Identifier: GPL-2.0 */
/* The recorder of charging sessions. */
#ifndef OPENEVSE_RECORD_H
#define OPENEVSE_RECORD_H

#include "cli.h"

/*
 * Record the sessions of the board the user means into files in @dir, until it
 * is unplugged. Return: an exit code.
 */
int record_sessions(struct cli *cli, const char *dir);

#endif
