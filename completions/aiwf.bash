# bash completion of aiwf. Made from the command tree by `make completions`: do not edit.

# What can follow a command: its commands, their aliases, its options (=: a value follows), its arguments.
__aiwf_table() {
    local common=
    cmds= aliases= args= opts=
    case $1 in
    '') common=0 cmds='alerts api cluster completion context dashboard dataset doctor explain function gpu help infra local login model nodegroup pool query queue shell template top train version why workflow' aliases='fn=function wf=workflow ' ;;
    'alerts') common=0 cmds='list rules' aliases='' ;;
    'alerts list') common=1 opts=' --state= --prometheus= --alertmanager=' ;;
    'alerts rules') common=1 opts=' --type= --prometheus=' ;;
    'api') common=0 cmds='openstack kube forward' aliases='' ;;
    'api openstack') common=2 args='none none' opts=' --file= -f= --microversion=' ;;
    'api kube') common=3 args='none none' opts=' --file= -f= --patch= --as= --as-group= --force-conflicts --selector= -l= --field-selector= --all-namespaces -A' ;;
    'api forward') common=4 args='live none' ;;
    'cluster') common=0 cmds='create list show resize upgrade update delete wait events kubeconfig ca stats quotas services' aliases='' ;;
    'cluster create') common=5 args='none' opts=' --template= -t= --nodes= --masters= --label= --merge-labels --flavor= --master-flavor= --keypair= --docker-volume-size= --fixed-network= --fixed-subnet= --master-lb --floating-ip --no-floating-ip --file= -f= --for=' ;;
    'cluster list') common=1 ;;
    'cluster show') common=6 args='live' ;;
    'cluster resize') common=7 args='live' opts=' --nodes= --nodegroup= --remove= --for=' ;;
    'cluster upgrade') common=7 args='live' opts=' --template= -t= --batch= --nodegroup= --for=' ;;
    'cluster update') common=7 args='live live+' ;;
    'cluster delete') common=8 args='live+' ;;
    'cluster wait') common=6 args='live' opts=' --for= --timeout=' ;;
    'cluster events') common=6 args='live' opts=' --follow -F' ;;
    'cluster kubeconfig') common=6 args='live' opts=' --file= --context-name= --use --key= --renew --keystone' ;;
    'cluster ca') common=0 cmds='show sign rotate' aliases='' ;;
    'cluster ca show') common=6 args='live' opts=' --pem' ;;
    'cluster ca sign') common=4 args='live files' ;;
    'cluster ca rotate') common=5 args='live' opts=' --for=' ;;
    'cluster stats') common=6 opts=' --project=' ;;
    'cluster quotas') common=0 cmds='list show create update delete' aliases='' ;;
    'cluster quotas list') common=1 opts=' --all-projects' ;;
    'cluster quotas show') common=6 args='live' ;;
    'cluster quotas create') common=3 args='live' opts=' --hard-limit=' ;;
    'cluster quotas update') common=3 args='live' opts=' --hard-limit=' ;;
    'cluster quotas delete') common=9 args='live+' ;;
    'cluster services') common=1 ;;
    'completion') common=0 cmds='bash zsh fish' aliases='' ;;
    'completion bash') common=10 ;;
    'completion zsh') common=10 ;;
    'completion fish') common=10 ;;
    'context') common=0 cmds='list show use add set delete' aliases='' ;;
    'context list') common=11 ;;
    'context show') common=6 args='live' opts=' --origin' ;;
    'context use') common=10 args='live' ;;
    'context add') common=12 args='none' opts=' --cloud= --kube-context= --kubeconfig= --namespace= --openfaas= --knative= --openwhisk= --prometheus= --prometheus-user= --prometheus-password-file= --prometheus-token-file= --prometheus-headers-file= --scrape-hosts= --scrape-user= --scrape-password-file= --scrape-token-file= --alertmanager= --grafana= --grafana-token-file= --runtime= --user= --password-file= --oauth2-url= --oauth2-client-id= --oauth2-secret-file= --oauth2-scope= --oauth2-audience= --ca-file= --cert-file= --key-file= --insecure --protected --currency= --price-cpu-hour= --price-gpu-hour= --price-kwh= --idle-watts= --max-watts= --use --replace' ;;
    'context set') common=12 args='live' opts=' --cloud= --kube-context= --kubeconfig= --namespace= --openfaas= --knative= --openwhisk= --prometheus= --prometheus-user= --prometheus-password-file= --prometheus-token-file= --prometheus-headers-file= --scrape-hosts= --scrape-user= --scrape-password-file= --scrape-token-file= --alertmanager= --grafana= --grafana-token-file= --runtime= --user= --password-file= --oauth2-url= --oauth2-client-id= --oauth2-secret-file= --oauth2-scope= --oauth2-audience= --ca-file= --cert-file= --key-file= --insecure --protected --currency= --price-cpu-hour= --price-gpu-hour= --price-kwh= --idle-watts= --max-watts= --unset=' ;;
    'context delete') common=12 args='live+' ;;
    'dashboard') common=0 cmds='rules export push diff list delete' aliases='' ;;
    'dashboard rules') common=13 args='dirs' opts=' --operator' ;;
    'dashboard export') common=6 args='dirs' ;;
    'dashboard push') common=3 opts=' --grafana=' ;;
    'dashboard diff') common=6 opts=' --grafana=' ;;
    'dashboard list') common=1 opts=' --grafana=' ;;
    'dashboard delete') common=3 opts=' --grafana=' ;;
    'dataset') common=0 cmds='create list show attach detach manifest delete' aliases='' ;;
    'dataset create') common=5 args='none' opts=' --size= --type= --zone= --from= --image= --label=' ;;
    'dataset list') common=1 opts=' --all' ;;
    'dataset show') common=6 args='live+' ;;
    'dataset attach') common=5 args='live live' opts=' --cluster= --fs-type=' ;;
    'dataset detach') common=8 args='live live' ;;
    'dataset manifest') common=6 args='live' opts=' --fs-type=' ;;
    'dataset delete') common=8 args='live+' ;;
    'doctor') common=1 ;;
    'explain') common=10 args='live live' opts=' --json-schema' ;;
    'function') common=0 cmds='deploy diff list show invoke logs events scale revisions traffic rollback wait export delete coldstart build secret runtimes trigger rule domain' aliases='' ;;
    'function deploy') common=5 args='none' opts=' --file= -f= --replace --if-not-exists --wait-window= --runtime= --image= --command= --arg= --mode= --source= --port= --user= --read-only --env= -e= --env-from= --env-value-from= --volume= --secret= --memory= --cpu= --gpus= --request= --limit= --scale= --metric= --idle= --concurrency= --queue= --scale-initial= --scale-activation= --utilization= --scale-down-delay= --scale-class= --ready-path= --ready-probe= --live-probe= --exec-timeout= --start-timeout= --service-account= --pull-secret= --runtime-class= --node-selector= --node-affinity= --toleration= --label= --annotation= --revision-name= --traffic= --tag= --rollout= --cluster-local' ;;
    'function diff') common=4 args='live' opts=' --file= -f= --replace --if-not-exists --wait-window= --runtime= --image= --command= --arg= --mode= --source= --port= --user= --read-only --env= -e= --env-from= --env-value-from= --volume= --secret= --memory= --cpu= --gpus= --request= --limit= --scale= --metric= --idle= --concurrency= --queue= --scale-initial= --scale-activation= --utilization= --scale-down-delay= --scale-class= --ready-path= --ready-probe= --live-probe= --exec-timeout= --start-timeout= --service-account= --pull-secret= --runtime-class= --node-selector= --node-affinity= --toleration= --label= --annotation= --revision-name= --traffic= --tag= --rollout= --cluster-local' ;;
    'function list') common=1 opts=' --runtime=' ;;
    'function show') common=6 args='live+' opts=' --runtime=' ;;
    'function invoke') common=14 args='live' opts=' --file= -f= --data= -d= --requests= -n= --path= --method= -X= --header= -H= --event= --async --callback= --timeout= --idle-timeout= --silent -s --output= -o= --runtime=' ;;
    'function logs') common=6 args='live' opts=' --follow -f --tail= --since= --timestamps --runtime=' ;;
    'function events') common=1 args='live' opts=' --runtime=' ;;
    'function scale') common=8 args='live none' opts=' --runtime=' ;;
    'function revisions') common=1 args='live' opts=' --runtime=' ;;
    'function traffic') common=5 args='live none+' opts=' --tag= --untag= --runtime=' ;;
    'function rollback') common=5 args='live' opts=' --to= --runtime=' ;;
    'function wait') common=4 args='live' opts=' --for= --timeout= --runtime=' ;;
    'function export') common=6 args='live' opts=' --runtime=' ;;
    'function delete') common=9 args='live+' opts=' --runtime=' ;;
    'function coldstart') common=15 args='live' opts=' --rounds= -n= --file= -f= --path= --method= -X= --runtime=' ;;
    'function build') common=7 args='none' opts=' --source= --file= -f= --base= --command= --build-arg= --archive= --builder= --job-image= --push-secret= --push' ;;
    'function secret') common=0 cmds='create list update delete' aliases='' ;;
    'function secret create') common=16 args='none' opts=' --file= -f= --key= --trim --runtime=' ;;
    'function secret list') common=1 opts=' --runtime=' ;;
    'function secret update') common=16 args='live' opts=' --file= -f= --key= --trim --runtime=' ;;
    'function secret delete') common=16 args='live+' opts=' --runtime=' ;;
    'function runtimes') common=11 args='live' ;;
    'function trigger') common=0 cmds='create list show delete fire' aliases='' ;;
    'function trigger create') common=3 args='none' opts=' --function= --broker= --filter= --schedule= --data= --kafka= --topic= --group= --param= --runtime=' ;;
    'function trigger list') common=1 opts=' --runtime=' ;;
    'function trigger show') common=6 args='live' opts=' --runtime=' ;;
    'function trigger delete') common=9 args='live+' opts=' --runtime=' ;;
    'function trigger fire') common=2 args='none' opts=' --param= --file= -f= --runtime=' ;;
    'function rule') common=0 cmds='create list enable disable delete' aliases='' ;;
    'function rule create') common=2 args='none' opts=' --trigger= --function= --runtime=' ;;
    'function rule list') common=1 opts=' --runtime=' ;;
    'function rule enable') common=16 args='none+' opts=' --runtime=' ;;
    'function rule disable') common=16 args='none+' opts=' --runtime=' ;;
    'function rule delete') common=16 args='none+' opts=' --runtime=' ;;
    'function domain') common=0 cmds='create list delete' aliases='' ;;
    'function domain create') common=5 args='none' opts=' --function= --tls= --claim' ;;
    'function domain list') common=1 ;;
    'function domain delete') common=9 args='live+' ;;
    'gpu') common=0 cmds='list idle reclaim share' aliases='' ;;
    'gpu list') common=1 opts=' --prometheus=' ;;
    'gpu idle') common=1 opts=' --for= --below= --prometheus= --all -a' ;;
    'gpu reclaim') common=5 args='live+' opts=' --for= --below= --prometheus=' ;;
    'gpu share') common=0 cmds='show apply rollback' aliases='' ;;
    'gpu share show') common=1 ;;
    'gpu share apply') common=5 opts=' --file= -f= --name= --node= --config-map=' ;;
    'gpu share rollback') common=3 opts=' --config-map=' ;;
    'help') common=10 args='live+' ;;
    'infra') common=0 cmds='servers flavors hypervisors networks routers floating-ips volumes images quotas' aliases='' ;;
    'infra servers') common=1 args='live+' opts=' --all-projects' ;;
    'infra flavors') common=1 args='live+' opts=' --gpu' ;;
    'infra hypervisors') common=1 args='live+' ;;
    'infra networks') common=1 args='live+' ;;
    'infra routers') common=1 args='live+' ;;
    'infra floating-ips') common=1 args='live+' ;;
    'infra volumes') common=1 args='live+' opts=' --all-projects' ;;
    'infra images') common=1 args='live+' ;;
    'infra quotas') common=1 args='none' ;;
    'local') common=0 cmds='up down status logs' aliases='' ;;
    'local up') common=13 opts=' --port= -p= --gpus= --idle-watts= --max-watts= --timeout=' ;;
    'local down') common=12 ;;
    'local status') common=13 ;;
    'local logs') common=10 opts=' --follow -f --tail=' ;;
    'login') common=6 opts=' --force --revoke --exec-credential' ;;
    'model') common=0 cmds='serve list show predict logs scale delete' aliases='' ;;
    'model serve') common=7 args='none' opts=' --model= --server= --as= --image= --command= --source= --version= --version-label= --batching= --warmup= --warmup-requests= --port= --env= -e= --scale= --concurrency= --memory= --cpu= --gpus= --replace' ;;
    'model list') common=1 ;;
    'model show') common=6 args='live+' opts=' --version= --label=' ;;
    'model predict') common=6 args='live' opts=' --file= -f= --version= --label= --input= --signature= --raw --timeout=' ;;
    'model logs') common=6 args='live' opts=' --follow -f --tail= --timestamps' ;;
    'model scale') common=8 args='live none' ;;
    'model delete') common=9 args='live+' ;;
    'nodegroup') common=0 cmds='create list show resize update delete' aliases='' ;;
    'nodegroup create') common=5 args='live none' opts=' --flavor= --nodes= --min= --max= --role= --image= --docker-volume-size= --label= --merge-labels --no-merge-labels --node-label= --taint= --file= -f= --for=' ;;
    'nodegroup list') common=1 args='live' opts=' --role=' ;;
    'nodegroup show') common=6 args='live live' ;;
    'nodegroup resize') common=7 args='live live' opts=' --nodes= --remove= --for=' ;;
    'nodegroup update') common=7 args='live live' opts=' --min= --max= --no-max --node-label= --taint=' ;;
    'nodegroup delete') common=8 args='live live+' ;;
    'pool') common=0 cmds='create list show delete advise run' aliases='' ;;
    'pool create') common=7 args='none' opts=' --function= --min= --max= --schedule= --forecast --prepull --gpus= --hold-image= --runtime=' ;;
    'pool list') common=1 opts=' --runtime=' ;;
    'pool show') common=6 args='live+' opts=' --runtime=' ;;
    'pool delete') common=16 args='live+' opts=' --runtime=' ;;
    'pool advise') common=1 args='live+' opts=' --runtime= --window= --break-even --rate=' ;;
    'pool run') common=16 opts=' --runtime= --once --interval=' ;;
    'query') common=1 args='none' opts=' --at= --range= --step= --plot= --list= --figure= --source= --prometheus= --scrape=' ;;
    'queue') common=1 args='live' ;;
    'shell') common=4 opts=' --stop -e' ;;
    'template') common=0 cmds='create list show update delete' aliases='' ;;
    'template create') common=3 args='none' opts=' --image= --flavor= --master-flavor= --external-network= --keypair= --docker-volume-size= --label= --network-driver= --volume-driver= --docker-storage-driver= --dns-nameserver= --fixed-network= --fixed-subnet= --master-lb --floating-ip --no-floating-ip --public --hidden --server-type= --driver= --tls-disabled --apiserver-port= --http-proxy= --https-proxy= --no-proxy= --registry --insecure-registry= --tags= --file= -f=' ;;
    'template list') common=1 ;;
    'template show') common=6 args='live' ;;
    'template update') common=3 args='live live+' opts=' --remove=' ;;
    'template delete') common=9 args='live+' ;;
    'top') common=6 opts=' --once --interval= --window= --panel= --filter= --sort= --at= --range= --assert= --theme= --curves= --actions --prometheus= --scrape=' ;;
    'train') common=0 cmds='submit list show logs events wait cancel delete retry' aliases='' ;;
    'train submit') common=17 args='none' opts=' --file= -f= --gpus= --nodes= --workers= --ps= --cpu= --memory= --retries= --timeout= --env= -e= --workdir= --source= --image= --dataset= --queue= --success= --priority= --spot --runtime= --logs -l --trainer=' ;;
    'train list') common=1 opts=' --all-namespaces -A --trainer=' ;;
    'train show') common=6 args='live+' opts=' --trainer=' ;;
    'train logs') common=6 args='live' opts=' --follow -f --rank= --previous -p --tail= --trainer=' ;;
    'train events') common=1 args='live' opts=' --trainer=' ;;
    'train wait') common=6 args='live' opts=' --timeout= --logs -l --trainer=' ;;
    'train cancel') common=9 args='live+' opts=' --trainer=' ;;
    'train delete') common=9 args='live+' opts=' --trainer=' ;;
    'train retry') common=7 args='live' opts=' --name= --replace --trainer=' ;;
    'version') common=13 ;;
    'why') common=0 cmds='cluster pod job train function workflow' aliases='' ;;
    'why cluster') common=6 args='live' ;;
    'why pod') common=6 args='live' ;;
    'why job') common=6 args='live' ;;
    'why train') common=6 args='live' ;;
    'why function') common=6 args='live' ;;
    'why workflow') common=6 args='live' ;;
    'workflow') common=0 cmds='run plan validate list status logs resume cancel delete' aliases='' ;;
    'workflow run') common=2 opts=' --file= -f= --fresh' ;;
    'workflow plan') common=6 opts=' --file= -f=' ;;
    'workflow validate') common=10 opts=' --file= -f=' ;;
    'workflow list') common=11 ;;
    'workflow status') common=11 args='live' ;;
    'workflow logs') common=4 args='live live' opts=' --follow -f --tail=' ;;
    'workflow resume') common=2 args='live' ;;
    'workflow cancel') common=16 args='live' ;;
    'workflow delete') common=16 args='live+' ;;
    esac
    case $common in
    0) opts+=' --version --output= -o= --jq= --no-headers --sort-by= --watch --wait --no-wait --timeout= --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    1) opts+=' --output= -o= --jq= --no-headers --sort-by= --watch --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    2) opts+=' --output= -o= --jq= --no-headers --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    3) opts+=' --output= -o= --jq= --no-headers --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    4) opts+=' --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    5) opts+=' --output= -o= --jq= --no-headers --wait --no-wait --timeout= --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    6) opts+=' --output= -o= --jq= --no-headers --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    7) opts+=' --output= -o= --jq= --no-headers --wait --no-wait --timeout= --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    8) opts+=' --wait --no-wait --timeout= --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    9) opts+=' --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    10) opts+=' --help -h --color= --verbose -v --timing' ;;
    11) opts+=' --output= -o= --jq= --no-headers --sort-by= --watch --help -h --color= --verbose -v --timing' ;;
    12) opts+=' --dry-run --yes -y --help -h --color= --verbose -v --timing' ;;
    13) opts+=' --output= -o= --jq= --no-headers --help -h --color= --verbose -v --timing' ;;
    14) opts+=' --context= --namespace= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    15) opts+=' --output= -o= --jq= --no-headers --dry-run --yes -y --context= --namespace= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    16) opts+=' --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    17) opts+=' --output= -o= --jq= --no-headers --wait --no-wait --dry-run --yes -y --context= --namespace= -n= --cloud= --kube-context= --help -h --color= --verbose -v --timing' ;;
    esac
}

