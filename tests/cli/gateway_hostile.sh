# What must not get through, get stuck or take the gateway down.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/gate.sh"
gate_up
true_that deploy echo http "$echo_fn" '{labels: {"com.openfaas.scale.zero-duration": "10m"}}'
true_that curl -sf -o /dev/null "$gw/function/echo"

# Sends standard input as it is (printf's escapes), prints what comes back.
raw() {
    python3 -c "
import socket, sys
s = socket.create_connection(('127.0.0.1', $gate_port)); s.settimeout(5)
s.sendall(sys.argv[1].encode('latin-1').decode('unicode_escape').encode('latin-1'))
got = b''
try:
    while True:
        n = s.recv(65536)
        if not n: break
        got += n
except socket.timeout: got += b'(still open)'
sys.stdout.write(got.decode('latin-1'))" "$1" >"$OUT" 2>"$ERR"
}
refused() { # STATUS BYTES
    raw "$2"
    out_has "HTTP/1.1 $1 "
    out_lacks "(still open)"
    [ "$(grep -c '^HTTP/1.1' "$OUT")" = 1 ] || broken "more than one answer"
}
post='POST /function/echo HTTP/1.1\r\nHost: x\r\n'

begin "what could be read in two ways is refused, and the connection ends"
refused 400 "${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
refused 400 "${post}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"
refused 400 "${post}Content-Length: 4, 5\r\n\r\nabcde"
refused 400 "${post}Content-Length: +4\r\n\r\nabcd"
refused 400 "${post}Content-Length: -1\r\n\r\nabcd"
refused 400 "${post}Content-Length : 4\r\n\r\nabcd"
refused 400 "${post}Content-Length: 99999999999999999999999\r\n\r\nabcd"
refused 400 "${post}Transfer-Encoding: identity\r\n\r\nabcd"
refused 501 "${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
refused 400 "${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
refused 400 "${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"
refused 400 "POST /function/echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
refused 400 'GET /function/echo HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n folded\r\n\r\n'
refused 400 'GET /function/echo HTTP/1.1\nHost: x\n\n'
refused 400 'GET /function/echo HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n'
refused 400 'GET /function/echo HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n'
refused 400 'GET /function/echo HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'
refused 400 'GET /function/echo HTTP/1.1\r\n\r\n'
refused 400 'GET /function/echo\x80 HTTP/1.1\r\nHost: x\r\n\r\n'
refused 400 'GET function/echo HTTP/1.1\r\nHost: x\r\n\r\n'

begin "broken chunks are refused"
refused 400 "${post}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"
refused 400 "${post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n"

begin "other protocols, versions and methods"
refused 400 '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'
refused 505 'GET / HTTP/2.0\r\nHost: x\r\n\r\n'
refused 405 'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n'
refused 417 'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n'

begin "an oversize head is 431"
refused 431 "GET /function/echo HTTP/1.1\r\nHost: x\r\nX-A: $(head -c 20000 /dev/zero | tr '\0' a)\r\n\r\n"
refused 431 "GET /function/echo HTTP/1.1\r\nHost: x\r\n$(seq -f 'X-%g: 1' 150 | tr '\n' '#' | sed 's/#/\\r\\n/g')\r\n"

begin "a body over the limit of the gateway's own paths is 413"
true_that test "$(head -c 3000000 /dev/zero | api -o /dev/null -w '%{http_code}' -T - -X POST "$gw/system/functions")" = 413

begin "nothing of the gateway's is open without the password"
for path in /system/functions /system/aiwf/functions /system/aiwf/jobs /system/aiwf/status /system/nothing /system/logs?name=echo; do
    true_that test "$(status_of "$gw$path")" = 401
    true_that test "$(status_of -u admin:wrong "$gw$path")" = 401
done
true_that test "$(status_of -u "admin:$(cat "$state/password")x" "$gw/system/functions")" = 401
true_that test "$(status_of -u "admin:$(sed 's/.$/z/' "$state/password")" "$gw/system/functions")" = 401
true_that test "$(status_of "$gw/function/../system/functions" --path-as-is)" = 404

begin "a function's name is a name: no path leads out"
true_that test "$(status_of --path-as-is "$gw/function/../../etc/passwd")" = 404
true_that test "$(status_of "$gw/function/%2e%2e")" = 404
true_that test "$(api -o /dev/null -w '%{http_code}' -d '{"service":"../x","envProcess":"x"}' "$gw/system/functions")" = 400

begin "10,000 connections at once: idle ones cost little, all are answered"
python3 - "$gate_port" "$gate_pid" "$([ "$SANITISED" ] && echo 2000 || echo 10000)" >"$OUT" 2>"$ERR" <<'PY'
import resource, select, socket, sys
port, pid, n = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
if hard < n + 100: n = hard - 100
def rss(): return int(next(l for l in open("/proc/%s/status" % pid) if l.startswith("VmRSS")).split()[1])
before = rss()
socks = []
for i in range(n):
    s = socket.socket(); s.connect(("127.0.0.1", port)); socks.append(s)
one = socks[-1]; one.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); one.recv(1000)
if (rss() - before) / n > 4: print("an idle connection costs %.1f KiB" % ((rss() - before) / n))
for s in socks: s.sendall(b"GET /function/echo HTTP/1.1\r\nHost: x\r\n\r\n")
good = 0
for s in socks:
    s.settimeout(60)
    good += s.recv(4096).startswith(b"HTTP/1.1 200")
print("all" if good == n else "%d of %d" % (good, n))
PY
out_is all

begin "slow heads do not hold up others, and take no memory to speak of"
python3 - "$gate_port" "$gate_pid" >"$OUT" 2>"$ERR" <<'PY'
import socket, sys, time
port, pid = int(sys.argv[1]), sys.argv[2]
def rss(): return int(next(l for l in open("/proc/%s/status" % pid) if l.startswith("VmRSS")).split()[1])
before = rss()
socks = []
for i in range(1000):
    s = socket.create_connection(("127.0.0.1", port)); s.sendall(b"GET /function/echo HTTP/1.1\r\nHost: x\r\nX-Slow: "); socks.append(s)
t = time.time()
s = socket.create_connection(("127.0.0.1", port)); s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); s.recv(100)
print("held up" if time.time() - t > 2 else "free", "grew" if rss() - before > 8192 else "steady")
PY
out_is "free steady"

begin "clients that vanish in the middle leave nothing behind"
python3 - "$gate_port" >"$OUT" 2>"$ERR" <<'PY'
import socket, struct, sys
for i in range(300):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.sendall([b"GET /function/echo/bytes/100000000 HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /function/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc", b"GET /func"][i % 3])
    if i % 6 == 3: s.recv(100)
    s.close()
PY
open_here() { awk -v port="$(printf ':%04X' "$gate_port")" '$4 == "01" && substr($2, 9) == port { n++ } END { print n + 0 }' /proc/net/tcp; }
none_open() { [ "$(open_here)" = 0 ]; }
until_ok 10 none_open
true_that curl -sf -o /dev/null "$gw/function/echo"

begin "the gateway is still the same process"
true_that kill -0 "$gate_pid"
true_that curl -sf -o /dev/null "$gw/healthz"
