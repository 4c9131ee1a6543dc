// SPDX-License-Identifier: GPL-2.0
/*
 * openevse watch: a live view of one or many boards
 *
 * One process, one poll(): on the keyboard, on signals, on each board for its
 * events. Between two of those one board is asked one question, so a key waits
 * for one answer at most. A question gets half a second instead of the usual ten;
 * a board that does not answer in time is asked again a second later. When it has
 * been silent for long, its values on the screen are marked as old. The driver finds
 * out by itself, too; then nobody is asked until it says that the board is back.
 *
 * Answers may be nearly as old as the interval: many views cost the wire what one
 * costs. Files are open for reading: this command can change nothing.
 *
 * Which boards there are is looked up once a second. That takes no time, needs no
 * udevd, and finds a board by the name that it keeps when it goes and comes back.
 *
 * watch_model.c holds what is known, watch_screen.c draws it.
 */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "guard.h"
#include "names.h"
#include "now.h"
#include "parse.h"
#include "watch_model.h"
#include "watch_screen.h"

#define NS_PER_MS	1000000LL
#define BATCH		16		/* records in one read() */
#define ANSWER_MS	500		/* for one question */
#define LOOK_NS		NS_PER_SECOND	/* between two looks at which boards there are */
#define SLOW_NS		(10 * NS_PER_SECOND)	/* between two rounds of all questions */
#define REST_NS		NS_PER_SECOND	/* for one that has not answered */
#define MIN_INTERVAL_MS	200
#define MAX_INTERVAL_MS	60000

/* What changes while it charges, and what seldom does or comes as an event. */
#define FAST		(1U << ASK_STATE | 1U << ASK_CHARGING | 1U << ASK_ENERGY)
#define SLOW		(1U << ASK_RANGE | 1U << ASK_SETTINGS | 1U << ASK_TEMPERATURE | \
			 1U << ASK_FAULTS)

/**
 * struct port - the open file of a row of the model
 * @device: the board; its fd is -1 while there is none
 * @query: what it has answered
 * @wanted: questions of this round still to be asked
 * @slow_ns: when those that seldom change are due
 * @rest_ns: it is not asked before
 */
struct port {
	struct device device;
	struct query query;
	unsigned int wanted;
	int64_t slow_ns;
	int64_t rest_ns;
};

/**
 * struct watch - one run of it
 * @cli: the call
 * @model: what is drawn
 * @ports: of the rows in the model
 * @chosen: only the boards that the user named
 * @udev: to know whether it has done its work on a board
 * @signals: those that end it
 * @colour: unless unwanted
 * @ended: leave
 * @changed: draw
 * @look_ns: next look at which boards there are
 * @round_ns: next round of questions
 * @turn: whose turn it is to be asked
 */
struct watch {
	const struct cli *cli;
	struct watch_model model;
	struct port ports[WATCH_BOARDS];
	bool chosen;
	struct udev *udev;
	int signals;
	bool colour;
	bool ended;
	bool changed;
	int64_t look_ns;
	int64_t round_ns;
	int turn;
};

static void tell_time(struct watch_model *model)
{
	model->now_ns = now_ns(CLOCK_MONOTONIC);
	model->wall_ns = now_ns(CLOCK_REALTIME);
}

static struct port *port_of(struct watch *watch, const struct watch_board *row)
{
	return &watch->ports[row - watch->model.boards];
}

/* --- boards that come and go ------------------------------------------------- */

static void close_port(struct watch *watch, int i)
{
	device_close(&watch->ports[i].device);
	watch_went(&watch->model.boards[i], WATCH_ABSENT);
	watch->changed = true;
}

/* How long it waits for answers, and how old they may be. */
static int apply_patience(const struct watch *watch, int fd)
{
	const struct cli *cli = watch->cli;
	uint32_t interval_ms = watch->model.interval_ms;
	const struct openevse_timeout timeout = {
		.timeout_ms = cli->timeout_ms ? cli->timeout_ms : ANSWER_MS,
	};
	const struct openevse_max_age max_age = {
		.max_age_ms = cli->max_age_ms ? cli->max_age_ms : interval_ms - interval_ms / 10,
	};

	if (ioctl(fd, OPENEVSE_SET_TIMEOUT, &timeout) ||
	    ioctl(fd, OPENEVSE_SET_MAX_AGE, &max_age) || fcntl(fd, F_SETFL, O_NONBLOCK))
		return -errno;
	return 0;
}

static void want_everything(struct port *port)
{
	port->wanted = FAST | SLOW;
	port->rest_ns = 0;
}

