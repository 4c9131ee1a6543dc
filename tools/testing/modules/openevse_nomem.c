// SPDX-License-Identifier: GPL-2.0
/*
 * Lets an allocation fail that no program can name
 *
 *	modprobe openevse_nomem function=openevse_request_new nth=3
 *	modprobe openevse_nomem function=do_one_initcall pid=1234 nth=0 allocation=7
 *
 * /proc/thread-self/fail-nth is for those who call the kernel: no program can write
 * it for a worker at the right moment, nor between two allocations of one call. The
 * first line does it for the third worker that enters the function: the first
 * allocation it makes in there fails. The second line strikes the seventh allocation
 * inside the function, each time that process enters it; which allocation can be
 * changed meanwhile. What has not been met by the end of the function is taken back,
 * and is no hit.
 */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>

static char *function;
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "where an allocation fails");

static int nth = 1;
module_param(nth, int, 0444);
MODULE_PARM_DESC(nth, "which entering of the function, 0 for each");

static int allocation = 1;
module_param(allocation, int, 0644);
MODULE_PARM_DESC(allocation, "which allocation from there on");

static int pid;
module_param(pid, int, 0444);
MODULE_PARM_DESC(pid, "whom to strike, 0 for the workers");

static unsigned int hits;
module_param(hits, uint, 0444);
MODULE_PARM_DESC(hits, "how often that has happened (to be read)");

static atomic_t entered = ATOMIC_INIT(0);

/* Return: 0 if the end of the function is to be told, too. */
static int begin(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (pid ? current->tgid != pid : !(current->flags & PF_WQ_WORKER))
		return 1;
	if (nth && atomic_inc_return(&entered) != nth)
		return 1;
	current->fail_nth = allocation;
	return 0;
}

NOKPROBE_SYMBOL(begin);

static int end(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (!current->fail_nth)
		hits++;
	current->fail_nth = 0;
	return 0;
}

NOKPROBE_SYMBOL(end);

static struct kretprobe probe = { .entry_handler = begin, .handler = end };

static int __init openevse_nomem_init(void)
{
	if (!function || nth < 0 || allocation < 0)
		return -EINVAL;
	probe.kp.symbol_name = function;
	return register_kretprobe(&probe);
}
module_init(openevse_nomem_init);

static void __exit openevse_nomem_exit(void)
{
	unregister_kretprobe(&probe);
}
module_exit(openevse_nomem_exit);

MODULE_DESCRIPTION("Fails an allocation in a function");
MODULE_LICENSE("GPL");
