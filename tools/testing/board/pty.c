// SPDX-License-Identifier: GPL-2.0
/*
 * The transport for most tests: a pseudo terminal. The board holds the
 * master only. While nobody has the slave open the master polls as hung up,
 * and what the board says is lost, as it is on a real port; a later open
 * finds the same pty with the same settings. Unplugging closes the master.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "board.h"

#define LOOK	(20 * MS)	/* for somebody opening the slave */

static bool hung_up(int fd)
{
	struct pollfd p = { .fd = fd, .events = 0 };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLHUP);
}

/* Raw and 115200; closing it makes the master tell when it is opened again. */
static int prepare_slave(const char *path)
{
	struct termios tio;
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || tcgetattr(fd, &tio) < 0)
		goto fail;
	cfmakeraw(&tio);
	cfsetspeed(&tio, B115200);
	tio.c_cflag |= CLOCAL | CREAD;
	tio.c_cflag &= ~(tcflag_t)HUPCL;
	if (tcsetattr(fd, TCSANOW, &tio) < 0)
		goto fail;
	close(fd);
	return 0;
fail:
	perror(path);
	if (fd >= 0)
		close(fd);
	return -1;
}

static int make_link(const char *path, const char *link)
{
	struct stat st;

	if (!link)
		return 0;
	if (!lstat(link, &st) && S_ISLNK(st.st_mode))
		unlink(link);
	if (symlink(path, link) < 0) {
		perror(link);
		return -1;
	}
	return 0;
}

static int pty_plug(struct board *b)
{
	struct transport *t = &b->transport;
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0 ||
	    ptsname_r(fd, t->path, sizeof(t->path)) != 0) {
		perror("pty");
		goto fail;
	}
	if (prepare_slave(t->path) < 0 || make_link(t->path, t->link) < 0)
		goto fail;
	t->fd = fd;
	t->plugged = true;
	t->look_at = b->now;
	printf("pty %s\n", t->path);
	fflush(stdout);
	return 0;
fail:
	if (fd >= 0)
		close(fd);
	return -1;
}

static void pty_unplug(struct board *b)
{
	struct transport *t = &b->transport;

	if (!t->plugged)
		return;
	if (t->link)
		unlink(t->link);
	close(t->fd);
	t->fd = -1;
	t->plugged = false;
}

/* A hung up master polls ready for ever: look now and then instead. */
static void pty_watch(struct board *b, struct pollfd *p)
{
	struct transport *t = &b->transport;
	bool deaf = !t->plugged || !wire_room(&b->wire) || b->now < t->look_at;

	p->fd = deaf ? -1 : t->fd;
	p->events = deaf ? 0 : POLLIN;
}

static void pty_ready(struct board *b, short revents)
{
	struct transport *t = &b->transport;
	uint8_t buf[1024];
	size_t room = wire_room(&b->wire);
	ssize_t n;

	if (!revents || !t->plugged || !room)
		return;
	n = read(t->fd, buf, room < sizeof(buf) ? room : sizeof(buf));
	if (n > 0)
		wire_from_host(b, buf, (size_t)n);
	else if (n < 0 && errno == EIO)
		t->look_at = b->now + LOOK;
}

static void pty_deliver(struct board *b, const uint8_t *buf, size_t n)
{
	ssize_t done;

	if (hung_up(b->transport.fd))
		return;
	/* what a slow reader has no room for is lost, as in a real adapter */
	done = write(b->transport.fd, buf, n);
	(void)done;
}

static uint64_t pty_next(struct board *b)
{
	return b->transport.plugged && b->transport.look_at > b->now ?
	       b->transport.look_at : NEVER;
}

static void pty_run(struct board *b)
{
	(void)b;
}

const struct transport_ops pty_transport = {
	.name = "pty",
	.has_cable = true,
	.plug = pty_plug,
	.unplug = pty_unplug,
	.watch = pty_watch,
	.ready = pty_ready,
	.deliver = pty_deliver,
	.next = pty_next,
	.run = pty_run,
};
