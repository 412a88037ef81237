"""Roles as a person writes them: on the command line as text, in Python as values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bnsym.errors import UsageError
from bnsym.terms.nodes import Sign
from bnsym.verify.code.roles import Array, At, Literal, Role, Scalar, Shape, SizeOf, Table, Upstream

WORDS: dict[str, Role] = {
    "upstream": Upstream(),
    "scalar": Scalar(),
    "positive": Scalar(),
    "real": Scalar(Sign.REAL),
    "number": Array(()),
}
_PREFIXES = ("size:", "shape:", "at:")
_SHAPE = re.compile(r"^\(?\s*[A-Za-z0-9_*]+(\s*,\s*[A-Za-z0-9_*]+)*\s*,?\s*\)?$")
ROLE_HELP = (
    "upstream, scalar, number, size:G, shape:C,H,W, at:result[1], sizes such as N,C,H,W, or a Python literal"
)


def role_of_text(text: str) -> Role:
    """What stands behind --arg NAME=: a word, a prefix, a shape, or a literal."""
    if text in WORDS:
        return WORDS[text]
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            return _prefixed(prefix, text.removeprefix(prefix))
    try:
        return Literal(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    if _SHAPE.match(text):
        return Array(_sizes(text))
    raise UsageError(f"{text!r} is no role of an argument; write {ROLE_HELP}")


def _sizes(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.strip("() ").split(",") if part.strip())


def _prefixed(prefix: str, rest: str) -> Role:
    made: dict[str, Role] = {"size:": SizeOf(rest), "shape:": Shape(_sizes(rest)), "at:": At(rest)}
    return made[prefix]


def role_of_value(value: Any) -> Role:
    """What a keyword of verify_backward stands for: a shape, a word, a dict of such, a role, or a literal."""
    if isinstance(value, (Array, At, Literal, Scalar, Shape, SizeOf, Table, Upstream)):
        return value
    if isinstance(value, dict):
        return Table({key: role_of_value(inner) for key, inner in value.items()})
    if isinstance(value, (tuple, list)) and all(isinstance(size, (str, int)) for size in value):
        return Array(tuple(map(str, value)))
    if isinstance(value, str) and (value in WORDS or value.startswith(_PREFIXES)):
        return role_of_text(value)
    return Literal(value)


def roles_of_texts(texts: Iterable[str]) -> dict[str, Role]:
    """`eps=scalar`, `x=N,C,H,W`, ... as roles by name."""
    return {name: role_of_text(text) for name, text in map(_split, texts)}


def places_of_texts(texts: Iterable[str]) -> dict[str, str]:
    """`x=result[0]`, ... as places by name."""
    return dict(map(_split, texts))


def sizes_of_texts(texts: Iterable[str]) -> dict[str, int]:
    """`N=3`, ... as numbers by name."""
    found = {}
    for name, text in map(_split, texts):
        if not text.isdigit() or int(text) < 1:
            raise UsageError(f"--size {name}={text}: a size is an integer of at least 1")
        found[name] = int(text)
    return found


def _split(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise UsageError(f"{text!r} does not read NAME=VALUE")
    return name.strip(), value.strip()


def roles_of_values(values: Mapping[str, Any]) -> dict[str, Role]:
    """Keywords of verify_backward as roles by name."""
    return {name: role_of_value(value) for name, value in values.items()}
