# The local runtime's life: up, a second up, status, logs, down, kill -9, what is in the way.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
state=$HOME/.local/state/aiwf/local

# It has ended, though its new parent may not have reaped it yet.
ended() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"; }

begin "up prints where it is, and it answers"
ok aiwf local up -o json
json '.pid > 1' true
json .user admin
url=$(jq -r .gateway <"$OUT")
pid=$(jq -r .pid <"$OUT")
password_file=$(jq -r .password_file <"$OUT")
true_that curl -sf -o /dev/null "$url/healthz"
true_that curl -sf -o /dev/null "$(jq -r .metrics <"$OUT")"

begin "the password is only its owner's, and the login is where faas-cli looks"
true_that test "$(stat -c %a "$password_file")" = 600
true_that test "$(stat -c %a "$state")" = 700
true_that grep -qF "$(printf 'admin:%s' "$(cat "$password_file")" | base64 -w0)" "$HOME/.openfaas/config.yml"
true_that test "$(stat -c %a "$HOME/.openfaas/config.yml")" = 600
true_that sh -c 'test "$(curl -s -o /dev/null -w "%{http_code}" "$1/system/functions")" = 401' sh "$url"

begin "the password is in no process's arguments and in no log"
true_that sh -c '! tr "\0" "\n" <"/proc/$1/cmdline" | grep -qF "$2"' sh "$pid" "$(cat "$password_file")"
true_that sh -c '! grep -qF "$2" "$1"' sh "$state/gateway.log" "$(cat "$password_file")"

begin "a second up changes nothing and gives the same answer"
cp "$OUT" "$T/first"
ok aiwf local up -o json
err_has "already up"
true_that cmp -s "$OUT" "$T/first"

begin "a second up with another port is a conflict: exit 5"
fails 5 aiwf local up --port 1
err_has "$url"

begin "nor are its GPUs and watts passed over in silence: exit 5"
fails 5 aiwf local up --gpus 7
err_has "--gpus"
fails 5 aiwf local up --idle-watts 1.25
err_has "--idle-watts"
ok aiwf local up --gpus "$(aiwf local status -o json --jq .gpus.total)"

begin "status tells what runs"
ok aiwf local status -o json
json .pid "$pid"
json .functions 0
ok aiwf local status
out_has "$url"

begin "down ends it, and once more is fine"
ok aiwf local down
true_that ended "$pid"
ok aiwf local down
fails 3 aiwf local status

begin "two at the same moment start one gateway"
aiwf local up -o json >"$T/a" 2>/dev/null &
first=$!
aiwf local up -o json >"$T/b" 2>/dev/null &
wait $first
true_that test $? = 0
wait $!
true_that test $? = 0
true_that test "$(jq .pid <"$T/a")" = "$(jq .pid <"$T/b")"

begin "after kill -9 it is down, and up goes on with what was deployed"
pid=$(jq .pid <"$T/a")
ok aiwf function deploy keep --command cat --mode stdio
kill -9 "$pid"
until_ok 5 ended "$pid"
fails 3 aiwf local status
fails 7 aiwf function list
ok aiwf local down
ok aiwf local up
ok aiwf function invoke keep -d hello
out_is hello

begin "the process number of a killed gateway may be another program's: it is left alone"
pid=$(aiwf local status -o json | jq .pid)
kill -9 "$pid"
until_ok 5 ended "$pid"
sleep 300 &
other=$!
keep $other
sed "s/\"pid\":$pid/\"pid\":$other/" "$state/gateway.json" >"$T/gateway.json" && cp "$T/gateway.json" "$state/gateway.json"
ok aiwf local down
true_that kill -0 $other
ok aiwf local up
ok aiwf local down

begin "a port that is taken is one clear error: exit 5"
port=$(free_port)
python3 -c 'import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(); print(flush=True); time.sleep(300)' "$port" >"$T/taken" &
keep $!
until_ok 5 test -s "$T/taken"
fails 5 aiwf local up --port "$port"
err_has "$port"
fails 3 aiwf local status

begin "logs show why"
ok aiwf local logs --tail 1
out_has "$port"

begin "a state folder that cannot be made is one clear error"
printf x >"$T/file"
XDG_STATE_HOME=$T/file/below fails 1 aiwf local up
err_has "cannot start the local runtime"

begin "wrong options are exit 2"
fails 2 aiwf local up --port 0
fails 2 aiwf local up --port 70000
fails 2 aiwf local up --gpus many
