"""Derivatives of formulas, by structure."""

from collections.abc import Iterable

from bnsym.proof.trusted.facts import Facts
from bnsym.proof.trusted.formula import MINUS, ONE, ZERO, Budget, Formula, Refused, make, number


def derivative(found: Formula, by: Formula, facts: Facts) -> Formula:
    """d found / d by, where `by` is a scalar or an entry, neither defined nor an integer.

    d(a+b) = da+db;  d(ab) = da b + a db;  d u**k = k u**(k-1) du;  d sum f = sum df;
    d x[j]/d x[p] = delta(j, p);  a defined entry by its body.
    """
    Budget.spend(1)
    match found.kind, found.parts:
        case "number" | "size" | "index" | "delta", _:
            return ZERO
        case "scalar" | "entry", _:
            return _of_name(found, by, facts)
        case "add", parts:
            return _total(derivative(part, by, facts) for part in parts)
        case "mul", parts:
            slopes = [derivative(part, by, facts) for part in parts]
            return _total(_product(slope, *parts[:k], *parts[k + 1 :]) for k, slope in enumerate(slopes))
        case "power", (base, exponent):
            less = (
                number(exponent.parts[0] - 1) if exponent.kind == "number" else make("add", exponent, MINUS)
            )
            return _product(derivative(base, by, facts), exponent, make("power", base, less))
        case "sum", (index, body) if index not in by.free:
            slope = derivative(body, by, facts)
            return slope if slope is ZERO else make("sum", index, slope)
    raise Refused(f"no derivative of a {found.kind} here; rename an index that is also the place's")


def _of_name(found: Formula, by: Formula, facts: Facts) -> Formula:
    name, *places = found.parts
    if name in facts.definitions:
        if facts.definitions[name][2] is not None:
            raise Refused("a recurrence has no derivative here; prove its closed form first")
        return derivative(facts.unfolded(found), by, facts)
    if (found.kind, name) != (by.kind, by.parts[0]):
        return ZERO
    return make("mul", ONE, *(make("delta", j, p) for j, p in zip(places, by.parts[1:], strict=True)))


def _product(slope: Formula, *rest: Formula) -> Formula:
    return slope if slope is ZERO else make("mul", *rest, slope)


def _total(terms: Iterable[Formula]) -> Formula:
    kept = [term for term in terms if term is not ZERO]
    return make("add", *kept) if kept else ZERO
