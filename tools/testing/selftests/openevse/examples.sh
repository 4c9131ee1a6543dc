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

# Those that examples make use of.
PATH=$work/programs:$PATH

# program NAME LINE
program() {
	mkdir -p "$work/programs"
	printf '#!/bin/sh\n%s\n' "$2" >"$work/programs/$1"
	chmod +x "$work/programs/$1"
}

# stay LINE: runs it in the background; its words are in $work/stay.
stay() {
	# A process group of its own: a line may be several programs. No function of ours
	# in between, or the group would be another process than the one that is known.
	launch stay setsid timeout --foreground "$patience" bash -c "$1"
	stays=$pid
}

stop() {
	kill -- "-$stays" || fail "there is nothing to stop"
	wait "$stays" 2>/dev/null
}

# It stays until the vehicle leaves.
run_until_unplug() {
	stay "$1"
	await test -s "$work/stay"
	kill -0 "$stays" 2>/dev/null || fail "$1: it has not stayed"
	board one 'pilot A'
	[ ! "$failed" ] || stop
	wait "$stays" || { fail "$1: status $?"; note "$work/stay"; }
}

run_unlock() {
	# Asleep, not every firmware sees a vehicle leave.
	expect 0 openevse start
	await iec_is B
	run_until_unplug "$1"
	expect 0 openevse unlock
	board one 'pilot B'
	await iec_is B
}

run_host_limit() {
	run_until_unplug "$1"
	grep -q '7\.5 kWh' "$work/stay" || { fail "$1: another limit"; note "$work/stay"; }
	board one 'pilot B'
	await iec_is B
}

# What it publishes is each event.
run_publisher() {
	program mosquitto_pub "echo \"\$*\" >$work/publisher; cat >$work/published"
	stay "$1"
	await test -s "$work/published"
	board one 'pilot A'
	await grep -q '"to": *"not-connected"' "$work/published"
	board one 'pilot B'
	await iec_is B
	stop
	[ "$(cat "$work/publisher")" = '-l -t openevse' ] || fail "$1: other arguments"
}

# The current is held as long as the program runs.
run_hold() {
	program solar-divert 'openevse get pilot'
	expect 0 openevse set current 10
	expect 0 bash -c "$1" && said out '^16$'
	expect 0 openevse get pilot && said out '^10$'
}

# The cable of these tests, whatever it is called.
run_adopt() {
	expect 0 bash -c "${1/ttyUSB0/$tty}"
	said out "^$tty is attached as /dev/openevse$index, also /dev/openevse/garage\$"
	expect 0 openevse release "$tty"
	rm -f "$local_rules"
	await udevadm settle
	find_board "$(link_of one)"
	name_board garage
}

# Lines that show no answer.
test_manual_lines() {
	local line count=0

	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' "$top/userspace/man/openevse.1" >"$work/lines"
	while IFS= read -r line; do
		count=$((count + 1))
		case $line in
		*mosquitto_pub*) run_publisher "$line" ;;
		*solar-divert) run_hold "$line" ;;
		*--host) run_host_limit "$line" ;;
		*--until-unplug) run_unlock "$line" ;;
		*' adopt '*) run_adopt "$line" ;;
		*) expect 0 bash -c "$line" ;;
		esac
		[ ! "$failed" ] || { fail "in: $line"; return; }
	done <"$work/lines"
	[ "$count" -ge 9 ] || fail "only $count lines"
}

# Their status is 0. Some stay: one until it is told, one until the vehicle leaves, and
# one that is for a screen has its own tests.
test_readme() {
	local line count=0

	sed -n '/^openevse /s/ *#.*//p' "$top/README.md" | sort -u >"$work/readme"
	while IFS= read -r line; do
		count=$((count + 1))
		case $line in
		*monitor*)
			stay "$line"
			await test -s "$work/stay"
			stop
			;;
		*--until-unplug*) run_unlock "$line" ;;
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
local_rules=/etc/udev/rules.d/69-openevse-local.rules
[ ! -e "$local_rules" ] || skip_all "there is $local_rules, which is somebody's"
index='' tty='' stays=''
# A build that has everything the examples are about.
plug_in one 8.2.3 --with charge-limit --with time-limit
name_board garage
board one 'pilot B'
await iec_is B
run_tests manual manual_lines readme evcc
