/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From reset to the main loop: silence, splash, power-on self test.
 */
#ifndef BOOT_H
#define BOOT_H

struct board;

void boot_begin(struct board *b);	/* at board->cpu.t */
void boot_reboot(struct board *b);	/* FR: the watchdog does it, later */

#endif
