// SPDX-License-Identifier: GPL-2.0
/*
 * What is known to be wrong with versions of the firmware
 *
 * Only what a user meets; what the driver makes up for is not here. A further
 * defect is a further row.
 */
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"

#define VERSION(major, minor, patch)	((major) * 1000000 + (minor) * 1000 + (patch))

/**
 * struct defect - of a range of versions
 * @from: first one that has it
 * @before: first one that has not got it any more
 * @what: one sentence
 */
static const struct defect {
	int from;
	int before;
	const char *what;
} defects[] = {
	{ 0, VERSION(3, 9, 0), "fault counters show 255 until the first fault" },
	{ 0, VERSION(4, 2, 0), "every new current is saved, and wears out the EEPROM: change it rarely" },
	{ VERSION(3, 7, 1), VERSION(3, 8, 4), "it tells of few changes by itself: events may come 5 s late" },
	{ VERSION(3, 8, 0), VERSION(4, 0, 0), "it says OK to settings that it has not got; where nothing shows them, nobody can tell" },
	{ 0, VERSION(4, 8, 1), "a command of too many words spoils its memory: let no other program write to it" },
	{ VERSION(4, 2, 0), VERSION(4, 12, 0), "setting the delay timer also saves the current that is offered just then" },
	{ VERSION(4, 12, 1), VERSION(5, 1, 0), "a time limit counts from when it is set, not from the start of the session" },
	{ VERSION(6, 1, 3), VERSION(6, 2, 1), "its heartbeat supervision does not work" },
};

/* "D4.6.0", "8.2.3.EU". Return: -1 for what is no version. */
static int parse_version(const char *text)
{
	int major, minor, patch;
	int count;

	text += strcspn(text, "0123456789");
	count = sscanf(text, "%3d.%3d.%3d", &major, &minor, &patch);
	if (count < 2)
		return -1;
	return VERSION(major, minor, count > 2 ? patch : 0);
}

const char *firmware_defect(const char *version, unsigned int number)
{
	int parsed = parse_version(version);
	size_t i;

	for (i = 0; parsed >= 0 && i < ARRAY_SIZE(defects); i++)
		if (parsed >= defects[i].from && parsed < defects[i].before && !number--)
			return defects[i].what;
	return NULL;
}
