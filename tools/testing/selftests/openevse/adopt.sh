#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "openevse adopt" and "openevse release": which cables lead to boards, and that
# no other is ever touched. Virtual FT232Rs whose serial numbers nobody has
# enrolled, the kernel's own ftdi_sio, udev, the helper as a service.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

log_unit=openevse-log@garage.service
log_file=/var/lib/openevse/garage.jsonl
local_rules=/etc/udev/rules.d/69-openevse-local.rules
hand_rules=/run/udev/rules.d/66-openevse-hand.rules
key='SUBSYSTEM=="tty", ENV{ID_VENDOR_ID}=="0403", ENV{ID_MODEL_ID}=="6001", ENV{ID_SERIAL_SHORT}=="CABLE-A", ENV{ID_USB_INTERFACE_NUM}=="00", ATTRS{port_number}=="0"'
usb_key='SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="0403", ATTR{idProduct}=="6001", ENV{ID_SERIAL_SHORT}=="CABLE-A"'

rules_are() {
	diff "$1" "$local_rules" >"$work/diff" && return
	fail "$local_rules is not what it should be:"
	note "$work/diff"
}

# Opening a tty raises DTR: none at all says that nobody has opened it.
untouched() {
	local found

	found="$(counter "$1" dtr_edges) edges of DTR, $(counter "$1" bytes_in) bytes"
	[ "$found" = "0 edges of DTR, 0 bytes" ] || fail "somebody has opened the tty of $1: $found"
}

# The same of one that had its use before.
untouched_when_plugged() {
	local before

	board "$1" unplug
	before=$(counter "$1" dtr_edges)
	board "$1" plug
	find_tty "$1"
	await udevadm settle
	[ "$(counter "$1" dtr_edges)" = "$before" ] || fail "somebody has opened the tty of $1"
}

# settings_are TTY SETTINGS: only DTR may stay as it is at close; all else is as it was.
settings_are() {
	local after

	after=$(stty -g -F "/dev/$1")
	stty -F "/dev/$1" hupcl
	[ "$(stty -g -F "/dev/$1")" = "$2" ] || fail "$2 became $after"
}

is_firmware() {
	expect 0 openevse -d "$1" get firmware && said out "^$2\$"
}

clean_rules() {
	rm -f "$local_rules" "$hand_rules"
	udevadm control --reload
}
trap 'clean_up; clean_rules' EXIT

test_several_candidates() {
	plug_cable a CABLE-A 8.2.3 && tty_a=$tty
	plug_cable b CABLE-B 3.11.3 && tty_b=$tty
	plug_cable zigbee ZIGBEE 8.2.3 && tty_zigbee=$tty
	expect 2 openevse adopt --yes
	said err '^openevse: several serial ports'
	said err "^  $tty_a +FTDI FT232R USB UART, serial CABLE-A$"
	said err "^  $tty_b .*CABLE-B$"
	said err "^  $tty_zigbee .*ZIGBEE$"
	untouched a
	untouched b
}

test_dry_run() {
	local before

	before=$(stty -g -F "/dev/$tty_a")
	expect 0 openevse adopt "$tty_a" --dry-run --name garage
	printf '%s\n' "$key, ENV{OPENEVSE_ATTACH}=\"1\", ENV{OPENEVSE_NAME}=\"garage\"" \
		"$usb_key, ENV{OPENEVSE_CABLE}=\"1\"" | diff - "$work/out" >"$work/diff" ||
		{ fail "other rules:"; note "$work/diff"; }
	said err "^$tty_a: OpenEVSE firmware 8\\.2\\.3, RAPI 5\\.2\\.1"
	[ ! -e "$local_rules" ] || fail "it has written $local_rules"
	settings_are "$tty_a" "$before"
}

