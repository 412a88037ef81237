"""Derivatives by the generic entry, one line a kind."""

from __future__ import annotations

from collections.abc import Iterable

from bnsym.proof.trusted.facts import Facts
from bnsym.proof.trusted.formula import MINUS, ONE, ZERO, Formula, Refused, joined, make, number


def derivative(found: Formula, by: Formula, facts: Facts) -> Formula:
    """d found / d by, where `by` is a scalar or an entry, neither defined nor an integer.

    d(a+b) = da+db;  d(ab) = da b + a db;  d u**k = k u**(k-1) du;  d sum f = sum df;
    d x[j]/d x[p] = delta(j, p);  a defined entry by its body.
    """
    name = by.parts[0]
    if by.kind not in ("scalar", "entry") or name in facts.definitions or facts.signs.get(name) == "count":
        raise Refused("a derivative is taken by a scalar, or by an entry of a real tensor")
    return _Derivative(by, facts).of(found)


class _Derivative:
    def __init__(self, by: Formula, facts: Facts) -> None:
        self.by, self.facts = by, facts
        self.memo: dict[Formula, Formula] = {}

    def of(self, found: Formula) -> Formula:
        if found not in self.memo:
            rule = getattr(self, found.kind, None)
            if rule is None and found.kind not in ("number", "size", "index", "delta"):
                raise Refused(f"there is no derivative of a {found.kind}")
            self.memo[found] = rule(found) if rule else ZERO
        return self.memo[found]

    def scalar(self, found: Formula) -> Formula:
        return ONE if found is self.by else ZERO

    def entry(self, found: Formula) -> Formula:
        name, *places = found.parts
        if name in self.facts.definitions:
            if self.facts.definitions[name][2] is not None:
                raise Refused("a recurrence has no derivative here; prove its closed form first")
            return self.of(self.facts.unfolded(found))
        if self.by.kind != "entry" or name != self.by.parts[0]:
            return ZERO
        return make(
            "mul", ONE, *(make("delta", j, p) for j, p in zip(places, self.by.parts[1:], strict=True))
        )

    def add(self, found: Formula) -> Formula:
        return _total(map(self.of, found.parts))

    def mul(self, found: Formula) -> Formula:
        parts = found.parts
        rows = [(self.of(part), parts[:k] + parts[k + 1 :]) for k, part in enumerate(parts)]
        return _total(joined("mul", slope, *rest) for slope, rest in rows if slope is not ZERO)

    def power(self, found: Formula) -> Formula:
        base, exponent = found.parts
        slope = self.of(base)
        plain = exponent.kind == "number"
        less = number(exponent.parts[0] - 1) if plain else joined("add", exponent, MINUS)
        return ZERO if slope is ZERO else joined("mul", exponent, make("power", base, less), slope)

    def sum(self, found: Formula) -> Formula:
        index, body = found.parts
        if index in self.by.free:
            raise Refused("the sum's index is the position of the derivative; rename it first")
        slope = self.of(body)
        return ZERO if slope is ZERO else make("sum", index, slope)


def _total(terms: Iterable[Formula]) -> Formula:
    kept = [term for term in terms if term is not ZERO]
    return joined("add", *kept) if kept else ZERO
