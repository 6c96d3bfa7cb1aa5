#!/usr/bin/env python3
"""A terminal's screen (tmux capture-pane -e -p) as SVG: screen_svg.py COLS ROWS <screen >screen.svg"""
import re
import sys
from xml.sax.saxutils import escape

COLS, ROWS = int(sys.argv[1]), int(sys.argv[2])
WIDTH, HEIGHT = 8, 16
PALETTE = ["#2e3436", "#ef2929", "#73d216", "#edd400", "#729fcf", "#ad7fa8", "#34e2e2", "#eeeeec"]
PAPER, INK = "#1c1c1c", "#d3d7cf"
CUBE = (0, 95, 135, 175, 215, 255)


def indexed(number):
    if number < 16:
        return PALETTE[number % 8]
    if number >= 232:
        return "#" + "%02x" % (8 + 10 * (number - 232)) * 3
    number -= 16
    return "#%02x%02x%02x" % (CUBE[number // 36], CUBE[number // 6 % 6], CUBE[number % 6])


def color(codes):
    """Of 38 or 48: what follows it."""
    if codes and codes[0] == 5:
        return indexed(codes[1]), codes[2:]
    if codes and codes[0] == 2:
        return "#%02x%02x%02x" % tuple(codes[1:4]), codes[4:]
    return None, codes


def apply(style, codes):
    while codes:
        code, codes = codes[0], codes[1:]
        if code == 0:
            style.clear()
        elif code in (1, 2, 7):
            style[{1: "bold", 2: "dim", 7: "reverse"}[code]] = True
        elif code in (38, 48):
            style["ink" if code == 38 else "paper"], codes = color(codes)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["ink"] = PALETTE[code % 10]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style["paper"] = PALETTE[code % 10]
        elif code in (39, 49):
            style.pop("ink" if code == 39 else "paper", None)
        elif code == 22:
            style.pop("bold", None)
            style.pop("dim", None)
        elif code == 27:
            style.pop("reverse", None)


def draw(text, style, row, col):
    ink, paper = style.get("ink") or INK, style.get("paper")
    if style.get("reverse"):
        ink, paper = paper or PAPER, ink
    x, y = col * WIDTH, row * HEIGHT
    if paper:
        print('<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>' % (x, y, len(text) * WIDTH, HEIGHT, paper))
    weight = ' font-weight="bold"' if style.get("bold") else ""
    opacity = ' opacity="0.55"' if style.get("dim") else ""
    # A word at a time: the renderer does not keep to a cell's width.
    for word in re.finditer(r"[^\s\u2581-\u2588\u2800-\u28ff]+", text):
        print('<text x="%d" y="%d" fill="%s"%s%s>%s</text>'
              % (x + word.start() * WIDTH, y + 12, ink, weight, opacity, escape(word.group())))
    for at, sign in enumerate(text):
        for left, top, width, height in cells(sign):
            print('<rect x="%g" y="%g" width="%g" height="%g" fill="%s"%s/>'
                  % (x + at * WIDTH + left, y + top, width, height, ink, opacity))


def cells(sign):
    """Of blocks and braille, which terminals draw themselves, whatever the font has."""
    code = ord(sign)
    if 0x2581 <= code <= 0x2588:
        height = HEIGHT * (code - 0x2580) / 8
        return [(0, HEIGHT - height, WIDTH, height)]
    if not 0x2800 <= code <= 0x28FF:
        return []
    places = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
    return [(col * WIDTH / 2 + 0.5, row * HEIGHT / 4 + 1, WIDTH / 2 - 1, HEIGHT / 4 - 1.5)
            for bit, (col, row) in enumerate(places) if code >> bit & 1]


def main():
    print('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="DejaVu Sans Mono" font-size="13.288">'
          % (COLS * WIDTH, ROWS * HEIGHT))
    print('<rect width="100%%" height="100%%" fill="%s"/>' % PAPER)
    for row, line in enumerate(sys.stdin.read().split("\n")[:ROWS]):
        style, col = {}, 0
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b["):
                apply(style, [int(code or 0) for code in part[2:-1].split(";")])
            elif part:
                draw(part, style, row, col)
                col += len(part)
    print("</svg>")


main()
