#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The command "openevse": reading every value, and what controls a board beyond
# starting and pausing it: wake, locks, the button, limits that the host keeps,
# holds and heartbeats, relays. What the board itself says counts. Needs udev
# rules that enrol cables with serial numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

# begin ARGUMENT...: runs the command beside the test; its process is $pid.
begin() {
	[ ! "$failed" ] || return 1
	# Beside a script they are ignored.
	launch stay env --default-signal=INT,QUIT openevse "$@"
}

# begin_ignoring SIGNAL ARGUMENT...
begin_ignoring() {
	local signal=$1

	[ ! "$failed" ] || return 1
	shift
	launch stay env --ignore-signal="$signal" openevse "$@"
}

# finish STATUS: with which the command of begin has to end, by itself.
finish() {
	local status=0

	[ ! "$failed" ] || return 1
	await not kill -0 "$pid" || kill -KILL "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq "$1" ] && return
	fail "status $status instead of $1"
	note "$work/stay" "$work/stay.err"
	return 1
}

# A board of its own for a test: swap NAME FIRMWARE [OPTION...]
swap() {
	[ ! "$failed" ] || return 1
	unplug_all
	plug_in "$@" && board "$1" 'wait boot done'
}

charging() {
	board one 'pilot C' 'amps 10' 'wait state charging 20000'
}

no_vehicle() {
	board one 'amps 0' 'pilot A' 'wait state not-connected 10000'
}

# --- no board, wrong calls ---------------------------------------------------

test_no_board() {
	local words

	for words in wake bootlock 'bootlock clear' lock unlock 'unlock --until-unplug' button \
		'button on' 'button off --yes' heartbeat 'heartbeat set 30 6' 'hold 10' \
		'hold 10 true' 'limit energy 10 --host' relay 'relay recover --yes' socket \
		'socket lock'; do
		# shellcheck disable=SC2086	# a command line
		expect_sentence 5 openevse $words || return
	done
	expect 0 openevse get --list
	said out '^relay\.life-left +% '
	expect_sentence 5 openevse -d 0 get --list
}

test_usage() {
	local words

	for words in 'wake up' 'bootlock open' 'bootlock clear --json' 'lock now' 'unlock now' \
		'button maybe' 'button on off' 'button off' 'button press' 'heartbeat set' \
		'heartbeat set 61 6' 'heartbeat set 0 6' 'heartbeat set 30' 'heartbeat set 30 6A' \
		'heartbeat off now' 'heartbeat acknowledge' 'heartbeat pulse --json' 'hold' \
		'hold much' 'hold 1.5' 'hold --then 10' 'limit --host' 'limit energy 0 --host' \
		'limit energy off --host' 'limit energy 1001 --host' 'limit time 0 --host' \
		'limit energy 10 --json' 'limit fun 10' 'get' 'get --list state' 'clock sync --json' \
		'clock show --utc' 'timer off --json' 'relay shake' 'relay use dc3 on' \
		'relay use dc1 maybe' 'relay recover' 'relay replaced' 'socket open' \
		'faults clear' 'faults tidy' 'calibrate current-max 32' 'calibrate relay dc1 on'; do
		# shellcheck disable=SC2086	# a command line
		expect 2 openevse $words || return
		[ -s "$work/out" ] && fail "usage error on standard output: $words"
	done
}

# What is shown on a screen has to fit it.
test_help() {
	local word

	for word in wake bootlock lock unlock button heartbeat hold limit relay socket get \
		timer clock faults calibrate; do
		expect 0 openevse "$word" --help || return
		[ "$(wc -l <"$work/out")" -le 24 ] || fail "$word --help: more than 24 lines"
		! grep -q '.\{81\}' "$work/out" || fail "$word --help: more than 80 columns"
	done
}

# --- reading -----------------------------------------------------------------

test_list() {
	local name

	plug_in one 8.2.3 || return
	expect 0 openevse get --list || return
	said out '^pilot\.max +A +the most'
	said out '^heartbeat\.interval +s '
	# Not in this firmware; no such sensor.
	for name in relay.life-left limit.time auth-locked temperature.infrared; do
		! grep -q "^$name " "$work/out" || fail "$name is in the list"
	done
	cut -d' ' -f1 "$work/out" >"$work/names"
	# shellcheck disable=SC2046	# a name a word
	expect 0 openevse get $(cat "$work/names")
	[ "$(wc -l <"$work/out")" -eq "$(wc -l <"$work/names")" ] || fail "not a line for each name"
	expect 0 openevse get --list --json
	said out '"name": *"pilot.max", *"key": *"pilot_max_a", *"unit": *"A", *"description": *"'
}

