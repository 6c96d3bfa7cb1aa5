#!/usr/bin/env python3
"""Prometheus servers that misbehave, on a free port of 127.0.0.1 which is printed.

    slow_prometheus.py refuse|late|half|garbage

refuse: 422 to every query. late: an empty answer after a second. half: an answer that stops in the middle.
garbage: 200 and something that is no answer."""
import http.server
import json
import sys
import time

EMPTY = {"status": "success", "data": {"resultType": "vector", "result": []}}
REFUSED = {"status": "error", "errorType": "execution", "error": "query processing would load too many samples into memory"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, length=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self):
        how = sys.argv[1]
        if how == "refuse" and "/query" in self.path:
            self.answer(422, json.dumps(REFUSED).encode())
        elif how == "half":
            self.answer(200, b'{"status":"succ', 5000)
            self.close_connection = True
        elif how == "garbage":
            self.answer(200, b"\x1b[31m<html>\xff\x00")
        else:
            time.sleep(1 if how == "late" else 0)
            names = "/label" in self.path
            self.answer(200, json.dumps({"status": "success", "data": ["up"]} if names else EMPTY).encode())

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that has gone is none of ours."""


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
