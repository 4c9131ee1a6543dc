/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fakeboard: a board that does exactly as it is told, also what no board does
 *
 * A thread of the test on the master end of the pty. It answers the commands
 * the driver sends from a handful of values, in the words of one *profile*.
 * A *rule* makes it answer something else, later, or never. It takes down
 * every command it hears.
 *
 * It is no model of a board: where behaviour matters and not bytes, the
 * simulated board in tools/testing/board is the better peer.
 */
#ifndef _OPENEVSE_FAKEBOARD_H
#define _OPENEVSE_FAKEBOARD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct fake_profile - how a firmware speaks
 * @firmware: version
 * @protocol: RAPI version
 * @rapi: the same in the driver's numbers
 * @checksums: its words carry one
 * @ids: it echoes sequence ids
 * @modern: RAPI 5: $AT and $AB, states in hex, more tokens
 * @limit: longest frame it takes
 */
struct fake_profile {
	const char *firmware;
	const char *protocol;
	unsigned int rapi;
	bool checksums;
	bool ids;
	bool modern;
	size_t limit;
};

extern const struct fake_profile fake_3_11_3;
extern const struct fake_profile fake_4_6_0;
extern const struct fake_profile fake_8_2_3;

enum fake_kind {
	FAKE_SILENT,	/* no answer */
	FAKE_TEXT,	/* this answer, framed as the profile does */
	FAKE_BYTES,	/* these bytes, as they are */
	FAKE_GLUED,	/* the usual answer, these bytes at both ends of it */
	FAKE_SPLIT,	/* the usual answer, byte by byte */
	FAKE_TWICE,	/* the usual answer, and once more */
	FAKE_LATE,	/* the usual answer, @delay_ms later; deaf until then */
	FAKE_UNPLUG,	/* the cable is pulled */
};

#define FAKE_FOR_EVER	(-1)
/* As @delay_ms: until fake_release(). */
#define FAKE_TILL_TOLD	(-1)

/* What the board would say of itself. */
struct fake_values {
	unsigned int state, pilot, vflags, elapsed;
	unsigned int amps, saved, min, max, flags;
	long current_ma, voltage_mv;
	unsigned long session_j, total_wh;
};

#define FAKE_RULES	32
#define FAKE_BYTES_MAX	512
#define FAKE_LOG	16384
#define FAKE_TEXT_MAX	48

struct fake_rule {
	char mnemonic[3];	/* "" for any command */
	enum fake_kind kind;
	int times;		/* uses left */
	int delay_ms;
	char bytes[FAKE_BYTES_MAX];
	size_t len;
};

struct fakeboard {
	const struct fake_profile *profile;
	int *master;
	int stop[2];
	pthread_t thread;
	bool running;

	pthread_mutex_t lock;		/* of all below */
	struct fake_values is;
	bool echo;
	struct fake_rule rules[FAKE_RULES];
	char (*log)[FAKE_TEXT_MAX];	/* text, without id and checksum */
	size_t heard;
	size_t damaged;

	/* of the thread */
	char line[256];
	size_t len;
};

/*
 * @master is closed, and becomes -1, when the cable is pulled. Nobody else may
 * close it: a thread that sleeps on it keeps it open.
 */
int fake_start(struct fakeboard *board, const struct fake_profile *profile,
	       int *master);
void fake_stop(struct fakeboard *board);
/* The cable is pulled; the board hears nothing any more. */
void fake_unplug(struct fakeboard *board);

/* The first rule for a mnemonic that has uses left counts. */
void fake_rule(struct fakeboard *board, const char *mnemonic,
	       enum fake_kind kind, int times, const char *text, int delay_ms);
void fake_rule_bytes(struct fakeboard *board, const char *mnemonic,
		     enum fake_kind kind, int times, const void *bytes,
		     size_t len);
/* Ends the delay of a board that is late till it is told, and of no other. */
void fake_release(struct fakeboard *board);
void fake_no_rules(struct fakeboard *board);

/* What it says of its own accord: bytes, or a text to be framed. */
void fake_say(struct fakeboard *board, const void *bytes, size_t len);
void fake_message(struct fakeboard *board, const char *text);
/* A change of state, and the message this firmware sends of it. */
void fake_state(struct fakeboard *board, unsigned int state,
		unsigned int pilot, unsigned int vflags);

/* Commands heard from @since on: all, or those with that mnemonic. */
size_t fake_heard(struct fakeboard *board);
size_t fake_count(struct fakeboard *board, const char *mnemonic, size_t since);
/* Until it has heard that many of them; false when it never does. */
bool fake_wait(struct fakeboard *board, const char *mnemonic, size_t since,
	       size_t count);
/* The last command with that mnemonic, "" for none. */
void fake_last(struct fakeboard *board, const char *mnemonic, char *text);

/* "$text :hh^hh\r" as @profile frames it; returns the length. */
size_t fake_frame(const struct fake_profile *profile, const char *text,
		  unsigned int id, char *out, size_t room);
size_t fake_frame_bytes(const struct fake_profile *profile, const void *text,
			size_t len, unsigned int id, char *out, size_t room);

#endif /* _OPENEVSE_FAKEBOARD_H */
