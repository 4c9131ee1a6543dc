/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dialect: what the words of RAPI mean, on every firmware
 *
 * A *command* is one row of a table: its mnemonic, its arguments, the shapes its
 * reply takes, from which RAPI version to which, how it may be used, what proves
 * that it was done. dialect_get.c has what can be asked, dialect_set.c what can
 * be changed or done; dialect_read.c reads what the board says by these rows, and
 * dialect_write.c writes what is said to it. Adding a command of a new firmware
 * is a row and a struct in the uAPI header. Where firmware generations say the
 * same differently, the rows of that ioctl (and item) stand together, and the
 * session picks one.
 *
 * A *session* is what the board has proven about itself since it last booted:
 * its version, whether its replies carry checksums, whether it echoes ids, which
 * commands it has and which it has not. It comes from the board's own replies
 * and nothing else.
 *
 * A *field* says how one token becomes one member of a uAPI struct, or the other
 * way round: number base, unit, range, and the value that means "not fitted".
 * The number of tokens picks the *shape* of a reply, because it tells the
 * firmware generations apart more surely than the version number: "10" is a
 * state in decimal in a $GS reply of two tokens and in hex in one of four.
 *
 * A setter's *proof* is the getter that shows what it has set. Its *sibling* is
 * the getter that is built in where the setter is: asking that first can do no
 * harm. It tells "refused now" from "not in this build", which the firmware words
 * alike, and what some firmware says OK to and has not got.
 *
 * No memory is allocated and no lock is taken; the tables are constant; the
 * caller owns the session and serialises. Freestanding, see freestanding.h.
 */
#ifndef _OPENEVSE_DIALECT_H
#define _OPENEVSE_DIALECT_H

#include <linux/openevse.h>

#include "frame.h"

#define OPENEVSE_RAPI(major, minor, patch) \
	((major) << 16 | (minor) << 8 | (patch))

/* How long any firmware may take; it does not read while it tests its GFCI. */
#define OPENEVSE_REPLY_MS	2000

/* What is sent once has the time of three tries. */
#define OPENEVSE_ONCE_MS	6000

/* Room for the text of any command: mnemonic, arguments, NUL. */
#define OPENEVSE_TEXT_MAX	OPENEVSE_COMMAND_MAX

/* Room for the uAPI struct of any command. */
#define OPENEVSE_VALUE_MAX	128

/* Most rows of the tables; together a multiple of 32. */
#define OPENEVSE_GETTERS_MAX	48
#define OPENEVSE_SETTERS_MAX	80
#define OPENEVSE_COMMANDS_MAX	(OPENEVSE_GETTERS_MAX + OPENEVSE_SETTERS_MAX)

/* flags of struct openevse_command */
#define OPENEVSE_COMMAND_CONTROL	(1 << 0)  /* needs a writable file */
#define OPENEVSE_COMMAND_IDEMPOTENT	(1 << 1)  /* may be sent again */
#define OPENEVSE_COMMAND_URGENT		(1 << 2)  /* turns off: never queues */
#define OPENEVSE_COMMAND_NO_REPLY	(1 << 3)  /* only a refusal is answered */
#define OPENEVSE_COMMAND_EEPROM		(1 << 4)  /* wears the board's EEPROM */
#define OPENEVSE_COMMAND_PRIVILEGED	(1 << 5)  /* needs CAP_SYS_ADMIN */
#define OPENEVSE_COMMAND_PROTECTS	(1 << 6)  /* 0 needs CAP_SYS_ADMIN */
#define OPENEVSE_COMMAND_ALWAYS		(1 << 7)  /* in every build: $NK is no "no" */
#define OPENEVSE_COMMAND_APPLIES	(1 << 8)  /* $NK may have changed something */
#define OPENEVSE_COMMAND_ONCE		(1 << 9)  /* cannot be undone */
#define OPENEVSE_COMMAND_ITEM		(1 << 10) /* the struct begins with an item */
#define OPENEVSE_COMMAND_STATE		(1 << 11) /* depends on the board's state */
#define OPENEVSE_COMMAND_PROVEN		(1 << 12) /* by its reply, or in code */
#define OPENEVSE_COMMAND_RELATIVE	(1 << 13) /* again is not the same */

/* openevse_shape.count: whatever stands behind OK. */
#define OPENEVSE_SHAPE_REST	0xff

struct openevse_field;

/**
 * struct openevse_shape - one form of a reply
 * @count: tokens behind OK or NK, or OPENEVSE_SHAPE_REST
 * @fields: what they mean, @count of them
 */
struct openevse_shape {
	u8 count;
	const struct openevse_field *fields;
};

