// SPDX-License-Identifier: GPL-2.0
/*
 * The local udev rules
 *
 * One line says that a tty is to be attached, and how the board is called; the
 * other that its whole USB device is spoken for. What follows from that is in
 * 70-openevse.rules and 95-openevse.rules. The file stays readable
 * and may be edited: only lines that begin with the conditions of the cable in
 * question are touched. It is replaced by rename(), so udev never reads half, and
 * by one program at a time, so no change gets lost.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "rules.h"

#define HEADING \
	"# OpenEVSE boards on this host. \"openevse adopt\" and \"openevse release\" write here."
#define TTY_CONDITION	"SUBSYSTEM==\"tty\", "
#define USB_CONDITION	"SUBSYSTEM==\"usb\", "
#define ATTACH_RULE	", ENV{OPENEVSE_ATTACH}=\"1\""
#define NAME_START	", ENV{OPENEVSE_NAME}=\""
#define NAME_RULE	NAME_START "%s\""
/* Cables with the same serial number are no mistake then. */
#define PATH_RULE	", ENV{OPENEVSE_MARK}=\"path\""
#define CABLE_RULE	", ENV{OPENEVSE_CABLE}=\"1\""
#define LONGEST_NAME	32
/* The next file: next to this one, by a name that udev does not read. */
#define DRAFT		"%s.new"

/* The lines of a file, each without its end. */
struct lines {
	char **line;
	size_t count;
};

static char *text_for(const struct cable *cable, const char *name)
{
	const char *usb_match = cable->usb_matches[cable->best];
	char *name_rule = name ? xasprintf(NAME_RULE, name) : xasprintf("%s", "");
	char *usb_rule = usb_match ? xasprintf(USB_CONDITION "%s" CABLE_RULE "\n", usb_match) :
				     xasprintf("%s", "");
	char *rules = xasprintf(TTY_CONDITION "%s" ATTACH_RULE "%s%s\n%s",
				cable->matches[cable->best],
				cable->best == MARK_PATH ? PATH_RULE : "", name_rule, usb_rule);

	free(name_rule);
	free(usb_rule);
	return rules;
}

char *rules_text(const struct adopted *cables, size_t count)
{
	char *rules = xasprintf("%s", ""), *before, *more;
	size_t i;

	for (i = 0; i < count; i++) {
		before = rules;
		more = text_for(cables[i].cable, cables[i].name);
		rules = xasprintf("%s%s", before, more);
		free(before);
		free(more);
	}
	return rules;
}

/* It becomes /dev/openevse/NAME, and must not look like a number or a device. */
bool rules_name_valid(const char *name)
{
	size_t length = strlen(name);

	if (!length || length > LONGEST_NAME)
		return false;
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-")])
		return false;
	if (!isalnum((unsigned char)name[0]) || !name[strspn(name, "0123456789")])
		return false;
	if (!strncmp(name, "openevse", 8) && !name[8 + strspn(name + 8, "0123456789")])
		return false;
	return strcmp(name, "by-id") && strcmp(name, "by-path");
}

static void append_line(struct lines *lines, const char *line)
{
	lines->line = reallocarray(lines->line, lines->count + 1, sizeof(*lines->line));
	if (!lines->line)
		out_of_memory();
	lines->line[lines->count++] = xasprintf("%s", line);
}

static void free_lines(struct lines *lines)
{
	while (lines->count)
		free(lines->line[--lines->count]);
	free(lines->line);
	lines->line = NULL;
}

static int read_lines(const char *path, struct lines *lines)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	int error;

	memset(lines, 0, sizeof(*lines));
	if (!file)
		return -errno;
	while ((length = getline(&line, &size, file)) >= 0) {
		if (length && line[length - 1] == '\n')
			line[length - 1] = '\0';
		append_line(lines, line);
	}
	error = ferror(file) ? -EIO : 0;
	free(line);
	fclose(file);
	if (error)
		free_lines(lines);
	return error;
}

/* Does the rule have all of @start in front, and the conditions end there? */
static bool begins_with(const char *line, const char *condition, const char *match,
			const char *rule)
{
	char *start = xasprintf("%s%s%s", condition, match, rule);
	bool result = !strncmp(line, start, strlen(start));

	free(start);
	return result;
}

static bool is_tty_rule(const char *line, const char *match)
{
	return match && begins_with(line, TTY_CONDITION, match, ATTACH_RULE);
}

static bool is_rule_of(const char *line, const struct cable *cable)
{
	int i;

	for (i = 0; i < MARKS; i++)
		if (is_tty_rule(line, cable->matches[i]) ||
		    (cable->usb_matches[i] &&
		     begins_with(line, USB_CONDITION, cable->usb_matches[i], CABLE_RULE)))
			return true;
	return is_tty_rule(line, cable->shared_match);
}

static bool names(const char *line, const char *name)
{
	char *rule = xasprintf(NAME_RULE, name);
	bool result = line[0] != '#' && strstr(line, rule);

	free(rule);
	return result;
}

static char *name_in(const char *line)
{
	const char *name = strstr(line, NAME_START);

	if (!name)
		return NULL;
	name += strlen(NAME_START);
	return xasprintf("%.*s", (int)strcspn(name, "\""), name);
}

char *rules_name(const char *file, const struct cable *cable)
{
	struct lines lines;
	char *name = NULL;
	size_t i;

	if (read_lines(file, &lines))
		return NULL;
	for (i = 0; i < lines.count && !name; i++)
		if (is_rule_of(lines.line[i], cable) &&
		    !is_tty_rule(lines.line[i], cable->shared_match))
			name = name_in(lines.line[i]);
	free_lines(&lines);
	return name;
}

