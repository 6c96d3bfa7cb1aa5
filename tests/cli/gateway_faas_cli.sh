# The real faas-cli against the local gateway.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/gate.sh"
real=$(getent passwd "$(id -u)" | cut -d: -f6)
faas=${AIWF_TOOLS:-$real/.cache/aiwf-tools/bin}/faas-cli
if [ ! -x "$faas" ]; then
    begin "faas-cli works against the gateway"
    skip "no faas-cli: tests/tools/deps.sh installs it"
    exit 0
fi
gate_up
OPENFAAS_URL=$gw
export OPENFAAS_URL

begin "login, with the password file"
true_that sh -c '"$1" login --password-stdin <"$2"' sh "$faas" "$state/password"
true_that sh -c '! echo wrong | "$1" login --password-stdin' sh "$faas"
true_that sh -c '"$1" login --password-stdin <"$2"' sh "$faas" "$state/password"

begin "deploy by --fprocess, list, describe"
ok "$faas" deploy --name shout --image none --fprocess 'tr a-z A-Z' --label team=vision --env exec_timeout=10s
out_has "202 Accepted"
ok "$faas" list
out_has shout
ok "$faas" describe shout
out_has "tr a-z A-Z"
out_has Ready
out_has "team : vision"
ok "$faas" list --quiet
out_is shout

begin "deploy again replaces it"
ok "$faas" deploy --name shout --image none --fprocess 'tr a-z A-Z; echo twice'
out_has "202 Accepted"

begin "invoke, and invoke asynchronously"
ok sh -c 'echo hello | "$1" invoke shout' sh "$faas"
out_has HELLO
out_has twice
ok sh -c 'echo hello | "$1" invoke --async shout' sh "$faas"
err_has "submitted asynchronously"
twice() { [ "$("$faas" list | awk '/^shout/ { print $2 }')" = 2 ]; }
until_ok 5 twice

begin "scale"
ok "$faas" deploy --name web --image none --fprocess "$echo_fn" --annotation io.aiwf.mode=http --label com.openfaas.scale.max=3
true_that test "$(api -o /dev/null -w '%{http_code}' -d '{"serviceName":"web","replicas":3}' "$gw/system/scale-function/web")" = 202
three() { [ "$("$faas" list | awk '/^web/ { print $3 }')" = 3 ]; }
until_ok 5 three
true_that test "$(api -o "$OUT" -w '%{http_code}' -d '{"serviceName":"web","replicas":9}' "$gw/system/scale-function/web")" = 400
out_has "its ceiling is 3"

begin "logs"
true_that curl -sf -o /dev/null "$gw/function/web/stderr/hello-log"
ok "$faas" logs web --tail=false --lines 20
out_has hello-log

begin "remove"
ok "$faas" remove shout
ok "$faas" list --quiet
out_is web
fails 1 "$faas" remove shout
