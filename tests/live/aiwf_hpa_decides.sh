#!/bin/sh
# needs: usage
# An autoscaler of a function that is really measured: kubelet measures, metrics-server tells, the controller decides, and
# aiwf function show and why say by which figures.
. "$(dirname "$0")/lib.sh"
a_namespace
fn() { verb=$1 && shift && "$AIWF" --context bed -n "$NS" function "$verb" "$@" --runtime deployment; }
why() { "$AIWF" --context bed -n "$NS" why "$@"; }
# What it holds grows by /grow and goes by /drop.
cat >fn.yaml <<'Y'
name: web
image: dev.local/python:1
command: |
  exec python3 -c '
  import http.server, os
  held = []
  class Handler(http.server.BaseHTTPRequestHandler):
      def do_GET(self):
          if self.path == "/grow":
              held.append(b"x" * (160 << 20))
          body = b"%d" % len(held)
          if self.path == "/drop":
              held.clear()
          self.send_response(200)
          self.end_headers()
          self.wfile.write(body)
      def log_message(self, *a): pass
  http.server.HTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()'
Y
# CONDITION of .autoscaler, at this moment by kubectl's eyes too: figures change, so that both are asked until they agree.
told() { fn show web -o json >told.json && jq -e ".autoscaler | $1" told.json; }
agrees() {
    fn show web -o json | jq -c '.autoscaler | [.replicas, .desired, .metrics[].current]' >ours
    k get hpa web -o json | jq -c '.status | [.currentReplicas, .desiredReplicas, (.currentMetrics // [] | .[].resource.current | select(.).averageUtilization | tostring + "%")]' >theirs
    cmp -s ours theirs
}
pods() { [ "$(k get deployment web -o jsonpath='{.status.availableReplicas}')" = "$1" ]; }

begin "before its pods are measured it says so, and not that nobody measures"
ok fn deploy web -f fn.yaml --scale 1..2 --memory 200Mi --metric memory=30 --timeout 5m
yet() { told '.decision | test("^1 of 2: memory unknown of 30% asked; it (cannot decide yet: its pods have not been measured|has not decided yet)$") or test("^1 of 2: memory [0-9]+% of 30% asked$")'; }
until_ok 20 yet

begin "what is measured, and what is asked, are in its words and its JSON"
measured() { told '(.metrics[0] | .name == "memory" and .asked == "30%" and (.current // "" | test("^[0-9]+%$"))) and .replicas == 1 and .desired == 1'; }
until_ok 60 measured
until_ok 20 agrees

begin "more is used than asked: it scales up, and says that max keeps it from more"
ok fn invoke web --path /grow
out_is 1
up() { told '.decision | test("^[12] of 2(, 2 wanted)?: memory ([3-9][0-9]|1[0-9]+)% of 30% asked; limited by max: it would have more$")'; }
until_ok 60 up
until_ok 60 pods 2
settled() { told '.decision | test("^2 of 2: memory ([3-9][0-9])% of 30% asked; limited by max: it would have more$")'; }
until_ok 60 settled
until_ok 20 agrees
cp told.json "$OUT"
json .autoscaler.last_scale "$(k get hpa web -o jsonpath='{.status.lastScaleTime}')"
ok why function web -o json
json '.verdict + " " + (.chain[] | select(.kind == "autoscaler") | "\(.name) \(.state); \(.reason)" | sub("[0-9]+% of"; "N% of"))' 'healthy web Limited; 2 of 2: memory N% of 30% asked; limited by max: it would have more'
fails 5 fn scale web 1
err_has autoscaler

begin "less is used: it waits, as a higher number was right lately; then it scales down"
dropped() { fn invoke web --path /drop | grep -qx 1; }
until_ok 40 dropped
waits() { told '.decision | test("^2 of 2: memory [0-9]% of 30% asked; it waits before it scales down: a higher number was right lately$")'; }
until_ok 60 waits
ok k patch hpa web --type=merge -p '{"spec": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}}}'
until_ok 60 pods 1
one() { told '.decision | test("^1 of 2: memory [0-9]+% of 30% asked$")'; }
until_ok 60 one

begin "a metric that nobody has beside one that is measured: known is known, unknown is unknown"
ok k patch hpa web --type=json -p '[{"op": "add", "path": "/spec/metrics/-", "value": {"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "10"}}}}]'
half() { told '.decision | test("^1 of 2: memory [0-9]+% of 30% asked, rps unknown of 10 asked")'; }
until_ok 20 half
cp told.json "$OUT"
json '.autoscaler.metrics | map(.current == null) | tostring' '[false,true]'

begin "where it decides nothing, why says so"
ok k patch hpa web --type=json -p '[{"op": "remove", "path": "/spec/metrics/0"}]'
undecided() { told '.state == "Undecided"'; }
until_ok 20 undecided
ok why function web -o json
json '"\(.verdict): \(.summary)"' "unhealthy: the autoscaler of function web decides nothing: 1 of 2: rps unknown of 10 asked; it cannot decide: $(no_metric rps)"
