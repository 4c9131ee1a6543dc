// SPDX-License-Identifier: GPL-2.0
/*
 * openevse list: which boards are there
 *
 * Nothing here goes over the wire: the driver hands a snapshot of what it knows
 * to everybody who opens a board. Without the right to open one, sysfs has the
 * rest.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "json_out.h"
#include "names.h"

/* One line of the list; "" is not known. */
struct entry {
	const struct board *board;
	char firmware[OPENEVSE_VERSION_LEN];
	char protocol[OPENEVSE_VERSION_LEN];
	char link[NAME_SIZE];
	char state[NAME_SIZE];
};

static void read_sysfs(struct entry *entry)
{
	board_attribute(entry->board, "firmware", entry->firmware, sizeof(entry->firmware));
	board_attribute(entry->board, "protocol", entry->protocol, sizeof(entry->protocol));
	board_attribute(entry->board, "link", entry->link, sizeof(entry->link));
}

/* The first record of a fresh file is the present state. */
static void read_snapshot(struct entry *entry, int fd)
{
	struct openevse_event event;
	char buffer[NAME_SIZE];

	if (fcntl(fd, F_SETFL, O_NONBLOCK) || read(fd, &event, sizeof(event)) != sizeof(event))
		return;
	if (event.type == OPENEVSE_EVENT_STATE && (event.state.valid & OPENEVSE_EVENT_HAS_STATE))
		snprintf(entry->state, NAME_SIZE, "%s", state_name(event.state.state, buffer));
}

static void fill_entry(struct entry *entry, const struct board *board)
{
	struct device device;

	memset(entry, 0, sizeof(*entry));
	entry->board = board;
	if (device_open_board(board, DEVICE_ASK, &device)) {
		read_sysfs(entry);
		return;
	}
	snprintf(entry->firmware, sizeof(entry->firmware), "%s", device.info.firmware);
	snprintf(entry->protocol, sizeof(entry->protocol), "%s", device.info.protocol);
	snprintf(entry->link, sizeof(entry->link), "%s", link_name(device.info.link));
	if (device.info.link == OPENEVSE_LINK_UP)
		read_snapshot(entry, device.fd);
	device_close(&device);
}

static const char *or_dash(const char *text)
{
	return text[0] ? text : "-";
}

static const char *state_text(const struct entry *entry)
{
	if (!strcmp(entry->link, link_name(OPENEVSE_LINK_PROBING)))
		return "no answer yet";
	if (!strcmp(entry->link, link_name(OPENEVSE_LINK_DOWN)))
		return "no answer";
	return or_dash(entry->state);
}

static void print_line(const struct entry *entry)
{
	const struct board *board = entry->board;

	printf("%-3u %-16s %-10s %-12s %-8s %s\n", board->index, board->name,
	       or_dash(board->tty), or_dash(entry->firmware), or_dash(entry->link),
	       state_text(entry));
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static struct json_object *entry_json(const struct entry *entry)
{
	struct json_object *object = json_new();

	json_add_int(object, "index", entry->board->index);
	json_add_text(object, "device", entry->board->name);
	json_add_text(object, "path", entry->board->path);
	json_add_text(object, "tty", or_null(entry->board->tty));
	json_add_text(object, "firmware", or_null(entry->firmware));
	json_add_text(object, "protocol", or_null(entry->protocol));
	json_add_text(object, "link", or_null(entry->link));
	json_add_text(object, "state", or_null(entry->state));
	return object;
}

static int list_json(const struct board *boards, int count)
{
	struct json_object *array = json_new_array();
	struct entry entry;
	int i;

	for (i = 0; i < count; i++) {
		fill_entry(&entry, &boards[i]);
		json_append(array, entry_json(&entry));
	}
	json_print(array);
	return EXIT_DONE;
}

static int list_text(const struct board *boards, int count)
{
	struct entry entry;
	int i;

	if (!count)
		return complain(EXIT_DONE, "no board is attached; \"openevse adopt\" introduces one");
	printf("%-3s %-16s %-10s %-12s %-8s %s\n", "N", "NAME", "TTY", "FIRMWARE", "LINK", "STATE");
	for (i = 0; i < count; i++) {
		fill_entry(&entry, &boards[i]);
		print_line(&entry);
	}
	return EXIT_DONE;
}

static int run_list(struct cli *cli)
{
	bool json = json_option(cli);
	struct board *boards;
	int count, code;

	count = boards_list(&boards);
	code = json ? list_json(boards, count) : list_text(boards, count);
	free(boards);
	return code;
}

const struct command list_command = {
	.name = "list",
	.arguments = "[--json]",
	.summary = "list the boards that are attached",
	.help = "List number, name, tty, firmware, link and state of each board. Nothing is sent\n"
		"to the boards.\n\n"
		"  -j, --json  one JSON array; what is not known is null",
	.run = run_list,
};
