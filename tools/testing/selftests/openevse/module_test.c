// SPDX-License-Identifier: GPL-2.0
/*
 * The module goes while lines come: attach, open, ask, detach, rmmod, all at once
 *
 * *Attachers* put the discipline on a pty, which loads the module where there is
 * none, and end it in one of the ways there are. *Openers* open whatever board there
 * is, ask it, and close it, before or after it is gone. The *remover* removes the
 * module whenever nobody holds it, and often tries while somebody does; every other
 * time it lets somebody attach first, or on a slow machine nobody ever would. An
 * attach may find a module that is just going: that is -ENOENT or -EAGAIN, or
 * -EINVAL when it is gone, and nothing else. What is used after it has gone is for
 * the kernel to report.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../kselftest.h"

#include "fakeboard.h"
#include "station.h"

#define ATTACHERS	2
#define OPENERS		2
#define BOARDS		8
#define REMOVALS	30
#define ATTACHES	10
#define PAUSE_MS	500
/* Far more than it takes, on any machine. */
#define LIMIT_MS	800000

static atomic_bool over;
static atomic_long attached, opened, removed, refused, odd;
static int discipline;

static unsigned int up_to(unsigned int *seed, unsigned int count)
{
	return rand_r(seed) % count;
}

static void complain(const char *what, int error)
{
	atomic_fetch_add(&odd, 1);
	ksft_print_msg("%s: %s\n", what, strerror(error));
}

/* One line, from its first moment to its last. */
static void attach_once(unsigned int *seed)
{
	struct station station;
	int nothing = 0;

	if (station_pty(&station)) {
		complain("no pty", errno);
		return;
	}
	if (ioctl(station.tty, TIOCSETD, &discipline)) {
		if (errno != ENOENT && errno != EAGAIN && errno != EINVAL)
			complain("attach", errno);
	} else {
		atomic_fetch_add(&attached, 1);
		poll(NULL, 0, up_to(seed, 4));
	}
	switch (up_to(seed, 4)) {
	case 0:
		ioctl(station.tty, TIOCSETD, &nothing);
		break;
	case 1:
		ioctl(station.tty, TIOCVHANGUP);
		break;
	case 2:
		close(station.master);
		station.master = -1;
		break;
	}
	station_end(&station);
}

static void *run_attacher(void *arg)
{
	unsigned int seed = (long)arg;

	while (!atomic_load(&over)) {
		attach_once(&seed);
		/* Else it is never without a user. */
		poll(NULL, 0, up_to(&seed, 8));
	}
	return NULL;
}

static void open_once(unsigned int *seed)
{
	struct openevse_info info;
	struct openevse_event event;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/openevse%u", up_to(seed, BOARDS));
	fd = open(path, (up_to(seed, 2) ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	atomic_fetch_add(&opened, 1);
	station_call(fd, OPENEVSE_GET_INFO, &info);
	if (read(fd, &event, sizeof(event)) < 0 && errno != EAGAIN && errno != ENODEV)
		complain("read", errno);
	poll(NULL, 0, up_to(seed, 3));
	close(fd);
}

static void *run_opener(void *arg)
{
	unsigned int seed = 100 + (long)arg;

	while (!atomic_load(&over))
		open_once(&seed);
	return NULL;
}

static void wait_for_attach(int64_t deadline)
{
	long before = atomic_load(&attached);

	while (atomic_load(&attached) == before && now_ms() < deadline)
		short_pause();
}

static void remove_modules(void)
{
	int64_t deadline = now_ms() + LIMIT_MS;
	unsigned int seed = 1000;

	while ((removed < REMOVALS || attached < ATTACHES || !opened) && now_ms() < deadline) {
		if (!syscall(SYS_delete_module, "openevse", O_NONBLOCK)) {
			removed++;
			if (removed % 2)
				wait_for_attach(deadline);
			else
				poll(NULL, 0, up_to(&seed, PAUSE_MS));
		} else if (errno == EAGAIN || errno == EBUSY) {
			refused++;
		} else if (errno != ENOENT) {
			complain("remove", errno);
		}
		sched_yield();
	}
}

static bool a_board_works(void)
{
	struct openevse_version version = { 0 };
	struct fakeboard board;
	struct station station;
	bool works;

	works = !station_pty(&station) &&
		!fake_start(&board, &fake_8_2_3, &station.master) &&
		!ioctl(station.tty, TIOCSETD, &discipline) && !station_attach(&station) &&
		!station_call(station.fd, OPENEVSE_GET_VERSION, &version) &&
		!strcmp(version.firmware, "8.2.3");
	fake_stop(&board);
	station_end(&station);
	return works;
}

int main(void)
{
	pthread_t threads[ATTACHERS + OPENERS];
	long i;

	ksft_print_header();
	discipline = station_discipline();
	if (discipline < 0 || geteuid())
		ksft_exit_skip("no discipline, or not root\n");
	if (access("/sys/module/openevse/refcnt", R_OK))
		ksft_exit_skip("built into the kernel\n");
	ksft_set_plan(2);
	for (i = 0; i < ATTACHERS + OPENERS; i++)
		if (pthread_create(&threads[i], NULL, i < ATTACHERS ? run_attacher : run_opener,
				   (void *)i))
			ksft_exit_fail_msg("no threads\n");
	remove_modules();
	atomic_store(&over, true);
	for (i = 0; i < ATTACHERS + OPENERS; i++)
		pthread_join(threads[i], NULL);
	ksft_print_msg("attached %ld times, opened %ld, removed %ld, in use %ld\n", attached, opened,
		       removed, refused);
	ksft_test_result(removed >= REMOVALS && attached >= ATTACHES && opened && refused && !odd,
			 "the module goes and comes\n");
	ksft_test_result(a_board_works(), "a board works\n");
	ksft_finished();
}
