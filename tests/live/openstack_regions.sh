#!/bin/sh
# needs: openstack
# The second region answers under its own address, in the same words.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
export OS_REGION_NAME=RegionTwo
one_at_a_time
BED_TWO=${BED_NET:-10.87.0}.3

begin "the second region's services answer at its address"
ok openstack --debug coe cluster template list -f json
json '[.[].name] | index("kubernetes") != null' true
err_has "GET http://$BED_TWO:9511/v1/clustertemplates"
ok openstack --debug network list -f json
json '[.[].Name] | index("public") != null' true
err_has "GET http://$BED_TWO:9696/v2.0/networks"
ok openstack volume list -f json
ok openstack server list -f json

begin "a service that the region lacks is told so"
fails 1 openstack stack list
err_has 'orchestration service in RegionTwo region not found'

begin "a region that is not there is told so"
fails 1 openstack --os-region-name RegionThree network list
err_has RegionThree
