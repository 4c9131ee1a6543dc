#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "openevse who": the programs that have a board open, what they may, what they
# have changed, and that they are gone when they are. Needs udev rules that enrol
# cables with serial numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

controller=''
reader=''

stop_programs() {
	local pid

	for pid in $controller $reader; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	controller='' reader=''
}
trap 'stop_programs; clean_up' EXIT

# start_controller AMPS...: sets the current to each, and keeps the board open.
start_controller() {
	launch controller python3 -c '
import fcntl, os, signal, struct, sys

fd = os.open(sys.argv[1], os.O_RDWR)
for amps in sys.argv[2:]:
    fcntl.ioctl(fd, 0xc010eb34, struct.pack("4I", int(amps) * 1000, 0, 0, 0))
print("ready", flush=True)
signal.pause()' "/dev/openevse$index" "$@"
	controller=$pid
	await grep -q ready "$work/controller"
}

start_reader() {
	launch reader openevse -d "$index" monitor
	reader=$pid
	await test -s "$work/reader"
}

# who_says EXPRESSION: does it, now?
who_says() {
	openevse -d "$index" who | grep -E -q -e "$1"
}

# json EXPRESSION: is that so, where "who" is what it says?
json() {
	expect 0 openevse -d "$index" who --json || return
	python3 -c "
import json, sys

who = json.load(open(sys.argv[1]))
sys.exit(not ($1))" "$work/out" && return
	fail "not so: $1"
	note "$work/out"
}

test_no_board() {
	expect_sentence 5 openevse who
	expect_sentence 5 openevse -d garage who
	expect_sentence 5 openevse -d /dev/null who
}

test_usage() {
	expect 2 openevse who now
	expect 2 openevse who --xml
	expect 0 openevse who --help
	if [ "$(wc -l <"$work/out")" -gt 24 ] || [ "$(wc -L <"$work/out")" -gt 80 ]; then
		fail "its help does not fit on a screen"
	fi
}

test_nobody_else() {
	plug_in one 8.2.3 || return
	board one 'wait boot done'
	expect 0 openevse who
	said out '8\.2\.3'
	said out '^no other program has it open$'
	json 'who == []'
}

test_reads() {
	start_reader || return
	expect 0 openevse who
	said out "^$reader +openevse +read +20[0-9]{2}-[0-9-]+ [0-9:]{8}  [0-9]+ read"
	json "len(who) == 1 and who[0]['pid'] == $reader and who[0]['program'] == 'openevse' and
		not who[0]['control'] and who[0]['events_read'] >= 1 and who[0]['events_lost'] == 0 and
		who[0]['change'] is None and 'T' in who[0]['since']"
}

test_has_changed_the_current() {
	local before

	before=$(openevse get pilot)
	start_controller 10 12 || return
	board one 'wait offered 12 2000'
	expect 0 openevse who
	said out "^$controller +python3 +control "
	said out '^ +last change: current 10 A -> 12 A, 20[0-9]{2}-'
	[ "$(grep -c 'last change' "$work/out")" = 1 ] || fail "the reader has changed nothing"
	json "[c['pid'] for c in who] == [$reader, $controller] and who[1]['control'] and
		who[1]['change']['setting'] == 'current' and who[1]['change']['old_a'] == 10 and
		who[1]['change']['new_a'] == 12 and who[1]['change']['pid'] == $controller and
		who[1]['change']['program'] == 'python3' and who[1]['since'] <= who[1]['change']['time']"
	# What another program changes is not held against this one.
	expect 0 openevse set current "$before"
	who_says 'last change: current 10 A -> 12 A' || fail "it has another change now"
}

# It has never read, and events pile up for it.
test_does_not_read() {
	who_says "^$controller .*  -" || fail "it reads events"
	json "who[1]['events_read'] == 0 and who[1]['events_waiting'] >= 2"
}

# With the numbers that this program sees.
test_other_namespace() {
	expect 0 unshare --pid --fork openevse -d "$index" who
	said out '^- +openevse +read '
	said out '^- +python3 +control '
	expect 0 unshare --pid --fork openevse -d "$index" who --json
	said out '"pid":null,"program":"python3"'
}

test_nothing_is_sent() {
	local before

	echo 0 >"/sys/class/openevse/openevse$index/poll_interval_ms"
	expect 0 openevse get state
	before=$(counter one frames)
	expect 0 openevse who
	expect 0 openevse who --json
	[ "$(counter one frames)" = "$before" ] || fail "the board was asked"
	echo 5000 >"/sys/class/openevse/openevse$index/poll_interval_ms"
}

test_closing() {
	kill "$reader"
	wait "$reader" 2>/dev/null
	await not who_says "^$reader "
	who_says "^$controller " || fail "the other one is gone, too"
	stop_programs
	await who_says '^no other program has it open$'
}

test_output() {
	expect_sentence 1 sh -c 'exec openevse who >/dev/full'
	openevse who | true
	[ "${PIPESTATUS[0]}" -le 1 ] || [ "${PIPESTATUS[0]}" -eq 141 ] || fail "a closed pipe"
}

test_mute() {
	board one 'mute on'
	start_reader || return
	who_says "^$reader " || fail "a mute board keeps it from knowing"
	stop_programs
	board one 'mute off'
	await link_is "$index" up
}

test_rights() {
	expect_sentence 6 setpriv --reuid=65534 --regid=65534 --clear-groups -- openevse who
	expect 0 setpriv --reuid=65534 --regid=65534 --groups openevse -- openevse who
}

test_two_boards() {
	local first=$index

	start_controller 11 || return
	plug_in two 3.11.3 || return
	expect_sentence 2 openevse who
	expect 0 openevse -d "$first" who
	said out "^$controller "
	expect 0 openevse -d "$index" who
	said out '^no other program has it open$'
	stop_programs
}

# Who has it open when it goes does not keep it.
test_unplugged() {
	start_reader || return
	board two unplug
	await not test -e "/dev/openevse$index"
	expect_sentence 5 openevse -d "$index" who
	stop_programs
}

require_machine
index=''
run_tests no_board usage nobody_else reads has_changed_the_current does_not_read other_namespace \
	nothing_is_sent closing output mute rights two_boards unplugged
