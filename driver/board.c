// SPDX-License-Identifier: GPL-2.0
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "board.h"

/* Probes in a row that fail before readers are told that the link is down. */
#define MISSES_DOWN	3

/* Between probes of a board that answers them, but not as a board does. */
#define SHORT_PAUSE_MS	200

/* Pauses between probes of a board that is down: 2 s, doubled up to 32 s. */
#define PAUSE_MS	2000
#define PAUSE_DOUBLINGS	4

/*
 * From reset to the first answer: up to 16 s with all self tests, 4 s more
 * until it resets at all when it is charging. Silence is no news until then.
 */
#define BOOT_MS		20000

/*
 * Until RAPI 4.x the only sign of a boot is "$ST 00", which those firmwares also
 * say for a moment when a vehicle leaves out of a fault: the next $ST comes
 * 62 ms later there, and 1.5 s or more later at a boot (both as recorded).
 */
#define SUSPECT_MS	500

/*
 * Without ids three damaged commands in a row look like "I have not got it". So
 * that is not believed for longer than this.
 */
#define DOUBT_MS	(10 * 60 * 1000)

/* $FR takes effect after this; asking earlier only fills a dying buffer. */
#define RESET_MS	2000

static DEFINE_IDA(board_indices);
static dev_t board_region;

static struct class board_class = {
	.name = "openevse",
	.dev_groups = openevse_groups,
};

static struct openevse_board *
board_of(struct openevse_exchange *exchange)
{
	return container_of(exchange, struct openevse_board, exchange);
}

/* --- what replies tell, in the order of the wire --- */

static void learn_state(struct openevse_board *board,
			const struct openevse_request *request)
{
	struct openevse_event_state news = { 0 };
	struct openevse_state state = { 0 };

	if (openevse_dialect_decode(request->command, &request->reply, &state))
		return;
	news.valid = OPENEVSE_EVENT_HAS_STATE;
	news.state = state.state;
	if (state.valid & OPENEVSE_STATE_HAS_PILOT)
		news.valid |= OPENEVSE_EVENT_HAS_PILOT;
	news.pilot_state = state.pilot_state;
	if (state.valid & OPENEVSE_STATE_HAS_VFLAGS)
		news.valid |= OPENEVSE_EVENT_HAS_VFLAGS;
	news.vflags = state.vflags;
	WRITE_ONCE(board->heard, jiffies);
	openevse_events_noticed(&board->events, &news);
}

static void learn_capacity(struct openevse_board *board, u32 capacity_ma)
{
	struct openevse_event_state news = {
		.valid = OPENEVSE_EVENT_HAS_CAPACITY,
		.capacity_ma = capacity_ma,
	};

	openevse_events_learn(&board->events, &news);
}

static void learn_settings(struct openevse_board *board,
			   const struct openevse_request *request)
{
	struct openevse_settings settings = { 0 };

	if (!openevse_dialect_decode(request->command, &request->reply,
				     &settings))
		learn_capacity(board, settings.capacity_ma);
}

static void learn_result(struct openevse_board *board,
			 const struct openevse_request *request)
{
	struct openevse_current_capacity capacity = { 0 };

	if (!openevse_dialect_decode(request->command, &request->reply,
				     &capacity) && capacity.valid)
		learn_capacity(board, capacity.result_ma);
}

static bool is_request(const struct openevse_request *request, u32 ioctl)
{
	return request->command && request->command->ioctl == ioctl;
}

static void board_answered(struct openevse_exchange *exchange,
			   const struct openevse_request *request)
{
	struct openevse_board *board = board_of(exchange);
	bool ok = openevse_frame_is(&request->reply, "OK");

	if (ok && is_request(request, OPENEVSE_GET_STATE))
		learn_state(board, request);
	else if (ok && is_request(request, OPENEVSE_GET_SETTINGS))
		learn_settings(board, request);
	else if (is_request(request, OPENEVSE_SET_CURRENT_CAPACITY))
		learn_result(board, request);	/* $NK tells it, too */
}

