# bash completion of aiwf. Made from the command tree by `make completions`: do not edit.

# What can follow a command: its commands, their aliases, its options (=: a value follows), its arguments.
__aiwf_table() {
    local common=
    case $1 in
    '')
        cmds='alerts api cluster completion context dashboard dataset doctor explain function gpu help infra local login model nodegroup pool query queue shell template top train version why workflow' aliases='fn=function wf=workflow ' args='' common=0 opts=''
        ;;
    'alerts')
        cmds='list rules' aliases='' args='' common=0 opts=''
        ;;
    'alerts list')
        cmds='' aliases='' args='' common=1 opts=' --state= --prometheus= --alertmanager='
        ;;
    'alerts rules')
        cmds='' aliases='' args='' common=1 opts=' --type= --prometheus='
        ;;
    'api')
        cmds='openstack kube forward' aliases='' args='' common=0 opts=''
        ;;
    'api openstack')
        cmds='' aliases='' args='none none' common=2 opts=' --file= -f= --microversion='
        ;;
    'api kube')
        cmds='' aliases='' args='none none' common=3 opts=' --file= -f= --patch= --as= --as-group= --force-conflicts --selector= -l= --field-selector= --all-namespaces -A'
        ;;
    'api forward')
        cmds='' aliases='' args='live none' common=4 opts=''
        ;;
    'cluster')
        cmds='create list show resize upgrade update delete wait events kubeconfig ca stats quotas services' aliases='' args='' common=0 opts=''
        ;;
    'cluster create')
        cmds='' aliases='' args='none' common=5 opts=' --template= -t= --nodes= --masters= --label= --merge-labels --flavor= --master-flavor= --keypair= --docker-volume-size= --fixed-network= --fixed-subnet= --master-lb --floating-ip --no-floating-ip --file= -f= --for='
        ;;
    'cluster list')
        cmds='' aliases='' args='' common=1 opts=''
        ;;
    'cluster show')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'cluster resize')
        cmds='' aliases='' args='live' common=7 opts=' --nodes= --nodegroup= --remove= --for='
        ;;
    'cluster upgrade')
        cmds='' aliases='' args='live' common=7 opts=' --template= -t= --batch= --nodegroup= --for='
        ;;
    'cluster update')
        cmds='' aliases='' args='live live+' common=7 opts=''
        ;;
    'cluster delete')
        cmds='' aliases='' args='live+' common=8 opts=''
        ;;
    'cluster wait')
        cmds='' aliases='' args='live' common=6 opts=' --for= --timeout='
        ;;
    'cluster events')
        cmds='' aliases='' args='live' common=6 opts=' --follow -F'
        ;;
    'cluster kubeconfig')
        cmds='' aliases='' args='live' common=6 opts=' --file= --context-name= --use --key= --renew --keystone'
        ;;
    'cluster ca')
        cmds='show sign rotate' aliases='' args='' common=0 opts=''
        ;;
    'cluster ca show')
        cmds='' aliases='' args='live' common=6 opts=' --pem'
        ;;
    'cluster ca sign')
        cmds='' aliases='' args='live files' common=4 opts=''
        ;;
    'cluster ca rotate')
        cmds='' aliases='' args='live' common=5 opts=' --for='
        ;;
    'cluster stats')
        cmds='' aliases='' args='' common=6 opts=' --project='
        ;;
    'cluster quotas')
        cmds='list show create update delete' aliases='' args='' common=0 opts=''
        ;;
    'cluster quotas list')
        cmds='' aliases='' args='' common=1 opts=' --all-projects'
        ;;
    'cluster quotas show')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'cluster quotas create')
        cmds='' aliases='' args='live' common=3 opts=' --hard-limit='
        ;;
    'cluster quotas update')
        cmds='' aliases='' args='live' common=3 opts=' --hard-limit='
        ;;
    'cluster quotas delete')
        cmds='' aliases='' args='live+' common=9 opts=''
        ;;
    'cluster services')
        cmds='' aliases='' args='' common=1 opts=''
        ;;
    'completion')
        cmds='bash zsh fish' aliases='' args='' common=0 opts=''
        ;;
    'completion bash')
        cmds='' aliases='' args='' common=10 opts=''
        ;;
    'completion zsh')
        cmds='' aliases='' args='' common=10 opts=''
        ;;
    'completion fish')
        cmds='' aliases='' args='' common=10 opts=''
        ;;
    'context')
        cmds='list show use add set delete' aliases='' args='' common=0 opts=''
        ;;
    'context list')
        cmds='' aliases='' args='' common=11 opts=''
        ;;
    'context show')
        cmds='' aliases='' args='live' common=6 opts=' --origin'
        ;;
    'context use')
        cmds='' aliases='' args='live' common=10 opts=''
        ;;
    'context add')
        cmds='' aliases='' args='none' common=12 opts=' --cloud= --kube-context= --kubeconfig= --namespace= --openfaas= --knative= --openwhisk= --prometheus= --prometheus-user= --prometheus-password-file= --prometheus-token-file= --prometheus-headers-file= --scrape-hosts= --scrape-user= --scrape-password-file= --scrape-token-file= --alertmanager= --grafana= --grafana-token-file= --runtime= --user= --password-file= --oauth2-url= --oauth2-client-id= --oauth2-secret-file= --oauth2-scope= --oauth2-audience= --ca-file= --cert-file= --key-file= --insecure --protected --currency= --price-cpu-hour= --price-gpu-hour= --price-kwh= --idle-watts= --max-watts= --use --replace'
        ;;
    'context set')
        cmds='' aliases='' args='live' common=12 opts=' --cloud= --kube-context= --kubeconfig= --namespace= --openfaas= --knative= --openwhisk= --prometheus= --prometheus-user= --prometheus-password-file= --prometheus-token-file= --prometheus-headers-file= --scrape-hosts= --scrape-user= --scrape-password-file= --scrape-token-file= --alertmanager= --grafana= --grafana-token-file= --runtime= --user= --password-file= --oauth2-url= --oauth2-client-id= --oauth2-secret-file= --oauth2-scope= --oauth2-audience= --ca-file= --cert-file= --key-file= --insecure --protected --currency= --price-cpu-hour= --price-gpu-hour= --price-kwh= --idle-watts= --max-watts= --unset='
        ;;
    'context delete')
        cmds='' aliases='' args='live+' common=12 opts=''
        ;;
    'dashboard')
        cmds='rules export push diff list delete' aliases='' args='' common=0 opts=''
        ;;
    'dashboard rules')
        cmds='' aliases='' args='dirs' common=13 opts=' --operator'
        ;;
    'dashboard export')
        cmds='' aliases='' args='dirs' common=6 opts=''
        ;;
    'dashboard push')
        cmds='' aliases='' args='' common=3 opts=' --grafana='
        ;;
    'dashboard diff')
        cmds='' aliases='' args='' common=6 opts=' --grafana='
        ;;
    'dashboard list')
        cmds='' aliases='' args='' common=1 opts=' --grafana='
        ;;
    'dashboard delete')
        cmds='' aliases='' args='' common=3 opts=' --grafana='
        ;;
    'dataset')
        cmds='create list show attach detach manifest delete' aliases='' args='' common=0 opts=''
        ;;
    'dataset create')
        cmds='' aliases='' args='none' common=5 opts=' --size= --type= --zone= --from= --image= --label='
        ;;
    'dataset list')
        cmds='' aliases='' args='' common=1 opts=' --all'
        ;;
    'dataset show')
        cmds='' aliases='' args='live+' common=6 opts=''
        ;;
    'dataset attach')
        cmds='' aliases='' args='live live' common=5 opts=' --cluster= --fs-type='
        ;;
    'dataset detach')
        cmds='' aliases='' args='live live' common=8 opts=''
        ;;
    'dataset manifest')
        cmds='' aliases='' args='live' common=6 opts=' --fs-type='
        ;;
    'dataset delete')
        cmds='' aliases='' args='live+' common=8 opts=''
        ;;
    'doctor')
        cmds='' aliases='' args='' common=1 opts=''
        ;;
    'explain')
        cmds='' aliases='' args='live live' common=10 opts=' --json-schema'
        ;;
    'function')
        cmds='deploy diff list show invoke logs events scale revisions traffic rollback wait export delete coldstart build secret runtimes trigger rule domain' aliases='' args='' common=0 opts=''
        ;;
    'function deploy')
        cmds='' aliases='' args='none' common=5 opts=' --file= -f= --replace --if-not-exists --wait-window= --runtime= --image= --command= --arg= --mode= --source= --port= --user= --read-only --env= -e= --env-from= --env-value-from= --volume= --secret= --memory= --cpu= --gpus= --request= --limit= --scale= --metric= --idle= --concurrency= --queue= --scale-initial= --scale-activation= --utilization= --scale-down-delay= --scale-class= --ready-path= --ready-probe= --live-probe= --exec-timeout= --start-timeout= --service-account= --pull-secret= --runtime-class= --node-selector= --node-affinity= --toleration= --label= --annotation= --revision-name= --traffic= --tag= --rollout= --cluster-local'
        ;;
    'function diff')
        cmds='' aliases='' args='live' common=4 opts=' --file= -f= --replace --if-not-exists --wait-window= --runtime= --image= --command= --arg= --mode= --source= --port= --user= --read-only --env= -e= --env-from= --env-value-from= --volume= --secret= --memory= --cpu= --gpus= --request= --limit= --scale= --metric= --idle= --concurrency= --queue= --scale-initial= --scale-activation= --utilization= --scale-down-delay= --scale-class= --ready-path= --ready-probe= --live-probe= --exec-timeout= --start-timeout= --service-account= --pull-secret= --runtime-class= --node-selector= --node-affinity= --toleration= --label= --annotation= --revision-name= --traffic= --tag= --rollout= --cluster-local'
        ;;
    'function list')
        cmds='' aliases='' args='' common=1 opts=' --runtime='
        ;;
    'function show')
        cmds='' aliases='' args='live+' common=6 opts=' --runtime='
        ;;
    'function invoke')
        cmds='' aliases='' args='live' common=14 opts=' --file= -f= --data= -d= --requests= -n= --path= --method= -X= --header= -H= --event= --async --callback= --timeout= --idle-timeout= --silent -s --output= -o= --runtime='
        ;;
    'function logs')
        cmds='' aliases='' args='live' common=6 opts=' --follow -f --tail= --since= --timestamps --runtime='
        ;;
    'function events')
        cmds='' aliases='' args='live' common=1 opts=' --runtime='
        ;;
    'function scale')
        cmds='' aliases='' args='live none' common=8 opts=' --runtime='
        ;;
    'function revisions')
        cmds='' aliases='' args='live' common=1 opts=' --runtime='
        ;;
    'function traffic')
        cmds='' aliases='' args='live none+' common=5 opts=' --tag= --untag= --runtime='
        ;;
    'function rollback')
        cmds='' aliases='' args='live' common=5 opts=' --to= --runtime='
        ;;
    'function wait')
        cmds='' aliases='' args='live' common=4 opts=' --for= --timeout= --runtime='
        ;;
    'function export')
        cmds='' aliases='' args='live' common=6 opts=' --runtime='
        ;;
    'function delete')
        cmds='' aliases='' args='live+' common=9 opts=' --runtime='
        ;;
    'function coldstart')
        cmds='' aliases='' args='live' common=15 opts=' --rounds= -n= --file= -f= --path= --method= -X= --runtime='
        ;;
    'function build')
        cmds='' aliases='' args='none' common=7 opts=' --source= --file= -f= --base= --command= --build-arg= --archive= --builder= --job-image= --push-secret= --push'
        ;;
    'function secret')
        cmds='create list update delete' aliases='' args='' common=0 opts=''
        ;;
    'function secret create')
        cmds='' aliases='' args='none' common=16 opts=' --file= -f= --key= --trim --runtime='
        ;;
    'function secret list')
        cmds='' aliases='' args='' common=1 opts=' --runtime='
        ;;
    'function secret update')
        cmds='' aliases='' args='live' common=16 opts=' --file= -f= --key= --trim --runtime='
        ;;
    'function secret delete')
        cmds='' aliases='' args='live+' common=16 opts=' --runtime='
        ;;
    'function runtimes')
        cmds='' aliases='' args='live' common=11 opts=''
        ;;
    'function trigger')
        cmds='create list show delete fire' aliases='' args='' common=0 opts=''
        ;;
    'function trigger create')
        cmds='' aliases='' args='none' common=3 opts=' --function= --broker= --filter= --schedule= --data= --kafka= --topic= --group= --param= --runtime='
        ;;
    'function trigger list')
        cmds='' aliases='' args='' common=1 opts=' --runtime='
        ;;
    'function trigger show')
        cmds='' aliases='' args='live' common=6 opts=' --runtime='
        ;;
    'function trigger delete')
        cmds='' aliases='' args='live+' common=9 opts=' --runtime='
        ;;
    'function trigger fire')
        cmds='' aliases='' args='none' common=2 opts=' --param= --file= -f= --runtime='
        ;;
    'function rule')
        cmds='create list enable disable delete' aliases='' args='' common=0 opts=''
        ;;
    'function rule create')
        cmds='' aliases='' args='none' common=2 opts=' --trigger= --function= --runtime='
        ;;
    'function rule list')
        cmds='' aliases='' args='' common=1 opts=' --runtime='
        ;;
    'function rule enable')
        cmds='' aliases='' args='none+' common=16 opts=' --runtime='
        ;;
    'function rule disable')
        cmds='' aliases='' args='none+' common=16 opts=' --runtime='
        ;;
    'function rule delete')
        cmds='' aliases='' args='none+' common=16 opts=' --runtime='
        ;;
    'function domain')
        cmds='create list delete' aliases='' args='' common=0 opts=''
        ;;
    'function domain create')
        cmds='' aliases='' args='none' common=5 opts=' --function= --tls= --claim'
        ;;
    'function domain list')
        cmds='' aliases='' args='' common=1 opts=''
        ;;
    'function domain delete')
        cmds='' aliases='' args='live+' common=9 opts=''
        ;;
    'gpu')
        cmds='list idle reclaim share' aliases='' args='' common=0 opts=''
        ;;
    'gpu list')
        cmds='' aliases='' args='' common=1 opts=' --prometheus='
        ;;
    'gpu idle')
        cmds='' aliases='' args='' common=1 opts=' --for= --below= --prometheus= --all -a'
        ;;
    'gpu reclaim')
        cmds='' aliases='' args='live+' common=5 opts=' --for= --below= --prometheus='
        ;;
    'gpu share')
        cmds='show apply rollback' aliases='' args='' common=0 opts=''
        ;;
    'gpu share show')
        cmds='' aliases='' args='' common=1 opts=''
        ;;
    'gpu share apply')
        cmds='' aliases='' args='' common=5 opts=' --file= -f= --name= --node= --config-map='
        ;;
    'gpu share rollback')
        cmds='' aliases='' args='' common=3 opts=' --config-map='
        ;;
    'help')
        cmds='' aliases='' args='live+' common=10 opts=''
        ;;
    'infra')
        cmds='servers flavors hypervisors networks routers floating-ips volumes images quotas' aliases='' args='' common=0 opts=''
        ;;
    'infra servers')
        cmds='' aliases='' args='live+' common=1 opts=' --all-projects'
        ;;
    'infra flavors')
        cmds='' aliases='' args='live+' common=1 opts=' --gpu'
        ;;
    'infra hypervisors')
        cmds='' aliases='' args='live+' common=1 opts=''
        ;;
    'infra networks')
        cmds='' aliases='' args='live+' common=1 opts=''
        ;;
    'infra routers')
        cmds='' aliases='' args='live+' common=1 opts=''
        ;;
    'infra floating-ips')
        cmds='' aliases='' args='live+' common=1 opts=''
        ;;
    'infra volumes')
        cmds='' aliases='' args='live+' common=1 opts=' --all-projects'
        ;;
    'infra images')
        cmds='' aliases='' args='live+' common=1 opts=''
        ;;
    'infra quotas')
        cmds='' aliases='' args='none' common=1 opts=''
        ;;
    'local')
        cmds='up down status logs' aliases='' args='' common=0 opts=''
        ;;
    'local up')
        cmds='' aliases='' args='' common=13 opts=' --port= -p= --gpus= --idle-watts= --max-watts= --timeout='
        ;;
    'local down')
        cmds='' aliases='' args='' common=12 opts=''
        ;;
    'local status')
        cmds='' aliases='' args='' common=13 opts=''
        ;;
    'local logs')
        cmds='' aliases='' args='' common=10 opts=' --follow -f --tail='
        ;;
    'login')
        cmds='' aliases='' args='' common=6 opts=' --force --revoke --exec-credential'
        ;;
    'model')
        cmds='serve list show predict logs scale delete' aliases='' args='' common=0 opts=''
        ;;
    'model serve')
        cmds='' aliases='' args='none' common=7 opts=' --model= --server= --as= --image= --command= --source= --version= --version-label= --batching= --warmup= --warmup-requests= --port= --env= -e= --scale= --concurrency= --memory= --cpu= --gpus= --replace'
        ;;
    'model list')
        cmds='' aliases='' args='' common=1 opts=''
        ;;
    'model show')
        cmds='' aliases='' args='live+' common=6 opts=' --version= --label='
        ;;
    'model predict')
        cmds='' aliases='' args='live' common=6 opts=' --file= -f= --version= --label= --input= --signature= --raw --timeout='
        ;;
    'model logs')
        cmds='' aliases='' args='live' common=6 opts=' --follow -f --tail= --timestamps'
        ;;
    'model scale')
        cmds='' aliases='' args='live none' common=8 opts=''
        ;;
    'model delete')
        cmds='' aliases='' args='live+' common=9 opts=''
        ;;
    'nodegroup')
        cmds='create list show resize update delete' aliases='' args='' common=0 opts=''
        ;;
    'nodegroup create')
        cmds='' aliases='' args='live none' common=5 opts=' --flavor= --nodes= --min= --max= --role= --image= --docker-volume-size= --label= --merge-labels --no-merge-labels --node-label= --taint= --file= -f= --for='
        ;;
    'nodegroup list')
        cmds='' aliases='' args='live' common=1 opts=' --role='
        ;;
    'nodegroup show')
        cmds='' aliases='' args='live live' common=6 opts=''
        ;;
    'nodegroup resize')
        cmds='' aliases='' args='live live' common=7 opts=' --nodes= --remove= --for='
        ;;
    'nodegroup update')
        cmds='' aliases='' args='live live' common=7 opts=' --min= --max= --no-max --node-label= --taint='
        ;;
    'nodegroup delete')
        cmds='' aliases='' args='live live+' common=8 opts=''
        ;;
    'pool')
        cmds='create list show delete advise run' aliases='' args='' common=0 opts=''
        ;;
    'pool create')
        cmds='' aliases='' args='none' common=7 opts=' --function= --min= --max= --schedule= --forecast --prepull --gpus= --hold-image= --runtime='
        ;;
    'pool list')
        cmds='' aliases='' args='' common=1 opts=' --runtime='
        ;;
    'pool show')
        cmds='' aliases='' args='live+' common=6 opts=' --runtime='
        ;;
    'pool delete')
        cmds='' aliases='' args='live+' common=16 opts=' --runtime='
        ;;
    'pool advise')
        cmds='' aliases='' args='live+' common=1 opts=' --runtime= --window= --break-even --rate='
        ;;
    'pool run')
        cmds='' aliases='' args='' common=16 opts=' --runtime= --once --interval='
        ;;
    'query')
        cmds='' aliases='' args='none' common=1 opts=' --at= --range= --step= --plot= --list= --figure= --source= --prometheus= --scrape='
        ;;
    'queue')
        cmds='' aliases='' args='live' common=1 opts=''
        ;;
    'shell')
        cmds='' aliases='' args='' common=4 opts=' --stop -e'
        ;;
    'template')
        cmds='create list show update delete' aliases='' args='' common=0 opts=''
        ;;
    'template create')
        cmds='' aliases='' args='none' common=3 opts=' --image= --flavor= --master-flavor= --external-network= --keypair= --docker-volume-size= --label= --network-driver= --volume-driver= --docker-storage-driver= --dns-nameserver= --fixed-network= --fixed-subnet= --master-lb --floating-ip --no-floating-ip --public --hidden --server-type= --driver= --tls-disabled --apiserver-port= --http-proxy= --https-proxy= --no-proxy= --registry --insecure-registry= --tags= --file= -f='
        ;;
    'template list')
        cmds='' aliases='' args='' common=1 opts=''
        ;;
    'template show')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'template update')
        cmds='' aliases='' args='live live+' common=3 opts=' --remove='
        ;;
    'template delete')
        cmds='' aliases='' args='live+' common=9 opts=''
        ;;
    'top')
        cmds='' aliases='' args='' common=6 opts=' --once --interval= --window= --panel= --filter= --sort= --at= --range= --assert= --theme= --curves= --actions --prometheus= --scrape='
        ;;
    'train')
        cmds='submit list show logs events wait cancel delete retry' aliases='' args='' common=0 opts=''
        ;;
    'train submit')
        cmds='' aliases='' args='none' common=17 opts=' --file= -f= --gpus= --nodes= --workers= --ps= --cpu= --memory= --retries= --timeout= --env= -e= --workdir= --source= --image= --dataset= --queue= --success= --priority= --spot --runtime= --logs -l --trainer='
        ;;
    'train list')
        cmds='' aliases='' args='' common=1 opts=' --all-namespaces -A --trainer='
        ;;
    'train show')
        cmds='' aliases='' args='live+' common=6 opts=' --trainer='
        ;;
    'train logs')
        cmds='' aliases='' args='live' common=6 opts=' --follow -f --rank= --previous -p --tail= --trainer='
        ;;
    'train events')
        cmds='' aliases='' args='live' common=1 opts=' --trainer='
        ;;
    'train wait')
        cmds='' aliases='' args='live' common=6 opts=' --timeout= --logs -l --trainer='
        ;;
    'train cancel')
        cmds='' aliases='' args='live+' common=9 opts=' --trainer='
        ;;
    'train delete')
        cmds='' aliases='' args='live+' common=9 opts=' --trainer='
        ;;
    'train retry')
        cmds='' aliases='' args='live' common=7 opts=' --name= --replace --trainer='
        ;;
    'version')
        cmds='' aliases='' args='' common=13 opts=''
        ;;
    'why')
        cmds='cluster pod job train function workflow' aliases='' args='' common=0 opts=''
        ;;
    'why cluster')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'why pod')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'why job')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'why train')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'why function')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'why workflow')
        cmds='' aliases='' args='live' common=6 opts=''
        ;;
    'workflow')
        cmds='run plan validate list status logs resume cancel delete' aliases='' args='' common=0 opts=''
        ;;
    'workflow run')
        cmds='' aliases='' args='' common=2 opts=' --file= -f= --fresh'
        ;;
    'workflow plan')
        cmds='' aliases='' args='' common=6 opts=' --file= -f='
        ;;
    'workflow validate')
        cmds='' aliases='' args='' common=10 opts=' --file= -f='
        ;;
    'workflow list')
        cmds='' aliases='' args='' common=11 opts=''
        ;;
    'workflow status')
        cmds='' aliases='' args='live' common=11 opts=''
        ;;
    'workflow logs')
        cmds='' aliases='' args='live none' common=4 opts=' --follow -f --tail='
        ;;
    'workflow resume')
        cmds='' aliases='' args='live' common=2 opts=''
        ;;
    'workflow cancel')
        cmds='' aliases='' args='live' common=16 opts=''
        ;;
    'workflow delete')
        cmds='' aliases='' args='live+' common=16 opts=''
        ;;
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
    case $1:$2 in
    'alerts list:--state') kind=words words='firing pending inhibited silenced' ;;
    'alerts rules:--type') kind=words words='alert record' ;;
    'api openstack:--file' | 'api openstack:-f') kind=files ;;
    'api kube:--file' | 'api kube:-f') kind=files ;;
    'api kube:--patch') kind=words words='merge strategic json apply' ;;
    'cluster create:--template' | 'cluster create:-t') kind=live ;;
    'cluster create:--file' | 'cluster create:-f') kind=files ;;
    'cluster create:--for') kind=words words='ready complete' ;;
    'cluster resize:--for') kind=words words='ready complete' ;;
    'cluster upgrade:--template' | 'cluster upgrade:-t') kind=live ;;
    'cluster upgrade:--for') kind=words words='ready complete' ;;
    'cluster wait:--for') kind=words words='ready complete deleted' ;;
    'cluster wait:--timeout') kind=none ;;
    'cluster kubeconfig:--file') kind=files ;;
    'cluster kubeconfig:--key') kind=words words='ec rsa' ;;
    'cluster ca rotate:--for') kind=words words='ready complete' ;;
    'context add:--cloud') kind=live ;;
    'context add:--kube-context') kind=live ;;
    'context add:--kubeconfig') kind=files ;;
    'context add:--namespace') kind=none ;;
    'context add:--prometheus-password-file') kind=files ;;
    'context add:--prometheus-token-file') kind=files ;;
    'context add:--prometheus-headers-file') kind=files ;;
    'context add:--scrape-password-file') kind=files ;;
    'context add:--scrape-token-file') kind=files ;;
    'context add:--grafana-token-file') kind=files ;;
    'context add:--runtime') kind=live ;;
    'context add:--password-file') kind=files ;;
    'context add:--oauth2-secret-file') kind=files ;;
    'context add:--ca-file') kind=files ;;
    'context add:--cert-file') kind=files ;;
    'context add:--key-file') kind=files ;;
    'context set:--cloud') kind=live ;;
    'context set:--kube-context') kind=live ;;
    'context set:--kubeconfig') kind=files ;;
    'context set:--namespace') kind=none ;;
    'context set:--prometheus-password-file') kind=files ;;
    'context set:--prometheus-token-file') kind=files ;;
    'context set:--prometheus-headers-file') kind=files ;;
    'context set:--scrape-password-file') kind=files ;;
    'context set:--scrape-token-file') kind=files ;;
    'context set:--grafana-token-file') kind=files ;;
    'context set:--runtime') kind=live ;;
    'context set:--password-file') kind=files ;;
    'context set:--oauth2-secret-file') kind=files ;;
    'context set:--ca-file') kind=files ;;
    'context set:--cert-file') kind=files ;;
    'context set:--key-file') kind=files ;;
    'dataset attach:--cluster') kind=live ;;
    'function deploy:--file' | 'function deploy:-f') kind=files ;;
    'function deploy:--runtime') kind=live ;;
    'function deploy:--mode') kind=words words='http stdio' ;;
    'function deploy:--source') kind=dirs ;;
    'function deploy:--scale-class') kind=words words='kpa hpa' ;;
    'function diff:--file' | 'function diff:-f') kind=files ;;
    'function diff:--runtime') kind=live ;;
    'function diff:--mode') kind=words words='http stdio' ;;
    'function diff:--source') kind=dirs ;;
    'function diff:--scale-class') kind=words words='kpa hpa' ;;
    'function list:--runtime') kind=live ;;
    'function show:--runtime') kind=live ;;
    'function invoke:--file' | 'function invoke:-f') kind=files ;;
    'function invoke:--requests' | 'function invoke:-n') kind=none ;;
    'function invoke:--method' | 'function invoke:-X') kind=words words='GET POST PUT PATCH DELETE HEAD OPTIONS' ;;
    'function invoke:--timeout') kind=none ;;
    'function invoke:--output' | 'function invoke:-o') kind=words words='text json' ;;
    'function invoke:--runtime') kind=live ;;
    'function logs:--runtime') kind=live ;;
    'function events:--runtime') kind=live ;;
    'function scale:--runtime') kind=live ;;
    'function revisions:--runtime') kind=live ;;
    'function traffic:--runtime') kind=live ;;
    'function rollback:--runtime') kind=live ;;
    'function wait:--for') kind=words words='ready idle deleted' ;;
    'function wait:--timeout') kind=none ;;
    'function wait:--runtime') kind=live ;;
    'function export:--runtime') kind=live ;;
    'function delete:--runtime') kind=live ;;
    'function coldstart:--rounds' | 'function coldstart:-n') kind=none ;;
    'function coldstart:--file' | 'function coldstart:-f') kind=files ;;
    'function coldstart:--runtime') kind=live ;;
    'function build:--source') kind=dirs ;;
    'function build:--file' | 'function build:-f') kind=files ;;
    'function build:--archive') kind=files ;;
    'function build:--builder') kind=words words='buildah job' ;;
    'function secret create:--file' | 'function secret create:-f') kind=files ;;
    'function secret create:--runtime') kind=live ;;
    'function secret list:--runtime') kind=live ;;
    'function secret update:--file' | 'function secret update:-f') kind=files ;;
    'function secret update:--runtime') kind=live ;;
    'function secret delete:--runtime') kind=live ;;
    'function trigger create:--function') kind=live ;;
    'function trigger create:--runtime') kind=live ;;
    'function trigger list:--runtime') kind=live ;;
    'function trigger show:--runtime') kind=live ;;
    'function trigger delete:--runtime') kind=live ;;
    'function trigger fire:--file' | 'function trigger fire:-f') kind=files ;;
    'function trigger fire:--runtime') kind=live ;;
    'function rule create:--function') kind=live ;;
    'function rule create:--runtime') kind=live ;;
    'function rule list:--runtime') kind=live ;;
    'function rule enable:--runtime') kind=live ;;
    'function rule disable:--runtime') kind=live ;;
    'function rule delete:--runtime') kind=live ;;
    'function domain create:--function') kind=live ;;
    'gpu share apply:--file' | 'gpu share apply:-f') kind=files ;;
    'local up:--timeout') kind=none ;;
    'model serve:--server') kind=words words='tfserving v2' ;;
    'model serve:--as') kind=words words='function deployment' ;;
    'model serve:--source') kind=dirs ;;
    'model serve:--version') kind=none ;;
    'model serve:--warmup') kind=files ;;
    'model show:--version') kind=none ;;
    'model predict:--file' | 'model predict:-f') kind=files ;;
    'model predict:--version') kind=none ;;
    'model predict:--timeout') kind=none ;;
    'nodegroup create:--flavor') kind=live ;;
    'nodegroup create:--image') kind=live ;;
    'nodegroup create:--file' | 'nodegroup create:-f') kind=files ;;
    'nodegroup create:--for') kind=words words='ready complete' ;;
    'nodegroup resize:--for') kind=words words='ready complete' ;;
    'pool create:--function') kind=live ;;
    'pool create:--runtime') kind=live ;;
    'pool list:--runtime') kind=live ;;
    'pool show:--runtime') kind=live ;;
    'pool delete:--runtime') kind=live ;;
    'pool advise:--runtime') kind=live ;;
    'pool run:--runtime') kind=live ;;
    'query:--plot') kind=files ;;
    'query:--list') kind=words words='metrics labels series targets figures server' ;;
    'template create:--image') kind=live ;;
    'template create:--flavor') kind=live ;;
    'template create:--master-flavor') kind=live ;;
    'template create:--external-network') kind=live ;;
    'template create:--network-driver') kind=words words='flannel calico cilium' ;;
    'template create:--volume-driver') kind=words words='cinder' ;;
    'template create:--fixed-network') kind=live ;;
    'template create:--server-type') kind=words words='vm bm' ;;
    'template create:--file' | 'template create:-f') kind=files ;;
    'top:--panel') kind=live ;;
    'top:--theme') kind=words words='dark light contrast mono' ;;
    'top:--curves') kind=words words='auto braille block ascii' ;;
    'train submit:--file' | 'train submit:-f') kind=files ;;
    'train submit:--timeout') kind=none ;;
    'train submit:--workdir') kind=dirs ;;
    'train submit:--source') kind=dirs ;;
    'train submit:--trainer') kind=live ;;
    'train list:--trainer') kind=live ;;
    'train show:--trainer') kind=live ;;
    'train logs:--trainer') kind=live ;;
    'train events:--trainer') kind=live ;;
    'train wait:--timeout') kind=none ;;
    'train wait:--trainer') kind=live ;;
    'train cancel:--trainer') kind=live ;;
    'train delete:--trainer') kind=live ;;
    'train retry:--trainer') kind=live ;;
    'workflow run:--file' | 'workflow run:-f') kind=files ;;
    'workflow plan:--file' | 'workflow plan:-f') kind=files ;;
    'workflow validate:--file' | 'workflow validate:-f') kind=files ;;
    *:--output | *:-o) kind=words words='table wide json yaml name csv ndjson custom-columns=' ;;
    *:--dry-run) kind=words words='client server' ;;
    *:--context) kind=live ;;
    *:--cloud) kind=live ;;
    *:--kube-context) kind=live ;;
    *:--color) kind=words words='auto always never' ;;
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
