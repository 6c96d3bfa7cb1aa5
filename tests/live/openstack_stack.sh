#!/bin/sh
# needs: openstack
# A stack makes a network, changes it, and removes it.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)
template() { # DESCRIPTION
    cat >stack.yaml <<Y
heat_template_version: 2018-08-31
resources:
  network: {type: OS::Neutron::Net, properties: {name: $name, tags: [$1]}}
Y
}

begin "a stack is made, with its network"
template first
ok openstack stack create --wait --template stack.yaml "$name" -f json
at_exit "openstack --os-cloud bed-demo stack delete --yes $name"
out_has '"stack_status": "CREATE_COMPLETE"'

begin "it is updated"
template second
ok openstack stack update --wait --template stack.yaml "$name" -f json
out_has '"stack_status": "UPDATE_COMPLETE"'
ok openstack network show "$name" -f json
json '.status + " " + .tags[0]' 'ACTIVE second'

begin "it is removed, with its network"
ok openstack stack delete --yes --wait "$name"
fails 1 openstack network show "$name"
