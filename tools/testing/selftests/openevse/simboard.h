/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Simboard: the simulated board of this project as a process of its own
 *
 * It behaves as a real controller does, in real time. Tests tell it through its
 * control socket what happens to it, and ask it what it thinks of itself: the
 * driver's answers are compared with that.
 */
#ifndef _OPENEVSE_SIMBOARD_H
#define _OPENEVSE_SIMBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct simboard - one process
 * @pid: its own, -1 for none
 * @control: connected to its control socket
 * @directory: of the socket
 * @tty: the pty, or the cable's tty, to attach to
 * @answer: the last answer, without its end of line
 */
struct simboard {
	pid_t pid;
	int control;
	char directory[32];
	char tty[64];
	char answer[4096];
};

/* The program, or NULL when it is not there: $OPENEVSE_BOARD, or our tree's. */
const char *sim_program(void);

/*
 * 0 or a negative errno. With @boot the board boots as long as a real one, now
 * and after a reset; without, it is up at once.
 */
int sim_start(struct simboard *sim, const char *firmware, bool boot);
/* A build of its own: @options are further words of the command line. */
int sim_start_build(struct simboard *sim, const char *firmware, bool boot,
		    const char *options);
/* Of the last firmware, which has nearly every command there is when built with these. */
#define SIM_FULL	"9.2.0.core.lcd"
#define SIM_FULL_WITH	"--with auth --with rtc --with timer --with limits " \
			"--with relay-tuning --with cable-temperature"
/* Behind a virtual FT232R and the kernel's ftdi_sio, not attached by anybody. */
int sim_start_usb(struct simboard *sim, const char *firmware, bool boot,
		  const char *options);
/*
 * Is one of those files of sysfs, each a "serial", that of the cable with that serial
 * number? Its path is put into @path, PATH_MAX bytes, unless that is NULL.
 */
bool sim_cable_shows(const char *serial, const char *files, char *path);
void sim_stop(struct simboard *sim);

/* Sends a command and waits for its answer: 0, or -EPROTO for "error ...". */
int sim_tell(struct simboard *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A vehicle comes or goes; until the board knows, which is unlocked and awake. */
int sim_vehicle(struct simboard *sim, bool connected);
/* A number out of the answer to "state" or "stats", -1 when it is not there. */
long sim_number(struct simboard *sim, const char *command, const char *key,
		int base);
/* The same out of the last answer, whatever that was to. */
long sim_said(const struct simboard *sim, const char *key, int base);
/* How often it has run a command, by its mnemonic. */
long sim_count(struct simboard *sim, const char *mnemonic);

#endif /* _OPENEVSE_SIMBOARD_H */
