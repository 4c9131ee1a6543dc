// SPDX-License-Identifier: GPL-2.0
/*
 * What the test can do to a board through the control channel.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define GV	"$GV^35\\r"
#define GV_OK	"$OK 8.2.3 5.2.1^2F\\r"

static bool ok_answer(const char *answer)
{
	return !strncmp(answer, "ok", 2);
}

static void check_wire(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	bool ok = true;

	rig_ctl(r, "mute on");
	ok &= rig_expect(r, GV, 100, "");
	rig_ctl(r, "mute off");
	ok &= rig_expect(r, GV, 100, GV_OK);
	rig_ctl(r, "deaf on");
	ok &= rig_expect(r, GV, 100, "");
	rig_ctl(r, "deaf off");
	ok &= rig_expect(r, "", 100, "");
	rig_ctl(r, "drop 2");
	ok &= rig_expect(r, GV GV GV, 100, GV_OK);
	rig_ctl(r, "replies 1");
	ok &= rig_expect(r, GV GV, 100, GV_OK);
	rig_ctl(r, "replies all");
	ok &= rig_expect(r, GV, 100, GV_OK);
	rig_ctl(r, "delay 500");
	ok &= rig_expect(r, GV, 400, "") && rig_expect(r, "", 200, GV_OK);
	/* a late reply does not stop the firmware, and nothing overtakes it */
	ok &= rig_expect(r, "$SC 16 V\\r" GV, 400, "") &&
	      rig_expect(r, "", 200, "$OK 16^07\\r$AT 01 01 16 0200^34\\r" GV_OK);
	rig_ctl(r, "delay 0");
	rig_ctl(r, "stall 300");
	ok &= rig_expect(r, GV, 250, "") && rig_expect(r, "", 100, GV_OK);
	rig_ctl(r, "send x\\x00\\r\\n");
	rig_advance(r, 10);
	ok &= !strcmp(rig_heard(r), "x\\x00\\r\\n");
	rig_ctl(r, "echo on");
	ok &= rig_expect(r, GV, 100, GV GV_OK "\\n");
	result(rig_stop(r) && ok, "mute, deaf, drop, replies, delay, stall, send, echo");
}

static void check_corrupt(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	const char *heard;
	bool ok;

	rig_ctl(r, "corrupt");
	rig_send(r, "$GV^35\r", 7);
	rig_advance(r, 100);
	heard = rig_heard(r);
	ok = strlen(heard) >= strlen(GV_OK) && strcmp(heard, GV_OK) && *heard == '$';
	ok &= rig_expect(r, GV, 100, GV_OK);
	result(rig_stop(r) && ok, "corrupt damages one message");
}

static void noisy_run(char *text, size_t size)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	int i;

	rig_ctl(r, "noise 0.05 7 both");
	for (i = 0; i < 50; i++)
		rig_send(r, "$GV^35\r", 7);
	rig_advance(r, 5000);
	snprintf(text, size, "%s", rig_heard(r));
	rig_stop(r);
}

static void check_noise(void)
{
	char a[8192], b[8192];

	noisy_run(a, sizeof(a));
	noisy_run(b, sizeof(b));
	result(!strcmp(a, b) && strstr(a, "$OK 8.2.3"), "noise is the same for the same seed");
}

static void check_charging(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	bool ok = ok_answer(rig_ctl(r, "pilot B")) &&
		  ok_answer(rig_ctl(r, "wait state connected")) &&
		  ok_answer(rig_ctl(r, "pilot C")) &&
		  ok_answer(rig_ctl(r, "wait state charging 5000"));

	ok &= ok_answer(rig_ctl(r, "amps 40")) && ok_answer(rig_ctl(r, "wait ma 24000"));
	rig_advance(r, 3600000);
	ok &= atoi(rig_word(r, "session_ws")) / 3600 / 10 == 576;
	ok &= !strcmp(rig_word(r, "total_wh"), "0");
	rig_ctl(r, "pilot A");
	ok &= ok_answer(rig_ctl(r, "wait state not-connected"));
	ok &= atoi(rig_word(r, "total_wh")) / 10 == 576;
	ok &= ok_answer(rig_ctl(r, "wait relay open 1"));
	ok &= !strncmp(rig_ctl(r, "wait state charging 1000"), "error", 5);
	result(rig_stop(r) && ok, "a vehicle charges 24 A for an hour and leaves");
}

static void check_gfi_test_blocks(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", "--pacing", NULL);
	bool ok;

	rig_ctl(r, "pilot C");
	ok = ok_answer(rig_ctl(r, "wait state connected"));
	rig_advance(r, 400);
	rig_heard(r);
	ok &= rig_expect(r, GV, 600, "");
	ok &= rig_expect(r, "", 600, "$AT 03 03 24 0540^36\\r" GV_OK);
	result(rig_stop(r) && ok, "nothing is answered during the self test");
}

