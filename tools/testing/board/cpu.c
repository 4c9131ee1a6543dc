// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's single thread. See cpu.h.
 */
#include "board.h"

#define LOOK	200	/* us until a tight loop sees a byte */

static void schedule(struct board *b, cpu_step step, uint64_t us)
{
	struct cpu *cpu = &b->cpu;

	cpu->step = step;
	cpu->at = us == NEVER ? NEVER : cpu->t + us;
	cpu->waiting = false;
	cpu->idling = false;
}

void cpu_take(struct board *b, uint64_t us)
{
	b->cpu.t += us;
}

void cpu_next(struct board *b, cpu_step step, uint64_t us)
{
	schedule(b, step, us);
}

void cpu_idle(struct board *b, cpu_step step, uint64_t us)
{
	schedule(b, step, us);
	b->cpu.idling = true;
}

void cpu_wait(struct board *b, cpu_step step, uint64_t us)
{
	schedule(b, step, us);
	b->cpu.waiting = true;
	b->cpu.idling = true;
}

void cpu_run(struct board *b)
{
	b->cpu.t = b->cpu.at;
	b->cpu.step(b);
}

void cpu_stall(struct board *b, uint64_t us)
{
	struct cpu *cpu = &b->cpu;

	if (cpu->at == NEVER)
		return;
	if (cpu->at < b->now)
		cpu->at = b->now;
	cpu->at += us;
	cpu->waiting = false;
	cpu->idling = false;
}

static void nowhere(struct board *b)
{
	(void)b;
}

/* A firmware that looks at its UART all the time, as none ever did. */
static void serve_at_once(struct board *b)
{
	struct cpu before = b->cpu;

	b->cpu.t = b->now;
	while (!evse_serve(b, nowhere)) {
		if (b->cpu.step == nowhere)
			continue;
		b->cpu.after = before.step;
		return;
	}
	if (before.at < b->cpu.t)
		before.at = b->cpu.t;
	b->cpu = before;
}

void cpu_byte_arrived(struct board *b)
{
	struct cpu *cpu = &b->cpu;

	if (b->instant && cpu->idling)
		serve_at_once(b);
	else if (cpu->waiting && cpu->at > b->now + LOOK)
		cpu->at = b->now + LOOK;
}
