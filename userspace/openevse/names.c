// SPDX-License-Identifier: GPL-2.0
/*
 * Words for the driver's numbers
 *
 * The words are one token each and never change: scripts compare them. What is
 * newer than this program comes out as a number, never as an error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <linux/openevse.h>

#include "cli.h"
#include "names.h"

#define NS_PER_SECOND	INT64_C(1000000000)

static const struct {
	unsigned int state;
	const char *name;
	const char *hint;
} states[] = {
	{ OPENEVSE_STATE_UNKNOWN, "unknown", "starting, or boot locked" },
	{ OPENEVSE_STATE_A, "not-connected", NULL },
	{ OPENEVSE_STATE_B, "connected", NULL },
	{ OPENEVSE_STATE_C, "charging", NULL },
	{ OPENEVSE_STATE_D, "vent-required", "the vehicle asks for ventilation, charging is refused" },
	{ OPENEVSE_STATE_DIODE, "diode-check-failed", "the vehicle's pilot diode" },
	{ OPENEVSE_STATE_GFCI, "gfci-fault", "the ground fault interrupter has tripped" },
	{ OPENEVSE_STATE_NO_GROUND, "no-ground", "protective earth is missing" },
	{ OPENEVSE_STATE_STUCK_RELAY, "stuck-relay", "the relay is closed when it should be open" },
	{ OPENEVSE_STATE_GFCI_TEST, "gfci-test-failed", "the ground fault interrupter's self test" },
	{ OPENEVSE_STATE_OVER_TEMPERATURE, "over-temperature", NULL },
	{ OPENEVSE_STATE_OVER_CURRENT, "over-current", "the vehicle draws more than offered" },
	{ OPENEVSE_STATE_RELAY_CLOSURE, "relay-closure", "the relay is open when it should be closed" },
	{ OPENEVSE_STATE_PP_SHORTED, "pp-shorted", "proximity pilot" },
	{ OPENEVSE_STATE_PP_MISSING, "pp-missing", "proximity pilot" },
	{ OPENEVSE_STATE_EEPROM, "eeprom-failure", NULL },
	{ OPENEVSE_STATE_SLEEPING, "sleeping", NULL },
	{ OPENEVSE_STATE_DISABLED, "disabled", NULL },
};

const char *state_name(unsigned int state, char buffer[NAME_SIZE])
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		if (states[i].state == state)
			return states[i].name;
	snprintf(buffer, NAME_SIZE, "unknown(%u)", state);
	return buffer;
}

const char *state_hint(unsigned int state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		if (states[i].state == state)
			return states[i].hint;
	return NULL;
}

bool state_is_off(unsigned int state)
{
	return state == OPENEVSE_STATE_SLEEPING || state == OPENEVSE_STATE_DISABLED;
}

bool state_is_fault(unsigned int state)
{
	return state >= OPENEVSE_STATE_D && state < OPENEVSE_STATE_SLEEPING;
}

int vehicle_connected(unsigned int state, bool has_pilot, unsigned int pilot,
		      bool has_vflags, uint32_t vflags)
{
	/* Disabled, the board's own pilot signal hides the vehicle's. */
	if (state == OPENEVSE_STATE_DISABLED)
		has_pilot = false;
	if (state == OPENEVSE_STATE_A)
		return 0;
	if (state == OPENEVSE_STATE_B || state == OPENEVSE_STATE_C || state == OPENEVSE_STATE_D)
		return 1;
	if (has_pilot && pilot == OPENEVSE_STATE_A)
		return 0;
	if (has_pilot && pilot >= OPENEVSE_STATE_B && pilot <= OPENEVSE_STATE_D)
		return 1;
	if (has_vflags)
		return !!(vflags & OPENEVSE_VFLAG_EV_CONNECTED);
	return -1;
}

char iec_letter(unsigned int state, int connected)
{
	switch (state) {
	case OPENEVSE_STATE_A:
		return 'A';
	case OPENEVSE_STATE_B:
		return 'B';
	case OPENEVSE_STATE_C:
		return 'C';
	case OPENEVSE_STATE_D:
	case OPENEVSE_STATE_DIODE:
		return 'E';		/* the vehicle's side is not as it must be */
	case OPENEVSE_STATE_UNKNOWN:
		if (connected < 0)
			return 'F';
		return connected ? 'B' : 'A';
	case OPENEVSE_STATE_SLEEPING:
		if (connected < 0)
			return '\0';
		return connected ? 'B' : 'A';
	default:
		return 'F';		/* a fault, or disabled: not available */
	}
}

