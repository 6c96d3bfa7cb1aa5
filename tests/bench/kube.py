"""Kubernetes' verbs against kubectl, at the test bed's API server with 10,000 pods on 500 nodes."""
import os
import subprocess
import tempfile
import time

from bed import bed, bed_env
from measure import AIWF, cpu_us, peak_mb, quiet, row, side_by_side

JOB = """
apiVersion: batch/v1
kind: Job
metadata: {{name: bench-{n}, namespace: kwok}}
spec: {{suspend: true, template: {{spec: {{restartPolicy: Never, containers: [{{name: main, image: "dev.local/echo:1"}}]}}}}}}
---
"""


def wall_us(argv):
    start = time.perf_counter()
    quiet(argv)
    return (time.perf_counter() - start) * 1e6


def with_jobs(count):
    manifest = "".join(JOB.format(n=n) for n in range(count))
    subprocess.run(["kubectl", "apply", "-f", "-"], input=manifest, text=True, check=True, stdout=subprocess.DEVNULL)


def bench_small_list():
    ours, theirs = [AIWF, "train", "list"], ["kubectl", "get", "jobs", "-n", "kwok"]
    a, b = side_by_side(ours, theirs, lambda argv: cpu_us(argv, 10))
    row("train_list_small_cpu", "us", a, b, "<= 1/5 of kubectl", lambda o, t, r: r <= 1 / 5)
    row("train_list_small_memory", "MB", peak_mb(ours), 8, "<= 8 MB, over TLS", lambda o, t, r: o <= t)


def bench_big_cluster():
    ours, theirs = [AIWF, "train", "list", "-A"], ["kubectl", "get", "pods", "-A"]
    a, b = side_by_side(ours, theirs, wall_us)
    row("train_list_10k_pods_wall", "us", a, b, "<= 1/3 of kubectl get pods", lambda o, t, r: r <= 1 / 3)
    a, b = side_by_side(ours, theirs, lambda argv: cpu_us(argv, 3), 3)
    row("train_list_10k_pods_cpu", "us", a, b, "<= 1/4 of kubectl get pods", lambda o, t, r: r <= 1 / 4)
    row("train_list_10k_pods_memory", "MB", peak_mb(ours), peak_mb(theirs), "<= 1/5 of kubectl get pods", lambda o, t, r: r <= 1 / 5)


def bench_watch():
    """The first 20 s of a watch over all pods: what it holds at its peak."""
    ours = ["timeout", "-s", "INT", "20", AIWF, "api", "kube", "WATCH", "pods", "-n", "load", "-o", "name"]
    theirs = ["timeout", "-s", "INT", "20", "kubectl", "get", "pods", "-n", "load", "-w", "-o", "name"]
    row("watch_10k_pods_memory", "MB", peak_mb(ours), peak_mb(theirs), "< 32 MB", lambda o, t, r: o < 32)


def bench_kube(_):
    with bed_env("kube") as env, tempfile.TemporaryDirectory() as folder:
        os.environ.update(env)
        os.environ.update(XDG_CACHE_HOME=folder, AIWF_CONTEXT="bed", AIWF_NAMESPACE="kwok")
        with_jobs(20)
        try:
            bench_small_list()
            bed("load", "500", "10000", check=True)
            bench_big_cluster()
            bench_watch()
        finally:
            bed("unload")
            quiet(["kubectl", "delete", "jobs", "-n", "kwok", *(f"bench-{n}" for n in range(20))])
