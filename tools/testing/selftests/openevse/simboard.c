// SPDX-License-Identifier: GPL-2.0
/*
 * Simboard: starts the program, speaks with its control socket.
 */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "simboard.h"
#include "station.h"

const char *sim_program(void)
{
	static char path[PATH_MAX];
	const char *given = getenv("OPENEVSE_BOARD");
	ssize_t len;
	char *slash;

	if (given)
		return access(given, X_OK) ? NULL : given;
	len = readlink("/proc/self/exe", path, sizeof(path) - 64);
	if (len < 0)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	strcpy(slash, "/../../board/openevse-board");
	return access(path, X_OK) ? NULL : path;
}

static void run_program(const char *firmware, bool boot, int out,
			const char *socket_path, const char *options)
{
	char *words = strdup(options), *word;
	char *argv[128] = {
		(char *)sim_program(), "--pty", "--firmware", (char *)firmware,
		"--control", (char *)socket_path, "--boot-time",
		boot ? "1" : "0",
	};
	size_t count = 8;

	for (word = strtok(words, " "); word && count < 127;
	     word = strtok(NULL, " "))
		argv[count++] = word;
	/* It must not outlive a test that is killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	execv(argv[0], argv);
	_exit(127);
}

/* The program's first line is "pty PATH", or "usb PORT": that path is the kernel's. */
static int read_path(struct simboard *sim, int in)
{
	struct pollfd poller = { .fd = in, .events = POLLIN };
	char line[128] = "";
	size_t len = 0;
	ssize_t got;

	while (!strchr(line, '\n') && len < sizeof(line) - 1) {
		if (poll(&poller, 1, PATIENCE_MS) <= 0)
			return -ETIMEDOUT;
		got = read(in, line + len, sizeof(line) - 1 - len);
		if (got <= 0)
			return -EPIPE;
		len += got;
		line[len] = '\0';
	}
	if (!strncmp(line, "usb ", 4))
		return 0;
	return sscanf(line, "pty %63s", sim->tty) == 1 ? 0 : -EPROTO;
}

static int connect_control(struct simboard *sim, const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int64_t deadline = now_ms() + PATIENCE_MS;

	strncpy(address.sun_path, socket_path, sizeof(address.sun_path) - 1);
	sim->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sim->control < 0)
		return -errno;
	while (connect(sim->control, (struct sockaddr *)&address,
		       sizeof(address))) {
		if (now_ms() > deadline)
			return -errno;
		short_pause();
	}
	return 0;
}

int sim_start(struct simboard *sim, const char *firmware, bool boot)
{
	return sim_start_build(sim, firmware, boot, "");
}

int sim_start_build(struct simboard *sim, const char *firmware, bool boot,
		    const char *options)
{
	char socket_path[64];
	int out[2];
	int err;

	memset(sim, 0, sizeof(*sim));
	sim->pid = -1;
	sim->control = -1;
	strcpy(sim->directory, "/tmp/openevse-test-XXXXXX");
	if (!sim_program() || !mkdtemp(sim->directory) || pipe(out))
		return -ENOENT;
	snprintf(socket_path, sizeof(socket_path), "%s/control",
		 sim->directory);
	sim->pid = fork();
	if (!sim->pid)
		run_program(firmware, boot, out[1], socket_path, options);
	close(out[1]);
	err = sim->pid < 0 ? -EAGAIN : read_path(sim, out[0]);
	close(out[0]);
	return err ? err : connect_control(sim, socket_path);
}

static bool is_serial(const char *path, const char *serial)
{
	char line[64];
	bool equal;
	FILE *file = fopen(path, "re");

	if (!file)
		return false;	/* pulled since */
	equal = fscanf(file, "%63s", line) == 1 && !strcmp(line, serial);
	fclose(file);
	return equal;
}

bool sim_cable_shows(const char *serial, const char *files, char *path)
{
	glob_t found = { 0 };
	bool is_there = false;
	size_t i;

	glob(files, 0, NULL, &found);
	for (i = 0; i < found.gl_pathc && !is_there; i++) {
		is_there = is_serial(found.gl_pathv[i], serial);
		if (is_there && path)
			snprintf(path, PATH_MAX, "%s", found.gl_pathv[i]);
	}
	globfree(&found);
	return is_there;
}

