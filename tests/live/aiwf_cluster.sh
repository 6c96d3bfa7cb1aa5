#!/bin/sh
# needs: openstack
# The life of a cluster by aiwf: created in stages, waited for on, resized, given a node group, and deleted; and one that
# fails for real.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
export XDG_CACHE_HOME="$T/cache"
name=$(a_name)
gone() { at_exit "openstack --os-cloud ${2:-bed-demo} coe cluster delete $1"; }
# Runs it on a terminal, all that it prints to stdout.
on_a_terminal() { python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@"; }
stage_seen() { grep -Eq "$1" "$T/create.err"; }
create() { aiwf cluster create --template kubernetes --keypair bed --nodes 1 --for complete "$@"; }

begin "what Magnum would refuse is refused before anything is sent"
fails 2 create 1st
err_has 'cannot be a cluster'
fails 2 aiwf cluster create "$name"
err_has 'aiwf template list'
fails 2 create "$name" --label broken
ok create "$name" --label a=b --merge-labels --dry-run=client
json '.name + " " + .labels.a + " " + (.merge_labels | tostring)' "$name b true"

begin "Ctrl-C leaves a creation going on, and says how to wait for it"
switch "fail-cluster-$name-f" 'no space left on device'
create "$name-f" --wait >"$T/failing" 2>&1 &
failing=$!
gone "$name-f"
aiwf cluster create "$name" --template kubernetes --keypair bed --nodes 1 --wait >"$T/create.out" 2>"$T/create.err" &
creating=$!
keep $creating
gone "$name"
until_ok 60 stage_seen 'stack .* of .* resources'
kill -INT $creating
wait $creating
RC=$?
[ "$RC" = 130 ] || broken "exit $RC"
cp "$T/create.err" "$ERR"
err_has "aiwf cluster wait $name"

begin "a second one of that name, and a change meanwhile, are exit 5"
fails 5 create "$name"
err_has 'there is one of that name'
fails 5 aiwf cluster resize "$name" --nodes 2
err_has 'CREATE_IN_PROGRESS'
err_has "aiwf cluster wait $name"
fails 5 aiwf nodegroup create "$name" gpu --no-wait
err_has 'has no address yet'
fails 5 aiwf cluster update "$name" node_count=2 --no-wait
err_has "aiwf cluster wait $name"

begin "a wait goes on, on a terminal, until it is complete"
ok on_a_terminal aiwf cluster wait "$name" --for complete
for words in 'stack  ' 'masters  ' '1 of 1 ready' CREATE_COMPLETE; do out_has "$words"; done
ok aiwf cluster wait "$name" --for complete -o json
json '.status + " " + (.node_count | tostring)' 'CREATE_COMPLETE 1'

begin "one whose machine fails ends at once, with the resource and the reason"
wait $failing
RC=$?
[ "$RC" = 1 ] || broken "exit $RC"
cp "$T/failing" "$ERR"
err_has "cannot create cluster $name-f: kube_masters/0/master_config_deployment failed"
err_has 'no space left on device'
switch_off "fail-cluster-$name-f"
ok aiwf cluster events "$name-f" -o json --jq '[.items[] | select(.status == "CREATE_FAILED").resource] | index("kube_masters/0/master_config_deployment") != null'
out_is true

begin "its events agree with Heat's"
stack=$(aiwf cluster show "$name" -o json --jq .stack_id)
openstack stack event list --nested-depth 5 "$stack" -f json >"$T/theirs"
ok aiwf cluster events "$name" -o json
jq -c '[.[].resource_status] | sort' "$T/theirs" >"$T/a"
jq -c '[.items[].status] | sort' "$OUT" >"$T/b"
true_that cmp "$T/a" "$T/b"
json '.items[0] | .resource + " " + .status' 'stack CREATE_IN_PROGRESS'

begin "what does not answer is waited for until the deadline"
fails 8 aiwf cluster wait "$name" --timeout 3s
err_has "aiwf cluster wait $name"

begin "it grows, in a pipe, a line a change"
ok aiwf cluster resize "$name" --nodes 2 --wait --for complete
err_has 'nodes  1/2'
err_has '2 of 2 ready'
out_has UPDATE_COMPLETE

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
ok aiwf nodegroup resize "$name" gpu --nodes 2 --no-wait
fails 1 aiwf nodegroup delete "$name" default-worker --no-wait
fails 3 aiwf nodegroup delete "$name" "no-$name" gpu --wait
err_has 'node group gpu deleted'
ok aiwf nodegroup list "$name" --role gpu -o name
out_is ''
fails 3 aiwf nodegroup show "$name" gpu
err_has "aiwf nodegroup list $name"
fails 3 aiwf nodegroup show "no-$name" gpu
err_has 'aiwf cluster list'
ok aiwf cluster update "$name" health_status=UNHEALTHY -o json
json .health_status UNHEALTHY

begin "a quota is exit 6"
gone "$name-q" bed-small
fails 6 create "$name-q" --cloud bed-small --wait

begin "it is deleted, and then there is none"
ok aiwf cluster delete "$name" --wait
err_has 'resources left'
err_has "cluster $name deleted"
fails 3 aiwf cluster delete "$name" "no-$name"
err_has "cannot delete cluster no-$name"
ok aiwf cluster wait "$name" --for deleted
