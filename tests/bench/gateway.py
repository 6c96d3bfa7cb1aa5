"""The local gateway against nginx, the OpenFaaS gateway and asking the function directly."""
import contextlib
import os
import subprocess

from local import python_server
from measure import PYTHON, TOOLS, aiwf, free_port, row, running, side_by_side, wrk

NGINX = """
worker_processes {workers}; daemon off; pid {dir}/nginx.pid; error_log {dir}/nginx.err;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  upstream function {{ server 127.0.0.1:{function}; keepalive 256; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port}; keepalive_requests 1000000000;
    location / {{ proxy_pass http://function; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
"""


@contextlib.contextmanager
def nginx_running(bed, workers, function, port):
    folder = os.path.join(bed.dir, f"nginx-{workers}")
    os.makedirs(folder)
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as f:
        f.write(NGINX.format(dir=folder, workers=workers, function=function, port=port))
    with running(["nginx", "-c", conf], port):
        yield


def echo_function(bed):
    bed.up()
    aiwf("function", "deploy", "echo", "--if-not-exists", "--command", f"exec {bed.echo}", "--mode", "http", "--scale", "1..1", "--concurrency", "1000")
    return f"{bed.gateway}/function/echo"


def bench_proxy(bed):
    through = echo_function(bed)
    function, port = free_port(), free_port()
    single = free_port()
    direct, nginx = f"http://127.0.0.1:{function}/", f"http://127.0.0.1:{port}/"
    with running([bed.echo], function, {"PORT": str(function)}), nginx_running(bed, "auto", function, port), nginx_running(bed, "1", function, single):
        ours, theirs = side_by_side(through, direct, lambda u: wrk(u, 1, 2)[0])
        row("gateway_latency_added_p50", "us", ours - theirs, 60, "<= 60 us over direct", lambda o, t, r: o <= t)
        ours, theirs = side_by_side(nginx, direct, lambda u: wrk(u, 1, 2)[0], 3)
        row("nginx_latency_added_p50", "us", ours - theirs, 60, "for comparison", lambda o, t, r: True)
        # Two runs of one program differ by a fifth on two cores (who wakes whom where): it takes many to tell.
        ours, theirs = side_by_side(through, nginx, lambda u: wrk(u, 32, 2)[1], 21)
        row("gateway_rate_against_nginx", "req/s", ours, theirs, ">= 0.9x nginx, a worker a core", lambda o, t, r: r >= 0.9)
        ours, theirs = side_by_side(through, f"http://127.0.0.1:{single}/", lambda u: wrk(u, 32, 2)[1], 11)
        row("gateway_rate_against_nginx_single", "req/s", ours, theirs, ">= 0.9x nginx, one worker", lambda o, t, r: r >= 0.9)


@contextlib.contextmanager
def openfaas_running(bed, provider, port):
    """The OpenFaaS gateway in front of the same function, in a network namespace of its own; gives the command that
    enters it, and the function's URL there. Behind that gateway there is always a provider, which passes calls on."""
    script = f"""
ip link set lo up
PORT=9000 {bed.echo} >/dev/null & f=$!
{provider} >/dev/null & p=$!
functions_provider_url=http://127.0.0.1:{port}/ basic_auth=false scale_from_zero=false read_timeout=60s write_timeout=60s upstream_timeout=55s \
  faas_prometheus_host=127.0.0.1 faas_prometheus_port=9090 {TOOLS}/bin/gateway >/dev/null & g=$!
trap 'kill $g $p $f' TERM
i=0; until [ "$(curl -s http://127.0.0.1:8080/function/echo)" = ok ] || [ $i = 100 ]; do sleep 0.1; i=$((i+1)); done
echo $i
wait
"""
    gateway = subprocess.Popen(["unshare", "--net", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if gateway.stdout.readline() in ("", "100\n"):
            raise SystemExit("the OpenFaaS gateway did not answer")
        yield ["nsenter", f"--net=/proc/{gateway.pid}/ns/net", "http://127.0.0.1:8080/function/echo"]
    finally:
        gateway.terminate()
        gateway.wait()


def bench_openfaas(bed):
    missing = [f"{TOOLS}/bin/{name}" for name in ("gateway", "provider") if not os.path.exists(f"{TOOLS}/bin/{name}")]
    if os.geteuid() != 0 or missing:
        why = f"needs {missing[0]}: tests/tools/deps.sh bench builds it" if missing else "needs root (a network namespace: that gateway listens on every interface)"
        print(f"gateway_rate_against_openfaas: {why}")
        return
    through = echo_function(bed)
    rate = lambda where: wrk(where[-1], 32, 3, where[:-1])[1]
    with openfaas_running(bed, f"{TOOLS}/bin/provider 9001 http://127.0.0.1:9000", 9001) as theirs:
        ours, theirs = side_by_side([through], theirs, rate)
        row("gateway_rate_against_openfaas", "req/s", ours, theirs, ">= 3x the OpenFaaS gateway", lambda o, t, r: r >= 3)
    # The function itself where the provider should be spares that gateway a hop that it always has.
    with openfaas_running(bed, "sleep infinity", 9000) as theirs:
        ours, theirs = side_by_side([through], theirs, rate, 3)
        row("gateway_rate_openfaas_no_provider", "req/s", ours, theirs, "for comparison", lambda o, t, r: True)




def bench_split(bed):
    """A server that writes head and body apart (Python's) waits for an acknowledgement that the kernel puts off by 40 ms."""
    bed.up()
    server, port = python_server(bed), free_port()
    aiwf("function", "deploy", "split", "--command", f"exec {PYTHON} {server}", "--mode", "http", "--scale", "1..1")
    with running([PYTHON, server], port, {"PORT": str(port)}):
        ours, theirs = side_by_side(f"{bed.gateway}/function/split", f"http://127.0.0.1:{port}/", lambda u: wrk(u, 1, 2)[0], 3)
        row("split_answer_p50", "us", ours, theirs, "<= asking it directly", lambda o, t, r: r <= 1)
