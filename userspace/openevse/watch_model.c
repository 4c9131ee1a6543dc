// SPDX-License-Identifier: GPL-2.0
/*
 * What a live view knows: see watch_model.h
 *
 * Names of boards and programs come from outside; they are printable from here
 * on.
 */
#include <stdio.h>
#include <string.h>

#include "event.h"
#include "names.h"
#include "watch_model.h"

/* So long without an answer, and it is silent. */
#define SILENCE_NS	(6 * NS_PER_SECOND)

struct watch_board *watch_find(struct watch_model *model, const char *name)
{
	int i;

	for (i = 0; i < model->count; i++)
		if (!strcmp(model->boards[i].board.name, name))
			return &model->boards[i];
	return NULL;
}

/* A row is given away only when all are taken: then one whose board is gone. */
static struct watch_board *find_row(struct watch_model *model)
{
	int i;

	if (model->count < WATCH_BOARDS)
		return &model->boards[model->count++];
	for (i = 0; i < model->count; i++)
		if (model->boards[i].presence == WATCH_ABSENT)
			return &model->boards[i];
	return NULL;
}

struct watch_board *watch_add(struct watch_model *model, const struct board *board)
{
	struct watch_board *row = find_row(model);

	if (!row)
		return NULL;
	memset(row, 0, sizeof(*row));
	row->board = *board;
	make_printable(row->board.name);
	return row;
}

/* What is not known any more, or belongs to another board behind the same name. */
static void forget_values(struct watch_board *row)
{
	memset(&row->status, 0, sizeof(row->status));
	row->status.connected = -1;
	row->has_temperature = 0;
	row->has_faults = false;
	row->answered_ns = 0;
	row->since_ns = 0;
}

void watch_came(const struct watch_model *model, struct watch_board *row,
		const struct device *device)
{
	char name[sizeof(row->board.name)];

	memcpy(name, row->board.name, sizeof(name));
	row->board = device->board;
	memcpy(row->board.name, name, sizeof(name));
	row->info = device->info;
	row->presence = WATCH_PRESENT;
	row->came_ns = model->now_ns;
	forget_values(row);
}

void watch_went(struct watch_board *row, enum watch_presence why)
{
	row->presence = why;
	row->info.link = OPENEVSE_LINK_GONE;
}

void watch_note(struct watch_model *model, const struct watch_board *row, const char *words)
{
	struct watch_event *line = &model->events[model->happened++ % WATCH_EVENTS];

	line->when_ns = model->now_ns;
	memcpy(line->name, row->board.name, sizeof(line->name));
	snprintf(line->words, sizeof(line->words), "%s", words);
}

static void learn_vehicle(struct status *status, const struct openevse_event_state *state)
{
	status->has_vflags = state->valid & OPENEVSE_EVENT_HAS_VFLAGS;
	status->vflags = state->vflags;
	status->connected = vehicle_connected(state->state,
					      state->valid & OPENEVSE_EVENT_HAS_PILOT,
					      state->pilot_state, status->has_vflags,
					      state->vflags);
}

static void learn_state(struct watch_board *row, const struct openevse_event *event)
{
	const struct openevse_event_state *state = &event->state;
	struct status *status = &row->status;

	row->info.link = state->link;
	if (!(state->valid & OPENEVSE_EVENT_HAS_STATE))
		return;
	if (state->from != state->state)
		row->since_ns = event->timestamp_ns;
	status->has_state = true;
	status->state = state->state;
	learn_vehicle(status, state);
	if (state->valid & OPENEVSE_EVENT_HAS_CAPACITY) {
		status->has_offered = true;
		status->offered_ma = state->capacity_ma;
	}
	/* The relay is open; nobody needs to ask what flows. */
	if (status->state != OPENEVSE_STATE_C) {
		status->current_ma = 0;
		status->power_mw = 0;
	}
}

void watch_event(struct watch_model *model, struct watch_board *row,
		 const struct openevse_event *event)
{
	char words[sizeof(model->events[0].words)];

	if (event->type == OPENEVSE_EVENT_STATE)
		learn_state(row, event);
	else if (event->type == OPENEVSE_EVENT_LINK)
		row->info.link = event->link;
	if (event->flags & OPENEVSE_EVENT_FLAG_INITIAL || !event_words(event, words, sizeof(words)))
		return;
	watch_note(model, row, words);
	model->events[(model->happened - 1) % WATCH_EVENTS].when_ns = event->timestamp_ns;
}

void watch_answers(const struct watch_model *model, struct watch_board *row, struct query *query)
{
	int64_t *mc = row->temperature_mc;

	status_gather(&row->status, query);
	row->has_temperature = !query_clock_temperature(query, &mc[0]) << 0 |
			       !query_ambient_temperature(query, &mc[1]) << 1 |
			       !query_infrared_temperature(query, &mc[2]) << 2;
	row->has_faults = !query_ask(query, ASK_FAULTS);
	row->faults = query->faults;
	row->answered_ns = model->now_ns;
}

bool watch_answers_now(const struct watch_model *model, const struct watch_board *row)
{
	int64_t last_ns = row->answered_ns ? row->answered_ns : row->came_ns;
	int64_t patience_ns = SILENCE_NS + model->interval_ms * (NS_PER_SECOND / 1000);

	return row->presence == WATCH_PRESENT && row->info.link == OPENEVSE_LINK_UP &&
	       model->now_ns - last_ns < patience_ns;
}

/* Noise of an ammeter may be negative. */
static int32_t sample_of(bool known, int64_t value)
{
	if (!known)
		return -1;
	return value < 0 ? 0 : value;
}

void watch_take_sample(const struct watch_model *model, struct watch_board *row)
{
	struct watch_sample *sample = &row->samples[row->sampled++ % WATCH_SAMPLES];
	bool known = row->answered_ns && watch_answers_now(model, row);

	sample->power_mw = sample_of(known && row->status.has_power, row->status.power_mw);
	sample->current_ma = sample_of(known && row->status.has_current,
				       row->status.current_ma);
}

struct watch_sample watch_sample(const struct watch_board *row, size_t ago)
{
	static const struct watch_sample none = { -1, -1 };

	if (ago >= row->sampled || ago >= WATCH_SAMPLES)
		return none;
	return row->samples[(row->sampled - 1 - ago) % WATCH_SAMPLES];
}

const struct watch_event *watch_past_event(const struct watch_model *model, size_t ago)
{
	if (ago >= model->happened || ago >= WATCH_EVENTS)
		return NULL;
	return &model->events[(model->happened - 1 - ago) % WATCH_EVENTS];
}

void watch_select(struct watch_model *model, int step)
{
	if (model->count)
		model->selected = (model->selected + step + model->count) % model->count;
}
