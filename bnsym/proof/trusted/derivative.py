"""Derivatives by the generic entry, one line a kind."""

from __future__ import annotations

from collections.abc import Iterable

from bnsym.proof.trusted.facts import Facts
from bnsym.proof.trusted.formula import MINUS, ONE, ZERO, Formula, Refused, joined, make


def derivative(found: Formula, by: Formula, facts: Facts) -> Formula:
    """d found / d by, where `by` is a scalar or an entry that is not defined.

    d(a+b) = da+db;  d(ab) = da b + a db;  d u**k = k u**(k-1) du;  d sum f = sum df;  d x[j]/d x[p] = delta(j, p).
    """
    if (
        by.kind not in ("scalar", "entry")
        or by.parts[0] in facts.definitions
        or facts.signs.get(by.parts[0]) == "count"
    ):
        raise Refused("a derivative is taken by a scalar, or by an entry of a real tensor")
    memo: dict[Formula, Formula] = {}

    def change(part: Formula) -> Formula:
        if part not in memo:
            memo[part] = inner(part)
        return memo[part]

    def inner(part: Formula) -> Formula:
        if part is by and part.kind == "scalar":
            return ONE
        if part.kind == "entry":
            return _entry(part)
        if part.kind == "add":
            return _total(change(term) for term in part.parts)
        if part.kind == "mul":
            rows = [(change(f), part.parts[:k] + part.parts[k + 1 :]) for k, f in enumerate(part.parts)]
            return _total(joined("mul", first, *rest) for first, rest in rows if first is not ZERO)
        if part.kind == "power":
            base, exponent = part.parts
            lowered = make("power", base, _less(exponent))
            slope = change(base)
            return ZERO if slope is ZERO else joined("mul", exponent, lowered, slope)
        if part.kind == "sum":
            return _sum(part)
        if part.kind in ("number", "scalar", "size", "index", "delta"):
            return ZERO
        raise Refused(f"there is no derivative of a {part.kind}")

    def _entry(part: Formula) -> Formula:
        if part.parts[0] in facts.definitions:
            if facts.definitions[part.parts[0]][2] is not None:
                raise Refused("a recurrence has no derivative here; prove its closed form first")
            return change(facts.unfolded(part))
        if by.kind != "entry" or part.parts[0] != by.parts[0]:
            return ZERO
        return make(
            "mul", ONE, *(make("delta", j, p) for j, p in zip(part.parts[1:], by.parts[1:], strict=True))
        )

    def _sum(part: Formula) -> Formula:
        if part.parts[0] in by.free:
            raise Refused("the sum's index is the position of the derivative; rename it first")
        slope = change(part.parts[1])
        return ZERO if slope is ZERO else make("sum", part.parts[0], slope)

    return change(found)


def _total(terms: Iterable[Formula]) -> Formula:
    kept = [term for term in terms if term is not ZERO]
    return joined("add", *kept) if kept else ZERO


def _less(exponent: Formula) -> Formula:
    if exponent.kind != "number":
        return joined("add", exponent, MINUS)
    return make("number", exponent.parts[0] - 1)
