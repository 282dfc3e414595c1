"""Looks at objects that may lie, raise, hang or change when they are asked: through `type`, never through the object."""

import types

_type_dict = type.__dict__["__dict__"].__get__
_type_mro = type.__dict__["__mro__"].__get__
_type_module = type.__dict__["__module__"].__get__
_type_qualname = type.__dict__["__qualname__"].__get__
_module_dict = types.ModuleType.__dict__["__dict__"].__get__
MISSING = object()


def is_kind(obj, kind):
    """`isinstance` by the real class: `__class__` may be a property."""
    return issubclass(type(obj), kind)


def mro(cls):
    return _type_mro(cls)


def own(obj):
    """The names of a module or a class itself."""
    return _module_dict(obj) if is_kind(obj, types.ModuleType) else _type_dict(obj)


def plain_text(obj):
    """`obj` when it is a text and nothing that only behaves like one."""
    if type(obj) is str:
        return obj
    return str.__str__(obj) if is_kind(obj, str) else None


def names(obj):
    """Names of attributes, in order; those of its dictionary too, which a `__dir__` may hide."""
    found = set()
    try:
        listed = dir(obj)
    except BaseException:
        listed = [name for cls in mro(obj) for name in own(cls)] if is_kind(obj, type) else []
    for name in listed:
        text = plain_text(name)
        if text is not None:
            found.add(text)
    if is_kind(obj, (type, types.ModuleType)):
        for name in list(own(obj)):
            text = plain_text(name)
            if text is not None:
                found.add(text)
    return sorted(found)


def unwrap(value):
    """A function for what holds one: methods, class methods, static methods."""
    if type(value) in (classmethod, staticmethod, types.MethodType):
        value = value.__func__
    return value


def static_value(obj, name):
    """An attribute as it stands in the dictionary of a module, a class or a class above; MISSING when in none."""
    if is_kind(obj, types.ModuleType):
        return own(obj).get(name, MISSING)
    for cls in mro(obj):
        value = _type_dict(cls).get(name, MISSING)
        if value is not MISSING:
            return value
    return MISSING


def value_of(obj, name):
    """
    An attribute of a module or a class without running descriptors of others, except those by which `enum` hides its
    members; what only a `__getattr__` knows is asked for. Raises what that raises.
    """
    if name == "__class__":
        return type(obj)
    value = static_value(obj, name)
    if value is MISSING:
        return unwrap(getattr(obj, name))
    if is_kind(obj, type) and class_path(type(value)) in ("enum.property", "types.DynamicClassAttribute"):
        return unwrap(getattr(obj, name))
    return unwrap(value)


def classify(obj):
    """What a node is, as `inspect` tells it apart, by the real class; see also KIND_OF_CLASS."""
    kind = type(obj)
    if issubclass(kind, types.ModuleType):
        return "module"
    if kind in _ROUTINES:
        return "function"
    if issubclass(kind, type):
        return "type"
    if kind in (types.MemberDescriptorType, types.GetSetDescriptorType):
        return "descriptor"
    told = KIND_OF_CLASS.get(class_path(kind))
    if told is not None:
        return told
    has_set = static_value(kind, "__set__") is not MISSING or static_value(kind, "__delete__") is not MISSING
    if has_set:
        return "descriptor"
    # a descriptor that only gives, which is no function: `inspect` calls it a method descriptor, thus a routine
    return "function" if static_value(kind, "__get__") is not MISSING else "object"


_ROUTINES = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.MethodWrapperType,
    types.ClassMethodDescriptorType,
)

KIND_OF_CLASS = {
    "numpy.ufunc": "function",
    "functools.partial": "function",
    "werkzeug.local.LocalProxy": "module",
}


def class_path(cls):
    """`module.qualname` of a class as it says."""
    try:
        module = _type_module(cls)
        qualname = _type_qualname(cls)
    except Exception:
        return ""
    return "{}.{}".format(module if type(module) is str else "builtins", qualname)
