// SPDX-License-Identifier: GPL-2.0
/*
 * openevse-attach on an emulated udev: which ttys it takes, when, and what it
 * leaves behind. The real line discipline is not there: a tty that is tried
 * ends with a line that says so, or with the terminal's as a stand-in.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "../kselftest_harness.h"

#include "bed.h"
#include "program.h"

#define PREFIX		"openevse-attach: "
#define NO_DISCIPLINE	": no line discipline \"openevse\" in this kernel"
#define DOUBLE		": it has the same serial number as "
#define ATTACHED	": attached\n"
/* What udev's rules and builtins say of a tty. */
#define MARKED		"OPENEVSE_ATTACH", "1"
#define BY_PATH		"OPENEVSE_MARK", "path"
#define SERIAL(number)	"ID_SERIAL", "FTDI_FT232R", "ID_SERIAL_SHORT", number
#define INTERFACE(number) "ID_USB_INTERFACE_NUM", number
#define CABLE		SERIAL("A12345"), INTERFACE("00")

#define says(text)	await(&self->program, &self->program.log, text)
#define tells(text)	await(&self->program, &self->program.told, text)
#define said(text)	times_said(&self->program.log, text)

FIXTURE(attach)
{
	struct bed bed;
	struct tty tty[4];
	struct tty sentinel;
	struct program program;
};

FIXTURE_SETUP(attach)
{
	bed_make(&self->bed);
}

/* The helper's own lines, and nobody else's. */
static int foreign_lines(const struct stream *log)
{
	return times_said(log, "\n") - times_said(log, PREFIX);
}

/* The sanitizers speak at the end: on the log, and by the exit status. */
FIXTURE_TEARDOWN(attach)
{
	size_t i;

	if (self->program.pid) {
		kill(self->program.pid, SIGTERM);
		EXPECT_EQ(0, program_wait(&self->program));
	}
	if (self->program.log.text) {
		EXPECT_EQ(0, foreign_lines(&self->program.log));
		EXPECT_TRUE(is_clean(&self->program.log));
	}
	if (!__test_passed(_metadata))
		program_print(&self->program);
	program_free(&self->program);
	for (i = 0; i < ARRAY_SIZE(self->tty); i++)
		if (self->tty[i].bed)
			tty_close(&self->tty[i]);
	bed_free(&self->bed);
}

static void start_with(FIXTURE_DATA(attach) *self, const char *argument)
{
	const char *const argv[] = { "openevse-attach", "-v", argument, NULL };

	program_start(&self->program, argv);
}

static bool start(FIXTURE_DATA(attach) *self)
{
	start_with(self, NULL);
	return tells("READY=1\n");
}

static bool tells_status(FIXTURE_DATA(attach) *self, int attached, int waiting)
{
	char text[64];

	snprintf(text, sizeof(text), "STATUS=%d attached, %d waiting\n", attached, waiting);
	return tells(text);
}

/*
 * Everything so far has been handled, and it has these ports. A tty that comes
 * last is tried last; its node is missing.
 */
static bool settled(FIXTURE_DATA(attach) *self, int attached, int waiting)
{
	struct tty *sentinel = &self->sentinel;
	bool done;

	tty_prepare(&self->bed, sentinel, "ttySENTINEL");
	tty_usb(sentinel, NULL);
	tty_add(sentinel, MARKED, NULL);
	done = says("ttySENTINEL: cannot open it: No such file or directory\n") &&
	       tells_status(self, attached, waiting + 1);
	tty_unplug(sentinel);
	tty_close(sentinel);
	return done && tells_status(self, attached, waiting);
}

/* Nothing but a new reason makes it try again within the test. */
#define A_MINUTE	"60 s"

/* Until its pause is @longest, as its log says that. */
static bool wear_out(FIXTURE_DATA(attach) *self, struct tty *tty, const char *longest)
{
	char *next = g_strdup_printf("%s: next try in ", tty->node + strlen("/dev/"));
	char *last = g_strdup_printf("%s%s\n", next, longest);
	bool done = says(next);

	while (done && !said(last)) {
		tty_event(tty, "change");
		done = says(next);
	}
	g_free(last);
	g_free(next);
	return done;
}

