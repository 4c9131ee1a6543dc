// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>

#include "command.h"

/* No released firmware has a minimum above this: L2 of 3.9.0 to 4.10.1. */
#define LARGEST_MINIMUM_MA	10000

/* Sendings of a current the board took for a larger one. */
#define CAPACITY_TRIES	3

/* A raw command is sent once, so it has the time of three tries. */
#define RAW_TIMEOUT_MS	6000

static const struct openevse_command *row(enum openevse_command_id id)
{
	return openevse_dialect_command(id);
}

/* Return: 0 when the board answered, *@refused telling how. */
static int run(struct openevse_board *board, struct openevse_request *request,
	       bool *refused)
{
	int err;

	err = openevse_exchange_run(&board->exchange, request,
				    OPENEVSE_PATIENCE_MS);
	*refused = !err && openevse_frame_is(&request->reply, "NK");
	return err;
}

/* What belongs to switching off goes as far ahead as that itself. */
static int query(struct openevse_board *board,
		 const struct openevse_command *command,
		 enum openevse_queue queue, bool steadfast, void *out)
{
	struct openevse_request *request;
	bool refused;
	int err;

	request = openevse_request_new(command, NULL);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->queue = queue;
	request->steadfast = steadfast;
	err = run(board, request, &refused);
	/* $GY says $NK with the values behind it until firmware D6.2.1. */
	if (!err && refused && request->reply.count == 1)
		err = -EOPNOTSUPP;
	if (!err)
		err = openevse_dialect_decode(request->command,
					      &request->reply, out);
	openevse_request_put(request);
	return err;
}

/**
 * openevse_command_get() - ask for values
 * @board: the board
 * @command: a row without argument
 * @out: its uAPI struct, zeroed
 *
 * Return: 0 or an error of the uAPI. No getter is refused for the board's
 * state, so $NK means that this build has not got it.
 */
int openevse_command_get(struct openevse_board *board,
			 const struct openevse_command *command, void *out)
{
	return query(board, command, OPENEVSE_QUEUE_NORMAL, false, out);
}

static int get_settings(struct openevse_board *board,
			struct openevse_settings *settings)
{
	return openevse_command_get(board, row(OPENEVSE_COMMAND_GET_SETTINGS),
				    settings);
}

/**
 * openevse_command_get_feature() - is it switched on?
 * @board: the board
 * @feature: the uAPI struct; @feature->enabled is filled in
 *
 * Return: 0, -EINVAL for no such feature, or an error of the uAPI.
 */
int openevse_command_get_feature(struct openevse_board *board,
				 struct openevse_feature *feature)
{
	const struct openevse_feature_flag *flag;
	struct openevse_settings settings = { 0 };
	struct openevse_session session;
	int err;

	flag = openevse_dialect_feature(feature->feature);
	if (!flag)
		return -EINVAL;
	err = get_settings(board, &settings);
	if (err)
		return err;
	/* Known by now: the board has answered. */
	openevse_exchange_session(&board->exchange, &session);
	if (session.rapi < flag->since)
		return -EOPNOTSUPP;
	feature->enabled = !(settings.flags & flag->mask) == flag->set_is_off;
	return 0;
}

/**
 * openevse_command_get_service_level() - what mains does it expect?
 * @board: the board
 * @level: the uAPI struct, filled in
 *
 * Return: 0 or an error of the uAPI.
 */
int openevse_command_get_service_level(struct openevse_board *board,
				       struct openevse_service_level *level)
{
	struct openevse_settings settings = { 0 };
	int err;

	err = get_settings(board, &settings);
	if (err)
		return err;
	level->active = settings.flags & OPENEVSE_SETTING_LEVEL_2 ? 2 : 1;
	level->level = settings.flags & OPENEVSE_SETTING_NO_AUTO_LEVEL ?
		       level->active : OPENEVSE_SERVICE_LEVEL_AUTO;
	return 0;
}

