# Bodies: both ways, every framing, 1 GiB in constant memory.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/gate.sh"
gate_up
true_that deploy echo http "$echo_fn" '{labels: {"com.openfaas.scale.zero-duration": "10m"}}'
true_that deploy sink stdio 'wc -c'
true_that deploy source stdio 'head -c 200000000 /dev/zero'
true_that curl -sf -o /dev/null "$gw/function/echo"
big=1073741824

begin "1 GiB to a function, with a length and in chunks"
truncate -s $big "$T/big"
ok curl -s -T "$T/big" -X POST "$gw/function/echo/count"
out_is $big
ok sh -c "head -c $big /dev/zero | curl -s -T - -X POST '$gw/function/echo/count'"
out_is $big

begin "1 GiB from a function, with a length, in chunks and until it closes"
for how in bytes chunked until-close; do
    ok sh -c "curl -s '$gw/function/echo/$how/$big' | wc -c"
    out_is $big
done

begin "1 GiB both ways at once comes back whole"
ok sh -c "head -c $big /dev/zero | curl -s -T - -X POST '$gw/function/echo' | wc -c"
out_is $big

begin "what goes through is what came"
head -c 3000000 /dev/urandom >"$T/random"
ok sh -c "curl -s --data-binary '@$T/random' '$gw/function/echo' | cmp - '$T/random'"
ok sh -c "curl -s -H 'Transfer-Encoding: chunked' --data-binary '@$T/random' '$gw/function/echo' | cmp - '$T/random'"
true_that deploy cat stdio cat
ok sh -c "curl -s --data-binary '@$T/random' '$gw/function/cat' | cmp - '$T/random'"

begin "stdio: large bodies both ways"
ok sh -c "head -c 200000000 /dev/zero | curl -s -T - -X POST '$gw/function/sink'"
out_has 200000000
ok sh -c "curl -s '$gw/function/source' | wc -c"
out_is 200000000

begin "a client that does not read makes the function wait, not the gateway grow"
python3 - "$gate_port" "$gate_pid" >"$OUT" 2>"$ERR" <<'PY'
import socket, sys, time
def rss(): return int(next(l for l in open("/proc/%s/status" % sys.argv[2]) if l.startswith("VmRSS")).split()[1])
before = rss()
socks = []
for i in range(20):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.sendall(b"GET /function/echo/bytes/1073741824 HTTP/1.1\r\nHost: x\r\n\r\n")
    socks.append(s)
time.sleep(1)
print("grew" if rss() - before > 8192 else "steady")
PY
out_is steady

begin "all of it in constant memory"
true_that test "$(awk '/^VmHWM/ { print $2 }' "/proc/$gate_pid/status")" -lt "$([ "$SANITISED" ] && echo 800000 || echo 16384)"

begin "HTTP/1.0: no chunks, the end of the connection ends the body"
ok curl -s --http1.0 "$gw/function/echo/chunked/100000" -D "$T/head"
true_that test "$(wc -c <"$OUT")" = 100000
true_that sh -c '! grep -qi transfer-encoding "$1"' sh "$T/head"

begin "HEAD has the head only, and the connection goes on"
ok curl -s -I "$gw/function/echo" "$gw/function/echo"
true_that test "$(grep -c '^HTTP/1.1 200' "$OUT")" = 2

begin "Expect: 100-continue is answered by the gateway"
ok curl -s -v -H 'Expect: 100-continue' --expect100-timeout 30 --data-binary "@$T/random" "$gw/function/echo/count"
out_is 3000000
err_has "HTTP/1.1 100 Continue"

begin "requests in one packet are answered in order"
python3 - "$gate_port" >"$OUT" 2>"$ERR" <<'PY'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
a = b"POST /function/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
b = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
c = b"POST /function/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthree\r\n0\r\n\r\n"
d = b"GET /function/none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
s.sendall(a + b + c + d)
got = b""
while True:
    n = s.recv(65536)
    if not n: break
    got += n
at = [got.find(x) for x in (b"one", b"OK\n", b"three", b"no such function")]
print("in order" if -1 not in at and at == sorted(at) else got)
PY
out_is "in order"

begin "an answer before the body was read ends the connection cleanly"
ok sh -c "head -c 50000000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' -T - -X POST '$gw/function/echo/refuse'"
out_is 413
