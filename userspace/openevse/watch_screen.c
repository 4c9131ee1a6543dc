// SPDX-License-Identifier: GPL-2.0
/*
 * The screen of a live view
 *
 * From top to bottom: a headline; a table where there are several boards; the
 * details of one; its graph; the last events; the line of keys. What there is no
 * room for is left out from the bottom up, and lines are cut off at the right.
 *
 * The terminal's own colours are kept, for nobody knows whether it is dark or
 * light: a colour only stresses what the words say, too. Without a UTF-8 locale
 * all is ASCII.
 */
#include <curses.h>
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "names.h"
#include "watch_screen.h"

#define MIN_LINES	10
#define MIN_COLUMNS	40
#define WIDE_COLUMNS	72	/* there is room for what few people need */
#define DETAIL_LINES	8
#define MAX_GRAPH_LINES	13	/* with its title */
#define AXIS_COLUMNS	8
#define VALUE_COLUMN	10	/* where the values of the details begin */
#define LINE_SIZE	1024	/* bytes; more than a line on any terminal needs */
#define ESCAPE_MS	25	/* wait for the rest of an arrow key */

enum { COLOUR_GOOD = 1, COLOUR_BAD };

static struct {
	bool open;
	bool utf8;
	bool colour;
} screen;

static void open_colours(void)
{
	start_color();
	use_default_colors();
	init_pair(COLOUR_GOOD, COLOR_GREEN, -1);
	init_pair(COLOUR_BAD, COLOR_RED, -1);
}

bool screen_open(bool colour)
{
	SCREEN *terminal;

	setlocale(LC_CTYPE, "");
	screen.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal)
		return false;
	screen.open = true;
	if (!tigetstr("cup")) {		/* only a printer, or as good as that */
		screen_close();
		return false;
	}
	screen.colour = colour && has_colors();
	if (screen.colour)
		open_colours();
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	atexit(screen_close);
	return true;
}

void screen_close(void)
{
	if (screen.open)
		endwin();
	screen.open = false;
}

void screen_repair(void)
{
	clearok(curscr, TRUE);
}

enum screen_key screen_key(void)
{
	switch (getch()) {
	case ERR:
		return SCREEN_NO_KEY;
	case 'q':
	case 'Q':
		return SCREEN_QUIT;
	case KEY_DOWN:
	case KEY_RIGHT:
	case '\t':
	case 'j':
		return SCREEN_NEXT;
	case KEY_UP:
	case KEY_LEFT:
	case KEY_BTAB:
	case 'k':
		return SCREEN_PREVIOUS;
	case '?':
	case 'h':
		return SCREEN_HELP;
	case '\f':
	case KEY_RESIZE:
		return SCREEN_REDRAW;
	default:
		return SCREEN_OTHER_KEY;
	}
}

/* --- words, lines, bars ------------------------------------------------------ */

static attr_t good(void)
{
	return screen.colour ? COLOR_PAIR(COLOUR_GOOD) : A_NORMAL;
}

static attr_t bad(void)
{
	return A_BOLD | (screen.colour ? COLOR_PAIR(COLOUR_BAD) : A_NORMAL);
}

/* Where the locale has no degree sign, the unit goes without. */
static void only_ascii(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (!(*text & 0x80))
			*to++ = *text;
	*to = '\0';
}

/* Text at a place, cut off at the right. Return: the column behind it. */
static int put(int line, int column, attr_t attributes, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int put(int line, int column, attr_t attributes, const char *format, ...)
{
	char text[LINE_SIZE];
	wchar_t wide[LINE_SIZE];
	va_list args;
	size_t length;
	int room = COLS - column;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!screen.utf8)
		only_ascii(text);
	length = mbstowcs(wide, text, LINE_SIZE - 1);
	if (length == (size_t)-1 || line >= LINES || room <= 0)
		return column;
	attrset(attributes);
	mvaddnwstr(line, column, wide, (int)length < room ? (int)length : room);
	attrset(A_NORMAL);
	return column + length;
}

/* The same that ends at the right edge, where that is not left of @from. */
static void put_right(int line, int from, attr_t attributes, const char *text)
{
	int column = COLS - (int)strlen(text);

	if (column >= from)
		put(line, column, attributes, "%s", text);
}

