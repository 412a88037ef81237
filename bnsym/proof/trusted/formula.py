"""Formulas: what certificates speak of.  Interned, immutable, with their free indices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

WIDTH, WORK = 2_000, 100_000  # parts of one sum or product; products of terms and the like in one file


class Refused(Exception):  # noqa: N818 - it is a verdict on a certificate
    """The certificate, or a step of it, is not accepted; the message says why."""


class Budget:
    """How much work may still be done; a checker starts it anew for each file."""

    left = WORK

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

    def __repr__(self) -> str:
        return f"{self.kind}{self.parts}"

    def inside(self) -> tuple[Formula, ...]:
        """The direct subformulas, the bounds of an index's range not among them."""
        return tuple(part for part in self.parts if isinstance(part, Formula)) if self.kind != "index" else ()


_TABLE: dict[tuple[Any, ...], Formula] = {}


def make(kind: str, *parts: Any) -> Formula:
    """The formula of that kind and parts: equal ones are one object."""
    key = (kind, *parts)
    found = _TABLE.get(key)
    if found is None:
        Budget.spend(1 + len(parts) // 8)
        found = Formula.__new__(Formula)
        found.kind, found.parts = kind, parts
        free = frozenset().union(*(part.free for part in parts if isinstance(part, Formula)))
        if kind == "index":
            free |= {found}
        if kind == "sum":
            if any(parts[0] in other.free for other in parts[1].free - {parts[0]}):
                raise Refused("the range of a free index holds the index of a sum around it")
            free = (parts[1].free - {parts[0]}) | (parts[0].free - {parts[0]})
        found.free = free
        _TABLE[key] = found
    return found


def number(value: int | Fraction) -> Formula:
    """A rational number."""
    return make("number", Fraction(value))


ZERO, ONE, MINUS, HALF = number(0), number(1), number(-1), number(Fraction(1, 2))


def joined(kind: str, *parts: Formula) -> Formula:
    """Sums of sums and products of products as one; one part alone is itself."""
    flat = [inner for part in parts for inner in (part.parts if part.kind == kind else (part,))]
    if len(flat) > WIDTH:
        raise Refused(f"a sum or product of more than {WIDTH} parts")
    return flat[0] if len(flat) == 1 else make(kind, *flat)


def minus(left: Formula, right: Formula) -> Formula:
    """left - right."""
    return make("add", left, make("mul", MINUS, right))


def walk(formula: Formula) -> Iterator[Formula]:
    """Every distinct subformula, the ranges of indices among them."""
    seen, stack = {formula}, [formula]
    while stack:
        found = stack.pop()
        yield found
        new = {part for part in found.parts if isinstance(part, Formula)} - seen
        seen |= new
        stack += new


def replace(formula: Formula, mapping: Mapping[Formula, Formula]) -> Formula:
    """Replace free indices, or sizes.  Refused, not mended: what a sum's index would capture, and a free
    index whose own range holds a replaced index (it would become another variable).
    """
    memo: dict[Formula, Formula] = {}

    def change(found: Formula) -> Formula:
        if found not in memo:
            memo[found] = mapping[found] if found in mapping else inside(found)
        return memo[found]

    def inside(found: Formula) -> Formula:
        if found.kind == "sum":
            return _replace_in_sum(found, mapping, change)
        parts = [change(part) if isinstance(part, Formula) else part for part in found.parts]
        if (
            found.kind == "index"
            and tuple(parts) != found.parts
            and any(old.kind == "index" for old in mapping)
        ):
            raise Refused(f"the range of the free index {found.parts[0]} holds a replaced index")
        return (joined if found.kind in ("add", "mul") else make)(found.kind, *parts)

    return change(formula)


def _replace_in_sum(
    found: Formula, mapping: Mapping[Formula, Formula], change: Callable[[Formula], Formula]
) -> Formula:
    index, body = found.parts
    bound = make("index", index.parts[0], change(index.parts[1]), change(index.parts[2]))
    inner = {o: n for o, n in mapping.items() if o is not index and (o in body.free or o.kind == "size")}
    caught = any(bound in new.free or index in new.free for new in inner.values())
    if caught or (bound is not index and bound in body.free):
        raise Refused(f"the sum over {index.parts[0]} would capture what is put in; rename its index first")
    return make("sum", bound, replace(body, inner if bound is index else {**inner, index: bound}))
