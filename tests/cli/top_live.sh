# The whole way: the local gateway's own metrics, scraped by Prometheus, on the dashboard.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
at_exit aiwf local down

begin "a function, a job and the host's energy are on the dashboard"
ok aiwf local up -o json
gateway=$(jq -r .gateway <"$OUT")
cat >"$T/prometheus.yml" <<END
scrape_configs:
- job_name: aiwf
  scrape_interval: 1s
  static_configs: [{targets: ["${gateway#http://}"]}]
END
prometheus_start
AIWF_PROMETHEUS=$PROM
export AIWF_PROMETHEUS
ok aiwf function deploy hello --command cat --mode stdio
ok aiwf train submit busy -- sh -c 'while :; do :; done'
scraped() { [ "$(aiwf query 'count(gateway_service_count) + count(aiwf_job_info)' -o json --jq '.items | length')" = 1 ]; }
until_ok 20 scraped
calls=0
seen() {
    [ $calls -ge 5 ] || aiwf function invoke hello -f "$T/prometheus.yml"
    calls=$((calls + 1))
    aiwf top --once -o json >"$OUT"
    jq -e '(.functions[] | select(.name == "hello") | .rps > 0 and .p95_ms > 0 and .cold_ratio > 0)
        and (.jobs[] | select(.name == "busy") | .state == "Running" and .cpu_cores > 0 and .run_s > 0)
        and .energy.power_w > 0 and .energy.energy_1h_j > 0 and .jobs_total.running == 1 and (.targets[0].up == 1)' <"$OUT"
}
until_ok 40 seen
ok aiwf top --once
out_has hello
out_has busy
out_has ENERGY

begin "energy by a model says so"
ok aiwf top --once -o json
[ "$(jq -r .energy.source <"$OUT")" = rapl ] || json .energy.estimated true

begin "a gateway that is down is told, not taken for silence"
ok aiwf local down
told() { aiwf top --once >"$OUT" && grep -q 'down' "$OUT" && ! grep -q 'no functions' "$OUT"; }
until_ok 20 told
out_has "aiwf/${gateway#http://}"
