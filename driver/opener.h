/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opener: who has the board open
 *
 * One for each open file: the process that opened it, and the last change that
 * was made through it. It is there to be told to anybody who asks who else is
 * there (OPENEVSE_GET_CLIENT).
 *
 * Processes are kept as struct pid: what number one has depends on who asks.
 *
 * Ownership: an opener is part of its file, and is removed before that goes, and
 * before its reader is closed. Locking: @lock, a spinlock, guards everything; the
 * events' lock nests inside it.
 */
#ifndef _OPENEVSE_OPENER_H
#define _OPENEVSE_OPENER_H

#include <linux/list.h>
#include <linux/openevse.h>
#include <linux/pid.h>
#include <linux/spinlock.h>

struct openevse_events;
struct openevse_reader;

/**
 * struct openevse_opener - an open file
 * @node: in openevse_openers.files, in the order of @id
 * @id: counts the files opened since attach
 * @reader: of its events
 * @pid: process that opened it
 * @comm: its name then
 * @opened_ns: when
 * @control: opened for writing
 * @change: the last one made through it, but for its pid; its request is 0 for none
 * @changer: process that made it, or NULL
 * @changed_ns: when
 */
struct openevse_opener {
	struct list_head node;
	u64 id;
	struct openevse_reader *reader;
	struct pid *pid;
	char comm[16];
	u64 opened_ns;
	bool control;
	struct openevse_event_setting change;
	struct pid *changer;
	u64 changed_ns;
};

/**
 * struct openevse_openers - of one board
 * @lock: guards all
 * @files: open ones
 * @last_id: of the last one opened
 */
struct openevse_openers {
	spinlock_t lock;	/* all below, and the openers */
	struct list_head files;
	u64 last_id;
};

void openevse_openers_init(struct openevse_openers *openers);
void openevse_opener_add(struct openevse_openers *openers,
			 struct openevse_opener *opener,
			 struct openevse_reader *reader, bool control);
void openevse_opener_remove(struct openevse_openers *openers,
			    struct openevse_opener *opener);
void openevse_opener_changed(struct openevse_openers *openers,
			     struct openevse_opener *opener,
			     const struct openevse_event_setting *change);
int openevse_openers_next(struct openevse_openers *openers,
			  struct openevse_events *events,
			  const struct openevse_opener *asking,
			  struct openevse_client *client);

#endif /* _OPENEVSE_OPENER_H */
