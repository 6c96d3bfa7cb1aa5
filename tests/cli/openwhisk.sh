# The verbs of functions on OpenWhisk: not the real one, which cannot be installed here, but a stand-in that is written after its
# published API description and refuses what that says is refused (tests/tools/openwhisk.py).
. "$(dirname "$0")/lib.sh"
stand_in="OpenWhisk (a stand-in after its API description)"
whisk() { begin "$stand_in: $1"; }

login=$(sed -n 's/^LOGIN = "\(.*\)"/\1/p' "$ROOT/tests/tools/openwhisk.py")
python3 "$ROOT/tests/tools/openwhisk.py" "$T/port" "$T/requests" 3 2>"$T/whisk.err" &
keep $!
until_ok 10 test -s "$T/port"
host=http://127.0.0.1:$(cat "$T/port")
export AIWF_RUNTIME=openwhisk
mkdir hello
cat >hello/__main__.py <<'P'
def main(args):
    print("asked by " + args.get("name", "nobody"))
    if args.get("fail"):
        return {"error": "told to fail"}
    if args.get("crash"):
        raise ValueError("a bug")
    return {"greeting": "hello " + args.get("name", "nobody"), "env": ENV}
P
echo 'never in an archive' >hello/.git

whisk "without a host it says where one is said"
fails 2 aiwf function list
err_has ".wskprops"

whisk "~/.wskprops is enough; WSK_CONFIG_FILE is another one"
printf '# a comment\nAPIHOST=%s\nAUTH=%s\nNAMESPACE=_\n' "$host" "$login" >"$HOME/.wskprops"
ok aiwf function list
err_has "no functions"
printf 'APIHOST=%s\nAUTH=wrong:key\n' "$host" >other
WSK_CONFIG_FILE=other fails 4 aiwf function list
err_lacks wrong:key
printf 'APIHOST=%s\nAUTH=nonsense\n' "$host" >other
WSK_CONFIG_FILE=other fails 2 aiwf function list
err_has "ID:KEY"
err_lacks nonsense
WSK_CONFIG_FILE=$T/none fails 3 aiwf function list

whisk "its login goes to its own host only"
printf 'APIHOST=https://whisk.example\nAUTH=%s\n' "$login" >other
AIWF_OPENWHISK=$host WSK_CONFIG_FILE=other fails 4 aiwf function list

whisk "a folder becomes an action, and what it cannot say is refused before it is sent"
: >"$T/requests"
fails 2 aiwf function deploy hello --command cat
fails 2 aiwf function deploy hello --source hello --gpus 1
err_has "no limit for GPUs"
fails 2 aiwf function deploy hello --source hello --scale 1..3
err_has "stem cells"
mkdir empty
fails 2 aiwf function deploy hello --source empty
err_has "__main__.py"
true_that test ! -s "$T/requests"
ok aiwf function deploy hello --source hello --env COLOUR=blue --memory 200Mi --exec-timeout 5s --label team=vision -o json
json '"\(.state) \(.runtime) \(.code_kind) \(.timeout_ms) \(.memory_bytes)"' 'Ready openwhisk python:default 5000 209715200'
ok aiwf function deploy web --source hello --annotation web-export=true --dry-run=client
json '.annotations[] | select(.key == "web-export") | .value' true
ok aiwf function deploy again --source hello --dry-run=client
json '"\(.exec.kind) \(.exec.binary) \(.annotations[0].key)"' 'python:default true managed-by'

whisk "a second one is exit 5; replaced, it is another version"
fails 5 aiwf function deploy hello --source hello
err_has "--replace"
ok aiwf function deploy hello --source hello --env COLOUR=blue --replace -o json
json .version 0.0.2

whisk "what the server refuses is told in its words"
fails 1 aiwf function deploy large --source hello --memory 1Gi
err_has "exceeds allowed threshold of 512"
fails 1 aiwf function deploy 'bad name!' --source hello
err_has "illegal characters"

