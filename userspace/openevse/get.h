/* SPDX-License-Identifier: GPL-2.0 */
/* What "openevse get" knows. */
#ifndef OPENEVSE_GET_H
#define OPENEVSE_GET_H

/* Calls @offer with each name. */
void get_offer_values(void (*offer)(const char *name));

#endif
