/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults: allocations and copies that fail (CONFIG_FAULT_INJECTION)
 *
 * /proc/thread-self/fail-nth strikes those of the calling thread, openevse_nomem
 * (../../modules) those of others, or those in one function only.
 */
#ifndef _OPENEVSE_FAULTS_H
#define _OPENEVSE_FAULTS_H

#include <stdbool.h>

/* No call of ours has half of that. */
#define FAULTS_MAX	500

/* Whatever can fail may from now on; false if this kernel injects none. */
bool faults_are_possible(void);
bool is_fault(int result);

#endif /* _OPENEVSE_FAULTS_H */