static void check_button(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	bool ok = true;

	rig_ctl(r, "button short");
	ok &= rig_expect(r, "", 200, "$AT fe 01 24 0200^37\\r");
	rig_ctl(r, "button short");
	ok &= rig_expect(r, "", 200, "$AT 01 01 24 0200^35\\r");
	ok &= rig_expect(r, "$FF B 0\\r", 200, "$OK^20\\r");
	rig_ctl(r, "button short");
	ok &= rig_expect(r, "", 200, "$AN 0^3B\\r");
	rig_ctl(r, "button long");
	ok &= rig_expect(r, "", 200, "$AN 1^3A\\r");
	rig_ctl(r, "button wifi");
	ok &= rig_expect(r, "", 200, "$WF 02^17\\r");
	result(rig_stop(r) && ok, "the button, enabled and disabled");
}

static void check_boot(void)
{
	struct rig *r = rig_start("8.2.3", NULL);
	bool ok;

	rig_send(r, "$GV^35\r", 7);		/* the UART is off */
	rig_advance(r, 500);
	rig_send(r, "$GE^26\r", 7);		/* kept */
	ok = rig_expect(r, "", 1700, "");
	ok &= rig_expect(r, "", 2300, "\\nrelayCloseMs: 100\\r\\nrelayHoldPwm: 255\\r\\n"
			 "$AT 00 00 0 0200^03\\r");
	ok &= rig_expect(r, "", 200, "$AB 00 8.2.3^1E\\r$OK 24 0001^27\\r"
			 "$AT 01 01 24 0200^35\\r");
	ok &= rig_expect(r, "$FR^30\\r", 3000, "");
	ok &= rig_expect(r, "", 500, "\\nrelayCloseMs: 100\\r\\nrelayHoldPwm: 255\\r\\n"
			 "$AT 00 00 0 0200^03\\r");
	result(rig_stop(r) && ok, "boot: deaf, silent, then a burst; FR without an answer");
}

static void check_post(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	bool ok;

	rig_ctl(r, "ground open");
	rig_ctl(r, "reset");
	rig_advance(r, 100);
	ok = strstr(rig_heard(r), "$AB 07 8.2.3^19\\r$AT 07 00 0 0200^04\\r") != NULL;
	ok &= rig_expect(r, "$GS^30\\r", 100, "$OK 07 0 00 0200^15\\r");
	rig_ctl(r, "ground ok");
	rig_ctl(r, "gfitest bad");
	rig_ctl(r, "reset");
	rig_advance(r, 100);
	ok &= strstr(rig_heard(r), "$AB 09 ") != NULL;
	rig_ctl(r, "gfitest ok");
	rig_ctl(r, "reset");
	rig_advance(r, 100);
	ok &= strstr(rig_heard(r), "$AB 00 ") != NULL;
	result(rig_stop(r) && ok, "a failed self test is final, and still answers");
}

static void check_boot_lock(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", "--with", "bootlock", NULL);
	bool ok = rig_expect(r, "$GS^30\\r", 1000, "$OK 00 0 00 4200^16\\r") &&
		  rig_expect(r, "$SB^35\\r", 1000, "$OK 0^30\\r$AT 01 01 24 0200^35\\r") &&
		  rig_expect(r, "$GS^30\\r", 1000, "$OK 01 0 01 0200^12\\r");

	result(rig_stop(r) && ok, "boot lock: state 00 until SB");
}

static void check_heartbeat(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	bool ok = rig_expect(r, "$SY 66 6\\r", 300, "$OK 66 6 0^06\\r");

	/* 66000 ms are 464 ms in 16 bits */
	ok &= rig_expect(r, "", 300, "$AT 01 01 6 0200^05\\r");
	ok &= rig_expect(r, "$SY\\r$SY 1\\r$SY 165\\r", 300, "$NK 66 6 2^05\\r$NK 66 6 2^05\\r"
			 "$OK 66 6 1^07\\r$AT 01 01 24 0200^35\\r");
	result(rig_stop(r) && ok, "heartbeat: missed, refused, acknowledged");
}

static void check_faults(void)
{
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", "--with", "overcurrent", NULL);
	bool ok;

	rig_ctl(r, "pilot C");
	rig_ctl(r, "wait state charging");
	rig_ctl(r, "amps 40 force");
	ok = ok_answer(rig_ctl(r, "wait state over-current 20000"));
	rig_ctl(r, "pilot A");
	ok &= ok_answer(rig_ctl(r, "wait state not-connected"));
	rig_ctl(r, "pilot C");
	rig_ctl(r, "wait state charging");
	rig_ctl(r, "temp 660");
	ok &= ok_answer(rig_ctl(r, "wait offered 12"));
	rig_advance(r, 100);
	ok &= rig_expect(r, "$SC 16 V\\r", 300, "$NK 12^02\\r");
	rig_ctl(r, "temp 300");
	ok &= ok_answer(rig_ctl(r, "wait offered 24"));
	rig_advance(r, 3000);
	rig_ctl(r, "gfi");
	ok &= ok_answer(rig_ctl(r, "wait state gfci-fault"));
	ok &= ok_answer(rig_ctl(r, "wait state charging 400000"));
	result(rig_stop(r) && ok, "over current, heat, a ground fault and its retry");
}

