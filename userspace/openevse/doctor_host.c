// SPDX-License-Identifier: GPL-2.0
/*
 * openevse doctor: is this computer ready for a board?
 *
 * The module, the discipline, the helper, the rules, and programs that are known
 * to take hold of serial ports.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor.h"
#include "process.h"

#define MODULE_DIR	"/sys/module/openevse"
#define DISCIPLINES	"/proc/tty/ldiscs"
#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define UNIT		"openevse-attach.service"
#define RULES		"70-openevse.rules"
#define UDEV_CONTROL	"/run/udev/control"

/* Does a line of the file have that text in it? */
static bool file_has(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char line[512];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, text);
	fclose(file);
	return found;
}

bool host_has_systemd(void)
{
	return !access("/run/systemd/system", F_OK);
}

bool host_has_module(void)
{
	return !access(MODULE_DIR, F_OK);
}

bool host_has_helper(void)
{
	return process_find(HELPER_NAME);
}

static bool module_is_installed(const char *release)
{
	char *index = xasprintf("/lib/modules/%s/modules.dep", release);
	bool found = file_has(index, "openevse.ko");

	free(index);
	return found;
}

static void check_module(struct doctor *doctor)
{
	struct utsname kernel;
	char *remedy;

	uname(&kernel);
	if (host_has_module()) {
		finding(doctor, RESULT_OK, NULL, "openevse is loaded, into kernel %s", kernel.release);
		return;
	}
	if (module_is_installed(kernel.release)) {
		finding(doctor, RESULT_FAIL, file_has(LOCKDOWN, "[none]") || access(LOCKDOWN, R_OK) ?
			"sudo modprobe openevse" :
			"sudo modprobe openevse; this kernel is locked down and may take signed modules only",
			"openevse is installed for kernel %s, but not loaded", kernel.release);
		return;
	}
	remedy = xasprintf("install linux-headers-%s, then \"sudo make install\" in the sources of this project",
			   kernel.release);
	finding(doctor, RESULT_FAIL, remedy, "no module openevse is installed for kernel %s",
		kernel.release);
	free(remedy);
}

/* Whoever registers its number last has it, and nobody is told. */
static void check_discipline(struct doctor *doctor)
{
	if (!host_has_module())
		return;
	if (file_has(DISCIPLINES, "openevse "))
		finding(doctor, RESULT_OK, NULL, "the line discipline is registered");
	else
		finding(doctor, RESULT_FAIL, "unload that module, then: sudo modprobe -r openevse; sudo modprobe openevse",
			"another module has taken the number of the line discipline");
}

/* As "systemctl mask" does it. */
static bool unit_is_masked(void)
{
	static const char *const units[] = {
		"/etc/systemd/system/" UNIT, "/run/systemd/system/" UNIT,
	};
	char target[32];
	ssize_t length;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		length = readlink(units[i], target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		if (!strcmp(target, "/dev/null"))
			return true;
	}
	return false;
}

static const char *how_to_start_helper(void)
{
	if (!host_has_systemd())
		return "sudo /etc/init.d/openevse-attach start";
	if (unit_is_masked())
		return "sudo systemctl unmask openevse-attach; sudo systemctl enable --now openevse-attach";
	return "sudo systemctl enable --now openevse-attach";
}

static void check_helper(struct doctor *doctor)
{
	if (host_has_helper())
		finding(doctor, RESULT_OK, NULL, "openevse-attach is running");
	else if (process_hidden())
		finding(doctor, RESULT_NOTE, "ask again as root",
			"whether openevse-attach is running cannot be seen");
	else
		finding(doctor, RESULT_FAIL, how_to_start_helper(),
			"openevse-attach is not running: no cable is attached");
}

static bool rules_are_installed(void)
{
	static const char *const dirs[] = {
		"/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
		"/usr/lib/udev/rules.d", "/lib/udev/rules.d",
	};
	char path[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/" RULES, dirs[i]);
		if (!access(path, F_OK))
			return true;
	}
	return false;
}

static void check_rules(struct doctor *doctor)
{
	if (access(UDEV_CONTROL, F_OK))
		finding(doctor, RESULT_FAIL, "start udev, or attach by hand: sudo openevse-attach TTY",
			"udev is not running: no cable is recognised");
	else if (!rules_are_installed())
		finding(doctor, RESULT_FAIL, "\"sudo make install\" in the sources of this project",
			"the udev rules are not installed: no " RULES);
	else
		finding(doctor, RESULT_OK, NULL, "the udev rules are installed");
}

static const struct {
	const char *program;
	const char *habit;
} neighbours[] = {
	{ "ModemManager", "tries whether serial ports are modems; enrolled cables it leaves alone" },
	{ "gpsd", "may take a serial port for a GPS receiver; enrolled cables are kept from it" },
	{ "brltty", "may take an adapter for a braille display; enrolled cables are kept from it" },
};

/* They are no mistake, but explain what happens to cables that are not enrolled. */
static void check_neighbours(struct doctor *doctor)
{
	bool any = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(neighbours); i++) {
		if (!process_find(neighbours[i].program))
			continue;
		finding(doctor, RESULT_NOTE, NULL, "%s is running: it %s", neighbours[i].program,
			neighbours[i].habit);
		any = true;
	}
	if (!any)
		finding(doctor, RESULT_OK, NULL, "no program is running that is known to grab serial ports");
}

const struct check host_checks[] = {
	{ "module", check_module },
	{ "discipline", check_discipline },
	{ "helper", check_helper },
	{ "rules", check_rules },
	{ "neighbours", check_neighbours },
	{ NULL, NULL },
};
