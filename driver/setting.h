/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Setting: change something on the board, and see that it is so
 *
 * A *change* is looked at before it is made: what is so already is not sent, and
 * what this build has not got is found out by a getter that cannot do harm. Then
 * it is sent, and looked at again. Where nothing shows it, the board's $OK has to
 * do.
 *
 * Most changes are looked at by their row's proof. Those for which no single
 * getter's value is the proof bring their own way of looking.
 *
 * No state and no lock of its own; callers sleep.
 */
#ifndef _OPENEVSE_SETTING_H
#define _OPENEVSE_SETTING_H

#include "command.h"

int openevse_setting_change(const struct openevse_caller *caller,
			    const struct openevse_command *command,
			    const void *value);
int openevse_setting_send(const struct openevse_caller *caller,
			  const struct openevse_command *command,
			  const void *value, struct openevse_frame *reply,
			  bool *sent);

int openevse_setting_service_level(const struct openevse_caller *caller,
				   const struct openevse_service_level *level);
int openevse_setting_echo(const struct openevse_caller *caller,
			  const struct openevse_switch *echo);
int openevse_setting_time(const struct openevse_caller *caller,
			  const struct openevse_time *time);
int openevse_setting_clear_counters(const struct openevse_caller *caller);
int openevse_setting_clear_boot_lock(const struct openevse_caller *caller);
int openevse_setting_recover_relay(const struct openevse_caller *caller);
int openevse_setting_display_text(const struct openevse_caller *caller,
				  const struct openevse_display_text *text);

#endif /* _OPENEVSE_SETTING_H */
