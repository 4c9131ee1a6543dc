// SPDX-License-Identifier: GPL-2.0
/*
 * Script: makes sense of a recording.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

/* A board that has answered nothing for so long after others will not. */
#define FORGOTTEN_US	1000000

static struct script_item *add_item(struct script *script, long long us,
				    enum script_kind kind)
{
	struct script_item *item = &script->item[script->count++];

	memset(item, 0, sizeof(*item));
	item->us = us;
	item->kind = kind;
	item->partner = SCRIPT_NONE;
	return item;
}

/* --- the client's bytes --- */

static bool checksum_is_right(const char *line, const char *delimiter)
{
	unsigned int sum = 0;
	const char *at;
	char digits[3];

	for (at = line; at < delimiter; at++)
		sum = *delimiter == '^' ? sum ^ (unsigned char)*at :
					  sum + (unsigned char)*at;
	snprintf(digits, sizeof(digits), "%02X", sum & 0xff);
	return !strcmp(delimiter + 1, digits);
}

/* Without NUL, as a string, up to the checksum. */
static void look_at_command(struct script_item *item)
{
	char *delimiter;
	size_t i;

	for (i = 1; i < item->len; i++)
		if (!isprint(item->bytes[i]))
			return;
	snprintf(item->text, sizeof(item->text), "%s",
		 (const char *)item->bytes + 1);
	delimiter = strpbrk(item->text, "^*");
	if (delimiter && !checksum_is_right((const char *)item->bytes,
			(const char *)item->bytes + 1 +
			(delimiter - item->text)))
		return;
	if (delimiter)
		*delimiter = '\0';
	item->well_formed = !strstr(item->text, " :");
}

static void take_command(struct script *script, long long us,
			 const unsigned char *bytes, size_t len)
{
	struct script_item *item = add_item(script, us, SCRIPT_COMMAND);

	item->bytes = bytes;
	item->len = len;
	look_at_command(item);
}

/* @at: where the next command's bytes go; each gets a NUL behind it. */
static size_t take_client_byte(struct script *script, long long us,
			       unsigned char byte, size_t from, size_t at)
{
	unsigned char *commands = script->commands;

	if (byte == '$')
		at = from;
	else if (at == from)
		return at;
	if (byte != '\r') {
		commands[at++] = byte;
		return at;
	}
	commands[at] = '\0';
	take_command(script, us, commands + from, at - from);
	return at + 1;
}

/* --- the board's pieces --- */

static bool begins(const struct recording_entry *entry, const char *word)
{
	return !strncmp((const char *)entry->bytes, word, strlen(word));
}

/* "$ST 0a": two tokens; an echoed timer command has five. */
static bool is_message(const struct recording_entry *entry)
{
	if (begins(entry, "$ST "))
		return !strchr((const char *)entry->bytes + 4, ' ');
	return begins(entry, "$AT ") || begins(entry, "$AB ") ||
	       begins(entry, "$AN ") || begins(entry, "$WF ");
}

static enum script_kind kind_of(const struct recording_entry *entry)
{
	if (begins(entry, "$OK") || begins(entry, "$NK"))
		return SCRIPT_REPLY;
	if (is_message(entry))
		return SCRIPT_MESSAGE;
	if (entry->len == 1 && entry->bytes[0] == '\n')
		return SCRIPT_TEXT;
	return begins(entry, "relay") ? SCRIPT_TEXT : SCRIPT_ECHO;
}

static void take_piece(struct script *script, const struct recording_entry *entry)
{
	struct script_item *item = add_item(script, entry->us, kind_of(entry));
	size_t end;

	item->bytes = entry->bytes;
	item->len = entry->len;
	if (item->kind != SCRIPT_REPLY && item->kind != SCRIPT_MESSAGE)
		return;
	/* The CR, then "^hh" where this firmware sends one. */
	end = entry->len - 1;
	if (end > 4 && entry->bytes[end - 3] == '^')
		end -= 3;
	while (end > 1 && entry->bytes[end - 1] == ' ')
		end--;
	memcpy(item->text, entry->bytes + 1, end - 1);
}

static void take_entry(struct script *script, const struct recording_entry *entry,
		       size_t *from, size_t *at)
{
	bool begun = script->count;
	size_t i, next;

	if (entry->kind == RECORDING_ANSWER && begun)
		take_piece(script, entry);
	if (entry->kind == RECORDING_RESET && begun)
		add_item(script, entry->us, SCRIPT_RESET);
	if (entry->kind != RECORDING_COMMAND)
		return;
	for (i = 0; i < entry->len; i++) {
		size_t before = script->count;

		next = take_client_byte(script, entry->us, entry->bytes[i],
					*from, *at);
		*from = script->count > before ? next : *from;
		*at = next;
	}
}

/* --- who belongs to whom --- */

/* What the firmware drops without a word, or never answers. */
static bool is_silent(const struct script_item *item, size_t limit)
{
	return item->len > limit || !strcmp(item->text, "FR");
}

/*
 * Replies come in the order of the commands. In a burst that overflows the
 * board's receive buffer the last ones are lost: they are forgotten when the
 * next command comes long after the last reply.
 */
static void pair(struct script *script, size_t limit)
{
	size_t pending[64], first = 0, last = 0;
	long long replied_us = 0;
	size_t i;

	for (i = 0; i < script->count; i++) {
		struct script_item *item = &script->item[i];

		if (item->kind == SCRIPT_COMMAND && !is_silent(item, limit)) {
			if (first < last && item->us - replied_us > FORGOTTEN_US &&
			    script->item[pending[first % 64]].us < replied_us)
				first = last;
			pending[last++ % 64] = i;
		} else if (item->kind == SCRIPT_RESET) {
			first = last;
		} else if (item->kind == SCRIPT_REPLY && first < last) {
			item->partner = pending[first++ % 64];
			script->item[item->partner].partner = i;
			replied_us = item->us;
		}
	}
}

/* An echo comes before the reply of what is echoed. */
static void find_echoes(struct script *script)
{
	size_t i, j;

	for (i = 0; i < script->count; i++) {
		if (script->item[i].kind != SCRIPT_COMMAND)
			continue;
		for (j = i + 1; j < script->count; j++)
			if (script->item[j].kind == SCRIPT_ECHO ||
			    script->item[j].kind == SCRIPT_REPLY)
				break;
		script->item[i].echoed = j < script->count &&
					 script->item[j].kind == SCRIPT_ECHO;
	}
}

int script_load(struct script *script, const char *path, size_t limit)
{
	size_t from = 0, at = 0, bytes = 0;
	size_t i;

	memset(script, 0, sizeof(*script));
	if (recording_load(&script->recording, path))
		return -1;
	for (i = 0; i < script->recording.count; i++)
		bytes += script->recording.entry[i].len;
	/* Never more commands than bytes. */
	script->item = calloc(bytes + script->recording.count,
			      sizeof(*script->item));
	script->commands = calloc(1, 2 * bytes + 1);
	if (!script->item || !script->commands) {
		script_free(script);
		return -1;
	}
	for (i = 0; i < script->recording.count; i++)
		take_entry(script, &script->recording.entry[i], &from, &at);
	pair(script, limit);
	find_echoes(script);
	return 0;
}

void script_free(struct script *script)
{
	free(script->item);
	free(script->commands);
	recording_free(&script->recording);
	memset(script, 0, sizeof(*script));
}
