"""Signatures: from `inspect` for what is alive, from the text for what the text alone knows."""

import ast
import inspect
import re
import types

from .output import TEXT_LIMIT, clean
from .safe_look import class_path

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional-only",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional-or-keyword",
    inspect.Parameter.VAR_POSITIONAL: "var-positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword-only",
    inspect.Parameter.VAR_KEYWORD: "var-keyword",
}
_EMPTY = inspect.Parameter.empty
_LITERALS = (str, bytes, int, float, complex, bool, type(None), tuple, list, dict, set, frozenset)


def short(text):
    return clean(text, TEXT_LIMIT)


def annotations(found):
    """Annotations of a scope, by name."""
    return {name: short(text) for name, text in sorted(found.items())}


def type_name(value):
    """Dotted name of a value's class, with NoneType where `types` has it."""
    kind = type(value)
    return "types.NoneType" if value is None else class_path(kind)


def default_text(value):
    """Text of a default that is alive; None when it has none of its own."""
    kind = type(value)
    if kind in _LITERALS:
        try:
            text = str(value)
        except Exception:
            return "..."
    elif issubclass(type(value), type):
        text = class_path(value).rpartition(".")[2]
    else:
        try:
            text = repr(value)
        except BaseException:
            return "..."
    return short(_ADDRESS.sub("", text))


def from_text(found, origin="source"):
    """The signature of a `def` in a text."""
    arguments = found.node.args
    facts = found.facts
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    rows = []
    for at, (argument, default) in enumerate(zip(positional, defaults)):
        kind = "positional-only" if at < len(arguments.posonlyargs) else "positional-or-keyword"
        rows.append(_row(facts, argument, kind, default))
    if arguments.vararg:
        rows.append(_row(facts, arguments.vararg, "var-positional", None))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        rows.append(_row(facts, argument, "keyword-only", default))
    if arguments.kwarg:
        rows.append(_row(facts, arguments.kwarg, "var-keyword", None))
    signature = {"parameters": rows, "from": origin}
    if found.node.returns is not None:
        signature["returns"] = short(facts.text(found.node.returns))
    return signature


def _row(facts, argument, kind, default):
    row = {"name": argument.arg, "kind": kind}
    if default is not None:
        text, name = _static_default(facts, default)
        row["defaultText"] = text
        if name:
            row["defaultType"] = name
    if argument.annotation is not None:
        row["annotation"] = short(facts.text(argument.annotation))
    return row


def _static_default(facts, node):
    """A literal says its value; anything else its source."""
    if isinstance(node, ast.Constant) and node.value is Ellipsis:
        return "...", None
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return short(facts.text(node)), None
    return short(str(value)), type_name(value)


def from_inspect(signature):
    """The signature that `inspect` has, in our words."""
    rows = []
    for parameter in signature.parameters.values():
        row = {"name": parameter.name, "kind": _KINDS[parameter.kind]}
        if parameter.default is not _EMPTY:
            row["defaultText"] = default_text(parameter.default)
            row["defaultType"] = type_name(parameter.default)
        if parameter.annotation is not _EMPTY:
            row["annotation"] = _annotation(parameter.annotation)
        rows.append(row)
    found = {"parameters": rows, "from": "runtime"}
    if signature.return_annotation is not inspect.Signature.empty:
        found["returns"] = _annotation(signature.return_annotation)
    return found


def _annotation(value):
    if type(value) is str:
        return short(value)
    if type(value) is type:
        path = class_path(value)
        return path[len("builtins.") :] if path.startswith("builtins.") else path
    return default_text(value)


def alive(obj):
    """What `inspect.signature` says; None when it says nothing or breaks on the object."""
    try:
        return inspect.signature(obj)
    except BaseException:
        return None


def combine(live, text):
    """
    The live signature with the words of the text, when both have the same parameters: annotations and defaults as they were
    written, classes of defaults as they are. `text` may have a receiver that the live one lacks.
    """
    rows = live["parameters"]
    written = text["parameters"]
    if len(written) == len(rows) + 1:
        written = written[1:]
    same = len(written) == len(rows) and all(
        one["name"] == other["name"]
        and one["kind"] == other["kind"]
        and ("defaultText" in one) == ("defaultText" in other)
        for one, other in zip(rows, written)
    )
    if not same:
        return live
    merged = []
    for row, words in zip(rows, written):
        one = dict(words)
        # stubs need not say which default it is
        if one.get("defaultText") == "..." and "defaultText" in row:
            one["defaultText"] = row["defaultText"]
        if "defaultType" in row:
            one["defaultType"] = row["defaultType"]
        merged.append(one)
    found = {"parameters": merged, "from": text["from"]}
    if "returns" in text:
        found["returns"] = text["returns"]
    elif "returns" in live:
        found["returns"] = live["returns"]
    return found


def code_of(obj):
    """The code object that a function runs in the end, through what `functools.wraps` leaves; None without one."""
    seen = set()
    while obj is not None and id(obj) not in seen:
        seen.add(id(obj))
        if len(seen) > 64:
            return None
        kind = type(obj)
        if kind is types.MethodType:
            obj = obj.__func__
            continue
        if kind is types.FunctionType:
            wrapped = obj.__dict__.get("__wrapped__")
            if wrapped is None:
                return obj.__code__
            obj = wrapped
            continue
        try:
            obj = obj.__dict__.get("__wrapped__") if isinstance(obj.__dict__, dict) else None
        except BaseException:
            return None
    return None
