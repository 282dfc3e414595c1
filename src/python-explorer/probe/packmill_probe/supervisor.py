"""Explores top-levels in children of its own, watches them, and puts their lines together in order."""

import gc
import importlib.util
import json
import mmap
import os
import signal
import sys
import tempfile
import time

from . import child as child_work
from . import request as request_file
from .metadata import Providers, installed_in, normalise, stdlib_names
from .modules import DEAF
from .output import clean, line, trouble
from .skip_list import STDLIB_GUESTS, SkipList
from .stubs import Stubs

_PROGRESS_BYTES = 4096


class World:
    """What all top-levels share, read before the first child."""

    def __init__(self, request):
        self.installed = installed_in(request.site)
        self.providers = Providers(self.installed)
        self.stubs = Stubs(request.site, request.stubs)
        self.standard = stdlib_names()
        self.skip_list = SkipList(request.skip, original=request.original)


class Child:
    """One top-level being explored: its process, its file of lines, and where it says it is."""

    def __init__(self, order, toplevel, folder, skipped=()):
        self.order = order
        self.toplevel = toplevel
        self.skipped = list(skipped)
        self.spool = tempfile.TemporaryFile(dir=folder)
        self.notes = mmap.mmap(-1, _PROGRESS_BYTES)
        self.pid = None
        self.started = time.monotonic()
        self.ending = None
        self.text_only = False
        self.troubles = []

    def start(self, request, world, log_fd):
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._run(request, world, log_fd)
        return self

    def _run(self, request, world, log_fd):
        """Never returns. Threads of what was imported end with us."""
        status = child_work.CUT
        try:
            os.setsid()
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
            self.log_fd = log_fd
            if self.text_only:
                request.static = "only"
            world.skip_list = SkipList([*request.skip, *self.skipped], original=request.original)
            self.spool_fd = self.spool.fileno()
            status = child_work.explore(self.toplevel, request, world, self)
            self.note("done", self.toplevel)
        except BaseException as error:
            self.say("ERROR", "in the explorer: " + child_work.last_lines(error))
        finally:
            os._exit(status)

    def say(self, level, text):
        """A line for people, from the child."""
        os.write(self.log_fd, "[{}] {}\n".format(level, clean(text, 4096)).encode())

    def note(self, phase, path):
        """What is done now, for the parent, should it end here; costs no call of the system."""
        text = "{} {} {}\0".format(phase, time.monotonic(), path).encode("utf-8", "replace")[:_PROGRESS_BYTES]
        self.notes[: len(text)] = text

    def where(self):
        """(phase, since when, path) of the last note; None before the first."""
        text = self.notes[:].split(b"\0", 1)[0].decode("utf-8", "replace")
        parts = text.split(" ", 2)
        try:
            return parts[0], float(parts[1]), parts[2]
        except (IndexError, ValueError):
            return None

    def overdue(self, limits):
        """Why it must end now; None when it may go on."""
        now = time.monotonic()
        if now - self.started > limits["toplevelSeconds"]:
            return "toplevel"
        where = self.where()
        if where is not None and now - where[1] > limits["importSeconds"]:
            return "step"
        return None

    def kill(self, reason):
        self.ending = reason
        for send in (os.killpg, os.kill):
            try:
                send(self.pid, signal.SIGKILL)
                return
            except ProcessLookupError:
                continue


