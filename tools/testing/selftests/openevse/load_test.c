// SPDX-License-Identifier: GPL-2.0
/*
 * The module is loaded while memory is short: each allocation of its own fails in turn
 *
 * Then there is no module and nothing of it in the kernel, or there is one without that
 * (an event that udev is not told, for instance). What is leaked is found by kmemleak.
 * It is a program of its own for the time that removing a module takes on a kernel
 * that delays what it frees.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../kselftest_harness.h"

#include "faults.h"
#include "station.h"

FIXTURE(module) {
	char path[256];
};

FIXTURE_SETUP(module)
{
	FILE *answer;

	if (!faults_are_possible() || !probe_exists("openevse_nomem"))
		SKIP(return, "this kernel injects no faults");
	if (access("/sys/module/openevse/refcnt", R_OK) && system("modprobe openevse"))
		SKIP(return, "built into the kernel");
	answer = popen("modinfo -n openevse", "re");
	ASSERT_TRUE(answer && fgets(self->path, sizeof(self->path), answer));
	self->path[strcspn(self->path, "\n")] = '\0';
	pclose(answer);
}

FIXTURE_TEARDOWN(module)
{
}

/* Not modprobe: a fault is for this process. */
static int load_module(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), result;

	if (file < 0)
		return -errno;
	result = syscall(SYS_finit_module, file, "", 0) ? -errno : 0;
	close(file);
	return result;
}

/* The last file of the test before may still be on its way out. */
static bool remove_module(void)
{
	int64_t deadline = now_ms() + PATIENCE_MS;

	while (syscall(SYS_delete_module, "openevse", O_NONBLOCK)) {
		if (errno != EAGAIN || now_ms() > deadline)
			return false;
		short_pause();
	}
	return true;
}

/* Return: nothing of it is left in the kernel. */
static bool module_is_gone(void)
{
	return access("/sys/module/openevse", F_OK) && access("/sys/class/openevse", F_OK) &&
	       system("grep -q ' openevse$' /proc/devices");
}

/* Of what the module does when it is loaded; the loader's own are not ours. */
TEST_F_TIMEOUT(module, every_fault_of_loading, 2 * TEST_SECONDS)
{
	static const char which[] = "/sys/module/openevse_nomem/parameters/allocation";
	int n, result, failed = 0;
	bool happened = true;
	char text[16];

	ASSERT_TRUE(remove_module());
	ASSERT_TRUE(probe_begin("openevse_nomem", "do_one_initcall", "pid=%d nth=0", getpid()));
	for (n = 1; happened && n < FAULTS_MAX; n++) {
		snprintf(text, sizeof(text), "%d", n);
		ASSERT_TRUE(write_text(which, text));
		result = load_module(self->path);
		happened = probe_hits("openevse_nomem") == n;
		ASSERT_TRUE(!result || (happened && result == -ENOMEM)) {
			TH_LOG("fault %d: %d", n, result);
		}
		failed += !!result;
		ASSERT_EQ(!!result, module_is_gone());
		if (!result && happened) {
			ASSERT_TRUE(remove_module());
		}
	}
	ASSERT_EQ(n - 2, probe_end("openevse_nomem"));
	TH_LOG("%d faults, %d of them made it fail", n - 2, failed);
	/* The numbers, the class, and the class again inside. */
	EXPECT_GE(failed, 3);
}

TEST_HARNESS_MAIN