/* --- the mark --- */

TEST_F(attach, there_at_start)
{
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0" NO_DISCIPLINE));
	EXPECT_TRUE(tty_opened(&self->tty[0]));
	EXPECT_TRUE(settled(self, 0, 1));
}

TEST_F(attach, not_marked_at_start)
{
	int i;

	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", CABLE);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", "OPENEVSE_ATTACH", "0");
	tty_plug(&self->bed, &self->tty[2], "ttyUSB2", "OPENEVSE_ATTACH", "yes");
	tty_plug(&self->bed, &self->tty[3], "ttyUSB3", "OPENEVSE_ATTACH", "");
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 0));
	for (i = 0; i < 4; i++)
		EXPECT_FALSE(tty_opened(&self->tty[i]));
	EXPECT_EQ(0, said("ttyUSB"));
}

TEST_F(attach, not_marked_when_it_comes)
{
	ASSERT_TRUE(start(self));
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", CABLE);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", "OPENEVSE_ATTACH", "0");
	tty_plug(&self->bed, &self->tty[2], "ttyUSB2", "OPENEVSE_ATTACH", "yes");
	ASSERT_TRUE(settled(self, 0, 0));
	EXPECT_EQ(3, said("udev: add /sys/devices/usb-ttyUSB"));
	EXPECT_FALSE(tty_opened(&self->tty[0]));
	EXPECT_FALSE(tty_opened(&self->tty[1]));
	EXPECT_FALSE(tty_opened(&self->tty[2]));
}

/* The rules have not run for it: its event is still to come. */
TEST_F(attach, waits_for_the_rules)
{
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	tty_initialized(&self->tty[0], false);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 0));
	EXPECT_FALSE(tty_opened(&self->tty[0]));
	tty_initialized(&self->tty[0], true);
	tty_event(&self->tty[0], "add");
	ASSERT_TRUE(says("ttyUSB0" NO_DISCIPLINE));
}

TEST_F(attach, comes_later)
{
	ASSERT_TRUE(start(self));
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(says("udev: add"));
	ASSERT_TRUE(says("ttyUSB0" NO_DISCIPLINE));
	EXPECT_TRUE(tty_opened(&self->tty[0]));
}

TEST_F(attach, mark_comes_later)
{
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", CABLE);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 0));
	EXPECT_FALSE(tty_opened(&self->tty[0]));
	tty_set(&self->tty[0], "OPENEVSE_ATTACH", "1");
	tty_event(&self->tty[0], "change");
	ASSERT_TRUE(says("ttyUSB0" NO_DISCIPLINE));
	EXPECT_TRUE(tty_opened(&self->tty[0]));
}

TEST_F(attach, mark_is_taken_away)
{
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 1));
	tty_set(&self->tty[0], "OPENEVSE_ATTACH", "0");
	tty_event(&self->tty[0], "change");
	EXPECT_TRUE(settled(self, 0, 0));
}

TEST_F(attach, mark_is_taken_away_from_a_board)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0" ATTACHED));
	tty_set(&self->tty[0], "OPENEVSE_ATTACH", "");
	tty_event(&self->tty[0], "change");
	ASSERT_TRUE(says("ttyUSB0: detached"));
	EXPECT_TRUE(settled(self, 0, 0));
}

/* --- coming and going --- */

TEST_F(attach, removed)
{
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 2));
	tty_unplug(&self->tty[0]);
	ASSERT_TRUE(says("udev: remove"));
	EXPECT_TRUE(settled(self, 0, 1));
}

/* An event of something that is not known, or no more. */
TEST_F(attach, removed_twice)
{
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0" NO_DISCIPLINE));
	tty_event(&self->tty[0], "remove");
	tty_event(&self->tty[0], "remove");
	EXPECT_TRUE(settled(self, 0, 0));
}

