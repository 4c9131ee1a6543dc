// SPDX-License-Identifier: GPL-2.0
/*
 * Staying in the foreground, and leaving in order
 *
 * Signals are blocked but for the time in ppoll(): none is lost between a look
 * and a wait, and none cuts off an ioctl that makes the board safe. A reader of
 * the output that goes away is no reason to leave either.
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "guard.h"
#include "now.h"

/* A restart takes up to 20 s; a little more. */
#define INSIST_MS	30000
#define INSIST_PAUSE_MS	200

static volatile sig_atomic_t stops;

static void stop(int signal)
{
	(void)signal;
	stops++;
}

void guard_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
}

/* Only there so that a wait ends. */
static void nothing(int signal)
{
	(void)signal;
}

/* Whoever is started with one of them ignored, nohup for one, wants it so. */
static void take(int signal, sigset_t *blocked)
{
	struct sigaction action = { .sa_handler = stop }, before;

	if (!sigaction(signal, NULL, &before) && before.sa_handler == SIG_IGN)
		return;
	sigaction(signal, &action, NULL);
	sigaddset(blocked, signal);
}

void guard_begin(struct guard *guard, const struct device *device)
{
	struct sigaction child = { .sa_handler = nothing };
	sigset_t blocked;

	guard->device = device;
	guard->stops = 0;
	sigemptyset(&blocked);
	take(SIGINT, &blocked);
	take(SIGTERM, &blocked);
	take(SIGHUP, &blocked);
	take(SIGQUIT, &blocked);
	sigaction(SIGCHLD, &child, NULL);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &guard->waiting);
	signal(SIGPIPE, SIG_IGN);
}

void guard_release(const struct guard *guard)
{
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &guard->waiting, NULL);
}

static enum news read_event(const struct guard *guard, struct openevse_event *event)
{
	ssize_t size = read(guard->device->fd, event, sizeof(*event));

	if (size == sizeof(*event) && event->type != OPENEVSE_EVENT_DETACHED)
		return NEWS_EVENT;
	device_error(guard->device, size < 0 ? -errno : -ENODEV, NULL);
	return NEWS_GONE;
}

/* Until @pollfd, or the deadline; without one: -1. */
static enum news wait_until(struct guard *guard, struct pollfd *pollfd, int64_t deadline_ms)
{
	int64_t left = deadline_ms - monotonic_ms();
	struct timespec ts = { 0 };
	int count;

	if (left > 0) {
		ts.tv_sec = left / 1000;
		ts.tv_nsec = left % 1000 * 1000000;
	}
	count = ppoll(pollfd, pollfd ? 1 : 0, deadline_ms < 0 ? NULL : &ts, &guard->waiting);
	if (stops != guard->stops) {
		guard->stops = stops;
		return NEWS_STOP;
	}
	if (count < 0)
		return NEWS_CHILD;
	return count ? NEWS_EVENT : NEWS_TIMEOUT;
}

enum news guard_wait(struct guard *guard, int64_t deadline_ms, struct openevse_event *event)
{
	struct pollfd pollfd = { .fd = guard->device->fd, .events = POLLIN };
	enum news news = wait_until(guard, &pollfd, deadline_ms);

	return news == NEWS_EVENT ? read_event(guard, event) : news;
}

enum news guard_pause(struct guard *guard, int64_t deadline_ms)
{
	return wait_until(guard, NULL, deadline_ms);
}

bool error_is_passing(int error)
{
	return error == -ETIMEDOUT || error == -EBADMSG || error == -ECONNRESET;
}

int guard_insist(int (*attempt)(const void *context), const void *context)
{
	int64_t deadline = monotonic_ms() + INSIST_MS;
	int error;

	do {
		error = attempt(context);
	} while (error_is_passing(error) && monotonic_ms() < deadline &&
		 !usleep(INSIST_PAUSE_MS * 1000));
	return error;
}
