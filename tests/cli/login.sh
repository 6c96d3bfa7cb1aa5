#!/bin/sh
# aiwf login against a scripted Keystone: what it says, what it asks on a terminal, kubectl's exec plugin, logging out.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
for name in $(env | sed -n 's/^\(OS_[A-Z_]*\|KUBERNETES_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export XDG_CACHE_HOME="$T/cache"

reply() { # STATUS HEADERS BODY: a reply of the wire
    jq -cn --argjson status "$1" --argjson headers "$2" --arg body "$3" '{status: $status, headers: $headers, body: $body}'
}
token=$(reply 201 '{"X-Subject-Token": "t0k3n"}' '{"token": {"expires_at": "2999-01-01T00:00:00Z", "methods": ["password"], "user": {"name": "ann", "id": "u-1", "domain": {"name": "D"}},
    "project": {"name": "lab", "id": "p-1", "domain": {"name": "D"}}, "roles": [{"name": "member"}, {"name": "reader"}], "catalog": [{"type": "compute", "endpoints": []}]}}')
receipt=$(reply 401 '{"Openstack-Auth-Receipt": "r3c31pt"}' '{"receipt": {"methods": ["password"]}, "required_auth_methods": [["password", "carrier-pigeon"], ["totp", "password"]]}')
no=$(reply 401 '{}' '{"error": {"message": "The request you have made requires authentication."}}')
cloud() { # AUTH [MORE]
    echo "clouds: {lab: {auth: {auth_url: '$URL', $1}${2:+, $2}}}" >clouds.yaml
}
# type.py (WAIT_FOR SEND)... -- COMMAND...: types into it on a terminal; prints what came, ends as it does
cat >"$T/type.py" <<'PY'
import os, pty, sys
split = sys.argv.index("--")
steps, command = [a.encode().decode("unicode_escape").encode() for a in sys.argv[1:split]], sys.argv[split + 1:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
out, at = b"", 0
for wait, send in zip(steps[::2], steps[1::2]):
    while wait not in out[at:]:
        try:
            out += os.read(fd, 65536)
        except OSError:
            sys.exit(f"never came: {wait!r}; got {out!r}")
    at = len(out)
    os.write(fd, send)
try:
    while True:
        out += os.read(fd, 65536)
except OSError:
    pass
sys.stdout.write(out.decode().replace("\r", ""))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
typing() { timeout 60 python3 "$T/type.py" "$@"; }
bodies() { asked '[.[] | select(.method == "POST") | .body | fromjson | .auth.identity] | .[-1]'; }
is_last() { # JQ VALUE: of the last login's identity
    got=$(bodies | jq -r "$1")
    [ "$got" = "$2" ] || broken "the login has $got"
}

wire good "{\"routes\": {\"/v3/auth/tokens\": [$token]}}"
cloud 'username: ann, password: s3cret, project_name: lab'

begin "login says who, where and until when, and never the token"
ok aiwf login -o json
json '[.name, .user, .project, .scope, (.roles | join("+")), .expires_at, .kept] | join(" ")' 'lab ann lab project member+reader 2999-01-01T00:00:00Z false'
out_lacks t0k3n
for form in table wide yaml csv; do
    ok aiwf login -o $form
    out_has ann
    out_lacks t0k3n
done
ok aiwf login -o name
out_is login/lab
ok aiwf login -v
err_lacks t0k3n

begin "a kept token needs no request; --force does not take it"
: >"$WIRE/log"
ok aiwf login -o json
json .kept true
[ "$(asked length)" = 0 ] || broken "$(asked length) requests"
ok aiwf login --force -o json
json .kept false
[ "$(asked length)" = 1 ] || broken "$(asked length) requests"

begin "the exec plugin's answer has the token, in the version that was asked for"
ok aiwf login --exec-credential
json '.apiVersion + " " + .kind + " " + .status.token + " " + .status.expirationTimestamp' 'client.authentication.k8s.io/v1 ExecCredential t0k3n 2999-01-01T00:00:00Z'
ok env KUBERNETES_EXEC_INFO='{"apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":false}}' aiwf login --exec-credential
json .apiVersion client.authentication.k8s.io/v1beta1
for info in '{"apiVersion":"client.authentication.k8s.io/v1alpha1"}' '{}' '{' '[]'; do
    fails 2 env KUBERNETES_EXEC_INFO="$info" aiwf login --exec-credential
    err_has KUBERNETES_EXEC_INFO
    out_is ''
done

begin "--revoke tells Keystone, and forgets the token"
: >"$WIRE/log"
ok aiwf login --revoke
err_has 'logged out of cloud lab'
[ "$(asked '.[0] | .method + " " + .headers["x-subject-token"]')" = 'DELETE t0k3n' ] || broken "$(asked '.[0]')"
[ -z "$(find "$XDG_CACHE_HOME" -type f)" ] || broken 'a token is kept'
ok aiwf login --revoke
err_has 'no token is kept for cloud lab'
fails 2 aiwf login --revoke --force
fails 2 aiwf login --exec-credential --jq .

begin "on a terminal a missing password is asked for, not shown, and not asked for again"
cloud 'username: ann'
fails 2 aiwf login
err_has 'no password'
ok typing 'Password of ann in cloud lab: ' 's3cret w\n' -- aiwf login
out_has ann
out_lacks s3cret
is_last .password.user.password 's3cret w'
ok aiwf login -o json
json .kept true
fails 130 typing 'Password' 'abc\x03' -- aiwf login --force
out_has interrupted
fails 2 typing 'Password' '\x04' -- aiwf login --force
fails 2 typing -- env KUBERNETES_EXEC_INFO='{"apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}' aiwf login --exec-credential --force

begin "a second factor: a passcode of the environment, or typed"
wire two "{\"routes\": {\"/v3/auth/tokens\": [$receipt, $token]}}"
cloud 'username: ann, password: s3cret'
ok env OS_PASSCODE=123456 aiwf login -v
err_lacks 123456
err_lacks r3c31pt
is_last '(.methods | join(" ")) + " " + .totp.user.passcode + " " + (.password | tostring)' 'totp 123456 null'
[ "$(asked '.[1].headers["openstack-auth-receipt"]')" = r3c31pt ] || broken "$(asked '.[1]')"
wire typed "{\"routes\": {\"/v3/auth/tokens\": [$receipt, $token]}}"
cloud 'username: ann, password: s3cret'
ok typing 'Passcode of ann in cloud lab: ' '654321\n' -- aiwf login
out_lacks 654321
is_last .totp.user.passcode 654321

begin "without a passcode or a terminal it says so"
wire three "{\"routes\": {\"/v3/auth/tokens\": [$receipt]}}"
cloud 'username: ann, password: s3cret'
fails 4 aiwf login
err_has 'another factor is needed'
err_has OS_PASSCODE
fails 4 env OS_PASSCODE=1 aiwf login
wire pigeon "{\"routes\": {\"/v3/auth/tokens\": [$(echo "$receipt" | sed 's/\[.."totp.*password."\]\]/]/; s/, \[\\"totp\\", \\"password\\"\]//')]}}"
cloud 'username: ann, password: s3cret'
fails 4 aiwf login
err_has 'a method that aiwf does not know'

begin "v3totp and v3multifactor"
wire multi "{\"routes\": {\"/v3/auth/tokens\": [$token]}}"
cloud 'username: ann' 'auth_type: v3totp'
fails 2 aiwf login
err_has 'no passcode'
ok env OS_PASSCODE=123456 aiwf login
is_last '(.methods | join(" ")) + " " + .totp.user.name' 'totp ann'
cloud 'username: ann, password: s3cret' 'auth_type: v3multifactor, auth_methods: [v3password, v3totp]'
ok env OS_PASSCODE=123456 aiwf login
is_last '(.methods | join(" ")) + " " + .totp.user.passcode + " " + .password.user.password' 'password totp 123456 s3cret'
cloud 'username: ann, password: s3cret' 'auth_type: v3multifactor, auth_methods: "v3password,v3oidc"'
fails 2 aiwf login
err_has 'v3oidc is not supported'
cloud 'username: ann, password: s3cret' 'auth_type: v3multifactor'
fails 2 aiwf login
err_has 'has no auth_methods'

begin "OS_PASSCODE goes with a cloud that is not chosen by name, too"
cloud 'username: ann' 'auth_type: v3totp'
ok env OS_PASSCODE=1 aiwf login --force

begin "without a Keystone: one endpoint, and no login that could be renewed, kept or revoked"
wire none "{\"routes\": {\"/v1/clusters\": [$(reply 200 '{}' '{"clusters": []}'), $no, $(reply 200 '{}' '{"clusters": []}')]}}"
rm -rf "$XDG_CACHE_HOME"
echo "clouds: {lab: {auth_type: none, auth: {endpoint: '$URL'}}}" >clouds.yaml
ok aiwf cluster list
[ "$(asked '.[-1].headers["x-auth-token"]')" = notused ] || broken "$(asked '.[-1].headers')"
fails 4 aiwf cluster list
[ "$(asked length)" = 2 ] || broken "$(asked '.[].path')"
fails 2 aiwf login
err_has 'its auth_type is none'
ok aiwf login --revoke
ok env -u OS_CLOUD OS_AUTH_TYPE=admin_token OS_TOKEN=t0k3n OS_ENDPOINT="$URL/" aiwf cluster list --cloud envvars -v
[ "$(asked '.[-1].headers["x-auth-token"]')" = t0k3n ] || broken "$(asked '.[-1].headers')"
err_lacks t0k3n
[ -z "$(ls "$XDG_CACHE_HOME/aiwf/tokens" 2>/dev/null)" ] || broken 'a token was kept'
fails 2 env OS_AUTH_TYPE=none aiwf cluster list --cloud envvars
err_has OS_ENDPOINT

begin "a refused login is exit 4, and the token before it stays"
wire no "{\"routes\": {\"/v3/auth/tokens\": [$token, $no]}}"
cloud 'username: ann, password: s3cret'
ok aiwf login
fails 4 aiwf login --force
err_has 'requires authentication'
ok aiwf login -o json
json .kept true

# This machine's, or the bed's, which may be building it.
kubectl_of_bed() { ls -t "${BED_CACHE:-}"/kubectl-* 2>/dev/null | head -1; }
has_kubectl() { command -v kubectl || [ -n "$(kubectl_of_bed)" ]; }
begin "kubectl takes the token by the exec plugin, in both versions of its API"
[ -z "${BED_COMES:-}" ] || until_ok 1200 has_kubectl
if has_kubectl >/dev/null; then
    kubectl=$(command -v kubectl || kubectl_of_bed)
    wire plugin "{\"routes\": {\"/v3/auth/tokens\": [$token]}}"
    cloud 'username: ann, password: s3cret'
    wire kube '{"tls": {}, "replies": [{"headers": {"Content-Type": "application/json"}, "body": "{}"}]}'
    for version in v1 v1beta1; do
        cat >config <<Y
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "$URL", certificate-authority: $WIRE/ca.pem}}]
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/$version, command: aiwf, args: [login, --exec-credential, --cloud, lab], interactiveMode: IfAvailable}}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
Y
        ok "$kubectl" --kubeconfig=config get --raw /version
        [ "$(asked '.[-1].headers.authorization')" = 'Bearer t0k3n' ] || broken "$version: $(asked '.[-1].headers.authorization')"
    done
else
    skip 'no kubectl here'
fi
