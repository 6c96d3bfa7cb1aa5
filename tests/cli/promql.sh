# The evaluator of PromQL, without a server, against Prometheus' own: the same answers to the same history.
. "$(dirname "$0")/lib.sh"
command -v promtool >/dev/null || {
    begin "promtool is installed"
    skip "apt-get install prometheus"
    exit 0
}
[ -x "$B/unit" ] || {
    begin "the unit tests are built"
    skip "make $B/unit"
    exit 0
}
same() { # SEED
    python3 "$ROOT/tests/tools/promql_oracle.py" "$T/oracle" "$1" 1000 >"$OUT" 2>&1 || broken "the oracle does not answer"
    (cd "$ROOT" && PROMQL_ORACLE=$T/oracle CK_RUN_SUITE=metrics_oracle "$B/unit") >"$OUT" 2>&1 || broken "answers differ"
    out_has "Checks: 1"
}

begin "the vocabulary and a thousand made-up expressions are worth what Prometheus says"
same 1

begin "and a thousand others, on another history"
same "${PROMQL_SEED:-2}"
