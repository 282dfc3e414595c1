"""Reads stubs and writes what they declare: `python3 -I -S -B read_stubs.py < REQUEST.json`, a line of JSON for each file.

The request: {"roots": [folder, ...], "version": [3, 11], "platform": "linux"}. Nothing is imported or run. Branches on
`sys.version_info`, `sys.platform` and `TYPE_CHECKING` are decided for the version that is asked for; of others all sides count.
"""

import ast
import json
import os
import sys

TEXT_LIMIT = 256


class Reader:
    def __init__(self, version, platform):
        self._version = tuple(version)
        self._platform = platform
        self._module = ""
        self._is_package = False

    def read(self, module, path, is_package):
        self._module, self._is_package = module, is_package
        with open(path, "rb") as file:
            tree = ast.parse(file.read(), path)
        return {"module": module, "path": path, "package": is_package, "body": self._body(tree.body)}

    def _body(self, statements):
        rows = []
        for one in statements:
            rows.extend(self._statement(one))
        return rows

    def _statement(self, one):
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return [self._function(one)]
        if isinstance(one, ast.ClassDef):
            bases = [text(base) for base in one.bases]
            return [{"kind": "class", "name": one.name, "bases": bases, "body": self._body(one.body)}]
        if isinstance(one, ast.If):
            held = self._decide(one.test)
            chosen = one.body if held else one.orelse if held is False else one.body + one.orelse
            return self._body(chosen)
        if isinstance(one, ast.Try):
            inner = [*one.body, *one.orelse, *one.finalbody]
            for handler in one.handlers:
                inner.extend(handler.body)
            return self._body(inner)
        if isinstance(one, (ast.Import, ast.ImportFrom)):
            return self._imports(one)
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            return [value_row(one.target.id, one.annotation, one.value)]
        if isinstance(one, ast.Assign):
            return [value_row(target.id, None, one.value) for target in one.targets if isinstance(target, ast.Name)]
        return []

    def _function(self, one):
        spec = one.args
        positional = [*spec.posonlyargs, *spec.args]
        defaults = [None] * (len(positional) - len(spec.defaults)) + list(spec.defaults)
        rows = []
        for at, (argument, default) in enumerate(zip(positional, defaults)):
            only = at < len(spec.posonlyargs) or is_old_positional(argument.arg)
            rows.append(row(argument, "positional-only" if only else "positional-or-keyword", default))
        if spec.vararg:
            rows.append(row(spec.vararg, "var-positional", None))
        rows.extend(row(one, "keyword-only", default) for one, default in zip(spec.kwonlyargs, spec.kw_defaults))
        if spec.kwarg:
            rows.append(row(spec.kwarg, "var-keyword", None))
        return {
            "kind": "function",
            "name": one.name,
            "async": isinstance(one, ast.AsyncFunctionDef),
            "decorators": [text(decorator) for decorator in one.decorator_list],
            "parameters": rows,
            "returns": None if one.returns is None else text(one.returns),
        }

    def _imports(self, one):
        if isinstance(one, ast.Import):
            return [
                {
                    "kind": "import",
                    "name": alias.asname or alias.name.partition(".")[0],
                    "path": alias.name if alias.asname else alias.name.partition(".")[0],
                    "exported": alias.asname == alias.name,
                }
                for alias in one.names
            ]
        parts = self._module.split(".") if one.level else []
        if one.level:
            parts = parts[: len(parts) - one.level + (1 if self._is_package else 0)]
        base = ".".join([*parts, *((one.module or "").split(".") if one.module else [])])
        return [
            {
                "kind": "import",
                "name": alias.asname or alias.name,
                "path": base if alias.name == "*" else f"{base}.{alias.name}" if base else alias.name,
                "exported": alias.name == "*" or alias.asname == alias.name,
            }
            for alias in one.names
        ]

    def _decide(self, test):
        """True or False; None where the version does not tell."""
        if isinstance(test, ast.BoolOp):
            sides = [self._decide(value) for value in test.values]
            if isinstance(test.op, ast.And):
                return False if False in sides else None if None in sides else True
            return True if True in sides else None if None in sides else False
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self._decide(test.operand)
            return None if inner is None else not inner
        name = text(test)
        if name in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            return True
        if isinstance(test, ast.Call) and text(test.func) == "sys.platform.startswith":
            return self._platform.startswith(ast.literal_eval(test.args[0])) if len(test.args) == 1 else None
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return None
        try:
            right = ast.literal_eval(test.comparators[0])
        except ValueError:
            return None
        left = text(test.left)
        if left == "sys.platform":
            return compare(self._platform, test.ops[0], right)
        if left == "sys.version_info" and isinstance(right, tuple):
            return compare(self._version + (0,) * 3, test.ops[0], right)
        if left == "sys.version_info[0]":
            return compare(self._version[0], test.ops[0], right)
        return None


def compare(left, op, right):
    try:
        if isinstance(op, ast.GtE):
            return left >= right
        if isinstance(op, ast.Gt):
            return left > right
        if isinstance(op, ast.Lt):
            return left < right
        if isinstance(op, ast.LtE):
            return left <= right
        if isinstance(op, ast.Eq):
            return left[: len(right)] == right if isinstance(left, tuple) else left == right
        if isinstance(op, ast.NotEq):
            return not compare(left, ast.Eq(), right)
    except TypeError:
        return None
    return None


def text(node):
    return ast.unparse(node)[:TEXT_LIMIT]


def is_old_positional(name):
    """Before there was a `/`, names with two underscores said the same."""
    return name.startswith("__") and not name.endswith("__")


def row(argument, kind, default):
    annotation = None if argument.annotation is None else text(argument.annotation)
    value = None if default is None else text(default)
    return {"name": argument.arg, "kind": kind, "defaultText": value, "annotation": annotation}


def value_row(name, annotation, value):
    path = value
    while isinstance(path, ast.Attribute):
        path = path.value
    target = text(value) if isinstance(path, ast.Name) else None
    return {
        "kind": "value",
        "name": name,
        "annotation": None if annotation is None else text(annotation),
        "target": target,
        "names": string_list(value) if name == "__all__" else None,
    }


def string_list(value):
    if not isinstance(value, (ast.List, ast.Tuple)):
        return None
    return [item.value for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def stubs_below(root):
    """Modules of a root with their files, sorted; a folder `NAME-stubs` holds the module NAME."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(("@", ".")))
        inside = os.path.relpath(folder, root)
        parts = [] if inside == "." else inside.split(os.sep)
        if parts and parts[0].endswith("-stubs"):
            parts[0] = parts[0][: -len("-stubs")]
        if not all(part.isidentifier() for part in parts):
            folders[:] = []
            continue
        for name in sorted(files):
            stem, ending = os.path.splitext(name)
            if ending != ".pyi" or not stem.isidentifier():
                continue
            is_package = stem == "__init__"
            module = ".".join(parts if is_package else [*parts, stem])
            if module:
                yield module, os.path.join(folder, name), is_package


def main():
    request = json.load(sys.stdin)
    reader = Reader(request["version"], request["platform"])
    sys.setrecursionlimit(5000)
    for at, root in enumerate(request["roots"]):
        for module, path, is_package in stubs_below(root):
            try:
                found = reader.read(module, path, is_package)
            except (SyntaxError, ValueError, OSError, RecursionError, MemoryError) as error:
                found = {"module": module, "path": path, "package": is_package, "error": str(error)}
            found["root"] = at
            found["path"] = os.path.relpath(path, root)
            print(json.dumps(found))


main()
