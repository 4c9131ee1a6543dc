/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Command: what a caller's wish takes on the wire
 *
 * Asking is one exchange. Changing something is not done when the board says
 * OK, but when it says that it is so: by the value in its reply, or by asking
 * again. What was changed, and by whom, becomes an event.
 *
 * No state and no lock of its own; callers sleep.
 */
#ifndef _OPENEVSE_COMMAND_H
#define _OPENEVSE_COMMAND_H

#include "board.h"

int openevse_command_get(struct openevse_board *board,
			 const struct openevse_command *command, void *out);
int openevse_command_get_feature(struct openevse_board *board,
				 struct openevse_feature *feature);
int openevse_command_get_service_level(struct openevse_board *board,
				       struct openevse_service_level *level);
int openevse_command_control(struct openevse_board *board,
			     const struct openevse_command *command);
int openevse_command_reset(struct openevse_board *board);
int openevse_command_set_capacity(struct openevse_board *board,
				  struct openevse_current_capacity *capacity);
int openevse_command_raw(struct openevse_board *board,
			 struct openevse_raw *raw);

#endif /* _OPENEVSE_COMMAND_H */
