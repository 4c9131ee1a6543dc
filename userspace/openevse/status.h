/* SPDX-License-Identifier: GPL-2.0 */
/* The values of one board, and what they mean together. */
#ifndef OPENEVSE_STATUS_H
#define OPENEVSE_STATUS_H

#include "query.h"

#define STATUS_REMARKS	7

/**
 * struct status - the values, and which of them are known
 *
 * A value is meaningful where its error is 0.
 */
struct status {
	const struct device *device;
	unsigned int state;
	uint32_t elapsed_s, vflags;
	int connected;
	int64_t current_ma, voltage_mv, power_mw;
	int64_t offered_ma, minimum_ma, maximum_ma, saved_ma;
	int64_t session_mwh, total_wh;
	bool has_state, has_elapsed, has_vflags;
	bool has_current, has_voltage, has_power;
	bool has_offered, has_range, has_saved, has_energy;
	int64_t temperature_mc[QUERY_SENSORS];	/* only "openevse status" asks */
	bool has_temperature[QUERY_SENSORS];
	struct openevse_fault_counters faults;	/* the same */
	bool has_faults;
	int error;		/* that ended the questions */
};

/* Ask what @query has not asked yet; ends at an error that makes the rest useless. */
void status_gather(struct status *status, struct query *query);

/* A session lasts over pauses, until the vehicle leaves; old firmware does not say. */
bool status_session_runs(const struct status *status);

/* No voltmeter: the board reckons with a constant. */
bool status_voltage_assumed(const struct status *status);

/* What its flags say beside the state. Return: how many. */
size_t status_remarks(const struct status *status, const char *remarks[STATUS_REMARKS]);

#endif
