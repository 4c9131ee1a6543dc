// SPDX-License-Identifier: GPL-2.0
/*
 * What one event record says
 *
 * One pair of functions for each kind: words for people, keys for programs.
 * Names in the records (program, firmware) come from outside and are made
 * printable first.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "event.h"
#include "json_out.h"
#include "names.h"
#include "now.h"

/* Records carry monotonic time; people want to know when that was. */
const char *wall_clock(uint64_t timestamp_ns, char text[TIME_SIZE])
{
	int64_t ago = now_ns(CLOCK_MONOTONIC) - (int64_t)timestamp_ns;

	return iso_time(now_ns(CLOCK_REALTIME) - ago, text);
}

static void copy_text(char *to, const char *from, size_t size)
{
	memcpy(to, from, size);
	to[size - 1] = '\0';
	make_printable(to);
}

static int connected_in(const struct openevse_event_state *state)
{
	return vehicle_connected(state->state, state->valid & OPENEVSE_EVENT_HAS_PILOT,
				 state->pilot_state, state->valid & OPENEVSE_EVENT_HAS_VFLAGS,
				 state->vflags);
}

/* State */

static void state_text(FILE *out, const struct openevse_event *event)
{
	const struct openevse_event_state *state = &event->state;
	char from[NAME_SIZE], to[NAME_SIZE], amps[NAME_SIZE];

	if (!(state->valid & OPENEVSE_EVENT_HAS_STATE)) {
		fprintf(out, "state: not known yet (link %s)", link_name(state->link));
		return;
	}
	fprintf(out, "state: ");
	if (state->from != state->state)
		fprintf(out, "%s -> ", state_name(state->from, from));
	fputs(state_name(state->state, to), out);
	if (state->valid & OPENEVSE_EVENT_HAS_CAPACITY)
		fprintf(out, ", %s A offered", milli(state->capacity_ma, amps));
	if (state->state != OPENEVSE_STATE_B && state->state != OPENEVSE_STATE_C &&
	    connected_in(state) == 1)
		fprintf(out, ", vehicle connected");
	if (state->link != OPENEVSE_LINK_UP)
		fprintf(out, " (link %s)", link_name(state->link));
}

static void state_json(const struct openevse_event *event, struct json_object *object)
{
	const struct openevse_event_state *state = &event->state;
	bool known = state->valid & OPENEVSE_EVENT_HAS_STATE;
	bool initial = event->flags & OPENEVSE_EVENT_FLAG_INITIAL;
	char from[NAME_SIZE], to[NAME_SIZE];

	json_add_text(object, "from", known && !initial ? state_name(state->from, from) : NULL);
	json_add_text(object, "to", known ? state_name(state->state, to) : NULL);
	if (state->valid & OPENEVSE_EVENT_HAS_CAPACITY)
		json_add_milli(object, "pilot_a", state->capacity_ma);
	else
		json_add_null(object, "pilot_a");
	json_add_maybe(object, "vehicle_connected", known ? connected_in(state) : -1);
	json_add_text(object, "pilot_state", state->valid & OPENEVSE_EVENT_HAS_PILOT ?
		      pilot_letter(state->pilot_state) : NULL);
	if (state->valid & OPENEVSE_EVENT_HAS_VFLAGS)
		json_add_int(object, "vflags", state->vflags);
	else
		json_add_null(object, "vflags");
	json_add_text(object, "link", link_name(state->link));
}

/* Boot */

static void boot_text(FILE *out, const struct openevse_event *event)
{
	const struct openevse_event_boot *boot = &event->boot;
	char firmware[sizeof(boot->firmware)], post[NAME_SIZE];

	copy_text(firmware, boot->firmware, sizeof(firmware));
	fprintf(out, "boot: the controller has restarted");
	if (firmware[0])
		fprintf(out, ", firmware %s", firmware);
	if (!(boot->valid & OPENEVSE_BOOT_HAS_POST))
		return;
	if (boot->post == OPENEVSE_STATE_UNKNOWN)
		fprintf(out, ", self test passed");
	else if (boot->post == OPENEVSE_STATE_SLEEPING)
		fprintf(out, ", asleep by its delay timer");
	else
		fprintf(out, ", self test failed: %s", state_name(boot->post, post));
}