TEST_F(attach, told_twice)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0" ATTACHED));
	EXPECT_TRUE(tty_opened(&self->tty[0]));
	tty_event(&self->tty[0], "add");
	tty_event(&self->tty[0], "change");
	EXPECT_TRUE(settled(self, 1, 0));
	EXPECT_FALSE(tty_opened(&self->tty[0]));
}

/* When the event is read the device is gone, and somebody else has the node. */
TEST_F(attach, vanished_before_it_was_handled)
{
	struct tty *tty = &self->tty[0];

	ASSERT_TRUE(start(self));
	kill(self->program.pid, SIGSTOP);
	waitpid(self->program.pid, NULL, WUNTRACED);
	tty_plug(&self->bed, tty, "ttyUSB0", MARKED);
	tty_vanish(tty);
	tty_make_node(tty);
	kill(self->program.pid, SIGCONT);
	ASSERT_TRUE(says("udev: add"));
	ASSERT_TRUE(settled(self, 0, 0));
	EXPECT_FALSE(tty_opened(tty));
	EXPECT_EQ(1, said("ttyUSB0\n"));
	EXPECT_EQ(0, said("ttyUSB0: "));
}

/* The node was given to another device between the event and the open(). */
TEST_F(attach, node_of_another_device)
{
	self->bed.usb_numbers = true;
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0: /dev/ttyUSB0 is another device now"));
	EXPECT_EQ(0, said(NO_DISCIPLINE));
}

TEST_F(attach, hangup)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0" ATTACHED));
	close(self->tty[0].master);
	ASSERT_TRUE(says("ttyUSB0: gone"));
	EXPECT_TRUE(settled(self, 0, 1));
}

TEST_F(attach, missing_node)
{
	tty_prepare(&self->bed, &self->tty[0], "ttyUSB0");
	tty_usb(&self->tty[0], NULL);
	tty_add(&self->tty[0], MARKED, NULL);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0: cannot open it: No such file or directory"));
	tty_make_node(&self->tty[0]);
	tty_event(&self->tty[0], "change");
	ASSERT_TRUE(says("ttyUSB0" NO_DISCIPLINE));
}

TEST_F(attach, growing_pauses)
{
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0" NO_DISCIPLINE));
	ASSERT_TRUE(says("ttyUSB0: next try in 1 s"));
	ASSERT_TRUE(says("ttyUSB0: still: no line discipline"));
	ASSERT_TRUE(says("ttyUSB0: next try in 2 s"));
	ASSERT_TRUE(says("ttyUSB0: next try in 4 s"));
	/* Complained of once, unless one asks for more. */
	EXPECT_EQ(1, said(PREFIX "ttyUSB0" NO_DISCIPLINE));
}

/* --- what cannot be a board --- */

TEST_F(attach, virtual_terminal)
{
	struct tty *tty = &self->tty[0];

	tty_prepare(&self->bed, tty, "tty7");
	tty_make_node(tty);
	tty_add(tty, MARKED, NULL);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 0));
	EXPECT_EQ(1, said("tty7: has the property OPENEVSE_ATTACH, but is no serial port"));
	EXPECT_EQ(1, said("tty7"));
	EXPECT_FALSE(tty_opened(tty));
}

TEST_F(attach, kernel_console)
{
	bed_write(&self->bed, "/sys/class/tty/console/active", "tty0 ttyUSB0\n");
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0: it is the kernel's console"));
	EXPECT_FALSE(tty_opened(&self->tty[0]));
}

TEST_F(attach, other_subsystems)
{
	UMockdevTestbed *testbed = self->bed.testbed;
	char *usb, *disk;

	usb = umockdev_testbed_add_device(testbed, "usb", "1-1", NULL, NULL,
			"DEVNAME", "/dev/bus/usb/001/002", "DEVTYPE", "usb_device", MARKED, NULL);
	ASSERT_TRUE(start(self));
	disk = umockdev_testbed_add_device(testbed, "block", "sda", usb, NULL,
			"DEVNAME", "/dev/sda", "DEVTYPE", "disk", MARKED, NULL);
	umockdev_testbed_uevent(testbed, usb, "change");
	umockdev_testbed_uevent(testbed, disk, "change");
	ASSERT_TRUE(settled(self, 0, 0));
	EXPECT_EQ(0, said("1-1"));
	EXPECT_EQ(0, said("sda"));
	g_free(disk);
	g_free(usb);
}

