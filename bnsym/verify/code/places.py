"""Places: where a value lies, as a text such as `result[1]`, `cache['x']` or `self.grads['gamma']`.

The text is read by Python's own parser and walked; nothing in it is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from bnsym.errors import UsageError

DEPTH = 3
_NO_DATA = (type, FunctionType, MethodType, BuiltinFunctionType, ModuleType)
_PLAIN = (int, float, complex, str, bytes, bool, type(None))


def read(place: str, names: Mapping[str, Any]) -> Any:
    """The value at a place; `names` are what a place may start from."""
    return _walk(_parsed(place), names, place)


def put(place: str, names: Mapping[str, Any], value: Any) -> None:
    """Lay a value at a place: an attribute or an item."""
    match _parsed(place):
        case ast.Attribute(inner, name):
            setattr(_walk(inner, names, place), name, value)
        case ast.Subscript(inner, ast.Constant(key)):
            _walk(inner, names, place)[key] = value
        case _:
            raise UsageError(f"nothing can be put at {place!r}; name an attribute or an item of self")


@cache
def _parsed(place: str) -> ast.expr:
    try:
        return ast.parse(place, mode="eval").body
    except (SyntaxError, ValueError):
        raise UsageError(f"{place!r} is no place; write such as result[1] or self.grads['gamma']") from None


def _walk(node: ast.expr, names: Mapping[str, Any], place: str) -> Any:
    try:
        return _step(node, names, place)
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise UsageError(f"there is nothing at {place}: {type(error).__name__}: {error}") from None


def _step(node: ast.expr, names: Mapping[str, Any], place: str) -> Any:
    match node:
        case ast.Name(name):
            return names[name]
        case ast.Attribute(inner, name):
            return getattr(_walk(inner, names, place), name)
        case ast.Subscript(inner, ast.Slice(ast.Constant(start), None, None)):
            return tuple(_walk(inner, names, place)[start:])
        case ast.Subscript(inner, ast.Constant(key)):
            return _walk(inner, names, place)[key]
        case ast.Subscript(inner, ast.UnaryOp(ast.USub(), ast.Constant(int(key)))):
            return _walk(inner, names, place)[-key]
    raise UsageError(f"{place!r} is no place; write such as result[1] or self.grads['gamma']")


def inside(place: str, value: Any, depth: int = DEPTH) -> Iterator[tuple[str, str, Any]]:
    """Each value in attributes, dicts, lists and tuples at a place: its place, its own name, itself."""
    if depth == 0 or isinstance(value, _PLAIN):
        return
    for part, name, inner in list(_parts(value)):
        yield f"{place}{part}", name, inner
        if not hasattr(inner, "shape"):
            yield from inside(f"{place}{part}", inner, depth - 1)


def _parts(value: Any) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, Mapping):
        yield from ((f"[{key!r}]", key, inner) for key, inner in value.items() if isinstance(key, str))
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from ((f".{name}", name, getattr(value, name)) for name in value._fields)
    elif isinstance(value, (list, tuple)):
        yield from ((f"[{k}]", "", inner) for k, inner in enumerate(value))
    elif not isinstance(value, _NO_DATA):
        held = getattr(value, "__dict__", {})
        yield from ((f".{name}", name, inner) for name, inner in held.items() if name.isidentifier())


def last_name(place: str) -> str:
    """What a person calls the value at a place: gamma for self.params['gamma'] and self.gamma.data."""
    node = _parsed(place)
    while True:
        match node:
            case ast.Attribute(inner, name) if name not in _HOLDERS:
                return name
            case ast.Subscript(_, ast.Constant(str(key))) if key not in _HOLDERS:
                return key
            case ast.Attribute(inner, _) | ast.Subscript(inner, _):
                node = inner
            case ast.Name(name):
                return name
            case _:
                return place


_HOLDERS = {"data", "value", "val", "grad", "array", "param", "params", "gradient"}
