// SPDX-License-Identifier: GPL-2.0
/* openevse raw: one exchange in the board's own words. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "change.h"

static void join(const struct cli *cli, struct openevse_raw *raw)
{
	size_t room = sizeof(raw->command), len = 0;
	int i;

	for (i = 0; i < cli->argc; i++)
		len += snprintf(raw->command + len, len < room ? room - len : 0, "%s%s",
				i ? " " : "", cli->argv[i]);
	if (!len || len >= room)
		usage_error(cli, "give a command of up to %zu characters", room - 1);
}

/* One reply has bytes that a terminal must not see. */
static void print_reply(const struct openevse_raw *raw)
{
	uint32_t i;

	fputs(raw->result == OPENEVSE_RAW_OK ? "OK" : "NK", stdout);
	if (raw->reply_len)
		putchar(' ');
	for (i = 0; i < raw->reply_len; i++) {
		if (raw->reply[i] < 0x80 && isprint(raw->reply[i]) && raw->reply[i] != '\\')
			putchar(raw->reply[i]);
		else
			printf("\\x%02x", raw->reply[i]);
	}
	putchar('\n');
}

/* What begins with G only asks. */
static bool may_change(const struct openevse_raw *raw)
{
	return raw->command[0] != 'G';
}

static int run_raw(struct cli *cli)
{
	static const struct option longs[] = {
		{ "yes", no_argument, NULL, 'y' },
		{ NULL, 0, NULL, 0 },
	};
	struct openevse_raw raw = { .command = "" };
	struct device device;
	bool yes = false;
	int code;

	while (options_next(cli, "+y", longs) != -1)
		yes = true;
	join(cli, &raw);
	if (may_change(&raw) &&
	    !confirmed(cli, yes, "This is sent as it is, and nothing protects you from what it means."))
		return EXIT_ERROR;
	code = device_open(cli, DEVICE_CONTROL, &device);
	if (code)
		return code;
	code = change(&device, OPENEVSE_RAW, &raw, "send that");
	if (!code) {
		print_reply(&raw);
		code = raw.result == OPENEVSE_RAW_OK ? EXIT_DONE : EXIT_REFUSED;
	}
	device_close(&device);
	return code;
}

const struct command raw_command = {
	.name = "raw",
	.arguments = "[--yes] COMMAND [ARGUMENT...]",
	.summary = "one RAPI command, as it is (root)",
	.help = "COMMAND is without \"$\", id and checksum: \"openevse raw GP\". The answer is\n"
		"printed, bytes that are no ASCII as \\xNN; NK is exit status 3. Nothing protects\n"
		"you from what it means; only what can never be right is refused.\n\n"
		"  -y, --yes  do not ask before a command that does not begin with G",
	.run = run_raw,
};
