#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs all tests of this folder, or those named, as root on a machine with the
# driver installed: run.sh [--quick | --driver | --programs | NAME...]
#
# --quick leaves out some that take minutes and that changes rarely break. --driver
# runs those that are about the driver, --programs the others, which are about cables
# and programs.
#
# Their KTAP comes as they print it, then a line of totals for each, and at the
# very end one line alone: "N passed, N failed" or with ", N skipped". What
# crashes, hangs or prints fewer results than it has planned has failed.
#
# Built programs are looked for in $OUTPUT, or beside this script.

set -u
here=$(dirname "$(readlink -f "$0")")
output=${OUTPUT:-$here}
# Most of a test is waiting, so several programs run at a time; not so those
# that look at the numbers of boards, or at all of them.
programs=(adopt.sh cli.sh cli_bad_input.sh cli_control.sh cli_doctor.sh cli_follow.sh
	cli_log.sh cli_watch.sh cli_who.sh completion.sh examples.sh helper.sh hotplug.sh
	json.sh neighbours.sh parity.sh storm.sh)
alone=(attach_test module_test chaos_test "${programs[@]}")
# The long ones first.
together=(silence_test failures_test simboard_test commands_test ioctl_test replay_test
	values_test event_test sharing_test noise_test traps_test file_test hostile_test
	crowd_test unplug_test cut_test rights_test hammer_test)
jobs=${JOBS:-6}
# What a 64-bit kernel does for 32-bit programs.
[ "$(uname -m)" != x86_64 ] ||
	together+=(commands_test_32 traps_test_32 ioctl_test_32 event_test_32)
not_quick=(adopt.sh cli_bad_input.sh cli_control.sh cli_doctor.sh cli_follow.sh cli_log.sh
	cli_watch.sh helper.sh neighbours.sh storm.sh commands_test_32 traps_test_32
	ioctl_test_32)
# What only a debug kernel can. Our own can all of it, or they are not what they should be.
case $(uname -r) in
*-openevse-debug) alone+=(kunit.sh races_test fault_test load_test) may_skip= ;;
*-openevse-kcsan) alone+=(kunit.sh races_test) may_skip= ;;
*)
	may_skip=yes
	! modinfo openevse_kunit >/dev/null 2>&1 || alone+=(kunit.sh races_test)
	[ ! -w /proc/self/fail-nth ] || alone+=(fault_test load_test)
	;;
esac
# A kernel that looks at everything has less time to wait.
[ "$may_skip" ] || jobs=${JOBS:-4}
# For one program, on an emulated machine with a debug kernel.
limit=${TEST_SECONDS:-900}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# Lines of the log $1, by an expression.
count() {
	grep -c -E "$2" "$1" || :
}

skips() {
	count "$1" '^ok .*# SKIP|^1\.\.0 # SKIP'
}

find_program() {
	if [ -x "$here/$1" ] && [ "${1%.sh}" != "$1" ]; then
		echo "$here/$1"
	elif [ -x "$output/$1" ]; then
		echo "$output/$1"
	else
		return 1
	fi
}

# What the program itself could not say any more: one more failure.
# $1 program, $2 its log, $3 exit status
judge() {
	local plan results

	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$2" | head -n 1)
	results=$(count "$2" '^(not )?ok ')
	if [ -z "$plan" ]; then
		echo "not ok $1 printed no plan, exit status $3"
	elif [ "$results" -ne "$plan" ]; then
		echo "not ok $1 planned $plan and printed $results results, exit status $3"
	elif [ "$3" -ne 0 ] && [ "$3" -ne 4 ] && [ "$(count "$2" '^not ok ')" -eq 0 ]; then
		echo "not ok $1 passed and exited with status $3"
	elif [ -z "$may_skip" ] && [ "$(skips "$2")" -ne 0 ]; then
		echo "not ok $1 leaves out what this kernel can do"
	fi
}

# Runs a program; its words go to its log in $work.
run_program() {
	local name=$1 log=$work/$1 began=$SECONDS program status=0

	if program=$(find_program "$name"); then
		timeout -k 10 "$limit" "$program" >"$log" 2>&1 || status=$?
		judge "$name" "$log" "$status" >"$log.verdict"
		cat "$log.verdict" >>"$log"
	else
		echo "not ok $name is not there: make -C $here builds it" >"$log"
	fi
	echo $((SECONDS - began)) >"$log.seconds"
}

# A program that skips everything has an empty plan and says why there.
tell() {
	local name=$1 log=$work/$1 ok bad skip

	skip=$(skips "$log")
	ok=$(($(count "$log" '^ok ') - $(count "$log" '^ok .*# SKIP')))
	bad=$(count "$log" '^not ok ')
	echo "# === $name"
	cat "$log"
	grep -E '^ok .*# SKIP|^1\.\.0 # SKIP' "$log" | sed "s/.*# SKIP/# $name skipped:/"
	echo "# $name: $ok passed, $bad failed, $skip skipped, $(cat "$log.seconds") s"
	passed=$((passed + ok))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
}

is_wanted() {
	local name

	for name in "${wanted[@]}"; do
		[ "$name" != "$1" ] || return 0
	done
	return 1
}

# Starts what is wanted, never more than $jobs at a time; tells in that order.
run_together() {
	local name names=() pids=() told=0

	for name in "${together[@]}"; do
		is_wanted "$name" || continue
		while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
			wait -n
		done
		run_program "$name" &
		pids+=($!)
		names+=("$name")
	done
	for name in "${names[@]}"; do
		wait "${pids[told]}"
		told=$((told + 1))
		tell "$name"
	done
}

not_wanted=()
case ${1-} in
--quick) not_wanted=("${not_quick[@]}"); shift ;;
--driver) not_wanted=("${programs[@]}"); shift ;;
--programs) set -- "${programs[@]}" ;;
esac
wanted=("$@")
[ $# -gt 0 ] || wanted=("${alone[@]}" "${together[@]}")
for name in "${!wanted[@]}"; do
	case " ${not_wanted[*]} " in *" ${wanted[name]} "*) unset "wanted[name]" ;; esac
done
for name in "${wanted[@]}"; do
	case " ${alone[*]} ${together[*]} " in *" $name "*) ;; *) together+=("$name") ;; esac
done

modprobe openevse 2>/dev/null ||
	echo "# modprobe openevse failed: is it loaded, or built in?"
for name in "${alone[@]}"; do
	! is_wanted "$name" || { run_program "$name" && tell "$name"; }
done
run_together

summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary+=", $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
