/* SPDX-License-Identifier: GPL-2.0 */
/* What tells one tty from another, and what does not. */
#ifndef OPENEVSE_IDENTITY_H
#define OPENEVSE_IDENTITY_H

#include <libudev.h>

/* Several ports behind one USB interface are told apart by this. NULL for none. */
const char *tty_port_number(struct udev_device *tty);

/*
 * Maker, model, serial number and port: ttys for which these are the same cannot
 * be told apart by a rule that goes by the serial number. Return: text to free(),
 * NULL without a serial number or memory.
 */
char *tty_serial_identity(struct udev_device *tty);

#endif
