"""Learns the digits: train.py TRAINING.csv MODEL.json

The model is the mean of a few small networks, which is one wider network with one hidden layer. It is
written as plain numbers: what serves it needs no library, so that it starts in a few hundredths of a second.
"""
import json
import sys
import warnings

import numpy
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

SIDE, HIDDEN, SEEDS = 8, 64, [1, 2, 3]
PACES = [(2e-3, 30), (2e-4, 10)]  # learning rate and passes: fast, then fine


def shifted(images):
    """The images, and each moved by one pixel in four directions: a digit stays what it is."""
    padded = numpy.pad(images.reshape(-1, SIDE, SIDE), ((0, 0), (1, 1), (1, 1)))
    moves = [(1, 1), (0, 1), (2, 1), (1, 0), (1, 2)]
    return numpy.concatenate([padded[:, y : y + SIDE, x : x + SIDE].reshape(-1, SIDE * SIDE) for y, x in moves]), len(moves)


def learn(images, labels, seed):
    model = MLPClassifier((HIDDEN,), alpha=1e-2, batch_size=64, warm_start=True, random_state=seed)
    for rate, passes in PACES:
        model.set_params(learning_rate_init=rate, max_iter=passes).fit(images, labels)
    return model


def joined(models):
    """Layers of one network whose scores are the mean of the models' scores: a row of weights a neuron."""
    hidden = numpy.concatenate([model.coefs_[0] for model in models], axis=1)
    scores = numpy.concatenate([model.coefs_[1] for model in models]) / len(models)
    hidden_biases = numpy.concatenate([model.intercepts_[0] for model in models])
    score_biases = numpy.mean([model.intercepts_[1] for model in models], axis=0)
    return [(hidden.T, hidden_biases), (scores.T, score_biases)]


def main():
    training_path, model_path = sys.argv[1:]
    data = numpy.loadtxt(training_path, delimiter=",")
    labels, images = data[:, 0].astype(int), data[:, 1:]
    more, times = shifted(images)
    warnings.simplefilter("ignore", ConvergenceWarning)  # the number of passes is chosen, not awaited
    models = [learn(more, numpy.tile(labels, times), seed) for seed in SEEDS]
    layers = [{"weights": w.round(6).tolist(), "biases": b.round(6).tolist()} for w, b in joined(models)]
    with open(model_path, "w") as file:
        json.dump({"classes": models[0].classes_.tolist(), "layers": layers}, file)
    print(f"{len(models)} networks learnt from {len(more)} images, in {sum(n for _, n in PACES)} passes each")


main()
