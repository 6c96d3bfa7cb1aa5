# kill -9 and go on; two gateways; what is in the way.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/gate.sh"
gate_up
mkdir "$T/src" && echo kept >"$T/src/file.txt"
true_that deploy one http "$echo_fn" "$(jq -cn --arg s "$T/src" '{annotations: {"io.aiwf.source": $s}, labels: {a: "b"}}')"
true_that deploy two stdio cat
true_that deploy three http "$echo_fn" '{labels: {"com.openfaas.scale.min": "1"}}'
true_that deploy gone stdio cat
true_that test "$(api -o /dev/null -w '%{http_code}' -X DELETE -d '{"functionName":"gone"}' "$gw/system/functions")" = 202

begin "what an instance, or a process of one request, left in a session of its own ends with it; what others run stays"
true_that deploy leaves stdio "setsid sh -c 'echo \$\$ >$T/one; exec sleep 600' & until [ -s $T/one ]; do sleep 0.1; done; cat $T/one"
true_that deploy strays http "setsid sleep 600 & echo \$! >$T/stray; exec $echo_fn"
true_that curl -sf -o "$T/left" "$gw/function/leaves"
true_that curl -sf -o /dev/null "$gw/function/strays"
until_ok 10 gone "$(cat "$T/left")"
true_that kill -0 "$(cat "$T/stray")"
true_that test "$(api -o /dev/null -w '%{http_code}' -X DELETE -d '{"functionName":"strays"}' "$gw/system/functions")" = 202
until_ok 10 gone "$(cat "$T/stray")"

begin "kill -9 leaves no instance running, not even one that left its group"
true_that deploy escapes http "setsid sleep 600 & exec $echo_fn"
true_that curl -sf -o "$T/pid1" "$gw/function/one/pid"
true_that curl -sf -o /dev/null "$gw/function/escapes"
until_ok 5 doc_is three .available 1
before=$(api "$gw/system/functions" | jq -c 'map({name, labels, annotations, createdAt}) | sort')
password=$(cat "$state/password")
gate_kill
until_ok 5 gone "$(cat "$T/pid1")"
gate_up
marked() { grep -lsz "^AIWF_LOCAL_OWNER=$state#" /proc/[0-9]*/environ | wc -l; }
true_that test "$(marked)" -le 1

begin "and the next start has every function, its source and the password"
true_that test "$(api "$gw/system/functions" | jq -c 'map({name, labels, annotations, createdAt}) | sort')" = "$before"
true_that test "$(cat "$state/password")" = "$password"
ok curl -s "$gw/function/one/cwd/file.txt"
out_is kept
ok curl -s -d hello "$gw/function/two"
out_is hello
true_that test "$(status_of "$gw/function/gone")" = 404
until_ok 5 doc_is three .available 1

begin "a broken document is set aside and told; the others load"
gate_down
echo '{"spec":' >"$state/functions/two.json"
: >"$T/gateway.log"
gate_up
true_that test "$(status_of "$gw/function/two")" = 404
true_that curl -sf -o /dev/null "$gw/function/one"
true_that grep -q two "$T/gateway.log"
true_that test -e "$state/functions/two.json.broken"

begin "a second gateway of the same folder is a conflict: exit 5"
fails 5 aiwf local serve
err_has "already runs"

begin "a port that is taken is one clear error: exit 5"
fails 5 env XDG_STATE_HOME="$T/other" aiwf local serve --port "$gate_port"
err_has "cannot listen on 127.0.0.1:$gate_port"
err_lines 3

begin "a redeployed function drops its old instance and keeps its requests"
true_that deploy swap http "$echo_fn" '{envVars: {V: "1"}}'
ok curl -s "$gw/function/swap/env/V"
out_is 1
curl -s "$gw/function/swap/sleep/500" >"$T/during" &
until_ok 3 doc_is swap .available 1
sleep 0.1
true_that deploy swap http "$echo_fn" '{envVars: {V: "2"}}'
ok curl -s "$gw/function/swap/env/V"
out_is 2
until_ok 3 grep -qx slept "$T/during"

begin "a full disk: the deployment is refused, what was there stays"
mkdir "$T/small"
if mount -t tmpfs -o size=600k tmpfs "$T/small" 2>"$ERR"; then
    at_exit umount "$T/small"
    XDG_STATE_HOME=$T/small gate_port= state=$T/small/aiwf/local
    export XDG_STATE_HOME
    gate_up
    true_that deploy fits stdio cat
    head -c 1000000 /dev/zero >"$T/small/fill" 2>/dev/null
    spec='{"service":"toobig","envProcess":"cat","annotations":{"io.aiwf.mode":"stdio"}}'
    code=$(api -o "$OUT" -w '%{http_code}' -d "$spec" "$gw/system/functions")
    true_that test "$code" = 500
    out_has "No space left"
    true_that test "$(status_of -d x "$gw/function/toobig")" = 404
    rm "$T/small/fill"
    ok curl -s -d x "$gw/function/fits"
    out_is x
    gate_down
    head -c 1000000 /dev/zero >"$T/small/fill" 2>/dev/null
    at_exit aiwf local down
    fails 1 aiwf local up
    err_has "No space left"
    rm "$T/small/fill"
    ok aiwf local up
    ok aiwf function invoke fits -d x
    out_is x
else
    skip "no tmpfs can be mounted here"
fi
