#!/bin/sh
# needs: openstack
# Magnum: a cluster is made by Heat's stacks, and goes; what is in between is in aiwf_cluster.sh.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo SHELL=/bin/sh # SHELL: "coe cluster config" ends in a KeyError without it
name=$(a_name)
servers() { # the cluster's, by status
    ok openstack server list --name "^$name-" -f json
    json '[.[].Status] | join(" ")' "$1"
}

begin "a cluster reaches CREATE_COMPLETE, with its servers and addresses"
ok openstack coe cluster create --cluster-template kubernetes --keypair bed --master-count 1 --node-count 1 "$name"
at_exit "openstack --os-cloud bed-demo coe cluster delete $name"
until_ok 300 cluster_is "$name" "CREATE_COMPLETE 1"
ok openstack coe cluster show "$name" -f json
json '.api_address[:8] + " " + (.master_addresses + .node_addresses | length | tostring)' 'https:// 2'
servers 'ACTIVE ACTIVE'

begin "it hands out a kubeconfig"
ok openstack coe cluster config --dir . "$name"
true_that grep -q client-certificate-data config

begin "it is deleted, with all that Heat made for it"
ok openstack coe cluster delete "$name"
until_ok 300 no_cluster "$name"
servers ''
ok openstack volume list -f json
json "[.[] | select(.Name | startswith(\"$name-\"))] | length" 0