/**
 * struct openevse_command - one row of a table
 * @ioctl: its number in the uAPI; 0 for what only the raw exchange can say
 * @item: which feature, relay, ... of that ioctl; 0 where it takes none
 * @mnemonic: group letter and selector
 * @prefix: text before the arguments, or NULL
 * @suffix: text behind the arguments, or NULL
 * @since: first RAPI version where it means this, OPENEVSE_RAPI(); 0 for all
 * @until: first RAPI version where it does not any more; 0 for none
 * @flags: OPENEVSE_COMMAND_*
 * @deadline_ms: how long the board may take for one try
 * @size: of the uAPI struct, 0 for none
 * @arguments: members of that struct that are sent, in this order
 * @argument_count: how many
 * @shapes: forms of its reply
 * @shape_count: how many
 * @proof: ioctl of the getter that shows it; 0 for none
 * @sibling: ioctl of a getter that is built in where this is; 0 for none
 * @excuse: OPENEVSE_VFLAG_* that explain a $NK
 */
struct openevse_command {
	u32 ioctl;
	u32 item;
	char mnemonic[3];
	const char *prefix;
	const char *suffix;
	u32 since;
	u32 until;
	u32 flags;
	u16 deadline_ms;
	u16 size;
	const struct openevse_field *arguments;
	u8 argument_count;
	const struct openevse_shape *shapes;
	u8 shape_count;
	u32 proof;
	u32 sibling;
	u16 excuse;
};

/**
 * struct openevse_session - what the board has proven about itself
 * @rapi: protocol version, OPENEVSE_RAPI(); 0 before the first answer
 * @dialect: version whose rows it understands: @rapi, but for builds whose
 *	version number only tells what was left out
 * @frame_limit: longest frame this firmware takes, CR not counted
 * @reply_checksum: its replies carry a checksum
 * @sequence_ids: it has echoed one
 * @present: rows it has answered, a bit each
 * @absent: rows it has not got, a bit each
 * @firmware: version text
 * @protocol: version text
 */
struct openevse_session {
	u32 rapi;
	u32 dialect;
	u8 frame_limit;
	bool reply_checksum;
	bool sequence_ids;
	u32 present[OPENEVSE_COMMANDS_MAX / 32];
	u32 absent[OPENEVSE_COMMANDS_MAX / 32];
	char firmware[OPENEVSE_VERSION_LEN];
	char protocol[OPENEVSE_VERSION_LEN];
};

/**
 * struct openevse_bounds - of a number that is an argument
 * @min: smallest, in the unit of its struct
 * @max: largest
 * @step: it must be a multiple of this
 */
struct openevse_bounds {
	s64 min;
	s64 max;
	u32 step;
};

const struct openevse_command *openevse_dialect_row(size_t index);
const struct openevse_command *openevse_dialect_find(u32 ioctl, u32 item);
bool openevse_dialect_takes_item(u32 ioctl);
const struct openevse_command *
openevse_dialect_variant(const struct openevse_command *command, u32 dialect);
const struct openevse_command *openevse_dialect_getter(u32 ioctl, u32 dialect);

void openevse_dialect_reset(struct openevse_session *session);
int openevse_dialect_learn(struct openevse_session *session,
			   const struct openevse_frame *frame);
bool openevse_dialect_believes(const struct openevse_session *session,
			       const struct openevse_frame *frame);
void openevse_dialect_keep(struct openevse_session *session,
			   const struct openevse_session *before);
void openevse_dialect_note(struct openevse_session *session,
			   const struct openevse_command *command,
			   const struct openevse_frame *reply, bool sure);
void openevse_dialect_doubt(struct openevse_session *session);
void openevse_dialect_deny(struct openevse_session *session,
			   const struct openevse_command *command);
bool openevse_dialect_has(const struct openevse_session *session,
			  const struct openevse_command *command);
bool openevse_dialect_lacks(const struct openevse_session *session,
			    const struct openevse_command *command);

int openevse_dialect_encode(const struct openevse_command *command,
			    const void *arg, char *text);
int openevse_dialect_check(const struct openevse_command *command,
			   const void *arg);
int openevse_dialect_check_raw(const char *text);
bool openevse_dialect_saves(const struct openevse_command *command,
			    const char *text, u32 dialect);
bool openevse_dialect_bounds(const struct openevse_command *command,
			     struct openevse_bounds *bounds);
bool openevse_dialect_argument(const struct openevse_command *command,
			       const void *arg, s64 *value);
bool openevse_dialect_shows(const struct openevse_command *command,
			    const void *seen, s64 *value);
bool openevse_dialect_proves(const struct openevse_command *command,
			     const void *arg, const void *seen);

bool openevse_dialect_is_reply(const struct openevse_frame *frame);
bool openevse_dialect_is_refusal(const struct openevse_frame *frame);
bool openevse_dialect_answers(const struct openevse_command *command,
			      const struct openevse_frame *frame);
int openevse_dialect_decode(const struct openevse_command *command,
			    const struct openevse_frame *frame, void *out);
int openevse_dialect_message(const struct openevse_session *session,
			     const struct openevse_frame *frame,
			     struct openevse_event *event);

#endif /* _OPENEVSE_DIALECT_H */
