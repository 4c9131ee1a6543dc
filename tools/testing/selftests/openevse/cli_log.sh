#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "openevse log": sessions, and the recorder that writes them down, whatever
# happens to it, to the board, to the cable and to the disk. Needs udev rules that
# enrol cables with serial numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"
# shellcheck source=schema.sh
. "$here/schema.sh"

dir=$work/sessions
follow_seconds=600
recorded=0		# sessions of the first board

# Of the board that is $site.
sessions() {
	echo "$dir/$site.jsonl"
}

# record: until it has taken over.
record() {
	asks_after follow openevse -d "$site" log --record --dir "$dir"
}

# The board that is talked to.
site=one

asked_for_energy() {
	local count

	count=$(counter "$site" GU)
	echo "${count:-0}"
}

# asks_after COMMAND...: that is an event, and makes the recorder ask.
asks_after() {
	local asked

	asked=$(asked_for_energy)
	"$@" || return
	await eval "[ \"\$(asked_for_energy)\" -gt $asked ]"
}

make_it_ask() {
	asks_after board "$site" 'button short' 'wait state sleeping 5000' || return
	board "$site" 'button short' 'wait state !sleeping 5000'
}

# charge J: that much energy flows; then none any more.
charge() {
	board "$site" 'amps 16' 'pilot C' 'wait state charging 20000' \
		"wait session_ws >=$1 60000" 'amps 0' 'wait ma 0 10000'
}

word() {
	"$board_program" --send "$work/$site.ctl" state | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# leave: the vehicle goes, and the session is written down.
leave() {
	recorded=$((recorded + 1))
	board "$site" 'amps 0' 'pilot A' || return
	await lines "$(sessions)" "$recorded"
}

# field KEY: of the last session.
field() {
	tail -n 1 "$(sessions)" | sed -n "s/.*\"$1\":\([^,}]*\)[,}].*/\1/p"
}

# has KEY VALUE: has the last session?
has() {
	[ ! "$failed" ] || return 1
	[ "$(field "$1")" = "$2" ] && return
	fail "$1 is $(field "$1") and not $2"
	note "$(sessions)"
}

# has_energy J: about that much, in the last session?
has_energy() {
	[ ! "$failed" ] || return 1
	awk -v wh="$(field energy_wh)" -v j="$1" 'BEGIN {
		off = wh * 3600 - j
		exit !(off <= 100 + j / 50 && off >= -100 - j / 50)
	}' && return
	fail "$(field energy_wh) Wh are not $1 J"
}

# --- nothing there ---------------------------------------------------------------

test_no_board() {
	expect_sentence 5 openevse log --record --dir "$dir"
	[ ! -e "$dir" ] || fail "a directory without a board"
	expect_sentence 1 openevse log --dir "$dir"
	said err 'log --record'
	mkdir "$dir"
	expect 0 openevse log --dir "$dir"
	expect_sentence 5 openevse -d garage log --dir "$dir"
}

test_usage() {
	local words

	for words in 'log now' 'log --csv --json' 'log --record --json' 'log --record --all' \
		'log --dir' 'log --xml'; do
		# shellcheck disable=SC2086	# a command line
		expect 2 openevse $words || return
	done
	expect 0 openevse log --help
	! grep -q '.\{81\}' "$work/out" || fail "--help is wider than a screen"
}

# --- sessions --------------------------------------------------------------------

test_session() {
	plug_in one 8.2.3 || return
	name_board "$site"
	record || return
	board one 'amps 16' 'pilot C' 'wait state charging 20000' 'wait ma >15900 20000'
	asks_after expect 0 openevse set current 20
	charge 20000
	leave
	has_energy "$(word session_ws)"
	has max_a 16
	has fault null
	has resets 0
	has complete true
	has device '"one"'
	[ "$(field charging_s)" -eq "$(word elapsed)" ] || fail "$(field charging_s) s"
	[ "$(field peak_c)" = 24 ] || fail "peak $(field peak_c)"
}

test_formats() {
	expect 0 openevse log --dir "$dir"
	said out '^BOARD +START +END +CHARGING'
	said out "^one +20..-..-.. ..:.. +20..-..-.. ..:.. .* kWh +16 A +24 °C +-\$"
	expect 0 openevse -d one log --csv --dir "$dir"
	said out '^device,start,end,charging_s,energy_wh,max_a,peak_c,fault,resets,complete$'
	said out "^one,20.*T.*,20.*T.*,[0-9]+,[0-9.]+,16,24,,0,true\$"
	expect 0 openevse log --json --dir "$dir"
	cmp -s "$work/out" "$(sessions)" || fail "--json is not what was recorded"
	document log "$work/out"
	expect 0 sh -c "openevse log --dir $dir | head -n 1"
	[ ! -s "$work/err" ] || fail "it complains about a reader that has gone"
	expect_sentence 1 sh -c "openevse log --dir $dir >/dev/full"
}

test_running() {
	board one 'pilot B' 'wait state connected 5000'
	await eval "openevse log --all --dir $dir | grep -q ' running '"
	expect 0 openevse log --dir "$dir"
	! grep -q running "$work/out" || fail "it runs and is shown"
	expect 0 openevse log --all --json --dir "$dir"
	said out '"end":null'
	document log "$work/out"
	documents_are_valid
	leave
	has energy_wh 0
	has charging_s 0
	expect 0 openevse log --all --dir "$dir"
	! grep -q running "$work/out" || fail "it has ended and runs"
}

test_second_recorder() {
	expect_sentence 1 openevse log --record --dir "$dir"
	said err 'another recorder'
	runs || fail "the first one has gone"
}

