// SPDX-License-Identifier: GPL-2.0
/*
 * For every request something to do. See arguments.h.
 */
#include <linux/openevse.h>
#include <string.h>

#include "../kselftest.h"

#include "arguments.h"
#include "station.h"

#define VALUE(type, ...)							\
	{ &(const struct openevse_##type){ __VA_ARGS__ }, sizeof(struct openevse_##type) }

static const struct {
	unsigned long number;
	struct {
		const void *value;
		size_t size;
	} arguments[2];
} known[] = {
	{ OPENEVSE_SET_CURRENT_CAPACITY,
	  { VALUE(current_capacity, 10000), VALUE(current_capacity, 12000) } },
	{ OPENEVSE_SET_CURRENT_CAPACITY_MAX,
	  { VALUE(current_capacity, 32000), VALUE(current_capacity, 30000) } },
	{ OPENEVSE_HEARTBEAT_ACKNOWLEDGE,
	  { VALUE(current_capacity, 11000), VALUE(current_capacity, 10000) } },
	{ OPENEVSE_SET_HEARTBEAT,
	  { VALUE(heartbeat, 60, 6000), VALUE(heartbeat, 0, 0) } },
	{ OPENEVSE_SET_FEATURE,
	  { VALUE(feature, OPENEVSE_FEATURE_DIODE_CHECK, 0),
	    VALUE(feature, OPENEVSE_FEATURE_DIODE_CHECK, 1) } },
	{ OPENEVSE_GET_FEATURE,
	  { VALUE(feature, OPENEVSE_FEATURE_DIODE_CHECK),
	    VALUE(feature, OPENEVSE_FEATURE_BUTTON) } },
	{ OPENEVSE_SET_TIME_LIMIT, { VALUE(time_limit, 120), VALUE(time_limit, 0) } },
	{ OPENEVSE_SET_CHARGE_LIMIT, { VALUE(charge_limit, 10000), VALUE(charge_limit, 0) } },
	{ OPENEVSE_SET_AUTH_LOCK, { VALUE(switch, 1), VALUE(switch, 0) } },
	{ OPENEVSE_SET_MENNEKES_MANUAL, { VALUE(switch, 1), VALUE(switch, 0) } },
	{ OPENEVSE_SET_MENNEKES_LOCK, { VALUE(switch, 1), VALUE(switch, 0) } },
	{ OPENEVSE_SET_TIMER, { VALUE(timer, 22, 30, 6, 15), VALUE(timer, 0) } },
	{ OPENEVSE_SET_TIME,
	  { VALUE(time, 2028, 2, 29, 12, 0, 0), VALUE(time, 2029, 3, 1, 13, 0, 0) } },
	{ OPENEVSE_SET_AMMETER_SETTINGS,
	  { VALUE(meter_settings, 219, 7), VALUE(meter_settings, 220, 8) } },
	{ OPENEVSE_SET_VOLTMETER_SETTINGS,
	  { VALUE(meter_settings, 300, 12000), VALUE(meter_settings, 301, 12001) } },
	{ OPENEVSE_SET_AMMETER_CALIBRATION, { VALUE(switch, 1), VALUE(switch, 0) } },
	{ OPENEVSE_SET_VOLTAGE, { VALUE(voltage, 223576), VALUE(voltage, 230000) } },
	{ OPENEVSE_SET_ACCUMULATED_WH,
	  { VALUE(accumulated_wh, 5000), VALUE(accumulated_wh, 6000) } },
	{ OPENEVSE_SET_LCD_UPDATES, { VALUE(switch, 0), VALUE(switch, 1) } },
	{ OPENEVSE_SET_LCD_BACKLIGHT_COLOR,
	  { VALUE(lcd_backlight_color, OPENEVSE_LCD_RED),
	    VALUE(lcd_backlight_color, OPENEVSE_LCD_GREEN) } },
	/* Two commands. */
	{ OPENEVSE_DISPLAY_TEXT,
	  { VALUE(display_text, 0, 0, "a b c d e f g h"),
	    VALUE(display_text, 0, 1, "h g f e d c b a") } },
	{ OPENEVSE_SET_ECHO, { VALUE(switch, 1), VALUE(switch, 0) } },
	{ OPENEVSE_SET_SERVICE_LEVEL,
	  { VALUE(service_level, 1),
	    VALUE(service_level, 2) } },
	{ OPENEVSE_SET_TEMPERATURE_LIMITS,
	  { VALUE(temperature_limits, 60000, 70000), VALUE(temperature_limits, 61000, 71000) } },
	{ OPENEVSE_SET_PANIC_TEMPERATURE,
	  { VALUE(panic_temperature, 60000), VALUE(panic_temperature, 61000) } },
	{ OPENEVSE_GET_CABLE_SENSOR, { VALUE(cable_sensor, 1), VALUE(cable_sensor, 2) } },
	{ OPENEVSE_SET_CABLE_SENSOR,
	  { VALUE(cable_sensor, 1, 2, 10000, 3950, -500, 70000),
	    VALUE(cable_sensor, 1, 2, 10000, 3950, -400, 71000) } },
	{ OPENEVSE_SET_RELAY,
	  { VALUE(relay, OPENEVSE_RELAY_AC, 0), VALUE(relay, OPENEVSE_RELAY_AC, 1) } },
	{ OPENEVSE_SET_ZERO_CROSS, { VALUE(zero_cross, 0, 500), VALUE(zero_cross, 0, 600) } },
	{ OPENEVSE_RAW, { VALUE(raw, "GS"), VALUE(raw, "SC 10 V") } },
	{ OPENEVSE_GET_CAPABILITY,
	  { VALUE(capability, OPENEVSE_GET_STATE), VALUE(capability, OPENEVSE_SET_TIMER) } },
	/* On for good: off, all this would not end. */
	{ OPENEVSE_SET_TIMEOUT, { VALUE(timeout, 10000), VALUE(timeout, 0) } },
};

bool takes_vehicle(unsigned long number)
{
	return number == OPENEVSE_SET_TIME_LIMIT || number == OPENEVSE_SET_CHARGE_LIMIT;
}

int wake_board(int fd)
{
	static const unsigned long requests[] = {
		OPENEVSE_SET_AUTH_LOCK, OPENEVSE_CLEAR_BOOT_LOCK, OPENEVSE_SET_TIMER,
		OPENEVSE_ENABLE,
	};
	char off[ARGUMENT_MAX] = { 0 };
	int err = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests) && !err; i++)
		err = station_call(fd, requests[i], off);
	return err;
}

void argument_for(unsigned long number, int round, void *argument)
{
	size_t i;

	memset(argument, 0, ARGUMENT_MAX);
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].number == number)
			memcpy(argument, known[i].arguments[round % 2].value,
			       known[i].arguments[round % 2].size);
}
