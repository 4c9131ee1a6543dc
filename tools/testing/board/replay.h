/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording of "openevse monitor --log" played back: the state machine stands
 * still, and the board says and answers what the recorded one did.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct replay_event;

struct replay {
	struct replay_event *events;
	size_t count, next;
	double speed;		/* of the recorded time; 0: none between events */
	uint64_t due;		/* when the next event happens */
};

/*
 * Read @path and begin. @speed: as in struct replay. False: @error says why, and
 * nothing has changed.
 */
bool replay_start(struct board *b, const char *path, double speed, char *error, size_t size);

/* Has the recording taken the place of the state machine? Also when it is over. */
bool replay_holds(const struct board *b);

/* "none", "running" or "done". */
const char *replay_word(const struct board *b);

/* When the next event happens; NEVER without one. */
uint64_t replay_next(const struct board *b);
void replay_run(struct board *b);

#endif
