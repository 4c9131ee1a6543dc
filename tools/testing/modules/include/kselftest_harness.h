/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of kselftest_harness.h, said in KUnit's
 *
 * The tests in tools/testing/unit are written for user space. With this header they
 * are built into a kernel module as they are, and run where the driver runs: with
 * the kernel's compiler flags, its printf, its stack. CASES, the list of a file's
 * tests, is made from the file by ../build.
 */
#ifndef _OPENEVSE_KUNIT_HARNESS_H
#define _OPENEVSE_KUNIT_HARNESS_H

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#define malloc(size)		kmalloc(size, GFP_KERNEL)
#define calloc(count, size)	kcalloc(count, size, GFP_KERNEL)
#define free(memory)		kfree(memory)
#define strtol(text, end, base)	simple_strtol(text, end, base)

/* Any will do, as long as it is the same each time. */
static inline int rand_r(unsigned int *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 1;
}

#define __test_metadata	kunit
#define TEST(name)	static void name(struct kunit *_metadata)
#define TH_LOG(...)	kunit_info(_metadata, __VA_ARGS__)
#define SKIP(statement, reason) do {				\
	kunit_mark_skipped(_metadata, reason);			\
	statement;						\
} while (0)

/* A handler may follow: EXPECT_EQ(a, b) { TH_LOG("of what"); } */
#define _CHECK(fatal, good, text)				\
	for (bool _bad = !(good); _bad;				\
	     _bad = _failed(_metadata, fatal, __LINE__, text))

static inline bool _failed(struct kunit *test, bool fatal, int line,
			   const char *text)
{
	if (fatal)
		KUNIT_FAIL_AND_ABORT(test, "line %d: %s", line, text);
	KUNIT_FAIL(test, "line %d: %s", line, text);
	return false;
}

#define _COMPARE(fatal, a, op, b) _CHECK(fatal, (a) op (b), #a " " #op " " #b)

#define EXPECT_EQ(a, b)		_COMPARE(false, a, ==, b)
#define EXPECT_NE(a, b)		_COMPARE(false, a, !=, b)
#define EXPECT_LT(a, b)		_COMPARE(false, a, <, b)
#define EXPECT_LE(a, b)		_COMPARE(false, a, <=, b)
#define EXPECT_GT(a, b)		_COMPARE(false, a, >, b)
#define EXPECT_GE(a, b)		_COMPARE(false, a, >=, b)
#define EXPECT_TRUE(a)		_CHECK(false, a, #a)
#define EXPECT_FALSE(a)		_CHECK(false, !(a), "not " #a)
#define EXPECT_NULL(a)		_CHECK(false, !(a), #a " is NULL")
#define EXPECT_STREQ(a, b)	_CHECK(false, !strcmp(a, b), #a " is " #b)
#define ASSERT_EQ(a, b)		_COMPARE(true, a, ==, b)
#define ASSERT_NE(a, b)		_COMPARE(true, a, !=, b)
#define ASSERT_LT(a, b)		_COMPARE(true, a, <, b)
#define ASSERT_LE(a, b)		_COMPARE(true, a, <=, b)
#define ASSERT_GT(a, b)		_COMPARE(true, a, >, b)
#define ASSERT_GE(a, b)		_COMPARE(true, a, >=, b)
#define ASSERT_TRUE(a)		_CHECK(true, a, #a)
#define ASSERT_FALSE(a)		_CHECK(true, !(a), "not " #a)
#define ASSERT_STREQ(a, b)	_CHECK(true, !strcmp(a, b), #a " is " #b)

#define _STRING(name)	#name
#define _NAME(name)	_STRING(name)

#define TEST_HARNESS_MAIN					\
	static struct kunit_case cases[] = { CASES {} };	\
	static struct kunit_suite suite = {			\
		.name = "openevse_" _NAME(SUITE),		\
		.test_cases = cases,				\
	};							\
	kunit_test_suite(suite);				\
	MODULE_DESCRIPTION("KUnit tests of frame and dialect");	\
	MODULE_LICENSE("GPL");

#endif
