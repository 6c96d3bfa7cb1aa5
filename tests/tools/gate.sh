# A gateway for tests/cli: sourced after lib.sh. Starts one in the scratch HOME, on a free port, and builds the test function.
#   gate_up            starts it (again): sets $gw (its URL), $gate_pid, $state
#   gate_kill          kill -9, and waits until it is gone
#   api ARGS...        curl with its login
#   deploy NAME MODE COMMAND [JSON MEMBERS]    by the API; PUT when it exists
#   status_of CURL-ARGS...    prints the status code only
#   doc NAME JQ        a value of the function's document
#   rss                the gateway's resident KiB
gate_port=
state=$HOME/.local/state/aiwf/local
echo_fn=$T/echo
${CC:-cc} -O2 -D_GNU_SOURCE -pthread -o "$echo_fn" "$ROOT/testdata/functions/echo.c" || exit 1

gate_up() {
    [ -n "$gate_port" ] || gate_port=$(free_port)
    aiwf local serve --port "$gate_port" >>"$T/gateway.log" 2>&1 &
    gate_pid=$!
    keep "$gate_pid"
    gw=http://127.0.0.1:$gate_port
    i=0
    until curl -sf -o /dev/null "$gw/healthz"; do
        i=$((i + 1))
        [ $i -lt 300 ] || { cat "$T/gateway.log" >&2; exit 1; }
        sleep 0.02
    done
}
gate_kill() {
    kill -9 "$gate_pid"
    wait "$gate_pid" 2>/dev/null
}
gate_down() {
    kill "$gate_pid"
    wait "$gate_pid" 2>/dev/null
}
api() { curl -s -u "admin:$(cat "$state/password")" "$@"; }
status_of() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
deploy() {
    spec=$(jq -cn --arg n "$1" --arg m "$2" --arg c "$3" "{service: \$n, envProcess: \$c, annotations: {\"io.aiwf.mode\": \$m}} * ${4:-{\}}")
    code=$(api -o "$T/deploy.out" -w '%{http_code}' -X PUT -d "$spec" "$gw/system/functions")
    [ "$code" != 404 ] || code=$(api -o "$T/deploy.out" -w '%{http_code}' -d "$spec" "$gw/system/functions")
    [ "$code" = 202 ] || { cat "$T/deploy.out" >&2; return 1; }
}
doc() { api "$gw/system/aiwf/functions/$1" | jq -r "$2"; }
doc_is() { [ "$(doc "$1" "$2")" = "$3" ]; }
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$gate_pid/status"; }
header() { curl -s -o /dev/null -D - "$@" | tr -d '\r'; }
gone() { ! kill -0 "$1" 2>/dev/null; }
