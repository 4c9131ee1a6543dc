// SPDX-License-Identifier: GPL-2.0
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "board.h"
#include "compat.h"
#include "number.h"

/*
 * Probes in a row that nothing came back for before readers are told that the
 * link is down. A damaged answer is a sign of life: it takes more of them.
 */
#define MISSES_DOWN	(3 * SILENCE)
#define SILENCE		4
#define DAMAGE		1

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
 * Noise may look like "I have not got it": without ids three damaged commands in a
 * row, with them one that was damaged twice. So that is not believed for longer
 * than this.
 */
#define DOUBT_MS	(10 * 60 * 1000)

/*
 * From the end of the wait for a refusal of $FR, two seconds after it was sent:
 * who answers before that has not restarted. It takes the watchdog a second, and
 * the boot three and a half.
 */
#define SURVIVED_MS	1000

/*
 * One echo may be lost on a noisy line. Several in a row mean that there is none
 * any more, and nothing but a restart ends it from RAPI 4.0.0 on.
 */
#define ECHOES_MISSED	3

/* No session is as short as that, its self test and relay included. */
#define SESSION_MS	6000

/* Something the board said was lost: look what it was, but not all the time. */
#define HURRY_MS	300

static dev_t board_region;

/* Not of this module: what is left of it may be let go of after that is gone. */
static struct class *board_class;

/* Boards whose memory is there. Whoever is the last runs code of this module. */
static atomic_t boards_alive;

static struct openevse_board *
board_of(struct openevse_exchange *exchange)
{
	return container_of(exchange, struct openevse_board, exchange);
}

/* --- the echo --- */

/** openevse_board_set_echo() - the board sends back what it receives, or not */
void openevse_board_set_echo(struct openevse_board *board, bool on)
{
	struct openevse_event event;
	bool was;

	if (on)
		was = test_and_set_bit(OPENEVSE_BOARD_ECHO, &board->flags);
	else
		was = test_and_clear_bit(OPENEVSE_BOARD_ECHO, &board->flags);
	if (was == on)
		return;
	openevse_event_init(&event, OPENEVSE_EVENT_ECHO);
	event.echo = on;
	openevse_events_publish(&board->events, &event);
}

/** openevse_board_echoes() - how many commands have come back */
u64 openevse_board_echoes(struct openevse_board *board)
{
	u64 echoes;

	mutex_lock(&board->rx_lock);
	echoes = board->stats.echoes;
	mutex_unlock(&board->rx_lock);
	return echoes;
}

/* Poll soon: something has to be looked at again. */
static void hurry(struct openevse_board *board)
{
	if (!test_and_set_bit(OPENEVSE_BOARD_HURRY, &board->flags))
		mod_delayed_work(system_unbound_wq, &board->watch,
				 msecs_to_jiffies(HURRY_MS));
}

/* --- what becomes of a board that restarts --- */

/* Only from the exchange, which does not call when the board is gone. */
static void look_for(struct openevse_board *board, unsigned int delay_ms)
{
	set_bit(OPENEVSE_BOARD_LOST, &board->flags);
	mod_delayed_work(system_unbound_wq, &board->watch,
			 msecs_to_jiffies(delay_ms));
}

/* What it has forgotten is told with the boot. */
static void start_booting(struct openevse_board *board)
{
	WRITE_ONCE(board->booting_until, jiffies + msecs_to_jiffies(BOOT_MS));
	WRITE_ONCE(board->booting, true);
	WRITE_ONCE(board->last_known, false);
	clear_bit(OPENEVSE_BOARD_ECHO, &board->flags);
	openevse_events_link(&board->events, OPENEVSE_LINK_PROBING, false);
}

/* Once, however many signs of it there are. */
static void tell_boot(struct openevse_board *board,
		      struct openevse_event *event)
{
	clear_bit(OPENEVSE_BOARD_BOOTED, &board->flags);
	clear_bit(OPENEVSE_BOARD_SUSPECT, &board->flags);
	WRITE_ONCE(board->was_reset, false);
	openevse_events_publish(&board->events, event);
}

/*
 * A restart without a word: that is told when the board has been found again,
 * and not been told before.
 */
static void infer_boot(struct openevse_board *board)
{
	set_bit(OPENEVSE_BOARD_BOOTED, &board->flags);
	start_booting(board);
	look_for(board, 0);
}

/* --- what replies tell, in the order of the wire --- */

/*
 * Seconds of the last session, until the next one begins: while nobody charges
 * they do not become less.
 */
