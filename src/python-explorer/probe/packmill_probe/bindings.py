"""Which values a module has from another one, by its import statements: `from M import a` says that the value is `M.a`."""

import sys
import types

from .naming import is_atom, is_shared
from .safe_look import MISSING, is_kind, own


class Bindings:
    """References by module and identity. The values are alive as long as their modules, so no identity is used twice."""

    def __init__(self, toplevel, modules, original):
        self._toplevel = toplevel
        self._modules = modules
        self._original = original
        self._of_module = {}

    def reference(self, path, obj, is_named):
        """
        The path outside of this top-level that `obj`, met at `path`, was imported from; None when it was not. What has no
        name of its own is followed through modules of this top-level.
        """
        if is_shared(obj):
            return None
        parts = path.split(".")
        # the original looks at no name of one part
        for end in range(len(parts), 1 if self._original else 0, -1):
            module = ".".join(parts[:end])
            if module not in sys.modules:
                continue
            found = self._look(module, obj, parts[-1], is_named)
            if found is not None and found.split(".", 1)[0] != self._toplevel:
                return found
        return None

    def _look(self, module, obj, name, is_named):
        seen = set()
        found = None
        while module not in seen:
            seen.add(module)
            told = self._map(module).get(id(obj))
            if told is None:
                break
            path, bound = told
            if is_atom(obj) and not isinstance(obj, (int, float)) and bound != name:
                break
            found = path
            if self._original or is_named:
                break
            module, _dot, name = path.rpartition(".")
            if module.split(".", 1)[0] != self._toplevel:
                break
        return found

    def _map(self, module):
        if module not in self._of_module:
            self._of_module[module] = self._read(module)
        return self._of_module[module]

    def _read(self, module):
        facts = self._modules.facts_of(module)
        found = {}
        for _scope, source, name, bound in facts.imports if facts else ():
            place = sys.modules.get(source)
            if name is None or not is_kind(place, types.ModuleType):
                continue
            names = own(place)
            pairs = self._starred(names) if name == "*" else [(name, bound)]
            for one, as_name in pairs:
                value = names.get(one, MISSING)
                if value is not MISSING and not is_kind(value, types.ModuleType):
                    found[id(value)] = (source + "." + one, as_name)
        return found

    def _starred(self, names):
        if self._original:
            return []
        listed = names.get("__all__")
        if not isinstance(listed, (list, tuple)):
            listed = [name for name in names if type(name) is str and not name.startswith("_")]
        return [(name, name) for name in listed if type(name) is str]
