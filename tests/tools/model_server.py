"""Servers of the digits model (testdata/digits): stand-ins, written after the published descriptions, for servers that are not
to be had here. Strict: what those refuse is refused.

    python3 model_server.py --rest_api_port=N --model_name=NAME --model_base_path=DIR [...]
        TensorFlow Serving's REST API (tensorflow/serving, g3doc/api_rest.md, serving_config.md), with that program's own flags and
        files: --model_config_file, --monitoring_config_file, --batching_parameters_file. DIR/VERSION/model.json are the versions.
    python3 model_server.py --v2 --port=N NAME=MODEL.json
        The Open Inference Protocol, version 2 (kserve/open-inference-protocol, inference_rest.md)

LOADING_S: so long a model is still being read. Only the standard library."""
import http.server
import json
import os
import re
import sys
import time
from operator import mul

BEGUN = time.monotonic()
LOADING_S = float(os.environ.get("LOADING_S", "0"))
PIXELS = 64


class Refused(Exception):
    def __init__(self, status, error):
        self.status, self.error = status, error


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Model:
    def __init__(self, path):
        with open(path) as file:
            model = json.load(file)
        self.classes = model["classes"]
        self.layers = [list(zip(layer["weights"], layer["biases"])) for layer in model["layers"]]

    def predict(self, values):
        for layer in self.layers[:-1]:
            values = [max(0.0, sum(map(mul, weights, values), bias)) for weights, bias in layer]
        scores = [sum(map(mul, weights, values), bias) for weights, bias in self.layers[-1]]
        return self.classes[scores.index(max(scores))]


# ---- TensorFlow Serving


def flags_of(arguments):
    known = {"rest_api_port", "port", "model_name", "model_base_path", "model_config_file", "monitoring_config_file", "enable_batching",
             "batching_parameters_file", "allow_version_labels_for_unavailable_models", "rest_api_num_threads", "tensorflow_session_parallelism"}
    flags = {}
    for argument in arguments:
        name, equals, value = argument.removeprefix("--").partition("=")
        if not argument.startswith("--") or not equals or name not in known:
            sys.exit(f"unknown argument: {argument}")
        flags[name] = value
    if "rest_api_port" not in flags or ("model_config_file" in flags) == ("model_base_path" in flags):
        sys.exit("usage: model_server --rest_api_port=N and --model_base_path or --model_config_file")
    if flags.get("enable_batching") != "true" and "batching_parameters_file" in flags:
        sys.exit("You supplied --batching_parameters_file without --enable_batching")
    return flags


TOKEN = re.compile(r'\s*(?:([A-Za-z_]\w*)|("(?:[^"\\]|\\.)*")|(-?\d+)|([{}:]))')


def parse_proto(text):
    """Protobuf's text format as lists of (name, value): only what these files have."""
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match:
            sys.exit(f"Error parsing text-format: {text[at:at + 20]!r}")
        tokens.append(match.group(0).strip())
        at = match.end()
    tokens.append("}")

    def message():
        members = []
        while (name := tokens.pop(0)) != "}":
            if tokens[0] == ":":
                tokens.pop(0)
            value = tokens.pop(0)
            members.append((name, message() if value == "{" else json.loads(value) if value not in ("true", "false") else value == "true"))
        return members

    return message()


def member(message, name, missing=None):
    return next((value for key, value in message if key == name), missing)


BATCHING = {"max_batch_size", "batch_timeout_micros", "max_enqueued_batches", "num_batch_threads"}


