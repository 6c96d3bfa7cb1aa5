# A cold start in parts: the stages add up to what the client measured.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
aiwf local up >/dev/null 2>&1
cat >app.py <<'PY'
import http.server, os, time
time.sleep(0.1)
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200 if self.path != "/no" else 500)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    do_POST = do_GET
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
PY
aiwf function deploy py --command 'python3 app.py' --source . >/dev/null 2>&1

begin "the stages of each sample add up to its total, and the total is at least what the start takes"
ok aiwf function coldstart py -n 1 -o name
out_is cold-start/py
ok aiwf function coldstart py -n 3 -o json
json '.samples | length' 3
json '[.samples[] | (.total_ms - ([.stages[]] | add)) | fabs < 0.01] | all' true
json '[.samples[].total_ms >= 100] | all' true
json '[.samples[].stages[] >= 0] | all' true
json '.total_p50_ms > .warm_p50_ms' true
json '([.stages[].share] | add) as $s | $s > 0.999 and $s < 1.001' true
json .rounds 3

begin "the table names the biggest part and what would help"
ok aiwf function coldstart py -n 2
out_has "total (measured by the client)"
out_has "<- biggest"
out_has "aiwf pool create py-warm --function py --min 1"

begin "a function that refuses the request is exit 9, a missing one exit 3"
fails 9 aiwf function coldstart py -n 1 --path /no
fails 3 aiwf function coldstart nothing -n 1

begin "a pool keeps it warm: hits and cold starts avoided are counted"
ok aiwf pool create py-warm --function py --min 1
until_ok 10 sh -c 'aiwf pool show py-warm -o json | jq -e ".warm >= 1"'
ok aiwf function invoke py
err_has "200 warm"
ok aiwf pool show py-warm -o json
json '.hits >= 1' true
json '.hit_ratio > 0' true
ok aiwf pool list
out_has py-warm
out_has "1/1"

begin "schedules are kept, wrong ones refused"
ok aiwf pool create office --function py --min 0 --max 4 --schedule '0 8 * * 1-5=2' --schedule '0 18 * * 1-5=0'
ok aiwf pool show office -o json
json '.schedule | length' 2
fails 2 aiwf pool create bad --function py --min 1 --schedule 'every day=2'
fails 2 aiwf pool create bad --function py --min 1 --schedule '0 8 * * *'
fails 2 aiwf pool create bad --function py --min 3 --max 2

begin "pools: conflict, missing function, missing pool, delete"
fails 5 aiwf pool create office --function py --min 1
fails 3 aiwf pool create none --function nothing --min 1
fails 3 aiwf pool show nothing
ok aiwf pool delete office py-warm
ok aiwf pool list
err_has "no pools"

begin "no floor is advised for a process a request"
ok aiwf function deploy once --mode stdio --command cat
ok aiwf function coldstart once -n 2
out_lacks "pool create"
out_has "it is a process a request; one that serves http is kept between them: aiwf function deploy once --replace --mode http"
