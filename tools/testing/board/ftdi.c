// SPDX-License-Identifier: GPL-2.0
/*
 * An FT232R. See ftdi.h.
 */
#include <string.h>

#include "board.h"
#include "ftdi.h"

#define VENDOR		0x0403
#define PRODUCT		0x6001
#define RELEASE		0x0600		/* what makes it an FT232R */
#define DATA_PER_PACKET	(FTDI_PACKET - 2)
#define IDLE_PACKET	(200 * MS)	/* no more often than that if there is nothing */

#define STATUS_MODEM	0x01		/* nothing is wired to the inputs */
#define STATUS_LINE	0x60		/* transmitter empty */
#define LINE_OVERRUN	0x02
#define LINE_FRAMING	0x08
#define LINE_BREAK	0x10

/* ---- descriptors ----------------------------------------------------------- */

static const uint8_t device_descriptor[18] = {
	18, 1, 0x00, 0x02, 0, 0, 0, 8,
	VENDOR & 0xff, VENDOR >> 8, PRODUCT & 0xff, PRODUCT >> 8,
	RELEASE & 0xff, RELEASE >> 8, 1, 2, 3, 1,
};

static const uint8_t config_descriptor[32] = {
	9, 2, 32, 0, 1, 1, 0, 0xa0, 45,
	9, 4, 0, 0, 2, 0xff, 0xff, 0xff, 2,
	7, 5, FTDI_IN, 2, FTDI_PACKET, 0, 0,
	7, 5, FTDI_OUT, 2, FTDI_PACKET, 0, 0,
};

static int put(uint8_t *data, size_t size, const uint8_t *from, size_t n)
{
	if (n > size)
		n = size;
	memcpy(data, from, n);
	return (int)n;
}

/* One character of UTF-8 as USB has them, in UTF-16; none above U+FFFF. */
static uint16_t take_character(const uint8_t **text)
{
	const uint8_t *t = *text;

	if (t[0] >= 0xe0 && (t[1] & 0xc0) == 0x80 && (t[2] & 0xc0) == 0x80) {
		*text += 3;
		return (uint16_t)((t[0] & 0xf) << 12 | (t[1] & 0x3f) << 6 | (t[2] & 0x3f));
	}
	if (t[0] >= 0xc0 && (t[1] & 0xc0) == 0x80) {
		*text += 2;
		return (uint16_t)((t[0] & 0x1f) << 6 | (t[1] & 0x3f));
	}
	*text += 1;
	return t[0];
}

static int put_string(uint8_t *data, size_t size, const char *text)
{
	const uint8_t *t = (const uint8_t *)text;
	uint8_t d[2 + 2 * 126] = { 2, 3 };
	uint16_t c;

	while (*t && d[0] < sizeof(d) - 1) {
		c = take_character(&t);
		d[d[0]] = (uint8_t)c;
		d[d[0] + 1] = (uint8_t)(c >> 8);
		d[0] = (uint8_t)(d[0] + 2);
	}
	return put(data, size, d, d[0]);
}

static int string_descriptor(struct ftdi *f, int index, uint8_t *data, size_t size)
{
	static const uint8_t languages[] = { 4, 3, 0x09, 0x04 };

	switch (index) {
	case 0:
		return put(data, size, languages, sizeof(languages));
	case 1:
		return put_string(data, size, "FTDI");
	case 2:
		return put_string(data, size, "FT232R USB UART");
	case 3:
		return put_string(data, size, f->serial);
	default:
		return -1;
	}
}

static int get_descriptor(struct ftdi *f, const uint8_t setup[8], uint8_t *data, size_t size)
{
	switch (setup[3]) {
	case 1:
		return put(data, size, device_descriptor, sizeof(device_descriptor));
	case 2:
		return put(data, size, config_descriptor, sizeof(config_descriptor));
	case 3:
		return string_descriptor(f, setup[2], data, size);
	default:
		return -1;	/* no qualifier: it is a full speed device */
	}
}

static int standard_request(struct ftdi *f, const uint8_t setup[8], uint8_t *data, size_t size)
{
	static const uint8_t zero[2], one[1] = { 1 };

	switch (setup[1]) {
	case 0:		/* GET_STATUS */
		return put(data, size, zero, 2);
	case 6:
		return get_descriptor(f, setup, data, size);
	case 8:		/* GET_CONFIGURATION */
		return put(data, size, one, 1);
	case 10:	/* GET_INTERFACE */
		return put(data, size, zero, 1);
	case 1:		/* CLEAR_FEATURE, SET_FEATURE, SET_ADDRESS, */
	case 3:
	case 5:
	case 9:		/* SET_CONFIGURATION, SET_INTERFACE */
	case 11:
		return 0;
	default:
		return -1;
	}
}

