#!/bin/sh
# needs: kube
# aiwf gpu share: the config map, the nodes' labels, the way back. No real plugin of NVIDIA is here: where one would follow, this
# suite itself changes what a kwok node offers; where none follows, nobody does.
. "$(dirname "$0")/lib.sh"
a_namespace
node=$NS-gpu
at_exit "kubectl delete node $node"
kubectl apply -f - >/dev/null <<Y
apiVersion: v1
kind: Node
metadata:
  name: $node
  annotations: {kwok.x-k8s.io/node: fake}
  labels: {type: kwok, nvidia.com/gpu.product: T4, nvidia.com/gpu.count: "2", nvidia.com/gpu.memory: "15360"}
spec: {taints: [{key: aiwf.test/mine, value: "$NS", effect: NoSchedule}]}
status: {allocatable: {cpu: "8", pods: "10", nvidia.com/gpu: "2"}, capacity: {cpu: "8", pods: "10", nvidia.com/gpu: "2"}}
Y
share() { verb=$1 && shift && "$AIWF" --context bed gpu share "$verb" "$@"; }
apply() { share apply --config-map "$NS/plugin" --node "$node" "$@"; }
label() { kubectl get node "$node" -o json | jq -r '.metadata.labels["nvidia.com/device-plugin.config"]'; }
offers() { kubectl patch node "$node" --subresource=status --type=merge -p "{\"status\": {\"capacity\": {\"nvidia.com/gpu\": \"$1\"}, \"allocatable\": {\"nvidia.com/gpu\": \"$1\"}}}" >/dev/null; }
cat >four.yaml <<Y
version: v1
flags: {migStrategy: none}
sharing:
  timeSlicing:
    resources:
    - {name: nvidia.com/gpu, replicas: 4}
Y
sed 's/4}/8}/' four.yaml >eight.yaml

begin "a file that the plugin would refuse is refused with its line"
sed 's/4}/1}/' four.yaml >bad.yaml
fails 2 apply -f bad.yaml --yes
err_has bad.yaml:6:
sed 's/v1/v2/' four.yaml >bad.yaml
fails 2 apply -f bad.yaml --yes
err_has bad.yaml:1:
{ cat four.yaml && echo '  mps: {resources: [{name: nvidia.com/gpu, replicas: 2}]}'; } >bad.yaml
fails 2 apply -f bad.yaml --yes
err_has 'exclude each other'
sed 's/timeSlicing/timeSlices/' four.yaml >bad.yaml
fails 2 apply -f bad.yaml --yes
err_has timeSlicing
fails 2 apply -f four.yaml --name 'no label' --yes
true_that [ "$(label)" = null ]

begin "a dry run shows what would change, and does nothing"
ok apply -f four.yaml --dry-run
out_has '+    - {name: nvidia.com/gpu, replicas: 4}'
out_has '+nvidia.com/device-plugin.config: four'
true_that [ "$(label)" = null ]
fails 1 k get configmap plugin
fails 2 apply -f four.yaml
err_has --yes
true_that [ "$(label)" = null ]

