// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>
#include <linux/sched.h>

#include "command.h"

/* A raw command is sent once, so it has the time of three tries. */
#define RAW_TIMEOUT_MS	6000

/* What belongs to nothing urgent. */
static const struct openevse_query normally = {
	.queue = OPENEVSE_QUEUE_NORMAL,
};

/* Ordinary tries are in it already. */
static unsigned int default_patience_ms(const struct openevse_request *request)
{
	return request->deadline_ms > OPENEVSE_REPLY_MS ?
	       OPENEVSE_PATIENCE_MS + request->deadline_ms :
	       OPENEVSE_PATIENCE_MS;
}

/* Return: in jiffies, 0 when the caller's time is over. */
static unsigned long patience_of(const struct openevse_caller *caller,
				 const struct openevse_request *request)
{
	long left = caller->ends - jiffies;

	if (!caller->hurried || request->steadfast)
		return msecs_to_jiffies(default_patience_ms(request));
	return max(left, 0L);
}

static void log_wear(const struct openevse_caller *caller, bool refused)
{
	struct openevse_board *board = caller->board;

	if (__ratelimit(&board->wear_log))
		dev_warn(&board->dev,
			 "EEPROM is written so often that it wears out: %s %s[%d]\n",
			 refused ? "refused to" : "by", current->comm,
			 task_tgid_nr(current));
}

/** openevse_row() - the row of an ioctl that takes no item */
const struct openevse_command *openevse_row(u32 ioctl)
{
	return openevse_dialect_find(ioctl, 0);
}

/**
 * openevse_command_is_guarded() - does a checksum protect what it answers?
 * @caller: for whom
 *
 * If not, one answer is no proof that something is done.
 */
bool openevse_command_is_guarded(const struct openevse_caller *caller)
{
	struct openevse_session session;

	openevse_exchange_session(&caller->board->exchange, &session);
	return session.reply_checksum;
}

/**
 * openevse_command_run() - send and wait
 * @caller: for whom
 * @request: the caller's, or that of another who asks the same
 *
 * Return: 0 when the board answered, $OK or $NK, or an error of the uAPI.
 */
int openevse_command_run(const struct openevse_caller *caller,
			 struct openevse_request **request)
{
	unsigned long patience = patience_of(caller, *request);
	int err;

	if (!patience)
		return -ETIMEDOUT;
	(*request)->saves |= caller->saves;
	err = openevse_exchange_run(&caller->board->exchange, request,
				    patience);
	if (READ_ONCE((*request)->overdrawn))
		log_wear(caller, err == -EDQUOT);
	return err;
}

/* A getter has one reason to refuse; or else the question was damaged. */
static int why_refused(const struct openevse_caller *caller,
		       const struct openevse_command *command)
{
	struct openevse_session session;

	openevse_exchange_session(&caller->board->exchange, &session);
	return openevse_dialect_lacks(&session, command) ? -EOPNOTSUPP :
							   -EBADMSG;
}

/**
 * openevse_command_query() - ask for values
 * @caller: for whom
 * @ioctl: of a getter
 * @how: to ask
 * @value: its uAPI struct: with its argument, where it has one, zeroed where
 *	not
 *
 * Return: 0 or an error of the uAPI.
 */
int openevse_command_query(const struct openevse_caller *caller, u32 ioctl,
			   const struct openevse_query *how, void *value)
{
	struct openevse_request *request;
	int err;

	request = openevse_request_new(openevse_row(ioctl), value,
				       how->steadfast);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->queue = how->queue;
	request->max_age = caller->max_age;
	err = openevse_command_run(caller, &request);
	if (!err && openevse_dialect_is_refusal(&request->reply))
		err = why_refused(caller, request->command);
	if (!err)
		err = openevse_dialect_decode(request->command,
					      &request->reply, value);
	openevse_request_put(request);
	return err;
}

/** openevse_command_get() - ask for values, as any program may */
int openevse_command_get(const struct openevse_caller *caller, u32 ioctl,
			 void *value)
{
	return openevse_command_query(caller, ioctl, &normally, value);
}

static bool is_time(const struct openevse_time *time)
{
	return time->month >= 1 && time->month <= 12 && time->day >= 1 &&
	       time->day <= 31 && time->hour < 24 && time->minute < 60 &&
	       time->second < 60;
}

/**
 * openevse_command_get_time() - what does its clock show?
 * @caller: for whom
 * @time: the uAPI struct, filled in
 *
 * Return: 0, -ENODATA without a clock, or when it shows nonsense, or another
 * error of the uAPI.
 */
