// SPDX-License-Identifier: GPL-2.0
/*
 * The F commands. See handlers.h.
 */
#include <string.h>

#include "board.h"
#include "handlers.h"

bool do_lcd_updates(struct board *b, struct command *c)
{
	b->lcd_off = *c->token[1] == '0';
	return true;
}

bool do_press_button(struct board *b, struct command *c)
{
	(void)c;
	button_press_short(b);
	return true;
}

bool do_backlight(struct board *b, struct command *c)
{
	return command_drawn(b, c);
}

bool do_clear_counters(struct board *b, struct command *c)
{
	struct eeprom *e = &b->eeprom;

	(void)c;
	eeprom_write8(b, &e->gfi_trips, 0);
	eeprom_write8(b, &e->ground_trips, 0);
	eeprom_write8(b, &e->stuck_trips, 0);
	eeprom_write32(b, &e->total_wh, 0);
	b->meter.total_wh = 0;
	return true;
}

bool do_disable(struct board *b, struct command *c)
{
	(void)c;
	evse_disable(b);
	return true;
}

bool do_enable(struct board *b, struct command *c)
{
	(void)c;
	evse_enable(b);
	return true;
}

bool do_sleep(struct board *b, struct command *c)
{
	(void)c;
	evse_sleep(b);
	return true;
}

/* ---- FF -------------------------------------------------------------------- */

static const struct {
	char letter;
	uint64_t needs;		/* 0: always there */
	uint16_t disabled_flag;
} switches[] = {
	{ 'B', HAS_FF_BUTTON, FLAG_NO_BUTTON },
	{ 'D', 0, FLAG_NO_DIODE_CHECK },
	{ 'F', HAS_GFI, FLAG_NO_GFI_TEST },
	{ 'G', HAS_ADVPWR, FLAG_NO_GROUND_CHECK },
	{ 'L', HAS_RELAYS, FLAG_NO_BOOT_LOCK },
	{ 'O', HAS_RELAYS, FLAG_NO_OVERCURRENT },
	{ 'R', HAS_ADVPWR, FLAG_NO_STUCK_CHECK },
	{ 'T', HAS_TEMPERATURE, FLAG_NO_TEMP_CHECK },
	{ 'V', 0, FLAG_NO_VENT_CHECK },
	{ 'Z', HAS_ZERO_CROSS, FLAG_NO_ZERO_CROSS },
};

static uint16_t switch_flag(struct board *b, char letter)
{
	size_t i;

	for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (switches[i].letter == letter &&
		    (switches[i].needs & b->fw.has) == switches[i].needs)
			return switches[i].disabled_flag;
	return 0;
}

/* What reads the proximity pilot takes it from the sensors in the cables. */
static void free_pilot_pin(struct board *b)
{
	struct thermistor *t;
	int i;

	for (i = 0; i < THERMISTORS; i++) {
		t = &b->eeprom.thermistor[i];
		if (t->pin == THERMISTOR_PP)
			eeprom_write8(b, &t->pin, 0);
	}
}

bool do_feature(struct board *b, struct command *c)
{
	char letter = *c->token[1], value = *c->token[2];
	uint16_t flag = switch_flag(b, letter);

	if (value != '0' && value != '1')
		return false;
	if (letter == 'E') {
		b->rapi.echo = true;	/* for 0 too: a bug that became the standard */
		return true;
	}
	if (letter == 'P' && (b->fw.has & HAS_RELAYS)) {
		/* the one flag that is set when the feature is on */
		command_set_check(b, FLAG_AMPACITY, value == '0');
		if (value == '1')
			free_pilot_pin(b);
		return true;
	}
	if (letter == 'C' && (b->fw.has & HAS_CABLE_TEMP)) {
		eeprom_write8(b, &b->eeprom.cable_unchecked, value == '0');
		return true;
	}
	if (!flag)
		return false;
	command_set_check(b, flag, value == '1');
	return true;
}

/* ---- the display -------------------------------------------------------------- */

/* In some versions a byte of the text stands for a space. */
static char shown(struct board *b, char c)
{
	if (((b->fw.quirks & QUIRK_SPACE_01) && c == '\x01') ||
	    ((b->fw.quirks & QUIRK_SPACE_EF) && c == '\xef'))
		return ' ';
	return c;
}

static void print(struct board *b, uint32_t x, uint32_t y, const char *text)
{
	memset(b->lcd[y] + strlen(b->lcd[y]), ' ', 16 - strlen(b->lcd[y]));
	for (; *text && x < 16; text++)
		b->lcd[y][x++] = shown(b, *text);
}

bool do_print(struct board *b, struct command *c)
{
	uint32_t x, y;

	if (c->count < 4)	/* only where nobody counts */
		return command_drawn(b, c);
	if ((b->fw.quirks & QUIRK_FP_NO_FAULT) && (b->evse.vflags & VFLAG_HARD_FAULT))
		return false;
	x = rapi_number(b, c->token[1]);
	y = rapi_number(b, c->token[2]);
	if (x < 16 && y < 2)
		print(b, x, y, c->text);
	cpu_take(b, strlen(c->text) * MS);
	return command_drawn(b, c);
}

/* ---- the rest -------------------------------------------------------------------- */

bool do_reset(struct board *b, struct command *c)
{
	c->silent = !(b->fw.quirks & QUIRK_RESET_ANSWERS);
	boot_reboot(b);
	return true;
}

bool do_reset_health(struct board *b, struct command *c)
{
	struct eeprom *e = &b->eeprom;

	(void)c;
	eeprom_write16(b, &e->cold_opens, 0);
	eeprom_write16(b, &e->hot_opens, 0);
	eeprom_write16(b, &e->recoveries, 0);
	return true;
}

bool do_shake_relay(struct board *b, struct command *c)
{
	(void)c;
	return relay_shake(b);
}

bool do_set_panic(struct board *b, struct command *c)
{
	int32_t tenths = (int32_t)rapi_number(b, c->token[1]);

	if (tenths <= 0)
		return false;
	eeprom_write16(b, &b->eeprom.panic, (uint16_t)tenths);
	return true;
}
