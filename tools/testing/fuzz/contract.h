/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second opinion on the commands: what the description of the protocol and
 * the comments of the uAPI header say, row by row, and a plain reader and
 * writer for it. It shares nothing with the tables in driver/dialect_*.c.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include "dialect.h"

enum part_kind { PART_DECIMAL, PART_HEX, PART_STATE, PART_VERSION, PART_LETTER, PART_TEXT };

/* One word of the wire, and the member of the uAPI struct that it is. */
struct part {
	enum part_kind kind;
	u8 offset, size;
	bool is_signed;
	s64 low, high;		/* on the wire */
	u32 unit, base;		/* of the member: wire * unit + base; 0 is 1 */
	u32 valid;		/* bit that says that it is there */
	s64 absent[3];		/* on the wire: it is not */
	u8 absents;
	const char *letters;	/* for 0, 1, ... */
};

struct form {
	u8 count;
	const struct part *part;
};

/* What comes back; versions from @from to before @until, 0 for open ends. */
struct answer {
	u32 ioctl;
	u32 from, until;
	size_t size;
	u8 valid_offset;
	struct form forms[3];
	u8 form_count;
	bool raw;		/* bytes to the end, no words */
};

/* What is sent: a '%' in @text is the next part. */
struct request {
	u32 ioctl, item;
	u32 from, until;
	const char *text;
	const struct part *part;
	u8 count;
	size_t size;
};

const struct answer *contract_answer(u32 ioctl, u32 rapi);
const struct request *contract_request(u32 ioctl, u32 item, u32 rapi);

u32 contract_unit(const struct part *part);

/* A member of a uAPI struct, as a number. */
s64 contract_load(const struct part *part, const void *value);
void contract_store(const struct part *part, void *value, s64 number);

/* A word becomes the member it is, unless it means that there is none. */
bool contract_read(const struct part *part, const void *word, size_t len,
		   void *value, bool *absent);

/* A struct of these: number by number; what is text there is @text. */
void contract_fill(const struct request *request, void *value, const s64 *numbers,
		   size_t count, const char *text);

/* The text for a struct; 0, -EINVAL or -ERANGE. */
int contract_write(const struct request *request, const void *value, char *text,
		   size_t size);

#endif
