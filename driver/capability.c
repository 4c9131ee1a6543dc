// SPDX-License-Identifier: GPL-2.0
#include "capability.h"

static const struct {
	u32 command;
	u32 capability;
} flags[] = {
	{ OPENEVSE_COMMAND_CONTROL, OPENEVSE_CAPABILITY_CONTROL },
	{ OPENEVSE_COMMAND_PRIVILEGED, OPENEVSE_CAPABILITY_PRIVILEGED },
	{ OPENEVSE_COMMAND_PROTECTS, OPENEVSE_CAPABILITY_PROTECTS },
	{ OPENEVSE_COMMAND_EEPROM, OPENEVSE_CAPABILITY_EEPROM },
	{ OPENEVSE_COMMAND_ONCE, OPENEVSE_CAPABILITY_ONCE },
	{ OPENEVSE_COMMAND_STATE, OPENEVSE_CAPABILITY_STATE },
	{ OPENEVSE_COMMAND_PROVEN, OPENEVSE_CAPABILITY_PROVEN },
};

/* Its getter may be newer than itself, or not built in. */
static bool is_shown(const struct openevse_session *session,
		     const struct openevse_command *command)
{
	const struct openevse_command *proof =
		openevse_dialect_getter(command->proof, session->dialect);

	return proof && !openevse_dialect_lacks(session, proof);
}

static void describe(struct openevse_capability *capability,
		     const struct openevse_session *session,
		     const struct openevse_command *command)
{
	struct openevse_bounds bounds;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (command->flags & flags[i].command)
			capability->flags |= flags[i].capability;
	if (command->excuse)
		capability->flags |= OPENEVSE_CAPABILITY_STATE;
	if (is_shown(session, command))
		capability->flags |= OPENEVSE_CAPABILITY_PROVEN;
	capability->deadline_ms = command->deadline_ms;
	snprintf(capability->command, sizeof(capability->command), "%s%s",
		 command->mnemonic, command->prefix ? command->prefix : "");
	if (!openevse_dialect_bounds(command, &bounds))
		return;
	capability->min = bounds.min;
	capability->max = bounds.max;
	capability->step = bounds.step;
}

static enum openevse_support
known_support(const struct openevse_session *session,
	      const struct openevse_command *command)
{
	if (openevse_dialect_lacks(session, command))
		return OPENEVSE_SUPPORT_NO;
	if (openevse_dialect_has(session, command) ||
	    command->flags & OPENEVSE_COMMAND_ALWAYS)
		return OPENEVSE_SUPPORT_YES;
	return OPENEVSE_SUPPORT_UNTRIED;
}

/* The board is asked where nothing is known yet. */
static int ask(const struct openevse_caller *caller,
	       const struct openevse_session *session, u32 ioctl, u32 *support)
{
	u64 value[OPENEVSE_VALUE_MAX / sizeof(u64)] = { 0 };
	const struct openevse_command *getter;
	int err;

	getter = openevse_dialect_getter(ioctl, session->dialect);
	*support = getter ? known_support(session, getter) :
			    OPENEVSE_SUPPORT_NO;
	if (*support != OPENEVSE_SUPPORT_UNTRIED)
		return 0;
	err = openevse_command_get(caller, ioctl, value);
	if (err && err != -ENODATA && err != -EOPNOTSUPP)
		return err;
	*support = err == -EOPNOTSUPP ? OPENEVSE_SUPPORT_NO :
					OPENEVSE_SUPPORT_YES;
	return 0;
}

static int find_support(const struct openevse_caller *caller,
			const struct openevse_session *session,
			const struct openevse_command *command, u32 *support)
{
	u32 getter = command->flags & OPENEVSE_COMMAND_CONTROL ?
		     command->sibling : command->ioctl;

	*support = known_support(session, command);
	if (*support != OPENEVSE_SUPPORT_UNTRIED || !getter)
		return 0;
	return ask(caller, session, getter, support);
}

