/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clock chip: battery backed, so it outlives every reset.
 */
#ifndef RTC_H
#define RTC_H

#include <stdbool.h>
#include <stdint.h>

struct board;

struct rtc {
	int64_t offset;		/* seconds since 1970 at board time zero */
};

/* Year without the century, month, day, hour, minute, second. */
void rtc_set(struct board *b, const int field[6]);
void rtc_get(struct board *b, int field[6]);
void rtc_init(struct rtc *r, bool virtual_time);

#endif
