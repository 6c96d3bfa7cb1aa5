# Kubernetes' control plane (etcd, apiserver, controller-manager, scheduler), and kwok, which plays nodes with GPUs.
# Options as in the components' own reference; addresses on the bed's link, since apiserver refuses to advertise a loopback one.
needs[kube]=
disk_mb[kube]=1500
processes[kube]='etcd kube-apiserver kube-controller-manager kube-scheduler kwok'
KUBE_VERSION=v1.37.2
KUBE_URL=https://$BED_IP:6443

build_kube() {
    build_kube_server
    go_build kube sigs.k8s.io/kwok/cmd/kwok kwok
    go_build kube ./sharing plugin-config
    kube_programs kube-scheduler kube-controller-manager
}
build_kube_server() { # also what the part openstack gives its clusters
    go_build kube go.etcd.io/etcd/server/v3 etcd
    kube_programs kubectl kube-apiserver
}
kube_programs() {
    local program stamp=k8s.io/component-base/version minor=${KUBE_VERSION#v1.}
    local flags="-X $stamp.gitVersion=$KUBE_VERSION -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%.*} -X $stamp.gitTreeState=clean"
    for program in "$@"; do go_build kube "k8s.io/kubernetes/cmd/$program" "$program" "$flags"; done
}

# certificate NAME SUBJECT USAGE [SUBJECT_ALT_NAMES]: signed by the bed's own authority, once
certificate() {
    [ -f "$1.crt" ] && return 0
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    printf 'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s\n' "$3" "${4:+subjectAltName=$4}" >"$1.ext"
    openssl req -new -key "$1.key" -subj "$2" | openssl x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
    rm -f "$1.ext"
}
kubeconfig() { # NAME: from the certificate of that name
    cat >"$BED_DIR/$1.kubeconfig" <<Y
apiVersion: v1
kind: Config
clusters: [{name: bed, cluster: {server: "$KUBE_URL", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
contexts: [{name: bed, context: {cluster: bed, user: $1}}]
current-context: bed
Y
    chmod 600 "$BED_DIR/$1.kubeconfig"
}
kube_pki() (
    umask 077
    mkdir -p "$BED_DIR/pki" && cd "$BED_DIR/pki" || exit 1
    if [ ! -f ca.crt ]; then
        openssl ecparam -name prime256v1 -genkey -noout -out ca.key
        openssl req -x509 -new -key ca.key -subj /CN=bed-ca -days 3650 -out ca.crt -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
        openssl genrsa -out sa.key 2048 2>/dev/null && openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
    fi
    certificate apiserver /CN=kube-apiserver serverAuth "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:$BED_IP,IP:127.0.0.1,IP:10.96.0.1"
    certificate admin /O=system:masters/CN=admin clientAuth
    certificate server /CN=bed serverAuth "DNS:localhost,DNS:real,IP:127.0.0.1,IP:$BED_IP"
    certificate metrics /CN=metrics clientAuth
    certificate viewer /O=viewers/CN=viewer clientAuth
    certificate controller-manager /CN=system:kube-controller-manager clientAuth
    certificate scheduler /CN=system:kube-scheduler clientAuth
    certificate kubelet-client /O=system:masters/CN=apiserver-kubelet-client clientAuth
    certificate front-proxy /CN=front-proxy-client clientAuth
    for name in admin viewer metrics controller-manager scheduler; do kubeconfig $name; done
)
kubectl() { "$BED_BIN/kubectl" --kubeconfig="$BED_DIR/admin.kubeconfig" "$@"; }

up_kube() {
    local pki=$BED_DIR/pki
    kube_pki || die "kube: cannot make the certificates"
    start etcd "2379 2380" "$BED_BIN/etcd" --name bed --data-dir "$BED_DIR/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
        --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster bed=http://127.0.0.1:2380 --unsafe-no-fsync --log-level warn
    until_true 30 etcd in_bed curl -sf http://127.0.0.1:2379/health
    start kube-apiserver 6443 "$BED_BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --bind-address="$BED_IP" --advertise-address="$BED_IP" --secure-port=6443 \
        --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
        --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$pki/sa.pub" --service-account-signing-key-file="$pki/sa.key" \
        --authorization-mode=Node,RBAC --service-cluster-ip-range=10.96.0.0/16 --allow-privileged=true --shutdown-delay-duration=0s \
        --enable-admission-plugins=PodNodeSelector,PodTolerationRestriction,ExtendedResourceToleration \
        --kubelet-preferred-address-types=InternalIP --kubelet-client-certificate="$pki/kubelet-client.crt" --kubelet-client-key="$pki/kubelet-client.key" \
        --requestheader-client-ca-file="$pki/ca.crt" --requestheader-allowed-names=front-proxy-client --requestheader-username-headers=X-Remote-User \
        --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra- \
        --proxy-client-cert-file="$pki/front-proxy.crt" --proxy-client-key-file="$pki/front-proxy.key"
    until_true 90 kube-apiserver kubectl get --raw /readyz
    alive kubelet || { stale_webhooks; down_usage; down_adapter; }
    start kube-controller-manager 10257 "$BED_BIN/kube-controller-manager" --kubeconfig="$BED_DIR/controller-manager.kubeconfig" \
        --authentication-kubeconfig="$BED_DIR/controller-manager.kubeconfig" --authorization-kubeconfig="$BED_DIR/controller-manager.kubeconfig" \
        --bind-address=127.0.0.1 --tls-cert-file="$pki/server.crt" --tls-private-key-file="$pki/server.key" --leader-elect=false --use-service-account-credentials=true --service-account-private-key-file="$pki/sa.key" --root-ca-file="$pki/ca.crt" \
        --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" --cluster-cidr=10.244.0.0/16 --allocate-node-cidrs=true --node-cidr-mask-size=25 --node-monitor-grace-period=5m --kube-api-qps=1000 --kube-api-burst=2000 --concurrent-replicaset-syncs=20 --horizontal-pod-autoscaler-sync-period=2s
    start kube-scheduler 10259 "$BED_BIN/kube-scheduler" --kubeconfig="$BED_DIR/scheduler.kubeconfig" --authentication-kubeconfig="$BED_DIR/scheduler.kubeconfig" \
        --authorization-kubeconfig="$BED_DIR/scheduler.kubeconfig" --bind-address=127.0.0.1 --tls-cert-file="$pki/server.crt" --tls-private-key-file="$pki/server.key" --leader-elect=false --kube-api-qps=1000 --kube-api-burst=2000
    kwok_stages >"$BED_DIR/stages.yaml" || die "kube: cannot read kwok's stages from its module"
    start kwok 10247 "$BED_BIN/kwok" --kubeconfig="$BED_DIR/admin.kubeconfig" --manage-all-nodes=false --manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake \
        --node-lease-duration-seconds=40 --server-address=127.0.0.1:10247 --config="$BED_DIR/stages.yaml"
    until_true 30 kube-controller-manager kubectl -n default get serviceaccount default
    metrics_role | kubectl apply -f - >/dev/null || die "kube: cannot make the role bed-metrics"
    kwok_namespace kwok | kubectl apply -f - >/dev/null || die "kube: cannot make the namespace kwok"
    kwok_nodes gpu 2 | kubectl apply -f - >/dev/null || die "kube: cannot make the kwok nodes"
    kwok_nodes cpu 3 | kubectl apply -f - >/dev/null || die "kube: cannot make the kwok nodes"
    until_true 30 kwok kubectl wait --for=condition=Ready node -l 'type=kwok,!bed/load' --timeout=1s
    metrics_of etcd etcd 5s http://127.0.0.1:2379/metrics
    metrics_of kube-apiserver kube-apiserver 30s "$KUBE_URL/metrics"
    metrics_of kube-controller-manager kube-controller-manager 10s https://127.0.0.1:10257/metrics
    metrics_of kube-scheduler kube-scheduler 10s https://127.0.0.1:10259/metrics
    metrics_of kwok kwok 5s http://127.0.0.1:10247/metrics
}
# What the certificate "metrics" may do: read metrics, and find the pods that have some.
metrics_role() {
    cat <<Y
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: bed-metrics}
rules:
- {nonResourceURLs: [/metrics], verbs: [get]}
- {apiGroups: [""], resources: [nodes/metrics], verbs: [get]}
- {apiGroups: [""], resources: [pods], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: bed-metrics}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: bed-metrics}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: metrics}]
Y
}

