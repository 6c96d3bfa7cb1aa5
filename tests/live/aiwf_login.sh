#!/bin/sh
# needs: openstack
# Logging in to a real Keystone: each way to show who one is, each scope, a second factor, kubectl's exec plugin.
. "$(dirname "$0")/lib.sh"
export XDG_CACHE_HOME="$T/cache"
name=$(a_name)
keystone=$(sed -n 's/.*auth_url: "\([^"]*\)".*/\1/p' "$OS_CLIENT_CONFIG_FILE" | head -1)
admin() { # METHOD PATH [JSON]
    echo "${3:-}" | aiwf api openstack "$1" "identity:/v3$2" --cloud bed ${3:+-f -}
}
clouds() { # the settings of cloud x, but auth_url; of others further lines
    cat >clouds.yaml <<Y
clouds:
  x: {auth: {auth_url: "$keystone", $1}${2:+, $2}}
Y
}
x() { env -u OS_CLOUD OS_CLIENT_CONFIG_FILE="$PWD/clouds.yaml" "$@"; }
passcode() { # what an authenticator app shows now, of a secret in base32
    python3 -c '
import base64, hmac, struct, sys, time
digest = hmac.new(base64.b32decode(sys.argv[1]), struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
print("%06d" % ((struct.unpack(">I", digest[digest[19] & 15:][:4])[0] & 0x7FFFFFFF) % 1000000))' "$1"
}
secret=$(python3 -c 'import base64, os; print(base64.b32encode(os.urandom(20)).decode())')
requests() { grep -c '^> [A-Z]* /' "$ERR"; }

begin "login says who, as the openstack client does"
ok openstack --os-cloud bed-demo token issue -f json
project=$(jq -r .project_id "$OUT") demo=$(jq -r .user_id "$OUT")
ok aiwf login --cloud bed-demo -o json
json '.project_id + " " + .user_id + " " + .scope' "$project $demo project"
json '[.roles[] | select(. == "member" or . == "reader")] | sort | join(" ")' 'member reader'
out_lacks gAAAA

begin "--cloud needs no context; a context's cloud must be there; doctor looks at it"
ok env -u OS_CLOUD aiwf --cloud bed-demo template list -o name
out_has template/kubernetes
fails 3 aiwf context add "$name" --cloud bed-demi
err_has 'did you mean bed-demo?'
ok aiwf context add "$name" --cloud bed-demo
ok env -u OS_CLOUD aiwf doctor --context "$name" -o json
json '[.items[] | select(.check | test("^(cloud|keystone|magnum)")) | .check + " " + .status] | join(", ")' \
    'cloud ok, keystone name ok, keystone connection ok, keystone version ok, cloud login ok, cloud services ok, magnum version ok'
fails 4 env OS_AUTH_URL="$keystone" OS_USERNAME=demo OS_PASSWORD=wr0ng OS_PROJECT_NAME=demo aiwf doctor --cloud envvars -o json
json '.items[] | select(.check == "cloud login").status' fail
out_lacks wr0ng

begin "a service whose address has no version is asked for it once"
ok aiwf api openstack GET image:/images --cloud bed-demo -v
[ "$(requests)" = 2 ] || broken "$(requests) requests at first"
ok aiwf api openstack GET image:/images --cloud bed-demo -v --jq '.images[0].name'
[ "$(requests)" = 1 ] || broken "$(requests) requests after it"
cp "$OUT" "$T/name"
ok aiwf api openstack GET image:/v2/images --cloud bed-demo --jq '.images[0].name'
true_that cmp "$OUT" "$T/name"

begin "each way to log in, and each scope"
user=$(admin POST /users "{\"user\": {\"name\": \"$name\", \"password\": \"$name\", \"domain_id\": \"default\"}}" | jq -r .user.id)
at_exit "aiwf api openstack DELETE identity:/v3/users/$user --cloud bed"
member=$(admin GET '/roles?name=member' | jq -r '.roles[0].id')
reader=$(admin GET '/roles?name=reader' | jq -r '.roles[0].id')
for where in "projects/$project" domains/default; do admin PUT "/$where/users/$user/roles/$member"; done
admin PUT "/system/users/$user/roles/$reader"
who="username: $name, password: $name, user_domain_name: Default"
for scope in none: project:project_name:\ demo,\ project_domain_id:\ default project:project_id:\ $project domain:domain_name:\ Default system:system_scope:\ all; do
    rest=${scope#*:}
    clouds "$who${rest:+, $rest}"
    ok x aiwf login -o json
    json '.scope + " " + .user' "${scope%%:*} $name"
done
clouds "user_id: $user, password: $name, project_id: $project"
ok x aiwf login -o json
json '.user + " " + (.roles | contains(["member"]) | tostring) + " " + .project' "$name true demo"
ok x aiwf login --exec-credential
token=$(jq -r .status.token "$OUT")
clouds "token: \"$token\", project_id: $project" 'auth_type: token'
ok x aiwf login -o json
json '.user + " " + (.methods | sort | join(" "))' "$name password token"

begin "no scope, where the user has a default project; a token from elsewhere, without a Keystone"
admin PATCH "/users/$user" "{\"user\": {\"default_project_id\": \"$project\"}}" >/dev/null
clouds "$who"
ok x aiwf login --force -o json
json .scope project
clouds "$who, unscoped: true"
ok x aiwf login -o json
json '.scope + " " + (.services | length | tostring)' 'none 0'
clouds "token: \"$token\", endpoint: \"$(echo "$keystone" | sed 's|:5000.*|:9511|')\"" 'auth_type: admin_token'
ok x aiwf template list -o name
out_has template/kubernetes
fails 2 x aiwf login
err_has 'nothing to log in to'
clouds "token: nonsense, endpoint: \"$(echo "$keystone" | sed 's|:5000.*|:9511|')\"" 'auth_type: token_endpoint'
fails 4 x aiwf template list
admin PATCH "/users/$user" '{"user": {"default_project_id": null}}' >/dev/null

begin "a trust is a scope"
trust=$(jq -n --arg from "$demo" --arg to "$user" --arg project "$project" \
    '{trust: {trustor_user_id: $from, trustee_user_id: $to, project_id: $project, impersonation: true, roles: [{name: "reader"}]}}' |
    aiwf api openstack POST identity:/v3/OS-TRUST/trusts --cloud bed-demo -f - | jq -r .trust.id)
at_exit "aiwf api openstack DELETE identity:/v3/OS-TRUST/trusts/$trust --cloud bed-demo"
clouds "$who, trust_id: $trust"
ok x aiwf login -o json
json '.scope + " " + .trust_id + " " + .user + " " + (.roles | join(" "))' "trust $trust demo reader"

begin "an application credential, by name and by id"
ok aiwf login --cloud bed-credential -o json
json '(.methods | join(" ")) + " " + .application_credential + " " + .project' 'application_credential bed demo'
id=$(aiwf api openstack GET "identity:/v3/users/$demo/application_credentials?name=bed" --cloud bed-demo | jq -r '.application_credentials[0].id')
clouds "application_credential_id: $id, application_credential_secret: bed-secret" 'auth_type: v3applicationcredential'
ok x aiwf login -o json
json '.application_credential + " " + .user' 'bed demo'

begin "a passcode alone"
admin POST /credentials "$(jq -n --arg user "$user" --arg blob "$secret" '{credential: {type: "totp", user_id: $user, blob: $blob}}')" >/dev/null
clouds "username: $name, user_domain_name: Default, project_id: $project" 'auth_type: v3totp'
ok x env OS_PASSCODE="$(passcode "$secret")" aiwf login -o json
json '.methods | join(" ")' totp
ok x aiwf login -o json
json .kept true
fails 4 x env OS_PASSCODE=000000 aiwf login --force
fails 2 x aiwf login --force
err_has 'no passcode'

begin "two factors: Keystone asks for the second, and a kept token needs neither"
admin PATCH "/users/$user" '{"user": {"options": {"multi_factor_auth_enabled": true, "multi_factor_auth_rules": [["password", "totp"]]}}}' >/dev/null
clouds "$who, project_id: $project"
fails 4 x aiwf login --force
err_has 'another factor is needed'
err_has OS_PASSCODE
ok x env OS_PASSCODE="$(passcode "$secret")" aiwf login --force -v -o json
json '.methods | sort | join(" ")' 'password totp'
[ "$(requests)" = 2 ] || broken "$(requests) requests"
ok x aiwf login -v -o json
json .kept true
[ "$(requests)" = 0 ] || broken "$(requests) requests with a kept token"
fails 4 x env OS_PASSCODE=000000 aiwf login --force

begin "two factors at once, by v3multifactor"
clouds "$who, project_id: $project" 'auth_type: v3multifactor, auth_methods: [v3password, v3totp]'
ok x env OS_PASSCODE="$(passcode "$secret")" aiwf login -v -o json
json '.methods | sort | join(" ")' 'password totp'
[ "$(requests)" = 1 ] || broken "$(requests) requests"

begin "the exec plugin's token is Keystone's, and --revoke ends it"
ok aiwf login --cloud bed-demo --exec-credential
json '.apiVersion + " " + .kind + " " + (.status.expirationTimestamp | endswith("Z") | tostring)' 'client.authentication.k8s.io/v1 ExecCredential true'
token=$(jq -r .status.token "$OUT")
is_good() { curl -sf -o "$T/body" -H "X-Auth-Token: $token" -H "X-Subject-Token: $token" "$keystone/auth/tokens"; }
true_that is_good
ok env KUBERNETES_EXEC_INFO='{"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential", "spec": {"interactive": false}}' aiwf login --cloud bed-demo --exec-credential
json '.apiVersion + " " + (.status.token == "'"$token"'" | tostring)' 'client.authentication.k8s.io/v1beta1 true'
ok aiwf login --cloud bed-demo --revoke
err_has 'its token is revoked'
if is_good; then broken 'the token is still good'; fi
ok aiwf login --cloud bed-demo --revoke
err_has 'no token is kept'
ok aiwf login --cloud bed-demo -o json
json .kept false
