#!/bin/sh
# Walks the command tree as aiwf describes it: help, options, suggestions, examples.
. "$(dirname "$0")/lib.sh"

aiwf __describe >"$T/tree.json"
# path <tab> usage <tab> option names <tab> columns; leaves only
jq -r 'def w(p): (p + [.name]) as $q
    | if (.commands | length) == 0 then [($q | join(" ")), .usage, ([.options[].name] | join(" ")), ([.columns[].title] | join(" "))] | @tsv
      else .commands[] | w($q) end; w([])' "$T/tree.json" >"$T/leaves"
tab=$(printf '\t')

begin "the tree is described"
true_that test "$(wc -l <"$T/leaves")" -gt 20
ok aiwf __describe
json .name aiwf
json '[.commands[].name] | index("__describe")' null
json '[.commands[].name] | index("__complete")' null
json '[.commands[] | select(.name == "function") | .commands[].name] | index("deploy") != null' true
json '[.. | objects | select(has("usage")) | select(.help == "")] | length' 0

begin "every verb has its help, with all options and columns"
while IFS=$tab read -r path usage options columns; do
    ok $path -h
    out_has "usage: $usage"
    ok $path --help
    out_has "usage: $usage"
    out_has "examples:"
    for name in $options; do out_has "--$name"; done
    for title in $columns; do out_has "$title"; done
    err_lines 0
done <"$T/leaves"

begin "an unknown option of every verb is exit 2, with the nearest one"
while IFS=$tab read -r path usage options columns; do
    fails 2 $path --verbos
    err_has "unknown option --verbos for $path"
    err_has "did you mean --verbose?"
    out_lines 0
done <"$T/leaves"

begin "an unknown verb of every noun is exit 2, with the nearest one"
jq -r '.commands[] | select(.commands | length > 0) | [.name, .commands[0].name] | @tsv' "$T/tree.json" >"$T/nouns"
while IFS=$tab read -r noun verb; do
    fails 2 aiwf "$noun" "${verb}x"
    err_has "did you mean \"aiwf $noun "
done <"$T/nouns"

begin "an unknown noun is exit 2, with the nearest one"
fails 2 aiwf functoin list
err_has 'did you mean "aiwf function"?'
fails 2 aiwf xyzzyx
err_has "aiwf -h"
