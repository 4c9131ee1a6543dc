/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Command: what a caller's wish takes on the wire
 *
 * Asking is one exchange. Changing something is not done when the board says
 * OK, but when it says that it is so: by the value in its reply, or by asking
 * again. What was changed, and by whom, becomes an event; what needed a
 * privilege leaves a line in the kernel's log before it is sent.
 *
 * This file has what every wish is made of, asking, control and the raw
 * exchange. capacity.c has the current, setting.c all that is set otherwise,
 * capability.c what the board could do.
 *
 * No state and no lock of its own; callers sleep.
 */
#ifndef _OPENEVSE_COMMAND_H
#define _OPENEVSE_COMMAND_H

#include "board.h"

/**
 * struct openevse_caller - for whom something is asked or done
 * @board: of which board
 * @opener: through which file
 * @hurried: it has a time of its own, which ends at @ends
 * @ends: in jiffies
 * @max_age: of the answers it takes, in jiffies; 0 unless it only asks
 * @saves: it writes the EEPROM however often that has been done
 */
struct openevse_caller {
	struct openevse_board *board;
	struct openevse_opener *opener;
	bool hurried;
	unsigned long ends;
	unsigned long max_age;
	bool saves;
};

/**
 * struct openevse_query - how to ask
 * @queue: what belongs to switching off goes as far ahead as that itself
 * @steadfast: neither a signal nor want of memory is a reason to leave it at that
 */
struct openevse_query {
	enum openevse_queue queue;
	bool steadfast;
};

/*
 * Not understood for sure, not answered, not waited for, the board has restarted
 * since, or there was no memory to look at it or to say it again: what has been
 * sent may have been executed.
 */
static inline bool openevse_is_unclear(int err)
{
	return err == -EBADMSG || err == -ETIMEDOUT || err == -EINTR ||
	       err == -ECONNRESET || err == -ENOMEM;
}

const struct openevse_command *openevse_row(u32 ioctl);

bool openevse_command_is_guarded(const struct openevse_caller *caller);
int openevse_command_run(const struct openevse_caller *caller,
			 struct openevse_request **request);
int openevse_command_query(const struct openevse_caller *caller, u32 ioctl,
			   const struct openevse_query *how, void *value);
void openevse_command_log(const struct openevse_caller *caller,
			  const struct openevse_command *command,
			  const void *value);
void openevse_command_tell(const struct openevse_caller *caller,
			   const struct openevse_command *command,
			   const s64 *before, const s64 *after);

int openevse_command_get(const struct openevse_caller *caller, u32 ioctl,
			 void *value);
int openevse_command_get_time(const struct openevse_caller *caller,
			      struct openevse_time *time);
void openevse_command_level_of(const struct openevse_settings *settings,
			       struct openevse_service_level *level);
int openevse_command_get_feature(const struct openevse_caller *caller,
				 struct openevse_feature *feature);
int openevse_command_get_service_level(const struct openevse_caller *caller,
				       struct openevse_service_level *level);
int openevse_command_control(const struct openevse_caller *caller,
			     const struct openevse_command *command);
int openevse_command_reset(const struct openevse_caller *caller);
int openevse_command_raw(const struct openevse_caller *caller,
			 struct openevse_raw *raw);

#endif /* _OPENEVSE_COMMAND_H */