/* --- what the board says unasked --- */

/* The watch decides; no later than this it looks. */
static void suspect_boot(struct openevse_board *board)
{
	unsigned long delay = msecs_to_jiffies(SUSPECT_MS);

	WRITE_ONCE(board->suspect_until, jiffies + delay);
	set_bit(OPENEVSE_BOARD_SUSPECT, &board->flags);
	mod_delayed_work(system_unbound_wq, &board->watch, delay);
}

/* Only $ST may mean a boot; from RAPI 5.0.0 on there is $AB for it. */
static void hear_state(struct openevse_board *board,
		       const struct openevse_session *session,
		       const struct openevse_event_state *state)
{
	WRITE_ONCE(board->heard, jiffies);
	openevse_events_state(&board->events, state);
	if (state->valid & OPENEVSE_EVENT_HAS_PILOT)
		return;
	/* Not from this firmware: another board is on the cable. */
	if (session->rapi >= OPENEVSE_RAPI(5, 0, 0))
		openevse_exchange_lose(&board->exchange, OPENEVSE_LOSS_SILENT);
	else if (state->state == OPENEVSE_STATE_UNKNOWN)
		suspect_boot(board);
	else if (time_before(jiffies, READ_ONCE(board->suspect_until)))
		clear_bit(OPENEVSE_BOARD_SUSPECT, &board->flags);
}

static void hear_message(struct openevse_board *board,
			 const struct openevse_session *session,
			 struct openevse_event *event)
{
	struct openevse_event_state present;

	openevse_events_present(&board->events, &present);
	if (event->type == OPENEVSE_EVENT_STATE)
		hear_state(board, session, &event->state);
	/* Who is told of a boot finds it counted and the link down already. */
	if (event->type == OPENEVSE_EVENT_BOOT) {
		board->stats.resets++;
		openevse_exchange_lose(&board->exchange, OPENEVSE_LOSS_BOOTED);
	} else if (present.link == OPENEVSE_LINK_DOWN) {
		/* It lives: no reason to pause between probes. */
		openevse_exchange_lose(&board->exchange, OPENEVSE_LOSS_SILENT);
	}
	if (event->type != OPENEVSE_EVENT_STATE)
		openevse_events_publish(&board->events, event);
}

static void hear_damaged(struct openevse_board *board)
{
	board->stats.bad_checksum++;
	openevse_exchange_damaged(&board->exchange);
}

static void hear_frame(struct openevse_board *board,
		       const struct openevse_frame *frame)
{
	struct openevse_session session;
	struct openevse_event event;

	if (frame->echo) {
		board->stats.echoes++;
		set_bit(OPENEVSE_BOARD_ECHO, &board->flags);
		return;
	}
	openevse_exchange_session(&board->exchange, &session);
	if (!openevse_dialect_believes(&session, frame)) {
		hear_damaged(board);
		return;
	}
	board->stats.frames++;
	if (openevse_dialect_is_reply(frame))
		openevse_exchange_reply(&board->exchange, frame);
	else if (!openevse_dialect_message(&session, frame, &event))
		hear_message(board, &session, &event);
	else
		board->stats.unknown++;
}

static void hear_line(struct openevse_board *board)
{
	struct openevse_frame frame;
	int err;

	err = openevse_frame_parse(&frame, board->deframer.line,
				   board->deframer.len);
	if (!err)
		hear_frame(board, &frame);
	else if (err == -EBADMSG)
		hear_damaged(board);
	else
		board->stats.bad_frames++;
}

/**
 * openevse_board_receive() - bytes from the tty
 * @board: the board
 * @bytes: what came
 * @flags: TTY_NORMAL, or how a byte was damaged; NULL when none was
 * @count: of both
 */
void openevse_board_receive(struct openevse_board *board, const u8 *bytes,
			    const openevse_flag_t *flags, size_t count)
{
	size_t i;

	mutex_lock(&board->rx_lock);
	for (i = 0; i < count; i++) {
		if (flags && flags[i] != TTY_NORMAL)
			openevse_deframer_spoil(&board->deframer);
		else if (openevse_deframer_push(&board->deframer, bytes[i]))
			hear_line(board);
	}
	mutex_unlock(&board->rx_lock);
}