/* @eighths of a cell, 0 to 8, that fills from the left or from below. */
static const char *cell(const char *const glyphs[9], const char ascii[9], int eighths,
			char buffer[2])
{
	if (screen.utf8)
		return glyphs[eighths];
	buffer[0] = ascii[eighths];
	buffer[1] = '\0';
	return buffer;
}

static void put_bar(int line, int column, int width, attr_t attributes, int64_t value, int64_t full)
{
	static const char *const glyphs[9] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };
	static const char ascii[] = "    -####";
	int64_t eighths = full > 0 && value > 0 ? value * width * 8 / full : 0;
	char buffer[2];
	int i;

	put(line, column, A_NORMAL, "[");
	for (i = 0; i < width; i++, eighths -= 8)
		put(line, column + 1 + i, attributes, "%s",
		    cell(glyphs, ascii, eighths < 0 ? 0 : eighths > 8 ? 8 : (int)eighths, buffer));
	put(line, column + 1 + width, A_NORMAL, "]");
}

/* The date, too, where the time alone would be taken for another day's. */
static const char *clock_time(const struct watch_model *model, int64_t when_ns,
			      char text[NAME_SIZE])
{
	int64_t ago_ns = model->now_ns - when_ns;
	time_t seconds = (model->wall_ns - ago_ns) / NS_PER_SECOND;
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, NAME_SIZE, ago_ns < 24 * 3600 * NS_PER_SECOND ? "%H:%M:%S" :
		 "%Y-%m-%d %H:%M", &tm);
	return text;
}

static const char *age(const struct watch_model *model, int64_t since_ns, char text[NAME_SIZE])
{
	return duration((model->now_ns - since_ns) / NS_PER_SECOND, text);
}

/* --- headline, table, keys --------------------------------------------------- */

static void draw_headline(const struct watch_model *model)
{
	char time[NAME_SIZE];
	int end = put(0, 0, A_BOLD, "openevse");

	end = put(0, end + 2, A_NORMAL, "%s", clock_time(model, model->now_ns, time));
	if (model->count > 1)
		end = put(0, end + 2, A_NORMAL, "board %d of %d", model->selected + 1,
			  model->count);
	put_right(0, end + 2, A_NORMAL, "q quit  ? help");
}

static const char *link_text(const struct watch_model *model, const struct watch_board *row)
{
	if (row->presence == WATCH_ABSENT)
		return "gone";
	if (row->presence == WATCH_LOCKED)
		return "no permission";
	if (watch_answers_now(model, row))
		return "link up";
	return row->info.link == OPENEVSE_LINK_PROBING ? "no answer yet" : "no answer";
}

static attr_t link_attributes(const struct watch_model *model, const struct watch_board *row)
{
	return watch_answers_now(model, row) ? A_NORMAL : bad();
}

static attr_t state_attributes(const struct status *status)
{
	if (state_is_fault(status->state))
		return bad();
	return status->state == OPENEVSE_STATE_C ? good() : A_NORMAL;
}

/* From the left what matters most; a column is there as a whole or not at all. */
static void draw_table_line(const struct watch_model *model, const struct watch_board *row,
			    int line)
{
	const struct status *status = &row->status;
	bool amps = status->has_offered && status->has_current;
	bool selected = row == &model->boards[model->selected];
	char buffer[NAME_SIZE];

	put(line, 0, selected ? A_BOLD : A_NORMAL, "%c %-14.14s", selected ? '>' : ' ',
	    row->board.name);
	put(line, 17, link_attributes(model, row), "%s", link_text(model, row));
	put(line, 31, state_attributes(status), "%s",
	    status->has_state ? state_name(status->state, buffer) : "-");
	if (amps && COLS >= 59)
		put(line, 50, A_NORMAL, "%4.1f/%.0f A", status->current_ma / 1e3,
		    status->offered_ma / 1e3);
	if (status->has_power && COLS >= 68)
		put(line, 60, A_NORMAL, "%5.2f kW", status->power_mw / 1e6);
	if (status->has_energy && COLS >= 80)
		put(line, 69, A_NORMAL, "%6.2f kWh", status->session_mwh / 1e6);
	if (amps && COLS >= 100)
		put_bar(line, 80, COLS - 82, state_attributes(status), status->current_ma,
			status->offered_ma);
}

