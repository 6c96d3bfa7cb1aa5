#!/bin/sh
# needs: openstack
# One command until a cluster's Kubernetes works; then aiwf cluster kubeconfig and ca: certificates that Magnum really signed, used by kubectl at a cluster's real Kubernetes.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo SHELL=/bin/sh # SHELL: "coe cluster config" ends in a KeyError without it
name=$(a_name)
K=$T/kubeconfig
kubectl_is() { kubectl --kubeconfig "$K" --context "$name" get nodes -o json >"$T/nodes" 2>"$T/kubectl" && [ "$(jq '[.items[] | select(.status.conditions[] | select(.type == "Ready" and .status == "True"))] | length' "$T/nodes")" = "$1" ]; }
user_file() { kubectl --kubeconfig "$1" config view --raw -o json | jq -r ".users[] | select(.name == \"$name-admin\").user.\"client-$2-data\"" | base64 -d; }

switch "kubernetes-$name" on
aiwf cluster create "$name" --template kubernetes --keypair bed --masters 1 --nodes 1 --wait >"$T/created" 2>"$T/creating" &
creating=$!
keep $creating
at_exit "aiwf --cloud bed-demo cluster delete $name --no-wait --yes"
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
is_there() { aiwf cluster show "$name" -o name; }
until_ok 60 is_there
fails 1 "$AIWF" cluster kubeconfig "$name" --file "$K"
err_has "aiwf cluster wait $name"
true_that cmp "$K" before.yaml

begin "cluster create --wait, in a pipe, ends when kubectl sees its nodes Ready, with the merged kubeconfig"
wait $creating
RC=$?
[ "$RC" = 0 ] || broken "exit $RC: $(tail -5 "$T/creating")"
ok "$AIWF" cluster kubeconfig "$name" --file "$K" -o json
json '.kept' false
true_that kubectl_is 2
cp "$T/creating" "$ERR"
err_has '2 of 2 nodes Ready'
true_that grep -q CREATE_COMPLETE "$T/created"

begin "the openstack client sees it run, and has a kubeconfig of it"
servers() { # the cluster's, by status
    ok openstack server list --name "^$name-" -f json
    json '[.[].Status] | join(" ")' "$1"
}
servers 'ACTIVE ACTIVE'
ok openstack coe cluster show "$name" -f json
json '.api_address[:8] + " " + (.master_addresses + .node_addresses | length | tostring)' 'https:// 2'
ok openstack coe cluster config --dir . "$name"
true_that grep -q client-certificate-data config

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

begin "a good certificate is kept; another kind of key on wish"
ok "$AIWF" cluster kubeconfig "$name" --file "$K" -o json
json '.kept' true
cp "$K" rsa.yaml
ok "$AIWF" cluster kubeconfig "$name" --file rsa.yaml --key rsa -o json
json '.kept' false
ok "$AIWF" cluster kubeconfig "$name" --file rsa.yaml -o json
json '.kept' true
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

begin "a dataset becomes a volume and a claim of the cluster"
in_cluster() { kubectl --kubeconfig "$K" --context "$name" get "$@"; }
ok aiwf dataset create "$name" --size 1Gi -o json
volume=$(jq -r .id "$OUT")
at_exit "aiwf --cloud bed-demo dataset delete $name --yes"
fails 2 aiwf dataset attach "$name"
err_has '--cluster CLUSTER'
fails 3 aiwf dataset attach "$name" --cluster "no-$name"
ok aiwf dataset attach "$name" --cluster "$name" --dry-run=server
fails 1 in_cluster pv "$name"
# Nothing binds here: the bed gives a cluster no controller manager.
fails 8 aiwf dataset attach "$name" --cluster "$name" --timeout 2s
err_has "dataset $name is volume claim default/$name in cluster $name"
err_has 'last seen: Pending'
ok in_cluster pv "$name" -o json
json '.spec.csi.volumeHandle + " " + .spec.claimRef.name' "$volume $name"
ok in_cluster pvc "$name" -o json
json '.spec.volumeName' "$name"
fails 5 aiwf dataset attach "$name" --cluster "$name"

begin "ca rotate --wait ends when Kubernetes has the new one; the old certificate is replaced by the next kubeconfig"
ok "$AIWF" cluster ca rotate "$name" --wait
err_has '2 of 2 nodes Ready'
out_has UPDATE_COMPLETE
ok "$AIWF" cluster ca show "$name" --pem
true_that [ "$(cat "$OUT")" != "$(cat ca.pem)" ]
ok "$AIWF" cluster kubeconfig "$name" --file "$K" -o json
json '.kept' false
true_that kubectl_is 2

begin "why asks its Kubernetes when Magnum calls it unhealthy"
switch "unready-nodes-$name" 'cni plugin not initialized'
until_ok 60 kubectl_is 0
ok aiwf cluster update "$name" health_status=UNHEALTHY
ok aiwf why cluster "$name" -o json
json '.verdict + ", " + (.chain[] | select(.layer == "kubernetes" and .kind == "api").state)' 'unhealthy, 0 of 2 nodes Ready'
json '[.chain[] | select(.kind == "node").reason] | unique | join(" ")' 'cni plugin not initialized'

begin "it is deleted, with all that Heat made for it"
ok openstack coe cluster delete "$name"
ok aiwf cluster wait "$name" --for deleted
servers ''
ok openstack volume list -f json
json "[.[] | select(.Name | startswith(\"$name-\"))] | length" 0
