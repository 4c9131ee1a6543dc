// SPDX-License-Identifier: GPL-2.0
/*
 * The helper's log: whole lines on standard error, or for the system's log
 *
 * When standard error is the journal, each line begins with its priority in
 * the "<N>" form that journald reads. JOURNAL_STREAM names the journal's
 * socket by device and inode; it is inherited by children whose standard error
 * goes elsewhere, hence the comparison.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

static bool log_verbose;
static bool log_journal;
static bool log_syslog;

static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	return !fstat(STDERR_FILENO, &st) && st.st_dev == device && st.st_ino == inode;
}

void log_init(bool verbose, bool to_syslog)
{
	log_verbose = verbose;
	log_syslog = to_syslog;
	log_journal = stderr_is_journal();
	if (to_syslog)
		openlog("openevse-attach", LOG_PID, LOG_DAEMON);
}

void log_line(int priority, const char *format, ...)
{
	char text[512];
	va_list args;

	if (priority == LOG_DEBUG && !log_verbose)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (log_syslog)
		syslog(priority, "%s", text);
	else if (log_journal)
		fprintf(stderr, "<%d>%s\n", priority, text);
	else
		fprintf(stderr, "openevse-attach: %s\n", text);
}
