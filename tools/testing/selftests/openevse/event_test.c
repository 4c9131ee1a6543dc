// SPDX-License-Identifier: GPL-2.0
/*
 * What read() and poll() say: the record at open(), every kind of event, order
 * and numbers, slow readers, waiting, the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/syscall.h>

#include "../kselftest_harness.h"

#include "fixture.h"

#define ALL_OF_STATE	(OPENEVSE_EVENT_HAS_STATE | OPENEVSE_EVENT_HAS_PILOT | \
			 OPENEVSE_EVENT_HAS_VFLAGS | OPENEVSE_EVENT_HAS_CAPACITY)

/* Events a reader may fall behind by; more is lost. */
#define QUEUE	64

BOARD_FIXTURE(modern)
BOARD_VARIANT(modern, 8_2_3);

/* --- the record at open() --- */

TEST_F_TIMEOUT(modern, initial, TEST_SECONDS)
{
	struct openevse_event event, last;
	int fd;

	fake_state(&self->board, 3, 3, 0x140);
	ASSERT_EQ(0, station_event(self->fd, &last, PATIENCE_MS));
	fd = station_open(&self->station, O_RDONLY);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, station_event(fd, &event, 0));
	EXPECT_EQ(OPENEVSE_EVENT_STATE, event.type);
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_INITIAL, event.flags);
	EXPECT_EQ(last.seqno, event.seqno);
	EXPECT_EQ(ALL_OF_STATE, event.state.valid);
	EXPECT_EQ(3, event.state.state);
	EXPECT_EQ(3, event.state.from);
	EXPECT_EQ(3, event.state.pilot_state);
	EXPECT_EQ(OPENEVSE_LINK_UP, event.state.link);
	EXPECT_EQ(0x140, event.state.vflags);
	EXPECT_EQ(16000, event.state.capacity_ma);
	EXPECT_EQ(-ETIMEDOUT, station_event(fd, &event, 0));
	close(fd);
}

/* Between asking and reading nothing falls: the next number is the next. */
TEST_F_TIMEOUT(modern, initial_then_next, TEST_SECONDS)
{
	struct openevse_event initial, event;
	int i, fd;

	for (i = 0; i < 50; i++) {
		fake_state(&self->board, 1 + i % 3, 1 + i % 3, 0);
		fd = station_open(&self->station, O_RDONLY);
		ASSERT_GE(fd, 0);
		fake_state(&self->board, 6, 6, 0);
		ASSERT_EQ(0, station_event(fd, &initial, PATIENCE_MS));
		ASSERT_EQ(OPENEVSE_EVENT_FLAG_INITIAL, initial.flags);
		do {
			ASSERT_EQ(0, station_event(fd, &event, PATIENCE_MS));
			ASSERT_EQ(++initial.seqno, event.seqno);
			ASSERT_EQ(initial.state.state, event.state.from);
			initial.state.state = event.state.state;
		} while (event.state.state != 6);
		close(fd);
		station_drain(self->fd);
	}
}

TEST(initial_while_probing)
{
	struct station station;
	struct openevse_event event;

	ASSERT_EQ(0, station_begin(&station));
	ASSERT_EQ(0, station_event(station.fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_STATE, event.type);
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_INITIAL, event.flags);
	EXPECT_EQ(0, event.state.valid);
	EXPECT_EQ(0, event.state.state);
	EXPECT_EQ(0, event.state.vflags);
	EXPECT_EQ(0, event.state.capacity_ma);
	EXPECT_EQ(OPENEVSE_LINK_PROBING, event.state.link);
	station_end(&station);
}

/* --- every kind --- */

static bool rest_is_zero(const struct openevse_event *event, size_t used)
{
	size_t i;

	for (i = used; i < sizeof(event->raw); i++)
		if (event->raw[i])
			return false;
	return true;
}

