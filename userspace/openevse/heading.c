// SPDX-License-Identifier: GPL-2.0
/* Which board the output of a command is about. */
#include <stdio.h>

#include "heading.h"
#include "names.h"

void print_heading(const struct device *device)
{
	const struct openevse_info *info = &device->info;

	printf("%s (%s)  ", device->board.name, device->board.path);
	if (info->firmware[0])
		printf("OpenEVSE %s", info->firmware);
	else
		printf("OpenEVSE, firmware not known");
	if (info->protocol[0])
		printf(", RAPI %s", info->protocol);
	putchar('\n');
}

void json_add_heading(struct json_object *object, const struct device *device)
{
	const struct openevse_info *info = &device->info;

	json_add_text(object, "device", device->board.name);
	json_add_text(object, "path", device->board.path);
	json_add_int(object, "index", info->index);
	json_add_text(object, "tty", info->tty);
	json_add_text(object, "link", link_name(info->link));
	json_add_text(object, "firmware", info->firmware[0] ? info->firmware : NULL);
	json_add_text(object, "protocol", info->protocol[0] ? info->protocol : NULL);
}
