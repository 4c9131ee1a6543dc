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
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "board.h"
#include "capability.h"
#include "capacity.h"
#include "command.h"
#include "heartbeat.h"
#include "setting.h"

static_assert(sizeof(struct openevse_event) == 64);
static_assert(offsetof(struct openevse_event, state) == 16);
static_assert(sizeof(struct openevse_info) == 120);
static_assert(sizeof(struct openevse_stats) == 192);
static_assert(sizeof(struct openevse_raw) == 208);
static_assert(sizeof(struct openevse_capability) == 64);
static_assert(sizeof(struct openevse_client) == 128);

/**
 * struct openevse_file - an open file
 * @board: of which board
 * @reader: of its events
 * @opener: who opened it
 * @timeout_ms: for each call; 0 for the usual
 * @max_age_ms: of the answers it takes
 * @saves: it writes the EEPROM however often that has been done
 */
struct openevse_file {
	struct openevse_board *board;
	struct openevse_reader *reader;
	struct openevse_opener opener;
	u32 timeout_ms;
	u32 max_age_ms;
	bool saves;
};

/*
 * Any struct of the uAPI that a row of the dialect knows. The first member is
 * what "{ 0 }" clears for sure, so it is the whole.
 */
union openevse_value {
	u64 any[OPENEVSE_VALUE_MAX / sizeof(u64)];
	u32 item;
	struct openevse_current_capacity capacity;
	struct openevse_heartbeat heartbeat;
	struct openevse_service_level level;
	struct openevse_switch on;
	struct openevse_time time;
	struct openevse_display_text text;
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
	openevse_opener_add(&board->openers, &opened->opener, reader,
			    file->f_mode & FMODE_WRITE);
	file->private_data = opened;
	return stream_open(inode, file);
}

