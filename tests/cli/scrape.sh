# Exporters without a Prometheus: Debian's node-exporter, and the local gateway's own metrics.
. "$(dirname "$0")/lib.sh"
command -v prometheus-node-exporter >/dev/null || {
    begin "prometheus-node-exporter is installed"
    skip "apt-get install prometheus-node-exporter"
    exit 0
}
port=$(free_port)
NODE=127.0.0.1:$port
start_node() {
    prometheus-node-exporter --web.listen-address="$NODE" --collector.textfile.directory="$T/text" >"$T/node.log" 2>&1 &
    node_pid=$!
    keep $node_pid
    until_ok 20 curl -sf -o /dev/null "http://$NODE/metrics"
}
mkdir "$T/text"
start_node

begin "an exporter is asked without a Prometheus"
ok aiwf query up --scrape "http://$NODE" -o json
json '.items[0].metric | [.__name__, .instance, .job] | join(" ")' "up $NODE scrape"
json '.items[0].value' 1
ok aiwf query 'count by (job) (node_cpu_seconds_total)' --scrape "node=$NODE" -o json
json '.items[0].metric.job' node

begin "what looks back is read twice, and its window is what is known"
ok aiwf query 'sum by (mode) (rate(node_cpu_seconds_total[5m]))' --scrape "$NODE" -o json
true_that jq -e '[.items[].value] | add > 0.2 and add < 4096' "$OUT" >/dev/null
err_has "exporters tell no past"
ok aiwf query node_load1 --range 1h --scrape "$NODE" -o json
json '.items[0].samples | length' 1
err_has "exporters tell no past"

begin "a watch keeps what it has read: its windows grow"
aiwf query 'count_over_time(node_load1[1m])' --watch -o json --scrape "$NODE" >"$T/watched" 2>"$T/watched.err" &
watching=$!
keep $watching
grown() { [ "$(jq -r '.items[0].value' "$T/watched" | head -3 | tr '\n' ' ')" = "2 3 4 " ]; }
until_ok 20 grown
kill -INT $watching
! wait $watching || true

begin "a round that fails is told and the watch goes on; a first one that fails is its end"
aiwf query 'count(node_load1)' --watch -o json --jq '.items[0].value' --scrape "$NODE" >"$T/watched" 2>"$T/watched.err" &
watching=$!
keep $watching
printed() { [ "$(wc -l <"$T/watched")" = "$1" ]; }
until_ok 20 printed 1
kill $node_pid
refused() { grep -q "Connection refused" "$T/watched.err"; }
until_ok 20 refused
start_node
until_ok 20 printed 2
kill -INT $watching
wait $watching
true_that test $? = 0
true_that test "$(grep -c '"exit":7' "$T/watched.err")" = 1
fails 7 aiwf query up --watch --scrape "127.0.0.1:$(free_port)"

begin "figures of the vocabulary come from exporters too"
ok aiwf query --figure node.memory --scrape "$NODE" -o json
true_that jq -e '.items[0].value > 0 and .items[0].value < 100' "$OUT" >/dev/null
ok aiwf query --list figures --scrape "$NODE" -o json
true_that jq -e '[.items[] | select(.source == "node") | .name] | index("node.cpu")' "$OUT" >/dev/null
fails 3 aiwf query --figure gpu.util --scrape "$NODE"

begin "what an exporter has can be listed"
ok aiwf query --list metrics 'node_load1' --scrape "$NODE" -o json
json '.items[0].type' gauge
ok aiwf query --list series 'node_uname_info' --scrape "$NODE" -o json
json '.items | length' 1
ok aiwf query --list labels --scrape "$NODE"
out_has nodename
fails 3 aiwf query --list server --scrape "$NODE"

begin "one that is down is told, and the others answer"
dead=$(free_port)
ok aiwf query up --scrape "$NODE" --scrape "dead=127.0.0.1:$dead" -o json
json '[.items[] | "\(.metric.job) \(.value)"] | sort | join(" ")' "dead 0 scrape 1"
err_has "Connection refused"
ok aiwf query --list targets --scrape "$NODE" --scrape "dead=127.0.0.1:$dead"
out_has down
fails 7 aiwf query up --scrape "127.0.0.1:$dead"
err_has "Connection refused"

begin "what is no exporter is refused"
fails 2 aiwf query up --scrape 'ftp://x'
fails 2 aiwf query up --scrape "$NODE" --prometheus http://127.0.0.1:1
fails 2 aiwf query up --scrape "$NODE" --at 5m
fails 2 aiwf top --once --scrape "$NODE" --prometheus http://127.0.0.1:1
fails 5 aiwf query up --scrape "$NODE" --scrape "http://$NODE/other"
err_has "--scrape NAME=URL"
fails 1 aiwf query up --scrape "http://$NODE/x/"
fails 2 aiwf query 'predict_linear(up[5m], 60)' --scrape "$NODE"
err_has "predict_linear"
err_has "--prometheus URL"

