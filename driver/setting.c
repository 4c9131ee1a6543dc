// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/time64.h>

#include "setting.h"

/* Sendings of a change that the board has said OK to and not made. */
#define CHANGE_TRIES	3

/* A clock shows whole seconds, and is asked a moment after it was set. */
#define CLOCK_TOLERANCE_S	2

/* Words of a text in one $FP: ten tokens are "FP", x, y, the id and these. */
#define TEXT_WORDS	6

struct change;

/**
 * struct look - how to see whether a change is made
 * @look: ask the board; may say that nothing shows it
 * @done: is it so? By what @look has seen
 * @before: the number it has now; false for none, or several
 */
struct look {
	int (*look)(struct change *change, bool steadfast);
	bool (*done)(const struct change *change);
	bool (*before)(const struct change *change, s64 *value);
};

/**
 * struct change - one change somebody wants
 * @caller: for whom
 * @command: the row; the variant of this firmware once the board has been asked
 * @value: its uAPI struct, NULL for none
 * @how: to look at it
 * @seen: what the last look has shown, in the proof's struct
 * @shown: the last look could show it
 * @made: it is being made, since @began
 * @began: in jiffies
 * @sent: the board may have heard of it
 */
struct change {
	const struct openevse_caller *caller;
	const struct openevse_command *command;
	const void *value;
	const struct look *how;
	u64 seen[OPENEVSE_VALUE_MAX / sizeof(u64)];
	bool shown;
	bool made;
	unsigned long began;
	bool sent;
};

static int ask(struct change *change, u32 ioctl, bool steadfast, void *value)
{
	struct openevse_query how = {
		.queue = OPENEVSE_QUEUE_NORMAL,
		.steadfast = steadfast,
	};

	return openevse_command_query(change->caller, ioctl, &how, value);
}

/* --- the row's proof --- */

/* Getters that need to be told what of have it in the same place. */
static int look_at_proof(struct change *change, bool steadfast)
{
	u32 proof = change->command->proof;

	memset(change->seen, 0, sizeof(change->seen));
	if (openevse_row(proof)->argument_count)
		memcpy(change->seen, change->value, change->command->size);
	return ask(change, proof, steadfast, change->seen);
}

static int look_at_sibling(struct change *change)
{
	const struct openevse_command *command = change->command;
	u64 value[OPENEVSE_VALUE_MAX / sizeof(u64)] = { 0 };

	return ask(change, command->sibling, false, value);
}

static int look_by_row(struct change *change, bool steadfast)
{
	const struct openevse_command *command = change->command;
	int err;

	change->shown = false;
	if (!command->proof)
		return command->sibling && !steadfast ?
		       look_at_sibling(change) : 0;
	err = look_at_proof(change, steadfast);
	change->shown = !err;
	/* It was there before its getter. */
	return err == -EOPNOTSUPP && !command->sibling ? 0 : err;
}

static bool done_by_row(const struct change *change)
{
	return openevse_dialect_proves(change->command, change->value,
				       change->seen);
}

static bool before_by_row(const struct change *change, s64 *value)
{
	return openevse_dialect_shows(change->command, change->seen, value);
}

static const struct look by_row = { look_by_row, done_by_row, before_by_row };

/* --- making a change --- */

/* $NK, and nothing behind it. */
static int why_refused(const struct openevse_caller *caller,
		       const struct openevse_command *command)
{
	struct openevse_session session;
	struct openevse_state state = { 0 };
	int err;

	if (command->excuse) {
		err = openevse_command_get(caller, OPENEVSE_GET_STATE, &state);
		if (err || state.vflags & command->excuse)
			return err ? err : -EREMOTEIO;
		openevse_exchange_deny(&caller->board->exchange, command);
	}
	openevse_exchange_session(&caller->board->exchange, &session);
	return openevse_dialect_lacks(&session, command) ? -EOPNOTSUPP :
							   -EREMOTEIO;
}

/* To switch a protection on is worth a write. */
static bool protects(const struct openevse_command *command, const void *value)
{
	s64 number;

	return command->flags & OPENEVSE_COMMAND_PROTECTS &&
	       openevse_dialect_argument(command, value, &number) && number;
}

/**
 * openevse_setting_send() - say it once to the board
 * @caller: for whom
 * @command: any row of its ioctl and item
 * @value: its uAPI struct, NULL for none
 * @reply: copied there unless NULL
 * @sent: set when the board may have heard of it, unless NULL
 *
 * Return: 0 for $OK, and for $NK with values behind it; -EREMOTEIO,
 * -EOPNOTSUPP or another error of the uAPI.
 */