test_adopted() {
	expect 0 openevse adopt "$tty_a" --name garage
	said out "^$tty_a is attached as /dev/openevse0, also /dev/openevse/garage\$"
	is_firmware garage '8\.2\.3'
	[ -c "/dev/openevse/by-id/usb-FTDI_FT232R_USB_UART_CABLE-A-if00-port0" ] || fail "no by-id"
	compgen -G '/dev/openevse/by-path/*' >/dev/null || fail "no by-path"
	[ "$(stat -c %a "$local_rules")" = 644 ] || fail "others cannot read the rules"
	expect 0 udevadm info -q property "/sys/class/tty/$tty_a/device/../.."
	said out '^ID_MM_DEVICE_IGNORE=1$'
	untouched b
}

test_replugged() {
	board a unplug
	await not test -e /dev/openevse/garage
	board a plug
	find_board /dev/openevse/garage
	is_firmware garage '8\.2\.3'
}

session_is_seen() {
	openevse log --all | grep -q '^garage .* running '
}

# one_session NUMBER: a vehicle comes and goes, and that is written down.
one_session() {
	await systemctl is-active --quiet "$log_unit"
	board a 'pilot B' 'wait state connected 5000'
	await session_is_seen
	board a 'pilot A'
	await lines "$log_file" "$1"
}

# As openevse-log@.service, from enabling it on: it goes and comes with the board.
test_sessions_are_recorded() {
	expect 0 systemctl --quiet enable --now "$log_unit"
	one_session 1
	board a unplug
	await not systemctl is-active --quiet "$log_unit"
	expect 1 systemctl is-failed "$log_unit"
	board a plug
	find_board /dev/openevse/garage
	one_session 2
	expect 0 openevse log --csv
	lines "$work/out" 3 || fail "not two sessions"
	expect 0 systemctl --quiet disable --now "$log_unit"
	expect 1 systemctl is-failed "$log_unit"
	rm -r "${log_file%/*}"
}

# Whoever comes first.
test_any_order() {
	expect 0 openevse adopt "$tty_b" --name carport
	is_firmware carport '3\.11\.3'
	board a unplug
	board b unplug
	await not compgen -G '/dev/openevse[0-9]*'
	board b plug
	find_board /dev/openevse/carport
	board a plug
	find_board /dev/openevse/garage
	is_firmware carport '3\.11\.3'
	is_firmware garage '8\.2\.3'
	find_tty a && tty_a=$tty
	find_tty b && tty_b=$tty
}

test_name_of_another() {
	cp "$local_rules" "$work/rules"
	expect 1 openevse adopt "$tty_a" --name carport
	said err 'the name "carport" belongs to another cable'
	rules_are "$work/rules"
	expect 2 openevse adopt "$tty_a" --name '../x'
	said err '"../x" is no name'
	rules_are "$work/rules"
}

# Again, without a name: it keeps the one it has. With one: it gets that.
test_again() {
	echo '# mine' >>"$local_rules"
	expect 0 openevse adopt "$tty_a" --yes
	is_firmware garage '8\.2\.3'
	grep -q '^# mine$' "$local_rules" || fail "somebody's comment is gone"
	expect 0 openevse adopt "$tty_a" --name shed
	await test -c /dev/openevse/shed
	await not test -e /dev/openevse/garage
	expect 0 openevse adopt "$tty_a" --name garage
	await test -c /dev/openevse/garage
	[ "$(grep -c CABLE-A "$local_rules")" = 2 ] || fail "rules pile up"
}

# What a user at a terminal sees.
test_questions() {
	expect 0 openevse release "$tty_b"
	await not test -e /dev/openevse/carport
	printf 'No Name!\nporch\n' |
		script -qec "openevse adopt $tty_b" /dev/null >"$work/out" 2>&1 ||
		fail "it ended with status $?"
	said out 'Name for this board'
	said out 'A name is made of'
	find_board /dev/openevse/porch
}

test_nothing_answers() {
	cp "$local_rules" "$work/rules"
	plug_cable mute MUTE 8.2.3 && tty_mute=$tty
	board mute 'mute on'
	expect_sentence 4 openevse adopt "$tty" --name nobody
	said err 'nothing came back'
	[ "$(counter mute frames)" -le 3 ] || fail "$(counter mute frames) questions"
	rules_are "$work/rules"
}

