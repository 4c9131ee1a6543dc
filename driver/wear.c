// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>

#include "wear.h"

/** openevse_wear_init() - a full budget */
void openevse_wear_init(struct openevse_wear *wear)
{
	wear->left = OPENEVSE_WEAR_BUDGET;
}

/**
 * openevse_wear_allows() - is there room for one more write?
 * @wear: of the board
 */
bool openevse_wear_allows(struct openevse_wear *wear)
{
	time64_t now = ktime_get_seconds();

	while (wear->left < OPENEVSE_WEAR_BUDGET &&
	       now - wear->earned >= OPENEVSE_WEAR_PERIOD_S) {
		wear->left++;
		wear->earned += OPENEVSE_WEAR_PERIOD_S;
	}
	return wear->left;
}

/** openevse_wear_count() - a command that writes is sent */
void openevse_wear_count(struct openevse_wear *wear)
{
	wear->writes++;
	if (wear->left == OPENEVSE_WEAR_BUDGET)
		wear->earned = ktime_get_seconds();
	if (wear->left)
		wear->left--;
}
