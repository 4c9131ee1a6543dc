// SPDX-License-Identifier: GPL-2.0
/*
 * openevse monitor: events as they happen
 *
 * One file, one poll(): on the board for events and the end of it, on standard
 * output for a reader that has gone. Lines are flushed one by one, so that a
 * pipe gets an event when it happens and not a page later.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "event.h"
#include "guard.h"
#include "names.h"

#define BATCH		16	/* records in one read() */
#define LONGEST_WAIT_MS	(24 * 3600 * 1000)

/**
 * struct monitor - one run of it
 * @device: the board
 * @json: lines of JSON
 * @kinds: bit mask of enum openevse_event_type to print
 * @limit: events to print; 0 for no limit
 * @printed: events printed so far; the INITIAL record is none
 * @idle_ms: leave after that long without printing; -1 for never
 * @deadline: when that will be
 */
struct monitor {
	struct device device;
	bool json;
	uint32_t kinds;
	unsigned long limit;
	unsigned long printed;
	int64_t idle_ms;
	int64_t deadline;
};

static bool wanted(const struct monitor *monitor, const struct openevse_event *event)
{
	return event_name(event->type) && (monitor->kinds & (1U << event->type));
}

static void print_event(struct monitor *monitor, const struct openevse_event *event)
{
	if (!wanted(monitor, event))
		return;
	if (monitor->json)
		event_print_json(event, monitor->device.board.name);
	else
		event_print_text(event, monitor->device.board.name);
	if (!(event->flags & OPENEVSE_EVENT_FLAG_INITIAL))
		monitor->printed++;
	monitor->deadline = now_ms() + monitor->idle_ms;
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

	if (size < 0 && errno == EINTR)
		return -1;
	if (size < 0)
		return device_error(&monitor->device, -errno, NULL);
	count = size / sizeof(events[0]);
	for (i = 0; i < count; i++) {
		print_event(monitor, &events[i]);
		if (complete(monitor))
			return EXIT_DONE;
		if (events[i].type == OPENEVSE_EVENT_DETACHED)
			return device_error(&monitor->device, -ENODEV, NULL);
	}
	return count ? -1 : device_error(&monitor->device, -ENODEV, NULL);
}

static int idle_timeout(const struct monitor *monitor)
{
	int64_t left = monitor->deadline - now_ms();

	if (monitor->idle_ms < 0 || left > LONGEST_WAIT_MS)
		return LONGEST_WAIT_MS;
	return left < 0 ? 0 : left;
}

/* Asked for so many events and got fewer: that is a timeout, else an end. */
static int idle_exit(const struct monitor *monitor)
{
	return monitor->limit ? EXIT_TIMEOUT : EXIT_DONE;
}

static int follow(struct monitor *monitor)
{
	struct pollfd pollfds[] = {
		{ .fd = monitor->device.fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	int count, code;

	monitor->deadline = now_ms() + monitor->idle_ms;
	for (;;) {
		count = poll(pollfds, ARRAY_SIZE(pollfds), idle_timeout(monitor));
		if (count < 0 && errno != EINTR)
			return complain(EXIT_ERROR, "cannot wait for events: %s", strerror(errno));
		if (!count && monitor->idle_ms >= 0 && now_ms() >= monitor->deadline)
			return idle_exit(monitor);
		if (count <= 0)
			continue;
		if (pollfds[1].revents)
			return EXIT_DONE;	/* nobody reads any more */
		code = read_events(monitor);
		if (code >= 0)
			return code;
		if (ferror(stdout))
			return EXIT_DONE;	/* main() says why */
	}
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

static int64_t parse_period(const struct cli *cli, const char *text)
{
	static const struct {
		const char *suffix;
		double ms;
	} units[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60e3 }, { "h", 3600e3 } };
	double number = 0, ms;
	char *end = NULL;
	size_t i;

	if (text[0] >= '0' && text[0] <= '9')
		number = strtod(text, &end);
	for (i = 0; end && i < ARRAY_SIZE(units); i++) {
		ms = number * units[i].ms;
		if (!strcmp(end, units[i].suffix) && ms <= INT32_MAX * 1000.0)
			return ms;
	}
	usage_error(cli, "\"%s\" is not a period such as 500ms, 10s, 5m", text);
}

static void parse_options(struct cli *cli, struct monitor *monitor)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "only", required_argument, NULL, 'o' },
		{ "num-events", required_argument, NULL, 'n' },
		{ "idle-timeout", required_argument, NULL, 'i' },
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
		case 'i':
			monitor->idle_ms = parse_period(cli, optarg);
			break;
		}
	}
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
}

static int run_monitor(struct cli *cli)
{
	struct monitor monitor = { .kinds = UINT32_MAX, .idle_ms = -1 };
	int code;

	parse_options(cli, &monitor);
	code = device_open(cli, DEVICE_ASK, &monitor.device);
	if (code)
		return code;
	setvbuf(stdout, NULL, _IOLBF, 0);
	code = follow(&monitor);
	device_close(&monitor.device);
	return code;
}

const struct command monitor_command = {
	.name = "monitor",
	.arguments = "[--json] [--only KINDS] [-n N] [--idle-timeout T]",
	.summary = "print events as they happen",
	.help = "Print each event as it happens, after one line with the present state. Ends with\n"
		"exit status 5 when the board is unplugged.\n\n"
		"  -j, --json              one JSON object a line\n"
		"      --only KINDS        of state,boot,button,wifi,link,setting,echo,detached\n"
		"  -n, --num-events N      leave after N events; the present state does not count\n"
		"      --idle-timeout T    leave after T (500ms, 10s, 5m) without an event; exit\n"
		"                          status 4 when -n wanted more",
	.words = "--only=state,boot,button,wifi,link,setting,echo,detached",
	.run = run_monitor,
};
