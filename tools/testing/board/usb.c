// SPDX-License-Identifier: GPL-2.0
/*
 * The transport for the real thing: a USB device for vhci-hcd. We keep one
 * end of a socket pair; the kernel got the other through sysfs and speaks
 * the USB/IP protocol on it. ftdi.c is the device itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "ftdi.h"

#define VHCI		"/sys/devices/platform/vhci_hcd.0/"
#define PORT_FREE	4		/* VDEV_ST_NULL */
#define FULL_SPEED	2
#define DEVID		0x00010002
#define URBS		32
#define DATA_MAX	4096
#define TRANSFER	512		/* the longest answer we give to bulk IN */
#define RETRY		(1 * MS)	/* while the chip's buffer is full */

#define CMD_SUBMIT	1
#define CMD_UNLINK	2
#define RET_SUBMIT	3
#define RET_UNLINK	4

struct header {
	uint32_t command, seqnum, devid, direction, ep;
	union {
		struct {
			uint32_t flags, length, start_frame, packets, interval;
			uint8_t setup[8];
		} submit;
		struct {
			int32_t status;
			uint32_t length, start_frame, packets, errors;
			uint8_t padding[8];
		} submitted;
		struct {
			uint32_t seqnum;
			uint8_t padding[24];
		} unlink;
		struct {
			int32_t status;
			uint8_t padding[24];
		} unlinked;
	};
};

_Static_assert(sizeof(struct header) == 48, "as on the wire");

/* A transfer that waits: IN for data to send, OUT for room to put it. */
struct urb {
	bool used;
	uint32_t seqnum;
	size_t length;
	uint8_t data[FTDI_BUFFER];
	unsigned long order;
};

struct usb {
	int port;
	struct ftdi ftdi;
	uint8_t in[sizeof(struct header) + DATA_MAX];
	size_t in_len;
	struct urb reads[URBS], writes[URBS];
	unsigned long order;
};

static struct usb *usb_of(struct board *b)
{
	return b->transport.usb;
}

/* ---- answers --------------------------------------------------------------- */

static void gone(struct board *b);

static void transmit(struct board *b, const void *buf, size_t n)
{
	const uint8_t *p = buf;
	ssize_t done;

	while (n && b->transport.plugged) {
		done = send(b->transport.fd, p, n, MSG_NOSIGNAL);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			gone(b);
			return;
		}
		p += done;
		n -= (size_t)done;
	}
}

/* To a write there is no data in the answer, only its length. */
static void answer(struct board *b, uint32_t seqnum, int status, const uint8_t *data,
		   size_t length)
{
	struct header h = { .command = htonl(RET_SUBMIT), .seqnum = htonl(seqnum) };
	uint8_t buf[sizeof(h) + DATA_MAX];

	h.submitted.status = (int32_t)htonl((uint32_t)status);
	h.submitted.length = htonl((uint32_t)length);
	h.submitted.packets = htonl(0xffffffff);
	memcpy(buf, &h, sizeof(h));
	if (data)
		memcpy(buf + sizeof(h), data, length);
	usb_of(b)->ftdi.counters.urbs++;
	transmit(b, buf, sizeof(h) + (data ? length : 0));
}

static void answer_unlink(struct board *b, uint32_t seqnum, int status)
{
	struct header h = { .command = htonl(RET_UNLINK), .seqnum = htonl(seqnum) };

	h.unlinked.status = (int32_t)htonl((uint32_t)status);
	transmit(b, &h, sizeof(h));
}

/* ---- waiting transfers -------------------------------------------------------- */

static struct urb *first(struct urb *urbs)
{
	struct urb *found = NULL;
	int i;

	for (i = 0; i < URBS; i++)
		if (urbs[i].used && (!found || urbs[i].order < found->order))
			found = &urbs[i];
	return found;
}

static struct urb *add(struct usb *u, struct urb *urbs, uint32_t seqnum, size_t length)
{
	int i;

	for (i = 0; i < URBS; i++) {
		if (urbs[i].used)
			continue;
		urbs[i].used = true;
		urbs[i].seqnum = seqnum;
		urbs[i].length = length;
		urbs[i].order = u->order++;
		return &urbs[i];
	}
	return NULL;
}

static bool forget(struct urb *urbs, uint32_t seqnum)
{
	int i;

	for (i = 0; i < URBS; i++)
		if (urbs[i].used && urbs[i].seqnum == seqnum) {
			urbs[i].used = false;
			return true;
		}
	return false;
}

static bool chip_has_room(struct board *b, size_t n)
{
	return !b->wire.travel_len || b->wire.travel_len + n <= FTDI_SEND;
}

