// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "exchange.h"

/* Silent tries of an idempotent request before its caller is told. */
#define TRIES		3

/* Tries in a row without an answer after which the board is looked for. */
#define SILENT_TRIES	3

/*
 * A board that was busy answers all it has received in one pass of its main
 * loop, back to back. What is still to come after $GV comes well within this.
 */
#define QUIET_MS	250

/*
 * What the board can receive while it does something else: its ring of 64 bytes
 * holds one less.
 */
#define RING		63

/*
 * With ids a late answer does no harm: wait only so long for what may stand
 * behind a damaged message in the same burst.
 */
#define BURST_MS	20

/* --- requests --- */

static void request_free(struct kref *refs)
{
	kfree(container_of(refs, struct openevse_request, refs));
}

/** openevse_request_put() - the caller needs it no more */
void openevse_request_put(struct openevse_request *request)
{
	kref_put(&request->refs, request_free);
}

static struct openevse_request *request_alloc(gfp_t gfp)
{
	struct openevse_request *request;

	request = kzalloc(sizeof(*request), gfp);
	if (!request)
		return NULL;
	kref_init(&request->refs);
	init_waitqueue_head(&request->waiters);
	INIT_LIST_HEAD(&request->node);
	request->queue = OPENEVSE_QUEUE_NORMAL;
	request->callers = 1;
	return request;
}

/**
 * openevse_request_new() - a request from a row of the dialect
 * @command: the row
 * @arg: its uAPI struct, or NULL where it has no argument
 * @steadfast: neither a signal nor want of memory is a reason to give up; only
 *	where the wait is short and giving up would be unsafe
 *
 * What is sent is written when it is sent: only then the firmware is known.
 *
 * Return: the request, or an ERR_PTR: -ENOMEM.
 */
struct openevse_request *
openevse_request_new(const struct openevse_command *command, const void *arg,
		     bool steadfast)
{
	struct openevse_request *request;

	request = request_alloc(steadfast ? GFP_KERNEL | __GFP_NOFAIL :
					    GFP_KERNEL);
	if (!request)
		return ERR_PTR(-ENOMEM);
	request->steadfast = steadfast;
	if (command->argument_count)
		memcpy(request->value, arg, command->size);
	request->command = command;
	request->flags = command->flags;
	request->deadline_ms = command->deadline_ms;
	if (command->flags & OPENEVSE_COMMAND_URGENT)
		request->queue = OPENEVSE_QUEUE_URGENT;
	return request;
}

/**
 * openevse_request_raw() - a request in the board's own words
 * @text: mnemonic and arguments
 * @timeout_ms: for its only try
 *
 * Return: the request, or an ERR_PTR: -ENOMEM, -EINVAL.
 */
struct openevse_request *openevse_request_raw(const char *text,
					      unsigned int timeout_ms)
{
	struct openevse_request *request;

	if (strlen(text) >= OPENEVSE_TEXT_MAX ||
	    openevse_dialect_check_raw(text))
		return ERR_PTR(-EINVAL);
	request = request_alloc(GFP_KERNEL);
	if (!request)
		return ERR_PTR(-ENOMEM);
	strscpy(request->text, text, sizeof(request->text));
	request->deadline_ms = timeout_ms;
	request->saves = true;
	return request;
}

/* --- the engine: all under its lock --- */

static void arm(struct openevse_exchange *exchange, unsigned int ms)
{
	exchange->hasty = false;
	exchange->due = jiffies + msecs_to_jiffies(ms);
	mod_delayed_work(system_unbound_wq, &exchange->timer,
			 msecs_to_jiffies(ms));
}

/* A getter changes nothing. */
static bool is_question(const struct openevse_request *request)
{
	if (!request->command)
		return request->text[0] == 'G';
	return !(request->command->flags & OPENEVSE_COMMAND_CONTROL);
}

static void complete_request(struct openevse_request *request, int error)
{
	request->error = error;
	smp_store_release(&request->done, true);	/* after @error, @reply */
	wake_up_all(&request->waiters);
	openevse_request_put(request);
}

