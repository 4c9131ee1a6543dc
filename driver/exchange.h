/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exchange: one command on the wire at a time
 *
 * A *request* is one command for which somebody waits. It stands in one of
 * three queues (the watch's own, what turns off, all else) until it is the
 * *flight*: the only command the board has and has not answered. A *try* is
 * one sending of it; an idempotent request has several.
 *
 * Which reply belongs to the flight:
 *  - a board that echoes sequence ids says so itself, also when it was slow and
 *    the request has been sent again since; the ids of others are foreign;
 *  - without ids, a reply that came after its try had timed out could be taken
 *    for the answer to the next command. So a timeout *holds* the queues and
 *    reports the rhythm as lost; the owner asks $GV, which no other reply
 *    looks like, a quiet time swallows what is still under way, and then the
 *    owner *releases* the queues.
 *
 * When something has come that was no answer, and then nothing more for a while,
 * the answer has been damaged: the try is over, long before its deadline.
 *
 * Many callers cost the wire what one costs: who asks what another already
 * waits to ask *joins* that request, as long as it has not been sent; and who
 * takes an older answer gets the one that is *recalled*, see recall.h. Either
 * way nobody gets an answer that was not so at some time since he asked, or
 * within the age he takes.
 *
 * When the board says that it has restarted, what it had is lost, and the
 * flight fails; what waits goes on waiting.
 *
 * A caller whose patience ends, or who gets a signal, abandons its request:
 * not yet sent, it is gone; in flight, it stays there until its reply or its
 * deadline, so that the reply is swallowed by the command it belongs to.
 *
 * Ownership: a request is counted; the engine holds one reference from
 * submission to completion, every caller its own. Locking: @lock, a mutex,
 * guards everything; callbacks run under it and must not call back. Received
 * frames come in from process context; only openevse_exchange_wakeup() may be
 * called from any context.
 */
#ifndef _OPENEVSE_EXCHANGE_H
#define _OPENEVSE_EXCHANGE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "dialect.h"
#include "recall.h"
#include "wear.h"

struct openevse_exchange;

/* In the order in which they are served. */
enum openevse_queue {
	OPENEVSE_QUEUE_WATCH,	/* also while the others are held; one try */
	OPENEVSE_QUEUE_URGENT,
	OPENEVSE_QUEUE_NORMAL,
	OPENEVSE_QUEUES
};

/*
 * All tries of a request: what came back damaged costs little to ask again. With
 * one byte in a hundred wrong, three in ten exchanges fail; eight in a row hardly
 * ever do.
 */
#define OPENEVSE_TRIES_MAX	8

/**
 * struct openevse_request - one command somebody waits for
 * @command: the row it comes from, NULL for a raw one; once it is sent, the
 *	variant that this firmware understands
 * @value: its arguments, in the uAPI struct of the row
 * @text: mnemonic and arguments as they are sent
 * @flags: OPENEVSE_COMMAND_*
 * @deadline_ms: for one try
 * @queue: where it waits
 * @prove_ids: send an id though the board has not proven yet to echo it
 * @steadfast: its caller waits on when a signal comes
 * @max_age: of the answer its caller takes, in jiffies; 0 to ask the board
 * @saves: it may write the EEPROM though there has been too much of that
 * @error: outcome, valid once @done; 0 also for $NK
 * @reply: the answer, valid where @error is 0 and one was expected
 * @ids: the sequence ids of its tries, 0 for none
 * @tries: begun so far
 * @silences: tries that nothing came back for
 * @refusals: $NK that may as well mean "damaged"
 * @callers: who wait for it
 * @asked: when the first try began, in 64-bit jiffies: the answer is no older
 * @damaged: a damaged frame came while it was in flight
 * @overdrawn: it came when the EEPROM had been written too often already
 * @overtaken: it switches on, and something has been switched off since
 * @done: completed with @error
 * @waiters: its callers, until then
 * @node: in its queue
 * @refs: caller and engine
 */
struct openevse_request {
	const struct openevse_command *command;
	u64 value[OPENEVSE_VALUE_MAX / sizeof(u64)];
	char text[OPENEVSE_TEXT_MAX];
	u32 flags;
	u32 deadline_ms;
	enum openevse_queue queue;
	bool prove_ids;
	bool steadfast;
	unsigned long max_age;
	bool saves;

	int error;
	struct openevse_frame reply;

	/* private: of the engine */
	u8 ids[OPENEVSE_TRIES_MAX];
	u8 tries;
	u8 silences;
	u8 refusals;
	unsigned int callers;
	u64 asked;
	bool damaged;
	bool overdrawn;
	bool overtaken;
	bool done;
	wait_queue_head_t waiters;
	struct list_head node;
	struct kref refs;
};

/* Why the queues are held. */
enum openevse_loss {
	OPENEVSE_LOSS_SILENT,	/* no answers, or out of step */
	OPENEVSE_LOSS_BOOTED,	/* it says that it has */
	OPENEVSE_LOSS_RESET,	/* it has been told to */
};

/**
 * struct openevse_exchange_ops - what the engine asks of its owner
 * @idle: has the tty sent all it has taken? If not, openevse_exchange_wakeup()
 *	is called when it has sent some
 * @write: give bytes to the tty; returns how many it took
 * @answered: a request got its reply; called in the order of the wire, before
 *	its caller wakes; returns true when something is other than it was
 * @lost: the queues are held: find the board again, then release them
 * @found: the queues are released
 * @wanted: a request has come while the queues are held
 */
struct openevse_exchange_ops {
	bool (*idle)(struct openevse_exchange *exchange);
	size_t (*write)(struct openevse_exchange *exchange, const u8 *bytes,
			size_t len);
	bool (*answered)(struct openevse_exchange *exchange,
			 const struct openevse_request *request);
	void (*lost)(struct openevse_exchange *exchange,
		     enum openevse_loss why);
	void (*found)(struct openevse_exchange *exchange);
	void (*wanted)(struct openevse_exchange *exchange);
};

/**
 * struct openevse_exchange_stats - see &struct openevse_stats
 */
struct openevse_exchange_stats {
	u64 foreign;
	u64 exchanges;
	u64 retries;
	u64 timeouts;
	u64 refused;
	u64 resyncs;
	u64 shared;
	u64 remembered;
	u64 eeprom_writes;
	u64 eeprom_refused;
};

/**
 * struct openevse_exchange - the engine of one board
 * @ops: its owner's
 * @session: what the board has proven: set by its owner, and learned from
 *	replies which commands there are
 * @lock: guards all below
 * @recall: answers that are not too old yet
 * @wear: of the board's EEPROM
 * @queues: requests not yet sent
 * @flight: the one the board has
 * @out: bytes of the try under way
 * @out_len: how many
 * @out_at: how many the tty has taken
 * @unanswered: bytes sent since the board last answered anything
 * @next_id: for the next try
 * @due: end of the try, or of the quiet time, in jiffies
 * @deadline: of the try, in jiffies, whatever comes
 * @hasty: the try ends early, because its answer was damaged
 * @silent: tries in a row without an answer
 * @losses: how often the board was lost
 * @held: only the watch's queue is served
 * @settling: swallowing whatever comes until @due
 * @unsettled: a try timed out since the board last proved to be in step
 * @stopped: the board is gone
 * @transmit: sends on when the tty takes more
 * @timer: runs at @due
 * @stats: counters
 */
struct openevse_exchange {
	const struct openevse_exchange_ops *ops;

	struct mutex lock;	/* all below */
	struct openevse_session session;
	struct openevse_recall recall;
	struct openevse_wear wear;
	struct list_head queues[OPENEVSE_QUEUES];
	struct openevse_request *flight;
	u8 out[OPENEVSE_COMMAND_MAX];
	u8 out_len;
	u8 out_at;
	unsigned int unanswered;
	u8 next_id;
	unsigned long due;
	unsigned long deadline;
	bool hasty;
	unsigned int silent;
	unsigned int losses;
	bool held;
	bool settling;
	bool unsettled;
	bool stopped;
	struct work_struct transmit;
	struct delayed_work timer;
	struct openevse_exchange_stats stats;
};

struct openevse_request *
openevse_request_new(const struct openevse_command *command, const void *arg,
		     bool steadfast);
struct openevse_request *openevse_request_raw(const char *text,
					      unsigned int timeout_ms);
void openevse_request_put(struct openevse_request *request);
bool openevse_request_sent(const struct openevse_request *request);

void openevse_exchange_init(struct openevse_exchange *exchange,
			    const struct openevse_exchange_ops *ops);
void openevse_exchange_stop(struct openevse_exchange *exchange);

int openevse_exchange_run(struct openevse_exchange *exchange,
			  struct openevse_request **request,
			  unsigned long patience);

void openevse_exchange_reply(struct openevse_exchange *exchange,
			     const struct openevse_frame *frame);
bool openevse_exchange_damaged(struct openevse_exchange *exchange);
bool openevse_exchange_disturbed(struct openevse_exchange *exchange,
				 bool noise);
void openevse_exchange_told(struct openevse_exchange *exchange);
void openevse_exchange_wakeup(struct openevse_exchange *exchange);

void openevse_exchange_session(struct openevse_exchange *exchange,
			       struct openevse_session *session);
void openevse_exchange_deny(struct openevse_exchange *exchange,
			    const struct openevse_command *command);
void openevse_exchange_doubt(struct openevse_exchange *exchange);
void openevse_exchange_set_session(struct openevse_exchange *exchange,
				   const struct openevse_session *session);
void openevse_exchange_stats(struct openevse_exchange *exchange,
			     struct openevse_exchange_stats *stats);
unsigned int openevse_exchange_hold(struct openevse_exchange *exchange);
void openevse_exchange_lose(struct openevse_exchange *exchange,
			    enum openevse_loss why);
bool openevse_exchange_release(struct openevse_exchange *exchange,
			       unsigned int losses);

#endif /* _OPENEVSE_EXCHANGE_H */
