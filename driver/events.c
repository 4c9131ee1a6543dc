// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "events.h"

/* Recorded: the message comes at most 0.4 s after its cause. */
#define LASTING		HZ

/**
 * openevse_event_init() - an event of that type, every other byte zero
 * @event: filled in
 * @type: what it is about
 *
 * An initialiser would leave the bytes behind the union's first member to the
 * compiler, and they go to user space.
 */
void openevse_event_init(struct openevse_event *event,
			 enum openevse_event_type type)
{
	memset(event, 0, sizeof(*event));
	event->type = type;
}

/** openevse_events_init() - no readers, nothing known */
void openevse_events_init(struct openevse_events *events)
{
	spin_lock_init(&events->lock);
	init_waitqueue_head(&events->wait);
	INIT_LIST_HEAD(&events->readers);
}

/* --- publishing: all under the lock --- */

static void note_loss(struct openevse_events *events,
		      struct openevse_reader *reader)
{
	reader->lost = true;
	reader->dropped++;
	events->dropped++;
}

static void queue_event(struct openevse_events *events,
			struct openevse_reader *reader,
			const struct openevse_event *event)
{
	if (kfifo_is_full(&reader->fifo)) {
		kfifo_skip(&reader->fifo);
		note_loss(events, reader);
	}
	kfifo_put(&reader->fifo, *event);
}

/* Whoever is late, and comes behind DETACHED, is not heard any more. */
static void publish(struct openevse_events *events,
		    struct openevse_event *event)
{
	struct openevse_reader *reader;

	if (events->ended)
		return;
	event->timestamp_ns = ktime_get_ns();
	event->seqno = ++events->seqno;
	if (event->type == OPENEVSE_EVENT_BOOT)
		events->boots++;
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

/* What is told first has nothing before it. */
static void publish_state(struct openevse_events *events, u16 flags)
{
	const struct openevse_event_state *told = &events->told;
	struct openevse_event event;

	openevse_event_init(&event, OPENEVSE_EVENT_STATE);
	event.flags = flags;
	event.state = events->present;
	event.state.from = told->valid & OPENEVSE_EVENT_HAS_STATE ?
			   told->state : event.state.state;
	publish(events, &event);
	events->told = events->present;
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
	spin_lock(&events->lock);
	merge(&events->present, news);
	publish_state(events, 0);
	spin_unlock(&events->lock);
}

static bool is_told(const struct openevse_events *events,
		    const struct openevse_event_state *news)
{
	const struct openevse_event_state *told = &events->told;

	return news->pilot_state == told->pilot_state &&
	       news->vflags == told->vflags;
}

/*
 * The pilot and the flags run ahead of the board's message for a moment on
 * every change, so they count once they have lasted.
 */
static bool has_lasted(struct openevse_events *events,
		       const struct openevse_event_state *news)
{
	const struct openevse_event_state *present = &events->present;

	if (!(news->valid & OPENEVSE_EVENT_HAS_VFLAGS) || is_told(events, news))
		return false;
	if (is_told(events, present) || news->vflags != present->vflags ||
	    news->pilot_state != present->pilot_state) {
		events->differs_since = jiffies;
		return false;
	}
	return time_after(jiffies, events->differs_since + LASTING);
}

static bool is_untold(const struct openevse_events *events)
{
	const struct openevse_event_state *present = &events->present;
	const struct openevse_event_state *told = &events->told;

	return present->valid != told->valid || present->state != told->state ||
	       present->capacity_ma != told->capacity_ma;
}

/**
 * openevse_events_noticed() - a reply to $GS says this
 * @events: of the board
 * @news: what it says
 *
 * An event if something is new: the board's own message was lost, or is never
 * sent.
 *
 * Return: true when there was one.
 */
bool openevse_events_noticed(struct openevse_events *events,
			     const struct openevse_event_state *news)
{
	bool lasted, new;

	spin_lock(&events->lock);
	lasted = has_lasted(events, news);
	merge(&events->present, news);
	new = lasted || is_untold(events);
	if (new) {
		events->noticed++;
		publish_state(events, OPENEVSE_EVENT_FLAG_POLLED);
	}
	spin_unlock(&events->lock);
	return new;
}

/**
 * openevse_events_learn() - another reply says this: told with the next $GS
 * @events: of the board
 * @news: what it says
 *
 * Return: true when something is other than it was.
 */
bool openevse_events_learn(struct openevse_events *events,
			   const struct openevse_event_state *news)
{
	struct openevse_event_state before;
	bool new;

	spin_lock(&events->lock);
	before = events->present;
	merge(&events->present, news);
	new = memcmp(&before, &events->present, sizeof(before));
	spin_unlock(&events->lock);
	return new;
}

/** openevse_events_forget() - another firmware answers now */
void openevse_events_forget(struct openevse_events *events)
{
	u16 link;

	spin_lock(&events->lock);
	link = events->present.link;
	memset(&events->present, 0, sizeof(events->present));
	events->present.link = link;
	events->told = events->present;
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
	struct openevse_event event;

	openevse_event_init(&event, OPENEVSE_EVENT_LINK);
	event.link = link;
	spin_lock(&events->lock);
	if (!events->ended) {
		if (events->present.link != link && tell)
			publish(events, &event);
		events->present.link = link;
	}
	spin_unlock(&events->lock);
}

/** openevse_events_end() - detached: the last event, then nothing more */
void openevse_events_end(struct openevse_events *events)
{
	struct openevse_event event;

	openevse_event_init(&event, OPENEVSE_EVENT_DETACHED);
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
	stats->resets = events->boots;
	stats->noticed = events->noticed;
	spin_unlock(&events->lock);
}

/* --- readers --- */

static void queue_snapshot(struct openevse_events *events,
			   struct openevse_reader *reader)
{
	struct openevse_event event;

	openevse_event_init(&event, OPENEVSE_EVENT_STATE);
	event.timestamp_ns = ktime_get_ns();
	event.seqno = events->seqno;
	event.flags = OPENEVSE_EVENT_FLAG_INITIAL;
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
	} else {
		reader->taken++;
		if (reader->lost)
			event->flags |= OPENEVSE_EVENT_FLAG_DROPPED;
		reader->lost = false;
	}
	spin_unlock(&events->lock);
	return err;
}

/** openevse_reader_lose() - what was taken last has not arrived */
void openevse_reader_lose(struct openevse_events *events,
			  struct openevse_reader *reader)
{
	spin_lock(&events->lock);
	reader->taken--;
	note_loss(events, reader);
	spin_unlock(&events->lock);
}

/** openevse_reader_describe() - fill in what becomes of its events */
void openevse_reader_describe(struct openevse_events *events,
			      struct openevse_reader *reader,
			      struct openevse_client *client)
{
	spin_lock(&events->lock);
	client->events_read = reader->taken;
	client->events_waiting = kfifo_len(&reader->fifo);
	client->events_lost = reader->dropped;
	spin_unlock(&events->lock);
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
	return wait_event_freezable(events->wait, is_readable(events, reader));
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
