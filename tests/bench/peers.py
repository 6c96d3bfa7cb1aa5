"""Peers that are Go programs in no package: built once, which takes long, where they are measured only."""
import os
import subprocess
import tempfile

from measure import TOOLS

BUILD_FLAGS = "-p=1 -buildvcs=false"  # beside what else works here


class CannotBuild(Exception):
    """Says why, in one line."""


def go(folder, *argv):
    env = dict(os.environ, CGO_ENABLED="0", GOFLAGS=BUILD_FLAGS)
    done = subprocess.run(["nice", "-n", "19", "go", *argv], cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode:
        raise CannotBuild((done.stderr.strip().splitlines() or [f"go {argv[0]} fails"])[-1])
    return done.stdout.strip()


def own_sums(folder, module):
    """What the module says its parts are: it is verified itself, and not each of them is known to the checksum database."""
    with open(os.path.join(go(folder, "list", "-m", "-f", "{{.Dir}}", module), "go.sum")) as theirs, open(os.path.join(folder, "go.sum"), "a") as ours:
        ours.write(theirs.read())


def go_program(name, module, version, package=""):
    """Its path. As a module that needs it: "go install" refuses one that replaces others. Raises CannotBuild."""
    program = os.path.join(TOOLS, "bin", name)
    if os.path.exists(program):
        return program
    with tempfile.TemporaryDirectory() as folder:
        go(folder, "mod", "init", "bench/" + name)
        go(folder, "get", f"{module}@{version}")
        own_sums(folder, module)
        go(folder, "get", f"{module}{package}@{version}")
        go(folder, "build", "-ldflags=-s -w", "-o", program, module + package)
    return program
