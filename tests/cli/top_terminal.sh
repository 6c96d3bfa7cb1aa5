# What a person feels: keys answer at once, an idle screen is quiet, the terminal is whole again.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
prometheus_history "$(date +%s)"
prometheus_start
unset TERM
ASAN_OPTIONS=handle_segv=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS
pty() { run python3 "$ROOT/tests/tools/pty_top.py" "$@"; }
slow() {
    python3 "$ROOT/tests/tools/slow_prometheus.py" "$1" >"$T/slow-port" &
    keep $!
    until_ok 10 test -s "$T/slow-port"
    SLOW=http://127.0.0.1:$(cat "$T/slow-port")
    rm "$T/slow-port"
}
# The half of the keys that a quiet machine would answer; sanitisers are slower.
most=50
[ -z "$SANITISED" ] || most=500
quick() {
    read -r median worst <"$OUT"
    [ "$RC" = 0 ] && [ "$median" -le "$most" ] || broken "keys took $median ms, the slowest $worst"
}

begin "keys answer within 50 ms, with a good server"
pty latency -- aiwf top --prometheus "$PROM" --window 10m --interval 100ms
quick

begin "and with one that never answers"
silent=$(free_port)
python3 -c 'import socket, sys, time
s = socket.socket()
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen(50)
kept = []
while True:
    kept.append(s.accept())' "$silent" &
keep $!
until_ok 10 sh -c "curl -s -m 0.2 http://127.0.0.1:$silent/; test \$? = 28"
pty latency -- aiwf top --prometheus "http://127.0.0.1:$silent" --interval 100ms
quick

for how in late refuse half garbage; do
    begin "and with one that is broken: $how"
    slow $how
    pty latency -- aiwf top --prometheus "$SLOW" --interval 100ms
    quick
done

begin "what a server refuses is told in its words, without its escapes"
slow refuse
screen "aiwf top --prometheus $SLOW --interval 200ms; echo left \$?; sleep 60"
shows "query processing would load"
keys q
shows "left 0"
slow garbage
screen "aiwf top --prometheus $SLOW --interval 200ms; echo left \$?; sleep 60"
shows "Prometheus"
keys q
shows "left 0"

begin "an idle screen writes its clock and no more"
pty idle -- aiwf top --prometheus "$PROM" --window 10m --interval 1h
[ "$(cat "$OUT")" -le 120 ] || broken "$(cat "$OUT") bytes a second"

begin "a screen whose figures do not change writes no more than that"
pty idle -- aiwf top --prometheus "$PROM" --at 2020-01-01T00:00 --interval 100ms
[ "$(cat "$OUT")" -le 20 ] || broken "$(cat "$OUT") bytes a second"

for signal in TERM HUP SEGV ABRT; do
    begin "SIG$signal leaves no mode of the terminal behind"
    pty modes:$signal -- aiwf top --prometheus "$PROM"
    out_has 1000 # the mouse was on
    grep -qx 'left *' "$OUT" || broken "modes stay"
    out_has "settings same"
done

begin "a stop gives the mouse back, and going on takes it again"
mouse_is() { [ "$(on_screen display -p -t "$pane" '#{mouse_any_flag}')" = "$1" ]; }
screen "PS1='$ ' exec bash --norc --noprofile -i"
keys "aiwf top --prometheus $PROM" Enter
shows "Prometheus ok"
true_that mouse_is 1
keys C-z
until_ok 15 mouse_is 0
keys fg Enter
until_ok 15 mouse_is 1
keys : "mouse off" Enter
until_ok 15 mouse_is 0
keys q
until_ok 15 alternate_is 0
true_that mouse_is 0

begin "output that is no terminal, and a terminal without a name"
fails 2 sh -c "aiwf top --prometheus $PROM >'$T/nothing' </dev/null"
err_has "--once"
screen "env -u TERM aiwf top --prometheus $PROM; echo left \$?; sleep 60"
shows "cannot draw on this terminal"
shows "left 2"