/* --- doubles --- */

TEST_F(attach, doubles_at_start)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED, CABLE);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED, CABLE);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 2));
	EXPECT_EQ(1, said(PREFIX "ttyUSB0" DOUBLE "ttyUSB1: \"openevse adopt\""));
	EXPECT_EQ(1, said(PREFIX "ttyUSB1" DOUBLE "ttyUSB0: \"openevse adopt\""));
	EXPECT_FALSE(tty_opened(&self->tty[0]));
	EXPECT_FALSE(tty_opened(&self->tty[1]));
}

TEST_F(attach, double_comes_later)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED, CABLE);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(says("ttyUSB0" ATTACHED));
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED, CABLE);
	ASSERT_TRUE(says("ttyUSB1" DOUBLE "ttyUSB0, which is attached"));
	EXPECT_TRUE(settled(self, 1, 1));
	EXPECT_FALSE(tty_opened(&self->tty[1]));
}

TEST_F(attach, doubles_by_path)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED, BY_PATH, CABLE);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED, BY_PATH, CABLE);
	ASSERT_TRUE(start(self));
	EXPECT_TRUE(settled(self, 2, 0));
}

/* One device, several ports: nothing is ambiguous there. */
TEST_F(attach, no_doubles)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED, CABLE);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED, SERIAL("A12345"), INTERFACE("01"));
	tty_plug(&self->bed, &self->tty[2], "ttyUSB2", MARKED, SERIAL("B"), INTERFACE("00"));
	tty_plug(&self->bed, &self->tty[3], "ttyUSB3", MARKED, SERIAL("A12345"), INTERFACE("02"));
	umockdev_testbed_set_attribute(self->bed.testbed, self->tty[3].port, "port_number", "1");
	tty_set(&self->tty[3], "ID_USB_INTERFACE_NUM", "00");
	ASSERT_TRUE(start(self));
	EXPECT_TRUE(settled(self, 4, 0));
}

/* Cheap cables have none at all, and are told apart by their place only. */
TEST_F(attach, no_serial_number)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED, "ID_SERIAL", "1a86_USB");
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED, "ID_SERIAL", "1a86_USB");
	ASSERT_TRUE(start(self));
	EXPECT_TRUE(settled(self, 2, 0));
}

/* Long before the pause is over. */
TEST_F(attach, double_goes_away)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED, CABLE);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED, CABLE);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(wear_out(self, &self->tty[1], A_MINUTE));
	tty_unplug(&self->tty[0]);
	ASSERT_TRUE(says("ttyUSB1" ATTACHED));
	EXPECT_FALSE(tty_opened(&self->tty[0]));
}

/* Who closes a terminal program does not wait for a minute. */
TEST_F(attach, pauses_less_for_another_program)
{
	int slave;

	bed_with_discipline(&self->bed);
	tty_prepare(&self->bed, &self->tty[0], "ttyUSB0");
	tty_make_node(&self->tty[0]);
	tty_usb(&self->tty[0], NULL);
	slave = open(self->tty[0].slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ASSERT_EQ(0, flock(slave, LOCK_EX | LOCK_NB));
	tty_add(&self->tty[0], MARKED, NULL);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(wear_out(self, &self->tty[0], "16 s"));
	tty_event(&self->tty[0], "change");
	ASSERT_TRUE(settled(self, 0, 1));
	EXPECT_EQ(0, said("next try in 32 s"));
	close(slave);
	tty_event(&self->tty[0], "change");
	ASSERT_TRUE(says("ttyUSB0" ATTACHED));
}

TEST_F(attach, double_is_adopted_by_path)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED, CABLE);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED, CABLE);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 2));
	tty_set(&self->tty[1], "OPENEVSE_MARK", "path");
	tty_event(&self->tty[1], "change");
	ASSERT_TRUE(says("ttyUSB1" ATTACHED));
}

