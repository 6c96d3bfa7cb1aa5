# A real OpenStack: Debian 12's Keystone 22, Glance 25, Placement 8, Nova 26 (its fake hypervisor), Neutron 21, Cinder 21 (its fake
# driver), Heat 19 and Magnum 15, with MariaDB and RabbitMQ of its own. What nobody plays here has a stand-in in tests/bed/openstack:
# port_binding.py (Neutron's agents), vm_agent.py (the agent in a cluster's machines), kubernetes_agent.py (their Kubernetes API),
# etcd_discovery.py. Debian's openstack client is kept loaded (client.py). The switches, files in $BED_DIR/openstack/switch which make services slow, absent, clusters hang or fail, or have
# a Kubernetes API, are described in switches.py, vm_agent.py and kubernetes_agent.py.
needs[openstack]=
disk_mb[openstack]=2500
processes[openstack]='mariadb epmd rabbitmq etcd-discovery keystone glance-api placement-api neutron-server nova-conductor nova-scheduler
 nova-compute nova-api cinder-scheduler cinder-volume cinder-api heat-engine heat-api magnum-conductor magnum-api vm-agent kubernetes-agent openstack-client'
OS_DIR=$BED_DIR/openstack
OS_REGION_TWO_IP=$BED_NET.3
# The packages' own Python, whichever is first in PATH; nothing of the caller's environment reaches the services.
OS_ENV=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$OS_DIR" HOSTNAME=localhost LANG=C.UTF-8 NO_PROXY='*' PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$OS_DIR/plugins"
    BED_IP="$BED_IP" BED_REGION_TWO_IP="$OS_REGION_TWO_IP" BED_SWITCHES="$OS_DIR/switch" BED_PUBLIC_KEY="$OS_DIR/id_ed25519.pub" BED_BIN="$BED_BIN" BED_KUBERNETES="$OS_DIR/kubernetes")

# Packages, and two of the part kube's programs; databases are made by the first up, then cached.
build_openstack() { build_kube_server; }

up_openstack() {
    os_configure || die 'openstack: cannot write its configuration'
    in_bed ip addr show dev bed0 | grep -qF "$OS_REGION_TWO_IP/" || in_bed ip addr add "$OS_REGION_TWO_IP/24" dev bed0
    [ -e "$OS_DIR/prepared" ] || os_restore || os_prepare
    os_run
}

