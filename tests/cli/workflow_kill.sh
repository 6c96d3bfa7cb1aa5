#!/bin/sh
# A run that is killed, interrupted, started twice or cancelled: nothing is lost, nothing is done twice.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
port=$(free_port)
aiwf local up --port "$port" >/dev/null 2>&1

# Three stages in a row; each waits for its gate, then counts.
mkdir "$T/gate" "$T/count"
write() { # NAME
    echo "name: $1" >w.yaml
    echo "stages:" >>w.yaml
    before=
    for part in one two three; do
        echo "  - {name: $part, kind: batch, outputs: {out: out}, ${before:+inputs: {in: $before.out\},}" >>w.yaml
        echo "     command: 'until test -e $T/gate/$part; do sleep 0.05; done; echo $1 >out; echo >>$T/count/$1-$part'}" >>w.yaml
        before=$part
    done
}
count() { [ "$(cat "$T/count/$1" 2>/dev/null | wc -l)" = "$2" ]; }
open_gates() {
    rm -f "$T"/gate/*
    for part in "$@"; do touch "$T/gate/$part"; done
}
state() { aiwf workflow status "$1" -o json --jq "$2"; }
is() { [ "$(state "$1" ".stages[] | select(.name == \"$2\").state")" = "$3" ]; }
job_is() { [ "$(aiwf train list -o json --jq ".items[] | select(.name | startswith(\"$1\")).state" | tail -1)" = "$2" ]; }
start() { # NAME: in the background; $pid
    write "$1"
    aiwf workflow run -f w.yaml >"$T/run.out" 2>"$T/run.err" &
    pid=$!
    keep $pid
}

for stage in one two three; do
    begin "killed during stage $stage, the run goes on and redoes nothing"
    name=kill-$stage
    case $stage in one) open_gates ;; two) open_gates one ;; three) open_gates one two ;; esac
    start $name
    until_ok 20 is $name $stage Running
    until_ok 20 job_is $name-$stage Running
    kill -9 $pid
    wait $pid 2>/dev/null
    ok aiwf workflow status $name -o json
    json .state Interrupted
    aiwf workflow resume $name >"$T/resume.out" 2>"$T/resume.err" &
    pid=$!
    keep $pid
    # Only a job that still runs shows whether it is taken on: its gate opens after it was.
    until_ok 20 grep -q "$stage *running" "$T/resume.err"
    open_gates one two three
    wait $pid
    true_that [ $? = 0 ]
    true_that [ "$(state $name .state)" = Succeeded ]
    for each in one two three; do true_that count $name-$each 1; done
done

begin "killed again and again, at any moment, it still does everything once"
open_gates one two three
write often
aiwf workflow run -f w.yaml >/dev/null 2>&1 &
for delay in 0.01 0.03 0.06 0.1 0.15 0.2; do
    pid=$!
    sleep $delay
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    aiwf workflow run -f w.yaml >/dev/null 2>&1 &
done
pid=$!
keep $pid
wait $pid
ok aiwf workflow run -f w.yaml
for stage in one two three; do true_that count often-$stage 1; done

for stage in one two three; do
    begin "Ctrl-C during stage $stage cancels its job, keeps what finished, is exit 130"
    name=stop-$stage
    case $stage in one) open_gates ;; two) open_gates one ;; three) open_gates one two ;; esac
    start $name
    until_ok 20 job_is $name-$stage Running
    kill -INT $pid
    wait $pid
    true_that [ $? = 130 ]
    cp "$T/run.err" "$ERR"
    err_has "workflow $name was interrupted"
    err_has "aiwf workflow resume $name"
    until_ok 20 job_is $name-$stage Cancelled
    true_that is $name $stage Cancelled
    open_gates one two three
    ok aiwf workflow resume $name
    for each in one two three; do true_that count $name-$each 1; done
done

begin "Ctrl-C while a function is not ready yet takes it back"
cat >w.yaml <<END
name: unready
stages:
  - {name: serve, kind: inference, command: "sleep 60", ready_path: /healthz}
END
aiwf workflow run -f w.yaml >"$T/run.out" 2>"$T/run.err" &
pid=$!
keep $pid
until_ok 20 aiwf function show unready-serve
kill -INT $pid
wait $pid
true_that [ $? = 130 ]
fails 3 aiwf function show unready-serve

begin "a second run of the same name is exit 5 and names the first"
open_gates
start twice
until_ok 20 job_is twice-one Running
fails 5 aiwf workflow run -f w.yaml
err_has "workflow twice is being run by process $pid"
fails 5 aiwf workflow resume twice
ok aiwf workflow status twice -o json
json .state Running

aiwf workflow logs twice three -f >"$T/follow" 2>&1 &
follower=$!
keep $follower

begin "Ctrl-C ends following a stage that has not begun, and is no failure"
aiwf workflow logs twice three -f >"$T/cut" 2>&1 &
cut=$!
keep $cut
until_ok 10 grep -q "^SigCgt:.*[2367abef]$" "/proc/$cut/status"
kill -INT $cut
wait $cut
true_that [ $? = 0 ]

begin "a workflow that runs is not deleted"
fails 5 aiwf workflow delete twice --dry-run
fails 5 aiwf workflow delete twice
err_has "aiwf workflow cancel twice"

begin "cancel ends the run and its job"
ok aiwf workflow cancel twice
wait $pid
true_that [ $? = 130 ]
until_ok 20 job_is twice-one Cancelled
ok aiwf workflow cancel twice
err_has "nothing was running"

begin "who followed a stage that never began is let go"
wait $follower
true_that [ $? = 0 ]

begin "cancel ends the job of a run that was killed"
open_gates
start lost
until_ok 20 job_is lost-one Running
kill -9 $pid
wait $pid 2>/dev/null
fails 5 aiwf workflow delete lost
err_has "its jobs may run on"
ok aiwf workflow cancel lost
err_has "1 job"
until_ok 20 job_is lost-one Cancelled
true_that [ "$(state lost .state)" = Cancelled ]
ok aiwf workflow delete lost

begin "a stage that changed while nobody ran it is cancelled and begun anew"
open_gates
start change
until_ok 20 job_is change-one Running
kill -9 $pid
wait $pid 2>/dev/null
sed -i "s/echo change >out/echo other >out/" w.yaml
open_gates one two three
ok aiwf workflow run -f w.yaml
true_that [ "$(cat "$(state change '.stages[2].outputs.out.path')")" = other ]

begin "a torn journal is whole again"
journal=$HOME/.local/state/aiwf/workflows/change/journal.ndjson
printf '{"event":"do' >>"$journal"
ok aiwf workflow status change -o json
json .state Succeeded
ok aiwf workflow resume change
true_that sh -c "! grep -q 'event\":\"do{' '$journal'"

begin "the gateway is killed and comes back: the run waits for it"
open_gates
start away
until_ok 20 job_is away-one Running
kill -9 "$(aiwf local status -o json --jq .pid)"
aiwf local up --port "$port" >/dev/null 2>&1
open_gates one two three
wait $pid
true_that [ $? = 0 ]
true_that [ "$(state away .state)" = Succeeded ]
