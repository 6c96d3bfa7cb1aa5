#!/bin/sh
# The tests' own words: what a test keeps is ended with it, and nothing else is.
. "$(dirname "$0")/lib.sh"
mkdir -p "$T/tests/cli"
inner() { # LINES: a test of its own
    { echo ". '$ROOT/tests/cli/lib.sh'" && echo 'begin inner' && cat; } >"$T/tests/cli/inner.sh"
    env B="$B" sh "$T/tests/cli/inner.sh"
}

begin "a process that was kept is ended"
inner <<'E2' >"$T/inner"
sleep 60 &
keep $!
echo "pid $!"
E2
true_that grep -q '^ok 1 - inner' "$T/inner"
fails 1 kill -0 "$(sed -n 's/^pid //p' "$T/inner")"

begin "a pid that another process has by then is left alone"
sleep 60 &
stranger=$!
keep $stranger
inner <<E2 >"$T/inner"
sh -c : &
keep \$!
pids="$stranger:\${pids#*:}"
E2
true_that grep -q '^ok 1 - inner' "$T/inner"
true_that kill -0 $stranger
