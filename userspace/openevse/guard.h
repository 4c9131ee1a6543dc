/* SPDX-License-Identifier: GPL-2.0 */
/* For commands that stay, and must not leave the board as it is then. */
#ifndef OPENEVSE_GUARD_H
#define OPENEVSE_GUARD_H

#include <signal.h>

#include "device.h"

/* What ended a wait. */
enum news {
	NEWS_EVENT,	/* of the board */
	NEWS_TIMEOUT,
	NEWS_CHILD,	/* a child may have ended */
	NEWS_STOP,	/* told to stop, once more: SIGINT, SIGTERM, SIGHUP, SIGQUIT */
	NEWS_GONE,	/* unplugged; that has been said */
};

/**
 * struct guard - one of these commands
 * @device: the board; its events are read here only
 * @waiting: the signals as they were: only a wait lets them through
 * @stops: how often it was told to stop, as far as the waits have said so
 */
struct guard {
	const struct device *device;
	sigset_t waiting;
	int stops;
};

/* Those that people, terminals and the system end a program with. */
void guard_signals(sigset_t *set);

/*
 * From here on nothing but SIGKILL ends the program, and nothing interrupts its
 * calls: whoever wants it to stop is told to guard_wait().
 */
void guard_begin(struct guard *guard, const struct device *device);

/* In a child, before exec: as if there were no guard. */
void guard_release(const struct guard *guard);

/* Wait until @deadline, or for ever: -1. @event is filled in with NEWS_EVENT. */
enum news guard_wait(struct guard *guard, int64_t deadline_ms, struct openevse_event *event);

/* The same without the board: it may be gone. */
enum news guard_pause(struct guard *guard, int64_t deadline_ms);

/* Noise, a restart, a cable that hangs loose: over sooner or later. */
bool error_is_passing(int error);

/*
 * What must be done before leaving: @attempt, again while its error is one that
 * passes, for as long as a board may take to restart. Return: 0 or the last negative
 * errno.
 */
int guard_insist(int (*attempt)(const void *context), const void *context);

#endif
