/* SPDX-License-Identifier: GPL-2.0 */
/* Charging sessions, made of what a board says over time. */
#ifndef OPENEVSE_SESSION_H
#define OPENEVSE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#define SESSION_UNKNOWN	INT64_MIN	/* of what the board cannot measure */

/**
 * struct session_sample - what is known of a board at one moment
 * @time_ms: wall clock
 * @state: &enum openevse_evse_state
 * @connected: as of vehicle_connected()
 * @asked: the board was asked: the members below are there
 * @energy_j: counter of the session; SESSION_UNKNOWN without a meter
 * @total_wh: of all finished sessions
 * @elapsed_s: seconds of charging, as the board counts them
 * @current_ma: SESSION_UNKNOWN without an ammeter
 * @temperature_mc: the hottest sensor; SESSION_UNKNOWN without any
 */
struct session_sample {
	int64_t time_ms;
	unsigned int state;
	int connected;
	bool asked;
	int64_t energy_j;
	int64_t total_wh;
	int64_t elapsed_s;
	int64_t current_ma;
	int64_t temperature_mc;
};

/**
 * struct session - one session, running or finished
 * @start_ms: when the vehicle came, or when it was first seen
 * @seen_ms: when it was last seen
 * @end_ms: when it left; 0 while it is there
 * @charging_s: seconds of charging
 * @energy_j: SESSION_UNKNOWN without a meter
 * @max_ma: SESSION_UNKNOWN without an ammeter
 * @peak_mc: SESSION_UNKNOWN without a sensor
 * @fault: the last one, &enum openevse_evse_state; 0 for none
 * @resets: restarts of the board
 * @complete: seen from its beginning to its end
 */
struct session {
	int64_t start_ms;
	int64_t seen_ms;
	int64_t end_ms;
	int64_t charging_s;
	int64_t energy_j;
	int64_t max_ma;
	int64_t peak_mc;
	int64_t fault;
	int64_t resets;
	bool complete;
};

/**
 * struct sessions - the state machine
 * @open: there is a session
 * @session: that one
 * @asked: the board has been asked: the counters below are there
 * @energy_j, @total_wh, @elapsed_s: as they were then
 * @boot_ms: when the board last restarted; 0 for not seen
 * @away: nobody looked for a while; it may be another vehicle
 */
struct sessions {
	bool open;
	struct session session;
	bool asked;
	int64_t energy_j;
	int64_t total_wh;
	int64_t elapsed_s;
	int64_t boot_ms;
	bool away;
};

/* Of one of the board's counters, which begin at 0 when it restarts. */
int64_t session_growth(int64_t before, int64_t now);

/* Go on from @sample. Return: true when a session has ended: that is @finished. */
bool sessions_feed(struct sessions *sessions, const struct session_sample *sample,
		   struct session *finished);

/*
 * The board has restarted, and its counters with it; @since_asked: after it was
 * asked the last time, as far as that is certain.
 */
void sessions_boot(struct sessions *sessions, int64_t time_ms, bool since_asked);

#endif
