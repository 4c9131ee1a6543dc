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
static const char *wall_clock(uint64_t timestamp_ns, char text[TIME_SIZE])
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

static void state_text(const struct openevse_event *event)
{
	const struct openevse_event_state *state = &event->state;
	char from[NAME_SIZE], to[NAME_SIZE], amps[NAME_SIZE];

	if (!(state->valid & OPENEVSE_EVENT_HAS_STATE)) {
		printf("state: not known yet (link %s)", link_name(state->link));
		return;
	}
	printf("state: ");
	if (state->from != state->state)
		printf("%s -> ", state_name(state->from, from));
	fputs(state_name(state->state, to), stdout);
	if (state->valid & OPENEVSE_EVENT_HAS_CAPACITY)
		printf(", %s A offered", milli(state->capacity_ma, amps));
	if (state->state != OPENEVSE_STATE_B && state->state != OPENEVSE_STATE_C &&
	    connected_in(state) == 1)
		printf(", vehicle connected");
	if (state->link != OPENEVSE_LINK_UP)
		printf(" (link %s)", link_name(state->link));
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

static void boot_text(const struct openevse_event *event)
{
	const struct openevse_event_boot *boot = &event->boot;
	char firmware[sizeof(boot->firmware)], post[NAME_SIZE];

	copy_text(firmware, boot->firmware, sizeof(firmware));
	printf("boot: the controller has restarted");
	if (firmware[0])
		printf(", firmware %s", firmware);
	if (!(boot->valid & OPENEVSE_BOOT_HAS_POST))
		return;
	if (boot->post == OPENEVSE_STATE_UNKNOWN)
		printf(", self test passed");
	else if (boot->post == OPENEVSE_STATE_SLEEPING)
		printf(", asleep by its delay timer");
	else
		printf(", self test failed: %s", state_name(boot->post, post));
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

static void button_text(const struct openevse_event *event)
{
	printf("button: %s press", press_name(event->button));
}

static void button_json(const struct openevse_event *event, struct json_object *object)
{
	json_add_text(object, "press", press_name(event->button));
}

/* WiFi */

static void wifi_text(const struct openevse_event *event)
{
	printf("wifi: the board asks for %s mode", wifi_name(event->wifi_mode));
}

static void wifi_json(const struct openevse_event *event, struct json_object *object)
{
	json_add_text(object, "mode", wifi_name(event->wifi_mode));
}

/* Link */

static void link_text(const struct openevse_event *event)
{
	printf("link: %s", link_name(event->link));
}

static void link_json(const struct openevse_event *event, struct json_object *object)
{
	json_add_text(object, "link", link_name(event->link));
}

/* Setting */

/* A number with its unit, "on" and "off", or as it is. */
static void print_number(const struct setting_name *name, int64_t value)
{
	char text[NAME_SIZE];

	if (!name->unit)
		printf("%s", value ? "on" : "off");
	else if (name->milli)
		printf("%s %s", milli(value, text), name->unit);
	else
		printf("%" PRId64 "%s%s", value, name->unit[0] ? " " : "", name->unit);
}

static void print_change(const struct setting_name *name,
			 const struct openevse_event_setting *setting)
{
	printf("setting: %s", name->name);
	if (!(setting->valid & OPENEVSE_CHANGED_HAS_NEW))
		return;
	putchar(' ');
	if (setting->valid & OPENEVSE_CHANGED_HAS_OLD) {
		print_number(name, setting->old_value);
		printf(" -> ");
	}
	print_number(name, setting->new_value);
}

static void setting_text(const struct openevse_event *event)
{
	const struct openevse_event_setting *setting = &event->setting;
	const struct setting_name *name = setting_name(setting->request, setting->item);
	char program[sizeof(setting->comm)];

	copy_text(program, setting->comm, sizeof(program));
	if (name)
		print_change(name, setting);
	else if (control_name(setting->request))
		printf("setting: %s", control_name(setting->request));
	else
		printf("setting: unknown(%#x)", setting->request);
	printf(" by %s (pid %d)", program, setting->pid);
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

static void setting_json(const struct openevse_event *event, struct json_object *object)
{
	const struct openevse_event_setting *setting = &event->setting;
	const struct setting_name *name = setting_name(setting->request, setting->item);
	char program[sizeof(setting->comm)];

	copy_text(program, setting->comm, sizeof(program));
	if (name) {
		json_add_text(object, "setting", name->name);
		add_number(object, "old", name, setting->valid & OPENEVSE_CHANGED_HAS_OLD,
			   setting->old_value);
		add_number(object, "new", name, setting->valid & OPENEVSE_CHANGED_HAS_NEW,
			   setting->new_value);
	} else if (control_name(setting->request)) {
		json_add_text(object, "setting", "control");
		json_add_text(object, "new", control_name(setting->request));
	} else {
		json_add_int(object, "setting", setting->request);
	}
	json_add_int(object, "pid", setting->pid);
	json_add_text(object, "program", program);
}

/* Detached */

static void detached_text(const struct openevse_event *event)
{
	(void)event;
	printf("detached: unplugged, or taken off by the helper");
}

static void detached_json(const struct openevse_event *event, struct json_object *object)
{
	(void)event;
	(void)object;
}

/* Echo */

static void echo_event_text(const struct openevse_event *event)
{
	printf("echo: %s", echo_text(event->echo));
}

static void echo_event_json(const struct openevse_event *event, struct json_object *object)
{
	json_add_bool(object, "echo", event->echo);
}

static const struct kind {
	void (*text)(const struct openevse_event *event);
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

void event_print_text(const struct openevse_event *event, const char *name)
{
	const struct kind *kind = find_kind(event);
	char time[TIME_SIZE];
	size_t i;

	if (!kind)
		return;
	printf("%s %s ", wall_clock(event->timestamp_ns, time), name);
	kind->text(event);
	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (event->flags & marks[i].flag)
			printf(" [%s]", marks[i].text);
	putchar('\n');
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
