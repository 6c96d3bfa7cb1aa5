#!/bin/sh
# needs: prometheus
# A fleet that cannot be had here, by exporters of the tests (tests/tools/fleet_exporter.py): top's figures are what they were
# told, by the bed's Prometheus and without one; and what is wrong with an exporter is told, and makes no figure.
. "$(dirname "$0")/lib.sh"
. "$live/../tools/prometheus.sh"
name=$(a_name)
address=${BED_NET:-10.87.0}.2
python3 "$live/../tools/fleet_exporter.py" "$address" "$name" >"$T/port" &
keep $!
until_ok 10 test -s "$T/port"
fleet=http://$address:$(cat "$T/port")
faults() { curl -sf -X PUT -d "$*" "$fleet/faults"; }
of_exporters() { # VERB ARGS... (with --scrape of each of them)
    set -- "$@" --window 5s
    for url in $(curl -sf "$fleet/urls"); do set -- "$@" --scrape "$url"; done
    aiwf top "$@"
}
of_prometheus() { aiwf top "$@" --prometheus "$PROMETHEUS_URL" --window 10s; }

# What differs, a line each; a rate is as good as the time between two readings is known.
differences() {
    curl -sf "$fleet/told" | jq -r --slurpfile got "$T/got" '
        def near($a; $b): if ($a | type) == "number" and ($b | type) == "number" then ($a - $b | fabs) <= 0.05 * $b else $a == $b end;
        . as $told | ("gpus", "functions", "nodes", "consumers") as $list | $told[$list][] as $row
        | ([$got[0][$list][] | select(.name == $row.name)][0]) as $found | ($row | keys[]) as $key
        | select(near($found[$key]; $row[$key]) | not) | "\($list) \($row.name) \($key): \($found[$key]), told \($row[$key])"'
}
agrees() {
    "$1" --once -o json >"$T/got" 2>"$T/differences" || return 1
    jq -r '.. | numbers | select(. < 0)' "$T/got" >>"$T/negative"
    differences >"$T/differences"
    ! [ -s "$T/differences" ]
}
as_told() {
    until_ok "$1" agrees "$2"
    [ -z "$case_bad" ] || sed "s/^/#   $2: /" "$T/differences" >&2
}
gpus_are() { [ "$("$1" --once -o json | jq "[.gpus[] | select(.name | startswith(\"$name-node-0/\")) | select(.$2)] | length")" = "$3" ]; }
target_is() { "$1" --once -o json | jq -e ".targets[] | select(.name == \"$2\") | .up == $3" >/dev/null; }
: >"$T/negative"

begin "what an exporter dates ten minutes ago is no figure of now: it is told to be stale"
faults behind
at_exit "rm -f '$BED_DIR/prometheus/targets/$name.json'"
curl -sf "$fleet/targets" >"$T/targets" && mv "$T/targets" "$BED_DIR/prometheus/targets/$name.json"
until_ok 15 target_is of_prometheus "dcgm-exporter/${fleet#http://}" 1
for source in of_prometheus of_exporters; do
    true_that gpus_are "$source" 'busy_ratio != null' 0
    true_that gpus_are "$source" 'state == "stale"' 4
done
faults

begin "every figure is what its exporter was told, from the exporters and from Prometheus"
as_told 15 of_exporters
as_told 30 of_prometheus

begin "watts are the same by the older Kepler, and by node_exporter's RAPL"
for kepler in "--scrape kepler=$fleet/kepler-09" ""; do
    # shellcheck disable=SC2086
    ok aiwf top --once -o json --panel nodes --window 5s $kepler --scrape "node=$fleet/node"
    json ".nodes[] | select(.name == \"$name-node-0\") | .power_w > 165 and .power_w < 176" true
done

begin "counters that begin again, histograms without buckets, a clock ahead, ten times the pods: no figure is wrong"
faults reset bucketless escapes ahead tenfold
as_told 15 of_exporters
as_told 40 of_prometheus
cp "$T/got" "$OUT"
json ".jobs[] | select(.name == \"$name/long\") | .state == \"Running\" and .run_s == null" true
begins_again() { # whatever round the counters begin again in
    for fault in none reset none reset; do
        sleep 0.7
        faults "$fault"
    done
}
begins_again &
keep $!
of_exporters -o ndjson --interval 500ms 2>"$ERR" | head -n 7 >"$T/stream"
jq -r '.. | numbers | select(. < 0)' "$T/stream" >>"$T/negative"
true_that test ! -s "$T/negative"

begin "a name that would drive the terminal is told, and not obeyed"
faults escapes
for source in of_exporters of_prometheus; do
    COLUMNS=140 LINES=60 ok "$source" --once --panel functions --filter "$name/evil"
    true_that test "$(tr -d '\n' <"$OUT" | tr -dc '\000-\037' | wc -c)" = 0
    out_has "evil\x1b]0;owned\x07"
done

begin "a name that is no UTF-8 takes its exporter down, which is told where its figures would be; the rest goes on"
faults broken-utf8
target=dcgm-exporter/${fleet#http://}
until_ok 20 target_is of_prometheus "$target" 0
for source in of_exporters of_prometheus; do
    COLUMNS=140 LINES=60 ok "$source" --once --panel gpus --filter "$name"
    out_has "! $target is down"
    out_has "$name-team1/train-1000"
    out_lacks "$name-team0/train-0"
done
ok aiwf query --list targets --prometheus "$PROMETHEUS_URL" -o json
out_has "UTF-8"
