// SPDX-License-Identifier: GPL-2.0
/*
 * openevse-attach: keep boards attached
 *
 * Owns the list of ports. As a service it attaches every tty that udev marks,
 * whenever it comes, and stays for ever; with ttys on the command line it
 * attaches those and leaves when the last one is gone. One thread, one poll().
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

#include "log.h"
#include "notify.h"
#include "port.h"
#include "watch.h"

enum { EXIT_USAGE = 2 };

static struct port *ports;
static volatile sig_atomic_t stop;
static volatile sig_atomic_t reload;

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void report_status(void)
{
	unsigned int attached = 0, waiting = 0;
	const struct port *port;

	for (port = ports; port; port = port->next) {
		if (port_attached(port))
			attached++;
		else
			waiting++;
	}
	notify("STATUS=%u attached, %u waiting", attached, waiting);
}

/* The list of ports */

static struct port *add_port(const struct watch_tty *tty)
{
	struct port *port = port_new(tty);
	struct port **link = &ports;

	if (!port) {
		log_error("%s: out of memory", tty->node);
		return NULL;
	}
	while (*link)		/* in the order told: lower names, lower numbers */
		link = &(*link)->next;
	*link = port;
	return port;
}

/* Another port that the same serial number means. Those attached come first. */
static struct port *find_double(const struct port *port)
{
	struct port *other, *found = NULL;

	for (other = ports; other; other = other->next) {
		if (!port_is_double(other, port) || port_unplugged(other))
			continue;
		if (port_attached(other))
			return other;
		found = other;
	}
	return found;
}

static struct port **find_port(const char *syspath)
{
	struct port **link;

	for (link = &ports; *link; link = &(*link)->next)
		if ((*link)->syspath && !strcmp((*link)->syspath, syspath))
			break;
	return link;
}

static void drop_port(struct port **link)
{
	struct port *port = *link, *other;

	*link = port->next;
	for (other = ports; other; other = other->next)
		if (port_is_double(other, port))
			other->retry_at = 0;	/* what was wrong may be right now */
	port_free(port);
}

static void drop_all_ports(void)
{
	while (ports)
		drop_port(&ports);
}

/* What udev says */

static void tty_wanted(const struct watch_tty *tty)
{
	struct port *port = *find_port(tty->syspath);

	if (!port)
		port = add_port(tty);
	else if (!port_update(port, tty))
		log_error("%s: out of memory", tty->node);
	if (!port)
		return;
	port->seen = true;
	port->retry_at = 0;	/* something changed: do not wait for the pause */
}

static void tty_unwanted(const char *syspath)
{
	struct port **link = find_port(syspath);

	if (*link)
		drop_port(link);
}

static void rescan_begin(void)
{
	struct port *port;

	for (port = ports; port; port = port->next)
		port->seen = false;
}

static void rescan_end(void)
{
	struct port **link = &ports;

	while (*link) {
		if ((*link)->seen)
			link = &(*link)->next;
		else
			drop_port(link);
	}
}

static const struct watch_handler watch_handler = {
	.wanted = tty_wanted,
	.unwanted = tty_unwanted,
	.rescan_begin = rescan_begin,
	.rescan_end = rescan_end,
};

/* The loop */

static void attach_due_ports(void)
{
	struct port *port;
	bool tried = false;

	for (port = ports; port; port = port->next) {
		if (port_attached(port) || port->retry_at > now_ms())
			continue;
		port_attach(port, find_double(port), now_ms());
		tried = true;
	}
	if (tried)
		report_status();
}

static uint64_t next_try(void)
{
	uint64_t next = UINT64_MAX;
	const struct port *port;

	for (port = ports; port; port = port->next)
		if (!port_attached(port) && port->retry_at < next)
			next = port->retry_at;
	return next;
}

static void wait_and_handle(struct watch *watch, const sigset_t *waiting_mask)
{
	uint64_t now = now_ms(), next = next_try();
	struct pollfd *pollfds, *pollfd;
	bool forever = next == UINT64_MAX;
	struct timespec timeout;
	struct port *port;
	size_t count = 1;

	for (port = ports; port; port = port->next)
		count++;
	pollfds = calloc(count, sizeof(*pollfds));
	if (!pollfds) {
		log_error("out of memory");
		exit(EXIT_FAILURE);	/* the service manager starts us again */
	}
	pollfds[0].fd = watch ? watch_fd(watch) : -1;
	pollfds[0].events = POLLIN;
	for (port = ports, pollfd = pollfds + 1; port; port = port->next, pollfd++) {
		pollfd->fd = port->fd;
		pollfd->events = port->events;
	}
	next = next > now ? next - now : 0;
	timeout.tv_sec = next / 1000;
	timeout.tv_nsec = next % 1000 * 1000000;
	if (ppoll(pollfds, count, forever ? NULL : &timeout, waiting_mask) > 0) {
		now = now_ms();
		for (port = ports, pollfd = pollfds + 1; port; port = port->next, pollfd++)
			if (pollfd->revents)
				port_event(port, pollfd->revents, now);
		if (pollfds[0].revents)		/* last: it changes the list */
			watch_read(watch);
		report_status();
	}
	free(pollfds);
}

