# Every figure of the vocabulary can be judged: what holds is 0, what does not and what is unknown is 11, what makes no sense is 2.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
prometheus_cluster
prometheus_start
export AIWF_PROMETHEUS="$PROM"
judge() { aiwf top --at "$AT" "$@" -o json; }
ok aiwf query --list figures --at "$AT" -o json
jq -r '.items[] | "\(.name) \(.unit) \(.source)"' "$OUT" | sort -u -k1,1 >"$T/figures"
true_that test "$(wc -l <"$T/figures")" -ge 60

all() { # OP, of each figure on stdin
    sed "s/.*/--assert\n& $1/" | tr '\n' '\0' | xargs -0 aiwf top --at "$AT" -o json
}
begin "a number is judged by what it is, and is unknown where nobody measures it"
awk '$2 != "text" { print $1 }' "$T/figures" >"$T/numbers"
all '>= 0' <"$T/numbers" >"$T/judged" 2>"$T/err" || true
jq -r '.items[] | select(.state == "passed") | .name | sub(" .*"; "")' "$T/judged" >"$T/known"
true_that test "$(wc -l <"$T/known")" -ge 30
true_that jq -e 'all(.items[]; .state != "failed" and (.state == "passed" or .source == null or (.why | startswith("known at 0") or startswith("there is no series"))))' "$T/judged"
ok all '>= 0' <"$T/known"
grep -vxFf "$T/known" "$T/numbers" >"$T/unknown"
all '>= 0' <"$T/unknown" >"$OUT" 2>"$T/err" && broken "what is unknown holds"
json '[.items[].state] | unique | join(" ")' unknown
all '< 0' <"$T/known" >"$OUT" 2>"$T/err" && broken "what is not so holds"
json '[.items[] | .state, (.value >= 0)] | unique | map(tostring) | join(" ")' 'true failed'
for figure in gpu.util function.rate node.power queue.pending; do
    ok judge --assert "$figure >= 0"
    fails 11 judge --assert "$figure < 0"
done
fails 11 judge --assert 'pod.cpu >= 0'

begin "a text is compared with a word, all the time that is asked for"
fails 11 judge --assert 'node.ready == Ready'
json '.items[0] | .state, .value, .why' 'failed
null
it is Unknown'
ok judge --assert 'node.ready != NotReady for 10m'
ok judge --assert 'job.state != Queued' --assert 'job.state != Pending for 5m'
fails 11 judge --assert 'job.state != Failed'
json '.items[0].why' 'it is Failed'
fails 11 judge --assert 'pool.function == resize for 3h'
json '.items[0].state' unknown

begin "what makes no sense is told"
for text in 'gpu.util == Ready' 'node.ready == 1' 'node.ready < Ready' 'gpu.model > 3'; do
    fails 2 judge --assert "$text"
done
fails 2 judge --assert 'node.ready > 0'
err_has "node.ready is a text"

begin "each source that measures a figure is judged: one that fails is told, whoever it is"
ok judge --assert 'function.rate < 45'
fails 11 judge --assert 'function.latency.p99 >= 23.5'
json '.items[0] | .state, .source' 'failed
openfaas'