/* Return: 0 or a negative errno. */
static int open_row(struct watch *watch, struct watch_board *row, const struct board *board)
{
	struct port *port = port_of(watch, row);
	struct device device;
	int error = device_open_board(board, DEVICE_ASK, &device);

	if (!error) {
		error = apply_patience(watch, device.fd);
		if (error)
			device_close(&device);
	}
	if (error == -EACCES || error == -EPERM)
		watch_went(row, WATCH_LOCKED);
	if (error)
		return error;
	port->device = device;
	query_init(&port->query, &port->device);
	want_everything(port);
	watch_came(&watch->model, row, &device);
	watch->changed = true;
	return 0;
}

/* Until udev has given it its name and its group, a board is a stranger. */
static bool is_ready(const struct watch *watch, const struct board *board)
{
	const char *sysname = strrchr(board->path, '/') + 1;
	struct udev_device *device;
	bool ready;

	if (access("/run/udev/control", F_OK))
		return true;
	device = udev_device_new_from_subsystem_sysname(watch->udev, "openevse", sysname);
	ready = device && udev_device_get_is_initialized(device);
	udev_device_unref(device);
	return ready;
}

static bool is_open(const struct watch *watch, const struct board *board)
{
	int i;

	for (i = 0; i < watch->model.count; i++)
		if (watch->ports[i].device.fd >= 0 &&
		    watch->ports[i].device.board.index == board->index)
			return true;
	return false;
}

static struct watch_board *add_row(struct watch *watch, const struct board *board)
{
	struct watch_board *row = watch_add(&watch->model, board);

	if (row)
		port_of(watch, row)->device.fd = -1;
	return row;
}

static void meet(struct watch *watch, struct board *board, bool first)
{
	struct watch_board *row;

	if (is_open(watch, board) || !is_ready(watch, board))
		return;
	make_printable(board->name);
	row = watch_find(&watch->model, board->name);
	if (!row && !watch->chosen)
		row = add_row(watch, board);
	if (!row || port_of(watch, row)->device.fd >= 0)
		return;
	if (!open_row(watch, row, board) && !first)
		watch_note(&watch->model, row, "attached");
}

static void look_for_boards(struct watch *watch, bool first)
{
	struct board *boards;
	int count = boards_list(&boards), i;

	for (i = 0; i < count; i++)
		meet(watch, &boards[i], first);
	free(boards);
	watch->look_ns = watch->model.now_ns + LOOK_NS;
	watch->changed = true;
}

/* --- events and answers ------------------------------------------------------ */

static void handle_event(struct watch *watch, int i, const struct openevse_event *event)
{
	struct port *port = &watch->ports[i];

	watch_event(&watch->model, &watch->model.boards[i], event);
	/* It has just spoken, so it may well answer; and the answers are others. */
	want_everything(port);
	watch->changed = true;
}

static void read_events(struct watch *watch, int i)
{
	struct openevse_event events[BATCH];
	ssize_t size = read(watch->ports[i].device.fd, events, sizeof(events)), k;

	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	for (k = 0; k < size / (ssize_t)sizeof(events[0]); k++)
		handle_event(watch, i, &events[k]);
	if (size <= 0)
		close_port(watch, i);
}

/* The link and the version cost nothing to ask. */
static void refresh_info(struct watch *watch, int i)
{
	struct openevse_info info;
	struct device *device = &watch->ports[i].device;

	if (ioctl(device->fd, OPENEVSE_GET_INFO, &info))
		return;
	info.firmware[sizeof(info.firmware) - 1] = '\0';
	info.protocol[sizeof(info.protocol) - 1] = '\0';
	make_printable(info.firmware);
	make_printable(info.protocol);
	device->info = info;
	watch->model.boards[i].info = info;
}

static void begin_round(struct watch *watch)
{
	struct watch_model *model = &watch->model;
	struct port *port;
	int i;

	for (i = 0; i < model->count; i++) {
		watch_take_sample(model, &model->boards[i]);
		port = &watch->ports[i];
		if (port->device.fd < 0)
			continue;
		refresh_info(watch, i);
		if (!port->wanted)	/* else the last round is not over */
			port->wanted = model->now_ns >= port->slow_ns ? FAST | SLOW : FAST;
	}
	watch->round_ns = model->now_ns + model->interval_ms * NS_PER_MS;
	watch->changed = true;
}

static bool may_be_asked(const struct watch *watch, int i)
{
	const struct port *port = &watch->ports[i];

	return port->device.fd >= 0 && port->wanted &&
	       watch->model.boards[i].info.link == OPENEVSE_LINK_UP &&
	       watch->model.now_ns >= port->rest_ns;
}