int openevse_command_get_time(const struct openevse_caller *caller,
			      struct openevse_time *time)
{
	int err = openevse_command_get(caller, OPENEVSE_GET_TIME, time);

	if (err)
		return err;
	return is_time(time) ? 0 : -ENODATA;
}

/* --- what the settings flags show --- */

/**
 * openevse_command_get_feature() - is it switched on?
 * @caller: for whom
 * @feature: the uAPI struct; @feature->enabled is filled in
 *
 * Return: 0, -EINVAL for no such feature, or an error of the uAPI.
 */
int openevse_command_get_feature(const struct openevse_caller *caller,
				 struct openevse_feature *feature)
{
	const struct openevse_command *command;
	struct openevse_settings settings = { 0 };
	struct openevse_session session;
	s64 enabled;
	int err;

	command = openevse_dialect_find(OPENEVSE_SET_FEATURE, feature->feature);
	if (!command)
		return -EINVAL;
	err = openevse_command_get(caller, OPENEVSE_GET_SETTINGS, &settings);
	if (err)
		return err;
	/* Known by now: the board has answered. */
	openevse_exchange_session(&caller->board->exchange, &session);
	command = openevse_dialect_variant(command, session.dialect);
	if (!command)
		return -EOPNOTSUPP;
	if (!openevse_dialect_shows(command, &settings, &enabled))
		return -ENODATA;
	feature->enabled = enabled;
	return 0;
}

/** openevse_command_level_of() - what the flags say of the mains */
void openevse_command_level_of(const struct openevse_settings *settings,
			       struct openevse_service_level *level)
{
	level->active = settings->flags & OPENEVSE_SETTING_LEVEL_2 ? 2 : 1;
	level->level = settings->flags & OPENEVSE_SETTING_NO_AUTO_LEVEL ?
		       level->active : OPENEVSE_SERVICE_LEVEL_AUTO;
}

/**
 * openevse_command_get_service_level() - what mains does it expect?
 * @caller: for whom
 * @level: the uAPI struct, filled in
 *
 * Return: 0 or an error of the uAPI.
 */
int openevse_command_get_service_level(const struct openevse_caller *caller,
				       struct openevse_service_level *level)
{
	struct openevse_settings settings = { 0 };
	int err;

	err = openevse_command_get(caller, OPENEVSE_GET_SETTINGS, &settings);
	if (!err)
		openevse_command_level_of(&settings, level);
	return err;
}

/* --- who did it --- */

static bool is_logged(const struct openevse_command *command, bool known,
		      s64 number)
{
	return command->flags & OPENEVSE_COMMAND_PRIVILEGED ||
	       (command->flags & OPENEVSE_COMMAND_PROTECTS && known && !number);
}

/**
 * openevse_command_log() - a line for what needed a privilege
 * @caller: for whom
 * @command: what is about to be sent
 * @value: its uAPI struct, or NULL
 *
 * Before it is sent: what becomes of it may never be known.
 */
void openevse_command_log(const struct openevse_caller *caller,
			  const struct openevse_command *command,
			  const void *value)
{
	const char *prefix = command->prefix ? command->prefix : "";
	s64 number = 0;
	bool known = openevse_dialect_argument(command, value, &number);

	if (!is_logged(command, known, number))
		return;
	if (known)
		dev_notice(&caller->board->dev, "%s%s to %lld, asked by %s[%d]\n",
			   command->mnemonic, prefix, number, current->comm,
			   task_tgid_nr(current));
	else
		dev_notice(&caller->board->dev, "%s%s, asked by %s[%d]\n",
			   command->mnemonic, prefix, current->comm,
			   task_tgid_nr(current));
}

/**
 * openevse_command_tell() - readers learn who changed what, and who asks later
 * @caller: for whom
 * @command: what was done; NULL for a raw command
 * @before: the number it had, NULL where that is unknown, or none
 * @after: the number it has now, NULL where that is unknown, or none
 */
void openevse_command_tell(const struct openevse_caller *caller,
			   const struct openevse_command *command,
			   const s64 *before, const s64 *after)
{
	struct openevse_event event;

	openevse_event_init(&event, OPENEVSE_EVENT_SETTING);
	event.setting.request = command ? command->ioctl : OPENEVSE_RAW;
	event.setting.item = command ? command->item : 0;
	event.setting.pid = task_tgid_nr(current);
	get_task_comm(event.setting.comm, current->group_leader);
	if (after) {
		event.setting.valid |= OPENEVSE_CHANGED_HAS_NEW;
		event.setting.new_value = *after;
	}
	if (before) {
		event.setting.valid |= OPENEVSE_CHANGED_HAS_OLD;
		event.setting.old_value = *before;
	}
	openevse_events_publish(&caller->board->events, &event);
	openevse_opener_changed(&caller->board->openers, caller->opener,
				&event.setting);
}

