// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of driver/frame.c in user space, meant to run under ASan and UBSan, and in
 * the kernel (tools/testing/modules):
 * a deframer that is fed anything, frames that are almost right, commands that
 * must not be built.
 */
#include <stdio.h>
#include <stdlib.h>

#include "frame.h"

#include "../kselftest_harness.h"

#include "examples.h"
#include "rounds.h"
#ifndef __KERNEL__
#include "recording.h"
#endif

/* Lines a deframer found, as text, one behind the other. */
struct lines {
	struct openevse_deframer deframer;
	unsigned int count;
	size_t len;
	u8 last[OPENEVSE_LINE_MAX + 1];
};

static void feed(struct lines *lines, const void *bytes, size_t len)
{
	const u8 *byte = bytes;

	for (; len--; byte++) {
		if (!openevse_deframer_push(&lines->deframer, *byte))
			continue;
		lines->count++;
		lines->len = lines->deframer.len;
		memcpy(lines->last, lines->deframer.line, lines->len);
		lines->last[lines->len] = 0;
	}
}

static void feed_text(struct lines *lines, const char *text)
{
	feed(lines, text, strlen(text));
}

/* A line in its own allocation, so that ASan sees a read behind its end. */
static int parse(struct openevse_frame *frame, const void *line, size_t len)
{
	u8 *copy = malloc(len ? len : 1);
	int err;

	memcpy(copy, line, len);
	err = openevse_frame_parse(frame, copy, len);
	free(copy);
	return err;
}

static int parse_text(struct openevse_frame *frame, const char *line)
{
	return parse(frame, line, strlen(line));
}

static bool token_is(const struct openevse_frame *frame, u8 index,
		     const char *text)
{
	return index < frame->count && frame->token[index].len == strlen(text) &&
	       !memcmp(openevse_frame_token(frame, index), text, strlen(text));
}

/* --- the deframer --- */

static const struct {
	const char *name, *bytes;
	unsigned int lines;
	const char *last;
	u64 bad, junk;
} stream_rows[] = {
	{ "one", "$OK^20\r", 1, "$OK^20", 0, 0 },
	{ "two", "$OK^20\r$NK^21\r", 2, "$NK^21", 0, 0 },
	{ "line feed between", "$OK^20\r\n$NK^21\r\n", 2, "$NK^21", 0, 2 },
	{ "line feed within", "$OK\n^20\r", 1, "$OK\n^20", 0, 0 },
	{ "text before", "garbage$OK^20\r", 1, "$OK^20", 0, 7 },
	{ "boot text", "\nrelayCloseMs: 100\r\nrelayHoldPwm: 255\r\n", 0, "",
	  0, 39 },
	{ "lone returns", "\r\r\r", 0, "", 0, 3 },
	{ "empty", "$\r", 1, "$", 0, 0 },
	{ "restart", "$OK 1$OK^20\r", 1, "$OK^20", 1, 0 },
	{ "restart twice", "$$$OK^20\r", 1, "$OK^20", 2, 0 },
	{ "no end", "$OK^20", 0, "", 0, 0 },
	{ "boot text after", "$OK^20\r\nZ0 a b\r\n$NK^21\r", 2, "$NK^21", 0, 9 },
};

TEST(streams)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stream_rows); i++) {
		struct lines lines = { 0 };

		feed_text(&lines, stream_rows[i].bytes);
		EXPECT_EQ(stream_rows[i].lines, lines.count);
		EXPECT_STREQ(stream_rows[i].last, (char *)lines.last);
		EXPECT_EQ(stream_rows[i].bad, lines.deframer.bad_frames);
		EXPECT_EQ(stream_rows[i].junk, lines.deframer.junk_bytes) {
			TH_LOG("stream \"%s\"", stream_rows[i].name);
		}
	}
}

/* Cutting the stream anywhere, with the state kept, changes nothing. */
TEST(split_anywhere)
{
	size_t i, cut;

	for (i = 0; i < ARRAY_SIZE(stream_rows); i++) {
		size_t len = strlen(stream_rows[i].bytes);

		for (cut = 0; cut <= len; cut++) {
			struct lines lines = { 0 };

			feed(&lines, stream_rows[i].bytes, cut);
			feed(&lines, stream_rows[i].bytes + cut, len - cut);
			ASSERT_EQ(stream_rows[i].lines, lines.count);
			ASSERT_STREQ(stream_rows[i].last, (char *)lines.last);
		}
	}
}

