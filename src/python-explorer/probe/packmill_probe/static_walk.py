"""The graph of a top-level by the text of its modules alone: nothing is imported. What only exists when it runs is missing."""

import ast
import builtins
import os

from . import signatures
from .output import DOC_LIMIT, clean, line, put_source
from .source_facts import read_facts, split_path

_BUILTINS = frozenset(vars(builtins))


def find_sources(toplevel, places):
    """{module: (path, is package)} of a top-level in folders of the path; stubs where there is no source."""
    for place in places:
        folder = os.path.join(place, toplevel)
        if os.path.isdir(folder):
            found = {}
            _collect(toplevel, folder, found)
            if found:
                return found
        for suffix in (".py", ".pyi"):
            path = os.path.join(place, toplevel + suffix)
            if os.path.isfile(path):
                return {toplevel: (path, False)}
    return {}


def _collect(package, folder, found):
    entries = sorted(os.listdir(folder))
    for suffix in (".py", ".pyi"):
        if "__init__" + suffix in entries:
            found.setdefault(package, (os.path.join(folder, "__init__" + suffix), True))
    for entry in entries:
        path = os.path.join(folder, entry)
        stem, suffix = os.path.splitext(entry)
        if os.path.isdir(path) and entry.isidentifier() and not os.path.islink(path):
            _collect(package + "." + entry, path, found)
        elif suffix in (".py", ".pyi") and stem.isidentifier() and stem != "__init__":
            found.setdefault(package + "." + stem, (path, False))
    if package not in found and any(name.startswith(package + ".") for name in found):
        # a namespace: modules without an `__init__`
        found[package] = (None, True)


