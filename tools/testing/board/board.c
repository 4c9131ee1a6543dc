// SPDX-License-Identifier: GPL-2.0
/*
 * Time for the board: whichever of its parts is next, in order. Events run
 * at their own times even when the process was woken late, so a busy host
 * delays what it sees but does not change what happens.
 */
#include "board.h"

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t transport_next(struct board *b)
{
	const struct transport_ops *ops = b->transport.ops;

	return ops && ops->next ? ops->next(b) : NEVER;
}

uint64_t board_next(struct board *b)
{
	return min(min(b->cpu.at, wire_next(&b->wire)),
		   min(replay_next(b), transport_next(b)));
}

/* Bytes on their way to the board can wait for the next look at the ring. */
uint64_t board_wakeup(struct board *b)
{
	if (b->instant || b->cpu.waiting)
		return board_next(b);
	return min(min(b->cpu.at, wire_visible_next(&b->wire)),
		   min(replay_next(b), transport_next(b)));
}

void board_run(struct board *b, uint64_t us)
{
	uint64_t next;

	while ((next = board_next(b)) <= us) {
		if (b->now < next)
			b->now = next;
		if (wire_next(&b->wire) <= b->now)
			wire_run(b);
		else if (b->cpu.at <= b->now)
			cpu_run(b);
		else if (replay_next(b) <= b->now)
			replay_run(b);
		else
			b->transport.ops->run(b);
	}
	if (b->now < us)
		b->now = us;
}

void board_reset(struct board *b)
{
	b->stats.resets++;
	log_note(&b->log, b->now, "", "--- reset ---");
	if (b->cpu.t < b->now)
		b->cpu.t = b->now;
	boot_begin(b);
}

bool board_idle(struct board *b)
{
	return wire_idle(&b->wire) && !b->rapi.hung && b->evse.booted &&
	       (b->cpu.idling || b->cpu.waiting);
}

void transport_deliver(struct board *b, const uint8_t *buf, size_t n)
{
	if (b->transport.plugged)
		b->transport.ops->deliver(b, buf, n);
}