TEST(eight_bit_clean)
{
	static const char gi[] = "$OK  \xf5\x01\x0c\x94\x00\xff" "0C94F501\r";
	struct lines lines = { 0 };

	feed(&lines, gi, sizeof(gi) - 1);
	EXPECT_EQ(1, lines.count);
	ASSERT_EQ(sizeof(gi) - 2, lines.len);
	EXPECT_EQ(0, memcmp(gi, lines.last, lines.len));
}

TEST(longest_line)
{
	char line[OPENEVSE_LINE_MAX];
	struct lines lines = { 0 };

	memset(line, 'A', sizeof(line));
	line[0] = '$';
	feed(&lines, line, sizeof(line));
	feed_text(&lines, "\r");
	EXPECT_EQ(1, lines.count);
	EXPECT_EQ(OPENEVSE_LINE_MAX, lines.len);
	EXPECT_EQ(0, lines.deframer.bad_frames);
}

TEST(longer_lines)
{
	struct lines lines = { 0 };
	char line[4096];
	size_t len;
	u64 bad = 0;

	memset(line, 'A', sizeof(line));
	line[0] = '$';
	for (len = OPENEVSE_LINE_MAX + 1; len <= sizeof(line); len = len * 5 / 4) {
		feed(&lines, line, len);
		feed_text(&lines, "\r");
		EXPECT_EQ(0, lines.count);
		EXPECT_EQ(++bad, lines.deframer.bad_frames);
	}
	feed_text(&lines, "$OK^20\r");
	EXPECT_EQ(1, lines.count);
	EXPECT_STREQ("$OK^20", (char *)lines.last);
}

/* Failure case 19: a byte the UART marks as damaged ends the frame. */
TEST(spoil)
{
	struct lines lines = { 0 };

	openevse_deframer_spoil(&lines.deframer);
	EXPECT_EQ(0, lines.deframer.bad_frames);

	feed_text(&lines, "$OK");
	openevse_deframer_spoil(&lines.deframer);
	EXPECT_EQ(1, lines.deframer.bad_frames);
	feed_text(&lines, "^20\r");
	EXPECT_EQ(0, lines.count);

	/* A line that is whole was not spoiled by what came after it. */
	feed_text(&lines, "$OK^20\r");
	openevse_deframer_spoil(&lines.deframer);
	EXPECT_EQ(1, lines.count);
	EXPECT_EQ(1, lines.deframer.bad_frames);
	feed_text(&lines, "$NK^21\r");
	EXPECT_EQ(2, lines.count);
}

/* --- parsing --- */

TEST(examples_from_the_board)
{
	struct openevse_frame frame;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(examples_xor); i++) {
		len = strlen(examples_xor[i]);
		EXPECT_EQ(0, parse_text(&frame, examples_xor[i])) {
			TH_LOG("%s", examples_xor[i]);
		}
		EXPECT_TRUE(frame.checked);
		EXPECT_EQ(len - 3 - (frame.id ? 4 : 0), frame.text_len);
	}
}

/* One wrong bit anywhere is seen; a damaged delimiter makes it unchecked. */
TEST(any_flipped_bit)
{
	struct openevse_frame frame;
	char line[64];
	size_t i, at;
	int bit, err;

	for (i = 0; i < ARRAY_SIZE(examples_xor); i++) {
		size_t len = strlen(examples_xor[i]);

		for (at = 0; at < len; at++) {
			for (bit = 0; bit < 8; bit++) {
				memcpy(line, examples_xor[i], len);
				line[at] ^= 1 << bit;
				err = parse(&frame, line, len);
				EXPECT_TRUE(err == -EBADMSG ||
					    (!err && !frame.checked)) {
					TH_LOG("%s byte %zu bit %d",
					       examples_xor[i], at, bit);
				}
			}
		}
	}
}