# value_of KEY: in the JSON that the last command has printed.
value_of() {
	grep -o "\"$1\": *[^,}]*" "$work/out"
}

test_json() {
	local key one

	expect 0 openevse status --json
	cp "$work/out" "$work/status"
	expect 0 openevse get --json state iec-state enabled connected pilot pilot.min pilot.max \
		pilot.saved voltage energy.session energy.total firmware protocol link
	for key in state iec_state enabled vehicle_connected pilot_a pilot_min_a pilot_max_a \
		pilot_saved_a voltage_v session_wh total_wh firmware protocol link; do
		one=$(value_of "$key") || fail "no $key"
		grep -q -F -e "$one" "$work/status" || fail "status does not say $one"
	done
	expect 0 openevse get --json temperature.infrared relay.dc1 boot-locked
	said out '"temperature_infrared_c": *null, *"relay_dc1": *null, *"boot_locked": *false'
	expect_sentence 7 openevse get pilot relay.dc1
	expect 0 openevse faults --json
	said out '"fault": *null, *"gfci_trips": *0, *"no_ground_trips": *0, *"stuck_relay_trips": *0'
	expect 0 openevse list --json
	said out '"device": *"'
}

test_clock_and_timer() {
	expect 0 openevse clock sync --utc
	said out "^$(date -u +%Y-%m-%d) .*\(UTC\)$"
	expect 0 env TZ=XYZ-5 openevse clock sync
	said out "^$(TZ=XYZ-5 date +%Y-%m-%d) .*\(local time\)$"
	expect 0 openevse clock --json
	said out "\"clock\": *\"$(TZ=XYZ-5 date +%Y-%m-%d)T"
	expect 0 openevse timer 22:30 6:15
	expect 0 openevse timer --json
	said out '"timer_start": *"22:30", *"timer_end": *"06:15"'
	# The EEPROM is not written again.
	expect 0 openevse timer 22:30 6:15
	[ "$(counter one ST)" = 1 ] || fail "the timer was written $(counter one ST) times"
	expect 0 openevse timer off
	expect 0 openevse timer --json
	said out '"timer_start": *null, *"timer_end": *null'
	# Outside of those hours it has fallen asleep.
	expect 0 openevse start
	board one 'wait state not-connected 10000'
}

# --- waking ------------------------------------------------------------------

test_wake() {
	expect_sentence 3 openevse wake
	said err 'no vehicle'
	board one 'pilot B' 'wait state connected 5000'
	expect 0 openevse set current 10
	expect 0 openevse wake
	[ "$(counter one FD)" = 1 ] || fail "the signal was not away"
	board one 'wait state connected 2000' 'wait offered 10 0'
	expect 0 openevse pause
	expect_sentence 3 openevse wake
	said err 'sleeping.*openevse start'
	board one 'wait state sleeping 0'
	expect 0 openevse start
	charging
	expect 0 openevse wake
	said out 'charging'
	board one 'wait state charging 0'
	no_vehicle
}

# Told to stop while the signal is away, it gives it back first.
test_wake_stopped() {
	board one 'pilot B' 'wait state connected 5000'
	begin wake
	board one 'wait state disabled 10000'
	kill -TERM "$pid"
	finish 1
	board one 'wait state connected 10000'
	no_vehicle
}

test_wake_unplugged() {
	board one 'pilot B' 'wait state connected 5000'
	begin wake
	board one 'wait state disabled 10000' unplug
	finish 5
	board one plug
	find_board "$(link_of one)"
	expect 0 openevse start
	board one 'wait state connected 10000'
	no_vehicle
}

# Who switches it off while the signal is away means it.
test_wake_overtaken() {
	board one 'pilot B' 'wait state connected 5000'
	begin wake
	board one 'wait state disabled 10000'
	expect 0 openevse pause
	finish 3
	lines "$work/stay.err" 1 || fail "said: $(cat "$work/stay.err")"
	board one 'wait state sleeping 0'
	expect 0 openevse start
	board one 'wait state connected 10000'
	no_vehicle
}

