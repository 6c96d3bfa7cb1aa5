#!/bin/sh
# The manual pages: committed as generated, without a fault, and complete.
. "$(dirname "$0")/lib.sh"

mkdir "$T/man"
for page in $(aiwf __man); do aiwf __man "$page" >"$T/man/$page"; done
aiwf __describe >"$T/tree.json"
tab=$(printf '\t')

begin "the committed pages are those of the command tree (make man)"
true_that diff -r -x screens "$ROOT/man" "$T/man"

begin "mandoc finds nothing at level warning"
for page in "$T"/man/*; do
    run mandoc -Tlint -Wwarning "$page"
    [ "$RC" = 0 ] && ! [ -s "$OUT" ] || broken "$page"
done

begin "there is a page for each noun, the exit codes and the configuration"
jq -r '.commands[].name' "$T/tree.json" | while read -r noun; do [ -s "$T/man/aiwf-$noun.1" ] || echo "$noun"; done >"$T/missing"
true_that test ! -s "$T/missing"
for page in aiwf.1 aiwf-exit-codes.1 aiwf-config.5; do true_that test -s "$T/man/$page"; done
fails 3 aiwf __man aiwf-nothing.1

begin "no verb, option, argument, column or example is missing"
jq -r '.commands[] | .name as $noun | def w(p): (p + [.name]) as $q
    | if (.commands | length) == 0 then
        [$noun, .usage, ([.options[] | "--" + .name] + [.args[] | select(.help) | .name] | join(" ")), ([.columns[].title] | join(" "))] | @tsv
      else .commands[] | w($q) end; w(["aiwf"])' "$T/tree.json" >"$T/leaves"
while IFS=$tab read -r noun usage words columns; do
    sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' "$T/man/aiwf-$noun.1" >"$OUT"
    true_that grep -qxF -e "$usage" "$OUT"
    for word in $words $columns; do out_has "$word"; done
done <"$T/leaves"
jq -r '.commands[] | .name as $noun | [.. | objects | .examples? // [] | .[].command] | .[] | [$noun, .] | @tsv' "$T/tree.json" >"$T/examples"
while IFS=$tab read -r noun command; do
    sed 's/\\-/-/g; s/\\e/\\/g; s/\\&//g' "$T/man/aiwf-$noun.1" >"$OUT"
    out_has "$(printf '%s' "$command" | sed 's/\\\\/\\/g')"
done <"$T/examples"

begin "every exit code and every setting is told"
for code in 0 1 2 3 4 5 6 7 8 9 10 11 130; do true_that grep -qF "\\fB$code\\fP" "$T/man/aiwf-exit-codes.1"; done
for name in openfaas prometheus password\\-file protected; do true_that grep -qF "\\fB$name\\fP" "$T/man/aiwf-config.5"; done

begin "man shows them"
ok mandoc -Tutf8 "$T/man/aiwf-local.1"
out_has "aiwf local up"