/*
 * The flight has ended, with its reply in place where there is one. Whoever
 * ends a flight pumps before it unlocks.
 */
static void finish(struct openevse_exchange *exchange, int error)
{
	struct openevse_request *request = exchange->flight;

	if (!is_question(request))
		openevse_recall_forget(&exchange->recall);
	exchange->flight = NULL;
	exchange->out_len = 0;
	exchange->stats.exchanges++;
	complete_request(request, error);
}

/* Whoever waits in that queue need not wait any more. */
static void empty_queue(struct openevse_exchange *exchange,
			enum openevse_queue queue, int error)
{
	struct openevse_request *request, *next;

	list_for_each_entry_safe(request, next, &exchange->queues[queue],
				 node) {
		list_del_init(&request->node);
		complete_request(request, error);
	}
}

static void lose(struct openevse_exchange *exchange, enum openevse_loss why)
{
	/*
	 * What the watch wanted to know in peace must not be asked now: a late
	 * answer to somebody else could be taken for its own.
	 */
	empty_queue(exchange, OPENEVSE_QUEUE_WATCH, -ETIMEDOUT);
	openevse_recall_forget(&exchange->recall);
	exchange->held = true;
	exchange->losses++;
	exchange->ops->lost(exchange, why);
}

static void transmit(struct openevse_exchange *exchange)
{
	size_t left = exchange->out_len - exchange->out_at;

	if (!exchange->flight || !left)
		return;
	/* What was given up while the tty was stopped must not pile up in it. */
	if (!exchange->out_at && !exchange->ops->idle(exchange))
		return;
	exchange->out_at += exchange->ops->write(exchange,
						 exchange->out + exchange->out_at,
						 left);
}

/* 0 is no id, on the wire and here. */
static u8 take_id(struct openevse_exchange *exchange,
		  const struct openevse_request *request)
{
	if (!exchange->session.sequence_ids && !request->prove_ids)
		return 0;
	if (!++exchange->next_id)
		exchange->next_id = 1;
	return exchange->next_id;
}

/* In the words of this firmware, if it has any for it. */
static int write_text(struct openevse_exchange *exchange,
		      struct openevse_request *request)
{
	const struct openevse_session *session = &exchange->session;
	const struct openevse_command *command;

	if (!request->command)
		return 0;
	command = openevse_dialect_variant(request->command, session->dialect);
	if (!command || openevse_dialect_lacks(session, command))
		return -EOPNOTSUPP;
	request->command = command;
	return openevse_dialect_encode(command, request->value, request->text);
}

/* Every try may be executed, whatever becomes of its answer. */
static int spend_write(struct openevse_exchange *exchange,
		       struct openevse_request *request)
{
	if (!openevse_dialect_saves(request->command, request->text,
				    exchange->session.dialect))
		return 0;
	request->overdrawn = !openevse_wear_allows(&exchange->wear);
	/* What has been sent already is not left at that. */
	if (request->overdrawn && !request->saves && !request->tries) {
		exchange->wear.refused++;
		return -EDQUOT;
	}
	openevse_wear_count(&exchange->wear);
	return 0;
}

static void start_try(struct openevse_exchange *exchange)
{
	struct openevse_request *request = exchange->flight;
	int len, err;
	u8 id;

	/* Only here the firmware is known: before, the queues are held. */
	err = write_text(exchange, request);
	if (!err)
		err = spend_write(exchange, request);
	if (err) {
		finish(exchange, err);
		return;
	}
	id = take_id(exchange, request);
	len = openevse_frame_build(exchange->out,
				   exchange->session.frame_limit,
				   request->text, id);
	if (len < 0) {
		finish(exchange, -EINVAL);
		return;
	}
	if (!is_question(request))
		openevse_recall_forget(&exchange->recall);
	if (!request->tries)
		request->asked = get_jiffies_64();
	request->ids[request->tries++] = id;
	exchange->out_len = len;
	exchange->out_at = 0;
	exchange->unanswered += len;
	arm(exchange, request->deadline_ms);
	exchange->deadline = exchange->due;
	transmit(exchange);
}