static void end_round(struct watch *watch, int i)
{
	struct port *port = &watch->ports[i];

	watch_answers(&watch->model, &watch->model.boards[i], &port->query);
	watch->changed = true;
}

/* What is not there is an answer, too: status_gather() knows. */
static bool is_answer(int error)
{
	return !error || error == -ENODATA || error == -EOPNOTSUPP || error == -EREMOTEIO;
}

static void ask(struct watch *watch, int i)
{
	struct port *port = &watch->ports[i];
	enum question question = __builtin_ctz(port->wanted);
	int error;

	query_forget(&port->query, 1U << question);
	error = query_ask(&port->query, question);
	if (error == -EINTR)
		return;		/* the terminal has another size */
	if (error == -ENODEV) {
		/* Its last event is on its way, and says why. */
		port->wanted = 0;
	} else if (!is_answer(error)) {
		port->rest_ns = now_ns(CLOCK_MONOTONIC) + REST_NS;
	} else {
		port->wanted &= ~(1U << question);
		if ((1U << question) & SLOW)
			port->slow_ns = watch->model.now_ns + SLOW_NS;
		if (!port->wanted)
			end_round(watch, i);
	}
}

/* One question to the next board that has one. Return: was there any? */
static bool ask_one(struct watch *watch)
{
	int count = watch->model.count, i, k;

	for (k = 0; k < count; k++) {
		i = (watch->turn + k) % count;
		if (!may_be_asked(watch, i))
			continue;
		watch->turn = i + 1;
		ask(watch, i);
		return true;
	}
	return false;
}

/* --- the loop ---------------------------------------------------------------- */

static void read_keys(struct watch *watch)
{
	enum screen_key key;

	while ((key = screen_key()) != SCREEN_NO_KEY) {
		watch->changed = true;
		if (key == SCREEN_QUIT)
			watch->ended = true;
		else if (key == SCREEN_NEXT || key == SCREEN_PREVIOUS)
			watch_select(&watch->model, key == SCREEN_NEXT ? 1 : -1);
		else if (key == SCREEN_HELP)
			watch->model.help = !watch->model.help;
		else if (key == SCREEN_REDRAW)
			screen_repair();
	}
}

static int timeout_ms(const struct watch *watch, bool busy)
{
	int64_t next = watch->look_ns < watch->round_ns ? watch->look_ns : watch->round_ns;
	int64_t left = next - now_ns(CLOCK_MONOTONIC);

	if (busy || left < 0)
		return 0;
	return left / NS_PER_MS + 1;
}

