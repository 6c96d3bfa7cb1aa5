. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
prometheus_history
prometheus_start
AIWF_PROMETHEUS=$PROM
export AIWF_PROMETHEUS

# Labels and values as promtool, Prometheus' own client, prints them.
agrees() {
    promtool query instant --time="$AT" -o json "$PROM" "$1" | jq -S '[.[] | {metric, exact: .value[1]}] | sort_by(.metric | tostring)' >"$T/theirs"
    ok aiwf query "$1" --at "$AT" -o json
    jq -S '[.items[] | {metric, exact}] | sort_by(.metric | tostring)' <"$OUT" >"$T/ours"
    [ -s "$T/theirs" ] && diff "$T/theirs" "$T/ours" >&2 || broken "promtool answers otherwise: $1"
}

begin "an instant query agrees with promtool"
agrees 'gateway_service_count'
agrees 'rate(gateway_function_invocation_total[5m])'
agrees 'histogram_quantile(0.95, sum by (le, function_name) (rate(gateway_functions_seconds_bucket[1m])))'
agrees '{__name__=~"aiwf_.*"}'
agrees 'aiwf_power_watts / 0'

begin "a range query agrees with promtool"
expr='sum by (function_name) (rate(gateway_function_invocation_total[1m]))'
promtool query range --start=1795513800 --end=1795514400 --step=15s -o json "$PROM" "$expr" |
    jq -S '[.[] | {metric, samples: [.values[] | .[1]]}] | sort_by(.metric | tostring)' >"$T/theirs"
ok aiwf query "$expr" --at "$AT" --range 10m --step 15s -o json
jq -S '[.items[] | {metric, samples: [.samples[].exact]}] | sort_by(.metric | tostring)' <"$OUT" >"$T/ours"
true_that cmp "$T/theirs" "$T/ours"

begin "a table has a column a label, and the value as Prometheus gives it"
ok aiwf query 'gateway_service_count{function_name=~"ocr.*"}' --at "$AT"
out_has FUNCTION_NAME
out_has ocr.openfaas-fn
out_lines 2

begin "values that are not numbers stay what they are"
ok aiwf query 'vector(0) / 0' --at "$AT"
out_has NaN
ok aiwf query 'vector(1) / 0' --at "$AT" -o json
json '.items[0].value' null
json '.items[0].exact' +Inf

begin "a scalar and a string are answers"
ok aiwf query '1 + 1' -o csv --no-headers --at 1700000000
out_has ',2'
ok aiwf query '"text"' -o json
json '.items[0].exact' text

begin "nothing is no error, and said on stderr"
ok aiwf query no_such_metric
out_is ""
err_has "no series"
ok aiwf query no_such_metric -o json
json '.items | length' 0

begin "a range in a pipe is a line a series with its summary; CSV has every value"
ok aiwf query aiwf_power_watts --at "$AT" --range 5m --step 1m
out_lines 2
out_has MIN
out_lacks CURVE
ok aiwf query aiwf_power_watts --at "$AT" --range 5m --step 1m -o csv
out_lines 7
out_has 2026-11-24T09:58:00Z

begin "a range in a terminal has a curve"
screen "aiwf query aiwf_power_watts --at $AT --range 15m; sleep 60" 160 20
shows CURVE
shows ⣀

begin "-o spark is a line a series with its curve, in a pipe too"
ok aiwf query 'gateway_service_count{function_name=~"ocr.*"}' --at "$AT" --range 15m -o spark
out_lines 2
out_has 'gateway_service_count{function_name="ocr'
out_has ▁
LC_ALL=C ok aiwf query aiwf_power_watts --at "$AT" -o spark --no-headers
out_lines 1
fails 2 aiwf query up -o sparks

begin "a picture is drawn by gnuplot, and nothing of a label is a command"
evil='"; system "touch '$T'/pwned" `touch '$T'/pwned` {/Symbol a} %s'
ok aiwf query "label_replace(aiwf_power_watts, 'evil', '$evil', '', '')" --at "$AT" --range 15m --plot power.svg
out_is ""
true_that grep -q '</svg>' power.svg
true_that grep -qF 'touch' power.svg
true_that test ! -e "$T/pwned"
ok aiwf query aiwf_power_watts --at "$AT" --range 15m --plot "$T/a 'b.png"
true_that test "$(head -c 4 "$T/a 'b.png" | tail -c 3)" = PNG
fails 2 aiwf query up --plot power.pdf
err_has ".svg nor .png"
fails 3 aiwf query up --plot nowhere/power.svg
err_has "--plot: there is no folder nowhere"
true_that test ! -e nowhere
fails 2 aiwf query no_such_metric --plot nothing.svg
err_has "nothing to draw"

begin "without gnuplot, the error says so"
mkdir -p "$T/few"
for program in aiwf env; do ln -sf "$(command -v $program)" "$T/few/"; done
fails 3 env PATH="$T/few" aiwf query aiwf_power_watts --at "$AT" --plot power.svg
err_has "gnuplot is not installed"
err_has "-o spark"

