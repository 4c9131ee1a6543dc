// SPDX-License-Identifier: GPL-2.0
/*
 * Fakeboard: the thread on the master end, and what it knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fakeboard.h"
#include "station.h"

const struct fake_profile fake_3_11_3 = {
	.firmware = "3.11.3", .protocol = "1.0.3", .rapi = 0x010003,
	.limit = 29,
};

const struct fake_profile fake_4_6_0 = {
	.firmware = "D4.6.0", .protocol = "3.0.1", .rapi = 0x030001,
	.limit = 31,
	.checksums = true, .ids = true,
};

const struct fake_profile fake_8_2_3 = {
	.firmware = "8.2.3", .protocol = "5.2.1", .rapi = 0x050201,
	.limit = 31,
	.checksums = true, .ids = true, .modern = true,
};

/* --- saying --- */

size_t fake_frame_bytes(const struct fake_profile *profile, const void *text,
			size_t len, unsigned int id, char *out, size_t room)
{
	unsigned char sum = 0;
	size_t at, i;

	if (len > room - 16)
		len = room - 16;
	out[0] = '$';
	memcpy(out + 1, text, len);
	at = 1 + len;
	if (!profile->checksums) {
		/* Old firmware puts a space behind a bare OK. */
		return at + snprintf(out + at, room - at, "%s\r",
				     len == 2 ? " " : "");
	}
	if (id)
		at += snprintf(out + at, room - at, " :%02X", id);
	for (i = 0; i < at; i++)
		sum ^= out[i];
	return at + snprintf(out + at, room - at, "^%02X\r", sum);
}

size_t fake_frame(const struct fake_profile *profile, const char *text,
		  unsigned int id, char *out, size_t room)
{
	return fake_frame_bytes(profile, text, strlen(text), id, out, room);
}

/*
 * A pty holds 8 KiB for its other end, and nothing wakes who waits for room
 * where the other end is not read by a program: so look again.
 */
static void say_locked(struct fakeboard *board, const char *bytes, size_t len)
{
	ssize_t written;

	while (len && *board->master >= 0) {
		written = write(*board->master, bytes, len);
		if (written < 0 && errno == EAGAIN) {
			short_pause();
			continue;
		}
		if (written <= 0)
			return;
		bytes += written;
		len -= written;
	}
}

static void reply_locked(struct fakeboard *board, const char *text,
			 size_t len, unsigned int id)
{
	char frame[FAKE_BYTES_MAX];

	say_locked(board, frame, fake_frame_bytes(board->profile, text, len, id,
						  frame, sizeof(frame)));
	if (board->echo)
		say_locked(board, "\n", 1);
}

void fake_say(struct fakeboard *board, const void *bytes, size_t len)
{
	pthread_mutex_lock(&board->lock);
	say_locked(board, bytes, len);
	pthread_mutex_unlock(&board->lock);
}

void fake_message(struct fakeboard *board, const char *text)
{
	char frame[FAKE_BYTES_MAX];

	fake_say(board, frame, fake_frame(board->profile, text, 0, frame,
					  sizeof(frame)));
}

static void tell_state_locked(struct fakeboard *board)
{
	const struct fake_values *is = &board->is;
	char frame[FAKE_BYTES_MAX];
	char text[64];

	if (board->profile->modern)
		snprintf(text, sizeof(text), "AT %02x %02x %u %04x", is->state,
			 is->pilot, is->amps, is->vflags);
	else
		snprintf(text, sizeof(text), "ST %02x", is->state);
	say_locked(board, frame, fake_frame(board->profile, text, 0, frame,
					    sizeof(frame)));
}

void fake_state(struct fakeboard *board, unsigned int state,
		unsigned int pilot, unsigned int vflags)
{
	pthread_mutex_lock(&board->lock);
	board->is.state = state;
	board->is.pilot = pilot;
	board->is.vflags = vflags;
	tell_state_locked(board);
	pthread_mutex_unlock(&board->lock);
}

/* --- answering --- */

static void turn(struct fakeboard *board, unsigned int state, char *reply,
		 unsigned int id)
{
	bool changed = board->is.state != state;

	board->is.state = state;
	/* Old firmware tells before it answers, new firmware after. */
	if (changed && !board->profile->modern)
		tell_state_locked(board);
	reply_locked(board, "OK", 2, id);
	if (changed && board->profile->modern)
		tell_state_locked(board);
	*reply = '\0';
}

