#!/usr/bin/env python3
"""image_server.py PORT OCI.tar BYTES_PER_SECOND: gives one image to whoever pulls it, no faster than that.

Of the OCI distribution specification (v1.1) what a pull needs: the manifest by tag or digest, blobs by digest. It listens on
loopback, where containerd asks without TLS. A first line tells the manifest's digest."""
import http.server
import json
import sys
import tarfile
import time

PIECE = 64 << 10


def load(path):
    blobs = {}
    with tarfile.open(path) as tar:
        for member in tar:
            if member.name.startswith("blobs/sha256/"):
                blobs["sha256:" + member.name.rsplit("/", 1)[1]] = tar.extractfile(member).read()
            elif member.name == "index.json":
                manifest = json.load(tar.extractfile(member))["manifests"][0]
    return blobs, manifest


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body, kind, digest):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", digest)
        self.end_headers()
        if self.command == "HEAD":
            return
        for at in range(0, len(body), PIECE):
            self.wfile.write(body[at:at + PIECE])
            time.sleep(len(body[at:at + PIECE]) / self.server.rate)

    def do_GET(self):
        blobs, manifest = self.server.image
        parts = self.path.strip("/").split("/")
        if parts == ["v2"]:
            return self.answer(b"{}", "application/json", "")
        reference = parts[-1]
        digest = reference if reference.startswith("sha256:") else manifest["digest"]
        if parts[0] != "v2" or len(parts) < 4 or digest not in blobs:
            return self.send_error(404)
        is_manifest = parts[-2] == "manifests"
        self.answer(blobs[digest], manifest["mediaType"] if is_manifest else "application/octet-stream", digest)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.image, server.rate = load(sys.argv[2]), float(sys.argv[3])
    print(server.image[1]["digest"], flush=True)
    server.serve_forever()


main()