/* The chosen one is always among those shown. */
static void draw_table(const struct watch_model *model, int line, int lines)
{
	int first = model->selected - lines / 2, i;

	if (first > model->count - lines)
		first = model->count - lines;
	if (first < 0)
		first = 0;
	for (i = 0; i < lines; i++)
		draw_table_line(model, &model->boards[first + i], line + i);
}

static void draw_keys(int line)
{
	put(line, 0, A_BOLD, "q quit   arrows, tab: other board   ? hide this   Nothing here changes a board.");
}

/* --- details of one board ---------------------------------------------------- */

static void draw_name(const struct watch_model *model, const struct watch_board *row, int line)
{
	bool stale = row->answered_ns && !watch_answers_now(model, row);
	int end = put(line, 0, A_BOLD, "%s", row->board.name);
	char time[NAME_SIZE], right[2 * NAME_SIZE];

	if (COLS >= WIDE_COLUMNS)
		end = put(line, end + 2, A_NORMAL, "%s", row->board.path);
	put(line, end + 2, A_NORMAL, "OpenEVSE %s",
	    row->info.firmware[0] ? row->info.firmware : "of unknown firmware");
	snprintf(right, sizeof(right), stale ? "%s; values of %s" : "%s", link_text(model, row),
		 clock_time(model, row->answered_ns, time));
	put_right(line, 0, link_attributes(model, row), right);
}

static int label(int line, const char *text)
{
	put(line, 0, A_NORMAL, "%s", text);
	return VALUE_COLUMN;
}

static void draw_state(const struct watch_model *model, const struct watch_board *row, int line)
{
	const struct status *status = &row->status;
	char buffer[NAME_SIZE], time[NAME_SIZE], period[NAME_SIZE];
	const char *hint = state_hint(status->state);
	int end = label(line, "State");

	if (!status->has_state) {
		put(line, end, A_NORMAL, "not known");
		return;
	}
	end = put(line, end, A_BOLD | state_attributes(status), "%s",
		  state_name(status->state, buffer));
	if (row->since_ns)
		end = put(line, end + 1, A_NORMAL, "since %s (%s)",
			  clock_time(model, row->since_ns, time),
			  age(model, row->since_ns, period));
	else if (status->state == OPENEVSE_STATE_C && status->has_elapsed)
		end = put(line, end + 1, A_NORMAL, "for %s", duration(status->elapsed_s, time));
	if (hint)
		end = put(line, end, A_NORMAL, ": %s", hint);
	if (status->connected == 1 && status->state != OPENEVSE_STATE_B)
		put(line, end, A_NORMAL, ", vehicle connected");
}

static void draw_current(const struct watch_board *row, int line)
{
	const struct status *status = &row->status;
	char current[NAME_SIZE], offered[NAME_SIZE];
	int end = label(line, "Current");

	if (!status->has_offered) {
		put(line, end, A_NORMAL, "not known");
		return;
	}
	if (status->has_current)
		end = put(line, end, A_BOLD, "%s A", milli(status->current_ma, current)) + 1;
	end = put(line, end, A_NORMAL, "%s%s A offered", status->has_current ? "of " : "",
		  milli(status->offered_ma, offered));
	if (end < 34)
		end = 34;	/* does not move with each digit */
	if (status->has_current && COLS - end > 12)
		put_bar(line, end + 1, COLS - end - 4, state_attributes(status),
			status->current_ma, status->offered_ma);
}

static void draw_power(const struct watch_board *row, int line)
{
	const struct status *status = &row->status;
	char voltage[NAME_SIZE];
	int end = label(line, "Power");

	if (status->has_power)
		end = put(line, end, A_BOLD, "%.2f kW", status->power_mw / 1e6);
	else
		end = put(line, end, A_NORMAL, "not known");
	if (status->has_voltage)
		put(line, end, A_NORMAL, " at %s V%s", milli(status->voltage_mv, voltage),
		    status_voltage_assumed(status) ? " (assumed, not measured)" : "");
}

