/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Number: which N in /dev/openevseN a board gets
 *
 * The one it had before, if the same *cable* comes back to the same place: the
 * hardware that its tty belongs to, a USB socket for instance, with the serial
 * number of what is plugged in there. Else the lowest free one that has *rested*.
 * Until udev has taken the names of a board away that is gone, they lead
 * to its number, and whoever opens one of them in that time must find nothing, not
 * another board, whose current it might raise.
 */
#ifndef _OPENEVSE_NUMBER_H
#define _OPENEVSE_NUMBER_H

struct tty_struct;

/* As many boards as there can be. */
#define OPENEVSE_NUMBERS	64

int openevse_number_take(struct tty_struct *tty);
void openevse_number_release(int number);

#endif /* _OPENEVSE_NUMBER_H */
