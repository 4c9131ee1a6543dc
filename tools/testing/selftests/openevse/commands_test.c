// SPDX-License-Identifier: GPL-2.0
/*
 * Every command on every RAPI version: a cell of a table each, "1.0.3 S3".
 *
 * In a build that has everything its version can have, a command that is there
 * does what it says: the call succeeds, the board has run just that mnemonic,
 * and says so of itself. One that is not there never reaches the board under that
 * mnemonic, which may mean something else by now.
 *
 * In a build without what can be left out, the same calls are -EOPNOTSUPP, and
 * the second time the board is not asked.
 *
 * What there is on which version is written down here from the protocol's
 * description, not taken from the driver. With --table it is printed as
 * Documentation/commands.rst.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../kselftest.h"

#include "simboard.h"
#include "station.h"

/* One build for each version; some versions only tell what was left out. */
static const struct version {
	const char *rapi;
	const char *firmware;
	const char *fixed;	/* what makes it that version */
	const char *with;	/* all that it can have */
} versions[] = {
	{ "1.0.0", "2.1.A7", "", "" },
	{ "1.0.1", "3.2.8", "", "" },
	{ "1.0.2", "D3.3.7", "", "" },
	{ "1.0.3", "3.11.3", "", "--with ny-temperature" },
	{ "1.0.4", "D4.4.0", "--without reply-checksum",
	  "--with ny-temperature --with auth" },
	{ "1.0.5", "5.0.1",
	  "--without ff --without ids --without reply-checksum",
	  "--with ny-temperature --with auth" },
	{ "2.0.0", "D4.0.0", "", "--with ny-temperature" },
	{ "2.0.1", "D4.1.0", "", "--with ny-temperature" },
	{ "2.0.2", "4.2.0", "", "--with ny-temperature" },
	{ "2.0.3", "D4.4.0", "", "--with ny-temperature --with auth" },
	{ "2.0.4", "5.0.1", "--without ff --without ids",
	  "--with ny-temperature --with auth" },
	{ "3.0.1", "4.8.0", "", "--with ny-temperature --with auth" },
	{ "4.0.0", "D4.9.1", "", "--with ny-temperature --with auth" },
	{ "4.0.1", "5.0.1", "", "--with ny-temperature --with auth" },
	{ "5.0.0", "D6.1.3", "", "--with ny-temperature --with auth" },
	{ "5.1.0", "D6.2.1", "", "--with ny-temperature --with auth" },
	{ "5.1.1", "D6.2.2", "",
	  "--with ny-temperature --with auth --with relay-tuning" },
	{ "5.1.2", "D6.3.0", "",
	  "--with ny-temperature --with auth --with relay-tuning" },
	{ "5.1.3", "D7.1.1", "",
	  "--with ny-temperature --with auth --with relay-tuning" },
	{ "5.1.4", "7.1.6", "",
	  "--with ny-temperature --with auth --with relay-tuning" },
	{ "5.2.0", "D8.1.0", "",
	  "--with ny-temperature --with auth --with relay-tuning" },
	{ "5.2.1", "8.2.3", "",
	  "--with ny-temperature --with auth --with relay-tuning "
	  "--with bootlock --with limits" },
	{ "6.0.0", SIM_FULL, "", SIM_FULL_WITH },
};

#define VERSIONS	ARRAY_SIZE(versions)
/* Answers OK to every command that begins with S, and does nothing. */
#define SAYS_OK		3

/* All that a build may go without, as far as its version can have it. */
static const char *const options[] = {
	"lcd", "rgb", "f0", "button", "rtc", "timer", "ammeter", "limits",
	"auth", "mennekes", "bootlock", "kwh", "sv", "heartbeat", "g0", "gf",
	"temperature", "ny-temperature", "mcuid", "gfi", "advpwr",
	"relay-health", "zero-cross", "cable-temperature", "relay-tuning",
};

/**
 * struct row - a command
 * @name: as the documentation has it
 * @mnemonic: what the board counts
 * @request: the call
 * @call: its name
 * @value: its argument
 * @size: of that
 * @has: for each version '+' or '.'
 * @option: what a build needs for it, as openevse-board calls it; NULL for
 *	nothing
 * @needs: the same for people
 * @key: of the board's state, where that shows what the call has done
 * @mask: bits of it
 * @is: what they are then
 * @before: to be told to the board first
 * @after: to be told to the board afterwards
 * @result: what it returns on a firmware that only says OK
 */
