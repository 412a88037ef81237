"""Every field of a certificate changed once, in several ways."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trusted.small_certificates import Json

Path = tuple[Any, ...]
RULES = ("algebra", "unfold", "linearity", "constant", "sift", "exchange", "split", "single", "root", "order")
NO_CLAIM = {"bnsym", "theorem", "source", "reason", "eq"}  # shown as given, whatever they say
GONE = object()


@dataclass(frozen=True)
class Change:
    """One change: where, in which way, and what stands there now."""

    path: Path
    way: str
    other: Any

    @property
    def claims_nothing(self) -> bool:
        """True for a field that is shown as given, whatever it says."""
        return self.path[0] in NO_CLAIM or (
            self.path[0] in ("proof", "definitions", "lemmas") and self.path[-1] in NO_CLAIM
        )

    def made(self, found: Json) -> Json:
        """The certificate with the change; what is not changed is shared."""
        changed: Json = copy.copy(found)
        place: Any = changed
        for key in self.path[:-1]:
            place[key] = place = copy.copy(place[key])
        if self.other is GONE:
            del place[self.path[-1]]
        else:
            place[self.path[-1]] = self.other
        return changed


def changes(found: Json) -> list[Change]:
    """All changes, in a fixed order."""
    return [
        Change(path, way, other)
        for path, value in _fields(found, ())
        for way, other in _changes(path, value, found)
        if other is GONE or other != value or type(other) is not type(value)
    ]


def _fields(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from _fields(part, (*path, key))


def _changes(path: Path, value: Any, found: Json) -> Iterator[tuple[str, Any]]:
    yield "removed", GONE
    if isinstance(value, list):
        yield from _lists(value)
    elif isinstance(value, dict):
        yield "an extra key", {**value, "extra": "1"}
        yield "emptied", {}
    elif isinstance(value, str):
        yield from _texts(path, value, found)
    elif isinstance(value, int):
        yield from (
            ("one more", value + 1),
            ("one less", value - 1),
            ("negated", -value - 1),
            ("true", True),
            ("a text", str(value)),
        )
    elif value is None:
        yield "a start", "0"


def _lists(value: list[Any]) -> Iterator[tuple[str, Any]]:
    yield "emptied", []
    yield "turned round", value[::-1]
    yield "first twice", value[:1] + value
    yield "last twice", value + value[-1:]
    yield "last two exchanged", value[:-2] + value[:-3:-1]


def _texts(path: Path, text: str, found: Json) -> Iterator[tuple[str, Any]]:
    words = {
        "=": ("<=", "<", ">="),
        ">=": (">", "<=", "="),
        "<=": ("<", ">=", "="),
        "<": ("<=", ">", "="),
        ">": (">=", "<", "="),
    }
    conditions = {"> 0": (">= 0", "!= 0"), ">= 0": ("> 0", "!= 0"), "!= 0": ("> 0", ">= 0")}
    signs = ("real", "nonzero", "nonnegative", "positive", "count")
    for table in (words, conditions, dict.fromkeys(signs, signs)):
        yield from ((f"now {other}", other) for other in table.get(text, ()) if other != text)
    yield "empty", ""
    yield "not a number", "NaN"
    if path[-1] == "by":
        yield from ((f"rule {rule}", rule) for rule in RULES if rule != text)
    yield from text_changes(text, found)


def text_changes(text: str, found: Json) -> Iterator[tuple[str, str]]:
    """Changes of the text of a formula."""
    yield "minus", f"-({text})"
    yield "one more", f"({text}) + 1"
    yield "twice", f"2*({text})"
    for pattern, way, other in (
        (r"(?<![\w(])\d+(?!\w)", "another number", lambda m: str(int(m[0]) + 1)),
        (r"_\d+", "another term", lambda m: f"_{max(int(m[0][1:]) - 1, 0)}"),
        (r" \+ ", "minus for plus", lambda m: " - "),
        (r"\*(?!\*)", "plus for times", lambda m: " + "),
        (r"\*\*2", "a cube", lambda m: "**3"),
        (r"sqrt", "no root", lambda m: ""),
    ):
        spots = list(re.finditer(pattern, text))
        for spot in spots[:1] + spots[-1:]:
            yield way, text[: spot.start()] + other(spot) + text[spot.end() :]
    yield from _names(text, found)


def _names(text: str, found: Json) -> Iterator[tuple[str, str]]:
    indices, sizes = list(found["indices"]), list(found["sizes"])
    for group, way in (
        (indices, "another index"),
        (sizes, "another size"),
        (list(found["tensors"]), "another tensor"),
    ):
        used = [name for name in dict.fromkeys(re.findall(r"[^\W\d]\w*", text)) if name in group]
        for name in used[:2]:
            other = next((n for n in group if n != name), None)
            if other is None:
                continue
            spots = list(re.finditer(rf"\b{name}\b", text))
            yield way, text[: spots[0].start()] + other + text[spots[0].end() :]
            yield f"{way}, the last", text[: spots[-1].start()] + other + text[spots[-1].end() :]
            yield f"{way}, throughout", re.sub(rf"\b{name}\b", other, text)
