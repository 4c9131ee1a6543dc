#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the shells complete: commands, options, values, boards, ttys.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

bash_file=/usr/share/bash-completion/completions/openevse
zsh_file=/usr/share/zsh/vendor-completions/_openevse

# completes "WORDS" EXPECTED: in bash; the last word is being typed.
completes() {
	local words

	eval "words=($1)"
	[ ! "$failed" ] || return 1
	# shellcheck disable=SC2016	# for the other shell
	bash --norc -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _openevse
		printf "%s\n" "${COMPREPLY[@]}"' "$bash_file" openevse "${words[@]}" |
		paste -sd ' ' >"$work/out"
	[ "$(cat "$work/out")" = "$2" ] || fail "$1 becomes: $(cat "$work/out")"
}

test_commands() {
	completes "st" "status start stats"
	completes "-d 0 sta" "status start stats"
	completes "nonsense ''" ""
}

test_options() {
	completes "--max" "--max-age"
	completes "status --j" "--json"
	completes "monitor --num" "--num-events"
	completes "status --wear" "--wear-eeprom"
	completes "monitor --only bu" "button"
	completes "monitor --only state,bu" "state,button"
	completes "status --timeout ''" ""
}

test_words() {
	completes "set ''" "current enabled true false"
	completes "get energy" "energy.session energy.total"
	completes "lcd rel" "release"
}

# Boards that are there, ttys that could have one.
test_names() {
	local tty_of_board

	plug_in one 8.2.3 && tty_of_board=$tty
	plug_cable other OTHER 8.2.3
	completes "-d ''" "openevse$index /dev/openevse$index"
	completes "status --device /dev" "/dev/openevse$index"
	completes "adopt $tty" "$tty"
	completes "adopt $tty_of_board" ""
	[ "$(counter other dtr_edges)" = 0 ] || fail "it has opened a tty"
}

test_zsh() {
	[ -x /usr/bin/zsh ] || { echo "# no zsh"; return; }
	# shellcheck disable=SC2016	# for the other shell
	expect 0 zsh -f -c 'compadd() { shift; print -r -- "$@" }
		words=(openevse set "" tail); CURRENT=3; . "$0"' "$zsh_file"
	said out '^current enabled true false$'
}

# Whatever is offered is in the command's own help.
test_words_are_in_the_help() {
	local command word help

	for command in $(openevse complete -- ''); do
		[ "$command" != get ] || continue
		help=$(openevse "$command" --help)
		for word in $(openevse complete -- "$command" ''); do
			case $word in *openevse[0-9]* | tty*) continue ;; esac
			[[ $help =~ (^|[^a-z-])"$word"([^a-z-]|$) ]] || fail "$command --help: no $word"
		done
	done
}

require_machine
[ -r "$bash_file" ] || skip_all "no $bash_file"
tty='' index=''
run_tests commands options words names zsh words_are_in_the_help