# Nothing is half done on a board that does not answer, or for a full disk.
test_mute() {
	local words

	board one 'pilot B' 'wait state connected 5000' 'mute on'
	for words in wake bootlock button 'hold 10 true' heartbeat 'limit time 60 --host' \
		'get --list' socket; do
		# shellcheck disable=SC2086	# a command line
		expect_sentence 4 openevse --timeout 0.3 $words || return
	done
	board one 'mute off'
	await link_is "$index" up
	board one 'wait state connected 0'
	no_vehicle
	expect_sentence 1 sh -c 'openevse get --list >/dev/full'
	expect_sentence 1 sh -c 'openevse get --json state >/dev/full'
}

# --- locks -------------------------------------------------------------------

test_lock() {
	expect 0 openevse lock
	board one 'wait state disabled 0'
	expect 0 openevse lock
	board one 'pilot C'
	expect_sentence 3 openevse wake
	expect 0 openevse unlock
	board one 'wait state charging 20000'
	expect 0 openevse pause
	expect 0 openevse unlock
	said err 'paused.*openevse start'
	board one 'wait state sleeping 0'
	expect 0 openevse start
	no_vehicle
}

test_until_unplug() {
	expect 0 openevse lock
	begin unlock --until-unplug
	board one 'wait state not-connected 10000'
	await grep -q 'until its vehicle leaves' "$work/stay"
	board one 'pilot C' 'wait state charging 20000'
	kill -0 "$pid" || fail "it has not stayed"
	board one 'pilot A'
	finish 0
	board one 'wait state disabled 0'
}

test_until_told_to_stop() {
	local signal

	for signal in TERM HUP INT QUIT; do
		begin unlock --until-unplug
		await grep -q 'until its vehicle leaves' "$work/stay"
		board one 'pilot C' 'wait state charging 20000'
		kill -"$signal" "$pid"
		finish 0
		board one 'wait state disabled 0' 'pilot A'
	done
}

# Whoever reads what it says may go away, and it still locks.
test_until_unplug_closed_pipe() {
	local fifo=$work/fifo

	mkfifo "$fifo"
	openevse unlock --until-unplug >"$fifo" 2>"$work/stay.err" </dev/null &
	pid=$!
	head -n 1 "$fifo" >"$work/stay"
	grep -q 'until its vehicle' "$work/stay" || fail "it has not said so: $(cat "$work/stay.err")"
	board one 'pilot C' 'wait state charging 20000' 'pilot A'
	finish 0
	board one 'wait state disabled 0'
}

# A board that is not heard just then is told when it is.
test_until_unplug_mute() {
	begin --timeout 0.5 unlock --until-unplug
	await grep -q 'until its vehicle leaves' "$work/stay"
	board one 'mute on'
	kill -TERM "$pid"
	await link_is "$index" down
	board one 'mute off'
	finish 0
	board one 'wait state disabled 0'
}

test_until_unplug_mute_for_good() {
	begin --timeout 0.5 unlock --until-unplug
	await grep -q 'until its vehicle leaves' "$work/stay"
	board one 'mute on'
	kill -TERM "$pid"
	finish 4
	lines "$work/stay.err" 1 || fail "not one sentence: $(cat "$work/stay.err")"
	board one 'mute off'
	await link_is "$index" up
	expect 0 openevse lock
	board one 'wait state disabled 0'
}

test_until_unplug_cable() {
	begin unlock --until-unplug
	await grep -q 'until its vehicle leaves' "$work/stay"
	board one unplug
	finish 5
	board one plug
	find_board "$(link_of one)"
	expect 0 openevse unlock
}

test_button() {
	expect 0 openevse button
	said out '^on$'
	expect 0 openevse button off --yes
	expect 0 openevse button --json
	said out '"button": *false'
	board one 'button short'
	expect 0 openevse get state
	said out '^not-connected$'
	expect 0 openevse button on
	expect 0 openevse button press --yes
	board one 'wait state sleeping 5000'
	expect 0 openevse button press --yes
	board one 'wait state not-connected 5000'
}

# --- limits of the host ------------------------------------------------------

