/* SPDX-License-Identifier: GPL-2.0 */
/* What "openevse calibrate" can show and set; see calibrate.c. */
#ifndef OPENEVSE_CALIBRATE_H
#define OPENEVSE_CALIBRATE_H

#include "device.h"

/*
 * One of its things: @cli has its name and the values. Without @device it only looks
 * whether the words are right. Return: an exit code.
 */
int calibrate_cable_sensor(const struct cli *cli, const struct device *device);
int calibrate_current_max(const struct cli *cli, const struct device *device);
int calibrate_panic(const struct cli *cli, const struct device *device);
int calibrate_temperature_limits(const struct cli *cli, const struct device *device);
int calibrate_zero_cross(const struct cli *cli, const struct device *device);

#endif
