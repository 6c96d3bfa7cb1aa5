#!/bin/sh
# The completion scripts: committed as generated, complete, and served by __complete, which is silent and quick.
. "$(dirname "$0")/lib.sh"
aiwf __describe >"$T/tree.json"

begin "the committed scripts are those of the command tree (make completions)"
for shell in bash zsh fish; do
    aiwf completion $shell >"$T/aiwf.$shell"
    true_that cmp "$ROOT/completions/aiwf.$shell" "$T/aiwf.$shell"
done

begin "the shells accept their scripts"
for shell in bash zsh fish; do true_that $shell -n "$T/aiwf.$shell"; done

begin "no verb and no option is missing"
jq -r 'def w(p): (p + [.name]) as $q
    | (["=" + ($q[1:] | join(" ")), ([.options[] | "--" + .name] | join(" ")), ([.commands[].name] | join(" "))] | @tsv), (.commands[] | w($q)); w([])' \
    "$T/tree.json" >"$T/places"
# The part of a script that belongs to a place: from its case to the next one.
bash_place() { awk -v p="    '$1')" '$0 == p {on = 1; next} on && /^        ;;/ {exit} on' "$T/aiwf.bash"; }
zsh_place() { awk -v p="    '$1')" '$0 == p {on = 1; next} on && /^        ;;/ {exit} on' "$T/aiwf.zsh"; }
fish_place() { awk -v p="        case '$1'" '$0 == p {on = 1; next} on && /^        case/ {exit} on' "$T/aiwf.fish"; }
tab=$(printf '\t')
while IFS=$tab read -r path options commands; do
    path=${path#=}
    for shell in bash zsh fish; do
        ${shell}_place "$path" >"$OUT"
        true_that test -s "$OUT"
        for word in $options $commands; do grep -qE -e "(^|[ '(])$word([ '=:\\\\]|\$)" "$OUT" || broken "$shell: $path lacks $word"; done
    done
done <"$T/places"

begin "every option of every verb completes"
jq -r 'def w(p): (p + [.name]) as $q | if (.commands | length) == 0 then .options[] | ($q[1:] | join(" ")) + " --" + .name else .commands[] | w($q) end; w([])' \
    "$T/tree.json" >"$T/options"
while read -r line; do
    # shellcheck disable=SC2086
    ok aiwf __complete $line
    grep -qx -e "${line##* }" "$OUT" || broken "__complete $line"
done <"$T/options"

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