/* Takes "SC n" and "SC n V"; the reply has the amperes from RAPI 2.0.3 on. */
static void set_current(struct fakeboard *board, const char *text, char *reply,
			size_t room)
{
	struct fake_values *is = &board->is;
	unsigned int asked = strtoul(text + 2, NULL, 10) & 0xff;
	bool kept = strchr(text, 'V') && board->profile->checksums;
	unsigned int most = kept && board->profile->modern ? is->saved : is->max;

	is->amps = asked < is->min ? is->min : asked > most ? most : asked;
	if (!kept)
		is->saved = is->amps;
	if (board->profile->checksums)
		snprintf(reply, room, "%s %u", is->amps == asked ? "OK" : "NK",
			 is->amps);
	else
		snprintf(reply, room, "%s", is->amps == asked ? "OK" : "NK");
}

static void answer_state(const struct fakeboard *board, char *reply,
			 size_t room)
{
	const struct fake_values *is = &board->is;

	if (board->profile->modern)
		snprintf(reply, room, "OK %02x %u %02x %04x", is->state,
			 is->elapsed, is->pilot, is->vflags);
	else
		snprintf(reply, room, "OK %u %u", is->state, is->elapsed);
}

/* What the board answers; "" when it has been said, or when there is nothing. */
static void answer(struct fakeboard *board, const char *text, unsigned int id,
		   char *reply, size_t room)
{
	const struct fake_values *is = &board->is;

	if (!strncmp(text, "GV", 2))
		snprintf(reply, room, "OK %s %s", board->profile->firmware,
			 board->profile->protocol);
	else if (!strncmp(text, "GS", 2))
		answer_state(board, reply, room);
	else if (!strncmp(text, "GE", 2))
		snprintf(reply, room, "OK %u %04x", is->amps, is->flags);
	else if (!strncmp(text, "GC", 2) && board->profile->modern)
		snprintf(reply, room, "OK %u %u %u %u", is->min, is->max,
			 is->amps, is->saved);
	else if (!strncmp(text, "GC", 2))
		snprintf(reply, room, "OK %u %u", is->min, is->max);
	else if (!strncmp(text, "GG", 2))
		snprintf(reply, room, "OK %ld %ld", is->current_ma,
			 is->voltage_mv);
	else if (!strncmp(text, "GU", 2))
		snprintf(reply, room, "OK %lu %lu", is->session_j, is->total_wh);
	else if (!strncmp(text, "GP", 2))
		snprintf(reply, room, "OK 240 0 0");
	else if (!strncmp(text, "FE", 2))
		turn(board, is->state >= 0xfe ? is->pilot : is->state, reply, id);
	else if (!strncmp(text, "FS", 2))
		turn(board, 0xfe, reply, id);
	else if (!strncmp(text, "FD", 2))
		turn(board, 0xff, reply, id);
	else if (!strncmp(text, "SC", 2))
		set_current(board, text, reply, room);
	else if (!strncmp(text, "FR", 2))
		*reply = '\0';
	else
		snprintf(reply, room, "NK");
}

static struct fake_rule *find_rule(struct fakeboard *board, const char *text)
{
	size_t i;

	for (i = 0; i < FAKE_RULES; i++)
		if (board->rules[i].times &&
		    !strncmp(text, board->rules[i].mnemonic,
			     strlen(board->rules[i].mnemonic)))
			return &board->rules[i];
	return NULL;
}

static void answer_usual(struct fakeboard *board, const char *text,
			 unsigned int id)
{
	char reply[FAKE_BYTES_MAX] = "";

	answer(board, text, id, reply, sizeof(reply));
	if (*reply)
		reply_locked(board, reply, strlen(reply), id);
}

static void answer_glued(struct fakeboard *board, const char *text,
			 unsigned int id, const char *bytes, size_t len)
{
	char reply[FAKE_BYTES_MAX] = "";
	char whole[3 * FAKE_BYTES_MAX];
	size_t at = len;

	answer(board, text, id, reply, sizeof(reply));
	memcpy(whole, bytes, len);
	at += fake_frame(board->profile, reply, id, whole + at, FAKE_BYTES_MAX);
	memcpy(whole + at, bytes, len);
	say_locked(board, whole, at + len);
}

static void answer_split(struct fakeboard *board, const char *text,
			 unsigned int id)
{
	char reply[FAKE_BYTES_MAX] = "";
	char frame[FAKE_BYTES_MAX];
	size_t len, i;

	answer(board, text, id, reply, sizeof(reply));
	len = fake_frame(board->profile, reply, id, frame, sizeof(frame));
	for (i = 0; i < len; i++) {
		say_locked(board, frame + i, 1);
		short_pause();
	}
}

