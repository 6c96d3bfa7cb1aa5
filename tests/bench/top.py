"""top before a fleet: 1,000 GPUs, 2,000 functions and 10,000 pods, in a Prometheus that has them (testdata/top/cluster.py); and
beside k9s, at the test bed's API server with 10,000 pods."""
import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import urllib.request

from bed import bed, bed_env
from measure import AIWF, PYTHON, ROOT, aiwf, free_port, row, running
from peers import CannotBuild, go_program

FLEET = ["125", "8", "2000", "10000"]
ROWS, COLS, SECONDS = 70, 250, 20
TICKS = os.sysconf("SC_CLK_TCK")


class Screen:
    """A command in a terminal of its own."""

    def __init__(self, argv):
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LINES=str(ROWS), COLUMNS=str(COLS))
            os.execvp(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))

    def read(self, seconds):
        """How many bytes come within that time."""
        end, n = time.perf_counter() + seconds, 0
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                n += len(os.read(self.fd, 1 << 20))
        return n

    def until(self, text, seconds=60):
        """Seconds from the start until it is written."""
        got = b""
        while text not in got:
            if not select.select([self.fd], [], [], self.started + seconds - time.perf_counter())[0]:
                raise SystemExit(f"{text} is not on the screen, but {got[-300:]}")
            got += os.read(self.fd, 1 << 20)
        return time.perf_counter() - self.started

    def cpu(self):
        with open(f"/proc/{self.pid}/stat") as f:
            words = f.read().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS

    def peak_mb(self):
        with open(f"/proc/{self.pid}/status") as f:
            return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM"))

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        with contextlib.suppress(OSError):
            while os.read(self.fd, 1 << 20):
                pass
        os.waitpid(self.pid, 0)


@contextlib.contextmanager
def on_screen(argv):
    screen = Screen(argv)
    try:
        yield screen
    finally:
        screen.end()


def wait_ready(url):
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(url + "/-/ready", timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise SystemExit(url + " does not get ready")


@contextlib.contextmanager
def prometheus_of_fleet():
    with tempfile.TemporaryDirectory() as folder:
        history, data, settings = (os.path.join(folder, name) for name in ("history.om", "data", "prometheus.yml"))
        with open(history, "w") as f:
            # What it has ends as late as the measuring does.
            subprocess.run([PYTHON, os.path.join(ROOT, "testdata/top/cluster.py"), str(int(time.time()) + 60), *FLEET], stdout=f, check=True)
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", history, data], stdout=subprocess.DEVNULL, check=True)
        os.unlink(history)
        with open(settings, "w"):
            pass
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        argv = ["prometheus", "--config.file=" + settings, "--storage.tsdb.path=" + data, f"--web.listen-address=127.0.0.1:{port}"]
        with running(argv, port):
            wait_ready(url)
            yield url


def rounds_answered(url):
    """How often it has said what alerts there are: once a refresh."""
    with urllib.request.urlopen(url + "/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("prometheus_http_requests_total{") and '"/api/v1/alerts"' in line)


def bench_fleet(url):
    aiwf("top", "--once", "-o", "json", "--prometheus", url)  # warm
    with on_screen([AIWF, "top", "--prometheus", url]) as screen:
        row("top_first_frame", "ms", screen.until(b"aiwf top") * 1e3, 100, "< 100 ms", lambda o, t, r: o < 100)
        row("top_first_figures", "ms", screen.until(b"ml-node-") * 1e3, 0, "what Prometheus takes", lambda o, t, r: True)
        screen.read(5)
        cpu, before = screen.cpu(), rounds_answered(url)
        written = screen.read(SECONDS) / SECONDS
        spent, refreshes = screen.cpu() - cpu, rounds_answered(url) - before
        row("top_fleet_refresh_cpu", "ms", spent * 1e3 / refreshes, 30, "< 30 ms", lambda o, t, r: o < 30)
        # A refresh takes this Prometheus longer than the interval: of one that is in time.
        row("top_fleet_core_share", "%", spent / refreshes / 2 * 100, 2, "< 2 % at 2 s", lambda o, t, r: o < 2)
        row("top_fleet_refresh_wall", "ms", SECONDS * 1e3 / refreshes, 0, "what Prometheus takes", lambda o, t, r: True)
        row("top_fleet_memory", "MB", screen.peak_mb(), 40, "< 40 MB", lambda o, t, r: o < 40)
        row("top_fleet_writes", "B/s", written, 0, "only what changed", lambda o, t, r: True)


def peer():
    """k9s, or where it cannot be built kubectl's watch, which draws no screen."""
    try:
        return "k9s", [go_program("k9s", "github.com/derailed/k9s", "v0.50.16"), "--readonly", "-A", "-c", "pods"]
    except CannotBuild as why:
        print(f"k9s cannot be built ({why}): kubectl get pods -A --watch stands in for it")
        return "kubectl", ["kubectl", "get", "pods", "-A", "--watch"]


def a_minute(argv):
    """CPU of a minute after the start, and the peak of memory."""
    with on_screen(argv) as screen:
        screen.read(15)
        cpu = screen.cpu()
        screen.read(SECONDS)
        return (screen.cpu() - cpu) * 60 / SECONDS, screen.peak_mb()


def bench_peer():
    with bed_env("kube", "prometheus", "ksm") as env:
        os.environ.update(env)
        try:
            bed("load", "500", "10000", check=True)
            name, argv = peer()
            theirs = a_minute(argv)
            ours = a_minute([AIWF, "top", "--prometheus", env["PROMETHEUS_URL"]])
            row("top_beside_" + name + "_cpu", "s/min", ours[0], theirs[0], "<= 1/10 of " + name, lambda o, t, r: o <= t / 10)
            row("top_beside_" + name + "_memory", "MB", ours[1], theirs[1], "<= 1/5 of " + name, lambda o, t, r: o <= t / 5)
        finally:
            bed("unload")


def bench_top(_):
    with prometheus_of_fleet() as url:
        bench_fleet(url)
    bench_peer()
