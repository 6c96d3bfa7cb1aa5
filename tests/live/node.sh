#!/bin/sh
# needs: node
# A real pod is made, found by its name, changed and removed.
. "$(dirname "$0")/lib.sh"
a_namespace
image=dev.local/echo:1

begin "a Deployment's pods become ready on the real node"
cat >echo.yaml <<Y
apiVersion: apps/v1
kind: Deployment
metadata: {name: echo}
spec:
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec:
      containers:
      - {name: echo, image: "$image", ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}}
---
apiVersion: v1
kind: Service
metadata: {name: echo}
spec: {selector: {app: echo}, ports: [{port: 80, targetPort: 8080}]}
Y
ok k apply -f echo.yaml
ok k rollout status deployment/echo --timeout=300s
ok k get pods -l app=echo -o json
json '.items[0].spec.nodeName' real

begin "another pod reaches it by its Service's name, and nothing beyond the bed"
cat >get.py <<'Y'
import socket, urllib.request
print(urllib.request.urlopen("http://echo/", timeout=5).read().decode().strip())
try:
    socket.create_connection(("192.0.2.1", 80), 5)
except OSError as error:
    print(error.strerror)
Y
ok k run get --image=dev.local/python:1 --restart=Never --env=PROGRAM="$(cat get.py)" -- -c 'import os; exec(os.environ["PROGRAM"])'
ok k wait --for=jsonpath='{.status.phase}'=Succeeded pod/get --timeout=300s
ok k logs get
out_is "ok
Network is unreachable"

begin "a change is rolled out"
ok k scale deployment/echo --replicas=2
ok k rollout status deployment/echo --timeout=300s
ok k get deployment echo -o json
json .status.readyReplicas 2

begin "a command runs in a pod"
fails 1 k exec deploy/echo -- /echo
err_has "Address already in use"

begin "once removed, its pods end at once and it has none"
ok k delete deployment echo --timeout=150s
until_ok 10 sh -c "test -z \"\$(kubectl -n $NS get pods -l app=echo -o name)\""
