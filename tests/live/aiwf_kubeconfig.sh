#!/bin/sh
# needs: openstack
# aiwf cluster kubeconfig and ca: certificates that Magnum really signed, used by kubectl at a cluster's real Kubernetes.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
name=$(a_name)
K=$T/kubeconfig
kubectl_is() { kubectl --kubeconfig "$K" --context "$name" get nodes -o json >"$T/nodes" 2>"$T/kubectl" && [ "$(jq '[.items[] | select(.status.conditions[] | select(.type == "Ready" and .status == "True"))] | length' "$T/nodes")" = "$1" ] || { sleep 1 && false; }; }
user_file() { kubectl --kubeconfig "$1" config view --raw -o json | jq -r ".users[] | select(.name == \"$name-admin\").user.\"client-$2-data\"" | base64 -d; }

switch "kubernetes-$name" on
ok openstack coe cluster create --cluster-template kubernetes --keypair bed --master-count 1 --node-count 1 "$name"
at_exit "openstack --os-cloud bed-demo coe cluster delete $name"
cat >"$K" <<Y
apiVersion: v1
kind: Config
clusters: [{name: other, cluster: {server: "https://192.0.2.1:6443", proxy-url: "http://192.0.2.2:1"}}]
users: [{name: other, user: {token: abc}}]
contexts: [{name: other, context: {cluster: other, user: other, namespace: x}}]
current-context: other
strange: [1, {two: "3"}]
Y
chmod 644 "$K"
kubectl --kubeconfig "$K" config view --raw -o json >before.json
cp "$K" before.yaml

begin "a cluster without an address is not ready yet"
fails 1 "$AIWF" cluster kubeconfig "$name" --file "$K"
err_has "aiwf cluster wait $name"
true_that cmp "$K" before.yaml
until_ok 300 cluster_is "$name" "CREATE_COMPLETE 1"

begin "kubectl lists the nodes, Ready, with the merged kubeconfig"
ok "$AIWF" cluster kubeconfig "$name" --file "$K" -o json
json '.kept' false
until_ok 60 kubectl_is 2

begin "other entries and unknown fields stay, mode 0600, no lock is left"
kubectl --kubeconfig "$K" config view --raw -o json >after.json
for list in clusters users contexts; do
    true_that [ "$(jq -c "[.$list[] | select(.name == \"other\")]" before.json)" = "$(jq -c "[.$list[] | select(.name == \"other\")]" after.json)" ]
done
true_that [ "$(jq -r '."current-context"' after.json)" = other ]
true_that grep -q '^strange:' "$K"
true_that [ "$(stat -c %a "$K")" = 600 ]
true_that [ ! -e "$K.lock" ]

begin "the certificate verifies against the cluster's authority"
ok "$AIWF" cluster ca show "$name" --pem
cp "$OUT" ca.pem
user_file "$K" certificate >cert.pem
ok openssl verify -CAfile ca.pem cert.pem
ok openssl x509 -in cert.pem -noout -subject
out_has 'O = system:masters, CN = admin'
ok "$AIWF" cluster ca show "$name" -o json
json '.sha256' "$(openssl x509 -in ca.pem -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)"
json '.subject' "CN=$name"

begin "a good certificate is kept; RSA on wish"
ok "$AIWF" cluster kubeconfig "$name" --file "$K" -o json
json '.kept' true
ok "$AIWF" cluster kubeconfig "$name" --file rsa.yaml --key rsa -o json
user_file rsa.yaml key >rsa.key
ok openssl pkey -in rsa.key -noout -text
out_has '2048 bit'
user_file "$K" key >ec.key
ok openssl pkey -in ec.key -noout -text
out_has 'prime256v1'

begin "someone else's entry of the name is not replaced"
fails 5 "$AIWF" cluster kubeconfig "$name" --file "$K" --context-name other
err_has '--context-name'

begin "a file that does not parse is left alone"
printf 'clusters: [\n' >broken.yaml
fails 2 "$AIWF" cluster kubeconfig "$name" --file broken.yaml
true_that [ "$(cat broken.yaml)" = 'clusters: [' ]

begin "killed in the middle it leaves the old file, and a lock that the next one takes over"
cp "$K" old.yaml
switch slow-magnum-RegionTwo 1
OS_REGION_NAME=RegionTwo "$AIWF" cluster kubeconfig "$name" --file "$K" --renew >killed.out 2>&1 &
pid=$!
until_ok 20 test -e "$K.lock"
kill -9 $pid
wait $pid 2>/dev/null
switch_off slow-magnum-RegionTwo
true_that test -e "$K.lock"
true_that cmp "$K" old.yaml
ok "$AIWF" cluster kubeconfig "$name" --file "$K"

begin "ca sign"
openssl req -new -newkey rsa:2048 -nodes -keyout me.key -subj /CN=me -out me.csr 2>/dev/null
ok "$AIWF" cluster ca sign "$name" me.csr
cp "$OUT" me.pem
ok openssl verify -CAfile ca.pem me.pem
fails 2 "$AIWF" cluster ca sign "$name" ca.pem
err_has 'not a signing request'

begin "after ca rotate the old certificate is refused, and replaced by the next kubeconfig"
ok "$AIWF" cluster ca rotate "$name"
until_ok 120 cluster_is "$name" "UPDATE_COMPLETE 1"
ok "$AIWF" cluster ca show "$name" --pem
true_that [ "$(cat "$OUT")" != "$(cat ca.pem)" ]
ok "$AIWF" cluster kubeconfig "$name" --file "$K" -o json
json '.kept' false
until_ok 60 kubectl_is 2
