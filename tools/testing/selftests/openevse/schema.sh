# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What --json prints, held against Documentation/openevse.schema.json. Sourced,
# behind ktap.sh.

schema=$(readlink -f "$here/../../../../Documentation/openevse.schema.json")

# document NAME FILE: each line of the file is a document of that name.
document() {
	[ -s "$2" ] || { fail "$1 printed nothing"; return 1; }
	sed "s/^/$1\t/" "$2" >>"$work/documents"
}

# prints NAME ARGUMENT...: openevse with these prints one.
prints() {
	local name=$1

	shift
	expect 0 openevse "$@" && document "$name" "$work/out"
}

# All documents since the last time, and the schema; Python takes a while to start. What
# is wrong is in $work/verdict, a line for each error, as NAME<tab>DOCUMENT first.
are_valid() {
	python3 - "$schema" "$work/documents" >"$work/verdict" 2>&1 <<-'END'
		import json, sys
		from jsonschema import Draft202012Validator
		schema = json.load(open(sys.argv[1]))
		Draft202012Validator.check_schema(schema)
		bad = False
		for line in open(sys.argv[2], encoding="utf-8"):
		    name, text = line.split("\t", 1)
		    schema["$ref"] = "#/$defs/" + name.replace(" ", "%20")
		    for error in Draft202012Validator(schema).iter_errors(json.loads(text)):
		        bad = True
		        print(line.strip(), list(error.path), error.message,
		              [e.message for e in error.context or []])
		sys.exit(bad)
	END
	local status=$?

	rm -f "$work/documents"
	return "$status"
}

documents_are_valid() {
	are_valid && return
	fail "they do not keep to the schema:"
	note "$work/verdict"
}

# checksum TEXT: as a board puts it behind a message.
checksum() {
	local text=$1 i sum=0

	for ((i = 0; i < ${#text}; i++)); do
		sum=$((sum ^ $(printf '%d' "'${text:i:1}")))
	done
	printf '%02X' "$sum"
}

require_schema() {
	[ -r "$schema" ] || skip_all "not in the source tree"
	python3 -c 'import jsonschema' 2>/dev/null || skip_all "no python3-jsonschema"
}
