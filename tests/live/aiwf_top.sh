#!/bin/sh
# needs: kube node prometheus
# From a GPU on the screen to the pod that holds it, to its job, to the job's log and to why it runs; and its end, by a key.
. "$(dirname "$0")/lib.sh"
. "$live/../tools/prometheus.sh"
a_namespace
unset TERM
k apply -f - >/dev/null <<Y
apiVersion: batch/v1
kind: Job
metadata: {name: bert, labels: {app.kubernetes.io/managed-by: aiwf}}
spec:
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "dev.local/echo:1", resources: {limits: {nvidia.com/gpu: 1}}}]
Y
ok k wait --for=condition=Ready pod -l job-name=bert --timeout=120s
pod=$(k get pods -l job-name=bert -o jsonpath='{.items[0].metadata.name}')
held() { [ -n "$(value "DCGM_FI_DEV_GPU_UTIL{pod=\"$pod\"} or DCGM_FI_DEV_GPU_UTIL{exported_pod=\"$pod\"}")" ]; }
until_ok 20 held

begin "the GPU is found by who holds it"
screen "$AIWF top --context bed -n $NS --interval 500ms --actions; echo left \$?; sleep 60" 140 30
shows "Overview"
keys : gpus Enter
shows "real/"
keys : "filter pod=$pod" Enter
shows "GPU "
lacks "no gpus match"

begin "Enter goes to its pod, and from there to its job"
keys Enter
shows "pod $NS/$pod"
shows "works for  train/bert"
shows "container  main  running"
keys Enter
shows "train $NS/bert"
shows "Running"

begin "w says why, l shows the log; Esc goes back the same way"
keys w
shows "why train $NS/bert"
keys Escape l
shows "log of train $NS/bert"
keys Escape Escape
shows "works for  train/bert"
keys l
shows "log of pod $NS/$pod"
keys Escape Escape
shows "GPU "

begin "the job is cancelled after a yes"
keys Enter
shows "works for  train/bert"
keys Enter
shows "train $NS/bert"
keys : cancel Enter
shows "context bed: cancel train $NS/bert?"
keys y Enter
gone() { [ "$(k get job bert -o json | jq -r '.spec.suspend // false')" = true ] || ! k get pod "$pod"; }
until_ok 30 gone
keys q q q q
shows "left 0"
