"""The test bed, for a benchmark: started for it and ended after it, unless it was up."""
import base64
import contextlib
import http.client
import json
import os
import re
import ssl
import subprocess
import tempfile

from measure import ROOT

BED = os.path.join(ROOT, "tests/bed/bed")


def bed(*args, **more):
    home = dict(os.environ, HOME=os.path.expanduser("~" + os.environ.get("USER", "root")))
    return subprocess.run([BED, *args], env=home, capture_output=True, text=True, **more)


@contextlib.contextmanager
def bed_env(*parts):
    """Its environment, as a dict."""
    status = re.sub(" +", " ", bed("status").stdout)
    bed("up", *parts, check=True)
    try:
        home = dict(os.environ, HOME=os.path.expanduser("~" + os.environ.get("USER", "root")))
        told = subprocess.run(["bash", "-c", f'eval "$("{BED}" env)"; env -0'], env=home, capture_output=True, text=True, check=True).stdout
        yield dict(line.split("=", 1) for line in told.split("\0") if line)
    finally:
        if " up " not in status:
            bed("down")


class Api:
    """The bed's API server, by the admin's kubeconfig, over a connection that is kept: a thousand objects in seconds."""

    def __init__(self):
        told = subprocess.run(["kubectl", "config", "view", "--raw", "-o", "json"], capture_output=True, text=True, check=True).stdout
        config = json.loads(told)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        trust = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        with tempfile.NamedTemporaryFile() as pair:
            pair.write(base64.b64decode(user["client-certificate-data"]) + base64.b64decode(user["client-key-data"]))
            pair.flush()
            trust.load_cert_chain(pair.name)
        self.connection = http.client.HTTPSConnection(cluster["server"].removeprefix("https://"), context=trust)

    def __call__(self, method, path, body=None):
        """The answer, or the end of the benchmark."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        self.connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": kind})
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        if response.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.get('message', response.status)}")
        return answer

    def copies(self, path, name, original, count):
        """So many of what has been made in `path`, under other names wherever its name stands, each with its status if it has one."""
        made_by = ("creationTimestamp", "generation", "ownerReferences", "resourceVersion", "uid")
        metadata = {k: v for k, v in original["metadata"].items() if k not in made_by}
        text = json.dumps(dict(original, metadata=metadata))
        for n in range(count):
            one = json.loads(text.replace(name, f"{name}-{n:04}"))
            self("POST", path, one)
            if "status" in one:
                self("PATCH", f"{path}/{one['metadata']['name']}/status", dict(status=one["status"]))
