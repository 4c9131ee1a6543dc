// SPDX-License-Identifier: GPL-2.0
#include "dialect_table.h"

/* --- the tables --- */

/**
 * openevse_dialect_row() - the rows of both tables, one after the other
 * @index: from 0
 *
 * Return: the row, NULL behind the last.
 */
const struct openevse_command *openevse_dialect_row(size_t index)
{
	if (index < openevse_getters.count)
		return &openevse_getters.rows[index];
	index -= openevse_getters.count;
	return index < openevse_setters.count ? &openevse_setters.rows[index] :
						NULL;
}

static size_t index_of(const struct openevse_command *command)
{
	const struct openevse_command *setters = openevse_setters.rows;

	if (command >= setters && command < setters + openevse_setters.count)
		return openevse_getters.count + (command - setters);
	return command - openevse_getters.rows;
}

static bool is_same(const struct openevse_command *a,
		    const struct openevse_command *b)
{
	return b && a->ioctl && a->ioctl == b->ioctl && a->item == b->item;
}

/** openevse_dialect_first() - the first row of its ioctl and item */
const struct openevse_command *
openevse_dialect_first(const struct openevse_command *command)
{
	size_t i = index_of(command);

	while (i && is_same(command, openevse_dialect_row(i - 1)))
		i--;
	return openevse_dialect_row(i);
}

/** openevse_dialect_next() - the next row of its ioctl and item, or NULL */
const struct openevse_command *
openevse_dialect_next(const struct openevse_command *command)
{
	const struct openevse_command *next;

	next = openevse_dialect_row(index_of(command) + 1);
	return is_same(command, next) ? next : NULL;
}

/**
 * openevse_dialect_find() - the first row that serves an ioctl
 * @ioctl: its number
 * @item: which feature, relay, ...; 0 where it takes none
 *
 * Return: the row, or NULL for no such ioctl or item.
 */
const struct openevse_command *openevse_dialect_find(u32 ioctl, u32 item)
{
	const struct openevse_command *row;
	size_t i;

	for (i = 0; (row = openevse_dialect_row(i)); i++)
		if (ioctl && row->ioctl == ioctl && row->item == item)
			return row;
	return NULL;
}

/** openevse_dialect_takes_item() - does its struct begin with an item? */
bool openevse_dialect_takes_item(u32 ioctl)
{
	const struct openevse_command *row;
	size_t i;

	for (i = 0; (row = openevse_dialect_row(i)); i++)
		if (row->ioctl == ioctl)
			return row->flags & OPENEVSE_COMMAND_ITEM;
	return false;
}

/**
 * openevse_dialect_variant() - the row that says the same on this firmware
 * @command: any row of its ioctl and item, or one that stands alone
 * @dialect: openevse_session.dialect
 *
 * Return: the row, or NULL: this firmware has not got it.
 */
const struct openevse_command *
openevse_dialect_variant(const struct openevse_command *command, u32 dialect)
{
	const struct openevse_command *row;

	for (row = openevse_dialect_first(command); row;
	     row = openevse_dialect_next(row))
		if (dialect >= row->since &&
		    (!row->until || dialect < row->until))
			return row;
	return NULL;
}