/* Deaf for a while, as a board in its ground fault test; or till it is told. */
static void be_late(struct fakeboard *board, int delay_ms)
{
	struct pollfd poller = { .fd = board->stop[0], .events = POLLIN };
	char word;

	pthread_mutex_unlock(&board->lock);
	/* A byte there is fake_release()'s; its end is the board's. */
	if (poll(&poller, 1, delay_ms) > 0 && read(board->stop[0], &word, 1) < 0)
		perror("fake board");
	pthread_mutex_lock(&board->lock);
}

static void follow_rule(struct fakeboard *board, struct fake_rule *rule,
			const char *text, unsigned int id)
{
	char bytes[FAKE_BYTES_MAX];
	size_t len = rule->len;

	if (rule->times > 0)
		rule->times--;
	memcpy(bytes, rule->bytes, sizeof(bytes));
	switch (rule->kind) {
	case FAKE_SILENT:
		break;
	case FAKE_TEXT:
		reply_locked(board, bytes, len, id);
		break;
	case FAKE_BYTES:
		say_locked(board, bytes, len);
		break;
	case FAKE_GLUED:
		answer_glued(board, text, id, bytes, len);
		break;
	case FAKE_SPLIT:
		answer_split(board, text, id);
		break;
	case FAKE_TWICE:
		answer_usual(board, text, id);
		answer_usual(board, text, id);
		break;
	case FAKE_LATE:
		be_late(board, rule->delay_ms);
		answer_usual(board, text, id);
		break;
	case FAKE_UNPLUG:
		close(*board->master);
		*board->master = -1;
		break;
	}
}

static bool checksum_is_right(const char *line, const char *delimiter)
{
	unsigned int sum = 0;
	const char *at;

	for (at = line; at < delimiter; at++)
		sum = *delimiter == '^' ? sum ^ (unsigned char)*at :
					  sum + (unsigned char)*at;
	return strtoul(delimiter + 1, NULL, 16) == (sum & 0xff);
}

/* @line is a whole frame, '$' first, its CR replaced by NUL. */
static void hear(struct fakeboard *board, char *line)
{
	char *delimiter = strpbrk(line, "^*");
	unsigned int id = 0;
	struct fake_rule *rule;
	char *colon;

	if (delimiter && !checksum_is_right(line, delimiter)) {
		board->damaged++;
		reply_locked(board, "NK", 2, 0);
		return;
	}
	if (delimiter)
		*delimiter = '\0';
	colon = strstr(line, " :");
	if (colon && board->profile->ids) {
		id = strtoul(colon + 2, NULL, 16);
		*colon = '\0';
	}
	snprintf(board->log[board->heard++ % FAKE_LOG], FAKE_TEXT_MAX, "%s",
		 line + 1);
	rule = find_rule(board, line + 1);
	if (rule)
		follow_rule(board, rule, line + 1, id);
	else
		answer_usual(board, line + 1, id);
}

static void take_byte(struct fakeboard *board, char byte)
{
	if (byte == '$')
		board->len = 0;
	else if (!board->len)
		return;
	if (byte == '\r') {
		board->line[board->len] = '\0';
		if (board->len <= board->profile->limit)
			hear(board, board->line);
		board->len = 0;
	} else if (board->len < sizeof(board->line) - 1) {
		board->line[board->len++] = byte;
	}
}

static void take_bytes(struct fakeboard *board, const char *bytes, size_t len)
{
	size_t i;

	pthread_mutex_lock(&board->lock);
	if (board->echo)
		say_locked(board, bytes, len);
	for (i = 0; i < len; i++)
		take_byte(board, bytes[i]);
	pthread_mutex_unlock(&board->lock);
}

static void *run_board(void *arg)
{
	struct fakeboard *board = arg;
	struct pollfd poller[2] = {
		{ .fd = *board->master, .events = POLLIN },
		{ .fd = board->stop[0], .events = POLLIN },
	};
	char bytes[256];
	ssize_t len;

	while (*board->master >= 0) {
		if (poll(poller, 2, -1) < 0 && errno != EINTR)
			break;
		if (poller[1].revents)
			break;
		if (!poller[0].revents)
			continue;
		len = read(*board->master, bytes, sizeof(bytes));
		if (len < 0 && errno == EAGAIN)
			continue;
		if (len <= 0)
			break;
		take_bytes(board, bytes, len);
	}
	return NULL;
}

