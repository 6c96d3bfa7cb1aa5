#!/bin/sh
# needs: node
# The image python trains and serves: NumPy, scikit-learn and onnxruntime compute in a real pod.
. "$(dirname "$0")/lib.sh"
a_namespace
python() { k run "$1" --image=dev.local/python:1 --restart=Never --env=PROGRAM="$(cat "$1.py")" -- -c 'import os; exec(os.environ["PROGRAM"])'; }

begin "scikit-learn trains on what it ships"
cat >train.py <<'Y'
from sklearn import datasets, linear_model, model_selection
x, y = datasets.load_digits(return_X_y=True)
a, b, c, d = model_selection.train_test_split(x / 16, y, test_size=0.2, random_state=7)
print("accuracy", linear_model.LogisticRegression(max_iter=200).fit(a, c).score(b, d))
Y
ok python train
ok k wait --for=jsonpath='{.status.phase}'=Succeeded pod/train --timeout=120s
ok k logs train
true_that awk '$1 == "accuracy" && $2 > 0.9 {good = 1} END {exit !good}' "$OUT"

begin "onnxruntime answers for a model"
cat >infer.py <<'Y'
# Y = X + X in ONNX's own format (onnx.proto of github.com/onnx/onnx, IR version 8).
import numpy, onnxruntime


def field(number, value):
    if isinstance(value, int):
        return bytes([number << 3, value])
    value = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(value)]) + value


def vector(name, length):
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, field(1, field(1, length)))))


node = field(1, "X") + field(1, "X") + field(2, "Y") + field(4, "Add")
graph = field(1, node) + field(2, "double") + field(11, vector("X", 3)) + field(12, vector("Y", 3))
model = field(1, 8) + field(7, graph) + field(8, field(2, 13))
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
print(session.run(None, {"X": numpy.array([1, 2, 3.5], numpy.float32)})[0].tolist())
Y
ok python infer
ok k wait --for=jsonpath='{.status.phase}'=Succeeded pod/infer --timeout=120s
ok k logs infer
out_is '[2.0, 4.0, 7.0]'
