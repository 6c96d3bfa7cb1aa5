#!/bin/sh
# needs: kube
# Ways into a real cluster: kubeconfigs merged as kubectl does, tokens, certificates, programs, a pod's account, impersonation,
# and what is said when the server refuses.
. "$(dirname "$0")/lib.sh"
a_namespace
ADMIN=$KUBECONFIG
unset KUBECONFIG AIWF_CONTEXT
export XDG_CACHE_HOME="$T/cache"
server=$(kubectl --kubeconfig "$ADMIN" config view --raw -o json | jq -r '.clusters[0].cluster.server')
kubectl --kubeconfig "$ADMIN" config view --raw --flatten -o json | jq -r '.clusters[0].cluster."certificate-authority-data"' | base64 -d >ca.pem
k() { kubectl --kubeconfig "$ADMIN" -n "$NS" "$@"; }
# aiwf of this suite works in no context of the bed's.
rm -rf "$XDG_CONFIG_HOME"
a() { "$AIWF" api kube "$@"; }
k create serviceaccount robot >/dev/null
token=$(k create token robot)
me() { a POST /apis/authentication.k8s.io/v1/selfsubjectreviews -f me.yaml --jq '.status.userInfo | .username + " " + (.groups | join(","))' "$@"; }
echo '{apiVersion: authentication.k8s.io/v1, kind: SelfSubjectReview}' >me.yaml
config() { # USER [CLUSTER]
    cat >config <<Y
current-context: cx
clusters: [{name: c, cluster: {server: "$server", certificate-authority: ca.pem${2:-}}}]
users: [{name: u, user: {$1}}]
contexts: [{name: cx, context: {cluster: c, user: u, namespace: $NS}}]
Y
    export KUBECONFIG="$PWD/config"
}
robot="system:serviceaccount:$NS:robot"

begin "the bed's client certificate, a token, and a token's file"
ok env KUBECONFIG="$ADMIN" "$AIWF" api kube GET /version --jq .gitVersion
config "token: $token"
ok me
out_has "$robot system:serviceaccounts"
printf '%s\n' "$token" >t.txt
config "token: nonsense, tokenFile: t.txt"
ok me
out_has "$robot"
ok me -v
err_lacks "$token"