/* ---- what the driver sets ----------------------------------------------------- */

/* The divisor of 3 MHz, whose eighths are encoded in a famous order. */
static unsigned long decode_baud(uint16_t value, uint16_t index)
{
	static const uint8_t eighths[8] = { 0, 4, 2, 1, 3, 5, 6, 7 };
	static const unsigned long usual[] = {
		300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400,
		460800, 921600, 1000000,
	};
	unsigned int code = (value >> 14) | (unsigned int)(index & 1) << 2;
	unsigned long divisor = (value & 0x3fffu) * 8ul + eighths[code];
	unsigned long baud;
	size_t i;

	if (divisor <= 1)
		return 3000000;
	if (value == 1 && !(index & 1))
		return 2000000;
	baud = 24000000ul / divisor;
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (baud * 100 > usual[i] * 97 && baud * 100 < usual[i] * 103)
			return usual[i];
	return baud;
}

/* The board hears what was meant only at 115200 8N1. */
static void line_changed(struct board *b, struct ftdi *f)
{
	b->wire.garbled = f->counters.baud != 115200 || f->data_bits != 8 || f->parity;
}

static void set_modem(struct board *b, struct ftdi *f, uint16_t value)
{
	struct usb_counters *c = &f->counters;
	bool dtr = value & 1, rts = value & 2;

	if ((value & 0x100) && dtr != c->dtr) {
		c->dtr = dtr;
		c->dtr_edges++;
		if (dtr && b->dtr_resets) {
			b->cpu.t = b->now;
			board_reset(b);
		}
	}
	if ((value & 0x200) && rts != c->rts) {
		c->rts = rts;
		c->rts_edges++;
	}
}

/* Nobody drives CTS or DSR: a driver that waits for them waits for ever. */
static void set_flow(struct board *b, struct ftdi *f, uint16_t value, uint16_t index)
{
	static const char *const names[] = {
		[0] = "none", [1] = "rtscts", [2] = "dtrdsr", [4] = "xonxoff",
	};
	unsigned int mode = (index >> 8) & 7;

	f->counters.flow = mode < 5 && names[mode] ? names[mode] : "odd";
	b->wire.held = mode == 1 || mode == 2;
	f->xon = mode == 4 ? (uint8_t)value : 0;
	f->xoff = mode == 4 ? (uint8_t)(value >> 8) : 0;
}

static void set_data(struct board *b, struct ftdi *f, uint16_t value)
{
	static const uint8_t nothing;

	f->data_bits = (uint8_t)value;
	f->parity = (value >> 8) & 7;
	line_changed(b, f);
	if (value & 0x4000)	/* a break: a NUL with a framing error */
		wire_from_host(b, &nothing, 1);
}

static void purge(struct board *b, struct ftdi *f, uint16_t what)
{
	f->counters.purges++;
	if (what != 2)
		f->len = 0;
	if (what != 1)
		b->wire.travel_len = 0;
}

static int vendor_in(struct ftdi *f, const uint8_t setup[8], uint8_t *data, size_t size)
{
	uint8_t answer[2] = { STATUS_MODEM, STATUS_LINE };
	uint16_t word = f->eeprom[setup[4] % 64];

	switch (setup[1]) {
	case 5:		/* modem status */
		return put(data, size, answer, 2);
	case 10:	/* latency */
		answer[0] = (uint8_t)f->counters.latency;
		return put(data, size, answer, 1);
	case 12:	/* pins */
		return put(data, size, answer, 1);
	case 0x90:	/* EEPROM */
		answer[0] = (uint8_t)word;
		answer[1] = (uint8_t)(word >> 8);
		return put(data, size, answer, 2);
	default:
		return -1;
	}
}

