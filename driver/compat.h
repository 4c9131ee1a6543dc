/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compat: every difference between the kernels this driver builds for (6.1 and
 * later), and nothing else.
 */
#ifndef _OPENEVSE_COMPAT_H
#define _OPENEVSE_COMPAT_H

#include <linux/device/class.h>
#include <linux/module.h>
#include <linux/types.h>
#include <linux/version.h>

/* Of tty_ldisc_ops.receive_buf(). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
typedef char openevse_flag_t;
typedef int openevse_count_t;
#else
typedef u8 openevse_flag_t;
typedef size_t openevse_count_t;
#endif

static inline struct class *openevse_class_create(const char *name)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	return class_create(THIS_MODULE, name);
#else
	return class_create(name);
#endif
}

#endif /* _OPENEVSE_COMPAT_H */
