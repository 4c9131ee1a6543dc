// SPDX-License-Identifier: GPL-2.0
/*
 * openevse monitor: events as they happen
 *
 * One file, one poll(): on the board for events and the end of it, on standard
 * output for a reader that has gone, on the command that runs for an event.
 * Lines are flushed one by one, so that a pipe gets an event when it happens and
 * not a page later.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "appender.h"
#include "device.h"
#include "event.h"
#include "guard.h"
#include "hook.h"
#include "json_out.h"
#include "names.h"
#include "now.h"

#define BATCH		16	/* records in one read() */

/**
 * struct monitor - one run of it
 * @device: the board
 * @json: lines of JSON
 * @kinds: bit mask of enum openevse_event_type to print
 * @limit: events to print; 0 for no limit
 * @printed: events printed so far; the INITIAL record is none
 * @log: file to append to; NULL for none
 * @log_fd: the same, open; -1 for none
 * @hook: command to run for each
 * @idle_ms: leave after that long without printing; -1 for never
 * @deadline: when that will be
 */
struct monitor {
	struct device device;
	bool json;
	uint32_t kinds;
	unsigned long limit;
	unsigned long printed;
	const char *log;
	int log_fd;
	struct hook hook;
	int64_t idle_ms;
	int64_t deadline;
};

static bool wanted(const struct monitor *monitor, const struct openevse_event *event)
{
	return event_name(event->type) && (monitor->kinds & (1U << event->type));
}

static void print_event(const struct monitor *monitor, const struct openevse_event *event,
			struct json_object *object)
{
	if (monitor->json)
		puts(json_line(object));
	else
		event_print_text(event, monitor->device.board.name);
}

/* Return: an exit code, or -1 to go on. */
static int write_log(const struct monitor *monitor, struct json_object *object)
{
	int error = 0;

	if (monitor->log_fd >= 0)
		error = appender_add(monitor->log_fd, json_line(object), false);
	if (error)
		return complain(EXIT_ERROR, "cannot write to %s: %s", monitor->log,
				strerror(-error));
	return -1;
}

/* Return: an exit code, or -1 to go on. */
static int take_event(struct monitor *monitor, const struct openevse_event *event)
{
	struct json_object *object;
	int code;

	if (!wanted(monitor, event))
		return -1;
	object = event_json(event, monitor->device.board.name);
	print_event(monitor, event, object);
	code = write_log(monitor, object);
	hook_add(&monitor->hook, object);
	json_object_put(object);
	if (!(event->flags & OPENEVSE_EVENT_FLAG_INITIAL))
		monitor->printed++;
	monitor->deadline = monotonic_ms() + monitor->idle_ms;
	return code;
}

static bool complete(const struct monitor *monitor)
{
	return monitor->limit && monitor->printed >= monitor->limit;
}

/* Return: an exit code, or -1 to go on. */
static int read_events(struct monitor *monitor)
{
	struct openevse_event events[BATCH];
	ssize_t size = read(monitor->device.fd, events, sizeof(events));
	size_t i, count;
	int code;

	if (size < 0 && errno == EINTR)
		return -1;
	if (size < 0)
		return device_error(&monitor->device, -errno, NULL);
	count = size / sizeof(events[0]);
	for (i = 0; i < count; i++) {
		code = take_event(monitor, &events[i]);
		if (code >= 0)
			return code;
		if (complete(monitor))
			return EXIT_DONE;
		if (events[i].type == OPENEVSE_EVENT_DETACHED)
			return device_error(&monitor->device, -ENODEV, NULL);
	}
	return count ? -1 : device_error(&monitor->device, -ENODEV, NULL);
}

static int idle_timeout(const struct monitor *monitor)
{
	return monitor->idle_ms < 0 ? -1 : sleep_ms(monitor->deadline);
}

/* Asked for so many events and got fewer: that is a timeout, else an end. */
static int idle_exit(const struct monitor *monitor)
{
	return monitor->limit ? EXIT_TIMEOUT : EXIT_DONE;
}

enum { BOARD, READER, CHILD, WATCHED };

/* Return: an exit code, or -1 to go on. */
static int look(struct monitor *monitor, const struct pollfd pollfds[WATCHED])
{
	if (pollfds[READER].revents)
		return EXIT_DONE;	/* nobody reads any more */
	if (pollfds[CHILD].revents)
		hook_ended(&monitor->hook);
	return pollfds[BOARD].revents ? read_events(monitor) : -1;
}

