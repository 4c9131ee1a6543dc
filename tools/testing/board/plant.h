/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plant: everything around the controller. The vehicle on the pilot
 * line, the mains, the contactor, the sensors. Only the test changes it.
 */
#ifndef PLANT_H
#define PLANT_H

#include <stdbool.h>
#include <stdint.h>

struct plant {
	char pilot;		/* what the vehicle does to the line: 'A' to 'E' */
	bool diode_ok;
	uint32_t ma;		/* what the vehicle wants */
	bool greedy;		/* and takes, whatever it is offered */
	unsigned int volts;
	bool ground_ok;
	bool relay_stuck;
	bool gfi_test_ok;
	bool lcd_ok;
	bool clock_ok;		/* DS3231: time and temperature */
	bool mcp9808_ok, tmp007_ok;
	int ds3231, mcp9808, tmp007;	/* 0.1 degrees C */
};

static inline void plant_init(struct plant *p, char pilot)
{
	*p = (struct plant) {
		.pilot = pilot, .diode_ok = true, .volts = 240, .ground_ok = true,
		.gfi_test_ok = true, .lcd_ok = true, .clock_ok = true,
		.ds3231 = 240, .mcp9808 = 250, .tmp007 = 260,
	};
}

#endif
