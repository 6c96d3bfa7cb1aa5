# GPUs through NVML, with testdata/nvml/fake_nvml.c in the place of the driver's library.
. "$(dirname "$0")/lib.sh"
at_exit aiwf local down
cc -shared -fPIC -o "$T/libnvidia-ml.so.1" -Wl,-soname,libnvidia-ml.so.1 "$ROOT/testdata/nvml/fake_nvml.c"
LD_LIBRARY_PATH=$T
export LD_LIBRARY_PATH

begin "the GPUs that the library counts are what jobs may ask for"
ok aiwf local up
ok aiwf local status -o json
json .gpus.total 2
gateway=$(jq -r .gateway <"$OUT")
fails 6 aiwf train submit three --gpus 3 -- true
ok aiwf train submit two --gpus 2 --wait -- true

begin "they are shown under dcgm-exporter's names"
ok curl -s "$gateway/metrics"
out_has 'DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-fake-0",device="nvidia0",modelName="Fake GPU",hostname="'
out_has 'DCGM_FI_DEV_GPU_UTIL{gpu="1",UUID="GPU-fake-1",'
out_has 'DCGM_FI_DEV_POWER_USAGE{gpu="0",'
out_lacks 'DCGM_FI_DEV_POWER_USAGE{gpu="1",'

begin "idle is who did nothing for the time, by what the gateway saw; new and unknown are not"
ok aiwf local down
export FAKE_NVML_IDLE=1
ok aiwf local up
ok aiwf train submit works --gpus 1 -- sleep 600
ok aiwf train submit dozes --gpus 1 -- sleep 600
states() { aiwf gpu idle --for 10s --all -o json | jq -r '[.items[] | "\(.name) \(.state) \(.peak_ratio)"] | sort | join(", ")'; }
true_that [ "$(states)" = 'train/dozes New 0, train/works New 0.75' ]
are_judged() { [ "$(states)" = 'train/dozes Idle 0, train/works Busy 0.75' ]; }
until_ok 30 are_judged
ok aiwf gpu idle --for 1h -o json
json '.items | length' 0
fails 2 aiwf gpu idle --prometheus http://127.0.0.1:1

begin "who is idle is cancelled, when it is meant; a dry run says so and does nothing"
running() { aiwf train list -o json | jq -r '[.items[] | select(.state == "Running") | .name] | sort | join(" ")'; }
ok aiwf gpu reclaim --for 10s --dry-run -o json
json '[.items[] | "\(.name) \(.action // .why)"] | sort | join(", ")' 'train/dozes cancel, train/works it is busy'
true_that [ "$(running)" = 'dozes works' ]
fails 2 aiwf gpu reclaim --for 10s
err_has --yes
fails 3 aiwf gpu reclaim train/nobody --for 10s --yes
ok aiwf gpu reclaim works --for 10s --yes
err_has 'nothing to have back'
ok aiwf gpu reclaim --for 10s --yes
err_has 'freed 1 GPUs of 1'
true_that [ "$(running)" = works ]
fails 2 aiwf gpu share show
err_has 'no sharing'

begin "without the library there are none, and nothing is said of them"
ok aiwf local down
unset LD_LIBRARY_PATH
ok aiwf local up
ok aiwf local status -o json
total=$(jq .gpus.total <"$OUT")
gateway=$(jq -r .gateway <"$OUT")
ok curl -s "$gateway/metrics"
[ "$total" != 0 ] || out_lacks DCGM
