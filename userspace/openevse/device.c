// SPDX-License-Identifier: GPL-2.0
/*
 * Which board, and is it there?
 *
 * sysfs says which boards exist, the symbolic links in /dev/openevse/ how people
 * call them. A path is looked at before it is opened: opening some other tty by
 * mistake would move its DTR line, which can reset what is behind it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "device.h"
#include "names.h"

#define CLASS_DIR	"/sys/class/openevse"
#define LINK_DIR	"/dev/openevse"
#define DEVICE_FORMAT	"openevse%u"

static bool parse_index(const char *name, unsigned int *index)
{
	int end = 0;

	return sscanf(name, DEVICE_FORMAT "%n", index, &end) == 1 && !name[end];
}

void board_attribute(const struct board *board, const char *attribute,
		     char *value, size_t size)
{
	char path[128];
	FILE *file;

	value[0] = '\0';
	snprintf(path, sizeof(path), CLASS_DIR "/" DEVICE_FORMAT "/%s", board->index, attribute);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(value, size, file))
		value[strcspn(value, "\n")] = '\0';
	fclose(file);
	make_printable(value);
}

/* Does /dev/openevse/@name lead to /dev/openevseN? Only plain links count. */
static bool link_leads_to(const char *name, unsigned int index)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *last;
	ssize_t length;
	unsigned int target_index;

	snprintf(path, sizeof(path), LINK_DIR "/%s", name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	last = strrchr(target, '/');
	return parse_index(last ? last + 1 : target, &target_index) && target_index == index;
}

static void find_name(struct board *board)
{
	DIR *dir = opendir(LINK_DIR);
	struct dirent *entry;

	snprintf(board->name, sizeof(board->name), DEVICE_FORMAT, board->index);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (strlen(entry->d_name) >= sizeof(board->name) ||
		    !link_leads_to(entry->d_name, board->index))
			continue;
		strcpy(board->name, entry->d_name);
		break;
	}
	closedir(dir);
}

static void fill_board(struct board *board, unsigned int index)
{
	memset(board, 0, sizeof(*board));
	board->index = index;
	snprintf(board->path, sizeof(board->path), "/dev/" DEVICE_FORMAT, index);
	find_name(board);
	board_attribute(board, "tty", board->tty, sizeof(board->tty));
}

static int by_index(const void *a, const void *b)
{
	const struct board *left = a, *right = b;

	return (left->index > right->index) - (left->index < right->index);
}

int boards_list(struct board **boards)
{
	DIR *dir = opendir(CLASS_DIR);
	struct board *list = NULL;
	struct dirent *entry;
	unsigned int index;
	int count = 0;

	*boards = NULL;
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (!parse_index(entry->d_name, &index))
			continue;
		list = reallocarray(list, count + 1, sizeof(*list));
		if (!list)
			out_of_memory();
		fill_board(&list[count++], index);
	}
	closedir(dir);
	if (count)
		qsort(list, count, sizeof(*list), by_index);
	*boards = list;
	return count;
}

static bool is_on_tty(const struct board *board, const char *tty)
{
	return !strcmp(board->tty, tty);
}

static bool is_called(const struct board *board, const char *name)
{
	char number[NAME_SIZE], device[NAME_SIZE];

	snprintf(number, sizeof(number), "%u", board->index);
	snprintf(device, sizeof(device), DEVICE_FORMAT, board->index);
	return !strcmp(name, number) || !strcmp(name, board->name) || !strcmp(name, device) ||
	       !strcmp(name, board->tty) || link_leads_to(name, board->index);
}

static bool find_board(bool (*fits)(const struct board *board, const char *name),
		       const char *name, struct board *board)
{
	struct board *boards;
	int count = boards_list(&boards), i;

	for (i = 0; i < count; i++)
		if (fits(&boards[i], name))
			break;
	if (i < count)
		*board = boards[i];
	free(boards);
	return i < count;
}

bool board_on_tty(const char *name, struct board *board)
{
	return find_board(is_on_tty, name, board);
}

