#compdef aiwf
# zsh completion of aiwf. Made from the command tree by `make completions`: do not edit.

# What can follow a command; takes: the options after which a value follows.
__aiwf_table() {
    local common=
    cmds=() aliases=() args=() opts=() takes=()
    case $1 in
    '') common=0 cmds=(
        'alerts:alerts of Prometheus and Alertmanager, and their rules'
        'api:requests to a service'\''s own API, with the context'\''s login'
        'cluster:Kubernetes clusters of OpenStack Magnum'
        'completion:scripts that complete commands, options and names in your shell'
        'context:contexts: which cloud, cluster, gateway and Prometheus to work with'
        'dashboard:rules for Prometheus and dashboards for Grafana'
        'dataset:training data: volumes for servers and clusters'
        'doctor:check what a context needs, end to end, and say how to fix it'
        'explain:what a document may contain'
        'function:functions: deploy, call, scale and watch them'
        'gpu:GPUs of a cluster: who holds them, which are idle, how they are shared'
        'help:help of a command, or on a topic'
        'infra:what the cloud is made of: servers, flavors, networks, volumes, images, quotas'
        'local:the runtime on this machine: up, down, status, logs'
        'login:log in to the context'\''s OpenStack cloud'
        'model:models: serve them, and ask them'
        'nodegroup:node groups of a cluster: machines that are alike'
        'pool:warm pools: instances kept ready for functions'
        'query:ask Prometheus in PromQL'
        'queue:queues of jobs: what waits, in which order, and for what'
        'shell:a command line of its own: completion, history, the context in the prompt'
        'template:templates that OpenStack Magnum makes clusters from'
        'top:watch functions, jobs, energy and GPUs'
        'train:training and batch jobs: submit, wait for and watch them'
        'version:print the version'
        'why:why something is as it is, across all layers'
        'workflow:graphs of stages: prepare, train, serve') aliases=(fn function wf workflow ) ;;
    'alerts') common=0 cmds=(
        'list:list alerts: firing, pending, silenced'
        'rules:list the rules of Prometheus: state, health, last evaluation') aliases=() ;;
    'alerts list') common=1 opts=(
        '--state:only those in this state'
        '--prometheus:the Prometheus to ask instead of the context'\''s'
        '--alertmanager:the Alertmanager to ask instead of the context'\''s') takes=(--state --prometheus --alertmanager ) ;;
    'alerts rules') common=1 opts=(
        '--type:only rules that warn, or that record'
        '--prometheus:the Prometheus to ask instead of the context'\''s') takes=(--type --prometheus ) ;;
    'api') common=0 cmds=(
        'openstack:send a request to a service of OpenStack'
        'kube:send a request to the context'\''s Kubernetes API server'
        'forward:make a port of a pod or service one of this machine') aliases=() ;;
    'api openstack') common=2 args=(none none) opts=(
        '--file:send this document, YAML or JSON ("-" is standard input), as JSON'
        '--microversion:ask for this version of the service'\''s API (OpenStack-API-Version)') takes=(--file -f --microversion ) ;;
    'api kube') common=3 args=(none none) opts=(
        '--file:send this document, YAML or JSON ("-" is standard input), as JSON'
        '--patch:what the document of a PATCH is: merge, strategic, json or apply'
        '--as:act as this user (impersonation)'
        '--as-group:and as a member of this group'
        '--force-conflicts:APPLY takes over fields that others own'
        '--selector:of a KIND: only what has these labels (a=b,c!=d)'
        '--field-selector:of a KIND: only what has these fields (status.phase=Failed)'
        '--all-namespaces:of a KIND: in all namespaces') takes=(--file -f --patch --as --as-group --selector -l --field-selector ) ;;
    'api forward') common=4 args=(live none) ;;
    'cluster') common=0 cmds=(
        'create:create a cluster, and wait until it works'
        'list:list clusters'
        'show:show a cluster'
        'resize:give a cluster more nodes, or fewer'
        'upgrade:upgrade a cluster to the version of another template'
        'update:change what Magnum lets change of a cluster'
        'delete:delete clusters with all that was made for them'
        'wait:wait until a cluster is ready, complete or deleted'
        'events:what happened to a cluster: the events of its stacks'
        'kubeconfig:put a cluster into a kubeconfig, with a new certificate'
        'ca:a cluster'\''s certificate authority: show, sign, rotate'
        'stats:count clusters and nodes'
        'quotas:how many clusters a project may have: list, show, create, update, delete'
        'services:list Magnum'\''s own services (administrators)') aliases=() ;;
    'cluster create') common=5 args=(none) opts=(
        '--template:what it is made of: aiwf template list'
        '--nodes:nodes that run pods (-1: Magnum'\''s usual, 1)'
        '--masters:nodes of the control plane (-1: Magnum'\''s usual, 1)'
        '--label:a label of Magnum'\''s driver'
        '--merge-labels:add the labels to the template'\''s (else they take the place of all of them)'
        '--flavor:of the nodes'
        '--master-flavor:of the control plane'
        '--keypair:whose key may log in'
        '--docker-volume-size:a volume for the images of each node'
        '--fixed-network:an existing network for the nodes'
        '--fixed-subnet:an existing subnet for the nodes'
        '--master-lb:a load balancer before the control plane'
        '--floating-ip:floating addresses (usual: the template'\''s)'
        '--no-floating-ip:no floating addresses'
        '--file:a document of Magnum'\''s own members (YAML, "-" is standard input); options beat it'
        '--for:wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)') takes=(--template -t --nodes --masters --label --flavor --master-flavor --keypair --docker-volume-size --fixed-network --fixed-subnet --file -f --for ) ;;
    'cluster list') common=1 ;;
    'cluster show') common=6 args=(live) ;;
    'cluster resize') common=7 args=(live) opts=(
        '--nodes:how many nodes the node group shall have'
        '--nodegroup:which node group (usual: default-worker)'
        '--remove:which server shall go when it shrinks, by name or id'
        '--for:wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)') takes=(--nodes --nodegroup --remove --for ) ;;
    'cluster upgrade') common=7 args=(live) opts=(
        '--template:the template of the new version'
        '--batch:how many nodes at once'
        '--nodegroup:only this node group (usual: default-worker)'
        '--for:wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)') takes=(--template -t --batch --nodegroup --for ) ;;
    'cluster update') common=7 args=(live live+) ;;
    'cluster delete') common=8 args=(live+) ;;
    'cluster wait') common=6 args=(live) opts=(
        '--for:wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so) or deleted'
        '--timeout:give up after this time') takes=(--for --timeout ) ;;
    'cluster events') common=6 args=(live) opts=(
        '--follow:go on with new ones until Ctrl-C, or until the cluster is gone') takes=() ;;
    'cluster kubeconfig') common=6 args=(live) opts=(
        '--file:the kubeconfig to change, "-": print one (default: kubectl'\''s, by KUBECONFIG)'
        '--context-name:what its context is called there (default: the cluster'\''s name)'
        '--use:make it the current context'
        '--key:the kind of key: ec (P-256, the usual one), rsa (2048 bits)'
        '--renew:a new certificate even if there is one that is good for a week'
        '--keystone:log in by the cloud'\''s token (aiwf login --exec-credential), not by a certificate') takes=(--file --context-name --key ) ;;
    'cluster ca') common=0 cmds=(
        'show:show the certificate authority of a cluster'
        'sign:have a signing request signed by a cluster'\''s certificate authority'
        'rotate:replace a cluster'\''s certificate authority') aliases=() ;;
    'cluster ca show') common=6 args=(live) opts=(
        '--pem:only the certificate, in PEM') takes=() ;;
    'cluster ca sign') common=4 args=(live files) ;;
    'cluster ca rotate') common=5 args=(live) opts=(
        '--for:wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)') takes=(--for ) ;;
    'cluster stats') common=6 opts=(
        '--project:of one project, by name or id (usual: the login'\''s; an administrator'\''s is all)') takes=(--project ) ;;
    'cluster quotas') common=0 cmds=(
        'list:list the projects that have a limit of their own'
        'show:show how many clusters a project may have'
        'create:give a project a limit of its own (administrators)'
        'update:change a project'\''s limit (administrators)'
        'delete:take a project'\''s own limit away (administrators)') aliases=() ;;
    'cluster quotas list') common=1 opts=(
        '--all-projects:those of every project (administrators)') takes=() ;;
    'cluster quotas show') common=6 args=(live) ;;
    'cluster quotas create') common=3 args=(live) opts=(
        '--hard-limit:how many clusters the project may have') takes=(--hard-limit ) ;;
    'cluster quotas update') common=3 args=(live) opts=(
        '--hard-limit:how many clusters the project may have') takes=(--hard-limit ) ;;
    'cluster quotas delete') common=9 args=(live+) ;;
    'cluster services') common=1 ;;
    'completion') common=0 cmds=(
        'bash:print the script for bash'
        'zsh:print the script for zsh'
        'fish:print the script for fish') aliases=() ;;
    'completion bash') common=10 ;;
    'completion zsh') common=10 ;;
    'completion fish') common=10 ;;
    'context') common=0 cmds=(
        'list:list the contexts'
        'show:show a context'\''s settings, and where each comes from'
        'use:make a context the current one'
        'add:add a context'
        'set:change settings of a context'
        'delete:forget contexts') aliases=() ;;
    'context list') common=11 ;;
    'context show') common=6 args=(live) opts=(
        '--origin:where each value comes from: flag, environment, file or default') takes=() ;;
    'context use') common=10 args=(live) ;;
    'context add') common=12 args=(none) opts=(
        '--cloud:a cloud'\''s name in clouds.yaml'
        '--kube-context:a context of the kubeconfig'
        '--kubeconfig:the kubeconfig'\''s path'
        '--namespace:the Kubernetes or OpenFaaS namespace'
        '--openfaas:an OpenFaaS gateway'\''s URL, or kube://NAMESPACE/SERVICE:PORT'
        '--knative:the URL of Knative'\''s ingress'
        '--openwhisk:the URL of OpenWhisk'\''s host'
        '--prometheus:a Prometheus server'\''s URL, or kube://NAMESPACE/SERVICE:PORT'
        '--prometheus-user:the Prometheus server'\''s user'
        '--prometheus-password-file:a file with its password'
        '--prometheus-token-file:a file with its bearer token'
        '--prometheus-headers-file:a file of headers for it, NAME: VALUE a line'
        '--scrape-hosts:whose exporters get the login of --scrape: NAME, NAME:PORT or .DOMAIN, separated by commas'
        '--scrape-user:the exporters'\'' user'
        '--scrape-password-file:a file with its password'
        '--scrape-token-file:a file with the exporters'\'' bearer token'
        '--alertmanager:an Alertmanager'\''s URL, or kube://NAMESPACE/SERVICE:PORT'
        '--grafana:a Grafana'\''s URL'
        '--grafana-token-file:a file with the token of a service account of Grafana'
        '--runtime:the default runtime of functions'
        '--user:the gateway'\''s user'
        '--password-file:a file with the gateway'\''s password'
        '--oauth2-url:the endpoint that gives the gateway'\''s tokens (OAuth 2.0)'
        '--oauth2-client-id:the client that asks there'
        '--oauth2-secret-file:a file with its secret (else the variable AIWF_OAUTH2_SECRET)'
        '--oauth2-scope:the scope that is asked for'
        '--oauth2-audience:whom the token is for'
        '--ca-file:a PEM file of certificate authorities to trust'
        '--cert-file:a client certificate in PEM'
        '--key-file:the client certificate'\''s key in PEM'
        '--insecure:true: do not verify TLS certificates'
        '--protected:true: ask before anything changes'
        '--currency:the currency of prices'
        '--price-cpu-hour:price of a CPU core for an hour'
        '--price-gpu-hour:price of a GPU for an hour'
        '--price-kwh:price of a kilowatt-hour'
        '--idle-watts:the machine'\''s power when idle, W'
        '--max-watts:the machine'\''s power at full load, W'
        '--use:make it the current context'
        '--replace:replace one of that name, with all its settings') takes=(--cloud --kube-context --kubeconfig --namespace --openfaas --knative --openwhisk --prometheus --prometheus-user --prometheus-password-file --prometheus-token-file --prometheus-headers-file --scrape-hosts --scrape-user --scrape-password-file --scrape-token-file --alertmanager --grafana --grafana-token-file --runtime --user --password-file --oauth2-url --oauth2-client-id --oauth2-secret-file --oauth2-scope --oauth2-audience --ca-file --cert-file --key-file --currency --price-cpu-hour --price-gpu-hour --price-kwh --idle-watts --max-watts ) ;;
    'context set') common=12 args=(live) opts=(
        '--cloud:a cloud'\''s name in clouds.yaml'
        '--kube-context:a context of the kubeconfig'
        '--kubeconfig:the kubeconfig'\''s path'
        '--namespace:the Kubernetes or OpenFaaS namespace'
        '--openfaas:an OpenFaaS gateway'\''s URL, or kube://NAMESPACE/SERVICE:PORT'
        '--knative:the URL of Knative'\''s ingress'
        '--openwhisk:the URL of OpenWhisk'\''s host'
        '--prometheus:a Prometheus server'\''s URL, or kube://NAMESPACE/SERVICE:PORT'
        '--prometheus-user:the Prometheus server'\''s user'
        '--prometheus-password-file:a file with its password'
        '--prometheus-token-file:a file with its bearer token'
        '--prometheus-headers-file:a file of headers for it, NAME: VALUE a line'
        '--scrape-hosts:whose exporters get the login of --scrape: NAME, NAME:PORT or .DOMAIN, separated by commas'
        '--scrape-user:the exporters'\'' user'
        '--scrape-password-file:a file with its password'
        '--scrape-token-file:a file with the exporters'\'' bearer token'
        '--alertmanager:an Alertmanager'\''s URL, or kube://NAMESPACE/SERVICE:PORT'
        '--grafana:a Grafana'\''s URL'
        '--grafana-token-file:a file with the token of a service account of Grafana'
        '--runtime:the default runtime of functions'
        '--user:the gateway'\''s user'
        '--password-file:a file with the gateway'\''s password'
        '--oauth2-url:the endpoint that gives the gateway'\''s tokens (OAuth 2.0)'
        '--oauth2-client-id:the client that asks there'
        '--oauth2-secret-file:a file with its secret (else the variable AIWF_OAUTH2_SECRET)'
        '--oauth2-scope:the scope that is asked for'
        '--oauth2-audience:whom the token is for'
        '--ca-file:a PEM file of certificate authorities to trust'
        '--cert-file:a client certificate in PEM'
        '--key-file:the client certificate'\''s key in PEM'
        '--insecure:true: do not verify TLS certificates'
        '--protected:true: ask before anything changes'
        '--currency:the currency of prices'
        '--price-cpu-hour:price of a CPU core for an hour'
        '--price-gpu-hour:price of a GPU for an hour'
        '--price-kwh:price of a kilowatt-hour'
        '--idle-watts:the machine'\''s power when idle, W'
        '--max-watts:the machine'\''s power at full load, W'
        '--unset:forget it') takes=(--cloud --kube-context --kubeconfig --namespace --openfaas --knative --openwhisk --prometheus --prometheus-user --prometheus-password-file --prometheus-token-file --prometheus-headers-file --scrape-hosts --scrape-user --scrape-password-file --scrape-token-file --alertmanager --grafana --grafana-token-file --runtime --user --password-file --oauth2-url --oauth2-client-id --oauth2-secret-file --oauth2-scope --oauth2-audience --ca-file --cert-file --key-file --currency --price-cpu-hour --price-gpu-hour --price-kwh --idle-watts --max-watts --unset ) ;;
    'context delete') common=12 args=(live+) ;;
    'dashboard') common=0 cmds=(
        'rules:write recording and alert rules for this stack'
        'export:write dashboards of Grafana: latency, GPUs, energy, cost'
        'push:make or renew the dashboards in a Grafana'
        'diff:tell which dashboards a push would save'
        'list:list aiwf'\''s dashboards in a Grafana'
        'delete:delete aiwf'\''s dashboards in a Grafana') aliases=() ;;
    'dashboard rules') common=13 args=(dirs) opts=(
        '--operator:as objects of the Prometheus operator (PrometheusRule), for kubectl apply') takes=() ;;
    'dashboard export') common=6 args=(dirs) ;;
    'dashboard push') common=3 opts=(
        '--grafana:the Grafana to ask instead of the context'\''s') takes=(--grafana ) ;;
    'dashboard diff') common=6 opts=(
        '--grafana:the Grafana to ask instead of the context'\''s') takes=(--grafana ) ;;
    'dashboard list') common=1 opts=(
        '--grafana:the Grafana to ask instead of the context'\''s') takes=(--grafana ) ;;
    'dashboard delete') common=3 opts=(
        '--grafana:the Grafana to ask instead of the context'\''s') takes=(--grafana ) ;;
    'dataset') common=0 cmds=(
        'create:make a volume for training data'
        'list:list datasets'
        'show:show datasets'
        'attach:give a dataset to a server, or to a cluster'
        'detach:take a dataset from its server'
        'manifest:a dataset as a PersistentVolume and its claim'
        'delete:delete datasets, with their data') aliases=() ;;
    'dataset create') common=5 args=(none) opts=(
        '--size:how large: 100Gi (rounded up to whole GiB)'
        '--type:the volume type of Cinder'
        '--zone:the availability zone'
        '--from:filled from a volume'\''s snapshot, by name or id (then --size may be left out)'
        '--image:filled from an image'
        '--label:a label') takes=(--size --type --zone --from --image --label ) ;;
    'dataset list') common=1 opts=(
        '--all:also volumes that are no datasets') takes=() ;;
    'dataset show') common=6 args=(live+) ;;
    'dataset attach') common=5 args=(live live) opts=(
        '--cluster:to a Magnum cluster in place of a server: a PersistentVolume and its claim'
        '--fs-type:with --cluster: the file system, made when the volume has none: ext4, xfs') takes=(--cluster --fs-type ) ;;
    'dataset detach') common=8 args=(live live) ;;
    'dataset manifest') common=6 args=(live) opts=(
        '--fs-type:the file system, made when the volume has none: ext4, xfs') takes=(--fs-type ) ;;
    'dataset delete') common=8 args=(live+) ;;
    'doctor') common=1 ;;
    'explain') common=10 args=(live live) opts=(
        '--json-schema:print its JSON Schema') takes=() ;;
    'function') common=0 cmds=(
        'deploy:deploy a function and wait until it can answer'
        'diff:show what a deployment would change'
        'list:list functions: state, rate, latency, cold starts'
        'show:show all about a function'
        'invoke:call a function: the answer on stdout, status and times on stderr'
        'logs:print what a function wrote'
        'events:what happened to a function, its revisions and its pods'
        'scale:set how many instances of a function run'
        'revisions:list the revisions of a function and their share of the requests'
        'traffic:show or change which revisions the requests go to'
        'rollback:send all requests to an earlier revision'
        'wait:wait until a function answers, is idle or is gone'
        'export:print a function as a manifest that deploys it again'
        'delete:delete functions'
        'coldstart:measure what a cold start of a function is made of'
        'build:make an image of a folder'
        'secret:secrets that functions read'
        'runtimes:which runtime supports which option and verb'
        'trigger:what calls a function besides requests'
        'rule:which function a trigger of OpenWhisk calls'
        'domain:hosts of your own that lead to a Knative function') aliases=() ;;
    'function deploy') common=5 args=(none) opts=(
        '--file:a manifest (aiwf explain function), a Knative Service or OpenFaaS'\''s stack.yaml; "-" is standard input'
        '--replace:put it in the place of one of that name'
        '--if-not-exists:leave one of that name as it is, and succeed'
        '--wait-window:a failure that lasts no longer is none (usual: what the runtime may try again)'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
        '--image:the container image, on runtimes that have them'
        '--command:what runs, by /bin/sh -c; in http mode it listens on $PORT'
        '--arg:an argument of the image'\''s program, or of the command'
        '--mode:http (a server; usual) or stdio (a process a request)'
        '--source:a folder; the command runs in a private copy of it'
        '--port:the port that it listens on; h2c: it speaks HTTP/2'
        '--user:the number of the user that it runs as'
        '--read-only:nobody writes its root file system'
        '--env:an environment variable'
        '--env-from:all of secret:NAME or config-map:NAME as variables'
        '--env-value-from:a variable: K=secret:NAME:KEY or K=config-map:NAME:KEY'
        '--volume:secret:NAME, config-map:NAME, pvc:NAME[:ro] or empty-dir[:SIZE] at /PATH'
        '--secret:a secret of OpenFaaS'\''s, as a file'
        '--memory:memory of an instance: 256Mi, 1Gi'
        '--cpu:CPU of an instance: 0.5, 250m, 2'
        '--gpus:GPUs of an instance'
        '--request:what it asks for, where that is less than its limit'
        '--limit:another resource, limited: ephemeral-storage=1Gi'
        '--scale:instances: at least, at most (0..4 scales to zero)'
        '--metric:an autoscaler decides by it: cpu=70 (per cent), memory=80, a pods'\'' metric; on Knative also concurrency=N, rps=N'
        '--idle:scale to the minimum after this time without requests'
        '--concurrency:requests at once an instance'
        '--queue:requests held while all instances are busy (-1: the usual); more get 429'
        '--scale-initial:instances that a new revision begins with'
        '--scale-activation:instances when it wakes from none (2 or more)'
        '--utilization:of the metric'\''s value, what is aimed at'
        '--scale-down-delay:a pause before there are fewer instances'
        '--scale-class:which of Knative'\''s autoscalers: kpa, hpa, NAME.DOMAIN (usual: by --metric)'
        '--ready-path:ready once a GET of this answers 2xx (usual: once it listens)'
        '--ready-probe:http:/PATH, tcp:PORT, grpc:PORT or exec:COMMAND, and ,period=2s,timeout=1s,delay=5s,failures=3'
        '--live-probe:the same: it is started again when this fails'
        '--exec-timeout:the longest that one request may take'
        '--start-timeout:an instance that is not ready after this time has failed (usual: 60s)'
        '--service-account:who its pods are'
        '--pull-secret:the registry'\''s login'
        '--runtime-class:what runs its containers'
        '--node-selector:only on nodes with this label'
        '--node-affinity:only on nodes whose label is one of these'
        '--toleration:it stands this taint'
        '--label:a label'
        '--annotation:an annotation'
        '--revision-name:its name: v2 of f is f-v2 (usual: f-00002)'
        '--traffic:requests that go there; what is left goes to the newest (@latest)'
        '--tag:a URL of its own'
        '--rollout:requests move to the new revision over this time'
        '--cluster-local:no URL outside of the cluster') takes=(--file -f --wait-window --runtime --image --command --arg --mode --source --port --user --env -e --env-from --env-value-from --volume --secret --memory --cpu --gpus --request --limit --scale --metric --idle --concurrency --queue --scale-initial --scale-activation --utilization --scale-down-delay --scale-class --ready-path --ready-probe --live-probe --exec-timeout --start-timeout --service-account --pull-secret --runtime-class --node-selector --node-affinity --toleration --label --annotation --revision-name --traffic --tag --rollout ) ;;
    'function diff') common=4 args=(live) opts=(
        '--file:a manifest (aiwf explain function), a Knative Service or OpenFaaS'\''s stack.yaml; "-" is standard input'
        '--replace:put it in the place of one of that name'
        '--if-not-exists:leave one of that name as it is, and succeed'
        '--wait-window:a failure that lasts no longer is none (usual: what the runtime may try again)'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
        '--image:the container image, on runtimes that have them'
        '--command:what runs, by /bin/sh -c; in http mode it listens on $PORT'
        '--arg:an argument of the image'\''s program, or of the command'
        '--mode:http (a server; usual) or stdio (a process a request)'
        '--source:a folder; the command runs in a private copy of it'
        '--port:the port that it listens on; h2c: it speaks HTTP/2'
        '--user:the number of the user that it runs as'
        '--read-only:nobody writes its root file system'
        '--env:an environment variable'
        '--env-from:all of secret:NAME or config-map:NAME as variables'
        '--env-value-from:a variable: K=secret:NAME:KEY or K=config-map:NAME:KEY'
        '--volume:secret:NAME, config-map:NAME, pvc:NAME[:ro] or empty-dir[:SIZE] at /PATH'
        '--secret:a secret of OpenFaaS'\''s, as a file'
        '--memory:memory of an instance: 256Mi, 1Gi'
        '--cpu:CPU of an instance: 0.5, 250m, 2'
        '--gpus:GPUs of an instance'
        '--request:what it asks for, where that is less than its limit'
        '--limit:another resource, limited: ephemeral-storage=1Gi'
        '--scale:instances: at least, at most (0..4 scales to zero)'
        '--metric:an autoscaler decides by it: cpu=70 (per cent), memory=80, a pods'\'' metric; on Knative also concurrency=N, rps=N'
        '--idle:scale to the minimum after this time without requests'
        '--concurrency:requests at once an instance'
        '--queue:requests held while all instances are busy (-1: the usual); more get 429'
        '--scale-initial:instances that a new revision begins with'
        '--scale-activation:instances when it wakes from none (2 or more)'
        '--utilization:of the metric'\''s value, what is aimed at'
        '--scale-down-delay:a pause before there are fewer instances'
        '--scale-class:which of Knative'\''s autoscalers: kpa, hpa, NAME.DOMAIN (usual: by --metric)'
        '--ready-path:ready once a GET of this answers 2xx (usual: once it listens)'
        '--ready-probe:http:/PATH, tcp:PORT, grpc:PORT or exec:COMMAND, and ,period=2s,timeout=1s,delay=5s,failures=3'
        '--live-probe:the same: it is started again when this fails'
        '--exec-timeout:the longest that one request may take'
        '--start-timeout:an instance that is not ready after this time has failed (usual: 60s)'
        '--service-account:who its pods are'
        '--pull-secret:the registry'\''s login'
        '--runtime-class:what runs its containers'
        '--node-selector:only on nodes with this label'
        '--node-affinity:only on nodes whose label is one of these'
        '--toleration:it stands this taint'
        '--label:a label'
        '--annotation:an annotation'
        '--revision-name:its name: v2 of f is f-v2 (usual: f-00002)'
        '--traffic:requests that go there; what is left goes to the newest (@latest)'
        '--tag:a URL of its own'
        '--rollout:requests move to the new revision over this time'
        '--cluster-local:no URL outside of the cluster') takes=(--file -f --wait-window --runtime --image --command --arg --mode --source --port --user --env -e --env-from --env-value-from --volume --secret --memory --cpu --gpus --request --limit --scale --metric --idle --concurrency --queue --scale-initial --scale-activation --utilization --scale-down-delay --scale-class --ready-path --ready-probe --live-probe --exec-timeout --start-timeout --service-account --pull-secret --runtime-class --node-selector --node-affinity --toleration --label --annotation --revision-name --traffic --tag --rollout ) ;;
    'function list') common=1 opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function show') common=6 args=(live+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function invoke') common=14 args=(live) opts=(
        '--file:send this file ("-" is standard input)'
        '--data:send this text'
        '--requests:as many requests, one after another on a kept connection'
        '--path:the path below the function, with its query'
        '--method:the method (usual: POST with a body, else GET)'
        '--header:a header to send'
        '--event:send a CloudEvent of this type; K: source, subject, id and others'
        '--async:queue the request, do not wait for its answer'
        '--callback:with --async: where the answer is sent to when it is there'
        '--timeout:give up after this time (usual: the function'\''s own limit)'
        '--idle-timeout:give up when nothing has come for this time (a cold start counts)'
        '--silent:nothing on stderr but errors'
        '--output:how the line on stderr is written: text or json'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--file -f --data -d --requests -n --path --method -X --header -H --event --callback --timeout --idle-timeout --output -o --runtime ) ;;
    'function logs') common=6 args=(live) opts=(
        '--follow:go on as lines come, until Ctrl-C'
        '--tail:only the last N lines (-1: all)'
        '--since:only lines of the last TIME (10m, 1h)'
        '--timestamps:the time before each line'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--tail --since --runtime ) ;;
    'function events') common=1 args=(live) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function scale') common=8 args=(live none) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function revisions') common=1 args=(live) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function traffic') common=5 args=(live none+) opts=(
        '--tag:a URL of its own for a revision; it moves there'
        '--untag:take a tag away'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--tag --untag --runtime ) ;;
    'function rollback') common=5 args=(live) opts=(
        '--to:to this one (usual: the one before)'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--to --runtime ) ;;
    'function wait') common=4 args=(live) opts=(
        '--for:ready (it answers), idle (no instance runs) or deleted'
        '--timeout:give up after this time (0: never)'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--for --timeout --runtime ) ;;
    'function export') common=6 args=(live) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function delete') common=9 args=(live+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function coldstart') common=15 args=(live) opts=(
        '--rounds:cold starts that count; one more goes before them'
        '--file:send this file with each request'
        '--path:the path below the function'
        '--method:the method (usual: POST with a body, else GET)'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--rounds -n --file -f --path --method -X --runtime ) ;;
    'function build') common=7 args=(none) opts=(
        '--source:the folder'
        '--file:how it is built (usual: the folder'\''s Containerfile or Dockerfile)'
        '--base:where the folder has no such file: what the image stands on'
        '--command:and what it runs, by /bin/sh -c in /app, where the folder is'
        '--build-arg:an argument of the file'\''s ARG'
        '--archive:write the image there too, as an OCI archive'
        '--builder:buildah (here), or job (in the context'\''s cluster, and to a registry)'
        '--job-image:what builds in a job: an image that takes kaniko'\''s options'
        '--push-secret:the registry'\''s login for a job: a Secret of the type kubernetes.io/dockerconfigjson'
        '--push:send it to the registry that its name says') takes=(--source --file -f --base --command --build-arg --archive --builder --job-image --push-secret ) ;;
    'function secret') common=0 cmds=(
        'create:keep a new secret'
        'list:list secrets, without their values'
        'update:give a secret another value'
        'delete:delete secrets') aliases=() ;;
    'function secret create') common=16 args=(none) opts=(
        '--file:the value ("-", and usual in a pipe: standard input; at a terminal it is asked for)'
        '--key:the value'\''s key in a Kubernetes Secret (usual: the secret'\''s name)'
        '--trim:without the line'\''s end behind the value'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--file -f --key --runtime ) ;;
    'function secret list') common=1 opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function secret update') common=16 args=(live) opts=(
        '--file:the value ("-", and usual in a pipe: standard input; at a terminal it is asked for)'
        '--key:the value'\''s key in a Kubernetes Secret (usual: the secret'\''s name)'
        '--trim:without the line'\''s end behind the value'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--file -f --key --runtime ) ;;
    'function secret delete') common=16 args=(live+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function runtimes') common=11 args=(live) ;;
    'function trigger') common=0 cmds=(
        'create:have events, a clock or Kafka call a function'
        'list:list triggers'
        'show:show a trigger: what calls which function, its conditions and events'
        'delete:delete triggers'
        'fire:fire a trigger of OpenWhisk: an event by hand') aliases=() ;;
    'function trigger create') common=3 args=(none) opts=(
        '--function:the function that is called'
        '--broker:events of this broker (usual: default)'
        '--filter:only events with this attribute: type=io.example.taken'
        '--schedule:by a clock: '\''*/5 * * * *'\'''
        '--data:what the clock sends'
        '--kafka:messages of Kafka'
        '--topic:of Kafka'
        '--group:the consumer group of Kafka'
        '--param:given with each event (OpenWhisk): JSON, else text'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--function --broker --filter --schedule --data --kafka --topic --group --param --runtime ) ;;
    'function trigger list') common=1 opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function trigger show') common=6 args=(live) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function trigger delete') common=9 args=(live+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function trigger fire') common=2 args=(none) opts=(
        '--param:a parameter of the event: JSON, else text'
        '--file:a JSON object of them (-: standard input)'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--param --file -f --runtime ) ;;
    'function rule') common=0 cmds=(
        'create:have a trigger call a function'
        'list:list rules'
        'enable:have rules work again'
        'disable:have rules do nothing for now'
        'delete:delete rules') aliases=() ;;
    'function rule create') common=2 args=(none) opts=(
        '--trigger:the trigger'
        '--function:the function that it calls'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--trigger --function --runtime ) ;;
    'function rule list') common=1 opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function rule enable') common=16 args=(none+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function rule disable') common=16 args=(none+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function rule delete') common=16 args=(none+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'function domain') common=0 cmds=(
        'create:have a host lead to a function'
        'list:list hosts and the functions that answer there'
        'delete:have hosts lead nowhere') aliases=() ;;
    'function domain create') common=5 args=(none) opts=(
        '--function:the Knative function that answers'
        '--tls:the host'\''s certificate: a secret of type kubernetes.io/tls'
        '--claim:claim the host for the namespace first (needs rights in the whole cluster)') takes=(--function --tls ) ;;
    'function domain list') common=1 ;;
    'function domain delete') common=9 args=(live+) ;;
    'gpu') common=0 cmds=(
        'list:list GPUs: where, which, how shared, who holds them, how busy'
        'idle:list pods that hold GPUs and do not use them'
        'reclaim:have GPUs back from those who leave them idle'
        'share:one GPU for several: time-slicing, MPS, MIG') aliases=() ;;
    'gpu list') common=1 opts=(
        '--prometheus:who has dcgm-exporter'\''s figures (usual: the context'\''s)') takes=(--prometheus ) ;;
    'gpu idle') common=1 opts=(
        '--for:idle for all of this time, until now'
        '--below:at no moment as busy as this'
        '--prometheus:who has dcgm-exporter'\''s figures (usual: the context'\''s)'
        '--all:also those that are busy or new') takes=(--for --below --prometheus ) ;;
    'gpu reclaim') common=5 args=(live+) opts=(
        '--for:idle for all of this time, until now'
        '--below:at no moment as busy as this'
        '--prometheus:who has dcgm-exporter'\''s figures (usual: the context'\''s)') takes=(--for --below --prometheus ) ;;
    'gpu share') common=0 cmds=(
        'show:show how each node'\''s GPUs are shared'
        'apply:share GPUs by a configuration of NVIDIA'\''s device plugin'
        'rollback:put back what the last apply has changed') aliases=() ;;
    'gpu share show') common=1 ;;
    'gpu share apply') common=5 opts=(
        '--file:a configuration of the device plugin (version: v1)'
        '--name:what it is called in the config map (usual: the file'\''s name)'
        '--node:only this node, and others so named (usual: all with GPUs)'
        '--config-map:the plugin'\''s config map (usual: the one it mounts)') takes=(--file -f --name --node --config-map ) ;;
    'gpu share rollback') common=3 opts=(
        '--config-map:the plugin'\''s config map (usual: the one it mounts)') takes=(--config-map ) ;;
    'help') common=10 args=(live+) ;;
    'infra') common=0 cmds=(
        'servers:virtual machines'
        'flavors:sizes of servers, with their GPUs'
        'hypervisors:the hosts that servers run on (administrators)'
        'networks:networks'
        'routers:routers'
        'floating-ips:addresses outside that may be moved between servers'
        'volumes:block storage (training data: aiwf dataset)'
        'images:images'
        'quotas:limits and use of the project, in all services') aliases=() ;;
    'infra servers') common=1 args=(live+) opts=(
        '--all-projects:those of every project (administrators)') takes=() ;;
    'infra flavors') common=1 args=(live+) opts=(
        '--gpu:those with GPUs: which, and how many are free') takes=() ;;
    'infra hypervisors') common=1 args=(live+) ;;
    'infra networks') common=1 args=(live+) ;;
    'infra routers') common=1 args=(live+) ;;
    'infra floating-ips') common=1 args=(live+) ;;
    'infra volumes') common=1 args=(live+) opts=(
        '--all-projects:those of every project (administrators)') takes=() ;;
    'infra images') common=1 args=(live+) ;;
    'infra quotas') common=1 args=(none) ;;
    'local') common=0 cmds=(
        'up:start the local runtime, unless it runs already'
        'down:end the local runtime and all that runs on it'
        'status:show whether the local runtime runs, and what runs on it'
        'logs:print the gateway'\''s own log') aliases=() ;;
    'local up') common=13 opts=(
        '--port:listen on this port of 127.0.0.1 (usual: 31112, or a free one when that is taken)'
        '--gpus:GPUs that jobs may be given (-1: as many as the driver shows)'
        '--idle-watts:this machine'\''s power when idle, where no counter shows it'
        '--max-watts:this machine'\''s power at full load, where no counter shows it'
        '--timeout:give up when it does not answer after this time') takes=(--port -p --gpus --idle-watts --max-watts --timeout ) ;;
    'local down') common=12 ;;
    'local status') common=13 ;;
    'local logs') common=10 opts=(
        '--follow:go on as it grows, until Ctrl-C'
        '--tail:only the last N lines (-1: all)') takes=(--tail ) ;;
    'login') common=6 opts=(
        '--force:log in anew, even when a kept token is still good'
        '--revoke:log out: Keystone revokes the kept token, and it is deleted here'
        '--exec-credential:print the token for kubectl, as an exec plugin does; nothing else ever prints one') takes=() ;;
    'model') common=0 cmds=(
        'serve:serve a model, and wait until it answers'
        'list:list the models that are served'
        'show:show all about a model: versions, inputs, outputs'
        'predict:ask a model about the rows of a file'
        'logs:print what a model'\''s server wrote'
        'scale:set how many instances of a model'\''s server run'
        'delete:end the servers of models') aliases=() ;;
    'model serve') common=7 args=(none) opts=(
        '--model:where the model is: in a volume claim, else in the image (local: of this machine)'
        '--server:what serves it: tfserving (TensorFlow Serving), v2 (Open Inference Protocol)'
        '--as:function (Knative; usual in a cluster) or deployment (stays, with an autoscaler)'
        '--image:the server'\''s image (usual for tfserving: tensorflow/serving)'
        '--command:local: the server, by /bin/sh -c; it listens on $PORT, its model is $MODEL_PATH. In a cluster: in the place of the image'\''s entrypoint, whose arguments are "$0" "$@"'
        '--source:local: the command'\''s folder'
        '--version:serve these versions (usual: the latest); tfserving'
        '--version-label:a label for a version: stable=3; tfserving'
        '--batching:max_batch_size, batch_timeout_micros, max_enqueued_batches, num_batch_threads; tfserving'
        '--warmup:a prediction (as predict -f) that it has to answer before it is called ready'
        '--warmup-requests:so often, for each instance'
        '--port:where the server listens in its image (usual: tfserving 8501, v2 8080)'
        '--env:an environment variable of the server'
        '--scale:instances: at least, at most'
        '--concurrency:requests at once an instance'
        '--memory:memory of an instance'
        '--cpu:CPU of an instance: 0.5, 250m'
        '--gpus:GPUs of an instance'
        '--replace:put it in the place of one of that name') takes=(--model --server --as --image --command --source --version --version-label --batching --warmup --warmup-requests --port --env -e --scale --concurrency --memory --cpu --gpus ) ;;
    'model list') common=1 ;;
    'model show') common=6 args=(live+) opts=(
        '--version:of this version (usual: the latest)'
        '--label:of the version with this label') takes=(--version --label ) ;;
    'model predict') common=6 args=(live) opts=(
        '--file:what to predict: .npy, CSV, or JSON (rows, or a whole request); "-" is standard input'
        '--version:of this version (usual: the latest)'
        '--label:of the version with this label'
        '--input:the tensor that the rows are for, where the model has several'
        '--signature:the signature to use (usual: serving_default); tfserving'
        '--raw:the server'\''s answer as it is'
        '--timeout:give up after this time (0: never)') takes=(--file -f --version --label --input --signature --timeout ) ;;
    'model logs') common=6 args=(live) opts=(
        '--follow:go on as lines come, until Ctrl-C'
        '--tail:only the last N lines (-1: all)'
        '--timestamps:the time before each line') takes=(--tail ) ;;
    'model scale') common=8 args=(live none) ;;
    'model delete') common=9 args=(live+) ;;
    'nodegroup') common=0 cmds=(
        'create:add a node group to a cluster'
        'list:list the node groups of a cluster'
        'show:show a node group'
        'resize:give a node group more nodes, or fewer'
        'update:change a node group'\''s bounds, or its nodes'\'' labels and taints'
        'delete:delete node groups with their machines') aliases=() ;;
    'nodegroup create') common=5 args=(live none) opts=(
        '--flavor:of its nodes (usual: the cluster'\''s); with GPUs: aiwf infra flavors --gpu'
        '--nodes:how many nodes (-1: Magnum'\''s usual, 1)'
        '--min:the autoscaler'\''s floor (-1: Magnum'\''s usual, 0)'
        '--max:the autoscaler'\''s ceiling (-1: none)'
        '--role:a word of your own, which its nodes are labelled with (usual: worker)'
        '--image:of its nodes (usual: the template'\''s)'
        '--docker-volume-size:a volume for the images of each node'
        '--label:a label of Magnum'\''s driver'
        '--merge-labels:add the labels to the cluster'\''s (else they take the place of all of them)'
        '--no-merge-labels:do not'
        '--node-label:a label of its nodes in Kubernetes (Magnum 1.14)'
        '--taint:a taint of its nodes in Kubernetes (Magnum 1.14)'
        '--file:Magnum'\''s own members (YAML, "-" is standard input); options beat it'
        '--for:wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)') takes=(--flavor --nodes --min --max --role --image --docker-volume-size --label --node-label --taint --file -f --for ) ;;
    'nodegroup list') common=1 args=(live) opts=(
        '--role:only those of a role: worker') takes=(--role ) ;;
    'nodegroup show') common=6 args=(live live) ;;
    'nodegroup resize') common=7 args=(live live) opts=(
        '--nodes:how many nodes it shall have'
        '--remove:which server shall go when it shrinks, by name or id'
        '--for:wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)') takes=(--nodes --remove --for ) ;;
    'nodegroup update') common=7 args=(live live) opts=(
        '--min:the autoscaler'\''s floor'
        '--max:the autoscaler'\''s ceiling'
        '--no-max:no ceiling any more'
        '--node-label:labels of its nodes in Kubernetes, in place of all that were (Magnum 1.14)'
        '--taint:taints of its nodes, in place of all that were (Magnum 1.14)') takes=(--min --max --node-label --taint ) ;;
    'nodegroup delete') common=8 args=(live live+) ;;
    'pool') common=0 cmds=(
        'create:keep instances of a function warm'
        'list:list pools: how warm, how often hit'
        'show:show all about a pool: hits, cold starts avoided, costs'
        'delete:delete pools'
        'advise:propose floors and schedules from the last days, with the evidence'
        'run:keep a cluster'\''s pools: schedules, forecasts, images, held GPUs') aliases=() ;;
    'pool create') common=7 args=(none) opts=(
        '--function:the function whose instances are kept'
        '--min:the floor: instances that are always ready'
        '--max:the ceiling: no more than these (-1: the function'\''s own)'
        '--schedule:from that time on a floor of N: '\''0 8 * * 1-5=3'\'''
        '--forecast:and as many as its history wants (Prometheus; kept by aiwf pool run)'
        '--prepull:fetch its images to all nodes where it may run'
        '--gpus:GPUs held free for it while it does not use them'
        '--hold-image:what sleeps in the pods that hold them'
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--function --min --max --schedule --gpus --hold-image --runtime ) ;;
    'pool list') common=1 opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'pool show') common=6 args=(live+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'pool delete') common=16 args=(live+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)') takes=(--runtime ) ;;
    'pool advise') common=1 args=(live+) opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
        '--window:how far back it looks'
        '--break-even:a table by rate: an instance that is kept against one that is started each time'
        '--rate:at this rate, in place of the usual ones (with --break-even)') takes=(--runtime --window --rate ) ;;
    'pool run') common=16 opts=(
        '--runtime:where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
        '--once:once, and end: for cron'
        '--interval:how often it looks') takes=(--runtime --interval ) ;;
    'query') common=1 args=(none) opts=(
        '--at:when: RFC 3339, Unix seconds, or 5m for five minutes ago (default: now)'
        '--range:the values over this time before --at, not only the last'
        '--step:one value each (default: a 60th of --range)'
        '--plot:draw the curves into FILE.svg or FILE.png, by gnuplot (default of --range: 1h)'
        '--list:what can be asked for: metrics, labels, series, targets, figures, or the server itself'
        '--figure:what to ask for by name, whoever measures it (--list figures); says by which source'
        '--source:with --figure: by this one of several that measure it'
        '--prometheus:the Prometheus to ask instead of the context'\''s'
        '--scrape:read this exporter, a URL or kube://NAMESPACE/SERVICE:PORT, without a Prometheus') takes=(--at --range --step --plot --list --figure --source --prometheus --scrape ) ;;
    'queue') common=1 args=(live) ;;
    'shell') common=4 opts=(
        '--stop:end at the first line that fails') takes=() ;;
    'template') common=0 cmds=(
        'create:make a template that clusters are made from'
        'list:list cluster templates'
        'show:show a cluster template'
        'update:change a template'
        'delete:delete templates') aliases=() ;;
    'template create') common=3 args=(none) opts=(
        '--image:the machines'\'' image, with the property os_distro: aiwf infra images'
        '--flavor:of the nodes: aiwf infra flavors'
        '--master-flavor:of the control plane'
        '--external-network:the network that floating addresses are of'
        '--keypair:whose key may log in'
        '--docker-volume-size:a volume for the images of each machine'
        '--label:a label of Magnum'\''s driver'
        '--network-driver:the pods'\'' network (usual: flannel)'
        '--volume-driver:the pods'\'' volumes'
        '--docker-storage-driver:how the container runtime stores'
        '--dns-nameserver:name servers, with commas between'
        '--fixed-network:an existing network for the machines'
        '--fixed-subnet:an existing subnet for the machines'
        '--master-lb:a load balancer before the control plane'
        '--floating-ip:floating addresses for the machines (usual)'
        '--no-floating-ip:no floating addresses'
        '--public:others may use it (wants an administrator)'
        '--hidden:only administrators see it (wants one)'
        '--server-type:vm, or bm: bare metal (usual: vm)'
        '--driver:which of Magnum'\''s drivers makes clusters of it (new servers)'
        '--tls-disabled:Kubernetes without certificates'
        '--apiserver-port:the port of Kubernetes, from 1024 on'
        '--http-proxy:the machines'\'' proxy'
        '--https-proxy:the machines'\'' proxy'
        '--no-proxy:what they reach without it, with commas between'
        '--registry:a registry of images in the cluster'
        '--insecure-registry:a registry that has no certificate'
        '--tags:words, with commas between'
        '--file:Magnum'\''s own members (YAML, "-" is standard input); options beat it') takes=(--image --flavor --master-flavor --external-network --keypair --docker-volume-size --label --network-driver --volume-driver --docker-storage-driver --dns-nameserver --fixed-network --fixed-subnet --server-type --driver --apiserver-port --http-proxy --https-proxy --no-proxy --insecure-registry --tags --file -f ) ;;
    'template list') common=1 ;;
    'template show') common=6 args=(live) ;;
    'template update') common=3 args=(live live+) opts=(
        '--remove:what shall have no value any more: keypair_id, labels.kube_tag') takes=(--remove ) ;;
    'template delete') common=9 args=(live+) ;;
    'top') common=6 opts=(
        '--once:one frame as text (or a document, with -o json), and end'
        '--interval:ask Prometheus this often (2s)'
        '--window:rates and latencies are over this time: at least four scrapes'
        '--panel:show only this panel'
        '--filter:show only names that contain it'
        '--sort:sort by a column (p95) or key (p95_ms)'
        '--at:as it was then: 03:00, 2026-11-28T03:00 (local), RFC 3339, or 2h for that long ago'
        '--range:curves are over this time (15m)'
        '--assert:judge a figure for a script, as '\''gpu.util < 20 for 10m'\'', and end: exit 11 when it does not hold'
        '--theme:the colours of the screen; NO_COLOR is stronger'
        '--curves:of braille, blocks or ASCII (auto: what the terminal can show)'
        '--actions:allow to scale, warm and cancel from the screen, each after a question'
        '--prometheus:the Prometheus to ask instead of the context'\''s'
        '--scrape:read this exporter, a URL or kube://NAMESPACE/SERVICE:PORT, without a Prometheus') takes=(--interval --window --panel --filter --sort --at --range --assert --theme --curves --prometheus --scrape ) ;;
    'train') common=0 cmds=(
        'submit:submit a job: a command that runs to its end'
        'list:list jobs: state, times, energy'
        'show:show all about a job'
        'logs:print what a job wrote'
        'events:what happened to a job, its pods and its workload'
        'wait:wait for a job'\''s end: exit 9 when it failed'
        'cancel:end jobs; their records stay'
        'delete:delete jobs with their records, logs and folders'
        'retry:run a job that is over once more') aliases=() ;;
    'train submit') common=17 args=(none) opts=(
        '--file:a manifest: Job, PyTorchJob, TFJob or TrainJob (- is standard input)'
        '--gpus:GPUs of each node; it waits until they are free'
        '--nodes:run on so many nodes, a rank each'
        '--workers:workers of a TFJob, the chief among them'
        '--ps:parameter servers of a TFJob'
        '--cpu:CPU: 0.5, 250m, 2'
        '--memory:memory: 512Mi, 8Gi'
        '--retries:run it again, up to N times, when it fails'
        '--timeout:end an attempt that takes longer'
        '--env:an environment variable'
        '--workdir:run in this folder (usual: a private one)'
        '--source:run in a private copy of this folder'
        '--image:the container image, in a cluster (trainjob: usually its runtime'\''s)'
        '--dataset:a volume claim, at PATH (usual: /data/NAME)'
        '--queue:wait in this queue of Kueue'\''s'
        '--success:it has succeeded once these ranks have: 0, 0-2,5, all (usual: by its trainer)'
        '--priority:the priority class of its pods'
        '--spot:may run on nodes that can be taken away (taint and label aiwf/spot), and prefers them'
        '--runtime:the training runtime of a TrainJob (usual: torch-distributed)'
        '--logs:with --wait: its log on standard output meanwhile'
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--file -f --gpus --nodes --workers --ps --cpu --memory --retries --timeout --env -e --workdir --source --image --dataset --queue --success --priority --runtime --trainer ) ;;
    'train list') common=1 opts=(
        '--all-namespaces:jobs of all namespaces of a cluster'
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--trainer ) ;;
    'train show') common=6 args=(live+) opts=(
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--trainer ) ;;
    'train logs') common=6 args=(live) opts=(
        '--follow:go on until the job'\''s end, or Ctrl-C'
        '--rank:only this rank (-1: all, each line with its rank)'
        '--previous:of the container before its last restart'
        '--tail:only the last N lines (-1: all)'
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--rank --tail --trainer ) ;;
    'train events') common=1 args=(live) opts=(
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--trainer ) ;;
    'train wait') common=6 args=(live) opts=(
        '--timeout:give up waiting after this time (usual: never)'
        '--logs:its log on standard output meanwhile'
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--timeout --trainer ) ;;
    'train cancel') common=9 args=(live+) opts=(
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--trainer ) ;;
    'train delete') common=9 args=(live+) opts=(
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--trainer ) ;;
    'train retry') common=7 args=(live) opts=(
        '--name:what the new job is called (usual: NAME-2, NAME-3, ...)'
        '--replace:in the place of the old one, whose record and log go'
        '--trainer:what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)') takes=(--name --trainer ) ;;
    'version') common=13 ;;
    'why') common=0 cmds=(
        'cluster:why a cluster failed, is not well, or is not finished'
        'pod:why a pod is not scheduled, does not start, or ended'
        'job:why a job waits, does not start, or failed'
        'train:the same as why job'
        'function:why a function is not ready'
        'workflow:why a workflow failed, or is not finished') aliases=() ;;
    'why cluster') common=6 args=(live) ;;
    'why pod') common=6 args=(live) ;;
    'why job') common=6 args=(live) ;;
    'why train') common=6 args=(live) ;;
    'why function') common=6 args=(live) ;;
    'why workflow') common=6 args=(live) ;;
    'workflow') common=0 cmds=(
        'run:run a workflow'
        'plan:say where each stage would run, and why'
        'validate:check a workflow file'
        'list:list the workflows that ran here'
        'status:show the stages of the last run'
        'logs:print what the stages wrote'
        'resume:go on with a run that was interrupted or failed'
        'cancel:stop a run and its jobs'
        'delete:forget workflows: their runs and their outputs') aliases=() ;;
    'workflow run') common=2 opts=(
        '--file:the workflow file; - is standard input'
        '--fresh:redo every stage, also those that did not change') takes=(--file -f ) ;;
    'workflow plan') common=6 opts=(
        '--file:the workflow file; - is standard input') takes=(--file -f ) ;;
    'workflow validate') common=10 opts=(
        '--file:the workflow file; - is standard input') takes=(--file -f ) ;;
    'workflow list') common=11 ;;
    'workflow status') common=11 args=(live) ;;
    'workflow logs') common=4 args=(live live) opts=(
        '--follow:go on with new lines until the stage ends'
        '--tail:only the last N lines of each stage') takes=(--tail ) ;;
    'workflow resume') common=2 args=(live) ;;
    'workflow cancel') common=16 args=(live) ;;
    'workflow delete') common=16 args=(live+) ;;
    esac
    case $common in
    0) opts+=(
        '--version:print the version'
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--sort-by:sort by a column or .path; -COLUMN descends'
        '--watch:go on, and show changes'
        '--wait:wait until it works (--no-wait: return at once)'
        '--no-wait:wait until it works (--no-wait: return at once)'
        '--timeout:give up waiting after this time'
        '--dry-run:change nothing: client prints what would be sent, server checks it too'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --sort-by --timeout --context --namespace -n --cloud --kube-context --color ) ;;
    1) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--sort-by:sort by a column or .path; -COLUMN descends'
        '--watch:go on, and show changes'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --sort-by --context --namespace -n --cloud --kube-context --color ) ;;
    2) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--dry-run:change nothing: print what would be sent or done'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --context --namespace -n --cloud --kube-context --color ) ;;
    3) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--dry-run:change nothing: client prints what would be sent, server checks it too'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --context --namespace -n --cloud --kube-context --color ) ;;
    4) opts+=(
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--context --namespace -n --cloud --kube-context --color ) ;;
    5) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--wait:wait until it works (--no-wait: return at once)'
        '--no-wait:wait until it works (--no-wait: return at once)'
        '--timeout:give up waiting after this time'
        '--dry-run:change nothing: client prints what would be sent, server checks it too'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --timeout --context --namespace -n --cloud --kube-context --color ) ;;
    6) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --context --namespace -n --cloud --kube-context --color ) ;;
    7) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--wait:wait until it works (--no-wait: return at once)'
        '--no-wait:wait until it works (--no-wait: return at once)'
        '--timeout:give up waiting after this time'
        '--dry-run:change nothing: print what would be sent or done'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --timeout --context --namespace -n --cloud --kube-context --color ) ;;
    8) opts+=(
        '--wait:wait until it works (--no-wait: return at once)'
        '--no-wait:wait until it works (--no-wait: return at once)'
        '--timeout:give up waiting after this time'
        '--dry-run:change nothing: client prints what would be sent, server checks it too'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--timeout --context --namespace -n --cloud --kube-context --color ) ;;
    9) opts+=(
        '--dry-run:change nothing: client prints what would be sent, server checks it too'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--context --namespace -n --cloud --kube-context --color ) ;;
    10) opts+=(
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--color ) ;;
    11) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--sort-by:sort by a column or .path; -COLUMN descends'
        '--watch:go on, and show changes'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --sort-by --color ) ;;
    12) opts+=(
        '--dry-run:change nothing: print what would be sent or done'
        '--yes:do not ask in protected contexts'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--color ) ;;
    13) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --color ) ;;
    14) opts+=(
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--context --namespace --cloud --kube-context --color ) ;;
    15) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--dry-run:change nothing: print what would be sent or done'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --context --namespace --cloud --kube-context --color ) ;;
    16) opts+=(
        '--dry-run:change nothing: print what would be sent or done'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--context --namespace -n --cloud --kube-context --color ) ;;
    17) opts+=(
        '--output:table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...'
        '--jq:filter the JSON form with a jq expression'
        '--no-headers:no header line'
        '--wait:wait until it works (--no-wait: return at once)'
        '--no-wait:wait until it works (--no-wait: return at once)'
        '--dry-run:change nothing: client prints what would be sent, server checks it too'
        '--yes:do not ask in protected contexts'
        '--context:the context to work in'
        '--namespace:the namespace to work in'
        '--cloud:a cloud of clouds.yaml instead of the context'\''s'
        '--kube-context:a context of the kubeconfig instead of the context'\''s'
        '--help:-h: short help; --help: the whole help'
        '--color:colour: auto, always, never'
        '--verbose:trace requests on stderr, secrets masked'
        '--timing:print the time of each request on stderr') takes+=(--output -o --jq --context --namespace -n --cloud --kube-context --color ) ;;
    esac
}

