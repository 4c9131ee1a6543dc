/* SPDX-License-Identifier: GPL-2.0 */
/* Orders to the board that several commands give. */
#ifndef OPENEVSE_CONTROL_H
#define OPENEVSE_CONTROL_H

#include "device.h"

/* Send ioctl @request to the board. Return: an exit code. */
int control_board(const struct cli *cli, unsigned long request, const char *what);

/*
 * Offer @amps, and say what the board made of it. @save: in its EEPROM, too.
 * Return: an exit code.
 */
int offer_current(const struct device *device, unsigned int amps, bool save);

/* What an error of an ioctl about @capacity means. Return: its exit code. */
int capacity_error(const struct device *device,
		   const struct openevse_current_capacity *capacity, int error);

#endif
