// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of driver/dialect*.c: every row of both tables, for every RAPI version.
 *
 * The first byte of the input is the version. The rest is words, taken as the
 * board's reply to each command, as a message, as numbers and text for the struct
 * of each command, as a command that a program wants to send as it stands, and
 * as answer to $GV.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "contract.h"
#include "dialect.h"

#include "fuzz.h"

static const u32 versions[] = {
	OPENEVSE_RAPI(0, 9, 0), OPENEVSE_RAPI(1, 0, 0), OPENEVSE_RAPI(1, 0, 1),
	OPENEVSE_RAPI(1, 0, 2), OPENEVSE_RAPI(1, 0, 3), OPENEVSE_RAPI(2, 0, 0),
	OPENEVSE_RAPI(2, 0, 1), OPENEVSE_RAPI(2, 0, 2), OPENEVSE_RAPI(2, 0, 3),
	OPENEVSE_RAPI(3, 0, 1), OPENEVSE_RAPI(4, 0, 0), OPENEVSE_RAPI(4, 0, 1),
	OPENEVSE_RAPI(5, 0, 0), OPENEVSE_RAPI(5, 1, 0), OPENEVSE_RAPI(5, 1, 1),
	OPENEVSE_RAPI(5, 1, 2), OPENEVSE_RAPI(5, 1, 3), OPENEVSE_RAPI(5, 1, 4),
	OPENEVSE_RAPI(5, 2, 0), OPENEVSE_RAPI(5, 2, 1), OPENEVSE_RAPI(6, 0, 0),
};

struct input {
	u32 rapi;
	char text[256];		/* no NUL in it */
	s64 numbers[FUZZ_NUMBERS];
	size_t count;
	struct openevse_frame frame;	/* the text as a frame with a checksum */
	bool is_frame;
};

static const char *line_of(const struct input *input)
{
	return fuzz_show(input->frame.line, input->frame.len);
}

/* --- replies --- */

enum outcome { IS_ANSWER, IS_NONE, HAS_NO_VALUE };

static const struct form *form_of(const struct answer *answer, u8 count)
{
	u8 i;

	for (i = 0; i < answer->form_count; i++)
		if (answer->forms[i].count + 1 == count)
			return &answer->forms[i];
	return NULL;
}

static void set_valid(const struct answer *answer, u32 bit, void *value)
{
	u32 valid;

	memcpy(&valid, (u8 *)value + answer->valid_offset, sizeof(valid));
	valid |= bit;
	memcpy((u8 *)value + answer->valid_offset, &valid, sizeof(valid));
}

/* What the struct has to be then. */
static enum outcome expect(const struct answer *answer,
			   const struct openevse_frame *frame, void *value)
{
	const struct form *form = form_of(answer, frame->count);
	enum outcome outcome = IS_ANSWER;
	const struct part *part;
	bool absent;
	u8 i;

	for (i = 0; form && i < form->count; i++) {
		part = &form->part[i];
		if (!contract_read(part, openevse_frame_token(frame, i + 1),
				   frame->token[i + 1].len, value, &absent))
			return IS_NONE;
		if (absent && !part->valid)
			outcome = HAS_NO_VALUE;
		if (!absent && part->valid)
			set_valid(answer, part->valid, value);
	}
	return form ? outcome : IS_NONE;
}

/*
 * Decoded in memory of just its size. What it had before stays where the reply
 * has nothing to say, reserved words first of all.
 */
static void *decode(const struct openevse_command *row,
		    const struct openevse_frame *frame, u8 fill, int *err)
{
	void *value = malloc(row->size ? row->size : 1);

	memset(value, fill, row->size);
	*err = openevse_dialect_decode(row, frame, value);
	return value;
}

static void check_outcome(const struct openevse_command *row,
			  const struct input *input, const struct answer *answer,
			  u8 fill)
{
	void *expected = malloc(row->size ? row->size : 1), *value;
	enum outcome outcome;
	int err;

	memset(expected, fill, row->size);
	outcome = expect(answer, &input->frame, expected);
	value = decode(row, &input->frame, fill, &err);
	/* -ENODATA may be said as soon as it is known. */
	REQUIRE((outcome == IS_ANSWER) == !err, "%s for %s: %d", line_of(input),
		row->mnemonic, err);
	REQUIRE(outcome != HAS_NO_VALUE || err == -ENODATA, "%s for %s: %d",
		line_of(input), row->mnemonic, err);
	REQUIRE(err || !memcmp(value, expected, row->size),
		"%s for %s\nis   %s\nnot  %s", line_of(input), row->mnemonic,
		fuzz_show(value, row->size), fuzz_show(expected, row->size));
	free(value);
	free(expected);
}

