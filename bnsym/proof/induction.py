"""Induction over a size: true for one, and for T + 1 where it is true for T."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from bnsym.calculus.atoms import RANK, Atom, Polynomial
from bnsym.calculus.normal import Normalizer
from bnsym.calculus.polynomial import accumulate, merge, monomial_of, quotient, scale, subtract, without
from bnsym.errors import UsageError
from bnsym.proof.claims import Claim, used_terms
from bnsym.terms.nodes import Add, Definition, Entry, Index, Number, Size, Term, number
from bnsym.terms.walk import instance, rebuild, substitute, subterms


@dataclass(frozen=True)
class Induction:
    """How the two parts came out."""

    base: bool
    step: bool


def induct(claim: Claim, size: Term) -> Induction:
    """INDUCTION.  From P(1), and P(T + 1) with P(T) given, conclude P(T) for every T >= 1.

    A recurrence is opened at T + 1 and at numbers; the hypothesis P(T) is an equation that is solved for
    one of its entries or sums and put into P(T + 1).
    """
    if not isinstance(size, Size):
        raise UsageError("induction runs over a size: give the Size itself")
    _check_independent(claim, size)
    sides = (claim.left, claim.right)
    normalizer = Normalizer(claim.definitions, _plain(claim.definitions))
    first = [_unrolled(_folded(substitute(side, {size: number(1)})), claim.definitions) for side in sides]
    successor = Add((size, number(1)))
    later = [_unrolled(substitute(side, {size: successor}), claim.definitions, successor) for side in sides]
    hypothesis = _difference(normalizer, sides)
    return Induction(
        base=normalizer.equal(*first),
        step=_vanishes_given(normalizer, _difference(normalizer, later), hypothesis),
    )


def _check_independent(claim: Claim, size: Size) -> None:
    """The bodies of definitions must say the same for T and for T + 1; a parameter's own range may grow."""
    nodes = {node for term in used_terms(claim) for node in subterms(term)}
    used = {node.tensor.name for node in nodes if isinstance(node, Entry)}
    for name in sorted(used & set(claim.definitions)):
        definition = claim.definitions[name]
        parts = [definition.body, *([definition.initial] if definition.initial else [])]
        held = {node for part in parts for node in _with_ranges(part, definition.parameters)}
        if size in held and size not in definition.parameters:
            raise UsageError(
                f"induction over {size.name}: the definition of {name} holds {size.name} itself; write the "
                "claim without that definition, or let the definition hold another size"
            )


def _with_ranges(term: Term, own: tuple[Index | Size, ...]) -> Iterator[Term]:
    for node in subterms(term):
        yield node
        if isinstance(node, Index) and node not in own:
            yield from _with_ranges(node.low, own)
            yield from _with_ranges(node.high, own)


def _plain(definitions: Mapping[str, Definition]) -> frozenset[str]:
    return frozenset(name for name, d in definitions.items() if d.initial is None)


def _difference(normalizer: Normalizer, sides: list[Term] | tuple[Term, Term]) -> Polynomial:
    left, right = map(normalizer.normal_form, sides)
    return normalizer.cleared(subtract(left, right))


def _unrolled(term: Term, definitions: Mapping[str, Definition], opened: Term | None = None) -> Term:
    """Entries of recurrences at numbers, and at the place `opened`, replaced by what they are."""

    def change(node: Term) -> Term:
        if isinstance(node, Entry) and node.tensor.name in definitions:
            definition = definitions[node.tensor.name]
            [place] = node.indices if definition.initial is not None else (None,)
            if definition.initial is not None and isinstance(place, Number):
                return definition.initial if place.value == 0 else change(_stepped(definition, place))
            if definition.initial is not None and place is opened:
                return _stepped(definition, place)
            if definition.initial is None:
                return change(instance(definition, node.indices))
        return rebuild(node, change)

    return change(term)


def _stepped(definition: Definition, place: Term | None) -> Term:
    if place is None or (isinstance(place, Number) and place.value < 0):
        raise UsageError(f"{definition.tensor.name} is used before its start; a recurrence starts at 0")
    body = instance(definition, (place,))
    return _folded(body) if isinstance(place, Number) else body


