"""The declarations of a certificate, and the exact instance that shows that its needs can be met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import isqrt, prod
from typing import Any

from bnsym.proof.trusted.facts import CONDITIONS, Facts
from bnsym.proof.trusted.field import linear
from bnsym.proof.trusted.formula import ONE, Formula, Refused, make, walk
from bnsym.proof.trusted.reader import Reader

SIGNS = ("real", "nonzero", "nonnegative", "positive", "count")
LARGEST = 8  # the greatest size of an instance


def declare(found: Mapping[str, Any]) -> tuple[dict[str, Formula], dict[str, int], Facts]:
    """Names, ranks of tensors, and the facts; each name once, each definition over those before it."""
    names: dict[str, Formula] = {}
    least, ranks, signs = dict(found["sizes"]), {}, dict(found["scalars"])
    for name, lowest in least.items():
        names[name] = make("size", name)
        if type(lowest) is not int or lowest < 1:
            raise Refused(f"the least value of {name} is no integer >= 1")
    names |= {name: make("scalar", name) for name in signs}
    for name, (rank, sign) in found["tensors"].items():
        ranks[name], signs[name] = rank, sign
    given = [*least, *found["scalars"], *ranks, *found["indices"]]
    if len(set(given)) != len(given) or any(n[0] == "_" or not n.isidentifier() for n in given):
        raise Refused("each name is declared once, and is a plain word")
    if any(sign not in SIGNS for sign in signs.values()) or any(
        type(r) is not int or r < 0 for r in ranks.values()
    ):
        raise Refused(f"a sign is one of {', '.join(SIGNS)}, a rank an integer >= 0")
    facts = Facts(signs, least, {})
    reader = Reader(names, ranks, ())
    for name, (low, high) in found["indices"].items():
        names[name] = make("index", name, reader.read(low), reader.read(high))
    defined = [row["name"] for row in found["definitions"]]
    for k, row in enumerate(found["definitions"]):
        _define(row, names, ranks, facts, set(defined[k + 1 :]))
    return names, ranks, facts


def _define(
    row: Mapping[str, Any], names: dict[str, Formula], ranks: dict[str, int], facts: Facts, later: set[str]
) -> None:
    name, parameters = row["name"], tuple(names[parameter] for parameter in row["parameters"])
    reader = Reader(names, ranks, ())
    body, initial = (
        reader.read(row["body"]),
        reader.read(row["initial"]) if row["initial"] is not None else None,
    )
    if name in facts.definitions or facts.signs.get(name) != "real" or ranks[name] != len(set(parameters)):
        raise Refused(f"{name} is defined twice, or not declared as a real tensor of that rank")
    if any(p.kind != ("index" if initial is None else "size") for p in parameters):
        raise Refused(f"{name}: a definition is over indices, a recurrence over one size")
    if not body.free <= set(parameters) | {i for p in parameters for i in p.free} or (
        initial and initial.free
    ):
        raise Refused(f"{name}: an index is free in the body and no parameter")
    for part in (*walk(body), *(walk(initial) if initial else ())):
        if part.kind == "entry" and part.parts[0] in later:
            raise Refused(f"{name} is defined by {part.parts[0]}, which is defined after it")
        if part.kind == "entry" and part.parts[0] == name:
            before = {parameters[0]: 1, ONE: -1} if initial is not None else None
            if linear(part.parts[1]) != before:
                raise Refused(f"{name} is defined by itself; a recurrence may use only the entry before")
    facts.definitions = {**facts.definitions, name: (parameters, body, initial)}


def require_instance(
    found: Mapping[str, Any], facts: Facts, reader: Reader, names: Mapping[str, Formula]
) -> None:
    """Sizes and values, exact, at which every need and every declared sign holds."""
    sizes = {names[name]: size for name, size in found["sizes"].items()}
    if any(type(s) is not int or not facts.least[k.parts[0]] <= s <= LARGEST for k, s in sizes.items()):
        raise Refused(f"the sizes of the instance are not from their least value to {LARGEST}")
    values = {reader.read(text): Fraction(str(value)) for text, value in found["values"].items()}
    for formula, value in values.items():
        if formula.kind not in ("scalar", "entry") or not _meets(facts.signs[formula.parts[0]], value):
            raise Refused("a value of the instance has another sign than is declared")
    exact = _Exact(facts, sizes, values)
    for need, condition in facts.needs:
        for places in exact.places(
            sorted(need.free, key=lambda index: (len(index.free), index.parts[0])), {}
        ):
            if not _holds(condition, exact.value(need, places)):
                raise Refused("the instance does not meet a need")


def _meets(sign: str, value: Fraction) -> bool:
    return {
        "real": True,
        "nonzero": value != 0,
        "nonnegative": value >= 0,
        "positive": value > 0,
        "count": value >= 1 and value.denominator == 1,
    }[sign]


def _holds(condition: str, value: Fraction) -> bool:
    return dict(zip(CONDITIONS, (value > 0, value >= 0, value != 0), strict=True))[condition]


class _Exact:
    """Values of formulas at the instance, in rationals."""

    def __init__(
        self, facts: Facts, sizes: Mapping[Formula, int], values: Mapping[Formula, Fraction]
    ) -> None:
        self.facts, self.sizes, self.values = facts, sizes, values

    def places(self, indices: list[Formula], places: dict[Formula, int]) -> Iterator[dict[Formula, int]]:
        """Every choice of positions; a range may hold the indices before it."""
        if not indices:
            yield places
            return
        low, high = (int(self.value(end, places)) for end in indices[0].parts[1:])
        for position in range(low, high + 1):
            yield from self.places(indices[1:], {**places, indices[0]: position})

    def value(self, found: Formula, places: Mapping[Formula, int]) -> Fraction:
        """The exact value; refused where it is not rational or not given."""
        if found.kind == "number":
            return Fraction(found.parts[0])
        if found.kind == "index":
            return Fraction(places[found])
        if found.kind == "size":
            return Fraction(places.get(found, self.sizes.get(found, 0)))
        if found.kind == "scalar":
            return self.values[found]
        if found.kind == "entry":
            return self._entry(found, places)
        if found.kind == "sum":
            index, body = found.parts
            return sum((self.value(body, row) for row in self.places([index], dict(places))), Fraction(0))
        parts = [self.value(part, places) for part in found.parts]
        if found.kind == "add":
            return sum(parts, Fraction(0))
        if found.kind == "mul":
            return prod(parts, start=Fraction(1))
        if found.kind == "delta":
            return Fraction(parts[0] == parts[1])
        if found.kind == "power":
            return _power(*parts)
        raise Refused(f"a {found.kind} in a need has no value")

    def _entry(self, found: Formula, places: Mapping[Formula, int]) -> Fraction:
        name, *where = found.parts
        at = [self.value(place, places) for place in where]
        if name in self.facts.definitions:
            parameters, body, initial = self.facts.definitions[name]
            if initial is not None and at == [0]:
                return self.value(initial, {})
            return self.value(body, dict(zip(parameters, map(int, at), strict=True)))
        return self.values[make("entry", name, *(make("number", value) for value in at))]


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 2:
        top, bottom = isqrt(max(base.numerator, 0)), isqrt(base.denominator)
        if Fraction(top * top, bottom * bottom) != base:
            raise Refused("a root in a need is not rational at the instance")
        base, exponent = Fraction(top, bottom), exponent * 2
    if exponent.denominator != 1 or abs(exponent) > 64 or (base == 0 and exponent < 0):
        raise Refused("a power in a need has no value at the instance")
    return Fraction(base ** int(exponent))
