#!/bin/sh
# needs: kube
# aiwf train with Jobs of Kubernetes: submit, list, show, wait, cancel, delete, and what is refused before it is sent.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
train() { verb=$1 && shift && aiwf train "$verb" --context bed -n "$NS" "$@"; }

begin "submit, wait, show: what is there is what was asked for"
ok train submit four --image dev.local/python:1 --nodes 2 --gpus 4 --retries 3 --timeout 90s --trainer job --env A=b -- train --epochs 3
ok train wait four --timeout 5m
ok train show four -o json
json '"\(.state) \(.trainer) \(.gpus) \(.ranks.ready)/\(.ranks.total) \(.attempt) \(.retries)"' "Succeeded job 8 2/2 1 3"
json '.command | join(" ")' "train --epochs 3"
json '[.pods[] | .rank] | tostring' "[0,1]"
ok k get job four -o json
json '.spec | "\(.completionMode) \(.backoffLimit) \(.activeDeadlineSeconds) \(.podFailurePolicy.rules[0].action)"' "Indexed 3 90 Ignore"
json '.metadata.labels."app.kubernetes.io/managed-by"' aiwf

begin "the list is kubectl's"
k get jobs -o json | jq -c '[.items[] | [.metadata.name, .metadata.creationTimestamp, .status.completionTime, .spec.completions]]' >kubectl.json
train list -o json | jq -c '[.items[] | [.name, .queued, .finished, .ranks.total]]' >aiwf.json
true_that cmp kubectl.json aiwf.json

begin "one that is there already is a conflict, one that is not there is not found"
fails 5 train submit four --image x -- true
err_has 'aiwf train delete four'
fails 8 train wait other --timeout 1s
fails 3 train delete other

begin "what cannot be scheduled is said while it is waited for; a cancelled one ends the wait"
ok train submit big --image dev.local/python:1 --gpus 64 -- true
until_ok 20 sh -c "aiwf train show big --context bed -n $NS -o json | jq -e '.reason | contains(\"Insufficient nvidia.com/gpu\")'"
fails 8 train wait big --timeout 300ms
err_has "Insufficient nvidia.com/gpu"
ok train cancel big
fails 9 train wait big
err_has "was cancelled"
ok k get job big -o json
json .spec.suspend true
fails 5 train cancel four

# Without a policy for failures: with one, the Job waits for an end of the pod that kwok does not play.
begin "a node that is lost is counted, though its pod is gone"
lost=$(a_name)
at_exit "kubectl delete node $lost"
jq -n --arg name "$lost" '{apiVersion: "v1", kind: "Node", metadata: {name: $name, annotations: {"kwok.x-k8s.io/node": "fake"}, labels: {"aiwf.test/node": $name}},
    spec: {taints: [{key: "kwok.x-k8s.io/node", value: "fake", effect: "NoSchedule"}]}, status: {allocatable: {cpu: "4", memory: "4Gi", pods: "9"}, capacity: {cpu: "4", memory: "4Gi", pods: "9"}}}' | kubectl create -f - >/dev/null
kubectl wait --for=condition=Ready "node/$lost" --timeout=20s >/dev/null
train submit onnode --image dev.local/python:1 --trainer job --dry-run=client -- true | jq --arg name "$lost" 'del(.spec.podFailurePolicy) | .spec.template.spec.nodeName = $name | .spec.template.metadata.annotations["aiwf.test/run-ms"] = "100000"' >onnode.json
ok train submit -f onnode.json
until_ok 20 sh -c "kubectl -n $NS get pods -l aiwf/job=onnode -o json | jq -e '.items[0].status.phase == \"Running\"'"
pod=$(k get pods -l aiwf/job=onnode -o jsonpath='{.items[0].metadata.name}')
kubectl taint node "$lost" aiwf.test/lost=true:NoExecute >/dev/null
until_ok 30 sh -c "! kubectl -n $NS get pod $pod"
ok train show onnode -o json
json '"\(.node_losses > 0) \(.evictions)"' "true 0"
ok train delete onnode

begin "delete takes the pods along"
ok train delete four
until_ok 20 sh -c "test -z \"\$(kubectl -n $NS get pods -l aiwf/job=four -o name)\""

begin "names, images and options that cannot be are refused before anything is sent"
for name in Four 4four four_ -four "$(printf 'f%.0s' $(seq 64))"; do
    fails 2 train submit --trainer job --image x -- "$name" true
done
fails 2 train submit none -- true
err_has -- "--image"
fails 2 train submit there --image x --workdir . -- true

begin "--dry-run prints what would be sent, and what the server makes of it"
ok train submit dry --image x --dry-run=client -- true
json .kind Job
json .metadata.namespace "$NS"
ok train submit dry --image x --dry-run=server -- true
json '.spec.template.spec.dnsPolicy' ClusterFirst
fails 3 train show dry

begin "what the server refuses is told by the flag, or the line of the file"
fails 1 train submit refused --image x --queue 'no queue' --dry-run=server -- true
err_has "--queue: Invalid value"
sed 's/^ *//' >refused.yaml <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: refused}
spec: {backofLimit: 3, template: {spec: {restartPolicy: Never, containers: [{name: main, image: "x"}]}}}
Y
fails 1 train submit -f refused.yaml --dry-run=server
err_has "refused.yaml:4:8: spec.backofLimit: unknown field"
