#!/bin/sh
# needs: openstack
# The life of a cluster by aiwf: created in stages, waited for on, resized, given a node group, and deleted; and one that
# fails for real. Its Kubernetes is a real API server's (tests/bed/openstack/kubernetes_agent.py).
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
export XDG_CACHE_HOME="$T/cache"
name=$(a_name)
gone() { at_exit "aiwf --cloud bed-demo cluster delete $1 --no-wait --yes"; }
# Runs it on a terminal, all that it prints to stdout.
cat >terminal.py <<'PY'
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(["sh", "-c", 'stty cols 200; exec "$@"', "sh", *sys.argv[1:]])))
PY
stage_seen() { grep -Eq "$1" "$T/create.err"; }
is() { [ "$(aiwf cluster show "$1" -o json --jq .status)" = "$2" ]; }
is_there() { aiwf cluster show "$1" -o name; }
nodes_ready() { kubectl --kubeconfig kubeconfig get nodes -o json | jq '[.items[].status.conditions[] | select(.type == "Ready" and .status == "True")] | length'; }
called_unhealthy() { [ "$(aiwf cluster update "$name" health_status=UNHEALTHY -o json --jq .health_status)" = UNHEALTHY ]; }
create() { aiwf cluster create --template kubernetes --keypair bed --nodes 1 --for complete "$@"; }

# A second process of Magnum's API, which no other suite uses, as the bed starts the first one; own.yaml leads there.
own_port=$((20000 + $$ % 10000))
own_magnum() {
    nsenter --net="/run/netns/${BED_NAME:-aiwf-bed}" /usr/bin/python3 - "$(cut -d' ' -f1 "$BED_DIR/run/magnum-api")" $own_port >"$T/magnum" 2>&1 <<'PY' &
import os, sys
def parts(name):
    with open("/proc/%s/%s" % (sys.argv[1], name), "rb") as file:
        return [part.decode() for part in file.read().split(b"\0") if part]
command = [part.replace(":9511", ":" + sys.argv[2]).replace("/tb-magnum-", "/tb-magnum-own-") for part in parts("cmdline")]
os.execve("/usr/bin/" + os.path.basename(command[0]), command, dict(entry.partition("=")[::2] for entry in parts("environ")))
PY
    magnum=$!
    keep $magnum
    sed "s|^  bed-demo:|&\n    container_infra_endpoint_override: http://${BED_NET:-10.87.0}.1:$own_port|" "$OS_CLIENT_CONFIG_FILE" >own.yaml
    until_ok 120 curl -sf -o /dev/null "http://${BED_NET:-10.87.0}.1:$own_port/"
}
unreached() { ! curl -s -o /dev/null "http://${BED_NET:-10.87.0}.1:$own_port/"; }

begin "what Magnum would refuse is refused before anything is sent"
fails 2 create 1st
err_has 'cannot be a cluster'
fails 2 aiwf cluster create "$name"
err_has 'aiwf template list'
fails 2 create "$name" --label broken
ok create "$name" --label a=b --merge-labels --dry-run=client
json '.name + " " + .labels.a + " " + (.merge_labels | tostring)' "$name b true"

begin "Ctrl-C leaves a creation going on, and says how to wait for it"
unready='container runtime network not ready: cni plugin not initialized'
switch "unready-nodes-$name" "$unready"
python3 terminal.py aiwf cluster create "$name" --template kubernetes --keypair bed --nodes 1 >"$T/terminal" 2>&1 </dev/null &
creating=$!
keep $creating
gone "$name"
switch "fail-cluster-$name-f" 'no space left on device'
aiwf cluster create "$name-f" --template kubernetes --fixed-network private --fixed-subnet private-subnet --no-floating-ip --keypair bed --nodes 1 --wait >"$T/create.out" 2>"$T/create.err" &
failing=$!
keep $failing
gone "$name-f"
until_ok 120 stage_seen 'stack .* of .* resources'
kill -INT $failing
wait $failing
RC=$?
[ "$RC" = 130 ] || broken "exit $RC"
cp "$T/create.err" "$ERR"
err_has "aiwf cluster wait $name-f"
aiwf cluster wait "$name-f" >"$T/failing" 2>&1 &
failing=$!

