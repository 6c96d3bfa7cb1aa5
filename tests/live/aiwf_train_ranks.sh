#!/bin/sh
# needs: node
# A Job of several ranks on the real node: they find each other by name, it succeeds by its policy, and is run again in its place.
. "$(dirname "$0")/lib.sh"
a_namespace
train() { verb=$1 && shift && aiwf train "$verb" --context bed -n "$NS" "$@"; }
submit() { name=$1 && shift && train submit "$name" --image dev.local/python:1 --trainer job "$@"; }
cat >ranks.py <<'Y'
import os, signal, socket, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
address = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
assert (os.environ["PET_NNODES"], os.environ["PET_NODE_RANK"]) == (str(size), str(rank))
if rank == 0:
    server = socket.create_server(("", address[1]))
    for _ in range(size - 1):
        print("from", server.accept()[0].recv(99).decode())
else:
    for _ in range(300):
        try:
            socket.create_connection(address, 2).sendall(b"rank %d" % rank)
            break
        except OSError:
            time.sleep(0.1)
    if os.environ.get("STAYS"):
        time.sleep(600)
Y

begin "two ranks find each other by MASTER_ADDR"
ok submit two --nodes 2 --wait -o json -- python3 -uc "$(cat ranks.py)"
json '"\(.state) \(.ranks.total)"' "Succeeded 2"
ok train logs two --rank 0
out_is "from rank 1"
ok k get service two-ranks -o json
json '"\(.spec.clusterIP) \(.metadata.ownerReferences[0].kind) \(.metadata.ownerReferences[0].name)"' "None Job two"

begin "with --success 0 the job has succeeded once rank 0 has"
ok submit first --nodes 2 --success 0 --env STAYS=1 --wait -- python3 -uc "$(cat ranks.py)"
ok k get job first -o json
json '.status.conditions[] | select(.type == "SuccessCriteriaMet") | .reason' SuccessPolicy
fails 2 submit none --trainer pytorch --nodes 2 --success 1 -- true
fails 1 submit none --nodes 2 --success 7 --dry-run=server -- true
err_has "--success"

begin "what is sent has the service too; one of that name that is somebody else's is a conflict"
ok submit dry --nodes 2 --dry-run=client -- true
json '[.items[].kind] | join(" ")' "Service Job"
ok k create service clusterip taken-ranks --clusterip=None
fails 5 submit taken --nodes 2 -- true
err_has 'another one has that name'

begin "once more: under the next name with a service of its own, and in the place of the old one"
ok train retry two
uid=$(k get job two -o jsonpath='{.metadata.uid}')
ok train retry two --replace --wait
[ "$(k get job two -o jsonpath='{.metadata.uid}')" != "$uid" ] || broken "it is the old one"
ok k get service two-ranks -o json
json '[.metadata.ownerReferences[].name] | join(" ")' two
ok train show two -o json
json '"\(.state) \(.restarts) \([.pods[]] | length)"' "Succeeded 0 2"
ok train wait two-2
ok train logs two-2 --rank 0
out_is "from rank 1"
fails 2 train retry two --replace --name other

begin "the jobs of all namespaces, with theirs"
ok train list -A -o json
json "[.items[] | select(.namespace == \"$NS\") | .name] | sort | join(\" \")" "first two two-2"
ok train list -A
out_has "NAMESPACE"
out_has "$NS"

begin "its service goes with it"
ok train delete two
until_ok 20 sh -c "! kubectl -n $NS get service two-ranks"
