/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Heartbeat: the board watches over this host
 *
 * Once it is set, the board expects a *pulse* within each interval. It limits
 * its current when one is missed, until that is *acknowledged*. Then, and also
 * when the supervision ends, the firmware goes to its saved current, which may
 * be far more than it offered before; so whatever makes it do so is followed at
 * once by the current that shall be offered.
 *
 * No state and no lock of its own; callers sleep.
 */
#ifndef _OPENEVSE_HEARTBEAT_H
#define _OPENEVSE_HEARTBEAT_H

#include "command.h"

int openevse_heartbeat_set(const struct openevse_caller *caller,
			   const struct openevse_heartbeat *heartbeat);
int openevse_heartbeat_pulse(const struct openevse_caller *caller,
			     struct openevse_heartbeat *heartbeat);
int openevse_heartbeat_acknowledge(const struct openevse_caller *caller,
				   struct openevse_current_capacity *capacity);

#endif /* _OPENEVSE_HEARTBEAT_H */
