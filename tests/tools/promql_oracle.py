#!/usr/bin/env python3
"""What Prometheus makes of expressions: promql_oracle.py FOLDER [SEED [COUNT]]

Writes a history of an exporter (FOLDER/rounds/NNN.prom, one each ten seconds) and FOLDER/answers.json: the answers of
`promtool test rules` to every expression of the vocabulary, and to COUNT made-up ones.
"""
import json
import math
import os
import random
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ROUNDS, INTERVAL_S, AT_S, LONGEST_S = 60, 10, 583, 240
KEYWORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "or", "and", "unless", "bool", "offset"}


def vocabulary():
    """Expressions of lib/metrics/data, with their window."""
    exprs = []
    folder = os.path.join(ROOT, "lib/metrics/data")
    for name in sorted(os.listdir(folder)):
        if name not in ("figures.yaml", "alerts.yaml", "dashboards.yaml"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                exprs += exprs_of_yaml(file.read())
    # The history is shorter than an hour, and its clock is another one.
    return [expr.replace("$W", "4m").replace("[1h]", "[4m]") for expr in exprs if "time()" not in expr]


def exprs_of_yaml(text):
    exprs, lines = [], text.splitlines()
    for i, line in enumerate(lines):
        found = re.match(r"\s+expr: (.*)", line)
        if not found:
            continue
        expr = found.group(1)
        if expr.startswith(">"):
            folded = []
            for more in lines[i + 1 :]:
                if not re.match(r"\s{4}", more):
                    break
                folded.append(more.strip())
            expr = " ".join(folded)
        elif expr.startswith('"'):
            expr = json.loads(expr)
        exprs.append(expr)
    return exprs


def names_of(expr):
    bare = re.sub(r'"[^"]*"', "", expr)
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", "", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    return {name for name, call in re.findall(r"([a-zA-Z_:][\w:]*)\s*(\(?)", bare) if not call and name not in KEYWORDS}


def labels_of(expr):
    labels = {}
    for names in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expr):
        for name in re.findall(r"\w+", names):
            labels.setdefault(name, {"v1", "v2"})
    for matchers in re.findall(r"\{([^}]*)\}", expr):
        for name, how, value in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', matchers):
            values = labels.setdefault(name, {"v1"})
            values.update(re.sub(r"\.\*", "0", part) for part in value.split("|") if value and "[" not in value)
    for kept in ("instance", "job", "le"):
        labels.pop(kept, None)
    return labels


class Series:
    """A value a round; None: it is not there."""

    def __init__(self, name, labels, values):
        self.name, self.labels, self.values = name, labels, values

    def text(self, extra=()):
        labels = ",".join('%s="%s"' % pair for pair in sorted(list(self.labels.items()) + list(extra)))
        return "%s{%s}" % (self.name, labels) if labels else self.name


def number(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return repr(value)


def counter(rng):
    value, values = rng.choice([0.0, 0.0, rng.uniform(0, 1000)]), []
    for _ in range(ROUNDS):
        value = 0.0 if rng.random() < 0.03 else value + rng.choice([0, 1, rng.uniform(0, 20)])
        values.append(value)
    return holes(rng, values)


def gauge(rng, odd):
    values = [rng.choice([rng.uniform(-50, 50), float(rng.randint(0, 9))]) for _ in range(ROUNDS)]
    if odd and rng.random() < 0.3:
        values[rng.randrange(ROUNDS)] = rng.choice([math.nan, math.inf, -math.inf])
    if odd and rng.random() < 0.2:
        values[-1] = math.nan
    return holes(rng, values)


def holes(rng, values):
    if rng.random() < 0.3:
        start = rng.randrange(ROUNDS)
        for i in range(start, min(ROUNDS, start + rng.randint(1, 30))):
            values[i] = None
    return values


def histogram(rng, name, labels):
    counts = {le: [0.0] * ROUNDS for le in ("0.1", "0.5", "1", "2.5", "10", "+Inf")}
    for le in counts:
        counts[le] = [0.0] * ROUNDS
    totals = dict.fromkeys(counts, 0.0)
    for i in range(ROUNDS):
        for _ in range(rng.randint(0, 5)):
            value = rng.expovariate(1)
            for le in totals:
                totals[le] += value <= float(le)
        for le in totals:
            counts[le][i] = totals[le]
    return [Series(name, dict(labels, le=le), values) for le, values in counts.items()]


def made_up(rng):
    series = []
    for a in "123":
        for b in "xy":
            series.append(Series("c", {"a": a, "b": b}, counter(rng)))
            series.append(Series("g", {"a": a, "b": b}, gauge(rng, True)))
            series += histogram(rng, "h_bucket", {"a": a, "b": b})
        # No two alike: which of them topk takes is nobody's promise.
        series.append(Series("one", {"a": a, "d": "d" + a}, holes(rng, [rng.uniform(-50, 50) for _ in range(ROUNDS)])))
    series.append(Series("alone", {}, gauge(rng, False)))
    return series


def measured(rng, exprs):
    """Two series or more of each metric that the expressions name."""
    wanted = {}
    for expr in exprs:
        for name in names_of(expr):
            wanted.setdefault(name, {})
            for label, values in labels_of(expr).items():
                wanted[name].setdefault(label, set()).update(values)
    series = []
    for name, labels in sorted(wanted.items()):
        for _ in range(1 if not labels else 6):
            chosen = {label: rng.choice(sorted(values)) for label, values in sorted(labels.items())}
            if any(s.name == name and {k: v for k, v in s.labels.items() if k != "le"} == chosen for s in series):
                continue
            if name.endswith("_bucket"):
                series += histogram(rng, name, chosen)
            else:
                series.append(Series(name, chosen, counter(rng) if name.endswith(("_total", "_count")) else gauge(rng, False)))
    return series


class Grammar:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, *choices):
        return self.rng.choice(choices)

    def selector(self):
        metric = self.pick("c", "g", "one", "c", "g", "alone", "h_bucket")
        matchers = self.pick("", "", '{a="1"}', '{a!="2"}', '{a=~"1|3"}', '{b=~"x.*"}', '{b!~"y"}', '{a=~".+",b="x"}', '{d=""}')
        return metric + matchers

    def offset(self):
        return self.pick("", "", "", " offset 20s", " offset 37s")

    def window(self):
        return self.pick("20s", "30s", "1m", "95s", "2m", "%ds" % self.rng.randint(11, LONGEST_S - 40))

    def names(self):
        return ", ".join(self.rng.sample(["a", "b", "d", "le"], self.rng.randint(0, 2)))

    def scalar(self):
        return self.pick("2", "0.5", "-3", "1e3", "0", "scalar(alone)", "Inf", "(1 + 2)", "10 % 4", "2 ^ 3 ^ 0.5", "-2 ^ 2")

    def over_time(self):
        window = "%s[%s]%s" % (self.selector(), self.window(), self.offset())
        if self.rng.random() < 0.1:
            return "quantile_over_time(%s, %s)" % (self.pick("0.5", "0.9", "0", "1", "2"), window)
        name = self.pick(
            "rate", "rate", "rate", "increase", "irate", "delta", "idelta", "avg_over_time", "sum_over_time", "max_over_time",
            "min_over_time", "count_over_time", "last_over_time", "present_over_time", "resets", "changes",
        )
        return "%s(%s)" % (name, window)

    def aggregation(self, depth):
        grouping = self.pick("", "", "by (%s)" % self.names(), "without (%s)" % self.names())
        name = self.pick("sum", "sum", "avg", "min", "max", "count", "stddev", "stdvar", "group")
        inner = self.vector(depth - 1)
        if self.rng.random() < 0.15:
            return "quantile %s (%s, %s)" % (grouping, self.pick("0.5", "0.9", "-1"), inner)
        if self.rng.random() < 0.1:
            return "%s %s (%s, %s)" % (self.pick("topk", "bottomk"), grouping, self.pick("1", "2", "0"), "one")
        return "%s %s (%s)" % (name, grouping, inner)

    def call(self, depth):
        inner = self.vector(depth - 1)
        return self.pick(
            "abs(%s)", "ceil(%s)", "floor(%s)", "sqrt(%s)", "exp(%s / 100)", "ln(%s)", "log2(%s)", "log10(%s)", "sgn(%s)", "round(%s)",
            "round(%s, 0.3)", "clamp_min(%s, 3)", "clamp_max(%s, 3)", "clamp(%s, -1, 5)", "absent(%s)", "vector(scalar(%s))",
            "sort(%s)", "sort_desc(%s)", "-(%s)", "+(%s)", 'label_replace(%s, "e", "$1-x", "a", "([12])")',
            'label_replace(%s, "b", "${1}$$", "d", "d(.)")', 'label_replace(%s, "a", "", "a", ".*")', "(%s)",
        ) % inner

    def matching(self, is_set):
        side = "" if is_set else self.pick("", "", "group_left ()", "group_right ()", "group_left (d)", "group_right (b)")
        return self.pick("", "", "on (a) " + side, "ignoring (d) " + side, "ignoring (b) " + side, "on (a, b) " + side, "on () ")

    def operation(self, depth):
        op = self.pick("+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", ">", "<=", ">=", "< bool", "== bool", "and", "or", "unless")
        is_set = op in ("and", "or", "unless")
        if not is_set and self.rng.random() < 0.4:
            sides = [self.vector(depth - 1), self.scalar()]
            self.rng.shuffle(sides)
            return "(%s) %s (%s)" % (sides[0], op, sides[1])
        return "(%s) %s %s (%s)" % (self.vector(depth - 1), op, self.matching(is_set), self.vector(depth - 1))

    def quantile(self):
        names = self.pick("le", "le, a", "le, a, b")
        function = self.pick("rate", "increase")
        return "histogram_quantile(%s, sum by (%s) (%s(h_bucket[%s])))" % (
            self.pick("0.5", "0.95", "0.99", "0", "-1", "1.5"), names, function, self.window())

    def vector(self, depth):
        kind = self.rng.random()
        if depth <= 0 or kind < 0.15:
            return self.selector() + self.offset() if self.rng.random() < 0.5 else self.over_time()
        if kind < 0.3:
            return self.over_time()
        if kind < 0.5:
            return self.aggregation(depth)
        if kind < 0.65:
            return self.call(depth)
        return self.quantile() if kind < 0.72 else self.operation(depth)


def quoted(text):
    return json.dumps(text)


def notation(values):
    words, was_there = [], False
    for value in values:
        words.append(number(value) if value is not None else "stale" if was_there else "_")
        was_there = value is not None
    return " ".join(words)


def write_tests(path, series, exprs):
    extra = (("instance", "i"), ("job", "j"))
    with open(path, "w", encoding="utf-8") as file:
        file.write("evaluation_interval: 1s\ntests:\n- interval: %ds\n  input_series:\n" % INTERVAL_S)
        for one in series:
            file.write("  - {series: %s, values: %s}\n" % (quoted(one.text(extra)), quoted(notation(one.values))))
        file.write("  promql_expr_test:\n")
        for expr in exprs:
            file.write("  - {expr: %s, eval_time: %ds, exp_samples: [{labels: no_such, value: 0}]}\n" % (quoted(expr), AT_S))


def write_rounds(folder, series):
    os.makedirs(folder, exist_ok=True)
    for i in range(ROUNDS):
        with open(os.path.join(folder, "%03d.prom" % i), "w", encoding="utf-8") as file:
            for one in series:
                if one.values[i] is not None:
                    file.write("%s %s\n" % (one.text(), number(one.values[i])))


SAMPLE = re.compile(r'\{((?:[\w]+="(?:[^"\\]|\\.)*"(?:, )?)*)\} (\S+?)(?:, |$)')


def samples_of(text):
    if text == "nil":
        return []
    found, at = [], 0
    while at < len(text):
        match = SAMPLE.match(text, at)
        if not match:
            sys.exit("promtool says what is not understood: " + text[at : at + 200])
        labels = {name: json.loads('"%s"' % value) for name, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match.group(1))}
        found.append({"labels": labels, "value": match.group(2)})
        at = match.end()
    return found


