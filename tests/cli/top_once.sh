. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
prometheus_history
prometheus_start
AIWF_PROMETHEUS=$PROM
export AIWF_PROMETHEUS

begin "one frame of 100x30"
ok aiwf top --once --at "$AT"
golden top-100x30.txt

begin "one frame of 80x24"
COLUMNS=80 LINES=24 ok aiwf top --once --at "$AT"
golden top-80x24.txt

begin "one frame of 40x8, in ASCII"
LC_ALL=C COLUMNS=40 LINES=8 ok aiwf top --once --at "$AT"
golden top-40x8.txt

begin "a frame of any size is one"
for size in 1x1 2x1 1x30 300x1 7x5 300x100; do
    COLUMNS=${size%x*} LINES=${size#*x} ok aiwf top --once --at "$AT"
    true_that test "$(wc -l <"$OUT")" -le "${size#*x}"
done

begin "no escape codes in a pipe, whatever names say"
ok aiwf top --once --at "$AT"
true_that test "$(tr -d '\n' <"$OUT" | tr -dc '\000-\037' | wc -c)" = 0
out_has '\x1b'

begin "the model as JSON, with units in its keys"
ok aiwf top --once --at "$AT" -o json
jq -S 'del(.source.prometheus)' <"$OUT" >"$T/model" && mv "$T/model" "$OUT"
golden top.json
json '.apiVersion + " " + .kind' 'aiwf/v1 Top'
json '[.functions[] | select(.name == "ocr") | .ready] | first' 2
json '[.functions[] | select(.name == "score") | .p95_ms] | first' null
json '.energy.estimated' true
json '[.jobs[] | .state] | sort | join(",")' Failed,Queued,Running
json '[paths(type == "string")] | length > 0' true

begin "figures are Prometheus'"
ok aiwf top --once --at "$AT" -o json
ours=$(jq '[.functions[] | select(.name == "ocr") | .p95_ms] | first | round' <"$OUT")
theirs=$(promtool query instant --time="$AT" -o json "$PROM" \
    '1000 * histogram_quantile(0.95, sum by (le) (rate(gateway_functions_seconds_bucket{function_name="ocr.openfaas-fn"}[1m])))' | jq '.[0].value[1] | tonumber | round')
true_that test "$ours" = "$theirs"

begin "one panel, a filter, an order"
ok aiwf top --once --at "$AT" --panel jobs
out_has bert
out_lacks FUNCTION
ok aiwf top --once --at "$AT" --filter OCR -o json
json '[.functions[].name] | join(",")' ocr
ok aiwf top --once --at "$AT" -o json
json '[.functions[].name] | [first, last] | join(" ")' "ocr score"
ok aiwf top --once --at "$AT" --sort FUNCTION -o json
json '[.functions[].name] | . == sort' true
ok aiwf top --once --at "$AT" --sort ready -o json
json '.functions[0].ready' 2
fails 2 aiwf top --once --panel job
err_has "did you mean jobs?"
fails 2 aiwf top --once --sort nothing

begin "where nothing is known there are dashes and reasons, no zeros"
ok aiwf top --once --at 2020-01-01T00:00:00Z
out_has "no functions"
out_lacks " 0 "
ok aiwf top --once --at 2020-01-01T00:00:00Z -o json
json '.functions | length' 0
json '.functions_total.rps' null
json '.energy.power_w' null

begin "without a terminal the way out is named"
fails 2 aiwf top
err_has "--once"

begin "wrong usage"
fails 2 aiwf top --once --at noon
fails 2 aiwf top --at "$AT"
fails 2 aiwf top --interval 1ms
fails 2 aiwf top --once -o csv

begin "the document is what its schema says, with figures or without"
fits() {
    /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$ROOT/testdata/top.schema.json" "$OUT"
}
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    ok aiwf top --once --at "$AT" -o json
    true_that fits
    ok aiwf top --once --at 2020-01-01T00:00:00Z -o json
    true_that fits
    ok aiwf top --once --at "$AT" -o json --panel jobs
    true_that fits
    ok aiwf top --once --at "$AT" -o json --jq '.functions[0].rps = "1"'
    ! fits 2>/dev/null || broken "the schema accepts anything"
else
    skip "apt-get install python3-jsonschema"
fi

begin "an assertion is an exit code, with what it is not"
ok aiwf top --assert 'gpu.util < 98 for 10m' --assert 'gpu.temperature <= 74' --at "$AT" -o json
json '[.items[].state] | unique | join(" ")' passed
fails 11 aiwf top --assert 'gpu.util < 98 for 10m' --assert 'gpu.util < 20 for 10m' --at "$AT" -o json
json '[.items[].state] | join(" ")' 'passed failed'
json '.items[1] | [.value, .unit, .source, .time] | join(" ")' '20 percent dcgm 2026-11-24T09:50:00Z'
err_has '1 of 2 asserts do not hold'
fails 11 aiwf top --assert 'gpu.util < 98 for 3h' --at "$AT" -o json
json '.items[0].state' unknown
fails 11 aiwf top --assert 'pod.cpu < 98' --at "$AT"
out_has "there is no series of it"
fails 2 aiwf top --assert 'gpu.util < lots' --at "$AT"
err_has "is no assertion"
fails 2 aiwf top --assert 'gpu.utils < 7' --at "$AT"

begin "a stream is a document each interval, until the reader has enough"
aiwf top -o ndjson --interval 200ms 2>"$ERR" | head -n 3 >"$OUT"
out_lines 3
json 'select(.kind != "Top")' ""

begin "a Prometheus that is down is exit 7 for one frame, and told in a stream"
kill "$PROM_PID"
until_ok 10 sh -c "! kill -0 $PROM_PID"
fails 7 aiwf top --once
err_has "$PROM"
aiwf top -o ndjson --interval 100ms 2>"$ERR" | head -n 2 >"$OUT"
json .source.state "$(printf 'down\ndown')"
json .functions_total.rps "$(printf 'null\nnull')"

begin "a full disk is told"
prometheus_start "${PROM##*:}"
aiwf top --once >/dev/full 2>"$ERR"
true_that test $? = 1
err_has "standard output"

begin "without a Prometheus the error says how to give one"
unset AIWF_PROMETHEUS
fails 7 aiwf top --once
err_has "the local runtime is not running"

begin "on the local runtime its gateway is read where no Prometheus is"
err_has "aiwf local up"
ok aiwf local up
at_exit "aiwf local down"
ok aiwf function deploy hello --command cat --mode stdio
ok aiwf function invoke hello -d x
ok aiwf top --once -o json
json '.functions[0].name' hello
ok aiwf query 'gateway_function_invocation_total' -o json
json '.items[0] | "\(.metric.job) \(.metric.code) \(.value)"' 'aiwf 200 1'
fails 2 aiwf query 'gateway_function_invocation_total' --range 1h
fails 2 aiwf top --once --at -5m
