# fish completion of aiwf. Made from the command tree by `make completions`: do not edit.

# What can follow a command; takes: the options after which a value follows.
function __aiwf_table -a path
    set -l common
    for list in cmds aliases named args opts takes
        set -g __aiwf_$list
    end
    switch $path
        case ''
            set common 0
            set -g __aiwf_cmds \
        alerts\t'alerts of Prometheus and Alertmanager, and their rules' \
        api\t'requests to a service\'s own API, with the context\'s login' \
        cluster\t'Kubernetes clusters of OpenStack Magnum' \
        completion\t'scripts that complete commands, options and names in your shell' \
        context\t'contexts: which cloud, cluster, gateway and Prometheus to work with' \
        dashboard\t'rules for Prometheus and dashboards for Grafana' \
        dataset\t'training data: volumes for servers and clusters' \
        doctor\t'check what a context needs, end to end, and say how to fix it' \
        explain\t'what a document may contain' \
        function\t'functions: deploy, call, scale and watch them' \
        gpu\t'GPUs of a cluster: who holds them, which are idle, how they are shared' \
        help\t'help of a command, or on a topic' \
        infra\t'what the cloud is made of: servers, flavors, networks, volumes, images, quotas' \
        local\t'the runtime on this machine: up, down, status, logs' \
        login\t'log in to the context\'s OpenStack cloud' \
        model\t'models: serve them, and ask them' \
        nodegroup\t'node groups of a cluster: machines that are alike' \
        pool\t'warm pools: instances kept ready for functions' \
        query\t'ask Prometheus in PromQL' \
        queue\t'queues of jobs: what waits, in which order, and for what' \
        shell\t'a command line of its own: completion, history, the context in the prompt' \
        template\t'templates that OpenStack Magnum makes clusters from' \
        top\t'watch functions, jobs, energy and GPUs' \
        train\t'training and batch jobs: submit, wait for and watch them' \
        version\t'print the version' \
        why\t'why something is as it is, across all layers' \
        workflow\t'graphs of stages: prepare, train, serve'
            set -g __aiwf_aliases fn wf
            set -g __aiwf_named function workflow
        case 'alerts'
            set common 0
            set -g __aiwf_cmds \
        list\t'list alerts: firing, pending, silenced' \
        rules\t'list the rules of Prometheus: state, health, last evaluation'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'alerts list'
            set common 1
            set -g __aiwf_opts \
        --state\t'only those in this state' \
        --prometheus\t'the Prometheus to ask instead of the context\'s' \
        --alertmanager\t'the Alertmanager to ask instead of the context\'s'
            set -g __aiwf_takes --state --prometheus --alertmanager
        case 'alerts rules'
            set common 1
            set -g __aiwf_opts \
        --type\t'only rules that warn, or that record' \
        --prometheus\t'the Prometheus to ask instead of the context\'s'
            set -g __aiwf_takes --type --prometheus
        case 'api'
            set common 0
            set -g __aiwf_cmds \
        openstack\t'send a request to a service of OpenStack' \
        kube\t'send a request to the context\'s Kubernetes API server' \
        forward\t'make a port of a pod or service one of this machine'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'api openstack'
            set common 2
            set -g __aiwf_args none none
            set -g __aiwf_opts \
        --file\t'send this document, YAML or JSON ("-" is standard input), as JSON' \
        --microversion\t'ask for this version of the service\'s API (OpenStack-API-Version)'
            set -g __aiwf_takes --file -f --microversion
        case 'api kube'
            set common 3
            set -g __aiwf_args none none
            set -g __aiwf_opts \
        --file\t'send this document, YAML or JSON ("-" is standard input), as JSON' \
        --patch\t'what the document of a PATCH is: merge, strategic, json or apply' \
        --as\t'act as this user (impersonation)' \
        --as-group\t'and as a member of this group' \
        --force-conflicts\t'APPLY takes over fields that others own' \
        --selector\t'of a KIND: only what has these labels (a=b,c!=d)' \
        --field-selector\t'of a KIND: only what has these fields (status.phase=Failed)' \
        --all-namespaces\t'of a KIND: in all namespaces'
            set -g __aiwf_takes --file -f --patch --as --as-group --selector -l --field-selector
        case 'api forward'
            set common 4
            set -g __aiwf_args live none
        case 'cluster'
            set common 0
            set -g __aiwf_cmds \
        create\t'create a cluster, and wait until it works' \
        list\t'list clusters' \
        show\t'show a cluster' \
        resize\t'give a cluster more nodes, or fewer' \
        upgrade\t'upgrade a cluster to the version of another template' \
        update\t'change what Magnum lets change of a cluster' \
        delete\t'delete clusters with all that was made for them' \
        wait\t'wait until a cluster is ready, complete or deleted' \
        events\t'what happened to a cluster: the events of its stacks' \
        kubeconfig\t'put a cluster into a kubeconfig, with a new certificate' \
        ca\t'a cluster\'s certificate authority: show, sign, rotate' \
        stats\t'count clusters and nodes' \
        quotas\t'how many clusters a project may have: list, show, create, update, delete' \
        services\t'list Magnum\'s own services (administrators)'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'cluster create'
            set common 5
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --template\t'what it is made of: aiwf template list' \
        --nodes\t'nodes that run pods (-1: Magnum\'s usual, 1)' \
        --masters\t'nodes of the control plane (-1: Magnum\'s usual, 1)' \
        --label\t'a label of Magnum\'s driver' \
        --merge-labels\t'add the labels to the template\'s (else they take the place of all of them)' \
        --flavor\t'of the nodes' \
        --master-flavor\t'of the control plane' \
        --keypair\t'whose key may log in' \
        --docker-volume-size\t'a volume for the images of each node' \
        --fixed-network\t'an existing network for the nodes' \
        --fixed-subnet\t'an existing subnet for the nodes' \
        --master-lb\t'a load balancer before the control plane' \
        --floating-ip\t'floating addresses (usual: the template\'s)' \
        --no-floating-ip\t'no floating addresses' \
        --file\t'a document of Magnum\'s own members (YAML, "-" is standard input); options beat it' \
        --for\t'wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)'
            set -g __aiwf_takes --template -t --nodes --masters --label --flavor --master-flavor --keypair --docker-volume-size --fixed-network --fixed-subnet --file -f --for
        case 'cluster list'
            set common 1
        case 'cluster show'
            set common 6
            set -g __aiwf_args live
        case 'cluster resize'
            set common 7
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --nodes\t'how many nodes the node group shall have' \
        --nodegroup\t'which node group (usual: default-worker)' \
        --remove\t'which server shall go when it shrinks, by name or id' \
        --for\t'wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)'
            set -g __aiwf_takes --nodes --nodegroup --remove --for
        case 'cluster upgrade'
            set common 7
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --template\t'the template of the new version' \
        --batch\t'how many nodes at once' \
        --nodegroup\t'only this node group (usual: default-worker)' \
        --for\t'wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)'
            set -g __aiwf_takes --template -t --batch --nodegroup --for
        case 'cluster update'
            set common 7
            set -g __aiwf_args live live+
        case 'cluster delete'
            set common 8
            set -g __aiwf_args live+
        case 'cluster wait'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --for\t'wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so) or deleted' \
        --timeout\t'give up after this time'
            set -g __aiwf_takes --for --timeout
        case 'cluster events'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --follow\t'go on with new ones until Ctrl-C, or until the cluster is gone'
            set -g __aiwf_takes
        case 'cluster kubeconfig'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --file\t'the kubeconfig to change, "-": print one (default: kubectl\'s, by KUBECONFIG)' \
        --context-name\t'what its context is called there (default: the cluster\'s name)' \
        --use\t'make it the current context' \
        --key\t'the kind of key: ec (P-256, the usual one), rsa (2048 bits)' \
        --renew\t'a new certificate even if there is one that is good for a week' \
        --keystone\t'log in by the cloud\'s token (aiwf login --exec-credential), not by a certificate'
            set -g __aiwf_takes --file --context-name --key
        case 'cluster ca'
            set common 0
            set -g __aiwf_cmds \
        show\t'show the certificate authority of a cluster' \
        sign\t'have a signing request signed by a cluster\'s certificate authority' \
        rotate\t'replace a cluster\'s certificate authority'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'cluster ca show'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --pem\t'only the certificate, in PEM'
            set -g __aiwf_takes
        case 'cluster ca sign'
            set common 4
            set -g __aiwf_args live files
        case 'cluster ca rotate'
            set common 5
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --for\t'wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)'
            set -g __aiwf_takes --for
        case 'cluster stats'
            set common 6
            set -g __aiwf_opts \
        --project\t'of one project, by name or id (usual: the login\'s; an administrator\'s is all)'
            set -g __aiwf_takes --project
        case 'cluster quotas'
            set common 0
            set -g __aiwf_cmds \
        list\t'list the projects that have a limit of their own' \
        show\t'show how many clusters a project may have' \
        create\t'give a project a limit of its own (administrators)' \
        update\t'change a project\'s limit (administrators)' \
        delete\t'take a project\'s own limit away (administrators)'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'cluster quotas list'
            set common 1
            set -g __aiwf_opts \
        --all-projects\t'those of every project (administrators)'
            set -g __aiwf_takes
        case 'cluster quotas show'
            set common 6
            set -g __aiwf_args live
        case 'cluster quotas create'
            set common 3
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --hard-limit\t'how many clusters the project may have'
            set -g __aiwf_takes --hard-limit
        case 'cluster quotas update'
            set common 3
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --hard-limit\t'how many clusters the project may have'
            set -g __aiwf_takes --hard-limit
        case 'cluster quotas delete'
            set common 9
            set -g __aiwf_args live+
        case 'cluster services'
            set common 1
        case 'completion'
            set common 0
            set -g __aiwf_cmds \
        bash\t'print the script for bash' \
        zsh\t'print the script for zsh' \
        fish\t'print the script for fish'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'completion bash'
            set common 10
        case 'completion zsh'
            set common 10
        case 'completion fish'
            set common 10
        case 'context'
            set common 0
            set -g __aiwf_cmds \
        list\t'list the contexts' \
        show\t'show a context\'s settings, and where each comes from' \
        use\t'make a context the current one' \
        add\t'add a context' \
        set\t'change settings of a context' \
        delete\t'forget contexts'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'context list'
            set common 11
        case 'context show'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --origin\t'where each value comes from: flag, environment, file or default'
            set -g __aiwf_takes
        case 'context use'
            set common 10
            set -g __aiwf_args live
        case 'context add'
            set common 12
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --cloud\t'a cloud\'s name in clouds.yaml' \
        --kube-context\t'a context of the kubeconfig' \
        --kubeconfig\t'the kubeconfig\'s path' \
        --namespace\t'the Kubernetes or OpenFaaS namespace' \
        --openfaas\t'an OpenFaaS gateway\'s URL, or kube://NAMESPACE/SERVICE:PORT' \
        --knative\t'the URL of Knative\'s ingress' \
        --openwhisk\t'the URL of OpenWhisk\'s host' \
        --prometheus\t'a Prometheus server\'s URL, or kube://NAMESPACE/SERVICE:PORT' \
        --prometheus-user\t'the Prometheus server\'s user' \
        --prometheus-password-file\t'a file with its password' \
        --prometheus-token-file\t'a file with its bearer token' \
        --prometheus-headers-file\t'a file of headers for it, NAME: VALUE a line' \
        --scrape-hosts\t'whose exporters get the login of --scrape: NAME, NAME:PORT or .DOMAIN, separated by commas' \
        --scrape-user\t'the exporters\' user' \
        --scrape-password-file\t'a file with its password' \
        --scrape-token-file\t'a file with the exporters\' bearer token' \
        --alertmanager\t'an Alertmanager\'s URL, or kube://NAMESPACE/SERVICE:PORT' \
        --grafana\t'a Grafana\'s URL' \
        --grafana-token-file\t'a file with the token of a service account of Grafana' \
        --runtime\t'the default runtime of functions' \
        --user\t'the gateway\'s user' \
        --password-file\t'a file with the gateway\'s password' \
        --oauth2-url\t'the endpoint that gives the gateway\'s tokens (OAuth 2.0)' \
        --oauth2-client-id\t'the client that asks there' \
        --oauth2-secret-file\t'a file with its secret (else the variable AIWF_OAUTH2_SECRET)' \
        --oauth2-scope\t'the scope that is asked for' \
        --oauth2-audience\t'whom the token is for' \
        --ca-file\t'a PEM file of certificate authorities to trust' \
        --cert-file\t'a client certificate in PEM' \
        --key-file\t'the client certificate\'s key in PEM' \
        --insecure\t'true: do not verify TLS certificates' \
        --protected\t'true: ask before anything changes' \
        --currency\t'the currency of prices' \
        --price-cpu-hour\t'price of a CPU core for an hour' \
        --price-gpu-hour\t'price of a GPU for an hour' \
        --price-kwh\t'price of a kilowatt-hour' \
        --idle-watts\t'the machine\'s power when idle, W' \
        --max-watts\t'the machine\'s power at full load, W' \
        --use\t'make it the current context' \
        --replace\t'replace one of that name, with all its settings'
            set -g __aiwf_takes --cloud --kube-context --kubeconfig --namespace --openfaas --knative --openwhisk --prometheus --prometheus-user --prometheus-password-file --prometheus-token-file --prometheus-headers-file --scrape-hosts --scrape-user --scrape-password-file --scrape-token-file --alertmanager --grafana --grafana-token-file --runtime --user --password-file --oauth2-url --oauth2-client-id --oauth2-secret-file --oauth2-scope --oauth2-audience --ca-file --cert-file --key-file --currency --price-cpu-hour --price-gpu-hour --price-kwh --idle-watts --max-watts
        case 'context set'
            set common 12
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --cloud\t'a cloud\'s name in clouds.yaml' \
        --kube-context\t'a context of the kubeconfig' \
        --kubeconfig\t'the kubeconfig\'s path' \
        --namespace\t'the Kubernetes or OpenFaaS namespace' \
        --openfaas\t'an OpenFaaS gateway\'s URL, or kube://NAMESPACE/SERVICE:PORT' \
        --knative\t'the URL of Knative\'s ingress' \
        --openwhisk\t'the URL of OpenWhisk\'s host' \
        --prometheus\t'a Prometheus server\'s URL, or kube://NAMESPACE/SERVICE:PORT' \
        --prometheus-user\t'the Prometheus server\'s user' \
        --prometheus-password-file\t'a file with its password' \
        --prometheus-token-file\t'a file with its bearer token' \
        --prometheus-headers-file\t'a file of headers for it, NAME: VALUE a line' \
        --scrape-hosts\t'whose exporters get the login of --scrape: NAME, NAME:PORT or .DOMAIN, separated by commas' \
        --scrape-user\t'the exporters\' user' \
        --scrape-password-file\t'a file with its password' \
        --scrape-token-file\t'a file with the exporters\' bearer token' \
        --alertmanager\t'an Alertmanager\'s URL, or kube://NAMESPACE/SERVICE:PORT' \
        --grafana\t'a Grafana\'s URL' \
        --grafana-token-file\t'a file with the token of a service account of Grafana' \
        --runtime\t'the default runtime of functions' \
        --user\t'the gateway\'s user' \
        --password-file\t'a file with the gateway\'s password' \
        --oauth2-url\t'the endpoint that gives the gateway\'s tokens (OAuth 2.0)' \
        --oauth2-client-id\t'the client that asks there' \
        --oauth2-secret-file\t'a file with its secret (else the variable AIWF_OAUTH2_SECRET)' \
        --oauth2-scope\t'the scope that is asked for' \
        --oauth2-audience\t'whom the token is for' \
        --ca-file\t'a PEM file of certificate authorities to trust' \
        --cert-file\t'a client certificate in PEM' \
        --key-file\t'the client certificate\'s key in PEM' \
        --insecure\t'true: do not verify TLS certificates' \
        --protected\t'true: ask before anything changes' \
        --currency\t'the currency of prices' \
        --price-cpu-hour\t'price of a CPU core for an hour' \
        --price-gpu-hour\t'price of a GPU for an hour' \
        --price-kwh\t'price of a kilowatt-hour' \
        --idle-watts\t'the machine\'s power when idle, W' \
        --max-watts\t'the machine\'s power at full load, W' \
        --unset\t'forget it'
            set -g __aiwf_takes --cloud --kube-context --kubeconfig --namespace --openfaas --knative --openwhisk --prometheus --prometheus-user --prometheus-password-file --prometheus-token-file --prometheus-headers-file --scrape-hosts --scrape-user --scrape-password-file --scrape-token-file --alertmanager --grafana --grafana-token-file --runtime --user --password-file --oauth2-url --oauth2-client-id --oauth2-secret-file --oauth2-scope --oauth2-audience --ca-file --cert-file --key-file --currency --price-cpu-hour --price-gpu-hour --price-kwh --idle-watts --max-watts --unset
        case 'context delete'
            set common 12
            set -g __aiwf_args live+
        case 'dashboard'
            set common 0
            set -g __aiwf_cmds \
        rules\t'write recording and alert rules for this stack' \
        export\t'write dashboards of Grafana: latency, GPUs, energy, cost' \
        push\t'make or renew the dashboards in a Grafana' \
        diff\t'tell which dashboards a push would save' \
        list\t'list aiwf\'s dashboards in a Grafana' \
        delete\t'delete aiwf\'s dashboards in a Grafana'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'dashboard rules'
            set common 13
            set -g __aiwf_args dirs
            set -g __aiwf_opts \
        --operator\t'as objects of the Prometheus operator (PrometheusRule), for kubectl apply'
            set -g __aiwf_takes
        case 'dashboard export'
            set common 6
            set -g __aiwf_args dirs
        case 'dashboard push'
            set common 3
            set -g __aiwf_opts \
        --grafana\t'the Grafana to ask instead of the context\'s'
            set -g __aiwf_takes --grafana
        case 'dashboard diff'
            set common 6
            set -g __aiwf_opts \
        --grafana\t'the Grafana to ask instead of the context\'s'
            set -g __aiwf_takes --grafana
        case 'dashboard list'
            set common 1
            set -g __aiwf_opts \
        --grafana\t'the Grafana to ask instead of the context\'s'
            set -g __aiwf_takes --grafana
        case 'dashboard delete'
            set common 3
            set -g __aiwf_opts \
        --grafana\t'the Grafana to ask instead of the context\'s'
            set -g __aiwf_takes --grafana
        case 'dataset'
            set common 0
            set -g __aiwf_cmds \
        create\t'make a volume for training data' \
        list\t'list datasets' \
        show\t'show datasets' \
        attach\t'give a dataset to a server, or to a cluster' \
        detach\t'take a dataset from its server' \
        manifest\t'a dataset as a PersistentVolume and its claim' \
        delete\t'delete datasets, with their data'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'dataset create'
            set common 5
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --size\t'how large: 100Gi (rounded up to whole GiB)' \
        --type\t'the volume type of Cinder' \
        --zone\t'the availability zone' \
        --from\t'filled from a volume\'s snapshot, by name or id (then --size may be left out)' \
        --image\t'filled from an image' \
        --label\t'a label'
            set -g __aiwf_takes --size --type --zone --from --image --label
        case 'dataset list'
            set common 1
            set -g __aiwf_opts \
        --all\t'also volumes that are no datasets'
            set -g __aiwf_takes
        case 'dataset show'
            set common 6
            set -g __aiwf_args live+
        case 'dataset attach'
            set common 5
            set -g __aiwf_args live live
            set -g __aiwf_opts \
        --cluster\t'to a Magnum cluster in place of a server: a PersistentVolume and its claim' \
        --fs-type\t'with --cluster: the file system, made when the volume has none: ext4, xfs'
            set -g __aiwf_takes --cluster --fs-type
        case 'dataset detach'
            set common 8
            set -g __aiwf_args live live
        case 'dataset manifest'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --fs-type\t'the file system, made when the volume has none: ext4, xfs'
            set -g __aiwf_takes --fs-type
        case 'dataset delete'
            set common 8
            set -g __aiwf_args live+
        case 'doctor'
            set common 1
        case 'explain'
            set common 10
            set -g __aiwf_args live live
            set -g __aiwf_opts \
        --json-schema\t'print its JSON Schema'
            set -g __aiwf_takes
        case 'function'
            set common 0
            set -g __aiwf_cmds \
        deploy\t'deploy a function and wait until it can answer' \
        diff\t'show what a deployment would change' \
        list\t'list functions: state, rate, latency, cold starts' \
        show\t'show all about a function' \
        invoke\t'call a function: the answer on stdout, status and times on stderr' \
        logs\t'print what a function wrote' \
        events\t'what happened to a function, its revisions and its pods' \
        scale\t'set how many instances of a function run' \
        revisions\t'list the revisions of a function and their share of the requests' \
        traffic\t'show or change which revisions the requests go to' \
        rollback\t'send all requests to an earlier revision' \
        wait\t'wait until a function answers, is idle or is gone' \
        export\t'print a function as a manifest that deploys it again' \
        delete\t'delete functions' \
        coldstart\t'measure what a cold start of a function is made of' \
        build\t'make an image of a folder' \
        secret\t'secrets that functions read' \
        runtimes\t'which runtime supports which option and verb' \
        trigger\t'what calls a function besides requests' \
        rule\t'which function a trigger of OpenWhisk calls' \
        domain\t'hosts of your own that lead to a Knative function'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'function deploy'
            set common 5
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --file\t'a manifest (aiwf explain function), a Knative Service or OpenFaaS\'s stack.yaml; "-" is standard input' \
        --replace\t'put it in the place of one of that name' \
        --if-not-exists\t'leave one of that name as it is, and succeed' \
        --wait-window\t'a failure that lasts no longer is none (usual: what the runtime may try again)' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)' \
        --image\t'the container image, on runtimes that have them' \
        --command\t'what runs, by /bin/sh -c; in http mode it listens on $PORT' \
        --arg\t'an argument of the image\'s program, or of the command' \
        --mode\t'http (a server; usual) or stdio (a process a request)' \
        --source\t'a folder; the command runs in a private copy of it' \
        --port\t'the port that it listens on; h2c: it speaks HTTP/2' \
        --user\t'the number of the user that it runs as' \
        --read-only\t'nobody writes its root file system' \
        --env\t'an environment variable' \
        --env-from\t'all of secret:NAME or config-map:NAME as variables' \
        --env-value-from\t'a variable: K=secret:NAME:KEY or K=config-map:NAME:KEY' \
        --volume\t'secret:NAME, config-map:NAME, pvc:NAME[:ro] or empty-dir[:SIZE] at /PATH' \
        --secret\t'a secret of OpenFaaS\'s, as a file' \
        --memory\t'memory of an instance: 256Mi, 1Gi' \
        --cpu\t'CPU of an instance: 0.5, 250m, 2' \
        --gpus\t'GPUs of an instance' \
        --request\t'what it asks for, where that is less than its limit' \
        --limit\t'another resource, limited: ephemeral-storage=1Gi' \
        --scale\t'instances: at least, at most (0..4 scales to zero)' \
        --metric\t'an autoscaler decides by it: cpu=70 (per cent), memory=80, a pods\' metric; on Knative also concurrency=N, rps=N' \
        --idle\t'scale to the minimum after this time without requests' \
        --concurrency\t'requests at once an instance' \
        --queue\t'requests held while all instances are busy (-1: the usual); more get 429' \
        --scale-initial\t'instances that a new revision begins with' \
        --scale-activation\t'instances when it wakes from none (2 or more)' \
        --utilization\t'of the metric\'s value, what is aimed at' \
        --scale-down-delay\t'a pause before there are fewer instances' \
        --scale-class\t'which of Knative\'s autoscalers: kpa, hpa, NAME.DOMAIN (usual: by --metric)' \
        --ready-path\t'ready once a GET of this answers 2xx (usual: once it listens)' \
        --ready-probe\t'http:/PATH, tcp:PORT, grpc:PORT or exec:COMMAND, and ,period=2s,timeout=1s,delay=5s,failures=3' \
        --live-probe\t'the same: it is started again when this fails' \
        --exec-timeout\t'the longest that one request may take' \
        --start-timeout\t'an instance that is not ready after this time has failed (usual: 60s)' \
        --service-account\t'who its pods are' \
        --pull-secret\t'the registry\'s login' \
        --runtime-class\t'what runs its containers' \
        --node-selector\t'only on nodes with this label' \
        --node-affinity\t'only on nodes whose label is one of these' \
        --toleration\t'it stands this taint' \
        --label\t'a label' \
        --annotation\t'an annotation' \
        --revision-name\t'its name: v2 of f is f-v2 (usual: f-00002)' \
        --traffic\t'requests that go there; what is left goes to the newest (@latest)' \
        --tag\t'a URL of its own' \
        --rollout\t'requests move to the new revision over this time' \
        --cluster-local\t'no URL outside of the cluster'
            set -g __aiwf_takes --file -f --wait-window --runtime --image --command --arg --mode --source --port --user --env -e --env-from --env-value-from --volume --secret --memory --cpu --gpus --request --limit --scale --metric --idle --concurrency --queue --scale-initial --scale-activation --utilization --scale-down-delay --scale-class --ready-path --ready-probe --live-probe --exec-timeout --start-timeout --service-account --pull-secret --runtime-class --node-selector --node-affinity --toleration --label --annotation --revision-name --traffic --tag --rollout
        case 'function diff'
            set common 4
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --file\t'a manifest (aiwf explain function), a Knative Service or OpenFaaS\'s stack.yaml; "-" is standard input' \
        --replace\t'put it in the place of one of that name' \
        --if-not-exists\t'leave one of that name as it is, and succeed' \
        --wait-window\t'a failure that lasts no longer is none (usual: what the runtime may try again)' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)' \
        --image\t'the container image, on runtimes that have them' \
        --command\t'what runs, by /bin/sh -c; in http mode it listens on $PORT' \
        --arg\t'an argument of the image\'s program, or of the command' \
        --mode\t'http (a server; usual) or stdio (a process a request)' \
        --source\t'a folder; the command runs in a private copy of it' \
        --port\t'the port that it listens on; h2c: it speaks HTTP/2' \
        --user\t'the number of the user that it runs as' \
        --read-only\t'nobody writes its root file system' \
        --env\t'an environment variable' \
        --env-from\t'all of secret:NAME or config-map:NAME as variables' \
        --env-value-from\t'a variable: K=secret:NAME:KEY or K=config-map:NAME:KEY' \
        --volume\t'secret:NAME, config-map:NAME, pvc:NAME[:ro] or empty-dir[:SIZE] at /PATH' \
        --secret\t'a secret of OpenFaaS\'s, as a file' \
        --memory\t'memory of an instance: 256Mi, 1Gi' \
        --cpu\t'CPU of an instance: 0.5, 250m, 2' \
        --gpus\t'GPUs of an instance' \
        --request\t'what it asks for, where that is less than its limit' \
        --limit\t'another resource, limited: ephemeral-storage=1Gi' \
        --scale\t'instances: at least, at most (0..4 scales to zero)' \
        --metric\t'an autoscaler decides by it: cpu=70 (per cent), memory=80, a pods\' metric; on Knative also concurrency=N, rps=N' \
        --idle\t'scale to the minimum after this time without requests' \
        --concurrency\t'requests at once an instance' \
        --queue\t'requests held while all instances are busy (-1: the usual); more get 429' \
        --scale-initial\t'instances that a new revision begins with' \
        --scale-activation\t'instances when it wakes from none (2 or more)' \
        --utilization\t'of the metric\'s value, what is aimed at' \
        --scale-down-delay\t'a pause before there are fewer instances' \
        --scale-class\t'which of Knative\'s autoscalers: kpa, hpa, NAME.DOMAIN (usual: by --metric)' \
        --ready-path\t'ready once a GET of this answers 2xx (usual: once it listens)' \
        --ready-probe\t'http:/PATH, tcp:PORT, grpc:PORT or exec:COMMAND, and ,period=2s,timeout=1s,delay=5s,failures=3' \
        --live-probe\t'the same: it is started again when this fails' \
        --exec-timeout\t'the longest that one request may take' \
        --start-timeout\t'an instance that is not ready after this time has failed (usual: 60s)' \
        --service-account\t'who its pods are' \
        --pull-secret\t'the registry\'s login' \
        --runtime-class\t'what runs its containers' \
        --node-selector\t'only on nodes with this label' \
        --node-affinity\t'only on nodes whose label is one of these' \
        --toleration\t'it stands this taint' \
        --label\t'a label' \
        --annotation\t'an annotation' \
        --revision-name\t'its name: v2 of f is f-v2 (usual: f-00002)' \
        --traffic\t'requests that go there; what is left goes to the newest (@latest)' \
        --tag\t'a URL of its own' \
        --rollout\t'requests move to the new revision over this time' \
        --cluster-local\t'no URL outside of the cluster'
            set -g __aiwf_takes --file -f --wait-window --runtime --image --command --arg --mode --source --port --user --env -e --env-from --env-value-from --volume --secret --memory --cpu --gpus --request --limit --scale --metric --idle --concurrency --queue --scale-initial --scale-activation --utilization --scale-down-delay --scale-class --ready-path --ready-probe --live-probe --exec-timeout --start-timeout --service-account --pull-secret --runtime-class --node-selector --node-affinity --toleration --label --annotation --revision-name --traffic --tag --rollout
        case 'function list'
            set common 1
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function show'
            set common 6
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function invoke'
            set common 14
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --file\t'send this file ("-" is standard input)' \
        --data\t'send this text' \
        --requests\t'as many requests, one after another on a kept connection' \
        --path\t'the path below the function, with its query' \
        --method\t'the method (usual: POST with a body, else GET)' \
        --header\t'a header to send' \
        --event\t'send a CloudEvent of this type; K: source, subject, id and others' \
        --async\t'queue the request, do not wait for its answer' \
        --callback\t'with --async: where the answer is sent to when it is there' \
        --timeout\t'give up after this time (usual: the function\'s own limit)' \
        --idle-timeout\t'give up when nothing has come for this time (a cold start counts)' \
        --silent\t'nothing on stderr but errors' \
        --output\t'how the line on stderr is written: text or json' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --file -f --data -d --requests -n --path --method -X --header -H --event --callback --timeout --idle-timeout --output -o --runtime
        case 'function logs'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --follow\t'go on as lines come, until Ctrl-C' \
        --tail\t'only the last N lines (-1: all)' \
        --since\t'only lines of the last TIME (10m, 1h)' \
        --timestamps\t'the time before each line' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --tail --since --runtime
        case 'function events'
            set common 1
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function scale'
            set common 8
            set -g __aiwf_args live none
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function revisions'
            set common 1
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function traffic'
            set common 5
            set -g __aiwf_args live none+
            set -g __aiwf_opts \
        --tag\t'a URL of its own for a revision; it moves there' \
        --untag\t'take a tag away' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --tag --untag --runtime
        case 'function rollback'
            set common 5
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --to\t'to this one (usual: the one before)' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --to --runtime
        case 'function wait'
            set common 4
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --for\t'ready (it answers), idle (no instance runs) or deleted' \
        --timeout\t'give up after this time (0: never)' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --for --timeout --runtime
        case 'function export'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function delete'
            set common 9
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function coldstart'
            set common 15
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --rounds\t'cold starts that count; one more goes before them' \
        --file\t'send this file with each request' \
        --path\t'the path below the function' \
        --method\t'the method (usual: POST with a body, else GET)' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --rounds -n --file -f --path --method -X --runtime
        case 'function build'
            set common 7
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --source\t'the folder' \
        --file\t'how it is built (usual: the folder\'s Containerfile or Dockerfile)' \
        --base\t'where the folder has no such file: what the image stands on' \
        --command\t'and what it runs, by /bin/sh -c in /app, where the folder is' \
        --build-arg\t'an argument of the file\'s ARG' \
        --archive\t'write the image there too, as an OCI archive' \
        --builder\t'buildah (here), or job (in the context\'s cluster, and to a registry)' \
        --job-image\t'what builds in a job: an image that takes kaniko\'s options' \
        --push-secret\t'the registry\'s login for a job: a Secret of the type kubernetes.io/dockerconfigjson' \
        --push\t'send it to the registry that its name says'
            set -g __aiwf_takes --source --file -f --base --command --build-arg --archive --builder --job-image --push-secret
        case 'function secret'
            set common 0
            set -g __aiwf_cmds \
        create\t'keep a new secret' \
        list\t'list secrets, without their values' \
        update\t'give a secret another value' \
        delete\t'delete secrets'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'function secret create'
            set common 16
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --file\t'the value ("-", and usual in a pipe: standard input; at a terminal it is asked for)' \
        --key\t'the value\'s key in a Kubernetes Secret (usual: the secret\'s name)' \
        --trim\t'without the line\'s end behind the value' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --file -f --key --runtime
        case 'function secret list'
            set common 1
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function secret update'
            set common 16
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --file\t'the value ("-", and usual in a pipe: standard input; at a terminal it is asked for)' \
        --key\t'the value\'s key in a Kubernetes Secret (usual: the secret\'s name)' \
        --trim\t'without the line\'s end behind the value' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --file -f --key --runtime
        case 'function secret delete'
            set common 16
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function runtimes'
            set common 11
            set -g __aiwf_args live
        case 'function trigger'
            set common 0
            set -g __aiwf_cmds \
        create\t'have events, a clock or Kafka call a function' \
        list\t'list triggers' \
        show\t'show a trigger: what calls which function, its conditions and events' \
        delete\t'delete triggers' \
        fire\t'fire a trigger of OpenWhisk: an event by hand'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'function trigger create'
            set common 3
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --function\t'the function that is called' \
        --broker\t'events of this broker (usual: default)' \
        --filter\t'only events with this attribute: type=io.example.taken' \
        --schedule\t'by a clock: \'*/5 * * * *\'' \
        --data\t'what the clock sends' \
        --kafka\t'messages of Kafka' \
        --topic\t'of Kafka' \
        --group\t'the consumer group of Kafka' \
        --param\t'given with each event (OpenWhisk): JSON, else text' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --function --broker --filter --schedule --data --kafka --topic --group --param --runtime
        case 'function trigger list'
            set common 1
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function trigger show'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function trigger delete'
            set common 9
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function trigger fire'
            set common 2
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --param\t'a parameter of the event: JSON, else text' \
        --file\t'a JSON object of them (-: standard input)' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --param --file -f --runtime
        case 'function rule'
            set common 0
            set -g __aiwf_cmds \
        create\t'have a trigger call a function' \
        list\t'list rules' \
        enable\t'have rules work again' \
        disable\t'have rules do nothing for now' \
        delete\t'delete rules'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'function rule create'
            set common 2
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --trigger\t'the trigger' \
        --function\t'the function that it calls' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --trigger --function --runtime
        case 'function rule list'
            set common 1
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function rule enable'
            set common 16
            set -g __aiwf_args none+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function rule disable'
            set common 16
            set -g __aiwf_args none+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function rule delete'
            set common 16
            set -g __aiwf_args none+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'function domain'
            set common 0
            set -g __aiwf_cmds \
        create\t'have a host lead to a function' \
        list\t'list hosts and the functions that answer there' \
        delete\t'have hosts lead nowhere'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'function domain create'
            set common 5
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --function\t'the Knative function that answers' \
        --tls\t'the host\'s certificate: a secret of type kubernetes.io/tls' \
        --claim\t'claim the host for the namespace first (needs rights in the whole cluster)'
            set -g __aiwf_takes --function --tls
        case 'function domain list'
            set common 1
        case 'function domain delete'
            set common 9
            set -g __aiwf_args live+
        case 'gpu'
            set common 0
            set -g __aiwf_cmds \
        list\t'list GPUs: where, which, how shared, who holds them, how busy' \
        idle\t'list pods that hold GPUs and do not use them' \
        reclaim\t'have GPUs back from those who leave them idle' \
        share\t'one GPU for several: time-slicing, MPS, MIG'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'gpu list'
            set common 1
            set -g __aiwf_opts \
        --prometheus\t'who has dcgm-exporter\'s figures (usual: the context\'s)'
            set -g __aiwf_takes --prometheus
        case 'gpu idle'
            set common 1
            set -g __aiwf_opts \
        --for\t'idle for all of this time, until now' \
        --below\t'at no moment as busy as this' \
        --prometheus\t'who has dcgm-exporter\'s figures (usual: the context\'s)' \
        --all\t'also those that are busy or new'
            set -g __aiwf_takes --for --below --prometheus
        case 'gpu reclaim'
            set common 5
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --for\t'idle for all of this time, until now' \
        --below\t'at no moment as busy as this' \
        --prometheus\t'who has dcgm-exporter\'s figures (usual: the context\'s)'
            set -g __aiwf_takes --for --below --prometheus
        case 'gpu share'
            set common 0
            set -g __aiwf_cmds \
        show\t'show how each node\'s GPUs are shared' \
        apply\t'share GPUs by a configuration of NVIDIA\'s device plugin' \
        rollback\t'put back what the last apply has changed'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'gpu share show'
            set common 1
        case 'gpu share apply'
            set common 5
            set -g __aiwf_opts \
        --file\t'a configuration of the device plugin (version: v1)' \
        --name\t'what it is called in the config map (usual: the file\'s name)' \
        --node\t'only this node, and others so named (usual: all with GPUs)' \
        --config-map\t'the plugin\'s config map (usual: the one it mounts)'
            set -g __aiwf_takes --file -f --name --node --config-map
        case 'gpu share rollback'
            set common 3
            set -g __aiwf_opts \
        --config-map\t'the plugin\'s config map (usual: the one it mounts)'
            set -g __aiwf_takes --config-map
        case 'help'
            set common 10
            set -g __aiwf_args live+
        case 'infra'
            set common 0
            set -g __aiwf_cmds \
        servers\t'virtual machines' \
        flavors\t'sizes of servers, with their GPUs' \
        hypervisors\t'the hosts that servers run on (administrators)' \
        networks\t'networks' \
        routers\t'routers' \
        floating-ips\t'addresses outside that may be moved between servers' \
        volumes\t'block storage (training data: aiwf dataset)' \
        images\t'images' \
        quotas\t'limits and use of the project, in all services'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'infra servers'
            set common 1
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --all-projects\t'those of every project (administrators)'
            set -g __aiwf_takes
        case 'infra flavors'
            set common 1
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --gpu\t'those with GPUs: which, and how many are free'
            set -g __aiwf_takes
        case 'infra hypervisors'
            set common 1
            set -g __aiwf_args live+
        case 'infra networks'
            set common 1
            set -g __aiwf_args live+
        case 'infra routers'
            set common 1
            set -g __aiwf_args live+
        case 'infra floating-ips'
            set common 1
            set -g __aiwf_args live+
        case 'infra volumes'
            set common 1
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --all-projects\t'those of every project (administrators)'
            set -g __aiwf_takes
        case 'infra images'
            set common 1
            set -g __aiwf_args live+
        case 'infra quotas'
            set common 1
            set -g __aiwf_args none
        case 'local'
            set common 0
            set -g __aiwf_cmds \
        up\t'start the local runtime, unless it runs already' \
        down\t'end the local runtime and all that runs on it' \
        status\t'show whether the local runtime runs, and what runs on it' \
        logs\t'print the gateway\'s own log'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'local up'
            set common 13
            set -g __aiwf_opts \
        --port\t'listen on this port of 127.0.0.1 (usual: 31112, or a free one when that is taken)' \
        --gpus\t'GPUs that jobs may be given (-1: as many as the driver shows)' \
        --idle-watts\t'this machine\'s power when idle, where no counter shows it' \
        --max-watts\t'this machine\'s power at full load, where no counter shows it' \
        --timeout\t'give up when it does not answer after this time'
            set -g __aiwf_takes --port -p --gpus --idle-watts --max-watts --timeout
        case 'local down'
            set common 12
        case 'local status'
            set common 13
        case 'local logs'
            set common 10
            set -g __aiwf_opts \
        --follow\t'go on as it grows, until Ctrl-C' \
        --tail\t'only the last N lines (-1: all)'
            set -g __aiwf_takes --tail
        case 'login'
            set common 6
            set -g __aiwf_opts \
        --force\t'log in anew, even when a kept token is still good' \
        --revoke\t'log out: Keystone revokes the kept token, and it is deleted here' \
        --exec-credential\t'print the token for kubectl, as an exec plugin does; nothing else ever prints one'
            set -g __aiwf_takes
        case 'model'
            set common 0
            set -g __aiwf_cmds \
        serve\t'serve a model, and wait until it answers' \
        list\t'list the models that are served' \
        show\t'show all about a model: versions, inputs, outputs' \
        predict\t'ask a model about the rows of a file' \
        logs\t'print what a model\'s server wrote' \
        scale\t'set how many instances of a model\'s server run' \
        delete\t'end the servers of models'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'model serve'
            set common 7
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --model\t'where the model is: in a volume claim, else in the image (local: of this machine)' \
        --server\t'what serves it: tfserving (TensorFlow Serving), v2 (Open Inference Protocol)' \
        --as\t'function (Knative; usual in a cluster) or deployment (stays, with an autoscaler)' \
        --image\t'the server\'s image (usual for tfserving: tensorflow/serving)' \
        --command\t'local: the server, by /bin/sh -c; it listens on $PORT, its model is $MODEL_PATH. In a cluster: in the place of the image\'s entrypoint, whose arguments are "$0" "$@"' \
        --source\t'local: the command\'s folder' \
        --version\t'serve these versions (usual: the latest); tfserving' \
        --version-label\t'a label for a version: stable=3; tfserving' \
        --batching\t'max_batch_size, batch_timeout_micros, max_enqueued_batches, num_batch_threads; tfserving' \
        --warmup\t'a prediction (as predict -f) that it has to answer before it is called ready' \
        --warmup-requests\t'so often, for each instance' \
        --port\t'where the server listens in its image (usual: tfserving 8501, v2 8080)' \
        --env\t'an environment variable of the server' \
        --scale\t'instances: at least, at most' \
        --concurrency\t'requests at once an instance' \
        --memory\t'memory of an instance' \
        --cpu\t'CPU of an instance: 0.5, 250m' \
        --gpus\t'GPUs of an instance' \
        --replace\t'put it in the place of one of that name'
            set -g __aiwf_takes --model --server --as --image --command --source --version --version-label --batching --warmup --warmup-requests --port --env -e --scale --concurrency --memory --cpu --gpus
        case 'model list'
            set common 1
        case 'model show'
            set common 6
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --version\t'of this version (usual: the latest)' \
        --label\t'of the version with this label'
            set -g __aiwf_takes --version --label
        case 'model predict'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --file\t'what to predict: .npy, CSV, or JSON (rows, or a whole request); "-" is standard input' \
        --version\t'of this version (usual: the latest)' \
        --label\t'of the version with this label' \
        --input\t'the tensor that the rows are for, where the model has several' \
        --signature\t'the signature to use (usual: serving_default); tfserving' \
        --raw\t'the server\'s answer as it is' \
        --timeout\t'give up after this time (0: never)'
            set -g __aiwf_takes --file -f --version --label --input --signature --timeout
        case 'model logs'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --follow\t'go on as lines come, until Ctrl-C' \
        --tail\t'only the last N lines (-1: all)' \
        --timestamps\t'the time before each line'
            set -g __aiwf_takes --tail
        case 'model scale'
            set common 8
            set -g __aiwf_args live none
        case 'model delete'
            set common 9
            set -g __aiwf_args live+
        case 'nodegroup'
            set common 0
            set -g __aiwf_cmds \
        create\t'add a node group to a cluster' \
        list\t'list the node groups of a cluster' \
        show\t'show a node group' \
        resize\t'give a node group more nodes, or fewer' \
        update\t'change a node group\'s bounds, or its nodes\' labels and taints' \
        delete\t'delete node groups with their machines'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'nodegroup create'
            set common 5
            set -g __aiwf_args live none
            set -g __aiwf_opts \
        --flavor\t'of its nodes (usual: the cluster\'s); with GPUs: aiwf infra flavors --gpu' \
        --nodes\t'how many nodes (-1: Magnum\'s usual, 1)' \
        --min\t'the autoscaler\'s floor (-1: Magnum\'s usual, 0)' \
        --max\t'the autoscaler\'s ceiling (-1: none)' \
        --role\t'a word of your own, which its nodes are labelled with (usual: worker)' \
        --image\t'of its nodes (usual: the template\'s)' \
        --docker-volume-size\t'a volume for the images of each node' \
        --label\t'a label of Magnum\'s driver' \
        --merge-labels\t'add the labels to the cluster\'s (else they take the place of all of them)' \
        --no-merge-labels\t'do not' \
        --node-label\t'a label of its nodes in Kubernetes (Magnum 1.14)' \
        --taint\t'a taint of its nodes in Kubernetes (Magnum 1.14)' \
        --file\t'Magnum\'s own members (YAML, "-" is standard input); options beat it' \
        --for\t'wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)'
            set -g __aiwf_takes --flavor --nodes --min --max --role --image --docker-volume-size --label --node-label --taint --file -f --for
        case 'nodegroup list'
            set common 1
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --role\t'only those of a role: worker'
            set -g __aiwf_takes --role
        case 'nodegroup show'
            set common 6
            set -g __aiwf_args live live
        case 'nodegroup resize'
            set common 7
            set -g __aiwf_args live live
            set -g __aiwf_opts \
        --nodes\t'how many nodes it shall have' \
        --remove\t'which server shall go when it shrinks, by name or id' \
        --for\t'wait until: ready (its Kubernetes answers, nodes are Ready), complete (Magnum says so)'
            set -g __aiwf_takes --nodes --remove --for
        case 'nodegroup update'
            set common 7
            set -g __aiwf_args live live
            set -g __aiwf_opts \
        --min\t'the autoscaler\'s floor' \
        --max\t'the autoscaler\'s ceiling' \
        --no-max\t'no ceiling any more' \
        --node-label\t'labels of its nodes in Kubernetes, in place of all that were (Magnum 1.14)' \
        --taint\t'taints of its nodes, in place of all that were (Magnum 1.14)'
            set -g __aiwf_takes --min --max --node-label --taint
        case 'nodegroup delete'
            set common 8
            set -g __aiwf_args live live+
        case 'pool'
            set common 0
            set -g __aiwf_cmds \
        create\t'keep instances of a function warm' \
        list\t'list pools: how warm, how often hit' \
        show\t'show all about a pool: hits, cold starts avoided, costs' \
        delete\t'delete pools' \
        advise\t'propose floors and schedules from the last days, with the evidence' \
        run\t'keep a cluster\'s pools: schedules, forecasts, images, held GPUs'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'pool create'
            set common 7
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --function\t'the function whose instances are kept' \
        --min\t'the floor: instances that are always ready' \
        --max\t'the ceiling: no more than these (-1: the function\'s own)' \
        --schedule\t'from that time on a floor of N: \'0 8 * * 1-5=3\'' \
        --forecast\t'and as many as its history wants (Prometheus; kept by aiwf pool run)' \
        --prepull\t'fetch its images to all nodes where it may run' \
        --gpus\t'GPUs held free for it while it does not use them' \
        --hold-image\t'what sleeps in the pods that hold them' \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --function --min --max --schedule --gpus --hold-image --runtime
        case 'pool list'
            set common 1
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'pool show'
            set common 6
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'pool delete'
            set common 16
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)'
            set -g __aiwf_takes --runtime
        case 'pool advise'
            set common 1
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)' \
        --window\t'how far back it looks' \
        --break-even\t'a table by rate: an instance that is kept against one that is started each time' \
        --rate\t'at this rate, in place of the usual ones (with --break-even)'
            set -g __aiwf_takes --runtime --window --rate
        case 'pool run'
            set common 16
            set -g __aiwf_opts \
        --runtime\t'where functions run: local, openfaas, openwhisk, knative, deployment (usual: by the context)' \
        --once\t'once, and end: for cron' \
        --interval\t'how often it looks'
            set -g __aiwf_takes --runtime --interval
        case 'query'
            set common 1
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --at\t'when: RFC 3339, Unix seconds, or 5m for five minutes ago (default: now)' \
        --range\t'the values over this time before --at, not only the last' \
        --step\t'one value each (default: a 60th of --range)' \
        --plot\t'draw the curves into FILE.svg or FILE.png, by gnuplot (default of --range: 1h)' \
        --list\t'what can be asked for: metrics, labels, series, targets, figures, or the server itself' \
        --figure\t'what to ask for by name, whoever measures it (--list figures); says by which source' \
        --source\t'with --figure: by this one of several that measure it' \
        --prometheus\t'the Prometheus to ask instead of the context\'s' \
        --scrape\t'read this exporter, a URL or kube://NAMESPACE/SERVICE:PORT, without a Prometheus'
            set -g __aiwf_takes --at --range --step --plot --list --figure --source --prometheus --scrape
        case 'queue'
            set common 1
            set -g __aiwf_args live
        case 'shell'
            set common 4
            set -g __aiwf_opts \
        --stop\t'end at the first line that fails'
            set -g __aiwf_takes
        case 'template'
            set common 0
            set -g __aiwf_cmds \
        create\t'make a template that clusters are made from' \
        list\t'list cluster templates' \
        show\t'show a cluster template' \
        update\t'change a template' \
        delete\t'delete templates'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'template create'
            set common 3
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --image\t'the machines\' image, with the property os_distro: aiwf infra images' \
        --flavor\t'of the nodes: aiwf infra flavors' \
        --master-flavor\t'of the control plane' \
        --external-network\t'the network that floating addresses are of' \
        --keypair\t'whose key may log in' \
        --docker-volume-size\t'a volume for the images of each machine' \
        --label\t'a label of Magnum\'s driver' \
        --network-driver\t'the pods\' network (usual: flannel)' \
        --volume-driver\t'the pods\' volumes' \
        --docker-storage-driver\t'how the container runtime stores' \
        --dns-nameserver\t'name servers, with commas between' \
        --fixed-network\t'an existing network for the machines' \
        --fixed-subnet\t'an existing subnet for the machines' \
        --master-lb\t'a load balancer before the control plane' \
        --floating-ip\t'floating addresses for the machines (usual)' \
        --no-floating-ip\t'no floating addresses' \
        --public\t'others may use it (wants an administrator)' \
        --hidden\t'only administrators see it (wants one)' \
        --server-type\t'vm, or bm: bare metal (usual: vm)' \
        --driver\t'which of Magnum\'s drivers makes clusters of it (new servers)' \
        --tls-disabled\t'Kubernetes without certificates' \
        --apiserver-port\t'the port of Kubernetes, from 1024 on' \
        --http-proxy\t'the machines\' proxy' \
        --https-proxy\t'the machines\' proxy' \
        --no-proxy\t'what they reach without it, with commas between' \
        --registry\t'a registry of images in the cluster' \
        --insecure-registry\t'a registry that has no certificate' \
        --tags\t'words, with commas between' \
        --file\t'Magnum\'s own members (YAML, "-" is standard input); options beat it'
            set -g __aiwf_takes --image --flavor --master-flavor --external-network --keypair --docker-volume-size --label --network-driver --volume-driver --docker-storage-driver --dns-nameserver --fixed-network --fixed-subnet --server-type --driver --apiserver-port --http-proxy --https-proxy --no-proxy --insecure-registry --tags --file -f
        case 'template list'
            set common 1
        case 'template show'
            set common 6
            set -g __aiwf_args live
        case 'template update'
            set common 3
            set -g __aiwf_args live live+
            set -g __aiwf_opts \
        --remove\t'what shall have no value any more: keypair_id, labels.kube_tag'
            set -g __aiwf_takes --remove
        case 'template delete'
            set common 9
            set -g __aiwf_args live+
        case 'top'
            set common 6
            set -g __aiwf_opts \
        --once\t'one frame as text (or a document, with -o json), and end' \
        --interval\t'ask Prometheus this often (2s)' \
        --window\t'rates and latencies are over this time: at least four scrapes' \
        --panel\t'show only this panel' \
        --filter\t'show only names that contain it' \
        --sort\t'sort by a column (p95) or key (p95_ms)' \
        --at\t'as it was then: 03:00, 2026-11-28T03:00 (local), RFC 3339, or 2h for that long ago' \
        --range\t'curves are over this time (15m)' \
        --assert\t'judge a figure for a script, as \'gpu.util < 20 for 10m\', and end: exit 11 when it does not hold' \
        --theme\t'the colours of the screen; NO_COLOR is stronger' \
        --curves\t'of braille, blocks or ASCII (auto: what the terminal can show)' \
        --actions\t'allow to scale, warm and cancel from the screen, each after a question' \
        --prometheus\t'the Prometheus to ask instead of the context\'s' \
        --scrape\t'read this exporter, a URL or kube://NAMESPACE/SERVICE:PORT, without a Prometheus'
            set -g __aiwf_takes --interval --window --panel --filter --sort --at --range --assert --theme --curves --prometheus --scrape
        case 'train'
            set common 0
            set -g __aiwf_cmds \
        submit\t'submit a job: a command that runs to its end' \
        list\t'list jobs: state, times, energy' \
        show\t'show all about a job' \
        logs\t'print what a job wrote' \
        events\t'what happened to a job, its pods and its workload' \
        wait\t'wait for a job\'s end: exit 9 when it failed' \
        cancel\t'end jobs; their records stay' \
        delete\t'delete jobs with their records, logs and folders' \
        retry\t'run a job that is over once more'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'train submit'
            set common 17
            set -g __aiwf_args none
            set -g __aiwf_opts \
        --file\t'a manifest: Job, PyTorchJob, TFJob or TrainJob (- is standard input)' \
        --gpus\t'GPUs of each node; it waits until they are free' \
        --nodes\t'run on so many nodes, a rank each' \
        --workers\t'workers of a TFJob, the chief among them' \
        --ps\t'parameter servers of a TFJob' \
        --cpu\t'CPU: 0.5, 250m, 2' \
        --memory\t'memory: 512Mi, 8Gi' \
        --retries\t'run it again, up to N times, when it fails' \
        --timeout\t'end an attempt that takes longer' \
        --env\t'an environment variable' \
        --workdir\t'run in this folder (usual: a private one)' \
        --source\t'run in a private copy of this folder' \
        --image\t'the container image, in a cluster (trainjob: usually its runtime\'s)' \
        --dataset\t'a volume claim, at PATH (usual: /data/NAME)' \
        --queue\t'wait in this queue of Kueue\'s' \
        --success\t'it has succeeded once these ranks have: 0, 0-2,5, all (usual: by its trainer)' \
        --priority\t'the priority class of its pods' \
        --spot\t'may run on nodes that can be taken away (taint and label aiwf/spot), and prefers them' \
        --runtime\t'the training runtime of a TrainJob (usual: torch-distributed)' \
        --logs\t'with --wait: its log on standard output meanwhile' \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --file -f --gpus --nodes --workers --ps --cpu --memory --retries --timeout --env -e --workdir --source --image --dataset --queue --success --priority --runtime --trainer
        case 'train list'
            set common 1
            set -g __aiwf_opts \
        --all-namespaces\t'jobs of all namespaces of a cluster' \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --trainer
        case 'train show'
            set common 6
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --trainer
        case 'train logs'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --follow\t'go on until the job\'s end, or Ctrl-C' \
        --rank\t'only this rank (-1: all, each line with its rank)' \
        --previous\t'of the container before its last restart' \
        --tail\t'only the last N lines (-1: all)' \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --rank --tail --trainer
        case 'train events'
            set common 1
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --trainer
        case 'train wait'
            set common 6
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --timeout\t'give up waiting after this time (usual: never)' \
        --logs\t'its log on standard output meanwhile' \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --timeout --trainer
        case 'train cancel'
            set common 9
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --trainer
        case 'train delete'
            set common 9
            set -g __aiwf_args live+
            set -g __aiwf_opts \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --trainer
        case 'train retry'
            set common 7
            set -g __aiwf_args live
            set -g __aiwf_opts \
        --name\t'what the new job is called (usual: NAME-2, NAME-3, ...)' \
        --replace\t'in the place of the old one, whose record and log go' \
        --trainer\t'what runs jobs: auto, job, pytorch, tf, trainjob, local (usual: by the context)'
            set -g __aiwf_takes --name --trainer
        case 'version'
            set common 13
        case 'why'
            set common 0
            set -g __aiwf_cmds \
        cluster\t'why a cluster failed, is not well, or is not finished' \
        pod\t'why a pod is not scheduled, does not start, or ended' \
        job\t'why a job waits, does not start, or failed' \
        train\t'the same as why job' \
        function\t'why a function is not ready' \
        workflow\t'why a workflow failed, or is not finished'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'why cluster'
            set common 6
            set -g __aiwf_args live
        case 'why pod'
            set common 6
            set -g __aiwf_args live
        case 'why job'
            set common 6
            set -g __aiwf_args live
        case 'why train'
            set common 6
            set -g __aiwf_args live
        case 'why function'
            set common 6
            set -g __aiwf_args live
        case 'why workflow'
            set common 6
            set -g __aiwf_args live
        case 'workflow'
            set common 0
            set -g __aiwf_cmds \
        run\t'run a workflow' \
        plan\t'say where each stage would run, and why' \
        validate\t'check a workflow file' \
        list\t'list the workflows that ran here' \
        status\t'show the stages of the last run' \
        logs\t'print what the stages wrote' \
        resume\t'go on with a run that was interrupted or failed' \
        cancel\t'stop a run and its jobs' \
        delete\t'forget workflows: their runs and their outputs'
            set -g __aiwf_aliases
            set -g __aiwf_named
        case 'workflow run'
            set common 2
            set -g __aiwf_opts \
        --file\t'the workflow file; - is standard input' \
        --fresh\t'redo every stage, also those that did not change'
            set -g __aiwf_takes --file -f
        case 'workflow plan'
            set common 6
            set -g __aiwf_opts \
        --file\t'the workflow file; - is standard input'
            set -g __aiwf_takes --file -f
        case 'workflow validate'
            set common 10
            set -g __aiwf_opts \
        --file\t'the workflow file; - is standard input'
            set -g __aiwf_takes --file -f
        case 'workflow list'
            set common 11
        case 'workflow status'
            set common 11
            set -g __aiwf_args live
        case 'workflow logs'
            set common 4
            set -g __aiwf_args live live
            set -g __aiwf_opts \
        --follow\t'go on with new lines until the stage ends' \
        --tail\t'only the last N lines of each stage'
            set -g __aiwf_takes --tail
        case 'workflow resume'
            set common 2
            set -g __aiwf_args live
        case 'workflow cancel'
            set common 16
            set -g __aiwf_args live
        case 'workflow delete'
            set common 16
            set -g __aiwf_args live+
    end
    switch "$common"
        case 0
            set -ag __aiwf_opts \
        --version\t'print the version' \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --sort-by\t'sort by a column or .path; -COLUMN descends' \
        --watch\t'go on, and show changes' \
        --wait\t'wait until it works (--no-wait: return at once)' \
        --no-wait\t'wait until it works (--no-wait: return at once)' \
        --timeout\t'give up waiting after this time' \
        --dry-run\t'change nothing: client prints what would be sent, server checks it too' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --sort-by --timeout --context --namespace -n --cloud --kube-context --color
        case 1
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --sort-by\t'sort by a column or .path; -COLUMN descends' \
        --watch\t'go on, and show changes' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --sort-by --context --namespace -n --cloud --kube-context --color
        case 2
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --dry-run\t'change nothing: print what would be sent or done' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --context --namespace -n --cloud --kube-context --color
        case 3
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --dry-run\t'change nothing: client prints what would be sent, server checks it too' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --context --namespace -n --cloud --kube-context --color
        case 4
            set -ag __aiwf_opts \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --context --namespace -n --cloud --kube-context --color
        case 5
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --wait\t'wait until it works (--no-wait: return at once)' \
        --no-wait\t'wait until it works (--no-wait: return at once)' \
        --timeout\t'give up waiting after this time' \
        --dry-run\t'change nothing: client prints what would be sent, server checks it too' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --timeout --context --namespace -n --cloud --kube-context --color
        case 6
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --context --namespace -n --cloud --kube-context --color
        case 7
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --wait\t'wait until it works (--no-wait: return at once)' \
        --no-wait\t'wait until it works (--no-wait: return at once)' \
        --timeout\t'give up waiting after this time' \
        --dry-run\t'change nothing: print what would be sent or done' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --timeout --context --namespace -n --cloud --kube-context --color
        case 8
            set -ag __aiwf_opts \
        --wait\t'wait until it works (--no-wait: return at once)' \
        --no-wait\t'wait until it works (--no-wait: return at once)' \
        --timeout\t'give up waiting after this time' \
        --dry-run\t'change nothing: client prints what would be sent, server checks it too' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --timeout --context --namespace -n --cloud --kube-context --color
        case 9
            set -ag __aiwf_opts \
        --dry-run\t'change nothing: client prints what would be sent, server checks it too' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --context --namespace -n --cloud --kube-context --color
        case 10
            set -ag __aiwf_opts \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --color
        case 11
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --sort-by\t'sort by a column or .path; -COLUMN descends' \
        --watch\t'go on, and show changes' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --sort-by --color
        case 12
            set -ag __aiwf_opts \
        --dry-run\t'change nothing: print what would be sent or done' \
        --yes\t'do not ask in protected contexts' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --color
        case 13
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --color
        case 14
            set -ag __aiwf_opts \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --context --namespace --cloud --kube-context --color
        case 15
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --dry-run\t'change nothing: print what would be sent or done' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --context --namespace --cloud --kube-context --color
        case 16
            set -ag __aiwf_opts \
        --dry-run\t'change nothing: print what would be sent or done' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --context --namespace -n --cloud --kube-context --color
        case 17
            set -ag __aiwf_opts \
        --output\t'table, wide, json, yaml, name, csv, ndjson or custom-columns=TITLE:.path,...' \
        --jq\t'filter the JSON form with a jq expression' \
        --no-headers\t'no header line' \
        --wait\t'wait until it works (--no-wait: return at once)' \
        --no-wait\t'wait until it works (--no-wait: return at once)' \
        --dry-run\t'change nothing: client prints what would be sent, server checks it too' \
        --yes\t'do not ask in protected contexts' \
        --context\t'the context to work in' \
        --namespace\t'the namespace to work in' \
        --cloud\t'a cloud of clouds.yaml instead of the context\'s' \
        --kube-context\t'a context of the kubeconfig instead of the context\'s' \
        --help\t'-h: short help; --help: the whole help' \
        --color\t'colour: auto, always, never' \
        --verbose\t'trace requests on stderr, secrets masked' \
        --timing\t'print the time of each request on stderr'
            set -ag __aiwf_takes --output -o --jq --context --namespace -n --cloud --kube-context --color
    end
