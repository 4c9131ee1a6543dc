#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Prints a header with every ioctl number of the contract, as the preprocessor
# sees it: requests.sh COMPILER [FLAG...]. In requests[] each has its name, too.

set -eu
echo '/* Made from <linux/openevse.h> by requests.sh. */'
echo '#include <linux/openevse.h>'
printf 'static const struct {\n\tconst char *name;\n\tunsigned long number;\n} requests[] = {\n'
echo '#include <linux/openevse.h>' | "$@" -dM -E - |
	sed -n 's/^#define \(OPENEVSE_[A-Z0-9_]*\) _IO[RW]*(OPENEVSE_IOC_MAGIC.*/	{ "\1", \1 },/p' |
	LC_ALL=C sort
echo '};'
