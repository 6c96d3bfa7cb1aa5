#!/bin/sh
# doctor: each step to each server, its verdict and its fix.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
for name in $(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
# status CHECK: its verdict in the last -o json answer; nothing when there is no such row.
status() { jq -r --arg c "$1" '.items[] | select(.check == $c) | .status' <"$OUT"; }
detail() { jq -r --arg c "$1" '.items[] | select(.check == $c) | .detail + " / " + (.fix // "")' <"$OUT"; }
is() { [ "$(status "$1")" = "$2" ] || broken "$1 is \"$(status "$1")\", not \"$2\": $(detail "$1")"; }
info='{"body":"{\"provider\":{\"provider\":\"faas-netes\",\"version\":{\"release\":\"0.18\"}},\"version\":{\"release\":\"0.27\"},\"arch\":\"x86_64\"}"}'
gateway="\"/healthz\":[{}],\"/system/info\":[$info],\"/system/functions\":[{\"body\":\"[{},{}]\"}]"

begin "with nothing running: a warning, the fix, exit 0"
ok aiwf doctor
out_has 'aiwf local up'
ok aiwf doctor -o json
is 'local runtime' warn
is libraries ok

begin "a gateway that is well: every step is ok"
wire well "{\"routes\":{$gateway}}"
(umask 077 && echo pw >pw)
ok aiwf context add lab --openfaas "$URL" --user admin --password-file pw --use
ok aiwf doctor -o json
is files ok
is 'gateway name' ok
is 'gateway connection' ok
is 'gateway login' ok
is 'gateway version' ok
is 'gateway permissions' ok
[ -z "$(status 'gateway TLS')" ] || broken 'TLS over http'
[ "$(asked '[.[] | select(.path == "/healthz")][0].headers.authorization')" = null ] || broken 'a login was sent that nobody asked for'
[ "$(asked '[.[] | select(.path == "/system/info")][0].headers.authorization')" = 'Basic YWRtaW46cHc=' ] || broken 'no login'

begin "a refused login is exit 4, and what depends on it is left out"
wire login '{"routes":{"/healthz":[{}]},"replies":[{"status":401,"body":"no"}]}'
fails 4 env AIWF_OPENFAAS="$URL" aiwf doctor -o json
is 'gateway connection' ok
is 'gateway login' fail
[ -z "$(status 'gateway version')" ] || broken 'version without login'
err_has '"code":"auth"'

begin "a missing permission is told"
wire rights "{\"routes\":{\"/healthz\":[{}],\"/system/info\":[$info],\"/system/functions\":[{\"status\":403,\"body\":\"not yours\"}]}}"
fails 4 env AIWF_OPENFAAS="$URL" aiwf doctor -o json
is 'gateway login' ok
is 'gateway permissions' fail
out_has 'not yours'

begin "nobody listens: exit 7"
fails 7 env AIWF_OPENFAAS=http://127.0.0.1:1 aiwf doctor -o json
is 'gateway name' ok
is 'gateway connection' fail
[ -z "$(status 'gateway login')" ] || broken 'login without connection'

begin "something that is no gateway"
wire other '{"replies":[{"status":404}]}'
fails 1 env AIWF_OPENFAAS="$URL" aiwf doctor
out_has 'no OpenFaaS gateway'

begin "TLS of an unknown authority is exit 7, with the fix"
wire tls "{\"tls\":{\"days\":5},\"routes\":{$gateway}}"
fails 7 env AIWF_OPENFAAS="$URL" aiwf doctor -o json
is 'gateway TLS' fail
out_has AIWF_CA_FILE

begin "with its authority: a warning when the certificate ends soon"
ok env AIWF_OPENFAAS="$URL" AIWF_CA_FILE="$WIRE/ca.pem" aiwf doctor -o json
is 'gateway TLS' warn
detail 'gateway TLS' | grep -q 'expires in [45] days' || broken "$(detail 'gateway TLS')"
is 'gateway login' ok

begin "without verification: a warning"
ok env AIWF_OPENFAAS="$URL" AIWF_INSECURE=true aiwf doctor -o json
is 'gateway TLS' warn

begin "Prometheus: version, and whether it scrapes the gateway"
wire prom '{"routes":{"/api/v1/status/buildinfo":[{"body":"{\"status\":\"success\",\"data\":{\"version\":\"2.42.0\"}}"}],
  "/api/v1/query":[{"headers":{"Content-Type":"application/json"},"body":"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[1,\"12\"]}]}}"},
                   {"headers":{"Content-Type":"application/json"},"body":"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"}]}}'
