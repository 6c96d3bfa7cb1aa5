#!/bin/sh
# needs: openstack
# A server on a network of its own, with a volume: made, read, changed, removed.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)
volume_is() { [ "$(openstack volume show "$name" -f value -c status)" = "$1" ]; }
no_volume() { ! openstack volume show "$name"; }

begin "a network"
ok openstack network create "$name" -f json
at_exit "openstack --os-cloud bed-demo network delete $name"
json '.status' ACTIVE
ok openstack subnet create --network "$name" --subnet-range 10.99.0.0/24 "$name"

begin "a server becomes ACTIVE on that network, with a port that is bound"
ok openstack server create --flavor m1.small --image fedora-coreos-35 --network "$name" --key-name bed --wait "$name" -f json
at_exit "openstack --os-cloud bed-demo server delete --wait $name"
json '.status' ACTIVE
ok openstack port list --server "$name" --long -f json
json '.[] | .Status + " " + .["Fixed IP Addresses"][0].ip_address[:8]' "ACTIVE 10.99.0."

begin "it gets a property, is stopped and started"
ok openstack server set --property role=test "$name"
ok openstack server stop "$name"
server_is() { [ "$(openstack server show "$name" -f value -c status)" = "$1" ]; }
until_ok 60 server_is SHUTOFF
ok openstack server start "$name"
until_ok 60 server_is ACTIVE
ok openstack server show "$name" -f json
json '.properties.role // .properties' test

begin "a volume is attached to it and detached"
ok openstack volume create --size 1 "$name"
at_exit "openstack --os-cloud bed-demo volume delete $name"
until_ok 60 volume_is available
ok openstack server add volume "$name" "$name"
until_ok 60 volume_is in-use
ok openstack server remove volume "$name" "$name"
until_ok 60 volume_is available

begin "they are removed"
ok openstack server delete --wait "$name"
ok openstack volume delete "$name"
until_ok 60 no_volume
ok openstack network delete "$name"
fails 1 openstack network show "$name"
