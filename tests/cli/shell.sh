#!/bin/sh
# aiwf shell: lines of standard input, and a person at a terminal.
. "$(dirname "$0")/lib.sh"

feed() { # EXIT LINES ARG...
    wanted=$1 lines=$2
    shift 2
    printf '%b' "$lines" | aiwf shell "$@" >"$OUT" 2>"$ERR"
    RC=$?
    [ "$RC" = "$wanted" ] || broken "exit $RC, expected $wanted"
}

begin "lines of standard input are run, the exit code is the last one's"
feed 0 'version\naiwf version\n# a comment\n\nlocal upp\nversion'
out_lines 3
err_has "unknown command"
feed 2 'version\nlocal upp\n'
feed 3 'local status\n'
feed 0 ''

begin "-e ends at the first that fails, exit ends at once"
feed 2 'version\nlocal upp\nversion\n' -e
out_lines 1
feed 0 'version\nexit\nversion\n'
out_lines 1

begin "exit CODE ends with it; what is no code is told"
feed 3 'version\nexit 3\nversion\n'
out_lines 1
feed 2 'exit abc\nexit 5 6\n'
err_has "exit takes one code, from 0 to 255"

begin "quotes hold words together; an open one is an error"
feed 2 'help "no such thing"\n'
err_has 'no command and no topic "no such thing"'
feed 2 'version "\n'
err_has "is not closed"

begin "options of one line are forgotten in the next"
feed 0 'version -o json\nversion\n'
true_that grep -qx 'aiwf [0-9.]*' "$OUT"

begin "the shell's context is that of its lines"
mkdir -p "$HOME/.config/aiwf"
printf 'contexts:\n  lab: {prometheus: "http://127.0.0.1:9"}\n' >"$HOME/.config/aiwf/config.yaml"
feed 7 'query up\n' --context lab
err_has "127.0.0.1:9"
feed 0 'shell\nversion\n'
err_has "this is the shell already"
feed 2 'aiwf shell\n'
feed 0 'aiwf exit\n'

cat >"$T/drive.py" <<'PY'
# drive.py STATUS (WAIT_FOR SEND)...: types into aiwf shell on a terminal; prints what came.
import os, pty, select, sys, time
steps = [a.encode().decode("unicode_escape").encode() for a in sys.argv[2:]]
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm"
    os.execvp("aiwf", ["aiwf", "shell"])
out = b""
def read(deadline):
    global out
    ready, _, _ = select.select([fd], [], [], max(0, deadline - time.time()))
    if not ready:
        return False
    try:
        data = os.read(fd, 65536)
    except OSError:
        data = b""
    out += data
    return bool(data)
seen = b""
for wait, send in zip(steps[::2], steps[1::2]):
    deadline = time.time() + 20
    while wait not in out and read(deadline):
        pass
    if wait not in out:
        sys.exit(f"never came: {wait!r}; got {seen + out!r}")
    seen, out = seen + out, b""
    os.write(fd, send)
deadline = time.time() + 20
while read(deadline):
    pass
sys.stdout.buffer.write(seen + out)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(0 if status == int(sys.argv[1]) else f"exit {status}")
PY
rm -f "$HOME/.config/aiwf/config.yaml"

begin "a terminal has a prompt with the context, completion, and Ctrl-C goes on"
ok python3 "$T/drive.py" 0 '(local)> ' 'vers\t\n' '(local)> ' 'half typed' 'half typed' '\x03' '(local)> ' 'help exit-c\t\n' '(local)> ' 'exit\n'
out_has "aiwf 0"
out_has "what the exit codes mean"
out_lacks "half typed: "

begin "Ctrl-D ends it"
ok python3 "$T/drive.py" 0 '(local)> ' '\x04'

begin "a TERM ends it, exit 130"
cat >"$T/term.py" <<'PY'
import os, pty, signal, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp("aiwf", ["aiwf", "shell"])
out = b""
while b"> " not in out:
    out += os.read(fd, 1000)
os.kill(pid, signal.SIGTERM)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
fails 130 python3 "$T/term.py"

begin "history is kept, 0600, without secrets"
history=$HOME/.local/state/aiwf/history
rm -f "$history"
ok python3 "$T/drive.py" 0 '> ' 'version\n' '> ' 'context add x --password-file p\n' '> ' ' version -o json\n' '> ' 'help TOKEN\n' '> ' 'exit\n'
true_that grep -qx version "$history"
true_that sh -c "! grep -qiE 'password|token|json' $history"
true_that test "$(stat -c %a "$history")" = 600
