// SPDX-License-Identifier: GPL-2.0
/*
 * Reading arguments, strictly: what the board would make of "17V" or "" nobody
 * wants to know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "parse.h"

/* More digits than any value of the board has. */
#define MAX_DIGITS	12
/* Sixty-eight years; in any unit its thousandths fit into 63 bits. */
#define LONGEST_PERIOD_MS	(INT32_MAX * INT64_C(1000))

bool parse_switch(const char *text, uint32_t *on)
{
	*on = !strcmp(text, "on");
	return *on || !strcmp(text, "off");
}

bool parse_number(const char *text, int64_t min, int64_t max, int64_t *number)
{
	bool negative = text[0] == '-';
	const char *digits = text + negative;
	size_t count = strspn(digits, "0123456789");

	if (!count || count > MAX_DIGITS || digits[count])
		return false;
	*number = strtoll(text, NULL, 10);
	return *number >= min && *number <= max;
}

bool parse_milli(const char *text, int64_t *milli)
{
	size_t whole = strspn(text, "0123456789"), part = 0;
	const char *point = text + whole;
	char digits[] = "000";

	if (*point == '.') {
		part = strspn(point + 1, "0123456789");
		if (!part || part > 3)
			return false;
		memcpy(digits, point + 1, part);
		point += 1 + part;
	}
	if (!whole || whole > MAX_DIGITS || *point)
		return false;
	*milli = strtoll(text, NULL, 10) * 1000 + strtol(digits, NULL, 10);
	return true;
}

bool parse_signed_milli(const char *text, int64_t *milli)
{
	bool negative = text[0] == '-';

	if (!parse_milli(text + negative, milli))
		return false;
	if (negative)
		*milli = -*milli;
	return true;
}

bool parse_period(const char *text, int64_t *ms)
{
	static const struct {
		const char *suffix;
		int64_t ms;
	} units[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	size_t length = strspn(text, "0123456789."), i;
	char number[MAX_DIGITS + sizeof(".000")];
	int64_t thousandths;

	if (length >= sizeof(number))
		return false;
	memcpy(number, text, length);
	number[length] = '\0';
	if (!parse_milli(number, &thousandths) || thousandths > LONGEST_PERIOD_MS)
		return false;
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		*ms = thousandths * units[i].ms / 1000;
		if (!strcmp(text + length, units[i].suffix))
			return *ms <= LONGEST_PERIOD_MS;
	}
	return false;
}

bool parse_clock(const char *text, uint32_t *hour, uint32_t *minute)
{
	unsigned int h, m;
	int end = 0;

	if (strspn(text, "0123456789:") != strlen(text) || strlen(text) > 5 ||
	    sscanf(text, "%2u:%2u%n", &h, &m, &end) != 2 || text[end] || h > 23 || m > 59)
		return false;
	*hour = h;
	*minute = m;
	return true;
}
