#!/bin/sh
# needs: knative
# The digits model, served by real pods as a Deployment with an autoscaler and as a Knative Service. The servers in them are
# stand-ins that are written after the published descriptions (tests/tools/model_server.py): those of TensorFlow Serving and of the Open
# Inference Protocol are not to be had here.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS AIWF_KNATIVE=$KNATIVE_URL
python=/usr/bin/python3
volume=$(a_name)
at_exit "kubectl delete persistentvolume $volume --wait=false"
mkdir -p "$T/volume/digits/1"
chmod -R a+rX "$T"
$python "$ROOT/testdata/digits/prepare.py" training.csv held-out.csv >/dev/null
$python "$ROOT/testdata/digits/train.py" training.csv "$T/volume/digits/1/model.json" >/dev/null
cp -r "$T/volume/digits/1" "$T/volume/digits/2"
cp "$ROOT/tests/tools/model_server.py" "$T/volume/"
chmod -R a+rX "$T/volume"
cut -d, -f2- held-out.csv >rows.csv
cut -d, -f1 held-out.csv >digits
$python -c 'import numpy; numpy.save("rows.npy", numpy.loadtxt("rows.csv", delimiter=",").astype("<f4"))'
k apply -f - >/dev/null <<Y
apiVersion: v1
kind: PersistentVolume
metadata: {name: $volume}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadOnlyMany], hostPath: {path: $T/volume}, storageClassName: "", claimRef: {namespace: $NS, name: models}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models}
spec: {accessModes: [ReadOnlyMany], storageClassName: "", volumeName: $volume, resources: {requests: {storage: 1Gi}}}
Y
right() { jq -r '.items[].prediction' "$OUT" | paste -d' ' digits - | awk '$1 == $2' | wc -l; }
enough=$(($(wc -l <digits) * 95 / 100))

begin "a claim on a Knative that takes none is refused before anything is made, with the flag that lets it"
fails 2 aiwf model serve digits --model models:/digits --as function
err_has "kubernetes.podspec-persistent-volume-claim"
ok k get configmaps -o name
out_lacks digits-model

begin "as a deployment: from a volume claim, two versions, a label, batching, an autoscaler; ready when it is warm"
ok aiwf model serve digits --model models:digits --as deployment --image dev.local/python:1 \
    --command 'exec /usr/bin/python3 /mnt/model/model_server.py "$0" "$@"' --version 1 --version 2 --version-label stable=1 \
    --batching max_batch_size=32 --scale 1..3 --cpu 200m --warmup rows.csv -o json
json '"\(.state) \(.server) \(.runtime) \(.scale.max)"' 'Ready tfserving deployment 3'
err_has "warmed up by 3 requests"
ok k get deployment digits -o json
json '.spec.template.metadata.annotations | "\(.["prometheus.io/scrape"]) \(.["prometheus.io/port"])"' 'true 8501'
ok k get hpa digits -o jsonpath='{.spec.maxReplicas}'
out_is 3

begin "show: versions, inputs; held-out images are told right, of the labelled version too"
ok aiwf model show digits -o json
json '[.about.versions[].version] | join(" ")' '2 1'
json .model models:digits
ok aiwf model predict digits -f rows.npy --label stable -o json
true_that test "$(right)" -ge "$enough"
fails 1 aiwf model predict digits -f rows.npy --label other
ok kubectl get --raw "/api/v1/namespaces/$NS/services/digits:http/proxy/monitoring/prometheus/metrics"
out_has request_count

begin "other files make other pods, and the model stays up"
fails 5 aiwf model serve digits --model models:digits --as deployment
ok aiwf model serve digits --model models:digits --as deployment --image dev.local/python:1 \
    --command 'exec /usr/bin/python3 /mnt/model/model_server.py "$0" "$@"' --version 2 --scale 1..3 --cpu 200m --replace
only_two() { [ "$(aiwf model show digits -o json --jq '[.about.versions[].version] | join(" ")')" = 2 ]; }
until_ok 5 only_two
ok aiwf model logs digits
out_has "/v1/models/digits"

begin "as a function, through Knative's ingress, by the Open Inference Protocol"
gzip -c "$T/volume/digits/1/model.json" | base64 -w0 >model.b64
ok aiwf model serve images --server v2 --model /tmp/model.json --as function --image dev.local/python:1 --scale 1..2 --warmup rows.npy \
    --env "SERVER=$(cat "$ROOT/tests/tools/model_server.py")" --env "PACKED=$(cat model.b64)" \
    --command '/usr/bin/python3 -c "import base64, gzip, os; open(os.environ[\"MODEL_PATH\"], \"wb\").write(gzip.decompress(base64.b64decode(os.environ[\"PACKED\"])))" &&
        exec /usr/bin/python3 -c "$SERVER" --v2 --port=8080 images=$MODEL_PATH'
ok aiwf model predict images -f rows.npy -o json
true_that test "$(right)" -ge "$enough"
ok aiwf model list -o json
json '[.items[] | "\(.name) \(.runtime) \(.server)"] | sort | join(", ")' 'digits deployment tfserving, images knative v2'

begin "deleted, nothing of them is left"
ok aiwf model delete digits images
fails 3 aiwf model show digits
gone() { [ -z "$(k get deployments,ksvc,services,hpa,configmaps -o name | grep -E 'digits|images')" ]; }
until_ok 30 gone
