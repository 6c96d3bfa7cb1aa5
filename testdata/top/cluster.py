#!/usr/bin/env python3
"""Twenty minutes of a cluster, as OpenMetrics with time stamps, the same at every run: dcgm-exporter, Kepler, node_exporter,
kube-state-metrics, Knative, OpenFaaS, Kueue, alerts. One sample every 15 s.

    cluster.py [END [NODES GPUS_A_NODE FUNCTIONS PODS]] >cluster.om
    promtool tsdb create-blocks-from openmetrics cluster.om DATA

END is a Unix time (default 2026-11-24T10:00:00Z). The last node's exporters are down."""
import sys

ARGS = [int(arg) for arg in sys.argv[1:]]
END = ARGS[0] if ARGS else 1795514400
NODES, GPUS, FUNCTIONS, PODS = ARGS[1:5] if len(ARGS) > 4 else (4, 4, 5, 12)
STEP, COUNT = 15, 81
SLOW = COUNT if NODES <= 8 else 9  # of a large fleet fewer samples
BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
families = {}


def add(name, kind, suffix, labels, value, time):
    text = ",".join('%s="%s"' % pair for pair in labels.items())
    families.setdefault((name, kind), []).append("%s%s{%s} %.10g %d" % (name, suffix, text, value, time))


def gauge(name, labels, value, time):
    add(name, "gauge", "", labels, value, time)


def counter(name, labels, value, time):
    add(name, "counter", "_total", labels, value, time)


def node_name(node):
    return "ml-node-%d" % node


def node(number, tick, time):
    name = node_name(number)
    ready = number != NODES - 1
    for status, value in (("true", ready), ("false", 0), ("unknown", not ready)):
        gauge("kube_node_status_condition", {"node": name, "condition": "Ready", "status": status}, value, time)
    gauge("kube_node_info", {"node": name, "internal_ip": "10.0.0.%d" % number}, 1, time)
    gauge("kube_node_status_allocatable", {"node": name, "resource": "nvidia_com_gpu", "unit": "integer"}, GPUS, time)
    for job in ("dcgm-exporter", "node-exporter", "kepler"):
        gauge("up", {"job": job, "instance": name + ":9100"}, ready, time)
    if not ready:
        return
    where = {"instance": name + ":9100"}
    gauge("node_uname_info", dict(where, nodename=name), 1, time)
    busy = 0.2 + 0.1 * (number % 7)
    counter("node_cpu_seconds", dict(where, cpu="0", mode="idle"), tick * STEP * (1 - busy), time)
    counter("node_cpu_seconds", dict(where, cpu="0", mode="user"), tick * STEP * busy, time)
    gauge("node_memory_MemTotal_bytes", where, 512 << 30, time)
    gauge("node_memory_MemAvailable_bytes", where, (512 << 30) * (0.9 - 0.1 * (number % 6)), time)
    for zone, watts in (("package", 150 + 10 * (number % 9)), ("dram", 20), ("core", 100)):
        who = {"node_name": name, "zone": zone, "path": "/0"}
        gauge("kepler_node_cpu_watts", who, watts, time)
        counter("kepler_node_cpu_joules", who, watts * tick * STEP, time)


def holder(number, gpu):
    """Namespace and pod, or nobody's."""
    if number == 0:
        return "vision", "train-bert-%d" % gpu
    if number == 1 and gpu < 2:
        return "serving", "ocr-00007-deployment-6c7f-%d" % gpu
    return ("batch", "sweep-%d-%d" % (number, gpu)) if number > 2 and (number + gpu) % 3 else None


