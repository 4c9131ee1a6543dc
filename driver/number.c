// SPDX-License-Identifier: GPL-2.0
/*
 * Number: see number.h
 */
#include <linux/device.h>
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <linux/usb.h>

#include "number.h"

/* udev takes a fraction of a second; ten times as long when it is very busy. */
#define REST_MS		10000

/*
 * @cable: of the board that has or had it, 0 for nobody knows which
 * @used: somebody had it
 * @taken: somebody has it
 * @freed: when it became free
 */
static struct {
	u32 cable;
	bool used;
	bool taken;
	ktime_t freed;
} numbers[OPENEVSE_NUMBERS];

static DEFINE_MUTEX(numbers_lock);

static u32 hash_text(const char *text, u32 seed)
{
	return jhash(text, strlen(text), seed);
}

/* usbcore does not tell others which of its devices is one. */
static bool is_usb_device(const struct device *dev)
{
	return dev->type && dev->type->name &&
	       !strcmp(dev->type->name, "usb_device");
}

static const char *serial_number(struct device *dev)
{
	while (dev && !is_usb_device(dev))
		dev = dev->parent;
	return dev ? to_usb_device(dev)->serial : NULL;
}

/*
 * The name of a USB tty is that of a device above it, too, and both are given in
 * the order of plugging: what is above them tells the place. A pty has nothing
 * above it.
 */
static u32 cable_of(struct tty_struct *tty)
{
	struct device *dev = tty->dev ? tty->dev->parent : NULL;
	const char *serial;
	char *path;
	u32 cable;

	while (dev && !strcmp(dev_name(dev), tty_name(tty)))
		dev = dev->parent;
	if (!dev)
		return hash_text(tty_name(tty), 0);
	path = kobject_get_path(&dev->kobj, GFP_KERNEL);
	if (!path)
		return 0;
	cable = hash_text(path, 0);
	kfree(path);
	serial = serial_number(dev);
	return serial ? hash_text(serial, cable) : cable;
}

static bool has_rested(int number)
{
	return !numbers[number].used ||
	       ktime_ms_delta(ktime_get(), numbers[number].freed) > REST_MS;
}

static int find_old(u32 cable)
{
	int i;

	for (i = 0; cable && i < OPENEVSE_NUMBERS; i++)
		if (!numbers[i].taken && numbers[i].used &&
		    numbers[i].cable == cable)
			return i;
	return -ENOSPC;
}

/* Without any that has rested, the one that has rested for the longest time. */
static int find_new(void)
{
	int found = -ENOSPC;
	int i;

	for (i = 0; i < OPENEVSE_NUMBERS; i++) {
		if (numbers[i].taken)
			continue;
		if (has_rested(i))
			return i;
		if (found < 0 || ktime_before(numbers[i].freed,
					      numbers[found].freed))
			found = i;
	}
	return found;
}

/**
 * openevse_number_take() - a number for a board
 * @tty: where it is
 *
 * Return: 0 to OPENEVSE_NUMBERS - 1, or -ENOSPC.
 */
int openevse_number_take(struct tty_struct *tty)
{
	u32 cable = cable_of(tty);
	int number;

	mutex_lock(&numbers_lock);
	number = find_old(cable);
	if (number < 0)
		number = find_new();
	if (number >= 0) {
		numbers[number].cable = cable;
		numbers[number].used = true;
		numbers[number].taken = true;
	}
	mutex_unlock(&numbers_lock);
	return number;
}

/** openevse_number_release() - the board is gone, its node as well */
void openevse_number_release(int number)
{
	mutex_lock(&numbers_lock);
	numbers[number].taken = false;
	numbers[number].freed = ktime_get();
	mutex_unlock(&numbers_lock);
}
