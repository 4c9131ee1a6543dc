// SPDX-License-Identifier: GPL-2.0
/*
 * A board that never stops talking, and everybody who asks for what is known; and one
 * who gives up as it answers
 *
 * What is shared between those who ask, those who read and what the board says is
 * touched as often as it can be. KCSAN looks at one access in some hundred, for a part
 * of a millisecond: what two tasks seldom do at once it never sees. Where it is there,
 * this goes on for longer, and the machine is so slow that the board is late.
 *
 * On any kernel: nobody gets an error that is not one, and what a reader gets has
 * its numbers in order.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"

#include "fakeboard.h"
#include "station.h"

#include "requests.h"

#define ASKERS		3
#define READERS		2
#define MESSAGES	4000
#define MESSAGES_KCSAN	20000
#define PULSES		500
#define PULSES_KCSAN	10000

static struct station station;
static atomic_bool over;
static atomic_long calls, refused, events, dropped, odd;

/* Asked for nothing but their struct; the first asker, for what is never on the wire. */
static bool is_wanted(unsigned long number, bool first)
{
	return _IOC_DIR(number) == _IOC_READ &&
	       (!first || _IOC_NR(number) < _IOC_NR(OPENEVSE_GET_VERSION));
}

static void *run_asker(void *arg)
{
	int fd = station_open(&station, O_RDWR);
	char value[1024];
	size_t i;
	int err;

	while (!atomic_load(&over)) {
		for (i = 0; i < ARRAY_SIZE(requests); i++) {
			if (!is_wanted(requests[i].number, !arg))
				continue;
			err = station_call(fd, requests[i].number, value);
			atomic_fetch_add(&calls, 1);
			if (!err)
				continue;
			atomic_fetch_add(&refused, 1);
			/* Not in this firmware, not of a board, not now, not in time. */
			if (err != -EOPNOTSUPP && err != -ENOTTY && err != -EREMOTEIO &&
			    err != -ENODATA && err != -ETIMEDOUT && err != -EBADMSG &&
			    atomic_fetch_add(&odd, 1) < 5)
				ksft_print_msg("%s: %s\n", requests[i].name, strerror(-err));
		}
	}
	close(fd);
	return NULL;
}

static void *run_reader(void *arg)
{
	int fd = station_open(&station, O_RDONLY | O_NONBLOCK);
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	struct openevse_event got[8];
	unsigned long long last = 0;
	ssize_t size, i;

	while (!atomic_load(&over)) {
		poll(&poller, 1, 100);
		size = read(fd, got, sizeof(got));
		for (i = 0; i < size / (ssize_t)sizeof(*got); i++) {
			atomic_fetch_add(&events, 1);
			if (last && got[i].seqno != last + 1)
				atomic_fetch_add(&dropped, 1);
			if (got[i].seqno < last)
				atomic_fetch_add(&odd, 1);
			last = got[i].seqno;
		}
	}
	close(fd);
	return NULL;
}

static int on_kcsan(int there, int elsewhere)
{
	return access("/sys/module/kcsan", F_OK) ? elsewhere : there;
}

static void talk(struct fakeboard *board)
{
	int i, messages = on_kcsan(MESSAGES_KCSAN, MESSAGES);

	for (i = 0; i < messages; i++)
		fake_state(board, 1 + i % 3, 1 + i % 3, 0x140 + i % 2);
}

static void hammer(struct fakeboard *board)
{
	pthread_t threads[ASKERS + READERS];
	long i;

	for (i = 0; i < ASKERS + READERS; i++)
		if (pthread_create(&threads[i], NULL, i < ASKERS ? run_asker : run_reader,
				   (void *)i))
			ksft_exit_fail_msg("no thread\n");
	talk(board);
	atomic_store(&over, true);
	for (i = 0; i < ASKERS + READERS; i++)
		pthread_join(threads[i], NULL);
	ksft_print_msg("%ld calls, %ld of them refused; %ld events read, %ld gaps\n", calls,
		       refused, events, dropped);
}

/* --- giving up, while the answer comes --- */

static sem_t begun, struck;
static pthread_t giver;
/* How long an answer takes. */
static atomic_long answer_us;

static void no_restart(int number)
{
}

static void wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore))
		;
}

/* One signal for each that is begun: before its answer, as it comes, or just after. */
static void *run_interrupter(void *arg)
{
	unsigned int seed = 1;

	for (;;) {
		wait_for(&begun);
		if (atomic_load(&over))
			return NULL;
		usleep(rand_r(&seed) % (atomic_load(&answer_us) + 1));
		pthread_kill(giver, SIGUSR1);
		sem_post(&struck);
	}
}

static int pulse(int fd)
{
	struct openevse_heartbeat heartbeat;
	int err = station_call(fd, OPENEVSE_HEARTBEAT_PULSE, &heartbeat);

	return !err && (heartbeat.interval_s != 30 || heartbeat.current_ma != 6000) ?
	       -EPROTO : err;
}

/* What was given up is still the engine's, and its answer nobody else's. */
static bool give_up(void)
{
	int i, err, pulses = on_kcsan(PULSES_KCSAN, PULSES), given_up = 0, wrong = 0;
	struct sigaction action = { .sa_handler = no_restart };
	int fd = station_open(&station, O_RDWR);
	pthread_t interrupter;
	int64_t began;

	giver = pthread_self();
	sigaction(SIGUSR1, &action, NULL);
	atomic_store(&over, false);
	if (fd < 0 || sem_init(&begun, 0, 0) || sem_init(&struck, 0, 0) ||
	    pthread_create(&interrupter, NULL, run_interrupter, NULL))
		ksft_exit_fail_msg("no file, or no thread\n");
	for (i = 0; i < pulses; i++) {
		began = now_ms();
		wrong += !!pulse(fd);
		atomic_store(&answer_us, 1000 * (now_ms() - began));
		sem_post(&begun);
		err = pulse(fd);
		given_up += err == -EINTR;
		wrong += err && err != -EINTR;
		wait_for(&struck);
	}
	atomic_store(&over, true);
	sem_post(&begun);
	pthread_join(interrupter, NULL);
	close(fd);
	ksft_print_msg("%d pulses, %d given up, %d wrong\n", pulses, given_up, wrong);
	return !wrong && given_up && given_up < pulses;
}

int main(void)
{
	struct fakeboard board;

	ksft_print_header();
	if (station_discipline() < 0 || geteuid())
		ksft_exit_skip("no discipline, or not root\n");
	ksft_set_plan(2);
	if (station_pty(&station) || fake_start(&board, &fake_8_2_3, &station.master) ||
	    station_attach(&station) || station_wait_link(&station, OPENEVSE_LINK_UP))
		ksft_exit_fail_msg("no board\n");
	/* It knows of supervision, of 30 s and 6 A. */
	fake_rule(&board, "GY", FAKE_TEXT, FAKE_FOR_EVER, "OK 30 6 0", 0);
	fake_rule(&board, "SY", FAKE_TEXT, FAKE_FOR_EVER, "OK 30 6 0", 0);
	hammer(&board);
	ksft_test_result(!odd && calls && events > MESSAGES / 10,
			 "everybody at what is known\n");
	ksft_test_result(give_up(), "giving up, while the answer comes\n");
	fake_stop(&board);
	station_end(&station);
	ksft_finished();
}
