// SPDX-License-Identifier: GPL-2.0
/*
 * The controller's main loop, step by step. See evse.h.
 *
 *   begin -> read -> decide -> after -> serve -> begin ...
 *                      |-> test -> close relay -> after
 *                      |-> hard fault (serves on its own) -> after
 */
#include <string.h>

#include "board.h"
#include "capacity.h"
#include "fault.h"

#define READ_PILOT	(11400 + random_below(&b->random, 200))
#define READ_MAINS_OPEN	(18400 + random_below(&b->random, 400))
#define READ_MAINS	(4000 + random_below(&b->random, 4000))
#define READ_AMMETER	(19000 + random_below(&b->random, 16000))
#define DRAW_DISPLAY	(33 * MS)
#define DRAW_FAULT	(12 * MS)
#define TIGHT_LOOP	(10 * MS)	/* between looks when nothing arrives */

#define DISABLE_TAKES	(8 * MS)

#define GFI_TEST	(1100 * MS)
#define DEBOUNCE	(250 * MS)
#define DEBOUNCE_A	(25 * MS)
#define EARLY_FAULT	(2 * SECOND)	/* this soon after closing: for good */
#define HOT_WAIT	(5 * SECOND)
#define SLEEP_WAIT	(3 * SECOND)
#define OVERCURRENT	5000		/* mA above the offer */
#define OVERCURRENT_FOR	(5 * SECOND)

static void step_begin(struct board *b);
static void step_read(struct board *b);
static void step_decide(struct board *b);
static void step_after(struct board *b);
static void step_serve(struct board *b);
static void step_hard(struct board *b);

bool evse_faulty(struct board *b)
{
	return b->evse.state >= STATE_D && b->evse.state <= STATE_FAULT_LAST;
}

bool evse_tests_gfi(struct board *b)
{
	return (b->fw.has & HAS_GFI) && !(b->evse.flags & FLAG_NO_GFI_TEST);
}

bool evse_checks(struct board *b, uint16_t disabled_flag)
{
	return !(b->evse.flags & disabled_flag);
}

void evse_set_vflag(struct board *b, uint16_t flag, bool on)
{
	if (on)
		b->evse.vflags |= flag;
	else
		b->evse.vflags &= (uint16_t)~flag;
}

bool evse_connected(struct board *b)
{
	return b->evse.vflags & VFLAG_EV_CONNECTED;
}

/* ---- the relay ------------------------------------------------------- */

static void relay_close(struct board *b)
{
	struct evse *e = &b->evse;

	e->relay = true;
	e->relay_on_at = b->cpu.t;
	evse_set_vflag(b, VFLAG_CHARGING_ON, true);
	evse_set_vflag(b, VFLAG_SESSION_ENDED, false);
	meter_start(b);
}

void evse_open_relay(struct board *b)
{
	struct evse *e = &b->evse;

	if (e->relay && (b->fw.quirks & QUIRK_ADDS_UP))
		e->elapsed_before = e->elapsed;
	if (e->relay)
		relay_opened(b, b->meter.ma);
	e->relay = false;
	e->relay_off_at = b->cpu.t;
	evse_set_vflag(b, VFLAG_CHARGING_ON, false);
	meter_stop(b);
}

/* ---- enable, disable, sleep ------------------------------------------- */

/* Older firmware forgets the session's energy whenever it leaves state A. */
static void leave_a(struct board *b)
{
	if (b->evse.state == STATE_A && !(b->fw.quirks & QUIRK_ADDS_UP))
		meter_session_begin(b);
}

void evse_enable(struct board *b)
{
	struct evse *e = &b->evse;

	if (e->state != STATE_DISABLED && e->state != STATE_SLEEPING)
		return;
	evse_set_vflag(b, VFLAG_LIMIT_SLEEP, false);
	e->state = STATE_UNKNOWN;
	e->out = PILOT_P12;
}

void evse_disable(struct board *b)
{
	struct evse *e = &b->evse;

	leave_a(b);
	if (e->state == STATE_DISABLED)
		return;
	e->out = PILOT_N12;
	e->state = STATE_DISABLED;
	evse_open_relay(b);
	cpu_take(b, DISABLE_TAKES);
	if (b->fw.has & HAS_MENNEKES)
		cpu_take(b, EVSE_LOCK_TAKES);
	rapi_state(b, false);
}

