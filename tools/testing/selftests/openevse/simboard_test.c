// SPDX-License-Identifier: GPL-2.0
/*
 * The driver and a board that behaves: the same session as on a real wall, for
 * three generations of firmware. Every answer is compared with what the board
 * says of itself on its other channel.
 */
#include <errno.h>
#include <fcntl.h>

#include "../kselftest_harness.h"

#include "simboard.h"
#include "station.h"

FIXTURE(sim) {
	struct station station;
	struct simboard sim;
	int fd;
};

FIXTURE_VARIANT(sim) {
	const char *firmware;
	const char *protocol;
	bool modern;
	bool can_be_volatile;
};

FIXTURE_VARIANT_ADD(sim, firmware_3_11_3) {
	.firmware = "3.11.3", .protocol = "1.0.3",
};

FIXTURE_VARIANT_ADD(sim, firmware_4_6_0) {
	.firmware = "D4.6.0", .protocol = "3.0.1", .can_be_volatile = true,
};

FIXTURE_VARIANT_ADD(sim, firmware_8_2_3) {
	.firmware = "8.2.3", .protocol = "5.2.1", .can_be_volatile = true,
	.modern = true,
};

FIXTURE_SETUP(sim)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	ASSERT_EQ(0, sim_start(&self->sim, variant->firmware, false));
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	self->fd = self->station.fd;
	station_drain(self->fd);
}

FIXTURE_TEARDOWN(sim)
{
	station_end(&self->station);
	sim_stop(&self->sim);
}

/* What the board says of itself: words of its "state". */
#define sim_state(key, base)	sim_number(&self->sim, "state", key, base)

/* What the board's firmware calls the state it is in, by its own message. */
static int wait_state(int fd, unsigned int state, struct openevse_event *event)
{
	int err;

	do
		err = station_event_of(fd, OPENEVSE_EVENT_STATE, event);
	while (!err && event->state.state != state);
	return err;
}

TEST_F_TIMEOUT(sim, version, TEST_SECONDS)
{
	struct openevse_version version;
	struct openevse_info info;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_VERSION, &version));
	EXPECT_STREQ(variant->firmware, version.firmware);
	EXPECT_STREQ(variant->protocol, version.protocol);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &info));
	EXPECT_STREQ(variant->firmware, info.firmware);
}

TEST_F_TIMEOUT(sim, idle, TEST_SECONDS)
{
	struct openevse_current_capacity_range range;
	struct openevse_settings settings;
	struct openevse_state state;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(sim_state("code", 16), state.state);
	EXPECT_EQ(sim_state("elapsed", 10), state.elapsed_s);
	if (variant->modern) {
		EXPECT_EQ(sim_state("pilot_state", 16), state.pilot_state);
		EXPECT_EQ(sim_state("vflags", 16), state.vflags);
	}
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_SETTINGS, &settings));
	EXPECT_EQ(sim_state("offered", 10) * 1000, settings.capacity_ma);
	EXPECT_EQ(sim_state("flags", 16), settings.flags);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_CURRENT_CAPACITY_RANGE,
				  &range));
	EXPECT_EQ(sim_state("max", 10) * 1000, range.max_ma);
	if (variant->modern) {
		EXPECT_EQ(sim_state("offered", 10) * 1000, range.pilot_ma);
		EXPECT_EQ(sim_state("saved", 10) * 1000,
			  range.configured_max_ma);
	}
}

TEST_F_TIMEOUT(sim, a_session, TEST_SECONDS)
{
	struct openevse_charging_current_and_voltage charging;
	struct openevse_energy energy;
	struct openevse_event event;
	struct openevse_state state;

	ASSERT_EQ(0, sim_tell(&self->sim, "pilot B"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_B, &event));
	EXPECT_EQ(0, event.flags);
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot C"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_C, &event));
	EXPECT_EQ(OPENEVSE_STATE_B, event.state.from);
	if (variant->modern) {
		EXPECT_NE(0, event.state.vflags & OPENEVSE_VFLAG_CHARGING);
		EXPECT_NE(0, event.state.vflags & OPENEVSE_VFLAG_EV_CONNECTED);
	}
	ASSERT_EQ(0, sim_tell(&self->sim, "amps 10"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait ma >5000"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait elapsed >=2"));
	ASSERT_EQ(0, station_call(self->fd,
				  OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
				  &charging));
	EXPECT_NE(0, charging.valid & OPENEVSE_CHARGING_HAS_CURRENT);
	EXPECT_GT(charging.current_ma, 5000);
	EXPECT_EQ(variant->modern,
		  !!(charging.valid & OPENEVSE_CHARGING_HAS_VOLTAGE));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_GE(state.elapsed_s, 2);
	EXPECT_LE(state.elapsed_s, sim_state("elapsed", 10));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_GT(energy.session_j, 0);
	EXPECT_LE(energy.session_j, sim_state("session_ws", 10));

	ASSERT_EQ(0, sim_tell(&self->sim, "amps 0"));
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot A"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_A, &event));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(sim_state("session_ws", 10), energy.session_j);
}

