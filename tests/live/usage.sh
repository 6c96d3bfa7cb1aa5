#!/bin/sh
# needs: usage prometheus
# metrics-server: what kubelet measures of a pod is there as metrics.k8s.io, as long as the pod is; Prometheus scrapes it.
. "$(dirname "$0")/lib.sh"
a_namespace

begin "a pod is measured once it runs, and kubectl top shows it"
ok k run measured --image=dev.local/echo:1
measured() { k get podmetrics measured -o json >measured.json && jq -e '.containers[0].usage | .cpu and .memory' measured.json; }
until_ok 60 measured
ok k top pod measured --no-headers
out_has measured
ok kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes/real
json '.usage | keys | join(" ")' 'cpu memory'

begin "its own figures are scraped"
until_ok 20 is_value 'up{job="metrics-server"}' 1

begin "it is gone with the pod"
ok k delete pod measured --now
gone() { ! k get podmetrics measured; }
until_ok 30 gone
