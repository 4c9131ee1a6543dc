/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Station: a pty with the line discipline on it, and its /dev/openevseN
 *
 * The slave end is the tty the driver sees; the board is whoever holds the
 * master end: a fakeboard, a simulated board, or the test itself.
 *
 * Nothing here asserts: functions return 0 or a negative errno, so that they
 * serve threads and child processes as well.
 */
#ifndef _OPENEVSE_STATION_H
#define _OPENEVSE_STATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/openevse.h>

/* Longest wait for what must happen; emulated debug kernels are slow. */
#define PATIENCE_MS	30000

/*
 * How long the driver may take to give up a board that does not answer, as
 * its header says: three tries of 2 s, and finding the rhythm between them.
 */
#define GIVE_UP_MS	14000

/* For a test case; the harness ends it then. */
#define TEST_SECONDS	180

/**
 * struct station - one attached tty
 * @master: the board's end, -1 where it is somebody else's
 * @tty: the slave end, -1 when closed
 * @index: N
 * @fd: /dev/openevseN, for reading and writing
 * @path: its name
 * @inode: of the node, which tells it from a later one of that name
 */
struct station {
	int master;
	int tty;
	int index;
	int fd;
	char path[32];
	uint64_t inode;
};

/* The number of the discipline in /proc/tty/ldiscs, or -ENOENT. */
int station_discipline(void);

/* One step after the other, or all at once. */
int station_pty(struct station *station);
int station_tty(struct station *station, const char *path);
int station_attach(struct station *station);
int station_begin(struct station *station);

/* Closes what is open; nothing of it is an error. */
void station_end(struct station *station);
/* In a child process: its copies would keep the tty alive. */
void station_forget(struct station *station);

int station_open(const struct station *station, int flags);
int station_attribute(const struct station *station, const char *name,
		      const char *value);

/* ioctl(): 0 or a negative errno. */
int station_call(int fd, unsigned long request, void *arg);
int station_wait_link(const struct station *station, uint32_t link);
int station_wait_gone(const struct station *station);

/* The next event, or -ETIMEDOUT. */
int station_event(int fd, struct openevse_event *event, int timeout_ms);
/* The next event of that type; others are skipped. */
int station_event_of(int fd, unsigned int type, struct openevse_event *event);
/* Skips what is there now. */
void station_drain(int fd);

/* All counters; zeroes when there are none. */
struct openevse_stats station_stats(int fd);

/* Into a file of sysfs or debugfs. */
bool write_text(const char *path, const char *text);

/* Gives up one capability, in this process for good. */
int drop_capability(int capability);
/* Does that thread of ours sleep in that system call? */
bool sleeps_in_syscall(pid_t tid, long number);
/* Until it does; false if it never does. */
bool wait_in_syscall(const volatile pid_t *tid, long number);

/* tools/testing/modules: what strikes whoever enters a function. */
bool probe_exists(const char *module);
bool probe_begin(const char *module, const char *function, const char *option, ...)
	__attribute__((format(printf, 3, 4)));
/* Return: how often it has struck, or -1. */
long probe_hits(const char *module);
/* The same, and takes it away. */
long probe_end(const char *module);

int64_t now_ms(void);
/* Between two looks at a condition. */
void short_pause(void);

#endif /* _OPENEVSE_STATION_H */