bool board_by_name(const char *name, struct board *board)
{
	return find_board(is_called, name, board);
}

void tty_name(const char *path, char *name, size_t size)
{
	const char *last = strrchr(path, '/');
	bool pty = !strncmp(path, "/dev/pts/", 9);

	snprintf(name, size, "%s%s", pty ? "pts" : "", last ? last + 1 : path);
}

/* Is this character device one of the driver's? */
static bool number_is_ours(dev_t number, unsigned int *index)
{
	char path[64], target[PATH_MAX];
	const char *last;
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/dev/char/%u:%u", major(number), minor(number));
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	last = strrchr(target, '/');
	return last && parse_index(last + 1, index);
}

/* @path is there, as @st says. */
static bool board_at(const char *path, const struct stat *st, struct board *board)
{
	char real[PATH_MAX], tty[sizeof(board->tty)];
	unsigned int index;

	if (S_ISCHR(st->st_mode) && number_is_ours(st->st_rdev, &index)) {
		fill_board(board, index);
		/* In a container the node may have another name. */
		if (access(board->path, F_OK) && strlen(path) < sizeof(board->path))
			strcpy(board->path, path);
		return true;
	}
	if (!realpath(path, real))
		return false;
	tty_name(real, tty, sizeof(tty));
	return board_on_tty(tty, board);
}

bool board_find(const char *wanted, struct board *board)
{
	struct stat st;

	if (!strchr(wanted, '/'))
		return board_by_name(wanted, board);
	return !stat(wanted, &st) && board_at(wanted, &st, board);
}

static int choose_path(const char *path, struct board *board)
{
	struct stat st;

	if (stat(path, &st))
		return complain(errno == EACCES ? EXIT_RIGHTS : EXIT_GONE, "%s: %s",
				path, strerror(errno));
	if (board_at(path, &st, board))
		return EXIT_DONE;
	return complain(EXIT_GONE, "%s is not an OpenEVSE board", path);
}

static int choose_name(const char *name, struct board *board)
{
	if (board_by_name(name, board))
		return EXIT_DONE;
	return complain(EXIT_GONE, "no board \"%s\"; see \"openevse list\"", name);
}

static int complain_none(void)
{
	if (access(CLASS_DIR, F_OK))
		return complain(EXIT_GONE, "no OpenEVSE board: the driver is not loaded; \"openevse adopt\" introduces a board");
	return complain(EXIT_GONE, "no OpenEVSE board is attached; \"openevse adopt\" introduces one");
}

static int choose_only(struct board *board)
{
	struct board *boards;
	int count = boards_list(&boards);
	int result = EXIT_DONE;

	if (!count)
		result = complain_none();
	else if (count > 1)
		result = complain(EXIT_USAGE, "%d boards are attached: choose one with -d, for example \"-d %s\"",
				  count, boards[0].name);
	else
		*board = boards[0];
	free(boards);
	return result;
}

static int choose(const char *wanted, struct board *board)
{
	if (!wanted)
		return choose_only(board);
	if (strchr(wanted, '/'))
		return choose_path(wanted, board);
	return choose_name(wanted, board);
}

/* What a board sends is text from outside. */
static void clean(char *string, size_t size)
{
	string[size - 1] = '\0';
	make_printable(string);
}

int device_open_board(const struct board *board, enum device_access access,
		      struct device *device)
{
	int flags = access == DEVICE_CONTROL ? O_RDWR : O_RDONLY;
	int error;

	device->board = *board;
	device->fd = open(board->path, flags | O_CLOEXEC);
	if (device->fd < 0)
		return -errno;
	if (ioctl(device->fd, OPENEVSE_GET_INFO, &device->info)) {
		error = -errno;
		close(device->fd);
		return error;
	}
	clean(device->info.firmware, sizeof(device->info.firmware));
	clean(device->info.protocol, sizeof(device->info.protocol));
	clean(device->info.tty, sizeof(device->info.tty));
	return 0;
}