/* Not udev's link: udev has all boards of the other tests to look at first. */
static bool find_tty(struct simboard *sim, const char *serial)
{
	char path[PATH_MAX], name[32];

	if (!sim_cable_shows(serial, "/sys/bus/usb/devices/*:1.0/ttyUSB*/tty/ttyUSB*"
			     "/../../../../serial", path) ||
	    sscanf(strstr(path, "/tty/"), "/tty/%31[^/]", name) != 1)
		return false;
	snprintf(sim->tty, sizeof(sim->tty), "/dev/%s", name);
	return !access(sim->tty, F_OK);
}

int sim_start_usb(struct simboard *sim, const char *firmware, bool boot,
		  const char *options)
{
	int64_t deadline = now_ms() + 2 * PATIENCE_MS;
	char words[256], serial[32];
	int err;

	/* No serial number that the helper is to attach. */
	snprintf(serial, sizeof(serial), "TEST%d", getpid());
	snprintf(words, sizeof(words), "--usb --serial %s %s", serial, options);
	err = sim_start_build(sim, firmware, boot, words);
	while (!err && !find_tty(sim, serial)) {
		if (now_ms() > deadline)
			err = -ETIMEDOUT;
		short_pause();
	}
	return err;
}

void sim_stop(struct simboard *sim)
{
	char socket_path[64];

	if (sim->control >= 0)
		close(sim->control);
	if (sim->pid > 0) {
		kill(sim->pid, SIGTERM);
		waitpid(sim->pid, NULL, 0);
	}
	snprintf(socket_path, sizeof(socket_path), "%s/control",
		 sim->directory);
	unlink(socket_path);
	rmdir(sim->directory);
	sim->pid = -1;
	sim->control = -1;
}

static int read_answer(struct simboard *sim)
{
	struct pollfd poller = { .fd = sim->control, .events = POLLIN };
	size_t len = 0;
	ssize_t got;

	do {
		if (poll(&poller, 1, PATIENCE_MS) <= 0)
			return -ETIMEDOUT;
		got = read(sim->control, sim->answer + len,
			   sizeof(sim->answer) - 1 - len);
		if (got <= 0)
			return -EPIPE;
		len += got;
		sim->answer[len] = '\0';
	} while (sim->answer[len - 1] != '\n');
	sim->answer[len - 1] = '\0';
	return strncmp(sim->answer, "ok", 2) ? -EPROTO : 0;
}

int sim_tell(struct simboard *sim, const char *format, ...)
{
	char command[256];
	va_list arguments;
	size_t len;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command) - 1, format, arguments);
	va_end(arguments);
	strcat(command, "\n");
	len = strlen(command);
	if (write(sim->control, command, len) != (ssize_t)len)
		return -errno;
	return read_answer(sim);
}

/* From @at on, the number behind " key="; @at moves behind it. */
static bool next_number(const char **at, const char *key, int base,
			long *number)
{
	size_t len = strlen(key);
	const char *word = *at;

	while ((word = strchr(word, ' '))) {
		word++;
		if (strncmp(word, key, len) || word[len] != '=')
			continue;
		*number = strtol(word + len + 1, (char **)at, base);
		return true;
	}
	return false;
}

long sim_said(const struct simboard *sim, const char *key, int base)
{
	const char *at = sim->answer;
	long number;

	return next_number(&at, key, base, &number) ? number : -1;
}

int sim_vehicle(struct simboard *sim, bool connected)
{
	int err = sim_tell(sim, "pilot %c", connected ? 'B' : 'A');

	return err ? err : sim_tell(sim, "wait state %sconnected", connected ? "" : "not-");
}

long sim_number(struct simboard *sim, const char *command, const char *key,
		int base)
{
	return sim_tell(sim, "%s", command) ? -1 : sim_said(sim, key, base);
}

/* Two commands may have had the same mnemonic. */
long sim_count(struct simboard *sim, const char *mnemonic)
{
	const char *at = sim->answer;
	long number, sum = 0;

	if (sim_tell(sim, "stats"))
		return -1;
	while (next_number(&at, mnemonic, 10, &number))
		sum += number;
	return sum;
}
