#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Prints a header with every ioctl number of the contract, as the preprocessor
# sees it: requests.sh COMPILER [FLAG...]. In requests[] each has its name, too, and
# in items[] what can be switched by one that takes an item.

set -eu

# What the preprocessor makes of the contract, with the flags $@.
contract() {
	echo '#include <linux/openevse.h>' | "$@" -E -
}

echo '/* Made from <linux/openevse.h> by requests.sh. */'
echo '#include <linux/openevse.h>'
printf 'static const struct {\n\tconst char *name;\n\tunsigned long number;\n} requests[] = {\n'
contract "$@" -dM |
	sed -n 's/^#define \(OPENEVSE_[A-Z0-9_]*\) _IO[RW]*(OPENEVSE_IOC_MAGIC.*/	{ "\1", \1 },/p' |
	LC_ALL=C sort
echo '};'
printf 'static const struct {\n\tconst char *name;\n\tunsigned long number;\n'
printf '\tunsigned int item;\n} items[] __attribute__((unused)) = {\n'
# Features are an enum, which is no macro and stands nowhere else.
contract "$@" | grep -o 'OPENEVSE_FEATURE_[A-Z0-9_]*' | LC_ALL=C sort -u |
	sed 's/.*/	{ "&", OPENEVSE_SET_FEATURE, & },/'
contract "$@" -dM |
	sed -n 's/^#define \(OPENEVSE_RELAY_[A-Z0-9_]*\) [0-9]*$/	{ "\1", OPENEVSE_SET_RELAY, \1 },/p' |
	LC_ALL=C sort
echo '};'
