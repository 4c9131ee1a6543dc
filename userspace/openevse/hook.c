// SPDX-License-Identifier: GPL-2.0
/*
 * A command of the user's for each event
 *
 * One runs at a time, in the order of the events, which wait in a list here
 * meanwhile. It finds in its environment what the JSON line has: OPENEVSE_ and
 * the key in capitals.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "hook.h"

/* More than a board says in hours, unless it is broken. */
#define MOST_WAITING	10000

struct hook_call {
	struct hook_call *next;
	struct json_object *event;
};

void hook_init(struct hook *hook, const char *command)
{
	memset(hook, 0, sizeof(*hook));
	hook->command = command;
	hook->pidfd = -1;
}

bool hook_full(const struct hook *hook)
{
	return hook->waiting >= MOST_WAITING;
}

/* Once is enough: a command that fails does so for most events. */
static void tell(struct hook *hook, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(struct hook *hook, const char *format, ...)
{
	va_list args;
	char *what;

	if (hook->told)
		return;
	hook->told = true;
	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		out_of_memory();
	va_end(args);
	complain(EXIT_ERROR, "--exec: %s; the next time nothing is said", what);
	free(what);
}

/* What is null is not there, not even from an outer monitor. */
static void fill_environment(struct json_object *event)
{
	char *name, *letter;

	json_object_object_foreach(event, key, value) {
		name = xasprintf("OPENEVSE_%s", key);
		for (letter = name; *letter; letter++)
			*letter = toupper((unsigned char)*letter);
		if (value)
			setenv(name, json_object_get_string(value), 1);
		else
			unsetenv(name);
		free(name);
	}
}

static void become(const struct hook *hook, struct json_object *event) __attribute__((noreturn));

static void become(const struct hook *hook, struct json_object *event)
{
	int null = open("/dev/null", O_RDONLY);

	if (null >= 0)
		dup2(null, STDIN_FILENO);
	if (null > STDIN_FILENO)
		close(null);
	fill_environment(event);
	execl("/bin/sh", "sh", "-c", hook->command, NULL);
	_exit(127);
}

static void begin(struct hook *hook, struct json_object *event)
{
	pid_t pid;

	fflush(stdout);		/* or both would write what is in it */
	pid = fork();
	if (!pid)
		become(hook, event);
	if (pid > 0)
		hook->pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pid < 0 || hook->pidfd < 0)
		tell(hook, "cannot run it: %s", strerror(errno));
	if (pid > 0 && hook->pidfd < 0)
		waitpid(pid, NULL, 0);
}

static void begin_next(struct hook *hook)
{
	struct hook_call *call;

	while (hook->pidfd < 0 && hook->first) {
		call = hook->first;
		hook->first = call->next;
		hook->waiting--;
		begin(hook, call->event);
		json_object_put(call->event);
		free(call);
	}
}

void hook_add(struct hook *hook, struct json_object *event)
{
	struct hook_call *call;

	if (!hook->command)
		return;
	call = calloc(1, sizeof(*call));
	if (!call)
		out_of_memory();
	call->event = json_object_get(event);
	if (hook->first)
		hook->last->next = call;
	else
		hook->first = call;
	hook->last = call;
	hook->waiting++;
	begin_next(hook);
}

void hook_ended(struct hook *hook)
{
	siginfo_t end = { .si_pid = 0 };

	if (waitid(P_PIDFD, hook->pidfd, &end, WEXITED))
		tell(hook, "cannot wait for its end: %s", strerror(errno));
	else if (end.si_code != CLD_EXITED)
		tell(hook, "it was ended by signal %d", end.si_status);
	else if (end.si_status)
		tell(hook, "it ended with status %d", end.si_status);
	close(hook->pidfd);
	hook->pidfd = -1;
	begin_next(hook);
}

void hook_finish(struct hook *hook)
{
	struct pollfd pollfd = { .events = POLLIN };

	while (hook->pidfd >= 0) {
		pollfd.fd = hook->pidfd;
		if (poll(&pollfd, 1, -1) > 0)
			hook_ended(hook);
	}
}
