#!/bin/sh
# needs: openstack
# A reader of a project sees what is in it and changes nothing, in every service.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-viewer
name=$(a_name)
refused() { # WORDS SERVICE:PATH JSON
    echo "$3" >body.json
    fails 4 aiwf api openstack POST "$2" -f body.json
    err_has "$1"
}

begin "a reader reads"
ok aiwf infra networks -o json
json '[.items[].name] | index("private", "public") != null' 'true
true'
ok aiwf infra images -o json
json '[.items[].name] | index("fedora-coreos-35") != null' true
ok aiwf infra volumes -o json
ok aiwf infra servers -o json
ok aiwf api openstack GET 'orchestration:/v1/{project_id}/stacks'
ok aiwf cluster list -o json
ok aiwf template show kubernetes -o json
json .coe kubernetes

begin "Neutron refuses a reader's changes"
refused rule:create_network network:/v2.0/networks "{network: {name: $name}}"
ok aiwf infra networks private -o json --jq .id
network=$(cat "$OUT")
refused 'rule:create_subnet is disallowed' network:/v2.0/subnets "{subnet: {name: $name, network_id: $network, cidr: 10.29.0.0/24, ip_version: 4}}"

begin "Cinder refuses a reader's changes"
refused "Policy doesn't allow volume:create" 'block-storage:/v3/{project_id}/volumes' "{volume: {name: $name, size: 1}}"

begin "Glance refuses a reader's changes"
refused 'not authorized to complete add_image' image:/v2/images "{name: $name}"

begin "Nova refuses a reader's changes"
ok aiwf infra images fedora-coreos-35 -o json --jq .id
refused "Policy doesn't allow os_compute_api:servers:create" compute:/v2.1/servers "{server: {name: $name, flavorRef: '1', imageRef: $(cat "$OUT"), networks: [{uuid: $network}]}}"

begin "Heat refuses a reader's changes"
refused 'not authorized to use stacks:create' 'orchestration:/v1/{project_id}/stacks' "{stack_name: $name, template: {heat_template_version: '2018-08-31', resources: {r: {type: 'OS::Heat::None'}}}}"

begin "Magnum refuses a reader's changes"
fails 4 aiwf cluster create "$name" --template kubernetes --keypair bed --no-wait
err_has "Policy doesn't allow cluster:create"
fails 4 aiwf template create "$name" --image fedora-coreos-35 --external-network public --flavor m1.small
err_has "Policy doesn't allow clustertemplate:create"

begin "Keystone refuses a reader's changes"
refused identity:create_project identity:/v3/projects "{project: {name: $name}}"
