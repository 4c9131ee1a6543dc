#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Others who look for devices behind serial adapters: ModemManager itself, and
# rules that ask for what those of gpsd and brltty ask for. An adopted cable is
# not theirs; one that nobody has adopted still is.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

local_rules=/etc/udev/rules.d/69-openevse-local.rules
rules=/run/udev/rules.d
units=/run/systemd/system
manager=''

stop_manager() {
	[ ! "$manager" ] || { kill "$manager" && wait "$manager"; } 2>/dev/null
	manager=''
}

clean_rules() {
	rm -f "$local_rules" "$rules/60-gpsd-like.rules" "$rules/85-brltty-like.rules" \
		"$rules/66-modem-like.rules" "$units/gpsdctl@.service" "$units/brltty-device@.service"
	udevadm control --reload
	systemctl unmask --runtime -q openevse-attach.service
	systemctl daemon-reload
	systemctl start openevse-attach.service
}
trap 'stop_manager; clean_up; clean_rules' EXIT

# A service that does nothing but to have been started.
make_service() {
	mkdir -p "$units"
	printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n' \
		>"$units/$1@.service"
	systemctl daemon-reload
}

started() {
	systemctl is-active "$1"
}

has_been_asked() {
	[ "$(counter "$1" bytes_in)" -gt 0 ]
}

# The USB device of a tty.
usb_of() {
	readlink -f "/sys/class/tty/$1/device/../.."
}

test_adopted() {
	plug_cable ours OURS 8.2.3
	expect 0 openevse adopt "$tty" --name ours
	find_board /dev/openevse/ours
}

# It opens serial ports and says AT; with this rule all that have an FTDI chip.
test_modem_manager() {
	local before

	without_helper
	echo 'SUBSYSTEM=="usb", ATTR{idVendor}=="0403", ENV{ID_MM_DEVICE_PROCESS}="1"' \
		>"$rules/66-modem-like.rules"
	udevadm control --reload
	board ours unplug
	before="$(counter ours dtr_edges) edges of DTR, $(counter ours bytes_in) bytes"
	ModemManager --debug >"$work/manager" 2>&1 &
	manager=$!
	await grep -q 'ModemManager (version' "$work/manager"
	board ours plug
	find_tty ours
	plug_cable foreign FOREIGN 8.2.3
	# It has the other one long enough to have had ours.
	await has_been_asked foreign
	[ "$(counter ours dtr_edges) edges of DTR, $(counter ours bytes_in) bytes" = "$before" ] ||
		fail "it has opened the adopted cable"
	stop_manager
	rm "$rules/66-modem-like.rules"
	board foreign quit
	with_helper
	find_board /dev/openevse/ours
}

# gpsd: a link for the port, and a service that hands it over.
test_gpsd() {
	make_service gpsdctl
	echo 'SUBSYSTEM=="tty", ATTRS{idVendor}=="0403", ATTRS{idProduct}=="6001", SYMLINK+="gps%n", TAG+="systemd", ENV{SYSTEMD_WANTS}="gpsdctl@%k.service"' \
		>"$rules/60-gpsd-like.rules"
	udevadm control --reload
	board ours unplug
	await not test -e /dev/openevse/ours
	plug_cable foreign FOREIGN 8.2.3
	await started "gpsdctl@$tty.service"
	test -e "/dev/gps${tty#ttyUSB}" || fail "the rule does not do what gpsd's does"
	board ours plug
	find_board /dev/openevse/ours
	find_tty ours
	! started "gpsdctl@$tty.service" >/dev/null || fail "gpsd has it"
	[ ! -e "/dev/gps${tty#ttyUSB}" ] || fail "it is linked as a GPS receiver"
	[ "$(readlink -f /dev/serial/by-id/*OURS*)" = "/dev/$tty" ] || fail "no link by-id"
	compgen -G '/dev/serial/by-path/*' >/dev/null || fail "no link by-path"
	board foreign quit
	rm "$rules/60-gpsd-like.rules"
}

# brltty takes the whole USB device away from its driver: by a service, or where
# there is no systemd by a program that udev runs.
test_brltty() {
	local foreign

	make_service brltty-device
	cat >"$rules/85-brltty-like.rules" <<-'END'
		SUBSYSTEM!="usb", GOTO="end"
		ENV{PRODUCT}!="403/6001/*", GOTO="end"
		KERNEL=="*:*", GOTO="end"
		ENV{BRLTTY_BRAILLE_DRIVER}="at,ce,hd", SYMLINK+="brltty/$attr{serial}"
		ENV{BRLTTY_BRAILLE_DEVICE}="usb:serial=$attr{serial}"
		TAG+="systemd", ENV{SYSTEMD_WANTS}+="brltty-device@$attr{serial}.service"
		RUN+="/bin/touch /run/braille-$attr{serial}"
		LABEL="end"
	END
	udevadm control --reload
	board ours unplug
	await not test -e /dev/openevse/ours
	plug_cable foreign FOREIGN 8.2.3
	await started brltty-device@FOREIGN.service
	await test -e /run/braille-FOREIGN
	foreign=$(usb_of "$tty")
	board ours plug
	find_board /dev/openevse/ours
	find_tty ours
	! started brltty-device@OURS.service >/dev/null || fail "its service was started"
	[ ! -e /run/braille-OURS ] || fail "its program was run"
	[ ! -e /dev/brltty/OURS ] || fail "it has its link"
	expect 0 udevadm info -q property "$(usb_of "$tty")"
	! grep -q '^BRLTTY' "$work/out" || fail "it is still a braille display"
	expect 0 udevadm info -q property "$foreign"
	said out '^BRLTTY_BRAILLE_DRIVER=at'
	rm -f "$rules/85-brltty-like.rules" /run/braille-*
}

require_machine
[ -x /usr/sbin/ModemManager ] || skip_all "no ModemManager"
systemctl cat openevse-attach.service >/dev/null 2>&1 || skip_all "no openevse-attach.service"
[ ! -e "$local_rules" ] || skip_all "there is $local_rules, which is somebody's"
mkdir -p "$rules"
tty='' index=''
run_tests adopted modem_manager gpsd brltty
