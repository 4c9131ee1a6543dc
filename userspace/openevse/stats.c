// SPDX-License-Identifier: GPL-2.0
/*
 * openevse stats: how the line to one board is doing
 *
 * Nothing here goes over the wire, so it works on a board that is silent, too.
 */
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "heading.h"
#include "json_out.h"
#include "names.h"

/**
 * struct counter - one of struct openevse_stats
 * @group: what it is about; NULL for the same as the one before
 * @joined: stands behind the one before, on its line
 * @field: its name there, and in JSON
 * @offset: where it is there
 * @one: what a single one is
 * @many: what several are, or none; NULL for the same
 */
struct counter {
	const char *group;
	bool joined;
	const char *field;
	size_t offset;
	const char *one;
	const char *many;
};

#define COUNTER(member) \
	.field = #member, .offset = offsetof(struct openevse_stats, member)

static const struct counter counters[] = {
	{ COUNTER(exchanges), .group = "Commands", .one = "completed" },
	{ COUNTER(retries), .one = "sent again" },
	{ COUNTER(timeouts), .one = "try without an answer in time",
	  .many = "tries without an answer in time" },
	{ COUNTER(refused), .one = "refused by the board" },
	{ COUNTER(shared), .one = "call answered by another caller's command",
	  .many = "calls answered by another caller's command" },
	{ COUNTER(remembered), .one = "call answered from what was known",
	  .many = "calls answered from what was known" },
	{ COUNTER(frames), .group = "Answers", .one = "frame received whole",
	  .many = "frames received whole" },
	{ COUNTER(bad_checksum), .one = "dropped for a wrong or missing checksum" },
	{ COUNTER(bad_frames), .one = "dropped as damaged" },
	{ COUNTER(foreign), .one = "reply that nobody waited for",
	  .many = "replies that nobody waited for" },
	{ COUNTER(unknown), .one = "frame of an unknown kind",
	  .many = "frames of an unknown kind" },
	{ COUNTER(junk_bytes), .group = "Line", .one = "byte outside any frame",
	  .many = "bytes outside any frame" },
	{ COUNTER(echoes), .one = "own command that came back",
	  .many = "own commands that came back" },
	{ COUNTER(resyncs), .one = "time the board's rhythm was lost",
	  .many = "times the board's rhythm was lost" },
	{ COUNTER(resets), .one = "restart of the board noticed",
	  .many = "restarts of the board noticed" },
	{ COUNTER(events), .group = "Events", .one = "published" },
	{ COUNTER(noticed), .one = "change of state that no message announced",
	  .many = "changes of state that no message announced" },
	{ COUNTER(dropped), .one = "lost by a slow reader", .many = "lost by slow readers" },
	{ COUNTER(eeprom_writes), .group = "EEPROM", .one = "write since attach",
	  .many = "writes since attach" },
	{ COUNTER(eeprom_refused), .joined = true, .one = "refused" },
};

static_assert(ARRAY_SIZE(counters) ==
	      offsetof(struct openevse_stats, reserved) / sizeof(uint64_t),
	      "every counter has its words");

static uint64_t value_of(const struct openevse_stats *stats, const struct counter *counter)
{
	uint64_t value;

	memcpy(&value, (const char *)stats + counter->offset, sizeof(value));
	return value;
}

/* Before the board has answered for the first time, that is not known. */
static bool replies_known(const struct openevse_info *info)
{
	return info->rapi;
}

static const char *replies_text(const struct openevse_info *info)
{
	bool checksum = info->flags & OPENEVSE_INFO_REPLY_CHECKSUM;
	bool id = info->flags & OPENEVSE_INFO_SEQUENCE_IDS;

	if (!replies_known(info))
		return "not known yet";
	if (checksum && id)
		return "carry a checksum and the id of their command";
	if (checksum)
		return "carry a checksum, but no id";
	return id ? "carry the id of their command, but no checksum" :
		    "carry neither a checksum nor an id";
}

static void print_line(const struct openevse_info *info)
{
	printf("Link      %s, on %s\n", link_name(info->link), info->tty);
	printf("Replies   %s\n", replies_text(info));
	printf("Echo      %s\n", echo_text(info->flags & OPENEVSE_INFO_ECHO));
}

static void print_counter(const struct counter *counter, uint64_t value)
{
	const char *words = value != 1 && counter->many ? counter->many : counter->one;

	if (counter->joined)
		printf(", %" PRIu64 " %s", value, words);
	else
		printf("\n%-9s %10" PRIu64 " %s", counter->group ? counter->group : "",
		       value, words);
}

static void print_text(const struct device *device, const struct openevse_stats *stats)
{
	size_t i;

	print_heading(device);
	print_line(&device->info);
	/* The first one leaves a line blank, which sets off the table. */
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		print_counter(&counters[i], value_of(stats, &counters[i]));
	putchar('\n');
}

static void print_json(const struct device *device, const struct openevse_stats *stats)
{
	const struct openevse_info *info = &device->info;
	struct json_object *object = json_new();
	bool known = replies_known(info);
	size_t i;

	json_add_heading(object, device);
	json_add_bool(object, "echo", info->flags & OPENEVSE_INFO_ECHO);
	json_add_maybe(object, "reply_checksum",
		       known ? !!(info->flags & OPENEVSE_INFO_REPLY_CHECKSUM) : -1);
	json_add_maybe(object, "sequence_ids",
		       known ? !!(info->flags & OPENEVSE_INFO_SEQUENCE_IDS) : -1);
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		json_add_int(object, counters[i].field, value_of(stats, &counters[i]));
	json_print(object);
}

static int run_stats(struct cli *cli)
{
	bool json = json_option(cli);
	struct openevse_stats stats = { 0 };
	struct device device;
	int code;

	code = device_open(cli, DEVICE_ASK, &device);
	if (code)
		return code;
	code = change(&device, OPENEVSE_GET_STATS, &stats, "read the counters of its line");
	if (!code && json)
		print_json(&device, &stats);
	else if (!code)
		print_text(&device, &stats);
	device_close(&device);
	return code;
}

const struct command stats_command = {
	.name = "stats",
	.arguments = "[--json]",
	.summary = "how the line to it is doing: counters since attach",
	.help = "Show whether the board answers and echoes, what was sent and received, and how\n"
		"often its EEPROM was written. The counters begin when the board is attached.\n"
		"Nothing is sent to it.\n\n"
		"  -j, --json  one object; the counters have the names of struct openevse_stats",
	.run = run_stats,
};
