/* SPDX-License-Identifier: GPL-2.0 */
/* The file of local udev rules: one cable, one or two lines. */
#ifndef OPENEVSE_RULES_H
#define OPENEVSE_RULES_H

#include <stdbool.h>

#include "cable.h"

/* After 60-serial.rules, which finds serial numbers; before 70-openevse.rules. */
#define RULES_FILE	"/etc/udev/rules.d/69-openevse-local.rules"

/**
 * struct adopted - what the rules say of a cable
 * @cable: one that can be recognised
 * @name: of the board; NULL for none
 */
struct adopted {
	const struct cable *cable;
	const char *name;
};

/**
 * rules_text - the rules for some cables
 * @cables: the cables
 * @count: of them
 *
 * Return: one or two lines for each, with their ends; free() them.
 */
char *rules_text(const struct adopted *cables, size_t count);

/* Is this a name for a board that a rule and a file in /dev can carry? */
bool rules_name_valid(const char *name);

/* The name that the cable's rules give its board; free() it. NULL for none. */
char *rules_name(const char *file, const struct cable *cable);

/*
 * Is there a rule for the serial number that this cable shares with others?
 * @name is set as rules_name() would. rules_adopt() removes that rule.
 */
bool rules_shared(const char *file, const struct cable *cable, char **name);

/* Is @name given to another cable already? */
bool rules_name_taken(const char *file, const struct cable *cable, const char *name);

/**
 * rules_adopt - write the rules for some cables, replacing what they had
 * @file: the file
 * @cables: the cables
 * @count: of them
 *
 * Return: 0; -EEXIST when another cable has got the name of the first by now; or a
 * negative errno. The file is the old or the new one, whole.
 */
int rules_adopt(const char *file, const struct adopted *cables, size_t count);

/**
 * rules_release - remove a cable's rules
 * @file: the file
 * @cable: the cable; NULL to go by @name
 * @name: of the board
 *
 * Return: number of rules removed, or a negative errno.
 */
int rules_release(const char *file, const struct cable *cable, const char *name);

#endif