# Of a machine that died: they would be asked before anything is made, and nobody is there to answer. Their parts' "up" makes them anew.
stale_webhooks() {
    local file
    for file in "$BED_DIR"/manifests/*-webhooks.yaml; do
        [ ! -e "$file" ] || kubectl delete --ignore-not-found --wait=false -f "$file" >/dev/null 2>&1
    done
}
# kwok's own quick stages, from its module; pods run until a Job's container would end (3 s), or fail when annotated.
kwok_stages() {
    local stages
    stages=$(module_dir kube sigs.k8s.io/kwok)/kustomize/stage
    for file in pod/fast/pod-ready pod/fast/pod-delete node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease; do
        cat "$stages/$file.yaml" || return 1
        echo
        echo ---
    done
    cat "$HERE/kwok/stages.yaml"
}
# kwok's nodes are tainted, so that a pod that says nothing is a real one and waits for the real node (part node).
# In a namespace like this one pods are given to kwok's nodes, and tolerate them, without saying anything.
kwok_namespace() { # NAME
    cat <<Y
apiVersion: v1
kind: Namespace
metadata:
  name: $1
  annotations:
    scheduler.alpha.kubernetes.io/node-selector: type=kwok
    scheduler.alpha.kubernetes.io/defaultTolerations: '[{"key":"kwok.x-k8s.io/node","operator":"Exists"}]'
Y
}
# ---- nodes and pods by the thousand -------------------------------------------------------------------------------------
# As many pods hold a GPU each as there are GPUs; the others hold none.
load() { # NODES PODS
    local begun gpus=$(($1 * 8)) held
    alive kube-apiserver || die "load: kube is not up"
    held=$((gpus < $2 ? gpus : $2))
    begun=$(date +%s%N)
    kwok_namespace load | kubectl apply -f - >/dev/null || die "load: cannot make its namespace"
    kwok_nodes load "$1" | kubectl create -f - 2>&1 >/dev/null | grep -v AlreadyExists >&2
    until_true 600 kwok load_is nodes "$1"
    say "$1 nodes Ready, $((($(date +%s%N) - begun) / 1000000)) ms"
    { load_pods gpu $held '{nvidia.com/gpu: 1}'; load_pods cpu $(($2 - held)) '{cpu: 10m}'; } | kubectl apply -f - >/dev/null || die "load: cannot make its pods"
    until_true 1800 kwok load_is pods "$2"
    say "$2 pods Running ($held hold a GPU), $((($(date +%s%N) - begun) / 1000000)) ms"
}
load_is() { # nodes|pods COUNT
    case $1 in
    nodes) [ "$(kubectl get nodes -l bed/load=true -o jsonpath='{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' | grep -c True)" = "$2" ] ;;
    pods) [ "$(kubectl -n load get deployments -o jsonpath='{range .items[*]}{.status.readyReplicas}{"\n"}{end}' | awk '{n += $1} END {print n + 0}')" = "$2" ] ;;
    esac
}
load_pods() { # NAME COUNT LIMITS
    cat <<Y
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1, namespace: load}
spec:
  replicas: $2
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}}
    spec:
      terminationGracePeriodSeconds: 0
      nodeSelector: {bed/load: "true"}
      containers: [{name: $1, image: dev.local/none:1, resources: {limits: $3}}]
Y
}
unload() {
    alive kube-apiserver || die "unload: kube is not up"
    kubectl delete namespace load --ignore-not-found --wait=false >/dev/null
    until_true 900 kwok load_gone
    kubectl delete nodes -l bed/load=true >/dev/null
}
load_gone() { ! kubectl get namespace load; }

kwok_nodes() { # gpu|cpu|load COUNT
    local i capacity labels taints
    for i in $(seq 0 $(($2 - 1))); do
        if [ "$1" != cpu ]; then
            capacity='cpu: "64", memory: 512Gi, pods: "110", ephemeral-storage: 1Ti, nvidia.com/gpu: "8"'
            labels=', nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3, nvidia.com/gpu.count: "8", nvidia.com/gpu.memory: "81559"'
            taints=', {key: nvidia.com/gpu, value: "true", effect: NoSchedule}'
            [ "$1" = gpu ] || labels="$labels, bed/load: \"true\"" taints=
        else
            capacity='cpu: "32", memory: 128Gi, pods: "110", ephemeral-storage: 1Ti' labels='' taints=''
        fi
        cat <<Y
---
apiVersion: v1
kind: Node
metadata:
  name: kwok-$1-$i
  annotations: {kwok.x-k8s.io/node: fake}
  labels: {kubernetes.io/hostname: kwok-$1-$i, kubernetes.io/os: linux, kubernetes.io/arch: amd64, type: kwok$labels}
spec: {taints: [{key: kwok.x-k8s.io/node, value: fake, effect: NoSchedule}$taints]}
status:
  allocatable: {$capacity}
  capacity: {$capacity}
Y
    done
}

env_kube() {
    echo "export KUBECONFIG='$BED_DIR/admin.kubeconfig'"
    echo "export PATH='$BED_BIN':\"\$PATH\""
}