const char *pilot_letter(unsigned int pilot)
{
	static const char *const letters[] = {
		[OPENEVSE_STATE_A] = "A",
		[OPENEVSE_STATE_B] = "B",
		[OPENEVSE_STATE_C] = "C",
		[OPENEVSE_STATE_D] = "D",
		[OPENEVSE_STATE_DIODE] = "E",
	};

	return pilot < ARRAY_SIZE(letters) ? letters[pilot] : NULL;
}

static const char *pick(const char *const *names, size_t count, uint64_t number)
{
	return number < count && names[number] ? names[number] : "unknown";
}

const char *link_name(unsigned int link)
{
	static const char *const names[] = {
		[OPENEVSE_LINK_PROBING] = "probing",
		[OPENEVSE_LINK_UP] = "up",
		[OPENEVSE_LINK_DOWN] = "down",
		[OPENEVSE_LINK_GONE] = "gone",
	};

	return pick(names, ARRAY_SIZE(names), link);
}

const char *missed_name(unsigned int missed)
{
	static const char *const names[] = {
		[OPENEVSE_HEARTBEAT_NEVER_MISSED] = "never",
		[OPENEVSE_HEARTBEAT_ACKNOWLEDGED] = "acknowledged",
		[OPENEVSE_HEARTBEAT_LIMITED] = "limited",
	};

	return pick(names, ARRAY_SIZE(names), missed);
}

const char *echo_text(bool on)
{
	return on ? "on (another program switched it on; a restart of the board ends it)" : "off";
}

const char *event_name(unsigned int type)
{
	static const char *const names[] = {
		[OPENEVSE_EVENT_STATE] = "state",
		[OPENEVSE_EVENT_BOOT] = "boot",
		[OPENEVSE_EVENT_BUTTON] = "button",
		[OPENEVSE_EVENT_WIFI] = "wifi",
		[OPENEVSE_EVENT_LINK] = "link",
		[OPENEVSE_EVENT_SETTING] = "setting",
		[OPENEVSE_EVENT_DETACHED] = "detached",
		[OPENEVSE_EVENT_ECHO] = "echo",
	};

	return type < ARRAY_SIZE(names) ? names[type] : NULL;
}

const char *control_name(uint32_t request)
{
	switch (request) {
	case OPENEVSE_ENABLE:
		return "start";
	case OPENEVSE_DISABLE:
		return "disable";
	case OPENEVSE_SLEEP:
		return "pause";
	case OPENEVSE_RESET:
		return "reset";
	default:
		return NULL;
	}
}

