// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the simulated board, as KTAP: check PROGRAM CAPTURES [GROUP...]
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"

static int number, failed;

void result(bool ok, const char *format, ...)
{
	va_list args;

	failed += !ok;
	printf("%s %d ", ok ? "ok" : "not ok", ++number);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

void remark(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static const struct {
	const char *name;
	void (*run)(void);
} groups[] = {
	{ "replay", check_replay },
	{ "frames", check_frames },
	{ "exchanges", check_exchanges },
	{ "profiles", check_profiles },
	{ "limits", check_limits },
	{ "control", check_control },
	{ "hostile", check_hostile },
	{ "garbage", check_garbage },
};

static bool wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 3; i < argc; i++)
		if (!strcmp(name, argv[i]))
			return true;
	return argc <= 3;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 3) {
		fprintf(stderr, "usage: check PROGRAM CAPTURES [GROUP...]\n");
		return 2;
	}
	rig_program = argv[1];
	rig_captures = argv[2];
	signal(SIGPIPE, SIG_IGN);
	printf("KTAP version 1\n");
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (wanted(groups[i].name, argc, argv))
			groups[i].run();
	printf("1..%d\n", number);
	remark("%d of %d failed", failed, number);
	return failed ? 1 : 0;
}
