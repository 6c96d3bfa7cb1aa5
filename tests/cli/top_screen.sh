. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
prometheus_history "$(date +%s)"
prometheus_start
AIWF_PROMETHEUS=$PROM
export AIWF_PROMETHEUS
unset TERM

begin "the screen shows every panel and its keys"
screen "aiwf top --window 10m; echo left \$?; sleep 60"
shows "Prometheus ok"
shows "ocr"
shows "bert"
shows "ENERGY"
shows "F10 Quit"

begin "help lists the keys, and goes"
keys '?'
shows "sort the panel in focus"
keys '?'
lacks "sort the panel in focus"

begin "the busiest function is first, and s sorts by the next column"
shows "by rps"
keys s
shows "by p50"

begin "a filter is typed, kept, and dropped"
keys / o c x BSpace
shows "filter: oc"
lacks "resize"
keys Enter
shows 'filter "oc"'
keys Escape
shows "resize"

begin "q typed into a filter is a letter"
keys / q
shows "filter: q"
shows "no functions match the filter"
keys Escape

begin "arrows move the focus and the selected row"
keys Right
shows "Jobs▕"
keys Down j k

begin "Tab fills the screen with the panel in focus, Esc brings back all"
keys Tab
lacks "FUNCTION"
shows "bert"
keys Escape
shows "FUNCTION"

begin "a number is a panel"
keys "$(text | sed -n 's/.*\([0-9]\) Functions.*/\1/p')"
lacks "ENERGY"
shows "ocr"
keys 0
shows "ENERGY"

begin "the past is shown, and said to be"
keys : "at $(date -d '-10 minutes' +%H:%M)" Enter
shows "PAST $(date -d '-10 minutes' +%F)"
shows "ocr"
keys : "at 2020-01-01T03:00" Enter
shows "PAST 2020-01-01 03:00:00"
shows "no functions"
keys [
shows "PAST 2020-01-01 02:55:00"
keys r
shows "PAST 2020-01-01 02:55:00"
keys n
lacks PAST
shows "ocr"

begin "a command that is not there says what was meant"
keys : "rangi 1h" Enter
shows "did you mean range?"
keys : ra Tab 1h Enter
lacks "did you mean"
shows "last 1h"

begin "p pauses, + and - change the pace"
keys p
shows paused
keys p
lacks paused
keys +
shows " 1s "

begin "any size, at any time"
for size in 80x24 40x10 20x5 1x1 3x2 200x60 80x24; do
    on_screen resize-window -t "$pane" -x "${size%x*}" -y "${size#*x}"
    keys s
done
shows "aiwf top"
shows "JOB "

begin "q leaves, and gives the terminal back"
keys q
shows "left 0"
true_that alternate_is 0

begin "a terminal that cannot be drawn on is an error"
screen "TERM=dumb aiwf top; echo left \$?; sleep 60"
shows "cannot draw on this terminal"
shows "left 2"
screen "TERM=nonesuch aiwf top; echo left \$?; sleep 60"
shows "left 2"

begin "NO_COLOR is monochrome"
screen "NO_COLOR=1 aiwf top --window 10m; sleep 60"
shows "Prometheus ok"
true_that test "$(on_screen capture-pane -e -p -t "$pane" | grep -c "$(printf '\033\\[[0-9;]*3[1-6]')")" = 0
keys q

begin "a server that never answers holds back no key"
cat >"$T/hang.py" <<'END'
import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen(50)
kept = []
while True:
    kept.append(s.accept())
END
port=$(free_port)
python3 "$T/hang.py" "$port" &
keep $!
until_ok 10 sh -c "curl -s -m 0.2 http://127.0.0.1:$port/; test \$? = 28"
screen "aiwf top --prometheus http://127.0.0.1:$port; echo left \$?; sleep 60"
shows "asking Prometheus"
keys '?'
shows "sort the panel in focus"
keys '?' q
shows "left 0"

begin "a Prometheus that goes leaves dim figures, and comes back"
screen "aiwf top --window 10m --interval 200ms; echo left \$?; sleep 60"
shows "ocr"
kill "$PROM_PID"
shows "Prometheus down since"
shows "ocr"
prometheus_start "${PROM##*:}"
shows "Prometheus ok"
keys q
shows "left 0"

begin "a Prometheus that is down from the start is waited for"
kill "$PROM_PID"
until_ok 10 sh -c "! kill -0 $PROM_PID"
screen "aiwf top --window 10m --interval 200ms; echo left \$?; sleep 60"
shows "Prometheus down since"
shows "unknown:"
prometheus_start "${PROM##*:}"
shows "ocr"
keys q
shows "left 0"
