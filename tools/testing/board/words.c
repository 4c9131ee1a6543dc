// SPDX-License-Identifier: GPL-2.0
/*
 * The words of `state` and `stats`, part of the control channel.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "board.h"
#include "control.h"

struct words {
	char *buf;
	size_t size, len;
};

static void word(struct words *w, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void word(struct words *w, const char *key, const char *format, ...)
{
	va_list args;
	int n;

	n = snprintf(w->buf + w->len, w->size - w->len, "%s%s=", w->len ? " " : "", key);
	w->len += (size_t)n < w->size - w->len ? (size_t)n : 0;
	va_start(args, format);
	n = vsnprintf(w->buf + w->len, w->size - w->len, format, args);
	va_end(args);
	w->len += (size_t)n < w->size - w->len ? (size_t)n : 0;
}

static void word_number(struct words *w, const char *key, unsigned long value)
{
	word(w, key, "%lu", value);
}

static void word_switch(struct words *w, const char *key, bool on, const char *yes,
			const char *no)
{
	word(w, key, "%s", on ? yes : no);
}

static const char *state_name(uint8_t state)
{
	static const char *const names[] = {
		"unknown", "not-connected", "connected", "charging", "vent-required",
		"diode-failed", "gfci-fault", "no-ground", "stuck-relay", "gfi-test-failed",
		"over-temperature", "over-current",
	};

	if (state == STATE_SLEEPING)
		return "sleeping";
	if (state == STATE_DISABLED)
		return "disabled";
	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "other";
}

static void evse_words(struct words *w, struct board *b)
{
	const struct evse *e = &b->evse;

	word(w, "state", "%s", state_name(e->state));
	word(w, "code", "%02x", e->state);
	word_switch(w, "boot", e->booted, "done", "running");
	word_number(w, "offered", e->amps);
	word_number(w, "saved", evse_saved_amps(b));
	word_number(w, "max", evse_max_amps(b));
	word_number(w, "level", e->flags & FLAG_L2 ? 2 : 1);
	word_number(w, "elapsed", e->elapsed);
	word_switch(w, "relay", e->relay, "closed", "open");
	word(w, "pilot_state", "%02x", e->pilot_state);
	word(w, "flags", "%04x", e->flags);
	word(w, "vflags", "%04x", e->vflags);
	word_switch(w, "timer", timer_enabled(b), "on", "off");
	word_number(w, "heartbeat", b->heartbeat.interval);
	word_number(w, "heartbeat_trigger", b->heartbeat.trigger);
	word_switch(w, "echo", b->rapi.echo, "on", "off");
}

static void energy_words(struct words *w, struct board *b)
{
	word(w, "ma", "%d", b->meter.ma);
	word_number(w, "mv", meter_mv(b));
	word_number(w, "session_ws", (unsigned long)b->meter.session_ws);
	word_number(w, "total_wh", b->meter.total_wh);
	word_number(w, "gfi_trips", b->eeprom.gfi_trips);
	word_number(w, "ground_trips", b->eeprom.ground_trips);
	word_number(w, "stuck_trips", b->eeprom.stuck_trips);
}

static void plant_words(struct words *w, struct board *b)
{
	const struct plant *p = &b->plant;

	word(w, "pilot", "%c", p->pilot);
	word(w, "draws", "%u.%u", p->ma / 1000, p->ma / 100 % 10);
	word_number(w, "volts", p->volts);
	word_switch(w, "ground", p->ground_ok, "ok", "open");
	word_switch(w, "contactor", p->relay_stuck, "stuck", "ok");
	word_switch(w, "diode", p->diode_ok, "ok", "bad");
	word(w, "temp", "%d", p->ds3231);
	word_switch(w, "plugged", b->transport.plugged, "yes", "no");
	word(w, "transport", "%s", b->transport.ops->name);
	word(w, "firmware", "%s", b->version);
	word(w, "rapi", "%s", b->fw.rapi);
	word(w, "replay", "%s", replay_word(b));
	word(w, "ms", "%llu", (unsigned long long)(b->now / MS));
}

void control_state(struct board *b, char *buf, size_t size)
{
	struct words w = { .buf = buf, .size = size };

	evse_words(&w, b);
	energy_words(&w, b);
	plant_words(&w, b);
}

static void usb_words(struct words *w, const struct usb_counters *u)
{
	word_switch(w, "dtr", u->dtr, "on", "off");
	word_switch(w, "rts", u->rts, "on", "off");
	word_number(w, "dtr_edges", u->dtr_edges);
	word_number(w, "rts_edges", u->rts_edges);
	word_number(w, "baud", u->baud);
	word_number(w, "latency", u->latency);
	word(w, "flow", "%s", u->flow);
	word_number(w, "purges", u->purges);
	word_number(w, "urbs", u->urbs);
}

void control_stats(struct board *b, char *buf, size_t size)
{
	struct words w = { .buf = buf, .size = size };
	const struct stats *s = &b->stats;
	size_t i;

	for (i = 0; command_name(i); i++)
		if (b->stats.commands[i])
			word_number(&w, command_name(i), b->stats.commands[i]);
	word_number(&w, "frames", s->frames);
	word_number(&w, "bad_checksums", s->bad_checksums);
	word_number(&w, "overlong", s->overlong);
	word_number(&w, "refused", s->unknown);
	word_number(&w, "resets", s->resets);
	word_number(&w, "eeprom_writes", b->eeprom.writes);
	word_number(&w, "bytes_in", b->wire.bytes_in);
	word_number(&w, "bytes_out", b->wire.bytes_out);
	word_number(&w, "ring_lost", b->wire.ring_lost);
	word_number(&w, "unheard", b->wire.unheard);
	word_number(&w, "noise_in", s->noise_in);
	word_number(&w, "noise_out", s->noise_out);
	word_number(&w, "hurt_in", s->hurt_in);
	word_number(&w, "hurt_out", s->hurt_out);
	word_number(&w, "late", s->late);
	word_number(&w, "forged_out", s->forged_out);
	word_number(&w, "unguarded_out", s->unguarded_out);
	word_number(&w, "misheard", s->misheard);
	word_number(&w, "misheard_unchecked", s->misheard_unchecked);
	if (b->transport.ops->counters)
		usb_words(&w, b->transport.ops->counters(b));
}