static struct openevse_request *next_request(struct openevse_exchange *exchange)
{
	int last = exchange->held ? OPENEVSE_QUEUE_WATCH : OPENEVSE_QUEUES - 1;
	struct openevse_request *request;
	int i;

	for (i = 0; i <= last; i++) {
		request = list_first_entry_or_null(&exchange->queues[i],
						   struct openevse_request,
						   node);
		if (request)
			return request;
	}
	return NULL;
}

/*
 * Sends the next request if the wire is free. A loop, because a request may end
 * as soon as it is begun: this firmware has not got it, nobody answers it.
 */
static void pump(struct openevse_exchange *exchange)
{
	struct openevse_request *request;

	while (!exchange->flight && !exchange->settling && !exchange->stopped) {
		request = next_request(exchange);
		if (!request)
			return;
		list_del_init(&request->node);
		exchange->flight = request;
		start_try(exchange);
	}
}

static bool may_retry(const struct openevse_request *request)
{
	return (request->flags & OPENEVSE_COMMAND_IDEMPOTENT) &&
	       request->queue != OPENEVSE_QUEUE_WATCH &&
	       request->callers && !request->overtaken &&
	       request->tries < OPENEVSE_TRIES_MAX && request->silences < TRIES &&
	       request->refusals < TRIES;
}

/* The board has told that it has not understood: it is in step. */
static void try_again(struct openevse_exchange *exchange)
{
	if (!may_retry(exchange->flight)) {
		finish(exchange, -EBADMSG);
		return;
	}
	exchange->stats.retries++;
	start_try(exchange);
}

static void note_silence(struct openevse_exchange *exchange)
{
	exchange->stats.timeouts++;
	exchange->silent++;
	exchange->unanswered = 0;
	exchange->flight->silences++;
}

static void try_timed_out(struct openevse_exchange *exchange)
{
	struct openevse_request *request = exchange->flight;

	if (!exchange->hasty)
		note_silence(exchange);
	else if (request->queue == OPENEVSE_QUEUE_WATCH)
		exchange->silent++;	/* nobody else may be asking */
	if (!exchange->out_at)
		request->tries--;	/* the tty has taken nothing of it */
	exchange->unsettled = true;
	if (!exchange->held && (!exchange->session.sequence_ids ||
				exchange->silent >= SILENT_TRIES)) {
		exchange->stats.resyncs++;
		lose(exchange, OPENEVSE_LOSS_SILENT);
	}
	if (!may_retry(request)) {
		finish(exchange, request->damaged ? -EBADMSG : -ETIMEDOUT);
		return;
	}
	exchange->stats.retries++;
	exchange->flight = NULL;
	exchange->out_len = 0;
	list_add(&request->node, &exchange->queues[request->queue]);
}

static void try_ended(struct openevse_exchange *exchange)
{
	struct openevse_request *request = exchange->flight;

	if (request->flags & OPENEVSE_COMMAND_NO_REPLY &&
	    exchange->out_at == exchange->out_len) {
		/* It has not refused. A dying board is asked nothing more. */
		lose(exchange, OPENEVSE_LOSS_RESET);
		finish(exchange, 0);
	} else if (exchange->hasty && exchange->session.sequence_ids &&
		   may_retry(request)) {
		try_again(exchange);
	} else {
		try_timed_out(exchange);
	}
}

static void timer_work(struct work_struct *work)
{
	struct openevse_exchange *exchange =
		container_of(to_delayed_work(work), struct openevse_exchange,
			     timer);

	mutex_lock(&exchange->lock);
	if (exchange->stopped || time_before(jiffies, exchange->due))
		goto unlock;	/* armed anew since, or nothing to time */
	if (exchange->settling)
		exchange->settling = false;
	else if (exchange->flight)
		try_ended(exchange);
	pump(exchange);
unlock:
	mutex_unlock(&exchange->lock);
}