begin "asserts hold or not"
ok aiwf top --assert 'node.memory < 100' --scrape "$NODE"
fails 11 aiwf top --assert 'node.memory < 0' --scrape "$NODE"
fails 11 aiwf top --assert 'gpu.util < 100' --scrape "$NODE"

begin "a login goes to the exporters that it is for, and is nowhere to be read"
locked=127.0.0.1:$(free_port)
# Of bcrypt, of the cheapest kind: s3cret.
printf 'basic_auth_users:\n  ann: %s\n' '$2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG' >"$T/web.yml"
prometheus-node-exporter --web.listen-address="$locked" --web.config.file="$T/web.yml" >"$T/locked.log" 2>&1 &
keep $!
answers() { [ "$(curl -s -o /dev/null -w '%{http_code}' "http://$locked/metrics")" = 401 ]; }
until_ok 20 answers
echo s3cret >"$T/password"
fails 4 aiwf query up --scrape "$locked"
err_has scrape-hosts
ok aiwf context add fleet --scrape-hosts 127.0.0.1 --scrape-user ann --scrape-password-file "$T/password"
ok aiwf query 'sum(up)' --context fleet --scrape "$locked" --scrape "$NODE" -v -o json
json '.items[0].value' 2
err_lacks s3cret
err_lacks YW5uOnMzY3JldA
fails 4 aiwf query up --context fleet --scrape "http://localhost:${locked##*:}"
AIWF_SCRAPE_HOSTS=localhost fails 4 aiwf query up --context fleet --scrape "http://localhost:${locked##*:}"
echo other >"$T/password"
fails 4 aiwf query up --context fleet --scrape "$locked"
err_has scrape-password-file
AIWF_SCRAPE_TOKEN_FILE="$T/password" fails 2 aiwf query up --context fleet --scrape "$locked"

begin "broken metrics are no metrics"
printf 'broken{a="1"} 1\nbroken{a=1} 1\n' >"$T/broken"
wire_port=$(free_port)
python3 -m http.server --bind 127.0.0.1 --directory "$T" "$wire_port" >/dev/null 2>&1 &
keep $!
until_ok 20 curl -sf -o /dev/null "http://127.0.0.1:$wire_port/broken"
fails 1 aiwf query broken --scrape "http://127.0.0.1:$wire_port/broken"
err_has "line 2 of the metrics cannot be read"
fails 1 aiwf query broken --scrape "http://127.0.0.1:$wire_port/text/"
err_has "web page"

begin "the local gateway's own figures are on the dashboard"
at_exit aiwf local down
ok aiwf local up -o json
gateway=$(jq -r .gateway <"$OUT")
ok aiwf function deploy hello --command cat --mode stdio
ok aiwf function invoke hello -f "$T/broken"
ok aiwf top --once -o json --scrape "aiwf=$gateway"
json '.functions[] | select(.name == "hello") | .name' hello
json '.targets[0].up' 1
AIWF_ALERTMANAGER=http://127.0.0.1:$dead ok aiwf top --once --scrape "aiwf=$gateway"
out_has hello

begin "a stream has rates from its second round on, and a gateway that goes away is told"
aiwf top -o ndjson --interval 300ms --scrape "aiwf=$gateway" --scrape "$NODE" >"$T/stream" 2>"$T/stream.err" &
stream=$!
keep $stream
lines() { [ "$(wc -l <"$T/stream")" -ge "$1" ]; }
for i in 1 2 3 4 5; do aiwf function invoke hello -f "$T/broken" >/dev/null 2>&1; done
rated() { jq -es 'any(.[]; .functions_total.rps != null)' "$T/stream"; }
until_ok 20 rated
ok aiwf local down
told() {
    tail -1 "$T/stream" | jq -e '[.targets[] | select(.name | startswith("aiwf/")) | .up] == [0] and all(.functions[]; .ready == null)'
}
until_ok 20 told
kill -INT $stream

begin "an assert about a time watches for that long"
ok aiwf top --assert 'node.memory < 100 for 2s' --assert 'node.cpu >= 0 for 1s' --scrape "$NODE" -o json
json '[.items[].state] | unique | join(" ")' passed
err_has "reads http://$NODE/metrics for 2s"

begin "a login in an exporter's URL is refused, and not shown"
fails 2 aiwf query up --scrape "http://u:secretpw@$NODE"
err_has '***@'
err_lacks secretpw
fails 2 aiwf query up --scrape "u:secretpw@$NODE"
err_lacks secretpw

begin "what is not known all the time does not hold"
aiwf top --assert 'node.memory < 100 for 5s' --scrape "$NODE" -v -o json >"$T/verdict" 2>"$T/note" &
watching=$!
keep $watching
read_often() { [ "$(grep -c '^< HTTP/1.1 200' "$T/note")" -ge 4 ]; }
until_ok 10 read_often
kill $node_pid
wait $watching
true_that test $? = 11
true_that jq -e '.items[0].state == "unknown" and (.items[0].why | startswith("known at"))' "$T/verdict" >/dev/null
