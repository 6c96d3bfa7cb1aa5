#!/bin/sh
# needs: openstack
# Templates, quotas, services and counts of Magnum by aiwf, field by field as the openstack client has them.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
export XDG_CACHE_HOME="$T/cache"
name=$(a_name)
# Ours and theirs are the same, where they have the field; their client says "-" or "" for null, and some numbers as text.
agree() { # JQ-KEY
    jq -n --slurpfile theirs "$T/theirs" --slurpfile ours "$T/ours" --arg key "$1" '
        def plain: if . == "" or . == "-" or . == null then null elif type == "object" then (tojson) else tostring end;
        ($ours[0] | INDEX(.[$key])) as $by | ($theirs[0] | length) > 0 and
        all($theirs[0][]; . as $one | all(keys[]; ($one[.] | plain) == ($by[$one[$key] | tostring][.] | plain)))' | grep -qx true
}
theirs() { openstack "$@" -f json | jq 'if type == "array" then . else [.] end' >"$T/theirs"; }
# Some of the client's verbs print a table only.
table() { openstack "$@" | sed -n 's/^| *\([a-z_]*\) *| *\([^|]*[^ |]\) *|$/{"\1": "\2"}/p' | jq -s '[add | del(.Property, .Field)]' >"$T/theirs"; }
ours() { aiwf "$@" -o json --jq 'if has("items") then .items else [.] end' >"$T/ours"; }
create() { aiwf template create "$name" --image fedora-coreos-35 --external-network public --flavor m1.small "$@"; }
gone() { at_exit "aiwf --cloud bed-demo template delete $1"; }

begin "what is wrong is said before anything is sent"
fails 2 aiwf template create "$name"
err_has 'aiwf infra images'
fails 2 create --label broken
fails 2 create --floating-ip --no-floating-ip
echo 'image: x' >bad.yaml
fails 2 create -f bad.yaml
err_has 'bad.yaml:1:1'
fails 2 aiwf template update "$name"
fails 2 aiwf template update "$name" flavour_id=x
err_has 'flavor_id?'
fails 2 aiwf template update "$name" docker_volume_size=many

begin "a template of all that can be said agrees with the openstack client's"
cat >template.yaml <<Y
network_driver: calico
labels: {kube_tag: v1.23.3-rancher1, a: b}
tags: one
Y
ok create -f template.yaml --master-flavor m1.small --keypair bed --docker-volume-size 12 --label a=c --volume-driver cinder \
    --dns-nameserver 8.8.8.8 --no-floating-ip --master-lb --server-type vm --tls-disabled --registry --tags two,three \
    --http-proxy http://p.test:1 --https-proxy http://p.test:2 --no-proxy 10.0.0.0/8 --insecure-registry r.test -o json
uuid=$(jq -r .uuid "$OUT")
gone "$uuid"
json '.labels.a + " " + .network_driver + " " + .tags' 'c calico two,three'
true_that theirs coe cluster template show "$uuid"
true_that ours template show "$uuid"
true_that agree uuid
json '.floating_ip_enabled | tostring' false

begin "it is changed by key, as the openstack client sees"
ok aiwf template update "$name" docker_volume_size=9 labels.new=x labels.a=d public=false --remove keypair_id --remove labels.kube_tag
true_that theirs coe cluster template show "$uuid"
[ "$(jq -c '.[0] | [.docker_volume_size, .labels, .keypair_id]' "$T/theirs")" = '[9,{"a":"d","new":"x"},"-"]' ] || broken "$(cat "$T/theirs")"
fails 3 aiwf template update "$name" flavor_id=nosuch
err_has 'aiwf infra flavors'
ok aiwf template update "$name" flavor_id=m1.tiny --dry-run=client
json '.[0] | .op + " " + .path + " " + .value' 'replace /flavor_id m1.tiny'

begin "a name of two is exit 5, with both ids; each goes by its own"
ok create -o json
second=$(jq -r .uuid "$OUT")
gone "$second"
for verb in show delete; do
    fails 5 aiwf template "$verb" "$name"
    err_has "$uuid"
    err_has "$second"
done
fails 3 aiwf template delete "$second" "no-$name"
err_has "template $second deleted"
ok aiwf template show "$name" -o name
out_is "template/$name"

begin "a refused image is explained: it is not there, or has no os_distro"
fails 3 create --image "no-$name"
err_has "there is no image \"no-$name\" here"
an_image() { # JSON
    echo "$1" >image.yaml
    ok aiwf api openstack POST image:/v2/images -f image.yaml
    at_exit "aiwf --cloud bed-demo api openstack DELETE image:/v2/images/$(jq -r .id "$OUT")"
}
an_image "{name: $name}"
fails 1 create --image "$name"
err_has "image $name has no property os_distro"
fails 1 create --image "$name" --dry-run=server
an_image "{name: $name-9, os_distro: plan9}"
fails 1 create --image "$name-9"
err_has "no driver for image $name-9, whose os_distro is \"plan9\""
fails 4 create --public
err_has 'Not authorized to set public'

begin "counts and services agree"
true_that theirs --os-cloud bed coe service list
true_that ours cluster services --cloud bed
for file in theirs ours; do jq 'map({binary, host, state, disabled_reason})' "$T/$file" >"$T/x" && mv "$T/x" "$T/$file"; done
true_that agree binary
fails 4 aiwf cluster services
# Others make clusters meanwhile.
own=$(aiwf cluster quotas show -o name)
stats_agree() {
    table coe stats list "${own#quota/}" && ours cluster stats &&
        [ "$(jq -c '.[0] | .clusters + " " + .nodes' "$T/theirs")" = "$(jq -c '.[0] | "\(.clusters) \(.nodes)"' "$T/ours")" ]
}
until_ok 60 stats_agree
ok aiwf cluster stats --project small --cloud bed
fails 3 aiwf cluster stats --project "no-$name" --cloud bed

begin "a project's quota is made, changed, and taken away"
export OS_CLOUD=bed
project=$(echo "project: {name: $name, domain_id: default}" | aiwf api openstack POST identity:/v3/projects -f - --jq .project.id)
at_exit "aiwf --cloud bed api openstack DELETE identity:/v3/projects/$project"
fails 2 aiwf cluster quotas create "$name"
ok aiwf cluster quotas create "$name" --hard-limit 3
fails 5 aiwf cluster quotas create "$name" --hard-limit 4
ok aiwf cluster quotas update "$project" --hard-limit 7 -o json
json '.hard_limit' 7
true_that table coe quotas show --project-id "$project" --resource Cluster
true_that ours cluster quotas show "$name"
true_that agree project_id
ok aiwf cluster quotas list --all-projects -o name
out_has "quota/$project"
ok aiwf cluster quotas delete "$name"
fails 3 aiwf cluster quotas delete "$name"
fails 3 aiwf cluster quotas update "$name" --hard-limit 1
err_has "cluster quotas create $name"
