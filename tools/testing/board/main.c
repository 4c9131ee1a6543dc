// SPDX-License-Identifier: GPL-2.0
/*
 * openevse-board: an OpenEVSE controller made of software. Options, signals
 * and the one poll loop; board.h lists what there is besides.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "control.h"

#define CHOICES	64	/* --with and --without, together */

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = number;
}

struct options {
	const char *firmware;
	const char *control;
	const char *serial;
	uint64_t seed;
	double speed;
	double boot_factor;
	const char *replay;
	double replay_speed;
	char pilot;
	int pacing;		/* -1: as the transport has it */
	bool virtual_time;
	bool unplugged;
	struct choice choices[CHOICES];
	size_t choice_count;
};

/* The socket's clients have whole lines in them: not for the stack. */
static struct board board;
static struct control control;

static void usage(FILE *f)
{
	fprintf(f,
"Usage: openevse-board --firmware VERSION (--stdio | --pty | --usb) [options]\n"
"       openevse-board --send SOCKET COMMAND...\n"
"       openevse-board --list | --help\n"
"\n"
"  --stdio            RAPI on standard input and output\n"
"  --pty              on a pseudo terminal; prints \"pty PATH\"\n"
"  --usb              behind a virtual FT232R (needs vhci-hcd)\n"
"  --firmware VERSION 2.1.A2 to 9.2.0, e.g. 8.2.3, D4.6.0, 3.11.3, 9.2.0.SAMD\n"
"  --with F, --without F  build it with, without a feature; --list has their names\n"
"  --state A|B|C      what the vehicle does at the start (A)\n"
"  --boot-time FACTOR of the real boot's 5 s; 0: booted already (1)\n"
"  --speed X          board seconds in a real second (1)\n"
"  --pacing, --no-pacing  115200 baud or no time at all (--stdio: the latter)\n"
"  --instant          answer at once, not once a pass of the main loop\n"
"  --virtual-time     the clock moves by `advance' and `wait' only\n"
"  --seed N           another run of all that is random (1)\n"
"  --control SOCKET   commands, see below\n"
"  --link PATH        a symbolic link to the pty that follows it\n"
"  --serial TEXT      serial number of the FT232R\n"
"  --any-socket       plug it into whichever is free, not into the one it had\n"
"  --dtr-resets       a rising DTR resets the board, as some cables do\n"
"  --unplugged        start with the cable pulled, see `plug'\n"
"  --replay FILE      what `openevse monitor --log' wrote, instead of a vehicle\n"
"  --replay-speed X   of the recorded time (1); 0: as fast as the protocol can\n"
"  --log FILE         write down the wire from the start\n"
"  --send SOCKET      send commands, print the answers, 0 if all were ok\n"
"\n"
"Commands of the control socket, each answered with a line \"ok...\" or \"error...\":\n"
"\n");
}

static void list(void)
{
	const struct profile *p;
	const char *refused, *feature;
	struct build build;
	size_t i;

	for (i = 0; (p = profile_at(i)); i++) {
		profile_build(&build, p->firmware, NULL, 0, &refused);
		printf("%s %s (RAPI %s), for %s and later\n", p->name, p->firmware, build.rapi,
		       p->from);
	}
	printf("features:");
	for (i = 0; (feature = profile_feature(i)); i++)
		printf(" %s", feature);
	printf("\n");
}

enum {
	OPT_STDIO = 256, OPT_PTY, OPT_USB, OPT_FIRMWARE, OPT_CONTROL, OPT_SERIAL, OPT_LINK,
	OPT_SEED, OPT_SPEED, OPT_PACING, OPT_NO_PACING, OPT_BOOT_TIME, OPT_STATE, OPT_SEND,
	OPT_WITH, OPT_WITHOUT, OPT_INSTANT, OPT_VIRTUAL_TIME, OPT_DTR_RESETS, OPT_UNPLUGGED,
	OPT_LOG, OPT_LIST, OPT_HELP, OPT_ANY_SOCKET,
	OPT_REPLAY, OPT_REPLAY_SPEED,
};

