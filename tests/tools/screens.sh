#!/bin/sh
# Pictures of `aiwf top` as people see it: the real binary in tmux, over a cluster's history in a real Prometheus.
# Writes man/screens/PANEL-COLSxROWS.txt and .png. Needs prometheus, tmux, rsvg-convert (librsvg2-bin) and pngquant.
#   tests/tools/screens.sh [PANEL...]
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
OUT=$ROOT/man/screens T=$(mktemp -d)
AT=2026-11-24T10:00:00Z PORT=${PORT:-29870}
export TZ=UTC LC_ALL=C.UTF-8 HOME="$T" AIWF_PROMETHEUS="http://127.0.0.1:$PORT" AIWF_PRICE_GPU_HOUR=1.2 AIWF_CURRENCY=EUR
for tool in prometheus promtool tmux rsvg-convert pngquant; do command -v $tool >/dev/null || { echo "$tool is missing" >&2; exit 1; }; done
stop() {
    tmux -S "$T/tmux" kill-server 2>/dev/null || true
    [ -z "${pid:-}" ] || kill "$pid"
    rm -rf "$T"
}
trap stop EXIT
python3 "$ROOT/testdata/top/cluster.py" >"$T/history.om"
promtool tsdb create-blocks-from openmetrics "$T/history.om" "$T/data" >/dev/null
: >"$T/prometheus.yml"
prometheus --config.file="$T/prometheus.yml" --storage.tsdb.path="$T/data" --storage.tsdb.retention.time=100y \
    --web.listen-address="127.0.0.1:$PORT" >"$T/prometheus.log" 2>&1 &
pid=$!
for _ in $(seq 100); do ! curl -sf -o "$T/ready" "$AIWF_PROMETHEUS/-/ready" || break; sleep 0.1; done

# Until the screen has its figures, and stands still.
settled() {
    for _ in $(seq 150); do
        tmux -S "$T/tmux" capture-pane -p -t shot >"$T/now"
        ! { grep -q "2026-11-24" "$T/now" && ! grep -q "asking Prometheus" "$T/now" && cmp -s "$T/now" "$T/before"; } || return 0
        cp "$T/now" "$T/before"
        sleep 0.2
    done
    echo "the screen does not settle" >&2
    return 1
}
shoot() {
    panel=$1 cols=${2%x*} rows=${2#*x}
    option="--panel $panel"
    [ "$panel" != all ] || option=
    tmux -u -2 -S "$T/tmux" -f /dev/null new-session -d -s shot -x "$cols" -y "$rows" "COLORTERM=truecolor $ROOT/build/aiwf top --at $AT $option"
    tmux -S "$T/tmux" set -g status off
    tmux -S "$T/tmux" resize-window -t shot -x "$cols" -y "$rows"
    settled
    sed 's/ *$//' "$T/now" >"$OUT/$panel-$2.txt"
    tmux -S "$T/tmux" capture-pane -e -p -t shot | python3 "$ROOT/tests/tools/screen_svg.py" "$cols" "$rows" >"$T/shot.svg"
    rsvg-convert "$T/shot.svg" | pngquant --speed 1 16 - >"$OUT/$panel-$2.png"
    tmux -S "$T/tmux" kill-session -t shot
}
mkdir -p "$OUT"
tmux -S "$T/tmux" -f /dev/null new-session -d -s keeps "sleep 3600"
for panel in ${*:-all overview alerts gpus functions jobs queues pools energy nodes}; do
    for size in 80x24 120x40 250x70; do shoot "$panel" "$size"; done
done
ls -l "$OUT" | awk '{ n += $5 } END { print NR - 1 " files, " int(n / 1024) " KiB" }'
