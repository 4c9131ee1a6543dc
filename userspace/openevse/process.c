// SPDX-License-Identifier: GPL-2.0
/*
 * Other programs, as far as /proc shows them
 *
 * Only looked at: no tty is opened to find out who has it.
 */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "names.h"
#include "process.h"

bool process_name(pid_t pid, char name[PROCESS_NAME_SIZE])
{
	char path[64];
	bool seen;
	FILE *file;

	name[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	seen = fgets(name, PROCESS_NAME_SIZE, file);
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	make_printable(name);
	return seen;
}

/* The first process that @fits. Return: 0 for none. */
static pid_t find_process(bool (*fits)(pid_t pid, const char *what), const char *what)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t pid, found = 0;

	if (!dir)
		return 0;
	while (!found && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		pid = strtol(entry->d_name, NULL, 10);
		if (pid != getpid() && fits(pid, what))
			found = pid;
	}
	closedir(dir);
	return found;
}

static bool is_called(pid_t pid, const char *wanted)
{
	char name[PROCESS_NAME_SIZE];

	return process_name(pid, name) && !strcmp(name, wanted);
}

pid_t process_find(const char *name)
{
	return find_process(is_called, name);
}

static bool has_open(pid_t pid, const char *node)
{
	char path[64], target[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	ssize_t length;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		found = !strcmp(target, node);
	}
	closedir(dir);
	return found;
}

/* "1: FLOCK  ADVISORY  WRITE 1234 00:05:678 0 EOF" */
static pid_t lock_holder(const char *node)
{
	FILE *file = fopen("/proc/locks", "re");
	unsigned int major_number, minor_number;
	char line[128];
	unsigned long inode;
	pid_t found = 0;
	struct stat st;
	int pid;

	if (!file)
		return 0;
	while (!stat(node, &st) && !found && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %*s %*s %*s %d %x:%x:%lu", &pid, &major_number,
			   &minor_number, &inode) == 4 && inode == st.st_ino &&
		    makedev(major_number, minor_number) == st.st_dev)
			found = pid;
	fclose(file);
	return found;
}

pid_t process_holding(const char *node)
{
	pid_t pid = find_process(has_open, node);

	return pid ? pid : lock_holder(node);
}

bool process_hidden(void)
{
	return access("/proc/1/comm", R_OK);
}
