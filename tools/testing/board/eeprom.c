// SPDX-License-Identifier: GPL-2.0
/*
 * The EEPROM. See eeprom.h.
 */
#include "board.h"

#define WRITE_TAKES	3400	/* us a byte */

void eeprom_init(struct eeprom *e, bool blank_counters)
{
	int i;

	*e = (struct eeprom) {
		.amps_l1 = 0xff, .amps_l2 = 0xff, .ammeter_scale = 220,
		.relay_close_ms = 100, .relay_hold_pwm = 255,
		.voltmeter_scale = 298, .voltmeter_offset = 12018,
		.ny_ambient = 650, .ny_infrared = 750, .panic = 710, .zero_ma = 200,
		.relays = 7, .cable_unchecked = 1,
	};
	for (i = 0; i < THERMISTORS; i++)
		e->thermistor[i] = (struct thermistor) {
			.r25 = 10000, .beta = 3443, .panic = 900,
		};
	if (blank_counters)
		e->gfi_trips = e->ground_trips = e->stuck_trips = 0xff;
}

static void wear(struct board *b, unsigned int bytes)
{
	b->eeprom.writes += bytes;
	cpu_take(b, bytes * WRITE_TAKES);
}

void eeprom_write8(struct board *b, uint8_t *cell, uint8_t value)
{
	*cell = value;
	wear(b, 1);
}

void eeprom_write16(struct board *b, uint16_t *cell, uint16_t value)
{
	*cell = value;
	wear(b, 2);
}

void eeprom_write32(struct board *b, uint32_t *cell, uint32_t value)
{
	*cell = value;
	wear(b, 4);
}
