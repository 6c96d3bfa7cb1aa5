#!/bin/sh
# needs: openstack
# What aiwf says of a cloud agrees with the openstack client, noun by noun; names that fit two, users who may not.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
export XDG_CACHE_HOME="$T/cache"
name=$(a_name)
post() { # SERVICE:PATH JSON: the answer's id
    echo "$2" >"$T/body.json"
    ok aiwf api openstack POST "$1" -f "$T/body.json" --jq 'first(.[] | .id?)'
    made=$(cat "$OUT")
}
gone_at_exit() { at_exit "aiwf --cloud bed-demo api openstack DELETE '$1'"; }
# THEIRS OURS CLIENT-WORDS... -- AIWF-WORDS...: the jq expressions make each list one of the same form. Other suites' things
# come and go meanwhile, so those of this one are compared, and what no suite changes.
mine() { jq -S --arg name "$name" "[.[] | select($1) | $2] | sort_by(.id)"; }
same() {
    which=$1 theirs=$2 ours=$3
    shift 3
    openstack "$@" -f json | mine "$(echo "$which" | sed 's/name/Name/')" "$theirs" >"$T/theirs" || return 1
    aiwf infra $noun -o json --jq .items | mine "$which" "$ours" >"$T/ours" || return 1
    [ "$(jq length "$T/theirs")" -gt 0 ] && cmp -s "$T/theirs" "$T/ours"
}
by_name='(.name // "") | startswith($name)'
agrees() { noun=$1 && shift && until_ok 30 same "$@"; }

post network:/v2.0/networks "{\"network\": {\"name\": \"$name-twin\"}}"
one=$made && gone_at_exit "network:/v2.0/networks/$one"
post network:/v2.0/networks "{\"network\": {\"name\": \"$name-twin\"}}"
two=$made && gone_at_exit "network:/v2.0/networks/$two"
post network:/v2.0/routers "{\"router\": {\"name\": \"$name\"}}"
gone_at_exit "network:/v2.0/routers/$made"
ok aiwf infra networks public -o json --jq .id
public=$(cat "$OUT")
post network:/v2.0/floatingips "{\"floatingip\": {\"floating_network_id\": \"$public\"}}"
floating=$made && gone_at_exit "network:/v2.0/floatingips/$floating"
post 'block-storage:/v3/{project_id}/volumes' "{\"volume\": {\"name\": \"$name\", \"size\": 1, \"metadata\": {\"a\": \"b\"}}}"
gone_at_exit "block-storage:/v3/{project_id}/volumes/$made"
ok aiwf infra images fedora-coreos-35 -o json --jq .id
image=$(cat "$OUT")
ok aiwf infra networks private -o json --jq .id
post compute:/v2.1/servers "{\"server\": {\"name\": \"$name\", \"flavorRef\": \"1\", \"imageRef\": \"$image\", \"networks\": [{\"uuid\": \"$(cat "$OUT")\"}]}}"
server=$made && gone_at_exit "compute:/v2.1/servers/$server"

begin "servers agree"
agrees servers "$by_name" '{id: .ID, name: .Name, status: .Status, networks: .Networks, image: .["Image ID"], flavor: .["Flavor Name"], zone: .["Availability Zone"], properties: .Properties}' \
    '{id, name, status, networks: (.addresses | map_values(map(.addr))), image: .image.id, flavor: .flavor.original_name, zone: .["OS-EXT-AZ:availability_zone"], properties: .metadata}' \
    server list --long
ok aiwf infra servers show "$name"
true_that grep -q "^id  *$server" "$OUT"
ok aiwf infra servers "$server" "$name" -o name
[ "$(sort -u "$OUT")" = "server/$name" ] && [ "$(wc -l <"$OUT")" = 2 ] || broken "two names"

begin "flavors agree"
agrees flavors true '{id: .ID, name: .Name, ram: .RAM, disk: .Disk, vcpus: .VCPUs, public: .["Is Public"], properties: .Properties}' \
    '{id, name, ram, disk, vcpus, public: .["os-flavor-access:is_public"], properties: .extra_specs}' flavor list --long

begin "networks, routers and floating IPs agree"
agrees networks "$by_name" '{id: .ID, name: .Name, status: .Status, project: .Project, up: .State, shared: .Shared, subnets: .Subnets, external: .["Router Type"], tags: .Tags}' \
    '{id, name, status, project: .project_id, up: .admin_state_up, shared, subnets, external: .["router:external"], tags}' network list --long
agrees routers "$by_name" '{id: .ID, name: .Name, status: .Status, up: .State, project: .Project, routes: .Routes, gateway: (.["External gateway info"] // null)}' \
    '{id, name, status, up: .admin_state_up, project: .project_id, routes, gateway: .external_gateway_info}' router list --long
