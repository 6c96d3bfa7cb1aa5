#!/bin/sh
# needs: openstack
# aiwf's view of Magnum agrees with the openstack client's, field by field; one request with a kept token.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
export XDG_CACHE_HOME="$T/cache"
name=$(a_name)
requests() { grep -c '^> [A-Z]* /' "$ERR"; }
# FILE FILE: arrays by uuid; each field of the first is the same in the second. The client's "" and "-" are null.
agree() {
    jq -n --slurpfile theirs "$1" --slurpfile ours "$2" '
        def plain: if . == "" or . == "-" then null else . end;
        ($ours[0] | INDEX(.uuid)) as $by | ($theirs[0] | length) == ($by | length) and
        all($theirs[0][]; . as $one | all(keys[]; ($one[.] | plain) == ($by[$one.uuid][.] | plain)))' | grep -qx true
}
# A status may change between the two calls.
lists_agree() { # NOUN...
    openstack coe "$@" list -f json >"$T/theirs" && [ "$(jq length "$T/theirs")" -gt 0 ] || return 1
    for noun; do :; done
    aiwf "$noun" list -o json --jq '.items' >"$T/ours" && agree "$T/theirs" "$T/ours"
}
shows_agree() { # NAME NOUN...
    what=$1
    shift
    for noun; do :; done
    openstack coe "$@" show "$what" -f json >"$T/their" && aiwf "$noun" show "$what" -o json >"$T/our" || return 1
    jq -s . "$T/their" >"$T/theirs" && jq -s . "$T/our" >"$T/ours" && agree "$T/theirs" "$T/ours"
}

begin "templates agree with the openstack client's"
openstack coe cluster template list -f json | jq 'map({uuid, name})' >"$T/theirs"
ok aiwf template list -o json --jq .items
cp "$OUT" "$T/ours"
true_that agree "$T/theirs" "$T/ours"
true_that shows_agree kubernetes cluster template

begin "clusters agree with the openstack client's"
ok openstack coe cluster create --cluster-template kubernetes --fixed-network private --fixed-subnet private-subnet --keypair bed --master-count 1 --node-count 1 "$name"
at_exit "openstack --os-cloud bed-demo coe cluster delete $name"
until_ok 60 shows_agree "$name" cluster
until_ok 60 lists_agree cluster
ok aiwf cluster list -o name
out_has "cluster/$name"

begin "api gives the server's own answer"
ok aiwf api openstack GET container-infra:/v1/clusters
json "[.clusters[].name] | index(\"$name\") != null" true
ok aiwf api openstack GET 'compute:/v2.1/flavors?limit=1' --jq '.flavors | length'
out_is 1
ok aiwf api openstack GET 'volumev3:/volumes?limit=1' --jq '.volumes | type'
out_is array

begin "a list is one request with a kept token, two without"
rm -rf "$XDG_CACHE_HOME"
ok aiwf cluster list -v
[ "$(requests)" = 2 ] || broken "$(requests) requests at first"
ok aiwf cluster list -v
[ "$(requests)" = 1 ] || broken "$(requests) requests with a token"
ok aiwf cluster list --cloud bed-credential
out_has "$name"

begin "a revoked token is renewed once"
find "$XDG_CACHE_HOME" -name '*.json' | while read -r file; do
    jq -c '.id = "not-a-token"' "$file" >"$T/token" && chmod 600 "$T/token" && mv "$T/token" "$file"
done
ok aiwf cluster list -v
[ "$(requests)" = 3 ] || broken "$(requests) requests"
ok aiwf cluster list -v
[ "$(requests)" = 1 ] || broken "$(requests) requests after it"

begin "a cluster that is not there is exit 3"
fails 3 aiwf cluster show "no-$name"
err_has 'could not be found'

begin "the second region answers under its own address"
ok env OS_REGION_NAME=RegionTwo aiwf template list -v
err_has "${BED_NET:-10.87.0}.3:9511"
fails 2 env OS_REGION_NAME=RegionThree aiwf template list
err_has 'RegionOne, RegionTwo'
fails 1 env OS_REGION_NAME=RegionTwo aiwf api openstack GET orchestration:/stacks
err_has 'no orchestration service in region RegionTwo'

begin "a wrong password is exit 4 and names the cause"
{ echo 'clouds:'; sed -n '/^  bed-demo:/,/regions:/p' "$OS_CLIENT_CONFIG_FILE"; } >clouds.yaml
echo 'clouds: {bed-demo: {auth: {password: wr0ng}}}' >secure.yaml
fails 4 env -u OS_CLIENT_CONFIG_FILE aiwf cluster list
err_has 'cannot log in to cloud bed-demo'
err_has 'requires authentication'
err_lacks wr0ng
rm secure.yaml
ok env -u OS_CLIENT_CONFIG_FILE aiwf cluster list

begin "an unknown cloud is exit 3 and names the known ones"
fails 3 aiwf cluster list --cloud bed-demi
err_has 'bed-credential-unrestricted'
err_has 'did you mean bed-demo?'