/* --- the exchange's questions --- */

static size_t board_write(struct openevse_exchange *exchange, const u8 *bytes,
			  size_t len)
{
	struct tty_struct *tty = board_of(exchange)->tty;
	ssize_t written;

	set_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	written = tty->ops->write(tty, bytes, len);
	if (written == len)
		clear_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	return written > 0 ? written : 0;
}

/* Only from the exchange, which does not call when the board is gone. */
static void look_for(struct openevse_board *board, unsigned int delay_ms)
{
	set_bit(OPENEVSE_BOARD_LOST, &board->flags);
	mod_delayed_work(system_unbound_wq, &board->watch,
			 msecs_to_jiffies(delay_ms));
}

static void start_booting(struct openevse_board *board)
{
	WRITE_ONCE(board->booting_until, jiffies + msecs_to_jiffies(BOOT_MS));
	WRITE_ONCE(board->booting, true);
	clear_bit(OPENEVSE_BOARD_ECHO, &board->flags);
	openevse_events_link(&board->events, OPENEVSE_LINK_PROBING, false);
}

static void board_lost(struct openevse_exchange *exchange,
		       enum openevse_loss why)
{
	struct openevse_board *board = board_of(exchange);

	if (why != OPENEVSE_LOSS_SILENT)
		start_booting(board);
	look_for(board, why == OPENEVSE_LOSS_RESET ? RESET_MS : 0);
}

static void board_found(struct openevse_exchange *exchange)
{
	struct openevse_board *board = board_of(exchange);

	WRITE_ONCE(board->booting, false);
	openevse_events_link(&board->events, OPENEVSE_LINK_UP, true);
}

/* Somebody waits for a board that is down: the pause between probes ends. */
static void board_wanted(struct openevse_exchange *exchange)
{
	struct openevse_board *board = board_of(exchange);
	struct openevse_event_state present;

	openevse_events_present(&board->events, &present);
	if (present.link == OPENEVSE_LINK_DOWN)
		look_for(board, 0);
}

static const struct openevse_exchange_ops exchange_ops = {
	.write = board_write,
	.answered = board_answered,
	.lost = board_lost,
	.found = board_found,
	.wanted = board_wanted,
};

/* --- the watch --- */

/*
 * All the watch asks goes through its own queue: it must never wait for a
 * queue that is held until the watch has found the board.
 */
static int watch_ask(struct openevse_board *board, u32 ioctl, bool prove_ids,
		     struct openevse_frame *reply)
{
	struct openevse_request *request;
	int err;

	request = openevse_request_new(openevse_dialect_find(ioctl, 0), NULL);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->queue = OPENEVSE_QUEUE_WATCH;
	request->prove_ids = prove_ids;
	err = openevse_exchange_run(&board->exchange, request,
				    OPENEVSE_PATIENCE_MS);
	if (!err && reply)
		*reply = request->reply;
	openevse_request_put(request);
	return err;
}

/*
 * Sequence ids are a build option of the firmware: only an echo proves them.
 * The exchange takes no reply with another id than was sent. A reply without
 * any may mean that the end of the command was lost: ask twice.
 */
static int probe_ids(struct openevse_board *board,
		     struct openevse_session *session)
{
	struct openevse_frame reply;
	int tries;
	int err;

	if (session->rapi < OPENEVSE_RAPI(3, 0, 0))
		return 0;
	for (tries = 0; tries < 2 && !session->sequence_ids; tries++) {
		err = watch_ask(board, OPENEVSE_GET_VERSION, true, &reply);
		if (err)
			return err;
		if (!openevse_frame_is(&reply, "OK"))
			return -EBADMSG;
		session->sequence_ids = reply.id;
	}
	return 0;
}

