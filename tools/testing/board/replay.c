// SPDX-License-Identifier: GPL-2.0
/*
 * A recording of "openevse monitor --log" played back. See replay.h.
 *
 * What programs have set is left out: those states that came of it are in the
 * recording. So is what nobody records, as the current.
 */
#include <stdio.h>
#include <stdlib.h>

#include "board.h"
#include "replay.h"
#include "replay_file.h"

/* Between events when their own time does not count. */
#define GAP		(200 * MS)
#define GAP_UNTOLD	(7 * SECOND)	/* the host finds out by itself */
#define GAP_SILENCE	(30 * SECOND)	/* the host notices that as well */
#define GAP_CABLE	(5 * SECOND)
#define LOOK_AGAIN	(5 * MS)	/* whether the board has booted */

bool replay_start(struct board *b, const char *path, double speed, char *error, size_t size)
{
	struct replay_event *events;
	int count = replay_read(path, &events, error, size);

	if (count < 0)
		return false;
	free(b->replay.events);
	b->replay = (struct replay) {
		.events = events, .count = (size_t)count, .speed = speed, .due = b->now,
	};
	return true;
}

bool replay_holds(const struct board *b)
{
	return b->replay.count;
}

const char *replay_word(const struct board *b)
{
	if (!b->replay.count)
		return "none";
	return b->replay.next < b->replay.count ? "running" : "done";
}

uint64_t replay_next(const struct board *b)
{
	return b->replay.next < b->replay.count ? b->replay.due : NEVER;
}

/* ---- one event -------------------------------------------------------------- */

/* Firmware that does not say so leaves this open: a vehicle charges or it is there. */
static uint16_t vflags_of(struct board *b, const struct replay_event *e)
{
	uint16_t flags = b->evse.vflags;

	if (e->vflags != REPLAY_UNKNOWN)
		return (uint16_t)e->vflags;
	if (e->connected != REPLAY_UNKNOWN)
		flags = (uint16_t)(e->connected ? flags | VFLAG_EV_CONNECTED :
						  flags & ~VFLAG_EV_CONNECTED);
	return (uint16_t)(e->state == STATE_C ? flags | VFLAG_CHARGING_ON :
						flags & ~VFLAG_CHARGING_ON);
}

static void enter(struct board *b, const struct replay_event *e)
{
	struct evse *evse = &b->evse;

	if (e->state == REPLAY_UNKNOWN)
		return;
	evse->state = (uint8_t)e->state;
	evse->vflags = vflags_of(b, e);
	evse->relay = e->state == STATE_C;
	if (e->pilot != REPLAY_UNKNOWN)
		evse->pilot_state = (uint8_t)e->pilot;
	else if (e->state >= STATE_A && e->state <= STATE_D)
		evse->pilot_state = (uint8_t)e->state;
	if (e->amps != REPLAY_UNKNOWN)
		evse->amps = (uint8_t)e->amps;
	if (!e->initial)
		rapi_state(b, true);
}

static void notice(struct board *b, const char *message, int number)
{
	char text[16];

	if (number == REPLAY_UNKNOWN)
		return;
	snprintf(text, sizeof(text), "%s%d", message, number);
	rapi_notice(b, text);
}

static void unplug(struct board *b)
{
	if (b->transport.plugged && b->transport.ops->has_cable)
		b->transport.ops->unplug(b);
}

/* A board that restarts says that its state is unknown, and later that it has. */
static bool restarts(const struct replay *r, size_t i)
{
	return i + 1 < r->count && r->events[i].kind == REPLAY_STATE &&
	       r->events[i].state == STATE_UNKNOWN && r->events[i + 1].kind == REPLAY_BOOT;
}

static void happen(struct board *b, size_t i)
{
	const struct replay_event *e = &b->replay.events[i];

	if (b->cpu.t < b->now)
		b->cpu.t = b->now;
	switch (e->kind) {
	case REPLAY_STATE:
		if (restarts(&b->replay, i))
			board_reset(b);
		else
			enter(b, e);
		break;
	case REPLAY_BOOT:
		if (!i || !restarts(&b->replay, i - 1))
			board_reset(b);
		break;
	case REPLAY_BUTTON:
		notice(b, "$AN ", e->number);
		break;
	case REPLAY_WIFI:
		notice(b, "$WF 0", e->number);
		break;
	case REPLAY_LINK:
		b->wire.mute = !e->number;
		break;
	case REPLAY_ECHO:
		b->rapi.echo = e->number == 1;
		break;
	case REPLAY_DETACHED:
		unplug(b);
		break;
	case REPLAY_SETTING:
		break;
	}
}

/* ---- one after the other -------------------------------------------------------- */

static uint64_t gap_after(struct board *b, const struct replay_event *e)
{
	/* The next waits for the end of a boot, and comes before anybody can ask. */
	if (e->kind == REPLAY_SETTING || e->kind == REPLAY_BOOT || e->initial ||
	    !b->evse.booted)
		return 0;
	if (e->kind == REPLAY_DETACHED)
		return GAP_CABLE;
	if (e->kind == REPLAY_LINK)
		return GAP_SILENCE;
	if (e->kind == REPLAY_ECHO || (b->fw.quirks & QUIRK_ST_IN_COMMANDS))
		return GAP_UNTOLD;
	return GAP;
}

static void advance(struct board *b)
{
	struct replay *r = &b->replay;
	const struct replay_event *e = &r->events[r->next++];
	uint64_t gap;

	if (r->next == r->count)
		return;
	if (r->speed > 0)
		gap = (uint64_t)((double)(e[1].at - e->at) / r->speed);
	else
		gap = gap_after(b, e);
	r->due = b->now + gap;
}

void replay_run(struct board *b)
{
	struct replay *r = &b->replay;

	if (!b->evse.booted) {
		r->due = b->now + LOOK_AGAIN;
		return;
	}
	if (!b->transport.plugged && b->transport.ops->plug(b) < 0) {
		r->next = r->count;
		return;
	}
	happen(b, r->next);
	advance(b);
}
