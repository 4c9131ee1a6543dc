// SPDX-License-Identifier: GPL-2.0
/*
 * The wire and the board's UART. See wire.h.
 */
#include <string.h>

#include "board.h"

#define HOST_BYTE	87	/* us for ten bits at the host's 115200 baud */
#define BOARD_BYTE	85	/* the AVR's divisor makes 117647 of it */
#define TX_RING		64
#define GATHER		(1 * MS)	/* hand bytes to the host this often at least */
#define PAUSE		(20 * MS)	/* between two pieces at most */

void wire_init(struct wire *w, uint64_t seed)
{
	memset(w, 0, sizeof(*w));
	random_seed(&w->random, seed);
	random_seed(&w->noise_in.random, seed);
	random_seed(&w->noise_out.random, seed);
	random_seed(&w->chop.random, seed);
	random_seed(&w->late.random, seed);
}

void wire_reset(struct wire *w)
{
	w->uart_on = false;
	w->ring_len = 0;
	w->out_len = 0;
	w->tx_free = 0;
	w->out_last = 0;
}

bool wire_idle(const struct wire *w)
{
	return !w->travel_len && !w->ring_len && !w->out_len;
}

size_t wire_room(const struct wire *w)
{
	return WIRE_TRAVEL - w->travel_len;
}

/* ---- mishaps -------------------------------------------------------- */

static bool happens(struct chance *chance)
{
	return chance->rate > 0 && random_chance(&chance->random, chance->rate);
}

/* What becomes of one byte: the place it takes in @out, or two. */
static size_t suffer(struct chance *noise, uint8_t c, struct spot out[2], bool *hurt)
{
	out[0] = (struct spot){ .said = c, .heard = c };
	out[1] = (struct spot){ .said = -1, .heard = c };
	*hurt = happens(noise);
	if (!*hurt)
		return 1;
	switch (random_below(&noise->random, 4)) {
	case 0:
		out[0].heard ^= (int16_t)(1 << random_below(&noise->random, 8));
		return 1;
	case 1:
		out[0].heard = -1;
		return 1;
	case 2:
		out[1].heard = (uint8_t)random_next(&noise->random);
		return 2;
	default:
		return 2;
	}
}

static uint8_t garble(struct wire *w, uint8_t c)
{
	return w->garbled ? (uint8_t)random_next(&w->random) : c;
}

/* ---- towards the board ---------------------------------------------- */

static void travel_put(struct wire *w, struct spot spot)
{
	if (w->travel_len == WIRE_TRAVEL)
		return;
	w->travel[(w->travel_head + w->travel_len++) % WIRE_TRAVEL] = spot;
}

static void count_in(struct board *b, uint8_t c, bool hurt)
{
	struct wire *w = &b->wire;

	w->bytes_in++;
	b->stats.noise_in += hurt;
	if (c == '$') {
		w->frame_open = true;
		w->frame_hurt = false;
	}
	w->frame_hurt |= hurt;
	if (c != '\r' || !w->frame_open)
		return;
	b->stats.hurt_in += w->frame_hurt;
	w->frame_open = false;
}

void wire_from_host(struct board *b, const uint8_t *buf, size_t n)
{
	struct wire *w = &b->wire;
	struct spot out[2];
	size_t i, k, count;
	bool hurt;

	if (!w->travel_len && w->travel_next < b->now)
		w->travel_next = b->now;
	for (i = 0; i < n; i++) {
		count = suffer(&w->noise_in, buf[i], out, &hurt);
		count_in(b, buf[i], hurt);
		for (k = 0; k < count; k++)
			travel_put(w, out[k]);
	}
}

static void ring_put(struct board *b, uint8_t c)
{
	struct wire *w = &b->wire;

	log_byte(&b->log, '>', c, b->now);
	if (!w->uart_on || w->deaf) {
		w->unheard++;
		return;
	}
	if (w->ring_len == WIRE_RING) {
		w->ring_lost++;
		return;
	}
	w->ring[(w->ring_head + w->ring_len++) % WIRE_RING] = garble(w, c);
	cpu_byte_arrived(b);
}

int wire_get(struct wire *w)
{
	uint8_t c;

	if (!w->ring_len)
		return -1;
	c = w->ring[w->ring_head];
	w->ring_head = (w->ring_head + 1) % WIRE_RING;
	w->ring_len--;
	return c;
}

static void travel_run(struct board *b)
{
	struct wire *w = &b->wire;
	struct spot spot;

	while (w->travel_len && !w->held && w->travel_next <= b->now) {
		spot = w->travel[w->travel_head];
		w->travel_head = (w->travel_head + 1) % WIRE_TRAVEL;
		w->travel_len--;
		if (spot.said >= 0)
			inspector_host_sent(b, (uint8_t)spot.said);
		if (spot.heard < 0)
			continue;
		if (w->paced)
			w->travel_next += HOST_BYTE;
		ring_put(b, (uint8_t)spot.heard);
	}
}

/* ---- towards the host ----------------------------------------------- */

/*
 * Bytes stay in order, however late one of them is. What waits for the end of
 * a pause arrives in one go, be it of one message or of several. A pause is
 * longer than what is gathered anyway, or nobody would notice.
 */
