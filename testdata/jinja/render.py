"""Renders templates with the real Jinja2. Reads a JSON list of {main, templates, variables} from standard input and
writes a JSON list of {text} or {error, line, template, message} to standard output."""
import json
import sys

import jinja2


class Shown:
    """Attributes and one method, as the objects of ours that templates see."""

    def __init__(self, printed, attributes):
        self._printed = printed
        self.__dict__.update(attributes)

    def __str__(self):
        return self._printed

    def hash(self, algorithm):
        return f"{algorithm}-of-{self._printed}"


def revive(value):
    if isinstance(value, list):
        return [revive(item) for item in value]
    if isinstance(value, dict):
        if "__shown__" in value:
            return Shown(value["__shown__"], {key: revive(item) for key, item in value["attributes"].items()})
        return {key: revive(item) for key, item in value.items()}
    return value


def place(error, names):
    """Template and line of the innermost frame that is a template's."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.name, error.lineno
    found = None, None
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name in names:
            found = name, trace.tb_lineno
        trace = trace.tb_next
    return found


def functions(templates):
    def load(name):
        return (templates[name], name, lambda: True) if name in templates else None

    return jinja2.FunctionLoader(load)


def render(case):
    environment = jinja2.Environment(loader=functions(case["templates"]))
    try:
        return {"text": environment.get_template(case["main"]).render(revive(case["variables"]))}
    except Exception as error:  # whatever it is, the other side has to fail, too
        template, line = place(error, case["templates"])
        return {"error": type(error).__name__, "message": str(error), "template": template, "line": line}


sys.setrecursionlimit(600)
json.dump([render(case) for case in json.load(sys.stdin)], sys.stdout)