/* Failure case 30: states nobody knows yet, in a message. */
TEST_F_TIMEOUT(modern, state, TEST_SECONDS)
{
	struct openevse_event event;

	fake_state(&self->board, 2, 2, 0x700);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_STATE, event.type);
	EXPECT_EQ(0, event.flags);
	EXPECT_EQ(ALL_OF_STATE, event.state.valid);
	EXPECT_EQ(1, event.state.from);
	EXPECT_EQ(2, event.state.state);
	EXPECT_EQ(2, event.state.pilot_state);
	EXPECT_EQ(0x700, event.state.vflags);
	EXPECT_EQ(16000, event.state.capacity_ma);
	EXPECT_TRUE(rest_is_zero(&event, sizeof(event.state)));

	/* A number nobody knows yet is passed on. */
	fake_message(&self->board, "AT 19 03 8 f0f0");
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(2, event.state.from);
	EXPECT_EQ(0x19, event.state.state);
	EXPECT_EQ(0xf0f0, event.state.vflags);
	EXPECT_EQ(8000, event.state.capacity_ma);

	/* Only the offered current is new: no other state before. */
	fake_message(&self->board, "AT 19 03 10 f0f0");
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(0x19, event.state.from);
	EXPECT_EQ(10000, event.state.capacity_ma);
}

TEST_F_TIMEOUT(modern, button_and_wifi, TEST_SECONDS)
{
	struct openevse_event event;

	fake_message(&self->board, "AN 0");
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_BUTTON, event.type);
	EXPECT_EQ(0, event.button);
	fake_message(&self->board, "AN 1");
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_BUTTON, event.type);
	EXPECT_EQ(1, event.button);
	EXPECT_TRUE(rest_is_zero(&event, sizeof(event.button)));
	fake_message(&self->board, "WF 02");
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_WIFI, event.type);
	EXPECT_EQ(2, event.wifi_mode);
	EXPECT_TRUE(rest_is_zero(&event, sizeof(event.wifi_mode)));
}

/* Told of a boot, the driver looks at the board anew. */
TEST_F_TIMEOUT(modern, boot, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	size_t heard = fake_heard(&self->board);
	struct openevse_event event;

	fake_message(&self->board, "AB 07 8.2.3.EU");
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_BOOT, event.type);
	EXPECT_EQ(OPENEVSE_BOOT_HAS_POST, event.boot.valid);
	EXPECT_EQ(7, event.boot.post);
	EXPECT_STREQ("8.2.3.EU", event.boot.firmware);
	EXPECT_TRUE(rest_is_zero(&event, sizeof(event.boot)));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK, &event));
	EXPECT_EQ(OPENEVSE_LINK_UP, event.link);
	EXPECT_GE(fake_count(&self->board, "GV", heard), 1);
	EXPECT_EQ(before.resets + 1, station_stats(self->fd).resets);
}

TEST_F_TIMEOUT(modern, setting_capacity, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 10000 };
	struct openevse_event event;

	ASSERT_EQ(0, prctl(PR_SET_NAME, "a name of 15 ch"));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SET_CURRENT_CAPACITY,
				  &capacity));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_SETTING, &event));
	EXPECT_EQ(OPENEVSE_SET_CURRENT_CAPACITY, event.setting.request);
	EXPECT_EQ(0, event.setting.item);
	EXPECT_EQ(getpid(), event.setting.pid);
	EXPECT_STREQ("a name of 15 ch", event.setting.comm);
	EXPECT_EQ(OPENEVSE_CHANGED_HAS_OLD | OPENEVSE_CHANGED_HAS_NEW,
		  event.setting.valid);
	EXPECT_EQ(16000, event.setting.old_value);
	EXPECT_EQ(10000, event.setting.new_value);
	EXPECT_TRUE(rest_is_zero(&event, sizeof(event.setting)));
}

/* Everybody is told who it was, not only the one who did it. */
TEST_F_TIMEOUT(modern, setting_by_another_process, TEST_SECONDS)
{
	struct openevse_current_capacity capacity = { .capacity_ma = 12000 };
	struct openevse_event event;
	int status;
	pid_t child;

	child = fork();
	ASSERT_GE(child, 0);
	if (!child) {
		int fd = station_open(&self->station, O_RDWR);

		station_forget(&self->station);
		prctl(PR_SET_NAME, "solar-divert");
		_exit(fd < 0 || station_call(fd, OPENEVSE_SET_CURRENT_CAPACITY,
					     &capacity));
	}
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_SETTING, &event));
	EXPECT_EQ(child, event.setting.pid);
	EXPECT_STREQ("solar-divert", event.setting.comm);
	EXPECT_EQ(12000, event.setting.new_value);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_F_TIMEOUT(modern, setting_control, TEST_SECONDS)
{
	static const unsigned int requests[] = {
		OPENEVSE_DISABLE, OPENEVSE_ENABLE, OPENEVSE_SLEEP,
		OPENEVSE_RESET,
	};
	struct openevse_event event;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		ASSERT_EQ(0, station_call(self->fd, requests[i], NULL));
		ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_SETTING,
					      &event));
		EXPECT_EQ(requests[i], event.setting.request);
		EXPECT_EQ(0, event.setting.valid);
		EXPECT_EQ(getpid(), event.setting.pid);
	}
}

