#!/usr/bin/env python3
"""Exporters of a fleet that cannot be had here: dcgm-exporter, Kepler of its generations, node_exporter's RAPL,
kube-state-metrics, and Knative of both generations, in the text that each of them writes.

    fleet_exporter.py ADDRESS NAME [NODES GPUS_A_NODE FUNCTIONS PODS]

listens on a free port of ADDRESS for each node, whose exporters are its paths: /dcgm /kepler /kepler-gpu /kepler-09 /node; the first
port has the cluster's too: /ksm /knative /knative-118. It prints the first port. The same arguments give the same figures:
gauges stand still, unless MOVES is in the environment, and counters are their rate by the time since the start. On the first port:

    GET /told            the figures as "aiwf top -o json" must have them
    GET /urls            --scrape's arguments, a line each
    GET /targets         the same for Prometheus' file_sd_configs
    PUT /faults          its body says which there are from now on, a word each:
                         reset         counters begin again
                         bucketless    histograms have a sum and a count
                         escapes       the first function's name is one that a terminal would obey
                         broken-utf8   the first pod's name is no UTF-8: of the node's dcgm-exporter
                         behind        dcgm-exporter of the first node dates what it says, ten minutes ago
                         ahead         kube-state-metrics' times are those of a clock that is an hour ahead
                         hasty         node_exporter's processors idle twice as long as there was time
                         tenfold       ten times the pods, in all that names them
"""
import http.server
import json
import os
import sys
import threading
import time

ADDRESS, NAME = sys.argv[1:3]
NODES, GPUS, FUNCTIONS, PODS = (int(arg) for arg in (sys.argv[3:7] or "2 4 3 6".split()))
MOVES = "MOVES" in os.environ
BOUNDS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "7.5", "10"]
BOUNDS_MS = ["5", "10", "20", "40", "60", "80", "100", "150", "200", "250", "500", "1000"]
ESCAPES = "evil\x1b]0;owned\x07\x1b[31m"
STARTED = time.time()
faults, begun = set(), STARTED - 100
ports = []


def passed():
    return time.time() - begun


class Text:
    """Prometheus' text format 0.0.4: each family once, with its help and its type."""

    def __init__(self, at=None):
        self.families, self.at = {}, "" if at is None else " %d" % (at * 1000)

    def add(self, family, kind, labels, value, suffix=""):
        lines = self.families.setdefault(family, ["# HELP %s Of a fleet of the tests." % family, "# TYPE %s %s" % (family, kind)])
        text = ",".join('%s="%s"' % pair for pair in labels.items())
        lines.append("%s%s{%s} %.16g%s" % (family, suffix, text, value, self.at))

    def gauge(self, family, labels, value):
        self.add(family, "gauge", labels, value)

    def counter(self, family, labels, value):
        self.add(family, "counter", labels, value)

    def histogram(self, family, labels, bounds, shares, count):
        for bound, share in zip([] if "bucketless" in faults else bounds + ["+Inf"], shares + [1.0]):
            self.add(family, "histogram", dict(labels, le=bound), int(count * share), "_bucket")
        self.add(family, "histogram", labels, count * 0.04, "_sum")
        self.add(family, "histogram", labels, int(count), "_count")

    def bytes(self):
        return ("\n".join(line for lines in self.families.values() for line in lines) + "\n").encode("utf-8", "surrogateescape")


# What the fleet is: a thing's figures are a function of its number (and of the time, when it moves).


def node_name(node):
    return "%s-node-%d" % (NAME, node)


def is_held(node, gpu):
    return (node + gpu) % 4 != 3


def pod_name(number):
    return "train-%d" % number


def gpu_figures(node, gpu):
    tick = int(time.time() / 10) if MOVES else 0
    busy = (7 + node * 13 + gpu * 29 + tick * 7) % 100 if is_held(node, gpu) else 0
    return dict(busy=busy, used=600 + 700 * busy, free=80600 - 700 * busy, reserved=400, watts=60 + 3.25 * busy, temperature=30 + busy // 2,
                xid=79 if node == 1 and gpu == 0 else 0)


def node_figures(node):
    return dict(cpu=0.2 + 0.1 * (node % 7), memory=(1 + node % 6) / 8, package=150 + 10 * (node % 9), core=100, dram=20.5)