TEST_F_TIMEOUT(sim, faults, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_state state;

	ASSERT_EQ(0, sim_tell(&self->sim, "pilot C"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_C, &event));
	ASSERT_EQ(0, sim_tell(&self->sim, "gfi"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_GFCI, &event));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(OPENEVSE_STATE_GFCI, state.state);
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot A"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_A, &event));
	if (variant->modern) {
		EXPECT_NE(0, event.state.vflags & OPENEVSE_VFLAG_GFCI_TRIP);
	}
}

TEST_F_TIMEOUT(sim, control, TEST_SECONDS)
{
	static const struct {
		unsigned long request;
		const char *name;
		unsigned int state;
	} rows[] = {
		{ OPENEVSE_SLEEP, "sleeping", OPENEVSE_STATE_SLEEPING },
		{ OPENEVSE_ENABLE, "not-connected", OPENEVSE_STATE_A },
		{ OPENEVSE_DISABLE, "disabled", OPENEVSE_STATE_DISABLED },
		{ OPENEVSE_ENABLE, "not-connected", OPENEVSE_STATE_A },
	};
	struct openevse_event event;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		ASSERT_EQ(0, station_call(self->fd, rows[i].request, NULL));
		ASSERT_EQ(0, wait_state(self->fd, rows[i].state, &event));
		EXPECT_EQ(0, sim_tell(&self->sim, "wait state %s",
				      rows[i].name));
	}
}

TEST_F_TIMEOUT(sim, current, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 12000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	long writes;

	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	EXPECT_EQ(12000, capacity.result_ma);
	EXPECT_EQ(12, sim_state("offered", 10));
	EXPECT_EQ(12, sim_state("saved", 10));

	writes = sim_number(&self->sim, "stats", "eeprom_writes", 10);
	capacity.capacity_ma = 10000;
	capacity.flags = 0;
	EXPECT_EQ(variant->can_be_volatile ? 0 : -EOPNOTSUPP,
		  station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
			       &capacity));
	EXPECT_EQ(writes, sim_number(&self->sim, "stats", "eeprom_writes", 10));
	EXPECT_EQ(12, sim_state("saved", 10));
	EXPECT_EQ(variant->can_be_volatile ? 10 : 12, sim_state("offered", 10));
}

/* Less than its minimum, more than its maximum. */
TEST_F_TIMEOUT(sim, current_out_of_range, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = {
		.capacity_ma = 6000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct openevse_current_capacity_range range;
	long offered = sim_state("offered", 10);
	int err;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_CURRENT_CAPACITY_RANGE,
				  &range));
	err = station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY, &capacity);
	if (range.min_ma > 6000) {
		EXPECT_EQ(-ERANGE, err);
		EXPECT_EQ(offered, sim_state("offered", 10));
	} else {
		EXPECT_EQ(0, err);
		EXPECT_EQ(6, sim_state("offered", 10));
	}
	if (range.max_ma >= 80000)
		return;
	capacity.capacity_ma = range.max_ma + 1000;
	EXPECT_EQ(-EREMOTEIO, station_call(self->fd,
			OPENEVSE_SET_CURRENT_CAPACITY, &capacity));
	EXPECT_EQ(range.max_ma, capacity.result_ma);
}

/* Its message was lost: the poll finds out, and says that it did. */
TEST_F_TIMEOUT(sim, message_lost, TEST_SECONDS)
{
	struct openevse_event event;

	ASSERT_EQ(0, sim_tell(&self->sim, "drop 1"));
	ASSERT_EQ(0, sim_tell(&self->sim, "pilot B"));
	ASSERT_EQ(0, wait_state(self->fd, OPENEVSE_STATE_B, &event));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
}

