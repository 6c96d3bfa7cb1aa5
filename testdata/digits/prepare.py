"""Cleans, normalises and splits the optical digits: prepare.py TRAINING.csv HELD-OUT.csv

The input ships with scikit-learn: a line an image, 64 grey values of 0 to 16 and the digit. A line of the
outputs is the digit and 64 values of 0 to 1.
"""
import csv
import gzip
import importlib.util
import os
import random
import sys

PIXELS, LEVELS, HELD_OUT, SEED = 64, 16, 0.2, 20240


def digits_file():
    package = importlib.util.find_spec("sklearn")
    if package is None:
        sys.exit("scikit-learn is not there (Debian: apt-get install python3-sklearn; PYTHON names another python)")
    return os.path.join(os.path.dirname(package.origin), "datasets", "data", "digits.csv.gz")


def clean(rows):
    """Whole images of known digits, each once; what is dropped is counted."""
    seen, dropped = set(), 0
    for row in rows:
        try:
            *pixels, digit = [int(float(cell)) for cell in row]
        except ValueError:
            dropped += 1
            continue
        key = tuple(pixels)
        if len(pixels) != PIXELS or digit not in range(10) or key in seen or not all(0 <= p <= LEVELS for p in pixels):
            dropped += 1
            continue
        seen.add(key)
        yield digit, [p / LEVELS for p in pixels]
    print(f"{len(seen)} images kept, {dropped} dropped")


def split(images):
    """The same share of every digit is held out; the same one in every run."""
    chosen = random.Random(SEED)
    training, held_out = [], []
    for digit in range(10):
        same = [image for image in images if image[0] == digit]
        chosen.shuffle(same)
        count = round(len(same) * HELD_OUT)
        held_out += same[:count]
        training += same[count:]
    chosen.shuffle(training)
    return training, held_out


def write(path, images):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([digit, *(f"{p:g}" for p in pixels)] for digit, pixels in images)


def main():
    training_path, held_out_path = sys.argv[1:]
    with gzip.open(digits_file(), "rt", newline="") as file:
        images = list(clean(csv.reader(file)))
    training, held_out = split(images)
    write(training_path, training)
    write(held_out_path, held_out)
    print(f"{len(training)} to learn from, {len(held_out)} held out")


main()
