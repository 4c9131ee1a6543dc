// SPDX-License-Identifier: GPL-2.0
/*
 * Many programs on one board, and several boards at once: everybody gets the
 * answer to his own question, whatever happens to the others.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

#include "../kselftest_harness.h"

#include "caller.h"
#include "fakeboard.h"
#include "station.h"

#define PROGRAMS	16
#define ROUNDS		30
/*
 * Messages of a storm that the driver has not heard yet, at most: a pty takes any
 * number, and the slowest machine has to hear them before an answer is late.
 */
#define UNDER_WAY	64

/* --- questions, each with an answer that no other has --- */

static bool ask_version(int fd, const struct fakeboard *board, int number)
{
	struct openevse_version version = { 0 };

	return !station_call(fd, OPENEVSE_GET_VERSION, &version) &&
	       !strcmp(version.firmware, board->profile->firmware) &&
	       !strcmp(version.protocol, board->profile->protocol);
}

static bool ask_state(int fd, const struct fakeboard *board, int number)
{
	struct openevse_state state = { 0 };

	return !station_call(fd, OPENEVSE_GET_STATE, &state) &&
	       state.state == board->is.state &&
	       state.elapsed_s == board->is.elapsed;
}

static bool ask_settings(int fd, const struct fakeboard *board, int number)
{
	struct openevse_settings settings = { 0 };

	return !station_call(fd, OPENEVSE_GET_SETTINGS, &settings) &&
	       settings.capacity_ma == board->is.amps * 1000 &&
	       settings.flags == board->is.flags;
}

static bool ask_range(int fd, const struct fakeboard *board, int number)
{
	struct openevse_current_capacity_range range = { 0 };

	return !station_call(fd, OPENEVSE_GET_CURRENT_CAPACITY_RANGE, &range) &&
	       range.min_ma == board->is.min * 1000 &&
	       range.max_ma == board->is.max * 1000;
}

static bool ask_charging(int fd, const struct fakeboard *board, int number)
{
	struct openevse_charging_current_and_voltage charging = { 0 };

	return !station_call(fd, OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE,
			     &charging) &&
	       charging.current_ma == board->is.current_ma;
}

static bool ask_energy(int fd, const struct fakeboard *board, int number)
{
	struct openevse_energy energy = { 0 };

	return !station_call(fd, OPENEVSE_GET_ENERGY, &energy) &&
	       energy.session_j == board->is.session_j &&
	       energy.total_wh == board->is.total_wh;
}

/* "QA" to "QP": the board has a rule for each, see own_answers(). */
static bool ask_own(int fd, const struct fakeboard *board, int number)
{
	struct openevse_raw raw = { 0 };
	char expected[32];

	snprintf(raw.command, sizeof(raw.command), "Q%c", 'A' + number);
	snprintf(expected, sizeof(expected), "%u %d", board->is.amps, number);
	return !station_call(fd, OPENEVSE_RAW, &raw) &&
	       raw.reply_len == strlen(expected) &&
	       !memcmp(raw.reply, expected, raw.reply_len);
}

static bool (*const questions[])(int, const struct fakeboard *, int) = {
	ask_version, ask_own, ask_state, ask_settings, ask_own, ask_range,
	ask_charging, ask_energy,
};

static void own_answers(struct fakeboard *board)
{
	char mnemonic[3] = "QA", answer[32];
	int i;

	for (i = 0; i < PROGRAMS; i++) {
		mnemonic[1] = 'A' + i;
		snprintf(answer, sizeof(answer), "OK %u %d", board->is.amps, i);
		fake_rule(board, mnemonic, FAKE_TEXT, FAKE_FOR_EVER, answer, 0);
	}
}

/* Every value of this board is another than the other board's. */
static void make_different(struct fakeboard *board, unsigned int by)
{
	board->is.amps += by;
	board->is.elapsed = 1000 + by;
	board->is.min += by;
	board->is.max -= by;
	board->is.current_ma = 9000 + by;
	board->is.session_j += by;
	board->is.total_wh += by;
	own_answers(board);
}