test_limits_are_missing() {
	expect_sentence 7 openevse limit energy 10
	said err '[-]-host'
	expect_sentence 7 openevse limit
	said err '[-]-host'
}

test_host_energy() {
	begin limit energy 0.002 --host
	await grep -q '0\.002 kWh' "$work/stay"
	charging
	finish 0
	board one 'wait state sleeping 0' 'wait session_ws >=7200 0'
	expect 0 openevse start
	no_vehicle
}

# The board's own counter begins again when it restarts; the session does not.
test_host_energy_over_a_restart() {
	local before

	begin limit energy 0.02 --host
	await grep -q '0\.02 kWh' "$work/stay"
	charging
	board one 'wait session_ws >=36000 60000'
	before=$(counter one GU)
	board one "wait GU >$before 20000" reset 'wait boot done'
	finish 0
	board one 'wait state sleeping 0' 'wait session_ws <60000 0'
	expect 0 openevse start
	no_vehicle
}

# The counters of the last session do not count.
test_host_energy_of_this_session() {
	begin limit energy 0.004 --host
	await grep -q '0\.004 kWh' "$work/stay"
	board one 'pilot B' 'wait state connected 5000'
	kill -0 "$pid" || fail "it has not waited"
	charging
	kill -0 "$pid" || fail "it has not waited"
	no_vehicle
	finish 0
	grep -q 'left before' "$work/stay" || fail "said: $(cat "$work/stay")"
	board one 'wait state not-connected 0'
}

test_host_limit_stopped() {
	charging
	begin limit time 1000 --host
	await grep -q '1000 min' "$work/stay"
	kill -TERM "$pid"
	finish 1
	board one 'wait state charging 0'
}

# A board that is silent for a while, and then gone.
test_host_limit_without_board() {
	begin --timeout 0.3 limit energy 0.05 --host
	await grep -q '0\.05 kWh' "$work/stay"
	board one 'mute on'
	await link_is "$index" down
	kill -0 "$pid" || fail "it has not waited"
	board one 'mute off'
	await link_is "$index" up
	kill -0 "$pid" || fail "it has not waited"
	board one unplug
	finish 5
	board one plug
	find_board "$(link_of one)"
	no_vehicle
}

# --- holds -------------------------------------------------------------------

test_hold() {
	expect 0 openevse set current 8
	expect 7 openevse hold 12 sh -c 'openevse get pilot; exit 7'
	said out '^12$'
	board one 'wait offered 8 0'
	# Never up again without being asked.
	expect 0 openevse hold 6 true
	board one 'wait offered 6 0'
	expect 0 openevse hold --then 9 7 true
	board one 'wait offered 9 0'
	expect_sentence 127 openevse hold 10 no-such-program
	board one 'wait offered 9 0'
	expect 143 openevse hold 10 sh -c 'kill -TERM $$'
	board one 'wait offered 9 0'
}

test_hold_refused() {
	expect_sentence 3 openevse hold 200 true
	expect_sentence 3 openevse hold 80 true
	expect_sentence 3 openevse hold 3 true
	board one 'wait offered 9 0'
}

test_hold_stopped() {
	begin hold 12
	board one 'wait offered 12 10000'
	kill -TERM "$pid"
	finish 0
	board one 'wait offered 9 0'
	# As nohup and a shell's "&" want it.
	begin_ignoring INT hold 12 sleep 1000
	board one 'wait offered 12 10000'
	kill -INT "$pid"
	board one 'wait offered 12 0'
	kill -TERM "$pid"
	finish 0
	board one 'wait offered 9 0'
	begin hold 12 sleep 1000
	board one 'wait offered 12 10000'
	kill -INT "$pid"
	finish 0
	board one 'wait offered 9 0'
	! pgrep -x sleep >/dev/null || fail "its program is still there"
}

# Its program does not want to end; the current falls all the same.
test_hold_stubborn() {
	begin hold 12 sh -c 'trap "" TERM; echo there; while :; do sleep 1000; done'
	await grep -q there "$work/stay"
	kill -TERM "$pid"
	board one 'wait offered 9 10000'
	kill -0 "$pid" || fail "it has not waited for its program"
	kill -QUIT "$pid"
	finish 0
	# It ignores what its shell did.
	pkill -KILL -x sleep
}

