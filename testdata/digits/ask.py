"""Asks a function about every held-out image: ask.py URL HELD-OUT.csv [REPORT.json]

One image a request, over one kept connection, as a client of a real service would.
"""
import csv
import http.client
import json
import sys
import time
import urllib.parse


def read(path):
    with open(path, newline="") as file:
        return [(int(row[0]), [float(cell) for cell in row[1:]]) for row in csv.reader(file)]


class Function:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=60)
        self.path = parts.path or "/"

    def ask(self, pixels):
        body = json.dumps({"instances": [pixels]})
        begin = time.perf_counter()
        self.connection.request("POST", self.path, body, {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        text = response.read()
        elapsed_ms = (time.perf_counter() - begin) * 1000
        if response.status != 200:
            sys.exit(f"the function answers {response.status}: {text[:200].decode(errors='replace')}")
        return json.loads(text)["predictions"][0], elapsed_ms


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(len(values) * q))]


def main():
    function, images = Function(sys.argv[1]), read(sys.argv[2])
    answers = [(digit, *function.ask(pixels)) for digit, pixels in images]
    right = sum(digit == answer for digit, answer, _ in answers)
    times = [elapsed for _, _, elapsed in answers]
    report = {
        "images": len(answers),
        "right": right,
        "accuracy": right / len(answers),
        "p50_ms": round(quantile(times, 0.50), 3),
        "p95_ms": round(quantile(times, 0.95), 3),
    }
    if len(sys.argv) > 3:
        with open(sys.argv[3], "w") as file:
            json.dump(report, file)
    print(f"{right} of {len(answers)} right: accuracy {report['accuracy']:.4f}, p50 {report['p50_ms']} ms, p95 {report['p95_ms']} ms")


main()
