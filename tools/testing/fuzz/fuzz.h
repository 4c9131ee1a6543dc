/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzzers have in common: an end with a sentence where an oracle is
 * contradicted, and inputs that are text, so that a corpus can be read.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "frame.h"

/* Most numbers taken from a line. */
#define FUZZ_NUMBERS	32

/* An oracle: what has to be so, whatever the input is; then what was. */
#define REQUIRE(condition, ...) \
	do { \
		if (!(condition)) \
			fuzz_end(__FILE__, __LINE__, #condition, __VA_ARGS__); \
	} while (0)

void fuzz_end(const char *file, int line, const char *condition,
	      const char *format, ...)
	__attribute__((noreturn, format(printf, 4, 5)));

/* Bytes as a message can show them; up to four such texts at a time. */
const char *fuzz_show(const void *bytes, size_t len);

/* A copy with nothing around it that may be touched; the caller frees it. */
void *fuzz_copy(const void *bytes, size_t len);

/* Decimal numbers, whatever stands between them; returns how many. */
size_t fuzz_numbers(const char *text, s64 numbers[FUZZ_NUMBERS]);

/* "$" and @len bytes, as much as fits; with a right '^' where @checked. */
size_t fuzz_line(u8 line[OPENEVSE_LINE_MAX], const void *text, size_t len,
		 bool checked);

/* What a libFuzzer target is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