/* --- enable, disable, sleep, reset --- */

static bool is_off(u32 state)
{
	return state == OPENEVSE_STATE_SLEEPING ||
	       state == OPENEVSE_STATE_DISABLED;
}

static bool is_done(const struct openevse_command *command, u32 state)
{
	if (command->ioctl == OPENEVSE_ENABLE)
		return !is_off(state);
	if (command->ioctl == OPENEVSE_DISABLE)
		return state == OPENEVSE_STATE_DISABLED;
	return state == OPENEVSE_STATE_SLEEPING;
}

/* Has the board done what @command says? */
static int confirm(const struct openevse_caller *caller,
		   const struct openevse_command *command)
{
	struct openevse_query how = { .queue = OPENEVSE_QUEUE_NORMAL };
	struct openevse_state state = { 0 };
	int times = openevse_command_is_guarded(caller) ? 1 : 2;
	int err;

	if (command->flags & OPENEVSE_COMMAND_URGENT)
		how.queue = OPENEVSE_QUEUE_URGENT;
	while (times--) {
		err = openevse_command_query(caller, OPENEVSE_GET_STATE, &how,
					     &state);
		if (err)
			return err;
		if (!is_done(command, state.state))
			return -EREMOTEIO;
	}
	return 0;
}

/**
 * openevse_command_control() - enable, disable or sleep
 * @caller: for whom
 * @command: one of these rows
 *
 * Return: 0 when the board's state says so, -EREMOTEIO when it does not, or
 * another error of the uAPI.
 */
int openevse_command_control(const struct openevse_caller *caller,
			     const struct openevse_command *command)
{
	struct openevse_request *request;
	bool refused;
	int err;

	request = openevse_request_new(command, NULL, false);
	if (IS_ERR(request))
		return PTR_ERR(request);
	err = openevse_command_run(caller, &request);
	refused = !err && openevse_frame_is(&request->reply, "NK");
	openevse_request_put(request);
	if (err)
		return err;
	err = refused ? -EREMOTEIO : confirm(caller, command);
	/* It said OK: whoever watches is told, also where we cannot be sure. */
	if (err != -EREMOTEIO)
		openevse_command_tell(caller, command, NULL, NULL);
	return err;
}

/**
 * openevse_command_reset() - restart the controller
 * @caller: for whom
 *
 * Return: 0 when the command is sent, or an error of the uAPI.
 */
int openevse_command_reset(const struct openevse_caller *caller)
{
	const struct openevse_command *command = openevse_row(OPENEVSE_RESET);
	struct openevse_request *request;
	int err;

	request = openevse_request_new(command, NULL, false);
	if (IS_ERR(request))
		return PTR_ERR(request);
	err = openevse_command_run(caller, &request);
	if (!err && openevse_frame_is(&request->reply, "NK"))
		err = -EREMOTEIO;
	openevse_request_put(request);
	if (!err)
		openevse_command_tell(caller, command, NULL, NULL);
	return err;
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
static void refresh(const struct openevse_caller *caller)
{
	struct openevse_settings settings = { 0 };
	struct openevse_state state = { 0 };

	openevse_command_get(caller, OPENEVSE_GET_SETTINGS, &settings);
	openevse_command_get(caller, OPENEVSE_GET_STATE, &state);
}

/**
 * openevse_command_raw() - one exchange in the board's own words
 * @caller: for whom
 * @raw: the uAPI struct, its command NUL-terminated
 *
 * What is known of the board may have changed by it, so the board is asked.
 *
 * Return: 0 when the board answered, $OK or $NK, or an error of the uAPI.
 */
int openevse_command_raw(const struct openevse_caller *caller,
			 struct openevse_raw *raw)
{
	struct openevse_request *request;
	bool asks;
	int err;

	request = openevse_request_raw(raw->command, raw->timeout_ms ?
				       raw->timeout_ms : RAW_TIMEOUT_MS);
	if (IS_ERR(request))
		return PTR_ERR(request);
	asks = raw->command[0] == 'G';
	if (!asks)
		dev_notice(&caller->board->dev, "\"%s\", asked by %s[%d]\n",
			   raw->command, current->comm, task_tgid_nr(current));
	err = openevse_command_run(caller, &request);
	if (!err)
		copy_raw_reply(raw, &request->reply);
	openevse_request_put(request);
	if (asks || (err && !openevse_is_unclear(err)))
		return err;
	openevse_command_tell(caller, NULL, NULL, NULL);
	if (!err)
		refresh(caller);
	return err;
}
