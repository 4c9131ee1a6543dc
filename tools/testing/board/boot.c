// SPDX-License-Identifier: GPL-2.0
/*
 * From reset to the main loop. See boot.h.
 */
#include <string.h>

#include "board.h"

#define UART_OFF	(400 * MS)
#define DRAW		(30 * MS)
#define DISABLED_CHECK	(1500 * MS)	/* to show one on the display */
#define LEVEL_TEST	(1222 * MS)
#define GFI_TEST	(1100 * MS)
#define WATCHDOG	(1030 * MS)
#define LET_STOP	(3 * SECOND)	/* for the vehicle, before a reboot */
#define TIGHT_LOOP	(10 * MS)

#define RELAY_TEXT	"\nrelayCloseMs: 100\r\nrelayHoldPwm: 255\r\n"

static uint64_t scaled(struct board *b, uint64_t us)
{
	return (uint64_t)((double)us * b->boot_factor);
}

static void step_failed(struct board *b)
{
	b->evse.booted = true;
	if (evse_serve(b, step_failed))
		cpu_wait(b, step_failed, TIGHT_LOOP);
}

/* Only SB leads out of here. */
static void step_locked(struct board *b)
{
	b->evse.booted = true;
	if (!evse_serve(b, step_locked))
		return;
	if (b->evse.vflags & VFLAG_BOOT_LOCKED)
		cpu_wait(b, step_locked, TIGHT_LOOP);
	else
		evse_start(b);
}

static void fail(struct board *b, uint8_t state)
{
	b->evse.state = state;
	if (b->fw.quirks & QUIRK_AT)
		rapi_boot(b);
	if (b->fw.quirks & (QUIRK_AT | QUIRK_BOOT_STATE))
		rapi_state(b, true);
	cpu_wait(b, step_failed, 0);
}

static void pass(struct board *b)
{
	bool was_level_2 = b->evse.flags & FLAG_L2;
	bool level_2 = was_level_2;

	if (!(b->evse.flags & FLAG_NO_AUTO_LEVEL))
		level_2 = b->plant.volts > 150 && b->plant.pilot == 'A';
	evse_set_level(b, level_2 ? 2 : 1);
	if ((b->fw.quirks & QUIRK_TIMER_BY_LEVEL) && timer_enabled(b))
		evse_sleep(b);
	if (b->fw.quirks & QUIRK_AT)
		rapi_boot(b);
	heartbeat_reset(b);
	cpu_wait(b, step_locked, 0);
}

/* The level test sees a dead line or a stuck contact; without it, the latter. */
static uint8_t test_mains(struct board *b)
{
	const struct evse *e = &b->evse;
	bool closes_relay = !(e->flags & FLAG_NO_AUTO_LEVEL) && b->plant.pilot == 'A';

	if (!(b->fw.has & HAS_ADVPWR))
		return STATE_UNKNOWN;
	if (b->plant.relay_stuck && !(e->flags & FLAG_NO_STUCK_CHECK))
		return STATE_STUCK_RELAY;
	if (closes_relay && !b->plant.ground_ok && !(e->flags & FLAG_NO_GROUND_CHECK))
		return STATE_NO_GROUND;
	return STATE_UNKNOWN;
}

static void step_tested(struct board *b)
{
	if (!b->plant.gfi_test_ok && evse_tests_gfi(b))
		fail(b, STATE_GFI_TEST);
	else
		pass(b);
}

static void step_mains(struct board *b)
{
	uint8_t fault = test_mains(b);

	if (!(b->evse.flags & FLAG_NO_AUTO_LEVEL) && b->plant.pilot != 'A')
		b->evse.vflags |= VFLAG_LEVEL_SKIPPED;
	if (fault)
		fail(b, fault);
	else
		cpu_next(b, step_tested,
			 evse_tests_gfi(b) ? scaled(b, GFI_TEST) : 0);
}

static uint64_t show_disabled(struct board *b)
{
	uint16_t shown = b->evse.flags & (FLAG_NO_DIODE_CHECK | FLAG_NO_VENT_CHECK |
					  FLAG_NO_GROUND_CHECK | FLAG_NO_STUCK_CHECK |
					  FLAG_NO_GFI_TEST | FLAG_NO_TEMP_CHECK);

	return (uint64_t)__builtin_popcount(shown) * DISABLED_CHECK;
}

static void step_splash(struct board *b)
{
	uint64_t wait = DRAW + show_disabled(b);

	if (b->fw.has & HAS_RELAY_PWM)
		wire_message(b, (const uint8_t *)RELAY_TEXT, strlen(RELAY_TEXT), false);
	if (b->fw.quirks & QUIRK_BOOT_STATE)
		rapi_state(b, true);
	if (!(b->evse.flags & FLAG_NO_AUTO_LEVEL) && b->plant.pilot == 'A')
		wait += LEVEL_TEST;
	cpu_next(b, step_mains, scaled(b, wait));
}

static void step_uart_on(struct board *b)
{
	uint64_t wait = b->fw.profile->boot_text_at - UART_OFF;

	if (b->fw.has & HAS_MENNEKES)
		wait += EVSE_LOCK_TAKES;
	b->wire.uart_on = true;
	b->evse.mcp9808_found = b->plant.mcp9808_ok;
	evse_read_sensors(b);
	cpu_next(b, step_splash, scaled(b, wait));
}

void boot_begin(struct board *b)
{
	wire_reset(&b->wire);
	rapi_reset(&b->rapi);
	evse_reset(b);
	meter_reset(b);
	memset(&b->limit, 0, sizeof(b->limit));
	memset(&b->relay, 0, sizeof(b->relay));
	memset(&b->timer, 0, sizeof(b->timer));
	memset(&b->button, 0, sizeof(b->button));
	cpu_next(b, step_uart_on, scaled(b, UART_OFF));
}

static void step_watchdog(struct board *b)
{
	board_reset(b);
}

void boot_reboot(struct board *b)
{
	uint64_t wait = WATCHDOG;

	b->evse.out = PILOT_P12;
	if (b->evse.relay)
		wait += LET_STOP;
	cpu_next(b, step_watchdog, scaled(b, wait));
}
