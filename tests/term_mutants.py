"""Wrong twins of a term: one place changed, as a slip of the pen would."""

from collections.abc import Callable, Iterator

from bnsym.terms.nodes import (
    Add,
    Entry,
    Index,
    Mul,
    Number,
    Power,
    Size,
    Sum,
    Term,
    add,
    mul,
    negative,
    number,
)
from bnsym.terms.walk import children, rebuild

Scope = frozenset[Index]


def mutants(term: Term, free: Scope) -> Iterator[tuple[str, Term]]:
    """Each mutant of the term with the kind of its slip; `free` are the indices that may stand free in it."""
    seen = {term}
    for kind, mutant in (("added", add(term, number(1))), ("negated", negative(term)), *_inner(term, free)):
        if mutant not in seen:
            seen.add(mutant)
            yield kind, mutant


def _inner(term: Term, scope: Scope) -> Iterator[tuple[str, Term]]:
    """Mutants by a slip at this node or below it."""
    for kind, rule in SLIPS.items():
        yield from ((kind, mutant) for mutant in rule(term, scope))
    inside = scope | {term.index} if isinstance(term, Sum) else scope
    for child in dict.fromkeys(_expressions(term)):
        for kind, mutant in _inner(child, inside):
            yield kind, rebuild(term, lambda node, old=child, new=mutant: new if node is old else node)


def _expressions(term: Term) -> tuple[Term, ...]:
    """The subterms that are values, not places, ranges or exponents."""
    match term:
        case Sum(_, body):
            return (body,)
        case Power(base, _):
            return (base,)
        case Entry():
            return ()
        case _:
            return children(term)


def _sign(term: Term, scope: Scope) -> Iterator[Term]:
    """a + b + c -> a - b + c."""
    if isinstance(term, Add):
        for part in term.terms:
            yield Add(tuple(negative(other) if other is part else other for other in term.terms))


def _drop(term: Term, scope: Scope) -> Iterator[Term]:
    """a + b + c -> a + c, and a * b * c -> a * c."""
    if isinstance(term, Add):
        yield from (add(*(other for other in term.terms if other is not part)) for part in term.terms)
    if isinstance(term, Mul):
        yield from (mul(*(other for other in term.factors if other is not part)) for part in term.factors)


def _coefficient(term: Term, scope: Scope) -> Iterator[Term]:
    """A number or a size that is one too large; a sum twice."""
    match term:
        case Number(value):
            yield number(value + 1)
        case Size():
            yield add(term, number(1))
        case Sum():
            yield mul(number(2), term)


def _exponent(term: Term, scope: Scope) -> Iterator[Term]:
    """x**2 -> x**3, 1/x -> x, and sqrt(x) -> 1/sqrt(x)."""
    if isinstance(term, Power) and isinstance(term.exponent, Number):
        value = term.exponent.value
        yield Power(term.base, number(3 if value == 2 else -value))


def _index(term: Term, scope: Scope) -> Iterator[Term]:
    """x[i] -> x[p] for another index in scope over the same range."""
    if not isinstance(term, Entry):
        return
    for k, place in enumerate(term.indices):
        for other in sorted(scope, key=lambda index: index.name):
            if (
                isinstance(place, Index)
                and other is not place
                and (other.low, other.high) == (place.low, place.high)
            ):
                yield Entry(term.tensor, (*term.indices[:k], other, *term.indices[k + 1 :]))


SLIPS: dict[str, Callable[[Term, Scope], Iterator[Term]]] = {
    "sign": _sign,
    "dropped": _drop,
    "coefficient": _coefficient,
    "exponent": _exponent,
    "index": _index,
}
