# Debian's Prometheus for tests: sourced after lib.sh. Each instance has its own folder and a free port of
# 127.0.0.1, and ends with the test.
#
#   prometheus_history [END]  fills $T/data with twenty minutes until END (testdata/top/history.py)
#   prometheus_start [PORT]   starts one on $T/data with $T/prometheus.yml (made empty when it is missing);
#                             sets PROM (its URL) and PROM_PID
#   golden NAME               the last stdout is testdata/golden/NAME (GOLDEN=write renews it)
#   screen CMD [COLS ROWS]    runs a shell command in a terminal of its own (tmux); see shows, keys
#   shows TEXT, lacks TEXT    the screen has it, or has it not
#   keys KEY...               types
command -v prometheus >/dev/null || {
    begin "Prometheus is installed"
    skip "apt-get install prometheus"
    exit 0
}
TZ=UTC LC_ALL=C.UTF-8
export TZ LC_ALL
AT=2026-11-24T10:00:00Z

prometheus_history() {
    python3 "$ROOT/testdata/top/history.py" "$@" >"$T/history.om" && promtool tsdb create-blocks-from openmetrics "$T/history.om" "$T/data" >/dev/null
}
# prometheus_cluster [END NODES GPUS FUNCTIONS PODS]: the same of a cluster (testdata/top/cluster.py)
prometheus_cluster() {
    python3 "$ROOT/testdata/top/cluster.py" "$@" >"$T/history.om" && promtool tsdb create-blocks-from openmetrics "$T/history.om" "$T/data" >/dev/null
}
is_ready() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$1/-/ready")" = 200 ]; }
prometheus_start() {
    [ -e "$T/prometheus.yml" ] || : >"$T/prometheus.yml"
    port=${1:-$(free_port)}
    PROM=http://127.0.0.1:$port
    prometheus --config.file="$T/prometheus.yml" --storage.tsdb.path="$T/data" --storage.tsdb.retention.time=100y \
        --web.listen-address="127.0.0.1:$port" >"$T/prometheus.log" 2>&1 &
    PROM_PID=$!
    keep $PROM_PID
    until_ok 20 is_ready "$PROM"
}

golden() {
    [ "${GOLDEN:-}" != write ] || cp "$OUT" "$ROOT/testdata/golden/$1"
    diff -u "$ROOT/testdata/golden/$1" "$OUT" >&2 || broken "stdout differs from testdata/golden/$1"
}

on_screen() { tmux -u -S "$T/tmux" "$@"; }
screens=0
screen() {
    screens=$((screens + 1))
    pane=s$screens
    on_screen -f /dev/null new-session -d -s "$pane" -x "${2:-100}" -y "${3:-30}" "$1"
}
keys() { on_screen send-keys -t "$pane" "$@"; }
text() { on_screen capture-pane -p -t "$pane"; }
has_text() { text | grep -qF -e "$1"; }
has_not_text() { ! has_text "$1"; }
shows() {
    until_ok 15 has_text "$1"
    [ -z "$case_bad" ] || text >&2
}
lacks() { until_ok 15 has_not_text "$1"; }
alternate_is() { [ "$(on_screen display -p -t "$pane" '#{alternate_on}')" = "$1" ]; }
at_exit "tmux -S '$T/tmux' kill-server"