/* @before: may be NULL, where it is not known. */
static void tell(struct openevse_board *board, u32 setting, const u32 *before,
		 u32 after)
{
	struct openevse_event event;

	openevse_event_init(&event, OPENEVSE_EVENT_SETTING);
	event.setting.setting = setting;
	event.setting.pid = task_tgid_nr(current);
	get_task_comm(event.setting.comm, current->group_leader);
	event.setting.valid = OPENEVSE_CHANGED_HAS_NEW;
	event.setting.new_value = after;
	if (before) {
		event.setting.valid |= OPENEVSE_CHANGED_HAS_OLD;
		event.setting.old_value = *before;
	}
	openevse_events_publish(&board->events, &event);
}

/* --- enable, disable, sleep, reset --- */

static bool is_off(u32 state)
{
	return state == OPENEVSE_STATE_SLEEPING ||
	       state == OPENEVSE_STATE_DISABLED;
}

/* Has the board done what @command says? */
static int confirm(struct openevse_board *board,
		   const struct openevse_command *command)
{
	enum openevse_queue queue = OPENEVSE_QUEUE_NORMAL;
	struct openevse_state state = { 0 };
	bool done;
	int err;

	if (command->flags & OPENEVSE_COMMAND_URGENT)
		queue = OPENEVSE_QUEUE_URGENT;
	err = query(board, row(OPENEVSE_COMMAND_GET_STATE), queue, false,
		    &state);
	if (err)
		return err;
	if (command == row(OPENEVSE_COMMAND_ENABLE))
		done = !is_off(state.state);
	else if (command == row(OPENEVSE_COMMAND_DISABLE))
		done = state.state == OPENEVSE_STATE_DISABLED;
	else
		done = state.state == OPENEVSE_STATE_SLEEPING;
	return done ? 0 : -EREMOTEIO;
}

static u32 control_of(const struct openevse_command *command)
{
	if (command == row(OPENEVSE_COMMAND_ENABLE))
		return OPENEVSE_CONTROL_ENABLE;
	if (command == row(OPENEVSE_COMMAND_DISABLE))
		return OPENEVSE_CONTROL_DISABLE;
	if (command == row(OPENEVSE_COMMAND_SLEEP))
		return OPENEVSE_CONTROL_SLEEP;
	return OPENEVSE_CONTROL_RESET;
}

/**
 * openevse_command_control() - enable, disable or sleep
 * @board: the board
 * @command: one of these rows
 *
 * Return: 0 when the board's state says so, -EREMOTEIO when it does not, or
 * another error of the uAPI.
 */
int openevse_command_control(struct openevse_board *board,
			     const struct openevse_command *command)
{
	struct openevse_request *request;
	bool refused;
	int err;

	request = openevse_request_new(command, NULL);
	if (IS_ERR(request))
		return PTR_ERR(request);
	err = run(board, request, &refused);
	openevse_request_put(request);
	if (err)
		return err;
	err = refused ? -EREMOTEIO : confirm(board, command);
	/* It said OK: whoever watches is told, also where we cannot be sure. */
	if (err != -EREMOTEIO)
		tell(board, OPENEVSE_CHANGED_CONTROL, NULL,
		     control_of(command));
	return err;
}

/**
 * openevse_command_reset() - restart the controller
 * @board: the board
 *
 * Return: 0 when the command is sent, or an error of the uAPI.
 */
int openevse_command_reset(struct openevse_board *board)
{
	const struct openevse_command *command = row(OPENEVSE_COMMAND_RESET);
	struct openevse_request *request;
	int err;

	request = openevse_request_new(command, NULL);
	if (IS_ERR(request))
		return PTR_ERR(request);
	err = openevse_exchange_run(&board->exchange, request,
				    OPENEVSE_PATIENCE_MS);
	openevse_request_put(request);
	if (!err)
		tell(board, OPENEVSE_CHANGED_CONTROL, NULL,
		     OPENEVSE_CONTROL_RESET);
	return err;
}

/* --- current capacity --- */

/**
 * struct wish - a current somebody wants
 * @board: of which board
 * @command: SET_CAPACITY or SAVE_CAPACITY
 * @capacity: the caller's
 * @queue: lowering goes first
 */