static const struct {
	const char *line;
	int err;
	bool checked;
	u8 id;
	u8 count;
	const char *first, *last;
} frame_rows[] = {
	{ "$OK^20", 0, true, 0, 1, "OK", "OK" },
	{ "$OK", 0, false, 0, 1, "OK", "OK" },
	{ "$OK ", 0, false, 0, 1, "OK", "OK" },
	{ "$NK ", 0, false, 0, 1, "NK", "NK" },
	{ "$OK 1 0", 0, false, 0, 3, "OK", "0" },
	{ "$OK :0C^49", 0, true, 0x0c, 1, "OK", "OK" },
	{ "$OK 16 :2A^6E", 0, true, 0x2a, 2, "OK", "16" },
	{ "$NK :A5^4F", 0, true, 0xa5, 1, "NK", "NK" },
	/* An id only with a checksum: otherwise it is a token like any other. */
	{ "$OK :0C", 0, false, 0, 2, "OK", ":0C" },
	/* No firmware sends :00, nor lower case, nor one digit. */
	{ "$OK :00^3A", 0, true, 0, 2, "OK", ":00" },
	{ "$OK :0c^69", 0, true, 0, 2, "OK", ":0c" },
	{ "$OK 03 127 03 0140^11", 0, true, 0, 5, "OK", "0140" },
	{ "$OK 8.2.3 5.2.1 :A5^41", 0, true, 0xa5, 3, "OK", "5.2.1" },
	{ "$OK^21", -EBADMSG, false, 0, 0, "", "" },
	{ "$OK 1 0^20", -EBADMSG, false, 0, 0, "", "" },
	{ "$OK^2", 0, false, 0, 1, "OK^2", "OK^2" },
	{ "$OK^2g", 0, false, 0, 1, "OK^2g", "OK^2g" },
	{ "$OK*BE", 0, false, 0, 1, "OK*BE", "OK*BE" },
	{ "$", 0, false, 0, 0, "", "" },
	{ "$^24", 0, true, 0, 0, "", "" },
	{ "$ ", 0, false, 0, 0, "", "" },
	{ "$    ", 0, false, 0, 0, "", "" },
	{ "$1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", 0, false, 0, 16, "1", "16" },
	{ "$1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", -E2BIG, false, 0, 0,
	  "", "" },
};

TEST(frames)
{
	struct openevse_frame frame;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(frame_rows); i++) {
		EXPECT_EQ(frame_rows[i].err, parse_text(&frame, frame_rows[i].line)) {
			TH_LOG("\"%s\"", frame_rows[i].line);
		}
		if (frame_rows[i].err)
			continue;
		EXPECT_EQ(frame_rows[i].checked, frame.checked);
		EXPECT_EQ(frame_rows[i].id, frame.id);
		ASSERT_EQ(frame_rows[i].count, frame.count) {
			TH_LOG("\"%s\"", frame_rows[i].line);
		}
		if (!frame.count)
			continue;
		EXPECT_TRUE(token_is(&frame, 0, frame_rows[i].first));
		EXPECT_TRUE(token_is(&frame, frame.count - 1, frame_rows[i].last));
		EXPECT_TRUE(openevse_frame_is(&frame, frame_rows[i].first));
	}
}

/* Only the whole first token counts. */
TEST(first_word)
{
	struct openevse_frame frame;

	ASSERT_EQ(0, parse_text(&frame, "$OKAY 1"));
	EXPECT_FALSE(openevse_frame_is(&frame, "OK"));
	ASSERT_EQ(0, parse_text(&frame, "$O"));
	EXPECT_FALSE(openevse_frame_is(&frame, "OK"));
	ASSERT_EQ(0, parse_text(&frame, "$"));
	EXPECT_FALSE(openevse_frame_is(&frame, "OK"));
	EXPECT_FALSE(openevse_frame_is(&frame, ""));
}