static void draw_energy(const struct watch_board *row, int line)
{
	const struct status *status = &row->status;
	bool running = status_session_runs(status);
	int end = label(line, "Energy");

	if (status->has_energy)
		put(line, end, A_NORMAL, "%.2f kWh %s session, %.2f kWh %s",
		    status->session_mwh / 1e6, running ? "this" : "last",
		    status->total_wh / 1e3, running ? "before it" : "in all that ended");
	else
		put(line, end, A_NORMAL, "not known");
}

static void draw_temperature(const struct watch_board *row, int line)
{
	static const char *const sensors[] = { "clock chip", "ambient", "infrared" };
	int end = label(line, "Temp");
	bool any = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sensors); i++) {
		if (!(row->has_temperature & (1U << i)))
			continue;
		end = put(line, end, A_NORMAL, "%s%.1f °C %s", any ? ", " : "",
			  row->temperature_mc[i] / 1e3, sensors[i]);
		any = true;
	}
	if (!any)
		put(line, end, A_NORMAL, row->answered_ns ? "no sensor" : "not known");
}

static void draw_faults(const struct watch_board *row, int line)
{
	const struct status *status = &row->status;
	const struct openevse_fault_counters *faults = &row->faults;
	bool fault = status->has_state && state_is_fault(status->state);
	char buffer[NAME_SIZE];
	int end = label(line, "Faults");

	if (!status->has_state)
		end = put(line, end, A_NORMAL, "not known");
	else
		end = put(line, end, fault ? bad() : A_NORMAL, "%s",
			  fault ? state_name(status->state, buffer) : "none now");
	if (row->has_faults)
		put(line, end, A_NORMAL, "; since new: GFI %u, ground %u, stuck relay %u",
		    faults->gfci, faults->no_ground, faults->stuck_relay);
}

/* Often empty, and then what sets off the graph. */
static void draw_remarks(const struct watch_board *row, int line)
{
	const char *texts[STATUS_REMARKS];
	size_t count = status_remarks(&row->status, texts), i;
	int end = VALUE_COLUMN;

	if (row->presence == WATCH_LOCKED) {
		put(line, 0, A_BOLD, "join the group openevse (usermod -aG openevse USER) and log in anew");
		return;
	}
	if (count)
		label(line, "Remarks");
	for (i = 0; i < count; i++)
		end = put(line, end, A_BOLD, "%s%s", i ? "; " : "", texts[i]);
}

static void draw_details(const struct watch_model *model, const struct watch_board *row, int line)
{
	draw_name(model, row, line++);
	draw_state(model, row, line++);
	draw_current(row, line++);
	draw_power(row, line++);
	draw_energy(row, line++);
	draw_temperature(row, line++);
	draw_faults(row, line++);
	draw_remarks(row, line);
}

/* --- graph ------------------------------------------------------------------- */

/* Power, or current where a board cannot tell its voltage. */
static int64_t graph_value(const struct watch_board *row, size_t ago)
{
	struct watch_sample sample = watch_sample(row, ago);

	return row->status.has_current && !row->status.has_power ? sample.current_ma :
								   sample.power_mw;
}

/* 1, 2 or 5 times a power of ten, so that the scale seldom changes. */
static int64_t round_up(int64_t value, int64_t least)
{
	static const int factors[] = { 1, 2, 5 };
	int64_t unit = least;
	size_t i;

	for (;; unit *= 10)
		for (i = 0; i < ARRAY_SIZE(factors); i++)
			if (unit * factors[i] >= value)
				return unit * factors[i];
}

static int64_t graph_top(const struct watch_board *row, int columns, int64_t least)
{
	int64_t highest = 0, value;
	int i;

	for (i = 0; i < columns; i++) {
		value = graph_value(row, i);
		if (value > highest)
			highest = value;
	}
	return round_up(highest, least);
}