/* As the descriptor of the device says; udev escapes some, not all, of them. */
static const char *const odd_serials[] = {
	"with space", "a/b/../c", "quote\"quote'", "%s%n%d%%", "x\", RUN+=\"/bin/sh",
	"\033[31mred", "\rreturn", "gr\xc3\xbc\xc3\x9f", "\xff\xfe", "\\x20\\n", "$attr{x}*?[a]",
	"0123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789"
	"012345678901234567890123456789012345678901234567890123456789",
};

TEST_F(attach, odd_serial_numbers)
{
	size_t i;

	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED, CABLE);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED, CABLE);
	ASSERT_TRUE(start(self));
	for (i = 0; i < ARRAY_SIZE(odd_serials); i++) {
		tty_set(&self->tty[0], "ID_SERIAL_SHORT", odd_serials[i]);
		tty_event(&self->tty[0], "change");
		tty_set(&self->tty[1], "ID_SERIAL_SHORT", odd_serials[i]);
		tty_event(&self->tty[1], "change");
		EXPECT_TRUE(settled(self, 0, 2));
	}
	kill(self->program.pid, SIGHUP);	/* the same by way of the enumeration */
	ASSERT_TRUE(tells("READY=1\n"));
	EXPECT_TRUE(settled(self, 0, 2));
}

/* --- the service manager --- */

TEST_F(attach, sighup_looks_again)
{
	tty_prepare(&self->bed, &self->tty[0], "ttyUSB0");
	tty_usb(&self->tty[0], NULL);
	tty_add(&self->tty[0], MARKED, NULL);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(wear_out(self, &self->tty[0], A_MINUTE));
	tty_make_node(&self->tty[0]);
	kill(self->program.pid, SIGHUP);
	ASSERT_TRUE(says("looking at all ttys again"));
	ASSERT_TRUE(says("ttyUSB0" NO_DISCIPLINE));
	EXPECT_TRUE(tells("RELOADING=1\n"));
	EXPECT_TRUE(tells("READY=1\n"));
	EXPECT_TRUE(settled(self, 0, 1));
}

/* What has changed without an event. */
TEST_F(attach, sighup_finds_and_forgets)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", CABLE);
	tty_plug(&self->bed, &self->tty[2], "ttyUSB2", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 2, 0));
	EXPECT_TRUE(tty_opened(&self->tty[2]));
	tty_set(&self->tty[0], "OPENEVSE_ATTACH", "0");
	tty_set(&self->tty[1], "OPENEVSE_ATTACH", "1");
	kill(self->program.pid, SIGHUP);
	ASSERT_TRUE(says("ttyUSB0: detached"));
	ASSERT_TRUE(says("ttyUSB1" ATTACHED));
	EXPECT_TRUE(settled(self, 2, 0));
	EXPECT_FALSE(tty_opened(&self->tty[2]));	/* a board is left in peace */
}

TEST_F(attach, notify_socket_in_the_file_system)
{
	const char *const argv[] = { "openevse-attach", NULL };

	program_start_notifying(&self->program, "/run/notify", argv);
	ASSERT_TRUE(tells("READY=1\n"));
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	EXPECT_TRUE(tells("STATUS=0 attached, 1 waiting\n"));
	kill(self->program.pid, SIGTERM);
	EXPECT_EQ(0, program_wait(&self->program));
	EXPECT_TRUE(tells("STOPPING=1\n"));
	/* Without -v: what is wrong, and nothing else. */
	EXPECT_EQ(1, said("\n"));
}

TEST_F(attach, sigterm_gives_the_boards_back)
{
	bed_with_discipline(&self->bed);
	tty_plug(&self->bed, &self->tty[0], "ttyUSB0", MARKED);
	tty_plug(&self->bed, &self->tty[1], "ttyUSB1", MARKED);
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 2, 0));
	kill(self->program.pid, SIGTERM);
	EXPECT_EQ(0, program_wait(&self->program));
	EXPECT_TRUE(tells("STOPPING=1\n"));
	EXPECT_EQ(1, said("ttyUSB0: detached"));
	EXPECT_EQ(1, said("ttyUSB1: detached"));
}

