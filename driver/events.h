/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what each reader has still to read
 *
 * A *reader* is one open file with a queue of its own. Publishing never waits:
 * a reader that is too slow loses its oldest events, and learns so from the
 * DROPPED flag and from the gap in the numbers; it delays nobody.
 *
 * The *present* is the state as far as it is known. It is changed and read under
 * the same lock as the queues, so a reader starts with a snapshot and misses
 * nothing behind it.
 *
 * Ownership: readers belong to their files, and are closed before the board is
 * released. Locking: @lock, a spinlock, guards everything; it nests inside all
 * other locks of the driver.
 */
#ifndef _OPENEVSE_EVENTS_H
#define _OPENEVSE_EVENTS_H

#include <linux/kfifo.h>
#include <linux/list.h>
#include <linux/openevse.h>
#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/*
 * Events a reader may fall behind by, a power of two. A plug, charge and leave
 * makes about ten; a storm makes hundreds per second.
 */
#define OPENEVSE_READER_EVENTS	64

/**
 * struct openevse_reader - one open file
 * @node: in openevse_events.readers
 * @lost: something was dropped since the last record read
 * @taken: records read
 * @dropped: records lost
 * @fifo: still to read
 */
struct openevse_reader {
	struct list_head node;
	bool lost;
	u64 taken;
	u32 dropped;
	DECLARE_KFIFO(fifo, struct openevse_event, OPENEVSE_READER_EVENTS);
};

/**
 * struct openevse_events - of one board
 * @lock: guards all
 * @wait: readers without anything to read
 * @readers: open files
 * @present: the state as far as it is known
 * @told: @present as the last state event told it
 * @differs_since: since when replies have said another pilot or other flags
 *	than @told, in jiffies
 * @seqno: of the last event
 * @ended: no more will come
 * @dropped: events lost by slow readers
 * @boots: of the board
 * @noticed: changes that no message has told of
 */
struct openevse_events {
	spinlock_t lock;	/* all below */
	wait_queue_head_t wait;
	struct list_head readers;
	struct openevse_event_state present;
	struct openevse_event_state told;
	unsigned long differs_since;
	u32 seqno;
	bool ended;
	u64 dropped;
	u64 boots;
	u64 noticed;
};

void openevse_event_init(struct openevse_event *event,
			 enum openevse_event_type type);

void openevse_events_init(struct openevse_events *events);
void openevse_events_end(struct openevse_events *events);

void openevse_events_publish(struct openevse_events *events,
			     struct openevse_event *event);
void openevse_events_state(struct openevse_events *events,
			   const struct openevse_event_state *news);
bool openevse_events_noticed(struct openevse_events *events,
			     const struct openevse_event_state *news);
bool openevse_events_learn(struct openevse_events *events,
			   const struct openevse_event_state *news);
void openevse_events_forget(struct openevse_events *events);
void openevse_events_link(struct openevse_events *events,
			  enum openevse_link link, bool tell);

void openevse_events_present(struct openevse_events *events,
			     struct openevse_event_state *present);
void openevse_events_stats(struct openevse_events *events,
			   struct openevse_stats *stats);

struct openevse_reader *openevse_reader_open(struct openevse_events *events);
void openevse_reader_close(struct openevse_events *events,
			   struct openevse_reader *reader);
int openevse_reader_take(struct openevse_events *events,
			 struct openevse_reader *reader,
			 struct openevse_event *event);
void openevse_reader_lose(struct openevse_events *events,
			  struct openevse_reader *reader);
int openevse_reader_wait(struct openevse_events *events,
			 struct openevse_reader *reader);
void openevse_reader_describe(struct openevse_events *events,
			      struct openevse_reader *reader,
			      struct openevse_client *client);
__poll_t openevse_reader_poll(struct openevse_events *events,
			      struct openevse_reader *reader,
			      struct file *file, poll_table *wait);

#endif /* _OPENEVSE_EVENTS_H */
