/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixture: a fakeboard on a station that is up, polls nothing by itself and
 * has nothing to read. To be included behind kselftest_harness.h.
 *
 * BOARD_FIXTURE(name) makes the fixture; a variant for each firmware follows
 * with BOARD_VARIANT(name, firmware), or all of them with BOARD_VARIANTS(name).
 * In a test the board is self->board, the device self->fd.
 */
#ifndef _OPENEVSE_FIXTURE_H
#define _OPENEVSE_FIXTURE_H

#include "fakeboard.h"
#include "station.h"

#define BOARD_FIXTURE(name)						\
FIXTURE(name) {								\
	struct station station;						\
	struct fakeboard board;						\
	int fd;								\
};									\
FIXTURE_VARIANT(name) {							\
	const struct fake_profile *profile;				\
};									\
FIXTURE_SETUP(name)							\
{									\
	ASSERT_EQ(0, station_pty(&self->station));			\
	ASSERT_EQ(0, fake_start(&self->board, variant->profile,		\
				&self->station.master));		\
	ASSERT_EQ(0, station_attach(&self->station));			\
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP)); \
	ASSERT_EQ(0, station_attribute(&self->station,			\
				       "poll_interval_ms", "0"));	\
	self->fd = self->station.fd;					\
	station_drain(self->fd);					\
}									\
FIXTURE_TEARDOWN(name)							\
{									\
	fake_stop(&self->board);					\
	station_end(&self->station);					\
}

#define BOARD_VARIANT(name, firmware)					\
FIXTURE_VARIANT_ADD(name, firmware_##firmware) {			\
	.profile = &fake_##firmware,					\
}

#define BOARD_VARIANTS(name)						\
	BOARD_VARIANT(name, 3_11_3);					\
	BOARD_VARIANT(name, 4_6_0);					\
	BOARD_VARIANT(name, 8_2_3)

/* The board answers, and what comes is its answer; a message comes through. */
#define expect_works() do {						\
	struct openevse_energy _energy = { 0 };				\
	struct openevse_settings _settings = { 0 };			\
	struct openevse_event _event;					\
									\
	fake_no_rules(&self->board);					\
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &_energy)); \
	ASSERT_EQ(7200, _energy.session_j);				\
	ASSERT_EQ(123456, _energy.total_wh);				\
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS,	\
				  &_settings));				\
	ASSERT_EQ(self->board.is.amps * 1000, _settings.capacity_ma);	\
	station_drain(self->fd);					\
	fake_message(&self->board, "WF 02");				\
	ASSERT_EQ(0, station_event(self->fd, &_event, PATIENCE_MS));	\
	ASSERT_EQ(OPENEVSE_EVENT_WIFI, _event.type);			\
} while (0)

/* Until the driver has taken note of everything said to it: an exchange. */
#define expect_no_event() do {						\
	struct openevse_event _event;					\
									\
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_VERSION,	\
				  &(struct openevse_version){ 0 }));	\
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &_event, 0)) {	\
		TH_LOG("event %u", _event.type);			\
	}								\
} while (0)

#endif /* _OPENEVSE_FIXTURE_H */
