// SPDX-License-Identifier: GPL-2.0
/*
 * "openevse adopt" and "openevse release" on an emulated udev: which rules they
 * write for which cable. The board answers on the far end of the tty.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../kselftest_harness.h"

#include "bed.h"
#include "program.h"

#define QUESTION	"$GV*C1\r"
#define ANSWER		"$OK 8.2.3 5.2.1^2F\r"

#define HEADING \
	"# OpenEVSE boards on this host. \"openevse adopt\" and \"openevse release\" write here.\n"
#define MATCH_SERIAL(serial) \
	"SUBSYSTEM==\"tty\", ENV{ID_VENDOR_ID}==\"0403\", ENV{ID_MODEL_ID}==\"6001\", " \
	"ENV{ID_SERIAL_SHORT}==\"" serial "\", ENV{ID_USB_INTERFACE_NUM}==\"00\", " \
	"ATTRS{port_number}==\"0\""
#define ATTACH		", ENV{OPENEVSE_ATTACH}=\"1\""
#define BY_SERIAL(serial) MATCH_SERIAL(serial) ATTACH
#define BY_PATH(path) \
	"SUBSYSTEM==\"tty\", ENV{ID_PATH}==\"" path ":1.0\", ATTRS{port_number}==\"0\"" \
	ATTACH ", ENV{OPENEVSE_MARK}=\"path\""
#define NAME(name) \
	", ENV{OPENEVSE_NAME}=\"" name "\""
#define USB \
	"SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", ATTR{idVendor}==\"0403\", " \
	"ATTR{idProduct}==\"6001\", "
#define USB_BY_SERIAL(serial) \
	USB "ENV{ID_SERIAL_SHORT}==\"" serial "\", ENV{OPENEVSE_CABLE}=\"1\"\n"
#define USB_BY_PATH(path) \
	USB "IMPORT{builtin}=\"path_id\", ENV{ID_PATH}==\"" path "\", ENV{OPENEVSE_CABLE}=\"1\"\n"
#define HERE		"pci-0000:00:14.0-usb-0:1"
#define THERE		"pci-0000:00:14.0-usb-0:2.1"

/* What else may stand in that file, as an administrator leaves it. */
#define OTHER_LINES \
	"# mine; \"quotes\", tabs\t, gr\xc3\xbc\xc3\x9f, %s\\\n\n  x\n" \
	BY_SERIAL("A1234") NAME("carport") "\n" USB_BY_SERIAL("A1234") \
	"#" BY_SERIAL("A123") NAME("attic") "\n" \
	MATCH_SERIAL("A123") ", KERNEL==\"ttyUSB9\"" ATTACH "\n" \
	"KERNEL==\"sda\", SYMLINK+=\"x\" # not ours\n" \
	"SUBSYSTEM==\"tty\", KERNEL==\"ttyS1\"" ATTACH "\n"

/**
 * struct board - answers as one does, on the far end of a tty
 * @master: where
 * @slave: the near end; while it is open, the far one does not hang up
 */
struct board {
	int master;
	int slave;
	GThread *thread;
};

static gpointer answer(gpointer data)
{
	struct board *board = data;
	char text[sizeof(QUESTION)] = "", byte;
	size_t length = 0;

	while (read(board->master, &byte, 1) == 1) {
		if (byte == '$')
			length = 0;
		if (length < sizeof(text) - 1)
			text[length++] = byte;
		text[length] = '\0';
		if (!strcmp(text, QUESTION) &&
		    write(board->master, ANSWER, strlen(ANSWER)) != strlen(ANSWER))
			break;
	}
	return NULL;
}

