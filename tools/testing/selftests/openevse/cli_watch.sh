#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "openevse watch" in a terminal, which is tmux: what is on it, keys, sizes, boards
# that come, go and fall silent, and what is left of it when it ends. Needs udev
# rules that enrol cables with serial numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

# A key may have to wait for one question, and an emulated machine is slow.
soon=10 interval=1
case ${OPENEVSE_KERNEL-} in debug | kcsan) soon=60 interval=5 ;; esac

terminal() {
	tmux -u -L openevse-watch -f /dev/null "$@"
}

on_screen() {
	terminal capture-pane -p | grep -q -E -e "$1"
}

picture() {
	terminal capture-pane -p 2>&1 | sed '/^$/d' | note
}

# sees EXPRESSION: waits until a line of the screen is like that.
sees() {
	[ ! "$failed" ] || return 1
	await on_screen "$1" || {
		picture
		return 1
	}
}

sees_not() {
	[ ! "$failed" ] || return 1
	await not on_screen "$1" || {
		picture
		return 1
	}
}

# open_terminal COLUMNS LINES: with a shell in it that waits for a line.
open_terminal() {
	[ ! "$failed" ] || return 1
	close_terminal
	env -u NO_COLOR LC_ALL=C.UTF-8 tmux -u -L openevse-watch -f /dev/null \
		new-session -d -x "$1" -y "$2" sh || fail "no terminal"
	type_line "PS1='ready> '"
	sees '^ready>'
}

close_terminal() {
	terminal kill-server 2>/dev/null
	await not terminal has-session
}

type_line() {
	[ ! "$failed" ] || return 1
	terminal send-keys -l "$1"
	terminal send-keys Enter
}

press() {
	[ ! "$failed" ] || return 1
	terminal send-keys "$@"
}

resize() {
	terminal resize-window -x "$1" -y "$2"
}

watch_pid() {
	pgrep -x openevse
}

# Where the lowest line of the graph has its first block, 4 when it is full; nothing
# without one.
graph_begins() {
	terminal capture-pane -p | sed -n 's/^   0\( *\).*/\1/p' | awk '{ print length($0) }'
}

# The shell is back, and the terminal is as it was.
is_over() {
	on_screen "^status=$1" && [ "$(terminal display -p '#{alternate_on}#{cursor_flag}')" = 01 ]
}

ends_with() {
	local began=$SECONDS

	[ ! "$failed" ] || return 1
	await is_over "$1" || {
		picture
		return 1
	}
	[ $((SECONDS - began)) -le "$soon" ] || fail "that took $((SECONDS - began)) s"
	await not watch_pid
}

# starts COMMAND LINE: in the shell, which says then how it was.
starts() {
	type_line "stty -g >$work/before; clear; $1; echo status=\$?; stty -g >$work/after"
}

same_terminal() {
	await test -s "$work/after"
	[ "$failed" ] || cmp -s "$work/before" "$work/after" || fail "stty says something else"
	rm -f "$work/after"
}

quits() {
	press q
	ends_with 0
	same_terminal
}

# --- without a board ---------------------------------------------------------

test_usage() {
	local words

	expect_sentence 2 openevse watch || return
	said err 'terminal.*monitor'
	for words in '--interval' '--interval 0' '--interval soon' '--interval 61' '-i -1' \
		'--interval 0.1' '--colours' '-x'; do
		# shellcheck disable=SC2086	# a command line
		expect 2 openevse watch $words || return
	done
	expect 0 openevse watch --help
	[ "$(wc -l <"$work/out")" -le 24 ] || fail "the help is too long"
	[ "$(wc -L <"$work/out")" -le 80 ] || fail "the help is too wide"
}

test_no_terminal_to_draw_on() {
	open_terminal 80 24
	type_line 'TERM=dumb openevse watch; echo status=$?'
	sees 'openevse: cannot draw.*dumb'
	ends_with 2
	type_line 'clear; TERM=nonsense openevse watch; echo status=$?'
	sees 'openevse: cannot draw.*nonsense'
	ends_with 2
	type_line 'clear; openevse watch | cat; echo status=$?'
	sees 'openevse: watch draws on a terminal'
}

