# Models as processes of this machine, behind the real local gateway. Their servers are stand-ins that are written after the
# published descriptions of TensorFlow Serving and of the Open Inference Protocol (tests/tools/model_server.py); the model is the real one
# of testdata/digits, learnt here.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/gate.sh"
python=/usr/bin/python3
if ! $python -c 'import sklearn' 2>/dev/null; then
    begin "models"
    skip "no scikit-learn: tests/tools/deps.sh installs it"
    exit 0
fi
gate_up
server=$ROOT/tests/tools/model_server.py
mkdir -p models/1 models/2
$python "$ROOT/testdata/digits/prepare.py" training.csv held-out.csv >/dev/null
$python "$ROOT/testdata/digits/train.py" training.csv models/1/model.json >/dev/null
cp models/1/model.json models/2/model.json
cut -d, -f2- held-out.csv >rows.csv
cut -d, -f1 held-out.csv >digits
# The same images in each of the forms; and what the model itself says of them.
$python - "$server" <<'P'
import importlib.util, json, numpy, sys
rows = numpy.loadtxt("rows.csv", delimiter=",")
numpy.save("rows.npy", rows.astype("<f4"))
numpy.save("columns.npy", numpy.asfortranarray(rows.astype(">f8")))
numpy.save("one.npy", rows[0])
numpy.save("narrow.npy", rows[:, :63])
numpy.save("objects.npy", numpy.array([{"a": 1}], dtype=object), allow_pickle=True)
json.dump(rows.tolist(), open("rows.json", "w"))
json.dump({"instances": rows[:2].tolist(), "signature_name": "serving_default"}, open("request.json", "w"))
text = open(sys.argv[1]).read()
space = {"__name__": "x"}
exec(text[:text.rindex("\nmain()")], space)
model = space["Model"]("models/1/model.json")
print("\n".join(str(model.predict(row)) for row in rows.tolist()), file=open("expected", "w"))
P
tf="exec $python $server --rest_api_port=\$PORT --model_name=\$MODEL_NAME --model_base_path=\$MODEL_PATH"
v2="exec $python $server --v2 --port=\$PORT \$MODEL_NAME=\$MODEL_PATH"
tfserving() { begin "TensorFlow Serving (a stand-in after its API description): $1"; }
openinference() { begin "Open Inference Protocol (a stand-in after its specification): $1"; }
predictions() { jq -r '.items[].prediction' "$OUT" >"$T/predictions"; }

tfserving "what does not fit together is refused before anything is started"
fails 2 aiwf model serve digits --command "$tf"
err_has "--model"
fails 2 aiwf model serve digits --model models
err_has "--command"
fails 2 aiwf model serve digits --model models --command "$tf" --as deployment
fails 2 aiwf model serve digits --model models --command "$tf" --version-label stable=1
err_has "version 1 is not served"
fails 2 aiwf model serve digits --model models --command "$tf" --batching max_batch=1
err_has "max_batch_size=N"
fails 3 aiwf model serve digits --model none --command "$tf"
fails 2 aiwf model serve digits --server v2 --model models --command "$v2" --batching max_batch_size=1

tfserving "serve returns when the model has been read and has answered its warm-up"
ok aiwf model serve digits --model models --command "LISTEN=127.0.0.1 LOADING_S=1 $tf" --warmup rows.csv --warmup-requests 2 -o json
json '"\(.state) \(.server) \(.runtime)"' 'Ready tfserving local'
err_has "warmed up by 2 requests"
ok aiwf model list
out_has tfserving
ok aiwf model show digits -o json
json '"\(.about.versions[0].version) \(.about.versions[0].state) \(.about.inputs[0].name) \(.about.inputs[0].type) \(.about.inputs[0].shape[1])"' '2 AVAILABLE pixels FP32 64'

tfserving "held-out images, of each form of file, are what the model itself says; most are right"
for file in rows.csv rows.npy columns.npy rows.json; do
    ok aiwf model predict digits -f $file -o json
    predictions
    true_that cmp -s expected "$T/predictions"
done
true_that sh -c '[ $(paste -d" " digits "$1" | awk "\$1 == \$2" | wc -l) -gt $(($(wc -l <digits) * 95 / 100)) ]' sh "$T/predictions"

tfserving "a row alone, standard input, a version, a whole request as it is"
ok aiwf model predict digits -f one.npy -o json
json '.items | length' 1
head -3 rows.csv | aiwf model predict digits -f - -o json >"$OUT" 2>"$ERR"
json '.items | length' 3
ok aiwf model predict digits -f one.npy --version 2
fails 3 aiwf model predict digits -f one.npy --version 7
err_has "Servable not found"
ok aiwf model predict digits -f request.json --raw
json '.predictions | length' 2
fails 1 aiwf model predict digits -f one.npy --label stable
err_has "version label"
ok aiwf model predict digits -f one.npy --input pixels

tfserving "rows that do not fit are refused before they are sent; programs are never run"
fails 2 aiwf model predict digits -f narrow.npy
err_has "[-1,64]"
err_has "[359, 63]"
fails 2 aiwf model predict digits -f objects.npy
err_has "Python objects"
head -c 1000 rows.npy >cut.npy
fails 2 aiwf model predict digits -f cut.npy
err_has "its header says"
printf '1,2\n3,x\n' >bad.csv
fails 2 aiwf model predict digits -f bad.csv
err_has 'bad.csv:2: "x" is not a number'
fails 2 aiwf model predict digits
fails 3 aiwf model predict nobody -f rows.csv
err_has "aiwf model list"

tfserving "a model that does not load says why, with its server's last words"
mkdir empty
fails 9 aiwf model serve broken --model empty --command "LISTEN=127.0.0.1 $tf" --timeout 30s
err_has "No versions of servable broken"
printf '1,2\n' >two.csv
fails 2 aiwf model serve narrow --model models --command "LISTEN=127.0.0.1 $tf" --warmup two.csv
err_has "[-1,64]"

tfserving "a second one is exit 5; logs, scale, delete"
fails 5 aiwf model serve digits --model models --command "$tf"
err_has "--replace"
ok aiwf model logs digits
out_has "POST /v1/models/digits:predict 200"
ok aiwf model scale digits 0
ok aiwf model predict digits -f one.npy
ok aiwf model delete digits broken narrow
fails 3 aiwf model show digits

openinference "serve, show, predict by the input's own name, type and shape"
ok aiwf model serve digits --server v2 --model models/1/model.json --command "LISTEN=127.0.0.1 LOADING_S=1 $v2" --warmup one.npy
ok aiwf model show digits
out_has "pixels FP32 [-1,64]"
for file in rows.npy rows.json; do
    ok aiwf model predict digits -f $file -o json
    predictions
    true_that cmp -s expected "$T/predictions"
done
fails 2 aiwf model predict digits -f rows.csv --input other
err_has "its inputs are: pixels"
fails 2 aiwf model predict digits -f rows.csv --label stable
fails 3 aiwf model predict digits -f one.npy --version 7
ok aiwf model predict digits -f one.npy --raw
json '.outputs[0].datatype' INT64

openinference "a function that is no model is none; a model is a function too"
ok aiwf function deploy plain --command cat --mode stdio
fails 3 aiwf model show plain
ok aiwf function show digits
ok aiwf model list -o json --jq '.items[].name'
out_is digits