/* $OK, and either digits or one more space, six bytes as they are, and digits. */
static bool expect_mcu_id(const struct openevse_frame *frame, struct openevse_mcu_id *id)
{
	const u8 *at = frame->line + strlen("$OK "), *end = frame->line + frame->text_len;
	char pair[3] = "";

	if (at >= end)
		return false;
	if (*at == ' ')
		for (at++; at < end && id->len < 6; at++)
			id->id[id->len++] = *at;
	for (; at + 1 < end && id->len < sizeof(id->id); at += 2) {
		memcpy(pair, at, 2);
		if (!isxdigit(at[0]) || !isxdigit(at[1]))
			return false;
		id->id[id->len++] = strtoul(pair, NULL, 16);
	}
	return at == end;
}

static void check_mcu_id(const struct openevse_command *row,
			 const struct input *input)
{
	struct openevse_mcu_id expected = { 0 }, *id;
	bool is_id = expect_mcu_id(&input->frame, &expected);
	int err;

	id = decode(row, &input->frame, 0, &err);
	REQUIRE(err == (is_id ? 0 : -EBADMSG), "%s: %d", line_of(input), err);
	REQUIRE(err || !memcmp(id, &expected, sizeof(expected)), "%s\nis   %s\nnot  %s",
		line_of(input), fuzz_show(id, sizeof(*id)),
		fuzz_show(&expected, sizeof(expected)));
	free(id);
}

static void check_reply(const struct openevse_command *row,
			const struct input *input)
{
	const struct answer *answer = contract_answer(row->ioctl, input->rapi);

	if (answer->raw) {
		check_mcu_id(row, input);
		return;
	}
	REQUIRE(!answer->size || answer->size == row->size, "%s", row->mnemonic);
	check_outcome(row, input, answer, 0);
	check_outcome(row, input, answer, 0xa5);
}

/* --- commands --- */

/* Asked for the same thing, it would be found to be so; for another, not. */
static void check_proof(const struct openevse_command *row, const void *arg,
			void *seen, const struct part *part)
{
	s64 number = contract_load(part, seen), shown;

	REQUIRE(openevse_dialect_proves(row, arg, seen), "%s", row->mnemonic);
	if (openevse_dialect_shows(row, seen, &shown))
		REQUIRE(shown == number, "%s: %lld", row->mnemonic, (long long)shown);
	contract_store(part, seen, number + contract_unit(part));
	REQUIRE(!openevse_dialect_proves(row, arg, seen), "%s proven by %lld",
		row->mnemonic, (long long)number + contract_unit(part));
	contract_store(part, seen, number);
}

static const struct part *same_member(const struct form *form,
				      const struct part *part)
{
	u8 i;

	for (i = 0; i < form->count; i++)
		if (form->part[i].offset == part->offset)
			return &form->part[i];
	return NULL;
}

/* The word of @text that is @wanted's, as a getter would give it back. */
static void word_of(const struct request *request, const char *text,
		    const struct part *wanted, char *word)
{
	const struct part *part = request->part;
	char format[64] = "", *at = format;
	const char *from;

	sprintf(word, "%c", wanted->letters ? wanted->letters[0] : '0');
	for (from = request->text; *from; from++) {
		if (*from != '%')
			at += sprintf(at, "%c", *from);
		else
			at += sprintf(at, part++->offset == wanted->offset ?
				      "%%15s" : "%%*s");
	}
	sscanf(text, format, word);
}

/* What a getter says after that was done. */
static void answer_to(const struct request *request, const char *text,
		      const struct form *form, struct openevse_frame *frame)
{
	u8 line[OPENEVSE_LINE_MAX];
	char reply[128] = "OK", word[16];
	u8 i;

	for (i = 0; i < form->count; i++) {
		word_of(request, text, &form->part[i], word);
		strcat(strcat(reply, " "), word);
	}
	openevse_frame_parse(frame, line,
			     fuzz_line(line, reply, strlen(reply), true));
}

