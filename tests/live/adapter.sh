#!/bin/sh
# needs: adapter
# prometheus-adapter: what is scraped of a pod is there as custom.metrics.k8s.io, changes with it, and goes with it.
. "$(dirname "$0")/lib.sh"
a_namespace
# The counter that it serves grows by 10 a second.
server='import http.server as s, time
class H(s.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"http_requests_total %d\n" % (10 * time.time()))
s.HTTPServer(("", 9000), H).serve_forever()'
asked() { kubectl get --raw "/apis/custom.metrics.k8s.io/$1/namespaces/$NS/pods/$2/requests_per_second"; }

begin "it serves both versions, and its own figures are scraped"
for version in v1beta1 v1beta2; do ok kubectl get --raw /apis/custom.metrics.k8s.io/$version; done
until_ok 20 is_value 'up{job="prometheus-adapter"}' 1

begin "what a pod counts is a metric of the pod, a second"
jq -n --arg text "$server" '{apiVersion: "v1", kind: "Pod", metadata: {name: "counts", annotations: {"prometheus.io/scrape": "true", "prometheus.io/port": "9000"}},
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: "main", image: "dev.local/python:1", args: ["-c", $text]}]}}' | k apply -f - >/dev/null
ok k wait --for=condition=Ready pod/counts --timeout=300s
ten() { asked v1beta2 counts >asked.json && jq -e '.items | length == 1 and (.[0].value | if endswith("m") then (rtrimstr("m") | tonumber) / 1000 else tonumber end | . > 8 and . < 12)' asked.json; }
until_ok 40 ten
ok asked v1beta1 '*'
json '.items[] | "\(.describedObject.kind) \(.describedObject.name) \(.metricName)"' 'Pod counts requests_per_second'

begin "it is gone with the pod"
ok k delete pod counts --timeout=150s
gone() { ! asked v1beta2 counts; }
until_ok 60 gone
