"""Stubs beside sources (`py.typed` packages, `NAME-stubs` folders) and those of others (typeshed)."""

import os

from .source_facts import read_facts


class Stubs:
    """Finds the stub of a module: in the sites first, then in the folders that a request names."""

    def __init__(self, sites, others):
        self._sites = sites
        self._others = others
        self._facts = {}

    def _file(self, module):
        parts = module.split(".")
        own = [os.path.join(site, *parts) for site in self._sites]
        separate = [os.path.join(site, parts[0] + "-stubs", *parts[1:]) for site in self._sites]
        others = [os.path.join(folder, *parts) for folder in self._others]
        for paths, origin in ((own + separate, "stub"), (others, "typeshed")):
            for path in paths:
                if os.path.isfile(path + ".pyi"):
                    return path + ".pyi", origin, False
                inner = os.path.join(path, "__init__.pyi")
                if os.path.isfile(inner):
                    return inner, origin, True
        return None, None, False

    def _of_module(self, module):
        if module not in self._facts:
            path, origin, is_package = self._file(module)
            found = None if path is None else read_facts(module, path, is_package)
            if found is not None:
                found.origin = origin
            self._facts[module] = found
        return self._facts[module]

    def functions(self, path, kind):
        """The `def`s that a stub has for a function, or for what makes the instances of a class; an empty list: none."""
        parts = path.split(".")
        for end in range(len(parts) - 1, 0, -1):
            facts = self._of_module(".".join(parts[:end]))
            if facts is None:
                continue
            rest = ".".join(parts[end:])
            if kind == "type":
                return facts.functions.get(rest + ".__init__") or facts.functions.get(rest + ".__new__") or []
            return facts.functions.get(rest, [])
        return []