class TensorFlow:
    def __init__(self, arguments):
        flags = flags_of(arguments)
        self.port, self.labels, wanted = int(flags["rest_api_port"]), {}, None
        if "model_config_file" in flags:
            config = member(member(parse_proto(open(flags["model_config_file"]).read()), "model_config_list"), "config")
            self.name, base = member(config, "name"), member(config, "base_path")
            if member(config, "model_platform") != "tensorflow":
                sys.exit("unknown model_platform")
            wanted = [str(v) for k, v in member(member(config, "model_version_policy"), "specific") if k == "versions"]
            self.labels = {member(v, "key"): str(member(v, "value")) for k, v in config if k == "version_labels"}
        else:
            self.name, base = flags.get("model_name", "default"), flags["model_base_path"]
        found = sorted((v for v in os.listdir(base) if v.isdigit()), key=int) if os.path.isdir(base) else []
        found = [v for v in found if v in wanted] if wanted is not None else found[-1:]
        if not found:
            sys.exit(f"No versions of servable {self.name} found under base path {base}. Did you forget to name your leaf directory as a number?")
        self.versions = {v: Model(os.path.join(base, v, "model.json")) for v in found}
        self.metrics = None
        if "monitoring_config_file" in flags:
            config = member(parse_proto(open(flags["monitoring_config_file"]).read()), "prometheus_config")
            self.metrics = member(config, "path") if member(config, "enable") else None
        if "batching_parameters_file" in flags and (unknown := {k for k, _ in parse_proto(open(flags["batching_parameters_file"]).read())} - BATCHING):
            sys.exit(f"BatchingParameters has no field {unknown}")
        self.requests = 0

    def version_of(self, version, label):
        if label is not None and label not in self.labels:
            raise Refused(400, f"Unrecognized servable version label: {label}")
        version = self.labels[label] if label is not None else version or max(self.versions, key=int)
        if version not in self.versions or time.monotonic() - BEGUN < LOADING_S:
            raise Refused(404, f"Servable not found for request: Specific({self.name}, {version})")
        return version

    def status(self, version):
        state = "LOADING" if time.monotonic() - BEGUN < LOADING_S else "AVAILABLE"
        return {"model_version_status": [{"version": v, "state": state, "status": {"error_code": "OK", "error_message": ""}}
                                         for v in sorted(self.versions, key=int, reverse=True) if version in (None, v)]}

    def metadata(self, version):
        def tensor(dtype, *sizes):
            return {"dtype": dtype, "tensor_shape": {"dim": [{"size": s, "name": ""} for s in sizes], "unknown_rank": False}, "name": "t:0"}

        signature = {"inputs": {"pixels": tensor("DT_FLOAT", "-1", str(PIXELS))}, "outputs": {"digit": tensor("DT_INT64", "-1")},
                     "method_name": "tensorflow/serving/predict"}
        return {"model_spec": {"name": self.name, "signature_name": "", "version": version},
                "metadata": {"signature_def": {"signature_def": {"serving_default": signature}}}}

    def predict(self, version, document):
        if not isinstance(document, dict) or ("instances" in document) == ("inputs" in document):
            raise Refused(400, "Missing 'inputs' or 'instances' key")
        if document.get("signature_name", "serving_default") not in ("", "serving_default"):
            raise Refused(400, f"Serving signature name: \"{document['signature_name']}\" not found in signature def")
        rows = document.get("instances", document.get("inputs"))
        if not isinstance(rows, list) or not rows:
            raise Refused(400, "'instances' must be a non-empty list")
        rows = [row.get("pixels") if isinstance(row, dict) else row for row in rows]
        for row in rows:
            if not isinstance(row, list) or len(row) != PIXELS or not all(map(is_number, row)):
                raise Refused(400, f"Matrix size-incompatible: In[0]: expected [{len(rows)},{PIXELS}]")
        answers = [self.versions[version].predict(row) for row in rows]
        self.requests += 1
        return {"predictions": answers} if "instances" in document else {"outputs": answers}

    def answer(self, method, path, body):
        if path == self.metrics and method == "GET":
            return f"# TYPE :tensorflow:serving:request_count counter\n:tensorflow:serving:request_count{{model_name=\"{self.name}\",status=\"OK\"}} {self.requests}\n"
        match = re.fullmatch(r"/v1/models/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?(/metadata|:predict)?", path)
        if not match:
            raise Refused(400, f"Malformed request: {method} {path}")
        name, version, label, verb = match.groups()
        if name != self.name:
            raise Refused(404, f"Could not find any versions of model {name}")
        if (verb == ":predict") != (method == "POST"):
            raise Refused(400, f"Malformed request: {method} {path}")
        if verb is None:
            return self.status(self.version_of(version, label) if version or label else None)
        version = self.version_of(version, label)
        return self.metadata(version) if verb == "/metadata" else self.predict(version, document_of(body))


