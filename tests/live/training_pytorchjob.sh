#!/bin/sh
# needs: training
# A PyTorchJob of a master and a worker on the real node: they meet, end, fail, are suspended and removed.
. "$(dirname "$0")/lib.sh"
a_namespace
condition() { k get pytorchjob "$1" -o json | jq -r --arg type "$2" '.status.conditions[]? | select(.type == $type) | "\(.status) \(.reason) \(.message)"'; }
says() { condition "$1" "$2" | grep -qF "$3"; }
# Rank 0 waits for rank 1 on the master's port; each prints what it was given. A job whose master has succeeded has, too: one whose
# worker is to fail stays.
cat >meet.py <<'Y'
import os, socket, sys, time
rank, address = int(os.environ["RANK"]), (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
print("rank", rank, "of", os.environ["WORLD_SIZE"], "master", address[0])
if rank == 0:
    peer = socket.create_server(("", address[1])).accept()[0]
    print("from 1:", peer.recv(9).decode())
    time.sleep(3600 * (os.environ["EXIT"] != "0"))
for attempt in range(200 * rank):
    try:
        socket.create_connection(address, 5).send(b"gradient")
        sys.exit(int(os.environ["EXIT"]))
    except OSError:
        time.sleep(0.1)
Y
a_pytorchjob() { # NAME EXIT_OF_WORKER
    jq -n --arg name "$1" --arg exit "$2" --rawfile program meet.py '
        def replica(restart): {replicas: 1, restartPolicy: restart, template: {spec: {containers: [{name: "pytorch", image: "dev.local/python:1", args: ["-c", $program], env: [{name: "EXIT", value: $exit}]}]}}};
        {apiVersion: "kubeflow.org/v1", kind: "PyTorchJob", metadata: {name: $name}, spec: {pytorchReplicaSpecs: {Master: replica("Never"), Worker: replica("Never")}}}' | k create -f -
}

begin "master and worker are given their ranks, meet, and the job has succeeded"
ok a_pytorchjob meets 0
ok k wait --for=condition=Succeeded pytorchjob/meets --timeout=300s
ok k logs meets-master-0
out_is "rank 0 of 2 master meets-master-0
from 1: gradient"
ok k logs meets-worker-0 -c pytorch
out_is "rank 1 of 2 master meets-master-0"
ok k get pytorchjob meets -o json
json .status.replicaStatuses.Master.succeeded 1

begin "a worker that fails makes the job fail, and its exit code is told"
ok a_pytorchjob fails 3
ok k wait --for=condition=Failed pytorchjob/fails --timeout=300s
true_that says fails Failed "True PyTorchJobFailed"
ok k get pod fails-worker-0 -o json
json '.status.containerStatuses[0].state.terminated.exitCode' 3
k delete pod fails-master-0 --force --grace-period=0 >/dev/null 2>&1

begin "one that is suspended has no pods until it is resumed"
jq -n '{apiVersion: "kubeflow.org/v1", kind: "PyTorchJob", metadata: {name: "waits"}, spec: {runPolicy: {suspend: true}, pytorchReplicaSpecs: {Master: {replicas: 1, template: {spec: {containers: [{name: "pytorch", image: "dev.local/python:1", args: ["-c", "print(1)"]}]}}}}}}' >waits.json
ok k create -f waits.json
until_ok 20 says waits Suspended True
ok k get pods -l training.kubeflow.org/job-name=waits -o name
out_lines 0
ok k patch pytorchjob waits --type=merge -p '{"spec": {"runPolicy": {"suspend": false}}}'
ok k wait --for=condition=Succeeded pytorchjob/waits --timeout=300s

begin "its pods go with it"
ok k delete pytorchjob meets --timeout=150s
until_ok 20 sh -c "test -z \"\$(kubectl -n $NS get pods -l training.kubeflow.org/job-name=meets -o name)\""

begin "a container of another name is refused by the webhook"
sed 's/"pytorch"/"main"/' waits.json >bad.json
fails 1 k create -f bad.json
err_has "pytorch"
