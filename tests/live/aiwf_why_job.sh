#!/bin/sh
# needs: node
# Jobs and functions that a quota refuses, or that fail: why job and why function name the quota, who has it, and the rank.
. "$(dirname "$0")/lib.sh"
aiwf context use bed >/dev/null
why() { aiwf -n "$NS" why "$@"; }
link_is() { # JQ-SELECTION JQ-TEXT VALUE
    got=$(jq -r "[.chain[] | select($1)][0] | $2" "$OUT")
    [ "$got" = "$3" ] || broken "the link $1 says \"$got\", not \"$3\""
}
has_event() { k get events --field-selector "involvedObject.name=$1,reason=$2" -o name | grep -q .; }

a_kwok_namespace
begin "a quota: what is used, by whom, and what was asked"
ok k create quota team --hard=requests.nvidia.com/gpu=8
a_job() { # NAME GPUS
    k create -f - >/dev/null <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: $1}
spec:
  template:
    metadata: {annotations: {aiwf.test/run-ms: "100000"}}
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "dev.local/python:1", resources: {limits: {nvidia.com/gpu: $2}}}]
Y
}
true_that a_job holds 6
until_ok 20 sh -c "kubectl -n $NS get pods -l job-name=holds -o name | grep -q ."
true_that a_job more 4
until_ok 20 has_event more FailedCreate
ok why job more -o json
json '"\(.verdict) \(.type)"' 'waiting Job'
link_is '.kind == "quota"' '"\(.name) \(.state); \(.reason)"' 'team 6 of 8 used; requests.nvidia.com/gpu: asked 4'
json .summary "the quota team of namespace $NS allows no more: requests.nvidia.com/gpu: asked 4, 6 of 8 used"
json '.useful[-1].command' "kubectl -n $NS describe resourcequota team"

begin "a deployment's pods that a quota refuses"
ok k create deployment web --image=dev.local/python:1 --dry-run=client -o json
jq '.spec.template.spec.containers[0].resources = {limits: {"nvidia.com/gpu": 4}}' "$OUT" >web.json
ok k create -f web.json
until_ok 30 sh -c "kubectl -n $NS get deployment web -o json | jq -e '[.status.conditions[]? | .type] | any(. == \"ReplicaFailure\")'"
ok why function web -o json
json '"\(.verdict) \(.status)"' 'waiting Failed'
link_is '.kind == "quota"' .name team

a_namespace
begin "a job of which one rank fails: which, how, and what it wrote last"
k create -f - >/dev/null <<'Y'
apiVersion: batch/v1
kind: Job
metadata: {name: ranks}
spec:
  parallelism: 2
  completions: 2
  completionMode: Indexed
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers:
      - {name: main, image: "dev.local/python:1", command: [python3, -c, "import os, sys, time; r = int(os.environ['JOB_COMPLETION_INDEX']); r == 0 and time.sleep(100); sys.exit('loss is nan')"]}
Y
ok k wait --for=condition=Failed job/ranks --timeout=300s
ok why train ranks -o json
json .verdict failed
json '.summary | test("^rank 1: container main of pod ranks-1-[a-z0-9]+ ended with exit 1 \\(Error\\): loss is nan$")' true
ok why train ranks
out_has "train/ranks (Job)"
out_has "aiwf -n $NS train logs ranks"

begin "one that is well, one that is not there"
k create job fine --image=dev.local/python:1 -- true >/dev/null
ok k wait --for=condition=Complete job/fine --timeout=300s
ok why job fine -o json
json '"\(.verdict) \(.status)"' 'healthy Complete'
fails 3 why job none
err_has "there is no job \"none\" in namespace $NS"
fails 3 why function none
