#!/bin/sh
# needs: kube
# A submission whose answer is lost on the way is sent again, and is one job; a wait lives through a server that goes and comes.
. "$(dirname "$0")/lib.sh"
a_kwok_namespace
# Passes connections on to kubectl's proxy. While the file "cut" is there, the answer to a POST is read and thrown away; while
# "down" is there, every connection is closed.
cat >between.py <<'Y'
import os, socket, sys, threading
upstream = int(sys.argv[1])
server = socket.create_server(("127.0.0.1", 0))
open("port.new", "w").write(str(server.getsockname()[1]))
os.rename("port.new", "port")


def answers(client, other, cut):
    other.settimeout(0.1)
    while not cut.is_set() and not os.path.exists("down"):
        try:
            data = other.recv(1 << 16)
        except TimeoutError:
            continue
        if not data or cut.is_set():
            break
        client.sendall(data)
    for end in (client, other):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    cut = threading.Event()
    with client, socket.create_connection(("127.0.0.1", upstream)) as other:
        threading.Thread(target=answers, args=(client, other, cut), daemon=True).start()
        while data := client.recv(1 << 16):
            if os.path.exists("down"):
                return
            if data.startswith(b"POST") and os.path.exists("cut"):
                os.remove("cut")
                cut.set()
            other.sendall(data)


while True:
    connection = server.accept()[0]
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
Y
kubectl proxy --port=0 >proxy 2>&1 &
at_exit "kill $!"
until_ok 20 grep -q 127.0.0.1: proxy
python3 between.py "$(sed 's/.*127.0.0.1://' proxy)" 2>/dev/null &
at_exit "kill $!"
until_ok 20 test -s port
cat >between.kubeconfig <<Y
{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: c, cluster: {server: "http://127.0.0.1:$(cat port)"}}],
 users: [{name: u, user: {}}], contexts: [{name: c, context: {cluster: c, user: u, namespace: $NS}}]}
Y
ok aiwf context add between --kubeconfig "$PWD/between.kubeconfig"
train() { verb=$1 && shift && aiwf train "$verb" --context between -n "$NS" "$@"; }

begin "the answer to a submission is lost: it is sent again, and there is one job"
touch cut
ok train submit once --image dev.local/python:1 --trainer job -- true
true_that test ! -e cut
ok k get jobs -o name
out_lines 1

begin "a name that somebody else's job has is still a conflict"
touch cut
k create job other --image=dev.local/python:1 -- true >/dev/null
fails 5 train submit other --image dev.local/python:1 --trainer job -- true
rm -f cut

begin "a wait lives through a server that does not answer for a while"
ok train submit long --image dev.local/python:1 --trainer job -- true
aiwf train wait long --context between -n "$NS" --timeout 5m >"$OUT" 2>"$ERR" &
pid=$!
until_ok 20 grep -q long "$ERR"
touch down
sleep 1
true_that kill -0 "$pid"
rm down
wait "$pid"
RC=$?
true_that test "$RC" = 0
