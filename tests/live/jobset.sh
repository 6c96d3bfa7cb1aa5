#!/bin/sh
# needs: training
# A JobSet's Jobs find each other by name, start again together, and fail together.
. "$(dirname "$0")/lib.sh"
a_namespace
a_jobset() { # NAME PROGRAM [SPEC]: leader, one pod, and workers, two; each runs PROGRAM
    jq -n --arg name "$1" --arg program "$2" --argjson more "${3:-null}" '
        def job(name; pods): {name: name, template: {spec: {backoffLimit: 0, parallelism: pods, completions: pods, template: {spec: {restartPolicy: "Never", containers: [{name: "main", image: "dev.local/python:1", args: ["-c", $program]}]}}}}};
        {apiVersion: "jobset.x-k8s.io/v1alpha2", kind: "JobSet", metadata: {name: $name}, spec: ({replicatedJobs: [job("leader"; 1), job("workers"; 2)]} + $more)}' | k create -f -
}
condition() { k get jobset "$1" -o json | jq -r --arg type "$2" '.status.conditions[]? | select(.type == $type) | "\(.status) \(.reason) \(.message)"'; }
says() { condition "$1" "$2" | grep -qF "$3"; }
# Whoever is not the leader reaches it by its name; the leader ends once both have.
cat >names.py <<'Y'
import os, socket, sys, time
if "leader" in socket.gethostname():
    server = socket.create_server(("", 9000))
    print(sorted(server.accept()[0].recv(99).decode() for worker in range(2)))
    sys.exit()
for attempt in range(200):
    try:
        socket.create_connection(("names-leader-0-0.names", 9000), 5).send(socket.gethostname().encode())
        break
    except OSError:
        time.sleep(0.1)
Y

begin "its pods reach each other by name, and it completes"
ok a_jobset names "$(cat names.py)"
ok k wait --for=condition=Completed jobset/names --timeout=300s
ok k logs -l jobset.sigs.k8s.io/replicatedjob-name=leader
out_is "['names-workers-0-0', 'names-workers-0-1']"
ok k get jobset names -o json
json .status.terminalState Completed
json '.status.replicatedJobsStatus | sort_by(.name) | map("\(.name) \(.succeeded)") | join(",")' 'leader 1,workers 1'

begin "all start again when one fails, as often as it may"
ok a_jobset again 'import socket; raise SystemExit("leader" in socket.gethostname())' '{"failurePolicy": {"maxRestarts": 1}}'
ok k wait --for=condition=Failed jobset/again --timeout=300s
ok k get jobset again -o json
json .status.restarts 1
true_that says again Failed "True ReachedMaxRestarts"

begin "one that is suspended runs once it is resumed"
ok a_jobset later 'print(1)' '{"suspend": true}'
until_ok 20 says later Suspended True
ok k patch jobset later --type=merge -p '{"spec": {"suspend": false}}'
ok k wait --for=condition=Completed jobset/later --timeout=300s

begin "its Jobs go with it"
ok k delete jobset names --timeout=150s
until_ok 20 sh -c "test -z \"\$(kubectl -n $NS get jobs -l jobset.sigs.k8s.io/jobset-name=names -o name)\""

begin "a change of its Jobs is refused by the webhook"
fails 1 k patch jobset again --type=json -p '[{"op": "replace", "path": "/spec/replicatedJobs/0/name", "value": "other"}]'
err_has "immutable"