# What an option's value is.
__aiwf_value() {
    kind=none choices=()
    case $1 in
    'alerts list') case $2 in
        --state) kind=words choices=(firing pending inhibited silenced); return ;;
        esac ;;
    'alerts rules') case $2 in
        --type) kind=words choices=(alert record); return ;;
        esac ;;
    'api openstack') case $2 in
        --file | -f) kind=files; return ;;
        esac ;;
    'api kube') case $2 in
        --file | -f) kind=files; return ;;
        --patch) kind=words choices=(merge strategic json apply); return ;;
        esac ;;
    'cluster create') case $2 in
        --template | -t) kind=live; return ;;
        --file | -f) kind=files; return ;;
        --for) kind=words choices=(ready complete); return ;;
        esac ;;
    'cluster resize') case $2 in
        --for) kind=words choices=(ready complete); return ;;
        esac ;;
    'cluster upgrade') case $2 in
        --template | -t) kind=live; return ;;
        --for) kind=words choices=(ready complete); return ;;
        esac ;;
    'cluster wait') case $2 in
        --for) kind=words choices=(ready complete deleted); return ;;
        esac ;;
    'cluster kubeconfig') case $2 in
        --file) kind=files; return ;;
        --key) kind=words choices=(ec rsa); return ;;
        esac ;;
    'cluster ca rotate') case $2 in
        --for) kind=words choices=(ready complete); return ;;
        esac ;;
    'context add') case $2 in
        --cloud) kind=live; return ;;
        --kube-context) kind=live; return ;;
        --kubeconfig) kind=files; return ;;
        --prometheus-password-file) kind=files; return ;;
        --prometheus-token-file) kind=files; return ;;
        --prometheus-headers-file) kind=files; return ;;
        --scrape-password-file) kind=files; return ;;
        --scrape-token-file) kind=files; return ;;
        --grafana-token-file) kind=files; return ;;
        --runtime) kind=live; return ;;
        --password-file) kind=files; return ;;
        --oauth2-secret-file) kind=files; return ;;
        --ca-file) kind=files; return ;;
        --cert-file) kind=files; return ;;
        --key-file) kind=files; return ;;
        esac ;;
    'context set') case $2 in
        --cloud) kind=live; return ;;
        --kube-context) kind=live; return ;;
        --kubeconfig) kind=files; return ;;
        --prometheus-password-file) kind=files; return ;;
        --prometheus-token-file) kind=files; return ;;
        --prometheus-headers-file) kind=files; return ;;
        --scrape-password-file) kind=files; return ;;
        --scrape-token-file) kind=files; return ;;
        --grafana-token-file) kind=files; return ;;
        --runtime) kind=live; return ;;
        --password-file) kind=files; return ;;
        --oauth2-secret-file) kind=files; return ;;
        --ca-file) kind=files; return ;;
        --cert-file) kind=files; return ;;
        --key-file) kind=files; return ;;
        esac ;;
    'dataset attach') case $2 in
        --cluster) kind=live; return ;;
        esac ;;
    'function deploy') case $2 in
        --file | -f) kind=files; return ;;
        --runtime) kind=live; return ;;
        --mode) kind=words choices=(http stdio); return ;;
        --source) kind=dirs; return ;;
        --scale-class) kind=words choices=(kpa hpa); return ;;
        esac ;;
    'function diff') case $2 in
        --file | -f) kind=files; return ;;
        --runtime) kind=live; return ;;
        --mode) kind=words choices=(http stdio); return ;;
        --source) kind=dirs; return ;;
        --scale-class) kind=words choices=(kpa hpa); return ;;
        esac ;;
    'function list') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function show') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function invoke') case $2 in
        --file | -f) kind=files; return ;;
        --method | -X) kind=words choices=(GET POST PUT PATCH DELETE HEAD OPTIONS); return ;;
        --output | -o) kind=words choices=(text json); return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'function logs') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function events') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function scale') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function revisions') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function traffic') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function rollback') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function wait') case $2 in
        --for) kind=words choices=(ready idle deleted); return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'function export') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function delete') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function coldstart') case $2 in
        --file | -f) kind=files; return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'function build') case $2 in
        --source) kind=dirs; return ;;
        --file | -f) kind=files; return ;;
        --archive) kind=files; return ;;
        --builder) kind=words choices=(buildah job); return ;;
        esac ;;
    'function secret create') case $2 in
        --file | -f) kind=files; return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'function secret list') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function secret update') case $2 in
        --file | -f) kind=files; return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'function secret delete') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function trigger create') case $2 in
        --function) kind=live; return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'function trigger list') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function trigger show') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function trigger delete') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function trigger fire') case $2 in
        --file | -f) kind=files; return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'function rule create') case $2 in
        --function) kind=live; return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'function rule list') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function rule enable') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function rule disable') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function rule delete') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function domain create') case $2 in
        --function) kind=live; return ;;
        esac ;;
    'gpu share apply') case $2 in
        --file | -f) kind=files; return ;;
        esac ;;
    'model serve') case $2 in
        --server) kind=words choices=(tfserving v2); return ;;
        --as) kind=words choices=(function deployment); return ;;
        --source) kind=dirs; return ;;
        --warmup) kind=files; return ;;
        esac ;;
    'model predict') case $2 in
        --file | -f) kind=files; return ;;
        esac ;;
    'nodegroup create') case $2 in
        --flavor) kind=live; return ;;
        --image) kind=live; return ;;
        --file | -f) kind=files; return ;;
        --for) kind=words choices=(ready complete); return ;;
        esac ;;
    'nodegroup resize') case $2 in
        --for) kind=words choices=(ready complete); return ;;
        esac ;;
    'pool create') case $2 in
        --function) kind=live; return ;;
        --runtime) kind=live; return ;;
        esac ;;
    'pool list') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'pool show') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'pool delete') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'pool advise') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'pool run') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'query') case $2 in
        --plot) kind=files; return ;;
        --list) kind=words choices=(metrics labels series targets figures server); return ;;
        --figure) kind=live; return ;;
        esac ;;
    'template create') case $2 in
        --image) kind=live; return ;;
        --flavor) kind=live; return ;;
        --master-flavor) kind=live; return ;;
        --external-network) kind=live; return ;;
        --network-driver) kind=words choices=(flannel calico cilium); return ;;
        --volume-driver) kind=words choices=(cinder); return ;;
        --fixed-network) kind=live; return ;;
        --server-type) kind=words choices=(vm bm); return ;;
        --file | -f) kind=files; return ;;
        esac ;;
    'top') case $2 in
        --panel) kind=live; return ;;
        --theme) kind=words choices=(dark light contrast mono); return ;;
        --curves) kind=words choices=(auto braille block ascii); return ;;
        esac ;;
    'train submit') case $2 in
        --file | -f) kind=files; return ;;
        --workdir) kind=dirs; return ;;
        --source) kind=dirs; return ;;
        --trainer) kind=live; return ;;
        esac ;;
    'train list') case $2 in
        --trainer) kind=live; return ;;
        esac ;;
    'train show') case $2 in
        --trainer) kind=live; return ;;
        esac ;;
    'train logs') case $2 in
        --trainer) kind=live; return ;;
        esac ;;
    'train events') case $2 in
        --trainer) kind=live; return ;;
        esac ;;
    'train wait') case $2 in
        --trainer) kind=live; return ;;
        esac ;;
    'train cancel') case $2 in
        --trainer) kind=live; return ;;
        esac ;;
    'train delete') case $2 in
        --trainer) kind=live; return ;;
        esac ;;
    'train retry') case $2 in
        --trainer) kind=live; return ;;
        esac ;;
    'workflow run') case $2 in
        --file | -f) kind=files; return ;;
        esac ;;
    'workflow plan') case $2 in
        --file | -f) kind=files; return ;;
        esac ;;
    'workflow validate') case $2 in
        --file | -f) kind=files; return ;;
        esac ;;
    esac
    case $2 in
    --output | -o) kind=words choices=(table wide json yaml name csv ndjson custom-columns=) ;;
    --sort-by) kind=live ;;
    --dry-run) kind=words choices=(client server) ;;
    --context) kind=live ;;
    --cloud) kind=live ;;
    --kube-context) kind=live ;;
    --color) kind=words choices=(auto always never) ;;
    esac
}