# What an option's value is.
__aiwf_value() {
    kind=none words=
    case $1 in
    'alerts list') case $2 in
        --state) kind=words words='firing pending inhibited silenced'; return ;;
        esac ;;
    'alerts rules') case $2 in
        --type) kind=words words='alert record'; return ;;
        esac ;;
    'api openstack') case $2 in
        --file | -f) kind=files; return ;;
        esac ;;
    'api kube') case $2 in
        --file | -f) kind=files; return ;;
        --patch) kind=words words='merge strategic json apply'; return ;;
        esac ;;
    'cluster create') case $2 in
        --template | -t) kind=live; return ;;
        --file | -f) kind=files; return ;;
        --for) kind=words words='ready complete'; return ;;
        esac ;;
    'cluster resize') case $2 in
        --for) kind=words words='ready complete'; return ;;
        esac ;;
    'cluster upgrade') case $2 in
        --template | -t) kind=live; return ;;
        --for) kind=words words='ready complete'; return ;;
        esac ;;
    'cluster wait') case $2 in
        --for) kind=words words='ready complete deleted'; return ;;
        esac ;;
    'cluster kubeconfig') case $2 in
        --file) kind=files; return ;;
        --key) kind=words words='ec rsa'; return ;;
        esac ;;
    'cluster ca rotate') case $2 in
        --for) kind=words words='ready complete'; return ;;
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
        --mode) kind=words words='http stdio'; return ;;
        --source) kind=dirs; return ;;
        --scale-class) kind=words words='kpa hpa'; return ;;
        esac ;;
    'function diff') case $2 in
        --file | -f) kind=files; return ;;
        --runtime) kind=live; return ;;
        --mode) kind=words words='http stdio'; return ;;
        --source) kind=dirs; return ;;
        --scale-class) kind=words words='kpa hpa'; return ;;
        esac ;;
    'function list') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function show') case $2 in
        --runtime) kind=live; return ;;
        esac ;;
    'function invoke') case $2 in
        --file | -f) kind=files; return ;;
        --method | -X) kind=words words='GET POST PUT PATCH DELETE HEAD OPTIONS'; return ;;
        --output | -o) kind=words words='text json'; return ;;
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
        --for) kind=words words='ready idle deleted'; return ;;
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
        --builder) kind=words words='buildah job'; return ;;
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
        --server) kind=words words='tfserving v2'; return ;;
        --as) kind=words words='function deployment'; return ;;
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
        --for) kind=words words='ready complete'; return ;;
        esac ;;
    'nodegroup resize') case $2 in
        --for) kind=words words='ready complete'; return ;;
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
        --list) kind=words words='metrics labels series targets figures server'; return ;;
        --figure) kind=live; return ;;
        esac ;;
    'template create') case $2 in
        --image) kind=live; return ;;
        --flavor) kind=live; return ;;
        --master-flavor) kind=live; return ;;
        --external-network) kind=live; return ;;
        --network-driver) kind=words words='flannel calico cilium'; return ;;
        --volume-driver) kind=words words='cinder'; return ;;
        --fixed-network) kind=live; return ;;
        --server-type) kind=words words='vm bm'; return ;;
        --file | -f) kind=files; return ;;
        esac ;;
    'top') case $2 in
        --panel) kind=live; return ;;
        --theme) kind=words words='dark light contrast mono'; return ;;
        --curves) kind=words words='auto braille block ascii'; return ;;
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
    --output | -o) kind=words words='table wide json yaml name csv ndjson custom-columns=' ;;
    --sort-by) kind=live ;;
    --dry-run) kind=words words='client server' ;;
    --context) kind=live ;;
    --cloud) kind=live ;;
    --kube-context) kind=live ;;
    --color) kind=words words='auto always never' ;;
    esac
}

