"""Formulas: what certificates speak of.  Interned, immutable, with their free indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, cast

WIDTH, WORK = 2_000, 100_000  # parts of one sum or product; work on one file


class Refused(Exception):  # noqa: N818 - it is a verdict on a certificate
    """The certificate, or a step of it, is not accepted; the message says why."""


class Budget:
    """How much work may still be done: the checker sets it for each file; without limit outside of checks."""

    left = float("inf")

    @classmethod
    def spend(cls, work: int) -> None:
        """Refuse what takes too much work."""
        cls.left -= work
        if cls.left < 0:
            raise Refused("the certificate takes too much work to check; split its steps")


class Formula:
    """kind, parts and free indices.

    kinds: number (a Fraction), scalar and size (a name), index (name, low, high), entry (name, positions...),
    add, mul, power (base, exponent), sum (index, body), delta (left, right), diff (body, by what).
    """

    __slots__ = ("free", "kind", "parts")
    kind: str
    parts: tuple[Any, ...]
    free: frozenset[Formula]


TABLE: dict[tuple[Any, ...], Formula] = {}


def make(kind: str, *parts: Any) -> Formula:
    """The formula of that kind and parts: equal ones are one object.  Sums of sums, products of products
    and sums and products of one part are never made.
    """
    if kind in ("add", "mul"):
        parts = tuple(inner for part in parts for inner in (part.parts if part.kind == kind else (part,)))
        if len(parts) == 1:
            return cast(Formula, parts[0])
    Budget.spend(1 + len(parts) // 8)
    if len(parts) > WIDTH:
        raise Refused(f"a sum or product of more than {WIDTH} parts")
    if (kind, *parts) not in TABLE:
        found = Formula.__new__(Formula)
        found.kind, found.parts = kind, parts
        found.free = frozenset().union(*(part.free for part in parts if isinstance(part, Formula)))
        Budget.spend(len(found.free) // 16)
        if kind == "index":
            found.free |= {found}
        if kind == "sum":
            found.free -= {parts[0]}
            if any(parts[0] in other.free for other in found.free):
                raise Refused("the range of a free index holds the index of a sum around it")
        TABLE[kind, *parts] = found
    return TABLE[kind, *parts]


def number(value: int | Fraction) -> Formula:
    """A rational number."""
    return make("number", Fraction(value))


ZERO, ONE, MINUS, HALF = number(0), number(1), number(-1), number(Fraction(1, 2))


def minus(left: Formula, right: Formula) -> Formula:
    """left - right."""
    return make("add", left, make("mul", MINUS, right))


def walk(formula: Formula) -> Iterator[Formula]:
    """Every distinct subformula, the ranges of indices among them."""
    seen, stack = {formula}, [formula]
    while stack:
        Budget.spend(1)
        found = stack.pop()
        yield found
        new = {part for part in found.parts if isinstance(part, Formula)} - seen
        seen |= new
        stack += new


def replace(formula: Formula, mapping: Mapping[Formula, Formula]) -> Formula:
    """Replace free indices, or sizes.  Refused, not mended: what a sum's index would capture, and a free
    index whose own range holds a replaced index (it would become another variable).
    """
    memo = dict(mapping)

    def change(found: Formula) -> Formula:
        if found not in memo:
            memo[found] = in_sum(*found.parts) if found.kind == "sum" else inside(found)
        return memo[found]

    def inside(found: Formula) -> Formula:
        parts = [change(part) if isinstance(part, Formula) else part for part in found.parts]
        moved = found.kind == "index" and tuple(parts) != found.parts
        if moved and any(old.kind == "index" for old in mapping):
            raise Refused(f"the range of the free index {found.parts[0]} holds a replaced index")
        return make(found.kind, *parts)

    def in_sum(index: Formula, body: Formula) -> Formula:
        bound = make("index", index.parts[0], *map(change, index.parts[1:]))
        inner = {o: n for o, n in mapping.items() if o is not index and (o in body.free or o.kind == "size")}
        caught = any(bound in new.free or index in new.free for new in inner.values())
        if caught or (bound is not index and bound in body.free):
            raise Refused(f"the sum over {index.parts[0]} would capture what is put in; rename its index")
        return make("sum", bound, replace(body, inner if bound is index else {**inner, index: bound}))

    return change(formula)