/* Pass on what waits for room; the answers tell the driver it may send more. */
static void run_writes(struct board *b)
{
	struct usb *u = usb_of(b);
	struct urb *urb;

	while (b->transport.plugged && (urb = first(u->writes)) &&
	       chip_has_room(b, urb->length)) {
		wire_from_host(b, urb->data, urb->length);
		urb->used = false;
		answer(b, urb->seqnum, 0, NULL, urb->length);
	}
}

static void run_reads(struct board *b)
{
	struct usb *u = usb_of(b);
	uint8_t buf[TRANSFER];
	struct urb *urb = first(u->reads);
	size_t n;

	if (!urb || ftdi_next(&u->ftdi) > b->now)
		return;
	n = urb->length < sizeof(buf) ? urb->length : sizeof(buf);
	n = ftdi_packets(&u->ftdi, buf, n, b->now);
	urb->used = false;
	answer(b, urb->seqnum, 0, buf, n);
}

/* ---- requests -------------------------------------------------------------------- */

static void submit_control(struct board *b, const struct header *h, uint32_t seqnum)
{
	uint8_t data[DATA_MAX];
	size_t want = (size_t)(h->submit.setup[6] | h->submit.setup[7] << 8);
	bool in = h->submit.setup[0] & 0x80;
	int n;

	if (want > sizeof(data))
		want = sizeof(data);
	n = ftdi_control(b, &usb_of(b)->ftdi, h->submit.setup, data, want);
	if (n < 0)
		answer(b, seqnum, -EPIPE, NULL, 0);
	else
		answer(b, seqnum, 0, in ? data : NULL, in ? (size_t)n : want);
}

/* The chip's own buffer is the limit; ftdi_sio never sends more at once. */
static void submit_write(struct board *b, uint32_t seqnum, const uint8_t *data, size_t n)
{
	struct usb *u = usb_of(b);
	struct urb *urb = n <= sizeof(urb->data) ? add(u, u->writes, seqnum, n) : NULL;

	if (!urb) {
		answer(b, seqnum, -EPIPE, NULL, 0);
		return;
	}
	memcpy(urb->data, data, n);
	run_writes(b);
}

static void submit(struct board *b, const struct header *h, const uint8_t *data)
{
	struct usb *u = usb_of(b);
	uint32_t seqnum = ntohl(h->seqnum), ep = ntohl(h->ep);
	size_t length = ntohl(h->submit.length);
	bool in = ntohl(h->direction);

	if (!ep) {
		submit_control(b, h, seqnum);
	} else if (ep == (FTDI_IN & 0xf) && in) {
		if (!add(u, u->reads, seqnum, length))
			answer(b, seqnum, -EPIPE, NULL, 0);
		run_reads(b);
	} else if (ep == FTDI_OUT && !in) {
		submit_write(b, seqnum, data, length);
	} else {
		answer(b, seqnum, -EPIPE, NULL, 0);
	}
}

static void unlink_urb(struct board *b, const struct header *h)
{
	struct usb *u = usb_of(b);
	uint32_t victim = ntohl(h->unlink.seqnum);
	bool found = forget(u->reads, victim) || forget(u->writes, victim);

	answer_unlink(b, ntohl(h->seqnum), found ? -ECONNRESET : 0);
}

/* Bytes of data that follow a header; -1 if we do not understand it. */
static long data_length(const struct header *h)
{
	uint32_t length = ntohl(h->submit.length);

	switch (ntohl(h->command)) {
	case CMD_UNLINK:
		return 0;
	case CMD_SUBMIT:
		if (ntohl(h->direction))
			return 0;
		return length <= DATA_MAX ? (long)length : -1;
	default:
		return -1;
	}
}

/* One request from the front of the buffer; 0 when it is not all there yet. */
static size_t take_request(struct board *b)
{
	struct usb *u = usb_of(b);
	struct header h;
	long data;

	if (u->in_len < sizeof(h))
		return 0;
	memcpy(&h, u->in, sizeof(h));
	data = data_length(&h);
	if (data < 0) {
		fprintf(stderr, "usb: the kernel sent what we do not understand\n");
		gone(b);
		return 0;
	}
	if (u->in_len < sizeof(h) + (size_t)data)
		return 0;
	if (ntohl(h.command) == CMD_SUBMIT)
		submit(b, &h, u->in + sizeof(h));
	else
		unlink_urb(b, &h);
	return sizeof(h) + (size_t)data;
}

static void usb_ready(struct board *b, short revents)
{
	struct transport *t = &b->transport;
	struct usb *u = t->usb;
	ssize_t n;
	size_t used;

	if (!revents || !t->plugged)
		return;
	n = recv(t->fd, u->in + u->in_len, sizeof(u->in) - u->in_len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		gone(b);
		return;
	}
	u->in_len += (size_t)n;
	while (t->plugged && (used = take_request(b))) {
		u->in_len -= used;
		memmove(u->in, u->in + used, u->in_len);
	}
}

/* ---- plug and unplug ----------------------------------------------------------------- */