/* What was known was of another board, or of none. */
static void meet_firmware(struct openevse_board *board)
{
	openevse_events_forget(&board->events);
	board->unannounced = true;
}

/*
 * Until the board has said who it is, what was known of it stands: messages
 * of a firmware without checksums must be believed while it boots.
 */
static int probe_session(struct openevse_board *board)
{
	struct openevse_session before, session;
	struct openevse_frame reply;
	int err;

	openevse_exchange_session(&board->exchange, &before);
	session = before;
	session.sequence_ids = false;
	openevse_exchange_set_session(&board->exchange, &session);

	err = watch_ask(board, OPENEVSE_GET_VERSION, false, &reply);
	if (err)
		return err;
	err = openevse_dialect_learn(&session, &reply);
	if (err)
		return err;
	if (strcmp(session.firmware, before.firmware) ||
	    strcmp(session.protocol, before.protocol))
		meet_firmware(board);
	else if (!READ_ONCE(board->booting))
		openevse_dialect_keep(&session, &before);
	openevse_exchange_set_session(&board->exchange, &session);

	err = probe_ids(board, &session);
	if (!err)
		openevse_exchange_set_session(&board->exchange, &session);
	return err;
}

static int probe(struct openevse_board *board)
{
	int err;

	err = probe_session(board);
	if (!err)
		err = watch_ask(board, OPENEVSE_GET_SETTINGS, false, NULL);
	/* Last, because it tells what is new. */
	if (!err)
		err = watch_ask(board, OPENEVSE_GET_STATE, false, NULL);
	return err;
}

/* Tells udev once what has been plugged in. */
static void announce(struct openevse_board *board)
{
	if (board->unannounced)
		kobject_uevent(&board->dev.kobj, KOBJ_CHANGE);
	board->unannounced = false;
}

static bool is_booting(const struct openevse_board *board)
{
	return READ_ONCE(board->booting) &&
	       time_before(jiffies, READ_ONCE(board->booting_until));
}

/* Return: the pause before the next probe, in ms. */
static unsigned int miss(struct openevse_board *board)
{
	unsigned int doublings;

	set_bit(OPENEVSE_BOARD_LOST, &board->flags);
	if (is_booting(board) || ++board->misses < MISSES_DOWN)
		return SHORT_PAUSE_MS;
	openevse_events_link(&board->events, OPENEVSE_LINK_DOWN, true);
	doublings = board->misses - MISSES_DOWN;
	return PAUSE_MS << min_t(unsigned int, doublings, PAUSE_DOUBLINGS);
}

/* Firmware that does not report its current has a button to change it with. */
static int poll(struct openevse_board *board)
{
	struct openevse_session session;
	int err = 0;

	openevse_exchange_session(&board->exchange, &session);
	if (session.rapi < OPENEVSE_RAPI(5, 1, 0))
		err = watch_ask(board, OPENEVSE_GET_SETTINGS, false, NULL);
	if (!err)
		err = watch_ask(board, OPENEVSE_GET_STATE, false, NULL);
	return err;
}

static void doubt(struct openevse_board *board)
{
	if (time_before(jiffies, board->doubted + msecs_to_jiffies(DOUBT_MS)))
		return;
	board->doubted = jiffies;
	openevse_exchange_doubt(&board->exchange);
}

/* Return: the pause until the board has to be looked at again, in ms. */
static unsigned int poll_idle(struct openevse_board *board)
{
	unsigned int interval = READ_ONCE(board->poll_interval_ms);
	unsigned int idle;

	doubt(board);
	if (!interval)
		return OPENEVSE_POLL_MS;
	idle = jiffies_to_msecs(jiffies - READ_ONCE(board->heard));
	if (idle < interval)
		return min_t(unsigned int, interval - idle, OPENEVSE_POLL_MS);
	/* The replies are noticed on their way in. */
	if (poll(board))
		return SHORT_PAUSE_MS;
	return min_t(unsigned int, interval, OPENEVSE_POLL_MS);
}