struct wish {
	struct openevse_board *board;
	const struct openevse_command *command;
	struct openevse_current_capacity *capacity;
	enum openevse_queue queue;
};

static int get_range(const struct wish *wish,
		     struct openevse_current_capacity_range *range)
{
	return query(wish->board, row(OPENEVSE_COMMAND_GET_RANGE), wish->queue,
		     false, range);
}

/*
 * What no firmware takes is refused without a word to the board; and below its
 * minimum the board would offer more than was asked.
 */
static int check_capacity(const struct wish *wish)
{
	struct openevse_current_capacity_range range = { 0 };
	char text[OPENEVSE_TEXT_MAX];
	int err;

	err = openevse_dialect_encode(wish->command, wish->capacity, text);
	if (err || wish->capacity->capacity_ma >= LARGEST_MINIMUM_MA)
		return err;
	err = get_range(wish, &range);
	if (err)
		return err;
	return wish->capacity->capacity_ma < range.min_ma ? -ERANGE : 0;
}

static void take_result(struct openevse_current_capacity *capacity,
			u32 result_ma)
{
	capacity->result_ma = result_ma;
	capacity->valid = OPENEVSE_CAPACITY_HAS_RESULT;
}

/*
 * Before RAPI 2.0.3 the reply has no amperes. Once something has been sent
 * (@steadfast), a signal is no reason to leave it at that.
 */
static int read_back(const struct wish *wish, bool steadfast)
{
	struct openevse_settings settings = { 0 };
	int err;

	err = query(wish->board, row(OPENEVSE_COMMAND_GET_SETTINGS),
		    wish->queue, steadfast, &settings);
	if (!err)
		take_result(wish->capacity, settings.capacity_ma);
	return err;
}

/* $NK is no failure of this: the board may have applied another value. */
static int send_capacity(const struct wish *wish)
{
	struct openevse_current_capacity *capacity = wish->capacity;
	struct openevse_request *request;
	bool refused;
	int err;

	capacity->valid = 0;
	request = openevse_request_new(wish->command, capacity);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->queue = wish->queue;
	err = run(wish->board, request, &refused);
	if (!err)
		err = openevse_dialect_decode(wish->command, &request->reply,
					      capacity);
	openevse_request_put(request);
	return err;
}

/* Not understood for sure, or not answered: it may have been executed. */
static bool is_unclear(int err)
{
	return err == -EBADMSG || err == -ETIMEDOUT;
}

/*
 * A damaged command may have been taken for a larger current ("SC 16*41" that
 * lost its '*' sets 80 A): that must not stand.
 */
static int send_until_safe(const struct wish *wish)
{
	struct openevse_current_capacity *capacity = wish->capacity;
	int tries, sent, err;

	for (tries = 0; tries < CAPACITY_TRIES; tries++) {
		sent = send_capacity(wish);
		if (sent && !is_unclear(sent))
			return sent;
		err = capacity->valid ? 0 : read_back(wish, true);
		if (err)
			return sent ? sent : err;
		if (capacity->result_ma == capacity->capacity_ma)
			return 0;
		if (capacity->result_ma < capacity->capacity_ma)
			return sent;
	}
	return 0;
}

/*
 * What the board offers already is not sent again. Whether it is saved, too,
 * only firmware can tell that knows no other way, or has it in $GC.
 */
static bool is_offered(const struct wish *wish)
{
	struct openevse_current_capacity_range range = { 0 };
	bool save = wish->capacity->flags & OPENEVSE_CAPACITY_SAVE;
	u32 asked = wish->capacity->capacity_ma;
	struct openevse_session session;

	openevse_exchange_session(&wish->board->exchange, &session);
	if (save && session.rapi >= OPENEVSE_RAPI(2, 0, 2) &&
	    (get_range(wish, &range) || range.configured_max_ma != asked))
		return false;
	return !read_back(wish, false) && wish->capacity->result_ma == asked;
}