test_no_such_board() {
	open_terminal 80 24
	type_line 'openevse watch garage; echo status=$?'
	sees 'openevse: no board "garage"'
	ends_with 5
	type_line 'clear; openevse -d 7 watch; echo status=$?'
	sees 'openevse: no board "7"'
	ends_with 5
}

# One that is plugged in appears.
test_first_board() {
	open_terminal 80 24
	starts 'openevse watch --interval 0.5'
	sees 'No board is attached'
	plug_in one 8.2.3 || return
	sees "^openevse$index .*OpenEVSE 8\.2\.3 .*link up$"
	sees '^State +not-connected'
}

# --- one board ---------------------------------------------------------------

test_details() {
	sees '^openevse +[0-9][0-9]:[0-9][0-9]:[0-9][0-9] +q quit  \? help$'
	sees '^Current +0 A of [0-9]+ A offered +\[ +\]$'
	sees '^Power +0\.00 kW at [0-9.]+ V'
	sees '^Energy +0\.00 kWh (this|last) session, [0-9.]+ kWh'
	board one 'temp 317'
	sees '^Temp +31\.[57] °C clock chip'
	sees '^Faults +none now; since new: GFI 0, ground 0, stuck relay 0$'
	sees '^Power, last 36 s$'
	sees '^Events, the last one first$'
}

test_state_changes() {
	board one 'pilot B'
	sees '^State +connected since [0-9:]+ \([0-9]+ s\)'
	sees '^[0-9:]+ openevse[0-9]+ state: not-connected -> connected'
}

test_a_charging_vehicle() {
	board one 'pilot C' 'amps 10' 'wait state charging 20000' 'wait ma >9000'
	sees '^State +charging since'
	sees '^Current +(9|10)(\.[0-9]+)? A of [0-9]+ A offered +\[[█▏▎▍▌▋▊▉]+ *\]$'
	sees '^Power +2\.[0-9]+ kW at 240 V'
	sees '^ +[25] kW .*[▁▂▃▄▅▆▇█]$|^ {20,}[▁▂▃▄▅▆▇█]+$'
}

moved_to() {
	[ "$(graph_begins)" -le "$1" ]
}

test_graph_moves() {
	local first column

	sees '^   0.*█$'
	first=$(graph_begins)
	for column in $((first - 1)) $((first - 3)); do
		# After a minute, which a slow machine may be late by, it has nowhere to go.
		[ "$column" -lt 4 ] || await moved_to "$column"
	done
	# A smaller current is a lower graph.
	board one 'amps 2' 'wait ma <3000'
	sees '^Current +[12](\.[0-9]+)? A of'
	sees '^Power +0\.[0-9]+ kW'
	board one 'amps 10'
}

# What another program does, and by whom.
test_setting_of_another() {
	expect 0 openevse set current 12
	sees '^[0-9:]+ openevse[0-9]+ setting: current [0-9]+ A -> 12 A by openevse'
	sees '^Current +[0-9.]+ A of 12 A offered'
}

# It is left as a restart leaves it.
test_fault() {
	board one gfi
	sees '^State +gfci-fault since [0-9:]+ .*the ground fault interrupter'
	sees '^Faults +gfci-fault; since new: GFI [1-9]'
	sees '^Remarks +ground fault interrupter tripped since it started'
	board one reset
	sees '^[0-9:]+ openevse[0-9]+ boot: the controller has restarted'
	board one 'wait boot done 60000' 'wait state charging 60000'
	sees '^State +charging since'
	sees_not '^Remarks'
	sees '^Faults +none now; since new: GFI [1-9]'
}

