/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What frame and dialect need from their surroundings: the same few names in
 * the kernel and in user space, where tests and fuzzers build these layers.
 */
#ifndef _OPENEVSE_FREESTANDING_H
#define _OPENEVSE_FREESTANDING_H

#ifdef __KERNEL__

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

#else

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define S16_MAX			INT16_MAX
#define S16_MIN			INT16_MIN
#define S32_MAX			INT32_MAX
#define S32_MIN			INT32_MIN
#define U32_MAX			UINT32_MAX
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define sizeof_field(t, f)	sizeof(((t *)0)->f)

#endif /* __KERNEL__ */

#endif /* _OPENEVSE_FREESTANDING_H */
