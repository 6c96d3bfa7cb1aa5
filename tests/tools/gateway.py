"""A gateway that answers as a real one will not do on demand: the last part of the path says how.

    python3 gateway.py PORT_FILE REQUEST_LOG

Writes its port (of 127.0.0.1) to PORT_FILE once it listens, and one line a request to REQUEST_LOG."""
import base64
import http.server
import json
import os
import sys
import time

PORT_FILE, REQUEST_LOG = sys.argv[1:3]
JOB = {"name": "j", "state": "Running", "trainer": "local", "command": ["sleep", "9"], "gpus": 0, "attempt": 1}
OWN = {"X-Aiwf-Start": "warm", "X-Call-Id": "c-1"}


def error(code, message):
    return json.dumps({"error": {"code": code, "message": message}})


ANSWERS = {
    "/function/missing": (404, {}, error("not_found", "no function \"missing\"")),
    "/function/full": (429, {"Retry-After": "2"}, error("capacity", "the queue of \"full\" is full")),
    "/function/dead": (502, {}, error("workload", "the instance ended before it answered")),
    "/function/broken": (503, {}, error("workload", "cannot start: exited with code 3")),
    "/function/slow": (504, {}, error("timeout", "no answer within 1s")),
    "/function/own500": (500, OWN, "own words\n"),
    "/function/own404": (404, OWN, "not here\n"),
    "/system/aiwf/functions": (200, {}, "[]"),
    "/system/aiwf/functions/garbled": (200, {}, "{\"name\":"),
    "/system/aiwf/functions/starting": (200, {}, json.dumps({"name": "starting", "state": "Starting", "replicas": 1, "available": 0, "message": ""})),
    "/system/aiwf/functions/crashed": (200, {}, json.dumps({"name": "crashed", "state": "Failed", "replicas": 1, "available": 0, "message": "exited with code 3\u001b[2J"})),
    "/system/aiwf/functions/denied": (401, {}, "unauthorized"),
    "/system/aiwf/jobs": (200, {}, "[]"),
    "/system/aiwf/jobs/j": (200, {}, json.dumps(JOB)),
    "/system/aiwf/jobs/k": (200, {}, json.dumps(dict(JOB, name="k", state="Failed", exit_code=None, signal="KILL", reason="memory limit of 64Mi"))),
    "/system/aiwf/pools": (200, {}, "[]"),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        login = self.headers.get("Authorization", "")
        user = base64.b64decode(login[6:]).decode() if login.startswith("Basic ") else "-"
        with open(REQUEST_LOG, "a") as log:
            log.write(f"{self.command} {self.path} {user} {body.decode(errors='replace')}\n")
        path = self.path.split("?")[0]
        if path.endswith("/hangs"):
            time.sleep(60)
        status, headers, text = ANSWERS.get(path, (200, OWN, None))
        data = body if text is None else text.encode()
        if self.headers.get("X-Wanted"):
            data = self.headers["X-Wanted"].encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
with open(PORT_FILE + ".new", "w") as out:
    out.write(str(server.server_port))
os.rename(PORT_FILE + ".new", PORT_FILE)
server.serve_forever()