test_somebody_else_has_it() {
	local lock

	expect_sentence 1 flock "/dev/$tty_mute" openevse adopt "$tty_mute"
	said err 'another program uses it'
	lock=/run/lock/LCK..$tty_mute
	printf '%10d\n' $$ >"$lock"
	expect_sentence 1 openevse adopt "$tty_mute"
	said err 'another program uses it'
	rm "$lock"
	expect_sentence 5 openevse adopt ttyUSB99
	expect_sentence 5 openevse adopt /dev/null
}

has_asked() {
	[ "$(counter mute frames)" -gt "$1" ]
}

# In the middle of asking: the line is given back before it ends.
test_interrupted() {
	local signal before asked asker status

	stty -F "/dev/$tty_mute" hupcl
	before=$(stty -g -F "/dev/$tty_mute")
	for signal in INT QUIT TERM HUP; do
		asked=$(counter mute frames)
		env --default-signal="$signal" openevse adopt "$tty_mute" >"$work/out" 2>&1 &
		asker=$!
		await has_asked "$asked"
		[ "$(stty -g -F "/dev/$tty_mute")" != "$before" ] || fail "the line is not set up"
		kill -s "$signal" "$asker"
		status=0
		wait "$asker" 2>/dev/null || status=$?
		[ "$status" -eq $((128 + $(kill -l "$signal"))) ] || fail "SIG$signal: status $status"
		settings_are "$tty_mute" "$before"
	done
}

# It speaks all the time, but not as a board does.
test_something_else_speaks() {
	local asker status=0

	board mute 'deaf on' 'mute off'
	openevse adopt "$tty_mute" --name nobody >"$work/out" 2>"$work/err" </dev/null &
	asker=$!
	while kill -0 "$asker" 2>/dev/null; do
		# shellcheck disable=SC2016	# as it is
		board mute 'send OK\r\n$OK 8.2.3\r$OK 8.2.3 5.2.1^00\r$OK hello world\r'
		read -r -t 0.2 <> <(:) || :
	done
	wait "$asker" || status=$?
	[ "$status" -eq 4 ] || fail "status $status"
	said err "^openevse: $tty_mute: [0-9]+ bytes came, but no answer of an OpenEVSE board"
	board mute 'mute on' 'deaf off'
	rules_are "$work/rules"
}

test_released_by_tty() {
	expect 0 openevse release "$tty_a"
	await not test -e /dev/openevse/garage
	[ "$(grep -c CABLE-A "$local_rules")" = 0 ] || fail "its rules are still there"
	await stty -F "/dev/$tty_a"
	is_firmware porch '3\.11\.3'
	untouched_when_plugged a
}

test_released_while_away() {
	board b unplug
	await not test -e /dev/openevse/porch
	expect 0 openevse release porch
	expect_sentence 5 openevse release porch
	board b plug
	untouched_when_plugged b
}

# With rules for another system nothing happens on this one.
test_other_file() {
	cp "$local_rules" "$work/rules"
	find_tty a && tty_a=$tty
	find_tty b && tty_b=$tty
	expect 0 openevse adopt "$tty_a" --name garage --rules "$other_rules"
	expect 0 openevse adopt "$tty_b" --name carport --rules "$other_rules"
	[ "$(wc -l <"$other_rules")" = 5 ] || { fail "other rules:"; note "$other_rules"; }
	expect_sentence 5 openevse release shed --rules "$other_rules"
	expect 0 openevse release "$tty_a" --rules "$other_rules"
	expect 0 openevse release carport --rules "$other_rules"
	[ "$(wc -l <"$other_rules")" = 1 ] || { fail "the rules stay:"; note "$other_rules"; }
	rules_are "$work/rules"
	! compgen -G '/dev/openevse[0-9]*' >/dev/null || fail "something is attached"
}

waits_for_lock() {
	grep -q -e "-> FLOCK .* $1 " /proc/locks
}

