# Functions as processes: both modes, scale to zero and up, queues, limits of time, what crashes, hangs or floods.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/gate.sh"
gate_up

begin "an http function starts for its first request and stays for the next"
true_that deploy echo http "$echo_fn" '{labels: {"com.openfaas.scale.zero-duration": "10m"}}'
true_that doc_is echo .state Idle
true_that test "$(header "$gw/function/echo" | grep -c '^X-Aiwf-Start: cold')" = 1
true_that test "$(header "$gw/function/echo" | grep -c '^X-Aiwf-Start: warm')" = 1
true_that doc_is echo '[.state, .replicas, .invocations, .cold_starts] | tostring' '["Ready",1,2,1]'
ok api "$gw/system/aiwf/functions/echo/cold-starts"
json '.[0].stages | map(.stage) | join(",")' "queued,spawn,listen,first byte"
json '.[0] | (.stages | map(.ms) | add) - .total_ms | fabs < 0.01' true

begin "the contract of containers: PORT, HOST, K_SERVICE, and nothing of the gateway's environment"
ok curl -s "$gw/function/echo/env/HOST"
out_is 127.0.0.1
ok curl -s "$gw/function/echo/env/K_SERVICE"
out_is echo
ok test "$(status_of "$gw/function/echo/env/AIWF")" = 404
ok curl -s "$gw/function/echo/env/HOME"
out_has "$state/run/echo/"
true_that deploy vars http "$echo_fn" '{envVars: {COLOUR: "blue green"}}'
ok curl -s "$gw/function/vars/env/COLOUR"
out_is "blue green"

begin "path, query, method and headers reach the function; the gateway's own are added"
ok curl -s -H "X-Mine: 1" -H "Connection: x-drop" -H "X-Drop: 1" -H "Keep-Alive: 5" "$gw/function/echo/head?a=b%20c"
out_has "GET /head?a=b%20c HTTP/1.1"
out_has "X-Mine: 1"
out_lacks "X-Drop"
out_lacks "Keep-Alive"
out_has "X-Forwarded-For: 127.0.0.1"
out_has "X-Forwarded-Host: 127.0.0.1:"
out_has "X-Call-Id: "
out_has "X-Start-Time: "

begin "a caller's X-Call-Id is kept"
ok curl -s -H "X-Call-Id: mine-1" "$gw/function/echo/head"
out_has "X-Call-Id: mine-1"

begin "a private copy of the source folder, taken when it was deployed"
mkdir "$T/src" && echo one >"$T/src/file.txt"
true_that deploy copied http "$echo_fn" "$(jq -cn --arg s "$T/src" '{annotations: {"io.aiwf.source": $s}}')"
echo two >"$T/src/file.txt"
ok curl -s "$gw/function/copied/cwd/file.txt"
out_is one

begin "stdio: the body on stdin, the answer from stdout, the request in the environment"
true_that deploy upper stdio 'tr a-z A-Z'
ok curl -s -d hello "$gw/function/upper"
out_is HELLO
true_that deploy env stdio env
ok curl -s -X PUT -H "X-Some-Thing: 7" -H "Proxy: http://evil" -d abc "$gw/function/env/a/b?c=d"
out_has "Http_Method=PUT"
out_has "Http_Path=/a/b"
out_has "Http_Query=c=d"
out_has "Http_ContentLength=3"
out_has "Http_X_Some_Thing=7"
out_lacks "Http_Proxy"
true_that test "$(header -d x "$gw/function/upper" | grep -c '^Content-Length: 1')" = 1

begin "stdio: a failing command is 500 with its exit code and last words"
true_that deploy bad stdio 'echo "no such table" >&2; exit 3'
ok curl -s -w '%{http_code}' "$gw/function/bad"
out_has "exited with code 3: no such table"
out_has "500"

begin "stdio: output is streamed while the command goes on"
true_that deploy drip stdio 'echo first; sleep 5; echo second'
curl -sN "$gw/function/drip" >"$T/drip" &
until_ok 3 grep -qx first "$T/drip"
true_that sh -c '! grep -q second "$1"' sh "$T/drip"

begin "scale to zero after the idle time, and back"
true_that deploy brief http "$echo_fn" '{labels: {"com.openfaas.scale.zero-duration": "300ms"}}'
true_that curl -sf -o "$T/brief.pid" "$gw/function/brief/pid"
until_ok 5 gone "$(cat "$T/brief.pid")"
until_ok 5 doc_is brief '[.state, .replicas] | tostring' '["Idle",0]'
true_that curl -sf -o /dev/null "$gw/function/brief"

begin "scale up when requests wait, as far as scale.max"
true_that deploy many http "$echo_fn" '{labels: {"com.openfaas.scale.target": "1", "com.openfaas.scale.max": "3"}}'
for i in 1 2 3 4 5; do curl -s "$gw/function/many/sleep/400" >"$T/many.$i" & done
until_ok 3 doc_is many .available 3
wait_all() { for i in 1 2 3 4 5; do [ "$(cat "$T/many.$i")" = slept ] || return 1; done; }
until_ok 5 wait_all