# Names from a server, one a line; silent and quick.
__aiwf_live() {
    local -a names keys
    names=(${(f)"$("$words[1]" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)"})
    keys=(${(M)names:#*=}) names=(${names:#*=}) # after "KEY=" its value follows
    (( $#keys )) && compadd -S '' -a keys
    (( $#names )) && compadd -a names
}

__aiwf_offer_kind() {
    case $1 in
    words) compadd -a choices ;;
    live) __aiwf_live ;;
    files) _files ;;
    dirs) _files -/ ;;
    esac
}

# Walks over the words before the current one: which command, which option waits for its value.
__aiwf_walk() {
    local i word
    __aiwf_table ''
    for (( i = 2; i < CURRENT; i++ )); do
        word=${(Q)words[i]}
        if [[ -n $dashes ]]; then
            (( after++ ))
        elif [[ -n $pending ]]; then
            pending=
        elif [[ $word == -- ]]; then
            dashes=1
        elif [[ $word == -?* ]]; then
            (( ${takes[(Ie)$word]} )) && pending=$word
        elif (( $#cmds )); then
            word=${aliases[$word]:-$word}
            (( ${cmds[(I)${(b)word}:*]} )) || return 1
            at=${at:+$at }$word
            __aiwf_table "$at"
        else
            (( n++ ))
        fi
    done
    return 0
}

__aiwf_offer_arg() {
    local kind i=0
    for kind in $args; do
        if (( i == n )) || [[ $kind == *+ ]]; then
            __aiwf_offer_kind "${kind%+}"
            return
        fi
        (( i++ ))
    done
}

_aiwf() {
    local at='' pending='' dashes='' kind='' opt
    local -i n=0 after=0
    local -a cmds opts takes args choices
    local -A aliases
    __aiwf_walk || return 1
    if [[ -n $dashes ]]; then
        if (( after )); then _files; else _command_names -e; fi
    elif [[ -n $pending ]]; then
        __aiwf_value "$at" "$pending"
        __aiwf_offer_kind "$kind"
    elif [[ $words[CURRENT] == --*=* ]]; then
        opt=${words[CURRENT]%%=*}
        compset -P '*='
        __aiwf_value "$at" "$opt"
        __aiwf_offer_kind "$kind"
    elif [[ $words[CURRENT] == -* ]]; then
        _describe -o option opts
    elif (( $#cmds )); then
        _describe command cmds
    else
        __aiwf_offer_arg
    fi
}

if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _aiwf "$@"
else
    compdef _aiwf aiwf
fi