def _folded(term: Term) -> Term:
    """Sums of numbers in positions, such as 1 - 1, worked out."""
    if isinstance(term, Add) and all(isinstance(part, Number) for part in term.terms):
        return number(sum(part.value for part in term.terms if isinstance(part, Number)))
    return rebuild(term, _folded)


def _vanishes_given(normalizer: Normalizer, goal: Polynomial, hypothesis: Polynomial) -> bool:
    """True if the goal is a multiple of the hypothesis, or 0 after that, solved for an atom, is put in."""
    if any(normalizer.is_zero(rest) for rest in _after_multiples(normalizer, goal, hypothesis)):
        return True
    for atom in sorted({a for row in hypothesis for a, _ in row}, key=lambda a: (RANK[a.kind], a.key)):
        value = _solved(normalizer, hypothesis, atom)
        if value is not None and normalizer.is_zero(_put_in(normalizer, goal, atom, value)):
            return True
    return normalizer.is_zero(goal)


def hypothesis_factor(normalizer: Normalizer, sides: tuple[Term, Term], later: list[Term]) -> Polynomial:
    """A factor by which the hypothesis gives the step: later difference = factor * difference."""
    hypothesis, goal = _plain_difference(normalizer, sides), _plain_difference(normalizer, later)
    for first, other in product(hypothesis, goal):
        factor = {
            merge(other, monomial_of((a, -e) for a, e in first)): quotient(goal[other], hypothesis[first])
        }
        if normalizer.is_zero(subtract(goal, normalizer.multiply(factor, hypothesis))):
            return factor
    for atom in sorted({a for row in hypothesis for a, _ in row}, key=lambda a: (RANK[a.kind], a.key)):
        rows = [row for row in hypothesis if any(a is atom for a, _ in row)]
        if len(rows) == 1 and dict(rows[0])[atom] == 1:
            unit = normalizer.inverse({without(rows[0], atom, 1): hypothesis[rows[0]]})
            over = {
                without(row, atom, 1): value for row, value in goal.items() if dict(row).get(atom, 0) == 1
            }
            factor = normalizer.multiply(over, unit)
            if normalizer.is_zero(subtract(goal, normalizer.multiply(factor, hypothesis))):
                return factor
    return {}


def _plain_difference(normalizer: Normalizer, sides: tuple[Term, Term] | list[Term]) -> Polynomial:
    left, right = map(normalizer.normal_form, sides)
    return subtract(left, right)


def _after_multiples(
    normalizer: Normalizer, goal: Polynomial, hypothesis: Polynomial
) -> Iterator[Polynomial]:
    """goal - factor * hypothesis for each monomial factor that makes their terms meet."""
    for first, other in product(hypothesis, goal):
        factor = merge(other, monomial_of((a, -e) for a, e in first))
        if all(a.simple and (e > 0 or a.positive) for a, e in factor):
            multiple = {factor: quotient(goal[other], hypothesis[first])}
            yield subtract(goal, normalizer.multiply(multiple, hypothesis))


def _solved(normalizer: Normalizer, equation: Polynomial, atom: Atom) -> Polynomial | None:
    """The atom's value if the equation is u*atom + B = 0 with a number u."""
    rows = [row for row in equation if any(a is atom for a, _ in row)]
    if len(rows) != 1 or dict(rows[0])[atom] != 1:
        return None
    if not all(a.positive for a, _ in without(rows[0], atom, 1)):
        return None
    rest = {row: value for row, value in equation.items() if row != rows[0]}
    unit = {without(rows[0], atom, 1): equation[rows[0]]}
    return scale(normalizer.multiply(rest, normalizer.inverse(unit)), -1)


def _put_in(normalizer: Normalizer, goal: Polynomial, atom: Atom, value: Polynomial) -> Polynomial:
    total: Polynomial = {}
    for row, coefficient in goal.items():
        exponent = dict(row).get(atom, 0)
        if exponent <= 0:
            accumulate(total, {row: coefficient})
        else:
            rest = {without(row, atom, exponent): coefficient}
            accumulate(total, normalizer.multiply(rest, normalizer.power(value, exponent)))
    return total
