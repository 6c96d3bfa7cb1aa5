#!/bin/sh
# needs: openstack
# A reader of a project sees what is in it and changes nothing, in every service.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-viewer
name=$(a_name)
refused() { # WORDS CMD...
    words=$1
    shift
    fails 1 openstack "$@"
    err_has "$words"
}

begin "a reader reads"
ok openstack network list -f json
json '[.[].Name] | index("private", "public") != null' 'true
true'
ok openstack image list -f json
json '[.[].Name] | index("fedora-coreos-35") != null' true
ok openstack volume list -f json
ok openstack server list -f json
ok openstack stack list -f json
ok openstack coe cluster list -f json
ok openstack coe cluster template show kubernetes -f json
json .coe kubernetes

begin "Neutron refuses a reader's changes"
refused 'HttpException: 403, rule:create_network' network create "$name"
refused 'rule:create_subnet is disallowed' subnet create --network private --subnet-range 10.29.0.0/24 "$name"

begin "Cinder refuses a reader's changes"
refused "Policy doesn't allow volume:create" volume create --size 1 "$name"

begin "Glance refuses a reader's changes"
refused 'not authorized to complete add_image' image create "$name"

begin "Nova refuses a reader's changes"
refused "Policy doesn't allow os_compute_api:servers:create" server create --flavor m1.small --image fedora-coreos-35 --network private "$name"

begin "Heat refuses a reader's changes"
echo '{"heat_template_version": "2018-08-31", "resources": {"r": {"type": "OS::Heat::None"}}}' >stack.json
refused 'not authorized to use stacks:create' stack create --template stack.json "$name"

begin "Magnum refuses a reader's changes"
refused "Policy doesn't allow cluster:create" coe cluster create --cluster-template kubernetes --keypair bed "$name"
refused "Policy doesn't allow clustertemplate:create" coe cluster template create --coe kubernetes --image fedora-coreos-35 --external-network public "$name"

begin "Keystone refuses a reader's changes"
refused identity:create_project project create "$name"