end

# What an option's value is.
function __aiwf_value -a path option
    set -g __aiwf_kind none
    switch $path
        case 'alerts list'
            switch $option
                case --state
                    set -g __aiwf_kind words
                    set -g __aiwf_choices firing pending inhibited silenced
                    return
            end
        case 'alerts rules'
            switch $option
                case --type
                    set -g __aiwf_kind words
                    set -g __aiwf_choices alert record
                    return
            end
        case 'api openstack'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
            end
        case 'api kube'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --patch
                    set -g __aiwf_kind words
                    set -g __aiwf_choices merge strategic json apply
                    return
            end
        case 'cluster create'
            switch $option
                case --template -t
                    set -g __aiwf_kind live
                    return
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --for
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ready complete
                    return
            end
        case 'cluster resize'
            switch $option
                case --for
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ready complete
                    return
            end
        case 'cluster upgrade'
            switch $option
                case --template -t
                    set -g __aiwf_kind live
                    return
                case --for
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ready complete
                    return
            end
        case 'cluster wait'
            switch $option
                case --for
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ready complete deleted
                    return
            end
        case 'cluster kubeconfig'
            switch $option
                case --file
                    set -g __aiwf_kind files
                    return
                case --key
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ec rsa
                    return
            end
        case 'cluster ca rotate'
            switch $option
                case --for
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ready complete
                    return
            end
        case 'context add'
            switch $option
                case --cloud
                    set -g __aiwf_kind live
                    return
                case --kube-context
                    set -g __aiwf_kind live
                    return
                case --kubeconfig
                    set -g __aiwf_kind files
                    return
                case --prometheus-password-file
                    set -g __aiwf_kind files
                    return
                case --prometheus-token-file
                    set -g __aiwf_kind files
                    return
                case --prometheus-headers-file
                    set -g __aiwf_kind files
                    return
                case --scrape-password-file
                    set -g __aiwf_kind files
                    return
                case --scrape-token-file
                    set -g __aiwf_kind files
                    return
                case --grafana-token-file
                    set -g __aiwf_kind files
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
                case --password-file
                    set -g __aiwf_kind files
                    return
                case --oauth2-secret-file
                    set -g __aiwf_kind files
                    return
                case --ca-file
                    set -g __aiwf_kind files
                    return
                case --cert-file
                    set -g __aiwf_kind files
                    return
                case --key-file
                    set -g __aiwf_kind files
                    return
            end
        case 'context set'
            switch $option
                case --cloud
                    set -g __aiwf_kind live
                    return
                case --kube-context
                    set -g __aiwf_kind live
                    return
                case --kubeconfig
                    set -g __aiwf_kind files
                    return
                case --prometheus-password-file
                    set -g __aiwf_kind files
                    return
                case --prometheus-token-file
                    set -g __aiwf_kind files
                    return
                case --prometheus-headers-file
                    set -g __aiwf_kind files
                    return
                case --scrape-password-file
                    set -g __aiwf_kind files
                    return
                case --scrape-token-file
                    set -g __aiwf_kind files
                    return
                case --grafana-token-file
                    set -g __aiwf_kind files
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
                case --password-file
                    set -g __aiwf_kind files
                    return
                case --oauth2-secret-file
                    set -g __aiwf_kind files
                    return
                case --ca-file
                    set -g __aiwf_kind files
                    return
                case --cert-file
                    set -g __aiwf_kind files
                    return
                case --key-file
                    set -g __aiwf_kind files
                    return
            end
        case 'dataset attach'
            switch $option
                case --cluster
                    set -g __aiwf_kind live
                    return
            end
        case 'function deploy'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
                case --mode
                    set -g __aiwf_kind words
                    set -g __aiwf_choices http stdio
                    return
                case --source
                    set -g __aiwf_kind dirs
                    return
                case --scale-class
                    set -g __aiwf_kind words
                    set -g __aiwf_choices kpa hpa
                    return
            end
        case 'function diff'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
                case --mode
                    set -g __aiwf_kind words
                    set -g __aiwf_choices http stdio
                    return
                case --source
                    set -g __aiwf_kind dirs
                    return
                case --scale-class
                    set -g __aiwf_kind words
                    set -g __aiwf_choices kpa hpa
                    return
            end
        case 'function list'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function show'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function invoke'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --method -X
                    set -g __aiwf_kind words
                    set -g __aiwf_choices GET POST PUT PATCH DELETE HEAD OPTIONS
                    return
                case --output -o
                    set -g __aiwf_kind words
                    set -g __aiwf_choices text json
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function logs'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function events'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function scale'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function revisions'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function traffic'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function rollback'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function wait'
            switch $option
                case --for
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ready idle deleted
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function export'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function delete'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function coldstart'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function build'
            switch $option
                case --source
                    set -g __aiwf_kind dirs
                    return
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --archive
                    set -g __aiwf_kind files
                    return
                case --builder
                    set -g __aiwf_kind words
                    set -g __aiwf_choices buildah job
                    return
            end
        case 'function secret create'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function secret list'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function secret update'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function secret delete'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function trigger create'
            switch $option
                case --function
                    set -g __aiwf_kind live
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function trigger list'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function trigger show'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function trigger delete'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function trigger fire'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function rule create'
            switch $option
                case --function
                    set -g __aiwf_kind live
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function rule list'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function rule enable'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function rule disable'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function rule delete'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'function domain create'
            switch $option
                case --function
                    set -g __aiwf_kind live
                    return
            end
        case 'gpu share apply'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
            end
        case 'model serve'
            switch $option
                case --server
                    set -g __aiwf_kind words
                    set -g __aiwf_choices tfserving v2
                    return
                case --as
                    set -g __aiwf_kind words
                    set -g __aiwf_choices function deployment
                    return
                case --source
                    set -g __aiwf_kind dirs
                    return
                case --warmup
                    set -g __aiwf_kind files
                    return
            end
        case 'model predict'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
            end
        case 'nodegroup create'
            switch $option
                case --flavor
                    set -g __aiwf_kind live
                    return
                case --image
                    set -g __aiwf_kind live
                    return
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --for
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ready complete
                    return
            end
        case 'nodegroup resize'
            switch $option
                case --for
                    set -g __aiwf_kind words
                    set -g __aiwf_choices ready complete
                    return
            end
        case 'pool create'
            switch $option
                case --function
                    set -g __aiwf_kind live
                    return
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'pool list'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'pool show'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'pool delete'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'pool advise'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'pool run'
            switch $option
                case --runtime
                    set -g __aiwf_kind live
                    return
            end
        case 'query'
            switch $option
                case --plot
                    set -g __aiwf_kind files
                    return
                case --list
                    set -g __aiwf_kind words
                    set -g __aiwf_choices metrics labels series targets figures server
                    return
                case --figure
                    set -g __aiwf_kind live
                    return
            end
        case 'template create'
            switch $option
                case --image
                    set -g __aiwf_kind live
                    return
                case --flavor
                    set -g __aiwf_kind live
                    return
                case --master-flavor
                    set -g __aiwf_kind live
                    return
                case --external-network
                    set -g __aiwf_kind live
                    return
                case --network-driver
                    set -g __aiwf_kind words
                    set -g __aiwf_choices flannel calico cilium
                    return
                case --volume-driver
                    set -g __aiwf_kind words
                    set -g __aiwf_choices cinder
                    return
                case --fixed-network
                    set -g __aiwf_kind live
                    return
                case --server-type
                    set -g __aiwf_kind words
                    set -g __aiwf_choices vm bm
                    return
                case --file -f
                    set -g __aiwf_kind files
                    return
            end
        case 'top'
            switch $option
                case --panel
                    set -g __aiwf_kind live
                    return
                case --theme
                    set -g __aiwf_kind words
                    set -g __aiwf_choices dark light contrast mono
                    return
                case --curves
                    set -g __aiwf_kind words
                    set -g __aiwf_choices auto braille block ascii
                    return
            end
        case 'train submit'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
                case --workdir
                    set -g __aiwf_kind dirs
                    return
                case --source
                    set -g __aiwf_kind dirs
                    return
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'train list'
            switch $option
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'train show'
            switch $option
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'train logs'
            switch $option
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'train events'
            switch $option
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'train wait'
            switch $option
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'train cancel'
            switch $option
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'train delete'
            switch $option
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'train retry'
            switch $option
                case --trainer
                    set -g __aiwf_kind live
                    return
            end
        case 'workflow run'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
            end
        case 'workflow plan'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
            end
        case 'workflow validate'
            switch $option
                case --file -f
                    set -g __aiwf_kind files
                    return
            end
    end
    switch $option
        case --output -o
            set -g __aiwf_kind words
            set -g __aiwf_choices table wide json yaml name csv ndjson custom-columns=
        case --sort-by
            set -g __aiwf_kind live
        case --dry-run
            set -g __aiwf_kind words
            set -g __aiwf_choices client server
        case --context
            set -g __aiwf_kind live
        case --cloud
            set -g __aiwf_kind live
        case --kube-context
            set -g __aiwf_kind live
        case --color
            set -g __aiwf_kind words
            set -g __aiwf_choices auto always never
    end