/* The reply of $GI: an empty token, then raw bytes, '^' and NUL among them. */
TEST(raw_bytes)
{
	static const char recorded[] = "$OK  \xf5\x01\x0c\x94\xf5\x01" "0C94F501^B4";
	u8 line[] = "$OK  ^^ ^\0\xff" "00000000^00";
	struct openevse_frame frame;
	size_t len = sizeof(line) - 1;
	u8 sum = 0;
	size_t i;

	ASSERT_EQ(0, parse(&frame, recorded, sizeof(recorded) - 1));
	EXPECT_TRUE(frame.checked);
	EXPECT_TRUE(openevse_frame_is(&frame, "OK"));
	ASSERT_EQ(3, frame.count);
	EXPECT_EQ(0, frame.token[1].len);
	EXPECT_EQ(0, memcmp("\xf5\x01\x0c\x94\xf5\x01" "0C94F501",
			    openevse_frame_token(&frame, 2), 14));

	for (i = 0; i < len - 3; i++)
		sum ^= line[i];
	line[len - 2] = "0123456789ABCDEF"[sum >> 4];
	line[len - 1] = "0123456789ABCDEF"[sum & 15];
	ASSERT_EQ(0, parse(&frame, line, len));
	EXPECT_TRUE(frame.checked);
	EXPECT_EQ(len - 3, frame.text_len);
}

TEST(any_length)
{
	char line[OPENEVSE_LINE_MAX + 64];
	struct openevse_frame frame;
	size_t len;

	memset(line, 'A', sizeof(line));
	line[0] = '$';
	for (len = 1; len <= sizeof(line); len++) {
		EXPECT_EQ(len > OPENEVSE_LINE_MAX ? -E2BIG : 0,
			  parse(&frame, line, len));
	}
}

/* Whatever comes, tokens stay in the line and do not overlap. */
static bool is_sane(const struct openevse_frame *frame)
{
	unsigned int end = 1;
	u8 i;

	if (frame->len > OPENEVSE_LINE_MAX || frame->text_len > frame->len ||
	    frame->count > OPENEVSE_TOKENS_MAX)
		return false;
	for (i = 0; i < frame->count; i++) {
		if (frame->token[i].at < end)
			return false;
		end = frame->token[i].at + frame->token[i].len;
		if (end > frame->text_len)
			return false;
	}
	return !frame->line[frame->len];
}

TEST(random_bytes)
{
	static const char likely[] = "$$OK NKATST^^*:  0123456789ABCDEFfe\r\r\n";
	struct openevse_deframer deframer = { 0 };
	unsigned int seed = 20251123;
	struct openevse_frame frame;
	unsigned int i, lines = 0;
	u8 byte;

	for (i = 0; i < ROUNDS(3000000); i++) {
		int r = rand_r(&seed);

		byte = r & 0x100 ? r : likely[(r >> 9) % (sizeof(likely) - 1)];
		if (!openevse_deframer_push(&deframer, byte))
			continue;
		lines++;
		ASSERT_EQ('$', deframer.line[0]);
		ASSERT_LE(deframer.len, OPENEVSE_LINE_MAX);
		if (!parse(&frame, deframer.line, deframer.len))
			ASSERT_TRUE(is_sane(&frame));
	}
	EXPECT_GT(lines, ROUNDS(1000));
}

/* --- building --- */

TEST(examples_to_the_board)
{
	u8 out[OPENEVSE_COMMAND_MAX];
	char text[64];
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(examples_sum); i++) {
		const char *example = examples_sum[i];
		const char *id = strstr(example, " :");

		len = strcspn(example, "*");
		snprintf(text, sizeof(text), "%.*s",
			 (int)(id ? id - example : (long)len) - 1, example + 1);
		ASSERT_EQ((int)strlen(example) + 1,
			  openevse_frame_build(out, 39, text,
					       id ? strtol(id + 2, NULL, 16) : 0)) {
			TH_LOG("%s", example);
		}
		EXPECT_EQ(0, memcmp(example, out, strlen(example)));
		EXPECT_EQ('\r', out[strlen(example)]);
	}
}

TEST(smuggled_bytes)
{
	static const char *const texts[] = {
		"GS$FD", "GS^30", "GS*BE", "GS\r$FD", "GS\n", "$GS", "\r", "^",
		"FP 0 0 a*b", "FP 0 0 a$b", "FP 0 0 a^b",
	};
	u8 out[OPENEVSE_COMMAND_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT_EQ(-EINVAL, openevse_frame_build(out, 39, texts[i], 0)) {
			TH_LOG("\"%s\"", texts[i]);
		}
	}
}

