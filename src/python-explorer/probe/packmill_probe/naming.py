"""By which dotted path an object can be found again."""

import builtins
import functools
import importlib
import sys
import types

from .safe_look import MISSING, class_path, is_kind, own, plain_text, static_value, unwrap

_ATOMS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))
#: numbers that the interpreter has once only
_SHARED = range(-5, 257)


def _interpreter_types():
    """Classes that the interpreter calls `builtins.something` without having them there, as `types` names them."""
    known = {id(value) for value in vars(builtins).values()}
    found = {}
    for name, value in sorted(vars(types).items()):
        if is_kind(value, type) and value.__module__ == "builtins" and id(value) not in known:
            found.setdefault(id(value), "types." + name)
    return found


def _builtins():
    found = {}
    for name, value in sorted(vars(builtins).items()):
        if not name.startswith("_") and (id(value) not in found or getattr(value, "__name__", None) == name):
            found[id(value)] = "builtins." + name
    return found


def is_atom(obj):
    """Whether the interpreter may use one object for two equal values."""
    return type(obj) in _ATOMS


def is_shared(obj):
    """Whether the interpreter surely does so, wherever the value comes from."""
    if type(obj) is int:
        return obj in _SHARED
    if type(obj) in (tuple, str, bytes, frozenset):
        return len(obj) == 0
    return obj is None or type(obj) in (bool, type(Ellipsis), type(NotImplemented))


class Naming:
    """Canonical names; `allowed` says which modules may be imported to find them."""

    def __init__(self, original, may_import):
        self._original = original
        self._may_import = may_import
        self._builtins = _builtins()
        self._types = {id(type(None)): "types.NoneType"} if original else _interpreter_types()
        self._places = {}

    def canonical(self, obj):
        """Dotted path that leads to `obj`; None when what it says of itself leads elsewhere."""
        for path in self._candidates(obj):
            if path and self.leads_to(path, obj):
                return path
        return None

    def fixed(self, obj):
        """Names that need no proof: builtins and types of the interpreter."""
        return self._builtins.get(id(obj)) or self._types.get(id(obj))

    def _candidates(self, obj):
        kind = type(obj)
        if issubclass(kind, types.ModuleType):
            yield plain_text(own(obj).get("__name__"))
            return
        if issubclass(kind, type):
            yield class_path(obj)
            return
        if kind is property:
            obj = obj.fget
            kind = type(obj)
        elif kind is functools.cached_property:
            obj = obj.func
            kind = type(obj)
        if kind is types.FunctionType or kind is functools._lru_cache_wrapper:
            module = plain_text(getattr(obj, "__module__", None))
            if module is not None:
                yield module + "." + obj.__qualname__
                yield module + "." + obj.__name__
            return
        owner = static_value(kind, "__objclass__")
        if owner is not MISSING and kind.__module__ == "builtins":
            yield class_path(obj.__objclass__) + "." + obj.__name__
            return
        if kind is types.BuiltinFunctionType:
            yield from self._of_builtin(obj)

    def _of_builtin(self, obj):
        module = plain_text(obj.__module__)
        if module is not None:
            yield module + "." + obj.__name__
        elif is_kind(obj.__self__, type):
            yield class_path(obj.__self__) + "." + obj.__name__

    def leads_to(self, path, obj):
        """Whether the path ends at this very object (an equal one, for values that have no identity)."""
        found = self.find(path)
        if found is obj:
            return True
        if found is MISSING:
            return False
        if type(found) is type(obj) and type(obj) in (*_ATOMS, types.BuiltinFunctionType):
            return found == obj
        if type(obj) is types.FunctionType and type(found) in (property, functools.cached_property):
            getter = found.fget if type(found) is property else found.func
            return getter is obj
        return False

    def find(self, path):
        """The object at a path: attributes of modules and classes, and modules that are loaded. MISSING: nothing."""
        head, dot, last = path.rpartition(".")
        if not dot:
            return self._module(path)
        if head not in self._places:
            place = self.find(head)
            if place is MISSING or not is_kind(place, (type, types.ModuleType)):
                return self._module(path)
            self._places[head] = place
        place = self._places[head]
        value = static_value(place, last)
        if value is MISSING:
            if is_kind(place, type):
                return MISSING
            return self._module(path)
        return unwrap(value)

    def _module(self, path):
        module = sys.modules.get(path, MISSING)
        if module is MISSING and self._may_import(path):
            try:
                module = importlib.import_module(path)
            except BaseException:
                return MISSING
        return MISSING if module is None else module

    def forget(self):
        """After imports, which may put other objects in the place of those that were found."""
        self._places.clear()
