/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What survives a reset, and how often it was written.
 */
#ifndef EEPROM_H
#define EEPROM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;

#define THERMISTORS	4
#define THERMISTOR_PP	1	/* the pin that the proximity pilot has */

/* SN: kept and told; no cable is plugged in, so nothing is measured. */
struct thermistor {
	uint8_t pin;		/* 0: none */
	uint16_t r25, beta;
	int16_t offset, panic;
};

struct eeprom {
	uint16_t flags;
	uint8_t amps_l1, amps_l2;	/* 0xff: never written */
	uint8_t amps_max;		/* SC n M, once */
	uint8_t gfi_trips, ground_trips, stuck_trips;
	uint32_t total_wh;
	uint16_t ammeter_scale;
	uint16_t ammeter_offset;
	uint8_t timer_on, timer[4];	/* start and stop, hour and minute */
	uint16_t heartbeat_interval;
	uint8_t heartbeat_amps;
	uint8_t relay_close_ms, relay_hold_pwm;
	uint16_t voltmeter_scale;
	uint32_t voltmeter_offset;
	uint16_t ny_ambient, ny_infrared;	/* SO */
	uint16_t panic;			/* FO */
	uint16_t zero_ma;		/* SZ */
	uint8_t relays;			/* SR n: bits 0 to 2 */
	uint8_t cable_unchecked;	/* FF C */
	struct thermistor thermistor[THERMISTORS];
	uint16_t cold_opens, hot_opens, recoveries;
	unsigned long writes;		/* bytes */
};

/* @blank_counters: as firmware found them that did not know what blank is. */
void eeprom_init(struct eeprom *e, bool blank_counters);

/* Each byte written costs the firmware 3.4 ms, whether it changes or not. */
void eeprom_write8(struct board *b, uint8_t *cell, uint8_t value);
void eeprom_write16(struct board *b, uint16_t *cell, uint16_t value);
void eeprom_write32(struct board *b, uint32_t *cell, uint32_t value);

#endif
