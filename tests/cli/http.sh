#!/bin/sh
# What one sees of HTTP: traces, interrupts, faults, proxies.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
good='{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up"},"value":[1700000000,"1"]}]}}'
reply="{\"headers\":{\"Content-Type\":\"application/json\",\"Set-Cookie\":\"id=s3cret\"},\"body\":$(printf '%s' "$good" | jq -Rs .)}"

begin "-v shows requests and answers, and no secrets"
wire plain "{\"replies\":[$reply]}"
ok aiwf query up --prometheus "$URL" -v
err_has "* $URL/api/v1/query"
err_has '< HTTP/1.1 200'
err_has '< Set-Cookie: ***'
err_lacks s3cret
out_has up
[ "$(asked '.[0].headers["user-agent"] | startswith("aiwf/")')" = true ] || broken 'no user agent'

begin "--timing prints a line a request"
ok aiwf query up --prometheus "$URL" --timing
err_has 'status 200, dns '
err_lines 1

begin "a cut answer is exit 7, and says so once"
wire cut "{\"replies\":[{\"body_bytes\":1000,\"cut\":10}]}"
fails 7 aiwf query up --prometheus "$URL"
err_has 'cut'
[ "$(grep -c '^error:' "$ERR")" = 1 ] || broken 'not one error'

begin "an HTML error page is named, not shown"
wire html '{"replies":[{"status":502,"headers":{"Content-Type":"text/html"},"body":"<html><body><h1>Bad Gateway</h1></body></html>"}]}'
run aiwf query up --prometheus "$URL"
[ "$RC" != 0 ] || broken 'exit 0'
err_lacks '<h1>'
err_has 502

begin "control characters of a server never reach the terminal"
wire escapes '{"replies":[{"status":400,"body":"\u001b[31mred\u0007"}]}'
run aiwf query up --prometheus "$URL"
[ "$RC" != 0 ] || broken 'exit 0'
if grep -q "$(printf '\033')" "$ERR"; then broken 'an escape came through'; fi

begin "Ctrl-C in the middle of a request is exit 130, at once"
wire hang '{"replies":[{"hang":true}]}'
aiwf query up --prometheus "$URL" >"$OUT" 2>"$ERR" &
pid=$!
until_ok 20 test -s "$WIRE/log"
started=$(date +%s)
kill -INT $pid
wait $pid
RC=$?
[ $RC = 130 ] || broken "exit $RC"
[ $(($(date +%s) - started)) -le 5 ] || broken 'it took long'
err_has interrupted
err_lines 1

begin "proxies come from the environment"
wire proxy "{\"replies\":[$reply]}"
ok env http_proxy="$URL" aiwf query up --prometheus http://prometheus.test:9090
[ "$(asked '.[0].path | startswith("http://prometheus.test:9090/api/v1/query")')" = true ] || broken 'not asked through the proxy'

begin "this machine is asked without a proxy"
ok env http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 aiwf query up --prometheus "$URL"

begin "a login in a URL is refused, and not echoed"
fails 2 aiwf query up --prometheus http://me:s3cret@127.0.0.1:1
err_lacks s3cret
err_has 'login in it'