def function_name(number):
    return ESCAPES if number == 0 and "escapes" in faults else "fn-%d-00001" % number


def function_figures(number):
    slow = number % 2 == 0
    shares = [0, 0, 0.1, 0.5, 0.85, 0.97, 1, 1, 1, 1, 1, 1] if slow else [0.5, 0.9, 0.98, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    return dict(rps=4000 / (1 + number % 40), shares=shares, bad=0.02 if number == 1 else 0, ready=1 + number % 3, desired=2 + number % 2,
                old=number % 3 == 2)


def pods_of(node):
    """The namespace and the number of each pod of a node: those that hold its GPUs, then others."""
    for gpu in range(GPUS):
        if is_held(node, gpu):
            yield "%s-team%d" % (NAME, (node + gpu) % 3), node * 1000 + gpu
    others = PODS * (10 if "tenfold" in faults else 1)
    for number in range(node, others, NODES):
        yield "%s-web" % NAME, 1000000 + number


# What each exporter says.


def dcgm(node):
    text = Text(time.time() - 600 if "behind" in faults and node == 0 else None)
    for gpu in range(GPUS):
        is_broken = "broken-utf8" in faults and node == 0 and gpu == 0
        has = gpu_figures(node, gpu)
        who = {"gpu": gpu, "UUID": "GPU-%s-%d-%d" % (NAME, node, gpu), "pci_bus_id": "00000000:%02X:00.0" % (gpu + 1), "device": "nvidia%d" % gpu,
               "modelName": "NVIDIA H100 80GB HBM3", "Hostname" if node % 2 else "hostname": node_name(node), "DCGM_FI_DRIVER_VERSION": "550.90.07"}
        if is_held(node, gpu):
            who.update(container="main", namespace="%s-team%d" % (NAME, (node + gpu) % 3),
                       pod="train-\udcff\udcfe" if is_broken else pod_name(node * 1000 + gpu))
        for metric, value in (("GPU_UTIL", has["busy"]), ("FB_USED", has["used"]), ("FB_FREE", has["free"]), ("FB_RESERVED", has["reserved"]),
                              ("POWER_USAGE", has["watts"]), ("GPU_TEMP", has["temperature"]), ("XID_ERRORS", has["xid"])):
            text.gauge("DCGM_FI_DEV_" + metric, who, value)
        text.counter("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", who, int(has["watts"] * 1000 * passed()))
    return text


def kepler(node):
    text, has = Text(), node_figures(node)
    for zone in ("package", "core", "dram"):
        who = {"node_name": node_name(node), "path": "/sys/class/powercap/intel-rapl/" + zone, "zone": zone}
        text.counter("kepler_node_cpu_joules_total", who, has[zone] * passed())
        text.gauge("kepler_node_cpu_watts", who, has[zone])
    for namespace, number in pods_of(node):
        for zone, watts in (("package", 2), ("core", 1.5), ("dram", 0.25)):
            who = {"node_name": node_name(node), "pod_id": "p-%d" % number, "pod_name": pod_name(number), "pod_namespace": namespace,
                   "state": "running", "zone": zone}
            text.gauge("kepler_pod_cpu_watts", who, watts)
    return text


def kepler_gpu(node):
    """What comes besides where experimental.gpu.enabled is set."""
    text = Text()
    for gpu in range(GPUS):
        watts = gpu_figures(node, gpu)["watts"]
        who = {"gpu": gpu, "gpu_name": "NVIDIA H100 80GB HBM3", "gpu_uuid": "GPU-%s-%d-%d" % (NAME, node, gpu), "node_name": node_name(node),
               "vendor": "nvidia"}
        text.counter("kepler_node_gpu_joules_total", who, watts * passed())
        text.gauge("kepler_node_gpu_watts", who, watts)
        if is_held(node, gpu):
            number = node * 1000 + gpu
            pod = {"node_name": node_name(node), "pod_id": "p-%d" % number, "pod_name": pod_name(number),
                   "pod_namespace": "%s-team%d" % (NAME, (node + gpu) % 3)}
            text.gauge("kepler_pod_gpu_watts", dict(pod, state="running"), watts / 2)
            text.gauge("kepler_pod_gpu_watts", dict(pod, state="terminated"), 1000)
    return text


def kepler_09(node):
    text, has = Text(), node_figures(node)
    for mode, share in (("dynamic", 0.75), ("idle", 0.25)):
        for zone in ("package", "core", "dram"):
            who = {"instance": node_name(node), "mode": mode, "package": "0"}
            text.counter("kepler_node_%s_joules_total" % zone, who, has[zone] * share * passed())
        for namespace, number in pods_of(node):
            who = {"container_id": "c-%d" % number, "container_name": "main", "container_namespace": namespace, "mode": mode, "pod_name": pod_name(number)}
            text.counter("kepler_container_package_joules_total", who, 2 * share * passed())
    return text


def node_exporter(node):
    text, has = Text(), node_figures(node)
    text.gauge("node_uname_info", {"nodename": node_name(node), "machine": "x86_64", "sysname": "Linux"}, 1)
    text.counter("node_cpu_seconds_total", {"cpu": "0", "mode": "idle"}, passed() * (2 if "hasty" in faults else 1 - has["cpu"]))
    text.counter("node_cpu_seconds_total", {"cpu": "0", "mode": "user"}, passed() * has["cpu"])
    text.gauge("node_memory_MemTotal_bytes", {}, 512 << 30)
    text.gauge("node_memory_MemAvailable_bytes", {}, (512 << 30) * (1 - has["memory"]))
    for zone in ("package", "dram"):
        text.counter("node_rapl_%s_joules_total" % zone, {"index": "0", "path": "/sys/class/powercap/" + zone}, has[zone] * passed())
    return text


def ksm(_):
    text = Text()
    ahead = 3600 if "ahead" in faults else 0
    for node in range(NODES):
        name = node_name(node)
        text.gauge("kube_node_info", {"node": name, "internal_ip": "203.0.113.%d" % (node % 250), "kubelet_version": "v1.37.2"}, 1)
        for status in ("true", "false", "unknown"):
            text.gauge("kube_node_status_condition", {"node": name, "condition": "Ready", "status": status}, status == "true")
        text.gauge("kube_node_status_allocatable", {"node": name, "resource": "nvidia_com_gpu", "unit": "integer"}, GPUS)
        for namespace, number in pods_of(node):
            pod = {"namespace": namespace, "pod": pod_name(number), "uid": "p-%d" % number}
            for phase in ("Pending", "Succeeded", "Failed", "Unknown", "Running"):
                text.gauge("kube_pod_status_phase", dict(pod, phase=phase), phase == "Running")
            if number < 1000000:
                asked = {"container": "main", "node": name, "resource": "nvidia_com_gpu", "unit": "integer"}
                text.gauge("kube_pod_container_resource_requests", dict(pod, **asked), 1)
    job = {"namespace": NAME, "job_name": "long"}
    text.gauge("kube_job_status_active", job, 1)
    text.gauge("kube_job_status_start_time", job, STARTED - 1000 + ahead)
    return text


def functions(old):
    for number in range(FUNCTIONS):
        has = function_figures(number)
        if has["old"] == old:
            yield function_name(number), has


def knative(_):
    text = Text()
    for name, has in functions(False):
        who = {"k8s_namespace_name": NAME, "kn_revision_name": name}
        for code, share in (("200", 1 - has["bad"]), ("500", has["bad"])):
            if share:
                text.histogram("kn_serving_invocation_duration_seconds", dict(who, http_response_status_code=code), BOUNDS, has["shares"],
                               has["rps"] * share * passed())
        text.gauge("kn_revision_pods_count", who, has["ready"])
        text.gauge("kn_revision_pods_desired", who, has["desired"])
    return text


def knative_118(_):
    text = Text()
    for name, has in functions(True):
        who = {"namespace_name": NAME, "service_name": name[:-6], "configuration_name": name[:-6], "revision_name": name}
        answers = dict(who, response_code="200", response_code_class="2xx")
        text.counter("revision_app_request_count", answers, int(has["rps"] * passed()))
        text.histogram("revision_app_request_latencies", answers, BOUNDS_MS, has["shares"], has["rps"] * passed())
        text.gauge("autoscaler_actual_pods", who, has["ready"])
        text.gauge("autoscaler_desired_pods", who, has["desired"])
    return text


PER_NODE = {"/dcgm": dcgm, "/kepler": kepler, "/kepler-gpu": kepler_gpu, "/kepler-09": kepler_09, "/node": node_exporter}
CLUSTER = {"/ksm": ksm, "/knative": knative, "/knative-118": knative_118}
JOBS = {"/dcgm": "dcgm-exporter", "/kepler": "kepler", "/kepler-gpu": "kepler-gpu", "/kepler-09": "kepler-09", "/node": "node-exporter",
        "/ksm": "kube-state-metrics", "/knative": "knative", "/knative-118": "knative-118"}


# What the figures are.


def quantile(q, bounds, shares, scale):
    low, below = 0.0, 0.0
    for bound, share in zip(bounds, shares):
        if share >= q:
            return scale * (low + (float(bound) - low) * (q - below) / (share - below))
        low, below = float(bound), share
    return scale * low


def told_gpu(node, gpu):
    has = gpu_figures(node, gpu)
    holder = "%s-team%d/%s" % (NAME, (node + gpu) % 3, pod_name(node * 1000 + gpu)) if is_held(node, gpu) else None
    return dict(name="%s/%d" % (node_name(node), gpu), busy_ratio=has["busy"] / 100, memory_used_bytes=has["used"] << 20,
                memory_total_bytes=(has["used"] + has["free"] + has["reserved"]) << 20, power_w=has["watts"], temperature_c=has["temperature"],
                xid=has["xid"], holder=holder, model="NVIDIA H100 80GB HBM3")


def told_function(number):
    has = function_figures(number)
    bounds, scale = (BOUNDS_MS, 1) if has["old"] else (BOUNDS, 1000)
    p50, p95, p99 = (None if "bucketless" in faults else quantile(q, bounds, has["shares"], scale) for q in (0.5, 0.95, 0.99))
    return dict(name="%s/%s" % (NAME, function_name(number)), rps=has["rps"], p50_ms=p50, p95_ms=p95, p99_ms=p99, error_ratio=has["bad"],
                ready=has["ready"], desired=has["desired"])


def told_node(node):
    has = node_figures(node)
    return dict(name=node_name(node), state="Ready", cpu_ratio=has["cpu"], memory_ratio=has["memory"], power_w=has["package"] + has["dram"],
                gpus_held=sum(is_held(node, gpu) for gpu in range(GPUS)), gpus=GPUS)


def told_consumers():
    drawn = {}
    for node in range(NODES):
        for namespace, number in pods_of(node):
            one = drawn.setdefault(namespace, dict(name=namespace, gpus_power_w=None, nodes_power_w=0, gpus=None))
            one["nodes_power_w"] += 2.25
            if number < 1000000:
                one["gpus"] = (one["gpus"] or 0) + 1
                one["gpus_power_w"] = (one["gpus_power_w"] or 0) + gpu_figures(node, number % 1000)["watts"]
    return list(drawn.values())


def told():
    return dict(gpus=[told_gpu(node, gpu) for node in range(NODES) for gpu in range(GPUS)], functions=[told_function(number) for number in range(FUNCTIONS)],
                nodes=[told_node(node) for node in range(NODES)], consumers=told_consumers())


def targets():
    for node, port in enumerate(ports):
        for path in [*PER_NODE, *(CLUSTER if node == 0 else [])]:
            yield JOBS[path], "%s:%d" % (ADDRESS, port), path


def file_sd():
    return [{"targets": [address], "labels": {"job": job, "__metrics_path__": path, "__scheme__": "http"}} for job, address, path in targets()]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        node = ports.index(self.server.server_address[1])
        says = dict(PER_NODE, **CLUSTER).get(self.path)
        if says:
            self.answer(200, "text/plain; version=0.0.4; charset=utf-8", says(node).bytes())
        elif self.path == "/urls":
            self.answer(200, "text/plain", "".join("%s=http://%s%s\n" % one for one in targets()).encode())
        elif self.path in ("/told", "/targets"):
            self.answer(200, "application/json", json.dumps(told() if self.path == "/told" else file_sd()).encode())
        else:
            self.answer(404, "text/plain", b"")

    def do_PUT(self):
        global begun
        words = set(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode().split())
        if "reset" in words - faults:
            begun = time.time()
        faults.clear()
        faults.update(words)
        self.answer(204, "text/plain", b"")

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A client that has gone is none of ours."""


def main():
    servers = [Server((ADDRESS, 0), Handler) for _ in range(NODES)]
    ports.extend(server.server_address[1] for server in servers)
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(ports[0], flush=True)
    servers[0].serve_forever()


main()