/*
 * As fast as it takes them, and ended with the last one taken. Sockets hold as
 * few as ten messages, and umockdev gives up when one is full.
 */
static bool storm(FIXTURE_DATA(attach) *self, int from, int until)
{
	static const char *const actions[] = { "add", "remove", "change", "add", "remove" };
	const int pending = 6;
	int i;

	for (i = from; i < until + pending; i++) {
		if (i < until)
			tty_event(&self->tty[i % 4], actions[i / 4 % ARRAY_SIZE(actions)]);
		if (i >= from + pending && !says("udev: "))
			return false;
	}
	return true;
}

/* In the end all is as it was. */
static void weather_storm(struct __test_metadata *_metadata, FIXTURE_DATA(attach) *self)
{
	static const char *const names[] = { "ttyUSB0", "ttyUSB1", "ttyUSB2", "ttyACM0" };
	int i, files;

	for (i = 0; i < 4; i++)
		tty_plug(&self->bed, &self->tty[i], names[i], SERIAL(i < 2 ? "A" : names[i]));
	ASSERT_TRUE(start(self));
	ASSERT_TRUE(settled(self, 0, 0));
	files = program_files(&self->program);
	for (i = 0; i < 4; i++)
		tty_set(&self->tty[i], "OPENEVSE_ATTACH", "1");
	/*
	 * While more is to come none need be tried. After an "add" behind a
	 * "remove", with nothing more to come, each is.
	 */
	ASSERT_TRUE(storm(self, 0, 584));
	EXPECT_TRUE(says("ttyACM0: "));
	EXPECT_TRUE(tty_opened(&self->tty[3]));
	ASSERT_TRUE(storm(self, 584, 600));
	/*
	 * All were removed last, so that none is opened while its node goes:
	 * umockdev leaks a file when an open() fails. For the same reason the
	 * files are counted before it has to settle.
	 */
	for (i = 0; i < 4; i++) {
		tty_unplug(&self->tty[i]);
		EXPECT_TRUE(says("udev: remove"));
	}
	EXPECT_TRUE(program_has_files(&self->program, files));
	EXPECT_TRUE(settled(self, 0, 0));
}

TEST_F(attach, storm)
{
	bed_with_discipline(&self->bed);
	weather_storm(_metadata, self);
}

TEST_F(attach, storm_where_nothing_can_be_attached)
{
	weather_storm(_metadata, self);
}

/* --- by hand --- */

TEST_F(attach, by_hand_no_tty)
{
	const char *const argv[] = { "openevse-attach", "/dev/null", NULL };

	program_start(&self->program, argv);
	EXPECT_EQ(1, program_wait(&self->program));
	EXPECT_STREQ(PREFIX "null: it is no serial port\n", self->program.log.text->str);
}

TEST_F(attach, by_hand_no_such_file)
{
	start_with(self, "nothing");
	EXPECT_EQ(1, program_wait(&self->program));
	EXPECT_EQ(1, said(PREFIX "nothing: cannot open it: No such file or directory\n"));
}

/*
 * Settings that are as far from those of a board as can be. Return: the near
 * end, open, or being exclusive would end with the program.
 */
static int set_up(struct tty *tty, struct termios *before)
{
	int slave = open(tty->slave, O_RDWR | O_NOCTTY | O_CLOEXEC);

	memset(before, 0, sizeof(*before));	/* what is between the members as well */
	tcgetattr(slave, before);
	before->c_cflag |= HUPCL | PARENB | CSTOPB;
	before->c_iflag |= IXON | ICRNL;
	before->c_lflag |= ICANON | ECHO | ISIG;
	cfsetspeed(before, B9600);
	tcsetattr(slave, TCSANOW, before);
	tcgetattr(slave, before);
	return slave;
}

static bool is_as_before(int slave, struct termios *before)
{
	struct termios now;
	int exclusive;

	memset(&now, 0, sizeof(now));
	before->c_cflag &= ~HUPCL;
	return !tcgetattr(slave, &now) && !memcmp(&now, before, sizeof(now)) &&
	       !ioctl(slave, TIOCGEXCL, &exclusive) && !exclusive;
}

