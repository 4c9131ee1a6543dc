// SPDX-License-Identifier: GPL-2.0
#include "capacity.h"

/* No released firmware has a minimum above this: L2 of 3.9.0 to 4.10.1. */
#define LARGEST_MINIMUM_MA	10000

/* Sendings of a current the board took for a larger one. */
#define CAPACITY_TRIES	3

/* Answers that may all be different before nothing is believed any more. */
#define READINGS	6

/**
 * struct wish - a current somebody wants
 * @caller: for whom
 * @command: the row: volatile, saved, or the maximum
 * @capacity: the caller's
 * @queue: lowering goes first
 * @steadfast: neither a signal nor want of memory is a reason to leave it at that
 * @sent: the board may have heard of it
 * @offered: in mA, before; valid if @known
 * @known: the board has told
 */
struct wish {
	const struct openevse_caller *caller;
	const struct openevse_command *command;
	struct openevse_current_capacity *capacity;
	enum openevse_queue queue;
	bool steadfast;
	bool sent;
	s64 offered;
	bool known;
};

static int ask(const struct wish *wish, u32 ioctl, bool steadfast, void *value)
{
	struct openevse_query how = {
		.queue = wish->queue,
		.steadfast = steadfast,
	};

	return openevse_command_query(wish->caller, ioctl, &how, value);
}