static void transmit_work(struct work_struct *work)
{
	struct openevse_exchange *exchange =
		container_of(work, struct openevse_exchange, transmit);

	mutex_lock(&exchange->lock);
	if (!exchange->stopped)
		transmit(exchange);
	pump(exchange);
	mutex_unlock(&exchange->lock);
}

/* The next try must have room in the board's ring, if it is merely busy. */
static bool has_room(const struct openevse_exchange *exchange)
{
	return exchange->unanswered + exchange->out_len <= RING;
}

/*
 * No answer has come for this try, but something that is none. Where it would be
 * sent again, or the watch asks, there is no need to wait for its deadline when
 * nothing more comes.
 */
static void hasten(struct openevse_exchange *exchange, unsigned int ms)
{
	struct openevse_request *request = exchange->flight;

	if (!request || exchange->out_at < exchange->out_len ||
	    request->flags & OPENEVSE_COMMAND_NO_REPLY)
		return;
	if (request->queue != OPENEVSE_QUEUE_WATCH &&
	    (!may_retry(request) || !has_room(exchange)))
		return;
	if (time_before(exchange->deadline, jiffies + msecs_to_jiffies(ms)))
		return;
	arm(exchange, ms);
	exchange->hasty = true;
}

/* It was not damage, but the beginning of something else: wait on. */
static void wait_on(struct openevse_exchange *exchange)
{
	long left = exchange->deadline - jiffies;

	if (!exchange->flight || !exchange->hasty || exchange->flight->damaged)
		return;
	arm(exchange, left > 0 ? jiffies_to_msecs(left) : 0);
}

static void note_damage(struct openevse_exchange *exchange)
{
	if (exchange->flight)
		exchange->flight->damaged = true;
}

/* --- replies --- */

enum verdict { FOREIGN, DAMAGED, ANSWER };

/*
 * The board has answered this question before, and now it does not know it: it
 * has heard another one, whose checksum was lost, too.
 */
static bool is_misheard(struct openevse_exchange *exchange,
			const struct openevse_frame *frame)
{
	struct openevse_request *request = exchange->flight;

	if (!openevse_dialect_is_refusal(frame) || !request->command ||
	    !is_question(request) ||
	    !openevse_dialect_has(&exchange->session, request->command))
		return false;
	request->refusals++;
	return may_retry(request);
}

/*
 * The answer to an earlier try is one, too: the board was slow, not silent. One that
 * always is would never catch up otherwise.
 */
static bool is_of(const struct openevse_request *request, u8 id)
{
	if (!id)
		return !request->ids[request->tries - 1];
	return memchr(request->ids, id, request->tries);
}

/*
 * $NK without the id that was sent: the firmware found the checksum wrong. An
 * $OK without it is not taken: the end of the command was lost and the rest
 * executed unchecked, or another master's reply came by.
 */
static enum verdict judge_by_id(struct openevse_exchange *exchange,
				const struct openevse_frame *frame)
{
	struct openevse_request *request = exchange->flight;

	if (is_of(request, frame->id))
		return is_misheard(exchange, frame) ? DAMAGED : ANSWER;
	return !frame->id && openevse_dialect_is_refusal(frame) ? DAMAGED :
								  FOREIGN;
}

/*
 * Without ids $NK may mean refused or damaged: ask again, unless $NK may have
 * changed something; those who send that read back anyway.
 */
static enum verdict judge_by_shape(struct openevse_request *request,
				   const struct openevse_frame *frame)
{
	if (frame->id && !is_of(request, frame->id))
		return FOREIGN;
	if (request->command &&
	    !openevse_dialect_answers(request->command, frame))
		return FOREIGN;
	if (!openevse_dialect_is_refusal(frame) ||
	    request->flags & OPENEVSE_COMMAND_APPLIES)
		return ANSWER;
	request->refusals++;
	return may_retry(request) ? DAMAGED : ANSWER;
}

/* It executes $FR, or refuses it; there is no "done". */
static enum verdict judge_reset(struct openevse_request *request,
				const struct openevse_frame *frame)
{
	if (!openevse_dialect_is_refusal(frame))
		return FOREIGN;
	request->refusals++;
	return frame->id ? ANSWER : DAMAGED;
}

