/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control channel: a unix stream socket, a command a line, each answered
 * by a line that begins with "ok" or "error". And the client for scripts.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;

#define CONTROL_CLIENTS	16
#define CONTROL_LINE	4096

/* What a client waits for: a word of `state` or `stats` to compare. */
struct wish {
	bool open;
	char key[32], value[64];
	uint64_t deadline;	/* real ms, or board us when time is virtual */
};

struct client {
	int fd;			/* -1: free */
	char in[CONTROL_LINE];
	size_t in_len;
	struct wish wish;
};

struct control {
	int listen;		/* -1: none */
	const char *path;
	struct client clients[CONTROL_CLIENTS];
};

int control_open(struct control *c, const char *path);
void control_close(struct control *c);

/* Descriptors to watch; @p has room for CONTROL_CLIENTS + 1. */
int control_watch(struct control *c, struct pollfd *p);
void control_ready(struct control *c, struct board *b, const struct pollfd *p, int n);

/* Answer those whose wish came true, or whose patience ended. */
void control_tick(struct control *c, struct board *b);
int control_patience_ms(struct control *c, struct board *b);

/* All words about the board: those of `state`, those of `stats`. */
void control_state(struct board *b, char *buf, size_t size);
void control_stats(struct board *b, char *buf, size_t size);

/* Run one line; the answer, without line feed, is put into @answer. */
void control_command(struct board *b, char *line, char *answer, size_t size,
		     struct wish *wish);
bool control_wish_true(struct board *b, const struct wish *wish);
/* The same, and the answer to who had the wish: come true now, or not in time. */
bool control_wish_answer(struct board *b, const struct wish *wish, char *answer, size_t size);

/* The other end: send the commands, print the answers; an exit status. */
int control_send(const char *path, char *const *commands);

/* For --help. */
void control_help(void);

#endif
