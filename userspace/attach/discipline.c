// SPDX-License-Identifier: GPL-2.0
/*
 * Which number has the line discipline "openevse"?
 *
 * The kernel's table of numbers is fixed and full; code outside the tree gets
 * the one for development, which any other module may also have taken. The name
 * is ours, so only the name is trusted.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "discipline.h"
#include "log.h"

#define DISCIPLINES	"/proc/tty/ldiscs"
#define OUR_NAME	"openevse"
#define MODPROBE	"/sbin/modprobe"

/* One line: "n_tty       0" */
static int next_discipline(FILE *file, char name[64], int *number)
{
	char line[128];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %d", name, number) == 2)
			return 0;
	return -ENOENT;
}

static int number_of(const char *wanted)
{
	FILE *file = fopen(DISCIPLINES, "re");
	int number, result = -ENOENT;
	char name[64];

	if (!file)
		return -errno;
	while (!next_discipline(file, name, &number)) {
		if (strcmp(name, wanted))
			continue;
		result = number;
		break;
	}
	fclose(file);
	return result;
}

static void load_module(void)
{
	char *const argv[] = { MODPROBE, "-q", OUR_NAME, NULL };
	char *const envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int status;
	pid_t pid;

	log_debug("loading kernel module %s", OUR_NAME);
	if (posix_spawn(&pid, MODPROBE, NULL, NULL, argv, envp))
		return;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

int discipline_find(void)
{
	int number = number_of(OUR_NAME);

	if (number != -ENOENT)
		return number;
	load_module();
	return number_of(OUR_NAME);
}

const char *discipline_name(int wanted, char *text, size_t size)
{
	FILE *file = fopen(DISCIPLINES, "re");
	char name[64];
	int number;

	snprintf(text, size, "number %d", wanted);
	if (!file)
		return text;
	while (!next_discipline(file, name, &number)) {
		if (number != wanted)
			continue;
		snprintf(text, size, "%s", name);
		break;
	}
	fclose(file);
	return text;
}