/* The relay stays closed for a while, to let the vehicle stop first. */
void evse_sleep(struct board *b)
{
	struct evse *e = &b->evse;

	leave_a(b);
	if (e->state == STATE_SLEEPING)
		return;
	e->out = PILOT_P12;
	e->state = STATE_SLEEPING;
	e->relay_off_at = b->cpu.t;
	cpu_take(b, 17 * MS);
	rapi_state(b, false);
}

void evse_auth_lock(struct board *b, bool locked)
{
	evse_set_vflag(b, VFLAG_AUTH_LOCKED, locked);
	if (locked && b->evse.state == STATE_C) {
		evse_open_relay(b);
		b->evse.state = STATE_B;
		b->evse.out = PILOT_P12;
	} else if (!locked && b->evse.state == STATE_B) {
		b->evse.out = PILOT_PWM;
	}
}

/* ---- surroundings ------------------------------------------------------ */

void evse_read_sensors(struct board *b)
{
	const struct plant *p = &b->plant;
	struct evse *e = &b->evse;
	int none = b->fw.quirks & QUIRK_SENSOR_ZERO ? 0 : -2560;

	e->temp_at = b->cpu.t;
	e->temp[0] = p->clock_ok ? p->ds3231 : none;
	e->temp[1] = e->mcp9808_found && p->mcp9808_ok ? p->mcp9808 : none;
	e->temp[2] = (b->fw.quirks & QUIRK_TMP007) && p->tmp007_ok ? p->tmp007 : none;
}

static void step_close_relay(struct board *b);

void evse_gfi_pulse(struct board *b)
{
	struct evse *e = &b->evse;

	/* the self test makes pulses itself and expects to see them */
	if (!(b->fw.has & HAS_GFI) || b->cpu.step == step_close_relay)
		return;
	b->cpu.t = b->now;
	e->gfi_fault = true;
	evse_set_vflag(b, VFLAG_GFI_TRIPPED, true);
	evse_open_relay(b);
	e->out = PILOT_P12;
}

/* ---- serving the wire --------------------------------------------------- */

static void step_hung(struct board *b)
{
	rapi_resume(b);
	cpu_next(b, b->cpu.after, 0);
}

void evse_unhang(struct board *b)
{
	if (b->rapi.hung)
		b->cpu.at = b->now;
}

bool evse_serve(struct board *b, cpu_step again)
{
	uint64_t start = b->cpu.t;
	int c;

	b->cpu.step = NULL;
	while ((c = wire_get(&b->wire)) >= 0) {
		rapi_byte(b, (uint8_t)c);
		if (b->cpu.step)
			return false;
		if (b->rapi.hung) {
			b->cpu.after = again;
			cpu_next(b, step_hung, NEVER);
			return false;
		}
		if (b->cpu.t > start) {
			cpu_next(b, again, 0);
			return false;
		}
	}
	return true;
}

static void step_serve(struct board *b)
{
	button_check(b);
	if (b->cpu.t - b->evse.temp_at >= SECOND)
		evse_read_sensors(b);
	timer_check(b);
	if (evse_serve(b, step_serve))
		step_begin(b);
}

/* ---- hard faults ---------------------------------------------------------- */

static void hard_fault(struct board *b, bool recovers, cpu_step then)
{
	struct evse *e = &b->evse;

	e->hard_recovers = recovers;
	e->hard_then = then;
	evse_set_vflag(b, VFLAG_HARD_FAULT, true);
	cpu_take(b, DRAW_FAULT);
	rapi_state(b, false);
	cpu_next(b, step_hard, 0);
}

static void read_connection(struct board *b);

static void step_hard_read(struct board *b)
{
	struct evse *e = &b->evse;

	e->seen = b->plant.pilot;
	read_connection(b);
	if (evse_connected(b)) {
		cpu_idle(b, step_hard, 0);
		return;
	}
	e->state = STATE_UNKNOWN;
	evse_set_vflag(b, VFLAG_HARD_FAULT, false);
	cpu_next(b, e->hard_then, 0);
}

static void step_hard(struct board *b)
{
	struct evse *e = &b->evse;

	button_check(b);
	if (!evse_serve(b, step_hard))
		return;
	if (e->hard_recovers && e->out == PILOT_P12)
		cpu_idle(b, step_hard_read, READ_PILOT);
	else
		cpu_wait(b, step_hard, TIGHT_LOOP);
}

