# The queue of jobs: order, GPUs and cores as counted resources.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
ok aiwf local up --gpus 2 -o json
field() { aiwf train show "$1" -o json | jq -r ".$2"; }
state_is() { [ "$(field "$1" state)" = "$2" ]; }
cores=$(nproc)

begin "no more jobs run at once than there are cores; the others wait in order"
i=0
while [ $i -lt "$cores" ]; do
    ok aiwf train submit "busy$i" -- sleep 1000
    i=$((i + 1))
done
ok aiwf train submit first -- true
ok aiwf train submit second -- true
true_that test "$(field first state)" = Queued
true_that test "$(field first queue_position)" = 1
true_that test "$(field second queue_position)" = 2
ok aiwf queue
out_has "$cores of $cores cores"
ok aiwf queue local -o json
json '.items | map("\(.name) \(.message)") | join("; ")' "first needs 1 core: 0 of $cores are free; second needs 1 core: 0 of $cores are free"
ok aiwf train list
out_has "position 1 in the queue; needs 1 core: 0 of $cores are free"
ok aiwf why train first
out_has "needs 1 core: 0 of $cores are free"

begin "a queued job is cancelled at once"
ok aiwf train cancel first
true_that test "$(field first state)" = Cancelled
true_that test "$(field second queue_position)" = 1

begin "a core that is given back goes to the next"
ok aiwf train cancel busy0
until_ok 10 state_is second Succeeded
i=1
while [ $i -lt "$cores" ]; do
    ok aiwf train delete "busy$i" --yes
    i=$((i + 1))
done

begin "a GPU belongs to one job; the next one gets it when it is free"
ok aiwf train submit g1 --gpus 1 -- sh -c 'echo "gpu=$CUDA_VISIBLE_DEVICES"; exec sleep 1000'
ok aiwf train submit g2 --gpus 2 -- sh -c 'echo "gpu=$CUDA_VISIBLE_DEVICES"'
until_ok 10 state_is g1 Running
true_that test "$(field g2 state)" = Queued
ok aiwf local status -o json
json .gpus.total 2
json .gpus.free 1

begin "order is strict: a small job behind a large one waits"
ok aiwf train submit small -- true
true_that test "$(field small queue_position)" = 2

begin "aiwf queue tells what waits, in order, behind whom, and for what"
ok aiwf queue -o json
json '.items[0] | "\(.name) \(.pending) \(.admitted) \(.quota[0].used) of \(.quota[0].quota)"' "local 2 1 1 of 2"
ok aiwf queue
out_has "1 of 2 gpus"
ok aiwf queue local -o json
json '.items | map("\(.position) \(.job) \(.asks.gpus) \(.behind)") | join("; ")' "1 train/g2 2 null; 2 train/small null train/g2"
ok aiwf queue local
out_has "behind train/g2"
fails 3 aiwf queue other
err_has "there is: local"

begin "why a job of the gateway waits, and why one failed"
ok aiwf why train small -o json
json '"\(.verdict): \(.summary)"' "waiting: job small waits: position 2 in the queue"
ok aiwf why job g2
out_has "aiwf queue local"
fails 3 aiwf why job none
err_has "aiwf train list"
ok aiwf train cancel g1
until_ok 10 state_is g2 Succeeded
until_ok 10 state_is small Succeeded
ok aiwf train logs g2
out_has gpu=0,1
ok aiwf local status -o json
json .gpus.free 2

ok aiwf train submit bad -- sh -c 'echo step 12; echo loss is nan; exit 7'
until_ok 10 state_is bad Failed
ok aiwf why train bad -o json
json '.summary | test("^job bad failed: exit code 7: step 12 · loss is nan")' true
json '.useful[-1].command' "aiwf train logs bad"
ok aiwf train delete bad --yes

begin "the list is in order of submission"
ok aiwf train list -o name
true_that sh -c 'grep -n "g1\|g2\|small" "$1" | tr "\n" " " | grep -q "g1.*g2.*small"' sh "$OUT"
