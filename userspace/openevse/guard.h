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
	NEWS_STOP,	/* told to stop: SIGINT, SIGTERM, SIGHUP */
	NEWS_GONE,	/* unplugged; that has been said */
};

/**
 * struct guard - one of these commands
 * @device: the board; its events are read here only
 * @waiting: the signals as they were: only a wait lets them through
 */
struct guard {
	const struct device *device;
	sigset_t waiting;
};

/*
 * From here on nothing but SIGKILL ends the program, and nothing interrupts its
 * calls: whoever wants it to stop is told to guard_wait().
 */
void guard_begin(struct guard *guard, const struct device *device);

/* In a child, before exec: as if there were no guard. */
void guard_release(const struct guard *guard);

/* Wait until @deadline, or for ever: -1. @event is filled in with NEWS_EVENT. */
enum news guard_wait(struct guard *guard, int64_t deadline_ms, struct openevse_event *event);

#endif