struct row {
	const char *name;
	const char *mnemonic;
	unsigned int request;
	const char *call;
	const void *value;
	size_t size;
	const char *has;
	const char *option;
	const char *needs;
	const char *key;
	long mask, is;
	const char *before, *after;
	int result;
};

#define ALWAYS		"+++++++++++++++++++++++"
#define NEVER		"......................."
#define UNTIL_3		"++++++++++++..........."
#define FROM_4		"............+++++++++++"
#define ONLY_6		"......................+"

#define CALL(request_)	.request = OPENEVSE_##request_, .call = #request_
#define VALUE(type, ...) \
	.value = &(const struct openevse_##type){ __VA_ARGS__ }, \
	.size = sizeof(struct openevse_##type)
#define NEEDS(option_, needs_)	.option = option_, .needs = needs_
#define SHOWS(key_, mask_, is_)	.key = key_, .mask = mask_, .is = is_
#define FEATURE(id, on) \
	CALL(SET_FEATURE), VALUE(feature, OPENEVSE_FEATURE_##id, on)
#define GET(request_, mnemonic_, has_) \
	.name = mnemonic_, .mnemonic = mnemonic_, CALL(GET_##request_), \
	.has = has_

static const struct row rows[] = {
	{ .name = "SB", .mnemonic = "SB", CALL(CLEAR_BOOT_LOCK),
	  .has = ".....................++", NEEDS("bootlock", "BOOTLOCK"),
	  .after = "wait state not-connected" },

	{ GET(VERSION, "GV", ALWAYS) },
	{ GET(STATE, "GS", ALWAYS) },
	{ GET(SETTINGS, "GE", ALWAYS) },
	{ GET(CURRENT_CAPACITY_RANGE, "GC", ALWAYS) },
	{ GET(VEHICLE, "G0", ".....+....+++++++++++++"), NEEDS("g0", NULL) },
	{ GET(CHARGING_CURRENT_AND_VOLTAGE, "GG", ".++++++++++++++++++++++") },
	{ GET(FAULT_COUNTERS, "GF", "..+++++++++++++++++++++"),
	  NEEDS("gf", NULL) },
	{ GET(TEMPERATURE, "GP", "...++++++++++++++++++++"),
	  NEEDS("temperature", "TEMPERATURE_MONITORING") },
	{ GET(ENERGY, "GU", "...++++++++++++++++++++"),
	  NEEDS("kwh", "KWH_RECORDING") },
	{ GET(MCU_ID, "GI", "...................++++"),
	  NEEDS("mcuid", "MCU_ID_LEN") },
	{ GET(TIME, "GT", ALWAYS), NEEDS("rtc", "RTC") },
	{ GET(TIMER, "GD", ".....+....+++++++++++++"),
	  NEEDS("timer", "DELAYTIMER") },
	{ GET(TIME_LIMIT, "G3", "...++++++++++++++++++++"),
	  NEEDS("limits", "TIME_LIMIT") },
	{ GET(CHARGE_LIMIT, "GH", "...++++++++++++++++++++"),
	  NEEDS("limits", "CHARGE_LIMIT") },
	{ GET(AMMETER_SETTINGS, "GA", ".++++++++++++++++++++++"),
	  NEEDS("ammeter", "AMMETER") },
	{ GET(VOLTMETER_SETTINGS, "GM", "...++++++++++++++++++++"),
	  NEEDS("voltmeter", "VOLTMETER") },
	{ GET(HEARTBEAT, "GY", "..............+++++++++"),
	  NEEDS("heartbeat", "HEARTBEAT_SUPERVISION") },
	{ GET(AUTH_LOCK, "G4", "....++...++++++++++++++"),
	  NEEDS("auth", "AUTH_LOCK") },
	{ GET(MENNEKES_LOCK, "G5", "....................+++"),
	  NEEDS("mennekes", "MENNEKES_LOCK") },
	{ .name = "GO (two)", .mnemonic = "GO", CALL(GET_TEMPERATURE_LIMITS),
	  .has = "...+++++++++++++++++++.",
	  NEEDS("ny-temperature", "TEMPERATURE_MONITORING_NY") },
	{ .name = "GO (one)", .mnemonic = "GO", CALL(GET_PANIC_TEMPERATURE),
	  .has = ONLY_6 },
	{ GET(CABLE_TEMPERATURE, "GN", ONLY_6),
	  NEEDS("cable-temperature", "CABLE_TEMPERATURE_MONITORING") },
	{ .name = "GN n", .mnemonic = "GN", CALL(GET_CABLE_SENSOR),
	  VALUE(cable_sensor, 1), .has = ONLY_6,
	  NEEDS("cable-temperature", "CABLE_TEMPERATURE_MONITORING") },
	{ GET(RELAY_HEALTH, "GL", ONLY_6),
	  NEEDS("relay-health", "RELAY_HEALTH") },
	{ GET(RELAY_TIMING, "GW", ONLY_6),
	  NEEDS("zero-cross", "RELAY_ZC_SWITCH") },
	{ GET(ZERO_CROSS, "GZ", ONLY_6),
	  NEEDS("zero-cross", "RELAY_ZC_SWITCH") },
	{ GET(RELAYS, "GR", ONLY_6) },

	{ .name = "FS", .mnemonic = "FS", CALL(SLEEP), .has = ALWAYS,
	  .key = "code", .mask = 0xff, .is = 0xfe },
	{ .name = "F1", .mnemonic = "F1", CALL(PRESS_BUTTON),
	  .has = ".............++++++++++", NEEDS("button", "BTN_MENU"),
	  .after = "wait state not-connected" },
	{ .name = "FD", .mnemonic = "FD", CALL(DISABLE), .has = ALWAYS,
	  .key = "code", .mask = 0xff, .is = 0xff },
	{ .name = "FE", .mnemonic = "FE", CALL(ENABLE), .has = ALWAYS,
	  .after = "wait state not-connected" },
	{ .name = "SC V", .mnemonic = "SC", CALL(SET_CURRENT_CAPACITY),
	  VALUE(current_capacity, 12000), .has = "....++..+++++++++++++++",
	  SHOWS("offered", -1, 12) },
	{ .name = "SC", .mnemonic = "SC", CALL(SET_CURRENT_CAPACITY),
	  VALUE(current_capacity, 13000, OPENEVSE_CAPACITY_SAVE),
	  .has = ALWAYS, SHOWS("saved", -1, 13) },
	{ .name = "SY n a", .mnemonic = "SY", CALL(SET_HEARTBEAT),
	  VALUE(heartbeat, 50, 6000), .has = "..............+++++++++",
	  NEEDS("heartbeat", "HEARTBEAT_SUPERVISION"),
	  SHOWS("heartbeat", -1, 50) },
	{ .name = "SY", .mnemonic = "SY", CALL(HEARTBEAT_PULSE),
	  VALUE(heartbeat, 0), .has = "..............+++++++++",
	  NEEDS("heartbeat", "HEARTBEAT_SUPERVISION") },
	{ .name = "SY 165", .mnemonic = "SY", CALL(HEARTBEAT_ACKNOWLEDGE),
	  VALUE(current_capacity, 11000), .has = "..............+++++++++",
	  NEEDS("heartbeat", "HEARTBEAT_SUPERVISION"),
	  SHOWS("offered", -1, 11) },
	{ .name = "SY 0", .mnemonic = "SY", CALL(SET_HEARTBEAT),
	  VALUE(heartbeat, 0, 0), .has = "..............+++++++++",
	  NEEDS("heartbeat", "HEARTBEAT_SUPERVISION"),
	  SHOWS("heartbeat", -1, 0) },

	{ .name = "SD", .mnemonic = "SD", FEATURE(DIODE_CHECK, 0),
	  .has = UNTIL_3, SHOWS("flags", 0x0002, 0x0002) },
	{ .name = "SV (vent)", .mnemonic = "SV", FEATURE(VENT_CHECK, 0),
	  .has = UNTIL_3, SHOWS("flags", 0x0004, 0x0004) },
	{ .name = "SG", .mnemonic = "SG", FEATURE(GROUND_CHECK, 0),
	  .has = UNTIL_3, NEEDS("advpwr", "ADVPWR"),
	  SHOWS("flags", 0x0008, 0x0008), .result = -EREMOTEIO },
	{ .name = "SR", .mnemonic = "SR", FEATURE(STUCK_RELAY_CHECK, 0),
	  .has = UNTIL_3, NEEDS("advpwr", "ADVPWR"),
	  SHOWS("flags", 0x0010, 0x0010), .result = -EREMOTEIO },
	/* Firmware up to D4.3.2 has it still, and $SF, which means the same. */
	{ .name = "SS", .mnemonic = "SS", FEATURE(GFCI_TEST, 0),
	  .has = "+......................", NEEDS("gfi", "GFI"),
	  SHOWS("flags", 0x0200, 0x0200) },
	{ .name = "SF", .mnemonic = "SF", FEATURE(GFCI_TEST, 0),
	  .has = ".+++++++++++...........", NEEDS("gfi", "GFI"),
	  SHOWS("flags", 0x0200, 0x0200), .result = -EREMOTEIO },
	{ .name = "FF D", .mnemonic = "FF", FEATURE(DIODE_CHECK, 0),
	  .has = FROM_4, SHOWS("flags", 0x0002, 0x0002) },
	{ .name = "FF V", .mnemonic = "FF", FEATURE(VENT_CHECK, 0),
	  .has = FROM_4, SHOWS("flags", 0x0004, 0x0004) },
	{ .name = "FF G", .mnemonic = "FF", FEATURE(GROUND_CHECK, 0),
	  .has = FROM_4, NEEDS("advpwr", "ADVPWR"),
	  SHOWS("flags", 0x0008, 0x0008) },
	{ .name = "FF R", .mnemonic = "FF", FEATURE(STUCK_RELAY_CHECK, 0),
	  .has = FROM_4, NEEDS("advpwr", "ADVPWR"),
	  SHOWS("flags", 0x0010, 0x0010) },
	{ .name = "FF F", .mnemonic = "FF", FEATURE(GFCI_TEST, 0),
	  .has = FROM_4, NEEDS("gfi", "GFI"),
	  SHOWS("flags", 0x0200, 0x0200) },
	{ .name = "FF T", .mnemonic = "FF", FEATURE(TEMPERATURE_CHECK, 0),
	  .has = FROM_4, NEEDS("temperature", "TEMPERATURE_MONITORING"),
	  SHOWS("flags", 0x0400, 0x0400) },
	{ .name = "FF B", .mnemonic = "FF", FEATURE(BUTTON, 0),
	  .has = "...............++++++++", NEEDS("button", "BTN_MENU"),
	  SHOWS("flags", 0x8000, 0x8000) },
	{ .name = "FF L", .mnemonic = "FF", FEATURE(BOOT_LOCK, 0),
	  .has = ONLY_6, SHOWS("flags", 0x2000, 0x2000) },
	{ .name = "FF O", .mnemonic = "FF", FEATURE(OVER_CURRENT_CHECK, 0),
	  .has = ONLY_6, SHOWS("flags", 0x4000, 0x4000) },
	{ .name = "FF P", .mnemonic = "FF", FEATURE(PP_AUTO_AMPACITY, 1),
	  .has = ONLY_6, SHOWS("flags", 0x0040, 0x0040) },
	{ .name = "FF Z", .mnemonic = "FF", FEATURE(ZERO_CROSS, 0),
	  .has = ONLY_6, NEEDS("zero-cross", "RELAY_ZC_SWITCH"),
	  SHOWS("flags", 0x0800, 0x0800) },
	{ .name = "FF C", .mnemonic = "FF",
	  FEATURE(CABLE_TEMPERATURE_CHECK, 1), .has = ONLY_6,
	  NEEDS("cable-temperature", "CABLE_TEMPERATURE_MONITORING") },
	{ .name = "S0", .mnemonic = "S0", FEATURE(RGB_LCD, 0), .has = ALWAYS,
	  NEEDS("rgb", "RGBLCD"), SHOWS("flags", 0x0100, 0x0100),
	  .result = -EREMOTEIO },
	{ .name = "SE", .mnemonic = "SE", CALL(SET_ECHO), VALUE(switch, 1),
	  .has = UNTIL_3 },
	/* And everything works on. */
	{ .name = "SE 0", .mnemonic = "SE", CALL(SET_ECHO), VALUE(switch, 0),
	  .has = UNTIL_3 },

	{ .name = "S3", .mnemonic = "S3", CALL(SET_TIME_LIMIT),
	  VALUE(time_limit, 120), .has = "...++++++++++++++++++++",
	  NEEDS("limits", "TIME_LIMIT"), .before = "pilot B" },
	{ .name = "SH", .mnemonic = "SH", CALL(SET_CHARGE_LIMIT),
	  VALUE(charge_limit, 10000), .has = "...++++++++++++++++++++",
	  NEEDS("limits", "CHARGE_LIMIT"), .after = "pilot A" },
	{ .name = "S4", .mnemonic = "S4", CALL(SET_AUTH_LOCK),
	  VALUE(switch, 1), .has = "....++...++++++++++++++",
	  NEEDS("auth", "AUTH_LOCK"), SHOWS("vflags", 0x0008, 0x0008) },
	{ .name = "S5 M", .mnemonic = "S5", CALL(SET_MENNEKES_MANUAL),
	  VALUE(switch, 1), .has = "....................+++",
	  NEEDS("mennekes", "MENNEKES_LOCK"),
	  SHOWS("vflags", 0x8000, 0x8000) },
	{ .name = "S5 1", .mnemonic = "S5", CALL(SET_MENNEKES_LOCK),
	  VALUE(switch, 1), .has = "....................+++",
	  NEEDS("mennekes", "MENNEKES_LOCK") },
	{ .name = "ST", .mnemonic = "ST", CALL(SET_TIMER),
	  VALUE(timer, 22, 30, 6, 15), .has = ALWAYS,
	  NEEDS("timer", "DELAYTIMER") },
	{ .name = "ST 0", .mnemonic = "ST", CALL(SET_TIMER), VALUE(timer, 0),
	  .has = ALWAYS, NEEDS("timer", "DELAYTIMER") },
	{ .name = "S1", .mnemonic = "S1", CALL(SET_TIME),
	  VALUE(time, 2028, 2, 29, 12, 0, 0), .has = ALWAYS,
	  NEEDS("rtc", "RTC") },

	{ .name = "SA", .mnemonic = "SA", CALL(SET_AMMETER_SETTINGS),
	  VALUE(meter_settings, 219, 7), .has = ".++++++++++++++++++++++",
	  NEEDS("ammeter", "AMMETER") },
	{ .name = "S2", .mnemonic = "S2", CALL(SET_AMMETER_CALIBRATION),
	  VALUE(switch, 1), .has = ".+++++++++++++++++++...",
	  NEEDS("ammeter", "ECVF_AMMETER_CAL") },
	{ .name = "SM", .mnemonic = "SM", CALL(SET_VOLTMETER_SETTINGS),
	  VALUE(meter_settings, 300, 12000), .has = "...++++++++++++++++++++",
	  NEEDS("voltmeter", "VOLTMETER") },
	{ .name = "SV (mV)", .mnemonic = "SV", CALL(SET_VOLTAGE),
	  VALUE(voltage, 223576), .has = "..................+++++",
	  NEEDS("sv", "KWH_RECORDING, no VOLTMETER"),
	  SHOWS("mv", -1, 223576) },
	{ .name = "SK", .mnemonic = "SK", CALL(SET_ACCUMULATED_WH),
	  VALUE(accumulated_wh, 5000), .has = "...++++++++++++++++++++",
	  NEEDS("kwh", "KWH_RECORDING"), SHOWS("total_wh", -1, 5000) },
	{ .name = "FC", .mnemonic = "FC", CALL(CLEAR_COUNTERS), .has = ONLY_6,
	  SHOWS("total_wh", -1, 0) },

	{ .name = "F0", .mnemonic = "F0", CALL(SET_LCD_UPDATES),
	  VALUE(switch, 0), .has = ".....+....+++++++++++++",
	  NEEDS("f0", NULL) },
	{ .name = "FB", .mnemonic = "FB", CALL(SET_LCD_BACKLIGHT_COLOR),
	  VALUE(lcd_backlight_color, OPENEVSE_LCD_RED), .has = ALWAYS,
	  NEEDS("lcd", "LCD16X2") },
	{ .name = "FP", .mnemonic = "FP", CALL(DISPLAY_TEXT),
	  VALUE(display_text, 0, 0, "HELLO"), .has = ALWAYS,
	  NEEDS("lcd", "LCD16X2") },

	{ .name = "SO", .mnemonic = "SO", CALL(SET_TEMPERATURE_LIMITS),
	  VALUE(temperature_limits, 60000, 70000),
	  .has = "...+++++++++...........",
	  NEEDS("ny-temperature", "TEMPERATURE_MONITORING_NY") },
	{ .name = "FO", .mnemonic = "FO", CALL(SET_PANIC_TEMPERATURE),
	  VALUE(panic_temperature, 60000), .has = ONLY_6 },
	{ .name = "SN", .mnemonic = "SN", CALL(SET_CABLE_SENSOR),
	  VALUE(cable_sensor, 1, 2, 10000, 3950, -500, 70000), .has = ONLY_6,
	  NEEDS("cable-temperature", "CABLE_TEMPERATURE_MONITORING") },
	{ .name = "SR n", .mnemonic = "SR", CALL(SET_RELAY),
	  VALUE(relay, OPENEVSE_RELAY_AC, 0), .has = ONLY_6 },
	{ .name = "SZ", .mnemonic = "SZ", CALL(SET_ZERO_CROSS),
	  VALUE(zero_cross, 0, 500), .has = ONLY_6,
	  NEEDS("zero-cross", "RELAY_ZC_SWITCH") },
	{ .name = "FH", .mnemonic = "FH", CALL(RESET_RELAY_HEALTH),
	  .has = ONLY_6, NEEDS("relay-health", "RELAY_HEALTH") },
	{ .name = "FK", .mnemonic = "FK", CALL(RECOVER_RELAY), .has = ONLY_6,
	  NEEDS("advpwr", "ADVPWR") },

	/* What changes much, last. */
	{ .name = "SL", .mnemonic = "SL", CALL(SET_SERVICE_LEVEL),
	  VALUE(service_level, 1), .has = ALWAYS, SHOWS("level", -1, 1) },
	{ .name = "SC M", .mnemonic = "SC", CALL(SET_CURRENT_CAPACITY_MAX),
	  VALUE(current_capacity, 12000), .has = "................+++++++" },
	{ .name = "Z0", .mnemonic = "Z0", CALL(RAW),
	  VALUE(raw, "Z0 100 255"), .has = "................+++++++",
	  NEEDS("relay-tuning", "RELAY_HOLD_DELAY_TUNING") },
	{ .name = "T0", .mnemonic = "T0", CALL(RAW), VALUE(raw, "T0 75"),
	  .has = NEVER, NEEDS(NULL, "RAPI_T_COMMANDS") },
	{ .name = "FR", .mnemonic = "FR", CALL(RESET), .has = ALWAYS },
};

static const unsigned char zeroes[256];

/* --- running a cell --- */

struct bench {
	const struct version *version;
	size_t column;
	struct simboard sim;
	struct station station;
	int fd;
};

/* A fresh copy each time: the driver writes into it. */
static int call(struct bench *bench, const struct row *row)
{
	union {
		unsigned char bytes[256];
		struct openevse_raw raw;
	} value = { { 0 } };
	int err;

	memcpy(value.bytes, row->value ? row->value : zeroes, row->size);
	err = station_call(bench->fd, row->request, &value);
	if (row->request == OPENEVSE_RAW && !err)
		return value.raw.result == OPENEVSE_RAW_OK ? 0 : -EOPNOTSUPP;
	return err;
}

/* In another word, perhaps. */
static bool is_served(const struct row *row, size_t column)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].request == row->request &&
		    rows[i].size == row->size && rows[i].has[column] == '+' &&
		    (!row->size || !memcmp(rows[i].value, row->value, row->size)))
			return true;
	return false;
}

static bool is_voltmeter(const struct row *row)
{
	return row->option && !strcmp(row->option, "voltmeter");
}

static long shown(struct bench *bench, const struct row *row)
{
	int base = !strcmp(row->key, "code") || strstr(row->key, "flags") ?
		   16 : 10;

	return sim_number(&bench->sim, "state", row->key, base) & row->mask;
}

static bool check_done(struct bench *bench, const struct row *row, int err,
		       long runs)
{
	if (err)
		ksft_print_msg("%s: %s\n", row->call, strerror(-err));
	else if (runs < 1)
		ksft_print_msg("the board has not run %s\n", row->mnemonic);
	else if (row->key && shown(bench, row) != row->is)
		ksft_print_msg("%s: %#lx, not %#lx\n", row->key,
			       shown(bench, row), row->is);
	else
		return true;
	return false;
}

static bool check_absent(struct bench *bench, const struct row *row, int err,
			 long runs)
{
	if (runs)
		ksft_print_msg("the board has run %s\n", row->mnemonic);
	else if (!is_served(row, bench->column) && err != -EOPNOTSUPP)
		ksft_print_msg("%s: %s\n", row->call, strerror(-err));
	else
		return true;
	return false;
}

/* What another word has switched off is on again for the row of that word. */
static void undo(struct bench *bench, const struct row *row)
{
	struct openevse_feature feature;

	if (row->request != OPENEVSE_SET_FEATURE)
		return;
	memcpy(&feature, row->value, sizeof(feature));
	feature.enabled = !feature.enabled;
	station_call(bench->fd, OPENEVSE_SET_FEATURE, &feature);
}

/* Nobody is told when it is done. */
static void wait_for_reset(struct bench *bench, const struct row *row)
{
	if (row->request == OPENEVSE_RESET)
		sim_tell(&bench->sim, "wait FR >=1 %d", PATIENCE_MS);
}

static void run_cell(struct bench *bench, const struct row *row)
{
	bool there = row->has[bench->column] == '+', ok;
	long runs = sim_count(&bench->sim, row->mnemonic);
	int err;

	if (row->before)
		sim_tell(&bench->sim, "%s", row->before);
	if (row->before && !strcmp(row->before, "pilot B"))
		sim_tell(&bench->sim, "wait state connected");
	err = call(bench, row);
	wait_for_reset(bench, row);
	runs = sim_count(&bench->sim, row->mnemonic) - runs;
	ok = there ? check_done(bench, row, err, runs) :
		     check_absent(bench, row, err, runs);
	ksft_test_result(ok, "%s %s: %s\n", bench->version->rapi, row->name,
			 there ? "done" : "absent");
	if (!there && !err)
		undo(bench, row);
	if (there && row->after)
		sim_tell(&bench->sim, "%s", row->after);
	if (row->after && !strcmp(row->after, "pilot A"))
		sim_tell(&bench->sim, "wait state not-connected");
}

/* Found out once: then the board is not asked any more. */
static void run_left_out(struct bench *bench, const struct row *row)
{
	bool lies = bench->column == SAYS_OK && row->result;
	int expected = lies ? row->result : -EOPNOTSUPP;
	int first = call(bench, row), second;
	long frames;
	bool ok;

	frames = sim_number(&bench->sim, "stats", "frames", 10);
	second = call(bench, row);
	frames = sim_number(&bench->sim, "stats", "frames", 10) - frames;
	ok = first == expected && second == expected &&
	     (lies || !frames || row->request == OPENEVSE_RAW);
	if (!ok)
		ksft_print_msg("%d, then %d with %ld frames\n", first, second,
			       frames);
	ksft_test_result(ok, "%s %s: not in this build\n",
			 bench->version->rapi, row->name);
}

/* --- boards --- */

static bool begin(struct bench *bench, size_t column, const char *build)
{
	char words[1024];

	memset(bench, 0, sizeof(*bench));
	bench->column = column;
	bench->version = &versions[column];
	snprintf(words, sizeof(words), "--instant %s %s",
		 bench->version->fixed, build);
	if (sim_start_build(&bench->sim, bench->version->firmware, false,
			    words) ||
	    station_tty(&bench->station, bench->sim.tty) ||
	    station_attach(&bench->station) ||
	    station_wait_link(&bench->station, OPENEVSE_LINK_UP) ||
	    station_attribute(&bench->station, "poll_interval_ms", "0"))
		return false;
	bench->fd = bench->station.fd;
	/* Unless it is locked, it looks for a vehicle first. */
	if (!strstr(words, "--with bootlock") && bench->version->rapi[0] < '6')
		sim_tell(&bench->sim, "wait state not-connected");
	return true;
}

static void end(struct bench *bench)
{
	station_end(&bench->station);
	sim_stop(&bench->sim);
}

static bool is_left_out(const struct row *row, size_t column)
{
	/* Nobody can tell: it says OK, and nothing shows it. */
	if (column == SAYS_OK && !strcmp(row->mnemonic, "ST"))
		return false;
	return row->option && row->has[column] == '+' && !is_voltmeter(row);
}

static void without(char *build, size_t room)
{
	size_t i, len = 0;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		len += snprintf(build + len, room - len, "--without %s ",
				options[i]);
}

static void run_rows(size_t column, const char *build, const char *what,
		     bool (*wanted)(const struct row *row, size_t column),
		     void (*run)(struct bench *bench, const struct row *row))
{
	struct bench bench;
	size_t i;
	bool begun = begin(&bench, column, build);

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!wanted(&rows[i], column))
			continue;
		if (begun)
			run(&bench, &rows[i]);
		else
			ksft_test_result_fail("%s %s: the board does not come up (%s)\n",
					      versions[column].rapi,
					      rows[i].name, what);
	}
	end(&bench);
}

