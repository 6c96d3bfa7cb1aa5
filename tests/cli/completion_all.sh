#!/bin/sh
# The completion scripts: committed as generated, complete, and served by __complete, which is silent and quick.
. "$(dirname "$0")/lib.sh"
aiwf __describe >"$T/tree.json"

begin "the committed scripts are those of the command tree (make completions)"
for shell in bash zsh fish; do
    aiwf __completion $shell >"$T/aiwf.$shell"
    true_that cmp "$ROOT/completions/aiwf.$shell" "$T/aiwf.$shell"
    aiwf completion $shell >"$T/printed"
    true_that cmp "$T/aiwf.$shell" "$T/printed"
done

begin "the shells accept their scripts"
for shell in bash zsh fish; do true_that $shell -n "$T/aiwf.$shell"; done

begin "at every place each shell has its verbs and options, and no others, and knows which take a value"
# A line a place: its path; its commands and options; those that take a value. Before a verb the options are the root's.
jq -r 'def w(p): (p + [.name]) as $q | . + {path: ($q[1:] | join(" "))}, (.commands[] | w($q));
    def takes: .type != "flag" and (.optional_value | not);
    .options as $root | w([]) | (if (.commands | length) > 0 then $root else .options end) as $options |
    [.path, ([(.commands[].name), ($options[] | "--" + .name, (select(.negatable) | "--no-" + .name))] | sort | join(" ")),
        ([$options[] | select(takes) | "--" + .name, (select(.letter) | "-" + .letter)] | sort | join(" "))] | "\(.[0])|\(.[1])|\(.[2])"' \
    "$T/tree.json" >"$T/places"
cut -d'|' -f1 "$T/places" >"$T/paths"
# What a shell has there once its script is read: "path|commands and options|options that take a value", unsorted.
bash -c '. "$1"; while IFS= read -r path; do
    names= takes=
    __aiwf_table "$path"
    for opt in $opts; do [[ $opt != --* ]] || names+=" ${opt%=}"; [[ $opt != *= ]] || takes+=" ${opt%=}"; done
    echo "$path|$cmds$names|$takes"; done' _ "$T/aiwf.bash" <"$T/paths" >"$T/has.bash"
zsh -fc 'compdef() { }; . $1; while IFS= read -r at; do
    __aiwf_table $at
    names=(${cmds%%:*} ${opts%%:*})
    echo "$at|$names|$takes"; done' _ "$T/aiwf.zsh" <"$T/paths" >"$T/has.zsh"
fish -N -c 'source $argv[1]; while read -l path
    __aiwf_table "$path"
    set -l names (string replace -r "\t.*" "" -- $__aiwf_cmds $__aiwf_opts)
    echo "$path|$names|$__aiwf_takes"; end' "$T/aiwf.fish" <"$T/paths" >"$T/has.fish"
sorted='import sys
for line in sys.stdin: print("|".join([line.rstrip("\n").split("|")[0]] + [" ".join(sorted(words.split())) for words in line.rstrip("\n").split("|")[1:]]))'
python3 -c "$sorted" <"$T/places" >"$T/wanted"
true_that [ "$(wc -l <"$T/wanted")" -gt 100 ]
for shell in bash zsh fish; do
    python3 -c "$sorted" <"$T/has.$shell" >"$T/sorted.$shell"
    diff "$T/wanted" "$T/sorted.$shell" >"$OUT" || broken "$shell differs from the tree"
done

begin "every option of every verb completes"
jq -r 'def w(p): (p + [.name]) as $q | if (.commands | length) == 0 then .options[] | ($q[1:] | join(" ")) + " --" + .name else .commands[] | w($q) end; w([])' \
    "$T/tree.json" >"$T/options"
while read -r line; do
    # shellcheck disable=SC2086
    ok aiwf __complete $line
    grep -qx -e "${line##* }" "$OUT" || broken "__complete $line"
done <"$T/options"

begin "the columns of what is listed, and the figures that can be asked for"
ok aiwf __complete function list --sort-by REQ
out_is "REQ/S
REQUESTS"
ok aiwf __complete query --figure gpu.u
out_is gpu.util

begin "names come from the configuration"
mkdir -p "$HOME/.config/aiwf"
printf 'contexts:\n  lab: {prometheus: "http://127.0.0.1:9"}\n  prod: {}\n' >"$HOME/.config/aiwf/config.yaml"
ok aiwf __complete function list --context ''
out_is "local
lab
prod"
ok aiwf __complete function list --context=pr
out_is prod

begin "a name that a shell could take for more than a word is not offered"
printf 'contexts:\n  "x y": {}\n  "$(id)": {}\n  "`id`": {}\n  "a;b": {}\n  fine: {}\n' >"$HOME/.config/aiwf/config.yaml"
ok aiwf __complete function list --context ''
out_is "local
fine"
printf 'contexts:\n  lab: {prometheus: "http://127.0.0.1:9"}\n' >"$HOME/.config/aiwf/config.yaml"

begin "an unreachable server, a broken configuration and nonsense give nothing, in silence"
ok aiwf __complete --context lab function show ''
out_lines 0
err_lines 0
printf 'contexts: [\n' >"$HOME/.config/aiwf/config.yaml"
ok aiwf __complete function show ''
out_lines 0
err_lines 0
ok aiwf __complete no such thing ''
ok aiwf __complete
out_lines 0
err_lines 0
rm "$HOME/.config/aiwf/config.yaml"

begin "a server that does not answer is given up"
# It accepts, and says nothing.
python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(5)
open("port", "w").write(str(s.getsockname()[1]))
time.sleep(60)' &
keep $!
until_ok 10 test -s port
printf 'contexts:\n  slow: {openfaas: "http://127.0.0.1:%s", runtime: local}\n' "$(cat port)" >"$HOME/.config/aiwf/config.yaml"
ok timeout 10 aiwf __complete --context slow function show ''
out_lines 0
err_lines 0
