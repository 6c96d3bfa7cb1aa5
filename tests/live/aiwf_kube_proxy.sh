#!/bin/sh
# needs: kube
# A cluster behind a proxy, by the kubeconfig's proxy-url: http, https and socks5, each as kubectl reaches it; what the server
# warns of; several files that are read as one.
. "$(dirname "$0")/lib.sh"
a_namespace
ADMIN=$KUBECONFIG
unset AIWF_CONTEXT
rm -rf "$XDG_CONFIG_HOME"
# A relay, once per kind: it connects to whatever it is told to, and notes that.
cat >relay.py <<'Y'
import os, socket, ssl, sys, threading
kind, folder = sys.argv[1:]
server = socket.create_server(("127.0.0.1", 0))
if kind == "https":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("proxy.pem", "proxy.key")
    server = context.wrap_socket(server, server_side=True)
open(folder + ".new", "w").write(str(server.getsockname()[1]))
os.rename(folder + ".new", folder)


def copy(source, to):
    try:
        while data := source.recv(1 << 16):
            to.sendall(data)
        to.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def exactly(client, n):
    data = b""
    while len(data) < n and (more := client.recv(n - len(data))):
        data += more
    return data


def target(client):
    if kind != "socks5":
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        host, port = head.split()[1].decode().rsplit(":", 1)
        return head.split()[0].decode(), host, int(port), b"HTTP/1.1 200 OK\r\n\r\n"
    exactly(client, exactly(client, 2)[1])
    client.sendall(b"\5\0")
    request = exactly(client, 4)
    size = 4 if request[3] == 1 else exactly(client, 1)[0]
    host = exactly(client, size)
    host = socket.inet_ntoa(host) if request[3] == 1 else host.decode()
    return "SOCKS", host, int.from_bytes(exactly(client, 2), "big"), b"\5\0\0\1" + bytes(6)


def serve(client):
    try:
        word, host, port, answer = target(client)
        with client, socket.create_connection((host, port)) as other:
            print(word, host, port, file=sys.stderr, flush=True)
            client.sendall(answer)
            threading.Thread(target=copy, args=(other, client), daemon=True).start()
            copy(client, other)
    except (OSError, IndexError, ValueError):
        pass


while True:
    try:
        client = server.accept()[0]
    except (ssl.SSLError, ConnectionError):
        continue
    threading.Thread(target=serve, args=(client,), daemon=True).start()
Y
kubectl --kubeconfig "$ADMIN" config view --raw --flatten -o json >admin.json
jq -r '.clusters[0].cluster."certificate-authority-data"' admin.json | base64 -d >ca.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout proxy.key -out proxy.pem 2>/dev/null
server=$(jq -r '.clusters[0].cluster.server' admin.json)
address=${server#https://}
a() { "$AIWF" api kube "$@"; }
behind() { # PROXY-URL [CA-FILE...]: config, with these authorities
    proxy=$1
    shift
    cat "$@" >trusted.pem
    jq --arg proxy "$proxy" --arg ca "$(base64 -w0 trusted.pem)" '.clusters[0].cluster |= (."proxy-url" = $proxy | ."certificate-authority-data" = $ca)' admin.json >config
    export KUBECONFIG="$PWD/config"
}
relay() { # KIND
    python3 relay.py "$1" "$1.port" 2>>"$1.log" &
    keep $!
    until_ok 20 test -s "$1.port"
}

for kind in http https socks5; do
    begin "a proxy-url of $kind, as kubectl uses it"
    relay $kind
    behind "$kind://127.0.0.1:$(cat $kind.port)" ca.pem proxy.pem
    ok kubectl get --raw /version
    wanted=$(jq -r .gitVersion "$OUT")
    by_kubectl=$(tail -1 $kind.log)
    : >$kind.log
    ok a GET /version --jq .gitVersion
    out_is "$wanted"
    [ "$(tail -1 $kind.log)" = "$by_kubectl" ] || broken "it asked for \"$(tail -1 $kind.log)\", kubectl for \"$by_kubectl\""
    [ "${by_kubectl#* }" = "${address%:*} ${address##*:}" ] || broken "$by_kubectl"
done

begin "an https proxy that nobody vouches for"
behind "https://127.0.0.1:$(cat https.port)" ca.pem
fails 1 kubectl get --raw /version
fails 7 a GET /version
err_has 'proxy-url'

begin "a warning of the server's, as kubectl shows it, once"
export KUBECONFIG="$ADMIN"
# Endpoints are deprecated since 1.33.
k get endpoints >/dev/null 2>kubectl.err
wanted=$(sed -n 's/^Warning: //p' kubectl.err)
ok a GET "/api/v1/namespaces/$NS/endpoints"
if [ -n "$wanted" ]; then
    err_has "warning: $wanted"
    [ "$(grep -c "warning:" "$ERR")" = 1 ] || broken "$(grep -c "warning:" "$ERR") warnings"
else
    skip "this server warns of nothing"
fi

begin "several files, made one as kubectl makes them: certificates, keys, tokens, programs"
mkdir -p m/pki
cp ca.pem m/pki/ca.pem
jq -r '.users[0].user."client-certificate-data"' admin.json | base64 -d >m/pki/me.pem
jq -r '.users[0].user."client-key-data"' admin.json | base64 -d >m/pki/me.key
cat >m/one <<Y
current-context: files
clusters: [{name: files, cluster: {server: "$server", certificate-authority: pki/ca.pem}}]
users: [{name: files, user: {client-certificate: pki/me.pem, client-key: pki/me.key}}, {name: both, user: {client-certificate: pki/none.pem, token: nonsense}}]
contexts: [{name: files, context: {cluster: files, user: files, namespace: $NS}}, {name: data, context: {cluster: data, user: data}}]
Y
cat >m/program <<Y
#!/bin/sh
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'\$GIVEN'"}}'
Y
chmod 700 m/program
k create serviceaccount robot >/dev/null
cat >m/two <<Y
current-context: data
clusters: [{name: data, cluster: {server: "$server", certificate-authority-data: $(base64 -w0 ca.pem)}}, {name: files, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: data, user: $(jq -c '.users[0].user' admin.json)}, {name: program, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./program, interactiveMode: Never, env: [{name: GIVEN, value: $(k create token robot)}]}}},
  {name: files, user: {token: nonsense}}]
