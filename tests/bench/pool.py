"""A function of a cluster at the test bed: its first request with a pool against a warm one and against a cold start."""
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.request

from bed import bed_env
from measure import AIWF, quiet, row

NS, NAME, ROUNDS, WARM = "bench-pool", "bench", 5, 50


def ours(*args, check=True):
    return subprocess.run([AIWF, *args], capture_output=True, text=True, check=check, stdin=subprocess.DEVNULL).stdout


def ask(env):
    """Milliseconds of one request over a new connection."""
    request = urllib.request.Request(env["KNATIVE_URL"] + "/", headers={"Host": f"{NAME}.{NS}.{env['KNATIVE_DOMAIN']}"})
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()
    return (time.perf_counter() - start) * 1e3


def p99(values):
    return sorted(values)[min(len(values) - 1, int(0.99 * len(values)))]


def first_requests(env):
    """After the window in which Knative would have taken the last instance away."""
    firsts = []
    for _ in range(ROUNDS):
        time.sleep(15)
        firsts.append(ask(env))
    return firsts


def bench_first(env):
    cold = json.loads(ours("function", "coldstart", NAME, "-n", str(ROUNDS), "-o", "json"))
    ours("pool", "create", "bench-warm", "--function", NAME, "--min", "1")
    warm = [ask(env) for _ in range(WARM)]
    firsts = first_requests(env)
    row("pool_first_request_p99", "ms", p99(firsts), p99(warm), "<= 1.2x of warm", lambda o, t, r: r <= 1.2)
    row("pool_first_request_p50", "ms", statistics.median(firsts), cold["total_p50_ms"], "against a cold start", lambda o, t, r: True)
    row("coldstart_sum_of_stages", "ms", cold["sum_error_ms"], 5, "within 5 ms of the whole", lambda o, t, r: o <= t)


def bench_pool(_):
    with bed_env("knative") as env, tempfile.TemporaryDirectory() as folder:
        os.environ.update(env)
        os.environ.update(XDG_CACHE_HOME=folder, AIWF_CONTEXT="bed", AIWF_NAMESPACE=NS, AIWF_KNATIVE=env["KNATIVE_URL"])
        quiet(["kubectl", "create", "namespace", NS])
        try:
            ours("function", "deploy", NAME, "--image", "dev.local/echo:1", "--idle", "6s")
            bench_first(env)
        finally:
            quiet(["kubectl", "delete", "ksvc", "-n", NS, "--all", "--wait=false"])
            quiet(["kubectl", "delete", "namespace", NS, "--wait=false"])
