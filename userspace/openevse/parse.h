/* SPDX-License-Identifier: GPL-2.0 */
/* Arguments as people write them, and nothing that only looks like one. */
#ifndef OPENEVSE_PARSE_H
#define OPENEVSE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* "on" or "off". Return: false for anything else. */
bool parse_switch(const char *text, uint32_t *on);

/* A whole number from @min to @max. Return: false for anything else. */
bool parse_number(const char *text, int64_t min, int64_t max, int64_t *number);

/* "12.5" as thousandths, up to three digits behind the point. */
bool parse_milli(const char *text, int64_t *milli);

/* The same, or "-12.5". */
bool parse_signed_milli(const char *text, int64_t *milli);
/* "500ms", "10s", "5m", "1.5h"; seconds where there is no unit. */
bool parse_period(const char *text, int64_t *ms);

/* "22:30". */
bool parse_clock(const char *text, uint32_t *hour, uint32_t *minute);

#endif
