/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recall: answers that are not too old yet
 *
 * Callers may take an answer up to a certain age. An answer is as old as its
 * question: by then what it says was so. All are forgotten at once when
 * anything may have changed: an event, a command that changes something, a
 * board that was lost.
 *
 * No lock of its own: the exchange's guards it.
 */
#ifndef _OPENEVSE_RECALL_H
#define _OPENEVSE_RECALL_H

#include "dialect.h"

/* More than any firmware has getters and things to ask them about. */
#define OPENEVSE_ANSWERS	40

/* Room for what a getter is asked about: a sensor, a relay. */
#define OPENEVSE_SUBJECT_MAX	8

/**
 * struct openevse_answer - one reply
 * @command: the row that was sent; NULL for none
 * @subject: the beginning of its uAPI struct as it was sent
 * @asked: when it was sent, in 64-bit jiffies
 * @reply: belongs to it
 */
struct openevse_answer {
	const struct openevse_command *command;
	u8 subject[OPENEVSE_SUBJECT_MAX];
	u64 asked;
	struct openevse_frame reply;
};

/**
 * struct openevse_recall - of one board
 * @answers: in no order
 */
struct openevse_recall {
	struct openevse_answer answers[OPENEVSE_ANSWERS];
};

void openevse_recall_forget(struct openevse_recall *recall);
void openevse_recall_keep(struct openevse_recall *recall,
			  const struct openevse_command *command,
			  const void *value, u64 asked,
			  const struct openevse_frame *reply);
const struct openevse_answer *
openevse_recall_find(const struct openevse_recall *recall,
		     const struct openevse_command *command, const void *value,
		     unsigned long max_age);

#endif /* _OPENEVSE_RECALL_H */
