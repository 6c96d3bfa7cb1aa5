# Prometheus with Alertmanager, pushgateway and node-exporter: Debian's programs, with their configuration and data in
# $BED_DIR/prometheus. It scrapes what is told in targets/*.json there: see metrics_of in lib.sh. A file of that form by anybody
# else is read within 5 s, and forgotten when it goes, so that a gateway of aiwf's own is scraped so:
#     echo '[{"targets": ["127.0.0.1:31112"], "labels": {"job": "aiwf"}}]' >$BED_DIR/prometheus/targets/aiwf.json
# Addresses are the bed's (`bed exec` runs a program there); this machine is $BED_NET.2 to it. The part node writes the pods that
# have metrics.
needs[prometheus]=
processes[prometheus]='node-exporter pushgateway alertmanager prometheus'
PROM_DIR=$BED_DIR/prometheus

build_prometheus() { :; } # packages only

prometheus_files() {
    local name
    mkdir -p "$PROM_DIR/targets" "$PROM_DIR/console" "$BED_DIR/log"
    kube_pki || die "prometheus: cannot make the certificates"
    for name in prometheus rules alertmanager; do
        sed "s|@IP@|$BED_IP|g; s|@BED@|$BED_DIR|g" "$HERE/prometheus/$name.yml" >"$PROM_DIR/$name.yml" || die "prometheus: cannot write $PROM_DIR/$name.yml"
    done
    promtool check config "$PROM_DIR/prometheus.yml" >"$(log_of promtool)" 2>&1 || die "prometheus: its configuration is wrong" "$(log_of promtool)"
    amtool check-config "$PROM_DIR/alertmanager.yml" >"$(log_of amtool)" 2>&1 || die "prometheus: Alertmanager's configuration is wrong" "$(log_of amtool)"
}

up_prometheus() {
    prometheus_files
    metrics_of node-exporter node-exporter 5s "http://$BED_IP:9100/metrics"
    metrics_of alertmanager alertmanager 5s "http://$BED_IP:9093/metrics"
    metrics_of prometheus prometheus 5s "http://$BED_IP:9090/metrics"
    ! alive prometheus || kill -HUP "$(pid_of prometheus)"
    ! alive alertmanager || kill -HUP "$(pid_of alertmanager)"
    start node-exporter 9100 prometheus-node-exporter --web.listen-address="$BED_IP:9100" --collector.textfile.directory=
    start pushgateway 9091 prometheus-pushgateway --web.listen-address="$BED_IP:9091" --persistence.file="$PROM_DIR/pushed" --persistence.interval=5s
    start alertmanager 9093 prometheus-alertmanager --config.file="$PROM_DIR/alertmanager.yml" --storage.path="$PROM_DIR/alerts" --web.listen-address="$BED_IP:9093" --cluster.listen-address=
    start prometheus 9090 prometheus --config.file="$PROM_DIR/prometheus.yml" --storage.tsdb.path="$PROM_DIR/data" --storage.tsdb.retention.time=1d \
        --storage.tsdb.retention.size=1GB --web.listen-address="$BED_IP:9090" --web.console.templates="$PROM_DIR/console" --web.console.libraries="$PROM_DIR/console"
    until_true 30 pushgateway in_bed curl -sf "http://$BED_IP:9091/-/ready"
    until_true 30 alertmanager in_bed curl -sf "http://$BED_IP:9093/-/ready"
    until_true 60 prometheus in_bed curl -sf "http://$BED_IP:9090/-/ready"
}
env_prometheus() {
    echo "export PROMETHEUS_URL='http://$BED_IP:9090'"
    echo "export ALERTMANAGER_URL='http://$BED_IP:9093'"
    echo "export PUSHGATEWAY_URL='http://$BED_IP:9091'"
}
