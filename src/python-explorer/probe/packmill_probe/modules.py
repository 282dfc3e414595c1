"""Imports what is explored, module by module, and survives what they do; and the facts of their texts."""

import builtins
import importlib
import importlib.machinery
import importlib.util
import os
import pkgutil
import sys
import traceback

from .output import trouble
from .safe_look import is_kind, own, plain_text
from .source_facts import read_facts

_BUILTINS = builtins.__dict__
_SAVED = dict(_BUILTINS)
_import_module = importlib.import_module
_leave = os._exit

#: status of a child whose files were closed by the module that it says it imports
DEAF = 5


def restore_builtins():
    """Some packages put their own into the place of `open` or `len`; nothing of theirs is called here."""
    _BUILTINS.update(_SAVED)


def last_lines(error):
    """The end of a trace: the module's own part of it."""
    try:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__, limit=-4))
    except BaseException:
        text = type(error).__name__
    return text[-2048:]


class Modules:
    """
    Imports with a note of each beforehand (`progress`), so that whoever watches knows what hangs or crashes; failures become
    lines for `put`. `after_import` is called with the name of each module that was imported.
    """

    def __init__(self, toplevel, context, after_import):
        self._toplevel = toplevel
        self._skip = context.skip_list
        self._progress = context.progress
        self._put = context.put
        self._is_heard = context.is_heard
        self._entered = set()
        self._after_import = after_import
        self._facts = {}
        self._files = {}
        self.failed = set()

    def import_one(self, name):
        """The module, or None when it cannot be imported, which is told."""
        self._progress("import", name)
        try:
            module = _import_module(name)
        except BaseException as error:
            restore_builtins()
            self.failed.add(name)
            code, word = ("MPY004", "raises") if isinstance(error, Exception) else ("MPY005", "ends the interpreter")
            what = "'{}' {} when it is imported".format(name, word)
            self._put(trouble(code, what, self._toplevel, name, last_lines(error)))
            return None
        finally:
            restore_builtins()
            if not self._is_heard():
                # what follows would be lost: the parent begins anew without it
                _leave(DEAF)
            self._progress("explore", name)
        self._after_import(name)
        return module

    def import_below(self, module, name):
        """All modules below a package, by the name that was asked for: a package may lie about its own."""
        stack = [(module, name)]
        while stack:
            package, prefix = stack.pop()
            if prefix in self._entered:
                continue
            self._entered.add(prefix)
            for found in reversed(self._import_children(package, prefix)):
                stack.append(found)

    def _import_children(self, package, prefix):
        packages = []
        for child, is_package in _children(package):
            name = prefix + "." + child
            if self._skip.reason(name) is not None or name in self.failed:
                continue
            module = sys.modules.get(name)
            if module is None:
                module = self.import_one(name)
            if is_package and module is not None:
                packages.append((module, name))
        return packages

    def facts_of(self, name):
        """What the text of a module of this top-level says; None without a text."""
        if name not in self._facts:
            path, is_package = source_of(name)
            self._facts[name] = None if path is None else read_facts(name, path, is_package)
        return self._facts[name]


    def module_of_file(self, path):
        """Name of the loaded module whose source is this file."""
        if path not in self._files:
            for name in list(sys.modules):
                if name.split(".", 1)[0] == self._toplevel:
                    found, _is_package = source_of(name)
                    self._files.setdefault(found, name)
            self._files.setdefault(path, None)
        return self._files[path]


def _children(package):
    """Names of modules in a package, in order, and whether they are packages."""
    try:
        places = [place for place in own(package).get("__path__", ()) if type(place) is str]
        return sorted({(info.name, info.ispkg) for info in pkgutil.iter_modules(places) if info.name.isidentifier()})
    except BaseException:
        return []


def source_of(name):
    """File of a loaded module's source, and whether it is a package."""
    module = sys.modules.get(name)
    if module is None:
        return None, False
    try:
        spec = own(module).get("__spec__")
        if type(spec) is importlib.machinery.ModuleSpec:
            is_package = spec.submodule_search_locations is not None
            origin = spec.origin
        else:
            is_package = "__path__" in own(module)
            origin = own(module).get("__file__")
    except TypeError:
        return None, False
    if type(origin) is str and origin.endswith((".py", ".pyw")) and os.path.isfile(origin):
        return origin, is_package
    return None, is_package


def is_package(module):
    """A package or a namespace, as far as its attributes tell."""
    if not is_kind(module, type(sys)):
        return False
    names = own(module)
    return plain_text(names.get("__name__")) is not None and (
        names.get("__file__") is None or plain_text(names.get("__package__")) == plain_text(names.get("__name__"))
    )
