/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A rig is a board under test: the openevse-board process in virtual time,
 * its standard input and output, and its control channel.
 */
#ifndef RIG_H
#define RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RIG_OUT	262144

struct rig {
	pid_t pid;
	int in, out, control;
	char dir[64];
	char log[96];
	uint8_t buf[RIG_OUT];	/* all that the board has said */
	size_t len;
	size_t seen;		/* up to where rig_expect() has looked */
};

/* The program under test and the recordings, from the command line. */
extern const char *rig_program;
extern const char *rig_captures;

/* More options end with NULL. */
struct rig *rig_start(const char *firmware, ...);

/* Quits the board; false if it did not end well. */
bool rig_stop(struct rig *r);

void rig_send(struct rig *r, const void *buf, size_t n);
const char *rig_ctl(struct rig *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void rig_advance(struct rig *r, double ms);

/* What came since the last look, with C escapes; valid until the next call. */
const char *rig_heard(struct rig *r);

/* Send, let @ms pass, compare what came (C escapes, all of it). */
bool rig_expect(struct rig *r, const char *send, double ms, const char *want);

/* "GV" to "$GV*C1\\r", with C escapes; several commands are separated by '|'. */
void rig_frame(char *out, size_t size, const char *command);

/* Nothing that was heard is other than what was said. */
bool rig_honest(struct rig *r);

/* A word of state or stats. */
const char *rig_word(struct rig *r, const char *key);

/* The results. */
void result(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
void remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The groups of tests. */
void check_replay(void);
void check_frames(void);
void check_exchanges(void);
void check_profiles(void);
void check_limits(void);
void check_control(void);
void check_hostile(void);
void check_garbage(void);

#endif
