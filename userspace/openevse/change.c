// SPDX-License-Identifier: GPL-2.0
/* Setting something: consent, and the call itself. */
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "change.h"

int change(const struct device *device, unsigned long request, void *value, const char *what)
{
	if (!ioctl(device->fd, request, value))
		return EXIT_DONE;
	return device_error(device, -errno, what);
}

int change_board(const struct cli *cli, unsigned long request, void *value, const char *what)
{
	struct device device;
	int code = device_open(cli, DEVICE_CONTROL, &device);

	if (code)
		return code;
	code = change(&device, request, value, what);
	device_close(&device);
	return code;
}

int with_board(const struct cli *cli, int (*act)(const struct device *device))
{
	struct device device;
	int code = device_open(cli, DEVICE_CONTROL, &device);

	if (code)
		return code;
	code = act(&device);
	device_close(&device);
	return code;
}

bool confirmed(const struct cli *cli, bool yes, const char *question)
{
	char answer[16];

	if (yes)
		return true;
	if (!isatty(STDIN_FILENO))
		usage_error(cli, "%s To do so without being asked, add --yes", question);
	fprintf(stderr, "%s Do it? [y/N] ", question);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	complain(EXIT_ERROR, "nothing was changed");
	return false;
}