/* What fails changes nothing and is told to nobody. */
TEST_F_TIMEOUT(modern, no_setting_when_refused, TEST_SECONDS)
{
	struct openevse_event event;

	fake_rule(&self->board, "FS", FAKE_TEXT, FAKE_FOR_EVER, "NK", 0);
	EXPECT_EQ(-EREMOTEIO, station_call(self->fd, OPENEVSE_SLEEP, NULL));
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &event, 0));
}

TEST_F_TIMEOUT(modern, link_down_and_up, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_state state;

	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	EXPECT_EQ(-ETIMEDOUT, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK, &event));
	EXPECT_EQ(OPENEVSE_LINK_DOWN, event.link);
	EXPECT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_DOWN));
	EXPECT_TRUE(rest_is_zero(&event, sizeof(event.link)));

	fake_no_rules(&self->board);
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK, &event));
	EXPECT_EQ(OPENEVSE_LINK_UP, event.link);
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
}

/* --- noticed in a reply --- */

TEST_F_TIMEOUT(modern, noticed_by_poll, TEST_SECONDS)
{
	struct openevse_event event;

	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms",
				       "200"));
	self->board.is.state = 3;
	self->board.is.pilot = 3;
	self->board.is.vflags = 0x140;
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_STATE, event.type);
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	EXPECT_EQ(1, event.state.from);
	EXPECT_EQ(3, event.state.state);
	EXPECT_EQ(3, event.state.pilot_state);
	EXPECT_EQ(0x140, event.state.vflags);
	/* Once: what has not changed since is no event. */
	EXPECT_TRUE(fake_wait(&self->board, "GS", fake_heard(&self->board), 3));
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &event, 0));
}

TEST_F_TIMEOUT(modern, noticed_in_an_answer, TEST_SECONDS)
{
	struct openevse_state state;
	struct openevse_event event;

	self->board.is.state = 2;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(2, state.state);
	ASSERT_EQ(0, station_event(self->fd, &event, 0));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	EXPECT_EQ(2, event.state.state);
	/* The message, if it comes late, tells no lie. */
	fake_state(&self->board, 2, 1, 0x200);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(0, event.flags);
	EXPECT_EQ(2, event.state.from);
}

TEST_F_TIMEOUT(modern, no_poll_when_off, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);

	/* Longer than the interval that was set before. */
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd,
					    &(struct openevse_event){ 0 }, 6000));
	EXPECT_EQ(heard, fake_heard(&self->board));
}

/*
 * Something it said was damaged, and may have been a change: nobody waits for
 * the next poll to see.
 */
TEST_F_TIMEOUT(modern, damaged_message_is_looked_after, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_event event;
	int64_t begun = now_ms();

	/* Longer than the test waits for an event. */
	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms",
				       "600000"));
	self->board.is.state = 3;
	fake_say(&self->board, "$AT 03 03 16 0140^00\r", 21);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	EXPECT_EQ(3, event.state.state);

	/* Also where so little is left of it that it looks like noise. */
	self->board.is.state = 1;
	fake_say(&self->board, "AT 01 01 16 0100^35\r", 20);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(1, event.state.state);
	EXPECT_LT(now_ms() - begun, 600000);
	EXPECT_EQ(before.noticed + 2, station_stats(self->fd).noticed);
}

/* --- no boot --- */

/* Firmware 6.0 to 7.1.0, as a vehicle leaves out of a fault. */
TEST_F_TIMEOUT(modern, no_boot_when_a_fault_ends, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_state state;

	fake_message(&self->board, "AT 05 05 16 0702");
	fake_message(&self->board, "AT 00 05 16 0600");
	fake_message(&self->board, "AT 01 01 16 0200");
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(1, state.state);
	EXPECT_EQ(before.resets, station_stats(self->fd).resets);
	EXPECT_EQ(before.resyncs, station_stats(self->fd).resyncs);
}

/* --- echo --- */

