#!/bin/sh
# needs: openstack
# Magnum: a template of a cluster is made, read, changed and removed.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)

begin "a template is made, changed and read"
ok openstack coe cluster template create --coe kubernetes --image fedora-coreos-35 --external-network public --flavor m1.small --master-flavor m1.small "$name"
at_exit "openstack --os-cloud bed-demo coe cluster template delete $name"
ok openstack coe cluster template update "$name" replace flavor_id=m1.medium
ok openstack coe cluster template show "$name" -f json
json '.coe + " " + .network_driver + " " + .flavor_id' 'kubernetes flannel m1.medium'

begin "one that names what is not there is refused"
fails 1 openstack coe cluster template create --coe kubernetes --image fedora-coreos-35 --external-network none-such "$name-2"
err_has none-such

begin "it is removed"
ok openstack coe cluster template delete "$name"
fails 1 openstack coe cluster template show "$name"
err_has 'HTTP 404'
