/* SPDX-License-Identifier: GPL-2.0 */
/* Tell the service manager how we are (sd_notify(3)'s documented protocol). */
#ifndef OPENEVSE_ATTACH_NOTIFY_H
#define OPENEVSE_ATTACH_NOTIFY_H

/* Send "READY=1", "STATUS=...", ...; nothing happens outside a service. */
void notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
