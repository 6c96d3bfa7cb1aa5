#!/usr/bin/env python3
"""pod_targets.py URL PKI NODE OUT: writes the pods of a node that have metrics as targets for Prometheus, each time they change.

Debian's Prometheus is built without its own discovery of Kubernetes. These have metrics: ports with the names that Knative
gives them, and pods with the annotation prometheus.io/scrape. Pods of other nodes are never written: nobody is at the
addresses of kwok's."""
import json
import os
import ssl
import sys
import time
import urllib.request

PORTS = {"metrics", "http-usermetric"}  # http-autometric is for Knative's autoscaler, in a form of its own


def addresses(pod):
    """Each with its path, without doubles."""
    notes = pod["metadata"].get("annotations", {})
    host = pod["status"]["podIP"]
    if notes.get("prometheus.io/scrape") == "true":
        yield f"{host}:{notes.get('prometheus.io/port', '80')}", notes.get("prometheus.io/path", "/metrics")
        return
    for container in pod["spec"]["containers"]:
        for port in container.get("ports", []):
            if port.get("name") in PORTS:
                yield f"{host}:{port['containerPort']}", "/metrics"


def targets(pods):
    for pod in pods:
        # One that is being deleted answers or not, as it likes.
        if pod["status"].get("phase") != "Running" or "podIP" not in pod["status"] or "deletionTimestamp" in pod["metadata"]:
            continue
        for address, path in addresses(pod):
            meta = pod["metadata"]
            labels = {"job": "pods", "namespace": meta["namespace"], "pod": meta["name"], "__metrics_path__": path}
            yield {"targets": [address], "labels": labels}


def main():
    url, pki, node, out = sys.argv[1:]
    trust = ssl.create_default_context(cafile=pki + "/ca.crt")
    trust.load_cert_chain(pki + "/metrics.crt", pki + "/metrics.key")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    query = url + "/api/v1/pods?fieldSelector=spec.nodeName%3D" + node
    last = None
    while True:
        try:
            with opener.open(query, timeout=10) as answer:
                text = json.dumps(list(targets(json.load(answer)["items"])), indent=1)
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr, flush=True)
            text = last
        if text != last:
            with open(out + ".new", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(out + ".new", out)
            last = text
        time.sleep(1)


main()