/* --- programs --- */

/* A process of its own, with its own open file; exits with its mistakes. */
static pid_t start_program(struct station *station,
			   const struct fakeboard *board, int number)
{
	pid_t pid = fork();
	int wrong = 0;
	int fd, i;

	if (pid)
		return pid;
	/* The master is the board's: our copy would keep the cable in. */
	station_forget(station);
	fd = station_open(station, O_RDWR);
	if (fd < 0)
		_exit(255);
	for (i = 0; i < ROUNDS; i++)
		wrong += !questions[(number + i) % ARRAY_SIZE(questions)](
				fd, board, number);
	_exit(wrong);
}

static int await_program(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

struct threaded {
	pthread_t thread;
	int fd;
	const struct fakeboard *board;
	int number;
	int wrong;
};

static void *run_thread(void *arg)
{
	struct threaded *threaded = arg;
	int i;

	for (i = 0; i < ROUNDS; i++)
		threaded->wrong += !questions[(threaded->number + i) %
			ARRAY_SIZE(questions)](threaded->fd, threaded->board,
					       threaded->number);
	return NULL;
}

FIXTURE(sharing) {
	struct station station;
	struct fakeboard board;
};

FIXTURE_VARIANT(sharing) {
	const struct fake_profile *profile;
};

FIXTURE_VARIANT_ADD(sharing, firmware_3_11_3) { .profile = &fake_3_11_3 };
FIXTURE_VARIANT_ADD(sharing, firmware_8_2_3) { .profile = &fake_8_2_3 };

FIXTURE_SETUP(sharing)
{
	ASSERT_EQ(0, station_pty(&self->station));
	ASSERT_EQ(0, fake_start(&self->board, variant->profile,
				&self->station.master));
	make_different(&self->board, 3);
	ASSERT_EQ(0, station_attach(&self->station));
	ASSERT_EQ(0, station_wait_link(&self->station, OPENEVSE_LINK_UP));
}

FIXTURE_TEARDOWN(sharing)
{
	fake_stop(&self->board);
	station_end(&self->station);
}

TEST_F_TIMEOUT(sharing, programs, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->station.fd), after;
	pid_t pid[PROGRAMS];
	int i;

	for (i = 0; i < PROGRAMS; i++)
		pid[i] = start_program(&self->station, &self->board, i);
	for (i = 0; i < PROGRAMS; i++)
		EXPECT_EQ(0, await_program(pid[i]));
	after = station_stats(self->station.fd);
	EXPECT_EQ(before.foreign, after.foreign);
	EXPECT_EQ(before.timeouts, after.timeouts);
	/* Some of them wanted to know the same at the same time. */
	EXPECT_GE(after.exchanges + after.shared,
		  before.exchanges + before.shared + PROGRAMS * ROUNDS);
}

/* All on one file. */
TEST_F_TIMEOUT(sharing, threads, TEST_SECONDS)
{
	struct threaded threads[PROGRAMS] = { 0 };
	int i;

	for (i = 0; i < PROGRAMS; i++) {
		threads[i].fd = self->station.fd;
		threads[i].board = &self->board;
		threads[i].number = i;
		ASSERT_EQ(0, pthread_create(&threads[i].thread, NULL,
					    run_thread, &threads[i]));
	}
	for (i = 0; i < PROGRAMS; i++) {
		ASSERT_EQ(0, pthread_join(threads[i].thread, NULL));
		EXPECT_EQ(0, threads[i].wrong);
	}
}

/* Failure case 12: two late replies, and many callers. */
/* An answer comes late twice, while everybody waits for his own. */
TEST_F_TIMEOUT(sharing, late_answers, TEST_SECONDS)
{
	pid_t pid[PROGRAMS];
	int i;

	fake_rule(&self->board, "GU", FAKE_LATE, 1, NULL, 2400);
	fake_rule(&self->board, "GC", FAKE_LATE, 1, NULL, 2400);
	for (i = 0; i < PROGRAMS; i++)
		pid[i] = start_program(&self->station, &self->board, i);
	for (i = 0; i < PROGRAMS; i++)
		EXPECT_EQ(0, await_program(pid[i]));
	EXPECT_GE(station_stats(self->station.fd).timeouts, 2);
}

