#!/bin/sh
# needs: openstack
# Clusters that fail for real, each for a cause of its own, and one that hangs: why names the cause, and what to do.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)
# On a network that is there, without floating addresses: of the two, OpenStack has a third of the work.
small="--fixed-network private --fixed-subnet private-subnet --no-floating-ip"
# shellcheck disable=SC2086
create() { aiwf cluster create "$@" $small --keypair bed --no-wait; }
is() { [ "$(aiwf cluster show "$1" -o json --jq .status)" = "$2" ]; }
has_stack() { aiwf cluster show "$1" -o json --jq .stack_id | grep -q -- -; }
links() { jq -r ".chain[] | select($1) | $2" "$OUT" >"$T/links" && cat "$T/links"; }
link_is() { [ "$(links "$1" "$2")" = "$3" ] || broken "links $1: $(cat "$T/links"), not $3"; }
tries_work() { # what it proposes are commands of aiwf
    jq -r '.useful[].command' "$OUT" | sed 's/.*| //; s/^aiwf //' >"$T/commands" && [ -s "$T/commands" ] || return 1
    while read -r command; do
        # shellcheck disable=SC2086
        aiwf $command -h >/dev/null || return 1
    done <"$T/commands"
}

begin "five clusters begin, which cannot become one"
switch "fail-cluster-$name-machine" 'no space left on device'
switch "hang-cluster-$name-hang" on
head -c 4096 /dev/urandom >image
openstack image create --disk-format raw --container-format bare --property os_distro=fedora-coreos --file image "$name" -f value -c id >image.id
jq -n --arg name "$name" '{name: $name, coe: "kubernetes", image_id: $name, external_network_id: "public", flavor_id: "m1.small", master_flavor_id: "m1.small"}' >template.json
ok aiwf api openstack POST container-infra:/v1/clustertemplates -f template.json
# Latest first: a template goes when its clusters are gone.
at_exit "aiwf --cloud bed-demo cluster wait $name-image --for deleted; aiwf --cloud bed-demo api openstack DELETE container-infra:/v1/clustertemplates/$name"
for what in host machine image hang; do at_exit "aiwf --cloud bed-demo cluster delete $name-$what --no-wait --yes"; done
ok create "$name-image" --template "$name"
ok create "$name-host" --template kubernetes --flavor g8.h100 --master-flavor g8.h100
ok create "$name-machine" --template kubernetes
ok create "$name-hang" --template kubernetes
at_exit "aiwf --cloud bed-small cluster delete $name-quota --no-wait --yes"
until_ok 300 env OS_CLOUD=bed-small aiwf cluster create "$name-quota" --keypair bed --no-wait --template kubernetes
until_ok 30 has_stack "$name-image"
ok aiwf api openstack DELETE "image:/v2/images/$(cat image.id)"

begin "a missing image"
until_ok 120 is "$name-image" CREATE_FAILED
ok aiwf why cluster "$name-image" -o json
json .verdict failed
link_is '.layer == "glance"' '"\(.name) \(.state)"' "$name missing"
true_that tries_work
fails 3 aiwf cluster create "$name-2" --template "$name" --keypair bed --dry-run=server
err_has "there is no \"$name\" here"

begin "a machine that reports a failure"
until_ok 300 is "$name-machine" CREATE_FAILED
ok aiwf why cluster "$name-machine" -o json
link_is '.type == "OS::Heat::SoftwareDeployment"' .reason 'Deployment to server failed: no space left on device'
link_is '.layer == "nova"' .state ACTIVE
true_that tries_work

begin "the same in Magnum's and Heat's words, as the openstack client shows them"
ok openstack coe cluster show "$name-machine" -f json
json '.status_reason' 'default-master failed, default-worker failed'
json '.faults["default-master"]' 'Resource CREATE failed: Error: resources.kube_masters.resources[0].resources.master_config_deployment: Deployment to server failed: no space left on device'
ok openstack stack resource list -n 3 --filter status=FAILED "$(jq -r .stack_id "$OUT")" -f json
json '[.[] | select(.resource_type == "OS::Heat::SoftwareDeployment").resource_name] | unique | join(" ")' master_config_deployment

