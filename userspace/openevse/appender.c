// SPDX-License-Identifier: GPL-2.0
/*
 * Files that grow by whole lines
 *
 * A line is one write(), so that programs that append to one file do not mix
 * theirs. What a full disk leaves of a line is taken away again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "appender.h"
#include "cli.h"

static bool ends_in_line(int fd, off_t size)
{
	char last;

	return pread(fd, &last, 1, size - 1) != 1 || last == '\n';
}

int appender_open(const char *path)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	struct stat st;
	int error = 0;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size && !ends_in_line(fd, st.st_size))
		error = appender_add(fd, "", false);
	if (error)
		close(fd);
	return error ? error : fd;
}

static void take_away(int fd, size_t written)
{
	struct stat st;

	/* When that fails, the line is ended by the next who opens the file. */
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < (off_t)written ||
	    ftruncate(fd, st.st_size - (off_t)written))
		return;
}

static int write_all(int fd, const char *text, size_t size)
{
	size_t done = 0;
	ssize_t count;
	int error;

	while (done < size) {
		count = write(fd, text + done, size - done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0) {
			error = count ? -errno : -EIO;
			take_away(fd, done);
			return error;
		}
		done += count;
	}
	return 0;
}

int appender_add(int fd, const char *line, bool durable)
{
	char *text = xasprintf("%s\n", line);
	size_t size = strlen(text);
	int error = write_all(fd, text, size);

	free(text);
	if (!error && durable && fsync(fd)) {
		error = -errno;
		take_away(fd, size);
	}
	return error;
}
