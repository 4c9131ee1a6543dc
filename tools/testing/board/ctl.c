// SPDX-License-Identifier: GPL-2.0
/*
 * The commands of the control channel: one row each. See control.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "control.h"

#define WAIT_MS		10000	/* unless told otherwise */
#define WORDS		8

/* One command under way. */
struct ctl {
	struct board *board;
	char *word[WORDS];	/* the command's own included */
	int count;
	const char *rest;	/* the line behind the command, as it came */
	char *answer;
	size_t size;
	struct wish *wish;
};

static bool say(struct ctl *c, bool ok, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool say(struct ctl *c, bool ok, const char *format, ...)
{
	size_t n = (size_t)snprintf(c->answer, c->size, "%s", ok ? "ok" : "error");
	va_list args;

	if (*format && n + 1 < c->size)
		c->answer[n++] = ' ';
	va_start(args, format);
	vsnprintf(c->answer + n, c->size - n, format, args);
	va_end(args);
	return ok;
}

static bool done(struct ctl *c)
{
	snprintf(c->answer, c->size, "ok");
	return true;
}

/* ---- words to values -------------------------------------------------------- */

/* Word @i as a number from @low to @high; says what is wrong with it. */
static bool number(struct ctl *c, int i, double low, double high, double *value)
{
	char *end;

	*value = 0;
	if (i >= c->count)
		return say(c, false, "%s needs a number", c->word[0]);
	*value = strtod(c->word[i], &end);
	if (end == c->word[i] || *end || !(*value >= low && *value <= high))
		return say(c, false, "'%s' is no number from %g to %g", c->word[i], low, high);
	return true;
}

static bool whole(struct ctl *c, int i, long low, long high, long *value)
{
	double d;

	if (!number(c, i, (double)low, (double)high, &d))
		return false;
	*value = (long)d;
	return true;
}

/* Word 1 is @yes or @no. */
static bool choice(struct ctl *c, const char *yes, const char *no, bool *value)
{
	if (c->count > 1 && !strcmp(c->word[1], yes))
		*value = true;
	else if (c->count > 1 && !strcmp(c->word[1], no))
		*value = false;
	else
		return say(c, false, "%s is either %s or %s", c->word[0], yes, no);
	return true;
}

static bool set_choice(struct ctl *c, const char *yes, const char *no, bool *value)
{
	return choice(c, yes, no, value) && done(c);
}

/* ---- the vehicle and the surroundings ----------------------------------------- */

static bool ctl_pilot(struct ctl *c)
{
	if (c->count != 2 || strlen(c->word[1]) != 1 || *c->word[1] < 'A' || *c->word[1] > 'E')
		return say(c, false, "the pilot line is A, B, C, D or E");
	c->board->plant.pilot = *c->word[1];
	return done(c);
}

static bool ctl_amps(struct ctl *c)
{
	double amps;

	if (!number(c, 1, 0, 1000, &amps))
		return false;
	c->board->plant.ma = (uint32_t)(amps * 1000 + 0.5);
	c->board->plant.greedy = c->count > 2 && !strcmp(c->word[2], "force");
	return done(c);
}

static bool ctl_volts(struct ctl *c)
{
	long volts;

	if (!whole(c, 1, 0, 1000, &volts))
		return false;
	c->board->plant.volts = (unsigned int)volts;
	return done(c);
}

static bool ctl_gfi(struct ctl *c)
{
	evse_gfi_pulse(c->board);
	return done(c);
}

static bool ctl_gfitest(struct ctl *c)
{
	return set_choice(c, "ok", "bad", &c->board->plant.gfi_test_ok);
}

static bool ctl_ground(struct ctl *c)
{
	return set_choice(c, "ok", "open", &c->board->plant.ground_ok);
}

static bool ctl_relay(struct ctl *c)
{
	return set_choice(c, "stuck", "ok", &c->board->plant.relay_stuck);
}

static bool ctl_diode(struct ctl *c)
{
	return set_choice(c, "ok", "bad", &c->board->plant.diode_ok);
}

static bool ctl_temp(struct ctl *c)
{
	long temp;

	if (!whole(c, 1, -550, 1250, &temp))
		return false;
	c->board->plant.ds3231 = (int)temp;
	return done(c);
}

static bool ctl_sensor(struct ctl *c)
{
	struct plant *p = &c->board->plant;
	bool mcp = c->count > 1 && !strcmp(c->word[1], "mcp9808");
	long temp;

	if (c->count != 3 || (!mcp && strcmp(c->word[1], "tmp007")))
		return say(c, false, "a sensor is mcp9808 or tmp007, with a temperature or absent");
	if (!strcmp(c->word[2], "absent")) {
		*(mcp ? &p->mcp9808_ok : &p->tmp007_ok) = false;
		return done(c);
	}
	if (!whole(c, 2, -550, 1250, &temp))
		return false;
	*(mcp ? &p->mcp9808 : &p->tmp007) = (int)temp;
	*(mcp ? &p->mcp9808_ok : &p->tmp007_ok) = true;
	return done(c);
}

static bool ctl_clock(struct ctl *c)
{
	int field[6], i;
	long value;

	if (c->count == 2)
		return set_choice(c, "ok", "absent", &c->board->plant.clock_ok);
	for (i = 0; i < 6; i++) {
		if (!whole(c, 1 + i, 0, 99, &value))
			return false;
		field[i] = (int)value;
	}
	rtc_set(c->board, field);
	return done(c);
}

static bool ctl_lcd(struct ctl *c)
{
	struct board *b = c->board;

	if (c->count == 1)
		return say(c, true, "[%-16s] [%-16s]", b->lcd[0], b->lcd[1]);
	if (!choice(c, "ok", "absent", &b->plant.lcd_ok))
		return false;
	if (b->plant.lcd_ok)
		evse_unhang(b);
	return done(c);
}

static bool ctl_button(struct ctl *c)
{
	static const char *const presses[] = { "short", "long", "wifi" };
	size_t i;

	for (i = 0; i < 3 && c->count == 2; i++) {
		if (strcmp(c->word[1], presses[i]))
			continue;
		button_press(c->board, (enum button_press)(BUTTON_SHORT + i));
		return done(c);
	}
	return say(c, false, "the button is pressed short, long or wifi");
}

static bool ctl_reset(struct ctl *c)
{
	c->board->cpu.t = c->board->now;
	board_reset(c->board);
	return done(c);
}

/* ---- the wire ---------------------------------------------------------------------- */

static bool ctl_mute(struct ctl *c)
{
	return set_choice(c, "on", "off", &c->board->wire.mute);
}

static bool ctl_deaf(struct ctl *c)
{
	return set_choice(c, "on", "off", &c->board->wire.deaf);
}

static bool ctl_echo(struct ctl *c)
{
	return set_choice(c, "on", "off", &c->board->rapi.echo);
}

static bool ctl_delay(struct ctl *c)
{
	double ms;

	if (!number(c, 1, 0, 3600000, &ms))
		return false;
	c->board->wire.delay = (uint64_t)(ms * MS);
	return done(c);
}

static bool ctl_stall(struct ctl *c)
{
	double ms;

	if (!number(c, 1, 0, 3600000, &ms))
		return false;
	cpu_stall(c->board, (uint64_t)(ms * MS));
	return done(c);
}

static bool count_messages(struct ctl *c, unsigned int *counter)
{
	long n = 1;

	if (c->count > 1 && !whole(c, 1, 0, 1000000, &n))
		return false;
	*counter = (unsigned int)n;
	return done(c);
}

static bool ctl_drop(struct ctl *c)
{
	return count_messages(c, &c->board->wire.drop);
}

static bool ctl_replies(struct ctl *c)
{
	struct wire *w = &c->board->wire;
	bool all = c->count == 2 && !strcmp(c->word[1], "all");

	if (!all && !count_messages(c, &w->replies))
		return false;
	w->few = !all;
	return done(c);
}

static bool ctl_corrupt(struct ctl *c)
{
	return count_messages(c, &c->board->wire.corrupt);
}

static void set_chance(struct chance *chance, double rate, long seed)
{
	chance->rate = rate;
	random_seed(&chance->random, (uint64_t)seed);
}

/* Word @i, if there is one. */
static bool seed_word(struct ctl *c, int i, long *seed)
{
	*seed = 1;
	return c->count <= i || whole(c, i, 0, 1L << 31, seed);
}

static bool ctl_noise(struct ctl *c)
{
	struct wire *w = &c->board->wire;
	const char *way = c->count > 3 ? c->word[3] : "both";
	bool in = strcmp(way, "out") != 0, out = strcmp(way, "in") != 0;
	double rate;
	long seed;

	if (!number(c, 1, 0, 1, &rate) || !seed_word(c, 2, &seed))
		return false;
	if (in && out && strcmp(way, "both"))
		return say(c, false, "noise is in, out or both ways");
	if (in)
		set_chance(&w->noise_in, rate, seed);
	if (out)
		set_chance(&w->noise_out, rate, seed);
	return done(c);
}

static bool ctl_late(struct ctl *c)
{
	struct wire *w = &c->board->wire;
	double rate, ms = 0;
	long seed;

	if (!number(c, 1, 0, 1, &rate) || !seed_word(c, 3, &seed))
		return false;
	if ((rate > 0 || c->count > 2) && !number(c, 2, 0, 3600000, &ms))
		return false;
	w->late_max = (uint64_t)(ms * MS);
	set_chance(&w->late, rate, seed);
	return done(c);
}

static bool ctl_chop(struct ctl *c)
{
	double rate;
	long seed;

	if (!number(c, 1, 0, 1, &rate) || !seed_word(c, 2, &seed))
		return false;
	set_chance(&c->board->wire.chop, rate, seed);
	return done(c);
}

static bool ctl_forged(struct ctl *c)
{
	char text[CONTROL_LINE - 8];

	inspector_report(&c->board->inspector, text, sizeof(text));
	return say(c, true, "%s", text);
}

static bool ctl_send(struct ctl *c)
{
	uint8_t buf[1024];
	int n = text_unescape(buf, sizeof(buf), c->rest);

	if (n < 0)
		return say(c, false, "a broken escape, or more than %zu bytes", sizeof(buf));
	wire_inject(c->board, buf, (size_t)n);
	return done(c);
}

static bool ctl_log(struct ctl *c)
{
	int err;

	if (c->count == 2 && !strcmp(c->word[1], "off")) {
		log_close(&c->board->log);
		return done(c);
	}
	if (c->count != 3 || strcmp(c->word[1], "on"))
		return say(c, false, "say log on FILE or log off");
	err = log_open(&c->board->log, c->word[2]);
	return err ? say(c, false, "%s: %s", c->word[2], strerror(-err)) : done(c);
}

/* ---- the cable ------------------------------------------------------------------------ */

static bool ctl_unplug(struct ctl *c)
{
	struct transport *t = &c->board->transport;

	if (!t->ops->has_cable)
		return say(c, false, "standard input and output cannot be unplugged");
	if (!t->plugged)
		return say(c, false, "it is unplugged already");
	t->ops->unplug(c->board);
	return done(c);
}

static bool ctl_plug(struct ctl *c)
{
	struct transport *t = &c->board->transport;

	if (t->plugged)
		return say(c, false, "it is plugged already");
	if (t->ops->plug(c->board) < 0)
		return say(c, false, "plugging failed, see the board's standard error");
	return done(c);
}

static bool ctl_break(struct ctl *c)
{
	if (!c->board->transport.ops->send_break || !c->board->transport.plugged)
		return say(c, false, "only a plugged usb board can send a break");
	c->board->transport.ops->send_break(c->board);
	return done(c);
}

static bool ctl_replay(struct ctl *c)
{
	double speed = 1;
	char error[256];

	if (c->count < 2)
		return say(c, false, "say replay FILE [SPEED]");
	if (c->count > 2 && !number(c, 2, 0, 1e6, &speed))
		return false;
	if (!replay_start(c->board, c->word[1], speed, error, sizeof(error)))
		return say(c, false, "%s", error);
	return done(c);
}

/* ---- knowing ---------------------------------------------------------------------------- */

static bool ctl_state(struct ctl *c)
{
	char text[CONTROL_LINE - 8];

	control_state(c->board, text, sizeof(text));
	return say(c, true, "%s", text);
}

static bool ctl_stats(struct ctl *c)
{
	char text[CONTROL_LINE - 8];

	if (c->count == 2 && !strcmp(c->word[1], "clear")) {
		memset(&c->board->stats, 0, sizeof(c->board->stats));
		c->board->eeprom.writes = 0;
		inspector_forget(&c->board->inspector);
		return done(c);
	}
	control_stats(c->board, text, sizeof(text));
	return say(c, true, "%s", text);
}

/* The value of @key in " key=value" words. */
static bool lookup(const char *words, const char *key, char *value, size_t size)
{
	size_t n = strlen(key), len;

	for (; *words; words += strspn(words, " ")) {
		len = strcspn(words, " ");
		if (len > n && !strncmp(words, key, n) && words[n] == '=') {
			snprintf(value, size, "%.*s", (int)(len - n - 1), words + n + 1);
			return true;
		}
		words += len;
	}
	return false;
}

static bool find_word(struct board *b, const char *key, char *value, size_t size)
{
	char text[CONTROL_LINE];

	control_state(b, text, sizeof(text));
	if (lookup(text, key, value, size))
		return true;
	control_stats(b, text, sizeof(text));
	return lookup(text, key, value, size);
}

/* "6", ">6", ">=6", "<6", "<=6" or "!6" */
static bool compares(const char *have, const char *want)
{
	bool equal;
	double a, b;

	if (*want == '!')
		return strcmp(have, want + 1) != 0;
	if (*want != '<' && *want != '>')
		return !strcmp(have, want);
	equal = want[1] == '=';
	a = strtod(have, NULL);
	b = strtod(want + 1 + equal, NULL);
	return (equal && a >= b && a <= b) || (*want == '<' ? a < b : a > b);
}

bool control_wish_true(struct board *b, const struct wish *wish)
{
	char have[128];

	return find_word(b, wish->key, have, sizeof(have)) && compares(have, wish->value);
}

bool control_wish_answer(struct board *b, const struct wish *wish, char *answer, size_t size)
{
	bool is_true = control_wish_true(b, wish);
	char have[128] = "";

	find_word(b, wish->key, have, sizeof(have));
	if (is_true)
		snprintf(answer, size, "ok %s=%s", wish->key, wish->value);
	else
		snprintf(answer, size, "error %s did not become %s in time, it is %s", wish->key,
			 wish->value, have);
	return is_true;
}

/* Nobody else moves the clock while we wait, so it is ours to move. */
static bool wait_virtually(struct ctl *c)
{
	struct board *b = c->board;
	uint64_t next;

	while (!control_wish_true(b, c->wish)) {
		next = board_next(b);
		if (next > c->wish->deadline)
			break;
		if (next > b->clock.manual_us)
			b->clock.manual_us = next;
		board_run(b, next);
	}
	return control_wish_answer(b, c->wish, c->answer, c->size);
}

static bool ctl_wait(struct ctl *c)
{
	struct wish *wish = c->wish;
	double ms = WAIT_MS;
	char have[128];

	if (c->count < 3)
		return say(c, false, "say wait KEY VALUE [MS]");
	if (c->count > 3 && !number(c, 3, 0, 86400000, &ms))
		return false;
	if (!find_word(c->board, c->word[1], have, sizeof(have)))
		return say(c, false, "neither state nor stats has a '%s'", c->word[1]);
	snprintf(wish->key, sizeof(wish->key), "%s", c->word[1]);
	snprintf(wish->value, sizeof(wish->value), "%s", c->word[2]);
	if (c->board->clock.manual) {
		wish->deadline = c->board->now + (uint64_t)(ms * MS);
		return wait_virtually(c);
	}
	wish->deadline = clock_real_ms() + (uint64_t)ms;
	if (control_wish_true(c->board, wish))
		return control_wish_answer(c->board, wish, c->answer, c->size);
	wish->open = true;
	return true;
}

/* Take in all that the host has sent before letting time pass. */
static void drain(struct board *b)
{
	struct pollfd p;

	do {
		b->transport.ops->watch(b, &p);
		p.revents = 0;
		if (p.fd < 0 || poll(&p, 1, 0) <= 0)
			return;
		b->transport.ops->ready(b, p.revents);
	} while (p.revents & POLLIN);
}

static bool ctl_advance(struct ctl *c)
{
	struct board *b = c->board;
	double ms;

	if (!b->clock.manual)
		return say(c, false, "only with --virtual-time");
	if (!number(c, 1, 0, 86400000, &ms))
		return false;
	drain(b);
	clock_advance(&b->clock, (uint64_t)(ms * MS + 0.5));
	board_run(b, clock_now(&b->clock));
	return done(c);
}

static bool ctl_quit(struct ctl *c)
{
	c->board->quit = true;
	return done(c);
}

/* ---- the table ----------------------------------------------------------------------------- */

static const struct row {
	const char *name;
	const char *usage;
	const char *meaning;
	bool noted;		/* goes into the log */
	bool (*run)(struct ctl *c);
} rows[] = {
	{ "pilot", "A|B|C|D|E", "what the vehicle does to the pilot line", true, ctl_pilot },
	{ "amps", "N [force]", "what it draws; no more than offered, unless forced",
	  true, ctl_amps },
	{ "volts", "N", "the mains, noticed by the next self test", true, ctl_volts },
	{ "gfi", "", "a pulse of leakage current", true, ctl_gfi },
	{ "gfitest", "ok|bad", "the ground fault self test", true, ctl_gfitest },
	{ "ground", "ok|open", "protective earth", true, ctl_ground },
	{ "relay", "ok|stuck", "the contactor", true, ctl_relay },
	{ "diode", "ok|bad", "the vehicle's diode", true, ctl_diode },
	{ "temp", "C10", "clock chip's temperature in 0.1 degrees", true, ctl_temp },
	{ "sensor", "mcp9808|tmp007 C10|absent", "the other sensors", true, ctl_sensor },
	{ "clock", "ok|absent | YY MM DD hh mm ss", "the clock chip", true, ctl_clock },
	{ "lcd", "[ok|absent]", "the display; alone: what FP wrote", true, ctl_lcd },
	{ "button", "short|long|wifi", "the front button", true, ctl_button },
	{ "reset", "", "a brown-out", true, ctl_reset },
	{ "mute", "on|off", "nothing leaves the board", true, ctl_mute },
	{ "deaf", "on|off", "nothing enters it", true, ctl_deaf },
	{ "delay", "MS", "every reply is that late", true, ctl_delay },
	{ "stall", "MS", "the firmware does nothing for that long", true, ctl_stall },
	{ "drop", "[N]", "the next N messages are lost", true, ctl_drop },
	{ "replies", "N|all", "so many more replies, then silence", true, ctl_replies },
	{ "corrupt", "[N]", "one bit of each of the next N messages is wrong",
	  true, ctl_corrupt },
	{ "noise", "RATE [SEED [in|out|both]]", "mishaps for each byte", true, ctl_noise },
	{ "late", "RATE MS [SEED]", "some replies are late, up to MS", true, ctl_late },
	{ "chop", "RATE [SEED]", "bytes come in pieces, up to 20 ms apart", true, ctl_chop },
	{ "send", "TEXT", "bytes with C escapes to the host, as they are", true, ctl_send },
	{ "echo", "on|off", "RAPI echo", true, ctl_echo },
	{ "break", "", "a break on the line (usb)", true, ctl_break },
	{ "unplug", "", "pull the cable", true, ctl_unplug },
	{ "plug", "", "and put it back", true, ctl_plug },
	{ "replay", "FILE [SPEED]", "play back what openevse monitor --log wrote",
	  true, ctl_replay },
	{ "state", "", "key=value words about the board", false, ctl_state },
	{ "stats", "[clear]", "key=value words about what happened", false, ctl_stats },
	{ "forged", "", "the last mishaps that nobody could tell", false, ctl_forged },
	{ "log", "on FILE|off", "write down the wire", false, ctl_log },
	{ "wait", "KEY VALUE [MS]", "until a word of state or stats is VALUE, "
	  "!VALUE, <N, <=N, >N or >=N", false, ctl_wait },
	{ "advance", "MS", "let virtual time pass", false, ctl_advance },
	{ "quit", "", "the end", false, ctl_quit },
};

#define ROWS	(sizeof(rows) / sizeof(rows[0]))

void control_help(void)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		printf("  %-8s%-34s %s\n", rows[i].name, rows[i].usage, rows[i].meaning);
}

static void split(struct ctl *c, char *line)
{
	char *save;
	char *word = strtok_r(line, " \t\r", &save);

	while (word && c->count < WORDS) {
		c->word[c->count++] = word;
		word = strtok_r(NULL, " \t\r", &save);
	}
}

void control_command(struct board *b, char *line, char *answer, size_t size,
		     struct wish *wish)
{
	struct ctl c = { .board = b, .answer = answer, .size = size, .wish = wish };
	char copy[CONTROL_LINE];
	size_t i;

	snprintf(copy, sizeof(copy), "%s", line);
	c.rest = copy + strcspn(copy, " ");
	c.rest += *c.rest == ' ';
	split(&c, line);
	if (!c.count) {
		say(&c, false, "an empty command");
		return;
	}
	for (i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, c.word[0]))
			continue;
		if (rows[i].noted)
			log_note(&b->log, b->now, "ctl: ", copy);
		rows[i].run(&c);
		return;
	}
	say(&c, false, "there is no command '%s'", c.word[0]);
}