end

function __aiwf_offer_kind -a kind prefix value
    switch $kind
        case words
            printf '%s\n' $prefix$__aiwf_choices
        case live
            set -l tokens (commandline -opc) (commandline -ct)
            for name in (command $tokens[1] __complete $tokens[2..-1] 2>/dev/null </dev/null)
                printf '%s\n' $prefix$name
            end
        case files
            for path in (__fish_complete_path "$value")
                printf '%s\n' $prefix$path
            end
        case dirs
            for path in (__fish_complete_directories "$value")
                printf '%s\n' $prefix$path
            end
    end
end

# Walks over the words before the current one; prints, one a line: the command's words, the option that waits for
# its value, the number of arguments, the number of words after "--" (-1: no dashes). Fails in unknown land.
function __aiwf_walk
    set -l path
    set -l pending
    set -l n 0
    set -l after -1
    __aiwf_table ''
    for word in $argv
        if test $after -ge 0
            set after (math $after + 1)
        else if test -n "$pending"
            set pending
        else if test "$word" = --
            set after 0
        else if string match -q -- '-?*' $word
            contains -- $word $__aiwf_takes; and set pending $word
        else if test (count $__aiwf_cmds) -gt 0
            set -l i (contains -i -- $word $__aiwf_aliases); and set word $__aiwf_named[$i]
            string match -q -- $word\t'*' $__aiwf_cmds; or return 1
            set path $path $word
            __aiwf_table "$path"
        else
            set n (math $n + 1)
        end
    end
    printf '%s\n' "$path" "$pending" $n $after
