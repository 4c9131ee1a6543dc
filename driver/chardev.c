// SPDX-License-Identifier: GPL-2.0
/*
 * Chardev: open, read, poll and ioctl of /dev/openevseN
 *
 * An open file holds a reference to its board and is one reader of its events.
 * Nothing here is locked: the layers below lock what they own, and tell when
 * the board is gone.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "board.h"
#include "command.h"

static_assert(sizeof(struct openevse_event) == 64);
static_assert(offsetof(struct openevse_event, state) == 16);
static_assert(sizeof(struct openevse_info) == 120);
static_assert(sizeof(struct openevse_stats) == 128);
static_assert(sizeof(struct openevse_raw) == 208);

struct openevse_file {
	struct openevse_board *board;
	struct openevse_reader *reader;
};

/* Any struct of the uAPI that a row of the dialect fills in. */
union openevse_value {
	u64 aligned;
	u8 any[OPENEVSE_VALUE_MAX];
};

static int openevse_open(struct inode *inode, struct file *file)
{
	struct openevse_board *board = container_of(inode->i_cdev,
						    struct openevse_board,
						    cdev);
	struct openevse_file *opened;
	struct openevse_reader *reader;

	opened = kzalloc(sizeof(*opened), GFP_KERNEL_ACCOUNT);
	if (!opened)
		return -ENOMEM;
	reader = openevse_reader_open(&board->events);
	if (IS_ERR(reader)) {
		kfree(opened);
		return PTR_ERR(reader);
	}
	get_device(&board->dev);
	opened->board = board;
	opened->reader = reader;
	file->private_data = opened;
	return stream_open(inode, file);
}

static int openevse_release(struct inode *inode, struct file *file)
{
	struct openevse_file *opened = file->private_data;

	openevse_reader_close(&opened->board->events, opened->reader);
	put_device(&opened->board->dev);
	kfree(opened);
	return 0;
}

/* --- read and poll --- */

/* Return: records copied, or an error when there was not one. */
static ssize_t copy_events(struct openevse_file *opened, char __user *buf,
			   size_t room)
{
	struct openevse_event event;
	ssize_t copied = 0;
	int err;

	while (copied < room) {
		err = openevse_reader_take(&opened->board->events,
					   opened->reader, &event);
		if (err)
			return copied ? copied : err;
		if (copy_to_user(buf + copied * sizeof(event), &event,
				 sizeof(event)))
			return copied ? copied : -EFAULT;
		copied++;
	}
	return copied;
}

static ssize_t openevse_read(struct file *file, char __user *buf, size_t count,
			     loff_t *pos)
{
	struct openevse_file *opened = file->private_data;
	size_t room = min_t(size_t, count / sizeof(struct openevse_event),
			    OPENEVSE_READER_EVENTS);
	ssize_t copied;
	int err;

	if (!room)
		return -EINVAL;
	for (;;) {
		copied = copy_events(opened, buf, room);
		if (copied > 0)
			return copied * sizeof(struct openevse_event);
		if (copied != -EAGAIN || file->f_flags & O_NONBLOCK)
			return copied;
		err = openevse_reader_wait(&opened->board->events,
					   opened->reader);
		if (err)
			return err;
	}
}

static __poll_t openevse_poll(struct file *file, poll_table *wait)
{
	struct openevse_file *opened = file->private_data;

	return openevse_reader_poll(&opened->board->events, opened->reader,
				    file, wait);
}

/* --- ioctl --- */

static long get_value(struct openevse_board *board,
		      const struct openevse_command *command,
		      void __user *user)
{
	union openevse_value value = { 0 };
	int err;

	err = openevse_command_get(board, command, &value);
	if (err)
		return err;
	return copy_to_user(user, &value, command->size) ? -EFAULT : 0;
}

