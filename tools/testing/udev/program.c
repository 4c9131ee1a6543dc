// SPDX-License-Identifier: GPL-2.0
/*
 * A program under test
 *
 * Nothing here waits for a time: await() returns when what it waits for is
 * said. The notify socket is read all the time, or the program would stop when
 * it is full.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

#define PATIENCE_MS	20000

static int64_t now_ms(void)
{
	return g_get_monotonic_time() / 1000;
}

static void open_stream(struct stream *stream, int fd)
{
	stream->fd = fd;
	stream->text = g_string_new(NULL);
	stream->seen = 0;
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof(address.sun_path));
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	if (bind(fd, (struct sockaddr *)&address,
		 offsetof(struct sockaddr_un, sun_path) + strlen(path)))
		g_error("cannot bind to %s: %m", path);
	return fd;
}

static char *next_to_this(const char *name)
{
	char *self = g_file_read_link("/proc/self/exe", NULL);
	char *folder = g_path_get_dirname(self);
	char *path = g_build_filename(folder, name, NULL);

	g_free(folder);
	g_free(self);
	return path;
}

/*
 * Between fork() and exec() nothing may take a lock, which another thread may
 * have held: umockdev has both, threads and locks around open().
 */
static pid_t start(const char *path, const char *const *argv, int in, int out, int log)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);	/* a test that crashed cleans nothing up */
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execv(path, (char *const *)argv);
	_exit(127);
}

void program_start_notifying(struct program *program, const char *socket, const char *const *argv)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char *path = next_to_this(argv[0]);
	int out[2], log[2];

	if (pipe2(out, O_CLOEXEC) || pipe2(log, O_CLOEXEC))
		g_error("pipe: %m");
	setenv("NOTIFY_SOCKET", socket, 1);
	open_stream(&program->told, open_socket(socket));
	open_stream(&program->out, out[0]);
	open_stream(&program->log, log[0]);
	program->pid = start(path, argv, null, out[1], log[1]);
	close(null);
	close(out[1]);
	close(log[1]);
	g_free(path);
}

void program_start(struct program *program, const char *const *argv)
{
	/* In the abstract name space, where all tests on this host meet. */
	char *socket = g_strdup_printf("@openevse-test-%d", getpid());

	program_start_notifying(program, socket, argv);
	g_free(socket);
}

/* Return: is it open still? */
static bool take(struct stream *stream, bool datagrams)
{
	char bytes[4096];
	ssize_t size = read(stream->fd, bytes, sizeof(bytes));

	if (size <= 0)
		return false;
	g_string_append_len(stream->text, bytes, size);
	if (datagrams)
		g_string_append_c(stream->text, '\n');
	return true;
}

/* Wait for more of anything. Return: has it not ended, and did not time out? */
static bool listen_once(struct program *program, int64_t deadline)
{
	struct pollfd files[] = {
		{ .fd = program->told.fd, .events = POLLIN },
		{ .fd = program->out.fd, .events = POLLIN },
		{ .fd = program->log.fd, .events = POLLIN },
	};
	int64_t left = deadline - now_ms();
	bool open = false;

	if (left <= 0 || poll(files, G_N_ELEMENTS(files), left) <= 0)
		return false;
	if (files[0].revents && take(&program->told, true))
		open = true;
	/* Its error output ends with the program, its standard output may before. */
	if (files[1].revents && take(&program->out, false))
		open = true;
	if (!files[2].revents || take(&program->log, false))
		open = true;
	return open;
}

static bool find(struct stream *stream, const char *text)
{
	const char *found = strstr(stream->text->str + stream->seen, text);

	if (found)
		stream->seen = found + strlen(text) - stream->text->str;
	return found;
}

bool await(struct program *program, struct stream *stream, const char *text)
{
	int64_t deadline = now_ms() + PATIENCE_MS;

	while (!find(stream, text)) {
		if (listen_once(program, deadline))
			continue;
		if (find(stream, text))
			return true;
		printf("# waited in vain for \"%s\"\n", text);
		return false;
	}
	return true;
}

int times_said(const struct stream *stream, const char *text)
{
	const char *found = stream->text->str;
	int times = 0;

	while ((found = strstr(found, text))) {
		found += strlen(text);
		times++;
	}
	return times;
}

bool is_clean(const struct stream *stream)
{
	const char *c;

	for (c = stream->text->str; *c; c++)
		if (g_ascii_iscntrl(*c) && *c != '\n')
			return false;
	return g_utf8_validate(stream->text->str, -1, NULL);
}

static void print_stream(const char *name, const struct stream *stream)
{
	char **lines = g_strsplit(stream->text ? stream->text->str : "", "\n", 0), **line;
	char *escaped;

	for (line = lines; *line && (*line)[0]; line++) {
		escaped = g_strescape(*line, "\"");
		printf("# %s: %s\n", name, escaped);
		g_free(escaped);
	}
	g_strfreev(lines);
}

void program_print(const struct program *program)
{
	print_stream("stdout", &program->out);
	print_stream("stderr", &program->log);
	print_stream("notify", &program->told);
	fflush(stdout);
}

int program_wait(struct program *program)
{
	int64_t deadline = now_ms() + PATIENCE_MS;
	int status;

	while (listen_once(program, deadline))
		;
	if (now_ms() >= deadline)
		return -1;
	waitpid(program->pid, &status, 0);
	program->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int program_files(const struct program *program)
{
	char *path = g_strdup_printf("/proc/%d/fd", program->pid);
	GDir *dir = g_dir_open(path, 0, NULL);
	int count = 0;

	while (dir && g_dir_read_name(dir))
		count++;
	if (dir)
		g_dir_close(dir);
	g_free(path);
	return count;
}

bool program_has_files(const struct program *program, int count)
{
	int64_t deadline = now_ms() + PATIENCE_MS;

	while (program_files(program) != count) {
		if (now_ms() >= deadline)
			return false;
		g_usleep(1000);
	}
	return true;
}

static void free_stream(struct stream *stream)
{
	if (!stream->text)
		return;
	close(stream->fd);
	g_string_free(stream->text, TRUE);
}

void program_free(struct program *program)
{
	if (program->pid > 0) {
		kill(program->pid, SIGKILL);
		waitpid(program->pid, NULL, 0);
	}
	free_stream(&program->out);
	free_stream(&program->log);
	free_stream(&program->told);
	memset(program, 0, sizeof(*program));
}
