// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>

#include "command.h"

/* No released firmware has a minimum above this: L2 of 3.9.0 to 4.10.1. */
#define LARGEST_MINIMUM_MA	10000

/* Sendings of a current the board took for a larger one. */
#define CAPACITY_TRIES	3

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
	struct openevse_request *request;
	bool refused;
	int err;

	request = openevse_request_new(command, NULL);
	if (IS_ERR(request))
		return PTR_ERR(request);
	err = run(board, request, &refused);
	if (!err && refused)
		err = -EOPNOTSUPP;
	if (!err)
		err = openevse_dialect_decode(command, &request->reply, out);
	openevse_request_put(request);
	return err;
}

static void tell(struct openevse_board *board, u32 setting, s64 old_value,
		 s64 new_value)
{
	struct openevse_event event = { .type = OPENEVSE_EVENT_SETTING };

	event.setting.setting = setting;
	event.setting.pid = task_tgid_nr(current);
	get_task_comm(event.setting.comm, current);
	event.setting.old_value = old_value;
	event.setting.new_value = new_value;
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
	struct openevse_state state = { 0 };
	bool done;
	int err;

	err = openevse_command_get(board, row(OPENEVSE_COMMAND_GET_STATE),
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
	u32 control = control_of(command);
	struct openevse_request *request;
	bool refused;
	int err;

	request = openevse_request_new(command, NULL);
	if (IS_ERR(request))
		return PTR_ERR(request);
	err = run(board, request, &refused);
	openevse_request_put(request);
	if (!err)
		err = refused ? -EREMOTEIO : confirm(board, command);
	if (!err)
		tell(board, OPENEVSE_SETTING_CONTROL, control, control);
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
	if (err)
		return err;
	tell(board, OPENEVSE_SETTING_CONTROL, OPENEVSE_CONTROL_RESET,
	     OPENEVSE_CONTROL_RESET);
	openevse_board_expect_reset(board);
	return 0;
}

/* --- current capacity --- */

/*
 * What no firmware takes is refused without a word to the board; and below its
 * minimum the board would offer more than was asked.
 */
static int check_capacity(struct openevse_board *board,
			  const struct openevse_command *command,
			  const struct openevse_current_capacity *capacity)
{
	struct openevse_current_capacity_range range = { 0 };
	char text[OPENEVSE_TEXT_MAX];
	int err;

	err = openevse_dialect_encode(command, capacity, text);
	if (err || capacity->capacity_ma >= LARGEST_MINIMUM_MA)
		return err;
	err = openevse_command_get(board, row(OPENEVSE_COMMAND_GET_RANGE),
				   &range);
	if (err)
		return err;
	return capacity->capacity_ma < range.min_ma ? -ERANGE : 0;
}

/* Before RAPI 2.0.3 the reply has no amperes. */
static int read_back(struct openevse_board *board,
		     struct openevse_current_capacity *capacity)
{
	struct openevse_settings settings = { 0 };
	int err;

	err = openevse_command_get(board, row(OPENEVSE_COMMAND_GET_SETTINGS),
				   &settings);
	if (err)
		return err;
	capacity->result_ma = settings.capacity_ma;
	capacity->valid = OPENEVSE_CAPACITY_HAS_RESULT;
	return 0;
}

/* $NK is no failure of this: the board may have applied another value. */
static int send_capacity(struct openevse_board *board,
			 const struct openevse_command *command,
			 struct openevse_current_capacity *capacity, bool urgent)
{
	struct openevse_request *request;
	bool refused;
	int err;

	capacity->valid = 0;
	request = openevse_request_new(command, capacity);
	if (IS_ERR(request))
		return PTR_ERR(request);
	if (urgent)
		request->queue = OPENEVSE_QUEUE_URGENT;
	err = run(board, request, &refused);
	if (!err)
		err = openevse_dialect_decode(command, &request->reply,
					      capacity);
	openevse_request_put(request);
	if (!err && !capacity->valid)
		err = read_back(board, capacity);
	return err;
}

/*
 * A damaged command may have been taken for a larger current ("SC 16*41" that
 * lost its '*' sets 80 A): that must not stand.
 */
static int send_until_safe(struct openevse_board *board,
			   const struct openevse_command *command,
			   struct openevse_current_capacity *capacity,
			   bool urgent)
{
	int tries;
	int err = 0;

	for (tries = 0; tries < CAPACITY_TRIES; tries++) {
		err = send_capacity(board, command, capacity, urgent);
		if (err || capacity->result_ma <= capacity->capacity_ma)
			break;
	}
	return err;
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
	const struct openevse_command *command;
	struct openevse_event_state present;
	bool known, lowers;
	int err;

	command = row(capacity->flags & OPENEVSE_CAPACITY_SAVE ?
		      OPENEVSE_COMMAND_SAVE_CAPACITY :
		      OPENEVSE_COMMAND_SET_CAPACITY);
	openevse_events_present(&board->events, &present);
	known = present.valid & OPENEVSE_EVENT_HAS_CAPACITY;
	lowers = known && capacity->capacity_ma < present.capacity_ma;

	err = check_capacity(board, command, capacity);
	if (!err)
		err = send_until_safe(board, command, capacity, lowers);
	if (err)
		return err;
	tell(board, OPENEVSE_SETTING_CAPACITY,
	     known ? present.capacity_ma : capacity->result_ma,
	     capacity->result_ma);
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

/**
 * openevse_command_raw() - one exchange in the board's own words
 * @board: the board
 * @raw: the uAPI struct, its command NUL-terminated
 *
 * Return: 0 when the board answered, $OK or $NK, or an error of the uAPI.
 */
int openevse_command_raw(struct openevse_board *board,
			 struct openevse_raw *raw)
{
	struct openevse_request *request;
	int err;

	request = openevse_request_raw(raw->command);
	if (IS_ERR(request))
		return PTR_ERR(request);
	err = openevse_exchange_run(&board->exchange, request,
				    OPENEVSE_PATIENCE_MS);
	if (!err)
		copy_raw_reply(raw, &request->reply);
	openevse_request_put(request);
	return err;
}
