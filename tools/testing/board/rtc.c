// SPDX-License-Identifier: GPL-2.0
/*
 * The clock chip. See rtc.h.
 */
#include <time.h>

#include "board.h"

/* Noon, 2026-01-01: a run in virtual time is the same at any time of day. */
#define VIRTUAL_START	1767268800

/* Starts with the host's local time: a station's clock knows no time zone. */
void rtc_init(struct rtc *r, bool virtual_time)
{
	time_t now = time(NULL);
	struct tm local;

	localtime_r(&now, &local);
	r->offset = virtual_time ? VIRTUAL_START : timegm(&local);
}

void rtc_set(struct board *b, const int field[6])
{
	struct tm tm = {
		.tm_year = field[0] + 100, .tm_mon = field[1] - 1, .tm_mday = field[2],
		.tm_hour = field[3], .tm_min = field[4], .tm_sec = field[5],
	};

	b->rtc.offset = timegm(&tm) - (int64_t)(b->now / SECOND);
}

void rtc_get(struct board *b, int field[6])
{
	time_t t = (time_t)(b->rtc.offset + (int64_t)(b->now / SECOND));
	struct tm tm;

	gmtime_r(&t, &tm);
	field[0] = (tm.tm_year - 100) & 0xff;
	field[1] = tm.tm_mon + 1;
	field[2] = tm.tm_mday;
	field[3] = tm.tm_hour;
	field[4] = tm.tm_min;
	field[5] = tm.tm_sec;
}
