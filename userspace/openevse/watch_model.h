/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a live view knows: boards, their values and past, the last events
 *
 * Nothing here talks to a board or to the terminal. watch.c tells the model what
 * it has learned, watch_screen.c draws what the model has.
 */
#ifndef OPENEVSE_WATCH_MODEL_H
#define OPENEVSE_WATCH_MODEL_H

#include "device.h"
#include "status.h"

#define WATCH_BOARDS	64	/* as many as the driver has numbers */
#define WATCH_SAMPLES	1024	/* more than a terminal has columns */
#define WATCH_EVENTS	128	/* more than it has lines */

#define NS_PER_SECOND	1000000000LL

/* One column of the graph; a value is -1 where it was not known. */
struct watch_sample {
	int32_t power_mw;
	int32_t current_ma;
};

enum watch_presence {
	WATCH_ABSENT,		/* gone, or never seen */
	WATCH_LOCKED,		/* there, but it may not be opened */
	WATCH_PRESENT,
};

/**
 * struct watch_board - what is known of one board
 * @board: which; the name is what stays the same when it goes and comes
 * @info: what the driver knows
 * @presence: is it there?
 * @since_ns: when its state began; 0 where that was before it was watched
 * @came_ns: when it was opened
 * @answered_ns: when it has answered everything; 0 for never since then
 * @status: the values
 * @has_temperature: a set bit for each of @temperature_mc that is known
 * @temperature_mc: clock chip, ambient, infrared
 * @has_faults: are @faults known?
 * @faults: how often there were some
 * @samples: a ring
 * @sampled: samples taken so far
 */
struct watch_board {
	struct board board;
	struct openevse_info info;
	enum watch_presence presence;
	int64_t since_ns;
	int64_t came_ns;
	int64_t answered_ns;
	struct status status;
	unsigned int has_temperature;
	int64_t temperature_mc[3];
	bool has_faults;
	struct openevse_fault_counters faults;
	struct watch_sample samples[WATCH_SAMPLES];
	size_t sampled;
};

/**
 * struct watch_event - one line of the list of events
 * @when_ns: monotonic
 * @name: of the board
 * @words: what happened
 */
struct watch_event {
	int64_t when_ns;
	char name[64];
	char words[160];
};

/**
 * struct watch_model - all that is drawn
 * @now_ns: CLOCK_MONOTONIC when it was last told
 * @wall_ns: CLOCK_REALTIME at that moment
 * @interval_ms: between two samples
 * @boards: in the order they were first seen
 * @count: how many
 * @selected: the one whose details are shown
 * @help: is the line with the keys shown?
 * @events: a ring
 * @happened: events so far
 */
struct watch_model {
	int64_t now_ns;
	int64_t wall_ns;
	uint32_t interval_ms;
	struct watch_board boards[WATCH_BOARDS];
	int count;
	int selected;
	bool help;
	struct watch_event events[WATCH_EVENTS];
	size_t happened;
};

/* The board of that name, or NULL. */
struct watch_board *watch_find(struct watch_model *model, const char *name);

/* A row for a new board. Return: NULL when all rows have boards that are there. */
struct watch_board *watch_add(struct watch_model *model, const struct board *board);

/* It is there, and open. */
void watch_came(const struct watch_model *model, struct watch_board *board,
		const struct device *device);

/* It is not, or may not be opened; what was known of it stays on the screen. */
void watch_went(struct watch_board *board, enum watch_presence why);

/* An event of its; the INITIAL one is no news, but changes what is known. */
void watch_event(struct watch_model *model, struct watch_board *board,
		 const struct openevse_event *event);

/* A line among the events that no board has sent. */
void watch_note(struct watch_model *model, const struct watch_board *board, const char *words);

/* It has answered everything in @query. */
void watch_answers(const struct watch_model *model, struct watch_board *board,
		   struct query *query);

/* Remember the present values for the graph. */
void watch_take_sample(const struct watch_model *model, struct watch_board *board);

/* A sample of the past, 0 for the last one; values are -1 where there is none. */
struct watch_sample watch_sample(const struct watch_board *board, size_t ago);

/* An event of the past, 0 for the last one; NULL when there was none. */
const struct watch_event *watch_past_event(const struct watch_model *model, size_t ago);

/*
 * Does it answer? A relay that closes may keep a board busy for seconds: that alone
 * is no silence.
 */
bool watch_answers_now(const struct watch_model *model, const struct watch_board *board);

/* Choose the next board, or with -1 the one before. */
void watch_select(struct watch_model *model, int step);

#endif
