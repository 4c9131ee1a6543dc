/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the checks of "openevse doctor" share
 *
 * A *check* looks at one thing and reports *findings*: a line each, with what to
 * do about it. It changes nothing, opens no tty, and sends nothing to what is not
 * attached.
 */
#ifndef OPENEVSE_DOCTOR_H
#define OPENEVSE_DOCTOR_H

#include "cable.h"
#include "device.h"
#include "json_out.h"
#include "query.h"

enum result { RESULT_OK, RESULT_NOTE, RESULT_FAIL };

/**
 * struct doctor - one run of it
 * @cli: the call
 * @wanted: the board or tty it is about; NULL for all there are
 * @check: the name of the check that is running
 * @subject: what its findings are about; NULL for this computer
 * @array: findings as JSON; NULL for text
 * @failed: some finding was a RESULT_FAIL
 * @boards: attached ones to look at
 * @board_count: how many
 * @cables: ttys to look at that have no board attached
 * @cable_count: how many
 */
struct doctor {
	const struct cli *cli;
	const char *wanted;
	const char *check;
	const char *subject;
	struct json_object *array;
	bool failed;
	struct board *boards;
	int board_count;
	struct cable *cables;
	int cable_count;
};

/**
 * struct check - a row of a table of checks
 * @name: one word, for the line and for JSON
 * @run: looks, and reports by finding()
 */
struct check {
	const char *name;
	void (*run)(struct doctor *doctor);
};

/**
 * struct patient - an attached board that is open
 * @device: the board
 * @query: answers so far; nothing is asked unless its link is up
 * @stats: counters of its line
 */
struct patient {
	struct device device;
	struct query query;
	struct openevse_stats stats;
};

struct board_check {
	const char *name;
	void (*run)(struct doctor *doctor, struct patient *patient);
};

/* Report: what is so, and what to do about it, or NULL. */
void finding(struct doctor *doctor, enum result result, const char *remedy,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* doctor_host.c: the module, the helper, the rules, who else is there. */
extern const struct check host_checks[];

/* doctor_cable.c: ttys, the rights to boards. */
extern const struct check cable_checks[];

/* doctor_board.c. The last two are asked only of a board that answers. */
extern const struct board_check line_checks[];
extern const struct board_check state_checks[];

/* The name of our helper's process: 15 characters, all of it. */
#define HELPER_NAME	"openevse-attach"

/* Are there systemd, our module, our helper? */
bool host_has_systemd(void);
bool host_has_module(void);
bool host_has_helper(void);

/* What is known to be wrong with that firmware, one after the other from 0 on. */
const char *firmware_defect(const char *version, unsigned int number);

#endif
