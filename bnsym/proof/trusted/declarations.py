"""The declarations of a certificate, and the exact instance that shows that its needs can be met."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import isqrt, prod
from typing import Any

from bnsym.proof.trusted.facts import DECLARED, MEANING, Facts
from bnsym.proof.trusted.field import linear
from bnsym.proof.trusted.formula import ONE, Budget, Formula, Refused, make, minus, walk
from bnsym.proof.trusted.reader import Reader, plain

RATIONAL = re.compile(r"-?[0-9]{1,60}(/[0-9]{1,60})?\Z")
LARGEST = 8  # the greatest size of an instance
Names = dict[str, Formula]


def declare(found: Mapping[str, Any]) -> tuple[Names, dict[str, int], Facts]:
    """Names, ranks of tensors, and the facts; each name once, each definition over those before it."""
    least, signs = dict(found["sizes"]), dict(found["scalars"])
    given = [*least, *signs, *found["tensors"], *found["indices"]]
    if len(set(given)) != len(given) or not all(map(plain, given)):
        raise Refused("each name is declared once, and is a plain word")
    ranks = {name: rank for name, (rank, _) in found["tensors"].items()}
    names = {name: make("size", name) for name in least} | {name: make("scalar", name) for name in signs}
    signs |= {name: sign for name, (_, sign) in found["tensors"].items()}
    if not all(type(k) is int and k >= 1 for k in least.values()) or not set(signs.values()) <= set(DECLARED):
        raise Refused("a size has a least value >= 1, a scalar and a tensor a sign of the list")
    if not all(type(rank) is int and rank >= 0 for rank in ranks.values()):
        raise Refused("a tensor has a number of axes")
    facts = Facts(signs, least, {})
    for name, ends in found["indices"].items():
        low, high = (Reader(names, ranks, ()).read(end) for end in ends)
        names[name] = make("index", name, low, high)
        if not (low is ONE and facts.counts(high)) and facts.lowest(minus(high, low)) < 0:
            raise Refused(f"the range of the index {name} may be empty")
    rows = found["definitions"]
    for k, row in enumerate(rows):
        _define(row, Reader(names, ranks, ()), facts, {later["name"] for later in rows[k + 1 :]})
    return names, ranks, facts


def _define(row: Mapping[str, Any], reader: Reader, facts: Facts, later: set[str]) -> None:
    name, parameters = row["name"], tuple(reader.names[parameter] for parameter in row["parameters"])
    body, start = reader.read(row["body"]), None if row["initial"] is None else reader.read(row["initial"])
    fits = facts.signs[name] == "real" and reader.ranks[name] == len(set(parameters)) == len(parameters)
    if name in facts.definitions or name in later or not fits:
        raise Refused(f"{name} is defined twice, or not declared as a real tensor of that rank")
    if any(p.kind != ("size" if start else "index") for p in parameters) or (
        start and not _counted(parameters, start, facts)
    ):
        raise Refused(f"{name}: a definition is over indices, a recurrence over one size that starts at 1")
    ranges = all(p.free <= set(parameters[: k + 1]) for k, p in enumerate(parameters))
    if not body.free <= set(parameters) or (start and start.free) or not ranges:
        raise Refused(f"{name}: an index is free in the body and no parameter")
    for part in (*walk(body), *(walk(start) if start else ())):
        if part.kind == "entry" and (part.parts[0] in later or part.parts[0] == name):
            before = start and part.parts[0] == name and linear(part.parts[1]) == {parameters[0]: 1, ONE: -1}
            if not before:
                raise Refused(
                    f"{name} is defined by itself or by what comes later; a recurrence by the entry before"
                )
    facts.definitions = {**facts.definitions, name: (parameters, body, start)}


def _counted(parameters: tuple[Formula, ...], start: Formula, facts: Facts) -> bool:
    """One size of least value 1 counts the steps; the start does not hold it."""
    return (
        len(parameters) == 1 and facts.least[parameters[0].parts[0]] == 1 and parameters[0] not in walk(start)
    )


def require_instance(found: Mapping[str, Any], facts: Facts, reader: Reader) -> None:
    """Sizes and values, exact, at which every need and every declared sign holds."""
    sizes = found["sizes"]
    fits = [
        type(sizes[name]) is int and least <= sizes[name] <= LARGEST for name, least in facts.least.items()
    ]
    values = {reader.read(text): _rational(value) for text, value in found["values"].items()}
    if not all(fits) or len(sizes) != len(fits) or any(key.kind not in ("scalar", "entry") for key in values):
        raise Refused(
            f"an instance has sizes from their least to {LARGEST}, and values of scalars and entries"
        )
    for key, value in values.items():
        sign = facts.signs[key.parts[0]]
        if not _holds(DECLARED[sign], value) or (sign == "count" and value.denominator != 1):
            raise Refused("a value of the instance has another sign than is declared")
    exact = _Exact(facts, sizes, values)
    for need, condition in facts.needs:
        for places in exact.places(sorted(need.free, key=lambda i: (len(i.free), i.parts[0])), {}):
            if not _holds(MEANING[condition], exact.value(need, places)):
                raise Refused("the instance does not meet a need")


def _rational(text: object) -> Fraction:
    if not isinstance(text, str) or not RATIONAL.match(text):
        raise Refused("a value of the instance is written as a rational number")
    return Fraction(text)


def _holds(sign: frozenset[str], value: Fraction) -> bool:
    return (">= 0" not in sign or value >= 0) and ("!= 0" not in sign or value != 0)


class _Exact:
    """Values of formulas at the instance, in rationals."""

    def __init__(self, facts: Facts, sizes: Mapping[str, int], values: Mapping[Formula, Fraction]) -> None:
        self.facts, self.sizes, self.values = facts, sizes, values

    def places(
        self, indices: list[Formula], places: Mapping[Formula, int]
    ) -> Iterator[Mapping[Formula, int]]:
        """Every choice of positions; a range may hold the indices before it."""
        if not indices:
            yield places
            return
        low, high = (int(self.value(end, places)) for end in indices[0].parts[1:])
        for position in range(low, high + 1):
            yield from self.places(indices[1:], {**places, indices[0]: position})

    def value(self, found: Formula, places: Mapping[Formula, int]) -> Fraction:
        """The exact value; refused where it is not rational or not given."""
        Budget.spend(1)
        if found in places:
            return Fraction(places[found])
        if found.kind in ("number", "size"):
            return Fraction(found.parts[0] if found.kind == "number" else self.sizes[found.parts[0]])
        if found.kind in ("scalar", "entry"):
            return self._named(found, places)
        if found.kind == "sum":
            rows = self.places([found.parts[0]], places)
            return sum((self.value(found.parts[1], row) for row in rows), Fraction(0))
        parts = [self.value(part, places) for part in found.parts]
        return Fraction(_OPERATIONS[found.kind](parts))

    def _named(self, found: Formula, places: Mapping[Formula, int]) -> Fraction:
        name, *where = found.parts
        at = [self.value(place, places) for place in where]
        if name in self.facts.definitions and found.kind == "entry":
            parameters, body, start = self.facts.definitions[name]
            if start is not None and at == [0]:
                return self.value(start, {})
            return self.value(body, dict(zip(parameters, map(int, at), strict=True)))
        return self.values[make(found.kind, name, *(make("number", value) for value in at))]


def _power(parts: list[Fraction]) -> Fraction:
    base, exponent = parts
    if exponent.denominator == 2:
        top, bottom = isqrt(max(base.numerator, 0)), isqrt(base.denominator)
        if Fraction(top * top, bottom * bottom) != base:
            raise Refused("a root in a need is not rational at the instance")
        base, exponent = Fraction(top, bottom), exponent * 2
    large = base.numerator.bit_length() + base.denominator.bit_length() > 2_000
    if exponent.denominator != 1 or abs(exponent) > 64 or (base == 0 and exponent < 0) or large:
        raise Refused("a power in a need has no value at the instance")
    return Fraction(base ** int(exponent))


_OPERATIONS: dict[str, Callable[[list[Fraction]], Fraction | bool | int]] = {
    "add": sum,
    "mul": prod,
    "delta": lambda parts: parts[0] == parts[1],
    "power": _power,
}