static int get_range(const struct wish *wish,
		     struct openevse_current_capacity_range *range)
{
	return ask(wish, OPENEVSE_GET_CURRENT_CAPACITY_RANGE, false, range);
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
 * (@steadfast), a signal is no reason to leave it at that. Where no checksum
 * protects the answer, it takes two in a row that say the same.
 */
static int read_back(const struct wish *wish, bool steadfast)
{
	bool sure = openevse_command_is_guarded(wish->caller);
	struct openevse_settings settings = { 0 };
	u32 before_ma = 0;
	int tries, err;

	for (tries = 0; tries < READINGS; tries++) {
		err = ask(wish, OPENEVSE_GET_SETTINGS, steadfast, &settings);
		if (err)
			return err;
		if (sure || settings.capacity_ma == before_ma) {
			take_result(wish->capacity, settings.capacity_ma);
			return 0;
		}
		before_ma = settings.capacity_ma;
	}
	return -EBADMSG;
}

/* $NK is no failure of this: the board may have applied another value. */
static int send_capacity(struct wish *wish)
{
	struct openevse_current_capacity *capacity = wish->capacity;
	struct openevse_request *request;
	int err;

	capacity->valid = 0;
	request = openevse_request_new(wish->command, capacity,
				       wish->steadfast);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->queue = wish->queue;
	/* What was sent before may have made it larger. */
	request->saves = wish->queue == OPENEVSE_QUEUE_URGENT || wish->sent;
	err = openevse_command_run(wish->caller, &request);
	wish->sent |= openevse_request_sent(request);
	if (!err)
		err = openevse_dialect_decode(wish->command, &request->reply,
					      capacity);
	openevse_request_put(request);
	return err;
}

/*
 * A damaged command may have been taken for a larger current ("SC 16*41" that
 * lost its '*' sets 80 A): that must not stand, whether the caller waits or not.
 */
static int send_until_safe(struct wish *wish)
{
	struct openevse_current_capacity *capacity = wish->capacity;
	int tries, sent, err;

	for (tries = 0; tries < CAPACITY_TRIES; tries++) {
		sent = send_capacity(wish);
		if (sent && (!openevse_is_unclear(sent) || !wish->sent))
			return sent;
		wish->steadfast |= wish->sent;
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

	openevse_exchange_session(&wish->caller->board->exchange, &session);
	if (save && session.dialect >= OPENEVSE_RAPI(2, 0, 2) &&
	    (get_range(wish, &range) || range.configured_max_ma != asked))
		return false;
	return !read_back(wish, false) && wish->capacity->result_ma == asked;
}

/* As far as is known; asking costs an exchange. */
static bool may_be_offered(const struct wish *wish)
{
	return wish->known && wish->offered == wish->capacity->capacity_ma;
}

static void make_wish(struct wish *wish, const struct openevse_caller *caller,
		      u32 ioctl, u32 item,
		      struct openevse_current_capacity *capacity)
{
	struct openevse_event_state present;

	openevse_events_present(&caller->board->events, &present);
	wish->caller = caller;
	wish->command = openevse_dialect_find(ioctl, item);
	wish->capacity = capacity;
	wish->queue = OPENEVSE_QUEUE_NORMAL;
	wish->steadfast = false;
	wish->sent = false;
	wish->offered = present.capacity_ma;
	wish->known = present.valid & OPENEVSE_EVENT_HAS_CAPACITY;
	if (wish->known && capacity->capacity_ma < present.capacity_ma)
		wish->queue = OPENEVSE_QUEUE_URGENT;
}

static bool is_larger(const struct openevse_current_capacity *capacity)
{
	return capacity->result_ma > capacity->capacity_ma;
}

static int told(const struct wish *wish)
{
	s64 result = wish->capacity->result_ma;

	/* Refused, and nothing is other than before. */
	if (wish->known && wish->offered == result &&
	    result != wish->capacity->capacity_ma)
		return -EREMOTEIO;
	openevse_command_tell(wish->caller, wish->command,
			      wish->known ? &wish->offered : NULL, &result);
	return result == wish->capacity->capacity_ma ? 0 : -EREMOTEIO;
}

/**
 * openevse_capacity_set() - set the current offered
 * @caller: for whom
 * @capacity: the uAPI struct; its results are filled in, also where it fails
 *
 * Return: 0 when the board offers what was asked, -EREMOTEIO when it offers
 * something else, or another error of the uAPI.
 */
int openevse_capacity_set(const struct openevse_caller *caller,
			  struct openevse_current_capacity *capacity)
{
	struct wish wish;
	int err;

	make_wish(&wish, caller, OPENEVSE_SET_CURRENT_CAPACITY,
		  capacity->flags & OPENEVSE_CAPACITY_SAVE, capacity);
	err = check_capacity(&wish);
	if (err)
		return err;
	if (may_be_offered(&wish) && is_offered(&wish))
		return 0;
	err = send_until_safe(&wish);
	/* The button may have raised it, and this be lowering it. */
	if (err == -EDQUOT && !read_back(&wish, false) && is_larger(capacity)) {
		wish.queue = OPENEVSE_QUEUE_URGENT;
		err = send_until_safe(&wish);
	}
	return err ? err : told(&wish);
}

/**
 * openevse_capacity_hold() - the board may just have raised its current
 * @caller: for whom
 * @capacity: what it shall offer instead, the uAPI struct
 *
 * Like openevse_capacity_set(), but first in the queue, sent in any case, and
 * also when a signal has come.
 */
int openevse_capacity_hold(const struct openevse_caller *caller,
			   struct openevse_current_capacity *capacity)
{
	struct wish wish;
	int err;

	make_wish(&wish, caller, OPENEVSE_SET_CURRENT_CAPACITY, 0, capacity);
	wish.queue = OPENEVSE_QUEUE_URGENT;
	wish.steadfast = true;
	err = send_until_safe(&wish);
	return err ? err : told(&wish);
}

/**
 * openevse_capacity_check() - could the board offer that, as far as it says?
 * @caller: for whom
 * @capacity: the uAPI struct
 *
 * Return: 0, -ERANGE, -EINVAL or another error of the uAPI.
 */
int openevse_capacity_check(const struct openevse_caller *caller,
			    struct openevse_current_capacity *capacity)
{
	struct wish wish;

	make_wish(&wish, caller, OPENEVSE_SET_CURRENT_CAPACITY, 0, capacity);
	return check_capacity(&wish);
}

/* What the board takes once it keeps: only what is surely meant is sent. */
static int check_maximum(const struct wish *wish)
{
	struct openevse_current_capacity_range range = { 0 };
	u32 asked = wish->capacity->capacity_ma;
	char text[OPENEVSE_TEXT_MAX];
	int err;

	err = openevse_dialect_encode(wish->command, wish->capacity, text);
	if (!err)
		err = get_range(wish, &range);
	if (err)
		return err;
	return asked < range.min_ma || asked > range.max_ma ? -ERANGE : 0;
}

/**
 * openevse_capacity_set_max() - the most this board will ever offer
 * @caller: for whom
 * @capacity: the uAPI struct; its results are filled in, also where it fails
 *
 * Sent once: it cannot be undone.
 *
 * Return: 0 when that is the maximum now, -EREMOTEIO when another one is, or
 * another error of the uAPI.
 */
int openevse_capacity_set_max(const struct openevse_caller *caller,
			      struct openevse_current_capacity *capacity)
{
	struct openevse_settings settings = { 0 };
	struct wish wish;
	int err;

	make_wish(&wish, caller, OPENEVSE_SET_CURRENT_CAPACITY_MAX, 0, capacity);
	wish.known = false;
	err = check_maximum(&wish);
	if (err)
		return err;
	openevse_command_log(caller, wish.command, capacity);
	err = send_capacity(&wish);
	if (err && openevse_is_unclear(err) && wish.sent)
		openevse_command_tell(caller, wish.command, NULL, NULL);
	if (err)
		return err;
	/* It may have lowered what is offered now. */
	ask(&wish, OPENEVSE_GET_SETTINGS, true, &settings);
	if (!capacity->valid || capacity->result_ma != capacity->capacity_ma)
		return -EREMOTEIO;
	return told(&wish);
}