/* Was "$ST 00" a boot? Return: how long until that can be told, in ms. */
static unsigned int judge_suspicion(struct openevse_board *board)
{
	unsigned long until = READ_ONCE(board->suspect_until);
	struct openevse_event boot;

	if (!test_bit(OPENEVSE_BOARD_SUSPECT, &board->flags))
		return 0;
	if (time_before(jiffies, until))
		return jiffies_to_msecs(until - jiffies) + 1;
	if (!test_and_clear_bit(OPENEVSE_BOARD_SUSPECT, &board->flags))
		return 0;
	mutex_lock(&board->rx_lock);
	board->stats.resets++;
	mutex_unlock(&board->rx_lock);
	openevse_exchange_lose(&board->exchange, OPENEVSE_LOSS_BOOTED);
	openevse_event_init(&boot, OPENEVSE_EVENT_BOOT);
	openevse_events_publish(&board->events, &boot);
	return 0;
}

/* Return: the pause until the next look, in ms. */
static unsigned int look(struct openevse_board *board)
{
	unsigned int losses = openevse_exchange_hold(&board->exchange);

	if (probe(board))
		return miss(board);
	if (!openevse_exchange_release(&board->exchange, losses))
		return 0;	/* it has reset meanwhile */
	board->misses = 0;
	announce(board);
	return poll_idle(board);
}

static void watch_work(struct work_struct *work)
{
	struct openevse_board *board = container_of(to_delayed_work(work),
						    struct openevse_board,
						    watch);
	unsigned int suspicion_ms = judge_suspicion(board);
	unsigned int pause_ms;

	if (test_and_clear_bit(OPENEVSE_BOARD_LOST, &board->flags))
		pause_ms = look(board);
	else
		pause_ms = poll_idle(board);
	if (suspicion_ms)
		pause_ms = min(pause_ms, suspicion_ms);
	/* Keeps an earlier time that somebody else has set meanwhile. */
	queue_delayed_work(system_unbound_wq, &board->watch,
			   msecs_to_jiffies(pause_ms));
}

/* --- what is known --- */

/** openevse_board_info() - fill in the uAPI struct; no wire */
void openevse_board_info(struct openevse_board *board,
			 struct openevse_info *info)
{
	struct openevse_event_state present;
	struct openevse_session session;

	openevse_exchange_session(&board->exchange, &session);
	openevse_events_present(&board->events, &present);
	info->abi_version = OPENEVSE_ABI_VERSION;
	info->index = board->index;
	info->link = present.link;
	if (session.reply_checksum)
		info->flags |= OPENEVSE_INFO_REPLY_CHECKSUM;
	if (session.sequence_ids)
		info->flags |= OPENEVSE_INFO_SEQUENCE_IDS;
	if (test_bit(OPENEVSE_BOARD_ECHO, &board->flags))
		info->flags |= OPENEVSE_INFO_ECHO;
	info->rapi = session.rapi;
	strscpy(info->firmware, session.firmware, sizeof(info->firmware));
	strscpy(info->protocol, session.protocol, sizeof(info->protocol));
	strscpy(info->tty, board->tty_name, sizeof(info->tty));
}

/** openevse_board_stats() - fill in the uAPI struct; no wire */
void openevse_board_stats(struct openevse_board *board,
			  struct openevse_stats *stats)
{
	struct openevse_exchange_stats exchange;

	mutex_lock(&board->rx_lock);
	stats->frames = board->stats.frames;
	stats->bad_checksum = board->stats.bad_checksum;
	stats->bad_frames = board->stats.bad_frames +
			    board->deframer.bad_frames;
	stats->junk_bytes = board->deframer.junk_bytes;
	stats->unknown = board->stats.unknown;
	stats->echoes = board->stats.echoes;
	stats->resets = board->stats.resets;
	mutex_unlock(&board->rx_lock);

	openevse_exchange_stats(&board->exchange, &exchange);
	stats->foreign = exchange.foreign;
	stats->exchanges = exchange.exchanges;
	stats->retries = exchange.retries;
	stats->timeouts = exchange.timeouts;
	stats->refused = exchange.refused;
	stats->resyncs = exchange.resyncs;

