#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Cables that come and go faster than anybody can follow, and storm_test, with
# the helper under valgrind all the time. $STORM has storm_test's arguments.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

dropin=/run/systemd/system/openevse-attach.service.d/valgrind.conf
report=/run/openevse-valgrind.log
storm=${OUTPUT:-$here}/storm_test
read -r -a words <<<"${STORM:-}"
contacts=100
# A kernel that looks at each of its steps is too slow for 64 clients, and udev on it
# takes half a minute for a plug or two.
for watcher in kmemleak kcsan; do
	[ -e "/sys/kernel/debug/$watcher" ] || continue
	words=(--clients 4 "${words[@]}")
	contacts=20
done

# The same service; only what valgrind cannot live with is left out.
put_under_valgrind() {
	mkdir -p "${dropin%/*}"
	cat >"$dropin" <<-END
		[Service]
		ExecStart=
		ExecStart=/usr/bin/valgrind --leak-check=full --track-fds=yes --error-exitcode=99 \
			--log-file=$report /usr/sbin/openevse-attach -v
		MemoryDenyWriteExecute=no
		SystemCallFilter=
		ReadWritePaths=/run
	END
	systemctl daemon-reload
	systemctl restart openevse-attach.service
}

take_from_valgrind() {
	rm -rf "${dropin%/*}"
	systemctl daemon-reload
	systemctl restart openevse-attach.service
}
trap 'clean_up; take_from_valgrind' EXIT

helper_files() {
	compgen -G "/proc/$(systemctl show -P MainPID openevse-attach.service)/fd/*" | wc -l
}

helper_has_files() {
	[ "$(helper_files)" -eq "$1" ]
}

test_under_valgrind() {
	expect 0 put_under_valgrind
	await systemctl is-active openevse-attach.service
	files=$(helper_files)
	restarts=$(systemctl show -P NRestarts openevse-attach.service)
	taint=$(cat /proc/sys/kernel/tainted)
}

try() {
	"$board_program" --send "$work/$1.ctl" "$2" >/dev/null 2>&1
}

unused() {
	[ "$(cat /sys/module/openevse/refcnt)" = 0 ]
}

# A loose contact: 50 times a second.
test_loose_contact() {
	local i

	plug_in loose 8.2.3 --any-socket
	plug_in firm 3.11.3
	for ((i = 0; i < contacts; i++)); do
		# Now and then no port is free yet: then this one has no contact.
		try loose unplug
		try loose plug
		read -r -t 0.01 <> <(:) || :
	done
	try loose unplug
	await udevadm settle
	await try loose plug
	find_board "$(link_of loose)"
	expect 0 openevse -d "$(link_of loose)" get firmware
	said out '^8\.2\.3$'
	find_board "$(link_of firm)"
	expect 0 openevse -d "$(link_of firm)" get firmware
	said out '^3\.11\.3$'
	board loose quit
	board firm quit
	await not compgen -G '/dev/openevse[0-9]*'
}

test_clients_and_cycles() {
	"$storm" "${words[@]}" | sed -u 's/^/# /'
	[ "${PIPESTATUS[0]}" -eq 0 ] || fail "storm_test failed"
}

test_nothing_stays_behind() {
	await udevadm settle
	await not compgen -G '/dev/openevse[0-9]*'
	[ -z "$(find /dev/openevse ! -type d 2>/dev/null)" ] || fail "$(find /dev/openevse)"
	await helper_has_files "$files"
	[ "$(systemctl show -P NRestarts openevse-attach.service)" = "$restarts" ] ||
		fail "the helper was started again"
	[ "$(cat /proc/sys/kernel/tainted)" = "$taint" ] || fail "the kernel is tainted"
	await unused
}

test_valgrind_is_content() {
	expect 0 systemctl stop openevse-attach.service
	[ "$(systemctl show -P ExecMainStatus openevse-attach.service)" = 0 ] || fail "its status"
	grep -q 'ERROR SUMMARY: 0 errors' "$report" || fail "errors"
	! grep -E '(definitely|indirectly|possibly) lost: [1-9]' "$report" || fail "leaks"
	# Besides those it was given, and valgrind's own.
	! grep 'Open file descriptor' "$report" | grep -v -E " [012]: |$report" || fail "files"
	[ ! "$failed" ] || note "$report"
}

require_machine
[ -x "$storm" ] || skip_all "no storm_test"
[ -x /usr/bin/valgrind ] || skip_all "no valgrind"
systemctl cat openevse-attach.service >/dev/null 2>&1 || skip_all "no openevse-attach.service"
files=0 restarts=0 taint=0
run_tests under_valgrind loose_contact clients_and_cycles nothing_stays_behind \
	valgrind_is_content
