"""Of pairs of signatures: whether some call that the first accepts is refused by the second, as the interpreter calls."""

import itertools
import json
import sys


def function(rows):
    words = []
    for at, row in enumerate(rows):
        kind = row["kind"]
        before = rows[at - 1]["kind"] if at else None
        if kind == "keyword-only" and before not in ("keyword-only", "var-positional"):
            words.append("*")
        sign = {"var-positional": "*", "var-keyword": "**"}.get(kind, "")
        words.append(sign + row["name"] + ("" if row["defaultText"] is None else "=" + row["defaultText"]))
        following = rows[at + 1]["kind"] if at + 1 < len(rows) else None
        if kind == "positional-only" and following != "positional-only":
            words.append("/")
    space = {}
    exec("def f(%s): pass" % ", ".join(words), space)
    return space["f"]


def accepts(called, positional, keywords):
    try:
        called(*[0] * positional, **dict.fromkeys(keywords, 0))
        return True
    except TypeError:
        return False


NAMES = ["a", "b", "c", "zz"]
CALLS = [
    (count, names)
    for count in range(6)
    for size in range(len(NAMES) + 1)
    for names in itertools.combinations(NAMES, size)
]

answers = []
for before, after in json.load(sys.stdin):
    old, now = function(before), function(after)
    answers.append(any(accepts(old, *call) and not accepts(now, *call) for call in CALLS))
json.dump(answers, sys.stdout)
