#!/bin/sh
# needs: prometheus node
# aiwf's own gateway, run inside the bed, is a target by a file; query and top read its functions and the bed's GPUs from Prometheus.
. "$(dirname "$0")/lib.sh"
name=$(a_name)
inside() { "$BED" exec aiwf --context local "$@"; }
ask() { aiwf query "$1" --prometheus "$PROMETHEUS_URL" -o json --jq '[.items[].exact] | join(" ")'; }
is_asked() { got=$(ask "$1") && [ "$got" = "$2" ]; }
at_exit "'$BED' exec aiwf local down"

begin "its functions' calls are counted in Prometheus"
ok "$BED" exec aiwf local up
ok "$BED" exec aiwf local status -o json
url=$(jq -r .gateway "$OUT")
prometheus_scrapes "$name" "${url#http://}"
until_ok 30 is_asked "up{job=\"$name\"}" 1
ok inside function deploy "$name" --command cat --mode stdio
i=0
while [ $i -lt 7 ]; do
    ok inside function invoke "$name" -d hello
    out_is hello
    i=$((i + 1))
done
until_ok 20 is_asked "gateway_function_invocation_total{job=\"$name\", code=\"200\", function_name=~\"$name.*\"}" 7

begin "top has them, and the GPUs of the bed"
ok aiwf top --once -o json --prometheus "$PROMETHEUS_URL"
json .source.state up
json ".functions[] | select(.name == \"$name\") | .ready" 1
json '.gpus | length' "$(ask 'count(DCGM_FI_DEV_GPU_UTIL)')"
json '.gpus_total | .power_w >= 71 * .gpus | tostring' true
json "[.targets[] | select(.up == 1) | .name] | contains([\"$name/${url#http://}\"]) | tostring" true
ok aiwf top --once --panel functions --filter "$name" --prometheus "$PROMETHEUS_URL"
out_has "$name"
ok aiwf top --once --prometheus "$PROMETHEUS_URL"
out_has real/0

begin "once down and forgotten it is gone"
ok inside function delete "$name" -y
ok "$BED" exec aiwf local down
rm "$BED_DIR/prometheus/targets/$name.json"
until_ok 30 is_asked "up{job=\"$name\"}" ""