def answers_of(said, exprs):
    answers, expr = [], iter(exprs)
    for line in said.splitlines():
        error = re.match(r'    expr: .*, err: (.*)', line)
        got = re.match(r"        got: ?(.*)", line)
        if error:
            answers.append({"expr": next(expr), "error": error.group(1)})
        elif got:
            answers.append({"expr": next(expr), "series": samples_of(got.group(1))})
    return answers


def main():
    folder, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 600
    rng = random.Random(seed)
    exprs = vocabulary()
    series = made_up(rng) + measured(rng, exprs)
    grammar = Grammar(rng)
    exprs += [grammar.vector(3) for _ in range(count)]
    os.makedirs(folder, exist_ok=True)
    tests = os.path.join(folder, "tests.yaml")
    write_tests(tests, series, exprs)
    write_rounds(os.path.join(folder, "rounds"), series)
    said = subprocess.run(["promtool", "test", "rules", tests], capture_output=True, text=True, check=False)
    answers = answers_of(said.stdout + said.stderr, exprs)
    if len(answers) != len(exprs):
        sys.exit("%d answers to %d expressions: %s" % (len(answers), len(exprs), (said.stdout + said.stderr)[:2000]))
    with open(os.path.join(folder, "answers.json"), "w", encoding="utf-8") as file:
        json.dump({"rounds": ROUNDS, "interval_ms": INTERVAL_S * 1000, "at_ms": AT_S * 1000, "answers": answers}, file, indent=1)
    refused = sum("error" in answer for answer in answers)
    print("%d expressions, %d of them refused" % (len(answers), refused))


main()
