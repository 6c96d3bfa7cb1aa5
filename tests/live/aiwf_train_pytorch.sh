#!/bin/sh
# needs: training
# aiwf train with the real training operator: a PyTorchJob and a TFJob, a rank that fails, cancel, retry.
. "$(dirname "$0")/lib.sh"
a_namespace
train() { verb=$1 && shift && aiwf train "$verb" --context bed -n "$NS" "$@"; }
cat >rank.py <<'Y'
import os, sys, time
rank = int(os.environ["RANK"])
print("rank", rank, "of", os.environ["WORLD_SIZE"], flush=True)
if rank == int(os.environ.get("FAILS", "-1")):
    print("loss is nan", file=sys.stderr)
    sys.exit(7)
# The operator ends with the master whoever still runs, and his log goes with him.
time.sleep(600 if "FAILS" in os.environ else 2 if rank else 6)
Y
submit() { name=$1 && shift && train submit "$name" --image dev.local/python:1 "$@" -- python3 -c "$(cat rank.py)"; }

begin "auto says what it picks for two nodes; master and worker are ranks 0 and 1"
ok submit good --nodes 2 --retries 1 --wait -o json
err_has "trainer pytorch: 2 nodes"
json '"\(.state) \(.trainer) \(.ranks.total) \([.pods[].rank] | tostring)"' "Succeeded pytorch 2 [0,1]"
ok train logs good --rank 1
out_is "rank 1 of 2"
ok k get pytorchjob good -o json
json '.spec.runPolicy | "\(.cleanPodPolicy) \(.backoffLimit)"' "Running 1"

begin "one rank fails: which one, its exit code, its words; the other is ended"
fails 9 submit bad --trainer pytorch --nodes 2 --env FAILS=1 --wait
err_has "job bad failed: rank 1: exit 7"
err_has "| loss is nan"
until_ok 60 sh -c "test -z \"\$(kubectl -n $NS get pods -l training.kubeflow.org/job-name=bad --field-selector status.phase=Running -o name)\""

begin "it is found without a word on its kind, and so is its Job of the same name"
ok train show bad -o json
json '"\(.trainer) \(.failed_rank) \(.exit_code)"' "pytorch 1 7"
k create job bad --image=dev.local/python:1 -- true >/dev/null
fails 5 train show bad
err_has "--trainer pytorch"
k delete job bad --wait=false >/dev/null

begin "cancel keeps the record; retry runs it once more"
ok submit stop --trainer pytorch --env FAILS=9
ok train cancel stop
fails 9 train wait stop
err_has "was cancelled"
fails 9 train retry bad --wait
err_has "job bad-2 failed: rank 1: exit 7"

begin "a TFJob: chief, worker and parameter server, each with its place"
ok train submit tf --image dev.local/python:1 --workers 2 --ps 1 --wait -o json -- python3 -c 'import json, os, time; task = json.loads(os.environ["TF_CONFIG"])["task"]; print(task["type"], task["index"], flush=True); time.sleep(600 * (task["type"] == "ps"))'
json '"\(.trainer) \(.state) \(.ranks.total)"' "tf Succeeded 3"

begin "the list has all of them, whatever they are"
ok train list -o json
json '[.items[] | "\(.name):\(.trainer)"] | sort | join(" ")' "bad-2:pytorch bad:pytorch good:pytorch stop:pytorch tf:tf"
