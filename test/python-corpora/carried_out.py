"""Of pairs of a signature and a call: whether the interpreter carries out the call when nothing is needed."""

import json
import sys

SIGNS = {"var-positional": "*", "var-keyword": "**"}


def function(rows):
    words = []
    for at, (name, kind) in enumerate(rows):
        before = rows[at - 1][1] if at else None
        following = rows[at + 1][1] if at + 1 < len(rows) else None
        if kind == "keyword-only" and before not in ("keyword-only", "var-positional"):
            words.append("*")
        words.append(SIGNS[kind] + name if kind in SIGNS else name + "=0")
        if kind == "positional-only" and following != "positional-only":
            words.append("/")
    space = {}
    exec("def f(%s): pass" % ", ".join(words), space)
    return space["f"]


def accepts(rows, places, names):
    try:
        function(rows)(*[0] * places, **dict.fromkeys(names, 0))
        return True
    except TypeError:
        return False


json.dump([accepts(*pair) for pair in json.load(sys.stdin)], sys.stdout)
