# SPDX-License-Identifier: GPL-2.0
# bash: completion for openevse(1), which knows what there is.

_openevse() {
	local IFS=$'\n'

	# Readline would split at "=" and ":"; no word of ours has them.
	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete -- \
		"${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _openevse openevse
