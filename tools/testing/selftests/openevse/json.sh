#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything that --json prints, held against Documentation/openevse.schema.json: no key
# that is not in it, none missing, the same type everywhere.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

# shellcheck source=schema.sh
. "$here/schema.sh"

# The check itself: a key too many, one missing, one of another type, and none of these.
test_what_is_wrong_is_found() {
	local right='{"clock":"2026-11-26 12:00:00"}' document
	local wrong=('{"clock":"2026-11-26 12:00:00","key":1}' '{}' '{"clock":12}')

	printf '%s\n' "$right" "${wrong[@]}" >"$work/all"
	document clock "$work/all"
	! are_valid || fail "nothing wrong"
	for document in "${wrong[@]}"; do
		grep -qF "$document [" "$work/verdict" || fail "nothing wrong with $document"
	done
	! grep -qF "$right [" "$work/verdict" || fail "something wrong with $right"
}

everything() {
	local names

	prints list list --json
	prints status status --json
	mapfile -t names < <(openevse complete -- get '')
	prints get get --json "${names[@]}"
	prints "get --list" get --list --json
	prints features features --json
	prints faults faults --json
	prints stats stats --json
	prints who who --json
	prints clock clock --json
	prints timer timer --json
	openevse doctor --json >"$work/doctor"
	document doctor "$work/doctor"
}

test_modern() {
	plug_in modern 8.2.3 --with time-limit --with charge-limit --with bootlock --with mennekes
	expect 0 openevse bootlock clear
	everything
	prints limit limit --json
	prints bootlock bootlock --json
	prints button button --json
	prints heartbeat heartbeat --json
	prints socket socket --json
	documents_are_valid
}

# Somebody else has changed something, too.
test_who() {
	local holder

	openevse hold 10 >/dev/null &
	holder=$!
	await sh -c 'openevse who --json | grep -q setting'
	prints who who --json
	kill "$holder"
	wait "$holder"
	documents_are_valid
}

pick() {
	grep "\"event\":\"$1\"" "$work/events" >/dev/null
}

# Each kind of event; and what a board may call its firmware.
test_events() {
	# shellcheck disable=SC2016	# as it is
	local monitor odd='$AB 00 8."\x'

	launch events openevse monitor --json
	monitor=$pid
	await test -s "$work/events"
	board modern 'pilot B' 'wait state connected 5000'
	expect 0 openevse set current 10
	expect 0 openevse pause
	expect 0 openevse start
	board modern "send ${odd//\\/\\\\}^$(checksum "$odd")\\r"
	await pick boot
	board modern 'button wifi'
	await pick wifi
	board modern 'echo on'
	await pick echo
	board modern unplug
	wait "$monitor"
	for kind in state boot setting wifi echo detached; do
		pick "$kind" || fail "no $kind"
	done
	document monitor "$work/events"
	documents_are_valid
}

test_newest() {
	unplug_all
	plug_in newest 9.2.0 --with rtc --with timer
	everything
	prints relay relay --json
	documents_are_valid
}

test_old() {
	local names

	unplug_all
	plug_in old 3.11.3
	prints list list --json
	prints status status --json
	mapfile -t names < <(openevse get --list | awk '{ print $1 }')
	prints get get --json "${names[@]}"
	prints features features --json
	prints faults faults --json
	prints stats stats --json
	documents_are_valid
}

require_machine
require_schema
index='' tty=''
run_tests what_is_wrong_is_found modern who events newest old
