/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Capacity: the current offered to the vehicle
 *
 * It is the one setting that can do harm at once, so it has a file of its own:
 * what was asked is compared with what the board says it offers now, and a
 * larger current than asked does not stand. Lowering goes before all else.
 *
 * No state and no lock of its own; callers sleep.
 */
#ifndef _OPENEVSE_CAPACITY_H
#define _OPENEVSE_CAPACITY_H

#include "command.h"

int openevse_capacity_set(const struct openevse_caller *caller,
			  struct openevse_current_capacity *capacity);
int openevse_capacity_hold(const struct openevse_caller *caller,
			   struct openevse_current_capacity *capacity);
int openevse_capacity_check(const struct openevse_caller *caller,
			    struct openevse_current_capacity *capacity);
int openevse_capacity_set_max(const struct openevse_caller *caller,
			      struct openevse_current_capacity *capacity);

#endif /* _OPENEVSE_CAPACITY_H */