class StaticWalk:
    """Writes a node for each module, class, function and assigned name; names that were imported are references."""

    def __init__(self, toplevel, places, context):
        self._toplevel = toplevel
        self._context = context
        self._sources = {
            name: source
            for name, source in find_sources(toplevel, places).items()
            if context.skip_list.reason(name) is None
        }
        self._facts = {}
        self._ids = {}
        self._written = set()
        self.written = 0

    def root_id(self):
        return self._id(self._toplevel)

    def _id(self, path):
        return self._ids.setdefault(path, len(self._ids))

    def run(self):
        """False when there is no text to read."""
        for name in sorted(self._sources):
            path, is_package = self._sources[name]
            self._facts[name] = None if path is None else read_facts(name, path, is_package)
        if all(facts is None for facts in self._facts.values()):
            return False
        for name in sorted(self._sources):
            self._module(name)
        return True

    def _emit(self, path, node):
        if path in self._written or self._context.skip_list.reason(path) is not None:
            return
        self._written.add(path)
        self._context.put(line({"id": self._id(path), **node}))
        self.written += 1

    def _refer(self, path):
        """The id of something elsewhere, by its path."""
        node = {"reference": path}
        origin = self._context.providers.of(path)
        if origin is not None:
            node["origin"] = origin
        self._emit(path, node)
        return self._id(path)

    def _module(self, name):
        facts = self._facts[name]
        members = {
            child.rpartition(".")[2]: self._id(child) for child in self._sources if child.rpartition(".")[0] == name
        }
        node = {"kind": "module", "canonical": name, "type": self._refer("types.ModuleType")}
        if facts is not None:
            members = {**self._scope(facts, name, ""), **members}
            self._say_doc(node, facts.tree)
            self._say_source(node, name, 1)
            annotations = facts.annotations.get("")
            if annotations:
                node["annotations"] = signatures.annotations(annotations)
        if members:
            node["members"] = dict(sorted(members.items()))
        self._emit(name, node)

    def _say_doc(self, node, tree):
        doc = ast.get_docstring(tree)
        if doc:
            node["docstring"] = clean(doc, DOC_LIMIT)

    def _say_source(self, node, module, number):
        path = self._sources[module][0]
        if path is not None:
            put_source(node, self._context.roots, path, number)

    def _scope(self, facts, module, scope):
        """Ids of the names that a module or a class has, whose nodes are written on the way."""
        members = {}
        for name in facts.assigned.get(scope, ()):
            if _is_hidden(name):
                continue
            members[name] = self._value(facts, module, scope, name)
        for place, source, attribute, bound in facts.imports:
            if place == scope and attribute != "*":
                path = source if attribute is None else source + "." + attribute
                members[bound] = self._target(path if attribute is not None or bound == source else path.split(".")[0])
        depth = scope.count(".") + 1 if scope else 0
        for path, found in facts.functions.items():
            if not _is_hidden(path.rpartition(".")[2]) and path.count(".") == depth and path.rpartition(".")[0] == scope:
                members[path.rpartition(".")[2]] = self._function(module, scope, path, found[-1])
        for path, found in facts.classes.items():
            if path.count(".") == depth and path.rpartition(".")[0] == scope:
                members[path.rpartition(".")[2]] = self._class(facts, module, path, found)
        return members

    def _value(self, facts, module, scope, name):
        path = ".".join(part for part in (module, scope, name) if part)
        self._emit(path, {"kind": "object", "canonical": path})
        return self._id(path)

    def _function(self, module, scope, rest, found):
        path = module + "." + rest
        signature = signatures.from_text(found)
        if found.has_decorator("property", "cached_property"):
            node = {"kind": "descriptor", "canonical": path, "undecorated": signature, "traits": ["property"]}
        else:
            node = {"kind": "function", "canonical": path, "type": self._refer("types.FunctionType")}
            node["signature"] = signature
            traits = {one for one in ("classmethod", "staticmethod") if scope and found.has_decorator(one)}
            if isinstance(found.node, ast.AsyncFunctionDef):
                traits.add("async")
            if found.has_decorator("abstractmethod"):
                traits.add("abstract")
            if traits:
                node["traits"] = sorted(traits)
        self._say_doc(node, found.node)
        self._say_source(node, module, found.line)
        self._emit(path, node)
        return self._id(path)

    def _class(self, facts, module, rest, found):
        path = module + "." + rest
        members = self._scope(facts, module, rest)
        node = {"kind": "type", "canonical": path, "type": self._refer("builtins.type")}
        bases = [self._base_path(facts, module, base) for base in found.node.bases]
        node["bases"] = [self._target(base) for base in bases if base is not None] or [self._refer("builtins.object")]
        signature = self._maker(path)
        if signature is not None:
            node["signature"] = signature
        annotations = facts.annotations.get(rest)
        if annotations:
            node["annotations"] = signatures.annotations(annotations)
        if members:
            node["members"] = dict(sorted(members.items()))
        self._say_doc(node, found.node)
        self._say_source(node, module, found.line)
        self._emit(path, node)
        return self._id(path)

    def _base_path(self, facts, module, node):
        """Where a base class is defined, as far as names tell; None for an expression."""
        if isinstance(node, ast.Subscript):
            node = node.value
        text = facts.text(node)
        if not all(part.isidentifier() for part in text.split(".")):
            return None
        head, _dot, rest = text.partition(".")
        if head in facts.classes:
            return self._resolve(module + "." + text)
        for place, source, attribute, bound in facts.imports:
            if place == "" and bound == head and attribute != "*":
                if attribute is not None:
                    start = source + "." + attribute
                else:
                    start = source if bound == source or "." not in source else bound
                return self._resolve(start + "." + rest if rest else start)
        return "builtins." + text if head in _BUILTINS else None

    def _maker(self, path, depth=0):
        """
        The signature of a class without a receiver: of its own maker, or of the first one above it; that of `object` has no
        parameters. None when it is not in the texts of this top-level.
        """
        module, rest = split_path(path, self._sources)
        facts = self._facts.get(module)
        found = facts.classes.get(rest) if facts else None
        if found is None or depth > 32:
            return None
        maker = facts.functions.get(rest + ".__init__") or facts.functions.get(rest + ".__new__")
        if maker:
            signature = signatures.from_text(maker[-1])
            signature["parameters"] = signature["parameters"][1:]
            return signature
        for base in found.node.bases:
            above = self._base_path(facts, module, base)
            if above == "builtins.object":
                continue
            signature = None if above is None else self._maker(above, depth + 1)
            # what has no maker lets that of the next base through
            if signature is None or signature["parameters"]:
                return signature
        return {"parameters": [], "from": "source"}

    def _target(self, path):
        """The id at a path: a node of this top-level, or a reference outside of it."""
        found = self._resolve(path)
        return self._id(found) if found.split(".", 1)[0] == self._toplevel else self._refer(found)

    def _resolve(self, path, depth=0):
        """A path followed through the imports of this top-level to where its object is defined."""
        if path.split(".", 1)[0] != self._toplevel or depth > 16:
            return path
        module, rest = split_path(path, self._sources)
        facts = self._facts.get(module)
        if not rest or facts is None:
            return path
        head, _dot, below = rest.partition(".")
        for place, source, attribute, bound in facts.imports:
            if place == "" and bound == head and attribute not in (None, "*") and head not in facts.classes:
                return self._resolve(".".join(part for part in (source, attribute, below) if part), depth + 1)
        return path


def _is_hidden(name):
    return name.startswith("__") and name != "__init__"

