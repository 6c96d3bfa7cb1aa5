#!/bin/sh
# needs: knative prometheus
# Advice from a week of history: a real Prometheus beside the bed's, with a week of made counters in its store.
. "$(dirname "$0")/lib.sh"
a_namespace
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# office: one a second from 8 to 18 UTC on working days; half-hourly: one every 31 minutes, the last 30 minutes ago; justnow: the
# same, the last 12 minutes ago; rare: five in the week.
python3 - "$NS" >made.om <<'P'
import sys, time
now = int(time.time()) // 60 * 60
start = now - 7 * 86400 - 600
def calls(name, t):
    day = time.gmtime(t)
    if name == "office":
        return 60 if day.tm_wday < 5 and 8 <= day.tm_hour < 18 else 0
    if name in ("halfhourly", "justnow"):
        return (now - t) // 60 % 31 == (30 if name == "halfhourly" else 12)
    return (t - start) % (34 * 3600) == 0
print("# TYPE up gauge")
for t in range(start, now + 1, 60):
    print(f"up 1 {t}")
print("# TYPE activator_request_count counter")
for name in ("office", "halfhourly", "justnow", "rare"):
    count = 0
    for t in range(start, now + 1, 60):
        count += calls(name, t)
        print(f'activator_request_count_total{{namespace_name="{sys.argv[1]}",service_name="{name}"}} {count} {t}')
print("# EOF")
P
sed -i 's/activator_request_count_total/activator_request_count/; s/^# TYPE activator_request_count counter/# TYPE activator_request_count gauge/' made.om
ok promtool tsdb create-blocks-from openmetrics made.om data
echo 'global: {}' >prometheus.yml
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --storage.tsdb.retention.time=30d --web.listen-address="127.0.0.1:$port" >prometheus.log 2>&1 &
at_exit "kill $!"
until_ok 30 curl -sf "http://127.0.0.1:$port/-/ready"
export AIWF_PROMETHEUS=http://127.0.0.1:$port TZ=UTC
for name in office halfhourly justnow rare; do
    aiwf function deploy $name --image dev.local/echo:1 --idle 60s --no-wait >/dev/null 2>&1
done
for name in office halfhourly justnow rare; do ok aiwf function wait $name; done

begin "office hours become a schedule, a rhythm a forecast, and what is rare has too few data"
ok aiwf pool advise -o json
json '.items | length' 4
json '.items[] | select(.function == "office") | .schedule | map("\(.cron)=\(.min)") | join(", ")' '0 0 * * 1-5=0, 0 8 * * 1-5=1, 0 18 * * 1-5=0, 0 0 * * 0,6=0'
json '.items[] | select(.function == "office") | .requests == 180000 or .requests > 150000' true
json '.items[] | select(.function == "halfhourly") | "\(.idle.verdict) \(.idle.prewarm_min) \(.idle.until_min) \(.command | contains("--forecast"))"' 'idle times follow a pattern 27 35 true'
json '.items[] | select(.function == "rare") | .why' 'too few data: fewer than 10 idle times'

begin "the table shows the evidence, and the commands to type"
ok aiwf pool advise office
out_has 'IDLE-P5/P50/P99'
err_has 'aiwf pool create office-warm --function office --min 0 --schedule'

begin "by rate: what keeping one costs against starting it, and where that turns"
export AIWF_PRICE_CPU_HOUR=0.04 AIWF_IDLE_WATTS=100 AIWF_MAX_WATTS=300
ok aiwf pool advise office --break-even --rate 1 --rate 100000 -o json
json '.items | "\(.[0].requests_per_hour) \(.[0].money) \(.[0].energy) \(.[-1].requests_per_hour) \(.[-1].money) \(.[-1].energy)"' '1 start start 100000 keep keep'
json '.items | map(select(.mark != null and (.mark | test("costs less")))) | .[0] | (.started_cost_per_hour - .kept_cost_per_hour | fabs) < 1e-9' true
ok aiwf pool advise office --break-even
out_has 'from here keeping one costs less'
fails 2 aiwf pool advise office --rate 5

begin "a forecast keeps an instance when the next request is due, and none before"
for name in halfhourly justnow; do ok aiwf pool create $name-warm --function $name --forecast --no-wait; done
ok aiwf pool run --once
ok aiwf pool list -o json
json '[.items[] | "\(.function) \(.floor)"] | sort | join(", ")' 'halfhourly 1, justnow 0'
ok k get podautoscalers -o json
json '[.items[] | select(.metadata.annotations["autoscaling.knative.dev/min-scale"] == "1") | .metadata.labels["serving.knative.dev/service"]] | join(" ")' halfhourly
ok aiwf pool delete halfhourly-warm justnow-warm

begin "of a day of it, and with no Prometheus at all"
ok aiwf pool advise halfhourly --window 1d -o json
json '.items[0].known_min >= 1430' true
AIWF_PROMETHEUS=http://127.0.0.1:1 fails 7 aiwf pool advise office
