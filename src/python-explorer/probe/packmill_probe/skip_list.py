"""Modules that are not entered, each with its reason. `PREFIX` rows match a module and all below it; `INSIDE` rows match
their parts anywhere in a dotted path."""

CRASH = "ends the interpreter or waits for ever"
SERVER = "starts a server or asks for input when it is imported"
WINDOWS = "exists for Windows only"
TESTS = "tests, no interface"
OURS = "the explorer itself, or the program that runs it"
GUI = "opens windows or a browser when it is imported"
SECRETS = "reaches for services of the desktop or the network when it is imported"
MAGIC = "rewrites how modules are imported"
CHECKED = "was taken out after trials of the original explorer"

PREFIX = {
    "packmill_probe": OURS,
    "__main__": OURS,
    "kite": OURS,
    "antigravity": GUI,
    "IPython": SERVER,
    "appletrunner": GUI,
    "macropy.console": SERVER,
    "pyinotify": CHECKED,
    "keyring": SECRETS,
    "keystoneclient": SECRETS,
    "glanceclient": SECRETS,
    "novaclient": SECRETS,
    "twisted": CHECKED,
    "bsddb": CRASH,
    "ctypes.wintypes": WINDOWS,
    "lib2to3": CHECKED,
    "tests": TESTS,
    "test": TESTS,
    "gevent.tests": TESTS,
    "pandas._libs": CRASH,
    "kivy.tools": GUI,
    "idlelib.idle": GUI,
}

#: beyond what the original had
PREFIX_OURS = {
    "idlelib.idle_test": TESTS,
    "tkinter.test": TESTS,
    "ctypes.test": TESTS,
    "unittest.test": TESTS,
    "distutils.tests": TESTS,
    "sqlite3.test": TESTS,
}

INSIDE = {
    "pygame.examples": GUI,
    "pygame.tests": TESTS,
    "cherrypy.test": TESTS,
    "pandas.util.clipboard": SECRETS,
    "twisted.test": TESTS,
    "keystonemiddleware.echo": SERVER,
    "statsmodels.tests": TESTS,
    "superlance.grower": CRASH,
    "zdaemon.tests": TESTS,
    "jpype": CRASH,
    "sympy": CHECKED,
    "cp65001": WINDOWS,
    "venv": CHECKED,
    "asyncio.windows_util": WINDOWS,
    "asyncio.windows_utils": WINDOWS,
    "asyncio.windows_events": WINDOWS,
    "dbm.gnu": CHECKED,
    "distutils._msvccompiler": WINDOWS,
    "distutils.msvc9compiler": WINDOWS,
    "distutils.command.bdist_msi": WINDOWS,
    "encodings.mbcs": WINDOWS,
    "multiprocessing.popen_spawn_win32": WINDOWS,
    "jenkinsapi_utils.simple_post_logger": SERVER,
    "flake8.__main__": SERVER,
    "django.contrib.gis": CHECKED,
    "django.db.backends.oracle": CHECKED,
    "marionette_client": CHECKED,
    "google.protobuf": CHECKED,
    "sklearn.linear_model.cd_fast": CRASH,
    "sklearn.cluster.k_means_": CRASH,
    "sklearn.cluster._k_means_elkan": CRASH,
    "kivy.loader": GUI,
}

_LONGEST = max(name.count(".") + 1 for name in INSIDE)

#: beyond the names of the standard library: packages that come along with an interpreter
STDLIB_GUESTS = ("pip", "six", "setuptools")


class SkipList:
    """The rows above and those of a request."""

    def __init__(self, more=(), original=False):
        self._prefix = dict(PREFIX) if original else {**PREFIX, **PREFIX_OURS}
        self._prefix.update((name, "was asked for") for name in more)
        self._longest = max(name.count(".") + 1 for name in self._prefix)
        self._main_too = not original
        self._cache = {}

    def reason(self, path):
        """Why `path` is not entered; None when it may be."""
        if path not in self._cache:
            self._cache[path] = self._look(path)
        return self._cache[path]

    def _look(self, path):
        parts = path.split(".")
        for end in range(min(len(parts), self._longest), 0, -1):
            found = self._prefix.get(".".join(parts[:end]))
            if found:
                return found
        # a module of this name is a program: importing it runs it
        if self._main_too and parts[-1] == "__main__":
            return OURS
        for start in range(len(parts)):
            for end in range(start + 1, min(start + _LONGEST, len(parts)) + 1):
                found = INSIDE.get(".".join(parts[start:end]))
                if found:
                    return found
        return None
