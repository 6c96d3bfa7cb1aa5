# Exporters of a fleet that is not here (tests/tools/fleet_exporter.py), without a Prometheus; tests/live/aiwf_top_fleet.sh has
# all of its figures.
. "$(dirname "$0")/lib.sh"
python3 "$ROOT/tests/tools/fleet_exporter.py" 127.0.0.1 ml >"$T/port" &
keep $!
until_ok 20 test -s "$T/port"
fleet=http://127.0.0.1:$(cat "$T/port")
top() { aiwf top --once -o json --scrape "knative=$fleet/knative" --scrape "ksm=$fleet/ksm" --scrape "node=$fleet/node"; }
is() { [ "$(top | jq -r "$1")" = "$2" ]; }

begin "a function's requests and its instances are of one row, where its name is a label of both"
until_ok 20 is '[.functions[] | select(.name | test("fn-0")) | [.name, (.rps > 3000), .ready, .desired] | join(" ")] | join(",")' "ml/fn-0-00001 true 1 2"

begin "by a clock that is ahead a job has not begun: how long it runs is unknown"
curl -sf -X PUT -d ahead "$fleet/faults"
true_that is '.jobs[] | "\(.state) \(.run_s)"' "Running null"
curl -sf -X PUT -d "" "$fleet/faults"
true_that is '.jobs[] | "\(.state) \(.run_s > 900)"' "Running true"

begin "processors that say they idled more than the time there was are not less than idle"
curl -sf -X PUT -d hasty "$fleet/faults"
true_that is '.nodes[] | select(.name == "ml-node-0") | .cpu_ratio' 0

begin "of nodes with either Kepler, and of one with both, each counts once"
others=$(curl -sf "$fleet/urls" | sed -n 's|.*://127.0.0.1:\([0-9]*\)/.*|\1|p' | sort -u | grep -v "^${fleet##*:}$")
of_both() {
    aiwf top --once -o json --panel energy --window 5s --scrape "kepler=$fleet/kepler" --scrape "kepler-09=$fleet/kepler-09" \
        --scrape "kepler-09=http://localhost:$others/kepler-09"
}
drawn() { of_both >"$OUT" && jq -e "$1" "$OUT" >/dev/null; }
# 170.5 W and 180.5 W of nodes; three pods of each, at 2.25 W and at 2 W.
until_ok 20 drawn '.energy.nodes_power_w | . != null and (. - 351 | fabs) < 10'
until_ok 20 drawn '.consumers[] | select(.name == "ml-web") | (.nodes_power_w - 12.75 | fabs) < 0.5'
true_that drawn '.energy.source | test("kepler")'

begin "where only Kepler knows the GPUs, they are Kepler's; beside dcgm-exporter each is there once; no hour is told that was not seen"
of_gpus() { aiwf top --once -o json --window 5s --scrape "kepler=$fleet/kepler-gpu" --scrape "kepler=http://localhost:$others/kepler-gpu" "$@"; }
told() { of_gpus >"$OUT" && curl -sf "$fleet/told" | jq -e --slurpfile drawn "$OUT" "$1" >/dev/null; }
until_ok 20 told '([.gpus[] | {name, power_w, model}] | sort) == ([$drawn[0].gpus[] | {name, power_w, model}] | sort)'
true_that told '[.consumers[] | select(.gpus_power_w) | {name, gpus_power_w: (.gpus_power_w / 2)}] | sort
    == ([$drawn[0].consumers[] | select(.name | test("team")) | {name, gpus_power_w}] | sort)'
until_ok 20 told '([.gpus[].power_w] | add) as $w | $drawn[0].energy | .gpus_power_w == $w and .gpus_1h_j == null'
ok of_gpus --scrape "dcgm=$fleet/dcgm" --scrape "dcgm=http://localhost:$others/dcgm"
true_that sh -c 'curl -sf "$1/told" | jq -e --slurpfile drawn "$2" "([.gpus[] | {name, power_w}] | sort) == ([\$drawn[0].gpus[] | {name, power_w}] | sort)
    and ([.gpus[].power_w] | add) == \$drawn[0].energy.gpus_power_w"' _ "$fleet" "$OUT"

begin "GPUs of which nothing new is said are told to be stale, and have no figures"
curl -sf -X PUT -d behind "$fleet/faults"
ok aiwf top --once -o json --panel gpus --scrape "dcgm=$fleet/dcgm" --scrape "dcgm=http://localhost:$others/dcgm"
json '[.gpus[] | select(.name | startswith("ml-node-0/")) | "\(.state) \(.busy_ratio) \(.power_w)"] | unique | join(",")' "stale null null"
json '[.gpus[] | select(.name | startswith("ml-node-1/")) | .state] | unique | join(",")' ""
ok aiwf top --once --panel gpus --scrape "dcgm=$fleet/dcgm"
out_has stale
curl -sf -X PUT -d "" "$fleet/faults"
ok aiwf top --once -o json --panel gpus --scrape "dcgm=$fleet/dcgm"
json '[.gpus[] | .state] | unique | join(",")' ""

begin "exporters tell no past: the screen says so, and does not go there"
. "$ROOT/tests/tools/prometheus.sh"
unset TERM
screen "aiwf top --scrape dcgm=$fleet/dcgm; sleep 60"
shows "exporters ok"
keys '['
shows "exporters tell no past"
lacks PAST
