"""Reads code and writes how it uses what it imports: `python3 -I -S -B read_usage.py < REQUEST.json`, lines of JSON.

The request: {"folders": [folder, ...]}. Nothing is imported or run. A line {"corpus": NAME, "row": ROW} is a row of a corpus as
docs/python-corpora.md tells it, {"file": PATH, "error": TEXT} a file that cannot be read, and the last {"files": NUMBER}.
"""

import ast
import json
import os
import sys
from collections import Counter

LONGEST_SOURCE = 40
MOST_SOURCES = 50
CONTEXTS = ("Import", "Name", "Attribute", "Expr")


class Argument:
    """What was passed for one argument of one way to call a function, by what it is known to be."""

    def __init__(self):
        self._values = {}

    def add(self, symbol, source):
        count, sources = self._values.setdefault(symbol, (Counter(), Counter()))
        count["all"] += 1
        if source is not None:
            sources[source] += 1

    def rows(self):
        rows = []
        for symbol, (count, sources) in sorted(self._values.items(), key=lambda item: item[0] or ""):
            kept = sorted(sources.items(), key=lambda item: (-item[1], item[0]))[:MOST_SOURCES]
            known = [] if symbol is None else [{"Path": symbol}]
            rows.append({"Syms": known, "Count": count["all"], "SrcStrs": dict(sorted(kept))})
        return rows


class Usage:
    def __init__(self):
        self.counts = {}
        self.aliases = {}
        self.calls = {}
        self.keywords = {}

    def count(self, path, context):
        self.counts.setdefault(path, Counter())[context] += 1

    def alias(self, path, name):
        self.aliases.setdefault(path, Counter())[name] += 1

    def call(self, path, positional, keywords):
        shape = (len(positional), tuple(sorted(keywords)))
        ways = self.calls.setdefault(path, {})
        known = ways.get(shape)
        if known is None:
            known = ways[shape] = (Counter(), [Argument() for _ in positional], {name: Argument() for name in keywords})
        count, places, named = known
        count["all"] += 1
        for argument, value in zip(places, positional):
            argument.add(*value)
        for name, value in keywords.items():
            named[name].add(*value)
            entry = self.keywords.setdefault(path, {}).setdefault(name, (Counter(), Counter()))
            entry[0]["all"] += 1
            if value[0] is not None:
                entry[1][value[0]] += 1

    def rows(self):
        for path, counts in sorted(self.counts.items()):
            data = {context: counts[context] for context in CONTEXTS if counts[context]}
            if path in self.aliases:
                data["ImportAliases"] = dict(sorted(self.aliases[path].items()))
            yield "symbolcounts", {"Symbol": path, "Data": data}
        for path, ways in sorted(self.calls.items()):
            calls = []
            for _, (count, places, named) in sorted(ways.items()):
                keyword = {name: argument.rows() for name, argument in sorted(named.items())}
                calls.append({"Count": count["all"], "Positional": [one.rows() for one in places], "Keyword": keyword})
            yield "sigpatterns", {"Func": {"Path": path}, "Calls": calls}
        for path, names in sorted(self.keywords.items()):
            kwargs = {name: {"Count": count["all"], "Types": dict(sorted(types.items()))} for name, (count, types) in sorted(names.items())}
            yield "kwargs", {"Function": path, "Name": "kwargs", "Kwargs": kwargs}


class File(ast.NodeVisitor):
    """One file: what its names were imported as, and what it does with them. Names that are bound anew are unknown from there on."""

    def __init__(self, usage, tree, own):
        self._usage = usage
        self._own = own
        self._paths = {}
        self._bound = bound_names(tree)
        self.visit(tree)

    def visit_Import(self, node):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            if top in self._own:
                continue
            self._usage.count(alias.name, "Import")
            if alias.asname:
                self._usage.alias(alias.name, alias.asname)
            self._paths[alias.asname or top] = alias.name if alias.asname else top

    def visit_ImportFrom(self, node):
        if node.level or not node.module or node.module.partition(".")[0] in self._own:
            return
        for alias in node.names:
            if alias.name == "*":
                self._usage.count(node.module, "Import")
                continue
            path = f"{node.module}.{alias.name}"
            self._usage.count(path, "Import")
            if alias.asname and alias.asname != alias.name:
                self._usage.alias(path, alias.asname)
            self._paths[alias.asname or alias.name] = path

    def visit_Name(self, node):
        path = self._path(node)
        if path is not None and isinstance(node.ctx, ast.Load):
            self._usage.count(path, "Name")
            self._usage.count(path, "Expr")

    def visit_Attribute(self, node):
        path = self._path(node)
        if path is None:
            self.generic_visit(node)
        elif isinstance(node.ctx, ast.Load):
            self._usage.count(path, "Attribute")
            self._usage.count(path, "Expr")

    def visit_Call(self, node):
        path = self._path(node.func)
        starred = any(isinstance(one, ast.Starred) for one in node.args) or any(one.arg is None for one in node.keywords)
        if path is not None and not starred:
            positional = [self._value(one) for one in node.args]
            keywords = {one.arg: self._value(one.value) for one in node.keywords}
            self._usage.call(path, positional, keywords)
        self.generic_visit(node)

    def _path(self, node):
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self._bound:
            return None
        path = self._paths.get(node.id)
        return None if path is None else ".".join([path, *reversed(parts)])

    def _value(self, node):
        """What a value is known to be, and how it is written if that is short."""
        symbol = None
        if isinstance(node, ast.Constant) and node.value is not ...:
            symbol = "types.NoneType" if node.value is None else f"builtins.{type(node.value).__name__}"
        elif isinstance(node, ast.JoinedStr):
            symbol = "builtins.str"
        elif isinstance(node, (ast.List, ast.ListComp)):
            symbol = "builtins.list"
        elif isinstance(node, (ast.Dict, ast.DictComp)):
            symbol = "builtins.dict"
        elif isinstance(node, ast.Tuple):
            symbol = "builtins.tuple"
        elif isinstance(node, (ast.Set, ast.SetComp)):
            symbol = "builtins.set"
        elif isinstance(node, ast.Call):
            # by the custom of its name: what a function returns is not known from here
            called = self._path(node.func)
            if called is not None and called.rpartition(".")[2][:1].isupper():
                symbol = called
        source = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)
        return symbol, source if len(source) <= LONGEST_SOURCE and "\n" not in source else None


def bound_names(tree):
    """Names that a file binds other than by an import, wherever: of these nobody can tell what they are."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


def files_below(folder):
    for at, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(files):
            if name.endswith(".py"):
                yield os.path.join(at, name)


def own_names(folder):
    """Modules of a project; what it says of itself is no use of others."""
    return {name.partition(".")[0] for name in os.listdir(folder)} if os.path.isdir(folder) else set()


def main():
    sys.setrecursionlimit(5000)
    usage = Usage()
    read = 0
    for folder in json.load(sys.stdin)["folders"]:
        own = own_names(folder) | own_names(os.path.join(folder, "src"))
        for path in files_below(folder):
            try:
                with open(path, "rb") as file:
                    File(usage, ast.parse(file.read(), path), own)
                read += 1
            except (SyntaxError, ValueError, OSError, RecursionError, MemoryError) as error:
                print(json.dumps({"file": path, "error": str(error)}))
    for corpus, row in usage.rows():
        print(json.dumps({"corpus": corpus, "row": row}, ensure_ascii=True))
    print(json.dumps({"files": read}))


main()
