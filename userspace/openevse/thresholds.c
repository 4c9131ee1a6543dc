// SPDX-License-Identifier: GPL-2.0
/*
 * Thresholds of the board, for "openevse calibrate": how hot is too hot, how
 * little is no current, how much is ever offered
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "calibrate.h"
#include "change.h"
#include "control.h"
#include "names.h"

/* Degrees, as thousandths; the driver knows the bounds. */
static int32_t parse_degrees(const struct cli *cli, const char *text)
{
	int64_t mc;

	if (!parse_signed_milli(text, &mc) || mc < -300000 || mc > 300000 || mc % 100)
		usage_error(cli, "\"%s\" is not a temperature like 70 or 70.5", text);
	return mc;
}

/* Once and for all: there is no second try, and nothing to show before. */
int calibrate_current_max(const struct cli *cli, const struct device *device)
{
	struct openevse_current_capacity capacity = { 0 };
	char amps[NAME_SIZE];

	if (cli->argc != 2)
		usage_error(cli, "give the largest current, for ever");
	capacity.capacity_ma = amps_argument(cli, cli->argv[1]) * 1000;
	if (!device)
		return EXIT_DONE;
	if (!ioctl(device->fd, OPENEVSE_SET_CURRENT_CAPACITY_MAX, &capacity)) {
		printf("current-max %s A\n", milli(capacity.result_ma, amps));
		return EXIT_DONE;
	}
	if (errno == EREMOTEIO && capacity.valid & OPENEVSE_CAPACITY_HAS_RESULT)
		return complain(EXIT_REFUSED, "%s: the largest current has been set before, to %s A, and stays so",
				device->board.name, milli(capacity.result_ma, amps));
	return capacity_error(device, &capacity, -errno);
}

static int show_panic(const struct device *device)
{
	struct openevse_panic_temperature panic = { 0 };
	int code = change(device, OPENEVSE_GET_PANIC_TEMPERATURE, &panic,
			  "read its panic temperature");
	char text[NAME_SIZE];

	if (!code)
		printf("panic-temperature %s °C\n", milli(panic.panic_mc, text));
	return code;
}

int calibrate_panic(const struct cli *cli, const struct device *device)
{
	struct openevse_panic_temperature panic = { 0 };
	int code;

	if (cli->argc > 2)
		usage_error(cli, "give one temperature");
	if (cli->argc == 2)
		panic.panic_mc = parse_degrees(cli, cli->argv[1]);
	if (!device)
		return EXIT_DONE;
	code = show_panic(device);
	if (code || cli->argc == 1)
		return code;
	code = change(device, OPENEVSE_SET_PANIC_TEMPERATURE, &panic,
		      "set its panic temperature");
	return code ? code : show_panic(device);
}

static int show_limits(const struct device *device)
{
	struct openevse_temperature_limits limits = { 0 };
	int code = change(device, OPENEVSE_GET_TEMPERATURE_LIMITS, &limits,
			  "read its temperature limits");
	char ambient[NAME_SIZE], infrared[NAME_SIZE];

	if (!code)
		printf("temperature-limits ambient %s infrared %s °C\n",
		       milli(limits.ambient_mc, ambient), milli(limits.infrared_mc, infrared));
	return code;
}

int calibrate_temperature_limits(const struct cli *cli, const struct device *device)
{
	struct openevse_temperature_limits limits = { 0 };
	int code;

	if (cli->argc != 1 && cli->argc != 3)
		usage_error(cli, "give the ambient and the infrared limit");
	if (cli->argc == 3) {
		limits.ambient_mc = parse_degrees(cli, cli->argv[1]);
		limits.infrared_mc = parse_degrees(cli, cli->argv[2]);
	}
	if (!device)
		return EXIT_DONE;
	code = show_limits(device);
	if (code || cli->argc == 1)
		return code;
	code = change(device, OPENEVSE_SET_TEMPERATURE_LIMITS, &limits,
		      "set its temperature limits");
	return code ? code : show_limits(device);
}

static int show_zero_cross(const struct device *device)
{
	struct openevse_zero_cross zero = { 0 };
	int code = change(device, OPENEVSE_GET_ZERO_CROSS, &zero, "read its zero crossing");
	char text[NAME_SIZE];

	if (!code)
		printf("zero-cross %s A\n", milli(zero.threshold_ma, text));
	return code;
}

int calibrate_zero_cross(const struct cli *cli, const struct device *device)
{
	struct openevse_zero_cross zero = { 0 };
	int64_t ma = 0;
	int code;

	if (cli->argc != 1 &&
	    (cli->argc != 2 || !parse_milli(cli->argv[1], &ma) || ma > 5000))
		usage_error(cli, "give a current, up to 5 A");
	zero.threshold_ma = ma;
	if (!device)
		return EXIT_DONE;
	code = show_zero_cross(device);
	if (code || cli->argc == 1)
		return code;
	code = change(device, OPENEVSE_SET_ZERO_CROSS, &zero, "set its zero crossing");
	return code ? code : show_zero_cross(device);
}

static int show_sensor(const struct device *device, uint32_t index)
{
	struct openevse_cable_sensor sensor = { .index = index };
	int code = change(device, OPENEVSE_GET_CABLE_SENSOR, &sensor, "read its cable sensor");
	char offset[NAME_SIZE], panic[NAME_SIZE];

	if (!code)
		printf("cable-sensor %u pin %u r25 %u beta %u offset %s panic %s\n",
		       sensor.index, sensor.pin, sensor.r25_ohm, sensor.beta_k,
		       milli(sensor.offset_mc, offset), milli(sensor.panic_mc, panic));
	return code;
}

static void parse_sensor(const struct cli *cli, struct openevse_cable_sensor *sensor)
{
	int64_t pin, r25, beta;

	if (cli->argc != 7 || !parse_number(cli->argv[2], 0, 2, &pin) ||
	    !parse_number(cli->argv[3], 100, 65535, &r25) ||
	    !parse_number(cli->argv[4], 1000, 6000, &beta))
		usage_error(cli, "give pin (0 to 2), R25 (100 to 65535 ohm), beta (1000 to 6000), offset and panic temperature");
	sensor->pin = pin;
	sensor->r25_ohm = r25;
	sensor->beta_k = beta;
	sensor->offset_mc = parse_degrees(cli, cli->argv[5]);
	sensor->panic_mc = parse_degrees(cli, cli->argv[6]);
}

int calibrate_cable_sensor(const struct cli *cli, const struct device *device)
{
	struct openevse_cable_sensor sensor = { 0 };
	int64_t index;
	int code;

	if (cli->argc < 2 || !parse_number(cli->argv[1], 0, 3, &index))
		usage_error(cli, "name the sensor: 0 and 1 vehicle's cable, 2 and 3 supply cable");
	sensor.index = index;
	if (cli->argc > 2)
		parse_sensor(cli, &sensor);
	if (!device)
		return EXIT_DONE;
	code = show_sensor(device, index);
	if (code || cli->argc == 2)
		return code;
	code = change(device, OPENEVSE_SET_CABLE_SENSOR, &sensor, "set its cable sensor");
	return code ? code : show_sensor(device, index);
}