/* Failure case 20: told when it begins; the end of it is told with the boot. */
TEST_F_TIMEOUT(modern, echo, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_state state;
	struct openevse_info info;

	self->board.echo = true;
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_ECHO, event.type);
	EXPECT_EQ(1, event.echo);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &info));
	EXPECT_NE(0, info.flags & OPENEVSE_INFO_ECHO);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_STATE, &state));
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &event, 0));

	self->board.echo = false;
	fake_message(&self->board, "AB 00 8.2.3");
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT, &event));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_GET_INFO, &info));
	EXPECT_EQ(0, info.flags & OPENEVSE_INFO_ECHO);
	while (!station_event(self->fd, &event, 0))
		EXPECT_NE(OPENEVSE_EVENT_ECHO, event.type);
}

/* --- order --- */

TEST_F_TIMEOUT(modern, order_of_the_wire, TEST_SECONDS)
{
	static const char glued[] =
		"$AT 02 02 16 0700^31\r$AN 1^3A\r\n$WF 02^17\r"
		"$AT 03 03 16 0540^37\r$AT fe 03 16 0540^37\r";
	static const unsigned int types[] = {
		OPENEVSE_EVENT_STATE, OPENEVSE_EVENT_BUTTON,
		OPENEVSE_EVENT_WIFI, OPENEVSE_EVENT_STATE, OPENEVSE_EVENT_STATE,
	};
	static const size_t chunks[] = { sizeof(glued), 3, 1 };
	struct openevse_event event, before = { 0 };
	size_t i, c, at, left;

	for (c = 0; c < ARRAY_SIZE(chunks); c++) {
		for (at = 0; at < sizeof(glued) - 1; at += chunks[c]) {
			left = sizeof(glued) - 1 - at;
			fake_say(&self->board, glued + at,
				 left < chunks[c] ? left : chunks[c]);
		}
		for (i = 0; i < ARRAY_SIZE(types); i++) {
			ASSERT_EQ(0, station_event(self->fd, &event,
						   PATIENCE_MS));
			EXPECT_EQ(types[i], event.type);
			if (before.seqno) {
				EXPECT_EQ(before.seqno + 1, event.seqno);
				EXPECT_LE(before.timestamp_ns,
					  event.timestamp_ns);
			}
			before = event;
		}
	}
}

/* Failure case 2: a message right behind the reply, in the same piece. */
/* A message in front of the reply, one behind it, in one piece. */
TEST_F_TIMEOUT(modern, messages_around_a_reply, TEST_SECONDS)
{
	struct openevse_event event;
	struct openevse_energy energy;

	fake_rule(&self->board, "GU", FAKE_GLUED, 1, "$AN 1^3A\r", 0);
	EXPECT_EQ(0, station_call(self->fd, OPENEVSE_GET_ENERGY, &energy));
	EXPECT_EQ(123456, energy.total_wh);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_BUTTON, event.type);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_BUTTON, event.type);
}

/* --- slow readers --- */

/* Failure case 36: more messages than a reader takes. */
TEST_F_TIMEOUT(modern, dropped, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_event event, previous;
	int i, count, fast;
	int64_t deadline;

	fast = station_open(&self->station, O_RDONLY);
	ASSERT_GE(fast, 0);
	ASSERT_EQ(0, station_event(fast, &previous, 0));
	for (i = 0; i < 200; i++) {
		fake_state(&self->board, 1 + i % 3, 1, 0);
		ASSERT_EQ(0, station_event(fast, &event, PATIENCE_MS));
		ASSERT_EQ(++previous.seqno, event.seqno);
		ASSERT_EQ(0, event.flags);
	}
	deadline = now_ms() + PATIENCE_MS;
	while (station_stats(self->fd).dropped - before.dropped < 200 - QUEUE &&
	       now_ms() < deadline)
		short_pause();
	EXPECT_EQ(200 - QUEUE, station_stats(self->fd).dropped - before.dropped);
	EXPECT_EQ(200, station_stats(self->fd).events - before.events);

	/* The newest are kept, the first of them says that others were lost. */
	for (count = 0; !station_event(self->fd, &event, 0); count++) {
		if (count) {
			ASSERT_EQ(previous.seqno + 1, event.seqno);
			ASSERT_EQ(previous.state.state, event.state.from);
		}
		EXPECT_EQ(count ? 0 : OPENEVSE_EVENT_FLAG_DROPPED, event.flags);
		previous = event;
	}
	EXPECT_EQ(QUEUE, count);
	EXPECT_EQ(1 + 199 % 3, event.state.state);

	/* Once told, that is over. */
	fake_state(&self->board, 2, 1, 0);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(0, event.flags);
	EXPECT_EQ(previous.seqno + 1, event.seqno);
	close(fast);
}

