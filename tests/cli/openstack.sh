#!/bin/sh
# OpenStack's nouns against a scripted Keystone and Magnum: clouds, logins, the kept token, api.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
for name in $(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export XDG_CACHE_HOME="$T/cache"
mkdir work && cd work || exit 1

token='{"status":201,"headers":{"X-Subject-Token":"t0k3n"},"body":"{\"token\":{\"expires_at\":\"2999-01-01T00:00:00Z\"}}"}'
clusters='{"headers":{"Content-Type":"application/json"},"body":"{\"clusters\":[{\"name\":\"ml\",\"uuid\":\"u-1\",\"status\":\"CREATE_COMPLETE\",\"node_count\":2,\"links\":[]}]}"}'
cloud() { # NAME [PASSWORD]
    echo "clouds: {$1: {auth: {auth_url: '$URL', username: u, password: '${2:-s3cret}'}, container_infra_endpoint_override: '$URL/v1'}}" >clouds.yaml
}
requests() { grep -c '^> [A-Z]* /' "$ERR"; }
wire good "{\"routes\":{\"/v3/auth/tokens\":[$token],\"/v1/clusters\":[$clusters],\"/v1/empty\":[{\"status\":204}],\"/v1/text\":[{\"body\":\"plain\"}]}}"
cloud lab

begin "a list, as a table and as JSON"
ok aiwf cluster list
out_has 'NAME  STATUS'
out_has CREATE_COMPLETE
ok aiwf cluster list -o json
json '.kind + " " + (.items[0] | .name + " " + (.node_count | tostring) + " " + (has("links") | tostring))' 'ClusterList ml 2 false'
ok aiwf cluster list -o name
out_is cluster/ml

begin "a kept token saves the login, and no secret is shown"
rm -rf "$XDG_CACHE_HOME"
ok aiwf cluster list -v
[ "$(requests)" = 2 ] || broken "$(requests) requests at first"
err_lacks t0k3n
err_lacks s3cret
ok aiwf cluster list -v
[ "$(requests)" = 1 ] || broken "$(requests) requests with a token"
err_lacks t0k3n
[ "$(find "$XDG_CACHE_HOME" -type f -perm 0600 | wc -l)" = 1 ] || broken 'the cache is not one file of mode 0600'
if grep -rq s3cret "$XDG_CACHE_HOME"; then broken 'the password is kept'; fi

begin "another password does not find that token"
cloud lab other
ok aiwf cluster list -v
[ "$(requests)" = 2 ] || broken "$(requests) requests"
cloud lab

begin "an unknown cloud is exit 3, and names the known ones"
fails 3 aiwf cluster list --cloud lap
err_has 'known in ./clouds.yaml: lab'
err_has 'did you mean lab?'
fails 3 env OS_CLOUD=other aiwf cluster list
err_has 'no cloud named other'

begin "--cloud beats the context, which beats OS_CLOUD"
ok env OS_CLOUD=other aiwf cluster list --cloud lab
ok aiwf context add dc --cloud lab
ok env OS_CLOUD=other aiwf cluster list --context dc
fails 3 aiwf cluster list --context dc --cloud other

begin "no cloud at all says where one is looked for"
mkdir nothing
fails 2 sh -c 'cd nothing && aiwf cluster list'
err_has 'clouds.yaml'

begin "api prints the answer as it came"
ok aiwf api openstack GET container-infra:/v1/clusters
json '.clusters[0].name + " " + (has("apiVersion") | tostring)' 'ml false'
ok aiwf api openstack GET container-infra:/clusters --jq '.clusters[].uuid'
out_is u-1
ok aiwf api openstack GET container-infra:/v1/clusters -o yaml
out_has '- name: ml'
ok aiwf api openstack GET container-infra:/v1/text
out_is plain
ok aiwf api openstack DELETE container-infra:/v1/empty
out_is ''

begin "api sends a document as JSON, or only says so"
ok sh -c 'echo "name: x" | aiwf api openstack POST container-infra:/v1/clusters -f - --microversion 1.9'
[ "$(asked '.[-1] | .method + " " + .body + " " + .headers["openstack-api-version"]')" = 'POST {"name":"x"} container-infra 1.9' ] || broken "$(asked '.[-1]')"
before=$(wc -l <"$WIRE/log")
ok sh -c 'echo "name: x" | aiwf api openstack POST container-infra:/v1/clusters -f - --dry-run'
json .name x
[ "$(wc -l <"$WIRE/log")" = "$before" ] || broken 'it was sent'

begin "api's words are checked before anything is sent"
for words in "FETCH container-infra:/x" "GET /v1/clusters" "GET http://127.0.0.1/v1" "GET container-infra:v1" "GET container-infra:/a#b"; do
    # shellcheck disable=SC2086
    fails 2 aiwf api openstack $words
done
fails 2 aiwf api openstack GET container-infra:/x --microversion '1.9 x'
fails 2 aiwf api openstack GET container-infra:/v1/clusters -o csv

begin "an endpoint without a version is asked for it once, and only where the path has none"
roots='"/":[{"status":300,"body":"{\"versions\":[{\"id\":\"v2.15\",\"status\":\"CURRENT\",\"links\":[{\"rel\":\"self\",\"href\":\"http://other.test/v2/\"}]}]}"}]'
wire roots "{\"routes\":{\"/v3/auth/tokens\":[$token],$roots,\"/v2/images\":[{\"body\":\"{}\"}],\"/resource_providers\":[{\"body\":\"{}\"}]}}"
echo "clouds: {rooted: {auth: {auth_url: '$URL', username: u, password: p}, image_endpoint: '$URL/', placement_endpoint_override: '$URL'}}" >clouds.yaml
ok aiwf api openstack GET image:/v2/images
ok aiwf api openstack GET placement:/resource_providers
[ "$(asked 'map(.path) | join(" ")')" = '/v3/auth/tokens /v2/images /resource_providers' ] || broken "$(asked 'map(.path) | join(" ")')"
: >"$WIRE/log"
ok aiwf api openstack GET image:/images
ok aiwf api openstack GET image:/images
[ "$(asked 'map(.path) | join(" ")')" = '/ /v2/images /v2/images' ] || broken "$(asked 'map(.path) | join(" ")')"
wire good "{\"routes\":{\"/v3/auth/tokens\":[$token],\"/v1/clusters\":[$clusters],\"/v1/empty\":[{\"status\":204}]}}"
cloud lab

begin "a protected context asks before a change"
ok aiwf context add prod --cloud lab --protected
fails 2 aiwf api openstack DELETE container-infra:/v1/empty --context prod
ok aiwf api openstack DELETE container-infra:/v1/empty --context prod --yes
ok aiwf api openstack GET container-infra:/v1/clusters --context prod

begin "a wrong password is exit 4, names the cause and not the password"
wire bad '{"replies":[{"status":401,"body":"{\"error\":{\"message\":\"The request you have made requires authentication.\"}}"}]}'
cloud lab wr0ng
fails 4 aiwf cluster list
err_has "cannot log in to cloud lab at $URL/v3 as u"
err_has 'requires authentication'
err_has 'see cloud lab in ./clouds.yaml'
err_lacks wr0ng
