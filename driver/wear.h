/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wear: how often the board's EEPROM is written
 *
 * Its cells are rated for 100 000 writes, and the firmware writes whenever it is
 * told to. A script that saves the current every ten seconds wears one out in
 * twelve days. So there is a budget: enough to set up and calibrate a board in
 * one go, and refilled so slowly that a board lasts for more than ten years.
 *
 * No lock of its own: the exchange's guards it.
 */
#ifndef _OPENEVSE_WEAR_H
#define _OPENEVSE_WEAR_H

#include <linux/time64.h>

/* Writes in a row, and as many seconds to earn one more: 8766 a year. */
#define OPENEVSE_WEAR_BUDGET	100
#define OPENEVSE_WEAR_PERIOD_S	3600

/**
 * struct openevse_wear - of one board
 * @left: writes that may follow at once
 * @earned: when the last one was added to @left, in seconds since boot
 * @writes: commands sent that write
 * @refused: those not sent
 */
struct openevse_wear {
	unsigned int left;
	time64_t earned;
	u64 writes;
	u64 refused;
};

void openevse_wear_init(struct openevse_wear *wear);
bool openevse_wear_allows(struct openevse_wear *wear);
void openevse_wear_count(struct openevse_wear *wear);

#endif /* _OPENEVSE_WEAR_H */