test_resize() {
	resize 120 40
	sees '^Power, last 56 s$'
	sees '^openevse +[0-9:]+ {70,}q quit'
	resize 60 12
	sees '^openevse +[0-9:]+ {20,35}q quit'
	sees '^State +charging'
	sees_not '^Power, last'
	resize 20 5
	sees '^20 x 5 is too small$'
	sees '^needs 40 x 10$'
	resize 1 1
	resize 2 40
	resize 300 3
	sees '^300 x 3 is too small$'
	resize 80 24
	sees '^Power, last 36 s$'
	sees '^State +charging'
}

test_keys() {
	press '?'
	sees '^q quit +arrows, tab: other board +\? hide this'
	press '?'
	sees_not 'hide this'
	press x Down Up Tab BTab Escape C-l
	sees '^State +charging'
}

test_quit() {
	quits
}

test_stop_and_continue() {
	type_line 'clear; openevse watch'
	sees '^State +charging'
	press C-z
	sees '^ready>'
	type_line fg
	sees_not '^ready>'
	sees '^State +charging'
	press q
	sees '^ready>'
	await not watch_pid
}

# --- how it ends -------------------------------------------------------------

test_signals() {
	local signal

	for signal in TERM INT HUP QUIT; do
		starts 'openevse watch'
		sees '^State +charging'
		[ "$failed" ] || kill -s "$signal" "$(watch_pid)"
		ends_with 0
		same_terminal
	done
	starts 'openevse watch'
	sees '^State +charging'
	press C-c
	ends_with 0
	same_terminal
	starts 'openevse watch'
	sees '^State +charging'
	close_terminal
	await not watch_pid
}

# --- other terminals ---------------------------------------------------------

# 39 is the terminal's own.
colours() {
	terminal capture-pane -e -p | grep -q $'\e\\[[0-9;]*3[0-7][;m]'
}

test_colours() {
	local words

	open_terminal 80 24
	starts 'openevse watch'
	sees '^State +charging'
	await colours
	quits
	for words in 'NO_COLOR=1 openevse watch' 'openevse watch --no-colour' \
		'TERM=vt100 openevse watch'; do
		starts "$words"
		sees '^State +charging'
		sees '^Faults +none now'
		! colours || fail "colours: $words"
		quits
	done
}

test_vt100_in_ascii() {
	open_terminal 80 24
	starts 'TERM=vt100 LC_ALL=C openevse watch -i 0.2'
	sees '^State +charging since|^State +charging for'
	sees '^Current +[0-9.]+ A of [0-9]+ A offered +\[#+-? *\]$'
	sees '^Temp +31\.[57] C clock chip'
	sees '^   0.*##$'
	! terminal capture-pane -p | LC_ALL=C grep -q '[^ -~]' || fail "that is not ASCII"
	quits
}

test_small_terminal() {
	open_terminal 20 5
	starts 'openevse watch'
	sees '^20 x 5 is too small$'
	quits
}

# --- boards that are not well ------------------------------------------------

# Keys work all the time.
test_mute() {
	open_terminal 80 24
	starts 'openevse watch'
	sees '^State +charging'
	board one 'mute on'
	press '?'
	sees 'hide this'
	sees '^openevse[0-9]+ .*no answer; values of [0-9:]+$'
	quits
	starts 'openevse watch'
	sees '^openevse[0-9]+ .*no answer'
	quits
	starts 'openevse watch'
	await link_is "$index" down
	sees '^openevse[0-9]+ .*no answer'
	press '?'
	sees 'hide this'
	board one 'mute off'
	sees '^openevse[0-9]+ .*link up$'
	sees '^State +charging'
	sees '^[0-9:]+ openevse[0-9]+ link: up'
}

test_unplugged() {
	board one unplug
	sees '^openevse[0-9]+ .*gone; values of [0-9:]+$'
	sees '^[0-9:]+ openevse[0-9]+ detached: unplugged'
	board one plug
	sees '^[0-9:]+ openevse[0-9]+ attached$'
	sees '^openevse[0-9]+ .*link up$'
	find_board "$(link_of one)"
	sees '^State +charging'
}

# --- two boards, and the old ones --------------------------------------------