begin "a quota: Magnum takes one cluster that there is no room for, and no second one"
fails 6 env OS_CLOUD=bed-small aiwf cluster create "$name-second" --keypair bed --no-wait --template kubernetes
err_has 'You have reached the maximum clusters per project, 1'
fails 6 env OS_CLOUD=bed-small aiwf cluster wait "$name-quota"
over_quota() { (export OS_CLOUD=bed-small && is "$name-quota" CREATE_FAILED); }
until_ok 120 over_quota # Magnum hears of it after Heat
ok env OS_CLOUD=bed-small aiwf cluster show "$name-quota" -o json
# Which quota is met first, Heat's threads decide.
json '[.faults[] | select(test("VolumeSizeExceedsAvailableQuota|Quota exceeded for"))] | length >= 1' true
ok env OS_CLOUD=bed-small aiwf why cluster "$name-quota" -o json
json '[.chain[] | select(.layer == "quota" and (.state | startswith("free 0 of"))).name] | any(. == "cinder gigabytes" or . == "nova instances")' true
json '.useful[-1].command' "aiwf cluster delete $name-quota"
true_that tries_work
fails 6 env OS_CLOUD=bed-small aiwf cluster create "$name-2" --template kubernetes --keypair bed --nodes 4 --dry-run=server
true_that grep -q 'quota nova instances  *fail  *asked 5, free' "$OUT"
true_that grep -q 'quota neutron port  *fail' "$OUT"
err_has 'quota magnum clusters'

begin "no valid host, and what a member may not see"
until_ok 300 is "$name-host" CREATE_FAILED
ok aiwf why cluster "$name-host" -o json
link_is '.layer == "nova"' '"\(.state): \(.reason)"' 'ERROR: No valid host was found.'
link_is '.layer == "placement" and .kind == "flavor"' '"\(.name) \(.seen)"' 'g8.h100 false'
out_has 'needs admin'
true_that tries_work
ok aiwf why cluster "$name-host"
out_has "cluster $name-host failed: server $name-host-"
out_has ': No valid host was found.'
id=$(aiwf cluster show "$name-host" -o json --jq .uuid)
ok aiwf --cloud bed why cluster "$id" -o json
link_is '.layer == "heat" and .kind == "stack"' .state CREATE_FAILED # of another project
link_is '.layer == "placement" and .kind == "flavor"' '"\(.name) \(.state)"' 'g8.h100 room for 0'
ok aiwf --cloud bed-viewer why cluster "$name-host"

begin "one that hangs: what it waits for"
ok aiwf why cluster "$name-hang" -o json
json '.verdict + " " + .status' 'waiting CREATE_IN_PROGRESS'
json .summary "cluster $name-hang is not finished: it waits for kube_masters/0/master_config_deployment"
true_that tries_work

begin "a cluster that is not there is exit 3"
fails 3 aiwf why cluster "no-$name"

begin "the pre-flight: what there is enough of, and what a login cannot do"
ok aiwf cluster create "$name-3" --template kubernetes --keypair bed --dry-run=server -o json
json '[.items[].state] | unique - ["ok", "unknown"]' '[]'
fails 6 aiwf --cloud bed cluster create "$name-3" --template kubernetes --keypair bed --flavor g1.a100 --nodes 9 --dry-run=server
err_has 'not enough A100 for flavor g1.a100: asked 9, free '
fails 4 aiwf --cloud bed-credential cluster create "$name-3" --template kubernetes --keypair bed --dry-run=server
err_has 'a restricted application credential'
fails 3 aiwf cluster create "$name-3" --template "no-$name" --dry-run=server
ok aiwf cluster create "$name-3" --template kubernetes --keypair bed --label kube_tagg=1 --dry-run=server
true_that grep -q 'label  *warn  *kube_tagg' "$OUT"
fails 3 aiwf cluster show "$name-3"

begin "what failed and what hangs is deleted all the same"
switch_off "fail-cluster-$name-machine"
ok aiwf cluster delete "$name-machine" "$name-hang" --wait --yes
fails 3 aiwf cluster show "$name-hang"
