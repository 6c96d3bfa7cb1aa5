#!/bin/sh
# Workflows run on the local runtime: outputs handed on, nothing redone without need, failures told.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
aiwf local up --gpus 1 >/dev/null 2>&1

mkdir "$T/count"
count() { # STAGE N: it ran to its end so often
    [ "$(cat "$T/count/$1" 2>/dev/null | wc -l)" = "$2" ]
}
run_file() { aiwf workflow run -f w.yaml; }
# The state of a stage in the last run.
is() { # STAGE STATE
    [ "$(aiwf workflow status flow -o json --jq ".stages[] | select(.name == \"$1\").state")" = "$2" ]
}
echo 'b c a' >words.txt
echo 'tr " " "\n" | sort' >sort.sh
cat >w.yaml <<END
name: flow
stages:
  - name: prepare
    kind: batch
    source: sort.sh
    env: {COUNT: $T/count}
    inputs: {words: words.txt}
    command: sh sort.sh <"\$AIWF_INPUT_WORDS" >"\$AIWF_OUTPUT_SORTED" && echo >>"\$COUNT/prepare"
    outputs: {sorted: out/sorted.txt}
  - name: train
    kind: train
    gpus: 1
    env: {COUNT: $T/count}
    inputs: {sorted: prepare.sorted}
    command: |
      mkdir "\$AIWF_OUTPUT_MODEL"
      paste -sd+ "\$AIWF_INPUT_SORTED" >"\$AIWF_OUTPUT_MODEL/text"
      echo "gpu \$CUDA_VISIBLE_DEVICES in \$AIWF_WORKFLOW/\$AIWF_STAGE"
      echo >>"\$COUNT/train"
    outputs: {model: model}
  - name: serve
    kind: inference
    mode: stdio
    inputs: {model: train.model}
    command: cat "\$AIWF_INPUT_MODEL/text"
  - name: ask
    kind: batch
    env: {COUNT: $T/count}
    needs: [serve]
    command: echo "\$AIWF_FUNCTION_SERVE" >url && echo >>"\$COUNT/ask"
    outputs: {url: url}
END
cp w.yaml whole.yaml

begin "a workflow runs to its end"
ok run_file
out_has "Succeeded"
err_has "workflow flow: 4 stages in"
for stage in prepare train serve ask; do true_that is $stage Succeeded; done
ok aiwf workflow status flow -o json
json .state Succeeded
json '.stages[1].exit_code' 0
json '.stages[3].run_ms > 0' true

begin "outputs are handed on, by content"
ok aiwf function invoke flow-serve
out_is "a+b+c"
ok sh -c 'cat "$(aiwf workflow status flow -o json --jq ".stages[3].outputs.url.path")"'
out_has "/function/flow-serve"

begin "logs are of one stage, or of all with names"
ok aiwf __complete workflow logs flow tr
out_is train
ok aiwf workflow logs flow train
out_is "gpu 0 in flow/train"
ok aiwf workflow logs flow
out_has "train | gpu 0 in flow/train"
fails 3 aiwf workflow logs flow trai
err_has 'did you mean "train"?'

begin "what a run did is told also where it could not go on"
cat >wide.yaml <<'END'
name: wide
stages:
  - {name: a, kind: batch, command: "echo 1"}
  - {name: b, kind: batch, command: "true", needs: [a], gpus: 99}
END
fails 6 aiwf workflow run -f wide.yaml -o json
json '[.stages[].state] | join(" ")' "Succeeded Failed"
err_has "99 GPUs"
ok aiwf workflow delete wide --yes

begin "what did not change is not redone"
ok run_file
err_has "4 reused"
for stage in prepare train ask; do true_that count $stage 1; done
true_that is serve Cached

begin "another source with the same result stops there"
echo 'tr " " "\n" | sort -u' >sort.sh
ok run_file
true_that count prepare 2
true_that count train 1
true_that is train Cached

begin "another result goes all the way"
echo 'b c d' >words.txt
ok run_file
true_that count train 2
true_that count ask 2
ok aiwf function invoke flow-serve
out_is "b+c+d"

begin "an older result is found again"
echo 'b c a' >words.txt
ok run_file
true_that count prepare 3
true_that count train 2
ok aiwf function invoke flow-serve
out_is "a+b+c"

begin "--fresh redoes everything"
ok aiwf workflow run -f w.yaml --fresh
true_that count train 3
ok run_file
true_that count train 3

begin "a function that someone deleted is deployed again"
aiwf function delete flow-serve >/dev/null 2>&1
ok run_file
ok aiwf function invoke flow-serve
out_is "a+b+c"
true_that count train 3

begin "plan knows what would be reused and what was measured"
ok aiwf workflow plan -f w.yaml -o json
json '.items[1].unchanged' true
ok aiwf workflow plan -f w.yaml
out_has "unchanged, will be reused"

begin "a dry run runs nothing"
echo 'x y' >words.txt
ok aiwf workflow run -f w.yaml --dry-run
true_that count prepare 4

begin "a failing stage is exit 9, with its code and last words; others finish, dependents do not"
cat >w.yaml <<END
name: flow
stages:
  - {name: bad, kind: batch, command: echo gone wrong here; exit 3}
  - {name: after, kind: batch, command: "true", needs: [bad]}
  - {name: last, kind: batch, command: "true", needs: [after]}
  - {name: other, kind: batch, command: "echo >>$T/count/other"}
END
fails 9 run_file
err_has "workflow flow failed at stage bad"
err_has "exit code 3"
err_has "gone wrong here"
err_has "aiwf workflow resume flow"
true_that is bad Failed
true_that is after Skipped
true_that is last Skipped
true_that is other Succeeded

begin "the failed run is resumed with the repaired file"
sed -i 's/exit 3/exit 0/' w.yaml
ok aiwf workflow resume flow
true_that is last Succeeded
true_that count other 1

begin "the same failure is tried anew at each resume"
sed -i 's/exit 0/exit 4/' w.yaml
fails 9 run_file
fails 9 aiwf workflow resume flow
err_has "exit code 4"

begin "retries are counted"
cat >w.yaml <<END
name: flow
stages:
  - {name: flaky, kind: batch, command: "echo >>$T/count/flaky; test \$(wc -l <$T/count/flaky) = 3", retries: 2}
END
ok run_file
ok aiwf workflow status flow -o json
json '.stages[0].attempt' 3

begin "a stage that takes too long is ended"
cat >w.yaml <<END
name: flow
stages:
  - {name: slow, kind: batch, command: "sleep 60", timeout: 300ms}
END
fails 9 run_file
err_has "slow"
true_that is slow Failed

begin "an output that is not there is named"
cat >w.yaml <<END
name: flow
stages:
  - {name: empty, kind: batch, command: "true", outputs: {model: model.bin}}
END
fails 9 run_file
err_has "its output model (model.bin) is not there"

begin "why tells the stage's own reason where its job is well"
ok aiwf why workflow flow -o json
json '.summary | test("nothing is wrong") | not' true
json '.summary | test("its output")' true

begin "an output outside of the stage's folder is none"
cat >w.yaml <<END
name: flow
stages:
  - {name: sly, kind: batch, command: "ln -s /etc/passwd model.bin", outputs: {model: model.bin}}
END
fails 9 run_file
err_has "its output model (model.bin) leads out of the stage's folder"

begin "a function that never works fails its stage"
cat >w.yaml <<END
name: flow
stages:
  - {name: broken, kind: inference, command: "exit 3", ready_path: /healthz}
END
fails 9 run_file
err_has "workflow flow failed at stage broken"

begin "more GPUs than there are is refused as train submit refuses it, and there is no log to look at"
cat >w.yaml <<END
name: flow
stages:
  - {name: large, kind: train, command: "true", gpus: 9}
END
fails 6 run_file
err_has "asks for 9 GPUs"
err_has 'try: aiwf workflow plan -f '
fails 6 aiwf workflow plan -f w.yaml
out_has "will be refused"
err_has "stage large will be refused"
err_has "it asks for 9 GPUs, and there is 1"

begin "stages that do not need each other run side by side"
cat >w.yaml <<END
name: flow
stages:
  - {name: one, kind: batch, cpus: 0.1, command: "touch $T/one; for i in \$(seq 100); do test -e $T/two && exit 0; sleep 0.1; done; exit 1"}
  - {name: two, kind: batch, cpus: 0.1, command: "touch $T/two; for i in \$(seq 100); do test -e $T/one && exit 0; sleep 0.1; done; exit 1"}
END
if [ "$(nproc)" -gt 1 ]; then ok run_file; fi

begin "a login that is refused ends the run: exit 4"
echo wrong >"$T/password"
fails 4 env AIWF_OPENFAAS="$(aiwf local status -o json --jq .gateway)" AIWF_USER=admin AIWF_PASSWORD_FILE="$T/password" aiwf workflow run -f w.yaml --fresh

begin "logs follow a stage to its end"
cat >w.yaml <<END
name: flow
stages:
  - {name: first, kind: batch, command: "sleep 0.3"}
  - {name: talk, kind: batch, needs: [first], command: "echo one; sleep 0.3; echo two"}
END
aiwf workflow run -f w.yaml --fresh >/dev/null 2>&1 &
pid=$!
until_ok 20 is first Running
ok aiwf workflow logs flow talk -f
out_is "one
two"
wait $pid

begin "a file from standard input runs, but cannot be resumed"
run sh -c 'aiwf workflow run -f - <w.yaml'
true_that [ "$RC" = 0 ]
fails 2 aiwf workflow resume flow
err_has "was read from standard input"

begin "one that failed has used energy, too"
printf 'name: flow\nstages:\n- {name: a, kind: batch, command: "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; exit 3"}\n' >spent.yaml
fails 9 aiwf workflow run -f spent.yaml
ok aiwf workflow status flow -o json
json '.energy_j == .stages[0].energy_j and .energy_j > 0' true

begin "list shows every workflow that ran"
ok aiwf workflow list -o name
out_is workflow/flow

begin "a run ends with its objectives, and whether they hold"
{ sed 's/^name: flow/name: goals/' whole.yaml && echo 'objectives: {energy_j: 1000000, p95: 1h}'; } >goals.yaml
ok aiwf workflow run -f goals.yaml
err_has "objective energy < 1000000 J: measured"
err_has ", holds"
err_has "objective p95 < 3600000 ms: not measured yet"
ok aiwf workflow delete goals
ok aiwf function delete goals-serve --yes

begin "a workflow that is deleted is gone with its outputs; its function stays, and its next run begins from nothing"
ok aiwf workflow run -f whole.yaml
outputs=$(aiwf workflow status flow -o json | jq -r '.stages[].outputs // {} | .[].path')
true_that test -n "$outputs"
for output in $outputs; do true_that test -e "$output"; done
ok aiwf workflow delete flow --dry-run
err_has "would delete workflow flow"
ok aiwf workflow status flow
ok aiwf workflow delete workflow/flow
err_has "workflow flow deleted"
err_has "its function flow-serve stays: aiwf function delete flow-serve"
true_that test ! -e "$HOME/.local/state/aiwf/workflows/.flow"
for output in $outputs; do true_that test ! -e "$output"; done
fails 3 aiwf workflow status flow
fails 3 aiwf workflow delete flow
err_has 'workflow "flow" never ran here'
ok aiwf workflow list -o json
json '.items' '[]'