begin "what can be asked for is listed"
ok aiwf query --list metrics
out_has gateway_service_count
ok aiwf query --list labels -o name
out_has label/function_name
ok aiwf query --list series 'gateway_service_count{function_name=~"ocr.*"}' --at "$AT" -o json
json '.items | type' array
fails 2 aiwf query --list series
err_has "needs a selector"
ok aiwf query --list server -o json
json '.items[0].version | test("^[0-9]")' true

begin "a figure is asked for by name, and told by whom it is"
ok aiwf query --list figures -o json
json '["function.errors", "function.latency", "function.rate", "function.replicas"] - [.items[] | select(.source == "openfaas") | .name] | length' 0
ok aiwf query --figure function.replicas --at "$AT" -o json
json '[.items[] | select(.metric.function_name | startswith("ocr")) | .value] | tostring' '[2]'
err_has 'by OpenFaaS gateway: sum by (function_name) (gateway_service_count)'
ok aiwf query --figure gpu.util --source dcgm --at "$AT" -o json
json '[.items[].value] | sort | tostring' '[3,97]'
fails 3 aiwf query --figure gpu.util --source dcgm-mig --at "$AT"
fails 3 aiwf query --figure pod.cpu
err_has "has no pod.cpu"
fails 2 aiwf query --figure gpu.utils
err_has "did you mean gpu.util?"
fails 2 aiwf query up --figure gpu.util
fails 2 aiwf query up --source dcgm

begin "control characters in labels never reach a table"
ok aiwf query 'gateway_service_count{function_name=~"evil.*"}' --at "$AT"
out_has '\x1b[31m'
true_that test "$(tr -d '\n' <"$OUT" | tr -dc '\000-\037' | wc -c)" = 0

begin "a wrong expression is wrong usage, in Prometheus' own words"
fails 2 aiwf query 'rate(up'
err_has 'unclosed left parenthesis'
fails 2 aiwf query up --range 30d --step 1s
err_has '11,000 points'

begin "what it cannot evaluate is a failure"
fails 1 aiwf query 'gateway_function_invocation_total * on (code) gateway_service_count{x=""}' --at "$AT"
err_has "Prometheus"

begin "wrong times are refused before anything is asked"
fails 2 aiwf query up --at yesterday
err_has yesterday
fails 2 aiwf query up --step 5s
fails 2 aiwf query
err_has "PROMQL is missing"

begin "a Prometheus that is not there is exit 7, with its URL and what to try"
port=$(free_port)
fails 7 aiwf query up --prometheus "http://127.0.0.1:$port/base"
err_has "http://127.0.0.1:$port/base"
err_has "--prometheus URL"

begin "a web server that is no Prometheus is named"
mkdir -p "$T/www"
echo '<html>hello</html>' >"$T/www/index.html"
port=$(free_port)
python3 -m http.server -d "$T/www" -b 127.0.0.1 "$port" >/dev/null 2>&1 &
keep $!
until_ok 10 curl -sf "http://127.0.0.1:$port/"
fails 1 aiwf query up --prometheus "http://127.0.0.1:$port"
err_has "not a Prometheus server"

begin "a path before /api works"
prefix_port=$(free_port)
prometheus --config.file="$T/prometheus.yml" --storage.tsdb.path="$T/data2" --web.listen-address="127.0.0.1:$prefix_port" \
    --web.external-url="http://127.0.0.1:$prefix_port/prom" >"$T/prefix.log" 2>&1 &
keep $!
until_ok 20 is_ready "http://127.0.0.1:$prefix_port/prom"
ok aiwf query '40 + 2' --prometheus "http://127.0.0.1:$prefix_port/prom/" -o json
json '.items[0].value' 42

begin "--watch asks again and prints what changed, until Ctrl-C"
sh -c 'echo $$ >"$1/pid"; exec aiwf query "vector(1)" -o json --jq ".items | length" --watch >"$1/watched"' sh "$T" &
until_ok 15 test -s "$T/watched"
kill -s INT "$(cat "$T/pid")"
wait $!
true_that test $? = 0

begin "the context's login is its gateway's: Prometheus never sees it"
. "$ROOT/tests/tools/wire.sh"
wire spy '{"replies":[{"body":"{\"status\":\"success\",\"warnings\":[\"heed\"],\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"7\"]}}"}]}'
echo hunter2 >"$T/password"
unset AIWF_PROMETHEUS
ok aiwf context add shop --openfaas http://127.0.0.1:1 --user admin --password-file "$T/password" --prometheus "$URL"
ok aiwf query 'a{b="c d"}+1' --context shop -o json
json '.items[0].value' 7
err_has "warning: heed"
true_that test "$(asked '.[0].method + " " + .[0].path')" = "POST /api/v1/query"
true_that test "$(asked '.[0].body')" = 'query=a%7Bb%3D%22c%20d%22%7D%2B1'
true_that test "$(asked '.[0].headers | tostring | ascii_downcase | contains("authorization")')" = false

begin "without a Prometheus the error says how to give one"
fails 7 aiwf query up
err_has "the local runtime is not running"
err_has "--prometheus URL"
