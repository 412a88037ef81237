"""The declarations of a certificate, and the exact instance which shows that its needs can be met."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from bnsym.proof.trusted.facts import DECLARED, MEANING, Facts, sign_of
from bnsym.proof.trusted.field import ALONE, Field
from bnsym.proof.trusted.formula import ONE, ZERO, Formula, Refused, make, minus, number, walk
from bnsym.proof.trusted.reader import Reader, plain

RATIONAL = re.compile(r"-?[0-9]{1,60}(/[0-9]{1,60})?")
LARGEST = 8  # the greatest size of an instance
Places = Mapping[Formula, Formula]


def fields(row: Any, keys: str) -> list[Any]:
    """The values of a row that has these keys and no others."""
    if set(row) != set(keys.split()):
        raise Refused(f"a row has the keys {keys}")
    return [row[key] for key in keys.split()]


def declare(found: Mapping[str, Any]) -> tuple[dict[str, Formula | int], Facts]:
    """Names and facts; each name is declared once, each definition is over those before it."""
    axes = {name: rank for name, (rank, _) in found["tensors"].items()}
    signs = {**found["scalars"], **{name: sign for name, (_, sign) in found["tensors"].items()}}
    given = [*found["sizes"], *found["scalars"], *axes, *found["indices"]]
    if len(set(given)) != len(given) or not all(map(plain, given)):
        raise Refused("each name is declared once, and is a plain word")
    numbers = [*((k, 0) for k in axes.values()), *((k, 1) for k in found["sizes"].values())]
    if any(type(k) is not int or k < least for k, least in numbers) or not set(signs.values()) <= set(
        DECLARED
    ):
        raise Refused("a size has a least value >= 1, a tensor a number of axes, each a sign of the list")
    names: dict[str, Formula | int] = {**axes}
    names |= {name: make("size", name) for name in found["sizes"]}
    names |= {name: make("scalar", name) for name in found["scalars"]}
    facts, reader = Facts(signs, found["sizes"], {}), Reader(names)
    for name, (low, high) in found["indices"].items():
        names[name] = index = make("index", name, reader.read(low), reader.read(high))
        facts.require(index)
        facts.need(minus(index.parts[2], index.parts[1]), ">= 0")
    rows = [fields(row, "name parameters body initial eq") for row in found["definitions"]]
    for k, row in enumerate(rows):
        _define(row, reader, facts, {name for name, *_ in rows[k:]})
    return names, facts


def _define(row: list[Any], reader: Reader, facts: Facts, later: set[str]) -> None:
    """One definition; `later` are its own name and those of the definitions after it."""
    name, words, text, first, _ = row
    parameters = tuple(reader.read(word) for word in words)
    body, start = reader.read(text), None if first is None else reader.read(first)
    wrong = [part for part in walk(body) if part.parts[0] in later]
    if start is None:
        fits = all(p.kind == "index" and p.free <= set(parameters[: k + 1]) for k, p in enumerate(parameters))
    else:
        (size,) = parameters
        before = minus(size, ONE)
        wrong = [p for p in wrong if p.parts[0] != name or not Field().vanishes(minus(before, p.parts[1]))]
        wrong += [part for part in walk(start) if part is size or part.parts[0] in later]
        fits = facts.least[size.parts[0]] == 1 and not start.free
    declared = facts.signs[name] == "real" and reader.names[name] == len(set(parameters)) == len(parameters)
    if name in facts.definitions or wrong or not fits or not declared or not body.free <= set(parameters):
        raise Refused(f"{name} is not defined once, over indices or step by step, by what is defined before")
    facts.definitions[name] = (parameters, body, start)


def require_instance(found: Any, facts: Facts, reader: Reader) -> None:
    """Sizes and values, exact, at which every need and every declared sign holds."""
    sizes, texts = fields(found, "sizes values")
    fits = [type(sizes[name]) is int and k <= sizes[name] <= LARGEST for name, k in facts.least.items()]
    if not all(fits) or len(sizes) != len(fits) or not all(map(RATIONAL.fullmatch, texts.values())):
        raise Refused(f"an instance has sizes from their least to {LARGEST}, and rational numbers")
    values = [(reader.read(text), Fraction(value)) for text, value in texts.items()]
    for key, value in values:
        sign = facts.signs[key.parts[0]]
        if sign_of(value) not in DECLARED[sign] or (sign == "count" and value.denominator != 1):
            raise Refused("a value of the instance has another sign than is declared")
    exact = _Instance(facts, sizes, Field((key, number(value)) for key, value in values))
    for need, condition in facts.needs:
        for places in exact.places(sorted(need.free, key=lambda i: (len(i.free), i.parts[0])), {}):
            if sign_of(exact.value(need, places)) not in MEANING[condition]:
                raise Refused("the instance does not meet a need")


class _Instance:
    """Values of formulas at the instance."""

    def __init__(self, facts: Facts, sizes: Mapping[str, int], field: Field) -> None:
        self.facts, self.sizes, self.field = facts, sizes, field

    def places(self, indices: Sequence[Formula], places: Places) -> Iterator[Places]:
        """Every choice of positions; a range may hold the indices before it."""
        if not indices:
            yield places
            return
        low, high = (int(self.value(end, places)) for end in indices[0].parts[1:])
        for position in range(low, high + 1):
            yield from self.places(indices[1:], {**places, indices[0]: number(position)})

    def value(self, found: Formula, places: Places) -> Fraction:
        """The exact value; refused where it is not rational, or not given."""
        poly = self.field.value(self.plain(found, places))
        if not poly.keys() <= {ALONE}:
            raise Refused("a need has no exact value at the instance")
        return Fraction(poly.get(ALONE, 0))

    def plain(self, found: Formula, places: Places) -> Formula:
        """The formula without sizes, indices, sums and what is defined."""
        match found.kind, found.parts:
            case "size", (name,) if found not in places:
                return number(self.sizes[name])
            case "size" | "index", _:
                return places[found]
            case "sum", (index, body):
                return make("add", ZERO, *(self.plain(body, row) for row in self.places([index], places)))
            case "entry", (name, *where) if name in self.facts.definitions:
                parameters, body, start = self.facts.definitions[name]
                at = [self.plain(place, places) for place in where]
                if start and Field().vanishes(at[0]):
                    return self.plain(start, {})
                return self.plain(body, dict(zip(parameters, at, strict=True)))
        parts = (self.plain(part, places) if isinstance(part, Formula) else part for part in found.parts)
        return make(found.kind, *parts)