static bool has_jumped(const struct openevse_board *board,
		       const struct openevse_state *state)
{
	const struct openevse_state *last = &board->last;

	/* Firmware before RAPI 2.0.0 may go through a session in silence. */
	if (board->exchange.session.rapi < OPENEVSE_RAPI(2, 0, 0) &&
	    time_after(jiffies,
		       board->last_at + msecs_to_jiffies(SESSION_MS)))
		return false;
	return READ_ONCE(board->last_known) && state->state == last->state &&
	       (state->state == OPENEVSE_STATE_A ||
		state->state == OPENEVSE_STATE_SLEEPING ||
		state->state == OPENEVSE_STATE_DISABLED) &&
	       state->elapsed_s < last->elapsed_s;
}

/* Twice, for the first may have been damaged where no checksum tells. */
static void compare_state(struct openevse_board *board,
			  const struct openevse_state *state)
{
	if (has_jumped(board, state) && !board->jumped) {
		board->jumped = true;
		hurry(board);
		return;
	}
	if (has_jumped(board, state))
		infer_boot(board);
	board->jumped = false;
	board->last_at = jiffies;
	board->last = *state;
	WRITE_ONCE(board->last_known, true);
}

static void miss_echo(struct openevse_board *board)
{
	bool echoed = board->echoed;

	board->echoed = false;
	if (echoed || !test_bit(OPENEVSE_BOARD_ECHO, &board->flags))
		board->unechoed = 0;
	else
		board->unechoed++;
	if (board->unechoed < ECHOES_MISSED)
		return;
	openevse_board_set_echo(board, false);
	if (board->exchange.session.rapi >= OPENEVSE_RAPI(4, 0, 0))
		infer_boot(board);
}

/* The first answer after a reset was commanded. */
static void judge_reset(struct openevse_board *board)
{
	if (!READ_ONCE(board->was_reset))
		return;
	WRITE_ONCE(board->was_reset, false);
	if (time_after(jiffies, board->reset_at + msecs_to_jiffies(SURVIVED_MS)))
		set_bit(OPENEVSE_BOARD_BOOTED, &board->flags);
}

static bool learn_state(struct openevse_board *board,
			const struct openevse_request *request)
{
	struct openevse_event_state news = { 0 };
	struct openevse_state state = { 0 };

	if (openevse_dialect_decode(request->command, &request->reply, &state))
		return false;
	compare_state(board, &state);
	news.valid = OPENEVSE_EVENT_HAS_STATE;
	news.state = state.state;
	if (state.valid & OPENEVSE_STATE_HAS_PILOT)
		news.valid |= OPENEVSE_EVENT_HAS_PILOT;
	news.pilot_state = state.pilot_state;
	if (state.valid & OPENEVSE_STATE_HAS_VFLAGS)
		news.valid |= OPENEVSE_EVENT_HAS_VFLAGS;
	news.vflags = state.vflags;
	WRITE_ONCE(board->heard, jiffies);
	return openevse_events_noticed(&board->events, &news);
}

/* Return: true when it was another one. */
static bool learn_capacity(struct openevse_board *board, u32 capacity_ma)
{
	struct openevse_event_state news = {
		.valid = OPENEVSE_EVENT_HAS_CAPACITY,
		.capacity_ma = capacity_ma,
	};

	return openevse_events_learn(&board->events, &news);
}