static void board_start(struct board *board, const struct tty *tty)
{
	board->master = tty->master;
	board->slave = open(tty->slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
	board->thread = g_thread_new("board", answer, board);
}

static void board_stop(struct board *board)
{
	close(board->slave);
	g_thread_join(board->thread);
}

FIXTURE(adopt)
{
	struct bed bed;
	struct tty tty[2];
	struct board board;
	struct program program;
	char *file;
};

FIXTURE_SETUP(adopt)
{
	bed_make(&self->bed);
	self->bed.usb_numbers = true;
	self->file = g_build_filename(self->bed.root, "rules", NULL);
}

FIXTURE_TEARDOWN(adopt)
{
	size_t i;

	if (!__test_passed(_metadata))
		program_print(&self->program);
	program_free(&self->program);
	if (self->board.thread)
		board_stop(&self->board);
	for (i = 0; i < ARRAY_SIZE(self->tty); i++)
		if (self->tty[i].bed)
			tty_close(&self->tty[i]);
	bed_free(&self->bed);
	g_free(self->file);
}

/* Without a property where its value is NULL. */
static void plug(FIXTURE_DATA(adopt) *self, int i, const char *serial, const char *path)
{
	struct tty *tty = &self->tty[i];

	tty_prepare(&self->bed, tty, i ? "ttyUSB1" : "ttyUSB0");
	tty_make_node(tty);
	tty_usb(tty, serial);
	tty_add(tty, "ID_VENDOR_ID", "0403", "ID_MODEL_ID", "6001", "ID_VENDOR", "FTDI",
		"ID_SERIAL", "FTDI_FT232R", "ID_USB_INTERFACE_NUM", "00", NULL);
	if (serial)
		tty_set(tty, "ID_SERIAL_SHORT", serial);
	if (path) {
		char *place = g_strdup_printf("%s:1.0", path);

		tty_set(tty, "ID_PATH", place);
		g_free(place);
	}
	if (!self->board.thread)
		board_start(&self->board, tty);
}

/* Return: the command's exit status. */
static int run(FIXTURE_DATA(adopt) *self, const char *command, const char *what,
	       const char *option, const char *value)
{
	const char *const argv[] = { "openevse", command, what, "--rules", self->file,
				     option, value, NULL };

	program_free(&self->program);
	program_start(&self->program, argv);
	return program_wait(&self->program);
}

#define adopt(what)		run(self, "adopt", what, NULL, NULL)
#define adopt_as(what, name)	run(self, "adopt", what, "--name", name)
#define try_adopt(what)		run(self, "adopt", what, "--dry-run", NULL)
#define release(what)		run(self, "release", what, NULL, NULL)
#define printed			(self->program.out.text->str)
#define complained(text)	times_said(&self->program.log, text)

static bool write_file(FIXTURE_DATA(adopt) *self, const char *text)
{
	return g_file_set_contents(self->file, text, -1, NULL);
}

/* Is the file this, byte for byte? NULL: is there none? */
static bool file_is(FIXTURE_DATA(adopt) *self, const char *expected)
{
	char *text = NULL, *escaped;
	bool same;

	g_file_get_contents(self->file, &text, NULL, NULL);
	same = !g_strcmp0(text, expected);
	if (!same) {
		escaped = g_strescape(text ? text : "(none)", NULL);
		printf("# the file is: %s\n", escaped);
		g_free(escaped);
	}
	g_free(text);
	return same;
}

/* --- which mark --- */

TEST_F(adopt, by_serial_number)
{
	plug(self, 0, "A123", HERE);
	ASSERT_EQ(0, try_adopt("ttyUSB0"));
	EXPECT_STREQ(BY_SERIAL("A123") "\n" USB_BY_SERIAL("A123"), printed);
	EXPECT_STREQ("ttyUSB0: OpenEVSE firmware 8.2.3, RAPI 5.2.1 (FTDI, serial A123)\n",
		     self->program.log.text->str);
	EXPECT_TRUE(file_is(self, NULL));
}

TEST_F(adopt, by_path_without_serial_number)
{
	plug(self, 0, NULL, HERE);
	ASSERT_EQ(0, try_adopt("ttyUSB0"));
	EXPECT_STREQ(BY_PATH(HERE) "\n" USB_BY_PATH(HERE), printed);
	EXPECT_EQ(1, complained("ttyUSB0 has no serial number of its own: "
				"it is recognised by the place where it is plugged in\n"));
}

TEST_F(adopt, by_path_where_a_twin_is)
{
	plug(self, 0, "A123", HERE);
	plug(self, 1, "A123", THERE);
	ASSERT_EQ(0, try_adopt("ttyUSB0"));
	EXPECT_STREQ(BY_PATH(HERE) "\n" USB_BY_PATH(HERE), printed);
}

/* The same number, another port of the same cable or another maker's. */
TEST_F(adopt, no_twin)
{
	plug(self, 0, "A123", HERE);
	plug(self, 1, "A123", THERE);
	tty_set(&self->tty[1], "ID_USB_INTERFACE_NUM", "01");
	ASSERT_EQ(0, try_adopt("ttyUSB0"));
	EXPECT_STREQ(BY_SERIAL("A123") "\n" USB_BY_SERIAL("A123"), printed);
	tty_set(&self->tty[1], "ID_USB_INTERFACE_NUM", "00");
	tty_set(&self->tty[1], "ID_SERIAL", "Prolific_PL2303");
	ASSERT_EQ(0, try_adopt("ttyUSB0"));
	EXPECT_STREQ(BY_SERIAL("A123") "\n" USB_BY_SERIAL("A123"), printed);
}

TEST_F(adopt, by_name_where_it_is_soldered_in)
{
	struct tty *tty = &self->tty[0];

	tty_prepare(&self->bed, tty, "ttyS0");
	tty_make_node(tty);
	tty_soldered(tty);
	tty_add(tty, NULL);
	board_start(&self->board, tty);
	ASSERT_EQ(0, try_adopt("ttyS0"));
	EXPECT_STREQ("SUBSYSTEM==\"tty\", KERNEL==\"ttyS0\"" ATTACH "\n", printed);
}

/* "ttyUSB0" would mean another cable tomorrow. */
TEST_F(adopt, never_by_name_where_it_is_plugged_in)
{
	plug(self, 0, NULL, NULL);
	EXPECT_EQ(1, adopt("ttyUSB0"));
	EXPECT_EQ(1, complained("ttyUSB0 cannot be recognised again"));
	EXPECT_TRUE(file_is(self, NULL));
}

/* An adapter with more than this port is not ours alone. */
TEST_F(adopt, usb_device_with_more_on_it)
{
	plug(self, 0, "A123", HERE);
	umockdev_testbed_set_attribute(self->bed.testbed, self->tty[0].usb, "bNumInterfaces", "2");
	ASSERT_EQ(0, try_adopt("ttyUSB0"));
	EXPECT_STREQ(BY_SERIAL("A123") "\n", printed);
}

TEST_F(adopt, the_only_one)
{
	plug(self, 0, "A123", HERE);
	ASSERT_EQ(0, run(self, "adopt", "--yes", "--dry-run", NULL));
	EXPECT_STREQ(BY_SERIAL("A123") "\n" USB_BY_SERIAL("A123"), printed);
}

TEST_F(adopt, several)
{
	plug(self, 0, "A123", HERE);
	plug(self, 1, "B123", THERE);
	EXPECT_EQ(2, run(self, "adopt", "--yes", "--dry-run", NULL));
	EXPECT_EQ(1, complained("several serial ports"));
	EXPECT_STREQ("", printed);
}

TEST_F(adopt, no_such_tty)
{
	EXPECT_NE(0, try_adopt("ttyUSB7"));
	EXPECT_EQ(1, complained("no serial port \"ttyUSB7\"\n"));
}

/* --- the file --- */

TEST_F(adopt, makes_the_file)
{
	plug(self, 0, "A123", HERE);
	ASSERT_EQ(0, adopt_as("ttyUSB0", "garage"));
	EXPECT_TRUE(file_is(self, HEADING BY_SERIAL("A123") NAME("garage") "\n"
			    USB_BY_SERIAL("A123")));
}

/* Again, under another name, away: nobody else's line changes. */
TEST_F(adopt, leaves_other_lines_alone)
{
	plug(self, 0, "A123", HERE);
	ASSERT_TRUE(write_file(self, OTHER_LINES));
	ASSERT_EQ(0, adopt_as("ttyUSB0", "garage"));
	EXPECT_TRUE(file_is(self, OTHER_LINES BY_SERIAL("A123") NAME("garage") "\n"
			    USB_BY_SERIAL("A123")));
	ASSERT_EQ(0, adopt("ttyUSB0"));		/* the name stays */
	EXPECT_TRUE(file_is(self, OTHER_LINES BY_SERIAL("A123") NAME("garage") "\n"
			    USB_BY_SERIAL("A123")));
	ASSERT_EQ(0, adopt_as("ttyUSB0", "street"));
	EXPECT_TRUE(file_is(self, OTHER_LINES BY_SERIAL("A123") NAME("street") "\n"
			    USB_BY_SERIAL("A123")));
	ASSERT_EQ(0, release("ttyUSB0"));
	EXPECT_TRUE(file_is(self, OTHER_LINES));
	EXPECT_NE(0, release("ttyUSB0"));
	EXPECT_EQ(1, complained("no rule for \"ttyUSB0\""));
	EXPECT_TRUE(file_is(self, OTHER_LINES));
}

TEST_F(adopt, name_is_taken)
{
	plug(self, 0, "A123", HERE);
	ASSERT_TRUE(write_file(self, OTHER_LINES));
	EXPECT_EQ(1, adopt_as("ttyUSB0", "carport"));
	EXPECT_EQ(1, complained("the name \"carport\" belongs to another cable in "));
	EXPECT_TRUE(file_is(self, OTHER_LINES));
	EXPECT_EQ(0, adopt_as("ttyUSB0", "attic"));	/* in a comment only */
}

TEST_F(adopt, bad_names)
{
	static const char *const names[] = {
		"", "12", "openevse3", "a\"b", "a/b", "../x", "a b", "a\nb", "by-id", "Upper",
		"abcdefghijklmnopqrstuvwxyz0123456",
	};
	size_t i;

	plug(self, 0, "A123", HERE);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		EXPECT_EQ(2, adopt_as("ttyUSB0", names[i]));
	EXPECT_TRUE(file_is(self, NULL));
}

/* Unplugged, only the name is left to go by: both lines of that one, no others. */
TEST_F(adopt, released_by_name)
{
	ASSERT_TRUE(write_file(self, OTHER_LINES BY_PATH(HERE) NAME("garage") "\n" USB_BY_PATH(HERE)
			       BY_SERIAL("B1") "\n" USB_BY_SERIAL("B1")));
	ASSERT_EQ(0, release("garage"));
	EXPECT_TRUE(file_is(self, OTHER_LINES BY_SERIAL("B1") "\n" USB_BY_SERIAL("B1")));
	ASSERT_EQ(0, release("carport"));
	EXPECT_NE(0, release("attic"));
}

TEST_F(adopt, released_without_a_file)
{
	plug(self, 0, "A123", HERE);
	EXPECT_NE(0, release("ttyUSB0"));
	EXPECT_TRUE(file_is(self, NULL));
}

/* A rule by serial number, and now there are two: it would mean both. */
TEST_F(adopt, rule_of_a_twin_goes)
{
	plug(self, 0, "A123", HERE);
	plug(self, 1, "A123", THERE);
	ASSERT_TRUE(write_file(self, BY_SERIAL("A123") NAME("garage") "\n" USB_BY_SERIAL("A123")));
	ASSERT_EQ(0, adopt("ttyUSB0"));
	EXPECT_EQ(1, complained("the rule for this serial number, for garage is removed"));
	EXPECT_TRUE(file_is(self, BY_PATH(HERE) "\n" USB_BY_PATH(HERE)));
}

/* The board that has it goes by its place as well, and keeps its name. */
TEST_F(adopt, rule_of_an_attached_twin_moves)
{
	plug(self, 0, "A123", HERE);
	plug(self, 1, "A123", THERE);
	g_free(umockdev_testbed_add_device(self->bed.testbed, "openevse", "openevse0",
					   self->tty[1].syspath, "tty", "ttyUSB1", NULL, NULL));
	ASSERT_TRUE(write_file(self, BY_SERIAL("A123") NAME("garage") "\n" USB_BY_SERIAL("A123")));
	ASSERT_EQ(0, adopt("ttyUSB0"));
	EXPECT_EQ(1, complained("ttyUSB1 has the same serial number"));
	EXPECT_TRUE(file_is(self, BY_PATH(HERE) "\n" USB_BY_PATH(HERE)
			    BY_PATH(THERE) NAME("garage") "\n" USB_BY_PATH(THERE)));
}

/* --- what a cable says must not become a rule --- */

#define FIFTY	"01234567890123456789012345678901234567890123456789"
#define LONG	FIFTY FIFTY FIFTY FIFTY

static const char *const odd_texts[] = {
	"x\", RUN+=\"/bin/sh", "a b", "quote'", "a/b", "back\\slash", "%k$attr{x}", "*", "A?",
	"[ab]", "{x}", "#x", "\033[31m", "a\tb", "gr\xc3\xbc\xc3\x9f", "\xff", "", LONG "\"",
};

TEST_F(adopt, odd_serial_numbers)
{
	size_t i;

	plug(self, 0, "A123", HERE);
	for (i = 0; i < ARRAY_SIZE(odd_texts); i++) {
		tty_set(&self->tty[0], "ID_SERIAL_SHORT", odd_texts[i]);
		EXPECT_EQ(0, adopt("ttyUSB0"));
		EXPECT_TRUE(file_is(self, HEADING BY_PATH(HERE) "\n" USB_BY_PATH(HERE)));
		EXPECT_EQ(2, complained("\n"));	/* the firmware; by its place */
		EXPECT_TRUE(is_clean(&self->program.log));
	}
}

TEST_F(adopt, odd_places)
{
	size_t i;

	plug(self, 0, NULL, HERE);
	for (i = 0; i < ARRAY_SIZE(odd_texts); i++) {
		tty_set(&self->tty[0], "ID_PATH", odd_texts[i]);
		EXPECT_EQ(1, adopt("ttyUSB0"));
		EXPECT_EQ(1, complained("ttyUSB0 cannot be recognised again"));
	}
	EXPECT_TRUE(file_is(self, NULL));
}

/* sysfs has them as they are, with line ends too; udev makes them plain. */
static const char *const odd_attributes[] = {
	"A123\nSUBSYSTEM==\"tty\", RUN+=\"/bin/sh\"", "x\", RUN+=\"/bin/sh", "a\rb", "A*",
};

TEST_F(adopt, odd_attributes)
{
	UMockdevTestbed *testbed = self->bed.testbed;
	size_t i;

	plug(self, 0, "A123", HERE);
	for (i = 0; i < ARRAY_SIZE(odd_attributes); i++) {
		umockdev_testbed_set_attribute(testbed, self->tty[0].usb, "serial",
					       odd_attributes[i]);
		ASSERT_EQ(0, try_adopt("ttyUSB0"));
		/* What udev made of it counts. */
		EXPECT_STREQ(BY_SERIAL("A123") "\n" USB_BY_SERIAL("A123"), printed);
	}
	umockdev_testbed_set_attribute(testbed, self->tty[0].usb, "serial", "A123");
	for (i = 0; i < ARRAY_SIZE(odd_attributes); i++) {
		umockdev_testbed_set_attribute(testbed, self->tty[0].usb, "idVendor",
					       odd_attributes[i]);
		ASSERT_EQ(0, try_adopt("ttyUSB0"));
		EXPECT_STREQ(BY_SERIAL("A123") "\n", printed);
	}
}

TEST_F(adopt, long_serial_number)
{
	plug(self, 0, LONG, HERE);
	ASSERT_EQ(0, try_adopt("ttyUSB0"));
	EXPECT_STREQ(BY_SERIAL(LONG) "\n" USB_BY_SERIAL(LONG), printed);
}

TEST_HARNESS_MAIN
