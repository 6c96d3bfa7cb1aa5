#!/bin/sh
# needs: openstack
# The bed's switch fail-cluster: a cluster's machines report a failure, and Magnum hands on what Heat says of it.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)

begin "a cluster whose machine fails is CREATE_FAILED, with the reason of Heat's resource"
switch "fail-cluster-$name" 'no space left on device'
ok openstack coe cluster create --cluster-template kubernetes --keypair bed --node-count 1 "$name"
at_exit "openstack --os-cloud bed-demo coe cluster delete $name"
until_ok 300 cluster_is "$name" "CREATE_FAILED 1"
ok openstack coe cluster show "$name" -f json
json '.status_reason' 'default-master failed, default-worker failed'
json '.faults["default-master"]' 'Resource CREATE failed: Error: resources.kube_masters.resources[0].resources.master_config_deployment: Deployment to server failed: no space left on device'
stack=$(jq -r .stack_id "$OUT")
ok openstack stack resource list -n 3 --filter status=FAILED "$stack" -f json
json '[.[] | select(.resource_type == "OS::Heat::SoftwareDeployment").resource_name] | unique | join(" ")' master_config_deployment

begin "it is deleted"
switch_off "fail-cluster-$name"
ok openstack coe cluster delete "$name"
until_ok 300 no_cluster "$name"
