/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests take of <stdio.h> is in kselftest_harness.h. */
