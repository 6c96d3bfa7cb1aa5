#!/bin/sh
# A workflow file is checked before anything runs.
. "$(dirname "$0")/lib.sh"

write() {
    cat >w.yaml
}
two() {
    write <<'END'
name: two
stages:
  - name: prepare
    kind: batch
    command: echo 1 >"$AIWF_OUTPUT_DATA"
    outputs: {data: data.csv}
  - name: train
    kind: train
    gpus: 1
    inputs: {data: prepare.data}
    command: cp "$AIWF_INPUT_DATA" model
    outputs: {model: model}
END
}
change() {
    two
    sed -i "$1" w.yaml
}

begin "a valid file is exit 0"
two
ok aiwf workflow validate -f w.yaml
err_has "two is valid: 2 stages"
out_lines 0

begin "the digits are valid"
ok aiwf workflow validate -f "$ROOT/testdata/digits/workflow.yaml"

begin "no file named is exit 2"
fails 2 aiwf workflow validate
err_has "aiwf workflow validate -f workflow.yaml"

begin "a file that is not there is exit 3"
fails 3 aiwf workflow run -f none.yaml
err_has "none.yaml"

begin "broken YAML is named by line and column"
change 's/gpus: 1/gpus: [/'
fails 2 aiwf workflow validate -f w.yaml
err_has "w.yaml:"

begin "an unknown key is named, with the nearest"
change 's/gpus:/gpu:/'
fails 2 aiwf workflow validate -f w.yaml
err_has 'w.yaml:9:5: unknown key "gpu"'
err_has 'did you mean "gpus"?'

begin "needs that dangle are named, with the nearest"
change 's/    gpus: 1/    needs: [prepar]/'
fails 2 aiwf workflow validate -f w.yaml
err_has 'stage train needs "prepar", which is no stage'
err_has 'did you mean "prepare"?'

begin "a cycle is shown whole"
change 's/    outputs: {data: data.csv}/&\n    needs: [train]/'
fails 2 aiwf workflow run -f w.yaml
err_has "circle: prepare -> train -> prepare"

begin "an input that nobody makes is named"
change 's/prepare.data/prepare.dta/'
fails 2 aiwf workflow plan -f w.yaml
err_has 'stage prepare has no output "dta"'
err_has 'did you mean "prepare.data"?'

begin "an error is JSON with -o json"
change 's/gpus:/gpu:/'
fails 2 aiwf workflow plan -f w.yaml -o json
err_has "\"code\":\"usage\""

begin "plan says where and why, and what is not known"
two
ok aiwf workflow plan -f w.yaml
out_has "local job (1 GPU)"
out_has "training runs to completion in a container; here: a process"
ok aiwf workflow plan -f w.yaml -o json
json '.items[1].p95_ms' null
json '.items[1].needs[0]' prepare

begin "a name that never ran is exit 3"
for verb in status resume logs cancel; do
    fails 3 aiwf workflow $verb nosuch
    err_has 'workflow "nosuch" never ran here'
done

begin "no runs are an empty list"
ok aiwf workflow list
out_lines 0
err_has "no workflows"

begin "without a runtime, run says what to start and makes nothing"
fails 7 aiwf workflow run -f w.yaml
err_has "aiwf local up"
true_that test ! -e "$HOME/.local/state/aiwf/workflows"

begin "the published schema is the program's"
aiwf explain workflow --json-schema >schema.json
true_that cmp schema.json "$ROOT/testdata/workflow.schema.json"