static void on_signal(int number)
{
	if (number == SIGHUP)
		reload = 1;
	else
		stop = 1;
}

/* Signals arrive inside ppoll() only, so no half-made step is interrupted. */
static void setup_signals(sigset_t *waiting_mask)
{
	static const int stoppers[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;
	size_t i;

	sigemptyset(&blocked);
	for (i = 0; i < sizeof(stoppers) / sizeof(stoppers[0]); i++) {
		sigaction(stoppers[i], &action, NULL);
		sigaddset(&blocked, stoppers[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, waiting_mask);
	for (i = 0; i < sizeof(stoppers) / sizeof(stoppers[0]); i++)
		sigdelset(waiting_mask, stoppers[i]);
}

/* Whatever stood in the way of a tty may be mended: ask udev, and try again. */
static void reload_ports(struct watch *watch)
{
	reload = 0;
	notify("RELOADING=1");
	log_info("looking at all ttys again");
	watch_rescan(watch);
	notify("READY=1");
}

static int run_service(const sigset_t *waiting_mask)
{
	struct watch *watch = watch_open(&watch_handler);

	if (!watch) {
		log_error("cannot listen to udev");
		return EXIT_FAILURE;
	}
	attach_due_ports();
	notify("READY=1");
	while (!stop) {
		wait_and_handle(watch, waiting_mask);
		if (reload)
			reload_ports(watch);
		attach_due_ports();
	}
	notify("STOPPING=1");
	watch_close(watch);
	drop_all_ports();
	return EXIT_SUCCESS;
}

/* By hand there is nobody to tell that a tty came back: what is gone is gone. */
static void drop_detached_ports(void)
{
	struct port **link = &ports;

	while (*link) {
		if (port_attached(*link))
			link = &(*link)->next;
		else
			drop_port(link);
	}
}

static int attach_by_hand(const char *name)
{
	char *path, *node;
	struct port *port;

	if (asprintf(&path, "%s%s", strchr(name, '/') ? "" : "/dev/", name) < 0)
		return -ENOMEM;
	node = realpath(path, NULL);	/* not a link that may be moved */
	port = add_port(&(struct watch_tty){ .node = node ? node : path });
	free(node);
	free(path);
	return port ? port_attach(port, NULL, now_ms()) : -ENOMEM;
}

static int run_by_hand(char **names, const sigset_t *waiting_mask)
{
	for (; *names; names++) {
		if (attach_by_hand(*names)) {
			drop_all_ports();
			return EXIT_FAILURE;
		}
	}
	notify("READY=1");
	/* SIGHUP is the terminal that goes away, and with it who wanted this. */
	while (!stop && !reload && ports) {
		wait_and_handle(NULL, waiting_mask);
		drop_detached_ports();
	}
	drop_all_ports();
	return stop || reload ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void usage(FILE *file)
{
	fputs("Usage: openevse-attach [-sv]\n"
	      "       openevse-attach [-sv] TTY...\n"
	      "\n"
	      "Attach OpenEVSE boards to the kernel's driver and keep them attached.\n"
	      "Without TTY: every tty with the udev property OPENEVSE_ATTACH=1, whenever it\n"
	      "comes (\"openevse adopt\" sets it). With TTY: those, until they are gone.\n"
	      "\n"
	      "  -v, --verbose  say more\n"
	      "  -s, --syslog   say it to the system's log\n"
	      "  -h, --help     show this\n"
	      "      --version  show the version\n", file);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "verbose", no_argument, NULL, 'v' },
		{ "syslog", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	bool verbose = false, to_syslog = false;
	sigset_t waiting_mask;
	int option;

	while ((option = getopt_long(argc, argv, "vsh", options, NULL)) != -1) {
		switch (option) {
		case 'v':
			verbose = true;
			break;
		case 's':
			to_syslog = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("openevse-attach " OPENEVSE_TOOLS_VERSION);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	log_init(verbose, to_syslog);
	setup_signals(&waiting_mask);
	if (optind < argc)
		return run_by_hand(argv + optind, &waiting_mask);
	return run_service(&waiting_mask);
}
