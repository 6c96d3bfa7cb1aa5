#!/bin/sh
# needs: prometheus
# Prometheus is asked, filled through pushgateway and told a target, warns through Alertmanager; aiwf query says what promtool says.
. "$(dirname "$0")/lib.sh"
name=$(a_name)
push() { echo "$1 $2" | curl -sf --data-binary @- "$PUSHGATEWAY_URL/metrics/job/$name"; }
unpush() { curl -sf -X DELETE "$PUSHGATEWAY_URL/metrics/job/$name"; }
at_exit unpush

begin "it answers an instant and a range"
ok promtool query instant "$PROMETHEUS_URL" 'up{job="prometheus"}'
out_has '=> 1 @['
now=$(date +%s)
ok promtool query range --start=$((now - 10)) --end="$now" --step=2s "$PROMETHEUS_URL" 'vector(6) * 7'
true_that [ "$(grep -c '^42 @\[' "$OUT")" = 6 ]

begin "a metric is pushed, read, changed and deleted"
ok push "$name" 41
until_ok 20 is_value "$name" 41
out_lacks error
ok push "$name" 43.5
until_ok 20 is_value "$name" 43.5
true_that is_value "$name{job=\"$name\"}" 43.5
true_that is_value "min_over_time($name[1m])" 41
ok unpush
until_ok 20 is_value "$name" ""
true_that is_value "last_over_time($name[1m])" 43.5

begin "aiwf query has promtool's numbers"
at=$(date +%s)
expression='process_cpu_seconds_total{job="prometheus"} / 3'
ok aiwf query "$expression" --at "$at" --prometheus "$PROMETHEUS_URL" -o json
json '.items[0].exact' "$(value --time="$at" "$expression")"
ok aiwf query 'vector(6) * 7' --range 10s --step 2s --prometheus "$PROMETHEUS_URL" -o json
json '[.items[0].samples[].value] | unique | tostring' '[42]'

begin "an alert fires, is seen in Alertmanager, and is over when its reason is"
ok push bed_alarm 7
until_ok 30 alerts_are 1 alertname=BedPushed "job=$name"
ok alerts alertname=BedPushed "job=$name"
json '.[0] | [.status.state, .labels.severity, .annotations.summary] | join(" ")' 'active warning bed_alarm is 7'
ok unpush
until_ok 30 alerts_are 0 alertname=BedPushed "job=$name"

begin "a target is told by a file, is missed when nobody is there, and forgotten with the file"
prometheus_scrapes "$name" 127.0.0.1:1
until_ok 30 is_value "up{job=\"$name\"}" 0
until_ok 40 alerts_are 1 alertname=TargetDown "job=$name"
rm "$BED_DIR/prometheus/targets/$name.json"
until_ok 30 is_value "up{job=\"$name\"}" ""

begin "its rules do what they say"
ok promtool test rules "$ROOT/tests/bed/prometheus/rules_test.yml"
out_has SUCCESS
