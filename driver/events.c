// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "events.h"

/** openevse_events_init() - no readers, nothing known */
void openevse_events_init(struct openevse_events *events)
{
	spin_lock_init(&events->lock);
	init_waitqueue_head(&events->wait);
	INIT_LIST_HEAD(&events->readers);
}

/* --- publishing: all under the lock --- */

static void queue_event(struct openevse_events *events,
			struct openevse_reader *reader,
			const struct openevse_event *event)
{
	if (kfifo_is_full(&reader->fifo)) {
		kfifo_skip(&reader->fifo);
		reader->lost = true;
		events->dropped++;
	}
	kfifo_put(&reader->fifo, *event);
}

static void publish(struct openevse_events *events,
		    struct openevse_event *event)
{
	struct openevse_reader *reader;

	event->timestamp_ns = ktime_get_ns();
	event->seqno = ++events->seqno;
	list_for_each_entry(reader, &events->readers, node)
		queue_event(events, reader, event);
	wake_up_interruptible_poll(&events->wait, EPOLLIN | EPOLLRDNORM);
}

/* Takes over what is valid in @news. */
static void merge(struct openevse_event_state *present,
		  const struct openevse_event_state *news)
{
	present->valid |= news->valid;
	if (news->valid & OPENEVSE_EVENT_HAS_STATE)
		present->state = news->state;
	if (news->valid & OPENEVSE_EVENT_HAS_PILOT)
		present->pilot_state = news->pilot_state;
	if (news->valid & OPENEVSE_EVENT_HAS_VFLAGS)
		present->vflags = news->vflags;
	if (news->valid & OPENEVSE_EVENT_HAS_CAPACITY)
		present->capacity_ma = news->capacity_ma;
}

static void publish_state(struct openevse_events *events, u16 from, u16 flags)
{
	struct openevse_event event = {
		.type = OPENEVSE_EVENT_STATE,
		.flags = flags,
	};

	event.state = events->present;
	event.state.from = from;
	publish(events, &event);
}

/* The first state known has no state before it. */
static u16 state_before(const struct openevse_events *events,
			const struct openevse_event_state *news)
{
	if (events->present.valid & OPENEVSE_EVENT_HAS_STATE)
		return events->present.state;
	return news->state;
}

/**
 * openevse_events_publish() - tell every reader
 * @events: of the board
 * @event: type, flags and payload; number and time are filled in
 */
void openevse_events_publish(struct openevse_events *events,
			     struct openevse_event *event)
{
	spin_lock(&events->lock);
	publish(events, event);
	spin_unlock(&events->lock);
}

/** openevse_events_state() - the board said this of its own accord */
void openevse_events_state(struct openevse_events *events,
			   const struct openevse_event_state *news)
{
	u16 from;

	spin_lock(&events->lock);
	from = state_before(events, news);
	merge(&events->present, news);
	publish_state(events, from, 0);
	spin_unlock(&events->lock);
}

/**
 * openevse_events_noticed() - a reply to $GS says this
 * @events: of the board
 * @news: what it says
 *
 * An event if the state is new: the board's own message was lost. The pilot and
 * the flags run ahead of the message for a moment on every change, so they
 * alone make none.
 */
void openevse_events_noticed(struct openevse_events *events,
			     const struct openevse_event_state *news)
{
	bool known;
	u16 from;

	spin_lock(&events->lock);
	known = events->present.valid & OPENEVSE_EVENT_HAS_STATE;
	from = state_before(events, news);
	merge(&events->present, news);
	if (!known || from != news->state)
		publish_state(events, from, OPENEVSE_EVENT_POLLED);
	spin_unlock(&events->lock);
}

/** openevse_events_learn() - a reply says this: for later events only */
void openevse_events_learn(struct openevse_events *events,
			   const struct openevse_event_state *news)
{
	spin_lock(&events->lock);
	merge(&events->present, news);
	spin_unlock(&events->lock);
}

/**
 * openevse_events_link() - does the board answer?
 * @events: of the board
 * @link: from now on
 * @tell: the readers, if it was different before
 */
void openevse_events_link(struct openevse_events *events,
			  enum openevse_link link, bool tell)
{
	struct openevse_event event = {
		.type = OPENEVSE_EVENT_LINK,
		.link = link,
	};

	spin_lock(&events->lock);
	if (events->present.link != link && tell)
		publish(events, &event);
	events->present.link = link;
	spin_unlock(&events->lock);
}

