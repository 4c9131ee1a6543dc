#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What README, manual page and Documentation/evcc.rst tell people to type, typed; and
# what is shown as an answer, compared.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

top=$(readlink -f "$here/../../../..")

# "$ openevse ..." and below it the answer, in literal blocks.
examples_of_manual() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/{/^\.Bd/,/^\.Ed/p}' "$top/userspace/man/openevse.1" |
		grep -v '^\.'
}

# Whatever its exit status: what it says counts.
run_example() {
	timeout 60 bash -c "$1" </dev/null 2>&1 || :
}

test_manual() {
	local line command='' count=0

	examples_of_manual >"$work/manual"
	while IFS= read -r line; do
		case $line in
		'$ '*)
			command=${line#\$ }
			count=$((count + 1))
			echo "$line"
			run_example "$command"
			;;
		esac
	done <"$work/manual" >"$work/answers"
	diff "$work/manual" "$work/answers" >"$work/diff" ||
		{ fail "the manual shows other answers:"; note "$work/diff"; }
	[ "$count" -ge 8 ] || fail "only $count examples"
}

# Their status is 0. Some stay: one until it is told, one until the vehicle leaves, and
# one that is for a screen has its own tests.
test_readme() {
	local line stays count=0

	sed -n '/^openevse /s/ *#.*//p' "$top/README.md" | sort -u >"$work/readme"
	while IFS= read -r line; do
		count=$((count + 1))
		case $line in
		*monitor*)
			bash -c "exec $line" >"$work/events" 2>&1 &
			stays=$!
			await test -s "$work/events"
			kill "$stays"
			wait "$stays"
			;;
		*--until-unplug*)
			# Asleep, not every firmware sees a vehicle leave.
			expect 0 openevse start
			await iec_is B
			timeout "$patience" bash -c "exec $line" >"$work/unlocked" 2>&1 &
			stays=$!
			await test -s "$work/unlocked"
			board one 'pilot A'
			[ ! "$failed" ] || kill "$stays"
			wait "$stays" || fail "$line: status $?"
			expect 0 openevse unlock
			board one 'pilot B'
			await iec_is B
			;;
		'openevse log')
			openevse log --record &
			stays=$!
			await openevse log
			kill "$stays"
			wait "$stays"
			;;
		*watch*) ;;
		*) expect 0 bash -c "$line" || fail "$line" ;;
		esac
	done <"$work/readme"
	[ "$count" -ge 8 ] || fail "only $count lines"
}

iec_is() {
	[ "$(openevse get iec-state)" = "$1" ]
}

draws_power() {
	[ "$(openevse get power | cut -d. -f1)" -gt 2000 ]
}

# evcc's key, the command: word by word as evcc splits it, with no shell.
evcc_calls() {
	sed -n 's/^\t *\(status\|enabled\|enable\|maxcurrent\|power\|energy\):.*/\1/p
		s/^\t *cmd: //p' "$top/Documentation/evcc.rst" | paste - -
}

# evcc KEY [PARAMETER]: what evcc would get.
evcc() {
	local command words

	command=$(evcc_calls | awk -F '\t' -v key="$1" '$1 == key { print $2 }')
	[ "$command" ] || { fail "no $1 in evcc.rst"; return 1; }
	read -r -a words <<<"${command//\$\{*\}/${2-}}"
	expect 0 env -i PATH="$PATH" "${words[@]}"
}

test_evcc() {
	evcc enable true
	evcc enabled && said out '^true$'
	evcc status && said out '^B$'
	evcc maxcurrent 12
	expect 0 openevse get pilot && said out '^12$'
	board one 'pilot C'
	board one 'amps 12'
	await iec_is C
	evcc status && said out '^C$'
	await draws_power
	evcc power && said out '^[0-9.]+$'
	evcc energy && said out '^[0-9.]+$'
	evcc enable false
	evcc enabled && said out '^false$'
	evcc status && said out '^B$'
	evcc enable true
	board one 'pilot A'
	await iec_is A
	evcc status && said out '^A$'
}

require_machine
[ -r "$top/README.md" ] || skip_all "not in the source tree"
index='' tty=''
# A build that has everything the examples are about.
plug_in one 8.2.3 --with charge-limit --with time-limit
name_board garage
board one 'pilot B'
await iec_is B
run_tests manual readme evcc
