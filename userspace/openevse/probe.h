/* SPDX-License-Identifier: GPL-2.0 */
/* One question to an unknown serial line: is there an OpenEVSE board? */
#ifndef OPENEVSE_PROBE_H
#define OPENEVSE_PROBE_H

#include <stddef.h>

#include <linux/openevse.h>

/**
 * struct probe - what came back
 * @firmware: version, as the board spells it
 * @protocol: RAPI version, as the board spells it
 * @heard: bytes that came in all, whatever they were
 */
struct probe {
	char firmware[OPENEVSE_VERSION_LEN];
	char protocol[OPENEVSE_VERSION_LEN];
	size_t heard;
};

/**
 * probe_tty - ask for the firmware version
 * @node: the tty
 * @probe: filled in
 *
 * The question is the one command that every firmware ever released takes, and
 * that changes nothing. Opening the line may have reset the board, so it is
 * asked again for some seconds.
 *
 * Return: 0; -ETIMEDOUT when no board answered; -EBUSY, -EALREADY and what
 * open() says when the line cannot be used.
 */
int probe_tty(const char *node, struct probe *probe);

#endif