int openevse_setting_send(const struct openevse_caller *caller,
			  const struct openevse_command *command,
			  const void *value, struct openevse_frame *reply,
			  bool *sent)
{
	struct openevse_request *request;
	bool refused = false;
	int err;

	request = openevse_request_new(command, value, false);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->saves = protects(command, value) || (sent && *sent);
	err = openevse_command_run(caller, &request);
	/* What has been given up is still the engine's. */
	if (!err) {
		refused = openevse_dialect_is_refusal(&request->reply);
		command = request->command;
		if (reply)
			*reply = request->reply;
	}
	if (sent)
		*sent |= openevse_request_sent(request);
	openevse_request_put(request);
	return refused ? why_refused(caller, command) : err;
}

/* What is known not to be there is not looked at. No firmware, no verdict. */
static int pick_variant(struct change *change)
{
	const struct openevse_command *variant;
	struct openevse_session session;

	openevse_exchange_session(&change->caller->board->exchange, &session);
	if (!session.rapi)
		return 0;
	variant = openevse_dialect_variant(change->command, session.dialect);
	if (!variant || openevse_dialect_lacks(&session, variant))
		return -EOPNOTSUPP;
	change->command = variant;
	return 0;
}

/* What has become of it may be unknown: then there is no number after it. */
static void tell(const struct change *change, const s64 *before, bool known)
{
	s64 after;

	known = openevse_dialect_argument(change->command, change->value,
					  &after) && known;

	openevse_command_tell(change->caller, change->command, before,
			      known ? &after : NULL);
}

/* By the last look. */
static bool seems_done(const struct change *change)
{
	return change->shown && change->how->done(change);
}

/*
 * Where no checksum protects what is seen, it takes a second look.
 *
 * Return: 1 when it is done, 0 when it is not, or an error of the uAPI.
 */
static int is_done(struct change *change, bool steadfast)
{
	int err;

	if (!seems_done(change))
		return 0;
	if (openevse_command_is_guarded(change->caller))
		return 1;
	err = change->how->look(change, steadfast);
	return err ? err : seems_done(change);
}

/* An OK that carries an id belongs to an undamaged command. */
static bool is_worth_repeating(const struct change *change, int err)
{
	struct openevse_session session;

	if (!(change->command->flags & OPENEVSE_COMMAND_IDEMPOTENT))
		return false;
	openevse_exchange_session(&change->caller->board->exchange, &session);
	return err || !session.sequence_ids;
}

/*
 * Return: 0 when it is so, or when the board said OK and nothing shows it. After a
 * signal it is looked at, and not sent again. Who has a time of his own is not
 * kept longer.
 */
static int send_until_done(struct change *change)
{
	bool steadfast = !change->caller->hurried;
	int tries, err, looked, done;

	for (tries = 0; tries < CHANGE_TRIES; tries++) {
		err = openevse_setting_send(change->caller, change->command,
					    change->value, NULL, &change->sent);
		if (err && (!openevse_is_unclear(err) || !change->sent))
			return err;
		steadfast |= err == -EINTR;
		looked = change->how->look(change, steadfast);
		if (looked || !change->shown)
			return err ? err : looked;
		done = is_done(change, steadfast);
		if (done)
			return done < 0 ? done : 0;
		if (err == -EINTR || !is_worth_repeating(change, err))
			break;
	}
	return err ? err : -EREMOTEIO;
}

/*
 * What counts from when it is set is only so when it is off.
 *
 * Return: as is_done().
 */
static int is_so(struct change *change)
{
	int done = is_done(change, false);
	s64 number;

	if (done <= 0 || !(change->command->flags & OPENEVSE_COMMAND_RELATIVE))
		return done;
	return openevse_dialect_argument(change->command, change->value,
					 &number) && !number;
}

static int carry_out(struct change *change)
{
	bool known;
	s64 before;
	int so, err;

	err = pick_variant(change);
	if (!err)
		err = change->how->look(change, false);
	if (!err)
		err = pick_variant(change);
	if (err)
		return err;
	so = is_so(change);
	if (so)
		return so < 0 ? so : 0;
	known = change->shown && change->how->before(change, &before);
	openevse_command_log(change->caller, change->command, change->value);
	change->began = jiffies;
	change->made = true;
	err = send_until_done(change);
	if (!err || (openevse_is_unclear(err) && change->sent))
		tell(change, known ? &before : NULL, !err);
	return err;
}

static int change_by(const struct openevse_caller *caller,
		     const struct openevse_command *command, const void *value,
		     const struct look *how)
{
	struct change change = {
		.caller = caller,
		.command = command,
		.value = value,
		.how = how,
	};
	int err = openevse_dialect_check(command, value);

	return err ? err : carry_out(&change);
}

/**
 * openevse_setting_change() - change what a row says how to
 * @caller: for whom
 * @command: any row of its ioctl and item
 * @value: its uAPI struct, all of it from user space; NULL for none
 *
 * Return: 0 when it is so, or an error of the uAPI.
 */
