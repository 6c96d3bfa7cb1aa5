#!/bin/sh
# needs: openstack
# Flavours with GPUs: the bed's host has eight A100 to share out, and no H100.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)
server() { openstack server create --image fedora-coreos-35 --network private --wait --flavor "$1" "$2" -f json; }

begin "a server with a part of an A100 is ACTIVE"
ok server g1.a100 "$name-a"
at_exit "openstack --os-cloud bed-demo server delete --wait $name-a $name-h"
json '.status' ACTIVE

# The client says nothing of it: a caller has to look at the status.
begin "one with eight H100 is in ERROR, for want of a host, and the client's exit code is 0"
ok server g8.h100 "$name-h"
out_has 'Error creating server'
ok openstack server show "$name-h" -f json
json '.status' ERROR
json '.fault.message' 'No valid host was found. '
json '.fault.code' 500
ok openstack server delete --wait "$name-a" "$name-h"
