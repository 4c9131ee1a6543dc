// SPDX-License-Identifier: GPL-2.0
#include "capacity.h"
#include "heartbeat.h"
#include "setting.h"

/* No released firmware offers less. */
#define SMALLEST_MA	6000

/* "Refused" means that this build has no heartbeat, where it shows none. */
static int has_heartbeat(const struct openevse_caller *caller)
{
	struct openevse_heartbeat heartbeat = { 0 };
	const struct openevse_command *row;
	struct openevse_session session;

	row = openevse_row(OPENEVSE_GET_HEARTBEAT);
	openevse_exchange_session(&caller->board->exchange, &session);
	if (openevse_dialect_has(&session, row))
		return 0;
	return openevse_command_get(caller, OPENEVSE_GET_HEARTBEAT, &heartbeat);
}

/* "Refused" may mean here that somebody else has set it meanwhile. */
static bool may_have_acted(int err)
{
	return !err || openevse_is_unclear(err) || err == -EREMOTEIO;
}

static int ask_offered(const struct openevse_caller *caller, bool steadfast,
		       u32 *offered_ma)
{
	struct openevse_query how = {
		.queue = OPENEVSE_QUEUE_URGENT,
		.steadfast = steadfast,
	};
	struct openevse_settings settings = { 0 };
	int err = openevse_command_query(caller, OPENEVSE_GET_SETTINGS, &how,
					 &settings);

	*offered_ma = settings.capacity_ma;
	return err;
}

/*
 * When the supervision ends the board goes to its saved current, if a pulse has
 * ever been missed. What it offers then is looked at, and can only be lowered.
 */
static int end_supervision(const struct openevse_caller *caller,
			   const struct openevse_heartbeat *heartbeat)
{
	const struct openevse_command *command =
		openevse_row(OPENEVSE_SET_HEARTBEAT);
	struct openevse_current_capacity hold = { 0 };
	u32 before_ma, after_ma;
	int err, held;

	err = has_heartbeat(caller);
	if (!err)
		err = ask_offered(caller, false, &before_ma);
	if (err)
		return err;
	err = openevse_setting_change(caller, command, heartbeat);
	if (!may_have_acted(err))
		return err;
	held = ask_offered(caller, true, &after_ma);
	if (!held && after_ma > before_ma) {
		hold.capacity_ma = before_ma;
		held = openevse_capacity_hold(caller, &hold);
	}
	return err ? err : held;
}

/**
 * openevse_heartbeat_set() - watch over this host from now on, or no more
 * @caller: for whom
 * @heartbeat: the uAPI struct
 *
 * Return: 0 when the board says so, or an error of the uAPI.
 */
int openevse_heartbeat_set(const struct openevse_caller *caller,
			   const struct openevse_heartbeat *heartbeat)
{
	const struct openevse_command *command =
		openevse_row(OPENEVSE_SET_HEARTBEAT);
	int err = openevse_dialect_check(command, heartbeat);

	if (err)
		return err;
	if (!heartbeat->interval_s)
		return end_supervision(caller, heartbeat);
	if (heartbeat->current_ma < SMALLEST_MA)
		return -ERANGE;
	return openevse_setting_change(caller, command, heartbeat);
}

/* Return: 0, or -EREMOTEIO while a missed pulse limits the current. */
static int say(const struct openevse_caller *caller, u32 ioctl,
	       struct openevse_heartbeat *heartbeat, bool *sent)
{
	const struct openevse_command *command = openevse_row(ioctl);
	struct openevse_frame reply;
	int err;

	err = openevse_setting_send(caller, command, NULL, &reply, sent);
	if (!err)
		err = openevse_dialect_decode(command, &reply, heartbeat);
	if (err)
		return err;
	return heartbeat->missed == OPENEVSE_HEARTBEAT_LIMITED ? -EREMOTEIO : 0;
}

/**
 * openevse_heartbeat_pulse() - this host is alive
 * @caller: for whom
 * @heartbeat: the uAPI struct, filled in
 *
 * Return: 0, -EREMOTEIO while a pulse missed before limits the current, or
 * another error of the uAPI.
 */
int openevse_heartbeat_pulse(const struct openevse_caller *caller,
			     struct openevse_heartbeat *heartbeat)
{
	int err = has_heartbeat(caller);

	memset(heartbeat, 0, sizeof(*heartbeat));
	return err ? err : say(caller, OPENEVSE_HEARTBEAT_PULSE, heartbeat,
			       NULL);
}

/**
 * openevse_heartbeat_acknowledge() - the limit ends, with this current
 * @caller: for whom
 * @capacity: the uAPI struct; its results are filled in, also where it fails
 *
 * Return: 0 when the board offers what was asked, or an error of the uAPI.
 */
int openevse_heartbeat_acknowledge(const struct openevse_caller *caller,
				   struct openevse_current_capacity *capacity)
{
	struct openevse_heartbeat heartbeat = { 0 };
	const struct openevse_command *command =
		openevse_row(OPENEVSE_HEARTBEAT_ACKNOWLEDGE);
	bool sent = false;
	int err, held;

	err = openevse_capacity_check(caller, capacity);
	if (!err)
		err = has_heartbeat(caller);
	if (err)
		return err;
	err = say(caller, OPENEVSE_HEARTBEAT_ACKNOWLEDGE, &heartbeat, &sent);
	if (err && (!openevse_is_unclear(err) || !sent))
		return err;
	if (!err)
		openevse_command_tell(caller, command, NULL, NULL);
	/* Executed for sure or not, what comes now is the smaller harm. */
	held = openevse_capacity_hold(caller, capacity);
	return err ? err : held;
}