static void boot_json(const struct openevse_event *event, struct json_object *object)
{
	const struct openevse_event_boot *boot = &event->boot;
	char firmware[sizeof(boot->firmware)], post[NAME_SIZE];
	const char *result = NULL;

	copy_text(firmware, boot->firmware, sizeof(firmware));
	if (boot->valid & OPENEVSE_BOOT_HAS_POST)
		result = boot->post == OPENEVSE_STATE_UNKNOWN ? "passed" :
							       state_name(boot->post, post);
	json_add_text(object, "firmware", firmware[0] ? firmware : NULL);
	json_add_text(object, "self_test", result);
}

/* Button */

static const char *press_name(uint32_t button)
{
	static const char *const names[] = { "short", "long" };

	return button < ARRAY_SIZE(names) ? names[button] : "unknown";
}

static void button_text(FILE *out, const struct openevse_event *event)
{
	fprintf(out, "button: %s press", press_name(event->button));
}

static void button_json(const struct openevse_event *event, struct json_object *object)
{
	json_add_text(object, "press", press_name(event->button));
}

/* WiFi */

static void wifi_text(FILE *out, const struct openevse_event *event)
{
	fprintf(out, "wifi: the board asks for %s mode", wifi_name(event->wifi_mode));
}

static void wifi_json(const struct openevse_event *event, struct json_object *object)
{
	json_add_text(object, "mode", wifi_name(event->wifi_mode));
}

/* Link */

static void link_text(FILE *out, const struct openevse_event *event)
{
	fprintf(out, "link: %s", link_name(event->link));
}

static void link_json(const struct openevse_event *event, struct json_object *object)
{
	json_add_text(object, "link", link_name(event->link));
}

/* Setting */

/* A number with its unit, "on" and "off", or as it is. */
static void print_number(FILE *out, const struct setting_name *name, int64_t value)
{
	char text[NAME_SIZE];

	if (!name->unit)
		fprintf(out, "%s", value ? "on" : "off");
	else if (name->milli)
		fprintf(out, "%s %s", milli(value, text), name->unit);
	else
		fprintf(out, "%" PRId64 "%s%s", value, name->unit[0] ? " " : "", name->unit);
}

static void print_values(FILE *out, const struct setting_name *name,
			 const struct openevse_event_setting *setting)
{
	fputs(name->name, out);
	if (!(setting->valid & OPENEVSE_CHANGED_HAS_NEW))
		return;
	fputc(' ', out);
	if (setting->valid & OPENEVSE_CHANGED_HAS_OLD) {
		print_number(out, name, setting->old_value);
		fprintf(out, " -> ");
	}
	print_number(out, name, setting->new_value);
}

void change_print_text(FILE *out, const struct openevse_event_setting *change)
{
	const struct setting_name *name = setting_name(change->request, change->item);

	if (name)
		print_values(out, name, change);
	else if (control_name(change->request))
		fputs(control_name(change->request), out);
	else
		fprintf(out, "unknown(%#x)", change->request);
}

static void setting_text(FILE *out, const struct openevse_event *event)
{
	const struct openevse_event_setting *setting = &event->setting;
	char program[sizeof(setting->comm)];

	copy_text(program, setting->comm, sizeof(program));
	fprintf(out, "setting: ");
	change_print_text(out, setting);
	fprintf(out, " by %s (pid %d)", program, setting->pid);
}

/* "old_a", "new_wh", or "old" for on and off and bare numbers. */
static void add_number(struct json_object *object, const char *when,
		       const struct setting_name *name, bool known, int64_t value)
{
	bool has_unit = name->unit && name->unit[0];
	char *key = xasprintf("%s%s%s", when, has_unit ? "_" : "", has_unit ? name->key : "");

	if (!known)
		json_add_null(object, key);
	else if (!name->unit)
		json_add_bool(object, key, value);
	else if (name->milli)
		json_add_milli(object, key, value);
	else
		json_add_int(object, key, value);
	free(key);
}