whisk "invoke: the result is stdout; cold or warm, and what the system measured, is stderr"
ok aiwf function invoke hello -d '{"name": "ada"}'
json '"\(.greeting) \(.env.COLOUR)"' 'hello ada blue'
err_has "200 cold"
err_has "wait 40"
err_has "init 20"
ok aiwf function invoke hello -d '{"name": "ada"}' -o json
true_that sh -c 'jq -e ".start == \"warm\" and .wait_ms == 3 and (has(\"init_ms\") | not) and (.call_id | length) == 32" <"$1" >/dev/null' sh "$ERR"

whisk "an error of its own is exit 9 with its words; so is a bug, and an image that does not start"
fails 9 aiwf function invoke hello -d '{"fail": true}'
json .error 'told to fail'
fails 9 aiwf function invoke hello -d '{"crash": true}'
out_has "a bug"
ok aiwf function deploy box --image org/none:1
fails 9 aiwf function invoke box
err_has "could not be started"

whisk "parameters are one JSON object; there is no path or method"
fails 1 aiwf function invoke hello -d '[1]'
err_has "Object expected"
fails 2 aiwf function invoke hello --path /x
err_has "web"
fails 2 aiwf function invoke hello --idle-timeout 1s
fails 3 aiwf function invoke nobody
err_has 'no function "nobody"'

whisk "an answer that takes longer than the server waits is fetched when its record is there"
ok aiwf function invoke hello -d '{"name": "slow", "slow": true}'
json .greeting 'hello slow'
true_that test "$(grep -c 'GET /api/v1/namespaces/_/activations/[0-9a-f]* ' "$T/requests")" = 4

whisk "--async gives the activation"
ok aiwf function invoke hello -d '{}' --async
out_is ""
err_has "202 queued"
true_that sh -c 'grep -Eq "call [0-9a-f]{32}" "$1"' sh "$ERR"

whisk "a function in a package, which is made when it is not there"
ok aiwf function deploy vision/hello --source hello
ok aiwf function invoke vision/hello -d '{"name": "ada"}'
ok aiwf function list -o name
true_that grep -q vision/hello "$OUT"

whisk "show says how it went lately; logs are of the last activations"
ok aiwf function show hello -o json
true_that sh -c 'jq -e ".invocations > 3 and .cold_starts == 1 and .failures == 2 and .p95_ms >= .p50_ms" <"$1" >/dev/null' sh "$OUT"
ok aiwf function logs hello --tail 2
out_lines 2
out_has "asked by"
ok aiwf function logs hello -o json
true_that sh -c 'jq -s -e ".[0].stream == \"stdout\" and (.[0].timestamp | length) > 20" <"$1" >/dev/null' sh "$OUT"

whisk "a cold start on demand, in its parts"
ok aiwf function coldstart hello -n 2 -o json
true_that sh -c 'jq -e "[.. | .stage? // empty] | index(\"init\")" <"$1" >/dev/null' sh "$OUT"

whisk "a schedule: trigger, alarm and rule; replaced without one, or deleted, they are gone"
whisk_get() { curl -sf -u "$login" "$host/api/v1/namespaces/_/$1" >"$OUT"; }
fails 2 aiwf function deploy tick --source hello --annotation schedule=often
ok aiwf function deploy tick --source hello --annotation 'schedule=*/5 * * * *'
whisk_get rules
json '.[0] | "\(.name) \(.trigger.name) \(.action.path)/\(.action.name) \(.alarm)"' 'tick-schedule tick-schedule guest/tick */5 * * * *'
ok aiwf function deploy tick --source hello --annotation 'schedule=0 6 * * 1' --replace
whisk_get rules
json '.[0].alarm' '0 6 * * 1'
ok aiwf function deploy tick --source hello --replace
whisk_get triggers
json length 0
ok aiwf function deploy vision/tick --source hello --annotation 'schedule=0 * * * *'
whisk_get rules
json '.[0].action | "\(.path)/\(.name)"' guest/vision/tick
ok aiwf function delete tick vision/tick -v
err_lacks "${login#*:}"
whisk_get rules
json length 0

