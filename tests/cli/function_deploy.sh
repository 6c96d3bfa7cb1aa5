# Functions on the local runtime: deploy, what goes wrong with it, scale, logs, wait, delete.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
mkdir -p src
cat >src/app.py <<'PY'
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        print("served", self.path, flush=True)
        if self.path.startswith("/fail"):
            self.send_response(500)
            data = b"it failed\n"
        elif self.path.startswith("/env"):
            self.send_response(200)
            data = "".join(f"{k}={v}\n" for k, v in sorted(os.environ.items())).encode()
        else:
            self.send_response(200)
            data = body or os.getcwd().encode()
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    do_GET = do_POST = answer
    def log_message(self, *args):
        pass
print("listening", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
PY
SECRET_OF_MINE=hush aiwf local up >/dev/null 2>&1

begin "a server on \$PORT: deploy returns when it answers"
ok aiwf function deploy web --command 'python3 app.py' --source src --scale 0..2 --env GREETING=hi -o json
json .name web
json .state Ready
ok aiwf function invoke web -d 'a body'
out_is "a body"
err_has "200 warm"

begin "it runs in a private copy, with what was declared and none of our secrets"
ok aiwf function invoke web
true_that test "$(cat "$OUT")" != "$(pwd -P)/src"
ok aiwf function invoke web --path /env
out_has "GREETING=hi"
out_lacks SECRET_OF_MINE

begin "a process a request"
ok aiwf function deploy up --command 'tr a-z A-Z' --mode stdio
ok aiwf function invoke up -d 'shout'
out_is SHOUT

begin "a process that fails is exit 9, with its last words"
ok aiwf function deploy failing --command 'echo no such table >&2; exit 3' --mode stdio
fails 9 aiwf function invoke failing
err_has "exited with code 3: no such table"
err_has "aiwf function logs failing"
ok aiwf function delete failing

begin "-o name prints just the name"
ok aiwf function deploy up2 --command cat --mode stdio -o name
out_lines 1
out_has up2
ok aiwf function delete up2

begin "a name that is taken is exit 5 and says what to do"
fails 5 aiwf function deploy up --command cat --mode stdio
err_has "--replace"
ok aiwf function deploy up --command cat --mode stdio --if-not-exists
ok aiwf function invoke up -d 'shout'
out_is SHOUT
ok aiwf function deploy up --command 'rev' --mode stdio --replace
ok aiwf function invoke up -d 'shout'
out_is tuohs

begin "a function that exits at once: exit 9 with its reason and last words, at once"
fails 9 aiwf function deploy crash --command 'echo no model file >&2; exit 3'
err_has "exited with code 3"
err_has "no model file"
err_has "try: aiwf function logs crash"
fails 9 aiwf function invoke crash
err_has "no model file"

begin "a command that is not there: exit 9 with the shell's words"
fails 9 aiwf function deploy nocmd --command 'no-such-program --x'
err_has "not found"

begin "a function that never listens: exit 9 after its start timeout"
fails 9 aiwf function deploy deaf --command 'sleep 600' --start-timeout 500ms

begin "a function that never listens: exit 8 when waiting ends first"
fails 8 aiwf function deploy deaf2 --command 'sleep 600' --timeout 500ms
err_has "aiwf function wait deaf2"

begin "a function that hangs: exit 8 after its own limit"
ok aiwf function deploy hang --command 'sleep 600' --mode stdio --exec-timeout 500ms
fails 8 aiwf function invoke hang

begin "--no-wait returns at once; wait tells the failure"
ok aiwf function deploy late --command 'sleep 0.2; exit 4' --scale 1..1 --no-wait
fails 9 aiwf function wait late
err_has "code 4"

begin "a function's own 500 is exit 9, its answer is kept"
fails 9 aiwf function invoke web --path /fail
out_is "it failed"

begin "list and show"
ok aiwf function list
out_has web
out_has "python3 app.py"
ok aiwf function list -o json
json '[.items[] | select(.name == "crash")][0].state' Failed
json '[.items[] | select(.name == "web")][0].invocations > 0' true
ok aiwf function show web -o json
json .scale.max 2
json .mode http
fails 3 aiwf function show nothing
err_has "aiwf function list"

begin "many names: each is tried"
fails 3 aiwf function show nothing web
out_has "python3 app.py"
fails 3 aiwf function delete nothing deaf2
err_has nothing
fails 3 aiwf function show deaf2

begin "logs"
ok aiwf function logs web
out_has "served /env"
ok aiwf function logs web --tail 1
out_lines 1
ok aiwf function logs web --since 1h
out_has listening
ok aiwf function logs web -o ndjson --tail 1
json .text "served /fail"
fails 3 aiwf function logs nothing

begin "logs -f goes on until Ctrl-C"
aiwf function logs web -f --tail 0 >"$T/follow" 2>"$ERR" &
pid=$!
keep $pid
until_ok 10 sh -c "aiwf function invoke web --path /followed >/dev/null 2>&1; grep -q followed '$T/follow'"
kill -INT $pid
wait $pid
true_that test $? = 0

begin "scale, and wait for it"
ok aiwf function scale web 2
ok aiwf function show web -o json
json .available 2
ok aiwf function scale web 0
ok aiwf function wait web --for idle
ok aiwf function show web -o json
json .state Idle
ok aiwf function invoke web -d x
err_has "200 cold"

begin "what is idle scales to zero by itself"
ok aiwf function deploy brief --command 'python3 app.py' --source src --scale 0..1 --idle 300ms
ok aiwf function wait brief --for idle --timeout 20s

begin "a function whose queue is full answers 429: exit 6"
ok aiwf function deploy narrow --command "touch $T/began; sleep 300; cat" --mode stdio --scale 1..1 --queue 0
aiwf function invoke narrow -d x >/dev/null 2>&1 &
keep $!
until_ok 10 test -e "$T/began"
fails 6 aiwf function invoke narrow -d x

begin "an answer that drips: all of it, as far as a limit lets it come, or until Ctrl-C"
ok aiwf function deploy drip --mode stdio --command 'for i in 1 2 3; do printf $i; sleep 0.4; done'
ok aiwf function invoke drip --timeout 30s --idle-timeout 20s
out_is 123
fails 8 aiwf function invoke drip --timeout 600ms
true_that grep -Eqx '12?' "$OUT"
err_has 'not complete before the deadline'
ok aiwf function deploy stuck --mode stdio --command 'printf 1; sleep 60; printf 2'
fails 8 aiwf function invoke stuck --idle-timeout 700ms
out_is 1
err_has 'nothing more came for 0.7 s (1 bytes had come)'
aiwf function invoke stuck >"$OUT" 2>"$ERR" &
pid=$!
until_ok 10 grep -q 1 "$OUT"
kill -INT $pid
wait $pid
true_that [ $? = 130 ]
ok aiwf function delete drip stuck

begin "async is queued, and says its call id"
ok aiwf function invoke up -d x --async -n 3 -o json
true_that test "$(jq -r '.call_id // empty' "$ERR" | sort -u | wc -l)" = 3
ok aiwf function invoke up -d x --async
out_is ""
err_has "202 queued"

begin "completion knows the names"
ok aiwf __complete function invoke we
out_has web

begin "a wait may begin before there is a function"
aiwf function wait early 2>"$T/early.err" &
pid=$!
until_ok 10 grep -q "function early .*not there yet" "$T/early.err"
ok aiwf function deploy early --command cat --mode stdio
true_that wait $pid
ok aiwf function delete early

begin "delete, and wait until it is gone"
ok aiwf function delete web up
ok aiwf function wait web --for deleted
fails 3 aiwf function invoke web