/* As far as is known; asking costs an exchange. */
static bool may_be_offered(const struct wish *wish,
			   const struct openevse_event_state *present)
{
	return present->link == OPENEVSE_LINK_UP &&
	       present->valid & OPENEVSE_EVENT_HAS_CAPACITY &&
	       present->capacity_ma == wish->capacity->capacity_ma;
}

/**
 * openevse_command_set_capacity() - set the current offered
 * @board: the board
 * @capacity: the uAPI struct; its results are filled in, also where it fails
 *
 * Return: 0 when the board offers what was asked, -EREMOTEIO when it offers
 * something else, or another error of the uAPI.
 */
int openevse_command_set_capacity(struct openevse_board *board,
				  struct openevse_current_capacity *capacity)
{
	struct openevse_event_state present;
	struct wish wish = {
		.board = board,
		.capacity = capacity,
		.queue = OPENEVSE_QUEUE_NORMAL,
	};
	bool known;
	int err;

	wish.command = row(capacity->flags & OPENEVSE_CAPACITY_SAVE ?
			   OPENEVSE_COMMAND_SAVE_CAPACITY :
			   OPENEVSE_COMMAND_SET_CAPACITY);
	openevse_events_present(&board->events, &present);
	known = present.valid & OPENEVSE_EVENT_HAS_CAPACITY;
	if (known && capacity->capacity_ma < present.capacity_ma)
		wish.queue = OPENEVSE_QUEUE_URGENT;

	err = check_capacity(&wish);
	if (err)
		return err;
	if (may_be_offered(&wish, &present) && is_offered(&wish))
		return 0;
	err = send_until_safe(&wish);
	if (err)
		return err;
	tell(board, OPENEVSE_CHANGED_CAPACITY,
	     known ? &present.capacity_ma : NULL, capacity->result_ma);
	return capacity->result_ma == capacity->capacity_ma ? 0 : -EREMOTEIO;
}

/* --- raw --- */

/* What stands behind OK or NK and the space after it. */
static void copy_raw_reply(struct openevse_raw *raw,
			   const struct openevse_frame *frame)
{
	u8 from = sizeof("$OK ") - 1;

	raw->result = openevse_frame_is(frame, "NK") ? OPENEVSE_RAW_NK :
						       OPENEVSE_RAW_OK;
	raw->reply_len = 0;
	if (frame->text_len <= from)
		return;
	raw->reply_len = min_t(u32, frame->text_len - from,
			       sizeof(raw->reply));
	memcpy(raw->reply, frame->line + from, raw->reply_len);
}

/* The replies are noticed on their way in; the state last, it tells what is new. */
static void refresh(struct openevse_board *board)
{
	struct openevse_settings settings = { 0 };
	struct openevse_state state = { 0 };

	openevse_command_get(board, row(OPENEVSE_COMMAND_GET_SETTINGS),
			     &settings);
	openevse_command_get(board, row(OPENEVSE_COMMAND_GET_STATE), &state);
}

/**
 * openevse_command_raw() - one exchange in the board's own words
 * @board: the board
 * @raw: the uAPI struct, its command NUL-terminated
 *
 * What is known of the board may have changed by it, so the board is asked.
 *
 * Return: 0 when the board answered, $OK or $NK, or an error of the uAPI.
 */
int openevse_command_raw(struct openevse_board *board,
			 struct openevse_raw *raw)
{
	struct openevse_request *request;
	unsigned int timeout_ms;
	int err;

	timeout_ms = raw->timeout_ms ? raw->timeout_ms : RAW_TIMEOUT_MS;
	request = openevse_request_raw(raw->command, timeout_ms);
	if (IS_ERR(request))
		return PTR_ERR(request);
	err = openevse_exchange_run(&board->exchange, request,
				    OPENEVSE_PATIENCE_MS + timeout_ms);
	if (!err)
		copy_raw_reply(raw, &request->reply);
	openevse_request_put(request);
	if (!err && raw->command[0] != 'G')
		refresh(board);
	return err;
}