test_hold_words() {
	# shellcheck disable=SC2016	# for the other shell
	expect 0 openevse -d "$index" hold 10 sh -c 'echo "$OPENEVSE_DEVICE"'
	said out "^/dev/openevse$index\$"
	expect 2 openevse hold 10 --then 6
	expect 2 openevse hold 10 -d "$index"
	board one 'wait offered 9 0'
}

test_hold_restart() {
	begin hold 12
	board one 'wait offered 12 10000' 'reset' 'wait boot done'
	board one 'wait offered 12 30000'
	kill -TERM "$pid"
	finish 0
	board one 'wait offered 9 0'
}

test_hold_unplugged() {
	begin hold 12 sleep 1000
	board one 'wait offered 12 10000' unplug
	finish 5
	! pgrep -x sleep >/dev/null || fail "its program is still there"
	board one plug
	find_board "$(link_of one)"
}

test_heartbeat() {
	expect 0 openevse heartbeat
	said out '^off$'
	expect 0 openevse set current 10
	# Long enough for a slow machine to end it once it is acknowledged.
	expect 0 openevse heartbeat set 10 6
	expect 0 openevse heartbeat --json
	said out '"heartbeat_interval_s": *10, *"heartbeat_current_a": *6, *"heartbeat_missed": *"'
	board one 'wait offered 6 30000'
	expect 0 openevse heartbeat
	said out 'acknowledge'
	expect_sentence 3 openevse heartbeat pulse
	expect 0 openevse heartbeat acknowledge 8
	expect 0 openevse heartbeat off
	board one 'wait offered 8 0'
	expect_sentence 3 openevse heartbeat set 30 3
}

# Its signs of life keep the current, and the board ends what SIGKILL has left.
test_hold_with_heartbeat() {
	local before

	expect 0 openevse heartbeat set 5 6
	begin hold 12
	board one 'wait offered 12 20000'
	before=$(counter one SY)
	board one "wait SY >$((before + 4)) 30000" 'wait offered 12 0'
	kill -KILL "$pid"
	board one 'wait offered 6 20000'
	finish 137
	expect 0 openevse heartbeat off
	board one 'wait offered 6 0'
}

# What another program has lowered stays low: neither a restart, nor a sign of life
# that came too late, is a reason to go up again.
test_hold_lowered_by_another() {
	expect 0 openevse set current 14
	# Long enough for a slow machine to begin in.
	expect 0 openevse heartbeat set 10 6
	begin hold 16
	board one 'wait offered 16 20000'
	expect 0 openevse set current 8
	kill -STOP "$pid"
	board one 'wait offered 6 30000'
	kill -CONT "$pid"
	board one 'wait offered 8 20000'
	expect 0 openevse heartbeat off
	board one reset 'wait boot done' 'wait offered 8 30000'
	kill -TERM "$pid"
	finish 0
	board one 'wait offered 8 0'
}

waits_for_events() {
	grep -q poll "/proc/$1/wchan"
}

# It is told to stop before it has told a board again that has restarted: what it was
# before is not what another program has said since.
test_hold_lowered_ends_in_a_restart() {
	expect 0 openevse set current 14
	begin hold 16
	board one 'wait offered 16 20000'
	expect 0 openevse set current 8
	await waits_for_events "$pid"
	kill -STOP "$pid"
	board one reset 'wait boot done' 'wait offered >14 30000'
	kill -TERM "$pid"
	kill -CONT "$pid"
	finish 0
	board one 'wait offered 8 0'
}

# The fall is worth waiting for.
test_hold_ends_in_a_restart() {
	expect 0 openevse set current 8
	begin hold 12
	board one 'wait offered 12 20000' reset
	kill -TERM "$pid"
	finish 0
	board one 'wait boot done'
	board one 'wait offered 8 30000'
}

test_raw() {
	expect 2 openevse raw SC 10 V </dev/null
	board one 'wait offered 8 0'
	expect 0 openevse raw --yes SC 10 V
	board one 'wait offered 10 0'
	expect 0 openevse raw GE
	said out '^OK 10 '
	expect 3 openevse raw GZ
	said out '^NK'
}

