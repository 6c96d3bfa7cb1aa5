#!/bin/sh
# needs: openstack
# An image is uploaded, read, changed, fetched again and removed.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)

begin "an image is uploaded, changed and read"
head -c 4096 /dev/urandom >image
ok openstack image create --disk-format raw --container-format bare --file image "$name"
at_exit "openstack --os-cloud bed-demo image delete $name"
ok openstack image set --property os_distro=bed "$name"
ok openstack image show "$name" -f json
json '.status + " " + (.size | tostring) + " " + .properties.os_distro' 'active 4096 bed'

begin "it comes back as it was"
ok openstack image save --file copy "$name"
true_that cmp image copy

begin "it is removed"
ok openstack image delete "$name"
fails 1 openstack image show "$name"
err_has "No Image found for $name"
