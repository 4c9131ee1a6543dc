#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tests of frame and dialect inside the kernel: loads openevse_kunit, which
# ../../modules has, and passes on what it has found out.

set -u
results=/sys/kernel/debug/kunit

# Enabled by default it is not where everything is off that is not asked for.
if ! modprobe kunit enable=1 || ! modprobe openevse_kunit; then
	echo "TAP version 13"
	echo "1..0 # SKIP no openevse_kunit for this kernel"
	exit 4
fi
# "    ok 3 spoil" of openevse_frame becomes "ok 3 frame: spoil".
cat $results/openevse_*/results | awk '
	/^ *# Subtest: / { suite = $NF; sub("openevse_", "", suite) }
	/^    (not )?ok / {
		count++
		bad = bad || /not ok/
		name = $0
		sub("^ *(not )?ok [0-9]+ ", "", name)
		line[count] = (/not ok/ ? "not ok " : "ok ") count " " suite ": " name
		next
	}
	/^ *#/ { said[count + 1] = said[count + 1] $0 "\n" }
	END {
		print "TAP version 13\n1.." count
		for (i = 1; i <= count; i++)
			printf "%s%s\n", said[i], line[i]
		exit bad || !count
	}'
status=$?
modprobe -r openevse_kunit
exit $status
