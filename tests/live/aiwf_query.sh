#!/bin/sh
# needs: prometheus
# aiwf query against the real Prometheus says what promtool says; curves, pictures, and what there is.
. "$(dirname "$0")/lib.sh"
export AIWF_PROMETHEUS="$PROMETHEUS_URL"
now=$(($(date +%s) - 5))

instant_agrees() {
    promtool query instant --time="$now" -o json "$PROMETHEUS_URL" "$1" | jq -S '[.[] | {metric, exact: .value[1]}] | sort_by(.metric | tostring)' >"$T/theirs"
    ok aiwf query "$1" --at "$now" -o json
    jq -S '[.items[] | {metric, exact}] | sort_by(.metric | tostring)' <"$OUT" >"$T/ours"
    [ "$(jq length "$T/theirs")" -gt 0 ] && diff "$T/theirs" "$T/ours" >&2 || broken "promtool answers otherwise: $1"
}
range_agrees() {
    promtool query range --start=$((now - 60)) --end="$now" --step=10s -o json "$PROMETHEUS_URL" "$1" | jq -S '[.[] | {metric, samples: [.values[] | .[1]]}] | sort_by(.metric | tostring)' >"$T/theirs"
    ok aiwf query "$1" --at "$now" --range 60s --step 10s -o json
    jq -S '[.items[] | {metric, samples: [.samples[].exact]}] | sort_by(.metric | tostring)' <"$OUT" >"$T/ours"
    [ "$(jq length "$T/theirs")" -gt 0 ] && diff "$T/theirs" "$T/ours" >&2 || broken "promtool answers otherwise: $1"
}

begin "instants and ranges are promtool's, odd values included"
for expression in 'process_resident_memory_bytes / 3' 'up == bool 2' 'label_replace(vector(0), "a", "b c", "", "") / 0' 'sum by (job) (rate(process_cpu_seconds_total[1m])) or vector(1) / 0'; do
    instant_agrees "$expression"
    range_agrees "$expression"
done

begin "what it cannot evaluate is told in its words"
fails 1 aiwf query 'process_start_time_seconds * on () process_start_time_seconds'
err_has "many-to-many matching not allowed"

begin "targets, metrics with their meaning, and the server are listed"
ok aiwf query --list targets -o json
json '[.items[] | select(.job == "prometheus")][0].state' up
ok aiwf query --list metrics '{job="prometheus"}' -o json
json '[.items[] | select(.name == "prometheus_http_request_duration_seconds_bucket")][0].type' histogram
ok aiwf query --list server -o json
json '.items[0].version' "$(curl -sf "$PROMETHEUS_URL/api/v1/status/buildinfo" | jq -r .data.version)"

begin "a curve and a picture of real series"
ok aiwf query 'process_resident_memory_bytes{job="prometheus"}' --range 5m -o spark
out_has process_resident_memory_bytes
ok aiwf query 'process_resident_memory_bytes' --range 5m --plot memory.svg
true_that grep -q '</svg>' memory.svg
