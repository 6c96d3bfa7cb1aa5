#!/usr/bin/env python3
"""An HTTP server that plays a script, for what a real server will not do on demand.

usage: wire.py CASE.json FOLDER

Listens on a free port of 127.0.0.1 and writes into FOLDER: `port` (once it listens), `log` (one JSON line
a request: connection, method, path, version, headers, body_bytes, body, client) and, with TLS, ca.pem,
other-ca.pem, client.pem and client.key, made by the openssl program.

CASE is {"replies": [...], "routes": {"/path": [...]}, "tls": {...}}. A request to a path of `routes` takes
that list's next reply (a watch, of "/path?watch" where there is one), any other the next one of `replies`; the last reply of a list repeats. A reply:
  status, reason, headers {name: value}, body (text), body_bytes (filler of that size)
  delay_ms      before the status line          hang      never answer
  cut           close after so many body bytes  close     close without an answer, after reading the request
  after         not before so many requests have come, to all paths
  drip_ms       between pieces of the body      drip_bytes  a piece's size (1)
  chunked       chunked transfer coding         reset     end the connection with a RST
  raw           these bytes instead of all that early     answer before the body was read, then close
  gzip          compress the body
  once          close the connection after it   kept_close  answer, then close in silence when the next request comes
  upgrade       a WebSocket's answer (101 unless "status" says otherwise), then these steps: {"send": bytes} as they are on the wire,
                {"take": n} waits for so many bytes of the client, which are logged in hex; at the end the connection is closed.
                "headers" replace what the answer has: Upgrade, Connection, Sec-WebSocket-Accept, Sec-WebSocket-Protocol ("": none)
"greeting": a text that answers the first bytes of every connection, whatever they are.
tls: {"names": ["localhost"], "days": 2, "client": true} (days below 0: expired; client: wants a certificate)
"""
import base64
import datetime
import gzip
import hashlib
import json
import os
import secrets
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", f"/CN=wire {name}",
            "-keyout", f"{name}.key", "-out", f"{name}.pem")


CA_CONFIG = """[ca]
default_ca = wire
[wire]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
[any]
commonName = supplied
"""


def make_certificate(folder, name, extension, days):
    """Signed by ca.pem, valid for so many days from now, or expired so many days ago."""
    now = datetime.datetime.now(datetime.timezone.utc)
    start, end = (now + datetime.timedelta(days=d) for d in (-30, days))
    for file, text in (("index", ""), ("serial", f"{secrets.randbelow(1 << 60) + 16:016x}\n"), ("ca.conf", CA_CONFIG), (f"{name}.ext", extension)):
        with open(os.path.join(folder, file), "w") as f:
            f.write(text)
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN=wire {name}", "-keyout", f"{name}.key", "-out",
            f"{name}.csr")
    openssl(folder, "ca", "-batch", "-config", "ca.conf", "-in", f"{name}.csr", "-cert", "ca.pem", "-keyfile", "ca.key", "-extfile", f"{name}.ext",
            "-startdate", f"{start:%Y%m%d%H%M%SZ}", "-enddate", f"{end:%Y%m%d%H%M%SZ}", "-notext", "-out", f"{name}.pem")


def tls_context(folder, tls):
    make_authority(folder, "ca")
    make_authority(folder, "other-ca")
    names = ",".join(("IP:" if n[0].isdigit() else "DNS:") + n for n in tls.get("names", ["localhost", "127.0.0.1"]))
    make_certificate(folder, "server", f"subjectAltName={names}\n", tls.get("days", 2))
    make_certificate(folder, "client", "extendedKeyUsage=clientAuth\n", 2)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
    if tls.get("client"):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(os.path.join(folder, "ca.pem"))
    return context


class Ended(Exception):
    pass


class Reader:
    def __init__(self, sock):
        self.sock, self.have = sock, b""

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise Ended
        self.have += data

    def until(self, mark):
        while mark not in self.have:
            self.more()
        head, self.have = self.have.split(mark, 1)
        return head

    def exactly(self, n, keep):
        kept, left = b"", n
        while left:
            if not self.have:
                self.more()
            piece, self.have = self.have[:left], self.have[left:]
            left -= len(piece)
            kept = (kept + piece)[:keep]
        return kept


