/* SPDX-License-Identifier: GPL-2.0 */
/* Signs of life for the board. */
#ifndef OPENEVSE_HEARTBEAT_H
#define OPENEVSE_HEARTBEAT_H

#include "device.h"

/* Return: 0, -EREMOTEIO when one was missed and limits the current, or another errno. */
int heartbeat_pulse(const struct device *device);

/* The limit ends, with @amps. Return: an exit code; what is wrong has been said. */
int heartbeat_acknowledge(const struct device *device, unsigned int amps);

#endif
