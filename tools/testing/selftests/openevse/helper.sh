#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# openevse-attach and its service: whom it refuses, what it leaves behind, what
# becomes of boards when it, its module or udev are away, and what others can
# build on it.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

hand_rules=/run/udev/rules.d/66-openevse-hand.rules
activate=$here/../../../../userspace/activate
hand=''

stop_hand() {
	[ ! "$hand" ] || { kill "$hand" && wait "$hand"; } 2>/dev/null
	hand=''
}
trap 'stop_hand; rm -f "$hand_rules"; clean_up; systemctl start openevse-attach' EXIT

# The helper's one line about why not.
refused() {
	expect 1 timeout 60 openevse-attach "$1" || return
	[ "$(wc -l <"$work/err")" -eq 1 ] || { fail "not one line"; note "$work/err"; }
	said err "^openevse-attach: .*$2"
}

settings() {
	stty -g -F "/dev/$tty"
}

edges() {
	counter "$1" dtr_edges
}

main_pid() {
	systemctl show -P MainPID openevse-attach.service
}

# In a terminal, without a service, on a tty that no rule knows.
test_by_hand() {
	local before after status=0

	plug_cable hand BY-HAND 8.2.3
	stty -F "/dev/$tty" 9600 parenb ixon crtscts echo hupcl
	before=$(settings)
	launch hand openevse-attach "$tty"
	hand=$pid
	await grep -q "^openevse-attach: $tty: attached as /dev/openevse0\$" "$work/hand.err"
	await link_is 0 up
	after=$(edges hand)
	kill -TERM "$hand"
	wait "$hand" || status=$?
	hand=''
	[ "$status" -eq 0 ] || fail "status $status"
	await not test -e /dev/openevse0
	[ "$(edges hand)" = "$after" ] || fail "it moved DTR"
	after=$(settings)
	stty -F "/dev/$tty" hupcl
	[ "$(settings)" = "$before" ] || fail "$before became $after"
}

# Whoever has the tty keeps it.
test_refuses_what_others_have() {
	local owner

	refused /dev/null 'it is no serial port'
	refused /dev/ttyUSB99 'cannot open it: No such file'
	refused ttyS0 "it is the kernel's console"
	expect 1 flock "/dev/$tty" openevse-attach "$tty"
	said err 'another program uses it'
	printf '%10d\n' $$ >"/run/lock/LCK..$tty"
	refused "$tty" 'another program uses it'
	rm "/run/lock/LCK..$tty"
	ldattach -d "$(awk '$1 == "openevse" { print $2 }' /proc/tty/ldiscs)" "/dev/$tty" &
	owner=$!
	await test -e /dev/openevse0
	refused "$tty" 'line discipline "openevse" is attached already'
	kill "$owner"
	await not test -e /dev/openevse0
}

# The lock of one who has died is none.
test_stale_lock() {
	sh -c 'printf "%10d\n" $$' >"/run/lock/LCK..$tty"
	launch hand openevse-attach "$tty"
	hand=$pid
	await test -e /dev/openevse0
	stop_hand
	rm "/run/lock/LCK..$tty"
	await not test -e /dev/openevse0
	board hand quit
}

# A rule that marks every tty there is: screens and consoles are not for us.
test_rule_marks_too_much() {
	mkdir -p "${hand_rules%/*}"
	echo 'SUBSYSTEM=="tty", ENV{OPENEVSE_ATTACH}="1"' >"$hand_rules"
	forget_journal
	expect 0 systemctl reload openevse-attach.service
	await journal_said '^tty1: has the property OPENEVSE_ATTACH, but is no serial port'
	await journal_said "^ttyS0: it is the kernel's console"
	await systemctl is-active openevse-attach.service
	expect 0 stty -F /dev/tty1
	rm "$hand_rules"
	expect 0 systemctl reload openevse-attach.service
}

