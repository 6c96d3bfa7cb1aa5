#!/bin/sh
# needs: node
# train wait and train logs -f follow a watch, and live through an API server that is killed and started again. The server is
# this suite's own, beside the bed's: of the same data, at another port.
. "$(dirname "$0")/lib.sh"
a_namespace
own_port=6$((450 + $$ % 500))
# As the bed's own was started, but it leaves the Service "kubernetes" alone.
own_server() {
    nsenter --net="/run/netns/${BED_NAME:-aiwf-bed}" python3 - "$(cut -d' ' -f1 "$BED_DIR/run/kube-apiserver")" $own_port >"$T/server" 2>&1 <<'PY' &
import os, sys
command = open("/proc/%s/cmdline" % sys.argv[1], "rb").read().decode().split("\0")[:-1]
command = ["--secure-port=" + sys.argv[2] if part.startswith("--secure-port=") else part for part in command]
os.execv(command[0], command + ["--endpoint-reconciler-type=none"])
PY
    server=$!
    keep $server
    until_ok 90 curl -sfk -o /dev/null "https://${BED_NET:-10.87.0}.1:$own_port/readyz"
}
unreached() { ! curl -sk -o /dev/null "https://${BED_NET:-10.87.0}.1:$own_port/readyz"; }
sed "s|:6443|:$own_port|" "$KUBECONFIG" >own.kubeconfig
own_server
ok aiwf context add own --kubeconfig "$PWD/own.kubeconfig"
train() { verb=$1 && shift && aiwf train "$verb" --context own -n "$NS" "$@"; }
# Runs until it is told to go on, and writes before and after.
submit() { # NAME EXIT-CODE
    train submit "$1" --image dev.local/python:1 --trainer job -- python3 -uc "import os, time
print('begun')
while not os.path.exists('/tmp/go'): time.sleep(0.1)
print('going on')
time.sleep(1)
print('done')
raise SystemExit($2)"
}
pod_of() { k get pods -l "batch.kubernetes.io/job-name=$1" -o name; }
go_on() { k exec "$(pod_of "$1")" -- python3 -c 'open("/tmp/go", "w")'; }
has_failed() { [ "$(k get job "$1" -o json | jq -r '.status.conditions[]? | select(.type == "Failed") | .status')" = True ]; }

begin "a wait and a log that is followed, over a server that is killed and comes back after the job's end"
ok submit held 3
aiwf -v train wait held --context own -n "$NS" >"$T/waited" 2>"$T/wait" &
waiting=$!
keep $waiting
aiwf train logs held -f --context own -n "$NS" >"$T/followed" 2>"$T/follow" &
following=$!
keep $following
until_ok 60 grep -q begun "$T/followed"
until_ok 20 grep -q "watch=1" "$T/wait"
sleep 3
asked=$(grep -c "GET .*/jobs/held" "$T/wait")
[ "$asked" -le 3 ] || broken "the job was asked for $asked times, and not watched"
kill -9 $server
until_ok 20 unreached
true_that go_on held
until_ok 30 has_failed held
true_that kill -0 $waiting
true_that kill -0 $following
own_server
wait $waiting
RC=$?
cp "$T/wait" "$ERR"
[ "$RC" = 9 ] || broken "exit $RC"
err_has "job held failed: exit 3"
err_has "| done"
wait $following
RC=$?
cp "$T/followed" "$OUT"
[ "$RC" = 0 ] || broken "exit $RC: $(tail -3 "$T/follow")"
out_is "begun
going on
done"
kill $server
