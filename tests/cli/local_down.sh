# Without a gateway: one clear error, whatever is asked.
. "$(dirname "$0")/lib.sh"

for words in "function list" "function show f" "function invoke f" "function logs f" "function scale f 1" "function wait f" \
    "function delete f" "function coldstart f" "function deploy f --command cat" "train list" "train show j" "train wait j" \
    "train submit j -- true" "pool list" "pool show p" "pool create p --function f --min 1"; do
    begin "aiwf $words: exit 7, and how to start it"
    # shellcheck disable=SC2086
    fails 7 aiwf $words
    err_has "the local runtime is not running"
    err_has "try: aiwf local up"
    err_lines 2
done

begin "status of what does not run is exit 3; down is done already"
fails 3 aiwf local status
err_has "try: aiwf local up"
ok aiwf local down
err_has "not running"

begin "logs before the first start: exit 3"
fails 3 aiwf local logs

begin "errors are JSON with -o json"
fails 7 aiwf function list -o json
true_that sh -c 'jq -e ".error.code == \"unreachable\" and .error.hint == \"aiwf local up\"" <"$1" >/dev/null' sh "$ERR"

begin "a dry run of the client needs no gateway"
ok aiwf function deploy f --command 'cat -' --mode stdio --scale 0..4 --memory 64Mi --env A=b --dry-run
json .service f
json .envProcess 'cat -'
json '.labels["com.openfaas.scale.max"]' 4
json '.limits.memory' 64Mi
ok aiwf train submit j --gpus 1 --retries 2 --timeout 30s --dry-run -- sh -c 'echo hi'
json '.command | join("|")' 'sh|-c|echo hi'
json .timeout_ms 30000
json .retries 2

begin "wrong usage is exit 2, and says what would be right"
fails 2 aiwf function deploy f
err_has "nothing to run"
fails 2 aiwf function deploy f --command cat --scale 4..1
err_has "MIN..MAX"
fails 2 aiwf function deploy f --command cat --env '1A=b'
fails 2 aiwf function deploy f --command cat --mode stdoi
err_has "did you mean stdio?"
fails 2 aiwf function deploy f --command cat --memory lots
fails 2 aiwf function deploy f --command cat --cpu many
fails 2 aiwf function deploy f --command cat --replace --if-not-exists
fails 2 aiwf function scale f many
fails 2 aiwf train submit j
err_has "needs -- COMMAND"
fails 2 aiwf train submit j --env X -- true
fails 2 aiwf pool create p --min 1
fails 2 aiwf pool create p --function f
fails 2 aiwf function deploy f --command cat --runtime locale
err_has "local"

begin "what is not there is exit 3"
fails 3 aiwf function deploy f --command cat --source nowhere
fails 3 aiwf function deploy -f nowhere.yaml

begin "a manifest is checked: unknown keys with the nearest one"
printf 'name: f\ncommand: cat\nscael: {min: 0}\n' >f.yaml
fails 2 aiwf function deploy -f f.yaml --dry-run
err_has "f.yaml:3"
err_has "scale"

begin "the manifest is explained"
ok aiwf explain function scale
out_has min

begin "--idle 0s is a value, nonsense is not"
ok aiwf function deploy f --command cat --idle 0s --dry-run
json '.labels["com.openfaas.scale.zero-duration"]' 0s
fails 2 aiwf function deploy f --command cat --idle soon

begin "a manifest says what the options say; options beat it"
mkdir -p src
printf 'name: f\ncommand: cat\nmode: stdio\nsource: src\nscale: {min: 1, max: 3}\nidle: 90s\nmemory: 1Gi\ncpu: 0.5\nenv: {A: x, N: 3}\n' >f.yaml
ok aiwf function deploy -f f.yaml --dry-run --scale 0..2
json .service f
json '.labels["com.openfaas.scale.max"]' 2
json '.labels["com.openfaas.scale.zero-duration"]' 90s
json '.limits | .memory + " " + .cpu' '1Gi 500m'
json .envVars.N 3
json '.annotations["io.aiwf.source"]' "$(pwd -P)/src"

begin "down asks where local is protected, says what it would end, and what it ended"
ok aiwf local up -o json
at_exit aiwf local down --yes
ok aiwf train submit runs -- sleep 1000
until_ok 10 sh -c '[ "$(aiwf train show runs -o json | jq -r .state)" = Running ]'
ok aiwf local down --dry-run
err_has "running jobs: 1"
fails 2 env AIWF_PROTECTED=true aiwf local down
err_has "context local is protected"
ok aiwf local status
ok env AIWF_PROTECTED=true aiwf local down --yes
err_has "1 running job ended with it: what had not finished begins again"
ok aiwf local up -o json
mkdir -p "$HOME/.config/aiwf"
printf 'contexts: [' >"$HOME/.config/aiwf/config.yaml"
fails 2 aiwf local down
err_has "--yes ends it all the same"
ok aiwf local down --yes
rm "$HOME/.config/aiwf/config.yaml"