# Another owner gives way in the end; until then, one line is enough.
test_waits_for_another_owner() {
	local owner

	forget_journal
	plug_cable one LATER-OURS 8.2.3
	(exec 8<>"/dev/$tty" && flock 8 && exec sleep infinity) &
	owner=$!
	await not flock -n "/dev/$tty" true
	echo 'SUBSYSTEM=="tty", ENV{ID_SERIAL_SHORT}=="LATER-OURS", ENV{OPENEVSE_ATTACH}="1"' \
		>"$hand_rules"
	expect 0 systemctl reload openevse-attach.service
	await journal_said "^$tty: another program uses it"
	expect 0 systemctl reload openevse-attach.service
	[ "$(helper_journal | grep -c "^$tty: another program")" = 1 ] ||
		fail "it repeats itself"
	kill "$owner"
	wait "$owner" 2>/dev/null
	await compgen -G '/dev/openevse[0-9]*'
	rm "$hand_rules"
	udevadm control --reload
	board one quit
	await not compgen -G '/dev/openevse[0-9]*'
}

# The kernel takes the board away with the helper; readers are told, and the next
# helper brings it back by the same name, without a reset.
test_killed() {
	local monitor status=0 before resets began old number

	plug_in one 8.2.3
	number=$index
	launch events openevse monitor
	monitor=$pid
	await test -s "$work/events"
	before=$(edges one) resets=$(counter one resets) old=$(main_pid)
	began=${EPOCHREALTIME/./}
	kill -KILL "$old"
	wait "$monitor" || status=$?
	[ "$status" -eq 5 ] || fail "the monitor ended with status $status"
	await helper_is_not "$old"
	find_board "$(link_of one)"
	tell_times "$began"
	[ "$index" = "$number" ] || fail "it is number $index now, and was $number"
	expect 0 openevse get firmware
	said out '^8\.2\.3$'
	[ "$(edges one)" = "$before" ] || fail "$(($(edges one) - before)) edges of DTR"
	[ "$(counter one resets)" = "$resets" ] || fail "the board was reset"
}

# Of the clock that systemd uses, in microseconds.
tell_times() {
	local began=$1 now=${EPOCHREALTIME/./} up started

	up=$(sed 's/\.\(..\).*/\10000/' /proc/uptime)
	started=$(systemctl show -P ExecMainStartTimestampMonotonic openevse-attach.service)
	echo "# up $(((now - began) / 1000)) ms after the kill, $(((up - started) / 1000)) ms after the new start"
}

helper_is_not() {
	local now

	now=$(main_pid)
	[ "$now" != 0 ] && [ "$now" != "$1" ]
}

test_stopped_and_started() {
	local before

	before=$(edges one)
	expect 0 systemctl stop openevse-attach.service
	await not test -e "/dev/openevse$index"
	expect 0 systemctl start openevse-attach.service
	find_board "$(link_of one)"
	expect 0 systemctl restart openevse-attach.service
	find_board "$(link_of one)"
	[ "$(edges one)" = "$before" ] || fail "$(($(edges one) - before)) edges of DTR"
}

# A new version is installed while a program reads; and one that will not let go.
test_module_replaced() {
	local before monitor holder edges_before

	edges_before=$(edges one)
	before=$(stat -c %i /sys/module/openevse)
	launch events openevse monitor
	monitor=$pid
	await test -s "$work/events"
	expect 0 "$activate"
	[ ! -s "$work/err" ] || { fail "it has something to say:"; note "$work/err"; }
	wait "$monitor"
	find_board "$(link_of one)"
	[ "$(stat -c %i /sys/module/openevse)" != "$before" ] || fail "still the old module"
	before=$(stat -c %i /sys/module/openevse)
	(exec sleep infinity 8<"/dev/openevse$index") &
	holder=$!
	expect 0 "$activate"
	said err 'is still in use'
	kill "$holder"
	find_board "$(link_of one)"
	[ "$(stat -c %i /sys/module/openevse)" = "$before" ] || fail "how did that go?"
	[ "$(edges one)" = "$edges_before" ] || fail "DTR was moved"
}

