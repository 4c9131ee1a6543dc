/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests take of <stdlib.h> is in kselftest_harness.h. */