begin "programs that log in: a token, a certificate, and once more after a refusal"
cat >plugin <<'Y'
#!/bin/sh
echo run >>"${0%/*}/runs"
cat "${0%/*}/answer"
Y
chmod 700 plugin
answer() { printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":%s}' "$1" >answer; }
config "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never}"
answer "{\"token\":\"$token\",\"expirationTimestamp\":\"2999-01-01T00:00:00Z\"}"
ok me
out_has "$robot"
ok me
[ "$(wc -l <runs)" = 1 ] || broken "it ran $(wc -l <runs) times"
[ "$(find cache ../cache -type f -name '*.json' -perm 0600 2>/dev/null | wc -l)" -ge 1 ] || broken 'no file of mode 0600'
answer '{"token":"refused","expirationTimestamp":"2999-01-01T00:00:00Z"}'
rm -rf "$XDG_CACHE_HOME"
: >runs
fails 4 me
[ "$(wc -l <runs)" = 2 ] || broken "it ran $(wc -l <runs) times"
err_has 'the program ./plugin'
lists=$(kubectl --kubeconfig "$ADMIN" config view --raw --flatten -o json)
answer "$(echo "$lists" | jq -c '.users[0].user | {clientCertificateData: (."client-certificate-data" | @base64d), clientKeyData: (."client-key-data" | @base64d)}')"
ok me
out_has system:masters

begin "impersonation, by the command line and by the kubeconfig"
ok env KUBECONFIG="$ADMIN" "$AIWF" api kube POST /apis/authentication.k8s.io/v1/selfsubjectreviews -f me.yaml --as jane --as-group ml --jq '.status.userInfo | .username + " " + (.groups | join(","))'
out_has 'jane ml,system:authenticated'
fails 2 env KUBECONFIG="$ADMIN" "$AIWF" api kube GET /version --as-group ml
config "token: $token, as: jane"
fails 4 me
err_has impersonate

begin "a pod's service account, where there is no kubeconfig"
if unshare -m true 2>/dev/null; then
    address=${server#https://}
    mkdir -p sa /var/run/secrets
    cp ca.pem sa/ca.crt
    printf %s "$token" >sa/token
    printf %s "$NS" >sa/namespace
    ok env -u KUBECONFIG HOME="$T/nobody" KUBERNETES_SERVICE_HOST="${address%:*}" KUBERNETES_SERVICE_PORT="${address##*:}" unshare -m sh -c \
        "mount -t tmpfs none /var/run/secrets && mkdir -p /var/run/secrets/kubernetes.io && cp -r '$PWD/sa' /var/run/secrets/kubernetes.io/serviceaccount && '$AIWF' api kube POST /apis/authentication.k8s.io/v1/selfsubjectreviews -f '$PWD/me.yaml' --jq .status.userInfo.username"
    out_is "$robot"
fi

begin "tls-server-name, a proxy that is not there, and no trust"
config "token: $token" ', tls-server-name: kubernetes.default.svc'
ok me
config "token: $token" ', tls-server-name: elsewhere.test'
fails 7 me
err_has 'another name than elsewhere.test'
config "token: $token" ', proxy-url: "http://127.0.0.1:1"'
fails 7 me
err_has 'proxy-url of cluster "c"'
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout other.key -out other.pem 2>/dev/null
config "token: $token"
sed -i 's/ca.pem/other.pem/' config
fails 7 me
err_has 'certificate-authority of cluster "c"'

begin "a client certificate that has ended says when"
openssl req -newkey rsa:2048 -nodes -subj /CN=late -keyout late.key -out late.csr 2>/dev/null
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=i\nserial=s\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' >late.conf
: >i && echo 01 >s
openssl ca -batch -config late.conf -in late.csr -cert other.pem -keyfile other.key -startdate 20240101000000Z -enddate 20240201000000Z -notext -out late.pem 2>/dev/null
config 'client-certificate: late.pem, client-key: late.key'
fails 4 me
err_has '2024-02-01T00:00:00Z'

begin "403 names the permission that is missing"
config "token: $token"
fails 4 a GET "/apis/batch/v1/namespaces/$NS/jobs"
err_has "user $robot may not list jobs.batch in namespace $NS"
err_has 'Role in namespace'
fails 4 a GET "/api/v1/nodes/x/proxy/y"
err_has 'may not get nodes/proxy'
fails 4 a GET /metrics
err_has 'nonResourceURLs [/metrics]'

begin "401 names the login"
config 'token: nonsense'
fails 4 me
err_has "does not accept a token, the login of user \"u\" of $PWD/config"

begin "of several files the first that defines a thing wins, as for kubectl"
mkdir -p m/a
cat >m/a/one <<Y
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1/one"}}, {name: d, cluster: {server: "http://127.0.0.1:1/d"}}]
contexts: [{name: cx, context: {cluster: c}}, {name: cy, context: {cluster: d}}]
Y
cat >m/two <<Y
current-context: cx
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1/two"}}, {name: e, cluster: {server: "http://127.0.0.1:1/e"}}]
contexts: [{name: cx, context: {cluster: e}}, {name: cy, context: {cluster: e}}, {name: cz, context: {cluster: e}}]
Y
echo 'current-context: cz' >m/three
echo 'apiVersion: v1' >m/empty
for list in m/a/one:m/two m/two:m/a/one m/none::m/three:m/two m/three:m/a/one:m/two m/empty:m/two:m/three m/two:m/two; do
    export KUBECONFIG="$list"
    wanted=$(kubectl config view --raw --minify -o json | jq -r '.clusters[0].cluster.server')
    "$AIWF" api kube GET /x 2>err >out
    grep -qF "$wanted/x" err || broken "$list: not $wanted: $(cat err)"
    [ "$("$AIWF" __complete api kube --kube-context '' 2>&1 | grep -xE 'c[xyz]' | sort | tr '\n' ' ')" = "$(kubectl config get-contexts -o name | sort | tr '\n' ' ')" ] || broken "$list: $("$AIWF" __complete api kube --kube-context '' 2>&1 | tr '\n' ' ')"
    for name in $(kubectl config get-contexts -o name); do
        wanted=$(kubectl --context "$name" config view --raw --minify -o json | jq -r '.clusters[0].cluster.server')
        "$AIWF" api kube GET /x --kube-context "$name" 2>err >out
        grep -qF "$wanted/x" err || broken "$list, $name: not $wanted"
    done
done

# Each field by what it does: a server that wants a certificate logs what it was asked with, once by the user's files and once by
# the one file that kubectl makes of them.
. "$ROOT/tests/tools/wire.sh"
begin "kubectl config view --flatten of many files and ours of them are the same requests, field by field"
wire flat '{"tls": {"names": ["odd.test"], "client": true}, "replies": [{"body": "{\"items\": []}"}]}'
mkdir -p one/certs two
cp "$WIRE/ca.pem" one/certs/ca.pem
cp "$WIRE/client.pem" "$WIRE/client.key" two/
cp "$WIRE/other-ca.pem" two/ca.pem
printf 'from-a-file\n' >two/token
cp two/token token # whose path kubectl leaves as it is written
cert='client-certificate: ../two/client.pem, client-key: ../two/client.key'
cat >one/config <<Y
clusters: [{name: c, cluster: {server: "$URL/below", certificate-authority: certs/ca.pem, tls-server-name: odd.test}}]
users:
- {name: plain, user: {$cert}}
- {name: token, user: {$cert, token: t-1}}
contexts:
- {name: plain, context: {cluster: c, user: plain, namespace: n-1}}
- {name: token, context: {cluster: c, user: token}}
- {name: both, context: {cluster: d, user: later, namespace: n-2}}
Y
cat >two/config <<Y
clusters:
- {name: c, cluster: {server: "https://127.0.0.1:1", certificate-authority: ca.pem}}
- {name: d, cluster: {server: "$URL", insecure-skip-tls-verify: true}}
users:
- {name: token, user: {token: t-2}}
- {name: later, user: {client-certificate: client.pem, client-key: client.key, tokenFile: token, as: ann, as-uid: "7", as-groups: [a, b], as-user-extra: {why: [w1, w2]}}}
- {name: basic, user: {client-certificate: client.pem, client-key: client.key, username: u, password: "p:w"}}
contexts:
- {name: basic, context: {cluster: c, user: basic, namespace: n-3}}
- {name: plain, context: {cluster: d, user: basic, namespace: n-9}}
current-context: basic
Y
files=$PWD/one/config:$PWD/two/config
same_as_kubectl() { # CONTEXT
    KUBECONFIG=$files kubectl config view --raw --flatten --minify --context="$1" -o json >flat.json
    KUBECONFIG=$files ok aiwf function secret list --runtime knative --kube-context "$1"
    KUBECONFIG=$PWD/flat.json ok aiwf function secret list --runtime knative
    asked '.[-2:][] | del(.connection) | tojson' >two.log
    [ "$(sort -u two.log | wc -l)" = 1 ] || broken "$(cat two.log)"
}
for context in plain token both basic; do same_as_kubectl $context; done
[ "$(asked '[.[] | .path | capture("namespaces/(?<n>[^/]+)").n] | unique | join(" ")')" = 'default n-1 n-2 n-3' ] || broken "$(asked 'map(.path)')"
[ "$(asked '[.[] | .client] | unique | length')" = 1 ] || broken 'a certificate of another'
asked '.[].headers | to_entries[] | "\(.key | ascii_downcase): \(.value)"' >headers
for header in 'authorization: Bearer t-1' 'authorization: Bearer from-a-file' 'authorization: Basic dTpwOnc=' 'impersonate-user: ann' 'impersonate-uid: 7' 'impersonate-extra-why: '; do
    grep -q "^$header" headers || broken "never sent: $header"
done
