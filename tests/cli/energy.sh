# Energy of this machine and of what runs on it: measured or modelled, and said which.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
ok aiwf local up --idle-watts 10 --max-watts 30 -o json
gateway=$(jq -r .gateway <"$OUT")
value() { curl -s "$gateway/metrics" | awk -v name="$1" 'index($1, name) == 1 { print $2; exit }'; }

begin "the source is named, and an estimate is called one"
ok aiwf local status -o json
json '.energy.source == "model" or .energy.source == "rapl"' true
source=$(jq -r .energy.source <"$OUT")
ok curl -s "$gateway/metrics"
if [ "$source" = model ]; then
    out_has 'aiwf_energy_joules_total{source="model",zone="machine",estimated="true"}'
    ok aiwf local status -o json
    json '.energy.declared and .energy.idle_watts == 10 and .energy.max_watts == 30' true
else
    out_has 'estimated="false"'
fi

begin "power lies between the declared idle and maximum, and energy grows with time"
first=$(value aiwf_energy_joules_total)
sleep 1
second=$(value aiwf_energy_joules_total)
watts=$(value aiwf_power_watts)
true_that awk -v a="$first" -v b="$second" 'BEGIN { exit !(b > a) }'
[ "$source" = rapl ] || true_that awk -v w="$watts" 'BEGIN { exit !(w >= 10 && w <= 30) }'

begin "a job is given energy by the CPU time it used"
ok aiwf train submit busy --wait -- sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done'
ok aiwf train submit idle --wait -- sleep 0.3
busy=$(aiwf train show busy -o json | jq .energy_j)
idle=$(aiwf train show idle -o json | jq .energy_j)
true_that awk -v a="$busy" -v b="$idle" 'BEGIN { exit !(a > 3 * b && a > 0) }'
if [ "$source" = model ]; then
    cpu=$(aiwf train show busy -o json | jq .cpu_s)
    # Declared maximum over all cores: no CPU second may cost more.
    true_that awk -v j="$busy" -v c="$cpu" -v n="$(nproc)" 'BEGIN { exit !(j <= c * 30 / n * 1.3 && j >= c * 10 / n * 0.5) }'
fi
