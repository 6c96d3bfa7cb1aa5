#!/bin/sh
# What help prints, where, and with which exit code.
. "$(dirname "$0")/lib.sh"

begin "aiwf alone prints short help on stdout"
ok aiwf
out_has "usage: aiwf COMMAND"
out_has "examples:"
err_lines 0

begin "examples come before the commands, and the nouns are grouped"
ok aiwf -h
true_that sh -c "[ \$(grep -n '^examples:' $OUT | cut -d: -f1) -lt \$(grep -n '^local runtime:' $OUT | cut -d: -f1) ]"
for group in "local runtime:" "functions and jobs:" "workflows:" "observe:" "settings:" "help:"; do out_has "$group"; done
out_lacks __describe

begin "a noun alone prints its help on stderr and is wrong usage"
fails 2 aiwf local
err_has "usage: aiwf local COMMAND"
err_has "error: aiwf local needs a command"
out_lines 0

begin "-h is short, --help has everything"
ok aiwf local up -h
out_has "--port N"
out_lacks "output options:"
ok aiwf local up --help
out_has "output options:"
out_has "global options:"
out_has "columns:"

begin "defaults and choices are told"
ok aiwf function deploy --help
out_has "default"
ok aiwf version --help
out_has "--color auto|always|never"

begin "aiwf help NOUN VERB is --help"
ok aiwf help local up
cp "$OUT" "$T/a"
ok aiwf local up --help
true_that cmp -s "$OUT" "$T/a"

begin "an alias is a name"
ok aiwf fn -h
out_has "usage: aiwf function COMMAND"

begin "help needs no configuration, no HOME, no network"
mkdir -p "$HOME/.config/aiwf"
printf 'contexts: [broken\n' >"$HOME/.config/aiwf/config.yaml"
ok aiwf -h
ok aiwf function list -h
ok aiwf function list --help
ok aiwf help contexts
ok aiwf version
ok env -i "$AIWF" -h
ok env -i "$AIWF" function list --help
rm "$HOME/.config/aiwf/config.yaml"

begin "topics"
ok aiwf help exit-codes
for code in 0 1 2 3 4 5 6 7 8 9 10 11 130; do true_that grep -qE "^  $code +" "$OUT"; done
ok aiwf help environment
for name in AIWF_CONTEXT AIWF_PROMETHEUS XDG_CONFIG_HOME NO_COLOR; do out_has $name; done
ok aiwf help output
for name in wide ndjson custom-columns --jq; do out_has $name; done
ok aiwf help contexts
out_has "password-file"
fails 2 aiwf help exit-code
err_has 'did you mean "aiwf help exit-codes"?'
fails 2 aiwf help zzzzzzzz
fails 2 aiwf help function lsit
err_has 'did you mean "aiwf help function list"?'

begin "the version"
ok aiwf --version
out_lines 1
ok aiwf version
cp "$OUT" "$T/a"
ok aiwf --version
true_that cmp -s "$OUT" "$T/a"
ok aiwf version -o json
json .version "$(sed 's/aiwf //' "$T/a")"
json .kind Version

begin "colour only on a terminal, or when asked for"
ok aiwf -h
true_that sh -c "! grep -q '$(printf '\033')' $OUT"
ok aiwf --color=always -h
true_that grep -q "$(printf '\033\\[1m')" "$OUT"

begin "no line of help is wider than 80 columns"
aiwf __describe | jq -r 'def w(p): (p + [.name]) as $q | ($q | join(" ")), (.commands[] | w($q)); w([])' >"$T/paths"
while read -r path; do
    ok $path --help
    # An example, a usage and what about shows as it is may be long.
    awk -v p="$path" 'length($0) > 80 && $0 !~ /^(usage:|  aiwf|      )/ {print p ": " $0; bad = 1} END {exit bad}' "$OUT" || broken "$path --help"
done <"$T/paths"

begin "a terminal of 1x1 breaks nothing"
cat >"$T/tiny.py" <<'PY'
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 1, 1, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
out = b""
try:
    while True:
        data = os.read(fd, 65536)
        if not data:
            break
        out += data
except OSError:
    pass
sys.stdout.buffer.write(out)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
for words in "-h" "--help" "help output" "help exit-codes" "function deploy --help" "version" "version -o json" "explain workflow"; do
    ok python3 "$T/tiny.py" aiwf $words
    true_that test -s "$OUT"
done
fails 2 python3 "$T/tiny.py" aiwf function lsit
out_has "did you mean"