/* There and back again, where a getter has the same struct. */
static void check_round_trip(const struct openevse_command *row,
			     const struct request *request, const void *arg,
			     const char *text, u32 rapi)
{
	const struct openevse_command *getter =
		row->proof ? openevse_dialect_getter(row->proof, rapi) : NULL;
	const struct answer *answer =
		getter ? contract_answer(getter->ioctl, rapi) : NULL;
	const struct part *part, *shown;
	struct openevse_frame frame;
	void *seen;
	int err;
	u8 i;

	if (!answer || _IOC_NR(row->ioctl) != _IOC_NR(getter->ioctl) ||
	    answer->size != request->size)
		return;
	answer_to(request, text, &answer->forms[0], &frame);
	seen = decode(getter, &frame, 0, &err);
	REQUIRE(!err, "\"%s\" comes back as %s: %d", text,
		fuzz_show(frame.line, frame.len), err);
	for (i = 0; i < request->count; i++) {
		part = &request->part[i];
		shown = same_member(&answer->forms[0], part);
		if (!shown)
			continue;
		REQUIRE(contract_load(shown, seen) == contract_load(part, arg),
			"\"%s\": member %u", text, i);
		check_proof(row, arg, seen, part);
	}
	free(seen);
}

static void check_first_bounds(const struct openevse_command *row,
			       const struct request *request)
{
	const struct part *part = request->part;
	struct openevse_bounds bounds;

	if (!openevse_dialect_bounds(row, &bounds)) {
		REQUIRE(!request->count, "%s", request->text);
		return;
	}
	REQUIRE(bounds.min == part->low * contract_unit(part) + part->base &&
		bounds.max == part->high * contract_unit(part) + part->base &&
		bounds.step == contract_unit(part), "%s: %lld to %lld, by %u",
		request->text, (long long)bounds.min, (long long)bounds.max,
		bounds.step);
}

/* An item, and whatever else is set, is no argument: one byte of it a time. */
static void check_rest(const struct openevse_command *row, const u8 *arg,
		       const struct request *request, size_t at)
{
	u8 *spoiled = fuzz_copy(arg, row->size);
	bool mine = row->flags & OPENEVSE_COMMAND_ITEM && at < sizeof(u32);
	u8 i;

	for (i = 0; i < request->count; i++)
		mine |= at >= request->part[i].offset &&
			at < request->part[i].offset + request->part[i].size;
	spoiled[at] ^= 1;
	REQUIRE(mine || openevse_dialect_check(row, spoiled) == -EINVAL,
		"%s: byte %zu is taken", request->text, at);
	free(spoiled);
}

/* The one number that it sets, for those who are told of it. */
static void check_argument(const struct openevse_command *row, const void *arg,
			   const struct request *request)
{
	bool item = openevse_dialect_takes_item(row->ioctl);
	s64 number;

	REQUIRE(item == !!(row->flags & OPENEVSE_COMMAND_ITEM), "%s", request->text);
	if (!openevse_dialect_argument(row, arg, &number)) {
		REQUIRE(request->count != 1, "%s", request->text);
		return;
	}
	REQUIRE(request->count == 1 && number == contract_load(request->part, arg),
		"%s: %lld", request->text, (long long)number);
}

/* Before the firmware is known: what one of them takes. */
static void check_early(const struct openevse_command *row, const void *arg, int err)
{
	int early = openevse_dialect_check(row, arg);

	REQUIRE(!early || (err && (early == -EINVAL || early == -ERANGE)), "%s: %d",
		row->mnemonic, early);
}

static void check_command(const struct openevse_command *row,
			  const struct input *input)
{
	const struct request *request =
		contract_request(row->ioctl, row->item, input->rapi);
	char *text = malloc(OPENEVSE_TEXT_MAX), expected[OPENEVSE_TEXT_MAX];
	void *arg;
	int err, wanted;

	REQUIRE(request, "%s is unknown", row->mnemonic);
	REQUIRE(!request->size || request->size == row->size, "%s", request->text);
	arg = calloc(1, row->size ? row->size : 1);
	contract_fill(request, arg, input->numbers, input->count, input->text);
	wanted = contract_write(request, arg, expected, sizeof(expected));
	err = openevse_dialect_encode(row, arg, text);
	REQUIRE(err == wanted, "%s of \"%s\": %d, not %d", request->text,
		fuzz_show(input->text, strlen(input->text)), err, wanted);
	REQUIRE(err || !strcmp(text, expected), "\"%s\", not \"%s\"", text, expected);
	check_early(row, arg, err);
	check_argument(row, arg, request);
	if (!err)
		check_round_trip(row, request, arg, text, input->rapi);
	check_first_bounds(row, request);
	if (row->size)
		check_rest(row, arg, request, strlen(input->text) % row->size);
	free(arg);
	free(text);
}

