#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything that --json prints, held against Documentation/openevse.schema.json: no key
# that is not in it, none missing, the same type everywhere.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

schema=$(readlink -f "$here/../../../../Documentation/openevse.schema.json")

# is_valid NAME FILE: each line is a document of that name.
is_valid() {
	[ -s "$2" ] || { fail "$1 printed nothing"; return 1; }
	python3 - "$schema" "$1" "$2" >"$work/verdict" 2>&1 <<-'END' && return
		import json, sys
		from jsonschema import Draft202012Validator
		schema = json.load(open(sys.argv[1]))
		schema["$ref"] = "#/$defs/" + sys.argv[2].replace(" ", "%20")
		Draft202012Validator.check_schema(schema)
		validator = Draft202012Validator(schema)
		bad = 0
		for line in open(sys.argv[3]):
		    for error in validator.iter_errors(json.loads(line)):
		        bad = 1
		        print(line, list(error.path), error.message,
		              [e.message for e in error.context or []])
		sys.exit(bad)
	END
	fail "$1 does not keep to the schema:"
	note "$work/verdict"
	return 1
}

# prints NAME ARGUMENT...: openevse with these.
prints() {
	local name=$1

	shift
	expect 0 openevse "$@" && is_valid "$name" "$work/out"
}

test_schema() {
	expect 0 python3 -c 'import json, sys, jsonschema
jsonschema.Draft202012Validator.check_schema(json.load(open(sys.argv[1])))' "$schema"
}

# The check itself.
test_what_is_wrong_is_found() {
	echo '{"clock":"2026-11-26 12:00:00","key":1}' >"$work/bad"
	(is_valid clock "$work/bad" >/dev/null) && fail "a key too many"
	echo '{}' >"$work/bad"
	(is_valid clock "$work/bad" >/dev/null) && fail "a key missing"
	echo '{"clock":12}' >"$work/bad"
	(is_valid clock "$work/bad" >/dev/null) && fail "a number for a text"
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
	is_valid doctor "$work/doctor"
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
}

pick() {
	grep "\"event\":\"$1\"" "$work/events" >/dev/null
}

checksum() {
	local text=$1 i sum=0

	for ((i = 0; i < ${#text}; i++)); do
		sum=$((sum ^ $(printf '%d' "'${text:i:1}")))
	done
	printf '%02X' "$sum"
}

# Each kind of event; and what a board may call its firmware.
test_events() {
	# shellcheck disable=SC2016	# as it is
	local monitor odd='$AB 00 8."\x'

	openevse monitor --json >"$work/events" &
	monitor=$!
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
	is_valid monitor "$work/events"
	board modern quit
}

test_newest() {
	plug_in newest 9.2.0
	everything
	prints relay relay --json
	board newest quit
	await not compgen -G '/dev/openevse[0-9]*'
}

test_old() {
	local names

	plug_in old 3.11.3
	prints list list --json
	prints status status --json
	mapfile -t names < <(openevse get --list | awk '{ print $1 }')
	prints get get --json "${names[@]}"
	prints features features --json
	prints faults faults --json
	prints stats stats --json
	board old quit
	await not compgen -G '/dev/openevse[0-9]*'
}

require_machine
[ -r "$schema" ] || skip_all "not in the source tree"
python3 -c 'import jsonschema' 2>/dev/null || skip_all "no python3-jsonschema"
index='' tty=''
run_tests schema what_is_wrong_is_found modern who events newest old
