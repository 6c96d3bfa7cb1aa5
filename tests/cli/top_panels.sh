# Each panel over a cluster's history, as people see it: by size, and as documents.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
prometheus_cluster
prometheus_start
AIWF_PROMETHEUS=$PROM AIWF_PRICE_GPU_HOUR=1.2 AIWF_CURRENCY=EUR
export AIWF_PROMETHEUS AIWF_PRICE_GPU_HOUR AIWF_CURRENCY
PANELS="overview alerts gpus functions jobs queues pools energy nodes"

for panel in $PANELS; do
    begin "the panel $panel at three sizes"
    for size in 80x24 120x40 250x70; do
        COLUMNS=${size%x*} LINES=${size#*x} ok aiwf top --once --at "$AT" --panel "$panel"
        golden "top/$panel-$size.txt"
    done
done

begin "all panels at three sizes"
for size in 80x24 120x40 250x70; do
    COLUMNS=${size%x*} LINES=${size#*x} ok aiwf top --once --at "$AT"
    golden "top/all-$size.txt"
done

begin "in ASCII curves and the map are ASCII"
LC_ALL=C COLUMNS=80 LINES=14 ok aiwf top --once --at "$AT" --panel gpus
golden top/gpus-ascii-80x14.txt
true_that test "$(tr -d '\n' <"$OUT" | tr -dc '\000-\037\200-\377' | wc -c)" = 0

begin "the document is what its schema says"
ok aiwf top --once --at "$AT" -o json
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    true_that /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$ROOT/testdata/top.schema.json" "$OUT"
fi

begin "rows of several sources are one row where they are one thing"
json '[.gpus[] | select(.name == "ml-node-0/0") | .busy_ratio, .power_w] | map(round) | join(" ")' '1 386'
json '[.nodes[] | select(.name == "ml-node-0") | .state, .gpus, .gpus_held, (.power_w | round)] | map(tostring) | join(" ")' 'Ready 4 4 170'
json '[.nodes[].name] | length' 4
json '[.functions[] | select(.name == "serving/ocr-00007") | .ready, .desired, (.rps | round), (.power_w | round)] | map(tostring) | join(" ")' '2 3 40 41'
json '[.functions[] | select(.name == "resize") | .p50_ms | round] | first' 5

begin "a GPU's holder is told by its job or function, and by its pod where nobody knows more"
json '[.gpus[] | select(.name == "ml-node-0/0", .name == "ml-node-1/0", .name == "ml-node-2/0") | .works_for] | map(tostring) | join(" ")' 'train/bert function/ocr null'
json '[.gpus[] | select(.name == "ml-node-0/0") | .holder] | first' vision/train-bert-0

begin "what is drawn and nobody's is a row of its own, and all rows are the total"
json '(.consumers | last | .name)' unattributed
json '([.consumers[].power_w] | add) - .energy.power_w | fabs < 0.001' true
json '[.consumers[].cost_per_hour | select(.)] | add | . * 100 | round' 1920
json '.energy.cost_per_hour * 100 | round' 1920

begin "an exporter that is down leaves its GPUs unknown, not zero and not gone"
json '[.gpus[] | select(.name == "ml-node-3/0") | .busy_ratio] | first' null
json '[.gpus[] | select(.name | startswith("ml-node-3/"))] | length' 4
ok aiwf top --once --at "$AT" --panel gpus
out_has "! dcgm-exporter/ml-node-3:9100 is down"
