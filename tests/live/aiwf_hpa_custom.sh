#!/bin/sh
# needs: adapter
# An autoscaler of a function by what its pods count themselves: Prometheus scrapes them, the adapter tells it, the controller
# decides, and aiwf function show and why say by which figures; and why not, where there are none.
. "$(dirname "$0")/lib.sh"
a_namespace
fn() { verb=$1 && shift && "$AIWF" --context bed -n "$NS" function "$verb" "$@" --runtime deployment; }
why() { "$AIWF" --context bed -n "$NS" why "$@"; }
# As in most programs, a counter is there once it has counted.
cat >fn.yaml <<'Y'
name: web
image: dev.local/python:1
annotations: {prometheus.io/scrape: "true", prometheus.io/port: "8080"}
command: |
  exec python3 -c '
  import http.server, os
  counted = 0
  class Handler(http.server.BaseHTTPRequestHandler):
      def do_GET(self):
          global counted
          if self.path == "/metrics":
              body = "http_requests_total %d\n" % counted if counted else ""
          else:
              counted += 1
              body = "done"
          self.send_response(200)
          self.end_headers()
          self.wfile.write(body.encode())
      def log_message(self, *a): pass
  http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()'
Y
# CONDITION of .autoscaler of FUNCTION, at this moment by kubectl's eyes too: figures change, so that both are asked until they agree.
told_of() { fn show "$1" -o json >told.json && jq -e ".autoscaler | $2" told.json; }
told() { told_of web "$1"; }
agrees() {
    fn show web -o json | jq -c '.autoscaler | [.replicas, .desired, (.metrics[].current | tonumber)]' >ours
    k get hpa web -o json | jq -c '.status | [.currentReplicas, .desiredReplicas, (.currentMetrics[].pods.current.averageValue | if endswith("m") then (rtrimstr("m") | tonumber) / 1000 else tonumber end)]' >theirs
    [ -s ours ] && cmp -s ours theirs
}
pods() { [ "$(k get deployment web -o jsonpath='{.status.availableReplicas}')" = "$1" ]; }
# 10 a second for four minutes at most, each by a connection of its own.
load() {
    address=$(k get service web -o jsonpath='{.spec.clusterIP}')
    "$BED" exec sh -c 'echo $$ >"$1/pid"; exec curl -s -o /dev/null --max-time 240 --rate 10/s "http://$2/[1-2400]"' sh "$T" "$address" >"$T/load" 2>&1 </dev/null &
    until_ok 10 [ -s "$T/pid" ]
    keep "$(cat "$T/pid")"
}

begin "before its pods have counted anything it says so, in its own words and in those of why"
ok fn deploy web -f fn.yaml --scale 1..3 --metric requests_per_second=2 --timeout 5m
none="it cannot decide: ($(no_metric requests_per_second)|none of its pods has the metric)"
unknown() { told ".state == \"Undecided\" and (.decision | test(\"^1 of 3: requests_per_second unknown of 2 asked; $none\$\"))"; }
until_ok 60 unknown
cp told.json "$OUT"
json '.autoscaler.metrics[0] | "\(.name) \(.current) \(.asked)"' 'requests_per_second null 2'
json '.autoscaler.conditions[] | select(.type == "ScalingActive") | .reason' FailedGetPodsMetric
ok why function web -o json
json '.verdict + " " + (.summary | sub("decide: .*"; "decide"))' 'unhealthy the autoscaler of function web decides nothing: 1 of 3: requests_per_second unknown of 2 asked; it cannot decide'

begin "what is counted, and what is asked, are in its words and its JSON"
ok fn invoke web
out_is done
measured() { told '(.metrics[0] | .name == "requests_per_second" and .asked == "2" and .current != null) and .replicas == 1'; }
until_ok 60 measured
until_ok 20 agrees
true_that is_value "count(http_requests_total{job=\"pods\", namespace=\"$NS\"})" 1

begin "more is asked of it than it shall have: it scales up, and says that max keeps it from more"
load
up() { told '.desired == 3 and (.decision | test("^[123] of 3(, 3 wanted)?: requests_per_second [0-9.]+ of 2 asked; limited by max: it would have more$"))'; }
until_ok 60 up
until_ok 60 pods 3
settled() { told '.replicas == 3 and (.decision | test("^3 of 3: requests_per_second [0-9.]+ of 2 asked; limited by max: it would have more$"))'; }
until_ok 60 settled
until_ok 20 agrees
served() { [ "$(kubectl get --raw "/apis/custom.metrics.k8s.io/v1beta2/namespaces/$NS/pods/*/requests_per_second" | jq -r '[.items[].describedObject.name] | sort | join(" ")')" = "$(k get pods -o json | jq -r '[.items[].metadata.name] | sort | join(" ")')" ]; }
until_ok 30 served
limited() {
    why function web -o json |
        jq -e '.verdict == "healthy" and (.chain[] | select(.kind == "autoscaler") | "\(.name) \(.state); \(.reason)" | test("^web Limited; 3 of 3: requests_per_second [0-9.]+ of 2 asked; limited by max: it would have more$"))'
}
until_ok 60 limited
ok fn show web -o json
json .autoscaler.last_scale "$(k get hpa web -o jsonpath='{.status.lastScaleTime}')"
fails 5 fn scale web 1
err_has autoscaler

begin "a function that does not count what others do is told from one whose metric nobody has"
sed 's/^name: web/name: mute/; s/^annotations: .*//' fn.yaml >mute.yaml
ok fn deploy mute -f mute.yaml --scale 1..3 --metric requests_per_second=2 --timeout 5m
mute() { told_of mute '.decision == "1 of 3: requests_per_second unknown of 2 asked; it cannot decide: none of its pods has the metric"'; }
until_ok 60 mute
ok fn deploy mute -f mute.yaml --replace --scale 1..3 --metric nobody_has_it=2 --timeout 5m
nobody() { told_of mute ".decision == \"1 of 3: nobody_has_it unknown of 2 asked; it cannot decide: $(no_metric nobody_has_it)\""; }
until_ok 60 nobody
true_that [ "$(k get hpa mute -o json | jq -r '.status.conditions[] | select(.type == "ScalingActive") | .reason')" = FailedGetPodsMetric ]

begin "less is asked of it: it waits, as a higher number was right lately; then it scales down"
kill "$(cat "$T/pid")"
waits() { told '.decision | test("^3 of 3: requests_per_second [0-9.]+m? of 2 asked; it waits before it scales down: a higher number was right lately$")'; }
until_ok 60 waits
ok k patch hpa web --type=merge -p '{"spec": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}}}'
until_ok 60 pods 1
one() { told '.decision | test("^1 of 3: requests_per_second 0 of 2 asked(; limited by min: it would have fewer)?$")'; }
until_ok 60 one
until_ok 20 agrees