TEST_F(attach, by_hand_leaves_no_trace)
{
	struct tty *tty = &self->tty[0];
	struct termios before;
	int slave;

	tty_open(&self->bed, tty);
	slave = set_up(tty, &before);
	start_with(self, tty->node);
	EXPECT_EQ(1, program_wait(&self->program));
	EXPECT_EQ(1, said(NO_DISCIPLINE));
	EXPECT_TRUE(is_as_before(slave, &before));
}

TEST_F(attach, by_hand_until_stopped)
{
	struct tty *tty = &self->tty[0];
	struct termios before, now;
	int slave;

	bed_with_discipline(&self->bed);
	tty_open(&self->bed, tty);
	slave = set_up(tty, &before);
	start_with(self, tty->node);
	ASSERT_TRUE(says(ATTACHED));
	ASSERT_TRUE(tells("READY=1\n"));
	ASSERT_EQ(0, tcgetattr(tty->master, &now));
	EXPECT_EQ(B115200, cfgetospeed(&now));
	EXPECT_EQ(0, now.c_lflag & (ICANON | ECHO | ISIG));
	kill(self->program.pid, SIGTERM);
	EXPECT_EQ(0, program_wait(&self->program));
	EXPECT_TRUE(is_as_before(slave, &before));
}

TEST_F(attach, by_hand_until_unplugged)
{
	bed_with_discipline(&self->bed);
	tty_open(&self->bed, &self->tty[0]);
	start_with(self, self->tty[0].node);
	ASSERT_TRUE(says(ATTACHED));
	close(self->tty[0].master);
	ASSERT_TRUE(says(": gone"));
	EXPECT_EQ(1, program_wait(&self->program));
}

TEST_F(attach, by_hand_locked)
{
	int slave;

	tty_open(&self->bed, &self->tty[0]);
	slave = open(self->tty[0].slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ASSERT_EQ(0, flock(slave, LOCK_EX | LOCK_NB));
	start_with(self, self->tty[0].node);
	EXPECT_EQ(1, program_wait(&self->program));
	EXPECT_EQ(1, said(": another program uses it\n"));
}

/* Root gets past TIOCEXCL, and must ask for it. */
TEST_F(attach, by_hand_exclusive)
{
	int slave, exclusive = 0;

	tty_open(&self->bed, &self->tty[0]);
	slave = open(self->tty[0].slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ASSERT_EQ(0, ioctl(slave, TIOCEXCL));
	start_with(self, self->tty[0].node);
	EXPECT_EQ(1, program_wait(&self->program));
	EXPECT_EQ(1, said(": another program uses it\n") +
		  said(": cannot open it: Device or resource busy\n"));
	ASSERT_EQ(0, ioctl(slave, TIOCGEXCL, &exclusive));
	EXPECT_EQ(1, exclusive);	/* it is not ours to take off */
}

static void write_lock_file(const struct tty *tty, pid_t pid)
{
	char *path = g_strdup_printf("/run/lock/LCK..%s", strrchr(tty->node, '/') + 1);
	char *text = g_strdup_printf("%10d\n", pid);

	g_file_set_contents(path, text, -1, NULL);
	g_free(text);
	g_free(path);
}

TEST_F(attach, by_hand_lock_file)
{
	tty_open(&self->bed, &self->tty[0]);
	write_lock_file(&self->tty[0], getpid());
	start_with(self, self->tty[0].node);
	EXPECT_EQ(1, program_wait(&self->program));
	EXPECT_EQ(1, said(": another program uses it\n"));
}

TEST_F(attach, by_hand_lock_file_of_the_dead)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	tty_open(&self->bed, &self->tty[0]);
	write_lock_file(&self->tty[0], pid);
	start_with(self, self->tty[0].node);
	EXPECT_EQ(1, program_wait(&self->program));
	EXPECT_EQ(1, said(NO_DISCIPLINE));
}

TEST_HARNESS_MAIN
