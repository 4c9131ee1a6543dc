/* SPDX-License-Identifier: GPL-2.0 */
/* How often a test with random input does it. */
#ifndef _OPENEVSE_ROUNDS_H
#define _OPENEVSE_ROUNDS_H

/* In the kernel nobody else has the processor meanwhile, and KASAN watches. */
#ifdef __KERNEL__
#define ROUNDS(n)	((n) / 100)
#else
#define ROUNDS(n)	(n)
#endif

#endif
