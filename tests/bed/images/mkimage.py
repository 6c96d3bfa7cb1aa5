#!/usr/bin/env python3
"""mkimage.py OUT.tar NAME:TAG [--entry ARG]... [--env K=V]... [--user ID] [--rootfs DIR] [FILE:PATH]...

Writes an OCI image layout (image-spec v1.1, one layer) that `ctr images import` takes: no builder, no registry.
Without --rootfs the image has /tmp, /etc/passwd with root and nonroot (65532), and the files named."""
import argparse
import hashlib
import io
import json
import os
import tarfile

BASE = {
    "etc/passwd": "root:x:0:0::/:/none\nnonroot:x:65532:65532::/tmp:/none\n",
    "etc/group": "root:x:0:\nnonroot:x:65532:\n",
}
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Layer:
    """A tar of the layer, whose folders are made as they are needed."""

    def __init__(self):
        self.raw = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.raw, mode="w", format=tarfile.GNU_FORMAT)
        self.folders = set()

    def folder(self, path, mode=0o755):
        if not path or path in self.folders:
            return
        self.folder(os.path.dirname(path))
        self.folders.add(path)
        info = tarfile.TarInfo(path + "/")
        info.type, info.mode = tarfile.DIRTYPE, mode
        self.tar.addfile(info)

    def file(self, path, data, mode=0o644):
        self.folder(os.path.dirname(path))
        info = tarfile.TarInfo(path)
        info.size, info.mode = len(data), mode
        self.tar.addfile(info, io.BytesIO(data))

    def bytes(self):
        self.tar.close()
        return self.raw.getvalue()


def layer_of(args):
    layer = Layer()
    if args.rootfs:
        layer.tar.add(args.rootfs, arcname=".")
    else:
        layer.folder("tmp", 0o1777)
        for path, text in BASE.items():
            layer.file(path, text.encode())
    for pair in args.files:
        source, path = pair.split(":", 1)
        with open(source, "rb") as f:
            layer.file(path.lstrip("/"), f.read(), 0o755 if os.access(source, os.X_OK) else 0o644)
    return layer.bytes()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("name")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--entry", action="append", default=[])
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--user", default="")
    parser.add_argument("--rootfs")
    args = parser.parse_intermixed_args()

    blobs = {}

    def blob(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        blobs[digest] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    layer = blob(layer_of(args), "layer.v1.tar")
    config = blob(json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z",
        "config": {"Entrypoint": args.entry, "Env": [PATH] + args.env, "User": args.user, "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }).encode(), "config.v1+json")
    manifest = blob(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [layer]}).encode(),
                    "manifest.v1+json")
    manifest["annotations"] = {"io.containerd.image.name": args.name, "org.opencontainers.image.ref.name": args.name.rsplit(":", 1)[-1]}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [manifest]}

    with tarfile.open(args.out + ".new", "w") as tar:
        def entry(name, data):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o644
            tar.addfile(info, io.BytesIO(data))
        entry("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        entry("index.json", json.dumps(index).encode())
        for digest, data in blobs.items():
            entry("blobs/sha256/" + digest, data)
    os.rename(args.out + ".new", args.out)


main()
