// SPDX-License-Identifier: GPL-2.0
/*
 * One datagram to $NOTIFY_SOCKET
 *
 * The protocol is documented and stable, and takes less than the dependency on
 * libsystemd would. Failure is not an error: the manager's own timeout speaks.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"

static socklen_t notify_address(struct sockaddr_un *address)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;

	if (length < 2 || length > sizeof(address->sun_path) || !strchr("/@", path[0]))
		return 0;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, length);
	if (path[0] == '@')		/* the abstract name space */
		address->sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + length;
}

void notify(const char *format, ...)
{
	struct sockaddr_un address;
	socklen_t length = notify_address(&address);
	char text[256];
	va_list args;
	int fd;

	if (!length)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Boards matter more than a manager that does not listen. */
	sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length);
	close(fd);
}
