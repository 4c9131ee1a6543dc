/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dialect: what the words of RAPI mean, on every firmware
 *
 * A *command* is one row of the table in dialect_table.c: its mnemonic, its
 * arguments, the shapes its reply takes, since which RAPI version, how it may
 * be used. Adding a command of a new firmware is a row there and a struct in
 * the uAPI header. Where firmware generations say the same differently, the
 * rows of that ioctl stand together, and the session picks one.
 *
 * A *session* is what the board has proven about itself since it last booted:
 * its version, whether its replies carry checksums, whether it echoes ids. It
 * comes from the answer to $GV and nothing else.
 *
 * A *field* says how one token becomes one member of a uAPI struct: number
 * base, unit, and the value that means "not fitted". The number of tokens
 * picks the *shape*, because it tells the firmware generations apart more
 * surely than the version number: "10" is a state in decimal in a $GS reply of
 * two tokens and in hex in one of four.
 *
 * No memory is allocated and no lock is taken; the table is constant; the
 * caller owns the session and serialises. Freestanding, see freestanding.h.
 */
#ifndef _OPENEVSE_DIALECT_H
#define _OPENEVSE_DIALECT_H

#include <linux/openevse.h>

#include "frame.h"

#define OPENEVSE_RAPI(major, minor, patch) \
	((major) << 16 | (minor) << 8 | (patch))

/* Room for the text of any command: mnemonic, arguments, NUL. */
#define OPENEVSE_TEXT_MAX	OPENEVSE_COMMAND_MAX

/* Room for the uAPI struct of any command. */
#define OPENEVSE_VALUE_MAX	128

/* flags of struct openevse_command */
#define OPENEVSE_COMMAND_CONTROL	(1 << 0)  /* needs a writable file */
#define OPENEVSE_COMMAND_IDEMPOTENT	(1 << 1)  /* may be sent again */
#define OPENEVSE_COMMAND_URGENT		(1 << 2)  /* turns off: never queues */
#define OPENEVSE_COMMAND_NO_REPLY	(1 << 3)  /* the board never answers it */
#define OPENEVSE_COMMAND_EEPROM		(1 << 4)  /* wears the board's EEPROM */

struct openevse_field;

/**
 * struct openevse_shape - one form of a reply
 * @count: tokens behind OK or NK
 * @fields: what they mean, @count of them
 */
struct openevse_shape {
	u8 count;
	const struct openevse_field *fields;
};

/**
 * struct openevse_command - one row of the table
 * @ioctl: its number in the uAPI; 0 where another row serves that ioctl
 * @mnemonic: group letter and selector
 * @suffix: text behind the arguments, or NULL
 * @since: first RAPI version where it means this, OPENEVSE_RAPI(); 0 for all
 * @until: first RAPI version where it does not any more; 0 for none
 * @flags: OPENEVSE_COMMAND_*
 * @deadline_ms: how long the board may take for one try
 * @size: of the uAPI struct, 0 for none
 * @argument: its argument in that struct, or NULL
 * @shapes: forms of its reply
 * @shape_count: how many
 */
struct openevse_command {
	u32 ioctl;
	char mnemonic[3];
	const char *suffix;
	u32 since;
	u32 until;
	u32 flags;
	u16 deadline_ms;
	u16 size;
	const struct openevse_field *argument;
	const struct openevse_shape *shapes;
	u8 shape_count;
};

/* Rows of the table, by name. */
enum openevse_command_id {
	OPENEVSE_COMMAND_GET_VERSION,
	OPENEVSE_COMMAND_GET_STATE,
	OPENEVSE_COMMAND_GET_SETTINGS,
	OPENEVSE_COMMAND_GET_RANGE,
	OPENEVSE_COMMAND_ENABLE,
	OPENEVSE_COMMAND_DISABLE,
	OPENEVSE_COMMAND_SLEEP,
	OPENEVSE_COMMAND_RESET,
	OPENEVSE_COMMAND_SAVE_CAPACITY,
	OPENEVSE_COMMAND_SET_CAPACITY,
	OPENEVSE_COMMAND_GET_CHARGING,
	OPENEVSE_COMMAND_GET_ENERGY,
	OPENEVSE_COMMAND_GET_VEHICLE,
	OPENEVSE_COMMAND_GET_TIME_LIMIT,
	OPENEVSE_COMMAND_GET_CHARGE_LIMIT,
	OPENEVSE_COMMAND_GET_AMMETER_SETTINGS,
	OPENEVSE_COMMAND_GET_VOLTMETER_SETTINGS,
	OPENEVSE_COMMAND_GET_TIMER,
	OPENEVSE_COMMAND_GET_FAULT_COUNTERS,
	OPENEVSE_COMMAND_GET_OLD_TEMPERATURE,
	OPENEVSE_COMMAND_GET_TEMPERATURE,
	OPENEVSE_COMMAND_GET_TIME,
	OPENEVSE_COMMAND_GET_HEARTBEAT,
	OPENEVSE_COMMAND_GET_MENNEKES_LOCK,
	OPENEVSE_COMMAND_GET_RELAY_HEALTH,
	OPENEVSE_COMMAND_GET_RELAY_TIMING,
	OPENEVSE_COMMAND_GET_ZERO_CROSS,
	OPENEVSE_COMMAND_GET_RELAYS,
	OPENEVSE_COMMAND_COUNT
};

/**
 * struct openevse_feature_flag - how a feature shows in the $GE flags
 * @feature: &enum openevse_feature_id
 * @mask: its bit
 * @set_is_off: the bit is set where the feature is off
 * @since: first RAPI version that has it
 */
struct openevse_feature_flag {
	u32 feature;
	u16 mask;
	bool set_is_off;
	u32 since;
};

/**
 * struct openevse_session - what the board has proven about itself
 * @rapi: protocol version, OPENEVSE_RAPI(); 0 before the first answer
 * @frame_limit: longest frame this firmware takes, CR not counted
 * @reply_checksum: its replies carry a checksum
 * @sequence_ids: it has echoed one
 * @firmware: version text
 * @protocol: version text
 */
struct openevse_session {
	u32 rapi;
	u8 frame_limit;
	bool reply_checksum;
	bool sequence_ids;
	char firmware[OPENEVSE_VERSION_LEN];
	char protocol[OPENEVSE_VERSION_LEN];
};

const struct openevse_command *
openevse_dialect_command(enum openevse_command_id id);
const struct openevse_command *openevse_dialect_by_ioctl(u32 ioctl);
const struct openevse_command *
openevse_dialect_variant(const struct openevse_command *command, u32 rapi);
const struct openevse_feature_flag *openevse_dialect_feature(u32 feature);

void openevse_dialect_reset(struct openevse_session *session);
int openevse_dialect_learn(struct openevse_session *session,
			   const struct openevse_frame *frame);
bool openevse_dialect_believes(const struct openevse_session *session,
			       const struct openevse_frame *frame);

int openevse_dialect_encode(const struct openevse_command *command,
			    const void *arg, char *text);
int openevse_dialect_check_raw(const char *text);

bool openevse_dialect_is_reply(const struct openevse_frame *frame);
bool openevse_dialect_answers(const struct openevse_command *command,
			      const struct openevse_frame *frame);
int openevse_dialect_decode(const struct openevse_command *command,
			    const struct openevse_frame *frame, void *out);
int openevse_dialect_message(const struct openevse_session *session,
			     const struct openevse_frame *frame,
			     struct openevse_event *event);

#endif /* _OPENEVSE_DIALECT_H */