static enum verdict judge(struct openevse_exchange *exchange,
			  const struct openevse_frame *frame)
{
	struct openevse_request *request = exchange->flight;

	if (!request)
		return FOREIGN;
	if (request->flags & OPENEVSE_COMMAND_NO_REPLY)
		return judge_reset(request, frame);
	return exchange->session.sequence_ids ? judge_by_id(exchange, frame) :
						judge_by_shape(request, frame);
}

/* Refused as often as it may be, and not cut short by anything. */
static bool is_thorough(const struct openevse_request *request)
{
	return request->flags & OPENEVSE_COMMAND_IDEMPOTENT &&
	       request->callers && !request->overtaken &&
	       request->refusals >= TRIES;
}

/* Only what can be read is worth remembering. */
static bool is_memorable(const struct openevse_request *request)
{
	return request->command && is_question(request) &&
	       openevse_frame_is(&request->reply, "OK") &&
	       openevse_dialect_answers(request->command, &request->reply);
}

static void answer(struct openevse_exchange *exchange,
		   const struct openevse_frame *frame)
{
	struct openevse_request *request = exchange->flight;

	request->reply = *frame;
	if (openevse_frame_is(frame, "NK"))
		exchange->stats.refused++;
	if (request->command)
		openevse_dialect_note(&exchange->session, request->command,
				      frame, is_thorough(request));
	if (exchange->ops->answered(exchange, request))
		openevse_recall_forget(&exchange->recall);
	if (is_memorable(request))
		openevse_recall_keep(&exchange->recall, request->command,
				     request->value, request->asked, frame);
	if (request->queue == OPENEVSE_QUEUE_WATCH && exchange->unsettled) {
		exchange->unsettled = false;
		exchange->settling = true;
		arm(exchange, QUIET_MS);
	}
	finish(exchange, 0);
}

/*
 * Where somebody waits it may be his answer, damaged; not if it is whole and says
 * whose it is: then it is late, and his is still to come.
 */
static void refuse_reply(struct openevse_exchange *exchange,
			 const struct openevse_frame *frame)
{
	exchange->stats.foreign++;
	if (exchange->session.sequence_ids && frame->id)
		return;
	note_damage(exchange);
	hasten(exchange, QUIET_MS);
}

/**
 * openevse_exchange_reply() - an OK or NK has arrived
 * @exchange: the engine
 * @frame: believed
 */
void openevse_exchange_reply(struct openevse_exchange *exchange,
			     const struct openevse_frame *frame)
{
	enum verdict verdict;

	mutex_lock(&exchange->lock);
	exchange->unanswered = 0;
	verdict = judge(exchange, frame);
	if (verdict != FOREIGN)
		exchange->silent = 0;
	if (verdict == ANSWER)
		answer(exchange, frame);
	else if (verdict == DAMAGED)
		try_again(exchange);
	else
		refuse_reply(exchange, frame);
	pump(exchange);
	mutex_unlock(&exchange->lock);
}

/**
 * openevse_exchange_damaged() - a frame has arrived that cannot be read
 * @exchange: the engine
 *
 * Return: true when it may have been the answer that somebody waits for.
 */
bool openevse_exchange_damaged(struct openevse_exchange *exchange)
{
	bool waits;

	mutex_lock(&exchange->lock);
	waits = exchange->flight;
	note_damage(exchange);
	/* Most likely it was the answer, so one command less is under way. */
	exchange->unanswered -= min_t(unsigned int, exchange->unanswered,
				      exchange->out_len);
	hasten(exchange, exchange->session.sequence_ids ? BURST_MS : QUIET_MS);
	mutex_unlock(&exchange->lock);
	return waits;
}

/**
 * openevse_exchange_disturbed() - bytes have arrived that are no frame
 * @exchange: the engine
 * @noise: and will never be one; the beginning of one otherwise, and what is
 *	still to come of it does, well within this time
 *
 * Return: as openevse_exchange_damaged().
 */