/* --- every row --- */

/* The one row for it is the one that the protocol's description has. */
static void check_row(const struct openevse_command *row,
		      const struct input *input)
{
	const struct openevse_command *variant =
		openevse_dialect_variant(row, input->rapi);

	REQUIRE(!variant == !contract_request(row->ioctl, row->item, input->rapi),
		"%s at %06x", row->mnemonic, input->rapi);
	if (variant != row)
		return;
	if (input->is_frame)
		check_reply(row, input);
	check_command(row, input);
}

/* --- messages --- */

#define IN_EVENT(word, name) \
	.kind = PART_##word, .offset = offsetof(struct openevse_event, name), \
	.size = sizeof(((struct openevse_event *)0)->name)
#define STATE_HAS(bit)	.valid = OPENEVSE_EVENT_HAS_##bit

static const struct part st[] = {
	{ IN_EVENT(STATE, state.state), .high = 255, STATE_HAS(STATE) },
};

static const struct part at[] = {
	{ IN_EVENT(HEX, state.state), .high = 255, STATE_HAS(STATE) },
	{ IN_EVENT(HEX, state.pilot_state), .high = 255, STATE_HAS(PILOT) },
	{ IN_EVENT(DECIMAL, state.capacity_ma), .high = 255, .unit = 1000,
	  STATE_HAS(CAPACITY) },
	{ IN_EVENT(HEX, state.vflags), .high = 65535, STATE_HAS(VFLAGS) },
};

static const struct part an[] = { { IN_EVENT(DECIMAL, button), .high = 255 } };
static const struct part wf[] = { { IN_EVENT(HEX, wifi_mode), .high = 255 } };

static const struct part ab[] = {
	{ IN_EVENT(HEX, boot.post), .high = 255, .valid = OPENEVSE_BOOT_HAS_POST },
	{ IN_EVENT(VERSION, boot.firmware) },
};

/* The payloads that have one begin with the word of what is valid. */
static const struct message {
	const char *word;
	u16 type;
	const struct part *part;
	u8 parts;
} messages[] = {
	{ "ST", OPENEVSE_EVENT_STATE, st, ARRAY_SIZE(st) },
	{ "AT", OPENEVSE_EVENT_STATE, at, ARRAY_SIZE(at) },
	{ "AN", OPENEVSE_EVENT_BUTTON, an, ARRAY_SIZE(an) },
	{ "WF", OPENEVSE_EVENT_WIFI, wf, ARRAY_SIZE(wf) },
	{ "AB", OPENEVSE_EVENT_BOOT, ab, ARRAY_SIZE(ab) },
};

static const struct message *message_of(const struct openevse_frame *frame)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(messages); i++)
		if (frame->count == messages[i].parts + 1 &&
		    openevse_frame_is(frame, messages[i].word))
			return &messages[i];
	return NULL;
}

/* Current in $AT was the maximum until RAPI 5.1.0, and $ST has none. */
static void forget_capacity(const struct input *input, struct openevse_event *event)
{
	if (event->type == OPENEVSE_EVENT_STATE &&
	    input->rapi < OPENEVSE_RAPI(5, 1, 0)) {
		event->state.capacity_ma = 0;
		event->state.valid &= ~OPENEVSE_EVENT_HAS_CAPACITY;
	}
}

static bool expect_event(const struct message *message, const struct input *input,
			 struct openevse_event *event)
{
	const struct openevse_frame *frame = &input->frame;
	bool absent;
	u8 i;

	event->type = message->type;
	for (i = 0; i < message->parts; i++) {
		if (!contract_read(&message->part[i],
				   openevse_frame_token(frame, i + 1),
				   frame->token[i + 1].len, event, &absent))
			return false;
		if (message->part[i].valid)
			event->state.valid |= message->part[i].valid;
	}
	forget_capacity(input, event);
	return true;
}

static void check_message(const struct input *input,
			  const struct openevse_session *session)
{
	const struct message *message = message_of(&input->frame);
	struct openevse_event event, expected = { 0 };
	int err = openevse_dialect_message(session, &input->frame, &event);
	bool valid;

	REQUIRE((err == -ENOMSG) == !message, "%s: %d", line_of(input), err);
	if (!message)
		return;
	valid = expect_event(message, input, &expected);
	REQUIRE(!err == valid, "%s: %d", line_of(input), err);
	REQUIRE(err || !memcmp(&event, &expected, sizeof(event)), "%s\nis   %s\nnot  %s",
		line_of(input), fuzz_show(&event, sizeof(event)),
		fuzz_show(&expected, sizeof(expected)));
}