/* ---- a pass ----------------------------------------------------------------- */

static void step_begin(struct board *b)
{
	struct evse *e = &b->evse;
	bool asleep = e->state == STATE_SLEEPING && !e->relay;

	e->pass_at = b->cpu.t;
	e->pass_begun_in = e->state;
	if (e->state == STATE_DISABLED || replay_holds(b) ||
	    (asleep && !(b->fw.quirks & QUIRK_SLEEP_READS)))
		cpu_wait(b, step_serve, TIGHT_LOOP);
	else
		cpu_idle(b, step_read, READ_PILOT);
}

/* With --instant a command may come where the firmware never looks: begin anew. */
static bool overtaken(struct board *b)
{
	if (b->evse.state == b->evse.pass_begun_in)
		return false;
	cpu_next(b, step_serve, 0);
	return true;
}

/* A plug going in or out; moving the cable lock takes its time. */
static void connection_changed(struct board *b)
{
	struct evse *e = &b->evse;

	if ((b->fw.has & HAS_MENNEKES) && !(e->vflags & VFLAG_MENNEKES_MANUAL)) {
		e->mennekes_locked = evse_connected(b);
		cpu_take(b, EVSE_LOCK_TAKES);
	}
	if (!(b->fw.quirks & QUIRK_ADDS_UP))
		return;
	if (evse_connected(b)) {
		e->elapsed = 0;
		e->elapsed_before = 0;
		meter_session_begin(b);
	} else {
		evse_set_vflag(b, VFLAG_SESSION_ENDED, true);
		meter_session_end(b);
	}
}

static void read_connection(struct board *b)
{
	struct evse *e = &b->evse;
	bool before = evse_connected(b), now = e->seen != 'A';

	/* at -12 V the line tells nothing */
	if (e->out == PILOT_N12)
		return;
	evse_set_vflag(b, VFLAG_EV_CONNECTED_PREV, before);
	evse_set_vflag(b, VFLAG_EV_CONNECTED, now);
	if (before != now)
		connection_changed(b);
}

static void asleep(struct board *b, bool was_connected)
{
	struct evse *e = &b->evse;

	if (e->relay) {
		meter_add(b);
		if (e->seen <= 'B' || meter_now_ma(b) <= 1000 ||
		    b->cpu.t - e->relay_off_at >= SLEEP_WAIT)
			evse_open_relay(b);
	} else if ((e->vflags & VFLAG_LIMIT_SLEEP) && !evse_connected(b)) {
		/* asleep because a limit was reached: the next vehicle is welcome */
		evse_set_vflag(b, VFLAG_LIMIT_SLEEP, false);
		e->state = STATE_UNKNOWN;
	}
	if (was_connected != evse_connected(b)) {
		b->timer.overridden = false;
		rapi_changed(b);
	}
	cpu_idle(b, step_serve, 200);
}

static void step_read(struct board *b)
{
	struct evse *e = &b->evse;
	bool was_connected = evse_connected(b);

	if (overtaken(b))
		return;
	e->seen = b->plant.pilot;
	read_connection(b);
	if (e->state == STATE_SLEEPING)
		asleep(b, was_connected);
	else
		cpu_idle(b, step_decide, e->relay ? READ_MAINS : READ_MAINS_OPEN);
}

/* ---- the pilot line --------------------------------------------------------------- */

static bool diode_bad(struct board *b)
{
	const struct evse *e = &b->evse;

	return !b->plant.diode_ok && e->out == PILOT_PWM && e->seen != 'A' &&
	       evse_checks(b, FLAG_NO_DIODE_CHECK);
}

/* What the line looks like, and the state that it asks for. */
static void judge_pilot(struct board *b, uint8_t *pilot, uint8_t *state)
{
	const struct evse *e = &b->evse;

	if (diode_bad(b)) {
		*pilot = *state = STATE_DIODE;
		return;
	}
	if (e->seen > 'D') {
		*pilot = *state = STATE_UNKNOWN;
		return;
	}
	*pilot = *state = (uint8_t)(STATE_A + (e->seen - 'A'));
	if (e->seen == 'C' && e->out != PILOT_PWM)
		*state = STATE_B;
	if (e->seen == 'D' && !evse_checks(b, FLAG_NO_VENT_CHECK))
		*state = STATE_C;
}