bool openevse_exchange_disturbed(struct openevse_exchange *exchange, bool noise)
{
	bool waits;

	mutex_lock(&exchange->lock);
	waits = exchange->flight;
	if (noise)
		note_damage(exchange);
	hasten(exchange, QUIET_MS);
	mutex_unlock(&exchange->lock);
	return waits;
}

/** openevse_exchange_told() - the board says something of its own accord */
void openevse_exchange_told(struct openevse_exchange *exchange)
{
	mutex_lock(&exchange->lock);
	openevse_recall_forget(&exchange->recall);
	wait_on(exchange);
	mutex_unlock(&exchange->lock);
}

/** openevse_exchange_wakeup() - the tty takes more; from any context */
void openevse_exchange_wakeup(struct openevse_exchange *exchange)
{
	queue_work(system_unbound_wq, &exchange->transmit);
}

/* --- callers --- */

static void overtake(struct openevse_request *request)
{
	if (request->queue == OPENEVSE_QUEUE_NORMAL &&
	    request->flags & OPENEVSE_COMMAND_CONTROL && request->tries)
		request->overtaken = true;
}

/*
 * Something is switched off. What was switched on before that, and would be
 * sent again because it was not answered, must not come behind it.
 */
static void overtake_all(struct openevse_exchange *exchange)
{
	struct list_head *queue = &exchange->queues[OPENEVSE_QUEUE_NORMAL];
	struct openevse_request *request, *next;

	if (exchange->flight)
		overtake(exchange->flight);
	list_for_each_entry_safe(request, next, queue, node) {
		overtake(request);
		if (!request->overtaken)
			continue;
		list_del_init(&request->node);
		complete_request(request, -ETIMEDOUT);
	}
}

static bool recall(struct openevse_exchange *exchange,
		   struct openevse_request *request)
{
	const struct openevse_answer *answer;

	if (!request->max_age)
		return false;
	answer = openevse_recall_find(&exchange->recall, request->command,
				      request->value, request->max_age);
	if (!answer)
		return false;
	exchange->stats.remembered++;
	request->command = answer->command;
	request->reply = answer->reply;
	kref_get(&request->refs);
	complete_request(request, 0);
	return true;
}

/* Only questions, and only before they are sent, have no trace of who asked. */
static bool may_be_shared(const struct openevse_request *request)
{
	return request->command && is_question(request) && !request->tries &&
	       request->queue != OPENEVSE_QUEUE_WATCH;
}

static struct openevse_request *find_twin(struct openevse_exchange *exchange,
					  const struct openevse_request *request)
{
	struct openevse_request *other;
	int i;

	if (!may_be_shared(request))
		return NULL;
	for (i = OPENEVSE_QUEUE_URGENT; i <= request->queue; i++)
		list_for_each_entry(other, &exchange->queues[i], node)
			if (other->command == request->command &&
			    may_be_shared(other) &&
			    !memcmp(other->value, request->value,
				    sizeof(other->value)))
				return other;
	return NULL;
}

static bool join(struct openevse_exchange *exchange,
		 struct openevse_request **request)
{
	struct openevse_request *twin = find_twin(exchange, *request);

	if (!twin)
		return false;
	exchange->stats.shared++;
	twin->callers++;
	kref_get(&twin->refs);
	openevse_request_put(*request);
	*request = twin;
	return true;
}

static void enqueue(struct openevse_exchange *exchange,
		    struct openevse_request *request)
{
	if (request->queue == OPENEVSE_QUEUE_URGENT)
		overtake_all(exchange);
	kref_get(&request->refs);
	list_add_tail(&request->node, &exchange->queues[request->queue]);
	if (exchange->held && request->queue != OPENEVSE_QUEUE_WATCH)
		exchange->ops->wanted(exchange);
	pump(exchange);
}

static int submit(struct openevse_exchange *exchange,
		  struct openevse_request **request)
{
	int err = 0;

	mutex_lock(&exchange->lock);
	if (exchange->stopped)
		err = -ENODEV;
	if (!err && !recall(exchange, *request) && !join(exchange, request))
		enqueue(exchange, *request);
	mutex_unlock(&exchange->lock);
	return err;
}

