#!/usr/bin/env python3
"""Twenty minutes of a busy gateway, as OpenMetrics with time stamps, the same at every run.

    history.py [END] >history.om ; promtool tsdb create-blocks-from openmetrics history.om DATA

END is a Unix time (default 2026-11-24T10:00:00Z). One sample every 15 s."""
import sys

END = int(sys.argv[1]) if len(sys.argv) > 1 else 1795514400
STEP, COUNT = 15, 81
BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
FUNCTIONS = {  # name: requests/s, share in each bucket (what is left is in +Inf), cold share, watts
    "ocr": (40.0, [0, 0, 0.1, 0.5, 0.85, 0.97, 1, 1, 1, 1, 1], 0.004, 12.0),
    "resize": (3.0, [0.5, 0.9, 1, 1, 1, 1, 1, 1, 1, 1, 1], 0.0, 0.6),
    "score": (0.0, [0] * 11, 0.0, 0.0),
    "evil\x1b[31m\x1b]0;owned\x07": (1.0, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 1.0, 0.1),
}
JOBS = {"bert": ("Running", 8, 1.9, 5400, 91000.0), "resnet": ("Queued", 8, 0.0, None, None), "nightly": ("Failed", 1, 0.0, 62, 410.0)}
GPUS = [("0", "NVIDIA A100-SXM4-80GB", 0.97, 71000, 389.0, 74), ("1", "NVIDIA A100-SXM4-80GB", 0.03, 18000, 92.0, 41)]


def wave(tick, low, high):
    """A saw tooth of 20 steps."""
    return low + (high - low) * (tick % 20) / 19


class Family:
    def __init__(self, name, kind):
        self.name, self.kind, self.lines = name, kind, []

    def add(self, suffix, labels, value, time):
        text = ",".join('%s="%s"' % pair for pair in labels.items())
        self.lines.append("%s%s{%s} %.10g %d" % (self.name, suffix, text, value, time))


def functions(families, tick, time):
    for name, (rps, shares, cold, watts) in FUNCTIONS.items():
        who = {"function_name": name + ".openfaas-fn"}
        total = rps * tick * STEP + (100 if rps else 0)
        bad = total * 0.01 if name == "ocr" else 0
        families["invocations"].add("_total", dict(who, code="200"), total - bad, time)
        if bad:
            families["invocations"].add("_total", dict(who, code="500"), bad, time)
        for bound, share in zip(BUCKETS, shares):
            families["seconds"].add("_bucket", dict(who, code="200", le="%g" % bound), total * share, time)
        families["seconds"].add("_bucket", dict(who, code="200", le="+Inf"), total, time)
        families["seconds"].add("_count", dict(who, code="200"), total, time)
        families["seconds"].add("_sum", dict(who, code="200"), total * 0.05, time)
        families["replicas"].add("", who, 2 if rps > 10 else 1 if rps else 0, time)
        families["cold"].add("_bucket", dict(who, le="+Inf"), total * cold, time)
        families["cold"].add("_count", who, total * cold, time)
        families["cold"].add("_sum", who, total * cold * 0.2, time)
        families["workload"].add("_total", {"kind": "function", "name": name, "source": "model"}, watts * tick * STEP, time)


def jobs(families, tick, time):
    for name, (state, gpus, cores, seconds, joules) in JOBS.items():
        families["job_info"].add("", {"name": name, "state": state}, 1, time)
        families["job_gpus"].add("", {"name": name}, gpus, time)
        if seconds is not None:
            families["job_seconds"].add("", {"name": name}, seconds, time)
            families["cpu"].add("_total", {"kind": "job", "name": name}, cores * tick * STEP, time)
            families["workload"].add("_total", {"kind": "job", "name": name, "source": "model"}, joules, time)
    for state in ("Queued", "Running", "Succeeded", "Failed", "Cancelled"):
        families["jobs"].add("", {"state": state}, sum(job[0] == state for job in JOBS.values()), time)


def host(families, tick, time):
    zone = {"source": "model", "zone": "machine", "estimated": "true"}
    families["watts"].add("", zone, wave(tick, 30, 60), time)
    families["joules"].add("_total", zone, 45.0 * tick * STEP, time)
    families["up"].add("", {"job": "aiwf", "instance": "127.0.0.1:31112"}, 1, time)
    for gpu, model, busy, used, watts, temperature in GPUS:
        who = {"gpu": gpu, "UUID": "GPU-" + gpu, "modelName": model, "hostname": "ml-node-0"}
        holder = {"pod": "train-0"} if gpu == "0" and tick > 40 else {}  # another holder is another series
        families["util"].add("", dict(who, **holder), 100 * (busy if gpu == "1" or tick > 40 else wave(tick, 0.2, 0.9)), time)
        families["used"].add("", who, used, time)
        families["gpu_watts"].add("", who, watts, time)
        families["temp"].add("", who, temperature, time)


def main():
    families = {
        "invocations": Family("gateway_function_invocation", "counter"),
        "seconds": Family("gateway_functions_seconds", "histogram"),
        "replicas": Family("gateway_service_count", "gauge"),
        "cold": Family("aiwf_function_cold_start_seconds", "histogram"),
        "workload": Family("aiwf_workload_energy_joules", "counter"),
        "cpu": Family("aiwf_process_cpu_seconds", "counter"),
        "job_info": Family("aiwf_job_info", "gauge"),
        "job_gpus": Family("aiwf_job_gpus", "gauge"),
        "job_seconds": Family("aiwf_job_run_seconds", "gauge"),
        "jobs": Family("aiwf_jobs", "gauge"),
        "watts": Family("aiwf_power_watts", "gauge"),
        "joules": Family("aiwf_energy_joules", "counter"),
        "up": Family("up", "gauge"),
        "util": Family("DCGM_FI_DEV_GPU_UTIL", "gauge"),
        "used": Family("DCGM_FI_DEV_FB_USED", "gauge"),
        "gpu_watts": Family("DCGM_FI_DEV_POWER_USAGE", "gauge"),
        "temp": Family("DCGM_FI_DEV_GPU_TEMP", "gauge"),
    }
    for tick in range(COUNT):
        time = END - (COUNT - 1 - tick) * STEP
        functions(families, tick, time)
        jobs(families, tick, time)
        host(families, tick, time)
    for family in families.values():
        print("# TYPE %s %s" % (family.name, family.kind))
        print("\n".join(family.lines))
    print("# EOF")


main()
