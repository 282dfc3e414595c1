"""What the metadata of installed distributions tells: top-levels, versions, dependencies, and who provides a name."""

import importlib.machinery
import os
import re
import sys

_SUFFIXES = sorted(importlib.machinery.all_suffixes() + [".pyi"], key=len, reverse=True)
_IDENTIFIER = re.compile(r"^[^\W\d]\w*$")


def normalise(name):
    """The name by which distributions are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Installed:
    """One `.dist-info` or `.egg-info` (folder or file)."""

    def __init__(self, site, entry):
        self.site = site
        self.path = os.path.join(site, entry)
        #: files of the metadata that are there and cannot be read, each with the reason
        self.unreadable = []
        self._is_folder = os.path.isdir(self.path)
        self._is_wheel = entry.endswith(".dist-info")
        fields = self._fields()
        stem = entry.rsplit(".", 1)[0]
        self.name = fields.get("name", [stem.split("-", 1)[0]])[0]
        self.version = fields.get("version", [(stem.split("-") + [""])[1]])[0]
        self.requires = fields.get("requires-dist", []) + self._lines("requires.txt")
        self.provides = fields.get("provides", [])

    def _text(self, name):
        try:
            with open(os.path.join(self.path, name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.unreadable.append("'{}': {}".format(error.filename, error.strerror))
            return None

    def _lines(self, name):
        text = self._text(name) if self._is_folder else None
        return [] if text is None else [row.strip() for row in text.splitlines() if row.strip()]

    def _fields(self):
        if self._is_folder:
            text = self._text("METADATA") or self._text("PKG-INFO") or ""
        else:
            with open(self.path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        fields = {}
        for row in text.split("\n\n", 1)[0].splitlines():
            name, colon, value = row.partition(":")
            if colon and not name[:1].isspace():
                fields.setdefault(name.lower(), []).append(value.strip())
        return fields

    def toplevels(self):
        """
        Importable names without a dot: those that `top_level.txt` has, and where there is none those of the files that
        were installed. Names of PKG-INFO count for eggs when they can be found.
        """
        listed = [token for row in self._lines("top_level.txt") for token in row.split()]
        names = {token.replace("/", ".").split(".")[0] for token in listed}
        if not names:
            names = _names_of_files(self._files())
        if not self._is_wheel:
            told = {name.split(".")[0].strip() for name in [self.name, *self.provides]}
            names |= {name for name in told if _exists(self.site, name)}
        return {name for name in names if _IDENTIFIER.match(name)}

    def _files(self):
        if self._is_wheel:
            return [_record_path(row) for row in self._lines("RECORD")]
        return [row for row in self._lines("installed-files.txt")] + [
            row for row in self._lines("SOURCES.txt") if "/" not in row or row.endswith("/__init__.py")
        ]

    def requirement_names(self):
        """Normalised names of what it needs, without extras and versions."""
        rows = [row for row in self.requires if not row.startswith("[") and "extra ==" not in row]
        found = (re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", row) for row in rows)
        return [normalise(match.group()) for match in found if match]


def _record_path(row):
    """First column of a RECORD, whose names may be quoted."""
    if row.startswith('"'):
        return row[1:].split('"', 1)[0]
    return row.split(",", 1)[0]


def _names_of_files(paths):
    """Top-levels of installed files: packages and modules, never metadata, scripts and data."""
    names = set()
    for path in paths:
        first, slash, _rest = path.partition("/")
        if first in ("..", "", "__pycache__") or first.endswith((".dist-info", ".egg-info", ".data")):
            continue
        suffix = next((one for one in _SUFFIXES if path.endswith(one)), None)
        if suffix is None:
            continue
        name = first if slash else first[: -len(suffix)]
        if not name.endswith("-stubs"):
            names.add(name)
    return names


def _exists(site, name):
    if not _IDENTIFIER.match(name):
        return False
    path = os.path.join(site, name)
    return os.path.isdir(path) or any(os.path.exists(path + suffix) for suffix in _SUFFIXES)


def installed_in(sites):
    """Everything installed in these folders; the first of a name counts."""
    found = {}
    for site in sites:
        try:
            entries = sorted(os.listdir(site))
        except OSError:
            continue
        for entry in entries:
            if entry.endswith((".dist-info", ".egg-info")):
                one = Installed(site, entry)
                found.setdefault(normalise(one.name), one)
    return found


def stdlib_names():
    """Names of the standard library of this interpreter."""
    known = getattr(sys, "stdlib_module_names", None)
    if known is not None:
        return set(known)
    import pkgutil

    standard = [path for path in sys.path if path and not path.endswith(("site-packages", "dist-packages"))]
    return {info.name for info in pkgutil.iter_modules(standard)} | set(sys.builtin_module_names)


class Providers:
    """Which distribution a top-level belongs to."""

    def __init__(self, installed):
        self._owner = {}
        for one in installed.values():
            for name in one.toplevels():
                self._owner.setdefault(name, {"name": one.name, "version": one.version})
        version = "{}.{}".format(*sys.version_info[:2])
        self._stdlib = {"name": "builtin-stdlib", "version": version}
        self._standard = stdlib_names()

    def of(self, path):
        head = path.split(".", 1)[0]
        if head in self._standard:
            return self._stdlib
        return self._owner.get(head)


def closure(installed, name):
    """Normalised names of a distribution and of all that it needs, breadth first."""
    order = [normalise(name)]
    for one in order:
        here = installed.get(one)
        for needed in here.requirement_names() if here else []:
            if needed not in order:
                order.append(needed)
    return order
