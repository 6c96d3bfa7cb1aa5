"""How things are measured: rows of the table, CPU, memory and wall time of commands, peers that run meanwhile."""
import contextlib
import os
import re
import resource
import signal
import socket
import statistics
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("B", "build"))
AIWF = os.path.join(BUILD, "aiwf")
TOOLS = os.environ.get("AIWF_TOOLS", os.path.expanduser("~/.cache/aiwf-tools"))
PYTHON = "/usr/bin/python3"
rows = []


def row(name, unit, ours, theirs, goal, holds):
    """One line of the table; theirs is the peer's figure or the limit; holds(ours, theirs, ratio)."""
    ratio = ours / theirs if theirs else None
    entry = dict(name=name, unit=unit, ours=round(ours, 3), theirs=round(theirs, 3),
                 ratio=round(ratio, 3) if ratio is not None else None, goal=goal, holds=bool(holds(ours, theirs, ratio)))
    rows.append(entry)
    print(f"{name:34} {entry['ours']:>12} {entry['theirs']:>12} {unit:9} "
          f"{entry['ratio'] if entry['ratio'] is not None else '-':>8}  {goal:28} {'holds' if entry['holds'] else 'MISSED'}", flush=True)


def compile_c(source, out):
    subprocess.run(["gcc", "-O2", "-D_GNU_SOURCE", "-o", out, source], check=True)
    return out


def quiet(argv, **more):
    return subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **more)


def cpu_us(argv, runs):
    """CPU (user and system) of one run, in microseconds, the mean over many."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(runs):
        quiet(argv)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent / runs * 1e6


def side_by_side(ours, theirs, measure, rounds=5):
    """Medians of both, measured in turn and each first half of the time, so that the machine's drift meets both."""
    a, b = [], []
    for i in range(rounds):
        for what, figures in ((ours, a), (theirs, b)) if i % 2 == 0 else ((theirs, b), (ours, a)):
            figures.append(measure(what))
    return statistics.median(a), statistics.median(b)


def peak_mb(argv):
    """By a small parent: the kernel counts what was there before exec, which from here would be Python's."""
    err = subprocess.run(["/usr/bin/time", "-f", "%M", *argv], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return int(err.split()[-1]) / 1024


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens on {port}")


@contextlib.contextmanager
def running(argv, port=None, env=None, **more):
    process = subprocess.Popen(argv, env=dict(os.environ, **(env or {})), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    try:
        if port:
            wait_port(port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wrk(url, connections, seconds=4, prefix=()):
    out = subprocess.run([*prefix, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", url], capture_output=True, text=True).stdout
    p50 = re.search(r"50%\s+([\d.]+)(us|ms|s)", out)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if not p50 or not rate or "Non-2xx" in out:
        raise SystemExit(f"wrk {url}: {out}")
    return float(p50[1]) * {"us": 1, "ms": 1e3, "s": 1e6}[p50[2]], float(rate[1])


def aiwf(*args, check=True):
    return subprocess.run([AIWF, *args], capture_output=True, text=True, check=check, stdin=subprocess.DEVNULL)