whisk "a trigger calls the function of its rule, with its own parameters and the event's"
called() { aiwf function logs "$1" --tail 1 | grep -q "asked by $2"; }
ok aiwf function trigger create taken --function hello --param name=ada --param size=5 -o json
json '"\(.name) \(.function) \(.on) \(.state) \(.rules[0].name)"' 'taken hello fire Ready taken'
whisk_get triggers/taken
json '.parameters | map("\(.key)=\(.value | tojson)") | join(" ")' 'name="ada" size=5'
ok aiwf function trigger fire taken -o json
json '.activation | length' 32
true_that called hello ada
echo '{"name": "bob"}' >event.json
ok aiwf function trigger fire taken -f event.json --param more='[1]'
true_that called hello bob
ok aiwf function trigger fire taken -f event.json --param name=eve --dry-run
json .name eve

whisk "a rule lets it call another; disabled, it calls nobody"
ok aiwf function rule create also --trigger taken --function vision/hello -o json
json '"\(.name) \(.trigger) \(.function) \(.state)"' 'also taken vision/hello active'
ok aiwf function trigger fire taken --param name=zoe
true_that called vision/hello zoe
ok aiwf function rule disable also taken
ok aiwf function rule list -o json
json '[.items[].state] | unique | join(" ")' inactive
ok aiwf function trigger list -o json
json '.items[] | "\(.name) \(.state) \(.function)"' 'taken Idle hello, vision/hello'
ok aiwf function trigger show taken
out_has "RULE"
ok aiwf function trigger show taken -o json
json '"\(.name) \([.rules[] | "\(.name)=\(.state)"] | sort | join(" "))"' 'taken also=inactive taken=inactive'
ok aiwf function trigger fire taken -o json
json .activation null
err_has "nothing was called"
ok aiwf function rule enable also
ok aiwf function trigger fire taken -o json
json '.activation | length' 32

whisk "what is there already is exit 5, what is not exit 3, and nothing stays of what failed"
fails 5 aiwf function trigger create taken --function hello
err_has "aiwf function trigger delete taken"
fails 5 aiwf function rule create also --trigger taken --function hello
fails 3 aiwf function rule create x --trigger nobody --function hello
fails 1 aiwf function trigger create half --function nobody
err_has 'is there a function "nobody"'
whisk_get triggers
json 'map(.name) | join(" ")' taken
fails 3 aiwf function trigger fire nobody
fails 3 aiwf function trigger delete nobody
fails 3 aiwf function trigger show nobody
err_has "aiwf function trigger list"
fails 3 aiwf function rule disable nobody
fails 2 aiwf function trigger create t --function hello --broker b
fails 2 aiwf function trigger create t --schedule '* * * * *'
fails 2 aiwf function trigger create t --param x
fails 2 aiwf function rule list --runtime knative
err_has "--runtime openwhisk"

whisk "a trigger by a clock; deleted, it goes with its rules and its alarm"
ok aiwf function trigger create nightly --function hello --schedule '0 3 * * *' -o json
json '"\(.on) \(.state)"' 'schedule 0 3 * * * Ready'
whisk_get rules
json 'map(select(.name == "nightly"))[0].alarm' '0 3 * * *'
fails 5 aiwf function trigger create nightly --function hello --schedule '0 4 * * *'
ok aiwf function trigger delete nightly taken
whisk_get triggers
json length 0
whisk_get rules
json length 0

whisk "without the alarms package it says so, and leaves no trigger behind"
NO_ALARMS=1 python3 "$ROOT/tests/tools/openwhisk.py" "$T/port2" "$T/requests2" 2>>"$T/whisk.err" &
keep $!
until_ok 10 test -s "$T/port2"
printf 'APIHOST=http://127.0.0.1:%s\nAUTH=%s\n' "$(cat "$T/port2")" "$login" >other
WSK_CONFIG_FILE=other fails 1 aiwf function deploy tick --source hello --annotation 'schedule=*/5 * * * *'
err_has "openwhisk-package-alarms"
true_that test "$(curl -sf -u "$login" "http://127.0.0.1:$(cat "$T/port2")/api/v1/namespaces/_/triggers")" = '[]'

whisk "it cannot scale, and keeps no secrets: what does instead is said"
fails 1 aiwf function scale hello 3
err_has "openwhisk cannot scale"
fails 1 aiwf function secret list
err_has "what does instead"

whisk "deleted, it is gone"
ok aiwf function delete hello vision/hello
fails 3 aiwf function show hello
fails 3 aiwf function delete hello
