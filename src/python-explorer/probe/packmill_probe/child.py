"""One top-level in a process of its own. The parent has set up descriptors and limits; what happens here may end us."""

import gc
import importlib.machinery
import os
import resource
import site
import sys
import warnings

from . import hooks
from .metadata import closure
from .modules import Modules, last_lines, restore_builtins
from .naming import Naming
from .output import Spool, line, trouble
from .static_walk import StaticWalk
from .walk import TooManyNodes, Walk

#: what a child says of its top-level: explored, not imported, cut short. Its exit status counts only with its last note, as
#: what is imported may end us with any.
DONE, NO_IMPORT, CUT = 0, 3, 4


class Context:
    """What a walk has to know beyond its modules."""

    def __init__(self, request, world, spool, outlet):
        self.original = request.original
        self.node_limit = request.limits["nodes"]
        self.skip_list = world.skip_list
        self.providers = world.providers
        self.stubs = world.stubs
        self.put = spool.put
        self.is_heard = spool.is_open
        self.progress = outlet.note
        self.say = outlet.say
        standard = os.path.dirname(os.__file__)
        self.roots = sorted([*request.site, standard], key=len, reverse=True)


def explore(toplevel, request, world, outlet):
    """Explores one top-level and returns the status to exit with."""
    spool = Spool(outlet.spool_fd)
    try:
        return _explore(toplevel, request, world, spool, outlet)
    finally:
        restore_builtins()
        spool.flush()


def _explore(toplevel, request, world, spool, outlet):
    skip_list, standard = world.skip_list, world.standard
    context = Context(request, world, spool, outlet)
    if request.static == "only":
        return _explore_text(toplevel, request, context)
    _settle(request)
    _forget(toplevel, request)
    preparations = Preparations(toplevel, spool.put)
    modules = Modules(toplevel, context, preparations.after)
    needed = closure(world.installed, request.name)
    for name in needed:
        preparations.before(name)
    module = modules.import_one(toplevel)
    if module is None:
        return _explore_text(toplevel, request, context) if request.static == "fallback" else NO_IMPORT
    for name in needed:
        preparations.after(name)
    modules.import_below(module, toplevel)

    def may_import(path):
        return path.split(".", 1)[0] in standard and skip_list.reason(path) is None

    walk = Walk(toplevel, modules, Naming(request.original, may_import), context)
    spool.put(line({"root": walk.root_id(module)}))
    try:
        walk.run(module)
    except TooManyNodes:
        what = "'{}' has more than {} nodes".format(toplevel, request.limits["nodes"])
        spool.put(trouble("MPY009", what, toplevel))
        return CUT
    return DONE


def _explore_text(toplevel, request, context):
    """What the text of the modules says, where they are not imported."""
    standard = os.path.dirname(os.__file__)
    walk = StaticWalk(toplevel, [standard] if request.is_stdlib else request.site, context)
    context.put(line({"root": walk.root_id()}))
    return DONE if walk.run() else NO_IMPORT


def _settle(request):
    """The interpreter as an import wants it: no collector (identities), no warnings, the sites in the path."""
    gc.disable()
    warnings.simplefilter("ignore")
    sys.argv = [""]
    sys.dont_write_bytecode = True
    for folder in request.site:
        sys.path.insert(request.site.index(folder), folder)
    for folder in request.site:
        site.addsitedir(folder)
    memory = request.limits["memoryBytes"]
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    largest = request.limits["fileBytes"]
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


def _forget(toplevel, request):
    """A distribution may bring its own copy of a module that we have loaded: a backport."""
    if request.is_stdlib or toplevel not in sys.modules:
        return
    if importlib.machinery.PathFinder.find_spec(toplevel, request.site) is None:
        return
    for name in list(sys.modules):
        if name == toplevel or name.startswith(toplevel + "."):
            del sys.modules[name]


class Preparations:
    """Runs what a distribution needs before or behind its import, once each; what fails is told."""

    def __init__(self, toplevel, put):
        self._toplevel = toplevel
        self._put = put
        self._done = set()

    def before(self, name):
        self._run(hooks.BEFORE.get(name), name)

    def after(self, name):
        self._run(hooks.AFTER.get(name), name)

    def _run(self, prepare, name):
        if prepare is None or name in self._done:
            return
        self._done.add(name)
        try:
            prepare()
        except BaseException as error:
            restore_builtins()
            what = "the preparation for '{}' fails".format(name)
            self._put(trouble("MPY007", what, self._toplevel, name, last_lines(error)))
        finally:
            restore_builtins()
