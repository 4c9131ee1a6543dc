/* SPDX-License-Identifier: GPL-2.0 */
/* A limit of the session that this program keeps, not the board. */
#ifndef OPENEVSE_LIMIT_HOST_H
#define OPENEVSE_LIMIT_HOST_H

#include "device.h"

/**
 * struct host_limit - when to pause
 * @mwh: the session has taken that much; 0 for no limit of this kind
 * @seconds: it has charged for that long; 0 for none
 */
struct host_limit {
	int64_t mwh;
	int64_t seconds;
};

/* Stay until it is reached, or the vehicle leaves. Return: an exit code. */
int keep_limit(const struct device *device, const struct host_limit *limit);

#endif
