#!/bin/sh
# why workflow: the stage that failed, down to its job's own words; one that ran well; one that never ran.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
aiwf local up >/dev/null 2>&1
link_is() { # JQ-SELECTION JQ-TEXT VALUE
    got=$(jq -r "[.chain[] | select($1)][0] | $2" "$OUT")
    [ "$got" = "$3" ] || broken "the link $1 says \"$got\", not \"$3\""
}
cat >w.yaml <<END
name: flow
stages:
  - {name: prepare, kind: batch, command: 'echo ready'}
  - {name: train, kind: train, needs: [prepare], command: 'echo loading; echo "loss is nan" >&2; test -e $T/mended'}
END

begin "a stage that failed: which one, its job, its exit code, what helps"
fails 9 aiwf workflow run -f w.yaml
ok aiwf why workflow flow -o json
json .verdict failed
json '.summary | startswith("workflow flow is Failed at stage train: ")' true
link_is '.kind == "workflow"' '"\(.name) \(.state)"' "flow Failed"
link_is '.kind == "stage"' '"\(.name) \(.state) \(.depth)"' "train Failed 1"
json '[.chain[] | select(.kind == "job")] | length' 1
json 'any(.useful[]; .command == "aiwf workflow logs flow train")' true
json 'any(.useful[]; .command == "aiwf workflow resume flow")' true
ok aiwf why workflow flow
out_has "loss is nan"

begin "in another context it says where it ran"
ok aiwf context add away --openfaas http://127.0.0.1:1
ok aiwf why workflow flow --context away -o json
json 'any(.useful[]; .command == "aiwf why workflow flow --context local")' true

begin "once it ran well there is nothing to tell"
touch "$T/mended"
ok aiwf workflow resume flow
ok aiwf why workflow flow -o json
json .verdict healthy
json '.summary | contains("nothing is wrong")' true

begin "one that is not there"
fails 3 aiwf why workflow other