#define ON_OFF	NULL, NULL, false
#define NUMBER	"", "", false
#define FEATURE(id, word) \
	{ OPENEVSE_SET_FEATURE, OPENEVSE_FEATURE_##id, word, ON_OFF }

static const struct setting_name settings[] = {
	{ OPENEVSE_SET_CURRENT_CAPACITY, 0, "current", "A", "a", true },
	{ OPENEVSE_SET_CURRENT_CAPACITY, OPENEVSE_CAPACITY_SAVE, "current", "A", "a", true },
	{ OPENEVSE_SET_CURRENT_CAPACITY_MAX, 0, "current-max", "A", "a", true },
	{ OPENEVSE_HEARTBEAT_ACKNOWLEDGE, 0, "heartbeat-acknowledge", NUMBER },
	{ OPENEVSE_SET_HEARTBEAT, 0, "heartbeat", NUMBER },
	{ OPENEVSE_PRESS_BUTTON, 0, "button-press", NUMBER },
	{ OPENEVSE_CLEAR_BOOT_LOCK, 0, "boot-lock-clear", NUMBER },
	FEATURE(DIODE_CHECK, "diode-check"),
	FEATURE(VENT_CHECK, "vent-check"),
	FEATURE(GROUND_CHECK, "ground-check"),
	FEATURE(STUCK_RELAY_CHECK, "stuck-relay-check"),
	FEATURE(GFCI_TEST, "gfci-test"),
	FEATURE(TEMPERATURE_CHECK, "temperature-check"),
	FEATURE(OVER_CURRENT_CHECK, "over-current-check"),
	FEATURE(BUTTON, "button"),
	FEATURE(BOOT_LOCK, "boot-lock"),
	FEATURE(PP_AUTO_AMPACITY, "pp-auto-ampacity"),
	FEATURE(ZERO_CROSS, "zero-cross"),
	FEATURE(RGB_LCD, "rgb-lcd"),
	FEATURE(CABLE_TEMPERATURE_CHECK, "cable-temperature-check"),
	{ OPENEVSE_SET_SERVICE_LEVEL, 0, "service-level", NUMBER },
	{ OPENEVSE_SET_ECHO, 0, "echo", ON_OFF },
	{ OPENEVSE_SET_AUTH_LOCK, 0, "auth-lock", ON_OFF },
	{ OPENEVSE_SET_MENNEKES_LOCK, 0, "socket-lock", ON_OFF },
	{ OPENEVSE_SET_MENNEKES_MANUAL, 0, "socket-lock-manual", ON_OFF },
	{ OPENEVSE_SET_TIME_LIMIT, 0, "time-limit", "min", "min", false },
	{ OPENEVSE_SET_CHARGE_LIMIT, 0, "charge-limit", "Wh", "wh", false },
	{ OPENEVSE_SET_TIMER, 0, "timer", NUMBER },
	{ OPENEVSE_SET_TIME, 0, "clock", NUMBER },
	{ OPENEVSE_SET_AMMETER_SETTINGS, 0, "ammeter", NUMBER },
	{ OPENEVSE_SET_VOLTMETER_SETTINGS, 0, "voltmeter", NUMBER },
	{ OPENEVSE_SET_AMMETER_CALIBRATION, 0, "ammeter-calibration", ON_OFF },
	{ OPENEVSE_SET_VOLTAGE, 0, "voltage", "V", "v", true },
	{ OPENEVSE_SET_ACCUMULATED_WH, 0, "energy-total", "Wh", "wh", false },
	{ OPENEVSE_CLEAR_COUNTERS, 0, "counters-clear", NUMBER },
	{ OPENEVSE_SET_LCD_UPDATES, 0, "lcd-updates", ON_OFF },
	{ OPENEVSE_SET_LCD_BACKLIGHT_COLOR, 0, "lcd-colour", NUMBER },
	{ OPENEVSE_DISPLAY_TEXT, 0, "lcd-text", NUMBER },
	{ OPENEVSE_SET_TEMPERATURE_LIMITS, 0, "temperature-limits", NUMBER },
	{ OPENEVSE_SET_PANIC_TEMPERATURE, 0, "panic-temperature", "°C", "c", true },
	{ OPENEVSE_SET_CABLE_SENSOR, 0, "cable-sensor", NUMBER },
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_DC1, "relay-dc1", ON_OFF },
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_DC2, "relay-dc2", ON_OFF },
	{ OPENEVSE_SET_RELAY, OPENEVSE_RELAY_AC, "relay-ac", ON_OFF },
	{ OPENEVSE_SET_ZERO_CROSS, 0, "zero-cross-threshold", "A", "a", true },
	{ OPENEVSE_RESET_RELAY_HEALTH, 0, "relay-health-reset", NUMBER },
	{ OPENEVSE_RECOVER_RELAY, 0, "relay-recovery", NUMBER },
	{ OPENEVSE_RAW, 0, "raw", NUMBER },
};

const struct setting_name *setting_name(uint32_t request, uint32_t item)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (settings[i].request == request && settings[i].item == item)
			return &settings[i];
	return NULL;
}

const char *wifi_name(unsigned int mode)
{
	static const char *const names[] = { "access-point", "client", "default" };

	return pick(names, ARRAY_SIZE(names), mode);
}

const char *milli(int64_t value, char buffer[NAME_SIZE])
{
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
	int end = snprintf(buffer, NAME_SIZE, "%s%" PRIu64 ".%03u", value < 0 ? "-" : "",
			   size / 1000, (unsigned int)(size % 1000));

	while (buffer[end - 1] == '0')
		buffer[--end] = '\0';
	if (buffer[end - 1] == '.')
		buffer[end - 1] = '\0';
	return buffer;
}

const char *duration(uint32_t seconds, char buffer[NAME_SIZE])
{
	uint32_t hours = seconds / 3600, minutes = seconds / 60 % 60;

	if (hours)
		snprintf(buffer, NAME_SIZE, "%" PRIu32 " h %" PRIu32 " min", hours, minutes);
	else if (minutes)
		snprintf(buffer, NAME_SIZE, "%" PRIu32 " min", minutes);
	else
		snprintf(buffer, NAME_SIZE, "%" PRIu32 " s", seconds);
	return buffer;
}

const char *iso_time(int64_t ns, char buffer[TIME_SIZE])
{
	time_t seconds = ns / NS_PER_SECOND;
	char day[24], zone[8];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);	/* +hhmm */
	snprintf(buffer, TIME_SIZE, "%s.%03d%.3s:%s", day,
		 (int)(ns % NS_PER_SECOND / 1000000), zone, zone + 3);
	return buffer;
}

void make_printable(char *string)
{
	for (; *string; string++)
		if (*string < ' ' || *string > '~')
			*string = '?';
}