static bool learn_settings(struct openevse_board *board,
			   const struct openevse_request *request)
{
	struct openevse_settings settings = { 0 };

	return !openevse_dialect_decode(request->command, &request->reply,
					&settings) &&
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

static bool board_answered(struct openevse_exchange *exchange,
			   const struct openevse_request *request)
{
	struct openevse_board *board = board_of(exchange);
	bool ok = openevse_frame_is(&request->reply, "OK");

	judge_reset(board);
	miss_echo(board);
	/* What was damaged was not its answer. */
	if (request->damaged && request->tries == 1)
		hurry(board);
	if (ok && is_request(request, OPENEVSE_GET_STATE))
		return learn_state(board, request);
	if (ok && is_request(request, OPENEVSE_GET_SETTINGS))
		return learn_settings(board, request);
	if (is_request(request, OPENEVSE_SET_CURRENT_CAPACITY))
		learn_result(board, request);	/* $NK tells it, too */
	return false;
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

/*
 * Firmware 7.1.1 and later says "$AT 00 00 0" before its self test, and $AB after
 * it. At no other time it offers nothing.
 */
static bool is_self_test(const struct openevse_event_state *state)
{
	return state->state == OPENEVSE_STATE_UNKNOWN && !state->pilot_state &&
	       state->valid & OPENEVSE_EVENT_HAS_CAPACITY &&
	       !state->capacity_ma;
}

/* From RAPI 5.0.0 on $AT, and there is $AB for a boot; until then $ST. */
static void hear_state(struct openevse_board *board,
		       const struct openevse_session *session,
		       const struct openevse_event_state *state)
{
	WRITE_ONCE(board->heard, jiffies);
	openevse_events_state(&board->events, state);
	if (state->state != board->last.state)
		WRITE_ONCE(board->last_known, false);
	if (state->valid & OPENEVSE_EVENT_HAS_PILOT) {
		if (!is_self_test(state))
			return;
		set_bit(OPENEVSE_BOARD_BOOTED, &board->flags);
		openevse_exchange_lose(&board->exchange, OPENEVSE_LOSS_BOOTED);
		return;
	}
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
	openevse_exchange_told(&board->exchange);
	if (event->type == OPENEVSE_EVENT_STATE)
		hear_state(board, session, &event->state);
	/* Who is told of a boot finds the link down already. */
	if (event->type == OPENEVSE_EVENT_BOOT) {
		openevse_exchange_lose(&board->exchange, OPENEVSE_LOSS_BOOTED);
	} else if (present.link == OPENEVSE_LINK_DOWN) {
		/* It lives: no reason to pause between probes. */
		openevse_exchange_lose(&board->exchange, OPENEVSE_LOSS_SILENT);
	}
	if (event->type == OPENEVSE_EVENT_BOOT)
		tell_boot(board, event);
	else if (event->type != OPENEVSE_EVENT_STATE)
		openevse_events_publish(&board->events, event);
}

/* Where nobody waits for an answer it was a message; or else maybe an echo. */
static void hear_damaged(struct openevse_board *board)
{
	board->echoed = true;
	if (!openevse_exchange_damaged(&board->exchange))
		hurry(board);
}

/* Of a firmware to come, or damaged where nothing can tell. */
static void hear_unknown(struct openevse_board *board,
			 const struct openevse_frame *frame)
{
	board->stats.unknown++;
	if (!frame->checked)
		hear_damaged(board);
}

static void hear_frame(struct openevse_board *board,
		       const struct openevse_frame *frame)
{
	struct openevse_session session;
	struct openevse_event event;

	if (frame->echo) {
		board->stats.echoes++;
		board->echoed = true;
		openevse_board_set_echo(board, true);
		return;
	}
	openevse_exchange_session(&board->exchange, &session);
	if (!openevse_dialect_believes(&session, frame)) {
		board->stats.bad_checksum++;
		hear_damaged(board);
		return;
	}
	board->stats.frames++;
	if (openevse_dialect_is_reply(frame))
		openevse_exchange_reply(&board->exchange, frame);
	else if (!openevse_dialect_message(&session, frame, &event))
		hear_message(board, &session, &event);
	else
		hear_unknown(board, frame);
}

static void hear_line(struct openevse_board *board)
{
	struct openevse_frame frame;
	int err;

	err = openevse_frame_parse(&frame, board->deframer.line,
				   board->deframer.len);
	if (!err) {
		hear_frame(board, &frame);
		return;
	}
	if (err == -EBADMSG)
		board->stats.bad_checksum++;
	else
		board->stats.bad_frames++;
	hear_damaged(board);
}

/* Return: true when it belongs to no frame, and no board means it. */
static bool hear_byte(struct openevse_board *board, u8 byte)
{
	struct openevse_deframer *deframer = &board->deframer;
	u64 bad = deframer->bad_frames;

	if (openevse_deframer_push(deframer, byte))
		hear_line(board);
	/* Line feeds stand between frames where the board echoes. */
	return deframer->bad_frames != bad || (!deframer->len && byte != '\n');
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
	struct openevse_deframer *deframer = &board->deframer;
	bool noise = false;
	size_t i;

	mutex_lock(&board->rx_lock);
	for (i = 0; i < count; i++) {
		if (flags && flags[i] != TTY_NORMAL) {
			openevse_deframer_spoil(deframer);
			noise = true;
		} else if (hear_byte(board, bytes[i])) {
			noise = true;
		}
	}
	board->echoed |= noise;
	if (!noise && (!deframer->len || deframer->ended))
		goto unlock;
	/* Half a frame may be the beginning of a whole one. */
	if (!openevse_exchange_disturbed(&board->exchange, noise) && noise)
		hurry(board);
unlock:
	mutex_unlock(&board->rx_lock);
}

/* --- the exchange's questions --- */

static bool board_idle(struct openevse_exchange *exchange)
{
	struct tty_struct *tty = board_of(exchange)->tty;

	set_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	return !tty_chars_in_buffer(tty);
}

static size_t board_write(struct openevse_exchange *exchange, const u8 *bytes,
			  size_t len)
{
	struct tty_struct *tty = board_of(exchange)->tty;
	ssize_t written;

	set_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	written = tty->ops->write(tty, bytes, len);
	if (written == len)
		clear_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	return max_t(ssize_t, written, 0);
}

static void board_lost(struct openevse_exchange *exchange,
		       enum openevse_loss why)
{
	struct openevse_board *board = board_of(exchange);

	if (why != OPENEVSE_LOSS_SILENT)
		start_booting(board);
	if (why == OPENEVSE_LOSS_RESET) {
		board->reset_at = jiffies;
		WRITE_ONCE(board->was_reset, true);
	}
	look_for(board, 0);
}

static void board_found(struct openevse_exchange *exchange)
{
	struct openevse_board *board = board_of(exchange);
	struct openevse_event boot;

	WRITE_ONCE(board->booting, false);
	if (test_bit(OPENEVSE_BOARD_BOOTED, &board->flags)) {
		openevse_event_init(&boot, OPENEVSE_EVENT_BOOT);
		boot.flags = OPENEVSE_EVENT_FLAG_POLLED;
		tell_boot(board, &boot);
	}
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
	.idle = board_idle,
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

	request = openevse_request_new(openevse_dialect_find(ioctl, 0), NULL,
				       false);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->queue = OPENEVSE_QUEUE_WATCH;
	request->prove_ids = prove_ids;
	err = openevse_exchange_run(&board->exchange, &request,
				    msecs_to_jiffies(OPENEVSE_PATIENCE_MS));
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

static bool is_same_firmware(const struct openevse_session *a,
			     const struct openevse_session *b)
{
	return !strcmp(a->firmware, b->firmware) &&
	       !strcmp(a->protocol, b->protocol);
}

/* What was known was of another board, or of none. */
static void meet_firmware(struct openevse_board *board)
{
	openevse_events_forget(&board->events);
	board->unannounced = true;
}

/*
 * What no checksum protects must be said twice before it is another board, of
 * which nothing is known.
 */
static int ask_version(struct openevse_board *board,
		       struct openevse_session *session)
{
	struct openevse_session before = *session, again;
	struct openevse_frame reply;
	int err;

	err = watch_ask(board, OPENEVSE_GET_VERSION, false, &reply);
	if (!err)
		err = openevse_dialect_learn(session, &reply);
	if (err || reply.checked || is_same_firmware(session, &before))
		return err;
	err = watch_ask(board, OPENEVSE_GET_VERSION, false, &reply);
	if (!err)
		err = openevse_dialect_learn(&again, &reply);
	if (err)
		return err;
	return is_same_firmware(session, &again) ? 0 : -EBADMSG;
}

/*
 * Until the board has said who it is, what was known of it stands: messages
 * of a firmware without checksums must be believed while it boots.
 */
static int probe_session(struct openevse_board *board)
{
	struct openevse_session before, session;
	int err;

	openevse_exchange_session(&board->exchange, &before);
	session = before;
	session.sequence_ids = false;
	openevse_exchange_set_session(&board->exchange, &session);

	err = ask_version(board, &session);
	if (err)
		return err;
	if (!is_same_firmware(&session, &before))
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
static unsigned int miss(struct openevse_board *board, int why)
{
	unsigned int doublings;

	set_bit(OPENEVSE_BOARD_LOST, &board->flags);
	if (is_booting(board))
		return SHORT_PAUSE_MS;
	/* It stays over, however often jiffies wrap around. */
	WRITE_ONCE(board->booting_until, jiffies);
	board->misses += why == -EBADMSG ? DAMAGE : SILENCE;
	if (board->misses < MISSES_DOWN)
		return SHORT_PAUSE_MS;
	WRITE_ONCE(board->last_known, false);
	openevse_events_link(&board->events, OPENEVSE_LINK_DOWN, true);
	doublings = (board->misses - MISSES_DOWN) / SILENCE;
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
	bool hurry = test_and_clear_bit(OPENEVSE_BOARD_HURRY, &board->flags);
	unsigned int idle;

	doubt(board);
	if (!interval)
		return OPENEVSE_POLL_MS;
	idle = jiffies_to_msecs(jiffies - READ_ONCE(board->heard));
	if (idle < interval && !hurry)
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
	openevse_exchange_lose(&board->exchange, OPENEVSE_LOSS_BOOTED);
	openevse_event_init(&boot, OPENEVSE_EVENT_BOOT);
	tell_boot(board, &boot);
	return 0;
}

/* Return: the pause until the next look, in ms. */
static unsigned int look(struct openevse_board *board)
{
	unsigned int losses = openevse_exchange_hold(&board->exchange);
	int err = probe(board);

	if (err)
		return miss(board, err);
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
	mutex_unlock(&board->rx_lock);

	openevse_exchange_stats(&board->exchange, &exchange);
	stats->foreign = exchange.foreign;
	stats->exchanges = exchange.exchanges;
	stats->retries = exchange.retries;
	stats->timeouts = exchange.timeouts;
	stats->refused = exchange.refused;
	stats->resyncs = exchange.resyncs;
	stats->shared = exchange.shared;
	stats->remembered = exchange.remembered;
	stats->eeprom_writes = exchange.eeprom_writes;
	stats->eeprom_refused = exchange.eeprom_refused;

	openevse_events_stats(&board->events, stats);
}

/* --- life --- */

static void board_release(struct device *dev)
{
	kfree(container_of(dev, struct openevse_board, dev));
	if (atomic_dec_and_test(&boards_alive))
		wake_up_var(&boards_alive);
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
	ratelimit_state_init(&board->wear_log, OPENEVSE_WEAR_PERIOD_S * HZ, 1);
	ratelimit_set_flags(&board->wear_log, RATELIMIT_MSG_ON_RELEASE);
	openevse_exchange_init(&board->exchange, &exchange_ops);
	openevse_events_init(&board->events);
	openevse_openers_init(&board->openers);
	INIT_DELAYED_WORK(&board->watch, watch_work);

	atomic_inc(&boards_alive);
	device_initialize(&board->dev);
	board->dev.class = board_class;
	board->dev.parent = tty->dev;
	board->dev.devt = MKDEV(MAJOR(board_region), index);
	board->dev.release = board_release;
	dev_set_drvdata(&board->dev, board);
	cdev_init(&board->cdev, &openevse_chardev_ops);
	board->cdev.owner = THIS_MODULE;
	return board;
}

/* Whoever waits, or comes, gets -ENODEV. */
static void board_end(struct openevse_board *board)
{
	openevse_exchange_stop(&board->exchange);
	openevse_events_end(&board->events);
	cancel_delayed_work_sync(&board->watch);
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

	index = openevse_number_take(tty);
	if (index < 0)
		return ERR_PTR(index);
	board = board_alloc(tty, index);
	if (!board) {
		err = -ENOMEM;
		goto release_number;
	}
	err = board_add(board);
	if (err)
		goto put_board;

	/* To open the tty may have reset it. */
	board->booting_until = jiffies + msecs_to_jiffies(BOOT_MS);
	board->booting = true;
	set_bit(OPENEVSE_BOARD_LOST, &board->flags);
	queue_delayed_work(system_unbound_wq, &board->watch, 0);
	return board;

put_board:
	/* Its number was open to the world for a moment. */
	board_end(board);
	put_device(&board->dev);
release_number:
	openevse_number_release(index);
	return ERR_PTR(err);
}

/**
 * openevse_board_detach() - the tty goes
 * @board: the board; the caller's reference ends here
 *
 * Whoever waits gets -ENODEV. Does not wait for user space or for the board,
 * so it may run in the USB hub's worker. The memory lives as long as files are
 * open.
 */
void openevse_board_detach(struct openevse_board *board)
{
	board_end(board);
	cdev_device_del(&board->cdev, &board->dev);
	openevse_number_release(board->index);
	put_device(&board->dev);
}

/** openevse_board_init() - the class and the numbers */
int __init openevse_board_init(void)
{
	int err;

	err = alloc_chrdev_region(&board_region, 0, OPENEVSE_NUMBERS,
				  "openevse");
	if (err)
		return err;
	board_class = openevse_class_create("openevse");
	if (IS_ERR(board_class)) {
		unregister_chrdev_region(board_region, OPENEVSE_NUMBERS);
		return PTR_ERR(board_class);
	}
	board_class->dev_groups = openevse_groups;
	return 0;
}

/** openevse_board_exit() - no board is attached any more; waits for the last to end */
void openevse_board_exit(void)
{
	wait_var_event(&boards_alive, !atomic_read(&boards_alive));
	/* Who has counted it down may not have left board_release() yet. */
	synchronize_rcu_tasks();
	class_destroy(board_class);
	unregister_chrdev_region(board_region, OPENEVSE_NUMBERS);
}
