"""Answers which digit an image shows: serve.py MODEL.json

POST {"instances": [[64 values of 0 to 1], ...]} -> {"predictions": [digit, ...]};  GET /healthz -> ok.
Listens on $PORT of 127.0.0.1. Only the standard library: importing numpy alone would treble a cold start.
"""
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import mul

MAX_BODY = 8 << 20


class Model:
    def __init__(self, path):
        with open(path) as file:
            model = json.load(file)
        self.classes = model["classes"]
        self.layers = [list(zip(layer["weights"], layer["biases"])) for layer in model["layers"]]
        self.inputs = len(model["layers"][0]["weights"][0])

    def predict(self, values):
        for layer in self.layers[:-1]:
            values = [max(0.0, sum(map(mul, weights, values), bias)) for weights, bias in layer]
        scores = [sum(map(mul, weights, values), bias) for weights, bias in self.layers[-1]]
        return self.classes[scores.index(max(scores))]

    def check(self, instances):
        if not isinstance(instances, list) or not instances:
            return 'the body is {"instances": [[...], ...]}'
        for values in instances:
            if not isinstance(values, list) or len(values) != self.inputs:
                return f"an instance has {self.inputs} values"
            if not all(isinstance(value, (int, float)) for value in values):
                return "the values are numbers"
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/healthz":
            self.answer(200, {"status": "ok"})
        else:
            self.answer(404, {"error": "POST the images, or GET /healthz"})

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            self.answer(413, {"error": f"a body of known length, at most {MAX_BODY} bytes"})
            return
        try:
            document = json.loads(self.rfile.read(int(length)))
        except ValueError as error:
            self.answer(400, {"error": f"no JSON: {error}"})
            return
        instances = document.get("instances") if isinstance(document, dict) else None
        fault = self.server.model.check(instances)
        if fault:
            self.answer(400, {"error": fault})
        else:
            self.answer(200, {"predictions": [self.server.model.predict(values) for values in instances]})

    def log_message(self, format, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


def main():
    model = Model(sys.argv[1])
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
    server.model = model
    server.serve_forever()


main()