end

function __aiwf_offer_arg -a n value
    set -l i 0
    for kind in $__aiwf_args
        if test $i -eq $n; or string match -q '*+' $kind
            __aiwf_offer_kind (string trim -r -c + $kind) '' $value
            return
        end
        set i (math $i + 1)
    end
end

function __aiwf_complete
    set -l typed (commandline -opc)
    set -l value (commandline -ct)
    set -l state (__aiwf_walk $typed[2..-1]); or return
    if test $state[4] -eq 0
        __fish_complete_command
    else if test $state[4] -gt 0
        __fish_complete_path $value
    else if test -n "$state[2]"
        __aiwf_value "$state[1]" $state[2]
        __aiwf_offer_kind $__aiwf_kind '' $value
    else if string match -q -- '--*=*' $value
        set -l parts (string split -m 1 = -- $value)
        __aiwf_value "$state[1]" $parts[1]
        __aiwf_offer_kind $__aiwf_kind $parts[1]= $parts[2]
    else if string match -q -- '-*' $value
        printf '%s\n' $__aiwf_opts
    else if test (count $__aiwf_cmds) -gt 0
        printf '%s\n' $__aiwf_cmds
    else
        __aiwf_offer_arg $state[3] $value
    end
end

complete -c aiwf -f -a '(__aiwf_complete)'
