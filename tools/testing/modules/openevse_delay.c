// SPDX-License-Identifier: GPL-2.0
/*
 * Holds up whoever enters a function, so that others overtake it
 *
 *	modprobe openevse_delay function=openevse_exchange_stop ms=50
 *
 * A race that takes two processors to be a few instructions apart is met each time
 * that way. The function is any that kprobes can find; the wait is a busy one, so
 * it may be called in any context. Removing the module ends it.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>

static char *function;
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "whom to delay");

static unsigned int ms = 50;
module_param(ms, uint, 0444);
MODULE_PARM_DESC(ms, "for how long, 1000 at most");

static unsigned int hits;
module_param(hits, uint, 0444);
MODULE_PARM_DESC(hits, "how often that has happened (to be read)");

static int delay(struct kprobe *probe, struct pt_regs *regs)
{
	hits++;
	mdelay(ms);
	return 0;
}

NOKPROBE_SYMBOL(delay);

static struct kprobe probe = { .pre_handler = delay };

static int __init openevse_delay_init(void)
{
	if (!function || ms > 1000)
		return -EINVAL;
	probe.symbol_name = function;
	return register_kprobe(&probe);
}
module_init(openevse_delay_init);

static void __exit openevse_delay_exit(void)
{
	unregister_kprobe(&probe);
}
module_exit(openevse_delay_exit);

MODULE_DESCRIPTION("Delays a function");
MODULE_LICENSE("GPL");
