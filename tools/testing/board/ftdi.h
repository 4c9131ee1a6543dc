/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An FT232R as its driver sees it: descriptors, vendor requests, and packets
 * of two status bytes and at most 62 bytes from the line. It knows nothing
 * of USB/IP; usb.c carries its packets.
 */
#ifndef FTDI_H
#define FTDI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport.h"

struct board;

#define FTDI_PACKET	64	/* also the endpoints' packet size */
#define FTDI_BUFFER	256	/* bytes on their way to the host */
#define FTDI_SEND	128	/* bytes on their way to the board */
#define FTDI_IN		0x81
#define FTDI_OUT	0x02

struct ftdi {
	struct usb_counters counters;
	const char *serial;
	uint16_t eeprom[64];
	uint8_t data_bits, parity;
	uint8_t xon, xoff;
	uint8_t line_errors;	/* to be told with the next packet */

	uint8_t buffer[FTDI_BUFFER];
	size_t len;
	uint64_t oldest;	/* when the first byte of it came */
	uint64_t sent;		/* when the last packet went */
};

void ftdi_power_on(struct ftdi *f, const char *serial);

/*
 * A control request. The data stage, to the host, goes into @data: returned
 * is its length, or -1 for a stall.
 */
int ftdi_control(struct board *b, struct ftdi *f, const uint8_t setup[8], uint8_t *data,
		 size_t size);

/* Bytes from the line; what there is no room for is lost and told as such. */
void ftdi_receive(struct board *b, struct ftdi *f, const uint8_t *buf, size_t n);
void ftdi_break(struct ftdi *f, uint64_t now);

/* When there is something to say to a host that is asking; how it goes. */
uint64_t ftdi_next(const struct ftdi *f);
size_t ftdi_packets(struct ftdi *f, uint8_t *buf, size_t size, uint64_t now);

#endif
