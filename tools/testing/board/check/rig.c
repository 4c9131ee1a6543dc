// SPDX-License-Identifier: GPL-2.0
/*
 * The board under test. See rig.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../log.h"
#include "rig.h"

#define ARGUMENTS	32
#define PATIENCE_MS	20000	/* real time, for a process that should just run */

const char *rig_program, *rig_captures;

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void run_board(struct rig *r, char **argv, const int in[2], const int out[2])
{
	r->pid = fork();
	if (r->pid < 0)
		die("fork");
	if (r->pid)
		return;
	dup2(in[0], STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	execv(argv[0], argv);
	die(argv[0]);
}

static void connect_control(struct rig *r, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timespec pause = { .tv_nsec = 2000000 };
	int tries = PATIENCE_MS / 2;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	r->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	while (connect(r->control, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		if (!tries-- || waitpid(r->pid, NULL, WNOHANG) == r->pid)
			die("the board did not start");
		nanosleep(&pause, NULL);
	}
}

struct rig *rig_start(const char *firmware, ...)
{
	struct rig *r = calloc(1, sizeof(*r));
	static char control[80];
	char *argv[ARGUMENTS] = {
		(char *)rig_program, "--virtual-time", "--stdio", "--firmware",
		(char *)firmware, "--control", control,
	};
	int in[2], out[2], n = 7;
	va_list args;

	if (!r || pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		die("rig");
	strcpy(r->dir, "/tmp/openevse-board-check.XXXXXX");
	if (!mkdtemp(r->dir))
		die(r->dir);
	snprintf(r->log, sizeof(r->log), "%s/log", r->dir);
	snprintf(control, sizeof(control), "%s/control", r->dir);
	argv[n++] = "--log";
	argv[n++] = r->log;
	va_start(args, firmware);
	while (n < ARGUMENTS - 1 && (argv[n] = va_arg(args, char *)))
		n++;
	va_end(args);
	run_board(r, argv, in, out);
	close(in[0]);
	close(out[1]);
	r->in = in[1];
	r->out = out[0];
	fcntl(r->out, F_SETFL, O_NONBLOCK);
	connect_control(r, control);
	return r;
}

static void collect(struct rig *r)
{
	ssize_t n;

	while (r->len < RIG_OUT &&
	       (n = read(r->out, r->buf + r->len, RIG_OUT - r->len)) > 0)
		r->len += (size_t)n;
}

bool rig_stop(struct rig *r)
{
	int status = -1;

	rig_ctl(r, "quit");
	waitpid(r->pid, &status, 0);
	close(r->in);
	close(r->out);
	close(r->control);
	unlink(r->log);
	rmdir(r->dir);
	free(r);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

void rig_send(struct rig *r, const void *buf, size_t n)
{
	if (write(r->in, buf, n) != (ssize_t)n)
		die("write");
}

const char *rig_ctl(struct rig *r, const char *format, ...)
{
	static char line[8192];
	struct pollfd p = { .fd = r->control, .events = POLLIN };
	size_t len = 0;
	va_list args;
	ssize_t n;

	va_start(args, format);
	vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	strcat(line, "\n");
	if (send(r->control, line, strlen(line), MSG_NOSIGNAL) < 0)
		die("control");
	do {
		if (poll(&p, 1, PATIENCE_MS) <= 0)
			die("control");
		n = recv(r->control, line + len, sizeof(line) - 1 - len, 0);
		if (n <= 0)
			return "error gone";
		len += (size_t)n;
		collect(r);
	} while (line[len - 1] != '\n');
	line[len - 1] = '\0';
	return line;
}

void rig_advance(struct rig *r, double ms)
{
	if (ms > 0)
		rig_ctl(r, "advance %.3f", ms);
}

const char *rig_heard(struct rig *r)
{
	static char text[4 * RIG_OUT + 1];

	collect(r);
	text_escape(text, sizeof(text), r->buf + r->seen, r->len - r->seen);
	r->seen = r->len;
	return text;
}

bool rig_expect(struct rig *r, const char *send, double ms, const char *want)
{
	uint8_t buf[1024];
	int n = text_unescape(buf, sizeof(buf), send);
	const char *heard;

	rig_heard(r);
	rig_send(r, buf, (size_t)n);
	rig_advance(r, ms);
	heard = rig_heard(r);
	if (!strcmp(heard, want))
		return true;
	remark("sent %s", send);
	remark("want %s", want);
	remark("got  %s", heard);
	return false;
}

bool rig_honest(struct rig *r)
{
	const char *answer = rig_ctl(r, "forged");

	if (!strcmp(answer, "ok none"))
		return true;
	remark("%s", answer);
	return false;
}

const char *rig_word(struct rig *r, const char *key)
{
	static char value[128];
	char needle[64];
	const char *kinds[] = { "state", "stats" }, *text, *found;
	int i;

	snprintf(needle, sizeof(needle), " %s=", key);
	for (i = 0; i < 2; i++) {
		text = rig_ctl(r, "%s", kinds[i]);
		found = strstr(text, needle);
		if (!found)
			continue;
		found += strlen(needle);
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(found, " "), found);
		return value;
	}
	return "?";
}