static void out_put(struct wire *w, struct spot spot, uint64_t at)
{
	struct wire_spot *place;

	if (w->out_len == WIRE_OUT)
		return;
	if (w->out_last < at)
		w->out_last = at;
	place = &w->out[(w->out_head + w->out_len++) % WIRE_OUT];
	place->spot = spot;
	place->at = w->out_last;
	if (happens(&w->chop))
		w->out_last += GATHER + 1 + random_below(&w->chop.random, PAUSE - GATHER);
}

/*
 * The firmware stands still while its transmit ring is full. What delays
 * bytes on their way afterwards is none of its business. True if @said, which
 * leaves as @c, suffered.
 */
static bool transmit(struct board *b, uint8_t said, uint8_t c, uint64_t delay)
{
	struct wire *w = &b->wire;
	struct spot out[2];
	size_t k, count;
	bool hurt;

	if (w->tx_free < b->cpu.t)
		w->tx_free = b->cpu.t;
	if (w->paced)
		w->tx_free += BOARD_BYTE;
	if (w->tx_free > b->cpu.t + TX_RING * BOARD_BYTE)
		b->cpu.t = w->tx_free - TX_RING * BOARD_BYTE;
	count = suffer(&w->noise_out, garble(w, c), out, &hurt);
	b->stats.noise_out += hurt;
	out[0].said = said;
	for (k = 0; k < count; k++)
		out_put(w, out[k], w->tx_free + delay);
	return hurt || c != said;
}

static uint64_t reply_delay(struct board *b)
{
	struct wire *w = &b->wire;

	if (!happens(&w->late))
		return w->delay;
	b->stats.late++;
	return w->delay + random_below(&w->late.random, (uint32_t)w->late_max + 1);
}

void wire_message(struct board *b, const uint8_t *buf, size_t n, bool reply)
{
	struct wire *w = &b->wire;
	size_t i, victim = n;
	uint64_t delay;
	bool hurt = false;

	if (w->drop) {
		w->drop--;
		return;
	}
	if (reply && w->few) {
		if (!w->replies)
			return;
		w->replies--;
	}
	if (w->corrupt && n > 2) {
		w->corrupt--;
		victim = 1 + random_below(&w->random, (uint32_t)n - 2);
	}
	delay = reply ? reply_delay(b) : 0;
	/* the lowest bit: neither '$' nor CR can come of printable text that way */
	for (i = 0; i < n; i++)
		hurt |= transmit(b, buf[i], i == victim ? buf[i] ^ 1 : buf[i], delay);
	b->stats.hurt_out += hurt;
}

void wire_echo(struct board *b, uint8_t c)
{
	transmit(b, c, c, 0);
}

void wire_inject(struct board *b, const uint8_t *buf, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out_put(&b->wire, (struct spot){ .said = buf[i], .heard = buf[i] }, b->now);
}

/* Nobody is there to be deceived while nothing arrives. */
static void inspect(struct board *b, struct spot spot)
{
	if (!b->transport.plugged)
		return;
	if (spot.said >= 0)
		inspector_board_said(b, (uint8_t)spot.said);
	if (spot.heard >= 0)
		inspector_host_got(b, (uint8_t)spot.heard);
}

/* Hand over what has arrived by now. */
static void out_run(struct board *b)
{
	struct wire *w = &b->wire;
	struct wire_spot place;
	uint8_t buf[256];
	size_t n = 0;

	while (w->out_len && n < sizeof(buf) && w->out[w->out_head].at <= b->now) {
		place = w->out[w->out_head];
		w->out_head = (w->out_head + 1) % WIRE_OUT;
		w->out_len--;
		if (w->mute)
			continue;
		inspect(b, place.spot);
		if (place.spot.heard < 0)
			continue;
		buf[n++] = (uint8_t)place.spot.heard;
		log_byte(&b->log, '<', buf[n - 1], place.at - (w->paced ? BOARD_BYTE : 0));
	}
	if (!n)
		return;
	w->bytes_out += n;
	transport_deliver(b, buf, n);
}

/* ---- time ------------------------------------------------------------ */

/*
 * Waking up for each byte would be honest and expensive: take those together
 * that arrive within a millisecond, at the time of the last of them.
 */
static uint64_t out_next(const struct wire *w)
{
	uint64_t at, limit;
	size_t i;

	if (!w->out_len)
		return NEVER;
	at = w->out[w->out_head].at;
	limit = at + GATHER;
	for (i = 1; i < w->out_len; i++) {
		const struct wire_spot *place = &w->out[(w->out_head + i) % WIRE_OUT];

		if (place->at > limit)
			break;
		at = place->at;
	}
	return at;
}

uint64_t wire_next(const struct wire *w)
{
	uint64_t next = out_next(w);

	if (w->travel_len && !w->held && w->travel_next < next)
		next = w->travel_next;
	return next;
}

uint64_t wire_visible_next(const struct wire *w)
{
	return out_next(w);
}

void wire_run(struct board *b)
{
	travel_run(b);
	out_run(b);
}
