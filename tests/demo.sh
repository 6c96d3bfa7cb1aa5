#!/bin/sh
# What `make demo` shows: from nothing to a trained model that answers requests, and what it costs. It runs
# in a folder of its own (build/demo), with its own gateway and Prometheus on free ports of 127.0.0.1, and
# ends both. Exit 0 only when the model is right on 95 % or more of the images it has never seen.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
B=${B:-build}
case $B in /*) ;; *) B=$root/$B ;; esac
demo=$B/demo
python=${PYTHON:-/usr/bin/python3}
for variable in $(env | sed -n 's/^\(AIWF_[A-Z_]*\)=.*/\1/p; s/^\(OPENFAAS_[A-Z_]*\)=.*/\1/p'); do unset "$variable"; done
[ ! -d "$demo/home" ] || HOME=$demo/home "$B/aiwf" local down >/dev/null 2>&1 || true # of a demo that was killed
rm -rf "$demo"
mkdir -p "$demo/bin" "$demo/home" "$demo/prometheus"
ln -s "$B/aiwf" "$demo/bin/aiwf"
PATH=$demo/bin:$PATH
HOME=$demo/home
no_proxy=127.0.0.1
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
export PATH HOME no_proxy
prometheus_pid=

finish() {
    status=$?
    trap - EXIT INT TERM
    aiwf local down >/dev/null 2>&1 || true
    if [ -n "$prometheus_pid" ]; then
        kill "$prometheus_pid" 2>/dev/null || true
        wait "$prometheus_pid" 2>/dev/null || true
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bold= dim= plain=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[m')
fi
title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
show() { # COMMAND...: prints it as one would type it, then runs it
    printf '%s$ %s%s\n' "$dim" "$*" "$plain"
    "$@"
}
fail() {
    echo "demo: $*" >&2
    exit 1
}
eventually() { # SECONDS COMMAND...
    deadline=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}
free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start_prometheus() {
    metrics=$(aiwf local status -o json --jq .metrics)
    target=${metrics#http://}
    cat >"$demo/prometheus.yml" <<END
global: {scrape_interval: 1s}
scrape_configs:
  - job_name: aiwf
    static_configs: [{targets: ["${target%%/*}"]}]
END
    port=$(free_port)
    prometheus --config.file="$demo/prometheus.yml" --storage.tsdb.path="$demo/prometheus" --web.listen-address="127.0.0.1:$port" \
        --log.level=error >"$demo/prometheus.log" 2>&1 &
    prometheus_pid=$!
    AIWF_PROMETHEUS=http://127.0.0.1:$port
    export AIWF_PROMETHEUS
    eventually 30 scraped || fail "Prometheus does not see the gateway: $(tail -1 "$demo/prometheus.log")"
}
scraped() { [ "$(aiwf query up -o json --jq '.items[0].value' 2>/dev/null)" = 1 ]; }

output() { # STAGE NAME: the file that a stage made
    aiwf workflow status digits -o json --jq ".stages[] | select(.name == \"$1\").outputs.$2.path"
}

# One image over and over; wrk keeps several connections busy, without it one is.
load() {
    "$python" - "$(output prepare held_out)" >"$demo/request.json" <<'END'
import csv, json, sys
print(json.dumps({"instances": [[float(cell) for cell in next(csv.reader(open(sys.argv[1])))[1:]]]}))
END
    url=$(aiwf function show digits-serve -o json --jq .url)
    if command -v wrk >/dev/null; then
        printf 'wrk.method = "POST"\nwrk.body = io.open("%s"):read("*a")\n' "$demo/request.json" >"$demo/post.lua"
        wrk -t 1 -c 4 -d 4s -s "$demo/post.lua" "$url" >"$demo/wrk.txt"
        rate=$(sed -n 's/^Requests\/sec: *//p' "$demo/wrk.txt")
        how="wrk, 4 connections"
    else
        begin=$(date +%s%N)
        aiwf function invoke digits-serve -f "$demo/request.json" -n 1000 >/dev/null 2>&1
        rate=$("$python" -c "print(round(1000 / (($(date +%s%N) - $begin) / 1e9), 1))")
        how="one connection"
    fi
}

title "The local runtime: functions and jobs are processes of this machine"
show aiwf local up
start_prometheus

title "A workflow: prepare the data, train, serve the model as a function, ask it"
show aiwf workflow plan -f testdata/digits/workflow.yaml
echo
show aiwf workflow run -f testdata/digits/workflow.yaml

title "Nothing changed since: nothing is redone"
show aiwf workflow run -f testdata/digits/workflow.yaml

title "Cold starts of the function, in parts"
load
show aiwf function coldstart digits-serve -n 5 --path /healthz
aiwf function coldstart digits-serve -n 5 --path /healthz -o json >"$demo/coldstart.json"

title "The dashboard (aiwf top), while requests come in"
load
show aiwf top --once

aiwf workflow status digits -o json >"$demo/status.json"
aiwf local status -o json >"$demo/gateway.json"
title "What came out"
RATE=$rate HOW=$how "$python" - "$demo" "$(output ask report)" <<'END'
import json, os, sys

def read(name):
    with open(os.path.join(sys.argv[1], name)) as file:
        return json.load(file)

report, cold, status, gateway = read(sys.argv[2]), read("coldstart.json"), read("status.json"), read("gateway.json")
energy = gateway.get("energy") or {}
jobs = [stage for stage in status["stages"] if stage.get("energy_j") is not None]
sources = ", ".join(sorted({stage["energy_source"] for stage in jobs if stage.get("energy_source")}))
rows = [("accuracy", f"{report['accuracy']:.4f}", f"{report['right']} of {report['images']} images it had never seen")]
rows.append(("warm", f"{report['p50_ms']:.2f} ms", f"median of those requests; p95 {report['p95_ms']:.2f} ms"))
rows.append(("cold", f"{cold['total_p50_ms']:.0f} ms", f"median of {cold['rounds']} starts from zero"))
rows.append(("throughput", f"{float(os.environ['RATE']):.0f} requests/s", os.environ["HOW"]))
def joules(value, source):
    return f"{'' if source == 'rapl' else '~'}{value:.3g} J"

if jobs:
    rows.append(("energy", joules(sum(stage["energy_j"] for stage in jobs), sources), f"for preparing, training and asking; source: {sources}"))
if energy.get("joules") is not None:
    rows.append(("", joules(energy["joules"], energy.get("source")), f"for all of this machine since the start; source: {energy.get('source')}"))
width = max(len(row[1]) for row in rows)
for name, value, note in rows:
    print(f"  {name:12}{value:>{width}}   {note}")
sys.exit(0 if report["accuracy"] >= 0.95 else "demo: the model is right on less than 95 % of the images")
END
