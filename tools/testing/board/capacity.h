/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The controller's own view of capacity.c; the rest is in evse.h.
 */
#ifndef CAPACITY_H
#define CAPACITY_H

#include <stdbool.h>

struct board;

bool capacity_panic(struct board *b);		/* too hot for any current */
void capacity_check_heat(struct board *b);	/* less, or again more */

#endif