begin "a second one of that name, and a change meanwhile, are exit 5"
until_ok 120 is_there "$name"
fails 5 create "$name"
err_has 'there is one of that name'
fails 5 aiwf cluster resize "$name" --nodes 2
err_has 'CREATE_IN_PROGRESS'
err_has "aiwf cluster wait $name"
fails 5 aiwf nodegroup create "$name" gpu --no-wait
err_has 'has no address yet'
fails 5 aiwf cluster update "$name" node_count=2 --no-wait
err_has "aiwf cluster wait $name"

begin "one whose machine fails ends at once, with the resource and the reason"
wait $failing
RC=$?
[ "$RC" = 1 ] || broken "exit $RC"
cp "$T/failing" "$ERR"
err_has "cluster $name-f is not well: kube_masters/0/master_config_deployment failed"
err_has 'no space left on device'
switch_off "fail-cluster-$name-f"
ok aiwf cluster events "$name-f" -o json --jq '[.items[] | select(.status == "CREATE_FAILED").resource] | index("kube_masters/0/master_config_deployment") != null'
out_is true
ok aiwf cluster delete "$name-f" --no-wait

begin "that Magnum has made it is not the end: its Kubernetes does not answer, its nodes are not Ready"
until_ok 300 is "$name" CREATE_COMPLETE
fails 8 aiwf cluster wait "no-$name" --timeout 1s
err_has "cannot wait for cluster no-$name"
ok aiwf cluster wait "no-$name" --for deleted
fails 8 aiwf cluster wait "$name" --timeout 3s
err_has "kubernetes: waiting for https://"
err_has "aiwf cluster wait $name"
switch "kubernetes-$name" on
until_ok 100 grep -q "$unready" "$T/terminal"
fails 8 aiwf cluster wait "$name" --timeout 3s
err_has "last seen: CREATE_COMPLETE; kubernetes: 0/2 $name-"
err_has "$unready"
true_that kill -0 $creating

begin "the creation ends when its Kubernetes answers and its nodes are Ready, on a terminal"
switch_off "unready-nodes-$name"
wait $creating
RC=$?
[ "$RC" = 0 ] || broken "exit $RC: $(tail -5 "$T/terminal")"
cp "$T/terminal" "$OUT"
for words in 'pre-flight  ' 'stack  ' 'masters  ' '1 of 1 ready' '2 of 2 nodes Ready' CREATE_COMPLETE "aiwf cluster kubeconfig $name"; do out_has "$words"; done
ok aiwf cluster kubeconfig "$name" --file kubeconfig
ok nodes_ready
out_is 2
ok python3 terminal.py aiwf cluster wait "$name"
out_has '2 of 2 nodes Ready'
ok aiwf cluster wait "$name" --for complete -o json
json '.status + " " + (.node_count | tostring)' 'CREATE_COMPLETE 1'

begin "its events agree with Heat's"
stack=$(aiwf cluster show "$name" -o json --jq .stack_id)
openstack stack event list --nested-depth 5 "$stack" -f json >"$T/theirs"
ok aiwf cluster events "$name" -o json
jq -c '[.[].resource_status] | sort' "$T/theirs" >"$T/a"
jq -c '[.items[].status] | sort' "$OUT" >"$T/b"
true_that cmp "$T/a" "$T/b"
json '.items[0] | .resource + " " + .status' 'stack CREATE_IN_PROGRESS'

begin "it grows, in a pipe, a line a change"
ok aiwf cluster resize "$name" --nodes 2 --wait
err_has 'nodes  1/2'
err_has '2 of 2 ready'
err_has '3 of 3 nodes Ready'
out_has UPDATE_COMPLETE

begin "it shrinks by the server that is named"
workers() { aiwf infra servers -o json --jq ".items[].name | select(startswith(\"$name-\") and contains(\"-node-\"))" | sort; }
workers >"$T/workers"
goes=$(head -1 "$T/workers")
fails 3 aiwf cluster resize "$name" --nodes 1 --remove "no-$name"
ok aiwf cluster resize "$name" --nodes 1 --remove "$goes" --wait --for complete
[ "$(workers)" = "$(tail -1 "$T/workers")" ] || broken "$(workers) of $(cat "$T/workers") after $goes went"

# The client gives numbers as text in places, and "-" for null.
same() { # JQ: what of both is compared
    [ "$(jq -cS "$1" "$T/theirs")" = "$(jq -cS "$1" "$T/ours")" ] || broken "$(jq -cS "$1" "$T/theirs" "$T/ours")"
}

