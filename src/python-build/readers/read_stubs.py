"""Reads stubs and sources and writes what they declare: `python3 -I -S -B read_stubs.py < REQUEST.json`, a line of JSON for each.

The request: {"roots": [folder, ...], "version": [3, 11], "platform": "linux"}. A root {"folder", "only": [name, ...] or null} is one of
sources, of which those names below it count; what their functions return is told as far as it can be seen without running them.
Nothing is imported or run. Branches on `sys.version_info`, `sys.platform` and `TYPE_CHECKING` are decided for the version that is
asked for; of others all sides count.
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
        self._is_source = False

    def read(self, module, path, is_package):
        self._module, self._is_package = module, is_package
        self._is_source = path.endswith(".py")
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
        found = {
            "kind": "function",
            "name": one.name,
            "async": isinstance(one, ast.AsyncFunctionDef),
            "decorators": [text(decorator) for decorator in one.decorator_list],
            "parameters": rows,
            "returns": None if one.returns is None else text(one.returns),
        }
        if self._is_source and one.returns is None and isinstance(one, ast.FunctionDef):
            found["returned"] = Returned(one).items()
        return found

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


LITERALS = (
    (ast.JoinedStr, "builtins.str"),
    ((ast.List, ast.ListComp), "builtins.list"),
    ((ast.Dict, ast.DictComp), "builtins.dict"),
    ((ast.Set, ast.SetComp), "builtins.set"),
    (ast.Tuple, "builtins.tuple"),
    (ast.GeneratorExp, "types.GeneratorType"),
    (ast.Lambda, "types.FunctionType"),
)
# what an operator of these gives is always a truth value; others may be defined by a class
TRUTHS = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
TEXT_METHODS = frozenset(("join", "format", "lower", "upper", "strip", "replace", "ljust", "rjust", "title"))
DEEPEST = 4


class Returned:
    """What a function returns, as far as its text alone tells: `type:PATH`, `call:NAME` for what another one returns, `self`, `none`.

    An expression that tells nothing adds nothing. What a generator gives is told as the generator.
    """

    def __init__(self, function):
        self._function = function
        self._assigned = {}
        self._returns = []
        self._yields = False
        spec = function.args
        arguments = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
        self._parameters = {one.arg for one in arguments} | {one.arg for one in (spec.vararg, spec.kwarg) if one}
        first = next(iter([*spec.posonlyargs, *spec.args]), None)
        self._receiver = first.arg if first is not None and first.arg in ("self", "cls") else None
        self._walk(function.body)

    def items(self):
        if self._yields:
            return ["type:types.GeneratorType"]
        if is_empty(self._function.body):
            return []
        found = []
        for value in self._returns:
            found.extend(["none"] if value is None else self._expression(value, 0))
        if not ends(self._function.body):
            found.append("none")
        return sorted(set(found))

    def _walk(self, statements):
        for one in statements:
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self._assigned[one.name] = None
                continue
            if isinstance(one, ast.Return):
                self._returns.append(one.value)
            elif isinstance(one, ast.Assign):
                for target in one.targets:
                    self._bind(target, one.value)
            elif isinstance(one, (ast.AnnAssign, ast.AugAssign)):
                self._bind(one.target, one.value if isinstance(one, ast.AnnAssign) else None)
            elif isinstance(one, (ast.For, ast.AsyncFor)):
                self._bind(one.target, None)
            elif isinstance(one, (ast.With, ast.AsyncWith)):
                for item in one.items:
                    if item.optional_vars is not None:
                        self._bind(item.optional_vars, None)
            elif isinstance(one, (ast.Import, ast.ImportFrom)):
                for alias in one.names:
                    self._assigned[alias.asname or alias.name.partition(".")[0]] = None
            self._look_for_yield(one)
            for name in ("body", "orelse", "finalbody"):
                self._walk(getattr(one, name, ()))
            for part in [*getattr(one, "handlers", ()), *getattr(one, "cases", ())]:
                self._walk(part.body)

    def _bind(self, target, value):
        """Names that are bound to what cannot be told count as unknown."""
        if isinstance(target, ast.Name):
            known = self._assigned.setdefault(target.id, [])
            if value is None:
                self._assigned[target.id] = None
            elif known is not None:
                known.append(value)
            return
        for inner in ast.walk(target):
            if isinstance(inner, ast.Name):
                self._assigned[inner.id] = None

    def _look_for_yield(self, statement):
        """Of the expressions of one statement, without those of functions within."""
        queue = [one for one in ast.iter_child_nodes(statement) if isinstance(one, ast.expr)]
        while queue:
            one = queue.pop()
            if isinstance(one, (ast.Yield, ast.YieldFrom)):
                self._yields = True
            if not isinstance(one, ast.Lambda):
                queue.extend(ast.iter_child_nodes(one))

    def _expression(self, value, depth):
        if depth > DEEPEST:
            return []
        if isinstance(value, ast.Constant):
            return ["none"] if value.value is None else constant(value.value)
        for kinds, path in LITERALS:
            if isinstance(value, kinds):
                return [f"type:{path}"]
        if isinstance(value, ast.BoolOp):
            return [item for side in value.values for item in self._expression(side, depth + 1)]
        if isinstance(value, ast.IfExp):
            sides = (value.body, value.orelse)
            return [item for side in sides for item in self._expression(side, depth + 1)]
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
            return ["type:builtins.bool"]
        if isinstance(value, ast.Compare) and all(isinstance(op, TRUTHS) for op in value.ops):
            return ["type:builtins.bool"]
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mod) and is_text(value.left):
            return ["type:builtins.str"]
        if isinstance(value, ast.NamedExpr):
            return self._expression(value.value, depth + 1)
        if isinstance(value, ast.Name):
            return self._name(value.id, depth)
        if isinstance(value, ast.Call):
            return self._call(value)
        return []

    def _name(self, name, depth):
        if name == self._receiver == "self" and name not in self._assigned:
            return ["self"]
        values = self._assigned.get(name)
        if values is None or name in self._parameters:
            return []
        if len(values) > 1:
            # that it begins with nothing does not say that nothing is returned
            values = [one for one in values if not (isinstance(one, ast.Constant) and one.value is None)]
        return [item for one in values for item in self._expression(one, depth + 1)]

    def _call(self, value):
        called = value.func
        if isinstance(called, ast.Attribute) and is_text(called.value):
            return ["type:builtins.str"] if called.attr in TEXT_METHODS else []
        root = called
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in self._assigned:
            return []
        if root.id in self._parameters and root.id != self._receiver:
            return []
        if isinstance(called, ast.Name) and called.id == self._receiver:
            return ["self"] if called.id == "cls" else []
        return [f"call:{text(called)}"]


def constant(value):
    return [] if value is ... else [f"type:builtins.{type(value).__name__}"]


def is_text(value):
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def is_empty(body):
    """Whether a function only stands for those of classes below it: nothing but documentation, `...`, `pass`, or one `raise`."""
    rest = [one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return len(rest) <= 1 and all(isinstance(one, (ast.Pass, ast.Raise)) for one in rest)


def ends(body):
    """Whether nothing comes behind these statements: all ways through them return, raise or do not end."""
    for one in body:
        if isinstance(one, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            return True
        if isinstance(one, ast.If) and one.orelse and ends(one.body) and ends(one.orelse):
            return True
        if isinstance(one, ast.While) and isinstance(one.test, ast.Constant) and one.test.value and not has_break(one.body):
            return True
        if isinstance(one, (ast.With, ast.AsyncWith)) and ends(one.body):
            return True
        if isinstance(one, getattr(ast, "Match", ())):
            last = one.cases[-1]
            takes_all = last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
            if takes_all and all(ends(case.body) for case in one.cases):
                return True
        if isinstance(one, ast.Try):
            tried = ends([*one.body, *one.orelse]) and all(ends(handler.body) for handler in one.handlers)
            if tried or ends(one.finalbody):
                return True
    return False


def has_break(body):
    """Whether a loop with this body may be left; breaks of loops within it are theirs."""
    for one in body:
        if isinstance(one, ast.Break):
            return True
        if isinstance(one, (ast.For, ast.AsyncFor, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if has_break(getattr(one, "orelse", ())):
                return True
            continue
        parts = [getattr(one, name, ()) for name in ("body", "orelse", "finalbody")]
        parts.extend(part.body for part in [*getattr(one, "handlers", ()), *getattr(one, "cases", ())])
        if any(has_break(part) for part in parts):
            return True
    return False


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


def files_below(root, only=None, endings=(".pyi",)):
    """Modules of a root with their files, sorted; a folder `NAME-stubs` holds the module NAME. `only`: names at the root that count."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(("@", ".")))
        inside = os.path.relpath(folder, root)
        parts = [] if inside == "." else inside.split(os.sep)
        if not parts and only is not None:
            folders[:] = [name for name in folders if name in only]
            files = [name for name in files if name in only]
        if parts and parts[0].endswith("-stubs"):
            parts[0] = parts[0][: -len("-stubs")]
        if not all(part.isidentifier() for part in parts):
            folders[:] = []
            continue
        for name in sorted(files):
            stem, ending = os.path.splitext(name)
            if ending not in endings or not stem.isidentifier():
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
        of_sources = isinstance(root, dict)
        folder = root["folder"] if of_sources else root
        only = root["only"] if of_sources else None
        endings = (".py",) if of_sources else (".pyi",)
        for module, path, is_package in files_below(folder, only, endings):
            try:
                found = reader.read(module, path, is_package)
            except (SyntaxError, ValueError, OSError, RecursionError, MemoryError) as error:
                found = {"module": module, "path": path, "package": is_package, "error": str(error)}
            found["root"] = at
            found["path"] = os.path.relpath(path, folder)
            print(json.dumps(found))


main()