int fake_start(struct fakeboard *board, const struct fake_profile *profile,
	       int *master)
{
	memset(board, 0, sizeof(*board));
	board->profile = profile;
	board->master = master;
	board->is = (struct fake_values){
		.state = 1, .pilot = 1, .vflags = profile->modern ? 0x200 : 0,
		.amps = 16, .saved = 32, .min = profile->modern ? 6 : 10,
		.max = 80, .flags = 1, .voltage_mv = profile->modern ? 240000 : -1,
		.session_j = 7200, .total_wh = 123456,
	};
	pthread_mutex_init(&board->lock, NULL);
	board->log = calloc(FAKE_LOG, FAKE_TEXT_MAX);
	if (!board->log)
		return -ENOMEM;
	if (pipe(board->stop) || fcntl(*master, F_SETFL, O_NONBLOCK))
		return -errno;
	if (pthread_create(&board->thread, NULL, run_board, board))
		return -EAGAIN;
	board->running = true;
	return 0;
}

void fake_release(struct fakeboard *board)
{
	if (write(board->stop[1], "", 1) < 0)
		perror("fake board");
}

static void end_thread(struct fakeboard *board)
{
	if (!board->running)
		return;
	board->running = false;
	close(board->stop[1]);
	pthread_join(board->thread, NULL);
	close(board->stop[0]);
}

void fake_unplug(struct fakeboard *board)
{
	end_thread(board);
	if (*board->master >= 0)
		close(*board->master);
	*board->master = -1;
}

void fake_stop(struct fakeboard *board)
{
	end_thread(board);
	free(board->log);
	board->log = NULL;
}

/* --- rules --- */

static void add_rule(struct fakeboard *board, const struct fake_rule *rule)
{
	size_t i;

	pthread_mutex_lock(&board->lock);
	for (i = 0; i < FAKE_RULES - 1 && board->rules[i].times; i++)
		;
	board->rules[i] = *rule;
	pthread_mutex_unlock(&board->lock);
}

void fake_rule(struct fakeboard *board, const char *mnemonic,
	       enum fake_kind kind, int times, const char *text, int delay_ms)
{
	struct fake_rule rule = {
		.kind = kind, .times = times, .delay_ms = delay_ms,
	};

	snprintf(rule.mnemonic, sizeof(rule.mnemonic), "%s", mnemonic);
	if (text)
		rule.len = snprintf(rule.bytes, sizeof(rule.bytes), "%s", text);
	add_rule(board, &rule);
}

void fake_rule_bytes(struct fakeboard *board, const char *mnemonic,
		     enum fake_kind kind, int times, const void *bytes,
		     size_t len)
{
	struct fake_rule rule = { .kind = kind, .times = times };

	snprintf(rule.mnemonic, sizeof(rule.mnemonic), "%s", mnemonic);
	rule.len = len < sizeof(rule.bytes) ? len : sizeof(rule.bytes);
	memcpy(rule.bytes, bytes, rule.len);
	add_rule(board, &rule);
}

void fake_no_rules(struct fakeboard *board)
{
	pthread_mutex_lock(&board->lock);
	memset(board->rules, 0, sizeof(board->rules));
	pthread_mutex_unlock(&board->lock);
}

/* --- what it has heard --- */

size_t fake_heard(struct fakeboard *board)
{
	size_t heard;

	pthread_mutex_lock(&board->lock);
	heard = board->heard;
	pthread_mutex_unlock(&board->lock);
	return heard;
}

size_t fake_count(struct fakeboard *board, const char *mnemonic, size_t since)
{
	size_t count = 0;
	size_t i;

	pthread_mutex_lock(&board->lock);
	for (i = since; i < board->heard; i++)
		count += !strncmp(board->log[i % FAKE_LOG], mnemonic,
				  strlen(mnemonic));
	pthread_mutex_unlock(&board->lock);
	return count;
}

bool fake_wait(struct fakeboard *board, const char *mnemonic, size_t since,
	       size_t count)
{
	int64_t deadline = now_ms() + PATIENCE_MS;

	while (fake_count(board, mnemonic, since) < count) {
		if (now_ms() > deadline)
			return false;
		short_pause();
	}
	return true;
}

void fake_last(struct fakeboard *board, const char *mnemonic, char *text)
{
	size_t i;

	*text = '\0';
	pthread_mutex_lock(&board->lock);
	for (i = board->heard; i-- > 0 && !*text;)
		if (!strncmp(board->log[i % FAKE_LOG], mnemonic,
			     strlen(mnemonic)))
			snprintf(text, FAKE_TEXT_MAX, "%s",
				 board->log[i % FAKE_LOG]);
	pthread_mutex_unlock(&board->lock);
}