static int follow(struct monitor *monitor)
{
	struct pollfd pollfds[WATCHED] = {
		[BOARD] = { .events = POLLIN },
		[READER] = { .fd = STDOUT_FILENO },
		[CHILD] = { .events = POLLIN },
	};
	int count, code = -1;

	monitor->deadline = monotonic_ms() + monitor->idle_ms;
	while (code < 0) {
		pollfds[BOARD].fd = hook_full(&monitor->hook) ? -1 : monitor->device.fd;
		pollfds[CHILD].fd = monitor->hook.pidfd;
		count = poll(pollfds, WATCHED, idle_timeout(monitor));
		if (count < 0 && errno != EINTR)
			return complain(EXIT_ERROR, "cannot wait for events: %s", strerror(errno));
		if (!count && monitor->idle_ms >= 0 && monotonic_ms() >= monitor->deadline)
			return idle_exit(monitor);
		if (count > 0)
			code = look(monitor, pollfds);
		if (code < 0 && ferror(stdout))
			return EXIT_DONE;	/* main() says why */
	}
	return code;
}

static uint32_t parse_kinds(const struct cli *cli, const char *list)
{
	char *copy = xasprintf("%s", list), *rest = copy, *word;
	uint32_t kinds = 0;
	unsigned int type;

	while ((word = strsep(&rest, ","))) {
		for (type = OPENEVSE_EVENT_STATE; event_name(type); type++)
			if (!strcmp(word, event_name(type)))
				break;
		if (!event_name(type))
			usage_error(cli, "no kind of event \"%s\"", word);
		kinds |= 1U << type;
	}
	free(copy);
	return kinds;
}

static unsigned long parse_count(const struct cli *cli, const char *text)
{
	char *end;
	unsigned long count;

	errno = 0;
	count = strtoul(text, &end, 10);
	if (text[0] < '1' || text[0] > '9' || *end || errno)
		usage_error(cli, "\"%s\" is not a number of events", text);
	return count;
}

static void parse_options(struct cli *cli, struct monitor *monitor)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "only", required_argument, NULL, 'o' },
		{ "num-events", required_argument, NULL, 'n' },
		{ "idle-timeout", required_argument, NULL, 'i' },
		{ "exec", required_argument, NULL, 'e' },
		{ "log", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = options_next(cli, "jn:", longs)) != -1) {
		switch (option) {
		case 'j':
			monitor->json = true;
			break;
		case 'o':
			monitor->kinds = parse_kinds(cli, optarg);
			break;
		case 'n':
			monitor->limit = parse_count(cli, optarg);
			break;
		case 'e':
			hook_init(&monitor->hook, optarg);
			break;
		case 'l':
			monitor->log = optarg;
			break;
		case 'i':
			monitor->idle_ms = period_argument(cli, optarg);
			break;
		}
	}
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
}

static int open_log(struct monitor *monitor)
{
	if (!monitor->log)
		return EXIT_DONE;
	monitor->log_fd = appender_open(monitor->log);
	if (monitor->log_fd >= 0)
		return EXIT_DONE;
	return complain(monitor->log_fd == -EACCES ? EXIT_RIGHTS : EXIT_ERROR,
			"cannot open %s: %s", monitor->log, strerror(-monitor->log_fd));
}

static int run_monitor(struct cli *cli)
{
	struct monitor monitor = { .kinds = UINT32_MAX, .idle_ms = -1, .log_fd = -1 };
	int code;

	hook_init(&monitor.hook, NULL);
	parse_options(cli, &monitor);
	code = device_open(cli, DEVICE_ASK, &monitor.device);
	if (code)
		return code;
	setvbuf(stdout, NULL, _IOLBF, 0);
	code = open_log(&monitor);
	if (!code)
		code = follow(&monitor);
	hook_finish(&monitor.hook);
	if (monitor.log_fd >= 0)
		close(monitor.log_fd);
	device_close(&monitor.device);
	return code;
}

const struct command monitor_command = {
	.name = "monitor",
	.arguments = "[OPTION...]",
	.summary = "print events as they happen",
	.help = "Print each event as it happens, after one line with the present state. Ends with\n"
		"exit status 5 when the board is unplugged.\n\n"
		"  -j, --json              one JSON object a line\n"
		"      --only KINDS        of state,boot,button,wifi,link,setting,echo,detached\n"
		"  -n, --num-events N      leave after N events; the present state does not count\n"
		"      --idle-timeout T    leave after T (500ms, 10s, 5m) without an event; exit\n"
		"                          status 4 when -n wanted more\n"
		"      --exec COMMAND      run it by sh for each, one at a time, with the values\n"
		"                          of --json in OPENEVSE_EVENT, OPENEVSE_TO and so on\n"
		"      --log FILE          append each to FILE, in JSON",
	.words = "--only=state,boot,button,wifi,link,setting,echo,detached",
	.run = run_monitor,
};