static void debounce(struct evse *e, uint8_t state, uint8_t pilot)
{
	uint64_t need = state == STATE_A ? DEBOUNCE_A : DEBOUNCE;

	if (!e->pass_fault && state != e->pass_prev) {
		if (state != e->tmp_state)
			e->tmp_state_since = e->pass_at;
		else if (e->pass_at - e->tmp_state_since >= need)
			e->state = state;
	}
	if (pilot != e->pilot_state) {
		if (pilot != e->tmp_pilot)
			e->tmp_pilot_since = e->pass_at;
		else if (e->pass_at - e->tmp_pilot_since >= DEBOUNCE)
			e->pilot_state = pilot;
	}
	e->tmp_state = state;
	e->tmp_pilot = pilot;
}

/* ---- transitions --------------------------------------------------------------------- */

static void stop(struct board *b, enum pilot_out out)
{
	b->evse.out = out;
	evse_open_relay(b);
}

static void step_hot(struct board *b)
{
	stop(b, b->fw.quirks & QUIRK_HOT_NEEDS_RESET ? PILOT_N12 : PILOT_P12);
	hard_fault(b, true, step_after);
}

static void step_over_current(struct board *b)
{
	evse_open_relay(b);
	b->evse.over_current_since = 0;
	hard_fault(b, true, step_after);
}

static void step_close_relay(struct board *b)
{
	struct evse *e = &b->evse;

	if (!b->plant.gfi_test_ok && evse_tests_gfi(b)) {
		e->state = STATE_GFI_TEST;
		e->out = PILOT_P12;
		hard_fault(b, true, step_serve);
		return;
	}
	relay_close(b);
	step_after(b);
}

static void enter_a(struct board *b)
{
	stop(b, PILOT_P12);
	if (!(b->fw.quirks & QUIRK_ADDS_UP))
		meter_session_end(b);
	limit_clear(b);
	b->timer.overridden = false;
}

static void enter_c(struct board *b)
{
	b->evse.out = PILOT_PWM;
	cpu_next(b, step_close_relay, evse_tests_gfi(b) ? GFI_TEST : 0);
}

/* Enter the new state; false: another step carries on. */
static bool enter(struct board *b)
{
	struct evse *e = &b->evse;

	switch (e->state) {
	case STATE_A:
		enter_a(b);
		return true;
	case STATE_B:
		stop(b, e->vflags & VFLAG_AUTH_LOCKED ? PILOT_P12 : PILOT_PWM);
		return true;
	case STATE_C:
		enter_c(b);
		return false;
	case STATE_OVER_TEMPERATURE:
		e->out = PILOT_P12;
		b->cpu.t = e->pass_at;
		cpu_next(b, step_hot, HOT_WAIT);
		return false;
	case STATE_D:
	case STATE_DIODE:
		stop(b, PILOT_P12);
		hard_fault(b, true, step_after);
		return false;
	case STATE_STUCK_RELAY:
		stop(b, PILOT_N12);
		hard_fault(b, false, step_after);
		return false;
	default:
		stop(b, PILOT_P12);
		return true;
	}
}

/* A vehicle was there at power-on, so the level could not be measured then. */
static void measure_level(struct board *b)
{
	struct evse *e = &b->evse;

	if (!(e->vflags & VFLAG_LEVEL_SKIPPED) || e->state != STATE_C || !e->relay ||
	    e->pass_at - e->relay_on_at <= FAULT_GROUND_DELAY)
		return;
	evse_set_vflag(b, VFLAG_LEVEL_SKIPPED, false);
	if (b->plant.volts > 150)
		evse_set_level(b, 2);
}

static void follow_pilot(struct board *b, uint8_t fault)
{
	struct evse *e = &b->evse;
	uint8_t pilot = STATE_UNKNOWN, state = fault;

	if (!e->pass_fault) {
		if (e->pass_prev >= STATE_D && e->pass_prev <= STATE_FAULT_LAST) {
			e->out = PILOT_P12;
			e->pass_prev = STATE_UNKNOWN;
			e->state = STATE_UNKNOWN;
		}
		judge_pilot(b, &pilot, &state);
	}
	debounce(e, state, pilot);
	if ((e->vflags & VFLAG_AUTH_LOCKED) && e->state == STATE_C)
		e->state = STATE_B;
	if (e->state != e->pass_prev && e->state >= STATE_A && e->state <= STATE_C)
		e->pilot_state = pilot;
}

