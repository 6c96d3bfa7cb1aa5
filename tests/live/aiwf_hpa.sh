#!/bin/sh
# needs: kube node
# aiwf function --runtime deployment: a real Deployment, Service and autoscaler; kubectl sees the same, and the HPA
# controller's decision is told in words: nobody has the metric here (aiwf_hpa_decides.sh has one that is measured).
. "$(dirname "$0")/lib.sh"
a_namespace
fn() { verb=$1 && shift && "$AIWF" --context bed -n "$NS" function "$verb" "$@" --runtime deployment; }
serve='import http.server as s, os, sys
class H(s.BaseHTTPRequestHandler):
    def do_GET(self):
        body = ("hello " + self.path + " " + os.environ.get("WHO", "")).encode()
        self.send_response(200); self.end_headers(); self.wfile.write(body)
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(201); self.end_headers(); self.wfile.write(body[::-1])
    def log_message(self, f, *a): print("asked", self.path, flush=True)
s.ThreadingHTTPServer(("", int(os.environ["PORT"])), H).serve_forever()'
cat >fn.yaml <<Y
name: web
image: dev.local/python:1
env: {WHO: you, PYTHONUNBUFFERED: "1"}
command: |
  exec python3 -c '$(echo "$serve" | sed '2,$s/^/  /')'
Y

begin "what a deployment cannot do is refused before anything is sent"
fails 2 fn deploy bad --image x --scale 0..4
err_has 'does not scale to zero'
fails 2 fn deploy bad --image x --scale 1..4
err_has '--cpu'
fails 2 fn deploy bad --image x --scale 1..4 --metric cpu=much
err_has '--metric'
fails 2 fn deploy bad --image x --metric cpu=50
fails 2 fn deploy bad --image x --idle 30s --dry-run=client
ok k get deployments -o name
out_is ''

begin "a dry run prints what would be sent, and the server accepts it"
ok fn deploy web -f fn.yaml --scale 1..4 --cpu 100m --metric cpu=70 --metric rps=10 --dry-run=client
json '[.items[].kind] | join(" ")' 'Deployment Service HorizontalPodAutoscaler'
cp "$OUT" manifest.json
ok k apply --dry-run=server --validate=strict -f manifest.json
ok k get deployments -o name
out_is ''

begin "a function is deployed, answers through the API server, and logs"
ok fn deploy web -f fn.yaml --timeout 5m -o json
json '"\(.state) \(.runtime) \(.replicas) \(.available)"' 'Ready deployment 1 1'
ok fn invoke web --path '/a?b=c'
out_is 'hello /a?b=c you'
ok fn invoke web
out_is 'hello / you'
ok fn invoke web --path '?b=c'
out_is 'hello /?b=c you'
printf abc >body
ok fn invoke web --file body
out_is cba
ok fn logs web
out_has 'asked /a?b=c'
fails 5 fn deploy web -f fn.yaml
ok fn deploy web -f fn.yaml --if-not-exists
fails 2 fn invoke web --path '/../../secrets'

begin "list and show agree with kubectl"
ok fn list -o json
json '[.items[] | "\(.name) \(.image) \(.replicas)"] | join(",")' "$(k get deployments -o json | jq -r '[.items[] | "\(.metadata.name) \(.spec.template.spec.containers[0].image) \(.spec.replicas)"] | join(",")')"
k create deployment other --image=dev.local/none:1 --replicas=0 >/dev/null
fails 3 fn show other
err_has 'not made by aiwf'
fails 3 fn delete other
fails 5 fn deploy other --image x

begin "it is scaled by hand where nothing else decides"
ok fn scale web 2 --timeout 5m
true_that [ "$(k get deployment web -o jsonpath='{.status.availableReplicas}')" = 2 ]
ok fn scale web 1 --timeout 5m

begin "the real autoscaler's decision is told in words"
ok fn deploy web -f fn.yaml --replace --scale 1..4 --metric rps=10 --timeout 5m
true_that [ "$(k get hpa web -o jsonpath='{.spec.minReplicas}..{.spec.maxReplicas}')" = 1..4 ]
decided() { fn show web -o json | jq -e '.autoscaler.conditions | any(.reason == "FailedGetPodsMetric")'; }
until_ok 60 decided
ok fn show web
out_has "1 of 4: rps unknown of 10 asked; it cannot decide: $(no_metric rps)"
ok fn show web -o json
json '.autoscaler.conditions | map("\(.type)=\(.status)") | sort | join(" ")' "$(k get hpa web -o json | jq -r '.status.conditions | map("\(.type)=\(.status)") | sort | join(" ")')"
fails 5 fn scale web 3
err_has 'autoscaler'

begin "without a range it has no autoscaler any more"
ok fn deploy web -f fn.yaml --replace --scale 1 --timeout 5m
ok k get hpa -o name
out_is ''

begin "an image that is not there fails, in the registry's words"
fails 9 fn deploy bad --image dev.local/nothing:9 --timeout 5m
err_has nothing:9

begin "it is deleted with all that belongs to it"
ok fn delete web bad
ok k get hpa,services -l aiwf/function -o name
out_is ''
until_ok 30 sh -c "! kubectl -n $NS get deployment web"
fails 3 fn invoke web