static const struct option long_options[] = {
	{ "stdio", no_argument, NULL, OPT_STDIO },
	{ "pty", no_argument, NULL, OPT_PTY },
	{ "usb", no_argument, NULL, OPT_USB },
	{ "firmware", required_argument, NULL, OPT_FIRMWARE },
	{ "control", required_argument, NULL, OPT_CONTROL },
	{ "serial", required_argument, NULL, OPT_SERIAL },
	{ "any-socket", no_argument, NULL, OPT_ANY_SOCKET },
	{ "link", required_argument, NULL, OPT_LINK },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "speed", required_argument, NULL, OPT_SPEED },
	{ "pacing", no_argument, NULL, OPT_PACING },
	{ "no-pacing", no_argument, NULL, OPT_NO_PACING },
	{ "boot-time", required_argument, NULL, OPT_BOOT_TIME },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "send", required_argument, NULL, OPT_SEND },
	{ "with", required_argument, NULL, OPT_WITH },
	{ "without", required_argument, NULL, OPT_WITHOUT },
	{ "instant", no_argument, NULL, OPT_INSTANT },
	{ "virtual-time", no_argument, NULL, OPT_VIRTUAL_TIME },
	{ "dtr-resets", no_argument, NULL, OPT_DTR_RESETS },
	{ "unplugged", no_argument, NULL, OPT_UNPLUGGED },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "replay", required_argument, NULL, OPT_REPLAY },
	{ "replay-speed", required_argument, NULL, OPT_REPLAY_SPEED },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static void bad_argument(const char *name, const char *value)
{
	fprintf(stderr, "openevse-board: --%s cannot be '%s'\n", name, value);
	exit(2);
}

static double to_number(const char *name, const char *value, double low, double high)
{
	char *end;
	double d = strtod(value, &end);

	if (end == value || *end || !(d >= low && d <= high))
		bad_argument(name, value);
	return d;
}

static void add_choice(struct options *o, const char *name, const char *value, bool with)
{
	if (o->choice_count == CHOICES)
		bad_argument(name, value);
	o->choices[o->choice_count++] = (struct choice){ .name = value, .with = with };
}

static void one_option(struct options *o, int option, const char *name)
{
	switch (option) {
	case OPT_STDIO:
		board.transport.ops = &stdio_transport;
		break;
	case OPT_PTY:
		board.transport.ops = &pty_transport;
		break;
	case OPT_USB:
		board.transport.ops = &usb_transport;
		break;
	case OPT_FIRMWARE:
		o->firmware = optarg;
		break;
	case OPT_CONTROL:
		o->control = optarg;
		break;
	case OPT_SERIAL:
		board.transport.serial = optarg;
		break;
	case OPT_ANY_SOCKET:
		board.transport.any_socket = true;
		break;
	case OPT_LINK:
		board.transport.link = optarg;
		break;
	case OPT_SEED:
		o->seed = (uint64_t)to_number(name, optarg, 0, 1e15);
		break;
	case OPT_SPEED:
		o->speed = to_number(name, optarg, 0.001, 1e6);
		break;
	case OPT_PACING:
	case OPT_NO_PACING:
		o->pacing = option == OPT_PACING;
		break;
	case OPT_BOOT_TIME:
		o->boot_factor = to_number(name, optarg, 0, 1000);
		break;
	case OPT_STATE:
		if (strlen(optarg) != 1 || *optarg < 'A' || *optarg > 'C')
			bad_argument(name, optarg);
		o->pilot = *optarg;
		break;
	case OPT_WITH:
		add_choice(o, name, optarg, true);
		break;
	case OPT_WITHOUT:
		add_choice(o, name, optarg, false);
		break;
	case OPT_INSTANT:
		board.instant = true;
		break;
	case OPT_VIRTUAL_TIME:
		o->virtual_time = true;
		break;
	case OPT_DTR_RESETS:
		board.dtr_resets = true;
		break;
	case OPT_UNPLUGGED:
		o->unplugged = true;
		break;
	case OPT_REPLAY:
		o->replay = optarg;
		break;
	case OPT_REPLAY_SPEED:
		o->replay_speed = to_number(name, optarg, 0, 1e6);
		break;
	case OPT_LOG:
		if (log_open(&board.log, optarg))
			bad_argument(name, optarg);
		break;
	}
}

static void parse(struct options *o, int argc, char **argv)
{
	int option, index = 0;

	while ((option = getopt_long(argc, argv, "", long_options, &index)) != -1) {
		switch (option) {
		case OPT_HELP:
			usage(stdout);
			control_help();
			exit(0);
		case OPT_LIST:
			list();
			exit(0);
		case OPT_SEND:
			exit(control_send(optarg, argv + optind));
		case '?':
			fprintf(stderr, "openevse-board: try --help\n");
			exit(2);
		default:
			one_option(o, option, long_options[index].name);
		}
	}
	if (optind < argc || !o->firmware || !board.transport.ops) {
		usage(stderr);
		exit(2);
	}
}