begin "a full queue is 429 with Retry-After"
true_that deploy tight http "$echo_fn" '{labels: {"com.openfaas.scale.target": "1", "com.openfaas.scale.max": "1"}, envVars: {max_inflight: "1"}}'
true_that curl -sf -o /dev/null "$gw/function/tight"
for i in 1 2; do curl -s "$gw/function/tight/sleep/700" >"$T/tight.$i" & done
until_ok 3 doc_is tight .queued 1
ok header "$gw/function/tight"
out_has " 429 "
out_has "Retry-After: 1"
until_ok 5 test -s "$T/tight.2"

begin "exec_timeout is 504, and a hanging stdio process is ended"
true_that deploy slow http "$echo_fn" '{envVars: {exec_timeout: "200ms"}}'
true_that curl -sf -o /dev/null "$gw/function/slow"
ok curl -s -w ' %{http_code}' "$gw/function/slow/sleep/5000"
out_has "did not answer within 200ms (exec_timeout)"
out_has " 504"
true_that deploy hang stdio 'echo $$ >"$HOME/../hang.pid"; exec sleep 60' '{envVars: {exec_timeout: "200ms"}}'
true_that test "$(status_of "$gw/function/hang")" = 504
until_ok 5 gone "$(cat "$state/run/hang/hang.pid")"

begin "read_timeout: a body that does not come is 408"
true_that deploy reads http "$echo_fn" '{envVars: {read_timeout: "300ms"}}'
true_that curl -sf -o /dev/null "$gw/function/reads"
(printf 'POST /function/reads/count HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab'; sleep 2) | timeout 5 python3 -c "
import socket, sys
s = socket.create_connection(('127.0.0.1', $gate_port)); s.sendall(sys.stdin.buffer.raw.read(4096)); print(s.recv(4096).decode())" >"$OUT" 2>"$ERR"
out_has " 408 "
out_has "read_timeout"

begin "what exits at once is 503 with the code and its last words, told fast while it backs off"
true_that deploy dies http 'echo "bad model file" >&2; exit 7'
ok curl -s -w ' %{http_code}' "$gw/function/dies"
out_has "exited with code 7: bad model file"
out_has " 503"
ok timeout 1 curl -s -w ' %{http_code}' "$gw/function/dies"
out_has " 503"
true_that doc_is dies .state Failed
true_that sh -c 'echo "$1" | grep -q "exited with code 7"' sh "$(doc dies .message)"

begin "what never listens is 503 after the start timeout"
true_that deploy deaf http 'sleep 60' '{annotations: {"io.aiwf.start-timeout": "300ms"}}'
ok curl -s -w ' %{http_code}' "$gw/function/deaf"
out_has 'did not listen on $PORT within 300ms'
out_has " 503"

begin "a command that is not there"
true_that deploy missing http /nonexistent/program
ok curl -s -w ' %{http_code}' "$gw/function/missing"
out_has "exited with code 127"
out_has " 503"

begin "a crash during a request is 502 with the exit code; the next request gets a new instance"
true_that curl -sf -o "$T/pid1" "$gw/function/echo/pid"
ok curl -s -w ' %{http_code}' "$gw/function/echo/exit/5"
out_has "exited with code 5"
out_has " 502"
again() { curl -sf -o "$T/pid2" "$gw/function/echo/pid" && ! cmp -s "$T/pid1" "$T/pid2"; }
until_ok 5 again
until_ok 5 doc_is echo .message null

begin "a floor is kept: a killed instance comes back without a request"
true_that deploy floor http "$echo_fn" '{labels: {"com.openfaas.scale.min": "1"}}'
until_ok 5 doc_is floor .available 1
true_that curl -sf -o "$T/floor1" "$gw/function/floor/pid"
kill -9 "$(cat "$T/floor1")"
back() { curl -sf -o "$T/floor2" "$gw/function/floor/pid" && ! cmp -s "$T/floor1" "$T/floor2"; }
until_ok 5 back

begin "answers that are no HTTP, cut, or could be read in two ways are 502"
until_ok 5 curl -sf -o /dev/null "$gw/function/echo"
true_that test "$(status_of "$gw/function/echo/raw")" = 502
true_that test "$(status_of "$gw/function/echo/twice")" = 502
true_that test "$(status_of "$gw/function/echo/close")" = 502
fails 18 curl -s "$gw/function/echo/cut"

begin "a flood of log lines stays within two generations of the log"
true_that deploy flood stdio 'head -c 60000000 /dev/zero | tr "\0" y | fold -w 200 >&2; echo done'
ok curl -s "$gw/function/flood"
out_is done
true_that test "$(du -sb "$state/logs/functions" | cut -f1)" -lt 20000000

