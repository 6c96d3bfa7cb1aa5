# From a row to what it is, to its log, to why it is so: real commands behind the screen.
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
ok aiwf function deploy hello --command cat --mode stdio
ok aiwf train submit talker -- sh -c 'i=0; while [ $i -lt 300 ]; do i=$((i + 1)); echo "line $i"; done; printf "\033[31mred\007\n"; exit 7'
ok aiwf train submit sleeper -- sleep 300
scraped() { [ "$(aiwf query 'count(gateway_service_count) + count(aiwf_job_info)' -o json --jq '.items | length')" = 1 ]; }
until_ok 20 scraped

begin "Enter shows what a job is, w why it is so, l its log; Esc goes back"
screen "aiwf top --interval 200ms; echo left \$?; sleep 60"
shows talker
keys : jobs Enter
shows sleeper
keys / talker Enter
lacks sleeper
keys Enter
shows "train talker"
shows "Failed"
keys w
shows "why train talker"
shows "exit code 7"
keys l
shows "log of train talker"
shows "line 300"
shows '\x1b[31mred\x07'
keys g
shows "line 1"
lacks "line 300"
keys G
shows "line 300"
keys Escape
shows "why train talker"
keys q
lacks "why train talker"
shows "train talker"
keys Escape
lacks "train talker"
shows "JOB "

begin "what cannot be told says so"
keys Escape
keys : functions Enter
shows hello
keys Enter
shows "function hello"
keys Escape : "filter !hello" Enter
shows "no functions match"
keys w
shows "nothing is selected"

begin "a label narrows, and a part of a name is left out"
keys : "filter state=Failed" Enter
keys : jobs Enter
shows talker
lacks sleeper
keys : "filter !talker" Enter
shows sleeper
lacks Failed

begin "keys answer while a command runs, and it ends with its page"
keys w
shows "why train sleeper"
keys Escape
lacks "why train sleeper"
keys q
shows "left 0"
