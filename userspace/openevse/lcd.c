// SPDX-License-Identifier: GPL-2.0
/* openevse lcd: the board's display. */
#include <stdio.h>
#include <string.h>

#include "change.h"

static const char *const colours[] = {
	[OPENEVSE_LCD_OFF] = "off",
	[OPENEVSE_LCD_RED] = "red",
	[OPENEVSE_LCD_GREEN] = "green",
	[OPENEVSE_LCD_YELLOW] = "yellow",
	[OPENEVSE_LCD_BLUE] = "blue",
	[OPENEVSE_LCD_VIOLET] = "violet",
	[OPENEVSE_LCD_TEAL] = "teal",
	[OPENEVSE_LCD_WHITE] = "white",
};

/**
 * struct lcd_wish - one call
 * @request: the ioctl
 * @value: its argument
 * @what: completes "cannot"
 */
struct lcd_wish {
	unsigned long request;
	union {
		struct openevse_display_text text;
		struct openevse_lcd_backlight_color light;
		struct openevse_switch updates;
	} value;
	const char *what;
};

static void wish_text(const struct cli *cli, const char *at, struct lcd_wish *wish)
{
	struct openevse_display_text *text = &wish->value.text;
	int end = 0;

	if (cli->argc != 2)
		usage_error(cli, "give one text");
	if (at && (sscanf(at, "%2u,%2u%n", &text->x, &text->y, &end) != 2 || at[end] ||
		   text->x >= OPENEVSE_LCD_COLUMNS || text->y >= OPENEVSE_LCD_ROWS))
		usage_error(cli, "\"%s\" is not COLUMN,ROW, 0,0 to 15,1", at);
	if (!cli->argv[1][0] || text->x + strlen(cli->argv[1]) > OPENEVSE_LCD_COLUMNS)
		usage_error(cli, "\"%s\" does not fit into a row of 16", cli->argv[1]);
	strcpy(text->text, cli->argv[1]);
	wish->request = OPENEVSE_DISPLAY_TEXT;
	wish->what = "write on its display";
}

static void wish_colour(const struct cli *cli, struct lcd_wish *wish)
{
	size_t i;

	for (i = 0; cli->argc == 2 && i < ARRAY_SIZE(colours); i++)
		if (!strcmp(colours[i], cli->argv[1]))
			break;
	if (cli->argc != 2 || i == ARRAY_SIZE(colours))
		usage_error(cli, "say off, red, green, yellow, blue, violet, teal or white");
	wish->value.light.color = i;
	wish->request = OPENEVSE_SET_LCD_BACKLIGHT_COLOR;
	wish->what = "set the colour of its display";
}

static void wish_updates(const struct cli *cli, bool on, struct lcd_wish *wish)
{
	if (cli->argc != 1)
		usage_error(cli, "no argument \"%s\" here", cli->argv[1]);
	wish->value.updates.enabled = on;
	wish->request = OPENEVSE_SET_LCD_UPDATES;
	wish->what = on ? "give its display back" : "take over its display";
}

static void parse_wish(const struct cli *cli, const char *at, struct lcd_wish *wish)
{
	const char *word = cli->argc ? cli->argv[0] : "";

	if (!strcmp(word, "print"))
		wish_text(cli, at, wish);
	else if (at)
		usage_error(cli, "--at is for print");
	else if (!strcmp(word, "colour"))
		wish_colour(cli, wish);
	else if (!strcmp(word, "hold"))
		wish_updates(cli, false, wish);
	else if (!strcmp(word, "release"))
		wish_updates(cli, true, wish);
	else
		usage_error(cli, "say print, colour, hold or release");
}

static int run_lcd(struct cli *cli)
{
	static const struct option longs[] = {
		{ "at", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	struct lcd_wish wish = { 0 };
	const char *at = NULL;

	while (options_next(cli, "", longs) != -1)
		at = optarg;
	parse_wish(cli, at, &wish);
	return change_board(cli, wish.request, &wish.value, wish.what);
}

const struct command lcd_command = {
	.name = "lcd",
	.arguments = "print TEXT [--at COLUMN,ROW] | colour COLOUR |\n"
		     "                 hold | release",
	.summary = "text and colour of the board's display",
	.help = "The board writes its own over it with the next change, unless its updates are\n"
		"stopped: hold does that (firmware 4.7 and later), release gives it back.\n\n"
		"      --at COLUMN,ROW  where the text begins; 0,0 unless given\n\n"
		"COLOUR: off, red, green, yellow, blue, violet, teal, white",
	.words = "print colour hold release off red green yellow blue violet teal white",
	.run = run_lcd,
};
