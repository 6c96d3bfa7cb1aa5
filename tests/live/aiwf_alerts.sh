#!/bin/sh
# needs: prometheus
# aiwf alerts: a target that is gone is pending, firing, silenced by amtool, and its rules are listed.
. "$(dirname "$0")/lib.sh"
export AIWF_PROMETHEUS="$PROMETHEUS_URL" AIWF_ALERTMANAGER="$ALERTMANAGER_URL"
name=$(a_name)
state() { aiwf alerts list -o json --jq ".items[] | select(.labels.job == \"$name\") | .state"; }
state_is() { [ "$(state)" = "$1" ]; }
sources_are() { [ "$(aiwf alerts list -o json --jq ".items[] | select(.labels.job == \"$name\") | .sources | join(\",\")")" = "$1" ]; }

begin "an alert is pending, then fires, and both servers know it as one"
prometheus_scrapes "$name" 127.0.0.1:1
until_ok 30 state_is pending
until_ok 40 sources_are prometheus,alertmanager
true_that state_is firing
ok aiwf alerts list --state firing
out_has "$name at 127.0.0.1:1 cannot be scraped"

begin "a silence of amtool is seen, with its id"
silence=$(amtool --alertmanager.url="$ALERTMANAGER_URL" silence add --author=test --comment=test "job=$name")
at_exit "amtool --alertmanager.url='$ALERTMANAGER_URL' silence expire '$silence'"
until_ok 20 state_is silenced
ok aiwf alerts list --state silenced -o json
json ".items[] | select(.labels.job == \"$name\") | .silenced_by | join(\",\")" "$silence"
ok aiwf alerts list --state firing
out_lacks "$name"

begin "without its Alertmanager, Prometheus' alerts are told, and that silences are unknown"
ok aiwf alerts list --alertmanager "http://127.0.0.1:$(free_port)"
out_has "$name"
err_has "what is silenced is unknown"

begin "rules are those that it was given"
ok aiwf alerts rules -o json
json '[.items[] | select(.file | endswith("/rules.yml")) | .name] | sort | join(" ")' "$(sed -n 's/^ *- alert: //p' "$BED_DIR/prometheus/rules.yml" | sort | tr '\n' ' ' | sed 's/ $//')"
json '.items[] | select(.name == "TargetDown") | [.state, .health, .for_ms] | join(" ")' "firing ok 15000"