int openevse_setting_change(const struct openevse_caller *caller,
			    const struct openevse_command *command,
			    const void *value)
{
	return change_by(caller, command, value, &by_row);
}

/* --- changes that are looked at in another way --- */

static int change_otherwise(const struct openevse_caller *caller, u32 ioctl,
			    const void *value, const struct look *how)
{
	return change_by(caller, openevse_row(ioctl), value, how);
}

static bool no_number(const struct change *change, s64 *value)
{
	return false;
}

static int look_at_level(struct change *change, bool steadfast)
{
	struct openevse_settings settings = { 0 };
	int err = ask(change, OPENEVSE_GET_SETTINGS, steadfast, &settings);

	openevse_command_level_of(&settings, (void *)change->seen);
	change->shown = !err;
	return err;
}

static bool is_level(const struct change *change)
{
	const struct openevse_service_level *seen = (void *)change->seen;
	const struct openevse_service_level *asked = change->value;

	return seen->level == asked->level;
}

static bool level_before(const struct change *change, s64 *value)
{
	const struct openevse_service_level *seen = (void *)change->seen;

	*value = seen->level;
	return true;
}

static const struct look by_level = { look_at_level, is_level, level_before };

/**
 * openevse_setting_service_level() - what mains shall it expect?
 * @caller: for whom
 * @level: the uAPI struct
 *
 * Return: 0 when it does, or an error of the uAPI. Builds without automatic
 * level refuse that, or say OK to it and do nothing.
 */
int openevse_setting_service_level(const struct openevse_caller *caller,
				   const struct openevse_service_level *level)
{
	int err = change_otherwise(caller, OPENEVSE_SET_SERVICE_LEVEL, level,
				   &by_level);

	if (err == -EREMOTEIO && level->level == OPENEVSE_SERVICE_LEVEL_AUTO)
		return -EOPNOTSUPP;
	return err;
}

/* Any question shows it: it comes back, or it does not. */
static int look_at_echo(struct change *change, bool steadfast)
{
	struct openevse_settings settings = { 0 };
	struct openevse_board *board = change->caller->board;
	u64 echoes = openevse_board_echoes(board);
	int err;

	err = ask(change, OPENEVSE_GET_SETTINGS, steadfast, &settings);
	change->seen[0] = openevse_board_echoes(board) != echoes;
	change->shown = !err;
	if (!err)
		openevse_board_set_echo(board, change->seen[0]);
	return err;
}

static bool is_echo(const struct change *change)
{
	const struct openevse_switch *asked = change->value;

	return change->seen[0] == asked->enabled;
}

static bool echo_before(const struct change *change, s64 *value)
{
	*value = change->seen[0];
	return true;
}

static const struct look by_echo = { look_at_echo, is_echo, echo_before };

/** openevse_setting_echo() - shall the board send back what it receives? */
int openevse_setting_echo(const struct openevse_caller *caller,
			  const struct openevse_switch *echo)
{
	return change_otherwise(caller, OPENEVSE_SET_ECHO, echo, &by_echo);
}

static time64_t seconds_of(const struct openevse_time *time)
{
	return mktime64(time->year, time->month, time->day, time->hour,
			time->minute, time->second);
}

static int look_at_clock(struct change *change, bool steadfast)
{
	int err;

	memset(change->seen, 0, sizeof(change->seen));
	err = ask(change, OPENEVSE_GET_TIME, steadfast, change->seen);
	change->shown = !err;
	return err;
}

/*
 * Before it was sent it is not so, however near: to set it is to be exact. When
 * the board took it, between then and now, nobody can tell.
 */
static bool is_time(const struct change *change)
{
	time64_t seen = seconds_of((void *)change->seen);
	time64_t asked = seconds_of(change->value);
	unsigned int passed_s;

	if (!change->made)
		return false;
	passed_s = jiffies_to_msecs(jiffies - change->began) / MSEC_PER_SEC;
	return seen >= asked - CLOCK_TOLERANCE_S &&
	       seen <= asked + passed_s + CLOCK_TOLERANCE_S;
}

static const struct look by_clock = { look_at_clock, is_time, no_number };

/* The board would roll over the thirtieth of February into March. */
static bool is_date(const struct openevse_time *time)
{
	struct tm normal;

	time64_to_tm(seconds_of(time), 0, &normal);
	return normal.tm_mday == time->day;
}

/**
 * openevse_setting_time() - set the board's clock
 * @caller: for whom
 * @time: the uAPI struct
 *
 * Return: 0 when it goes right, -ENODATA without a clock, or another error of
 * the uAPI.
 */
