#!/bin/sh
# needs: knative prometheus
# Pools of a cluster's functions: floors with no new revision, schedules by `pool run`, GPUs that are held, all of it deleted.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
scale() { k get podautoscalers -o jsonpath="{.items[0].metadata.annotations.autoscaling\.knative\.dev/$1-scale}"; }
ok aiwf function deploy f --image dev.local/echo:1 --idle 6s

begin "a floor holds at once, and makes no new revision"
ok aiwf pool create warm --function f --min 1 --max 3 -o json
json '"\(.floor) \(.warm >= 1) \(.runtime) \(.min) \(.max)"' '1 true knative 1 3'
true_that [ "$(scale min) $(scale max)" = "1 3" ]
ok k get revisions -o name
out_lines 1
fails 5 aiwf function coldstart f -n 1

begin "it is an object of the cluster that anyone finds"
ok k get configmap -l app.kubernetes.io/component=pool -o json
json '.items[0].metadata | "\(.name) \(.labels["aiwf/function"])"' 'aiwf-pool-warm f'
ok aiwf pool list -o name
out_has warm

begin "exit 5 for a second one, 3 for what is not there, 2 for what crosses; a dry run changes nothing"
fails 5 aiwf pool create warm --function f --min 1
fails 3 aiwf pool create x --function nobody --min 1
fails 3 aiwf pool show x
fails 3 aiwf pool delete x
fails 2 aiwf pool create x --function f --min 3 --max 2
ok aiwf pool create x --function f --min 1 --dry-run=client
json '.data.runtime' knative
fails 3 aiwf pool show x

begin "a schedule is kept by pool run: a line a change, and none when all is true already"
ok aiwf pool create times --function f --min 0 --schedule '* * * * *=2' --no-wait
k get configmap aiwf-pool-times -o json | jq '.data.rules |= (fromjson | .created_ms = 0 | tojson)' | k apply -f - >/dev/null 2>&1
ok aiwf pool run --once
out_has 'function f: floor 2'
true_that [ "$(scale min)" = 2 ]
ok aiwf pool run --once
out_lines 0

begin "one that somebody broke is told, and does not stop the others"
k create configmap aiwf-pool-broken --from-literal=rules='{"name":"broken","function":"f","min":-1}' >/dev/null
k label configmap aiwf-pool-broken app.kubernetes.io/managed-by=aiwf app.kubernetes.io/component=pool >/dev/null
ok aiwf pool delete times
fails 1 aiwf pool run --once
out_has 'aiwf-pool-broken'
out_has 'function f: floor 1'
ok aiwf pool list
fails 1 aiwf pool show broken
ok aiwf pool delete broken

begin "pool run ends by Ctrl-C, and leaves floors as they are"
aiwf pool run --interval 1s >run.out 2>run.err &
pid=$!
sleep 1.5
kill -INT $pid
wait $pid
true_that [ $? = 130 ]
true_that grep -q 'keep the floors' run.err
true_that [ "$(scale min)" = 1 ]

begin "GPUs are held while the function does not use them"
ok aiwf pool create gpus --function f --gpus 1 --hold-image dev.local/pause:1
held_is() { [ "$(k get deployment aiwf-hold-gpus -o jsonpath='{.status.readyReplicas}')" = "$1" ]; }
until_ok 30 held_is 1
ok aiwf pool delete gpus
fails 1 k get deployment aiwf-hold-gpus

begin "a Deployment's floor is its replicas"
ok aiwf function deploy d --runtime deployment --image dev.local/echo:1
ok aiwf pool create two --runtime deployment --function d --min 2
true_that [ "$(k get deployment d -o jsonpath='{.spec.replicas}')" = 2 ]

begin "advice says when the history is too short"
ok aiwf pool advise f -o json
json '.items[0] | "\(.floor) \(.why | startswith("too few data"))"' 'null true'

begin "without its pool a function scales by itself again"
ok aiwf pool delete warm two
true_that [ -z "$(scale min)" ]
