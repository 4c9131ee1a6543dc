/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Caller: one ioctl in a thread of its own, for tests that look at it while it
 * waits
 */
#ifndef _OPENEVSE_CALLER_H
#define _OPENEVSE_CALLER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arguments.h"
#include "fakeboard.h"

/**
 * struct caller - one call
 * @thread: its own
 * @tid: of that thread, once it runs
 * @fd: of the device
 * @request: the ioctl
 * @argument: its struct, before and after
 * @result: 0 or a negative errno, once it has ended
 * @ended_ms: when, as now_ms() has it
 */
struct caller {
	pthread_t thread;
	volatile pid_t tid;
	int fd;
	unsigned long request;
	char argument[ARGUMENT_MAX];
	int result;
	int64_t ended_ms;
};

/* 0 or an errno; @argument NULL: zeroes. */
int caller_start(struct caller *caller, int fd, unsigned long request,
		 const void *argument, size_t size);
/*
 * @board has got a question and says nothing until it may: all else waits. It is in
 * the board's own words, because nothing else waits for as long as this machine may
 * take to come that far. 0 or a negative errno.
 */
int caller_keep_busy(struct caller *caller, int fd, struct fakeboard *board);
/* It may now; returns the result. */
int caller_let_go(struct caller *caller, struct fakeboard *board);
/* Waits until it sleeps in its ioctl; false if it never does. */
int caller_waits(struct caller *caller);
bool caller_has_ended(const struct caller *caller);
/* Waits for its end; returns its result. */
int caller_end(struct caller *caller);
/* Interrupts it by signals that do nothing else until it ends, and the same. */
int caller_interrupt(struct caller *caller);

#endif /* _OPENEVSE_CALLER_H */
