"""One top-level in a process of its own. The parent has set up descriptors and limits; what happens here may end us."""

import gc
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
from .walk import Walk

#: what a child says of its top-level: explored, not imported, cut short. Its exit status counts only with its last note, as
#: what is imported may end us with any.
DONE, NO_IMPORT, CUT = 0, 3, 4


class Context:
    """What a walk has to know beyond its modules."""

    def __init__(self, request, skip_list, providers, stubs, put, progress):
        self.original = request.original
        self.node_limit = request.limits["nodes"]
        self.skip_list = skip_list
        self.providers = providers
        self.stubs = stubs
        self.put = put
        self.progress = progress
        standard = os.path.dirname(os.__file__)
        self.roots = sorted([*request.site, standard], key=len, reverse=True)


def explore(toplevel, request, world, spool_fd, progress):
    """Explores one top-level and returns the status to exit with."""
    spool = Spool(spool_fd)
    try:
        return _explore(toplevel, request, world, spool, progress)
    finally:
        restore_builtins()
        spool.flush()


def _explore(toplevel, request, world, spool, progress):
    skip_list, providers, stubs, standard = world.skip_list, world.providers, world.stubs, world.standard
    context = Context(request, skip_list, providers, stubs, spool.put, progress)
    if request.static == "only":
        return _explore_text(toplevel, request, context)
    _settle(request)
    modules = Modules(toplevel, skip_list, progress, spool.put)
    needed = closure(world.installed, request.name)
    for name in needed:
        _run_hook(hooks.BEFORE.get(name), name, toplevel, spool)
    module = modules.import_one(toplevel)
    if module is None:
        return _explore_text(toplevel, request, context) if request.static == "fallback" else NO_IMPORT
    for name in needed:
        _run_hook(hooks.AFTER.get(name), name, toplevel, spool)
    modules.import_below(module, toplevel)

    def may_import(path):
        return path.split(".", 1)[0] in standard and skip_list.reason(path) is None

    walk = Walk(toplevel, modules, Naming(request.original, may_import), context)
    spool.put(line({"root": walk.root_id(module)}))
    try:
        walk.run(module)
    except LookupError:
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


def _run_hook(run, name, toplevel, spool):
    if run is None:
        return
    try:
        run()
    except BaseException as error:
        what = "the preparation for '{}' fails".format(name)
        spool.put(trouble("MPY007", what, toplevel, name, last_lines(error)))
    finally:
        restore_builtins()
