# Warm pools: floors, ceilings, schedules, what they are worth; they survive a kill of the gateway.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
ok aiwf local up -o json
gateway=$(jq -r .gateway <"$OUT")
pid=$(jq -r .pid <"$OUT")
field() { aiwf pool show "$1" -o json | jq -r "$2"; }
warm_is() { [ "$(field "$1" .warm)" = "$2" ]; }

begin "a pool for a function that is not there is exit 3"
fails 3 aiwf pool create p --function nobody --min 1
fails 3 aiwf pool show p

begin "the floor is kept warm without any request"
ok aiwf function deploy hello --mode http --command "python3 -m http.server --bind 127.0.0.1 \$PORT" --scale 0..4 --idle 300ms
ok aiwf pool create p --function hello --min 2
until_ok 20 warm_is p 2
true_that test "$(field p .floor)" = 2

begin "requests meet a warm instance; cold starts that the pool avoided are counted"
until_ok 20 sh -c 'test "$(aiwf pool show p -o json | jq ".idle_s > 0.5")" = true'
ok aiwf function invoke hello
err_has warm
true_that test "$(field p .hits)" = 1
true_that test "$(field p .misses)" = 0
true_that test "$(field p .cold_starts_avoided)" = 1
true_that test "$(field p '.idle_energy_j >= 0')" = true

begin "a function that is scaled below its floor says what becomes of the floor"
ok aiwf function scale hello 0
err_has "its floor of 2 is off until the next request"
ok aiwf function show hello
out_has "its floor of 2 is off until the next request"
ok aiwf function invoke hello
until_ok 20 warm_is p 2
ok aiwf function show hello -o json
json .message null

begin "what is wrong is refused"
fails 5 aiwf pool create p --function hello --min 1
fails 2 aiwf pool create q --function hello --min 3 --max 2
fails 5 aiwf pool create q --function hello --min 5
err_has 'min 5 is above the 4 instances that function "hello" may have: max raises that'
ok aiwf pool create q --function hello --min 2 --max 5
ok aiwf pool delete q
ok aiwf function deploy once --mode stdio --command cat
fails 5 aiwf pool create q --function once --min 1
err_has 'a process a request (mode stdio): none is kept warm; --mode http is'
err_lacks "pool delete"
fails 2 aiwf pool create q --function hello --min 1 --schedule '61 * * * *=2'
err_has "minute"
fails 1 aiwf pool create Q --function hello --min 1

begin "a schedule tells when it fires next"
ok aiwf pool create nights --function hello --min 0 --schedule '0 8 * * mon-fri=3' --schedule '0 20 * * *=0'
true_that test "$(field nights .floor)" = 0
true_that test "$(field nights '.schedule | length')" = 2
true_that test "$(field nights '.next.min == 3 or .next.min == 0')" = true

begin "the list shows them; metrics too"
ok aiwf pool list -o name
out_lines 2
ok curl -s "$gateway/metrics"
out_has 'aiwf_pool_floor{pool="p",function="hello"} 2'
out_has 'aiwf_pool_hits_total{pool="p",function="hello"} 1'
# OpenFaaS's own names are not what promtool's linter would choose.
true_that sh -c '! promtool check metrics <"$1" 2>&1 | grep -v ^gateway_' sh "$OUT"

begin "kill -9 of the gateway: the next one keeps the floor again"
kill -9 "$pid"
until_ok 10 sh -c '! kill -0 "$1" 2>/dev/null || grep -q "^State:.Z" "/proc/$1/status"' sh "$pid"
ok aiwf local up
until_ok 20 warm_is p 2

begin "without its pool a function goes back to zero"
ok aiwf pool delete p --yes
fails 3 aiwf pool show p
until_ok 20 sh -c 'test "$(aiwf function show hello -o json | jq .replicas)" = 0'
