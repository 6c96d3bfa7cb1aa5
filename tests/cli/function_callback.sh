# An asynchronous call whose answer goes to a callback, through the real local gateway.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/gate.sh"
gate_up

cat >listener.py <<'P'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open("answer.new", "w") as file:
            file.write(f"{self.path} {self.headers['X-Function-Status']} {self.headers['X-Call-Id']} {body.decode()}")
        import os
        os.rename("answer.new", "answer")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open("listener.port", "w").write(str(server.server_address[1]))
server.serve_forever()
P
python3 listener.py &
keep $!
until_ok 10 test -s listener.port

begin "the answer of an asynchronous call goes to --callback, by its call id"
ok aiwf function deploy upper --command 'tr a-z A-Z' --mode stdio
ok aiwf function invoke upper -d hello --async --callback "http://127.0.0.1:$(cat listener.port)/done" -o json
call=$(jq -r .call_id "$ERR")
until_ok 10 test -s answer
true_that test "$(cat answer)" = "/done 200 $call HELLO"

begin "without a body it is a POST: a queue takes no GET"
ok aiwf function invoke upper --async
err_has "202 queued"

begin "a callback without --async, or that is no URL, is wrong usage; a runtime that has none says so"
fails 2 aiwf function invoke upper -d x --callback http://127.0.0.1:1/
fails 2 aiwf function invoke upper -d x --async --callback 127.0.0.1:1
fails 2 aiwf function invoke upper -d x --async --callback "$(printf 'http://a/\r\nX: y')"
fails 1 aiwf function invoke upper -d x --async --callback http://u:secretpw@127.0.0.1:1/x
err_lacks secretpw
fails 1 aiwf function invoke upper -d x --async --callback http://u:se/cretpw@127.0.0.1:1/x
err_lacks cretpw
printf 'APIHOST=http://127.0.0.1:1\nAUTH=a:b\n' >"$HOME/.wskprops"
fails 1 aiwf function invoke upper -d x --async --callback http://127.0.0.1:1/ --runtime openwhisk
err_has "openwhisk cannot send an answer to a callback"