static int write_sysfs(const char *name, const char *text)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), VHCI "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int attach(int port, int fd)
{
	char text[64];

	snprintf(text, sizeof(text), "%d %d %d %d", port, fd, DEVID, FULL_SPEED);
	return write_sysfs("attach", text);
}

/* Back where it was: a cable stays beside its socket, which is free again soon. */
static int attach_again(int fd, int port)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	int tries = 200, err = attach(port, fd);

	while (err && tries--) {
		nanosleep(&pause, NULL);
		err = attach(port, fd);
	}
	return err;
}

/*
 * Try the free ports in turn: somebody else may take one between our look
 * and our try.
 */
static int attach_anywhere(int fd)
{
	FILE *f = fopen(VHCI "status", "re");
	char line[128], hub[8];
	int port, state, err = -ENODEV;

	if (!f) {
		fprintf(stderr, "usb: no vhci-hcd here (modprobe vhci-hcd): %s\n",
			strerror(errno));
		return -1;
	}
	while (err && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%7s %d %d", hub, &port, &state) != 3 ||
		    strcmp(hub, "hs") || state != PORT_FREE)
			continue;
		err = attach(port, fd);
	}
	fclose(f);
	if (!err)
		return port;
	fprintf(stderr, "usb: no port of vhci-hcd took us: %s\n", strerror(-err));
	return -1;
}

static struct usb *usb_new(void)
{
	struct usb *u = calloc(1, sizeof(*u));

	if (u)
		u->port = -1;
	return u;
}

static int usb_plug(struct board *b)
{
	struct transport *t = &b->transport;
	int pair[2], port;

	if (!t->usb)
		t->usb = usb_new();
	if (!t->usb || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		perror("usb");
		return -1;
	}
	ftdi_power_on(&t->usb->ftdi, t->serial);
	b->wire.garbled = true;		/* 9600 baud until told otherwise */
	t->usb->in_len = 0;
	memset(t->usb->reads, 0, sizeof(t->usb->reads));
	memset(t->usb->writes, 0, sizeof(t->usb->writes));
	port = t->any_socket ? -1 : t->usb->port;
	if (port < 0 || attach_again(pair[1], port))
		port = attach_anywhere(pair[1]);
	close(pair[1]);		/* the kernel has its own hold on it */
	if (port < 0) {
		close(pair[0]);
		return -1;
	}
	t->usb->port = port;
	t->fd = pair[0];
	t->plugged = true;
	printf("usb %d\n", port);
	fflush(stdout);
	return 0;
}

/* The kernel let go of us, or we of it. */
static void gone(struct board *b)
{
	struct transport *t = &b->transport;

	if (!t->plugged)
		return;
	close(t->fd);
	t->fd = -1;
	t->plugged = false;
	b->wire.held = false;
	b->wire.travel_len = 0;
}

static void usb_unplug(struct board *b)
{
	char text[16];
	int err;

	if (!b->transport.plugged)
		return;
	snprintf(text, sizeof(text), "%d", usb_of(b)->port);
	err = write_sysfs("detach", text);
	if (err)
		fprintf(stderr, "usb: detach: %s\n", strerror(-err));
	gone(b);
}

/* ---- the transport ---------------------------------------------------------------------- */

static void usb_watch(struct board *b, struct pollfd *p)
{
	p->fd = b->transport.plugged ? b->transport.fd : -1;
	p->events = POLLIN;
}

static void usb_deliver(struct board *b, const uint8_t *buf, size_t n)
{
	ftdi_receive(b, &usb_of(b)->ftdi, buf, n);
}

static uint64_t usb_next(struct board *b)
{
	struct usb *u = usb_of(b);
	uint64_t next = NEVER;

	if (!b->transport.plugged)
		return NEVER;
	if (first(u->reads))
		next = ftdi_next(&u->ftdi);
	/* with the line held there is no telling when: the next byte tells */
	if (first(u->writes) && !b->wire.held && b->now + RETRY < next)
		next = b->now + RETRY;
	return next;
}

static void usb_run(struct board *b)
{
	run_writes(b);
	if (b->transport.plugged)
		run_reads(b);
}

static void usb_break(struct board *b)
{
	ftdi_break(&usb_of(b)->ftdi, b->now);
}

static const struct usb_counters *usb_counters(struct board *b)
{
	static const struct usb_counters none = { .flow = "none" };

	return b->transport.usb ? &b->transport.usb->ftdi.counters : &none;
}

const struct transport_ops usb_transport = {
	.name = "usb",
	.has_cable = true,
	.plug = usb_plug,
	.unplug = usb_unplug,
	.watch = usb_watch,
	.ready = usb_ready,
	.deliver = usb_deliver,
	.next = usb_next,
	.run = usb_run,
	.send_break = usb_break,
	.counters = usb_counters,
};
