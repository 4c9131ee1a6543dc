// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated boards, in this process. See station.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station.h"

#define SAID_MAX	4096
#define SOME_TIME	1790000000	/* what the clock chip shows: a Monday in 2026 */

/* Firmware of each RAPI version and of each profile, and builds that tell another. */
static const struct {
	const char *firmware;
	char pilot;
	bool all;		/* everything that can be built in is */
	const char *without[3];
} builds[] = {
	{ "8.2.3", 'A' }, { "8.2.3", 'C', true }, { "8.2.3.EU", 'A' },
	{ "2.1.A2", 'A' }, { "2.1.A7", 'A' }, { "D3.2.6", 'A' }, { "D3.3.7", 'C' },
	{ "D3.7.7", 'A' }, { "D3.7.8", 'A', true }, { "3.8.4", 'C', true },
	{ "3.11.3", 'A' }, { "D4.0.0", 'A', true }, { "D4.1.0", 'A' },
	{ "D4.2.0", 'A' }, { "D4.4.0", 'C', true }, { "D4.6.0", 'A' },
	{ "D4.8.0", 'C', true }, { "D4.9.1", 'A' }, { "D4.10.2", 'A', true },
	{ "5.0.1", 'C', true }, { "D6.0.0", 'A' }, { "D6.1.3", 'C', true },
	{ "D6.2.0", 'A' }, { "D6.2.2", 'A', true }, { "D6.3.0", 'A' },
	{ "7.0.1", 'C', true }, { "7.1.0", 'A' }, { "7.1.5", 'A' },
	{ "7.1.6", 'C', true }, { "8.1.0", 'A', true }, { "9.2.0", 'A' },
	{ "9.2.0", 'C', true }, { "9.2.0.SAMD", 'A', true }, { "9.2.0.lcd", 'A' },
	{ "D4.1.0", 'A', false, { "reply-checksum" } },
	{ "D4.3.2", 'A', true, { "reply-checksum" } },
	{ "D4.10.2", 'A', true, { "ff" } },
	{ "5.0.1", 'C', true, { "ff", "ids" } },
	{ "5.0.1", 'A', true, { "ff", "ids", "reply-checksum" } },
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define CHOICES		64

/* What a command is run with is gone when it is done. */
bool __real_command_run(struct board *b, struct command *c);
bool __wrap_command_run(struct board *b, struct command *c);

static struct station stations[COUNT(builds)];
static struct board *fresh[COUNT(builds)];	/* the same, just booted */

/* --- what the parser has made of it --- */

bool __wrap_command_run(struct board *b, struct command *c)
{
	struct station *station;
	struct heard *heard;
	size_t i;
	int k;

	for (i = 0; stations[i].board != b; i++)
		;
	station = &stations[i];
	if (station->count < STATION_HEARD) {
		heard = &station->heard[station->count];
		*heard = (struct heard){ .group = c->group, .selector = c->selector,
			.count = c->count, .id = c->id, .unchecked = c->unchecked };
		for (k = 0; k < c->count; k++)
			strcpy(heard->word[k], c->token[k]);
		strcpy(heard->text, c->text ? c->text : "");
	}
	station->count++;
	return __real_command_run(b, c);
}

/* --- building and booting --- */

static size_t add(struct choice *choice, size_t count, const char *firmware,
		  const char *name, bool with)
{
	const char *refused;
	struct build build;

	choice[count] = (struct choice){ name, with };
	return count + profile_build(&build, firmware, choice, count + 1, &refused);
}

/* Not what speaks another language, which is a build of its own. */
static bool is_extra(const char *name)
{
	static const char *const others[] = {
		"toggles", "ff", "ids", "reply-checksum", "samd", "cgmi",
	};
	size_t i;

	for (i = 0; i < COUNT(others); i++)
		if (!strcmp(others[i], name))
			return false;
	return true;
}

static void build(struct board *b, size_t index)
{
	const char *firmware = builds[index].firmware, *refused, *name;
	struct choice choice[CHOICES];
	size_t count = 0, i;

	for (i = 0; builds[index].all && (name = profile_feature(i)); i++)
		if (is_extra(name))
			count = add(choice, count, firmware, name, true);
	for (i = 0; i < COUNT(builds[index].without) && builds[index].without[i]; i++)
		count = add(choice, count, firmware, builds[index].without[i], false);
	if (!profile_build(&b->fw, firmware, choice, count, &refused))
		abort();
	snprintf(b->version, sizeof(b->version), "%s", firmware);
}

/* Booted long ago without a vehicle; then it came, and has been there since. */
static void boot(struct board *b, char pilot)
{
	random_seed(&b->random, 1);
	wire_init(&b->wire, 1);
	eeprom_init(&b->eeprom, b->fw.quirks & QUIRK_BLANK_COUNTERS);
	b->rtc.offset = SOME_TIME;
	plant_init(&b->plant, 'A');
	clock_start(&b->clock, 1, true);
	b->wire.mute = true;
	boot_begin(b);
	while (!b->evse.booted)
		board_run(b, b->cpu.at);
	b->plant.pilot = pilot;
	b->plant.ma = 15000;
	board_run(b, b->now + 5 * SECOND);
	b->wire.mute = false;
	b->wire.out_len = 0;
}

/* Back to what it was, but for the wire: it is large, and nothing stays in it. */
static void restore(struct board *b, const struct board *image)
{
	size_t wire = offsetof(struct board, wire);
	size_t after = offsetof(struct board, rapi);

	memcpy(b, image, wire);
	memcpy((char *)b + after, (const char *)image + after, sizeof(*b) - after);
	b->wire.out_len = 0;
}

struct station *station_at(unsigned int index)
{
	size_t i = index % COUNT(builds);
	struct station *station = &stations[i];

	if (!station->board) {
		station->board = calloc(1, sizeof(*station->board));
		fresh[i] = malloc(sizeof(*station->board));
		build(station->board, i);
		boot(station->board, builds[i].pilot);
		memcpy(fresh[i], station->board, sizeof(*station->board));
	}
	restore(station->board, fresh[i]);
	return station;
}

/* --- the wire --- */

/* What the firmware has written waits in a ring for its time to leave. */
static size_t collect(struct wire *w, u_int8_t *said, size_t room)
{
	size_t len = 0;

	for (; w->out_len && len < room; w->out_len--) {
		said[len++] = (u_int8_t)w->out[w->out_head].spot.heard;
		w->out_head = (w->out_head + 1) % WIRE_OUT;
	}
	w->out_len = 0;
	return len;
}

const u_int8_t *station_say(struct station *station, const void *bytes, size_t size,
			    size_t *len)
{
	static u_int8_t said[SAID_MAX];
	struct board *b = station->board;
	const u_int8_t *byte = bytes;

	station->count = 0;
	while (size--)
		rapi_byte(b, *byte++);
	*len = collect(&b->wire, said, sizeof(said));
	return said;
}