contexts: [{name: program, context: {cluster: data, user: program}}, {name: mixed, context: {cluster: files, user: data}}]
Y
echo '{apiVersion: authentication.k8s.io/v1, kind: SelfSubjectReview}' >me.yaml
export KUBECONFIG="$PWD/m/one:$PWD/m/two"
for name in files data program mixed; do
    ok kubectl --context "$name" auth whoami -o json
    wanted=$(jq -r .status.userInfo.username "$OUT")
    ok a POST /apis/authentication.k8s.io/v1/selfsubjectreviews -f me.yaml --jq .status.userInfo.username --kube-context "$name"
    out_is "$wanted"
done

# The first file's entry is the cluster, whole: what a later one says of its proxy counts for neither of us.
begin "proxies of several files, as kubectl config view --flatten has them, are asked the same"
http=http://127.0.0.1:$(cat http.port) socks5=socks5://127.0.0.1:$(cat socks5.port)
entry() { echo "{name: $1, cluster: {server: \"$server\", certificate-authority: pki/ca.pem${2:+, proxy-url: \"$2\"}}}"; }
cat >m/three <<Y
clusters: [$(entry a "$http"), $(entry b), $(entry c "$socks5")]
contexts: [$(for name in a b c d; do echo "{name: $name, context: {cluster: $name, user: data}},"; done)]
Y
cat >m/four <<Y
clusters: [$(entry a "$socks5"), $(entry b "$http"), $(entry c), $(entry d "$http")]
Y
by() { # COMMAND...: which relay was asked for what
    : >http.log
    : >socks5.log
    ok "$@"
    grep . http.log socks5.log >by
    cat by
}
for name in a b c d; do
    export KUBECONFIG="$PWD/m/three:$PWD/m/four:$PWD/m/two"
    kubectl config view --raw --flatten --minify --context $name -o json >flat.json
    ours=$(by "$AIWF" api kube GET /version --kube-context $name)
    [ "$ours" = "$(KUBECONFIG=$PWD/flat.json by "$AIWF" api kube GET /version)" ] || broken "$name: $ours, and by kubectl's one file $(cat by)"
    [ "$ours" = "$(by kubectl --context $name get --raw /version)" ] || broken "$name: $ours, and kubectl itself $(cat by)"
    echo "$name $ours" >>asked
done
[ "$(sed 's/\.log.*//' asked | tr '\n' ' ')" = 'a http b  c socks5 d http ' ] || broken "$(cat asked)"
