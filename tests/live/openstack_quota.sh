#!/bin/sh
# needs: openstack
# The project with little quota is held to it, in the services' own words.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-small
name=$(a_name)
cluster() { openstack coe cluster create --cluster-template kubernetes --keypair bed --node-count 1 "$1"; }

begin "Cinder: more gigabytes than there are"
fails 1 openstack volume create --size 11 "$name"
err_has 'VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 11G, quota is 10G'

begin "Nova: more cores than there are"
fails 1 openstack server create --flavor m1.large --image fedora-coreos-35 --network public "$name"
err_has 'Quota exceeded for cores'

begin "Magnum accepts a cluster that there is no room for, and no second one"
until_ok 300 cluster "$name" # another suite may have the one that there is room for
at_exit "openstack --os-cloud bed-small coe cluster delete $name"
fails 1 cluster "$name-2"
err_has 'You have reached the maximum clusters per project, 1 (HTTP 403)'

begin "that cluster fails, in the words of the service that refused"
until_ok 300 cluster_is "$name" "CREATE_FAILED 1"
openstack coe cluster show "$name" -f json >"$T/cluster"
ok jq .faults "$T/cluster"
# Which quota is met first, Heat's threads decide.
json '[.[] | select(test("VolumeSizeExceedsAvailableQuota|Quota exceeded for"))] | length >= 1' true
ok openstack coe cluster delete "$name"
until_ok 300 no_cluster "$name"