static int get_row(const struct openevse_caller *caller,
		   const struct openevse_session *session,
		   const struct openevse_command *command,
		   struct openevse_capability *capability)
{
	struct openevse_session now;
	int err;

	command = openevse_dialect_variant(command, session->dialect);
	if (!command) {
		capability->support = OPENEVSE_SUPPORT_NO;
		return 0;
	}
	err = find_support(caller, session, command, &capability->support);
	/* By now its getter may have been tried. */
	openevse_exchange_session(&caller->board->exchange, &now);
	describe(capability, &now, command);
	return err;
}

/* What is served without a row of its own, by what every board has. */
static bool is_always_there(u32 request)
{
	switch (request) {
	case OPENEVSE_GET_INFO:
	case OPENEVSE_GET_STATS:
	case OPENEVSE_GET_CLIENT:
	case OPENEVSE_GET_CAPABILITY:
	case OPENEVSE_SET_TIMEOUT:
	case OPENEVSE_SET_MAX_AGE:
	case OPENEVSE_SET_EEPROM_GUARD:
	case OPENEVSE_RAW:
	case OPENEVSE_GET_SERVICE_LEVEL:
		return true;
	default:
		return false;
	}
}

/* What can be set and shows in the flags can be read. */
static int get_feature(const struct openevse_session *session,
		       struct openevse_capability *capability)
{
	const struct openevse_command *command;
	struct openevse_settings settings = { 0 };
	s64 enabled;

	command = openevse_dialect_find(OPENEVSE_SET_FEATURE, capability->item);
	if (!command)
		return -EINVAL;
	command = openevse_dialect_variant(command, session->dialect);
	capability->support = OPENEVSE_SUPPORT_NO;
	if (command && openevse_dialect_shows(command, &settings, &enabled)) {
		capability->support = OPENEVSE_SUPPORT_YES;
		strscpy(capability->command, "GE", sizeof(capability->command));
	}
	return 0;
}

/* Until the board has answered, nobody knows. */
static int wait_for_session(const struct openevse_caller *caller,
			    struct openevse_session *session)
{
	struct openevse_state state = { 0 };
	int err;

	openevse_exchange_session(&caller->board->exchange, session);
	if (session->rapi)
		return 0;
	err = openevse_command_get(caller, OPENEVSE_GET_STATE, &state);
	openevse_exchange_session(&caller->board->exchange, session);
	return err;
}

/**
 * openevse_capability_get() - what would that call do on this board?
 * @caller: for whom
 * @capability: the uAPI struct; all but request and item is filled in
 *
 * Return: 0, -EINVAL for no such call or item, or an error of the uAPI.
 */
int openevse_capability_get(const struct openevse_caller *caller,
			    struct openevse_capability *capability)
{
	u32 request = capability->request, item = capability->item;
	const struct openevse_command *command;
	struct openevse_session session;
	int err;

	memset(capability, 0, sizeof(*capability));
	capability->request = request;
	capability->item = item;
	command = openevse_dialect_find(request, item);
	if (is_always_there(request) && !item) {
		capability->support = OPENEVSE_SUPPORT_YES;
		if (request == OPENEVSE_SET_EEPROM_GUARD)
			capability->flags = OPENEVSE_CAPABILITY_CONTROL;
		if (request == OPENEVSE_RAW)
			capability->flags = OPENEVSE_CAPABILITY_CONTROL |
					    OPENEVSE_CAPABILITY_PRIVILEGED;
		if (request == OPENEVSE_GET_SERVICE_LEVEL)
			strscpy(capability->command, "GE",
				sizeof(capability->command));
		return 0;
	}
	if (!command && request != OPENEVSE_GET_FEATURE)
		return -EINVAL;
	err = wait_for_session(caller, &session);
	if (err)
		return err;
	return command ? get_row(caller, &session, command, capability) :
			 get_feature(&session, capability);
}
