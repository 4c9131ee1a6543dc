// SPDX-License-Identifier: GPL-2.0
/*
 * Lets an allocation of the driver's own work fail
 *
 *	modprobe openevse_nomem function=openevse_request_new nth=3
 *	modprobe openevse_nomem function=kobject_get_path pid=1234
 *
 * /proc/thread-self/fail-nth is for those who call the kernel; no program can write
 * it for a worker at the right moment. Here the third worker that enters the
 * function gets it written: the next allocation it makes fails. The function has to
 * be one that allocates, or the fault strikes somewhere else. With a process it is
 * that one, where what it meets on the way to the function must not fail.
 */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>

static char *function;
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "whose allocation fails");

static int nth = 1;
module_param(nth, int, 0444);
MODULE_PARM_DESC(nth, "how often workers enter until then");

static int pid;
module_param(pid, int, 0444);
MODULE_PARM_DESC(pid, "whom to strike, 0 for the workers");

static unsigned int hits;
module_param(hits, uint, 0444);
MODULE_PARM_DESC(hits, "how often that has happened (to be read)");

static atomic_t entered = ATOMIC_INIT(0);

static int count(struct kprobe *probe, struct pt_regs *regs)
{
	if (pid ? current->tgid != pid : !(current->flags & PF_WQ_WORKER))
		return 0;
	if (atomic_inc_return(&entered) != nth)
		return 0;
	current->fail_nth = 1;
	hits++;
	return 0;
}

NOKPROBE_SYMBOL(count);

static struct kprobe probe = { .pre_handler = count };

static int __init openevse_nomem_init(void)
{
	if (!function || nth < 1)
		return -EINVAL;
	probe.symbol_name = function;
	return register_kprobe(&probe);
}
module_init(openevse_nomem_init);

static void __exit openevse_nomem_exit(void)
{
	unregister_kprobe(&probe);
}
module_exit(openevse_nomem_exit);

MODULE_DESCRIPTION("Fails an allocation of a worker");
MODULE_LICENSE("GPL");