class Supervisor:
    def __init__(self, request, output, log):
        self._request = request
        self._output = output
        self._log = log
        self._world = World(request)
        # beside the output: the usual folder for temporary files may be memory
        self._folder = os.path.dirname(request.output) or "."
        self._running = {}
        self._finished = {}
        self._next = 0
        self.succeeded = 0

    def say(self, level, text):
        self._log.write("[{}] {}\n".format(level, clean(text)))
        self._log.flush()

    def put(self, text):
        self._output.write(text.encode("ascii"))

    # -- which top-levels ------------------------------------------------------------------------------------------

    def toplevels(self):
        """Names to explore, in order; what is not entered is told in the log."""
        request, skip_list = self._request, self._world.skip_list
        names = {name.split(".")[0].strip() for name in request.toplevels}
        one = None
        if request.is_stdlib and not names:
            names |= self._world.standard
            names -= set(STDLIB_GUESTS)
            # the list of names is that of all platforms
            names = {name for name in names if request.original or _is_here(name)}
        elif not request.is_stdlib:
            one = self._world.installed.get(normalise(request.name))
            if one is None:
                self._complain("MPY001", "unable to get metadata of '{}'".format(request.name), "ERROR")
            else:
                names |= one.toplevels()
        names.discard("")
        if not names:
            what = "unable to find any toplevel names of '{}'".format(request.name)
            self._complain("MPY002", what, "CRITICAL", why=_unreadable(one))
            return []
        allowed = [name for name in names if skip_list.reason(name) is None]
        for name in sorted(names - set(allowed)):
            self.say("INFO", "{} is not explored: {}".format(name, skip_list.reason(name)))
        if not allowed:
            self._complain("MPY003", "no toplevel of '{}' may be explored".format(request.name), "CRITICAL")
        return sorted(allowed, key=lambda name: (name.lower(), name))

    def _complain(self, code, what, level, why=""):
        self.say(level, what + (": " + why if why else ""))
        self.put(trouble(code, what, why=why))

    # -- the work --------------------------------------------------------------------------------------------------

    def run(self):
        """Explores everything; True when at least one top-level has nodes."""
        request = self._request
        self.put(self._header())
        waiting = list(enumerate(self.toplevels()))
        waiting.reverse()
        # children share these pages: a collector would write to all of them
        gc.collect()
        gc.freeze()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        while waiting or self._running:
            while waiting and len(self._running) < request.jobs:
                self._start(Child(*waiting.pop(), self._folder))
            self._wait()
            self._collect()
        self.put(line({"end": True}))
        return self.succeeded > 0

    def _header(self):
        request = self._request
        return line(
            {
                "graph": "packmill-python",
                "schema": 2,
                "state": "raw",
                "distribution": {"name": request.name, "version": request.version},
                "python": {
                    "implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(
                        sys.implementation.name, sys.implementation.name
                    ),
                    "version": "{}.{}.{}".format(*sys.version_info[:3]),
                },
                "rules": "original" if request.original else "packmill",
            }
        )

    def _start(self, one):
        one.start(self._request, self._world, self._log.fileno())
        self._running[one.pid] = one

    def _wait(self):
        """Until a child ends, or a second later, when those that take too long are ended."""
        signal.sigtimedwait([signal.SIGCHLD], 1.0)
        for one in list(self._running.values()):
            reason = one.overdue(self._request.limits)
            if reason is not None and one.ending is None:
                one.kill(reason)

    def _collect(self):
        for pid in list(self._running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == pid:
                one = self._running.pop(pid)
                self._end(one, os.waitstatus_to_exitcode(status))

    def _end(self, one, code):
        """Keeps what a child wrote, or begins its top-level anew without the module that ended it."""
        # whatever it started and left behind
        try:
            os.killpg(one.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        where = one.where()
        if one.ending is None and where is not None and where[0] == "done":
            self._keep(one, code)
            return
        path = where[2] if where else one.toplevel
        what = _ending_words(one, code, where, path)
        self.say("ERROR", what)
        again = path != one.toplevel and len(one.skipped) < self._request.limits["retries"]
        one.troubles = [*one.troubles, (what, path)]
        if again and one.ending != "toplevel":
            following = Child(one.order, one.toplevel, self._folder, [*one.skipped, path])
            following.troubles = one.troubles
            following.started = one.started
            self._start(following)
            return
        no_import = path == one.toplevel and _is_import(where)
        if no_import and self._request.static == "fallback":
            following = Child(one.order, one.toplevel, self._folder, one.skipped)
            following.troubles = one.troubles
            following.text_only = True
            self._start(following)
            return
        self._keep(one, child_work.NO_IMPORT if no_import else child_work.CUT)

    def _keep(self, one, code):
        self._finished[one.order] = (one, code)
        while self._next in self._finished:
            self._merge(*self._finished.pop(self._next))
            self._next += 1

    def _merge(self, one, code):
        for what, path in one.troubles:
            self.put(trouble("MPY006", what, one.toplevel, path))
        if code == child_work.NO_IMPORT:
            why = self._copy_troubles(one)
            reason = ": " + why if why else ""
            self.say("ERROR", "{} is not explored: it cannot be imported{}".format(one.toplevel, reason))
            what = "the top-level '{}' cannot be imported".format(one.toplevel)
            self.put(trouble("MPY008", what, one.toplevel, one.toplevel, why))
        else:
            self._copy(one, code == child_work.DONE)
        self._output.flush()
        one.spool.close()
        one.notes.close()

    def _copy_troubles(self, one):
        """Returns the last line of the trace with which the top-level itself ended; empty when there is none."""
        last = ""
        one.spool.seek(0)
        for row in one.spool:
            if row.startswith(b'{"trouble":') and row.endswith(b"\n"):
                self._output.write(row)
                last = _last_line(row, one.toplevel) or last
        return last

    def _copy(self, one, complete):
        """The lines of a child between those of its shard; what it cannot have meant is left out."""
        self.put(line({"shard": one.toplevel}))
        root = None
        nodes = 0
        one.spool.seek(0)
        for row in one.spool:
            if not row.endswith(b"\n"):
                complete = False
            elif row.startswith((b'{"id":', b'{"trouble":')):
                self._output.write(row)
                nodes += row.startswith(b'{"id":')
            elif row.startswith(b'{"root":') and row[8:-2].isdigit():
                root = int(row[8:-2])
        self.put(line({"shardEnd": one.toplevel, "root": root, "complete": complete}))
        self.say("STATS", "{}: {} nodes{}".format(one.toplevel, nodes, "" if complete else ", cut short"))
        self.succeeded += nodes > 0


def _last_line(row, path):
    """Last line of the trace in a trouble of this path; empty for any other line: a child may write what it likes."""
    try:
        told = json.loads(row)["trouble"]
        return told["why"].strip().splitlines()[-1][:500] if told["at"] == path else ""
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""


def _unreadable(one):
    """Why metadata that is there says nothing; empty where nothing stands in the way."""
    if one is None or not one.unreadable:
        return ""
    return "What is there cannot be read by an ordinary user: {}.".format(", ".join(sorted(set(one.unreadable))))


def _is_here(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return name in sys.modules


def _is_import(where):
    return where is None or where[0] == "import"


def _ending_words(one, code, where, path):
    path = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in path)
    doing = "the import" if _is_import(where) else "the exploration"
    if one.ending == "toplevel":
        return "{} of '{}' takes too long at '{}'".format(doing, one.toplevel, path)
    if one.ending == "step":
        return "{} of '{}' does not end".format(doing, path)
    if code == DEAF and _is_import(where):
        return "the import of '{}' closes the files of the explorer".format(path)
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return "{} of '{}' ends the interpreter with {}".format(doing, path, name)
    return "{} of '{}' ends the interpreter with status {}".format(doing, path, code)


def main(arguments):
    try:
        request = request_file.read(arguments[0])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        sys.stderr.write("the request cannot be read: {}\n".format(error))
        return 2
    if request.facts:
        with open(request.facts, "w", encoding="utf-8") as file:
            json.dump({"standardFolder": os.path.dirname(os.__file__)}, file)
    log = open(request.log, "w", encoding="utf-8") if request.log else sys.stderr
    with open(request.output, "wb", buffering=1 << 20) as output:
        supervisor = Supervisor(request, output, log)
        return 0 if supervisor.run() else 1