def gpus(number, tick, time):
    if number == NODES - 1 and tick > 40:
        return
    for gpu in range(GPUS):
        held = holder(number, gpu)
        busy = 0 if not held else 96 - gpu if number == 0 else (3 if tick < 60 else 2) if number == 1 else (number * 13 + gpu * 29 + tick) % 101
        who = {"hostname": node_name(number), "gpu": str(gpu), "UUID": "GPU-%d-%d" % (number, gpu), "modelName": "NVIDIA A100-SXM4-80GB"}
        if held:
            who.update({"namespace": held[0], "pod": held[1], "container": "main"})
        watts = 60 + 3.4 * busy
        gauge("DCGM_FI_DEV_GPU_UTIL", who, busy, time)
        gauge("DCGM_FI_DEV_FB_USED", who, 500 + 700 * busy, time)
        gauge("DCGM_FI_DEV_FB_FREE", who, 80500 - 700 * busy, time)
        gauge("DCGM_FI_DEV_POWER_USAGE", who, watts, time)
        add("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "unknown", "", who, watts * 1000 * tick * STEP, time)
        gauge("DCGM_FI_DEV_GPU_TEMP", who, 30 + busy * 0.45, time)
        gauge("DCGM_FI_DEV_XID_ERRORS", who, 79 if number == 2 and gpu == 1 else 0, time)


def held_pods(number, time):
    for gpu in range(GPUS):
        held = holder(number, gpu)
        if not held:
            continue
        pod = {"namespace": held[0], "pod": held[1], "uid": "u-" + held[1]}
        gauge("kube_pod_container_resource_requests", dict(pod, container="main", node=node_name(number), resource="nvidia_com_gpu", unit="integer"), 1, time)
        gauge("kube_pod_status_phase", dict(pod, phase="Running"), 1, time)
        if number == 0:
            gauge("kube_pod_owner", dict(pod, owner_kind="Job", owner_name="bert", owner_is_controller="true"), 1, time)
        if number == 1:
            gauge("kube_pod_owner", dict(pod, owner_kind="ReplicaSet", owner_name="ocr-00007-deployment-6c7f", owner_is_controller="true"), 1, time)
        gauge("kepler_pod_cpu_watts", {"pod_namespace": held[0], "pod_name": held[1], "state": "running", "zone": "package"}, 20 + gpu, time)


def function(number, tick, time):
    name = "ocr-00007" if number == 0 else "evil\x1b]0;owned\x07" if number == 1 else "fn%d-00001" % number
    rps = 40.0 / (1 + number % 40) if number != 2 else 0
    shares = [0, 0, 0.1, 0.5, 0.85, 0.97, 1, 1, 1, 1, 1] if number % 2 == 0 else [0.5, 0.9, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    total = rps * tick * STEP
    who = {"namespace": "serving", "pod": name + "-deployment-6c7f-0", "http_response_status_code": "200"}
    metric = "kn_serving_invocation_duration_seconds"
    for bound, share in zip(BUCKETS, shares):
        add(metric, "histogram", "_bucket", dict(who, le="%g" % bound), total * share, time)
    add(metric, "histogram", "_bucket", dict(who, le="+Inf"), total, time)
    add(metric, "histogram", "_count", who, total, time)
    add(metric, "histogram", "_sum", who, total * 0.05, time)
    if number == 0:
        add(metric, "histogram", "_bucket", dict(who, http_response_status_code="500", le="+Inf"), total * 0.01, time)
        add(metric, "histogram", "_count", dict(who, http_response_status_code="500"), total * 0.01, time)
    revision = {"k8s_namespace_name": "serving", "kn_revision_name": name}
    gauge("kn_revision_pods_count", revision, 2 if number == 0 else 1, time)
    gauge("kn_revision_pods_desired", revision, 3 if number == 0 else 1, time)


def openfaas(tick, time):
    who = {"function_name": "resize.openfaas-fn"}
    counter("gateway_function_invocation", dict(who, code="200"), 3.0 * tick * STEP, time)
    for bound, share in zip(BUCKETS, [0.5, 0.9] + [1] * 9):
        add("gateway_functions_seconds", "histogram", "_bucket", dict(who, code="200", le="%g" % bound), 3.0 * tick * STEP * share, time)
    add("gateway_functions_seconds", "histogram", "_bucket", dict(who, code="200", le="+Inf"), 3.0 * tick * STEP, time)
    add("gateway_functions_seconds", "histogram", "_count", dict(who, code="200"), 3.0 * tick * STEP, time)
    gauge("gateway_service_count", who, 1, time)
    gauge("up", {"job": "openfaas", "instance": "gateway:8082"}, 1, time)


def jobs(tick, time):
    for name, active, suspended, failed, start in (("bert", 4, 0, 0, 21600), ("resnet", 0, 1, 0, None), ("nightly", 0, 0, 3, None)):
        job = {"namespace": "vision", "job_name": name}
        gauge("kube_job_status_active", job, active, time)
        gauge("kube_job_status_suspended", job, suspended, time)
        gauge("kube_job_status_failed", job, failed, time)
        if start:
            gauge("kube_job_status_start_time", job, END - start, time)


def queues(tick, time):
    for queue, active, stuck, admitted, used in (("vision", 2, 1, 4, 13), ("batch", 0, 0, 6, 6)):
        who = {"cluster_queue": queue}
        gauge("kueue_pending_workloads", dict(who, status="active"), active, time)
        gauge("kueue_pending_workloads", dict(who, status="inadmissible"), stuck, time)
        gauge("kueue_admitted_active_workloads", who, admitted, time)
        gauge("kueue_cluster_queue_resource_usage", dict(who, flavor="a100", resource="nvidia.com/gpu"), used, time)
        gauge("kueue_cluster_queue_nominal_quota", dict(who, flavor="a100", resource="nvidia.com/gpu"), 16, time)
        for bound, share in (("60", 0.4), ("600", 0.8), ("3600", 1.0), ("+Inf", 1.0)):
            add("kueue_admission_wait_time_seconds", "histogram", "_bucket", dict(who, le=bound), tick * share, time)
        add("kueue_admission_wait_time_seconds", "histogram", "_count", who, tick, time)


def pools(tick, time):
    pool = {"namespace": "serving", "horizontalpodautoscaler": "ocr"}
    gauge("kube_horizontalpodautoscaler_spec_min_replicas", pool, 1, time)
    gauge("kube_horizontalpodautoscaler_status_current_replicas", pool, 2, time)
    warm = {"pool": "ocr-warm", "function": "resize"}
    gauge("aiwf_pool_floor", warm, 2, time)
    counter("aiwf_pool_hits", warm, 9 * tick, time)
    counter("aiwf_pool_misses", warm, tick, time)
    counter("aiwf_pool_cold_starts_avoided", warm, 2 * tick, time)
    counter("aiwf_pool_idle_energy_joules", warm, 1.5 * tick * STEP, time)
    gauge("aiwf_function_instances", {"function_name": "resize.openfaas-fn", "state": "idle"}, 2, time)


def alerts(time):
    for name, severity, state, age, more in (
        ("AiwfNodeNotReady", "critical", "firing", 1320, {"node": node_name(NODES - 1)}),
        ("AiwfGpuIdle", "warning", "pending", 240, {"gpu": "0", "hostname": node_name(1), "pod": "ocr-00007"}),
    ):
        labels = dict({"alertname": name, "severity": severity}, **more)
        gauge("ALERTS", dict(labels, alertstate=state), 1, time)
        gauge("ALERTS_FOR_STATE", labels, END - age, time)


def other_pods(tick, time):
    for number in range(PODS):
        who = {"namespace": "team%d" % (number % 5), "pod": "web-%d" % number, "uid": "w-%d" % number}
        gauge("kube_pod_status_phase", dict(who, phase="Running"), 1, time)
        gauge("kepler_pod_cpu_watts", {"pod_namespace": who["namespace"], "pod_name": who["pod"], "state": "running", "zone": "package"}, 0.5, time)


def main():
    for tick in range(COUNT - SLOW, COUNT):
        time = END - (COUNT - 1 - tick) * STEP
        for number in range(NODES):
            node(number, tick, time)
            gpus(number, tick, time)
            held_pods(number, time)
        for number in range(FUNCTIONS):
            function(number, tick, time)
        for part in (openfaas, jobs, queues, pools, other_pods):
            part(tick, time)
        alerts(time)
    for (name, kind), lines in families.items():
        print("# TYPE %s %s" % (name, kind))
        print("\n".join(lines))
    print("# EOF")


main()
