// SPDX-License-Identifier: GPL-2.0
/*
 * The cable is pulled between a line and its answer: at every line of every request
 *
 * The simulated board says no more than so many replies. Whatever a call has got by
 * then, it ends at once, and the board works again behind the next cable.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "../kselftest_harness.h"

#include "caller.h"
#include "simboard.h"
#include "station.h"

#include "requests.h"

/* More than any of them says to the board. */
#define LINES_MAX	50

FIXTURE(cut) {
	struct simboard sim;
	struct station station;
};

#define attach() do {							\
	struct openevse_switch _off = { 0 };					\
										\
	ASSERT_EQ(0, station_tty(&self->station, self->sim.tty));		\
	ASSERT_EQ(0, station_attach(&self->station));				\
	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms", "0")); \
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));	\
	/* It would refuse what is tried so often. */				\
	ASSERT_EQ(0, station_call(self->station.fd, OPENEVSE_SET_EEPROM_GUARD, &_off)); \
} while (0)

FIXTURE_SETUP(cut)
{
	ASSERT_EQ(0, sim_start_build(&self->sim, SIM_FULL, false, SIM_FULL_WITH));
	attach();
}

FIXTURE_TEARDOWN(cut)
{
	station_end(&self->station);
	sim_stop(&self->sim);
}

/*
 * Until the board has heard that line and the call waits for what it says to it.
 * Return: false when the call has ended, and the line was the driver's own, behind it.
 */
static bool waits_at(struct simboard *sim, long frames, const struct caller *caller)
{
	while (!caller_has_ended(caller)) {
		if (sim_number(sim, "stats", "frames", 10) >= frames &&
		    sleeps_in_syscall(caller->tid, SYS_ioctl))
			return true;
		short_pause();
	}
	return false;
}

/*
 * A maximum is set once, by the second line, and that was at the pull before; the third
 * only asks what is offered now. A reset is done when the board says that it has booted,
 * which is no reply and may come just before the pull.
 */
static bool is_cut_off(unsigned long request, int line, int result)
{
	if (request == OPENEVSE_SET_CURRENT_CAPACITY_MAX && line == 3)
		return result == -EREMOTEIO;
	return result == -ENODEV || (request == OPENEVSE_RESET && !result);
}

/* At each line that any request says. */
/* Failure case 41: the cable is pulled between a line and its answer. */
TEST_F_TIMEOUT(cut, every_line_of_every_request, 4 * TEST_SECONDS)
{
	char argument[ARGUMENT_MAX];
	int pulled = 0, line, result;
	struct caller caller;
	int64_t begun;
	long frames;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		if (takes_vehicle(requests[i].number)) {
			ASSERT_EQ(0, wake_board(self->station.fd));
			ASSERT_EQ(0, sim_vehicle(&self->sim, true));
		}
		for (line = 1; line < LINES_MAX; line++) {
			argument_for(requests[i].number, line, argument);
			ASSERT_EQ(0, sim_tell(&self->sim, "replies %d", line - 1));
			frames = sim_number(&self->sim, "stats", "frames", 10);
			ASSERT_EQ(0, caller_start(&caller, self->station.fd, requests[i].number,
						  argument, sizeof(argument)));
			if (!waits_at(&self->sim, frames + line, &caller))
				break;
			ASSERT_EQ(0, ioctl(self->station.tty, TIOCVHANGUP));
			begun = now_ms();
			result = caller_end(&caller);
			EXPECT_TRUE(is_cut_off(requests[i].number, line, result)) {
				TH_LOG("%s, line %d: %d", requests[i].name, line, result);
			}
			EXPECT_LT(caller.ended_ms - begun, 1900);
			ASSERT_EQ(0, station_wait_gone(&self->station));
			station_end(&self->station);
			ASSERT_EQ(0, sim_tell(&self->sim, "replies all"));
			attach();
			pulled++;
		}
		ASSERT_LT(line, LINES_MAX);
		caller_end(&caller);
		ASSERT_EQ(0, sim_tell(&self->sim, "replies all"));
		ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
		if (takes_vehicle(requests[i].number)) {
			ASSERT_EQ(0, sim_vehicle(&self->sim, false));
		}
	}
	EXPECT_GT(pulled, ARRAY_SIZE(requests));
	TH_LOG("unplugged %d times", pulled);
}

TEST_HARNESS_MAIN