/* Its reply may have come since the caller gave up: then that counts. */
static int abandon(struct openevse_exchange *exchange,
		   struct openevse_request *request, int why)
{
	mutex_lock(&exchange->lock);
	if (request->done) {
		why = request->error;
	} else if (--request->callers) {
		/* Others wait on. */
	} else if (exchange->flight != request) {
		list_del_init(&request->node);
		complete_request(request, why);
	} else if (!exchange->out_at) {
		/* The tty has taken nothing of it, and now it never will. */
		request->tries--;
		finish(exchange, why);
		pump(exchange);
	}
	mutex_unlock(&exchange->lock);
	return why;
}

static bool is_done(struct openevse_request *request)
{
	return smp_load_acquire(&request->done);	/* before @error, @reply */
}

/*
 * A machine that goes to sleep neither interrupts this nor waits for it: its
 * board answers before, or after.  Return: time left, 0 when there is none, or
 * -ERESTARTSYS.
 */
static long wait_done(struct openevse_request *request, bool steadfast,
		      long patience)
{
	if (!steadfast)
		return wait_event_freezable_timeout(request->waiters,
						    is_done(request), patience);
	/* The kernel has no name for this one. */
	return ___wait_event(request->waiters,
			     ___wait_cond_timeout(is_done(request)),
			     (TASK_UNINTERRUPTIBLE | TASK_FREEZABLE), 0, patience,
			     __ret = schedule_timeout(__ret));
}

/**
 * openevse_exchange_run() - send a request and wait for its reply
 * @exchange: the engine
 * @request: the caller's, or that of another who asks the same; its reply is
 *	valid when this returns 0
 * @patience: how long to wait in all, in jiffies
 *
 * Return: 0 when the board answered, $OK or $NK; -ETIMEDOUT, -EBADMSG,
 * -ECONNRESET (it restarted), -EDQUOT (its EEPROM is written too often),
 * -EOPNOTSUPP (this firmware has not got it), -EINVAL, -ERANGE (it does not
 * accept that), -EINTR, -ENODEV.
 */
int openevse_exchange_run(struct openevse_exchange *exchange,
			  struct openevse_request **request,
			  unsigned long patience)
{
	/* The caller's own: whom it joins may be in a hurry. */
	bool steadfast = (*request)->steadfast;
	long left;
	int err;

	err = submit(exchange, request);
	if (err)
		return err;
	left = wait_done(*request, steadfast, patience);
	if (left > 0)
		return (*request)->error;
	/* Sent or not, it must not be restarted behind the caller's back. */
	return abandon(exchange, *request, left ? -EINTR : -ETIMEDOUT);
}

/* --- life --- */

/** openevse_exchange_init() - an engine whose queues are held */
void openevse_exchange_init(struct openevse_exchange *exchange,
			    const struct openevse_exchange_ops *ops)
{
	int i;

	exchange->ops = ops;
	exchange->held = true;
	openevse_dialect_reset(&exchange->session);
	openevse_wear_init(&exchange->wear);
	mutex_init(&exchange->lock);
	for (i = 0; i < OPENEVSE_QUEUES; i++)
		INIT_LIST_HEAD(&exchange->queues[i]);
	INIT_WORK(&exchange->transmit, transmit_work);
	INIT_DELAYED_WORK(&exchange->timer, timer_work);
}

/**
 * openevse_exchange_stop() - the board is gone
 * @exchange: the engine
 *
 * Every request, waiting or in flight, ends with -ENODEV, and so does every
 * later one. When this returns, @ops->write is not running and never will.
 */
void openevse_exchange_stop(struct openevse_exchange *exchange)
{
	int i;

	mutex_lock(&exchange->lock);
	exchange->stopped = true;
	if (exchange->flight)
		finish(exchange, -ENODEV);
	for (i = 0; i < OPENEVSE_QUEUES; i++)
		empty_queue(exchange, i, -ENODEV);
	mutex_unlock(&exchange->lock);
	cancel_delayed_work_sync(&exchange->timer);
	cancel_work_sync(&exchange->transmit);
}