static bool is_usual(const struct row *row, size_t column)
{
	return !is_voltmeter(row) || row->has[column] != '+';
}

static bool is_with_voltmeter(const struct row *row, size_t column)
{
	return is_voltmeter(row) && row->has[column] == '+';
}

static unsigned int count_of(bool (*wanted)(const struct row *row,
					    size_t column))
{
	unsigned int count = 0;
	size_t i, column;

	for (column = 0; column < VERSIONS; column++)
		for (i = 0; i < ARRAY_SIZE(rows); i++)
			count += wanted(&rows[i], column);
	return count;
}

static void run_version(size_t column)
{
	char build[1024];

	run_rows(column, versions[column].with, "with everything", is_usual,
		 run_cell);
	if (strcmp(versions[column].rapi, "1.0.3") >= 0)
		run_rows(column, "--with voltmeter", "with a voltmeter",
			 is_with_voltmeter, run_cell);
	without(build, sizeof(build));
	run_rows(column, build, "without", is_left_out, run_left_out);
}

/* --- the table --- */

static void print_line(void)
{
	size_t column;

	printf("=========  ");
	for (column = 0; column < VERSIONS; column++)
		printf("=====  ");
	printf("==================================  ============================  =============\n");
}

static void print_table(void)
{
	size_t i, column;

	printf(".. SPDX-License-Identifier: GPL-2.0\n"
	       ".. Made by tools/testing/selftests/openevse/commands_test --table\n\n"
	       "========\nCommands\n========\n\n"
	       "Each RAPI command on each released protocol version: ``yes`` where it is\n"
	       "there, in every build or in those built with the option named; ``no`` where\n"
	       "the call is ``-EOPNOTSUPP``, or is served by another command. ``commands_test``\n"
	       "runs each of these cells against the simulated board under the real kernel,\n"
	       "as \"VERSION COMMAND\", and once more in a build without the option.\n\n"
	       "The version is the dialect, not the firmware: within one version the\n"
	       "commands have come one by one. The driver asks the board where asking does no\n"
	       "harm, and remembers what it has not got.\n\n");
	print_line();
	printf("%-9s  ", "command");
	for (column = 0; column < VERSIONS; column++)
		printf("%-5s  ", versions[column].rapi);
	printf("%-34s  %-28s  %s\n", "ioctl, OPENEVSE\\_", "option", "test");
	print_line();
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		printf("%-9s  ", rows[i].name);
		for (column = 0; column < VERSIONS; column++)
			printf("%-5s  ", rows[i].has[column] == '+' ? "yes" : "no");
		printf("%-34s  %-28s  %s\n", rows[i].call,
		       rows[i].needs ? rows[i].needs : "none",
		       "commands_test");
	}
	print_line();
}

int main(int argc, char **argv)
{
	size_t column;

	if (argc > 1 && !strcmp(argv[1], "--table")) {
		print_table();
		return 0;
	}
	ksft_print_header();
	if (!sim_program())
		ksft_exit_skip("no simulated board, see OPENEVSE_BOARD\n");
	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_set_plan(count_of(is_usual) + count_of(is_with_voltmeter) +
		      count_of(is_left_out));
	for (column = 0; column < VERSIONS; column++)
		run_version(column);
	ksft_finished();
}