# Something that shall run while a board is there.
test_units_can_follow() {
	local unit

	expect 0 systemd-run --unit=openevse-follower -p BindsTo="dev-openevse$index.device" \
		-p After="dev-openevse$index.device" sleep infinity
	await systemctl is-active openevse-follower.service
	unit=$(systemd-escape -p --suffix=device "$(link_of one)")
	expect 0 systemctl is-active "$unit"
	board one unplug
	await not systemctl is-active openevse-follower.service
	board one plug
	find_board "$(link_of one)"
	await systemctl is-active "dev-openevse$index.device"
}

test_exposure() {
	expect 0 systemd-analyze security openevse-attach.service
	grep '^.*Overall exposure' "$work/out" | sed 's/^[^O]*/# /'
	awk '/Overall exposure/ { good = $(NF - 2) <= 2.0 } END { exit !good }' "$work/out" ||
		fail "more than 2.0"
}

# Plugged in while there was no helper.
test_plugged_before_the_helper() {
	board one unplug
	await not test -e "/dev/openevse$index"
	expect 0 systemctl stop openevse-attach.service
	board one plug
	find_tty one
	expect 0 systemctl start openevse-attach.service
	find_board "$(link_of one)"
}

# Plugged in while there was no module: udev's rule loads it.
test_plugged_before_the_module() {
	board one unplug
	await not test -e "/dev/openevse$index"
	await modprobe -r openevse
	[ ! -d /sys/module/openevse ] || fail "the module is still there"
	board one plug
	find_board "$(link_of one)"
}

# Plugged in while there was no udev, as at boot: then it goes through all devices.
test_plugged_before_udev() {
	local units=(systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-udevd.service)

	board one unplug
	await not test -e "/dev/openevse$index"
	expect 0 systemctl stop "${units[@]}"
	board one plug
	await compgen -G '/sys/class/tty/ttyUSB*'
	expect 0 systemctl start "${units[@]}"
	expect 0 udevadm trigger --type=devices --action=add
	find_board "$(link_of one)"
}

# Plugged in at the very moment when the helper is away or starts.
test_plugged_while_it_restarts() {
	local round

	for round in 1 2 3; do
		board one unplug
		systemctl restart openevse-attach.service &
		board one plug
		wait $!
		find_board "$(link_of one)" || fail "round $round"
	done
}

# What an init script and the system's log are enough for.
test_without_systemd() {
	local pid

	expect 0 systemctl stop openevse-attach.service
	await not test -e "/dev/openevse$index"
	export SYSTEMCTL_SKIP_REDIRECT=yes
	expect 0 /etc/init.d/openevse-attach start
	find_board "$(link_of one)"
	pid=$(cat /run/openevse-attach.pid)
	expect 0 /etc/init.d/openevse-attach status
	expect 0 /etc/init.d/openevse-attach reload
	await sh -c "journalctl -q -o cat _PID=$pid | grep -q 'looking at all ttys again'"
	kill -0 "$pid" || fail "the reload ended it"
	# Also after a failure: the next tests need the cable.
	/etc/init.d/openevse-attach stop >/dev/null || fail "it does not stop"
	await not test -e "/dev/openevse$index"
	! kill -0 "$pid" 2>/dev/null || fail "it still runs"
	unset SYSTEMCTL_SKIP_REDIRECT
	expect 0 systemctl start openevse-attach.service
	find_board "$(link_of one)"
}

require_machine
systemctl cat openevse-attach.service >/dev/null 2>&1 || skip_all "no openevse-attach.service"
tty='' index=''
run_tests by_hand refuses_what_others_have stale_lock rule_marks_too_much \
	waits_for_another_owner killed stopped_and_started module_replaced units_can_follow \
	exposure plugged_before_the_helper plugged_before_the_module plugged_before_udev \
	plugged_while_it_restarts without_systemd