/* Failure case 36: messages without end between the answers. */
TEST_F_TIMEOUT(sharing, message_storm, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->station.fd);
	unsigned long long sent = 0;
	pid_t pid[PROGRAMS];
	int i, running;

	for (i = 0; i < PROGRAMS; i++)
		pid[i] = start_program(&self->station, &self->board, i);
	do {
		fake_message(&self->board, "WF 02");
		fake_message(&self->board, "XY 1 2");
		sent += 2;
		while (station_stats(self->station.fd).frames - before.frames + UNDER_WAY < sent)
			short_pause();
		for (running = i = 0; i < PROGRAMS; i++) {
			siginfo_t info = { 0 };

			waitid(P_PID, pid[i], &info,
			       WEXITED | WNOHANG | WNOWAIT);
			running += !info.si_pid;
		}
	} while (running);
	for (i = 0; i < PROGRAMS; i++)
		EXPECT_EQ(0, await_program(pid[i]));
	EXPECT_GT(station_stats(self->station.fd).events, before.events + 10);
}

/* Some are killed while they wait; it does not matter to the others. */
TEST_F_TIMEOUT(sharing, killed_programs, TEST_SECONDS)
{
	pid_t pid[PROGRAMS];
	size_t heard = 0;
	int i;

	for (i = 0; i < PROGRAMS; i++)
		pid[i] = start_program(&self->station, &self->board, i);
	for (i = 0; i < PROGRAMS; i += 2) {
		ASSERT_TRUE(fake_wait(&self->board, "", heard, 5));
		heard = fake_heard(&self->board);
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	for (i = 1; i < PROGRAMS; i += 2)
		EXPECT_EQ(0, await_program(pid[i]));
	EXPECT_TRUE(ask_state(self->station.fd, &self->board, 0));
}

/* --- signals --- */

TEST_F_TIMEOUT(sharing, signal_while_the_board_is_asked, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller caller;
	int64_t sent;

	fake_rule(&self->board, "GG", FAKE_LATE, 1, NULL, 1500);
	ASSERT_EQ(0, caller_start(&caller, self->station.fd,
				  OPENEVSE_GET_CHARGING_CURRENT_AND_VOLTAGE, NULL, 0));
	ASSERT_TRUE(fake_wait(&self->board, "GG", heard, 1));
	sent = now_ms();
	/* Even where the program asked for restarts: it is on the wire. */
	EXPECT_EQ(-EINTR, caller_interrupt(&caller));
	EXPECT_LT(caller.ended_ms - sent, 1000);

	/* Its answer comes now, and is nobody else's. */
	EXPECT_TRUE(ask_energy(self->station.fd, &self->board, 0));
	EXPECT_TRUE(ask_range(self->station.fd, &self->board, 0));
	EXPECT_EQ(1, fake_count(&self->board, "GG", heard));
	EXPECT_EQ(0, station_stats(self->station.fd).timeouts);
}

/* Not sent yet: then it never is. */
TEST_F_TIMEOUT(sharing, signal_while_queued, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller first, second;

	ASSERT_EQ(0, caller_keep_busy(&first, self->station.fd, &self->board));
	ASSERT_EQ(0, caller_start(&second, self->station.fd,
				  OPENEVSE_GET_ENERGY, NULL, 0));
	EXPECT_EQ(-EINTR, caller_interrupt(&second));
	EXPECT_EQ(0, caller_let_go(&first, &self->board));
	EXPECT_TRUE(ask_range(self->station.fd, &self->board, 0));
	EXPECT_EQ(0, fake_count(&self->board, "GU", heard));
}

/* --- the same question --- */

#define SAME	8

/* Many wait to ask the same: it is asked once, and all have the answer. */
TEST_F_TIMEOUT(sharing, the_same_question_once, TEST_SECONDS)
{
	struct openevse_stats before = station_stats(self->station.fd);
	size_t heard = fake_heard(&self->board);
	struct caller first, same[SAME];
	size_t i;

	ASSERT_EQ(0, caller_keep_busy(&first, self->station.fd, &self->board));
	for (i = 0; i < SAME; i++)
		ASSERT_EQ(0, caller_start(&same[i], self->station.fd,
					  OPENEVSE_GET_ENERGY, NULL, 0));
	for (i = 0; i < SAME; i++)
		ASSERT_TRUE(caller_waits(&same[i]));
	/* It counts what is so when it is asked, and not when they came. */
	self->board.is.total_wh++;
	EXPECT_EQ(0, caller_let_go(&first, &self->board));
	for (i = 0; i < SAME; i++) {
		struct openevse_energy *energy = (void *)same[i].argument;

		EXPECT_EQ(0, caller_end(&same[i]));
		EXPECT_EQ(self->board.is.total_wh, energy->total_wh);
	}
	EXPECT_EQ(1, fake_count(&self->board, "GU", heard));
	EXPECT_EQ(before.shared + SAME - 1,
		  station_stats(self->station.fd).shared);
}

/* Once it is asked its answer may be older than the next one's question. */
TEST_F_TIMEOUT(sharing, not_what_is_asked_already, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct openevse_energy *energy;
	struct caller first, second;

	fake_rule(&self->board, "GU", FAKE_LATE, 1, NULL, 1500);
	ASSERT_EQ(0, caller_start(&first, self->station.fd, OPENEVSE_GET_ENERGY,
				  NULL, 0));
	ASSERT_TRUE(fake_wait(&self->board, "GU", heard, 1));
	ASSERT_EQ(0, caller_start(&second, self->station.fd,
				  OPENEVSE_GET_ENERGY, NULL, 0));
	ASSERT_TRUE(caller_waits(&second));
	EXPECT_EQ(0, caller_end(&first));
	EXPECT_EQ(0, caller_end(&second));
	energy = (void *)second.argument;
	EXPECT_EQ(self->board.is.total_wh, energy->total_wh);
	EXPECT_EQ(2, fake_count(&self->board, "GU", heard));
}

/* Whoever came first gives up; the others have their answer all the same. */
TEST_F_TIMEOUT(sharing, the_first_gives_up, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller first, same[SAME];
	size_t i;

	ASSERT_EQ(0, caller_keep_busy(&first, self->station.fd, &self->board));
	for (i = 0; i < SAME; i++) {
		ASSERT_EQ(0, caller_start(&same[i], self->station.fd,
					  OPENEVSE_GET_ENERGY, NULL, 0));
		ASSERT_TRUE(caller_waits(&same[i]));
	}
	for (i = 0; i < SAME - 1; i++)
		EXPECT_EQ(-EINTR, caller_interrupt(&same[i]));
	EXPECT_EQ(0, caller_let_go(&first, &self->board));
	EXPECT_EQ(0, caller_end(&same[SAME - 1]));
	EXPECT_EQ(1, fake_count(&self->board, "GU", heard));
}

/* All of them give up: then it is not asked. */
TEST_F_TIMEOUT(sharing, all_give_up, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller first, same[SAME];
	size_t i;

	ASSERT_EQ(0, caller_keep_busy(&first, self->station.fd, &self->board));
	for (i = 0; i < SAME; i++) {
		ASSERT_EQ(0, caller_start(&same[i], self->station.fd,
					  OPENEVSE_GET_ENERGY, NULL, 0));
		ASSERT_TRUE(caller_waits(&same[i]));
	}
	for (i = 0; i < SAME; i++)
		EXPECT_EQ(-EINTR, caller_interrupt(&same[i]));
	EXPECT_EQ(0, caller_let_go(&first, &self->board));
	EXPECT_TRUE(ask_range(self->station.fd, &self->board, 0));
	EXPECT_EQ(0, fake_count(&self->board, "GU", heard));
}

/* A command is nobody else's, however alike. */
TEST_F_TIMEOUT(sharing, commands_are_not_shared, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller first, same[SAME];
	size_t i;

	ASSERT_EQ(0, caller_keep_busy(&first, self->station.fd, &self->board));
	for (i = 0; i < SAME; i++)
		ASSERT_EQ(0, caller_start(&same[i], self->station.fd,
					  OPENEVSE_SLEEP, NULL, 0));
	for (i = 0; i < SAME; i++)
		ASSERT_TRUE(caller_waits(&same[i]));
	EXPECT_EQ(0, caller_let_go(&first, &self->board));
	for (i = 0; i < SAME; i++)
		EXPECT_EQ(0, caller_end(&same[i]));
	EXPECT_EQ(SAME, fake_count(&self->board, "FS", heard));
}

/* --- order --- */

/* Whoever waits, turning off goes first. */
TEST_F_TIMEOUT(sharing, turning_off_goes_first, TEST_SECONDS)
{
	struct caller first, off, waiting[8];
	size_t heard, i;

	heard = fake_heard(&self->board);
	ASSERT_EQ(0, caller_keep_busy(&first, self->station.fd, &self->board));
	for (i = 0; i < ARRAY_SIZE(waiting); i++)
		ASSERT_EQ(0, caller_start(&waiting[i], self->station.fd,
					  OPENEVSE_GET_ENERGY, NULL, 0));
	for (i = 0; i < ARRAY_SIZE(waiting); i++)
		ASSERT_TRUE(caller_waits(&waiting[i]));
	ASSERT_EQ(0, caller_start(&off, self->station.fd,
				  OPENEVSE_DISABLE, NULL, 0));
	ASSERT_TRUE(caller_waits(&off));

	EXPECT_EQ(0, caller_let_go(&first, &self->board));
	EXPECT_EQ(0, caller_end(&off));
	for (i = 0; i < ARRAY_SIZE(waiting); i++)
		EXPECT_EQ(0, caller_end(&waiting[i]));
	EXPECT_STREQ("GG", self->board.log[heard]);
	EXPECT_STREQ("FD", self->board.log[heard + 1]);
}

/* What has not been answered when it is switched off is not sent behind that. */
TEST_F_TIMEOUT(sharing, turning_on_is_overtaken, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller on;

	fake_rule(&self->board, "FE", FAKE_SILENT, 1, NULL, 0);
	ASSERT_EQ(0, caller_start(&on, self->station.fd, OPENEVSE_ENABLE, NULL, 0));
	ASSERT_TRUE(fake_wait(&self->board, "FE", heard, 1));
	EXPECT_EQ(0, station_call(self->station.fd, OPENEVSE_DISABLE, NULL));
	EXPECT_EQ(-ETIMEDOUT, caller_end(&on));
	EXPECT_TRUE(ask_range(self->station.fd, &self->board, 0));
	EXPECT_EQ(1, fake_count(&self->board, "FE", heard));
}

/* The same where it waits until the board is found again. */
TEST_F_TIMEOUT(sharing, turning_on_is_overtaken_in_the_queue, TEST_SECONDS)
{
	size_t heard = fake_heard(&self->board);
	struct caller on, off;

	fake_rule(&self->board, "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	ASSERT_EQ(0, caller_start(&on, self->station.fd, OPENEVSE_ENABLE, NULL, 0));
	ASSERT_TRUE(fake_wait(&self->board, "GV", heard, 1));
	heard = fake_heard(&self->board);
	ASSERT_EQ(0, caller_start(&off, self->station.fd, OPENEVSE_DISABLE, NULL, 0));
	EXPECT_EQ(-ETIMEDOUT, caller_end(&on));
	fake_no_rules(&self->board);
	EXPECT_EQ(0, caller_end(&off));
	EXPECT_TRUE(ask_range(self->station.fd, &self->board, 0));
	EXPECT_EQ(0, fake_count(&self->board, "FE", heard));
}

/* Lowering the current is turning off, too; raising it is not. */
TEST_F_TIMEOUT(sharing, lowering_goes_first, TEST_SECONDS)
{
	static const struct openevse_current_capacity capacity = {
		.capacity_ma = 16000, .flags = OPENEVSE_CAPACITY_SAVE,
	};
	struct caller first, lower, waiting;
	size_t heard;

	ASSERT_TRUE(ask_settings(self->station.fd, &self->board, 0));
	heard = fake_heard(&self->board);
	ASSERT_EQ(0, caller_keep_busy(&first, self->station.fd, &self->board));
	ASSERT_EQ(0, caller_start(&waiting, self->station.fd,
				  OPENEVSE_GET_ENERGY, NULL, 0));
	ASSERT_TRUE(caller_waits(&waiting));
	ASSERT_EQ(0, caller_start(&lower, self->station.fd,
				  OPENEVSE_SET_CURRENT_CAPACITY, &capacity,
				  sizeof(capacity)));
	ASSERT_TRUE(caller_waits(&lower));

	EXPECT_EQ(0, caller_let_go(&first, &self->board));
	EXPECT_EQ(0, caller_end(&lower));
	EXPECT_EQ(0, caller_end(&waiting));
	EXPECT_STREQ("GG", self->board.log[heard]);
	EXPECT_STREQ("SC 16", self->board.log[heard + 1]);
}

/* --- two boards --- */

FIXTURE(two) {
	struct station station[2];
	struct fakeboard board[2];
};

FIXTURE_SETUP(two)
{
	static const struct fake_profile *const profiles[] = {
		&fake_3_11_3, &fake_8_2_3,
	};
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, station_pty(&self->station[i]));
		ASSERT_EQ(0, fake_start(&self->board[i], profiles[i],
					&self->station[i].master));
		make_different(&self->board[i], 3 + 4 * i);
		ASSERT_EQ(0, station_attach(&self->station[i]));
	}
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, station_wait_link(&self->station[i],
					       OPENEVSE_LINK_UP));
}

