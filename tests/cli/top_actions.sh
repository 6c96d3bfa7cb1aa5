# Changes from the screen, what it keeps, and the mouse.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/prometheus.sh"
at_exit aiwf local down
ok aiwf local up -o json
gateway=$(jq -r .gateway <"$OUT")
cat >"$T/prometheus.yml" <<END
scrape_configs:
- job_name: aiwf
  scrape_interval: 1s
  static_configs: [{targets: ["${gateway#http://}"]}]
END
prometheus_start
AIWF_PROMETHEUS=$PROM
export AIWF_PROMETHEUS
unset TERM
ok aiwf function deploy hello --command "exec python3 -m http.server --bind 127.0.0.1 \$PORT" --scale 0..4
ok aiwf train submit sleeper -- sleep 300
scraped() { [ "$(aiwf query 'count(gateway_service_count) + count(aiwf_job_info)' -o json --jq '.items | length')" = 1 ]; }
until_ok 20 scraped
runs() { [ "$(aiwf function show hello -o json --jq .replicas)" = "$1" ]; }

begin "without --actions nothing can be changed"
screen "aiwf top --interval 200ms; echo left \$?; sleep 60"
shows hello
keys : functions Enter
keys : "scale 2" Enter
shows "this screen only reads: aiwf top --actions"
keys F9
shows "only reads"
keys q
shows "left 0"

begin "a function is scaled after a yes, and not after anything else"
screen "aiwf top --interval 200ms --actions --panel functions; echo left \$?; sleep 60"
shows hello
keys : "scale 2" Enter
shows "context local: scale function hello"
keys n Enter
shows "not done: scale function hello"
keys : "scale 2" Enter
shows "context local: scale function hello"
keys y Enter
until_ok 10 runs 2
shows "scale function hello"
keys Escape
lacks "scale function hello"

begin "instances are kept ready"
keys : "warm 1" Enter
shows "context local: warm function hello to 1?"
keys y Enter
until_ok 10 aiwf pool show hello-warm
keys Escape q
shows "left 0"

begin "a protected context wants its name"
screen "AIWF_PROTECTED=true aiwf top --interval 200ms --actions --panel jobs; echo left \$?; sleep 60"
shows sleeper
keys : cancel Enter
shows "It is protected"
keys y Enter
shows "not done: cancel train sleeper"
ok aiwf train show sleeper -o json
json .state Running
keys : cancel Enter
shows "It is protected"
keys local Enter
cancelled() { [ "$(aiwf train show sleeper -o json --jq .state)" = Cancelled ]; }
until_ok 10 cancelled
keys Escape q
shows "left 0"

begin "F12 keeps what is shown"
screen "aiwf top --interval 200ms; echo left \$?; sleep 60"
shows hello
keys : jobs Enter : "range 1h" Enter : "theme light" Enter F12
shows "kept in"
keys q
shows "left 0"
true_that grep -q '^panel: jobs' "$HOME/.config/aiwf/top.yaml"
screen "aiwf top --interval 200ms; echo left \$?; sleep 60"
shows sleeper
lacks FUNCTION
keys q
screen "aiwf top --interval 200ms --panel functions; echo left \$?; sleep 60"
shows FUNCTION
keys q
shows "left 0"

begin "a mistake in what was kept is named before the screen begins"
echo 'panle: jobs' >"$HOME/.config/aiwf/top.yaml"
screen "aiwf top; echo left \$?; sleep 60"
shows "top.yaml:1:1"
shows "left 2"
ok aiwf top --once
rm "$HOME/.config/aiwf/top.yaml"

begin "a click goes to a panel and a row"
screen "TERM=xterm aiwf top --interval 200ms; echo left \$?; sleep 60"
shows hello
at() { text | awk -v what="$1" 'index($0, what) { printf "%d %d\n", index($0, what), NR; exit }'; }
click() {
    # shellcheck disable=SC2046
    set -- $(at "$1")
    keys -l "$(printf '\033[<0;%d;%dM\033[<0;%d;%dm' "$1" "$2" "$1" "$2")"
}
click Jobs
lacks FUNCTION
shows sleeper
keys 0
shows FUNCTION
keys q
shows "left 0"