test_fault() {
	charge 3000
	board one 'ground open' 'wait state no-ground 10000' 'ground ok'
	leave
	has fault '"no-ground"'
}

# --- what can happen meanwhile ---------------------------------------------------

test_killed() {
	charge 10000
	kill -9 "$(follower_pid)"
	followed 137
	charge 20000
	record
	make_it_ask
	leave
	has_energy "$(word session_ws)"
	has complete true
}

# It is found to be over, with all of its energy.
test_killed_at_the_end() {
	charge 10000
	kill -9 "$(follower_pid)"
	followed 137
	charge 20000
	board one 'pilot A' 'wait state not-connected 10000'
	record
	recorded=$((recorded + 1))
	await lines "$(sessions)" "$recorded"
	has_energy "$(word session_ws)"
	has complete false
}

# Another vehicle came while nobody looked: two sessions, and nothing twice.
test_another_vehicle() {
	charge 10000
	make_it_ask
	kill -9 "$(follower_pid)"
	followed 137
	board one 'pilot A' 'wait state not-connected 10000'
	charge 20000
	record
	recorded=$((recorded + 1))
	await lines "$(sessions)" "$recorded"
	has complete false
	[ "$(field energy_wh | cut -d . -f 1)" -lt 4 ] || fail "$(field energy_wh) Wh at first"
	leave
	has_energy "$(word session_ws)"
}

test_reset() {
	local before

	charge 10000
	make_it_ask
	before=$(word session_ws)
	board one 'reset' 'wait boot done' 'wait state !unknown 10000'
	charge 12000
	leave
	has_energy $((before + $(word session_ws)))
	has resets 1
}

test_cable() {
	charge 10000
	board one unplug
	followed 5
	lines "$work/err" 1 || fail "not one sentence"
	board one plug
	find_board "$(link_of one)" || return
	name_board "$site"
	charge 15000
	record
	leave
	has_energy "$(word session_ws)"
	has resets 0
}

test_mute() {
	charge 5000
	board one 'mute on'
	await link_is "$index" down
	board one 'mute off'
	await link_is "$index" up
	charge 10000
	leave
	has_energy "$(word session_ws)"
}

test_signals() {
	kill -INT "$(follower_pid)"
	followed 130
	record
	kill "$(follower_pid)"
	followed 143
	[ ! -s "$work/err" ] || fail "it complains about a signal"
}

# --- the disk --------------------------------------------------------------------

test_full_disk() {
	local before

	mount -t tmpfs -o size=64k openevse-test "$dir" || return
	recorded=0
	record
	leave_twice || return
	cp "$(sessions)" "$work/before"
	charge 5000
	make_it_ask
	cat /dev/zero >"$dir/filler" 2>/dev/null
	board one 'pilot A'
	followed 1
	lines "$work/err" 1 || fail "not one sentence"
	said err 'cannot write to .*: No space'
	head -c "$(stat -c %s "$work/before")" "$(sessions)" | cmp -s - "$work/before" ||
		fail "what was there is lost"
	rm "$dir/filler"
	record
	recorded=2
	before=$(word session_ws)
	await lines "$(sessions)" $((recorded + 1))
	has_energy "$before"
	recorded=3
	leave_twice
	lines "$(sessions)" 5 || fail "a session was written twice"
	kill "$(follower_pid)"
	followed 143
	umount "$dir"
}

leave_twice() {
	for _ in 1 2; do
		board one 'pilot B' 'wait state connected 5000'
		leave
	done
}

test_damaged() {
	local file

	file=$(sessions)
	cp "$file" "$work/kept"
	printf '{"device":"openevse0","sta' >>"$file"
	expect_sentence_after 1 openevse log --json --dir "$dir"
	said err '1 damaged line'
	cmp -s "$work/out" "$work/kept" || fail "the others are not shown"
	echo '{' >"$dir/$site.state"
	expect_sentence 1 openevse log --record --dir "$dir"
	said err 'damaged'
	expect_sentence 1 openevse log --record --dir "$dir/no/where"
	expect_sentence 6 setpriv --reuid=65534 --regid=65534 --groups openevse -- \
		openevse log --record --dir "$dir"
}

# --- two boards, old ones ----------------------------------------------------------

test_two_boards() {
	site=two
	recorded=0
	plug_in two 3.11.3 || return
	name_board "$site"
	expect_sentence 2 openevse log --record --dir "$dir"
	record
	charge 10000
	# Asleep, this firmware does not say whether there is a vehicle.
	make_it_ask
	charge 15000
	leave
	has_energy "$(word session_ws)"
	has complete true
	expect 0 openevse -d two log --csv --dir "$dir"
	lines "$work/out" 2 || fail "not one session"
	said out '^two,'
	kill "$(follower_pid)"
	followed 143
}

test_no_meter() {
	site=three
	recorded=0
	plug_in three D4.6.0 --without kwh --without ammeter || return
	name_board "$site"
	follow openevse -d three log --record --dir "$dir"
	await test -e "$(sessions)"
	board three 'pilot B' 'wait state connected 5000'
	await test -e "$dir/$site.state"
	leave
	has energy_wh null
	has max_a null
	kill "$(follower_pid)"
	followed 143
	# What is not attached has sessions too.
	board three unplug
	expect 0 openevse -d three log --dir "$dir"
	said out '^three .* - +- '
}

require_machine
require_schema
index=''
run_tests no_board usage session formats running second_recorder fault killed \
	killed_at_the_end another_vehicle reset cable mute signals full_disk damaged two_boards \
	no_meter