begin "logs: by tail, and followed until the function is removed"
true_that curl -sf -o /dev/null "$gw/function/echo/stderr/one-line"
seen() { api "$gw/system/logs?name=echo&tail=50" | grep -q '"text":"one-line"'; }
until_ok 5 seen
true_that deploy follow http "$echo_fn"
true_that curl -sf -o /dev/null "$gw/function/follow/stderr/before"
api -N "$gw/system/logs?name=follow&follow=true" >"$T/follow.out" &
follower=$!
until_ok 5 grep -q '"text":"before"' "$T/follow.out"
true_that curl -sf -o /dev/null "$gw/function/follow/stderr/after"
until_ok 5 grep -q '"text":"after"' "$T/follow.out"
true_that test "$(api -o /dev/null -w '%{http_code}' -X DELETE -d '{"functionName":"follow"}' "$gw/system/functions")" = 202
until_ok 5 gone "$follower"

begin "made cold: no instance runs when the answer comes"
true_that curl -sf -o "$T/cold.pid" "$gw/function/echo/pid"
true_that test "$(api -o /dev/null -w '%{http_code}' -X POST "$gw/system/aiwf/functions/echo/cold")" = 200
true_that gone "$(cat "$T/cold.pid")"

begin "asynchronous: 202 at once, the answer goes to the callback"
python3 -c '
import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        open(sys.argv[2], "w").write("%s %s %s" % (self.headers["X-Function-Status"], self.headers["X-Call-Id"], body.decode()))
        self.send_response(200); self.end_headers()
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), H); print(s.server_port, file=open(sys.argv[1], "w"), flush=True); s.serve_forever()' "$T/port" "$T/called" &
keep $!
until_ok 5 test -s "$T/port"
ok header -d later -H "X-Call-Id: c-9" -H "X-Callback-Url: http://127.0.0.1:$(cat "$T/port")/done" "$gw/async-function/upper"
out_has " 202 "
out_has "X-Call-Id: c-9"
until_ok 5 grep -qx "200 c-9 LATER" "$T/called"
true_that test "$(status_of -d x "$gw/async-function/nothing")" = 404
true_that test "$(status_of -d x -H "X-Callback-Url: https://example.org/" "$gw/async-function/upper")" = 400

begin "metrics have OpenFaaS' names"
ok curl -s "$gw/metrics"
out_has 'gateway_function_invocation_total{function_name="echo.openfaas-fn",code="200"}'
for le in 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10; do out_has "gateway_functions_seconds_bucket{function_name=\"echo.openfaas-fn\",code=\"200\",le=\"$le\"}"; done
out_has 'gateway_service_count{function_name="floor.openfaas-fn"} 1'
out_has 'aiwf_function_cold_start_seconds_count{function_name="echo.openfaas-fn"}'

begin "their histogram tells 0.3 s from 0.5"
true_that deploy half stdio 'sleep 0.3'
ok curl -s "$gw/function/half"
ok curl -s "$gw/metrics"
out_has 'gateway_functions_seconds_bucket{function_name="half.openfaas-fn",code="200",le="0.25"} 0'
out_has 'gateway_functions_seconds_bucket{function_name="half.openfaas-fn",code="200",le="1"} 1'
for le in 0.35 0.6 0.75; do out_has "gateway_functions_seconds_bucket{function_name=\"half.openfaas-fn\",code=\"200\",le=\"$le\"}"; done

begin "bad deployments are refused with the field that is wrong"
bad() { api -o "$OUT" -w '%{http_code}' -d "$1" "$gw/system/functions" >"$T/code"; [ "$(cat "$T/code")" = "$2" ]; }
true_that bad '{"service":"Bad_Name","envProcess":"x"}' 400
true_that bad '{"service":"a"}' 400
out_has "--fprocess"
true_that bad '{"service":"a","envProcess":"x","limits":{"memory":"lots"}}' 400
out_has limits.memory
true_that bad '{"service":"a","envProcess":"x","envVars":{"exec_timeout":"soon"}}' 400
out_has exec_timeout
true_that bad '{"service":"a","envProcess":"x","annotations":{"io.aiwf.mode":"ftp"}}' 400
true_that bad '{"service":"a","envProcess":"x","envVars":{"PORT":"80"},"annotations":{"io.aiwf.mode":"http"}}' 400
out_has "PORT, which the gateway chooses"
true_that bad '{"service":"echo","envProcess":"x"}' 409
true_that bad '{' 400
true_that bad '{"service":"a","envProcess":"x","namespace":"other"}' 404

begin "the end of the gateway ends every instance"
true_that curl -sf -o "$T/last.pid" "$gw/function/echo/pid"
true_that gate_down
true_that gone "$(cat "$T/last.pid")"
true_that test ! -e "$state/gateway.json"
