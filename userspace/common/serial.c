// SPDX-License-Identifier: GPL-2.0
/*
 * The serial line to a board, before and after the line discipline
 *
 * Used by the helper, which attaches the discipline, and by "openevse adopt",
 * which asks one question on the bare line. Both must keep DTR steady: many
 * cables couple it to the reset of the controller, and a reset ends a charge.
 * HUPCL would drop it at close, so it is cleared and never set again.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "serial.h"

/* Not in the C library's headers: the number of the terminal's discipline. */
#define TERMINAL_DISCIPLINE	0
#define ACTIVE_CONSOLES		"/sys/class/tty/console/active"
/* Where minicom, cu, pppd and others say that a line is theirs (FHS 5.9). */
#define LOCK_FILE		"/run/lock/LCK..%s"

int serial_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int discipline;

	if (fd < 0)
		return -errno;
	/* Not isatty(): that asks the discipline, which may not answer. */
	if (!ioctl(fd, TIOCGETD, &discipline))
		return fd;
	close(fd);
	return -ENOTTY;
}

bool serial_is_console(const char *name)
{
	FILE *file = fopen(ACTIVE_CONSOLES, "re");
	char console[64];
	bool found = false;

	if (!file)
		return false;
	while (!found && fscanf(file, "%63s", console) == 1)
		found = !strcmp(console, name);
	fclose(file);
	return found;
}

/* A lock file holds a process id in ten characters; one of the dead is void. */
pid_t serial_lock_owner(const char *node)
{
	const char *name = strrchr(node, '/');
	char path[256];
	int pid = 0;
	FILE *file;

	snprintf(path, sizeof(path), LOCK_FILE, name ? name + 1 : node);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid > 0 && (!kill(pid, 0) || errno == EPERM) ? pid : 0;
}

int serial_claim(int fd, const char *node)
{
	int exclusive = 0, discipline = -1;

	if (serial_lock_owner(node))
		return -EBUSY;
	/* TIOCEXCL does not stop root; the lock is what other programs ask. */
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (ioctl(fd, TIOCGETD, &discipline))
		return -errno;
	if (discipline != TERMINAL_DISCIPLINE)
		return -EALREADY;
	if (!ioctl(fd, TIOCGEXCL, &exclusive) && exclusive)
		return -EBUSY;
	return ioctl(fd, TIOCEXCL) ? -errno : 0;
}

int serial_save(int fd, struct serial_saved *saved)
{
	saved->was_slow = false;
	return tcgetattr(fd, &saved->termios) ? -errno : 0;
}

int serial_setup(int fd, const struct serial_saved *saved)
{
	struct termios termios = saved->termios;

	cfmakeraw(&termios);
	termios.c_iflag &= ~(IXON | IXOFF | IXANY | IGNPAR);
	/* Without INPCK a UART hands out bytes with framing errors as good. */
	termios.c_iflag |= INPCK;
	termios.c_cflag &= ~(HUPCL | CRTSCTS | CSTOPB | PARENB | CSIZE);
	termios.c_cflag |= CS8 | CLOCAL | CREAD;
	termios.c_cc[VMIN] = 1;
	termios.c_cc[VTIME] = 0;
	cfsetspeed(&termios, B115200);
	if (tcsetattr(fd, TCSANOW, &termios))
		return -errno;
	return tcflush(fd, TCIFLUSH) ? -errno : 0;
}

void serial_low_latency(int fd, struct serial_saved *saved)
{
	struct serial_struct serial;

	if (ioctl(fd, TIOCGSERIAL, &serial) || (serial.flags & ASYNC_LOW_LATENCY))
		return;
	serial.flags |= ASYNC_LOW_LATENCY;
	saved->was_slow = !ioctl(fd, TIOCSSERIAL, &serial);
}

static void leave_low_latency(int fd)
{
	struct serial_struct serial;

	if (ioctl(fd, TIOCGSERIAL, &serial))
		return;
	serial.flags &= ~ASYNC_LOW_LATENCY;
	ioctl(fd, TIOCSSERIAL, &serial);
}

void serial_restore(int fd, const struct serial_saved *saved)
{
	struct termios termios = saved->termios;

	if (saved->was_slow)
		leave_low_latency(fd);
	termios.c_cflag &= ~HUPCL;
	tcsetattr(fd, TCSANOW, &termios);
	ioctl(fd, TIOCNXCL);
}