int openevse_setting_time(const struct openevse_caller *caller,
			  const struct openevse_time *time)
{
	int err = openevse_dialect_check(openevse_row(OPENEVSE_SET_TIME), time);

	if (!err && !is_date(time))
		err = -ERANGE;
	return err ? err : change_otherwise(caller, OPENEVSE_SET_TIME, time,
					    &by_clock);
}

/* The counters of faults in @seen[0], the energy in @seen[1]. */
static int look_at_counters(struct change *change, bool steadfast)
{
	struct openevse_fault_counters faults = { 0 };
	struct openevse_energy energy = { 0 };
	int err;

	err = ask(change, OPENEVSE_GET_FAULT_COUNTERS, steadfast, &faults);
	if (!err)
		err = ask(change, OPENEVSE_GET_ENERGY, steadfast, &energy);
	change->seen[0] = faults.gfci | faults.no_ground | faults.stuck_relay;
	change->seen[1] = energy.total_wh;
	change->shown = !err;
	return err;
}

static bool are_cleared(const struct change *change)
{
	return !change->seen[0] && !change->seen[1];
}

static const struct look by_counters = {
	look_at_counters, are_cleared, no_number,
};

/** openevse_setting_clear_counters() - faults and energy are zero from now on */
int openevse_setting_clear_counters(const struct openevse_caller *caller)
{
	return change_otherwise(caller, OPENEVSE_CLEAR_COUNTERS, NULL,
				&by_counters);
}

/* --- what is done, and not set --- */

/**
 * openevse_setting_clear_boot_lock() - let the board charge after its boot
 * @caller: for whom
 *
 * Return: 0, -EREMOTEIO while it is in a fault, or another error of the uAPI.
 */
int openevse_setting_clear_boot_lock(const struct openevse_caller *caller)
{
	const struct openevse_command *command =
		openevse_row(OPENEVSE_CLEAR_BOOT_LOCK);
	struct openevse_switch fault = { 0 };
	struct openevse_frame reply;
	int err;

	err = openevse_setting_send(caller, command, NULL, &reply, NULL);
	if (!err)
		err = openevse_dialect_decode(command, &reply, &fault);
	if (err)
		return err;
	if (fault.enabled)
		return -EREMOTEIO;
	openevse_command_tell(caller, command, NULL, NULL);
	return 0;
}

/**
 * openevse_setting_recover_relay() - shake a stuck relay
 * @caller: for whom
 *
 * Return: 0 when it is not stuck now, -EREMOTEIO when it is, or with a vehicle
 * connected, or another error of the uAPI.
 */
int openevse_setting_recover_relay(const struct openevse_caller *caller)
{
	const struct openevse_command *command =
		openevse_row(OPENEVSE_RECOVER_RELAY);
	struct openevse_state state = { 0 };
	bool sent = false;
	int err;

	openevse_command_log(caller, command, NULL);
	err = openevse_setting_send(caller, command, NULL, NULL, &sent);
	if (!err || (openevse_is_unclear(err) && sent))
		openevse_command_tell(caller, command, NULL, NULL);
	if (err)
		return err;
	err = openevse_command_get(caller, OPENEVSE_GET_STATE, &state);
	if (err)
		return err;
	return state.state == OPENEVSE_STATE_STUCK_RELAY ? -EREMOTEIO : 0;
}

/* As many of @text as one command takes; spaces count, words are limited. */
static size_t piece_of(const char *text)
{
	size_t i;
	int spaces = 0;

	for (i = 0; text[i]; i++)
		if (text[i] == ' ' && ++spaces == TEXT_WORDS)
			break;
	return i;
}

static int check_text(const struct openevse_display_text *text)
{
	int err = openevse_dialect_check(openevse_row(OPENEVSE_DISPLAY_TEXT),
					 text);

	if (err)
		return err;
	return text->x + strlen(text->text) > OPENEVSE_LCD_COLUMNS ? -ERANGE :
								     0;
}

/**
 * openevse_setting_display_text() - write on the display
 * @caller: for whom
 * @text: the uAPI struct
 *
 * Return: 0, -EREMOTEIO while a hard fault is shown, or another error of the
 * uAPI. A text of many words takes several commands: it may be there in part
 * when one of them fails.
 */
int openevse_setting_display_text(const struct openevse_caller *caller,
				  const struct openevse_display_text *text)
{
	const struct openevse_command *command =
		openevse_row(OPENEVSE_DISPLAY_TEXT);
	const char *rest = text->text;
	int err = check_text(text);
	size_t len;

	while (!err && *rest) {
		struct openevse_display_text piece = {
			.x = text->x + (rest - text->text),
			.y = text->y,
		};

		len = piece_of(rest);
		memcpy(piece.text, rest, len);
		rest += len;
		err = openevse_setting_send(caller, command, &piece, NULL, NULL);
	}
	if (!err)
		openevse_command_tell(caller, command, NULL, NULL);
	return err;
}
