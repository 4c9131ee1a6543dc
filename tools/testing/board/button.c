// SPDX-License-Identifier: GPL-2.0
/*
 * The front button. See button.h.
 */
#include "board.h"

#define MENU_FOR	(10 * SECOND)

static void menu_toggle(struct board *b)
{
	bool open = b->evse.vflags & VFLAG_MENU;

	evse_set_vflag(b, VFLAG_MENU, !open);
	b->button.menu_until = b->cpu.t + MENU_FOR;
}

void button_press_short(struct board *b)
{
	if (b->evse.vflags & VFLAG_MENU) {
		b->button.menu_until = b->cpu.t + MENU_FOR;
		return;
	}
	if (evse_faulty(b)) {
		menu_toggle(b);
		return;
	}
	if (b->evse.state == STATE_DISABLED || b->evse.state == STATE_SLEEPING)
		evse_enable(b);
	else
		evse_sleep(b);
	timer_button(b);
}

static void notice(struct board *b)
{
	enum button_press press = b->button.pressed;

	b->button.pressed = BUTTON_NONE;
	if (press == BUTTON_WIFI) {
		if (b->fw.has & HAS_WIFI_NOTICE)
			rapi_notice(b, b->fw.quirks & QUIRK_WF_00 ? "$WF 00" : "$WF 02");
	} else if (b->evse.flags & FLAG_NO_BUTTON) {
		if (b->fw.has & HAS_BUTTON_NOTICE)
			rapi_notice(b, press == BUTTON_LONG ? "$AN 1" : "$AN 0");
	} else if (press == BUTTON_LONG) {
		menu_toggle(b);
	} else {
		button_press_short(b);
	}
}

void button_press(struct board *b, enum button_press press)
{
	b->button.pressed = press;
}

void button_check(struct board *b)
{
	if (b->button.pressed)
		notice(b);
	if ((b->evse.vflags & VFLAG_MENU) && b->cpu.t >= b->button.menu_until)
		evse_set_vflag(b, VFLAG_MENU, false);
}