static void build(struct options *o)
{
	struct board *b = &board;
	const char *refused;

	if (!profile_build(&b->fw, o->firmware, o->choices, o->choice_count, &refused)) {
		if (!refused)
			bad_argument("firmware", o->firmware);
		fprintf(stderr, "openevse-board: %s cannot have '%s'\n", o->firmware, refused);
		exit(2);
	}
	snprintf(b->version, sizeof(b->version), "%s", o->firmware);
	b->boot_factor = o->boot_factor;
	random_seed(&b->random, o->seed);
	wire_init(&b->wire, o->seed);
	b->wire.paced = o->pacing < 0 ? b->transport.ops != &stdio_transport : o->pacing;
	eeprom_init(&b->eeprom, b->fw.quirks & QUIRK_BLANK_COUNTERS);
	rtc_init(&b->rtc, o->virtual_time);
	plant_init(&b->plant, 'A');
	clock_start(&b->clock, o->speed, o->virtual_time);
}

/* Booted long ago without a vehicle; then it came, and has been there since. */
static void start_booted(struct board *b, char pilot)
{
	b->wire.mute = true;
	boot_begin(b);
	while (!b->evse.booted)
		board_run(b, b->cpu.at);
	b->plant.pilot = pilot;
	board_run(b, b->now + 5 * SECOND);
	b->wire.mute = false;
	b->wire.out_len = 0;
	b->eeprom.writes = 0;
	clock_set(&b->clock, b->now);
}

static bool start_replay(struct board *b, const struct options *o)
{
	char error[256];

	if (!o->replay || replay_start(b, o->replay, o->replay_speed, error, sizeof(error)))
		return true;
	fprintf(stderr, "openevse-board: %s\n", error);
	return false;
}

static void power_on(struct board *b, char pilot)
{
	if (b->boot_factor <= 0) {
		start_booted(b, pilot);
		return;
	}
	b->plant.pilot = pilot;
	boot_begin(b);
}

/* How long to sleep: until the board, or a waiting client, has to be served. */
static int sleep_for(struct board *b, struct timespec *ts)
{
	uint64_t ns = clock_wait_ns(&b->clock, board_wakeup(b));
	int patience = control_patience_ms(&control, b);

	if (patience >= 0 && (ns == NEVER || (uint64_t)patience * 1000000 < ns))
		ns = (uint64_t)patience * 1000000;
	if (ns == NEVER)
		return 0;
	ts->tv_sec = (time_t)(ns / 1000000000ULL);
	ts->tv_nsec = (long)(ns % 1000000000ULL);
	return 1;
}

/* Signals come in while we sleep, and only then. */
static void one_round(struct board *b, const sigset_t *while_asleep)
{
	struct pollfd p[CONTROL_CLIENTS + 2];
	struct timespec ts;
	int n = control_watch(&control, p);

	b->transport.ops->watch(b, &p[n]);
	p[n].revents = 0;
	if (b->clock.manual)	/* `advance' looks at it */
		p[n].fd = -1;
	if (ppoll(p, (nfds_t)n + 1, sleep_for(b, &ts) ? &ts : NULL, while_asleep) < 0)
		return;
	board_run(b, clock_now(&b->clock));
	if (p[n].fd >= 0 && p[n].revents)
		b->transport.ops->ready(b, p[n].revents);
	control_ready(&control, b, p, n);
	control_tick(&control, b);
}

static void run(struct board *b)
{
	sigset_t blocked, before;
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	while (!stopped && !b->quit && !(b->transport.eof && board_idle(b)))
		one_round(b, &before);
}

int main(int argc, char **argv)
{
	struct options o = {
		.seed = 1, .speed = 1, .boot_factor = 1, .pilot = 'A', .pacing = -1,
		.replay_speed = 1,
	};
	int status = 1;

	parse(&o, argc, argv);
	build(&o);
	if (control_open(&control, o.control) < 0)
		return 1;
	power_on(&board, o.pilot);
	if (!start_replay(&board, &o))
		goto out;
	if (!o.unplugged && board.transport.ops->plug(&board) < 0)
		goto out;
	run(&board);
	status = 0;
out:
	if (board.transport.plugged)
		board.transport.ops->unplug(&board);
	log_close(&board.log);
	control_close(&control);
	return status;
}