/** openevse_dialect_getter() - the getter this firmware has for it, or NULL */
const struct openevse_command *openevse_dialect_getter(u32 ioctl, u32 dialect)
{
	const struct openevse_command *first = openevse_dialect_find(ioctl, 0);

	return first ? openevse_dialect_variant(first, dialect) : NULL;
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/*
 * May @text be a command of that row? Firmware ignores words behind those that
 * it needs, and letters behind the first of a word.
 */
static bool is_text_of(const struct openevse_command *row, const char *text)
{
	const char *suffix = row->suffix ? row->suffix : "";
	const char *rest = text + 2;

	if (strncmp(text, row->mnemonic, 2))
		return false;
	if (row->argument_count)
		return *rest == ' ' && ends_in(rest + 1, suffix);
	return !strcmp(rest, suffix) || (!row->suffix && *rest == ' ');
}

/* What stands first has a suffix, and is the row for sure. */
static bool text_saves(const char *text, u32 dialect)
{
	const struct openevse_command *row;
	bool saves = false;
	size_t i;

	for (i = 0; i < openevse_setters.count; i++) {
		row = &openevse_setters.rows[i];
		if (dialect < row->since ||
		    (row->until && dialect >= row->until) ||
		    !is_text_of(row, text))
			continue;
		if (row->suffix)
			return row->flags & OPENEVSE_COMMAND_EEPROM;
		saves |= row->flags & OPENEVSE_COMMAND_EEPROM;
	}
	return saves;
}

/**
 * openevse_dialect_saves() - does the board write its EEPROM for it?
 * @command: the row, NULL for a raw command
 * @text: of a raw command
 * @dialect: openevse_session.dialect
 */
bool openevse_dialect_saves(const struct openevse_command *command,
			    const char *text, u32 dialect)
{
	return command ? command->flags & OPENEVSE_COMMAND_EEPROM :
			 text_saves(text, dialect);
}

/* --- the session --- */

/* "5.2.1", "1.0", "5.2.1-LGT": numbers as far as they go. */
static u32 rapi_version(const char *text)
{
	u32 part[3] = { 0 };
	u8 i = 0;

	for (; *text; text++) {
		if (*text >= '0' && *text <= '9')
			part[i] = part[i] * 10 + (*text - '0');
		else if (*text == '.' && i < 2)
			i++;
		else
			break;
		if (part[i] > 0xff)
			return 0;
	}
	return OPENEVSE_RAPI(part[0], part[1], part[2]);
}

/*
 * Until RAPI 5.0.0 three version numbers only say that a build of firmware 4 or
 * 5 has gone without something: checksums (1.0.4), both checksums and ids
 * (1.0.5), ids (2.0.4). They understand what 3.0.1 does, but for firmware 4.0
 * and 4.1, which is older than volatile currents. And what is now known as
 * 1.0.0 began with alphas whose $SS meant "save".
 */
static u32 dialect_of(u32 rapi, const char *firmware)
{
	while (*firmware && (*firmware < '0' || *firmware > '9'))
		firmware++;
	if (rapi == OPENEVSE_RAPI(1, 0, 4) &&
	    rapi_version(firmware) < OPENEVSE_RAPI(4, 2, 0))
		return OPENEVSE_RAPI(2, 0, 1);
	if (rapi == OPENEVSE_RAPI(1, 0, 4) || rapi == OPENEVSE_RAPI(1, 0, 5) ||
	    rapi == OPENEVSE_RAPI(2, 0, 4))
		return OPENEVSE_RAPI(3, 0, 1);
	if (!strncmp(firmware, "2.1.A", 5) && firmware[5] >= '0' &&
	    firmware[5] < '7' && !firmware[6])
		return OPENEVSE_RAPI(0, 9, 0);
	return rapi;
}

/** openevse_dialect_reset() - know nothing, as at power-on */
void openevse_dialect_reset(struct openevse_session *session)
{
	memset(session, 0, sizeof(*session));
	session->frame_limit = 29;
}

/**
 * openevse_dialect_learn() - take the board's answer to $GV
 * @session: filled in, ids not yet proven
 * @frame: an OK frame, checked or not
 *
 * Return: 0, -EBADMSG when it is no such answer, or when its version and its
 * checksum do not belong together: replies with values carry one from RAPI
 * 2.0.0 on and never before, so a damaged answer cannot pass for an old board.
 */
int openevse_dialect_learn(struct openevse_session *session,
			   const struct openevse_frame *frame)
{
	const struct openevse_command *gv =
		openevse_dialect_find(OPENEVSE_GET_VERSION, 0);
	struct openevse_version version = { 0 };
	bool checksums;
	u32 rapi;

	if (!openevse_frame_is(frame, "OK") ||
	    openevse_dialect_decode(gv, frame, &version))
		return -EBADMSG;
	rapi = rapi_version(version.protocol);
	checksums = rapi >= OPENEVSE_RAPI(2, 0, 0);
	if (!rapi || frame->checked != checksums)
		return -EBADMSG;

	openevse_dialect_reset(session);
	session->rapi = rapi;
	session->dialect = dialect_of(rapi, version.firmware);
	session->reply_checksum = frame->checked;
	if (rapi >= OPENEVSE_RAPI(3, 0, 0))
		session->frame_limit = 31;
	memcpy(session->firmware, version.firmware, sizeof(session->firmware));
	memcpy(session->protocol, version.protocol, sizeof(session->protocol));
	return 0;
}

/**
 * openevse_dialect_believes() - may a frame be taken at its word?
 * @session: of this board
 * @frame: a parsed frame, whose checksum was right if it had one
 *
 * A frame without checksum only where this firmware sends none: that is, never
 * before the first answer to $GV, and from RAPI 2.0.1 on never. That answer
 * vouches for itself, see openevse_dialect_learn().
 */
bool openevse_dialect_believes(const struct openevse_session *session,
			       const struct openevse_frame *frame)
{
	struct openevse_session other;

	if (frame->checked)
		return true;
	if (!openevse_dialect_learn(&other, frame))
		return true;
	if (!session->rapi)
		return false;
	if (session->rapi == OPENEVSE_RAPI(2, 0, 0))
		return !openevse_dialect_is_reply(frame) || frame->count == 1;
	return !session->reply_checksum;
}

/* --- what the board has, and what it has not --- */

/* Cable sensors need a longer buffer, so a board that has them has it. */
#define LONG_FRAME	39

static bool bit_of(const u32 *bits, size_t index)
{
	return bits[index / 32] >> index % 32 & 1;
}

static void set_one(u32 *bits, u32 *other, size_t index)
{
	u32 bit = (u32)1 << index % 32;

	bits[index / 32] |= bit;
	other[index / 32] &= ~bit;
}

/*
 * Every build has it, or a "no" may have another reason; then the sibling has
 * told whether it is there.
 */
static bool is_ambiguous(const struct openevse_command *command)
{
	return command->flags & OPENEVSE_COMMAND_ALWAYS || command->excuse ||
	       (command->flags & OPENEVSE_COMMAND_STATE && command->sibling);
}

/*
 * A "no" may also mean that the command was damaged: another one was executed,
 * with its id, when the checksum was lost, too. So what has worked before is not
 * taken for absent. Where the board echoes no ids, nor is that whose sibling has
 * worked, and it takes several in a row (@sure).
 */
static bool may_be_damaged(const struct openevse_session *session,
			   const struct openevse_command *command, u8 id,
			   bool sure)
{
	const struct openevse_command *sibling =
		openevse_dialect_getter(command->sibling, session->dialect);

	if (id || openevse_dialect_has(session, command))
		return openevse_dialect_has(session, command);
	return !sure || (sibling && openevse_dialect_has(session, sibling));
}

/**
 * openevse_dialect_note() - what a reply tells of a command as such
 * @session: of this board
 * @command: the row that was sent
 * @reply: belongs to it
 * @sure: a "no" has been said to each of several tries
 */
void openevse_dialect_note(struct openevse_session *session,
			   const struct openevse_command *command,
			   const struct openevse_frame *reply, bool sure)
{
	size_t index = index_of(command);

	if (!openevse_dialect_is_refusal(reply)) {
		set_one(session->present, session->absent, index);
		if (!strcmp(command->mnemonic, "GN"))
			session->frame_limit = LONG_FRAME;
	} else if (!is_ambiguous(command) &&
		   !may_be_damaged(session, command, reply->id, sure)) {
		set_one(session->absent, session->present, index);
	}
}

/**
 * openevse_dialect_deny() - its "no" can only mean that it has not got it
 * @session: of this board
 * @command: the row; one that has worked before stays what it is
 */
void openevse_dialect_deny(struct openevse_session *session,
			   const struct openevse_command *command)
{
	if (!openevse_dialect_has(session, command))
		set_one(session->absent, session->present, index_of(command));
}

/** openevse_dialect_doubt() - whatever is thought absent may be asked again */
void openevse_dialect_doubt(struct openevse_session *session)
{
	memset(session->absent, 0, sizeof(session->absent));
}

/** openevse_dialect_has() - has the board shown that it has it? */
bool openevse_dialect_has(const struct openevse_session *session,
			  const struct openevse_command *command)
{
	return bit_of(session->present, index_of(command));
}

/** openevse_dialect_lacks() - has the board shown that it has not got it? */
bool openevse_dialect_lacks(const struct openevse_session *session,
			    const struct openevse_command *command)
{
	return bit_of(session->absent, index_of(command));
}

/**
 * openevse_dialect_keep() - the board is the same, and has not restarted
 * @session: just learned
 * @before: what was known of it
 */
void openevse_dialect_keep(struct openevse_session *session,
			   const struct openevse_session *before)
{
	memcpy(session->present, before->present, sizeof(session->present));
	memcpy(session->absent, before->absent, sizeof(session->absent));
	session->frame_limit = before->frame_limit;
}