/** openevse_events_end() - detached: the last event, then nothing more */
void openevse_events_end(struct openevse_events *events)
{
	struct openevse_event event = { .type = OPENEVSE_EVENT_DETACHED };

	spin_lock(&events->lock);
	events->present.link = OPENEVSE_LINK_GONE;
	publish(events, &event);
	events->ended = true;
	spin_unlock(&events->lock);
	wake_up_poll(&events->wait, EPOLLIN | EPOLLHUP | EPOLLERR);
}

/** openevse_events_present() - copy what is known */
void openevse_events_present(struct openevse_events *events,
			     struct openevse_event_state *present)
{
	spin_lock(&events->lock);
	*present = events->present;
	spin_unlock(&events->lock);
}

/** openevse_events_stats() - fill in this layer's counters */
void openevse_events_stats(struct openevse_events *events,
			   struct openevse_stats *stats)
{
	spin_lock(&events->lock);
	stats->events = events->seqno;
	stats->dropped = events->dropped;
	spin_unlock(&events->lock);
}

/* --- readers --- */

static void queue_snapshot(struct openevse_events *events,
			   struct openevse_reader *reader)
{
	struct openevse_event event = {
		.timestamp_ns = ktime_get_ns(),
		.seqno = events->seqno,
		.type = OPENEVSE_EVENT_STATE,
		.flags = OPENEVSE_EVENT_INITIAL,
	};

	event.state = events->present;
	event.state.from = event.state.state;
	kfifo_put(&reader->fifo, event);
}

/**
 * openevse_reader_open() - a new file, with the present as its first record
 * @events: of the board
 *
 * Return: the reader, or an ERR_PTR: -ENOMEM, -ENODEV when the board is gone.
 */
struct openevse_reader *openevse_reader_open(struct openevse_events *events)
{
	struct openevse_reader *reader;
	bool ended;

	reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
	if (!reader)
		return ERR_PTR(-ENOMEM);
	INIT_KFIFO(reader->fifo);

	spin_lock(&events->lock);
	ended = events->ended;
	if (!ended) {
		queue_snapshot(events, reader);
		list_add_tail(&reader->node, &events->readers);
	}
	spin_unlock(&events->lock);

	if (!ended)
		return reader;
	kfree(reader);
	return ERR_PTR(-ENODEV);
}

/** openevse_reader_close() - the file is closed */
void openevse_reader_close(struct openevse_events *events,
			   struct openevse_reader *reader)
{
	spin_lock(&events->lock);
	list_del(&reader->node);
	spin_unlock(&events->lock);
	kfree(reader);
}

/**
 * openevse_reader_take() - the next event, without waiting
 * @events: of the board
 * @reader: the file
 * @event: filled in
 *
 * Return: 0, -EAGAIN when there is none yet, -ENODEV when none will come.
 */
int openevse_reader_take(struct openevse_events *events,
			 struct openevse_reader *reader,
			 struct openevse_event *event)
{
	int err = 0;

	spin_lock(&events->lock);
	if (!kfifo_get(&reader->fifo, event)) {
		err = events->ended ? -ENODEV : -EAGAIN;
	} else if (reader->lost) {
		event->flags |= OPENEVSE_EVENT_DROPPED;
		reader->lost = false;
	}
	spin_unlock(&events->lock);
	return err;
}

static bool is_readable(struct openevse_events *events,
			struct openevse_reader *reader)
{
	bool readable;

	spin_lock(&events->lock);
	readable = !kfifo_is_empty(&reader->fifo) || events->ended;
	spin_unlock(&events->lock);
	return readable;
}

/**
 * openevse_reader_wait() - until openevse_reader_take() has something to say
 * @events: of the board
 * @reader: the file
 *
 * Return: 0 or -ERESTARTSYS.
 */
int openevse_reader_wait(struct openevse_events *events,
			 struct openevse_reader *reader)
{
	return wait_event_interruptible(events->wait,
					is_readable(events, reader));
}

/** openevse_reader_poll() - for poll(), select() and epoll */
__poll_t openevse_reader_poll(struct openevse_events *events,
			      struct openevse_reader *reader,
			      struct file *file, poll_table *wait)
{
	__poll_t mask = 0;

	poll_wait(file, &events->wait, wait);
	spin_lock(&events->lock);
	if (!kfifo_is_empty(&reader->fifo))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (events->ended)
		mask |= EPOLLHUP | EPOLLERR;
	spin_unlock(&events->lock);
	return mask;
}