/* What the user wants of this file; the driver's defaults are not set again. */
static int apply_options(const struct cli *cli, enum device_access access,
			 const struct device *device)
{
	const struct openevse_timeout timeout = { .timeout_ms = cli->timeout_ms };
	const struct openevse_max_age max_age = { .max_age_ms = cli->max_age_ms };
	const struct openevse_switch guard = { .enabled = 0 };
	const struct {
		bool wanted;
		unsigned long request;
		const void *value;
		const char *what;
	} options[] = {
		{ cli->timeout_ms, OPENEVSE_SET_TIMEOUT, &timeout, "apply --timeout" },
		{ cli->max_age_ms, OPENEVSE_SET_MAX_AGE, &max_age, "apply --max-age" },
		{ cli->wear_eeprom && access == DEVICE_CONTROL, OPENEVSE_SET_EEPROM_GUARD,
		  &guard, "apply --wear-eeprom" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].wanted && ioctl(device->fd, options[i].request, options[i].value))
			return device_error(device, -errno, options[i].what);
	return EXIT_DONE;
}

static int open_error(const struct board *board, int error)
{
	switch (-error) {
	case EACCES:
	case EPERM:
		return complain(EXIT_RIGHTS, "no permission for %s: join the group openevse (usermod -aG openevse USER) and log in anew",
				board->path);
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return complain(EXIT_GONE, "%s is gone", board->path);
	case ENOTTY:
		return complain(EXIT_GONE, "%s is not an OpenEVSE board", board->path);
	default:
		return complain(EXIT_ERROR, "cannot open %s: %s", board->path, strerror(-error));
	}
}

int device_open(const struct cli *cli, enum device_access access, struct device *device)
{
	struct board board;
	int code = choose(cli->device, &board);
	int error;

	if (code)
		return code;
	error = device_open_board(&board, access, device);
	if (error)
		return open_error(&board, error);
	code = apply_options(cli, access, device);
	if (code)
		device_close(device);
	return code;
}

void device_close(struct device *device)
{
	close(device->fd);
	device->fd = -1;
}

int device_error(const struct device *device, int error, const char *what)
{
	const char *name = device->board.name;
	char *prefix = what ? xasprintf("%s: cannot %s: ", name, what) : xasprintf("%s: ", name);
	const char *reason;
	int code;

	switch (-error) {
	case ETIMEDOUT:
		code = EXIT_TIMEOUT;
		reason = "the board did not answer in time";
		break;
	case EBADMSG:
		code = EXIT_ERROR;
		reason = "the board's answers are damaged; look at the cable";
		break;
	case ECONNRESET:
		code = EXIT_ERROR;
		reason = "the board restarted meanwhile; what was not saved in it is gone";
		break;
	case EDQUOT:
		code = EXIT_REFUSED;
		reason = "the board's EEPROM has been written too often lately; --wear-eeprom overrides this";
		break;
	case EREMOTEIO:
		code = EXIT_REFUSED;
		reason = "the board refused";
		break;
	case EOPNOTSUPP:
		code = EXIT_MISSING;
		reason = "this firmware has not got it";
		break;
	case ENODATA:
		code = EXIT_MISSING;
		reason = "the board has no value for it";
		break;
	case ERANGE:
		code = EXIT_REFUSED;
		reason = "this firmware does not accept such a value; nothing was changed";
		break;
	case EINVAL:
		code = EXIT_REFUSED;
		reason = "that cannot be said to a board; nothing was changed";
		break;
	case EPERM:
	case EACCES:
		code = EXIT_RIGHTS;
		reason = "not permitted; this takes root";
		break;
	case ENODEV:
		code = EXIT_GONE;
		reason = "unplugged or detached";
		break;
	case ENOTTY:
		code = EXIT_ERROR;
		reason = "the loaded driver is older than this command";
		break;
	default:
		code = EXIT_ERROR;
		reason = strerror(-error);
	}
	complain(code, "%s%s", prefix, reason);
	free(prefix);
	return code;
}