ok env AIWF_CONTEXT=local AIWF_PROMETHEUS="$URL" aiwf doctor -o json
is 'prometheus version' ok
is 'prometheus metrics' ok
detail 'prometheus metrics' | grep -q '^12 ' || broken "$(detail 'prometheus metrics')"
ok env AIWF_CONTEXT=local AIWF_PROMETHEUS="$URL" aiwf doctor -o json
is 'prometheus metrics' warn

begin "files: a secret that others may read, one that is missing"
chmod 644 pw
ok env AIWF_CONTEXT=local AIWF_PASSWORD_FILE=pw aiwf doctor -o json
is files warn
fails 2 env AIWF_CONTEXT=local AIWF_CA_FILE=none.pem aiwf doctor -o json
is files fail

begin "a broken configuration is a row, not the end"
printf 'contexts:\n  a: [' >"$HOME/.config/aiwf/config.yaml"
fails 2 aiwf doctor -o json
is 'config file' fail
is context fail
is libraries ok

begin "Ctrl-C is exit 130"
rm "$HOME/.config/aiwf/config.yaml"
wire hang '{"replies":[{"hang":true}]}'
AIWF_OPENFAAS=$URL aiwf doctor >"$OUT" 2>"$ERR" &
pid=$!
until_ok 20 test -s "$WIRE/log"
kill -INT $pid
wait $pid
RC=$?
[ $RC = 130 ] || broken "exit $RC"

begin "the real local gateway: every step is ok"
ok aiwf local up
ok aiwf doctor -o json
json '[.items[] | select(.status != "ok") | .check] | join(",")' ''
is 'local runtime' ok
is 'gateway login' ok
is 'gateway metrics' ok
ok aiwf local down

# A cloud whose Keystone answers VERSION to its root, LOGIN to a login; MAGNUM is its Magnum's answer.
token() { # CATALOG
    jq -cn --argjson catalog "$1" '{status: 201, headers: {"X-Subject-Token": "t0k3n"}, body: ({token: {expires_at: "2999-01-01T00:00:00Z", user: {name: "ann"}, project: {name: "lab", id: "p"},
        roles: [{name: "member"}], catalog: $catalog}} | tostring)}'
}
version='{"body":"{\"version\":{\"id\":\"v3.14\"}}"}'
cloud() { # NAME VERSION LOGIN MAGNUM [TLS]
    wire "$1" "{\"routes\":{\"/v3\":[$2],\"/v3/auth/tokens\":[$3],\"/v1/\":[$4]}${5:-}}"
    echo "clouds: {lab: {auth: {auth_url: '$URL', username: ann, password: s3cret, project_name: lab}, container_infra_endpoint_override: '$URL/v1'}}" >clouds.yaml
    rm -rf "$HOME/.cache"
}
all=$(for type in compute network image volumev3 orchestration placement; do echo "{\"type\":\"$type\",\"endpoints\":[{\"interface\":\"public\",\"url\":\"http://127.0.0.1:1\"}]}"; done | jq -sc .)

begin "a cloud that is well: every step is ok"
cloud cwell "$version" "$(token "$all")" '{"headers":{"OpenStack-API-Maximum-Version":"container-infra 1.10"}}'
ok aiwf doctor --cloud lab -o json
for row in cloud 'keystone name' 'keystone connection' 'keystone version' 'cloud login' 'cloud services' 'magnum version'; do is "$row" ok; done
out_has 'as ann in project lab (member)'
out_lacks t0k3n
ok env OS_CLOUD=lab aiwf doctor -o json
is 'cloud login' ok
out_has 'kept token'
ok aiwf doctor -o json
[ -z "$(status cloud)" ] || broken 'a cloud that nobody chose'

begin "what the cloud lacks is a warning"
cloud cpoor "$version" "$(token '[{"type":"compute","endpoints":[{"interface":"public","url":"http://127.0.0.1:1"}]}]')" '{"headers":{"OpenStack-API-Maximum-Version":"container-infra 1.7"}}'
ok aiwf doctor --cloud lab -o json
is 'cloud services' warn
out_has 'network, image, block-storage, orchestration, placement'
is 'magnum version' warn
out_has 'no node groups'

begin "a refused login is exit 4; what follows it is left out"
cloud cno "$version" '{"status":401,"body":"{\"error\":{\"message\":\"requires authentication\"}}"}' '{}'
fails 4 aiwf doctor --cloud lab -o json
is 'keystone version' ok
is 'cloud login' fail
out_lacks s3cret
[ -z "$(status 'cloud services')" ] || broken 'services without a login'

begin "what is no Keystone, and a Keystone that is not well"
k=0
for version in '{"status":300,"body":"{\"versions\":{}}"}' '{"status":404}' '{"headers":{"Content-Type":"text/html"},"body":"<html></html>"}' '{"status":503}'; do
    k=$((k + 1))
    cloud "cother$k" "$version" '{"status":404}' '{}'
    fails 1 aiwf doctor --cloud lab -o json
    is 'keystone version' fail
    [ -z "$(status 'cloud login')" ] || broken 'a login without a Keystone'
