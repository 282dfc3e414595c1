"""Lines of JSON, written in pieces so that a crash loses only what follows."""

import json
import os

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_write = os.write
_fstat = os.fstat

TEXT_LIMIT = 256
DOC_LIMIT = 65_536


def line(fields):
    return _encode(fields) + "\n"


def trouble(code, what, toplevel=None, at=None, why=""):
    """A line for what went wrong: `code` is one of packmill's catalogue."""
    fields = {"code": code, "what": what, "toplevel": toplevel, "at": at, "why": clean(why[-4096:])}
    return line({"trouble": fields})


def clean(text, limit=DOC_LIMIT):
    """A text that every reader of UTF-8 takes: lone surrogates become U+FFFD, and what is too long is cut."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def put_source(node, roots, path, number):
    """Where a node begins: its file below the first of the folders that it is in."""
    for root in roots:
        if path.startswith(root + os.sep):
            node["source"] = {"path": path[len(root) + 1 :], "line": number}
            return


def _identity(descriptor):
    try:
        found = _fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Spool:
    """Collects lines and hands them to a descriptor in pieces of some size."""

    def __init__(self, descriptor, piece=1 << 16):
        self._descriptor = descriptor
        self._file = _identity(descriptor)
        self._piece = piece
        self._lines = []
        self._size = 0

    def is_open(self):
        """Whether lines still go where they went: what is imported may close every descriptor that it finds."""
        return self._file is not None and _identity(self._descriptor) == self._file

    def put(self, text):
        self._lines.append(text)
        self._size += len(text)
        if self._size >= self._piece:
            self.flush()

    def flush(self):
        data = "".join(self._lines).encode("ascii")
        self._lines.clear()
        self._size = 0
        while data:
            data = data[_write(self._descriptor, data) :]