# ---- configuration ----------------------------------------------------------------------------------------------
os_configure() (
    umask 077
    local service egg=$OS_DIR/plugins/bed-1.0.dist-info
    mkdir -p "$BED_DIR/log" "$OS_DIR"/{etc,switch} "$OS_DIR"/keystone/{fernet,credential} "$OS_DIR"/{glance/images,nova/instances,neutron,cinder,heat,magnum,placement} "$egg"
    for service in keystone glance placement nova neutron cinder heat magnum; do
        cat "$HERE/openstack/etc/common.conf" "$HERE/openstack/etc/$service.conf" |
            sed -e "/^@AUTH@\$/{r $HERE/openstack/etc/auth.conf" -e 'd}' | sed "s|@NAME@|$service|g; s|@DIR@|$OS_DIR|g; s|@IP@|$BED_IP|g" >"$OS_DIR/etc/$service.conf" || exit 1
    done
    # glance takes a folder, not a file.
    cp "$OS_DIR/etc/glance.conf" "$OS_DIR/etc/glance-api.conf" && cp /usr/share/glance-common/glance-api-paste.ini "$HERE"/openstack/etc/{rabbitmq.conf,policy.yaml} "$OS_DIR/etc/" || exit 1
    cp "$HERE"/openstack/{port_binding,switches}.py "$OS_DIR/plugins/"
    sed 's/^keystone = /&switches /' /usr/share/neutron-common/api-paste.ini >"$OS_DIR/etc/neutron-api-paste.ini" || exit 1
    printf '[filter:switches]\npaste.filter_factory = switches:filter_factory\nname = neutron\n' >>"$OS_DIR/etc/neutron-api-paste.ini"
    printf 'Metadata-Version: 2.1\nName: bed\nVersion: 1.0\n' >"$egg/METADATA"
    printf '[neutron.ml2.mechanism_drivers]\nbed = port_binding:PortBinding\n' >"$egg/entry_points.txt"
    [ -s "$OS_DIR/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C bed -f "$OS_DIR/id_ed25519" || exit 1
    os_clouds >"$OS_DIR/clouds.yaml"
)
os_clouds() {
    local cloud user project
    echo clouds:
    while read -r cloud user project; do
        cat <<Y
  $cloud:
    auth: {auth_url: "http://$BED_IP:5000/v3", username: $user, password: $user, project_name: $project, user_domain_name: Default, project_domain_name: Default}
    regions: [RegionOne, RegionTwo]
Y
    done <<<$'bed admin admin\nbed-demo demo demo\nbed-viewer viewer demo\nbed-small small small'
    for cloud in bed bed-unrestricted; do
        cat <<Y
  ${cloud/bed/bed-credential}:
    auth_type: v3applicationcredential
    auth: {auth_url: "http://$BED_IP:5000/v3", application_credential_name: $cloud, application_credential_secret: bed-secret, username: demo, user_domain_name: Default}
    regions: [RegionOne, RegionTwo]
Y
    done
}

# ---- processes --------------------------------------------------------------------------------------------------
os_once() { in_bed "${OS_ENV[@]}" "$@"; }
os_sql() { os_once MYSQL_PWD=bed mariadb --no-defaults -h127.0.0.1 -ubed -N "$@"; }
os_answers() { curl -s -m 5 -o /dev/null "http://$BED_IP:$1/"; }

os_mariadb() {
    [ -d "$OS_DIR/mariadb/mysql" ] || os_once mariadb-install-db --no-defaults --datadir="$OS_DIR/mariadb" --skip-test-db --user="$(id -un)" >"$(log_of mariadb-install)" 2>&1 ||
        die 'mariadb: cannot make its data folder' "$(log_of mariadb-install)"
    printf "CREATE USER IF NOT EXISTS bed@'127.0.0.1' IDENTIFIED BY 'bed';\nGRANT ALL ON *.* TO bed@'127.0.0.1';\n" >"$OS_DIR/etc/mariadb.sql"
    # A bed may lose what it wrote when the machine stops: nothing is flushed.
    start mariadb 3306 "${OS_ENV[@]}" mariadbd --no-defaults --user="$(id -un)" --datadir="$OS_DIR/mariadb" --socket=mariadb.sock --pid-file=mariadb.pid --bind-address=127.0.0.1 \
        --port=3306 --init-file="$OS_DIR/etc/mariadb.sql" --skip-name-resolve --skip-log-bin --performance-schema=OFF --max-connections=600 --character-set-server=utf8mb3 \
        --innodb-buffer-pool-size=128M --innodb-log-file-size=32M --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-doublewrite=0
    until_true 180 mariadb os_sql -e 'SELECT 1'
}
os_rabbitmq() {
    # Nothing of it is kept: the queues are made by who uses them, and it may have been killed.
    alive rabbitmq || rm -rf "$OS_DIR/rabbitmq"
    mkdir -p "$OS_DIR/rabbitmq"
    start epmd 4369 "${OS_ENV[@]}" epmd -address 127.0.0.1
    until_true 10 epmd port_taken 4369
    # As under systemd: the script becomes the broker, so that the pid is its own.
    start rabbitmq '5672 25672' "${OS_ENV[@]}" RUNNING_UNDER_SYSTEMD=true HOME="$OS_DIR/rabbitmq" ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=bed@localhost RABBITMQ_DIST_PORT=25672 \
        RABBITMQ_MNESIA_BASE="$OS_DIR/rabbitmq/mnesia" RABBITMQ_LOG_BASE="$OS_DIR/rabbitmq/log" RABBITMQ_CONFIG_FILE="$OS_DIR/etc/rabbitmq.conf" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$OS_DIR/rabbitmq/enabled_plugins" RABBITMQ_SERVER_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false' \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none' /usr/lib/rabbitmq/bin/rabbitmq-server
}
# A request that has not ended after two minutes never will: its process is killed, its stack is in the log, and another begins.
os_api() { # SERVICE PROCESS PORT MODULE:FUNCTION, what the package's own WSGI script loads
    local service=$1 process=$2 port=$3 application=$4
    start "$process" "$port" "${OS_ENV[@]}" BED_SERVICE="$service" BED_APPLICATION="$application" OS_GLANCE_CONFIG_DIR="$OS_DIR/etc" OS_PLACEMENT_CONFIG_DIR="$OS_DIR/etc" OS_NOVA_CONFIG_DIR=/usr/share/nova-common \
        OS_NOVA_DISABLE_EVENTLET_PATCHING=1 uwsgi_python3 --http-socket "0.0.0.0:$port" --wsgi-file "$HERE/openstack/wsgi.py" --pyargv "--config-file $OS_DIR/etc/$service.conf" \
        --need-app --master --no-orphans --die-on-term --harakiri 120 --harakiri-verbose --py-tracebacker "$OS_DIR/tb-$service-" --enable-threads --threads 8 --buffer-size 65535 --post-buffering 65536 --add-header 'Connection: close'
}
os_daemon() { # PROCESS MODULE [PORT]: what the package's script of that name runs
    start "$1" "${3:-}" "${OS_ENV[@]}" python3 -c "import sys; sys.argv[0] = '$1'; from $2 import main; main()" --config-file "$OS_DIR/etc/${1%%-*}.conf"
}
os_keystone() {
    os_api keystone keystone 5000 keystone.server.wsgi:initialize_public_application
    until_true 180 keystone os_answers 5000
}
os_run() {
    os_mariadb
    os_rabbitmq
    os_api keystone keystone 5000 keystone.server.wsgi:initialize_public_application
    os_api glance glance-api 9292 glance.common.wsgi_app:init_app
    os_api placement placement-api 8778 placement.wsgi:init_application
    os_daemon nova-conductor nova.cmd.conductor
    # Not by uwsgi: its threads and Neutron's greenlets lose requests, "cannot switch to a different thread".
    os_daemon neutron-server neutron.cmd.eventlet.server 9696
    os_daemon nova-compute nova.cmd.compute
    os_daemon nova-scheduler nova.cmd.scheduler
    os_api nova nova-api 8774 nova.api.openstack.compute.wsgi:init_application
    os_daemon cinder-scheduler cinder.cmd.scheduler
    os_daemon cinder-volume cinder.cmd.volume
    os_api cinder cinder-api 8776 cinder.wsgi.wsgi:initialize_application
    os_daemon heat-engine heat.cmd.engine
    os_api heat heat-api 8004 heat.httpd.heat_api:init_application
    os_daemon magnum-conductor magnum.cmd.conductor
    os_api magnum magnum-api 9511 magnum.api.app:build_wsgi_app
    start etcd-discovery 5995 "${OS_ENV[@]}" python3 "$HERE/openstack/etcd_discovery.py"
    until_true 180 rabbitmq port_taken 5672
    until_true 180 keystone os_answers 5000
    until_true 180 glance-api os_answers 9292
    until_true 180 placement-api os_answers 8778
    until_true 180 neutron-server os_answers 9696
    until_true 180 nova-api os_answers 8774
    until_true 180 cinder-api os_answers 8776
    until_true 180 heat-api os_answers 8004
    until_true 180 magnum-api os_answers 9511
    # The daemons have no port: they report to their databases.
    until_true 180 nova-conductor os_reported nova.services nova-conductor last_seen_up
    until_true 180 nova-scheduler os_reported nova.services nova-scheduler last_seen_up
    until_true 180 nova-compute os_reported nova.services nova-compute last_seen_up
    until_true 180 cinder-scheduler os_reported cinder.services cinder-scheduler updated_at
    until_true 180 cinder-volume os_reported cinder.services cinder-volume updated_at
    until_true 180 heat-engine os_reported heat.service heat-engine updated_at
    until_true 180 magnum-conductor os_reported magnum.magnum_service magnum-conductor last_seen_up
    start vm-agent '' "${OS_ENV[@]}" python3 "$HERE/openstack/vm_agent.py"
    start kubernetes-agent '' "${OS_ENV[@]}" python3 "$HERE/openstack/kubernetes_agent.py"
    alive openstack-client || rm -f "$OS_DIR/client" # of one that was ended: nobody answers there
    start openstack-client '' "${OS_ENV[@]}" python3 "$HERE/openstack/client.py" "$OS_DIR/client"
    until_true 60 openstack-client test -S "$OS_DIR/client"
}
os_reported() { # TABLE PROCESS COLUMN: since it was started
    os_sql -e "SELECT 1 FROM $1 WHERE \`binary\` = '$2' AND $3 >= '$(date -u -r "$BED_DIR/run/$2" '+%F %T')'" | grep -q .
}

# ---- databases: made once, then cached --------------------------------------------------------------------------
# What the prepared state depends on.
os_key() {
    { dpkg-query -W 'python3-keystone' 'python3-nova' 'python3-neutron' 'python3-cinder' 'python3-glance' 'python3-placement' 'python3-heat' 'python3-magnum' mariadb-server-core
      cat "$HERE"/openstack/seed.py "$HERE"/openstack/etc/*; declare -f os_prepare os_migrate; } | sha256sum | cut -c1-16
}
os_restore() {
    local saved
    saved=$BED_CACHE/openstack-$(os_key).tar.zst
    [ -s "$saved" ] || return 1
    halt_openstack
    rm -rf "$OS_DIR"/{mariadb,glance,keystone,net}
    tar -C "$OS_DIR" --zstd -xf "$saved" && os_mariadb && os_move "$(cat "$OS_DIR/net")" || die "openstack: cannot restore its databases from $saved; remove it"
    touch "$OS_DIR/prepared"
}
# Addresses and folders of the bed which the databases were made for become this one's.
os_move() { # BED_NET:OS_DIR
    os_sql -e "UPDATE keystone.endpoint SET url = REPLACE(url, 'http://${1%%:*}.', 'http://$BED_NET.');
        UPDATE neutron.subnets SET cidr = REPLACE(cidr, '${1%%:*}.', '$BED_NET.'), gateway_ip = REPLACE(gateway_ip, '${1%%:*}.', '$BED_NET.');
        UPDATE neutron.ipallocationpools SET first_ip = REPLACE(first_ip, '${1%%:*}.', '$BED_NET.'), last_ip = REPLACE(last_ip, '${1%%:*}.', '$BED_NET.');
        UPDATE neutron.ipamallocationpools SET first_ip = REPLACE(first_ip, '${1%%:*}.', '$BED_NET.'), last_ip = REPLACE(last_ip, '${1%%:*}.', '$BED_NET.');
        UPDATE glance.image_locations SET value = REPLACE(value, 'file://${1#*:}/', 'file://$OS_DIR/')"
}
os_prepare() {
    local saved
    saved=$BED_CACHE/openstack-$(os_key).tar.zst
    say 'openstack: preparing its databases (once)'
    halt_openstack
    rm -rf "$OS_DIR"/{mariadb,glance,keystone}
    os_configure && os_mariadb && os_migrate || die 'openstack: cannot prepare its databases'
    os_keystone
    os_seed identity
    os_run
    os_manage nova nova-manage cell_v2 discover_hosts
    os_seed resources
    halt_openstack
    echo "$BED_NET:$OS_DIR" >"$OS_DIR/net"
    mkdir -p "$BED_CACHE"
    (umask 077 && tar -C "$OS_DIR" --zstd -cf "$saved.new" mariadb keystone glance net id_ed25519 id_ed25519.pub) && mv "$saved.new" "$saved" || die "openstack: cannot write $saved"
    touch "$OS_DIR/prepared"
}
os_seed() { os_once python3 "$HERE/openstack/seed.py" "$1" >"$(log_of openstack-seed)" 2>&1 || die 'openstack: cannot seed the cloud' "$(log_of openstack-seed)"; }
os_manage() { # SERVICE PROGRAM ARGS...
    local service=$1 program=$2
    shift 2
    os_once "$program" --config-file "$OS_DIR/etc/$service.conf" "$@" >>"$(log_of "openstack-$program")" 2>&1 || die "openstack: $program fails: $*" "$(log_of "openstack-$program")"
}
# All of the services' own migrations, in two lanes for two cores.
os_migrate() {
    local lane first self=(--keystone-user "$(id -un)" --keystone-group "$(id -gn)")
    for database in keystone glance placement nova_api nova_cell0 nova neutron cinder heat magnum; do echo "CREATE DATABASE $database;"; done | os_sql || return 1
    (
        os_manage nova nova-manage api_db sync
        os_manage nova nova-manage cell_v2 map_cell0 --database_connection "mysql+pymysql://bed:bed@127.0.0.1:3306/nova_cell0?charset=utf8"
        os_manage nova nova-manage db sync
        os_manage nova nova-manage cell_v2 create_cell --name cell1
        os_manage neutron neutron-db-manage upgrade heads
    ) &
    lane=$!
    (
        os_manage keystone keystone-manage db_sync
        os_manage keystone keystone-manage fernet_setup "${self[@]}"
        os_manage keystone keystone-manage credential_setup "${self[@]}"
        os_manage keystone keystone-manage bootstrap --bootstrap-password admin --bootstrap-region-id RegionOne
        os_manage glance glance-manage db_sync
        os_manage placement placement-manage db sync
        os_manage cinder cinder-manage db sync
        os_manage heat heat-manage db_sync
        os_manage magnum magnum-db-manage upgrade head
    )
    first=$?
    wait $lane && return $first
}

# All at once, with their children: what they know is in the database, which goes last.
halt_openstack() {
    local process pid end
    for process in ${processes[openstack]/mariadb/}; do ! alive "$process" || kill -- "-$(pid_of "$process")"; done
    end=$(($(date +%s) + 3))
    for process in ${processes[openstack]/mariadb/}; do
        while alive "$process" && [ "$(date +%s)" -lt $end ]; do sleep 0.05; done
        ! alive "$process" || kill -9 -- "-$(pid_of "$process")"
        stop "$process"
    done
    stop mariadb 30
}

env_openstack() {
    echo "export OS_CLOUD=bed"
    echo "export OS_CLIENT_CONFIG_FILE='$OS_DIR/clouds.yaml'"
}
