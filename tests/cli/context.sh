#!/bin/sh
# Contexts: list, add, show, use, delete; who wins; protection; concurrent writers.
. "$(dirname "$0")/lib.sh"
CONFIG=$HOME/.config/aiwf/config.yaml
for name in $(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
{
    echo clouds:
    for name in z dc1 dc2 dc3 dc4 dc5 dc6 dc7 dc8 dc9 dc10 dc11 dc12 dc13 dc14 dc15 dc16 dc17 dc18 dc19 dc20; do echo "  $name: {}"; done
} >clouds.yaml

begin "without a file there is local, the current one"
ok aiwf context list
out_lines 2
out_has local
ok aiwf context show
out_has local

begin "add writes what was given, 0600, and paths absolute"
ok aiwf context add lab --cloud dc1 --openfaas http://GW.test:8080/ --ca-file ca.pem --price-kwh 0.3 --protected
[ "$(stat -c %a "$CONFIG")" = 600 ] || broken 'mode'
true_that grep -q "ca-file: $PWD/ca.pem" "$CONFIG"
true_that grep -q 'openfaas: http://gw.test:8080$' "$CONFIG"
ok aiwf context show lab -o json
json .settings.protected true
json '.settings["price-kwh"]' 0.3

begin "a second one of that name is a conflict, and --replace replaces all"
fails 5 aiwf context add lab --cloud dc2 --yes
fails 2 aiwf context add lab --cloud dc2 --replace
err_has protected
ok aiwf context add lab --cloud dc2 --replace --yes
ok aiwf context show lab -o json
json '.settings | keys | join(",")' cloud

begin "wrong values are exit 2 and change nothing"
cp "$CONFIG" before
fails 2 aiwf context add x --openfaas gw:8080
err_has --openfaas
fails 2 aiwf context add x --openfaas http://u:s3cret@gw
err_lacks s3cret
fails 2 aiwf context add x --price-kwh -1
fails 2 aiwf context add x --clowd y
err_has '--cloud'
fails 2 aiwf context add 'a b'
true_that cmp -s before "$CONFIG"

begin "a cloud that clouds.yaml does not have is exit 3, and the known ones are named"
fails 3 aiwf context add x --cloud dc11x
err_has 'did you mean dc11'
err_has 'known in ./clouds.yaml: z, dc1'
true_that cmp -s before "$CONFIG"
ok env OS_AUTH_URL=http://127.0.0.1:1 aiwf context add x --cloud envvars --dry-run

begin "set changes what is given, and nothing else"
ok aiwf context add part --openfaas http://a.example:8080 --namespace n --price-kwh 0.2
ok aiwf context set context/part --prometheus http://p.example:9090 --unset price-kwh
ok aiwf context show --context part -o json
json '[.settings.openfaas, .settings.prometheus, .settings.namespace, .settings["price-kwh"]] | map(if type == "object" then .value else . end) | map(tostring) | join(" ")' 'http://a.example:8080 http://p.example:9090 n null'
fails 3 aiwf context set prt --namespace n
err_has 'did you mean part'
fails 2 aiwf context set part
err_has 'no setting is given'
fails 2 aiwf context set part --unset price-kw
err_has 'did you mean price-kwh'
fails 2 aiwf context set part --runtime foo
err_has '"foo"'
fails 2 aiwf context add part2 --runtime foo
ok aiwf context set part --protected
fails 2 aiwf context set part --namespace m
ok aiwf context set part --unset protected --yes
ok aiwf context set part --namespace m
ok aiwf context set local --namespace mine
ok aiwf context delete local part

begin "use makes it the current one"
ok aiwf context use lab
ok aiwf context list -o json
json '.items[] | select(.current) | .name' lab
fails 3 aiwf context use lba
err_has 'did you mean lab'

begin "flags beat the environment, which beats the file"
ok env AIWF_CLOUD=dc7 AIWF_NAMESPACE=ns7 aiwf context show --origin --cloud dc9
out_has 'dc9'
[ "$(awk '$1 == "cloud" {print $2, $3}' "$OUT")" = 'dc9 flag' ] || broken cloud
[ "$(awk '$1 == "namespace" {print $2, $3}' "$OUT")" = 'ns7 environment' ] || broken namespace
[ "$(awk '$1 == "context" {print $2, $3}' "$OUT")" = 'lab file' ] || broken context
ok env AIWF_CONTEXT=local aiwf context show --origin
[ "$(awk '$1 == "context" {print $2, $3}' "$OUT")" = 'local environment' ] || broken env
ok env AIWF_CONTEXT=local aiwf context show --origin --context lab
[ "$(awk '$1 == "context" {print $2, $3}' "$OUT")" = 'lab flag' ] || broken flag

begin "an unknown context is exit 3 and never another one"
fails 3 aiwf context show --context prod
fails 3 env AIWF_CONTEXT=prod aiwf function list
err_has AIWF_CONTEXT

begin "delete asks for protected ones, and forgets the current one"
ok aiwf context add safe --protected --use
fails 2 aiwf context delete safe
err_has protected
ok aiwf context delete safe lab --yes
ok aiwf context list -o name
out_is "$(aiwf context list -o name | head -1)"
ok aiwf context show --origin
out_has local

begin "several at once: each is tried, all failures are told"
ok aiwf context add one
fails 3 aiwf context delete none one nil
err_has none
err_has nil
ok aiwf context list -o json
json '.items | length' 1

begin "--dry-run changes nothing"
cp "$CONFIG" before
ok aiwf context add dry --cloud dc1 --dry-run
out_has 'cloud: dc1'
fails 3 aiwf context delete nobody --dry-run
true_that cmp -s before "$CONFIG"

begin "comments and layout stay"
cat >"$CONFIG" <<'END'
# our clouds
contexts:
    a:
        cloud: x     # the old one

    # b is for tests
    b: {}
END
ok aiwf context add c --cloud z
ok aiwf context delete a
true_that grep -q '^# our clouds$' "$CONFIG"
true_that grep -q '^    # b is for tests$' "$CONFIG"
true_that grep -q '^        cloud: z$' "$CONFIG"

begin "unknown keys are refused with their place and the nearest one"
printf 'contexts:\n  a:\n    openfass: http://x\n' >"$CONFIG"
fails 2 aiwf context list
err_has 'config.yaml:3:5'
err_has openfaas

begin "20 concurrent writers lose nothing"
rm "$CONFIG"
writers=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    aiwf context add "c$i" --cloud "dc$i" &
    writers="$writers $!"
done
for pid in $writers; do wait "$pid" || broken "a writer failed"; done
ok aiwf context list -o json
json '.items | length' 21
json '[.items[] | select(.cloud) | .name[1:] == .cloud[2:]] | all' true

begin "a read-only folder is one error, and the old file stays"
if [ "$(id -u)" = 0 ]; then
    mkdir "$T/ro" && mkdir "$T/ro/aiwf" && : >"$T/ro/aiwf/config.yaml.lock"
    rm -f "$T/ro/aiwf/config.yaml.lock" && mkdir "$T/ro/aiwf/config.yaml.lock"
    fails 1 env XDG_CONFIG_HOME="$T/ro" aiwf context add x
else
    mkdir -p "$T/ro/aiwf" && chmod 500 "$T/ro/aiwf"
    fails 1 env XDG_CONFIG_HOME="$T/ro" aiwf context add x
    chmod 700 "$T/ro/aiwf"
fi
[ "$(grep -c '^error:' "$ERR")" = 1 ] || broken 'not one error'

begin "what a context may name is completed: of the kubeconfig that was typed, and of the usual one"
printf 'clusters: [{name: c, cluster: {server: "https://h"}}]\ncontexts: [{name: one, context: {cluster: c}}, {name: two, context: {cluster: c}}]\n' >typed
printf 'clusters: [{name: c, cluster: {server: "https://h"}}]\ncontexts: [{name: usual, context: {cluster: c}}]\n' >usual
ok env KUBECONFIG="$PWD/usual" aiwf __complete context add x --kubeconfig "$PWD/typed" --kube-context ''
out_has one
out_has two
out_lacks usual
ok env KUBECONFIG="$PWD/usual" aiwf __complete context add x --kube-context ''
out_has usual

begin "a list that fails after it was printed is shown by --watch, and goes on"
ok aiwf context add away --prometheus http://127.0.0.1:1/
sh -c 'echo $$ >"$1/pid"; exec aiwf doctor --context away --watch >"$1/watched" 2>"$1/watched.err"' sh "$T" &
until_ok 15 grep -q 'failed' "$T/watched.err"
sleep 2.5 # a round more
kill -s INT "$(cat "$T/pid")"
wait $!
true_that test $? = 0
true_that grep -q 'prometheus.*fail' "$T/watched"
true_that grep -q '^error' "$T/watched.err"
ok aiwf context delete context/away --yes

begin "every list goes on with --watch, and ends well"
sh -c 'echo $$ >"$1/pid"; exec aiwf context list -o name --watch >"$1/watched"' sh "$T" &
until_ok 15 grep -q local "$T/watched"
ok aiwf context add seen --openfaas http://127.0.0.1:1
until_ok 15 grep -q seen "$T/watched"
kill -s INT "$(cat "$T/pid")"
wait $!
true_that test $? = 0

begin "in a pipe each change is a line of JSON, or a document of YAML"
sh -c 'echo $$ >"$1/pid"; exec aiwf context list -o json --watch >"$1/lines"' sh "$T" &
until_ok 15 grep -q seen "$T/lines"
ok aiwf context add third --openfaas http://127.0.0.1:1
until_ok 15 grep -q third "$T/lines"
kill -s INT "$(cat "$T/pid")"
wait $!
true_that test "$(wc -l <"$T/lines")" = 2
sh -c 'echo $$ >"$1/pid"; exec aiwf context list -o yaml --watch >"$1/documents"' sh "$T" &
until_ok 15 grep -q third "$T/documents"
kill -s INT "$(cat "$T/pid")"
wait $!
true_that test "$(head -1 "$T/documents")" = ---