static void check_errors(void)
{
	static const char *const wrong[] = {
		"", "nonsense", "pilot", "pilot X", "pilot BB", "amps", "amps x", "amps -1",
		"ground", "ground maybe", "temp 9999", "delay", "delay 1x", "noise 2",
		"noise 0.1 1 sideways", "late", "late 0.1", "late 2 5", "late 0.1 5 x", "chop",
		"chop 2", "chop 0.1 x", "send \\q", "log", "log on /nonexistent/x",
		"wait state", "wait nothing 1", "unplug", "plug", "break", "button",
		"sensor", "sensor x 1", "clock 1 2", "stats x y z 1 2 3 4 5 6 7 8 9",
	};
	struct rig *r = rig_start("8.2.3", "--boot-time", "0", NULL);
	size_t i, n = sizeof(wrong) / sizeof(wrong[0]) - 1;
	bool ok = true;

	for (i = 0; i < n; i++)
		if (strncmp(rig_ctl(r, "%s", wrong[i]), "error ", 6)) {
			remark("accepted: %s", wrong[i]);
			ok = false;
		}
	ok &= rig_expect(r, GV, 100, GV_OK);
	result(rig_stop(r) && ok, "%zu wrong commands are errors", n);
}

/* ---- the pty ------------------------------------------------------------------ */

static bool line_from(int fd, char *line, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	while (n < size - 1 && poll(&p, 1, 5000) > 0 && read(fd, line + n, 1) == 1)
		if (line[n++] == '\n' || line[n - 1] == '\r')
			break;
	line[n] = '\0';
	return n > 0;
}

static bool asks(int fd)
{
	char line[64];

	return write(fd, "$GV^35\r", 7) == 7 && line_from(fd, line, sizeof(line)) &&
	       !strcmp(line, "$OK 8.2.3 5.2.1^2F\r");
}

static int open_link(const char *link)
{
	return open(link, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static bool told(const char *socket, const char *command)
{
	char shell[512];

	snprintf(shell, sizeof(shell), "%s --send %s '%s' >/dev/null", rig_program, socket,
		 command);
	return system(shell) == 0;
}

static bool hangs_up(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 5000) > 0 && (p.revents & POLLHUP);
}

static bool pty_life(int out, const char *socket, const char *link)
{
	char line[128];
	int fd, i;
	bool ok = line_from(out, line, sizeof(line)) && !strncmp(line, "pty /dev/pts/", 13);

	for (i = 0; i < 3 && ok; i++) {
		fd = open_link(link);
		ok = fd >= 0 && asks(fd) && asks(fd);
		close(fd);
	}
	fd = open_link(link);
	ok &= told(socket, "unplug") && hangs_up(fd) && access(link, F_OK);
	close(fd);
	ok &= told(socket, "plug") && line_from(out, line, sizeof(line));
	fd = open_link(link);
	ok &= fd >= 0 && asks(fd);
	close(fd);
	return told(socket, "quit") && ok;
}

static void check_pty(void)
{
	char dir[] = "/tmp/openevse-board-check.XXXXXX", socket[64], link[64];
	int out[2], status = -1;
	pid_t pid;
	bool ok;

	if (!mkdtemp(dir) || pipe2(out, O_CLOEXEC) < 0) {
		result(false, "pty: %s", strerror(errno));
		return;
	}
	snprintf(socket, sizeof(socket), "%s/control", dir);
	snprintf(link, sizeof(link), "%s/tty", dir);
	pid = fork();
	if (!pid) {
		dup2(out[1], STDOUT_FILENO);
		execl(rig_program, rig_program, "--firmware", "8.2.3", "--pty", "--boot-time",
		      "0", "--control", socket, "--link", link, NULL);
		_exit(127);
	}
	close(out[1]);
	ok = pty_life(out[0], socket, link);
	waitpid(pid, &status, 0);
	close(out[0]);
	ok &= access(socket, F_OK) < 0 && access(link, F_OK) < 0;
	rmdir(dir);
	result(ok && WIFEXITED(status) && !WEXITSTATUS(status),
	       "a pty survives being closed, and can be unplugged");
}

void check_control(void)
{
	check_wire();
	check_corrupt();
	check_noise();
	check_charging();
	check_gfi_test_blocks();
	check_button();
	check_boot();
	check_post();
	check_boot_lock();
	check_heartbeat();
	check_faults();
	check_errors();
	check_pty();
}