/** openevse_exchange_session() - copy what the board has proven */
void openevse_exchange_session(struct openevse_exchange *exchange,
			       struct openevse_session *session)
{
	mutex_lock(&exchange->lock);
	*session = exchange->session;
	mutex_unlock(&exchange->lock);
}

/** openevse_exchange_deny() - the board has not got that command */
void openevse_exchange_deny(struct openevse_exchange *exchange,
			    const struct openevse_command *command)
{
	mutex_lock(&exchange->lock);
	openevse_dialect_deny(&exchange->session, command);
	mutex_unlock(&exchange->lock);
}

/** openevse_exchange_doubt() - what is thought absent may be asked again */
void openevse_exchange_doubt(struct openevse_exchange *exchange)
{
	mutex_lock(&exchange->lock);
	openevse_dialect_doubt(&exchange->session);
	mutex_unlock(&exchange->lock);
}

/** openevse_request_sent() - has the board heard any of it? Once it has ended */
bool openevse_request_sent(const struct openevse_request *request)
{
	return READ_ONCE(request->tries);
}

/** openevse_exchange_set_session() - what the board has proven from now on */
void openevse_exchange_set_session(struct openevse_exchange *exchange,
				   const struct openevse_session *session)
{
	mutex_lock(&exchange->lock);
	exchange->session = *session;
	mutex_unlock(&exchange->lock);
}

/** openevse_exchange_stats() - copy the counters */
void openevse_exchange_stats(struct openevse_exchange *exchange,
			     struct openevse_exchange_stats *stats)
{
	mutex_lock(&exchange->lock);
	*stats = exchange->stats;
	stats->eeprom_writes = exchange->wear.writes;
	stats->eeprom_refused = exchange->wear.refused;
	mutex_unlock(&exchange->lock);
}

/**
 * openevse_exchange_hold() - serve only the watch until released
 * @exchange: the engine
 *
 * Return: a token for openevse_exchange_release().
 */
unsigned int openevse_exchange_hold(struct openevse_exchange *exchange)
{
	unsigned int losses;

	mutex_lock(&exchange->lock);
	openevse_recall_forget(&exchange->recall);
	exchange->held = true;
	losses = exchange->losses;
	mutex_unlock(&exchange->lock);
	return losses;
}

/*
 * The board has forgotten what it was told. The watch waits on: what it asks
 * while the board boots is answered in the end.
 */
static void drop_flight(struct openevse_exchange *exchange)
{
	struct openevse_request *request = exchange->flight;

	if (!request || request->queue == OPENEVSE_QUEUE_WATCH)
		return;
	exchange->unsettled = true;
	finish(exchange, request->flags & OPENEVSE_COMMAND_NO_REPLY ?
			 0 : -ECONNRESET);
}

/**
 * openevse_exchange_lose() - the board must be found again
 * @exchange: the engine
 * @why: is told to the owner, unless the board is gone
 */
void openevse_exchange_lose(struct openevse_exchange *exchange,
			    enum openevse_loss why)
{
	mutex_lock(&exchange->lock);
	if (!exchange->stopped) {
		lose(exchange, why);
		if (why == OPENEVSE_LOSS_BOOTED)
			drop_flight(exchange);
		pump(exchange);
	}
	mutex_unlock(&exchange->lock);
}

/**
 * openevse_exchange_release() - the board is in step: serve everybody
 * @exchange: the engine
 * @losses: what openevse_exchange_hold() returned before the board was looked
 *	for
 *
 * Return: false when it has been lost again since, and nothing was done.
 */
bool openevse_exchange_release(struct openevse_exchange *exchange,
			       unsigned int losses)
{
	bool found;

	mutex_lock(&exchange->lock);
	found = !exchange->stopped && exchange->losses == losses;
	if (found) {
		exchange->ops->found(exchange);
		exchange->held = false;
		exchange->silent = 0;
		pump(exchange);
	}
	mutex_unlock(&exchange->lock);
	return found;
}