# at_once ARGUMENTS ARGUMENTS: two changes, held up until both want to make theirs.
# Their words are in $work/1.err and $work/2.err, how they ended in $statuses.
at_once() {
	local arguments lock pid pids=() status

	exec {lock}>"$other_rules.new"
	flock "$lock"
	for arguments; do
		# shellcheck disable=SC2086	# several words
		openevse $arguments --rules "$other_rules" 2>"$work/$((${#pids[@]} + 1)).err" </dev/null &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		await waits_for_lock "$pid"
	done
	flock -u "$lock"
	exec {lock}>&-
	statuses=''
	for pid in "${pids[@]}"; do
		status=0
		wait "$pid" || status=$?
		statuses+=$status
	done
	[ ! -e "$other_rules.new" ] || fail "it has left $other_rules.new"
}

test_at_once() {
	at_once "adopt $tty_a --name garage" "adopt $tty_b --name carport"
	[ "$statuses" = 00 ] || { fail "status $statuses:"; note "$work"/?.err; }
	[ "$(wc -l <"$other_rules")" = 5 ] || { fail "one is lost:"; note "$other_rules"; }
	# Neither knew of the other when it looked whether the name was free.
	at_once "adopt $tty_a --name shed" "adopt $tty_b --name shed"
	[ "$statuses" = 01 ] || [ "$statuses" = 10 ] || fail "both got the name: $statuses"
	cat "$work"/?.err >"$work/err"
	said err 'the name "shed" belongs to another cable'
	[ "$(grep -c '"shed"' "$other_rules")" = 1 ] || { fail "other rules:"; note "$other_rules"; }
	at_once "release $tty_a" "release $tty_b"
	[ "$statuses" = 00 ] || { fail "status $statuses:"; note "$work"/?.err; }
	[ "$(wc -l <"$other_rules")" = 1 ] || { fail "one is lost:"; note "$other_rules"; }
}

# Serial numbers that want to be rules, paths, or endless. None of them is taken
# as a mark; the place is.
test_odd_serial_numbers() {
	# shellcheck disable=SC2016	# as it is
	local serial before after odd=('with space' 'a/b/../../c' 'quo"te' "apo'strophe"
		'back\slash' 'x", RUN+="/bin/touch /run/pwned' '$env{DEVPATH}%k$$' '*[a]?|x'
		"$(printf '%0126d' 0)" "$(printf 'é%.0s' {1..120})")

	rm -f "$local_rules"
	for serial in "${odd[@]}"; do
		plug_cable odd "$serial" 8.2.3 || return
		expect 0 openevse adopt "$tty" --name odd
		find_board /dev/openevse/odd
		is_firmware odd '8\.2\.3'
		# At the same place: its port has to be free again.
		board odd unplug
		await not test -e /dev/openevse/odd
		board odd plug
		find_board /dev/openevse/odd
		# A heading, the tty, the USB device.
		[ "$(wc -l <"$local_rules")" = 3 ] || fail "$(wc -l <"$local_rules") lines"
		expect 0 openevse release odd
		[ "$(wc -l <"$local_rules")" = 1 ] || fail "the rules stay"
		board odd quit
		await not test -e /dev/openevse/odd
		[ ! "$failed" ] || { fail "with $serial"; return; }
	done
	await udevadm settle
	[ ! -e /run/pwned ] || fail "a serial number was executed"
	before=$(find /dev -name '*pwned*' -o -name 'c-if00*')
	# The folder itself goes with the last name.
	after=$(find /dev/openevse -mindepth 1 ! -type d 2>/dev/null)
	[ -z "$before$after" ] || fail "left behind: $before $after"
}

# The rules of two cables change together or not at all. The file has one page of two;
# with new rules for one of them it would not need a second.
no_room_for_both() {
	local full=$work/full

	mkdir "$full"
	mount -t tmpfs -o size=8k tmpfs "$full"
	cp "$local_rules" "$full/rules"
	printf '#%*s\n' $((3898 - $(wc -c <"$full/rules"))) '' >>"$full/rules"
	cp "$full/rules" "$work/rules"
	expect 1 openevse adopt "$tty_two" --name two --rules "$full/rules"
	said err "cannot write $full/rules: No space left on device"
	cmp "$full/rules" "$work/rules" >/dev/null || { fail "the rules have changed:"; note "$full/rules"; }
	[ "$(ls "$full")" = rules ] || fail "left behind: $(ls "$full")"
	umount "$full"
}