begin "a node group is added, and agrees with the openstack client's"
fails 1 aiwf nodegroup create "$name" gpu --taint nvidia.com/gpu=true:NoSchedule --no-wait
err_has 'it needs microversion 1.14'
fails 3 aiwf nodegroup create "$name" gpu --flavor "no-$name" --dry-run=server
ok aiwf nodegroup create "$name" gpu --flavor m1.small --nodes 1 --max 3 --role gpu --label a=b --merge-labels --wait --for complete
err_has 'nodes gpu  ok'
ok aiwf nodegroup show "$name" gpu -o json
json '.status + " " + .role + " " + .labels.a + " " + .labels.kube_tag' 'CREATE_COMPLETE gpu b v1.23.3-rancher1'
openstack coe nodegroup show "$name" gpu -f json >"$T/theirs"
aiwf nodegroup show "$name" gpu -o json >"$T/ours"
same '{uuid, name, cluster_id, project_id, labels, flavor_id, image_id, node_addresses, node_count, role, max_node_count, min_node_count, is_default, stack_id, status, status_reason}'
openstack coe nodegroup list "$name" -f json >"$T/theirs"
aiwf nodegroup list "$name" -o json --jq .items >"$T/ours"
same 'map({uuid, name, flavor_id, image_id, node_count, status, role}) | sort_by(.name)'
fails 5 aiwf nodegroup create "$name" gpu --no-wait
err_has 'already exists'

begin "it is changed and removed; the default ones stay"
ok aiwf nodegroup update "$name" gpu --min 1 --max 4 --wait -o json
json '"\(.min_node_count) \(.max_node_count)"' '1 4'
fails 5 aiwf nodegroup update "$name" gpu --min 4 --no-wait
ok aiwf nodegroup resize "$name" gpu --nodes 2 --wait --for complete
fails 1 aiwf nodegroup delete "$name" default-worker --no-wait
fails 3 aiwf nodegroup delete "$name" "no-$name" gpu --wait
err_has 'node group gpu deleted'
ok aiwf nodegroup list "$name" --role gpu -o name
out_is ''
fails 3 aiwf nodegroup show "$name" gpu
err_has "aiwf nodegroup list $name"
fails 3 aiwf nodegroup show "no-$name" gpu
err_has 'aiwf cluster list'
until_ok 20 called_unhealthy # Magnum looks itself now and then

begin "it is upgraded to the version of another template, while Magnum's API is restarted"
aiwf template show kubernetes -o json >"$T/template"
jq --arg name "$name" '{name: $name, coe, image_id, external_network_id, flavor_id, master_flavor_id, docker_volume_size, network_driver, labels: {kube_tag: "v1.23.4-rancher1"}}' "$T/template" >template.json
ok aiwf template create -f template.json -o name
at_exit "aiwf --cloud bed-demo cluster delete $name --wait --yes --timeout 5m; aiwf --cloud bed-demo template delete $name --yes"
fails 3 aiwf cluster upgrade "$name" --template "no-$name"
own_magnum
env OS_CLIENT_CONFIG_FILE=own.yaml "$AIWF" cluster upgrade "$name" --template "$name" --wait --for complete >"$T/upgraded" 2>"$T/upgrade" &
upgrading=$!
keep $upgrading
until_ok 60 grep -q 'stack ' "$T/upgrade"
kill -9 $magnum
until_ok 20 unreached
own_magnum
wait $upgrading
RC=$?
[ "$RC" = 0 ] || broken "exit $RC: $(tail -5 "$T/upgrade")"
ok aiwf cluster show "$name" -o json
json '.status + " " + .cluster_template_id' "UPDATE_COMPLETE $(aiwf template show "$name" -o json --jq .uuid)"
ok aiwf nodegroup show "$name" default-worker -o json
json .labels.kube_tag v1.23.4-rancher1
kill $magnum

begin "it is deleted, and then there is none"
ok aiwf cluster delete "$name" --wait
err_has 'resources left'
err_has "cluster $name deleted"
fails 3 aiwf cluster delete "$name" "no-$name"
err_has "cannot delete cluster no-$name"
ok aiwf cluster wait "$name" --for deleted
