"""The program itself and the local runtime: start, memory, cold starts, a thousand functions."""
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time

from measure import AIWF, PYTHON, ROOT, aiwf, compile_c, cpu_us, peak_mb, quiet, row, side_by_side


class Local:
    """A scratch home with a local runtime and a C function behind it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="aiwf-bench.")
        for name in list(os.environ):
            if name.startswith(("XDG_", "AIWF_", "OPENFAAS_")) and name != "AIWF_TOOLS":
                del os.environ[name]
        os.environ["HOME"] = self.dir
        self.echo = compile_c(os.path.join(ROOT, "testdata/functions/echo.c"), os.path.join(self.dir, "echo"))
        self.oneline = compile_c(os.path.join(ROOT, "tests/bench/oneline.c"), os.path.join(self.dir, "oneline"))
        self.coldref = compile_c(os.path.join(ROOT, "tests/bench/coldref.c"), os.path.join(self.dir, "coldref"))
        self.gateway = None

    def up(self):
        if not self.gateway:
            status = json.loads(aiwf("local", "up", "-o", "json").stdout)
            self.gateway, self.pid = status["gateway"], status["pid"]
            self.password = open(status["password_file"]).read().strip()
        return self

    def down(self):
        if self.gateway:
            aiwf("local", "down", check=False)
        shutil.rmtree(self.dir, ignore_errors=True)


def bench_start(bed):
    for name, argv in (("start_version_cpu", ["--version"]), ("start_help_cpu", ["-h"]), ("start_completion_cpu", ["completion", "bash"])):
        ours, theirs = side_by_side([AIWF, *argv], [bed.oneline], lambda a: cpu_us(a, 100))
        row(name, "us", ours, theirs, "<= 2x a one-line C program", lambda o, t, r: r <= 2)


def bench_memory(bed):
    bed.up()
    for name, argv in (("memory_version", ["--version"]), ("memory_context_list", ["context", "list"]), ("memory_function_list", ["function", "list"]),
                       ("memory_function_list_json", ["function", "list", "-o", "json", "--jq", ".items|length"])):
        row(name, "MB", peak_mb([AIWF, *argv]), 8, "<= 8 MB", lambda o, t, r: o <= t)


PYTHON_SERVER = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET

    def log_message(self, *args):
        pass


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def python_server(bed):
    path = os.path.join(bed.dir, "server.py")
    with open(path, "w") as f:
        f.write(PYTHON_SERVER)
    return path


def coldstart_us(name, n):
    report = json.loads(aiwf("function", "coldstart", name, "-n", str(n), "-o", "json").stdout)
    return report["total_p50_ms"] * 1e3


def bench_cold(bed):
    bed.up()
    server = python_server(bed)
    for name, command, limit, n in (("c", bed.echo, 3, 20), ("python", f"{PYTHON} {server}", 1.15, 10)):
        aiwf("function", "deploy", f"cold-{name}", "--command", f"exec {command}", "--mode", "http", "--scale", "0..1")
        reference = lambda _: statistics.median(float(x) for x in subprocess.run([bed.coldref, str(n), *command.split()], capture_output=True, text=True).stdout.split())
        ours, theirs = side_by_side(f"cold-{name}", None, lambda f: coldstart_us(f, n) if f else reference(f), 3)
        row(f"cold_start_{name}", "us", ours, theirs, f"<= {limit}x fork+exec+listen+connect", lambda o, t, r: r <= limit)


def deploy_many(bed, name, count):
    """Their names."""
    names = [f"{name}{i:04}" for i in range(count)]
    for one in names:
        body = json.dumps(dict(service=one, image="-", envProcess="cat", labels={"com.openfaas.scale.zero": "true", "com.openfaas.scale.min": "0"}))
        quiet(["curl", "-sf", "-u", f"admin:{bed.password}", "-d", body, f"{bed.gateway}/system/functions"], check=True)
    return names


def bench_many(bed):
    bed.up()
    deploy_many(bed, "f", 1000)
    curl = ["curl", "-s", "-u", f"admin:{bed.password}", f"{bed.gateway}/system/aiwf/functions"]

    def wall_us(argv):
        start = time.perf_counter()
        for _ in range(20):
            quiet(argv)
        return (time.perf_counter() - start) / 20 * 1e6
    ours, theirs = side_by_side([AIWF, "function", "list"], curl, wall_us)
    row("list_1000_functions_wall", "us", ours, theirs, "< 2x curl of the same list", lambda o, t, r: r < 2)
    time.sleep(3)

    def cpu_ticks():
        fields = open(f"/proc/{bed.pid}/stat").read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    before = cpu_ticks()
    time.sleep(10)
    row("idle_gateway_cpu", "ticks/10s", cpu_ticks() - before, 1, "no measurable CPU", lambda o, t, r: o <= 1)
    rss = int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{bed.pid}/status").read())[1]) / 1024
    row("idle_gateway_memory", "MB", rss, 16, "< 16 MB with 1,000 functions", lambda o, t, r: o < t)