# What is wrong in the second is found before the first is done.
test_features() {
	expect_sentence 7 openevse features --set button=off --yes --set boot-lock=on
	expect 2 openevse features --set button=off </dev/null
	expect 2 openevse features --set vent-check=on --set diode-check=off </dev/null
	expect 0 openevse features
	said out '^button +on$'
	expect 0 openevse complete -- features --set dio
	said out 'diode-check=on'
}

test_calibrate() {
	expect 2 openevse -d nowhere calibrate --yes energy-total much
	expect 2 openevse calibrate ammeter-mode on </dev/null
	expect_sentence 7 openevse calibrate --yes ammeter-mode on
	expect 0 openevse calibrate voltage 231.5
	said out '^voltage '
	expect 0 openevse calibrate --yes service-level auto
	expect_sentence 7 openevse calibrate --yes temperature-limits 65 70
}

test_lcd() {
	expect 0 openevse lcd hold
	expect 0 openevse lcd print --at 3,1 'HELLO  THERE'
	expect 0 "$board_program" --send "$work/one.ctl" lcd
	said out 'HELLO  THERE'
	expect 0 openevse lcd colour teal
	expect 0 openevse lcd release
}

# --- other builds ------------------------------------------------------------

test_boot_lock() {
	swap one 8.2.3 --with bootlock --with auth --with limits || return
	expect 0 openevse bootlock
	said out '^locked$'
	expect 0 openevse get boot-locked
	said out '^true$'
	expect_sentence 3 openevse wake
	said err 'bootlock clear'
	expect 0 openevse bootlock clear
	board one 'wait state not-connected 10000'
	expect 0 openevse bootlock --json
	said out '"boot_locked": *false'
	expect 0 openevse bootlock clear
}

# With an authorisation lock the board goes on seeing its vehicle.
test_auth_lock() {
	expect 0 openevse lock
	expect 0 openevse get auth-locked
	said out '^true$'
	board one 'pilot B' 'wait state connected 5000'
	expect 0 openevse get connected
	said out '^true$'
	expect_sentence 3 openevse wake
	said err 'openevse unlock'
	begin unlock --until-unplug
	await grep -q 'until its vehicle leaves' "$work/stay"
	charging
	no_vehicle
	finish 0
	expect 0 openevse get auth-locked
	said out '^true$'
	expect 0 openevse unlock
	expect 0 openevse get auth-locked
	said out '^false$'
}

test_board_limits() {
	expect_sentence 3 openevse limit energy 10
	said err 'vehicle.*--host'
	board one 'pilot B' 'wait state connected 5000'
	expect 0 openevse limit energy 10
	expect 0 openevse limit time 30
	expect 0 openevse limit --json
	said out '"time_limit_min": *30, *"energy_limit_wh": *10000'
	expect 0 openevse get --json limit.time limit.energy
	said out '"time_limit_min": *30, *"energy_limit_wh": *10000'
	no_vehicle
}

test_socket() {
	expect 0 openevse socket
	said out '^unlocked, by the state of charging$'
	expect_sentence 3 openevse socket lock
	said err 'socket manual'
	expect_sentence 3 openevse socket unlock
	expect 0 openevse socket manual
	expect 0 openevse socket lock
	expect 0 openevse socket --json
	said out '"socket_locked": *true, *"socket_manual": *true'
	expect 0 openevse socket unlock
	expect 0 openevse socket auto
	expect 0 openevse get socket.manual
	said out '^false$'
}

test_old_firmware() {
	swap one 3.11.3 || return
	expect_sentence 7 openevse bootlock
	expect_sentence 7 openevse bootlock clear
	expect_sentence 7 openevse button
	expect_sentence 7 openevse button off --yes
	expect_sentence 7 openevse button press --yes
	expect_sentence 7 openevse heartbeat
	expect_sentence 7 openevse heartbeat set 30 6
	expect_sentence 7 openevse heartbeat pulse
	# It would be saved.
	expect_sentence 7 openevse hold 10 true
	expect_sentence 7 openevse relay
	expect_sentence 7 openevse socket lock
	expect_sentence 7 openevse faults clear --yes
	board one 'pilot B' 'wait state connected 5000'
	expect 0 openevse wake
	expect 0 openevse lock
	board one 'wait state disabled 0'
	begin unlock --until-unplug
	board one 'wait state connected 10000'
	await grep -q 'until its vehicle leaves' "$work/stay"
	charging
	board one 'amps 0' 'pilot A'
	finish 0
	board one 'wait state disabled 0'
	expect 0 openevse unlock
	expect 0 openevse get --list
	! grep -q -E '^(boot-locked|heartbeat\.interval|serial) ' "$work/out" ||
		fail "more than this firmware has"
}

