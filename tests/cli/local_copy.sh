# A large source is copied by a process of its own: the gateway answers meanwhile, and nothing half is left.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
aiwf local up >/dev/null 2>&1
gateway=$(aiwf local status -o json | jq .pid)
url=$(aiwf local status -o json | jq -r .gateway)
run=$HOME/.local/state/aiwf/local/run
work=$HOME/.local/state/aiwf/local/work/jobs
mkdir large small
truncate -s 1000M large/data
echo small >small/data

# The process that copies, stopped in the middle.
copier() { pgrep -P "$gateway" -x aiwf; }
stop_copier() {
    until_ok 10 copier
    copier=$(copier)
    kill -STOP "$copier"
}
ended() { ! kill -0 "$1" 2>/dev/null; }
answers() { curl -sf -m 5 -o /dev/null "$url/healthz"; }

begin "while a function's source is copied the gateway answers, and the name is taken"
aiwf function deploy big --source large --command cat --mode stdio >"$T/deploy" 2>&1 &
deploy=$!
stop_copier
true_that answers
fails 5 aiwf function deploy big --command cat --mode stdio
err_has "is being deployed"
ok aiwf function deploy other --source small --command 'cat data' --mode stdio
ok aiwf function invoke other
out_is small

begin "a copy that is ended is an error, and leaves nothing"
kill -9 "$copier"
wait "$deploy"
true_that test $? = 1
true_that grep -q "the copy of the source was ended" "$T/deploy"
true_that test ! -e "$run/big"
fails 3 aiwf function show big

begin "a source that cannot be copied leaves nothing either"
fails 1 aiwf function deploy self --source "$HOME/.local" --command cat --mode stdio
true_that test ! -e "$run/self"

begin "a job whose source is copied is cancelled at once, and holds up no other"
ok aiwf train submit big --source large -- touch "$T/ran"
stop_copier
true_that answers
ok aiwf train show big -o json
json .state Running
json .pid null
ok aiwf train cancel big
until_ok 5 ended "$copier"
ok aiwf train show big -o json
json .state Cancelled
true_that test ! -e "$work/big"
ok aiwf train submit little --source small --wait -- cat data
true_that test ! -e "$T/ran"

begin "a job's timeout counts the copy too"
ok aiwf train submit late --source large --timeout 1s -- true
stop_copier
fails 9 aiwf train wait late
err_has "timed out after 1s"

begin "a down in the middle leaves nothing running, and the next up begins the job anew"
ok aiwf train submit again --source large -- cat data
ok aiwf train delete late
stop_copier
ok aiwf local down
true_that ended "$copier"
rm large/data
echo "not so large" >large/data
ok aiwf local up
ok aiwf train wait again
ok aiwf train logs again
out_is "not so large"

begin "kill -9 of the gateway ends the copy"
gateway=$(aiwf local status -o json | jq .pid)
truncate -s 1000M large/data
ok aiwf train submit killed --source large -- true
stop_copier
kill -9 "$gateway"
until_ok 5 ended "$copier"
ok aiwf local up
ok aiwf train cancel killed
