#!/usr/bin/env python3
"""aiwf top in a terminal of its own, for what a text of the screen cannot tell: time, bytes, modes.

    pty_top.py latency|idle|modes:SIGNAL [ARG]... -- COMMAND...

latency: how long keys take until the screen answers (ms, the median and the worst of 20).
idle: bytes a second that an idle screen writes, after its first two seconds.
modes:SIGNAL: after the signal: the settings and the modes of the terminal that are not as they were."""
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import termios
import time

ROWS, COLS = 30, 100


class Terminal:
    def __init__(self, command):
        may, go = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.close(go)
            os.read(may, 1)
            os.execvp(command[0], command)
        self.before = termios.tcgetattr(self.fd)
        os.close(go)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        self.seen = b""

    def read(self, seconds):
        """What comes within that time, or until the command has ended."""
        end, got = time.monotonic() + seconds, b""
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                break
            try:
                part = os.read(self.fd, 65536)
            except OSError:
                break
            if not part:
                break
            got += part
        self.seen += got
        return got

    def until(self, what, seconds):
        """Until it was written; seconds it took."""
        begin, got = time.monotonic(), b""
        while what not in got:
            left = begin + seconds - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                sys.exit("%r did not come in %s s, but %r" % (what, seconds, (self.seen + got)[-2000:]))
            got += os.read(self.fd, 65536)
        self.seen += got
        return time.monotonic() - begin

    def key(self, text):
        os.write(self.fd, text)

    def end(self):
        self.key(b"q")
        self.read(0.5)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


def latency(terminal):
    times = []
    for _ in range(10):
        terminal.key(b"?")
        times.append(terminal.until(b"this help", 5))
        terminal.key(b"?")
        times.append(terminal.until(b"FUNCTION", 5))
        terminal.read(0.05)
    print("%.0f %.0f" % (statistics.median(times) * 1000, max(times) * 1000))


def idle(terminal):
    terminal.read(2)
    seconds = 3
    print(len(terminal.read(seconds)) // seconds)


def private_modes(text):
    """The modes that were set and not reset since."""
    modes = {}
    for numbers, action in re.findall(rb"\x1b\[\?([0-9;]+)([hl])", text):
        for number in numbers.split(b";"):
            modes[number.decode()] = action == b"h"
    modes.pop("25", None)  # the cursor: on is usual
    modes.pop("12", None)  # and its blinking is set by cnorm
    modes.pop("7", None)  # so are wrapped lines
    return sorted(number for number, on in modes.items() if on)


def modes(terminal, name):
    terminal.read(0.3)
    inside = private_modes(terminal.seen)
    os.kill(terminal.pid, getattr(signal, "SIG" + name))
    terminal.read(10)
    after = termios.tcgetattr(terminal.fd)
    print("in", " ".join(inside))
    print("left", " ".join(private_modes(terminal.seen)))
    print("settings", "same" if terminal.before == after else "changed")


def main():
    what = sys.argv[1]
    command = sys.argv[sys.argv.index("--") + 1 :]
    terminal = Terminal(command)
    terminal.until(b"FUNCTION", 20)
    if what == "latency":
        latency(terminal)
    elif what == "idle":
        idle(terminal)
    else:
        modes(terminal, what.partition(":")[2])
    terminal.end()


main()
