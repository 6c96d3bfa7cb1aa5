#!/bin/sh
# needs: openstack
# The bed's switch hang-cluster: a cluster whose machines never answer stays in progress, until it is deleted.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)
waits() { # for the agent of its first machine
    sleep 1
    openstack stack resource list -n 3 --filter status=IN_PROGRESS "$stack" -f json >"$T/waits"
    grep -q OS::Heat::SoftwareDeployment "$T/waits"
}

begin "a cluster whose machine never answers stays CREATE_IN_PROGRESS"
switch "hang-cluster-$name" on
ok openstack coe cluster create --cluster-template kubernetes --keypair bed --node-count 1 "$name"
at_exit "openstack --os-cloud bed-demo coe cluster delete $name"
stack_known() { stack=$(openstack coe cluster show "$name" -f value -c stack_id) && [ -n "$stack" ] && [ "$stack" != None ]; }
until_ok 60 stack_known
until_ok 180 waits
ok openstack coe cluster show "$name" -f json
json '.status' CREATE_IN_PROGRESS

begin "it is deleted all the same"
ok openstack coe cluster delete "$name"
until_ok 300 no_cluster "$name"