begin "what is taken, and what it makes of a GPU, is what the plugin's own types read"
# plugin-config is the bed's, of NVIDIA's module.
mkdir -p both refused stricter
(
    cd both || exit
    cp ../four.yaml four.yaml
    echo '{version: v1, flags: {migStrategy: none, failOnInitError: true, nvidiaDriverRoot: /, plugin: {passDeviceSpecs: false, deviceListStrategy: envvar, deviceIDStrategy: uuid}}}' >flags.yaml
    echo '{flags: {migStrategy: mixed}, sharing: {timeSlicing: {renameByDefault: true, resources: [{name: gpu, replicas: 3}, {name: mig-1g.5gb, devices: [0, "1:0"], replicas: 2}]}}}' >names.yaml
    echo '{version: v1, flags: {mpsRoot: /run/mps, plugin: {deviceListStrategy: [envvar, cdi-cri]}, gfd: {sleepInterval: 30s}}, sharing: {mps: {resources: [{name: nvidia.com/gpu, devices: 2, replicas: 10}]}}}' >mps.yaml
    echo '{version: v1, resources: {gpus: [{pattern: "*", name: gpu}], mig: []}, imex: {channelIDs: [0], required: true}}' >none.yaml
    cd ../refused || exit
    sharing() { echo "{version: v1, sharing: {timeSlicing: {resources: $1}}}"; }
    sharing '[]' >empty.yaml
    sharing '[{name: nvidia.com/gpu}]' >how_often.yaml
    sharing '[{name: nvidia.com/gpu, replicas: 1}]' >once.yaml
    sharing '[{name: amd.com/gpu, replicas: 2}]' >vendor.yaml
    sharing "[{name: $(printf '%053d' 0), replicas: 2}]" >long.yaml
    sharing '[{name: gpu, devices: some, replicas: 2}]' >devices.yaml
    sharing '[{name: gpu, devices: [first], replicas: 2}]' >device.yaml
    echo '{version: v1, resources: {gpus: [{name: gpu}]}}' >pattern.yaml
    echo '{version: v1, imex: {channelIDs: [1]}}' >channel.yaml
    echo '{version: v2}' >version.yaml
    echo '{version: v1, flags: {plugin: {strategy: x}}}' >member.yaml
    # The plugin looks over these, or ends later.
    cd ../stricter || exit
    sharing '[{name: gpu, replica: 2, replicas: 2}]' >member.yaml
    echo '{version: v1, flags: {migStrategy: all}}' >mig.yaml
)
for file in refused/*.yaml stricter/*.yaml; do fails 2 apply -f "$file" --dry-run; done
plugin-config refused/*.yaml | jq -r 'select(.refused | not)' >taken
true_that [ ! -s taken ]
for file in both/*.yaml; do
    ok apply -f "$file" --name it --yes --no-wait
    k get configmap plugin -o jsonpath='{.data.it}' >written
    ok plugin-config written
    json '.refused // "taken"' taken
    cat "$OUT" >>read
done
cp read "$OUT"
out_has '{"mig":"mixed","resources":{"nvidia.com/gpu.shared":3,"nvidia.com/mig-1g.5gb.shared":2},"strategy":"time-slicing"}'
out_has '{"mig":null,"resources":{"nvidia.com/gpu":10},"strategy":"mps"}'
out_has '{"mig":"none","resources":{"nvidia.com/gpu":4},"strategy":"time-slicing"}'
ok k delete configmap plugin
kubectl label node "$node" nvidia.com/device-plugin.config- >/dev/null

begin "it is applied, and settled when the node offers what it says"
apply -f four.yaml --yes --timeout 60s >apply.out 2>apply.err &
pid=$!
until_ok 20 sh -c "[ \"\$(kubectl get node $node -o json | jq -r '.metadata.labels[\"nvidia.com/device-plugin.config\"]')\" = four ]"
kubectl label node "$node" nvidia.com/gpu.replicas=4 nvidia.com/gpu.sharing-strategy=time-slicing >/dev/null
offers 8
wait $pid
true_that [ $? = 0 ]
true_that [ "$(k get configmap plugin -o jsonpath='{.data.four}')" = "$(cat four.yaml)" ]
ok share show -o json
json ".items[] | select(.node == \"$node\") | \"\(.config) \(.strategy) \(.replicas) \(.gpus) \(.offered[\"nvidia.com/gpu\"])\"" 'four time-slicing 4 2 8'
ok "$AIWF" --context bed gpu list -o json
json ".items[] | select(.node == \"$node\") | \"\(.sharing) \(.replicas) \(.gpus)\"" 'time-slicing 4 8'
ok apply -f four.yaml --yes
err_has 'nothing changes'

begin "when the plugin does not follow in time, all is put back"
fails 8 apply -f eight.yaml --yes --timeout 3s
err_has 'put back'
err_has "$node: 8 of 16"
true_that [ "$(label)" = four ]
true_that [ "$(k get configmap plugin -o json | jq -c '.data | keys')" = '["four"]' ]

begin "the last change is taken back, once"
ok apply -f eight.yaml --yes --no-wait
true_that [ "$(label)" = eight ]
ok share rollback --config-map "$NS/plugin" --dry-run
out_has '+nvidia.com/device-plugin.config: four'
true_that [ "$(label)" = eight ]
ok share rollback --config-map "$NS/plugin" --yes
true_that [ "$(label)" = four ]
true_that [ "$(k get configmap plugin -o json | jq -c '.data | keys')" = '["four"]' ]
fails 3 share rollback --config-map "$NS/plugin" --yes

begin "the config map that the plugin's DaemonSet mounts is found"
fails 3 share apply -f four.yaml --node "$node" --dry-run
err_has --config-map
k apply -f - >/dev/null <<Y
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: plugin, labels: {app.kubernetes.io/name: nvidia-device-plugin}}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      nodeSelector: {no: such}
      containers: [{name: m, image: "dev.local/none:1"}]
      volumes: [{name: available-configs, configMap: {name: plugin}}]
Y
ok share apply -f four.yaml --node "$node" --dry-run
err_has 'nothing changes'
ok k delete daemonset plugin
fails 3 apply -f four.yaml --node nobody --dry-run