static void step_decide(struct board *b)
{
	struct evse *e = &b->evse;
	uint8_t fault;

	if (overtaken(b))
		return;
	e->pass_prev = e->state;
	fault = fault_look(b);
	if (fault == FAULT_LEFT) {
		e->state = STATE_UNKNOWN;
		cpu_idle(b, step_serve, 0);
		return;
	}
	e->pass_fault = fault != STATE_UNKNOWN;
	if (e->pass_fault)
		e->state = fault;
	measure_level(b);
	follow_pilot(b, fault);
	if (e->state != e->pass_prev) {
		if (e->pass_prev == STATE_A && !(b->fw.quirks & QUIRK_ADDS_UP))
			meter_session_begin(b);
		if (!enter(b))
			return;
	}
	step_after(b);
}

/* ---- the rest of a pass ----------------------------------------------------------------- */

static void tell_elapsed(struct board *b)
{
	struct evse *e = &b->evse;

	if (b->fw.quirks & QUIRK_ADDS_UP)
		e->elapsed = e->elapsed_before +
			     (uint32_t)((b->cpu.t - e->relay_on_at) / SECOND);
	else
		e->elapsed = (uint32_t)(b->cpu.t / SECOND - e->relay_on_at / SECOND);
}

/* True: far too much for far too long. */
static bool over_current(struct board *b)
{
	struct evse *e = &b->evse;

	if (!(b->fw.has & HAS_OVERCURRENT) || e->state != STATE_C ||
	    ((b->fw.has & HAS_RELAYS) && !evse_checks(b, FLAG_NO_OVERCURRENT)) ||
	    b->meter.ma < e->amps * 1000 + OVERCURRENT) {
		e->over_current_since = 0;
		return false;
	}
	if (!e->over_current_since)
		e->over_current_since = b->cpu.t;
	return b->cpu.t - e->over_current_since >= OVERCURRENT_FOR;
}

static void draw(struct board *b)
{
	bool changed = b->evse.drawn_state != b->evse.state;

	b->evse.drawn_state = b->evse.state;
	cpu_idle(b, step_serve, changed ? DRAW_DISPLAY : 0);
}

static void step_after(struct board *b)
{
	struct evse *e = &b->evse;

	if (e->state != e->pass_prev)
		rapi_entered(b);
	if (e->pass_fault && e->pass_prev == STATE_C &&
	    e->pass_at - e->relay_on_at <= EARLY_FAULT && e->state != STATE_UNKNOWN) {
		hard_fault(b, true, step_serve);
		return;
	}
	if (e->state == STATE_C) {
		cpu_take(b, READ_AMMETER);
		meter_read(b);
		meter_add(b);
	}
	if (over_current(b)) {
		e->state = STATE_OVER_CURRENT;
		e->out = PILOT_P12;
		cpu_next(b, step_over_current, SECOND);
		return;
	}
	if (b->fw.has & HAS_HEARTBEAT)
		heartbeat_check(b);
	capacity_check_heat(b);
	if (e->state == STATE_C) {
		tell_elapsed(b);
		limit_check(b);
	}
	rapi_changed(b);
	draw(b);
}

/* ---- power --------------------------------------------------------------------------------- */

void evse_reset(struct board *b)
{
	struct evse *e = &b->evse;

	memset(e, 0, sizeof(*e));
	e->seen = 'A';
	e->flags = b->eeprom.flags;
	e->vflags = VFLAG_SESSION_ENDED;
	if (b->fw.has & HAS_CGMI)
		e->flags |= FLAG_CGMI;
	if (!(b->fw.has & HAS_AUTO_LEVEL))
		e->flags |= FLAG_NO_AUTO_LEVEL | FLAG_L2;
	if ((b->fw.has & HAS_BOOTLOCK) &&
	    !((b->fw.has & HAS_RELAYS) && (e->flags & FLAG_NO_BOOT_LOCK)))
		e->vflags |= VFLAG_BOOT_LOCKED;
	if (timer_enabled(b) && (b->fw.quirks & QUIRK_TIMER_FLAG))
		e->vflags |= VFLAG_TIMER_ON;
	b->lcd_off = false;
	memset(b->lcd, 0, sizeof(b->lcd));
}

void evse_start(struct board *b)
{
	b->evse.booted = true;
	cpu_next(b, step_begin, 0);
}