# ---- Open Inference Protocol


class OpenInference:
    def __init__(self, arguments):
        self.port = int(arguments[0].removeprefix("--port="))
        self.name, path = arguments[1].split("=", 1)
        self.model = Model(path)

    def infer(self, document):
        if not isinstance(document, dict) or not isinstance(document.get("inputs"), list) or len(document["inputs"]) != 1:
            raise Refused(400, "expected exactly 1 input")
        tensor = document["inputs"][0]
        for name, kind in (("name", str), ("shape", list), ("datatype", str), ("data", list)):
            if not isinstance(tensor.get(name), kind):
                raise Refused(400, f"input has no '{name}'")
        if tensor["name"] != "pixels":
            raise Refused(400, f"unexpected inference input '{tensor['name']}'")
        if tensor["datatype"] != "FP32":
            raise Refused(400, f"inference input data-type is '{tensor['datatype']}', model expects 'FP32'")
        shape, data = tensor["shape"], tensor["data"]
        if len(shape) != 2 or shape[1] != PIXELS or len(data) != shape[0] * PIXELS or not all(map(is_number, data)):
            raise Refused(400, f"unexpected shape for input 'pixels'. Expected [-1,{PIXELS}], got {shape}")
        digits = [self.model.predict(data[i * PIXELS:(i + 1) * PIXELS]) for i in range(shape[0])]
        answer = {"model_name": self.name, "model_version": "1", "outputs": [{"name": "digit", "shape": [len(digits)], "datatype": "INT64", "data": digits}]}
        return answer | ({"id": document["id"]} if "id" in document else {})

    def answer(self, method, path, body):
        about = {"name": self.name, "versions": ["1"], "platform": "stand-in", "inputs": [{"name": "pixels", "datatype": "FP32", "shape": [-1, PIXELS]}],
                 "outputs": [{"name": "digit", "datatype": "INT64", "shape": [-1]}]}
        ready = time.monotonic() - BEGUN >= LOADING_S
        if method == "GET" and path == "/v2":
            return {"name": "stand-in", "version": "1", "extensions": []}
        if method == "GET" and path in ("/v2/health/live", "/v2/health/ready"):
            if path.endswith("ready") and not ready:
                raise Refused(503, "not ready")
            return {path[11:]: True}
        match = re.fullmatch(r"/v2/models/([^/]+)(?:/versions/([^/]+))?(/ready|/infer)?", path)
        if not match or (match.group(3) == "/infer") != (method == "POST"):
            raise Refused(404, "not found")
        if match.group(1) != self.name or match.group(2) not in (None, "1"):
            raise Refused(404, f"Request for unknown model: '{match.group(1)}' is not found")
        if match.group(3) and not ready:
            raise Refused(503, f"model '{self.name}' is not ready")
        return {None: about, "/ready": {"name": self.name, "ready": True}, "/infer": None}[match.group(3)] or self.infer(document_of(body))


def document_of(body):
    try:
        return json.loads(body, parse_constant=lambda word: 1 / 0)
    except (ValueError, ZeroDivisionError) as error:
        raise Refused(400, f"JSON Parse error: {error}")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *args):
        pass

    def reply(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            status, answer = 200, self.server.speaks.answer(self.command, self.path, body)
        except Refused as refused:
            status, answer = refused.status, {"error": refused.error}
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        print(self.command, self.path, status, flush=True)
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = reply


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024


def main():
    speaks = OpenInference(sys.argv[2:]) if sys.argv[1] == "--v2" else TensorFlow(sys.argv[1:])
    server = Server((os.environ.get("LISTEN", "0.0.0.0"), speaks.port), Handler)
    server.speaks = speaks
    server.serve_forever()


main()
