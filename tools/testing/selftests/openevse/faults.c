// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "../kselftest.h"

#include "faults.h"
#include "station.h"

/*
 * Also what may sleep can fail; no stack trace for each. Of whole pages only several
 * at once: a board is that large.
 */
bool faults_are_possible(void)
{
	static const struct {
		const char *name, *value;
	} settings[] = {
		{ "failslab/verbose", "0" }, { "failslab/ignore-gfp-wait", "N" },
		{ "failslab/cache-filter", "N" },
		{ "fail_page_alloc/verbose", "0" }, { "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/min-order", "1" }, { "fail_usercopy/verbose", "0" },
	};
	char path[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", settings[i].name);
		if (!write_text(path, settings[i].value))
			return false;
	}
	return !access("/proc/thread-self/fail-nth", W_OK);
}

bool is_fault(int result)
{
	return result == -ENOMEM || result == -EFAULT;
}
