"""OpenStack's verbs against the openstack client and curl, at the test bed's services."""
import os
import re
import subprocess
import tempfile
import time

from bed import bed_env
from measure import AIWF, aiwf, cpu_us, peak_mb, quiet, row, side_by_side


def bench_openstack(bed):
    """cluster list against the openstack client and against curl with a token in hand, at one Magnum."""
    with bed_env("openstack") as env, tempfile.TemporaryDirectory() as folder:
        os.environ.update(env)
        os.environ.update(OS_CLOUD="bed-demo", XDG_CACHE_HOME=folder)
        client = ["env", "PATH=/usr/bin:/bin", "openstack"]
        ours, theirs = [AIWF, "cluster", "list"], [*client, "coe", "cluster", "list"]
        told = aiwf("cluster", "list", "-v").stderr
        url = re.search(r"https?://\S+/v1/clusters", told)[0]
        token = subprocess.run([*client, "token", "issue", "-f", "value", "-c", "id"], capture_output=True, text=True, check=True).stdout.strip()
        secret = os.path.join(folder, "curl")
        with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.write(f'header = "X-Auth-Token: {token}"\nheader = "OpenStack-API-Version: container-infra 1.10"\nurl = "{url}"\n')
        curl = ["curl", "-sf", "-K", secret]
        a, b = side_by_side(ours, theirs, lambda argv: cpu_us(argv, 20 if argv is ours else 2), 3)
        row("cluster_list_cpu", "us", a, b, "<= 1/80 of the openstack client", lambda o, t, r: r <= 1 / 80)
        a, b = side_by_side(ours, curl, lambda argv: cpu_us(argv, 20))
        row("cluster_list_cpu_curl", "us", a, b, "<= curl + 2000 us", lambda o, t, r: o <= t + 2000)
        row("cluster_list_memory", "MB", peak_mb(ours), peak_mb(theirs), "<= 1/10 of the openstack client", lambda o, t, r: r <= 0.1)

        def wall_us(argv):
            start = time.perf_counter()
            quiet(argv)
            return (time.perf_counter() - start) * 1e6

        def server_us(argv):
            return float(subprocess.run([*argv, "-o", "/dev/null", "-w", "%{time_total}"], capture_output=True, text=True).stdout) * 1e6
        a, b = side_by_side(ours, curl, lambda argv: wall_us(argv) if argv is ours else server_us(argv), 20)
        row("cluster_list_wall", "us", a, b, "<= the server's own + 15 ms", lambda o, t, r: o <= t + 15000)
        requests = len(re.findall(r"^> [A-Z]+ /", aiwf("cluster", "list", "-v").stderr, re.M))
        row("cluster_list_requests", "requests", requests, 1, "1 with a cached token", lambda o, t, r: o == 1)