# Offers the lines of standard input that start with what is typed. Never expands them: names come from servers.
__aiwf_offer() {
    local name
    while IFS= read -r name; do
        [[ $name == "$value"* ]] && COMPREPLY+=("$prefix$name")
    done
}

__aiwf_offer_kind() {
    case $1 in
    words) __aiwf_offer < <(printf '%s\n' $words) ;;
    live) __aiwf_offer < <("${COMP_WORDS[0]}" __complete "${typed[@]}" 2>/dev/null </dev/null) ;;
    files)
        compopt -o filenames 2>/dev/null
        __aiwf_offer < <(compgen -f -- "$value")
        ;;
    dirs)
        compopt -o filenames 2>/dev/null
        __aiwf_offer < <(compgen -d -- "$value")
        ;;
    esac
}

# The typed words; bash splits them at "=", which is put together again here.
__aiwf_typed() {
    local i word last=-1
    typed=()
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((last >= 0)) && [[ ${typed[last]} == --* ]] && [[ $word == = || ${COMP_WORDS[i - 1]} == = ]]; then
            typed[last]+=$word
        else
            typed+=("$word")
            last=$((last + 1))
        fi
    done
}

# Walks over the words before the last one: which command, which option waits for its value.
__aiwf_walk() {
    local i word alias
    __aiwf_table ''
    for ((i = 0; i < ${#typed[@]} - 1; i++)); do
        word=${typed[i]}
        if [[ -n $dashes ]]; then
            after=$((after + 1))
        elif [[ -n $pending ]]; then
            pending=
        elif [[ $word == -- ]]; then
            dashes=1
        elif [[ $word == -?* ]]; then
            [[ " $opts " == *" $word= "* ]] && pending=$word
        elif [[ -n $cmds ]]; then
            for alias in $aliases; do
                [[ $alias == "$word="* ]] && word=${alias#*=}
            done
            [[ " $cmds " == *" $word "* ]] || return 1
            path=${path:+$path }$word
            __aiwf_table "$path"
        else
            n=$((n + 1))
        fi
    done
    return 0
}

__aiwf_offer_command() {
    if ((after == 0)); then
        __aiwf_offer < <(compgen -c -- "$value")
    else
        __aiwf_offer_kind files
    fi
}

__aiwf_offer_arg() {
    local kind at=0
    for kind in $args; do
        if ((at == n)) || [[ $kind == *+ ]]; then
            __aiwf_offer_kind "${kind%+}"
            return
        fi
        at=$((at + 1))
    done
}

_aiwf() {
    local cmds aliases opts args kind words value prefix='' path='' pending='' dashes='' n=0 after=0 opt
    local -a typed
    COMPREPLY=()
    __aiwf_typed
    __aiwf_walk || return 0
    value=${typed[${#typed[@]} - 1]}
    if [[ -n $dashes ]]; then
        __aiwf_offer_command
    elif [[ -n $pending ]]; then
        __aiwf_value "$path" "$pending"
        __aiwf_offer_kind "$kind"
    elif [[ $value == --*=* ]]; then
        opt=${value%%=*}
        value=${value#*=}
        [[ $COMP_WORDBREAKS == *=* ]] || prefix=$opt=
        __aiwf_value "$path" "$opt"
        __aiwf_offer_kind "$kind"
    elif [[ $value == -* ]]; then
        for opt in $opts; do
            opt=${opt%[=?]}
            [[ $opt == --* && $opt == "$value"* ]] && COMPREPLY+=("$opt")
        done
    elif [[ -n $cmds ]]; then
        words=$cmds
        __aiwf_offer_kind words
    else
        __aiwf_offer_arg
    fi
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -F _aiwf aiwf
