"""The test bed, for a benchmark: started for it and ended after it, unless it was up."""
import contextlib
import os
import re
import subprocess

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