noun=floating-ips
floating_agree() {
    openstack floating ip show "$floating" -f json | jq -S 'del(.location, .subnet_id, .qos_policy_id, .dns_name, .dns_domain, .name, .port_details) | map_values(if . == "" then null else . end)' >"$T/theirs" &&
        aiwf infra floating-ips show "$floating" -o json | jq -S --slurpfile theirs "$T/theirs" 'with_entries(select(.key as $k | $theirs[0] | has($k))) | map_values(if . == "" then null else . end)' >"$T/ours" && cmp -s "$T/theirs" "$T/ours"
}
until_ok 20 floating_agree
ok aiwf infra floating-ips "$(jq -r .floating_ip_address "$T/ours")" -o json --jq .id
out_is "$floating"

begin "volumes and images agree"
agrees volumes "$by_name" '{id: .ID, name: .Name, status: .Status, size: .Size, type: .Type, bootable: .Bootable, properties: .Properties}' \
    '{id, name, status, size, type: .volume_type, bootable, properties: .metadata}' volume list --long
agrees images 'true' '{id: .ID, name: .Name, format: .["Disk Format"], size: .Size, checksum: .Checksum, status: .Status, visibility: .Visibility, owner: .Project}' \
    '{id, name, format: .disk_format, size, checksum, status, visibility, owner}' image list --long

begin "a name of two is exit 5, with both ids"
fails 5 aiwf infra networks show "$name-twin"
err_has "$one"
err_has "$two"
ok aiwf infra networks "$one" -o json --jq .name
out_is "$name-twin"
fails 3 aiwf infra networks "no-$name" "$name"
err_has 'aiwf infra networks list'

begin "GPUs by flavor; how many are free is an administrator's to know"
ok aiwf infra flavors --gpu -o json
json '.items | map(.name) | sort | .[]' 'g1.a100
g8.h100'
json '.items[] | select(.name == "g1.a100").gpu | "\(.count) \(.kind) \(.resource_class) \(.free)"' '1 A100 VGPU null'
err_has 'how many A100 are free is unknown: '
[ "$(grep -c 'status 403' "$ERR")" = 1 ] || broken "said more than once"
ok aiwf --cloud bed infra flavors --gpu -o json
json '.items[] | select(.name == "g1.a100").gpu | .free >= 0 and .free <= 8 and .fits == .free' true
json '.items[] | select(.name == "g8.h100").gpu | "\(.count) \(.kind) \(.free)"' '8 h100 null'
err_has 'PCI alias h100'

begin "hypervisors are an administrator's to see"
fails 4 aiwf infra hypervisors
err_has 'only administrators may see hypervisors'
fails 4 aiwf infra servers --all-projects
err_has 'only administrators'
ok aiwf --cloud bed infra servers --all-projects "$name" -o json --jq .id
out_is "$server"
export OS_CLOUD=bed
noun=hypervisors
hosts_agree() {
    openstack hypervisor list --long -f json | jq -S 'map({name: .["Hypervisor Hostname"], type: .["Hypervisor Type"], ip: .["Host IP"], state: .State, cpus: .vCPUs, memory: .["Memory MB"]})' >"$T/theirs" &&
        aiwf infra hypervisors -o json --jq .items | jq -S 'map({name: .hypervisor_hostname, type: .hypervisor_type, ip: .host_ip, state, cpus: .vcpus, memory: .memory_mb})' >"$T/ours" && cmp -s "$T/theirs" "$T/ours"
}
true_that hosts_agree
ok aiwf infra hypervisors localhost -o json --jq .status
out_is enabled

begin "quotas of four services agree; what has no limit is null"
export OS_CLOUD=bed-small
ok openstack quota show -f json
cp "$OUT" "$T/theirs"
ok aiwf infra quotas -o json --jq .items
cp "$OUT" "$T/ours"
true_that jq -en --slurpfile theirs "$T/theirs" --slurpfile ours "$T/ours" '
    ($ours[0] | map({key: .resource, value: (if .unlimited then -1 else .limit end)}) | from_entries) as $limits | $theirs[0] |
    [.cores, .instances, .ram, .volumes, .gigabytes, .networks, .["floating-ips"], .subnet_pools, .["server-groups"]] ==
    ($limits | [.cores, .instances, .ram, .volumes, .gigabytes, .network, .floatingip, .subnetpool, .server_groups])'
json '.[] | select(.service == "magnum" and .resource == "clusters").limit' 1
json '.[] | select(.resource == "subnetpool") | "\(.limit) \(.free) \(.unlimited)"' 'null null true'
ok aiwf infra quotas
true_that grep -q '^subnetpool  *0  *unlimited  *-  *neutron' "$OUT"
ok env OS_REGION_NAME=RegionTwo aiwf infra quotas list
