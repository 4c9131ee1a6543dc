/* SPDX-License-Identifier: GPL-2.0 */
/* Ttys as udev knows them, and how to recognise one again. */
#ifndef OPENEVSE_CABLE_H
#define OPENEVSE_CABLE_H

#include <stdbool.h>
#include <stddef.h>

/* From the surest to the weakest. */
enum cable_mark {
	MARK_SERIAL,		/* serial number of the USB device */
	MARK_PATH,		/* where it is plugged in */
	MARK_NAME,		/* kernel name; only for ports soldered in */
	MARKS,
};

/**
 * struct cable - a tty and what is known of the adapter behind it
 * @syspath: of the tty
 * @usb_syspath: of the USB device; NULL for others
 * @node: "/dev/ttyUSB0"
 * @name: "ttyUSB0"
 * @label: what people see: maker, model, serial number
 * @matches: udev rule conditions that recognise it, by enum cable_mark; NULL
 *	where that mark is missing
 * @shared_match: conditions with its serial number, which another tty has too;
 *	NULL where none has
 * @usb_matches: conditions for the USB device, by enum cable_mark, where
 *	nothing else is on it
 * @enrolled: a rule says that it leads to a board
 * @ambiguous: and means another cable as well, so neither is attached
 * @best: index into @matches; MARKS when it cannot be recognised at all
 */
struct cable {
	char *syspath;
	char *usb_syspath;
	char *node;
	char *name;
	char *label;
	char *matches[MARKS];
	char *shared_match;
	char *usb_matches[MARKS];
	bool enrolled;
	bool ambiguous;
	enum cable_mark best;
};

/* A tty by node, link to it, or name. Return: false when there is no such tty. */
bool cable_find(const char *tty, struct cable *cable);

/*
 * The one with the same serial number that has a board attached. Return: is
 * there any? cable_free() it then.
 */
bool cable_find_attached_twin(const struct cable *cable, struct cable *twin);

/*
 * All ttys that could have a board: real hardware, not the console, not yet
 * attached. Return: how many; cables_free() the list.
 */
int cables_list(struct cable **cables);

void cable_free(struct cable *cable);
void cables_free(struct cable *cables, int count);

/* "its USB serial number" */
const char *cable_mark_name(enum cable_mark mark);

#endif
