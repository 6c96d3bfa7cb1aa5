#!/bin/sh
# needs: knative openfaas
# The same cases on every runtime: local, openfaas, knative, deployment. What one of them has no word for is asked of the table
# that `aiwf function runtimes` prints.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
cc -O2 -pthread -D_GNU_SOURCE -o "$T/echo" "$ROOT/testdata/functions/echo.c" || exit 1
at_exit aiwf local down
aiwf local up >/dev/null 2>&1
kubectl annotate namespace "$NS" openfaas=1 >/dev/null
name=$NS
has() { aiwf function runtimes -o json --jq ".items[] | select(.name == \"$1\") | .$r.supported" | grep -q true; }
what() { [ "$r" = local ] && echo --command "$T/echo" || echo --image dev.local/echo:1; }
fn() { verb=$1 && shift && aiwf function "$verb" "$@" --runtime "$r"; }
lower() { tr A-Z a-z <"$OUT" | tr -d '\r' >"$T/lower"; }
says() { [ "$(fn invoke "$name" --path "$1" 2>/dev/null)" = "$2" ]; }

for r in ${RUNTIMES:-local openfaas knative deployment}; do
    case $r in
    local) AIWF_CONTEXT=local ;;
    openfaas) AIWF_CONTEXT=bed-openfaas ;;
    *) AIWF_CONTEXT=bed ;;
    esac
    export AIWF_CONTEXT

    begin "$r: deployed, it answers; a second one is exit 5"
    # shellcheck disable=SC2046
    ok fn deploy "$name" $(what) --env TEXT=one --scale 1..3 $([ $r = deployment ] && echo --cpu 20m) -o json
    json '"\(.state) \(.runtime) \(.available)"' "Ready $r 1"
    # shellcheck disable=SC2046
    fails 5 fn deploy "$name" $(what)
    err_has '--replace'

    begin "$r: it is listed and shown"
    ok fn list -o json --jq ".items[] | select(.name == \"$name\") | .state"
    out_is Ready
    ok fn show "$name" -o json
    json .runtime $r
    fails 3 fn show "no-$name"

    begin "$r: a body from a file, from standard input, many; statuses are exit codes"
    echo hello >body
    ok fn invoke "$name" -f body
    out_is hello
    ok sh -c "echo piped | aiwf function invoke $name -f - --path /count --runtime $r"
    out_is 6
    ok fn invoke "$name" --path /env/TEXT
    out_is one
    ok fn invoke "$name" -n 20 -o json
    [ "$(jq '.requests - .failed' "$ERR")" = 20 ] || broken "not twenty"
    fails 1 fn invoke "$name" --path /status/404
    fails 9 fn invoke "$name" --path /status/503

    begin "$r: a CloudEvent"
    ok fn invoke "$name" --event 'io.aiwf.test,subject=a b,id=7' --path /head -X GET
    lower
    for line in 'ce-type: io.aiwf.test' 'ce-subject: a%20b' 'ce-id: 7' 'ce-source: /aiwf' 'ce-specversion: 1.0'; do
        true_that grep -qx "$line" "$T/lower"
    done

    begin "$r: 100 MB there, 30 MB back in pieces, an answer that takes its time"
    ok sh -c "head -c 104857600 /dev/zero | aiwf function invoke $name -f - --path /count --runtime $r"
    out_is 104857600
    ok sh -c "aiwf function invoke $name --path /chunked/31457280 --runtime $r | wc -c"
    out_is 31457280
    # Knative's queue-proxy, as any proxy of Go's, ends the reading of a body when its answer begins (http-full-duplex is off).
    [ $r = knative ] && path=/count || path=/
    ok sh -c "(for i in 1 2 3; do echo \$i; sleep 0.3; done) | aiwf function invoke $name -f - --path $path --runtime $r | paste -sd ' '"
    [ $r = knative ] && out_is 6 || out_is '1 2 3'
    fails 8 fn invoke "$name" --path /sleep/5000 --timeout 500ms

    if has 'invoke --async'; then
        begin "$r: a request that is queued"
        fn invoke "$name" --async -d x 2>"$T/async" && rc=0 || rc=$?
        # A gateway may have no queue, and says so.
        case $rc in 0) ;; 3) true_that grep -q 'no queue' "$T/async" ;; *) broken "exit $rc: $(cat "$T/async")" ;; esac
    else
        begin "$r: it queues no requests, and says so"
        fails 1 fn invoke "$name" --async -d x
        err_has "$r cannot queue a request"
    fi

    begin "$r: its log"
    ok fn invoke "$name" --path /stderr/hello-log
    is_ready() { [ "$(fn show "$name" -o json --jq .state)" = Ready ]; }
    logged() { fn logs "$name" 2>/dev/null | grep -q hello-log; }
    until_ok 20 logged

    begin "$r: it crashes, which is exit 9, and answers again"
    fails 9 fn invoke "$name" --path /exit/3
    until_ok 40 says /env/TEXT one
    # Knative may go on saying that the revision has failed, while it answers: its controller has seen the container end.
    [ $r = knative ] || until_ok 40 is_ready

    if [ $r != deployment ]; then # there an autoscaler decides
        begin "$r: scaled by hand"
        ok fn scale "$name" 2 --timeout 5m
        ok fn show "$name" -o json --jq '.available >= 2'
        out_is true
        until_ok 20 says /env/TEXT one
    fi
    if [ $r = local ] || [ $r = openfaas ]; then
        begin "$r: from none, the first request starts one"
        ok fn scale "$name" 0
        sleep 0.3 # OpenFaaS's gateway trusts what it heard of a function for a quarter of a second
        ok fn invoke "$name" --path /env/TEXT
        out_is one
    fi
    if [ $r = knative ]; then
        begin "a function of the same name on another runtime of the cluster is refused, or is its own"
        fails 5 aiwf function deploy "$name" --image dev.local/echo:1 --runtime deployment
        err_has 'Knative function'
        until_ok 10 says /env/TEXT one
    fi

    begin "$r: deleted, it is gone"
    ok fn delete "$name"
    gone() { ! fn show "$name" >/dev/null 2>&1; }
    until_ok 30 gone
    fails 3 fn show "$name"
    # Its Service goes with it, a moment later: the next one has that name too.
    until_ok 30 sh -c "! kubectl -n $NS get service $name"
done
