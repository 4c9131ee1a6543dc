// SPDX-License-Identifier: GPL-2.0
/*
 * The control channel's socket, its clients and their waiting. See control.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "control.h"

#define CONNECT_MS	5000	/* a script may start board and client together */

static int fill_address(struct sockaddr_un *addr, const char *path)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(addr->sun_path)) {
		fprintf(stderr, "%s: too long for a socket\n", path);
		return -1;
	}
	strcpy(addr->sun_path, path);
	return 0;
}

int control_open(struct control *c, const char *path)
{
	struct sockaddr_un addr;
	struct stat st;
	mode_t mask;
	int i, err;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		c->clients[i].fd = -1;
	c->listen = -1;
	c->path = path;
	if (!path)
		return 0;
	if (fill_address(&addr, path) < 0)
		return -1;
	c->listen = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->listen < 0)
		goto fail;
	if (!stat(path, &st) && S_ISSOCK(st.st_mode))
		unlink(path);
	mask = umask(0177);
	err = bind(c->listen, (struct sockaddr *)&addr, sizeof(addr));
	umask(mask);
	if (err < 0 || listen(c->listen, CONTROL_CLIENTS) < 0)
		goto fail;
	return 0;
fail:
	perror(path);
	if (c->listen >= 0)
		close(c->listen);
	c->listen = -1;
	return -1;
}

static void hang_up(struct client *client)
{
	close(client->fd);
	client->fd = -1;
	client->in_len = 0;
	client->wish.open = false;
}

void control_close(struct control *c)
{
	int i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (c->clients[i].fd >= 0)
			hang_up(&c->clients[i]);
	if (c->listen < 0)
		return;
	close(c->listen);
	unlink(c->path);
	c->listen = -1;
}

int control_watch(struct control *c, struct pollfd *p)
{
	int i;

	for (i = 0; i < CONTROL_CLIENTS; i++)
		p[i] = (struct pollfd) {
			.fd = c->clients[i].fd,
			.events = c->clients[i].wish.open ? 0 : POLLIN,
		};
	p[i] = (struct pollfd) { .fd = c->listen, .events = POLLIN };
	return i + 1;
}

static void accept_client(struct control *c)
{
	int i, fd = accept4(c->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (i = 0; i < CONTROL_CLIENTS; i++)
		if (c->clients[i].fd < 0)
			break;
	if (i == CONTROL_CLIENTS) {
		close(fd);
		return;
	}
	c->clients[i].fd = fd;
}

static void answer(struct client *client, const char *text)
{
	char line[CONTROL_LINE + 2];
	int n = snprintf(line, sizeof(line), "%s\n", text);

	if (send(client->fd, line, (size_t)n, MSG_NOSIGNAL) != n)
		hang_up(client);
}

/* The lines of a client, until one has to wait. */
static void serve(struct client *client, struct board *b)
{
	char text[CONTROL_LINE], line[CONTROL_LINE];
	char *end;
	size_t n;

	while (client->fd >= 0 && !client->wish.open &&
	       (end = memchr(client->in, '\n', client->in_len))) {
		n = (size_t)(end - client->in);
		memcpy(line, client->in, n);
		line[n] = '\0';
		client->in_len -= n + 1;
		memmove(client->in, end + 1, client->in_len);
		control_command(b, line, text, sizeof(text), &client->wish);
		if (!client->wish.open)
			answer(client, text);
	}
}

static void read_client(struct client *client, struct board *b)
{
	ssize_t n = recv(client->fd, client->in + client->in_len,
			 sizeof(client->in) - client->in_len, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(client);
		return;
	}
	client->in_len += (size_t)n;
	serve(client, b);
	if (client->fd >= 0 && client->in_len == sizeof(client->in))
		hang_up(client);
}

void control_ready(struct control *c, struct board *b, const struct pollfd *p, int n)
{
	int i;

	for (i = 0; i < n && i < CONTROL_CLIENTS; i++) {
		struct client *client = &c->clients[i];

		if (p[i].fd < 0 || p[i].fd != client->fd || !p[i].revents)
			continue;
		if (client->wish.open)
			hang_up(client);	/* it did not wait for the answer */
		else
			read_client(client, b);
	}
	if (n > CONTROL_CLIENTS && p[CONTROL_CLIENTS].revents)
		accept_client(c);
}

/* ---- waiting ------------------------------------------------------------ */

void control_tick(struct control *c, struct board *b)
{
	char text[256];
	int i;

	for (i = 0; i < CONTROL_CLIENTS; i++) {
		struct client *client = &c->clients[i];
		struct wish *wish = &client->wish;

		if (client->fd < 0 || !wish->open)
			continue;
		if (!control_wish_true(b, wish) && clock_real_ms() < wish->deadline)
			continue;
		control_wish_answer(b, wish, text, sizeof(text));
		wish->open = false;
		answer(client, text);
		if (client->fd >= 0)
			serve(client, b);
	}
}

int control_patience_ms(struct control *c, struct board *b)
{
	uint64_t now = clock_real_ms();
	int i, patience = -1;

	(void)b;
	for (i = 0; i < CONTROL_CLIENTS; i++) {
		const struct client *client = &c->clients[i];
		int left;

		if (client->fd < 0 || !client->wish.open)
			continue;
		left = client->wish.deadline > now ? (int)(client->wish.deadline - now) : 0;
		if (patience < 0 || left < patience)
			patience = left;
	}
	return patience;
}

/* ---- the other end -------------------------------------------------------- */

static int connect_to(const char *path)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	uint64_t deadline = clock_real_ms() + CONNECT_MS;
	struct sockaddr_un addr;
	int fd;

	if (fill_address(&addr, path) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	while (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		if ((errno != ENOENT && errno != ECONNREFUSED) ||
		    clock_real_ms() >= deadline) {
			perror(path);
			close(fd);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return fd;
}

int control_send(const char *path, char *const *commands)
{
	char line[CONTROL_LINE + 2];
	int fd = connect_to(path);
	int status = 0;
	FILE *f;

	if (fd < 0)
		return 1;
	f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return 1;
	}
	for (; *commands && !status; commands++) {
		if (dprintf(fd, "%s\n", *commands) < 0 || !fgets(line, sizeof(line), f)) {
			fprintf(stderr, "%s: the board is gone\n", path);
			status = 1;
			break;
		}
		fputs(line, stdout);
		status = strncmp(line, "ok", 2) ? 1 : 0;
	}
	fclose(f);
	return status;
}
