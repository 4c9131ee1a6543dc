// SPDX-License-Identifier: GPL-2.0
/*
 * The cable is pulled: in the middle of every call, in poll(), while the board
 * is looked for. And readers that never read, which must not matter to anybody.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "../kselftest_harness.h"

#include "caller.h"
#include "fixture.h"

BOARD_FIXTURE(unplug)
BOARD_VARIANTS(unplug);

/* --- the pulled cable --- */

static const struct {
	unsigned long request;
	const char *mnemonic;
	const char *raw;
} calls[] = {
	{ OPENEVSE_GET_VERSION, "GV", NULL }, { OPENEVSE_GET_STATE, "GS", NULL },
	{ OPENEVSE_GET_SETTINGS, "GE", NULL },
	{ OPENEVSE_GET_CURRENT_CAPACITY_RANGE, "GC", NULL },
	{ OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE, "GG", NULL },
	{ OPENEVSE_GET_ENERGY, "GU", NULL }, { OPENEVSE_ENABLE, "FE", NULL },
	{ OPENEVSE_DISABLE, "FD", NULL }, { OPENEVSE_SLEEP, "FS", NULL },
	{ OPENEVSE_SET_CURRENT_CAPACITY, "SC", NULL },
	/* In the middle of the parts of which it consists. */
	{ OPENEVSE_DISABLE, "GS", NULL },
	{ OPENEVSE_RAW, "ZZ", "ZZ" },
};

union argument {
	struct openevse_current_capacity capacity;
	struct openevse_raw raw;
	char any[256];
};

static void make_argument(union argument *argument, size_t i)
{
	memset(argument, 0, sizeof(*argument));
	if (calls[i].request == OPENEVSE_SET_CURRENT_CAPACITY) {
		argument->capacity.capacity_ma = 12000;
		argument->capacity.flags = OPENEVSE_CAPACITY_SAVE;
	} else if (calls[i].raw) {
		strcpy(argument->raw.command, calls[i].raw);
	}
}

/* Failure case 41: the cable is pulled during a command. */
TEST_F_TIMEOUT(unplug, unplugged_in_every_call, TEST_SECONDS)
{
	union argument argument;
	int64_t begun;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		make_argument(&argument, i);
		fake_rule(&self->board, calls[i].mnemonic, FAKE_UNPLUG, 1, NULL, 0);
		begun = now_ms();
		EXPECT_EQ(-ENODEV, station_call(self->fd, calls[i].request,
						&argument)) {
			TH_LOG("call %zu", i);
		}
		EXPECT_LT(now_ms() - begun, 1900);
		EXPECT_EQ(-ENODEV, station_call(self->fd, calls[i].request,
						&argument));
		ASSERT_EQ(0, station_wait_gone(&self->station));

		fake_stop(&self->board);
		station_end(&self->station);
		ASSERT_EQ(0, station_pty(&self->station));
		ASSERT_EQ(0, fake_start(&self->board, variant->profile,
					&self->station.master));
		ASSERT_EQ(0, station_attach(&self->station));
		self->fd = self->station.fd;
		ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
		ASSERT_EQ(0, station_attribute(&self->station,
					       "poll_interval_ms", "0"));
	}
}

static int start_call(struct caller *caller, int fd, size_t i)
{
	union argument argument;

	make_argument(&argument, i);
	return caller_start(caller, fd, calls[i].request, &argument, sizeof(argument));
}

/* Failure case 41: the cable is pulled while many wait. */
/* One of each waits, sent or queued, when the cable goes. */
TEST_F_TIMEOUT(unplug, unplugged_in_all_calls_at_once, TEST_SECONDS)
{
	struct caller callers[ARRAY_SIZE(calls)];
	size_t heard = fake_heard(&self->board);
	int64_t begun = now_ms();
	size_t i;

	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		ASSERT_EQ(0, start_call(&callers[i], self->fd, i));
	ASSERT_TRUE(fake_wait(&self->board, "", heard, 1));
	fake_unplug(&self->board);
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		EXPECT_EQ(-ENODEV, caller_end(&callers[i])) {
			TH_LOG("call %zu", i);
		}
		EXPECT_LT(callers[i].ended_ms - begun, 5000);
	}
}