/* --- sessions --- */

/* "5.2.1-LGT" as a number, 0 for what is none. */
static u32 version_number(const char *text)
{
	unsigned long part[3] = { 0 };
	size_t digits, i;

	for (i = 0; i < ARRAY_SIZE(part); i++) {
		digits = strspn(text, "0123456789");
		if (digits)
			part[i] = strtoul(text, NULL, 10);
		if (part[i] > 255)
			return 0;
		if (text[digits] != '.')
			break;
		text += digits + 1;
	}
	return OPENEVSE_RAPI(part[0], part[1], part[2]);
}

/* Versions of builds that lack something, and the alphas, speak another one's dialect. */
static u32 spoken(u32 rapi, const char *firmware)
{
	const char *number = firmware + strcspn(firmware, "0123456789");

	switch (rapi) {
	case OPENEVSE_RAPI(1, 0, 4):
		if (version_number(number) < OPENEVSE_RAPI(4, 2, 0))
			return OPENEVSE_RAPI(2, 0, 1);
		return OPENEVSE_RAPI(3, 0, 1);
	case OPENEVSE_RAPI(1, 0, 5):
	case OPENEVSE_RAPI(2, 0, 4):
		return OPENEVSE_RAPI(3, 0, 1);
	}
	if (!strncmp(number, "2.1.A", 5) && strlen(number) == 6 &&
	    strchr("0123456", number[5]))
		return OPENEVSE_RAPI(0, 9, 0);
	return rapi;
}

/* Replies with values have a checksum from RAPI 2.0.0 on, and never before. */
static bool expect_session(const struct openevse_frame *frame,
			   struct openevse_session *session)
{
	struct openevse_version version = { 0 };
	bool checksums;

	if (!openevse_frame_is(frame, "OK") ||
	    expect(contract_answer(OPENEVSE_GET_VERSION, 0), frame, &version) != IS_ANSWER)
		return false;
	session->rapi = version_number(version.protocol);
	checksums = session->rapi >= OPENEVSE_RAPI(2, 0, 0);
	session->dialect = spoken(session->rapi, version.firmware);
	session->reply_checksum = checksums;
	session->frame_limit = session->rapi >= OPENEVSE_RAPI(3, 0, 0) ? 31 : 29;
	strcpy(session->firmware, version.firmware);
	strcpy(session->protocol, version.protocol);
	return session->rapi && frame->checked == checksums;
}

/* Nothing is learned from what is not believed, and not by halves. */
static void check_learn(const struct input *input,
			const struct openevse_session *before, bool checked)
{
	struct openevse_session session = *before, expected = { 0 };
	struct openevse_frame frame = input->frame;
	bool valid;
	int err;

	frame.checked = checked;
	valid = expect_session(&frame, &expected);
	err = openevse_dialect_learn(&session, &frame);
	REQUIRE(err == (valid ? 0 : -EBADMSG), "%s: %d", line_of(input), err);
	REQUIRE(!memcmp(&session, valid ? &expected : before, sizeof(session)), "%s",
		line_of(input));
	REQUIRE(err || openevse_dialect_believes(before, &frame), "%s", line_of(input));
}

/* What has no checksum is taken from a board that sends none, and from no other. */
static void check_belief(const struct input *input,
			 const struct openevse_session *session)
{
	struct openevse_frame frame = input->frame;
	struct openevse_session other;

	REQUIRE(openevse_dialect_believes(session, &frame), "%s", line_of(input));
	frame.checked = false;
	openevse_dialect_reset(&other);
	if (openevse_dialect_believes(&other, &frame))
		REQUIRE(!openevse_dialect_learn(&other, &frame), "%s", line_of(input));
	if (input->rapi >= OPENEVSE_RAPI(2, 0, 1) &&
	    openevse_dialect_learn(&other, &frame))
		REQUIRE(!openevse_dialect_believes(session, &frame), "%s",
			line_of(input));
	if (input->rapi < OPENEVSE_RAPI(2, 0, 0))
		REQUIRE(openevse_dialect_believes(session, &frame), "%s",
			line_of(input));
}