/* Failure case 10: what is longer than the limit is never built. */
/* The limit counts '$' to the last checksum digit; longer is never sent. */
TEST(frame_limits)
{
	static const u8 limits[] = { 29, 31, 39 };
	char text[128];
	size_t i, len;
	u8 *out;
	int id, built;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		for (id = 0; id <= 0xff; id += 0xff) {
			for (len = 2; len < sizeof(text) - 1; len++) {
				size_t frame = 1 + len + (id ? 4 : 0) + 3;

				memset(text, 'A', len);
				text[len] = 0;
				out = malloc(OPENEVSE_COMMAND_MAX);
				built = openevse_frame_build(out, limits[i],
							     text, id);
				free(out);
				EXPECT_EQ(frame > limits[i] ? -EMSGSIZE :
					  (int)frame + 1, built);
			}
		}
	}
}

/* A limit larger than the caller's room is of no use to anybody. */
TEST(limit_beyond_room)
{
	u8 *out = malloc(OPENEVSE_COMMAND_MAX);
	char text[64];

	memset(text, 'A', sizeof(text));
	text[35] = 0;
	EXPECT_EQ(OPENEVSE_COMMAND_MAX,
		  openevse_frame_build(out, 1000, text, 0));
	text[35] = 'A';
	text[36] = 0;
	EXPECT_EQ(-EMSGSIZE, openevse_frame_build(out, 1000, text, 0));
	free(out);
}

/* What is built for the board with any id is what a board would read. */
TEST(every_id)
{
	u8 out[OPENEVSE_COMMAND_MAX];
	char expected[40];
	unsigned int id, i;
	u8 sum;

	for (id = 1; id <= 0xff; id++) {
		snprintf(expected, sizeof(expected), "$SC 16 V :%02X", id);
		for (sum = 0, i = 0; expected[i]; i++)
			sum += expected[i];
		snprintf(expected + i, sizeof(expected) - i, "*%02X\r", sum);
		ASSERT_EQ((int)strlen(expected),
			  openevse_frame_build(out, 31, "SC 16 V", id));
		EXPECT_EQ(0, memcmp(expected, out, strlen(expected)));
	}
}

#ifndef __KERNEL__	/* which reads no files */

/* --- real firmware --- */

static const char *const recording_names[] = {
	"3.11.3-t1", "3.11.3-t2", "3.11.3-t3", "4.6.0-t1", "4.6.0-t2",
	"4.6.0-t3", "8.2.3-t1", "8.2.3-t2", "8.2.3-t3",
};

/* Echoed commands may have any checksum. */
static bool is_echo(const u8 *line)
{
	return strchr("GSF", line[1]) && memcmp(line, "$ST ", 4);
}

/* Every line that real firmware sent is a frame with a right checksum. */
TEST(recordings)
{
	struct openevse_deframer deframer;
	struct recording recording;
	struct openevse_frame frame;
	char path[4096];
	size_t r, e, b;

	for (r = 0; r < ARRAY_SIZE(recording_names); r++) {
		bool old = recording_names[r][0] == '3';
		unsigned int lines = 0;

		snprintf(path, sizeof(path), "%s/%s.simlog",
			 recording_directory(), recording_names[r]);
		if (access(path, R_OK))
			SKIP(return, "no recordings");
		ASSERT_EQ(0, recording_load(&recording, path));
		memset(&deframer, 0, sizeof(deframer));
		for (e = 0; e < recording.count; e++) {
			struct recording_entry *entry = &recording.entry[e];

			if (entry->kind != RECORDING_ANSWER)
				continue;
			for (b = 0; b < entry->len; b++) {
				if (!openevse_deframer_push(&deframer,
							    entry->bytes[b]))
					continue;
				if (is_echo(deframer.line))
					continue;
				lines++;
				ASSERT_EQ(0, parse(&frame, deframer.line,
						   deframer.len));
				EXPECT_EQ(!old, frame.checked) {
					TH_LOG("%s %zu", recording_names[r], e);
				}
			}
		}
		EXPECT_GT(lines, 40);
		recording_free(&recording);
	}
}

#endif

TEST_HARNESS_MAIN