/* What the board chose instead is told also where the call fails. */
static long set_capacity(struct openevse_board *board, void __user *user)
{
	struct openevse_current_capacity capacity;
	int err;

	if (copy_from_user(&capacity, user, sizeof(capacity)))
		return -EFAULT;
	if (capacity.flags & ~OPENEVSE_CAPACITY_SAVE)
		return -EINVAL;
	capacity.result_ma = 0;
	capacity.valid = 0;
	err = openevse_command_set_capacity(board, &capacity);
	if (copy_to_user(user, &capacity, sizeof(capacity)))
		return -EFAULT;
	return err;
}

static long raw_exchange(struct openevse_board *board, fmode_t mode,
			 void __user *user)
{
	struct openevse_raw raw;
	int err;

	if (!(mode & FMODE_WRITE) || !capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (copy_from_user(&raw, user, sizeof(raw)))
		return -EFAULT;
	if (strnlen(raw.command, sizeof(raw.command)) == sizeof(raw.command) ||
	    raw.reserved || raw.timeout_ms > OPENEVSE_RAW_TIMEOUT_MAX)
		return -EINVAL;
	memset(raw.reply, 0, sizeof(raw.reply));
	err = openevse_command_raw(board, &raw);
	if (err)
		return err;
	return copy_to_user(user, &raw, sizeof(raw)) ? -EFAULT : 0;
}

static long get_feature(struct openevse_board *board, void __user *user)
{
	struct openevse_feature feature;
	int err;

	if (copy_from_user(&feature, user, sizeof(feature)))
		return -EFAULT;
	err = openevse_command_get_feature(board, &feature);
	if (err)
		return err;
	return copy_to_user(user, &feature, sizeof(feature)) ? -EFAULT : 0;
}

static long get_service_level(struct openevse_board *board, void __user *user)
{
	struct openevse_service_level level = { 0 };
	int err;

	err = openevse_command_get_service_level(board, &level);
	if (err)
		return err;
	return copy_to_user(user, &level, sizeof(level)) ? -EFAULT : 0;
}

static long get_info(struct openevse_board *board, void __user *user)
{
	struct openevse_info info = { 0 };

	openevse_board_info(board, &info);
	return copy_to_user(user, &info, sizeof(info)) ? -EFAULT : 0;
}

static long get_stats(struct openevse_board *board, void __user *user)
{
	struct openevse_stats stats = { 0 };

	openevse_board_stats(board, &stats);
	return copy_to_user(user, &stats, sizeof(stats)) ? -EFAULT : 0;
}

static long run_command(struct openevse_board *board,
			const struct openevse_command *command,
			void __user *user)
{
	switch (command->ioctl) {
	case OPENEVSE_SET_CURRENT_CAPACITY:
		return set_capacity(board, user);
	case OPENEVSE_RESET:
		return openevse_command_reset(board);
	case OPENEVSE_ENABLE:
	case OPENEVSE_DISABLE:
	case OPENEVSE_SLEEP:
		return openevse_command_control(board, command);
	default:
		return get_value(board, command, user);
	}
}

static long openevse_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct openevse_file *opened = file->private_data;
	const struct openevse_command *command;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case OPENEVSE_GET_INFO:
		return get_info(opened->board, user);
	case OPENEVSE_GET_STATS:
		return get_stats(opened->board, user);
	case OPENEVSE_GET_FEATURE:
		return get_feature(opened->board, user);
	case OPENEVSE_GET_SERVICE_LEVEL:
		return get_service_level(opened->board, user);
	case OPENEVSE_RAW:
		return raw_exchange(opened->board, file->f_mode, user);
	}
	command = openevse_dialect_by_ioctl(cmd);
	if (!command)
		return -ENOTTY;
	if (command->flags & OPENEVSE_COMMAND_CONTROL &&
	    !(file->f_mode & FMODE_WRITE))
		return -EPERM;
	return run_command(opened->board, command, user);
}

const struct file_operations openevse_chardev_ops = {
	.owner = THIS_MODULE,
	.open = openevse_open,
	.release = openevse_release,
	.read = openevse_read,
	.poll = openevse_poll,
	.unlocked_ioctl = openevse_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