/* The INITIAL record is dropped like any other, and said to be. */
TEST_F_TIMEOUT(modern, dropped_initial, TEST_SECONDS)
{
	struct openevse_event event, watched;
	int i, fd;

	fd = station_open(&self->station, O_RDONLY);
	ASSERT_GE(fd, 0);
	for (i = 0; i < QUEUE + 1; i++) {
		fake_state(&self->board, 1 + i % 3, 1, 0);
		ASSERT_EQ(0, station_event(self->fd, &watched, PATIENCE_MS));
	}
	ASSERT_EQ(0, station_event(fd, &event, 0));
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_DROPPED, event.flags);
	EXPECT_EQ(watched.seqno - QUEUE + 1, event.seqno);
	close(fd);
}

/* --- read() --- */

TEST_F_TIMEOUT(modern, sizes, TEST_SECONDS)
{
	struct openevse_event events[4];
	int i;

	EXPECT_EQ(-1, read(self->fd, events, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->fd, events, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->fd, events, 63));
	EXPECT_EQ(EINVAL, errno);

	for (i = 0; i < 7; i++)
		fake_message(&self->board, "AN 0");
	/* All there is, all that fits, whole records only. */
	ASSERT_EQ(0, station_event(self->fd, &events[0], PATIENCE_MS));
	while (station_stats(self->fd).events < events[0].seqno + 6)
		short_pause();
	EXPECT_EQ(64, read(self->fd, events, 127));
	EXPECT_EQ(256, read(self->fd, events, sizeof(events)));
	EXPECT_EQ(events[0].seqno + 3, events[3].seqno);
	EXPECT_EQ(64, read(self->fd, events, sizeof(events)));
}

TEST_F_TIMEOUT(modern, bad_address, TEST_SECONDS)
{
	void *volatile nowhere = (void *)8;
	struct openevse_event event;

	fake_message(&self->board, "AN 0");
	ASSERT_EQ(1, poll(&(struct pollfd){ self->fd, POLLIN }, 1, PATIENCE_MS));
	EXPECT_EQ(-1, read(self->fd, nowhere, 64));
	EXPECT_EQ(EFAULT, errno);
	/* Nothing is lost with it. */
	ASSERT_EQ(0, station_event(self->fd, &event, 0));
	EXPECT_EQ(OPENEVSE_EVENT_BUTTON, event.type);
}

TEST_F_TIMEOUT(modern, nonblocking, TEST_SECONDS)
{
	struct openevse_event event;
	int fd;

	fd = station_open(&self->station, O_RDONLY | O_NONBLOCK);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(sizeof(event), read(fd, &event, sizeof(event)));
	EXPECT_EQ(-1, read(fd, &event, sizeof(event)));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-1, read(self->fd, &event, sizeof(event)));
	EXPECT_EQ(EAGAIN, errno);
	close(fd);
}

TEST_F_TIMEOUT(modern, no_write_no_seek, TEST_SECONDS)
{
	EXPECT_EQ(-1, write(self->fd, "$FD*AE\r", 7));
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(-1, pread(self->fd, &(struct openevse_event){ 0 }, 64, 0));
	EXPECT_EQ(ESPIPE, errno);
}

struct reader {
	volatile pid_t tid;
	int fd;
	struct openevse_event event;
	ssize_t got;
	int error;
};

static void *read_one(void *arg)
{
	struct reader *reader = arg;

	reader->tid = gettid();
	reader->got = read(reader->fd, &reader->event, sizeof(reader->event));
	reader->error = errno;
	return NULL;
}

TEST_F_TIMEOUT(modern, blocking_read_wakes, TEST_SECONDS)
{
	struct reader reader = { .fd = self->fd };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, read_one, &reader));
	ASSERT_TRUE(wait_in_syscall(&reader.tid, SYS_read));
	fake_message(&self->board, "AN 1");
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(sizeof(reader.event), reader.got);
	EXPECT_EQ(OPENEVSE_EVENT_BUTTON, reader.event.type);
}

static void on_signal(int number)
{
}

