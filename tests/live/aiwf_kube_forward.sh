#!/bin/sh
# needs: node prometheus ksm openfaas
# aiwf api forward, and kube:// settings: real pods, through the real API server and kubelet.
. "$(dirname "$0")/lib.sh"
a_namespace
unset OS_CLOUD
bed_ip=$(echo "$PROMETHEUS_URL" | sed "s,.*//\(.*\):.*,\1,")
# echo answers HTTP; mirror sends back what it is sent; Prometheus and the gateway run beside the cluster, and relay leads there.
cat >pods.yaml <<Y
apiVersion: apps/v1
kind: Deployment
metadata: {name: echo}
spec:
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: echo, image: "dev.local/echo:1", ports: [{name: http, containerPort: 8080}], readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}}]
---
apiVersion: v1
kind: Service
metadata: {name: echo}
spec: {selector: {app: echo}, ports: [{name: web, port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Pod
metadata: {name: relay, labels: {app: relay}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: relay
    image: dev.local/python:1
    ports: [{name: prom, containerPort: 9090}, {name: gateway, containerPort: 8080}, {name: mirror, containerPort: 7}, {name: states, containerPort: 8094}]
    readinessProbe: {tcpSocket: {port: 9090}, periodSeconds: 1}
    args:
    - -c
    - |
      import socket, threading
      def copy(a, b):
          try:
              while data := a.recv(65536): b.sendall(data)
              b.shutdown(socket.SHUT_WR)
          except OSError: pass
      def relay(port):
          server = socket.create_server(("", port))
          while True:
              near = server.accept()[0]
              far = near if port == 7 else socket.create_connection(("$bed_ip", port))
              for pair in ((near, far), (far, near))[:1 if port == 7 else 2]: threading.Thread(target=copy, args=pair, daemon=True).start()
      for port in (7, 8080, 8094, 9090): threading.Thread(target=relay, args=(port,)).start()
---
apiVersion: v1
kind: Service
metadata: {name: relay}
spec: {selector: {app: relay}, ports: [{name: prom, port: 80, targetPort: prom}, {name: gateway, port: 8080, targetPort: gateway}, {name: states, port: 8094, targetPort: states}, {name: none, port: 81, targetPort: 1}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
Y
k apply -f pods.yaml >/dev/null || exit 1
cat >talk.py <<'Y'
import hashlib, os, socket, sys, threading
def connect(): return socket.create_connection(("127.0.0.1", int(sys.argv[2])), 20)
def drain(s):
    got = b""
    while data := s.recv(65536): got += data
    return got
def half():  # sends all it has to say, and listens on
    s = connect()
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    s.shutdown(socket.SHUT_WR)
    print(drain(s).decode().rsplit("\n", 2)[1])
def many():
    sent = [os.urandom(2 << 20) for _ in range(6)]
    same = [False] * 6
    def one(i):
        s, got = connect(), b""
        threading.Thread(target=s.sendall, args=(sent[i],)).start()
        while len(got) < len(sent[i]): got += s.recv(65536)
        same[i] = got == sent[i]
    threads = [threading.Thread(target=one, args=(i,)) for i in range(6)]
    for t in threads: t.start()
    for t in threads: t.join()
    print(same.count(True))
def reset():
    try: print(drain(connect()))
    except ConnectionResetError: print("reset")
globals()[sys.argv[1]]()
Y
forward() { # LOG TARGET PORT: $port is where it listens
    timeout --foreground -s INT 120 "$AIWF" api forward "$2" "$3" --context bed -n "$NS" 2>"$1" &
    forwarder=$!
    keep $forwarder
    until_ok 10 grep -q '^127.0.0.1:' "$1"
    port=$(sed -n 's/^127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$1")
}
ok k rollout status deployment/echo --timeout=300s
ok k wait --for=condition=Ready pod/relay --timeout=300s

begin "a service's port is one of this machine"
forward echo.log echo :web
ok curl -sf --max-time 10 "http://127.0.0.1:$port/"
out_is ok
ok curl -sf --max-time 10 "http://127.0.0.1:$port/" "http://127.0.0.1:$port/"
true_that grep -q 'leads to port 8080 of pod echo-' echo.log

begin "who has said all hears the answer"
ok python3 talk.py half "$port"
out_is ok

begin "when its pod ends, the next connection goes to another"
ok k delete pod -l app=echo --wait=false
ok k rollout status deployment/echo --timeout=300s
until_ok 20 curl -sf --max-time 5 -o /dev/null "http://127.0.0.1:$port/"
true_that kill -0 $forwarder
kill -INT $forwarder
wait $forwarder
RC=$?
[ "$RC" = 0 ] || [ "$RC" = 124 ] || broken "exit $RC on Ctrl-C"

begin "connections at once, both ways, each whole"
forward relay.log pod/relay :mirror
ok python3 talk.py many "$port"
out_is 6

begin "where nobody listens the connection is cut, and why is said"
forward none.log pod/relay :1
ok python3 talk.py reset "$port"
out_is reset
until_ok 5 grep -q 'cannot connect to port 1 of pod relay' none.log
true_that kill -0 $forwarder

begin "what cannot be forwarded to is told before"
fails 3 "$AIWF" api forward nothing 80 --context bed -n "$NS"
err_has 'there is no service "nothing"'
fails 2 "$AIWF" api forward echo 81 --context bed -n "$NS"
err_has "it has 80 (web)"
fails 1 "$AIWF" api forward nobody 80 --context bed -n "$NS"
err_has "no pod of service nobody is ready"
fails 2 "$AIWF" api forward deployment/echo 80 --context bed -n "$NS"
fails 2 "$AIWF" api forward echo 1:2:3 --context bed -n "$NS"
fails 5 "$AIWF" api forward echo "$port:80" --context bed -n "$NS"
err_has "another local port"

begin "Prometheus inside of the cluster answers as it does outside"
ok "$AIWF" query 'up{job="kubelet"}' --context bed -o json
json '.items | length > 0' true
jq -S 'del(.items[].time)' "$OUT" >outside.json
ok "$AIWF" query 'up{job="kubelet"}' --context bed --prometheus "kube://$NS/relay:80" -o json
true_that sh -c "jq -S 'del(.items[].time)' '$OUT' | cmp - outside.json"
ok "$AIWF" query up --context bed --prometheus "kube://$NS/relay:prom" -o json

begin "exporters inside of the cluster are read without a Prometheus"
ok "$AIWF" query 'count by (job, instance) (kube_node_info)' --context bed --scrape "ksm=kube://$NS/relay:states" -o json
json '.items[0].value' "$(kubectl get nodes -o name | wc -l)"
json '.items[0].metric | [.job, .instance] | join(" ")' "ksm relay.$NS.svc:states"

begin "several, inside and outside: what is down is told, the others answer"
ok "$AIWF" query 'sum by (job) (up)' --context bed --scrape "kube://$NS/relay:8094" --scrape "kube://$NS/relay:80/metrics" \
    --scrape "kube://$NS/nobody:80" --scrape "outside=$PROMETHEUS_URL" -o json
json '[.items[] | "\(.metric.job) \(.value)"] | sort | join(", ")' "outside 1, scrape 2"
err_has "no endpoints available"
fails 2 "$AIWF" query up --context bed --scrape "kube://$NS/relay"
fails 7 "$AIWF" query up --context bed --scrape "kube://$NS/nobody:80"

begin "what is wrong on the way is told in the API server's words"
fails 7 "$AIWF" query up --context bed --prometheus "kube://$NS/relay:99"
err_has 'no service port 99 found'
fails 7 "$AIWF" query up --context bed --prometheus "kube://$NS/nobody:80"
err_has "no endpoints available"
fails 2 "$AIWF" query up --context bed --prometheus "kube://$NS/relay"

begin "a gateway inside of the cluster gets its own login, and nothing stays behind"
XDG_RUNTIME_DIR=$T/run
export XDG_RUNTIME_DIR
mkdir "$XDG_RUNTIME_DIR"
inside() { ok "$AIWF" context add inside --replace --kubeconfig "$KUBECONFIG" --kube-context bed --openfaas "kube://$NS/relay:$1" --user admin --password-file "$2"; }
inside 8080 "$BED_DIR/openfaas/basic-auth-password"
ok "$AIWF" doctor --context inside -o json
json '.items[] | select(.check == "gateway login") | .detail' "as admin"
json '.items[] | select(.check == "gateway permissions") | .status' ok
ok "$AIWF" function list --context inside -o json
json '.items | type' array
echo wrong >wrong
inside gateway "$PWD/wrong"
fails 4 "$AIWF" doctor --context inside
out_has "the login of admin is refused"
inside 81 "$PWD/wrong"
fails 7 "$AIWF" doctor --context inside
err_has "cannot connect to port 1 of pod relay"
true_that rmdir "$XDG_RUNTIME_DIR"
