"""Walks the objects of one top-level and writes a node for each, as soon as it is known."""

import inspect
import sys
import types

from . import safe_look, signatures
from .bindings import Bindings
from .modules import is_package
from .naming import is_atom
from .output import DOC_LIMIT, clean, line, put_source, trouble
from .safe_look import MISSING, class_path, classify, is_kind
from .source_facts import split_path

_VALUES = (int, float, complex, str, bytes, bool)
_KEPT_DUNDERS = ("__init__", "__class__")
#: parts of a path; classes that hold classes without end are made, not written
_DEEPEST = 100
_HIDDEN = ("closure", "__abstractmethods__")


def _wanted(name):
    if name.startswith("__"):
        return name in _KEPT_DUNDERS
    return name not in _HIDDEN and not name.startswith(("func_", "im_"))


class TooManyNodes(Exception):
    pass


class Walk:
    """One walk. `put` takes lines; `progress` is told each path before its object is looked at."""

    def __init__(self, toplevel, modules, naming, context):
        self._toplevel = toplevel
        self._modules = modules
        self._naming = naming
        self._original = context.original
        self._skip = context.skip_list
        self._put = context.put
        self._progress = context.progress
        self._say = context.say
        self._providers = context.providers
        self._stubs = context.stubs
        self._roots = context.roots
        self._limit = context.node_limit
        self._bindings = Bindings(toplevel, modules, self._original)
        self._ids = {}
        self._kept = []
        self._visited = set()
        self.written = 0
        self._told_depth = False

    def root_id(self, module):
        return self._id(module)

    def run(self, module):
        """Writes all nodes. Raises TooManyNodes."""
        stack = [iter([(self._toplevel, module)])]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                continue
            following = self._visit(*step)
            if following:
                stack.append(iter(following))

    def _id(self, obj):
        found = self._ids.get(id(obj))
        if found is None:
            found = self._ids[id(obj)] = len(self._ids)
            # an identity stands for the object as long as it lives
            self._kept.append(obj)
        return found

    def _visit(self, incoming, obj):
        node_id = self._id(obj)
        if node_id in self._visited:
            return None
        if incoming.count(".") >= _DEEPEST:
            self._tell_depth(incoming)
            return None
        if self._skip.reason(incoming) is not None:
            return None
        self._visited.add(node_id)
        self._progress("explore", incoming)
        try:
            return self._write(node_id, incoming, obj)
        except TooManyNodes:
            raise
        except BaseException as error:
            # nothing of this object is certain: members that lead to it are removed by who validates
            self._say("WARN", "{}: {}".format(incoming, type(error).__name__))
            return None

    def _tell_depth(self, incoming):
        if self._told_depth:
            return
        self._told_depth = True
        what = "'{}' has objects more than {} levels deep".format(self._toplevel, _DEEPEST)
        self._put(trouble("MPY014", what, self._toplevel, signatures.short(incoming)))

    def _write(self, node_id, incoming, obj):
        if self.written >= self._limit:
            raise TooManyNodes
        fixed = None if self._toplevel == "builtins" and not self._original else self._naming.fixed(obj)
        canonical = fixed or self._naming.canonical(obj) or self._declared(incoming, obj)
        if canonical is not None and self._skip.reason(canonical) is not None:
            return None
        reference = self._reference(incoming, canonical, obj)
        if reference is not None:
            self._write_reference(node_id, canonical, reference)
            return None
        return self._write_internal(node_id, incoming, canonical, obj)

    def _reference(self, incoming, canonical, obj):
        imported = self._bindings.reference(incoming, obj, canonical is not None)
        if imported is not None:
            return imported
        effective = canonical or incoming
        if self._original:
            return None if effective.startswith(self._toplevel) else effective
        return None if effective.split(".", 1)[0] == self._toplevel else effective

    def _write_reference(self, node_id, canonical, reference):
        node = {"id": node_id, "reference": reference}
        if canonical is not None:
            node["canonical"] = canonical
        origin = self._providers.of(reference)
        if origin is not None:
            node["origin"] = origin
        self._emit(node)

    def _emit(self, node):
        self._put(line(node))
        self.written += 1

    def _write_internal(self, node_id, incoming, canonical, obj):
        kind = classify(obj)
        name = canonical or incoming
        if kind == "module" and is_kind(obj, types.ModuleType) and is_package(obj):
            self._modules.import_below(obj, name)
            self._naming.forget()
        members = self._members(kind, obj)
        node = {"id": node_id, "kind": kind}
        if canonical is not None:
            node["canonical"] = canonical
        node["type"] = self._id(type(obj))
        bases = [] if kind != "type" else [base for base in type.__dict__["__bases__"].__get__(obj)]
        if bases:
            node["bases"] = [self._id(base) for base in bases]
        self._describe(node, kind, name, obj)
        if members:
            node["members"] = {one: self._id(value) for one, value in members}
        self._emit(node)
        following = []
        if kind in ("type", "module"):
            following = [(name + "." + one, value) for one, value in members]
        following.append((name + ".__class__", type(obj)))
        following.extend(("{}.__bases__[{}]".format(name, at), base) for at, base in enumerate(bases))
        return following

    def _members(self, kind, obj):
        inner = is_kind(obj, (type, types.ModuleType))
        if not inner and not self._original:
            return []
        found = []
        for name in safe_look.names(obj):
            if not _wanted(name):
                continue
            try:
                if inner and not self._original:
                    value = safe_look.value_of(obj, name)
                else:
                    value = safe_look.unwrap(getattr(obj, name))
            except BaseException:
                continue
            found.append((name, value))
        return found

    def _declared(self, incoming, obj):
        """The place of a `def` whose decorators put something without a name into it."""
        if is_atom(obj):
            return None
        found = self._facts_at(incoming)
        if found is None or not found.decorators:
            return None
        return incoming if self._naming.leads_to(incoming, obj) else None

    def _facts_at(self, path):
        """The last `def` that a text has at a path of this top-level."""
        module, rest = split_path(path, sys.modules)
        facts = self._modules.facts_of(module) if rest else None
        found = facts.functions.get(rest) if facts else None
        return found[-1] if found else None

    # -- what a node says ------------------------------------------------------------------------------------------

    def _describe(self, node, kind, name, obj):
        if kind == "object":
            if type(obj) in _VALUES:
                node["value"] = signatures.short(str(obj))
        else:
            self._describe_source(node, kind, name, obj)
        self._describe_doc(node, kind, obj)
        if kind in ("function", "type"):
            self._describe_signature(node, kind, name, obj)
        elif kind == "descriptor":
            self._describe_property(node, name, obj)
        traits = sorted(self._traits(kind, name, obj))
        if traits:
            node["traits"] = traits

    def _describe_doc(self, node, kind, obj):
        own_doc = self._own_doc(kind, obj)
        if kind == "object" and own_doc is None and not self._original:
            return
        try:
            doc = inspect.getdoc(obj)
        except BaseException:
            doc = None
        doc = safe_look.plain_text(doc)
        if not doc:
            return
        node["docstring"] = clean(doc, DOC_LIMIT)
        if own_doc is None:
            node["docInherited"] = True

    def _own_doc(self, kind, obj):
        if kind in ("type", "module") and is_kind(obj, (type, types.ModuleType)):
            return safe_look.own(obj).get("__doc__")
        if kind in ("function", "descriptor"):
            try:
                return obj.__doc__
            except BaseException:
                return None
        # an instance has one of its own only in its own dictionary
        try:
            return object.__getattribute__(obj, "__dict__").get("__doc__")
        except BaseException:
            return None

    def _describe_source(self, node, kind, name, obj):
        code = signatures.code_of(obj) if kind == "function" else None
        if code is not None:
            self._put_source(node, code.co_filename, code.co_firstlineno)
            return
        module, rest = split_path(name, sys.modules)
        facts = self._modules.facts_of(module)
        if facts is None:
            return
        if not rest:
            self._put_source(node, getattr(sys.modules.get(module), "__file__", None), 1)
        elif rest in facts.classes:
            self._put_source(node, getattr(sys.modules.get(module), "__file__", None), facts.classes[rest].line)
        annotations = facts.annotations.get(rest)
        if annotations and kind in ("type", "module"):
            node["annotations"] = signatures.annotations(annotations)

    def _put_source(self, node, path, number):
        if type(path) is str:
            put_source(node, self._roots, path, number)

    def _describe_signature(self, node, kind, name, obj):
        live = signatures.alive(obj)
        found = None if live is None else signatures.from_inspect(live)
        written = self._written(kind, obj)
        if found is not None and written is not None:
            found = signatures.combine(found, signatures.from_text(written))
        elif found is None and written is not None and kind == "function":
            found = signatures.from_text(written)
        stub = self._stubs.functions(name, kind)
        if stub:
            told = [signatures.from_text(one, stub[0].facts.origin) for one in stub]
            single = [one for one, row in zip(told, stub) if not row.is_overload]
            if len(single) == 1:
                found = single[0] if found is None else signatures.combine(found, single[0])
            overloads = [one for one, row in zip(told, stub) if row.is_overload]
            if overloads:
                node["overloads"] = overloads
        if found is not None:
            node["signature"] = found
        hidden = self._facts_at(name) if kind == "function" else None
        if hidden is not None and hidden.decorators and written is not hidden:
            told = signatures.from_text(hidden)
            if found is None or [p["name"] for p in told["parameters"]] != [p["name"] for p in found["parameters"]]:
                node["undecorated"] = told

    def _written(self, kind, obj):
        """The `def` of a live function, or of what makes the instances of a class."""
        if kind == "type" and is_kind(obj, type):
            for maker in ("__init__", "__new__"):
                value = safe_look.unwrap(safe_look.static_value(obj, maker))
                if type(value) is types.FunctionType:
                    return self._written("function", value)
            return None
        code = signatures.code_of(obj)
        if code is None:
            return None
        module = safe_look.plain_text(getattr(obj, "__module__", None))
        for name in (module, self._modules.module_of_file(code.co_filename)):
            facts = None if name is None or name.split(".")[0] != self._toplevel else self._modules.facts_of(name)
            found = facts and facts.at_line.get((code.co_firstlineno, code.co_name))
            if found:
                return found
        return None

    def _describe_property(self, node, name, obj):
        if type(obj) is not property or type(obj.fget) is not types.FunctionType:
            return
        written = self._written("function", obj.fget)
        if written is not None:
            node["undecorated"] = signatures.from_text(written)

    def _traits(self, kind, name, obj):
        found = set()
        code = signatures.code_of(obj) if kind == "function" else None
        if code is not None:
            if code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
                found.add("async")
            if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
                found.add("generator")
        if type(obj) is property:
            found.add("property")
        if self._is_abstract(kind, obj):
            found.add("abstract")
        if self._is_final(kind, obj):
            found.add("final")
        head, _dot, last = name.rpartition(".")
        place = self._naming.find(head) if head else MISSING
        if place is not MISSING and is_kind(place, type):
            raw = safe_look.static_value(place, last)
            if type(raw) is classmethod or type(raw) is types.ClassMethodDescriptorType:
                found.add("classmethod")
            elif type(raw) is staticmethod:
                found.add("staticmethod")
        return found

    def _is_final(self, kind, obj):
        """What `typing.final` leaves, from Python 3.11 on."""
        if kind == "type" and is_kind(obj, type):
            return safe_look.own(obj).get("__final__") is True
        return type(obj) is types.FunctionType and obj.__dict__.get("__final__") is True

    def _is_abstract(self, kind, obj):
        if kind == "type" and is_kind(obj, type):
            return bool(type.__dict__["__flags__"].__get__(obj) & (1 << 20))
        if type(obj) is types.FunctionType:
            return obj.__dict__.get("__isabstractmethod__") is True
        if type(obj) is property:
            return obj.__isabstractmethod__ is True
        return False