	openevse_events_stats(&board->events, stats);
}

/* --- life --- */

static void board_release(struct device *dev)
{
	kfree(container_of(dev, struct openevse_board, dev));
}

static struct openevse_board *board_alloc(struct tty_struct *tty, int index)
{
	struct openevse_board *board;

	board = kzalloc(sizeof(*board), GFP_KERNEL);
	if (!board)
		return NULL;
	board->index = index;
	board->tty = tty;
	strscpy(board->tty_name, tty_name(tty), sizeof(board->tty_name));
	board->poll_interval_ms = OPENEVSE_POLL_MS;
	board->heard = jiffies;
	board->doubted = jiffies;
	mutex_init(&board->rx_lock);
	openevse_exchange_init(&board->exchange, &exchange_ops);
	openevse_events_init(&board->events);
	INIT_DELAYED_WORK(&board->watch, watch_work);

	device_initialize(&board->dev);
	board->dev.class = &board_class;
	board->dev.parent = tty->dev;
	board->dev.devt = MKDEV(MAJOR(board_region), index);
	board->dev.release = board_release;
	dev_set_drvdata(&board->dev, board);
	cdev_init(&board->cdev, &openevse_chardev_ops);
	board->cdev.owner = THIS_MODULE;
	return board;
}

static int board_add(struct openevse_board *board)
{
	int err;

	err = dev_set_name(&board->dev, "openevse%d", board->index);
	if (err)
		return err;
	return cdev_device_add(&board->cdev, &board->dev);
}

/**
 * openevse_board_create() - a tty has been given to us
 * @tty: being attached, and not yet ours: no byte can be exchanged before the
 *	discipline's open() has returned
 *
 * Return: the board, whose node is there and which is being looked for; or an
 * ERR_PTR: -ENOMEM, -ENOSPC (too many boards).
 */
struct openevse_board *openevse_board_create(struct tty_struct *tty)
{
	struct openevse_board *board;
	int index;
	int err;

	index = ida_alloc_max(&board_indices, OPENEVSE_MINORS - 1, GFP_KERNEL);
	if (index < 0)
		return ERR_PTR(index);
	board = board_alloc(tty, index);
	if (!board) {
		err = -ENOMEM;
		goto free_index;
	}
	err = board_add(board);
	if (err)
		goto put_board;

	set_bit(OPENEVSE_BOARD_LOST, &board->flags);
	queue_delayed_work(system_unbound_wq, &board->watch, 0);
	return board;

put_board:
	put_device(&board->dev);
free_index:
	ida_free(&board_indices, index);
	return ERR_PTR(err);
}

/**
 * openevse_board_detach() - the tty goes
 * @board: the board; the caller's reference ends here
 *
 * Whoever waits gets -ENODEV. Does not wait for user space or for the board,
 * so it may run in the USB hub's worker. The memory lives as long as files are
 * open; the index is free at once, so that a cable plugged back in finds its
 * number again.
 */
void openevse_board_detach(struct openevse_board *board)
{
	openevse_exchange_stop(&board->exchange);
	openevse_events_end(&board->events);
	cancel_delayed_work_sync(&board->watch);
	cdev_device_del(&board->cdev, &board->dev);
	ida_free(&board_indices, board->index);
	put_device(&board->dev);
}

/** openevse_board_init() - the class and the numbers */
int __init openevse_board_init(void)
{
	int err;

	err = alloc_chrdev_region(&board_region, 0, OPENEVSE_MINORS,
				  "openevse");
	if (err)
		return err;
	err = class_register(&board_class);
	if (err)
		unregister_chrdev_region(board_region, OPENEVSE_MINORS);
	return err;
}

/** openevse_board_exit() - no board is attached any more */
void openevse_board_exit(void)
{
	class_unregister(&board_class);
	unregister_chrdev_region(board_region, OPENEVSE_MINORS);
	ida_destroy(&board_indices);
}
