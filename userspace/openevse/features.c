// SPDX-License-Identifier: GPL-2.0
/*
 * openevse features: what is switched on and off on the board
 *
 * Which there are, the driver knows; what they are called, names.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "change.h"
#include "json_out.h"
#include "names.h"

static const char *feature_name(uint32_t feature)
{
	const struct setting_name *name = setting_name(OPENEVSE_SET_FEATURE, feature);

	return name ? name->name : NULL;
}

/* 0 for no such word. */
static uint32_t find_feature(const char *word)
{
	const char *name;
	uint32_t feature;

	for (feature = 1; (name = feature_name(feature)); feature++)
		if (!strcmp(name, word))
			return feature;
	return 0;
}

/* Return: 1 on, 0 off, -1 not on this board, or not to be read. */
static int read_feature(const struct device *device, uint32_t number, int *code)
{
	struct openevse_feature feature = { .feature = number };
	int error;

	if (!ioctl(device->fd, OPENEVSE_GET_FEATURE, &feature))
		return feature.enabled;
	error = -errno;
	if (error != -EOPNOTSUPP && error != -ENODATA)
		*code = device_error(device, error, "read its features");
	return -1;
}

static int show_features(const struct device *device, bool json)
{
	struct json_object *object = json ? json_new() : NULL;
	uint32_t feature;
	int code = EXIT_DONE, on;

	for (feature = 1; feature_name(feature) && !code; feature++) {
		on = read_feature(device, feature, &code);
		if (json)
			json_add_maybe(object, feature_name(feature), on);
		else if (on >= 0)
			printf("%-24s %s\n", feature_name(feature), on ? "on" : "off");
	}
	if (json)
		json_print(object);
	return code;
}

/* "NAME=on": checked before anything is opened. */
static void parse_wish(const struct cli *cli, const char *text, struct openevse_feature *wish)
{
	char *name = xasprintf("%s", text), *value = strchr(name, '=');

	if (!value)
		usage_error(cli, "\"%s\" is not NAME=on or NAME=off", text);
	*value++ = '\0';
	wish->feature = find_feature(name);
	if (!wish->feature)
		usage_error(cli, "no feature \"%s\"", name);
	if (!parse_switch(value, &wish->enabled))
		usage_error(cli, "\"%s\" is neither on nor off", value);
	free(name);
}

/* Is somebody protected by it as it is? */
static bool protects(const struct openevse_feature *wish, uint32_t flags)
{
	if (flags & OPENEVSE_CAPABILITY_PRIVILEGED)
		return true;
	return !wish->enabled && (flags & OPENEVSE_CAPABILITY_PROTECTS ||
				  wish->feature == OPENEVSE_FEATURE_BUTTON);
}

static int consent(const struct cli *cli, const struct openevse_feature *wish, bool yes)
{
	char *question = xasprintf("This takes a protection away: %s %s.",
				   feature_name(wish->feature), wish->enabled ? "on" : "off");
	int code = confirmed(cli, yes, question) ? EXIT_DONE : EXIT_ERROR;

	free(question);
	return code;
}

static char *switching(const struct openevse_feature *wish)
{
	return xasprintf("switch %s %s", feature_name(wish->feature),
			 wish->enabled ? "on" : "off");
}

/* Can it be done, and may it? */
static int check_wish(const struct cli *cli, const struct device *device,
		      const struct openevse_feature *wish, bool yes)
{
	struct openevse_capability capability = {
		.request = OPENEVSE_SET_FEATURE,
		.item = wish->feature,
	};
	char *what = switching(wish);
	int code = change(device, OPENEVSE_GET_CAPABILITY, &capability, what);

	if (!code && capability.support == OPENEVSE_SUPPORT_NO)
		code = device_error(device, -EOPNOTSUPP, what);
	free(what);
	return !code && protects(wish, capability.flags) ? consent(cli, wish, yes) : code;
}

static int set_feature(const struct device *device, struct openevse_feature *wish)
{
	char *what = switching(wish);
	int code = change(device, OPENEVSE_SET_FEATURE, wish, what);

	free(what);
	return code;
}

#define MAX_WISHES	16

static int run_features(struct cli *cli)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "set", required_argument, NULL, 's' },
		{ "yes", no_argument, NULL, 'y' },
		{ NULL, 0, NULL, 0 },
	};
	struct openevse_feature wishes[MAX_WISHES];
	bool json = false, yes = false;
	int option, count = 0, i, code;
	struct device device;

	while ((option = options_next(cli, "js:y", longs)) != -1) {
		json |= option == 'j';
		yes |= option == 'y';
		if (option == 's' && count == MAX_WISHES)
			usage_error(cli, "too many --set");
		if (option == 's')
			parse_wish(cli, optarg, &wishes[count++]);
	}
	if (cli->argc)
		usage_error(cli, "no argument \"%s\" here", cli->argv[0]);
	code = device_open(cli, count ? DEVICE_CONTROL : DEVICE_ASK, &device);
	if (code)
		return code;
	/* All of them, before the first is done. */
	for (i = 0; i < count && !code; i++)
		code = check_wish(cli, &device, &wishes[i], yes);
	for (i = 0; i < count && !code; i++)
		code = set_feature(&device, &wishes[i]);
	if (!count)
		code = show_features(&device, json);
	device_close(&device);
	return code;
}

const struct command features_command = {
	.name = "features",
	.arguments = "[--json] | --set NAME=on|off... [--yes]",
	.summary = "checks and options of the board, on or off",
	.help = "Without --set, show those this firmware has. They are saved in the board.\n\n"
		"  -s, --set NAME=on|off  switch one; may be repeated\n"
		"  -y, --yes              do not ask before a protection is taken away, which\n"
		"                         needs root\n"
		"  -j, --json             one object; null is what this board has not got, or\n"
		"                         does not tell",
	.words = "--set=@feature",
	.run = run_features,
};
