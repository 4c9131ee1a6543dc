/* SPDX-License-Identifier: GPL-2.0 */
/* Words for the driver's numbers, and numbers in plain units. */
#ifndef OPENEVSE_NAMES_H
#define OPENEVSE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_SIZE	32	/* enough for any of the buffers here */
#define TIME_SIZE	40	/* for a time */

/* "charging"; a state newer than this program is "unknown(19)". */
const char *state_name(unsigned int state, char buffer[NAME_SIZE]);

/* More than the word, for people; NULL where the word says it all. */
const char *state_hint(unsigned int state);

/* Asleep or disabled: it will not charge until enabled. */
bool state_is_off(unsigned int state);

/* Something is wrong on the board's or on the vehicle's side. */
bool state_is_fault(unsigned int state);

/* Is a vehicle connected? 1 yes, 0 no, -1 cannot be told. */
int vehicle_connected(unsigned int state, bool has_pilot, unsigned int pilot,
		      bool has_vflags, uint32_t vflags);

/**
 * iec_letter - the state as IEC 61851 (and evcc) names it
 * @state: &enum openevse_evse_state
 * @connected: from vehicle_connected()
 *
 * Return: 'A' to 'F', or 0 where the firmware does not tell whether a vehicle
 * is connected.
 */
char iec_letter(unsigned int state, int connected);

/* What the pilot line alone says, "A" to "E"; NULL where it says nothing. */
const char *pilot_letter(unsigned int pilot);

const char *link_name(unsigned int link);

/* Of a heartbeat: "limited" while the board offers less for it. */
const char *missed_name(unsigned int missed);

/* "on", and what that means to people, or "off". */
const char *echo_text(bool on);
const char *event_name(unsigned int type);	/* NULL for unknown kinds */

/**
 * struct setting_name - what a program can change, and what the number counts
 * @request: the ioctl
 * @item: feature or relay, where it takes one
 * @name: one word
 * @unit: "A", "Wh"; "" for a bare number, NULL for on and off
 * @key: the same as part of a JSON key: "a", "wh"
 * @milli: the driver counts thousandths of @unit
 */
struct setting_name {
	uint32_t request;
	uint32_t item;
	const char *name;
	const char *unit;
	const char *key;
	bool milli;
};

/* NULL for what is newer than this program. */
const struct setting_name *setting_name(uint32_t request, uint32_t item);

/* "start" for OPENEVSE_ENABLE; NULL where it is no control. */
const char *control_name(uint32_t request);
const char *wifi_name(unsigned int mode);

/* 15800 is "15.8", 16000 is "16": thousandths, no zeros behind. */
const char *milli(int64_t value, char buffer[NAME_SIZE]);

/* 4320 is "1 h 12 min". */
const char *duration(uint32_t seconds, char buffer[NAME_SIZE]);

/* Nanoseconds of the wall clock as "2026-11-24T14:02:00.000+01:00". */
const char *iso_time(int64_t ns, char buffer[TIME_SIZE]);

/* Text from a board or another program, fit for a terminal. */
void make_printable(char *string);

#endif
