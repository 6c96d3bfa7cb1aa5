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

begin "without the library there are none, and nothing is said of them"
ok aiwf local down
unset LD_LIBRARY_PATH
ok aiwf local up
ok aiwf local status -o json
total=$(jq .gpus.total <"$OUT")
gateway=$(jq -r .gateway <"$OUT")
ok curl -s "$gateway/metrics"
[ "$total" != 0 ] || out_lacks DCGM
