#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Prints a header with every ioctl number of the contract, as the preprocessor
# sees it: requests.sh COMPILER [FLAG...]. REQUESTS is REQUEST(name) for each.

set -eu
echo '/* Made from <linux/openevse.h> by requests.sh. */'
printf '#define REQUESTS \\\n'
echo '#include <linux/openevse.h>' | "$@" -dM -E - |
	sed -n 's/^#define \(OPENEVSE_[A-Z0-9_]*\) _IO[RW]*(OPENEVSE_IOC_MAGIC.*/	REQUEST(\1) \\/p' |
	LC_ALL=C sort
echo
