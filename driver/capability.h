/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Capability: what would a call do on this board?
 *
 * Answered from the dialect's tables and from what the board has shown so far.
 * Whether a command is built in is found out by a getter, which can do no harm;
 * what has none is called untried.
 *
 * No state and no lock of its own; callers sleep.
 */
#ifndef _OPENEVSE_CAPABILITY_H
#define _OPENEVSE_CAPABILITY_H

#include "command.h"

int openevse_capability_get(const struct openevse_caller *caller,
			    struct openevse_capability *capability);

#endif /* _OPENEVSE_CAPABILITY_H */
