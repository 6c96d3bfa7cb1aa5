# What aiwf function deploy reads: our own manifest, a Knative Service, OpenFaaS's stack.yaml; and the table of what runtimes support.
. "$(dirname "$0")/lib.sh"
plan() { aiwf function deploy "$@" --dry-run=client -o json; }

begin "a manifest says what the options say, and options beat it or add to it"
cat >function.yaml <<'Y'
name: ocr
image: registry/ocr:1
args: [--model, m]
env: {A: 1}
volumes: {/models: "pvc:models:ro"}
traffic: {ocr-00001: 10}
port: 9000
utilization: 70
Y
ok plan -f function.yaml --runtime knative --port 9001 --arg last --volume /tmp/x=empty-dir
json '.spec.template.spec.containers[0] | "\(.args | join(" ")) \(.ports[0].containerPort) \(.volumeMounts | length)"' '--model m last 9001 2'
json '[.spec.traffic[] | "\(.revisionName // "latest") \(.percent)"] | join(", ")' 'ocr-00001 10, latest 90'
json '.spec.template.metadata.annotations["autoscaling.knative.dev/target-utilization-percentage"]' 70
fails 2 plan -f function.yaml --runtime local --command x
err_has '--arg: local has no such thing'
err_has '--runtime knative'
echo 'volume: x' >>function.yaml
fails 2 plan -f function.yaml --runtime knative
err_has 'function.yaml:9:'
err_has volumes

begin "a Knative Service goes as it is, and to Knative only"
cat >ksvc.yaml <<'Y'
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec: {template: {spec: {containers: [{image: i, stdin: false}]}}}
Y
ok plan -f ksvc.yaml
json '"\(.metadata.name) \(.spec.template.spec.containers[0].stdin)"' 'hello false'
fails 2 plan -f ksvc.yaml --runtime openfaas
err_has '--runtime knative'
fails 2 plan other -f ksvc.yaml
err_has 'ksvc.yaml:3:'
fails 2 plan -f ksvc.yaml --scale 1..2
err_has '--scale: ksvc.yaml'
sed 's/kind: Service/kind: Route/' ksvc.yaml >route.yaml
fails 2 plan -f route.yaml
err_has 'route.yaml:2:'

begin "a stack of OpenFaaS's: each of its functions, or the one that is named"
cat >stack.yaml <<'Y'
version: 1.0
provider: {name: openfaas, gateway: http://127.0.0.1:8080}
functions:
  infer:
    lang: python3-http
    handler: ./infer
    image: ${REGISTRY:-registry.example}/infer:1
    fprocess: python index.py
    environment: {exec_timeout: 60s, LEVEL: "${LEVEL}"}
    environment_file: [env.yml]
    secrets: [s1]
    constraints: ["a=b"]
    labels: {com.openfaas.scale.min: "2"}
    annotations: {topic: jobs}
    limits: {memory: 1Gi, cpu: 500m, ephemeral-storage: 1Gi}
    requests: {memory: 128Mi}
    readonly_root_filesystem: true
  other: {image: x}
Y
echo 'environment: {FROM: file, LEVEL: low}' >env.yml
LEVEL=high ok plan infer -f stack.yaml --runtime openfaas
json '"\(.service) \(.image) \(.envProcess) \(.envVars.LEVEL) \(.envVars.FROM) \(.secrets[0]) \(.constraints[0])"' 'infer registry.example/infer:1 python index.py high file s1 a=b'
json '"\(.labels["com.openfaas.scale.min"]) \(.annotations.topic) \(.limits.memory) \(.limits.cpu) \(.requests.memory) \(.readOnlyRootFilesystem)"' '2 jobs 1Gi 500m 128Mi true'
ok plan -f stack.yaml --runtime openfaas
[ "$(jq -s length "$OUT")" = 2 ] || broken "not two functions"
fails 3 plan nobody -f stack.yaml --runtime openfaas
err_has 'infer, other'
fails 2 plan infer -f stack.yaml --runtime deployment
err_has '--secret: deployment has no such thing'
rm env.yml
fails 3 plan infer -f stack.yaml --runtime openfaas
err_has 'stack.yaml:10'

begin "the table of what runtimes support is the one that refuses"
ok aiwf function runtimes -o json
json '[.items[] | select(.name == "--queue") | "\(.local.supported) \(.knative.supported) \(.openfaas.as)"][0]' 'true false envVars max_inflight'
json '[.items[] | select(.knative.flag) | .name] | unique | length > 4' true
json '[.items[].local.supported | type] | unique | join(",")' boolean
ok aiwf function runtimes
out_has 'by flag'
ok aiwf function runtimes openfaas
out_has 'readOnlyRootFilesystem'
fails 2 aiwf function runtimes kuhbernetes

begin "a document of aiwf's own is no manifest, and bounds that cross are told by line"
printf 'apiVersion: aiwf/v1\nkind: Function\nname: x\n' >own.yaml
fails 2 plan -f own.yaml --runtime local
err_has "aiwf explain function"
printf 'name: x\ncommand: cat\nscale:\n  min: 3\n  max: 1\n' >crossed.yaml
fails 2 plan -f crossed.yaml --runtime local
err_has "crossed.yaml:4:8: scale.min (3) is more than scale.max (1)"
