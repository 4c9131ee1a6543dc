// SPDX-License-Identifier: GPL-2.0
/*
 * Ldisc: the tty side
 *
 * Attaching the discipline to a tty makes a board, detaching or a hangup ends
 * it. The attached tty can be neither read nor written by programs, so nothing
 * gets between a command and its reply; its line settings stay accessible.
 *
 * open() and close() run with the tty's discipline lock held for writing: no
 * byte moves while they run. receive_buf() runs in process context, one at a
 * time; write_wakeup() in any context.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/tty.h>
#include <linux/tty_ldisc.h>
#include <linux/uaccess.h>

#include "board.h"

/* Room that never makes the tty throttle: everything is taken at once. */
#define RECEIVE_ROOM	65536

static int ldisc_open(struct tty_struct *tty)
{
	struct openevse_board *board;

	/* The module may have been loaded for a user with a pty. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!tty->ops->write)
		return -EOPNOTSUPP;

	tty->receive_room = RECEIVE_ROOM;
	tty_driver_flush_buffer(tty);
	/* The discipline before may have throttled it; we never do. */
	tty_unthrottle(tty);
	board = openevse_board_create(tty);
	if (IS_ERR(board))
		return PTR_ERR(board);
	tty->disc_data = board;
	return 0;
}

static void ldisc_close(struct tty_struct *tty)
{
	struct openevse_board *board = tty->disc_data;

	openevse_board_detach(board);
	clear_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	tty->disc_data = NULL;
}

static void ldisc_receive_buf(struct tty_struct *tty, const u8 *bytes,
			      const openevse_flag_t *flags,
			      openevse_count_t count)
{
	openevse_board_receive(tty->disc_data, bytes, flags, count);
}

static void ldisc_write_wakeup(struct tty_struct *tty)
{
	struct openevse_board *board = tty->disc_data;

	openevse_exchange_wakeup(&board->exchange);
}

/* Without this a hangup would wake nobody who polls the tty. */
static __poll_t ldisc_poll(struct tty_struct *tty, struct file *file,
			   struct poll_table_struct *wait)
{
	__poll_t mask = 0;

	poll_wait(file, &tty->read_wait, wait);
	poll_wait(file, &tty->write_wait, wait);
	if (test_bit(TTY_OTHER_CLOSED, &tty->flags) || tty_hung_up_p(file))
		mask |= EPOLLHUP;
	return mask;
}

static int ldisc_ioctl(struct tty_struct *tty, unsigned int cmd,
		       unsigned long arg)
{
	struct openevse_board *board = tty->disc_data;

	switch (cmd) {
	case OPENEVSE_TTY_GET_INDEX:
		return put_user((u32)board->index, (u32 __user *)arg);
	case TCXONC:
		/* The others would send a byte between ours. */
		if (arg != TCOOFF && arg != TCOON)
			return -EINVAL;
		return n_tty_ioctl_helper(tty, cmd, arg);
	default:
		return tty_mode_ioctl(tty, cmd, arg);
	}
}

#ifdef CONFIG_COMPAT
static int ldisc_compat_ioctl(struct tty_struct *tty, unsigned int cmd,
			      unsigned long arg)
{
	return ldisc_ioctl(tty, cmd, (unsigned long)compat_ptr(arg));
}
#endif

static struct tty_ldisc_ops openevse_ldisc = {
	.owner = THIS_MODULE,
	.num = N_DEVELOPMENT,
	.name = "openevse",
	.open = ldisc_open,
	.close = ldisc_close,
	.receive_buf = ldisc_receive_buf,
	.write_wakeup = ldisc_write_wakeup,
	.poll = ldisc_poll,
	.ioctl = ldisc_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = ldisc_compat_ioctl,
#endif
};

static int __init openevse_init(void)
{
	int err;

	err = openevse_board_init();
	if (err)
		return err;
	err = tty_register_ldisc(&openevse_ldisc);
	if (err)
		openevse_board_exit();
	return err;
}

static void __exit openevse_exit(void)
{
	tty_unregister_ldisc(&openevse_ldisc);
	openevse_board_exit();
}

module_init(openevse_init);
module_exit(openevse_exit);

MODULE_DESCRIPTION("OpenEVSE charging stations over RAPI");
MODULE_AUTHOR("The OpenEVSE driver authors");
MODULE_LICENSE("GPL");
MODULE_ALIAS_LDISC(N_DEVELOPMENT);