/* Every byte in a thousand is damaged, in both directions, for a while. */
TEST_F_TIMEOUT(sim, noise, TEST_SECONDS)
{
	struct openevse_version version;
	int i, answered = 0, damaged = 0;
	int err;

	ASSERT_EQ(0, sim_tell(&self->sim, "noise 0.004 7 both"));
	for (i = 0; i < 60; i++) {
		memset(&version, 0, sizeof(version));
		err = station_call(self->fd, OPENEVSE_GET_VERSION, &version);
		if (!err) {
			/* Without checksums nobody can know. */
			if (variant->can_be_volatile) {
				EXPECT_STREQ(variant->firmware,
					     version.firmware);
			}
			answered++;
		} else {
			EXPECT_TRUE(err == -EBADMSG || err == -ETIMEDOUT ||
				    err == -EOPNOTSUPP) {
				TH_LOG("%d", err);
			}
			damaged++;
		}
	}
	ASSERT_EQ(0, sim_tell(&self->sim, "noise 0"));
	EXPECT_GT(answered, 40);
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_VERSION, &version));
	EXPECT_STREQ(variant->firmware, version.firmware);
}

TEST_F_TIMEOUT(sim, stall, TEST_SECONDS)
{
	struct openevse_energy energy;

	/* As in its ground fault test before the relay closes. */
	ASSERT_EQ(0, sim_tell(&self->sim, "stall 3500"));
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(sim_state("total_wh", 10), energy.total_wh);
	EXPECT_EQ(0, sim_number(&self->sim, "stats", "bad_checksums", 10));
}

/* Twenty ioctls in a row: never a frame the firmware would not take. */
TEST_F_TIMEOUT(sim, nothing_wrong_on_the_wire, TEST_SECONDS)
{
	struct openevse_state state;
	int i;

	for (i = 0; i < 20; i++)
		ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(0, sim_number(&self->sim, "stats", "bad_checksums", 10));
	EXPECT_EQ(0, sim_number(&self->sim, "stats", "overlong", 10));
	EXPECT_EQ(0, sim_number(&self->sim, "stats", "ring_lost", 10));
}

/* --- boots that last as long as real ones --- */

FIXTURE(boot) {
	struct station station;
	struct simboard sim;
	int fd;
};

FIXTURE_VARIANT(boot) {
	const char *firmware;
	bool modern;
};

FIXTURE_VARIANT_ADD(boot, firmware_3_11_3) { .firmware = "3.11.3" };
FIXTURE_VARIANT_ADD(boot, firmware_4_6_0) { .firmware = "D4.6.0" };
FIXTURE_VARIANT_ADD(boot, firmware_8_2_3) {
	.firmware = "8.2.3", .modern = true,
};

/* Attached while it boots, as when both get their power back. */
FIXTURE_SETUP(boot)
{
	if (!sim_program())
		SKIP(return, "no simulated board, see OPENEVSE_BOARD");
	ASSERT_EQ(0, sim_start(&self->sim, variant->firmware, true));
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));
	ASSERT_EQ(0, station_attach(&self->station));
	self->fd = self->station.fd;
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait boot done 20000"));
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state not-connected 5000"));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE,
				  &(struct openevse_state){ 0 }));
	station_drain(self->fd);
}

FIXTURE_TEARDOWN(boot)
{
	station_end(&self->station);
	sim_stop(&self->sim);
}

/* Seen once, as one boot, and then the board is as before. */
#define expect_one_boot() do {						\
	struct openevse_event _event;					\
	struct openevse_state _state;					\
									\
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT,	\
				      &_event));			\
	if (variant->modern) {						\
		EXPECT_EQ(OPENEVSE_BOOT_HAS_POST, _event.boot.valid);	\
		EXPECT_EQ(0, _event.boot.post);				\
		EXPECT_STREQ(variant->firmware, _event.boot.firmware);	\
	}								\
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK,	\
				      &_event));			\
	EXPECT_EQ(OPENEVSE_LINK_UP, _event.link);			\
	ASSERT_EQ(0, sim_tell(&self->sim, "wait state not-connected 20000")); \
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &_state)); \
	EXPECT_EQ(OPENEVSE_STATE_A, _state.state);			\
	while (!station_event(self->fd, &_event, 0))			\
		EXPECT_NE(OPENEVSE_EVENT_BOOT, _event.type);		\
} while (0)

/* Failure case 14: after a reset the board boots, and is waited for. */
TEST_F_TIMEOUT(boot, reset, TEST_SECONDS)
{
	long resets = sim_number(&self->sim, "stats", "resets", 10);

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_RESET, NULL));
	expect_one_boot();
	EXPECT_EQ(resets + 1, sim_number(&self->sim, "stats", "resets", 10));
}

/* Failure case 15: the board restarts by itself. */
TEST_F_TIMEOUT(boot, brown_out, TEST_SECONDS)
{
	ASSERT_EQ(0, sim_tell(&self->sim, "reset"));
	expect_one_boot();
}

TEST_HARNESS_MAIN
