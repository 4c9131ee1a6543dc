/* SPDX-License-Identifier: GPL-2.0 */
/* The programs that have a board open. */
#ifndef OPENEVSE_WHO_H
#define OPENEVSE_WHO_H

#include "device.h"

/*
 * The file opened after @client, not counting our own; its id is 0 for the first
 * one. Return: 0, -ENOENT behind the last one, or another negative errno.
 */
int who_next(const struct device *device, struct openevse_client *client);

#endif
