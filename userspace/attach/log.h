/* SPDX-License-Identifier: GPL-2.0 */
/* One line, on standard error, in the journal or in the system's log. */
#ifndef OPENEVSE_ATTACH_LOG_H
#define OPENEVSE_ATTACH_LOG_H

#include <stdbool.h>
#include <syslog.h>

void log_init(bool verbose, bool to_syslog);
void log_line(int priority, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)	log_line(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_info(...)	log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	log_line(LOG_DEBUG, __VA_ARGS__)

#endif
