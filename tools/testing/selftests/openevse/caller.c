// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caller.h"
#include "station.h"

static void *run(void *argument)
{
	struct caller *caller = argument;

	caller->tid = (pid_t)syscall(SYS_gettid);
	caller->result = station_call(caller->fd, caller->request,
				      caller->argument);
	__atomic_store_n(&caller->ended_ms, now_ms(), __ATOMIC_RELEASE);
	return NULL;
}

int caller_start(struct caller *caller, int fd, unsigned long request,
		 const void *argument, size_t size)
{
	memset(caller, 0, sizeof(*caller));
	caller->fd = fd;
	caller->request = request;
	if (argument)
		memcpy(caller->argument, argument, size);
	return pthread_create(&caller->thread, NULL, run, caller);
}

int caller_keep_busy(struct caller *caller, int fd, struct fakeboard *board)
{
	static const struct openevse_raw question = {
		.command = "GG", .timeout_ms = OPENEVSE_RAW_TIMEOUT_MAX,
	};
	size_t heard = fake_heard(board);

	fake_rule(board, "GG", FAKE_LATE, 1, NULL, FAKE_TILL_TOLD);
	if (caller_start(caller, fd, OPENEVSE_RAW, &question, sizeof(question)))
		return -EAGAIN;
	return fake_wait(board, "GG", heard, 1) ? 0 : -ETIMEDOUT;
}

int caller_let_go(struct caller *caller, struct fakeboard *board)
{
	fake_release(board);
	return caller_end(caller);
}

int caller_waits(struct caller *caller)
{
	return wait_in_syscall(&caller->tid, SYS_ioctl);
}

bool caller_has_ended(const struct caller *caller)
{
	return __atomic_load_n(&caller->ended_ms, __ATOMIC_ACQUIRE);
}

int caller_end(struct caller *caller)
{
	pthread_join(caller->thread, NULL);
	return caller->result;
}

static void on_signal(int number)
{
	(void)number;
}

int caller_interrupt(struct caller *caller)
{
	/* Also a call that a program wants restarted is not. */
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };

	sigaction(SIGUSR1, &action, NULL);
	do {
		pthread_kill(caller->thread, SIGUSR1);
		short_pause();
	} while (pthread_tryjoin_np(caller->thread, NULL));
	return caller->result;
}
