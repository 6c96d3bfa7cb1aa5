#!/bin/sh
# needs: openstack
# A dataset from its making to its end, against Cinder and Nova; what is refused is told in their words.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
export XDG_CACHE_HOME="$T/cache"
name=$(a_name)
drop() { aiwf --cloud bed-demo api openstack DELETE "$1"; }
post() { # CLOUD SERVICE:PATH JSON: the answer's id
    echo "$3" >"$T/body.json"
    ok aiwf --cloud "$1" api openstack POST "$2" -f "$T/body.json" --jq 'first(.[] | .id?)'
    made=$(cat "$OUT")
}
at_exit "aiwf --cloud bed-demo dataset delete $name $name-copy $name-bad"

ok aiwf infra images fedora-coreos-35 -o json --jq .id
image=$(cat "$OUT")
ok aiwf infra networks private -o json --jq .id
post bed-demo compute:/v2.1/servers "{\"server\": {\"name\": \"$name\", \"flavorRef\": \"1\", \"imageRef\": \"$image\", \"networks\": [{\"uuid\": \"$(cat "$OUT")\"}]}}"
server=$made && at_exit "drop compute:/v2.1/servers/$server"

begin "create rounds up, says so, and returns when the volume is available"
ok aiwf dataset create "$name" --size 1500Mi --type fake --label team=vision -o json
json '"\(.status) \(.size) \(.volume_type) \(.metadata.team)"' 'available 2 fake vision'
ok aiwf dataset create "$name-x" --size 1500Mi --dry-run=client
err_has '1.5Gi rounded up to 2Gi'
json '.metadata."aiwf.io/dataset"' true

begin "what the client shows of it agrees"
ok openstack volume show "$name" -f json
jq -S '{id, name, size, status, type, bootable, properties, availability_zone, created_at}' <"$OUT" >"$T/theirs"
ok aiwf dataset show "$name" -o json
jq -S '{id, name, size, status, type: .volume_type, bootable, properties: .metadata, availability_zone, created_at}' <"$OUT" >"$T/ours"
volume=$(jq -r .id "$T/ours")
true_that cmp "$T/theirs" "$T/ours"

begin "list has datasets alone; --all has other volumes too"
post bed-demo 'block-storage:/v3/{project_id}/volumes' "{\"volume\": {\"name\": \"$name-plain\", \"size\": 1}}"
at_exit "drop 'block-storage:/v3/{project_id}/volumes/$made'"
ok aiwf dataset list -o name
out_has "dataset/$name"
out_lacks "$name-plain"
ok aiwf dataset list --all -o name
out_has "dataset/$name-plain"
fails 3 aiwf dataset delete "$name-plain"
err_has 'that volume is no dataset'
fails 3 aiwf dataset show "$made"

begin "a name that is taken is exit 5, a quota that is full exit 6, a reader's exit 4"
fails 5 aiwf dataset create "$name" --size 1Gi
fails 6 aiwf --cloud bed-small dataset create "$name-q" --size 100Gi
err_has 'quota is 10G'
fails 6 aiwf --cloud bed-small dataset create "$name-q" --size 100Gi --dry-run=server
err_has 'the quota is '
fails 4 aiwf --cloud bed-viewer dataset create "$name-v" --size 1Gi
err_has "Policy doesn't allow volume:create"
fails 3 aiwf dataset create "$name-t" --size 1Gi --type "no-$name"
fails 2 aiwf dataset create "$name-t" --size 100
err_has 'try: with a unit: --size 100Gi'

begin "a volume that goes to error is told with Cinder's reason"
post bed 'block-storage:/v3/{project_id}/types' "{\"volume_type\": {\"name\": \"$name\", \"extra_specs\": {\"volume_backend_name\": \"nowhere\"}}}"
at_exit "aiwf --cloud bed api openstack DELETE 'block-storage:/v3/{project_id}/types/$made'"
fails 1 aiwf dataset create "$name-bad" --size 1Gi --type "$name"
err_has "creating dataset $name-bad failed"
err_has 'weighted backend'
ok aiwf dataset delete "$name-bad"

begin "attach waits until the server has it, detach until it is free"
server_is() { [ "$(aiwf infra servers "$server" -o json --jq .status)" = "$1" ]; }
until_ok 60 server_is ACTIVE
ok aiwf dataset attach "$name" "$name" -o json
json '"\(.status) \(.attachments[0].server_id)"' "in-use $server"
ok openstack server show "$name" -f json
json '.volumes_attached[0].id' "$volume"
fails 5 aiwf dataset delete "$name"
err_has "it is attached to server $server"
err_has "aiwf dataset detach $name"
fails 1 aiwf dataset attach "$name" "$name"
ok aiwf dataset detach "$name"
ok aiwf dataset show "$name" -o json --jq .status
out_is available
ok aiwf dataset detach "$name"
err_has 'is not attached'

begin "a copy from a snapshot"
post bed-demo 'block-storage:/v3/{project_id}/snapshots' "{\"snapshot\": {\"name\": \"$name\", \"volume_id\": \"$volume\"}}"
snapshot=$made
snapshot_is_up() { [ "$(aiwf api openstack GET "block-storage:/v3/{project_id}/snapshots/$snapshot" --jq .snapshot.status)" = available ]; }
until_ok 20 snapshot_is_up
ok aiwf dataset create "$name-copy" --from "$name" -o json
json '"\(.status) \(.size) \(.snapshot_id)"' "available 2 $snapshot"
ok drop "block-storage:/v3/{project_id}/snapshots/$snapshot"

begin "the manifest is what Kubernetes takes"
ok aiwf dataset manifest "$name" -n default
cp "$OUT" manifest.yaml
true_that grep -q "volumeHandle: '*$volume'*\$" manifest.yaml
ok aiwf dataset manifest "$name" -o json
json '.items | map(.kind) | join(" ")' 'PersistentVolume PersistentVolumeClaim'
if is_up kube-apiserver; then
    ok kubectl apply --dry-run=server -f manifest.yaml
    out_has "persistentvolume/$name created (server dry run)"
    out_has "persistentvolumeclaim/$name created (server dry run)"
    ok kubectl apply -f manifest.yaml
    at_exit "kubectl delete -f '$PWD/manifest.yaml' --wait=false"
    bound() { [ "$(kubectl get pvc "$name" -o jsonpath='{.status.phase}')" = Bound ]; }
    until_ok 20 bound
fi

begin "delete takes all it can, and tells the rest"
gone() { ! aiwf api openstack GET "block-storage:/v3/{project_id}/snapshots/$snapshot"; }
until_ok 20 gone
fails 3 aiwf dataset delete "$name" "no-$name" "$name-copy"
err_has "no-$name"
ok aiwf dataset list -o name
out_lacks "$name"