/* One column, from its foot up. */
static void draw_column(int column, int foot, int lines, int64_t value, int64_t top)
{
	static const char *const glyphs[9] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char ascii[] = " ...::::#";
	int64_t eighths = (value * lines * 8 + top / 2) / top;
	char buffer[2];
	int i;

	if (value < 0)
		return;		/* not known: a gap */
	if (eighths <= 0)
		put(foot, column, A_NORMAL, "_");
	for (i = 0; i < lines && eighths > 0; i++, eighths -= 8)
		put(foot - i, column, good(), "%s",
		    cell(glyphs, ascii, eighths > 8 ? 8 : (int)eighths, buffer));
}

static void draw_graph(const struct watch_model *model, const struct watch_board *row, int line,
		       int lines)
{
	bool current = row->status.has_current && !row->status.has_power;
	int columns = COLS - AXIS_COLUMNS < WATCH_SAMPLES ? COLS - AXIS_COLUMNS : WATCH_SAMPLES;
	int64_t top = graph_top(row, columns, current ? 1000 : 1000000);
	int foot = line + lines - 1, i;
	char time[NAME_SIZE];

	put(line, 0, A_BOLD, "%s, last %s", current ? "Current" : "Power",
	    duration((uint64_t)columns * model->interval_ms / 1000, time));
	put(line + 1, 0, A_NORMAL, "%4" PRId64 " %s", top / (current ? 1000 : 1000000),
	    current ? "A" : "kW");
	put(foot, 0, A_NORMAL, "   0");
	for (i = 0; i < columns; i++)
		draw_column(COLS - 1 - i, foot, lines - 1, graph_value(row, i), top);
}

/* --- events ------------------------------------------------------------------ */

static void draw_events(const struct watch_model *model, int line, int lines)
{
	const struct watch_event *event;
	char time[NAME_SIZE];
	int i;

	put(line, 0, A_BOLD, "Events, the last one first");
	for (i = 0; i + 1 < lines; i++) {
		event = watch_past_event(model, i);
		if (!event)
			break;
		put(line + 1 + i, 0, A_NORMAL, "%s %s %s", clock_time(model, event->when_ns, time),
		    event->name, event->words);
	}
	if (!i)
		put(line + 1, 0, A_NORMAL, "none since this began");
}

/* --- all of it --------------------------------------------------------------- */

static void draw_too_small(void)
{
	put(0, 0, A_BOLD, "%d x %d is too small", COLS, LINES);
	put(1, 0, A_NORMAL, "needs %d x %d", MIN_COLUMNS, MIN_LINES);
	put(2, 0, A_NORMAL, "q quits");
}

static void draw_none(void)
{
	put(2, 0, A_BOLD, "No board is attached.");
	put(3, 0, A_NORMAL, "One that is plugged in appears here;");
	put(4, 0, A_NORMAL, "\"openevse adopt\" introduces a new one.");
}

/* A third of the screen at most, and nothing that the details need. */
static int table_lines(const struct watch_model *model, int lines)
{
	int spare = lines - MIN_LINES;
	int most = lines / 3 < spare ? lines / 3 : spare;

	if (model->count < 2 || most < 1)
		return 0;
	return model->count < most ? model->count : most;
}

static void draw_boards(const struct watch_model *model, int lines)
{
	const struct watch_board *row = &model->boards[model->selected];
	int table = table_lines(model, lines), line = 1, graph;

	draw_table(model, line, table);
	line += table ? table + 1 : 0;
	draw_details(model, row, line);
	line += DETAIL_LINES;
	graph = (lines - line) * 3 / 5;
	if (graph > MAX_GRAPH_LINES)
		graph = MAX_GRAPH_LINES;
	if (graph >= 3)
		draw_graph(model, row, line, graph);
	line += graph >= 3 ? graph : 0;
	if (lines - line >= 2)
		draw_events(model, line, lines - line);
}

void screen_draw(const struct watch_model *model)
{
	int lines = model->help ? LINES - 1 : LINES;

	erase();
	if (COLS < MIN_COLUMNS || LINES < MIN_LINES) {
		draw_too_small();
	} else {
		draw_headline(model);
		if (model->count)
			draw_boards(model, lines);
		else
			draw_none();
		if (model->help)
			draw_keys(lines);
	}
	refresh();
}
