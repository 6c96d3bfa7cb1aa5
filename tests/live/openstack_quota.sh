#!/bin/sh
# needs: openstack
# The project with little quota is held to it, in the services' own words; by Magnum in aiwf_why.sh.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-small
name=$(a_name)

begin "Cinder: more gigabytes than there are"
fails 1 openstack volume create --size 11 "$name"
err_has 'VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 11G, quota is 10G'

begin "Nova: more cores than there are"
fails 1 openstack server create --flavor m1.large --image fedora-coreos-35 --network public "$name"
err_has 'Quota exceeded for cores'
