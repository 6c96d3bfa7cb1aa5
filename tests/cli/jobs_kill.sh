# Jobs and the end of the gateway: kill -9 and a clean down lose no record and no result.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
state=$HOME/.local/state/aiwf/local
ok aiwf local up --gpus 1 -o json
gateway=$(jq -r .pid <"$OUT")
field() { aiwf train show "$1" -o json | jq -r ".$2"; }
state_is() { [ "$(field "$1" state)" = "$2" ]; }
ended() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"; }

begin "kill -9 of the gateway ends what it ran, grandchildren in sessions of their own too"
ok aiwf train submit done --wait -- sh -c 'echo result; exit 0'
fails 9 aiwf train submit failed --wait -- sh -c 'exit 5'
ok aiwf train submit running --gpus 1 --workdir "$T/work" -- sh -c 'echo x >>starts; setsid sleep 1000 & echo $! >escaped; [ "$(wc -l <starts)" = 2 ] || sleep 1000'
until_ok 10 test -s escaped
ok aiwf train submit waiting --gpus 1 -- true
pid=$(field running pid)
escaped=$(cat escaped)
kill -9 "$gateway"
until_ok 10 ended "$gateway"
until_ok 10 ended "$pid"
ok aiwf local up --gpus 1 -o json
until_ok 10 ended "$escaped"

begin "finished results are what they were"
true_that test "$(field done state)" = Succeeded
true_that test "$(field done exit_code)" = 0
true_that test "$(field failed exit_code)" = 5
ok aiwf train logs done
out_has result

begin "the list is in the order of submission, as before"
ok aiwf train list -o custom-columns=NAME --no-headers
out_is "$(printf 'done\nfailed\nrunning\nwaiting')"

begin "the running job is started again, before the one that waited, and says why"
until_ok 20 state_is running Succeeded
true_that test "$(field running attempt)" = 2
true_that test "$(field running gateway_losses)" = 1
true_that test "$(wc -l <starts)" = 2
ok aiwf train logs running
err_has "the gateway ended during attempt 1: queued again"
until_ok 20 state_is waiting Succeeded

begin "a record that is no JSON is set aside, told, and keeps nothing else from working"
ok aiwf local down
printf '{"spec":' >"$state/jobs/broken.json"
ok aiwf local up -o json
true_that test -f "$state/jobs/broken.json.broken"
true_that grep -q broken.json "$state/gateway.log"
true_that test "$(field done state)" = Succeeded

begin "a clean down ends what runs, and the next up goes on with it"
ok aiwf train submit again --workdir "$T/work" -- sh -c 'setsid sleep 1000 & echo $! >escaped; echo x >>runs; [ "$(wc -l <runs)" = 2 ] || sleep 1000'
until_ok 10 test -s runs
pid=$(field again pid)
ok aiwf local down
true_that ended "$pid"
true_that ended "$(cat escaped)"
ok aiwf local up
until_ok 20 state_is again Succeeded
true_that test "$(field again gateway_losses)" = 0

begin "a job that was being cancelled when the gateway was killed stays cancelled"
ok aiwf local status -o json
gateway=$(jq -r .pid <"$OUT")
ok aiwf train submit stubborn -- sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done'
until_ok 10 sh -c 'aiwf train logs stubborn | grep -q ready'
ok aiwf train cancel stubborn
kill -9 "$gateway"
until_ok 10 ended "$gateway"
ok aiwf local up
true_that test "$(field stubborn state)" = Cancelled