/* While it is being probed nobody waits longer for the end of it. */
TEST_F_TIMEOUT(unplug, unplugged_while_probing, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller caller;

	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	ASSERT_EQ(0, station_call(self->fd, OPENEVSE_RESET, NULL));
	ASSERT_TRUE(fake_wait(&self->board, "GV", heard, 1));
	ASSERT_EQ(0, start_call(&caller, self->fd, 0));
	fake_unplug(&self->board);
	EXPECT_EQ(-ENODEV, caller_end(&caller));
	EXPECT_EQ(0, station_wait_gone(&self->station));
}

struct poller {
	pthread_t thread;
	volatile pid_t tid;
	struct pollfd file;
};

static void *poll_once(void *arg)
{
	struct poller *poller = arg;

	poller->tid = gettid();
	poll(&poller->file, 1, PATIENCE_MS);
	return NULL;
}

TEST_F_TIMEOUT(unplug, unplugged_in_poll, TEST_SECONDS)
{
	struct poller poller = { .file = { .fd = self->fd, .events = POLLPRI } };

	ASSERT_EQ(0, pthread_create(&poller.thread, NULL, poll_once, &poller));
	ASSERT_TRUE(wait_in_syscall(&poller.tid, SYS_poll));
	fake_unplug(&self->board);
	ASSERT_EQ(0, pthread_join(poller.thread, NULL));
	EXPECT_EQ(POLLHUP | POLLERR, poller.file.revents & (POLLHUP | POLLERR));
}

/* --- readers that never read --- */

#define READERS	63

/* Failure case 36: readers that do not read at all. */
TEST_F_TIMEOUT(unplug, readers_that_never_read, TEST_SECONDS)
{
	struct openevse_event event;
	uint32_t seqno = 0;
	int fds[READERS];
	int i;

	for (i = 0; i < READERS; i++) {
		fds[i] = station_open(&self->station, O_RDONLY);
		ASSERT_GE(fds[i], 0);
	}
	/* The one that does read misses nothing for their sake. */
	for (i = 0; i < 500; i++) {
		fake_message(&self->board, "WF 02");
		ASSERT_EQ(0, station_event(self->fd, &event, PATIENCE_MS));
		ASSERT_EQ(0, event.flags);
		if (seqno) {
			ASSERT_EQ(seqno + 1, event.seqno);
		}
		seqno = event.seqno;
	}
	expect_works();
	EXPECT_GE(station_stats(self->fd).dropped, READERS * (500 - 64));
	fake_unplug(&self->board);
	ASSERT_EQ(0, station_wait_gone(&self->station));
	for (i = 0; i < READERS; i++) {
		ASSERT_EQ(0, station_event(fds[i], &event, 0));
		EXPECT_EQ(OPENEVSE_EVENT_FLAG_DROPPED, event.flags);
		ASSERT_EQ(0, station_event_of(fds[i], OPENEVSE_EVENT_DETACHED,
					      &event));
		close(fds[i]);
	}
}

/* --- more files than anybody needs --- */

#define FILES	10000

static bool allow_files(rlim_t count)
{
	struct rlimit limit = { count, count };

	return !setrlimit(RLIMIT_NOFILE, &limit);
}

/* All are told of a change, of the end, and none of them holds the others up. */
TEST_F_TIMEOUT(unplug, ten_thousand_files, 4 * TEST_SECONDS)
{
	struct openevse_event event;
	int *fds = calloc(FILES, sizeof(*fds));
	int i;

	ASSERT_NE(NULL, fds);
	ASSERT_TRUE(allow_files(FILES + 100));
	for (i = 0; i < FILES; i++) {
		fds[i] = station_open(&self->station, O_RDONLY);
		ASSERT_GE(fds[i], 0) {
			TH_LOG("file %d", i);
		}
	}
	fake_message(&self->board, "WF 02");
	for (i = 0; i < FILES; i++) {
		ASSERT_EQ(0, station_event_of(fds[i], OPENEVSE_EVENT_WIFI, &event));
	}
	expect_works();
	fake_unplug(&self->board);
	ASSERT_EQ(0, station_wait_gone(&self->station));
	for (i = 0; i < FILES; i++) {
		ASSERT_EQ(0, station_event_of(fds[i], OPENEVSE_EVENT_DETACHED, &event));
		close(fds[i]);
	}
	free(fds);
}

TEST_HARNESS_MAIN