static int openevse_release(struct inode *inode, struct file *file)
{
	struct openevse_file *opened = file->private_data;

	openevse_opener_remove(&opened->board->openers, &opened->opener);
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
		/* A record taken for a buffer that is none would be lost. */
		if (fault_in_writeable(buf + copied * sizeof(event),
				       sizeof(event)))
			return copied ? copied : -EFAULT;
		err = openevse_reader_take(&opened->board->events,
					   opened->reader, &event);
		if (err)
			return copied ? copied : err;
		if (copy_to_user(buf + copied * sizeof(event), &event,
				 sizeof(event))) {
			openevse_reader_lose(&opened->board->events,
					     opened->reader);
			return copied ? copied : -EFAULT;
		}
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

static long copy_out(void __user *user, const void *value, size_t size)
{
	return copy_to_user(user, value, size) ? -EFAULT : 0;
}

static long get_info(struct openevse_board *board, void __user *user)
{
	struct openevse_info info = { 0 };

	openevse_board_info(board, &info);
	return copy_out(user, &info, sizeof(info));
}

static long get_stats(struct openevse_board *board, void __user *user)
{
	struct openevse_stats stats = { 0 };

	openevse_board_stats(board, &stats);
	return copy_out(user, &stats, sizeof(stats));
}

static long get_client(struct openevse_file *opened, void __user *user)
{
	struct openevse_board *board = opened->board;
	struct openevse_client client;
	long err;

	if (copy_from_user(&client, user, sizeof(client)))
		return -EFAULT;
	if (memchr_inv(client.reserved, 0, sizeof(client.reserved)))
		return -EINVAL;
	err = openevse_openers_next(&board->openers, &board->events,
				    &opened->opener, &client);
	return err ? err : copy_out(user, &client, sizeof(client));
}

static struct openevse_caller caller_of(struct openevse_file *opened)
{
	u32 timeout_ms = READ_ONCE(opened->timeout_ms);

	return (struct openevse_caller){
		.board = opened->board,
		.opener = &opened->opener,
		.hurried = timeout_ms,
		.ends = jiffies + msecs_to_jiffies(timeout_ms),
		.saves = READ_ONCE(opened->saves),
	};
}

/* Of one that only asks. */
static struct openevse_caller asker_of(struct openevse_file *opened)
{
	struct openevse_caller caller = caller_of(opened);

	caller.max_age = msecs_to_jiffies(READ_ONCE(opened->max_age_ms));
	return caller;
}

static long set_timeout(struct openevse_file *opened, void __user *user)
{
	struct openevse_timeout timeout;

	if (copy_from_user(&timeout, user, sizeof(timeout)))
		return -EFAULT;
	if (timeout.reserved)
		return -EINVAL;
	if (timeout.timeout_ms > OPENEVSE_TIMEOUT_MAX)
		return -ERANGE;
	WRITE_ONCE(opened->timeout_ms, timeout.timeout_ms);
	return 0;
}

static long set_max_age(struct openevse_file *opened, void __user *user)
{
	struct openevse_max_age age;

	if (copy_from_user(&age, user, sizeof(age)))
		return -EFAULT;
	if (age.reserved)
		return -EINVAL;
	if (age.max_age_ms > OPENEVSE_MAX_AGE_MAX)
		return -ERANGE;
	WRITE_ONCE(opened->max_age_ms, age.max_age_ms);
	return 0;
}

static long set_eeprom_guard(struct openevse_file *opened, fmode_t mode,
			     void __user *user)
{
	struct openevse_switch guard;

	if (!(mode & FMODE_WRITE))
		return -EPERM;
	if (copy_from_user(&guard, user, sizeof(guard)))
		return -EFAULT;
	if (guard.reserved || guard.enabled > 1)
		return -EINVAL;
	WRITE_ONCE(opened->saves, !guard.enabled);
	return 0;
}

static long get_capability(struct openevse_file *opened, void __user *user)
{
	struct openevse_caller caller = caller_of(opened);
	struct openevse_capability capability;
	long err;

	if (copy_from_user(&capability, user, sizeof(capability)))
		return -EFAULT;
	if (memchr_inv(capability.reserved, 0, sizeof(capability.reserved)))
		return -EINVAL;
	err = openevse_capability_get(&caller, &capability);
	return err ? err : copy_out(user, &capability, sizeof(capability));
}

static long get_feature(struct openevse_file *opened, void __user *user)
{
	struct openevse_caller caller = asker_of(opened);
	struct openevse_feature feature;
	long err;

	if (copy_from_user(&feature, user, sizeof(feature)))
		return -EFAULT;
	err = openevse_command_get_feature(&caller, &feature);
	return err ? err : copy_out(user, &feature, sizeof(feature));
}

static long get_service_level(struct openevse_file *opened, void __user *user)
{
	struct openevse_caller caller = asker_of(opened);
	struct openevse_service_level level = { 0 };
	long err;

	err = openevse_command_get_service_level(&caller, &level);
	return err ? err : copy_out(user, &level, sizeof(level));
}

static long raw_exchange(struct openevse_file *opened, fmode_t mode,
			 void __user *user)
{
	struct openevse_caller caller = caller_of(opened);
	struct openevse_raw raw;
	long err;

	if (!(mode & FMODE_WRITE) || !capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (copy_from_user(&raw, user, sizeof(raw)))
		return -EFAULT;
	if (strnlen(raw.command, sizeof(raw.command)) == sizeof(raw.command) ||
	    raw.reserved || raw.timeout_ms > OPENEVSE_RAW_TIMEOUT_MAX)
		return -EINVAL;
	memset(raw.reply, 0, sizeof(raw.reply));
	err = openevse_command_raw(&caller, &raw);
	return err ? err : copy_out(user, &raw, sizeof(raw));
}

/* Results are nobody's arguments; only one of these calls takes the flag. */
static int prepare(const struct openevse_command *command,
		   union openevse_value *value)
{
	u32 flags = 0;

	switch (command->ioctl) {
	case OPENEVSE_SET_CURRENT_CAPACITY:
		flags = OPENEVSE_CAPACITY_SAVE;
		fallthrough;
	case OPENEVSE_SET_CURRENT_CAPACITY_MAX:
	case OPENEVSE_HEARTBEAT_ACKNOWLEDGE:
		value->capacity.result_ma = 0;
		value->capacity.valid = 0;
		return value->capacity.flags & ~flags ? -EINVAL : 0;
	default:
		return 0;
	}
}

static bool is_permitted(const struct openevse_command *command,
			 const union openevse_value *value, fmode_t mode)
{
	s64 number;

	if (!(command->flags & OPENEVSE_COMMAND_CONTROL))
		return true;
	if (!(mode & FMODE_WRITE))
		return false;
	if (command->flags & OPENEVSE_COMMAND_PRIVILEGED)
		return capable(CAP_SYS_ADMIN);
	if (command->flags & OPENEVSE_COMMAND_PROTECTS &&
	    openevse_dialect_argument(command, value, &number) && !number)
		return capable(CAP_SYS_ADMIN);
	return true;
}

static long execute(const struct openevse_caller *caller,
		    const struct openevse_command *command,
		    union openevse_value *value)
{
	switch (command->ioctl) {
	case OPENEVSE_GET_TIME:
		return openevse_command_get_time(caller, &value->time);
	case OPENEVSE_ENABLE:
	case OPENEVSE_DISABLE:
	case OPENEVSE_SLEEP:
		return openevse_command_control(caller, command);
	case OPENEVSE_RESET:
		return openevse_command_reset(caller);
	case OPENEVSE_SET_CURRENT_CAPACITY:
		return openevse_capacity_set(caller, &value->capacity);
	case OPENEVSE_SET_CURRENT_CAPACITY_MAX:
		return openevse_capacity_set_max(caller, &value->capacity);
	case OPENEVSE_SET_HEARTBEAT:
		return openevse_heartbeat_set(caller, &value->heartbeat);
	case OPENEVSE_HEARTBEAT_PULSE:
		return openevse_heartbeat_pulse(caller, &value->heartbeat);
	case OPENEVSE_HEARTBEAT_ACKNOWLEDGE:
		return openevse_heartbeat_acknowledge(caller, &value->capacity);
	case OPENEVSE_SET_SERVICE_LEVEL:
		return openevse_setting_service_level(caller, &value->level);
	case OPENEVSE_SET_ECHO:
		return openevse_setting_echo(caller, &value->on);
	case OPENEVSE_SET_TIME:
		return openevse_setting_time(caller, &value->time);
	case OPENEVSE_CLEAR_COUNTERS:
		return openevse_setting_clear_counters(caller);
	case OPENEVSE_CLEAR_BOOT_LOCK:
		return openevse_setting_clear_boot_lock(caller);
	case OPENEVSE_RECOVER_RELAY:
		return openevse_setting_recover_relay(caller);
	case OPENEVSE_DISPLAY_TEXT:
		return openevse_setting_display_text(caller, &value->text);
	}
	if (command->flags & OPENEVSE_COMMAND_CONTROL)
		return openevse_setting_change(caller, command, value);
	return openevse_command_get(caller, command->ioctl, value);
}

/* What the board did instead is told also where a call fails. */
static long run_row(struct file *file, unsigned int cmd, void __user *user)
{
	bool in = _IOC_DIR(cmd) & _IOC_WRITE, out = _IOC_DIR(cmd) & _IOC_READ;
	struct openevse_file *opened = file->private_data;
	const struct openevse_command *command;
	union openevse_value value = { 0 };
	struct openevse_caller caller;
	bool takes_item;
	long err;

	takes_item = openevse_dialect_takes_item(cmd);
	if (!takes_item && !openevse_dialect_find(cmd, 0))
		return -ENOTTY;
	if (in && copy_from_user(&value, user, _IOC_SIZE(cmd)))
		return -EFAULT;
	command = openevse_dialect_find(cmd, takes_item ? value.item : 0);
	if (!command)
		return -EINVAL;
	if (!is_permitted(command, &value, file->f_mode))
		return -EPERM;
	caller = command->flags & OPENEVSE_COMMAND_CONTROL ?
		 caller_of(opened) : asker_of(opened);
	err = prepare(command, &value);
	if (!err)
		err = execute(&caller, command, &value);
	if (out && (!err || in) &&
	    copy_to_user(user, &value, _IOC_SIZE(cmd)))
		return -EFAULT;
	return err;
}

static long openevse_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct openevse_file *opened = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case OPENEVSE_GET_INFO:
		return get_info(opened->board, user);
	case OPENEVSE_GET_STATS:
		return get_stats(opened->board, user);
	case OPENEVSE_GET_CLIENT:
		return get_client(opened, user);
	case OPENEVSE_GET_CAPABILITY:
		return get_capability(opened, user);
	case OPENEVSE_SET_TIMEOUT:
		return set_timeout(opened, user);
	case OPENEVSE_SET_MAX_AGE:
		return set_max_age(opened, user);
	case OPENEVSE_SET_EEPROM_GUARD:
		return set_eeprom_guard(opened, file->f_mode, user);
	case OPENEVSE_GET_FEATURE:
		return get_feature(opened, user);
	case OPENEVSE_GET_SERVICE_LEVEL:
		return get_service_level(opened, user);
	case OPENEVSE_RAW:
		return raw_exchange(opened, file->f_mode, user);
	default:
		return run_row(file, cmd, user);
	}
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
