# Several contexts on one screen: each with its own server, login and state.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
prometheus_history "$(date +%s)"
cp -r "$T/data" "$T/data.lab"
prometheus_start
prod=$PROM
mv "$T/data" "$T/data.prod"
mv "$T/data.lab" "$T/data"
prometheus_start
lab=$PROM lab_pid=$PROM_PID
unset TERM
ok aiwf context add prod --prometheus "$prod" --openfaas http://127.0.0.1:7
ok aiwf context add lab --prometheus "$lab" --openfaas http://127.0.0.1:9

begin "rows say whose they are, in a document and on a frame"
ok aiwf top --once --context prod,lab --window 10m -o json
json .context prod,lab
json '[.functions[] | select(.name == "ocr") | .context] | sort | join(",")' lab,prod
json '[.sources[] | .context + " " + .state] | join(", ")' 'prod up, lab up'
json .source.state up
json .gpus_total.gpus 4
ok aiwf top --once --context prod,lab --window 10m --panel functions
out_has context
true_that test "$(grep -c 'ocr .*prod *$\|ocr .*lab *$' "$OUT")" = 2

begin "a context at a time is the same; elsewhere the last one counts"
ok aiwf --context prod top --once --context lab --window 10m -o json
json .context prod,lab
json '[.sources[].context] | join(",")' prod,lab
ok aiwf top --once --context prod --context lab,prod --window 10m -o json
json .context prod,lab,prod
ok aiwf query up --context nosuch --context lab -o json

begin "the document is what its schema says"
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
    ok aiwf top --once --context prod,lab --window 10m -o json
    true_that /usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$ROOT/testdata/top.schema.json" "$OUT"
else
    skip "apt-get install python3-jsonschema"
fi

begin "one that is not there, and what is for one only"
fails 3 aiwf top --once --context prod,nosuch
err_has nosuch
fails 2 aiwf top --once --context prod,lab --prometheus "$prod"
fails 2 aiwf top --once --context prod,lab --assert 'gpu.util < 1'
fails 2 aiwf top --once --context a,b,c,d,e,f,g,h,i
err_has "at most 8"

begin "a screen has both, and folds them by context"
screen "aiwf top --context prod,lab --window 10m --interval 200ms; echo left \$?; sleep 60" 120 30
shows "prod ok  lab ok"
shows "ocr"
keys : "filter context=lab" Enter : functions Enter
shows "lab"
keys : filter Enter : "group context" Enter
shows "lab (4)"
shows "prod (4)"
keys Enter
shows "  ocr"
keys : "group none" Enter

begin "a command goes to the context of its row"
keys : "sort FUNCTION" Enter : "filter context=lab ocr" Enter
shows ocr
keys w
shows "why function ocr (lab)"
shows "127.0.0.1:9"
keys Escape : filter Enter

begin "one that goes is told, and the other goes on"
kill "$lab_pid"
shows "lab down since"
shows "prod ok"
shows ocr
ok aiwf top --once --context prod,lab --window 10m -o json
json '[.sources[] | .context + " " + .state] | join(", ")' 'prod up, lab down'
json '[.functions[] | select(.name == "ocr") | .context] | join(",")' prod
keys q
shows "left 0"
fails 7 aiwf top --once --context lab,lab
