"""`function list` beside its peers: one function and 2,000 on Knative, OpenFaaS and the local runtime."""
import contextlib
import os
import subprocess
import tempfile

from bed import Api, bed_env
from local import deploy_many
from measure import AIWF, aiwf, cpu_us, quiet, row, side_by_side
from peers import CannotBuild, go_program

NS, NAME, MANY = "bench-list", "listed", 2000
NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: bench-list, annotations: {openfaas: "1"}}
"""
SERVICES = f"/apis/serving.knative.dev/v1/namespaces/{NS}/services"
SCALERS = f"/apis/autoscaling.internal.knative.dev/v1alpha1/namespaces/{NS}/podautoscalers"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NS}/deployments"
RECONCILERS = ("controller", "autoscaler")
OURS = [AIWF, "function", "list"]


def beside(name, theirs, goal, holds, runs=10, rounds=5):
    """A row of our CPU and a peer's."""
    a, b = side_by_side(OURS, theirs, lambda argv: cpu_us(argv, runs), rounds)
    row(name, "us", a, b, goal, holds)


def ahead(name, theirs, of):
    beside(name, theirs, "less than " + of, lambda o, t, r: o < t, 3, 3)


def level(name, theirs, of):
    beside(name, theirs, f"<= {of} + 3000 us", lambda o, t, r: o <= t + 3000)


@contextlib.contextmanager
def namespace():
    subprocess.run(["kubectl", "apply", "-f", "-"], input=NAMESPACE, text=True, check=True, stdout=subprocess.DEVNULL)
    try:
        yield Api()
    finally:
        quiet(["kubectl", "delete", "namespace", NS])


def knative(*args):
    subprocess.run(["kubectl", "-n", "knative-serving", *args], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def nobody_reconciles():
    """What is listed is what was written: 2,000 functions, of which the bed's node need not run one."""
    for name in RECONCILERS:
        knative("scale", "deployment", name, "--replicas=0")
        knative("wait", "--for=delete", "pod", "-l", "app=" + name, "--timeout=60s")
    try:
        yield
    finally:
        for name in RECONCILERS:
            knative("scale", "deployment", name, "--replicas=1")
        knative("wait", "--for=condition=Available", "deployment", "--all", "--timeout=60s")


def kn():
    try:
        return [go_program("kn", "knative.dev/client", "v0.42.0", "/cmd/kn"), "service", "list", "-n", NS]
    except CannotBuild as why:
        print(f"function_list_kn_cpu: kn cannot be built: {why}")
        return None


def bench_knative():
    os.environ.update(AIWF_CONTEXT="bed")
    kubectl, theirs = ["kubectl", "get", "ksvc", "-n", NS], kn()
    with namespace() as api:
        aiwf("function", "deploy", NAME, "--image", "dev.local/echo:1", "--idle", "6s")
        beside("function_list_cpu", kubectl, "<= 1/5 of kubectl get ksvc", lambda o, t, r: r <= 1 / 5)
        if theirs:
            beside("function_list_kn_cpu", theirs, "<= 1/2 of kn service list", lambda o, t, r: r <= 1 / 2)
        with nobody_reconciles():
            try:
                for path in (SERVICES, SCALERS):
                    api.copies(path, NAME, api("GET", path)["items"][0], MANY - 1)
                ahead("function_list_2000_cpu", kubectl, "kubectl get ksvc")
                if theirs:
                    ahead("function_list_2000_kn_cpu", theirs, "kn service list")
            finally:
                for path in (SCALERS, SERVICES):
                    api("DELETE", path)


def curl(folder, url, password):
    secret = os.path.join(folder, "curl")
    with open(os.open(secret, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as f:
        f.write(f'user = "admin:{password}"\nurl = "{url}"\n')
    return ["curl", "-sf", "-K", secret]


def bench_openfaas(env, folder):
    os.environ.update(AIWF_CONTEXT="bed-openfaas")
    with open(env["OPENFAAS_PASSWORD_FILE"]) as f:
        get = curl(folder, f"{env['OPENFAAS_URL']}/system/functions?namespace={NS}", f.read().strip())
    faas_cli = ["faas-cli", "list", "-n", NS, "-g", env["OPENFAAS_URL"]]
    with namespace() as api:
        aiwf("function", "deploy", NAME, "--image", "dev.local/echo:1", "--scale", "0..1")
        level("openfaas_list_cpu", faas_cli, "faas-cli list")
        level("openfaas_list_curl_cpu", get, "curl's GET")
        deployment = api("GET", f"{DEPLOYMENTS}/{NAME}")
        deployment["spec"]["paused"] = True
        del deployment["status"]
        api.copies(DEPLOYMENTS, NAME, deployment, MANY - 1)
        ahead("openfaas_list_2000_cpu", faas_cli, "faas-cli list")
        ahead("openfaas_list_2000_curl_cpu", get, "curl's GET")


def bench_local(runtime):
    runtime.up()
    get = curl(runtime.dir, f"{runtime.gateway}/system/aiwf/functions", runtime.password)
    level("local_list_curl_cpu", get, "curl's GET")
    names = deploy_many(runtime, NAME, MANY)
    ahead("local_list_2000_curl_cpu", get, "curl's GET")
    aiwf("function", "delete", *names)


def bench_function(_):
    with tempfile.TemporaryDirectory() as folder, bed_env("knative", "openfaas") as env:
        os.environ.update(env)
        os.environ.update(XDG_CACHE_HOME=folder, AIWF_NAMESPACE=NS)
        bench_knative()
        bench_openfaas(env, folder)