static int vendor_out(struct board *b, struct ftdi *f, const uint8_t setup[8])
{
	uint16_t value = (uint16_t)(setup[2] | setup[3] << 8);
	uint16_t index = (uint16_t)(setup[4] | setup[5] << 8);

	switch (setup[1]) {
	case 0:
		purge(b, f, value);
		return 0;
	case 1:
		set_modem(b, f, value);
		return 0;
	case 2:
		set_flow(b, f, value, index);
		return 0;
	case 3:
		f->counters.baud = decode_baud(value, index);
		line_changed(b, f);
		return 0;
	case 4:
		set_data(b, f, value);
		return 0;
	case 9:
		f->counters.latency = value & 0xff ? value & 0xff : 1;
		return 0;
	case 6:		/* event and error characters, bit mode */
	case 7:
	case 11:
		return 0;
	default:
		return -1;
	}
}

int ftdi_control(struct board *b, struct ftdi *f, const uint8_t setup[8], uint8_t *data,
		 size_t size)
{
	switch (setup[0] & 0xe0) {
	case 0x00:
	case 0x80:
		return standard_request(f, setup, data, size);
	case 0x40:
		return vendor_out(b, f, setup);
	case 0xc0:
		return vendor_in(f, setup, data, size);
	default:
		return -1;
	}
}

/* ---- bytes -------------------------------------------------------------------------- */

void ftdi_receive(struct board *b, struct ftdi *f, const uint8_t *buf, size_t n)
{
	size_t i;

	if (b->wire.garbled)
		f->line_errors |= LINE_FRAMING;
	for (i = 0; i < n; i++) {
		if (f->xoff && (buf[i] == f->xon || buf[i] == f->xoff)) {
			b->wire.held = buf[i] == f->xoff;
			continue;
		}
		if (f->len == FTDI_BUFFER) {
			f->line_errors |= LINE_OVERRUN;
			return;
		}
		if (!f->len)
			f->oldest = b->now;
		f->buffer[f->len++] = buf[i];
	}
}

void ftdi_break(struct ftdi *f, uint64_t now)
{
	if (f->len == FTDI_BUFFER)
		return;
	if (!f->len)
		f->oldest = now;
	f->buffer[f->len++] = 0;
	f->line_errors |= LINE_BREAK;
}

uint64_t ftdi_next(const struct ftdi *f)
{
	uint64_t latency = f->counters.latency * MS;

	if (f->len >= DATA_PER_PACKET)
		return f->oldest;
	if (f->len)
		return f->oldest + latency;
	return f->sent + (latency > IDLE_PACKET ? latency : IDLE_PACKET);
}

/* Full packets first, and a short one that ends the transfer. */
size_t ftdi_packets(struct ftdi *f, uint8_t *buf, size_t size, uint64_t now)
{
	size_t used = 0, taken = 0, n;

	do {
		n = f->len - taken < DATA_PER_PACKET ? f->len - taken : DATA_PER_PACKET;
		if (used + 2 + n > size)
			break;
		buf[used++] = STATUS_MODEM;
		buf[used++] = STATUS_LINE | f->line_errors;
		memcpy(buf + used, f->buffer + taken, n);
		used += n;
		taken += n;
		f->line_errors = 0;
	} while (n == DATA_PER_PACKET);
	f->len -= taken;
	memmove(f->buffer, f->buffer + taken, f->len);
	f->sent = now;
	f->oldest = now;
	return used;
}

/* ---- power --------------------------------------------------------------------------- */

/* Words 0 to 12 as the factory has them; the last is a checksum. */
static void fill_eeprom(uint16_t *word)
{
	static const uint16_t factory[] = {
		0x4000, VENDOR, PRODUCT, RELEASE, 0x2da0, 0x0008, 0x0000, 0x0a98, 0x20a2,
		0x12c2, 0x1023, 0x0005,
	};
	uint16_t sum = 0xaaaa;
	int i;

	memset(word, 0, 64 * sizeof(*word));
	memcpy(word, factory, sizeof(factory));
	for (i = 0; i < 63; i++) {
		sum ^= word[i];
		sum = (uint16_t)(sum << 1 | sum >> 15);
	}
	word[63] = sum;
}

void ftdi_power_on(struct ftdi *f, const char *serial)
{
	unsigned long dtr_edges = f->counters.dtr_edges, rts_edges = f->counters.rts_edges;

	memset(f, 0, sizeof(*f));
	f->serial = serial ? serial : "OEVSE001";
	f->counters = (struct usb_counters) {
		.dtr_edges = dtr_edges, .rts_edges = rts_edges,
		.baud = 9600, .latency = 16, .flow = "none",
	};
	f->data_bits = 8;
	fill_eeprom(f->eeprom);
}
