#!/bin/sh
# A Keystone and a Magnum that misbehave: each fault has its exit code, says what it is and what to try, and shows no secret.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
for name in $(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export XDG_CACHE_HOME="$T/cache"

reply() { # STATUS HEADERS BODY
    jq -cn --argjson status "$1" --argjson headers "$2" --arg body "$3" '{status: $status, headers: $headers, body: $body}'
}
token() { # ID [CATALOG] [EXPIRES]
    reply 201 "{\"X-Subject-Token\": \"$1\"}" "{\"token\": {\"expires_at\": \"${3:-2999-01-01T00:00:00Z}\", \"catalog\": ${2:-[]}}}"
}
clusters=$(reply 200 '{}' '{"clusters": [{"name": "ml", "uuid": "u-1"}]}')
no=$(reply 401 '{}' '{"error": {"message": "The request you have made requires authentication."}}')
cloud() { # [AUTH] [MORE]
    rm -rf "$XDG_CACHE_HOME"
    echo "clouds: {lab: {auth: {auth_url: '$URL', ${1:-username: u, password: s3cret}}${2:-, container_infra_endpoint_override: '$URL/v1'}}}" >clouds.yaml
}
keystone() { # NAME REPLY...: what it answers to logins
    name=$1
    shift
    wire "$name" "{\"routes\": {\"/v3/auth/tokens\": [$(echo "$*" | sed 's/} {/}, {/g')], \"/v1/clusters\": [$clusters]}}"
    cloud
}
paths() { asked 'map(.path) | join(" ")'; }
told() { # TEXT...: on stderr, with no secret, in four lines at most
    for text; do err_has "$text"; done
    err_lacks s3cret
    [ "$(wc -l <"$ERR")" -le 4 ] || broken "$(wc -l <"$ERR") lines"
}

begin "Keystone's own refusals and failures"
k=0
while read -r code status headers words; do
    k=$((k + 1))
    keystone "k$k" "$(reply "$status" "$headers" "$(echo "$words" | tr - ' ')")"
    fails "$code" aiwf cluster list --timing
    err_has 'cannot log in to cloud lab'
    err_has "$(echo "$words" | tr - " ")"
    err_lacks s3cret
done <<'T'
1 300 {} API-version-3
1 400 {} bad-request
4 401 {} no-such-user
4 403 {} not-allowed
3 404 {} nothing-here
6 413 {} too-large
6 429 {} too-many
1 500 {} boom
1 503 {} down-for-now
T

begin "a 429 that says when, and a 503, are asked again"
keystone later "$(reply 429 '{"Retry-After": "0"}' wait)" "$(reply 503 '{"Retry-After": "0"}' down)" "$(token t1)"
ok aiwf cluster list -o name
out_is cluster/ml
[ "$(paths)" = '/v3/auth/tokens /v3/auth/tokens /v3/auth/tokens /v1/clusters' ] || broken "$(paths)"

begin "HTML in place of JSON, with any status"
keystone html1 "$(reply 200 '{"Content-Type": "text/html"}' '<html><body>proxy</body></html>')"
fails 1 aiwf cluster list
told 'cannot log in to cloud lab' 'does not lead to a Keystone'
err_lacks '<html>'
keystone html2 "$(reply 500 '{"Content-Type": "text/html"}' '<html><body>proxy</body></html>')"
fails 1 aiwf cluster list
told 'cannot log in to cloud lab' 'HTML'
err_lacks '<html>'

begin "a body that is cut, and JSON that ends early"
keystone cut '{"status": 201, "headers": {"X-Subject-Token": "t"}, "body_bytes": 100, "cut": 10}'
fails 7 aiwf cluster list
told 'cannot log in to cloud lab'
keystone short "$(reply 201 '{"X-Subject-Token": "t0k3n"}' '{"token": {"expires_at": "29')"
fails 1 aiwf cluster list
told 'does not lead to a Keystone'
err_lacks t0k3n

begin "the service's answer: HTML, cut, short, no object"
k=0
while read -r code answer; do
    k=$((k + 1))
    wire "s$k" "{\"routes\": {\"/v3/auth/tokens\": [$(token t)], \"/v1/clusters\": [$answer]}}"
    cloud
    fails "$code" aiwf cluster list
    told 'cannot list clusters'
    err_lacks '<html>'
done <<'T'
1 {"headers": {"Content-Type": "text/html"}, "body": "<html>x</html>"}
1 {"body": "{\"clusters\": [{\"na"}
1 {"body": "[]"}
7 {"body_bytes": 100, "cut": 10}
4 {"status": 403, "body": "{\"errors\": [{\"detail\": \"Policy does not allow it\"}]}"}
1 {"status": 500, "body": "{\"errors\": [{\"detail\": \"boom\"}]}"}
T

begin "a kept token that ended is renewed before, a revoked one after; a second 401 is final"
keystone old "$(token t1 '[]' "$(date -u -d '+30 seconds' +%FT%TZ)")" "$(token t2)"
ok aiwf cluster list
ok aiwf cluster list
[ "$(paths)" = '/v3/auth/tokens /v1/clusters /v3/auth/tokens /v1/clusters' ] || broken "$(paths)"
wire gone "{\"routes\": {\"/v3/auth/tokens\": [$(token t1), $(token t2)], \"/v1/clusters\": [$clusters, $no, $clusters]}}"
cloud
ok aiwf cluster list
ok aiwf cluster list
[ "$(paths)" = '/v3/auth/tokens /v1/clusters /v1/clusters /v3/auth/tokens /v1/clusters' ] || broken "$(paths)"
[ "$(asked 'map(.headers["x-auth-token"] // "-") | join(" ")')" = '- t1 t1 - t2' ] || broken 'not the new token'
wire never "{\"routes\": {\"/v3/auth/tokens\": [$(token t1)], \"/v1/clusters\": [$no]}}"
cloud
fails 4 aiwf cluster list
told 'cannot list clusters' 'requires authentication'
[ "$(asked length)" = 4 ] || broken "$(paths)"

begin "two ways to log in at once: exit 2, and which to name"
keystone two "$(token t)"
cloud 'username: u, password: s3cret, token: t0k3n'
fails 2 aiwf cluster list
told 'two ways to log in at once' 'a password, a token' auth_type
cloud 'username: u, password: s3cret, application_credential_id: i, application_credential_secret: s3cret'
fails 2 aiwf cluster list
told 'an application credential'
[ "$(asked length)" = 0 ] || broken 'something was sent'

begin "what the login lacks: exit 2, and where to put it"
for auth in 'password: s3cret' 'username: u' 'application_credential_id: i'; do
    cloud "$auth"
    fails 2 aiwf cluster list
    told 'cloud lab has no' OS_
done
echo "clouds: {lab: {auth: {username: u, password: s3cret}}}" >clouds.yaml
fails 2 aiwf cluster list
told 'cloud lab has no auth_url' OS_AUTH_URL
for url in ftp://k k:5000 http://u:s3cret@k; do
    echo "clouds: {lab: {auth: {auth_url: '$url', username: u, password: s3cret}}}" >clouds.yaml
    fails 2 aiwf cluster list
    told 'auth_url is not usable'
done

begin "a service that the catalog lacks: what there is, by interface and region"
endpoints='[{"interface": "public", "region": "A", "region_id": "A", "url": "http://127.0.0.1:1"}]'
wire catalog "{\"routes\": {\"/v3/auth/tokens\": [$(token t "[{\"type\": \"compute\", \"endpoints\": $endpoints}, {\"type\": \"image\", \"endpoints\": $endpoints}]")]}}"
cloud '' ', region_name: A'
fails 1 aiwf cluster list
told 'no container-infra service in region A' 'as public: compute, image'
cloud '' ', interface: internal'
fails 1 aiwf cluster list
told 'as internal: nothing'
cloud '' ', region_name: B'
fails 1 aiwf cluster list
told 'does not know that region'
keystone unscoped "$(token t)"
cloud '' ' '
fails 1 aiwf cluster list
told 'gives no services' project_name

begin "TLS: an unknown authority is exit 7 and says what to set; its cacert, or insecure, does it"
wire tls "{\"tls\": {}, \"routes\": {\"/v3/auth/tokens\": [$(token t)], \"/v1/clusters\": [$clusters]}}"
cloud
fails 7 aiwf cluster list
told 'cannot log in to cloud lab' certificate cacert
cloud '' ", container_infra_endpoint_override: '$URL/v1', cacert: $WIRE/ca.pem"
ok aiwf cluster list
cloud '' ", container_infra_endpoint_override: '$URL/v1', cacert: $WIRE/other-ca.pem"
fails 7 aiwf cluster list
cloud '' ", container_infra_endpoint_override: '$URL/v1', insecure: true"
ok aiwf cluster list
cloud '' ", container_infra_endpoint_override: '$URL/v1', verify: false"
ok aiwf cluster list

begin "nobody listens: exit 7"
echo "clouds: {lab: {auth: {auth_url: 'http://127.0.0.1:1', username: u, password: s3cret}}}" >clouds.yaml
fails 7 aiwf cluster list
told 'cannot log in to cloud lab'
