"""What `inspect.signature` says of the callables at the paths of standard input (lines), as lines of JSON in their order."""

import importlib
import inspect
import json
import sys
import warnings

warnings.simplefilter("ignore")


def find(path):
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        try:
            place = importlib.import_module(".".join(parts[:end]))
        except BaseException:
            continue
        for part in parts[end:]:
            place = inspect.getattr_static(place, part)
            if isinstance(place, (staticmethod, classmethod)):
                place = place.__func__
        return place
    raise LookupError(path)


for row in sys.stdin:
    try:
        signature = inspect.signature(find(row.strip()))
        told = [[one.name, one.kind.description, one.default is not one.empty] for one in signature.parameters.values()]
    except BaseException:
        told = None
    sys.stdout.write(json.dumps(told) + "\n")