done

begin "a Keystone of an unknown authority is exit 7, with cacert it is well"
version='{"body":"{\"version\":{\"id\":\"v3.14\"}}"}'
cloud ctls "$version" "$(token "$all")" '{"headers":{"OpenStack-API-Maximum-Version":"container-infra 1.10"}}' ',"tls":{}'
fails 7 aiwf doctor --cloud lab -o json
is 'keystone connection' ok
is 'keystone TLS' fail
sed "s|auth: |cacert: $WIRE/ca.pem, auth: |" clouds.yaml >with.yaml
ok env OS_CLIENT_CONFIG_FILE=with.yaml aiwf doctor --cloud lab -o json
is 'cloud login' ok
sed 's|auth: |insecure: true, auth: |' clouds.yaml >with.yaml
ok env OS_CLIENT_CONFIG_FILE=with.yaml aiwf doctor --cloud lab -o json
is 'keystone TLS' warn

begin "an unknown cloud is exit 3, a Keystone that is not there exit 7"
fails 3 aiwf doctor --cloud lob -o json
is cloud fail
echo 'clouds: {lab: {auth: {auth_url: "http://127.0.0.1:1", username: ann, password: s3cret}}}' >clouds.yaml
fails 7 aiwf doctor --cloud lab -o json
is 'keystone connection' fail
[ -z "$(status 'keystone version')" ] || broken 'a version without a connection'

begin "a cluster: an authority that has ended says when, and no kubeconfig is the first row that fails"
unset KUBECONFIG
wire late '{"tls":{"days":-1}}'
cat >kubeconfig <<Y
current-context: k
clusters: [{name: c, cluster: {server: "$URL", certificate-authority: $WIRE/ca.pem}}]
users: [{name: u, user: {token: s3cret}}]
contexts: [{name: k, context: {cluster: c, user: u}}]
Y
ok aiwf context add late --kubeconfig "$PWD/kubeconfig"
fails 7 aiwf doctor --context late -o json
is kubernetes ok
is 'kubernetes connection' ok
is 'kubernetes TLS' fail
detail 'kubernetes TLS' | grep -Eq "server's certificate has ended at 20[0-9-]+T" || broken "$(detail 'kubernetes TLS')"
[ -z "$(status 'kubernetes login')" ] || broken 'login without TLS'
fails 3 env AIWF_KUBECONFIG="$PWD/none" aiwf doctor --context late -o json
is kubernetes fail

begin "a cluster: what answers is none"
wire none '{"routes":{"/version":[{"body":"hello"}]},"replies":[{"status":404,"body":"no"}]}'
sed "s|server: \"[^\"]*\"|server: \"$URL\"|; s|, certificate-authority: [^}]*||" kubeconfig >plain
ok aiwf context add none --kubeconfig "$PWD/plain"
fails 1 aiwf doctor --context none -o json
is 'kubernetes version' fail

begin "a cluster: its authority has ended, and when"
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=i\nserial=s\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n[x]\nbasicConstraints=critical,CA:TRUE\n' >ca.conf
: >i && echo 01 >s
{
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=late -keyout ca.key -out ca.csr
    openssl ca -batch -config ca.conf -selfsign -keyfile ca.key -in ca.csr -startdate 20240101000000Z -enddate 20240201000000Z -notext -out ca.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1 -keyout server.key -out server.csr
    printf 'subjectAltName=IP:127.0.0.1\n' >san
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out server.pem
} >openssl.log 2>&1
openssl s_server -accept 127.0.0.1:0 -cert server.pem -key server.key -www >s_server.log 2>&1 &
keep $!
until_ok 20 grep -q 'ACCEPT 127' s_server.log
port=$(sed -n 's/^ACCEPT 127.0.0.1:\([0-9]*\).*/\1/p' s_server.log)
sed "s|server: \"[^\"]*\"|server: \"https://127.0.0.1:$port\"|; s|certificate-authority: [^}]*|certificate-authority: $PWD/ca.pem|" kubeconfig >ended
ok aiwf context add ended --kubeconfig "$PWD/ended"
fails 7 aiwf doctor --context ended -o json
is 'kubernetes TLS' fail
detail 'kubernetes TLS' | grep -qF 'authority of cluster "c"' || broken "$(detail 'kubernetes TLS')"
detail 'kubernetes TLS' | grep -qF '2024-02-01T00:00:00Z' || broken "$(detail 'kubernetes TLS')"
fails 7 aiwf train list --context ended
err_has '2024-02-01T00:00:00Z'