/* What a row has shown, it has; nothing else changes by it. */
static void check_note(const struct input *input, bool sure)
{
	const struct openevse_command *row =
		openevse_dialect_row(input->count ? (u64)input->numbers[0] % 96 : 0);
	bool refusal = openevse_dialect_is_refusal(&input->frame);
	struct openevse_session session, before;

	if (!row || !openevse_dialect_is_reply(&input->frame))
		return;
	openevse_dialect_reset(&session);
	session.dialect = input->rapi;
	before = session;
	openevse_dialect_note(&session, row, &input->frame, sure);
	REQUIRE(openevse_dialect_has(&session, row) == !refusal, "%s", row->mnemonic);
	REQUIRE(refusal || !openevse_dialect_lacks(&session, row), "%s", row->mnemonic);
	if (row->flags & OPENEVSE_COMMAND_ALWAYS)
		REQUIRE(!openevse_dialect_lacks(&session, row), "%s", row->mnemonic);
	openevse_dialect_deny(&session, row);
	REQUIRE(openevse_dialect_lacks(&session, row) == refusal, "%s", row->mnemonic);
	openevse_dialect_keep(&before, &session);
	REQUIRE(openevse_dialect_has(&before, row) == !refusal, "%s", row->mnemonic);
	openevse_dialect_doubt(&session);
	REQUIRE(!openevse_dialect_lacks(&session, row), "%s", row->mnemonic);
}

static void check_session(const struct input *input)
{
	struct openevse_session session;

	openevse_dialect_reset(&session);
	session.rapi = session.dialect = input->rapi;
	session.reply_checksum = input->rapi >= OPENEVSE_RAPI(2, 0, 0);
	check_message(input, &session);
	check_belief(input, &session);
	check_learn(input, &session, true);
	check_learn(input, &session, false);
}

/* What depends on no row is soon asked for every version. */
static void check_sessions(const struct input *input)
{
	struct input other = *input;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		other.rapi = versions[i];
		check_session(&other);
	}
	check_note(input, false);
	check_note(input, true);
}

/* --- commands as they stand --- */

/* The driver's rule, in the words of its documentation. */
static bool may_be_sent(const char *text)
{
	static const char second[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	bool lcd = !strncmp(text, "FP ", 3);
	size_t i, words = 1;

	if (!text[0] || !strchr(second, text[0]) || text[0] <= '9' || !text[1] ||
	    !strchr(second, text[1]) || (text[2] && text[2] != ' '))
		return false;
	if (!strncmp(text, "FR", 2) || !strncmp(text, "SE", 2) ||
	    !strncmp(text, "FF E", 4) || !strcmp(text, "SK"))
		return false;
	for (i = 0; text[i]; i++) {
		words += text[i] == ' ';
		if ((u8)text[i] < 32 || text[i] == 127)
			return false;
	}
	/* one word is the id's */
	return !strpbrk(text, "$^*") && !strstr(text, " :") && words < 10 &&
	       text[i - 1] != ' ' && (lcd || !strstr(text, "  "));
}

static void check_raw(const struct input *input)
{
	bool allowed = !openevse_dialect_check_raw(input->text);

	REQUIRE(allowed == may_be_sent(input->text), "\"%s\" is %sallowed",
		fuzz_show(input->text, strlen(input->text)), allowed ? "" : "not ");
}

/* --- the input --- */

static bool read_input(struct input *input, const u8 *data, size_t size)
{
	u8 line[OPENEVSE_LINE_MAX];
	size_t len;

	if (!size)
		return false;
	memset(input, 0, sizeof(*input));
	input->rapi = versions[(u8)(data[0] - 'a') % ARRAY_SIZE(versions)];
	len = fuzz_line(line, data + 1, size - 1, true);
	input->is_frame = !openevse_frame_parse(&input->frame, line, len);
	len = strnlen((const char *)data + 1, size - 1);
	if (len >= sizeof(input->text))
		len = sizeof(input->text) - 1;
	memcpy(input->text, data + 1, len);
	input->count = fuzz_numbers(input->text, input->numbers);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct openevse_command *row;
	struct input input;
	size_t i;

	if (!read_input(&input, data, size))
		return 0;
	for (i = 0; (row = openevse_dialect_row(i)); i++)
		if (row->ioctl)
			check_row(row, &input);
	if (input.is_frame)
		check_sessions(&input);
	check_raw(&input);
	return 0;
}
