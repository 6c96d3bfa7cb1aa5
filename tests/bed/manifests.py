#!/usr/bin/env python3
"""manifests.py FIT OUT FILE...: the services' own manifests, from their modules, made to fit the bed; FILE - is stdin.

Writes OUT-types.yaml, OUT-rest.yaml and OUT-webhooks.yaml, to be applied in this order. FIT is a file of fit/, which says:
  texts      what stands in the files, and what shall; applied before they are read. Images of dev.local get the tag 1.
  left_out   kinds that a bed with one node has no need of
  webhooks   names of webhooks that are left out
  settings   keys of ConfigMaps by name; a mapping is laid over the YAML that the key holds"""
import pathlib
import sys

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# APIServices, like webhooks, have the apiserver call the pods: calls that nobody answers break more than their own service.
GROUPS = {
    "Namespace": "types",
    "CustomResourceDefinition": "types",
    "MutatingWebhookConfiguration": "webhooks",
    "ValidatingWebhookConfiguration": "webhooks",
    "APIService": "webhooks",
}


def laid_over(under, over):
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    return {**under, **{key: laid_over(under.get(key), value) for key, value in over.items()}}


def set_keys(data, settings):
    for key, value in settings.items():
        data[key] = yaml.dump(laid_over(yaml.safe_load(data[key]), value)) if isinstance(value, dict) else value


def tag_images(node):
    if isinstance(node, dict):
        image = node.get("image")
        if isinstance(image, str) and image.startswith("dev.local/"):
            node["image"] = image.partition(":")[0] + ":1"
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            tag_images(child)


# One of each that is to run at once, asked each second until it has started, with as little reserved as there is on a small
# machine.
def fit_deployment(spec):
    spec["replicas"] = min(spec.get("replicas", 1), 1)
    spec["template"]["spec"]["terminationGracePeriodSeconds"] = 10
    for container in spec["template"]["spec"]["containers"]:
        container["imagePullPolicy"] = "IfNotPresent"
        container.setdefault("resources", {}).setdefault("requests", {})["cpu"] = "10m"
        if "readinessProbe" in container:
            ready = {**container["readinessProbe"], "initialDelaySeconds": 0}
            container["startupProbe"] = {**ready, "periodSeconds": 1, "failureThreshold": 120}
            container["readinessProbe"] = {**ready, "periodSeconds": 10}


def documents(files, texts):
    for name in files:
        text = sys.stdin.read() if name == "-" else pathlib.Path(name).read_text()
        for old, new in texts.items():
            text = text.replace(old, new)
        yield from filter(None, yaml.load_all(text, LOADER))


def main():
    fit_file, out, *files = sys.argv[1:]
    fit = yaml.safe_load(pathlib.Path(fit_file).read_text())
    groups = {"types": [], "rest": [], "webhooks": []}
    for doc in documents(files, fit.get("texts", {})):
        kind, name = doc["kind"], doc["metadata"]["name"]
        if kind in fit.get("left_out", []):
            continue
        if kind == "ConfigMap":
            set_keys(doc.setdefault("data", {}), fit.get("settings", {}).get(name, {}))
        if kind == "Deployment":
            fit_deployment(doc["spec"])
        if "webhooks" in doc:
            doc["webhooks"] = [hook for hook in doc["webhooks"] if hook["name"] not in fit.get("webhooks", [])]
        if kind != "CustomResourceDefinition":
            tag_images(doc)
        groups[GROUPS.get(kind, "rest")].append(doc)
    for group, docs in groups.items():
        pathlib.Path(f"{out}-{group}.yaml").write_text(yaml.dump_all(docs, Dumper=DUMPER, sort_keys=False))


main()
