// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>

#include "recall.h"

/* Getters have no argument, or one at the beginning of their struct. */
static bool is_of(const struct openevse_answer *answer,
		  const struct openevse_command *command, const void *value)
{
	return answer->command && answer->command->ioctl == command->ioctl &&
	       answer->command->item == command->item &&
	       (!command->argument_count ||
		!memcmp(answer->subject, value, sizeof(answer->subject)));
}

/** openevse_recall_forget() - something may be other than it was */
void openevse_recall_forget(struct openevse_recall *recall)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(recall->answers); i++)
		recall->answers[i].command = NULL;
}

/* Its own place, or a free one, or that of the oldest. */
static struct openevse_answer *
place_for(struct openevse_recall *recall,
	  const struct openevse_command *command, const void *value)
{
	struct openevse_answer *place = &recall->answers[0];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(recall->answers); i++) {
		struct openevse_answer *answer = &recall->answers[i];

		if (is_of(answer, command, value))
			return answer;
		if (place->command && (!answer->command ||
				       time_before64(answer->asked, place->asked)))
			place = answer;
	}
	return place;
}

/**
 * openevse_recall_keep() - this has been answered
 * @recall: of the board
 * @command: a getter's row, as it was sent
 * @value: its uAPI struct, as it was sent
 * @asked: when, in 64-bit jiffies
 * @reply: believed
 */
void openevse_recall_keep(struct openevse_recall *recall,
			  const struct openevse_command *command,
			  const void *value, u64 asked,
			  const struct openevse_frame *reply)
{
	struct openevse_answer *answer = place_for(recall, command, value);

	answer->command = command;
	memcpy(answer->subject, value, sizeof(answer->subject));
	answer->asked = asked;
	answer->reply = *reply;
}

/**
 * openevse_recall_find() - has this been answered lately?
 * @recall: of the board
 * @command: any row of its ioctl and item
 * @value: its uAPI struct
 * @max_age: of the answer, in jiffies
 *
 * Return: the answer, or NULL.
 */
const struct openevse_answer *
openevse_recall_find(const struct openevse_recall *recall,
		     const struct openevse_command *command, const void *value,
		     unsigned long max_age)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(recall->answers); i++) {
		const struct openevse_answer *answer = &recall->answers[i];

		if (is_of(answer, command, value))
			return time_after64(get_jiffies_64(),
					    answer->asked + max_age) ?
			       NULL : answer;
	}
	return NULL;
}