void change_add_json(const struct openevse_event_setting *change, struct json_object *object)
{
	const struct setting_name *name = setting_name(change->request, change->item);
	char program[sizeof(change->comm)];

	copy_text(program, change->comm, sizeof(program));
	if (name) {
		json_add_text(object, "setting", name->name);
		add_number(object, "old", name, change->valid & OPENEVSE_CHANGED_HAS_OLD,
			   change->old_value);
		add_number(object, "new", name, change->valid & OPENEVSE_CHANGED_HAS_NEW,
			   change->new_value);
	} else if (control_name(change->request)) {
		json_add_text(object, "setting", "control");
		json_add_text(object, "new", control_name(change->request));
	} else {
		json_add_int(object, "setting", change->request);
	}
	/* 0: of somebody who cannot be seen from here. */
	if (change->pid)
		json_add_int(object, "pid", change->pid);
	else
		json_add_null(object, "pid");
	json_add_text(object, "program", program);
}

static void setting_json(const struct openevse_event *event, struct json_object *object)
{
	change_add_json(&event->setting, object);
}

/* Detached */

static void detached_text(FILE *out, const struct openevse_event *event)
{
	(void)event;
	fprintf(out, "detached: unplugged, or taken off by the helper");
}

static void detached_json(const struct openevse_event *event, struct json_object *object)
{
	(void)event;
	(void)object;
}

/* Echo */

static void echo_event_text(FILE *out, const struct openevse_event *event)
{
	fprintf(out, "echo: %s", echo_text(event->echo));
}

static void echo_event_json(const struct openevse_event *event, struct json_object *object)
{
	json_add_bool(object, "echo", event->echo);
}

static const struct kind {
	void (*text)(FILE *out, const struct openevse_event *event);
	void (*json)(const struct openevse_event *event, struct json_object *object);
} kinds[] = {
	[OPENEVSE_EVENT_STATE] = { state_text, state_json },
	[OPENEVSE_EVENT_BOOT] = { boot_text, boot_json },
	[OPENEVSE_EVENT_BUTTON] = { button_text, button_json },
	[OPENEVSE_EVENT_WIFI] = { wifi_text, wifi_json },
	[OPENEVSE_EVENT_LINK] = { link_text, link_json },
	[OPENEVSE_EVENT_SETTING] = { setting_text, setting_json },
	[OPENEVSE_EVENT_DETACHED] = { detached_text, detached_json },
	[OPENEVSE_EVENT_ECHO] = { echo_event_text, echo_event_json },
};

static const struct kind *find_kind(const struct openevse_event *event)
{
	if (event->type >= ARRAY_SIZE(kinds) || !kinds[event->type].text)
		return NULL;
	return &kinds[event->type];
}

static const struct {
	unsigned int flag;
	const char *text;
	const char *key;
} marks[] = {
	{ OPENEVSE_EVENT_FLAG_INITIAL, "now", "initial" },
	{ OPENEVSE_EVENT_FLAG_DROPPED, "events before this one were lost", "dropped" },
	{ OPENEVSE_EVENT_FLAG_POLLED, "noticed in a reply", "polled" },
};

static void print_words(FILE *out, const struct kind *kind, const struct openevse_event *event)
{
	size_t i;

	kind->text(out, event);
	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (event->flags & marks[i].flag)
			fprintf(out, " [%s]", marks[i].text);
}

void event_print_text(const struct openevse_event *event, const char *name)
{
	const struct kind *kind = find_kind(event);
	char time[TIME_SIZE];

	if (!kind)
		return;
	printf("%s %s ", wall_clock(event->timestamp_ns, time), name);
	print_words(stdout, kind, event);
	putchar('\n');
}

bool event_words(const struct openevse_event *event, char *words, size_t size)
{
	const struct kind *kind = find_kind(event);
	FILE *out;

	words[0] = '\0';
	if (!kind)
		return false;
	out = fmemopen(words, size, "w");
	if (!out)
		out_of_memory();
	print_words(out, kind, event);
	fclose(out);
	words[size - 1] = '\0';	/* where they did not fit */
	return true;
}

struct json_object *event_json(const struct openevse_event *event, const char *name)
{
	const struct kind *kind = find_kind(event);
	struct json_object *object;
	char time[TIME_SIZE];
	size_t i;

	if (!kind)
		return NULL;
	object = json_new();
	json_add_text(object, "time", wall_clock(event->timestamp_ns, time));
	json_add_int(object, "monotonic_ns", event->timestamp_ns);
	json_add_int(object, "seq", event->seqno);
	json_add_text(object, "device", name);
	json_add_text(object, "event", event_name(event->type));
	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (event->flags & marks[i].flag)
			json_add_bool(object, marks[i].key, true);
	kind->json(event, object);
	return object;
}