FIXTURE_TEARDOWN(two)
{
	int i;

	for (i = 0; i < 2; i++) {
		fake_stop(&self->board[i]);
		station_end(&self->station[i]);
	}
}

/* A child must not keep the other board's cable in either. */
static pid_t start_program_on(struct station *stations,
			      const struct fakeboard *boards, int which,
			      int number)
{
	pid_t pid;

	pid = fork();
	if (pid)
		return pid;
	station_forget(&stations[!which]);
	_exit(await_program(start_program(&stations[which], &boards[which],
					  number)));
}

TEST_F_TIMEOUT(two, never_mixed, TEST_SECONDS)
{
	pid_t pid[8];
	int i;

	EXPECT_NE(self->station[0].index, self->station[1].index);
	for (i = 0; i < 8; i++)
		pid[i] = start_program_on(self->station, self->board, i % 2, i);
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, await_program(pid[i]));
}

/* One is silent and then unplugged; the other never notices. */
TEST_F_TIMEOUT(two, the_other_goes_on, TEST_SECONDS)
{
	struct openevse_event event;
	int64_t begun;
	struct caller caller;
	int i;

	fake_rule(&self->board[0], "", FAKE_SILENT, FAKE_FOR_EVER, NULL, 0);
	/* The rules for own answers come first: this one has none. */
	ASSERT_EQ(0, caller_start(&caller, self->station[0].fd,
				  OPENEVSE_GET_STATE, NULL, 0));
	station_drain(self->station[1].fd);
	begun = now_ms();
	for (i = 0; i < 50; i++) {
		ASSERT_TRUE(ask_energy(self->station[1].fd, &self->board[1], 0));
		ASSERT_TRUE(ask_state(self->station[1].fd, &self->board[1], 0));
	}
	EXPECT_LT(now_ms() - begun, 10000);
	fake_unplug(&self->board[0]);
	EXPECT_NE(0, caller_end(&caller));
	EXPECT_TRUE(ask_energy(self->station[1].fd, &self->board[1], 0));
	EXPECT_EQ(-ETIMEDOUT, station_event(self->station[1].fd, &event, 0));
}

TEST_HARNESS_MAIN