# Asleep, this firmware only tells of its vehicle when it is asked.
test_firmware_4_6() {
	swap one D4.6.0 || return
	board one 'pilot B' 'wait state connected 5000'
	expect 0 openevse pause
	expect 0 openevse get connected iec-state
	[ "$(paste -sd' ' "$work/out")" = 'true B' ] || fail "$(cat "$work/out")"
	board one 'pilot A'
	expect 0 openevse start
	board one 'wait state not-connected 10000'
	expect 0 openevse hold 10 true
	begin limit energy 0.002 --host
	await grep -q '0\.002 kWh' "$work/stay"
	charging
	finish 0
	board one 'wait state sleeping 0'
}

test_newest_firmware() {
	swap one 9.2.0 --with cable-temperature || return
	expect 0 openevse bootlock clear
	expect 0 openevse relay
	said out '^life left +[0-9]+ %'
	expect 0 openevse relay --json
	said out '"relay_life_left_percent": *[0-9]+'
	expect 0 openevse relay use dc2 off --yes
	expect 0 openevse get relay.dc1 relay.dc2
	[ "$(paste -sd' ' "$work/out")" = 'true false' ] || fail "$(cat "$work/out")"
	expect 0 openevse relay replaced --yes
	expect 0 openevse relay recover --yes
	[ "$(counter one FK)" = 1 ] || fail "the relay was not shaken"
	expect 0 openevse calibrate --yes energy-total 5000
	expect 0 openevse faults clear --yes
	expect 0 openevse get energy.total
	said out '^0$'
	expect 0 openevse calibrate --yes panic-temperature 70.5
	said out '^panic-temperature 70\.5 °C$'
	expect 0 openevse calibrate --yes zero-cross 0.5
	said out '^zero-cross 0\.5 A$'
	expect 0 openevse calibrate --yes cable-sensor 0 2 10000 3950 -1.5 80
	said out '^cable-sensor 0 pin 2 r25 10000 beta 3950 offset -1\.5 panic 80$'
	expect_sentence 7 openevse lcd print 'HELLO'
	expect_sentence 7 openevse timer
}

test_current_max() {
	swap one 8.2.3 || return
	expect 0 openevse calibrate --yes current-max 32
	expect_sentence_after 3 openevse calibrate --yes current-max 40
	expect 0 openevse get pilot.max
	said out '^32$'
}

test_two_boards() {
	local first=$index words

	plug_in two 3.11.3 || return
	for words in wake lock unlock bootlock 'hold 10 true' heartbeat 'limit time 60 --host' \
		'get --list' relay; do
		# shellcheck disable=SC2086	# a command line
		expect_sentence 2 openevse $words || return
	done
	expect 0 openevse -d "$first" lock
	board one 'wait state disabled 0'
	board two 'wait state not-connected 0'
}

test_nobody() {
	local words

	for words in wake lock unlock 'bootlock clear' 'hold 10 true' 'button on' 'heartbeat off'; do
		# shellcheck disable=SC2086	# a command line
		expect_sentence 6 setpriv --reuid=65534 --regid=65534 --clear-groups -- \
			openevse -d "$index" $words || return
	done
}

require_machine
index=''
pid=''
run_tests no_board usage help list json clock_and_timer wake wake_stopped wake_unplugged \
	wake_overtaken mute lock until_unplug until_told_to_stop until_unplug_closed_pipe \
	until_unplug_mute until_unplug_mute_for_good until_unplug_cable button \
	limits_are_missing host_energy host_energy_over_a_restart host_energy_of_this_session \
	host_limit_stopped host_limit_without_board hold hold_refused hold_stopped \
	hold_stubborn hold_words hold_restart hold_unplugged heartbeat hold_with_heartbeat \
	hold_lowered_by_another hold_lowered_ends_in_a_restart hold_ends_in_a_restart raw \
	features calibrate lcd boot_lock auth_lock board_limits socket old_firmware \
	firmware_4_6 newest_firmware current_max two_boards nobody