bool rules_shared(const char *file, const struct cable *cable, char **name)
{
	struct lines lines;
	bool found = false;
	size_t i;

	*name = NULL;
	if (read_lines(file, &lines))
		return false;
	for (i = 0; i < lines.count && !found; i++) {
		found = is_tty_rule(lines.line[i], cable->shared_match);
		if (found)
			*name = name_in(lines.line[i]);
	}
	free_lines(&lines);
	return found;
}

/* By another cable than @cable. */
static bool is_taken(const struct lines *lines, const struct cable *cable, const char *name)
{
	size_t i;

	for (i = 0; name && i < lines->count; i++)
		if (names(lines->line[i], name) && !is_rule_of(lines->line[i], cable))
			return true;
	return false;
}

bool rules_name_taken(const char *file, const struct cable *cable, const char *name)
{
	struct lines lines;
	bool taken;

	if (read_lines(file, &lines))
		return false;
	taken = is_taken(&lines, cable, name);
	free_lines(&lines);
	return taken;
}

/* The rule for the USB device stands behind the one for its tty. */
static bool is_usb_rule(const char *line)
{
	return !strncmp(line, USB_CONDITION, strlen(USB_CONDITION)) && strstr(line, CABLE_RULE);
}

/* Return: how many lines went away. */
static int drop_lines(struct lines *lines, const struct cable *cable, const char *name)
{
	size_t i, kept = 0;
	bool drop = false;
	char *line;

	for (i = 0; i < lines->count; i++) {
		line = lines->line[i];
		if (cable)
			drop = is_rule_of(line, cable);
		else
			drop = names(line, name) || (drop && is_usb_rule(line));
		if (drop)
			free(line);
		else
			lines->line[kept++] = line;
	}
	i = lines->count - kept;
	lines->count = kept;
	return i;
}

static int write_and_sync(FILE *file, const struct lines *lines, const char *more)
{
	size_t i;

	if (ftruncate(fileno(file), 0))
		return -errno;
	for (i = 0; i < lines->count; i++)
		fprintf(file, "%s\n", lines->line[i]);
	fputs(more, file);
	if (fflush(file) || ferror(file) || fchmod(fileno(file), 0644) || fsync(fileno(file)))
		return errno ? -errno : -EIO;
	return 0;
}

static bool is_called(int fd, const char *path)
{
	struct stat ours, called;

	return !fstat(fd, &ours) && !stat(path, &called) && ours.st_dev == called.st_dev &&
	       ours.st_ino == called.st_ino;
}

/*
 * The draft is the lock as well: from before the old file is read until the draft
 * takes its place or is removed. Either way it has lost its name by then, and who
 * has waited begins with one of their own. What a killed program left is reused.
 */
static int lock_draft(const char *draft)
{
	int fd, error;

	for (;;) {
		fd = open(draft, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX)) {
			error = -errno;
			close(fd);
			return error;
		}
		if (is_called(fd, draft))
			return fd;
		close(fd);
	}
}

/**
 * struct edit - one change of the file
 * @path: the file
 * @draft: the name of the next one
 * @file: that, locked; NULL where there is none, which only who writes minds
 * @error: why not, then
 * @lines: what the file has
 */
struct edit {
	const char *path;
	char *draft;
	FILE *file;
	int error;
	struct lines lines;
};

/* Return: what reading the file came to; end_edit() in any case. */
static int begin_edit(struct edit *edit, const char *path)
{
	int fd;

	edit->path = path;
	edit->draft = xasprintf(DRAFT, path);
	fd = lock_draft(edit->draft);
	edit->error = fd < 0 ? fd : 0;
	edit->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (fd >= 0 && !edit->file)
		out_of_memory();
	return read_lines(path, &edit->lines);
}

static int put_in_place(struct edit *edit, const char *more)
{
	int error;

	if (!edit->file)
		return edit->error;
	errno = 0;
	error = write_and_sync(edit->file, &edit->lines, more);
	if (!error && rename(edit->draft, edit->path))
		error = -errno;
	return error;
}

static void end_edit(struct edit *edit)
{
	if (edit->file) {
		if (is_called(fileno(edit->file), edit->draft))
			unlink(edit->draft);
		fclose(edit->file);
	}
	free(edit->draft);
	free_lines(&edit->lines);
}

int rules_adopt(const char *path, const struct adopted *cables, size_t count)
{
	struct edit edit;
	int error = begin_edit(&edit, path);
	char *rules;
	size_t i;

	if (error == -ENOENT) {
		append_line(&edit.lines, HEADING);
		error = 0;
	}
	if (error)
		goto out;
	for (i = 0; i < count; i++)
		drop_lines(&edit.lines, cables[i].cable, NULL);
	if (is_taken(&edit.lines, cables[0].cable, cables[0].name)) {
		error = -EEXIST;
		goto out;
	}
	rules = rules_text(cables, count);
	error = put_in_place(&edit, rules);
	free(rules);
out:
	end_edit(&edit);
	return error;
}

int rules_release(const char *path, const struct cable *cable, const char *name)
{
	struct edit edit;
	int error = begin_edit(&edit, path);
	int dropped = 0;

	if (error == -ENOENT)
		error = 0;
	if (!error)
		dropped = drop_lines(&edit.lines, cable, name);
	if (dropped)
		error = put_in_place(&edit, "");
	end_edit(&edit);
	return error ? error : dropped;
}