TEST_F_TIMEOUT(modern, signal_interrupts_read, TEST_SECONDS)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct reader reader = { .fd = self->fd };
	pthread_t thread;

	ASSERT_EQ(0, sigaction(SIGUSR1, &action, NULL));
	ASSERT_EQ(0, pthread_create(&thread, NULL, read_one, &reader));
	ASSERT_TRUE(wait_in_syscall(&reader.tid, SYS_read));
	ASSERT_EQ(0, pthread_kill(thread, SIGUSR1));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(-1, reader.got);
	EXPECT_EQ(EINTR, reader.error);
}

/* --- poll() and its relatives --- */

TEST_F_TIMEOUT(modern, poll, TEST_SECONDS)
{
	struct pollfd poller = { .fd = self->fd, .events = POLLIN };

	EXPECT_EQ(0, poll(&poller, 1, 0));
	fake_message(&self->board, "AN 0");
	EXPECT_EQ(1, poll(&poller, 1, PATIENCE_MS));
	EXPECT_EQ(POLLIN, poller.revents);
	station_drain(self->fd);
	EXPECT_EQ(0, poll(&poller, 1, 0));
}

TEST_F_TIMEOUT(modern, select, TEST_SECONDS)
{
	struct timeval limit = { .tv_sec = PATIENCE_MS / 1000 };
	struct timeval now = { 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(self->fd, &set);
	EXPECT_EQ(0, select(self->fd + 1, &set, NULL, NULL, &now));
	fake_message(&self->board, "AN 0");
	FD_SET(self->fd, &set);
	EXPECT_EQ(1, select(self->fd + 1, &set, NULL, NULL, &limit));
	EXPECT_TRUE(FD_ISSET(self->fd, &set));
}

/* Edge triggered: each new event is an edge. */
TEST_F_TIMEOUT(modern, epoll, TEST_SECONDS)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int queue = epoll_create1(EPOLL_CLOEXEC);
	int i;

	ASSERT_GE(queue, 0);
	ASSERT_EQ(0, epoll_ctl(queue, EPOLL_CTL_ADD, self->fd, &event));
	EXPECT_EQ(0, epoll_wait(queue, &event, 1, 0));
	for (i = 0; i < 3; i++) {
		fake_message(&self->board, "AN 0");
		EXPECT_EQ(1, epoll_wait(queue, &event, 1, PATIENCE_MS));
		EXPECT_EQ(EPOLLIN, event.events);
		EXPECT_EQ(0, epoll_wait(queue, &event, 1, 0));
	}
	fake_unplug(&self->board);
	EXPECT_EQ(1, epoll_wait(queue, &event, 1, PATIENCE_MS));
	ASSERT_EQ(0, station_wait_gone(&self->station));
	close(queue);
}

/* --- the end --- */

TEST_F_TIMEOUT(modern, queued_events_come_before_the_end, TEST_SECONDS)
{
	struct pollfd poller = { .fd = self->fd, .events = POLLIN };
	struct openevse_event event;
	uint64_t before;
	int i;

	before = station_stats(self->fd).events;
	for (i = 0; i < 5; i++)
		fake_message(&self->board, "AN 0");
	while (station_stats(self->fd).events < before + 5)
		short_pause();
	fake_unplug(&self->board);
	ASSERT_EQ(0, station_wait_gone(&self->station));

	EXPECT_EQ(1, poll(&poller, 1, 0));
	EXPECT_EQ(POLLIN | POLLHUP | POLLERR, poller.revents);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, station_event(self->fd, &event, 0));
		EXPECT_EQ(OPENEVSE_EVENT_BUTTON, event.type);
	}
	ASSERT_EQ(0, station_event(self->fd, &event, 0));
	EXPECT_EQ(OPENEVSE_EVENT_DETACHED, event.type);
	EXPECT_TRUE(rest_is_zero(&event, 0));
	EXPECT_EQ(-ENODEV, station_event(self->fd, &event, 0));
	EXPECT_EQ(1, poll(&poller, 1, 0));
	EXPECT_EQ(POLLHUP | POLLERR, poller.revents);
}

TEST_F_TIMEOUT(modern, unplug_wakes_reader, TEST_SECONDS)
{
	struct reader reader = { .fd = self->fd };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, read_one, &reader));
	ASSERT_TRUE(wait_in_syscall(&reader.tid, SYS_read));
	fake_unplug(&self->board);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(sizeof(reader.event), reader.got);
	EXPECT_EQ(OPENEVSE_EVENT_DETACHED, reader.event.type);
}