/* Waits for what comes next and takes in what has come. Return: false on an error. */
static bool wait_and_read(struct watch *watch, int timeout)
{
	struct pollfd pollfds[2 + WATCH_BOARDS] = {
		{ .fd = watch->signals, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	int count = watch->model.count, i;

	for (i = 0; i < count; i++) {
		pollfds[2 + i].fd = watch->ports[i].device.fd;
		pollfds[2 + i].events = POLLIN;
	}
	if (poll(pollfds, 2 + count, timeout) < 0) {
		memset(pollfds, 0, sizeof(pollfds));
		if (errno != EINTR)
			return false;
	}
	tell_time(&watch->model);
	/* A signal to leave, or a terminal that is no more. */
	if (pollfds[0].revents || pollfds[1].revents & (POLLHUP | POLLERR | POLLNVAL))
		watch->ended = true;
	for (i = 0; i < count; i++)
		if (pollfds[2 + i].revents)
			read_events(watch, i);
	read_keys(watch);
	return true;
}

static int follow(struct watch *watch)
{
	bool busy = false;

	while (!watch->ended) {
		if (watch->changed)
			screen_draw(&watch->model);
		watch->changed = false;
		if (!wait_and_read(watch, timeout_ms(watch, busy)))
			return -errno;
		if (watch->model.now_ns >= watch->look_ns)
			look_for_boards(watch, false);
		if (watch->model.now_ns >= watch->round_ns)
			begin_round(watch);
		busy = !watch->ended && ask_one(watch);
	}
	return 0;
}

/* --- the command ------------------------------------------------------------- */

static uint32_t parse_interval(const struct cli *cli, const char *text)
{
	int64_t ms;

	if (!parse_milli(text, &ms) || ms < MIN_INTERVAL_MS || ms > MAX_INTERVAL_MS)
		usage_error(cli, "--interval takes seconds, 0.2 to 60, and not \"%s\"", text);
	return ms;
}

static void parse_options(struct cli *cli, struct watch *watch)
{
	static const struct option longs[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "no-colour", no_argument, NULL, 'c' },
		{ "no-color", no_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	const char *unwanted = getenv("NO_COLOR");
	int option;

	watch->cli = cli;
	watch->colour = !unwanted || !unwanted[0];
	watch->model.interval_ms = 1000;
	while ((option = options_next(cli, "i:", longs)) != -1) {
		if (option == 'i')
			watch->model.interval_ms = parse_interval(cli, optarg);
		else
			watch->colour = false;
	}
}

/* Return: an exit code; the complaint has been made. */
static int choose_board(struct watch *watch, const char *name)
{
	struct cli cli = *watch->cli;
	struct device device;
	struct watch_board *row;
	int code, error;

	cli.device = name;
	code = device_open(&cli, DEVICE_ASK, &device);
	if (code)
		return code;
	device_close(&device);
	make_printable(device.board.name);
	if (watch_find(&watch->model, device.board.name))
		return EXIT_DONE;	/* named twice */
	row = add_row(watch, &device.board);
	if (!row)
		return complain(EXIT_USAGE, "more than %d boards do not fit", WATCH_BOARDS);
	error = open_row(watch, row, &device.board);
	return error ? device_error(&device, error, "watch it") : EXIT_DONE;
}

static int choose_boards(struct watch *watch)
{
	const struct cli *cli = watch->cli;
	int code = EXIT_DONE, i;

	watch->chosen = cli->argc || cli->device;
	if (!cli->argc && cli->device)
		return choose_board(watch, cli->device);
	for (i = 0; i < cli->argc && !code; i++)
		code = choose_board(watch, cli->argv[i]);
	return code;
}

/* Where none may be opened, saying so beats a screen that says nothing else. */
static int find_boards(struct watch *watch)
{
	const struct watch_model *model = &watch->model;
	int code = choose_boards(watch), i;

	if (code || watch->chosen)
		return code;
	look_for_boards(watch, true);
	for (i = 0; i < model->count; i++)
		if (model->boards[i].presence != WATCH_LOCKED)
			return EXIT_DONE;
	return model->count ? choose_board(watch, model->boards[0].board.path) : EXIT_DONE;
}

/* Those that end it are read from a file, so that none falls between two waits. */
static int catch_signals(struct watch *watch)
{
	sigset_t set;

	guard_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	watch->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return watch->signals < 0 ? complain(EXIT_ERROR, "cannot wait for signals: %s",
					     strerror(errno)) : EXIT_DONE;
}

static int show(struct watch *watch)
{
	const char *term = getenv("TERM");
	int error;

	if (!screen_open(watch->colour))
		return complain(EXIT_USAGE, "cannot draw on a terminal of the kind \"%s\": set TERM to what it is",
				term ? term : "");
	error = follow(watch);
	screen_close();
	if (error)
		return complain(EXIT_ERROR, "cannot wait for events: %s", strerror(-error));
	return EXIT_DONE;
}

static void close_all(struct watch *watch)
{
	int i;

	for (i = 0; i < watch->model.count; i++)
		if (watch->ports[i].device.fd >= 0)
			device_close(&watch->ports[i].device);
	if (watch->signals >= 0)
		close(watch->signals);
	udev_unref(watch->udev);
}

static int run_watch(struct cli *cli)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int code;

	if (!watch)
		out_of_memory();
	watch->signals = -1;
	parse_options(cli, watch);
	watch->udev = udev_new();
	if (!watch->udev)
		out_of_memory();
	tell_time(&watch->model);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		code = complain(EXIT_USAGE, "watch draws on a terminal; \"openevse monitor\" and \"openevse status --json\" are for files and pipes");
	else
		code = find_boards(watch);
	if (!code)
		code = catch_signals(watch);
	if (!code)
		code = show(watch);
	close_all(watch);
	free(watch);
	return code;
}

const struct command watch_command = {
	.name = "watch",
	.arguments = "[--interval SECONDS] [--no-colour] [DEVICE...]",
	.summary = "a live view of one or many boards, on the whole screen",
	.help = "Show state, current, power, energy, temperatures, faults and the last events of\n"
		"the boards named, or of all there are and will be, with a graph of the power.\n"
		"A board that goes is shown as gone until it comes back. Nothing here changes a\n"
		"board.\n\n"
		"  -i, --interval SECONDS  between two looks, 0.2 to 60; default: 1\n"
		"      --no-colour         as with $NO_COLOR\n\n"
		"Keys: q quits; the arrows and tab choose a board; ? shows the keys; ^L redraws.\n"
		"A question to a board gets 0.5 s here, not 10, unless --timeout says otherwise:\n"
		"keys wait that long at most. Answers may be nearly SECONDS old, unless --max-age\n"
		"says otherwise: many views cost the line what one costs.",
	.words = "@board",
	.run = run_watch,
};
