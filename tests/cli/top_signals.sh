. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
prometheus_start
AIWF_PROMETHEUS=$PROM
export AIWF_PROMETHEUS
unset TERM
ASAN_OPTIONS=handle_segv=0${ASAN_OPTIONS:+:$ASAN_OPTIONS} # or it would end a crash in its own way
export ASAN_OPTIONS

# The terminal's settings before and after are the same, and the alternate screen is left.
start() {
    rm -f "$T/pid" "$T/before" "$T/after" "$T/left"
    screen "stty -a >$T/before; sh -c 'echo \$\$ >$T/pid; exec aiwf top'; echo \$? >$T/left; stty -a >$T/after; sleep 60"
    shows "Prometheus ok"
    pid=$(cat "$T/pid")
}
given_back() {
    until_ok 15 test -s "$T/after"
    true_that cmp "$T/before" "$T/after"
    true_that test "$(cat "$T/left")" = "$1"
    true_that alternate_is 0
}

for signal in INT:130 TERM:130 HUP:130 SEGV:139 ABRT:134 QUIT:131; do
    begin "SIG${signal%:*} gives the terminal back"
    start
    kill -s "${signal%:*}" "$pid"
    given_back "${signal#*:}"
done

begin "Ctrl-C gives the terminal back"
start
keys C-c
given_back 130

begin "a stop gives the terminal back, and going on takes it again"
screen "PS1='$ ' exec bash --norc --noprofile -i"
keys "stty -a >$T/before; aiwf top" Enter
shows "Prometheus ok"
keys C-z
until_ok 15 alternate_is 0
keys "stty -a >$T/stopped; fg" Enter
until_ok 15 alternate_is 1
shows "Prometheus ok"
true_that cmp "$T/before" "$T/stopped"
keys q
until_ok 15 alternate_is 0

begin "a terminal that is closed ends it"
start
on_screen kill-session -t "$pane"
until_ok 15 sh -c "! kill -0 $pid"