test_two_boards() {
	local first=$index

	plug_in two 3.11.3 || return
	sees "^> openevse$first +link up +charging +[0-9.]+/"
	sees "^  openevse$index +link up +not-connected"
	sees 'board 1 of 2'
	sees '^openevse[0-9]+ .*OpenEVSE 8\.2\.3'
	press Down
	sees 'board 2 of 2'
	sees "^> openevse$index"
	sees "^openevse$index .*OpenEVSE 3\.11\.3"
	press Up
	sees "^> openevse$first"
	board two 'pilot C' 'amps 6' 'wait state charging 20000'
	sees "^[0-9:]+ openevse$index state: .*-> charging"
	board one 'mute on'
	sees "^> openevse$first +no answer"
	board two 'pilot B'
	sees "^[0-9:]+ openevse$index state: charging -> connected"
	board one 'mute off'
	sees "^> openevse$first +link up"
	quits
}

# It cannot tell its voltage, so there is no power.
test_old_firmware() {
	board two 'pilot C' 'amps 6' 'wait state charging 20000'
	starts "openevse watch $index"
	sees "^openevse$index .*OpenEVSE 3\.11\.3"
	sees '^Power +not known'
	sees '^Current, last [0-9]+'
	sees '^ +[0-9]+ A( |$)'
	sees_not '^> '
	quits
	unplug_all
	plug_in one D4.6.0 || return
	starts 'openevse watch'
	sees "^openevse$index .*OpenEVSE D4\.6\.0"
	sees '^State +not-connected'
	sees '^Power +not known|^Power +0\.00 kW'
	quits
}

# --- named boards ------------------------------------------------------------

test_chosen() {
	starts "openevse watch $index openevse$index /dev/openevse$index"
	sees "^openevse$index .*link up$"
	sees_not 'board 1 of'
	plug_in two 8.2.3 || return
	board one unplug
	sees '^openevse[0-9]+ .*gone; values of'
	sees_not '^> '
	board one plug
	sees '^openevse[0-9]+ .*link up$'
	quits
	starts "openevse -d $index watch"
	sees "^openevse$index .*link up$"
	sees_not '^> '
	quits
}

# --- many views --------------------------------------------------------------

driver_counter() {
	openevse -d "$index" stats --json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"
}

saved_questions() {
	echo $(($(driver_counter remembered) + $(driver_counter shared)))
}

saved_more_than() {
	[ "$(saved_questions)" -gt "$1" ]
}

# Most is answered from what the others have asked.
test_many_views() {
	local asked saved

	for _ in 1 2 3 4; do
		terminal new-window "openevse watch --interval $interval $index"
		sees "^openevse$index .*link up$"
	done
	asked=$(driver_counter exchanges)
	saved=$(saved_questions)
	await saved_more_than $((saved + 60))
	asked=$(($(driver_counter exchanges) - asked))
	saved=$(($(saved_questions) - saved))
	[ "$asked" -lt "$saved" ] || fail "$asked questions were asked, and only $saved were not"
	close_terminal
}

# --- no rights ---------------------------------------------------------------

test_nobody() {
	local nobody='setpriv --reuid=65534 --regid=65534 --clear-groups --'

	open_terminal 80 24
	type_line "$nobody openevse watch; echo status=\$?"
	sees 'openevse: no permission for /dev/openevse'
	ends_with 6
	type_line "clear; $nobody openevse watch $index; echo status=\$?"
	sees 'openevse: no permission for /dev/openevse'
	ends_with 6
	close_terminal
}

require_machine
command -v tmux >/dev/null || skip_all "no tmux"
trap 'terminal kill-server 2>/dev/null; clean_up' EXIT
index=''
run_tests usage no_terminal_to_draw_on no_such_board first_board details state_changes \
	a_charging_vehicle graph_moves setting_of_another fault resize keys \
	quit stop_and_continue signals colours vt100_in_ascii small_terminal mute unplugged \
	two_boards old_firmware chosen many_views nobody
