// SPDX-License-Identifier: GPL-2.0
/*
 * The transport for scripts: RAPI on standard input and output.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "board.h"

#define OUT_MAX	65536		/* what a reader may leave lying */
#define RETRY	(10 * MS)

static int stdio_plug(struct board *b)
{
	struct transport *t = &b->transport;

	if (!t->out)
		t->out = malloc(OUT_MAX);
	if (!t->out)
		return -1;
	t->fd = STDIN_FILENO;
	t->plugged = true;
	return 0;
}

static void stdio_unplug(struct board *b)
{
	b->transport.plugged = false;
	free(b->transport.out);
	b->transport.out = NULL;
	b->transport.out_len = 0;
}

static void stdio_watch(struct board *b, struct pollfd *p)
{
	p->fd = STDIN_FILENO;
	p->events = b->transport.eof || !wire_room(&b->wire) ? 0 : POLLIN;
	if (!p->events)
		p->fd = -1;
}

static void stdio_ready(struct board *b, short revents)
{
	uint8_t buf[1024];
	size_t room = wire_room(&b->wire);
	ssize_t n;

	if (!revents || !room)
		return;
	n = read(STDIN_FILENO, buf, room < sizeof(buf) ? room : sizeof(buf));
	if (n > 0)
		wire_from_host(b, buf, (size_t)n);
	else if (!n || errno != EINTR)
		b->transport.eof = true;
}

/* A pipe that polls writable takes PIPE_BUF bytes without blocking. */
static void stdio_run(struct board *b)
{
	struct transport *t = &b->transport;
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
	size_t chunk;
	ssize_t n;

	while (t->out_len) {
		if (poll(&p, 1, 0) <= 0)
			break;
		chunk = t->out_len < 512 ? t->out_len : 512;
		n = write(STDOUT_FILENO, t->out, chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			b->quit = true;
			t->out_len = 0;
			break;
		}
		t->out_len -= (size_t)n;
		memmove(t->out, t->out + n, t->out_len);
	}
	t->look_at = b->now + RETRY;
}

static void stdio_deliver(struct board *b, const uint8_t *buf, size_t n)
{
	struct transport *t = &b->transport;

	if (n > OUT_MAX - t->out_len)
		n = OUT_MAX - t->out_len;
	memcpy(t->out + t->out_len, buf, n);
	t->out_len += n;
	stdio_run(b);
}

static uint64_t stdio_next(struct board *b)
{
	return b->transport.out_len ? b->transport.look_at : NEVER;
}

const struct transport_ops stdio_transport = {
	.name = "stdio",
	.plug = stdio_plug,
	.unplug = stdio_unplug,
	.watch = stdio_watch,
	.ready = stdio_ready,
	.deliver = stdio_deliver,
	.next = stdio_next,
	.run = stdio_run,
};