# A serial number means one cable until there are two of them.
test_shared_serial_number() {
	rm -f "$local_rules"
	plug_cable one SHARED 8.2.3 && tty_one=$tty
	expect 0 openevse adopt "$tty_one" --name one
	find_board /dev/openevse/one
	! grep -q OPENEVSE_MARK "$local_rules" || fail "by its place already"
	forget_journal
	plug_cable two SHARED 3.11.3 && tty_two=$tty
	await journal_said "^$tty_two: it has the same serial number as $tty_one, which is attached"
	untouched two
	expect 1 openevse adopt "$tty_two" --name one
	said err 'the name "one" belongs to another cable'
	no_room_for_both
	expect 0 openevse adopt "$tty_two" --name two
	said err "^$tty_one has the same serial number: it is recognised by the place"
	find_board /dev/openevse/two
	is_firmware one '8\.2\.3'
	is_firmware two '3\.11\.3'
	[ "$(grep -c 'OPENEVSE_MARK}="path"' "$local_rules")" = 2 ] || fail "not both by place"
	[ "$(counter one resets)" = 0 ] || fail "the first was reset"
	board one unplug
	await not test -e /dev/openevse/one
	is_firmware two '3\.11\.3'
	board one plug
	find_board /dev/openevse/one
	is_firmware one '8\.2\.3'
	board one quit
	board two quit
	await not compgen -G '/dev/openevse[0-9]*'
}

# Nobody knows which of the two it is: neither is opened.
test_shared_from_the_start() {
	rm -f "$local_rules"
	mkdir -p "${hand_rules%/*}"
	echo 'SUBSYSTEM=="tty", ENV{ID_SERIAL_SHORT}=="SHARED", ENV{OPENEVSE_ATTACH}="1"' \
		>"$hand_rules"
	# The first of them would have it started.
	without_helper
	udevadm control --reload
	forget_journal
	plug_cable one SHARED 8.2.3 && tty_one=$tty
	plug_cable two SHARED 3.11.3 && tty_two=$tty
	with_helper
	await journal_said "^$tty_one: it has the same serial number as $tty_two:"
	await journal_said "^$tty_two: it has the same serial number as $tty_one:"
	untouched one
	untouched two
	board two quit
	await compgen -G '/dev/openevse[0-9]*'
	board one quit
	await not compgen -G '/dev/openevse[0-9]*'
	rm -f "$hand_rules"
	udevadm control --reload
}

# A rule that somebody wrote or removed, and what it takes to make it true.
test_rules_by_hand() {
	plug_cable hand BY-HAND 8.2.3
	echo 'SUBSYSTEM=="tty", ENV{ID_SERIAL_SHORT}=="BY-HAND", ENV{OPENEVSE_ATTACH}="1", ENV{OPENEVSE_NAME}="hand"' \
		>"$hand_rules"
	expect 0 systemctl reload openevse-attach.service
	find_board /dev/openevse/hand
	rm "$hand_rules"
	expect 0 systemctl reload openevse-attach.service
	await not test -e /dev/openevse/hand
	await stty -F "/dev/$tty"
	board hand quit
}

# After everything that was plugged beside it, and every start of the helper.
test_foreign_was_never_touched() {
	untouched zigbee
}

require_machine
systemctl cat openevse-attach.service >/dev/null 2>&1 || skip_all "no openevse-attach.service"
[ ! -e "$local_rules" ] || skip_all "there is $local_rules, which is somebody's"
other_rules=$work/69-other.rules statuses=''
tty='' index='' tty_a='' tty_b='' tty_zigbee='' tty_mute='' tty_one='' tty_two=''
run_tests several_candidates dry_run adopted replugged sessions_are_recorded any_order \
	name_of_another again questions nothing_answers somebody_else_has_it interrupted \
	something_else_speaks released_by_tty released_while_away other_file at_once \
	odd_serial_numbers shared_serial_number shared_from_the_start rules_by_hand \
	foreign_was_never_touched
