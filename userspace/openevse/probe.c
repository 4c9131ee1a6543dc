// SPDX-License-Identifier: GPL-2.0
/*
 * The probe of "openevse adopt"
 *
 * Talks RAPI on the bare tty, before any line discipline. "$GV*C1" has the
 * additive checksum, which alone all firmware accepts; its "$" also discards a
 * half command that somebody left in the board. A lone CR would execute that
 * one, so none is ever sent.
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../common/serial.h"
#include "guard.h"
#include "names.h"
#include "now.h"
#include "probe.h"

#define QUESTION	"$GV*C1\r"
#define TRIES		3
#define TRY_MS		2000	/* boards answer within 0.1 s unless busy or starting */
#define LINE_SIZE	64

/* Bytes of the frame being received, from its '$'; 0 is outside any. */
struct line {
	char text[LINE_SIZE];
	size_t length;
};

/* Cut the checksum off, where there is one. Return: is it right or absent? */
static bool checksum_right(char *frame)
{
	char *delimiter = strchr(frame, '^'), *end, *p;
	unsigned char sum = 0;
	unsigned long claimed;

	if (!delimiter)
		return true;
	if (!isxdigit((unsigned char)delimiter[1]) || strlen(delimiter) != 3)
		return false;
	claimed = strtoul(delimiter + 1, &end, 16);
	for (p = frame; p < delimiter; p++)
		sum ^= *p;
	*delimiter = '\0';
	return !*end && claimed == sum;
}

/* "8.2.3", "D4.6.0", "8.2.3.EU", "5.2.1-LGT": digits with a dot somewhere. */
static bool looks_like_version(const char *text)
{
	size_t length = strlen(text);
	const char *dot = strchr(text, '.');
	const char *p;

	for (p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(".-_+", *p))
			return false;
	return length < OPENEVSE_VERSION_LEN && dot && dot > text &&
	       isdigit((unsigned char)dot[-1]);
}

/* A whole frame: "$OK 8.2.3 5.2.1^2F" is an answer, all else is not for us. */
static bool is_answer(char *frame, struct probe *probe)
{
	char firmware[LINE_SIZE], protocol[LINE_SIZE], more;

	if (!checksum_right(frame))
		return false;
	if (sscanf(frame, "$OK %63s %63s %c", firmware, protocol, &more) != 2)
		return false;
	if (!looks_like_version(firmware) || !looks_like_version(protocol))
		return false;
	strcpy(probe->firmware, firmware);
	strcpy(probe->protocol, protocol);
	return true;
}

/* One byte more. Return: was it the end of an answer? */
static bool feed(struct line *line, char byte, struct probe *probe)
{
	if (byte == '$') {
		line->length = 0;
	} else if (!line->length) {
		return false;
	} else if (byte == '\r') {
		line->text[line->length] = '\0';
		line->length = 0;
		return is_answer(line->text, probe);
	} else if (!isprint((unsigned char)byte) || line->length >= LINE_SIZE - 1) {
		line->length = 0;
		return false;
	}
	line->text[line->length++] = byte;
	return false;
}

/* Return: 0 with an answer, -ETIMEDOUT, or what went wrong with the line. */
static int listen_until(int fd, int64_t deadline, struct line *line, struct probe *probe)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char bytes[256];
	ssize_t size, i;
	int64_t left;

	while ((left = deadline - monotonic_ms()) > 0) {
		if (poll(&pollfd, 1, left) < 0 && errno != EINTR)
			return -errno;
		if (pollfd.revents & (POLLHUP | POLLERR))
			return -ENODEV;
		if (!(pollfd.revents & POLLIN))
			continue;
		size = read(fd, bytes, sizeof(bytes));
		if (size < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		for (i = 0; i < size; i++) {
			probe->heard++;
			if (feed(line, bytes[i], probe))
				return 0;
		}
	}
	return -ETIMEDOUT;
}

static int ask(int fd, struct probe *probe)
{
	const ssize_t size = sizeof(QUESTION) - 1;
	struct line line = { .length = 0 };
	int try, error = -ETIMEDOUT;
	ssize_t written;

	for (try = 0; try < TRIES && error == -ETIMEDOUT; try++) {
		written = write(fd, QUESTION, size);
		if (written != size)
			return written < 0 && errno != EAGAIN ? -errno : -EIO;
		error = listen_until(fd, monotonic_ms() + TRY_MS, &line, probe);
	}
	return error;
}

int probe_tty(const char *node, struct probe *probe)
{
	struct serial_saved saved;
	sigset_t ending, before;
	int fd = serial_open(node);
	int error;

	memset(probe, 0, sizeof(*probe));
	if (fd < 0)
		return fd;
	error = serial_claim(fd, node);
	if (!error)
		error = serial_save(fd, &saved);
	if (error)
		goto close;
	/* Whatever would end us comes when the line is as it was. */
	guard_signals(&ending);
	sigprocmask(SIG_BLOCK, &ending, &before);
	error = serial_setup(fd, &saved);
	if (!error)
		error = ask(fd, probe);
	serial_restore(fd, &saved);
	sigprocmask(SIG_SETMASK, &before, NULL);
close:
	close(fd);
	return error;
}
