#!/bin/sh
# needs: prometheus ksm
# kube-state-metrics: nodes and objects of the cluster are in Prometheus, while they are there.
. "$(dirname "$0")/lib.sh"
a_namespace

begin "kube-state-metrics counts what kubectl shows"
until_ok 20 is_value 'count(kube_node_info)' "$(kubectl get nodes -o name | wc -l)"
true_that is_value 'kube_node_status_allocatable{node="kwok-gpu-0", resource="nvidia_com_gpu"}' 8
ok k create configmap seen
until_ok 20 is_value "kube_configmap_info{namespace=\"$NS\", configmap=\"seen\"}" 1
ok k delete configmap seen
until_ok 20 is_value "kube_configmap_info{namespace=\"$NS\", configmap=\"seen\"}" ""