/* --- old firmware --- */

BOARD_FIXTURE(old)
BOARD_VARIANT(old, 3_11_3);
BOARD_VARIANT(old, 4_6_0);

/* Of all values only the state is in the message. */
TEST_F_TIMEOUT(old, state, TEST_SECONDS)
{
	struct openevse_event event;

	fake_state(&self->board, 3, 3, 0);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_STATE, event.type);
	EXPECT_EQ(1, event.state.from);
	EXPECT_EQ(3, event.state.state);
	EXPECT_EQ(0, event.state.valid & (OPENEVSE_EVENT_HAS_PILOT |
					  OPENEVSE_EVENT_HAS_VFLAGS));
	fake_state(&self->board, 0xfe, 3, 0);
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(0xfe, event.state.state);
	fake_message(&self->board, "ST 19");
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(0x19, event.state.state);
	fake_message(&self->board, "WF 00");
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_WIFI, event.type);
}

/* Changed with the button: this firmware does not say so, the poll does. */
TEST_F_TIMEOUT(old, current_noticed_by_poll, TEST_SECONDS)
{
	struct openevse_event event;

	ASSERT_EQ(0, station_attribute(&self->station, "poll_interval_ms",
				       "200"));
	self->board.is.amps = 20;
	ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
	EXPECT_EQ(OPENEVSE_EVENT_STATE, event.type);
	EXPECT_EQ(OPENEVSE_EVENT_FLAG_POLLED, event.flags);
	EXPECT_EQ(1, event.state.state);
	EXPECT_EQ(1, event.state.from);
	EXPECT_NE(0, event.state.valid & OPENEVSE_EVENT_HAS_CAPACITY);
	EXPECT_EQ(20000, event.state.capacity_ma);
}

/* Failure case 1: the message of a command comes before its reply. */
/* The message comes before the OK of the command that caused it. */
TEST_F_TIMEOUT(old, message_before_the_reply, TEST_SECONDS)
{
	struct openevse_event event;

	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_SLEEP, NULL));
	ASSERT_EQ(0, station_event(self->fd, &event, 0));
	EXPECT_EQ(OPENEVSE_EVENT_STATE, event.type);
	EXPECT_EQ(0xfe, event.state.state);
	EXPECT_EQ(0, event.flags);
	ASSERT_EQ(0, station_event(self->fd, &event, 0));
	EXPECT_EQ(OPENEVSE_EVENT_SETTING, event.type);
	EXPECT_EQ(-ETIMEDOUT, station_event(self->fd, &event, 0));
}

/* Failure case 15: old firmware has no other word for it than "$ST 00". */
/* A restart: state 0, and nothing else for as long as the self test takes. */
TEST_F_TIMEOUT(old, boot, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_event event;

	fake_rule(&self->board, "", FAKE_LATE, 1, NULL, 2400);
	fake_state(&self->board, 0, 1, 0);
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_BOOT,
				      &event));
	EXPECT_EQ(0, event.boot.valid);
	EXPECT_STREQ("", event.boot.firmware);
	fake_state(&self->board, 1, 1, 0);
	ASSERT_EQ(0, station_event_of(self->fd, OPENEVSE_EVENT_LINK, &event));
	EXPECT_EQ(OPENEVSE_LINK_UP, event.link);
	EXPECT_EQ(before.resets + 1, station_stats(self->fd).resets);
}

/* Leaving a fault, old firmware passes through state 0: that is no boot. */
TEST_F_TIMEOUT(old, no_boot_when_a_fault_ends, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->fd);
	struct openevse_event event;

	fake_state(&self->board, 5, 5, 0);
	fake_state(&self->board, 0, 1, 0);
	fake_state(&self->board, 1, 1, 0);
	do {
		ASSERT_EQ(0, station_event(self->fd, &event,
					   PATIENCE_MS));
		EXPECT_NE(OPENEVSE_EVENT_BOOT, event.type);
	} while (event.type != OPENEVSE_EVENT_STATE || event.state.state != 1);
	while (!station_event(self->fd, &event, 3000))
		EXPECT_NE(OPENEVSE_EVENT_BOOT, event.type);
	EXPECT_EQ(before.resets, station_stats(self->fd).resets);
}

TEST_HARNESS_MAIN