class Wire:
    KEEP = 65536

    def __init__(self, case, folder):
        self.case, self.lock, self.log = case, threading.Lock(), open(os.path.join(folder, "log"), "a", buffering=1)
        self.context = tls_context(folder, case["tls"]) if "tls" in case else None
        self.connections = self.requests = 0
        self.came = threading.Condition(self.lock)

    def next_reply(self, path):
        with self.lock:
            routes, plain = self.case.get("routes", {}), path.split("?")[0]
            replies = routes.get(plain + "?watch") if "watch=" in path else None
            replies = replies or routes.get(plain, self.case.get("replies", [{}]))
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def read_body(self, reader, headers):
        if headers.get("transfer-encoding") == "chunked":
            body, size = b"", 0
            while True:
                n = int(reader.until(b"\r\n"), 16)
                body = (body + reader.exactly(n, self.KEEP))[:self.KEEP]
                size += n
                reader.until(b"\r\n")
                if not n:
                    return body, size
        n = int(headers.get("content-length", 0))
        return reader.exactly(n, self.KEEP), n

    def write_log(self, number, method, path, version, headers, body, size, sock):
        client = ""
        if self.context and sock.getpeercert():
            client = dict(pair for rdn in sock.getpeercert()["subject"] for pair in rdn).get("commonName", "")
        with self.lock:
            print(json.dumps({"connection": number, "method": method, "path": path, "version": version, "headers": headers, "body_bytes": size,
                              "body": body.decode("latin-1"), "client": client}), file=self.log)
            self.requests += 1
            self.came.notify_all()

    def send_body(self, sock, reply, body):
        cut = reply.get("cut")
        if cut is not None:
            body = body[:cut]
        step = reply.get("drip_bytes", 1) if "drip_ms" in reply else 65536
        for at in range(0, len(body), step):
            piece = body[at:at + step]
            sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece) if reply.get("chunked") else piece)
            if "drip_ms" in reply:
                time.sleep(reply["drip_ms"] / 1000)
        if cut is not None:
            raise Ended
        if reply.get("chunked"):
            sock.sendall(b"0\r\n\r\n")

    def send_reply(self, sock, reply, method):
        time.sleep(reply.get("delay_ms", 0) / 1000)
        with self.lock:
            self.came.wait_for(lambda: self.requests >= reply.get("after", 0))
        if reply.get("reset"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise Ended
        if reply.get("close"):
            raise Ended
        if "raw" in reply:
            sock.sendall(reply["raw"].encode("latin-1"))
            raise Ended
        body = b"x" * reply["body_bytes"] if "body_bytes" in reply else reply.get("body", "").encode()
        if reply.get("gzip"):
            body = gzip.compress(body)
        head = f"HTTP/1.1 {reply.get('status', 200)} {reply.get('reason', 'Reason')}\r\n"
        for name, value in reply.get("headers", {}).items():
            head += f"{name}: {value}\r\n"
        if reply.get("gzip"):
            head += "Content-Encoding: gzip\r\n"
        head += "Transfer-Encoding: chunked\r\n" if reply.get("chunked") else f"Content-Length: {len(body)}\r\n"
        sock.sendall(head.encode("latin-1") + b"\r\n")
        if method != "HEAD":
            self.send_body(sock, reply, body)
        if reply.get("early"):  # as a server lingers: the rest is read and dropped, so that no RST takes the answer away
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
        if reply.get("once") or reply.get("early"):
            raise Ended

    def upgrade(self, sock, reader, reply, headers):
        accept = hashlib.sha1(headers.get("sec-websocket-key", "").encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        answer = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": base64.b64encode(accept).decode(),
                  "Sec-WebSocket-Protocol": headers.get("sec-websocket-protocol", ""), **reply.get("headers", {})}
        sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\n" + b"".join(f"{n}: {v}\r\n".encode("latin-1") for n, v in answer.items() if v) + b"\r\n")
        for step in reply["upgrade"]:
            time.sleep(step.get("delay_ms", 0) / 1000)
            sock.sendall(step.get("send", "").encode("latin-1"))
            taken = reader.exactly(step.get("take", 0), self.KEEP)
            if taken:
                with self.lock:
                    print(json.dumps({"taken": taken.hex()}), file=self.log)
        raise Ended

    def one_request(self, sock, reader, number):
        head = reader.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        method, path, version = head[0].split(" ", 2)
        headers = {name.lower(): value for name, value in (line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in head[1:])}
        reply = self.next_reply(path)
        body, size = (b"", 0) if reply.get("early") else self.read_body(reader, headers)
        self.write_log(number, method, path, version, headers, body, size, sock)
        if reply.get("hang"):
            while True:
                reader.more()
        if "upgrade" in reply:
            self.upgrade(sock, reader, reply, headers)
        self.send_reply(sock, reply, method)
        if reply.get("kept_close"):
            self.one_request_unanswered(sock, reader, number)

    def one_request_unanswered(self, sock, reader, number):
        head = reader.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        method, path, version = head[0].split(" ", 2)
        self.write_log(number, method, path, version, {}, b"", 0, sock)
        raise Ended

    def serve(self, sock, number):
        try:
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            reader = Reader(sock)
            if "greeting" in self.case:
                reader.more()
                sock.sendall(self.case["greeting"].encode("latin-1"))
                raise Ended
            while True:
                self.one_request(sock, reader, number)
        except (Ended, OSError, ValueError):
            pass
        finally:
            sock.close()

    def run(self, listener):
        while True:
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            threading.Thread(target=self.serve, args=(sock, self.connections), daemon=True).start()


def main():
    case_path, folder = sys.argv[1:3]
    with open(case_path) as f:
        case = json.load(f)
    wire = Wire(case, folder)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = os.path.join(folder, "port")
    with open(port + ".new", "w") as f:
        f.write(str(listener.getsockname()[1]))
    os.rename(port + ".new", port)
    wire.run(listener)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
