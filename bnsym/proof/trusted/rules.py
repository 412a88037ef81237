"""The rules.  Each docstring is the rule with its needs; nothing else makes a theorem.

A rule gets a claim with the equations that it uses and its arguments, and what is declared; it raises
Refused, or the claim holds for every value of its free indices in their ranges, wherever it has a value.
"""

from collections.abc import Callable, Sequence
from functools import reduce as fold
from typing import NamedTuple

from bnsym.proof.trusted.derivative import derivative
from bnsym.proof.trusted.facts import Facts, length
from bnsym.proof.trusted.field import Field, same
from bnsym.proof.trusted.formula import ONE, ZERO, Budget, Formula, Refused, make, minus, replace, walk

Equation = tuple[Formula, Formula]


class Step(NamedTuple):
    """A claim, the equations that it uses, its arguments."""

    left: Formula
    relation: str
    right: Formula
    used: Sequence[Equation]
    args: Sequence[Formula]


def algebra(step: Step, facts: Facts) -> None:
    """ALGEBRA.  left - right = c_1*(a_1 - b_1) + c_2*(a_2 - b_2) + ... as rational functions of atoms, with
    sqrt(P)**2 = P, where a_k = b_k are the first equations used; those after them put their right sides in
    the place of their left ones.  Needs the denominators != 0, the radicands >= 0.  args: c_1, c_2, ...
    """
    gaps = [(c, minus(a, b)) for c, (a, b) in zip(step.args, step.used, strict=False)]
    same(minus(step.left, step.right), _combination(gaps), step.used[len(step.args) :])


def unfold(step: Step, facts: Facts) -> None:
    """UNFOLD.  D[p] = the body of D at p, for p in the parameter's range; a recurrence at 0 is its start."""
    if facts.unfolded(step.left) is not step.right:
        raise Refused("that is not what the definition says there")


def linearity(step: Step, facts: Facts) -> None:
    """LINEARITY.  sum E = c_1*sum f_1 + c_2*sum f_2 + ... over the same indices, if, for generic indices,
    E = c_1*f_1 + c_2*f_2 + ... and no c_k holds one of them.  args: how many indices, c_1, f_1, c_2, ...
    """
    indices, body = _nest(step.left, int(step.args[0].parts[0]))
    pairs = list(zip(step.args[1::2], step.args[2::2], strict=True))
    if any(not c.free.isdisjoint(indices) for c, _ in pairs):
        raise Refused("a factor that stands before a sum holds the sum's index")
    sums = [(c, fold(lambda inner, i: make("sum", i, inner), reversed(indices), f)) for c, f in pairs]
    same(body, _combination(pairs), step.used)
    same(step.right, _combination(sums))


def constant(step: Step, facts: Facts) -> None:
    """CONSTANT.  The sum of c over low..high is (high - low + 1)*c.  Needs high >= low - 1, no index in c."""
    (index,), body = _nest(step.left, 1)
    facts.need(length(index), ">= 0")
    if index in body.free:
        raise Refused("the body of the sum depends on its index")
    same(step.right, make("mul", length(index), body))


def sift(step: Step, facts: Facts) -> None:
    """SIFT.  The sum of delta(i, p)*f(i) is f(p).  Needs p in the range of i, i not in p.  args: p, f."""
    (index,), body = _nest(step.left, 1)
    place, f = step.args
    facts.require_within(place, *index.parts[1:])
    beside = make("delta", index, place)
    facts.require(beside)
    if index in place.free:
        raise Refused("the place holds the sum's own index")
    same(body, make("mul", beside, f), step.used)
    same(step.right, replace(f, {index: place}))


def exchange(step: Step, facts: Facts) -> None:
    """EXCHANGE.  Nested sums over the same ranges are equal if their bodies are, whatever the order and the
    names of the indices.  args: the indices of left, outermost first, in the order in which right has them.
    """
    indices, body = _nest(step.left, len(step.args))
    others, target = _nest(step.right, len(step.args))
    if set(indices) != set(step.args):
        raise Refused("the order must name each index of the left side once")
    renaming: dict[Formula, Formula] = {}
    for own, other in zip(step.args, others, strict=True):
        if not own.free.isdisjoint(set(indices) - set(renaming) - {own}):
            raise Refused("the range of an index holds one that comes after it")
        here = {old: new for old, new in renaming.items() if old in own.free}
        if other.parts[1:] != tuple(replace(end, here) for end in own.parts[1:]):
            raise Refused(f"the ranges of {own.parts[0]} and {other.parts[0]} differ")
        renaming[own] = other
    if any(new in step.left.free for new in others):
        raise Refused("a new name is free on the left side")
    same(replace(body, renaming), target, step.used)


def split(step: Step, facts: Facts) -> None:
    """SPLIT.  The sum over low..high is that over low..middle plus that over middle+1..high, shifted by k.
    Needs low - 1 <= middle <= high.  args: middle, the second sum.
    """
    (index,), body = _nest(step.left, 1)
    name, low, high = index.parts
    middle, rest = step.args
    (other,), shifted = _nest(rest, 1)
    after = make("add", middle, ONE)
    facts.require_within(after, low, make("add", high, ONE))
    shift = minus(after, other.parts[1])
    same(minus(high, other.parts[2]), shift)
    first = make("index", name, low, middle)
    if first in step.left.free or other in step.left.free:
        raise Refused("a new index is free on the left side")
    moved = other if Field().vanishes(shift) else make("add", other, shift)
    same(replace(body, {index: moved}), shifted, step.used)
    same(step.right, make("add", make("sum", first, replace(body, {index: first})), rest), step.used)


def single(step: Step, facts: Facts) -> None:
    """SINGLE.  The sum over low..low is the body at low; the sum over low..low-1 is 0."""
    (index,), body = _nest(step.left, 1)
    _, low, high = index.parts
    none = step.right is ZERO
    same(high, minus(low, ONE) if none else low)
    same(step.right, ZERO if none else replace(body, {index: low}))


def root(step: Step, facts: Facts) -> None:
    """ROOT.  left = right if left**2 = right**2 as rational functions.  Needs left >= 0 and right >= 0."""
    facts.need(step.left, ">= 0")
    facts.need(step.right, ">= 0")
    same(make("mul", step.left, step.left), make("mul", step.right, step.right), step.used)


def differentiate(step: Step, facts: Facts) -> None:
    """DIFFERENTIATE.  diff(f, x[p]) by d x[j]/d x[p] = delta(j, p), the rules for sums, products and powers,
    and the chain rule through definitions.  Needs radicands > 0, bases of negative powers != 0.
    """
    if step.left.kind != "diff":
        raise Refused("the left side is no derivative")
    found, by = step.left.parts
    if by.kind not in ("scalar", "entry") or by.parts[0] in facts.definitions or facts.whole(by):
        raise Refused("a derivative is taken by a scalar, or by an entry of a real tensor")
    slope = derivative(found, by, facts)
    facts.require(slope)
    same(slope, step.right)


def induction(step: Step, facts: Facts) -> None:
    """INDUCTION.  left = right for all T >= 1, from left = right at T = 1, and from a - b = (left - right at
    T + 1) - c*(left - right), where a = b.  Needs T free in no definition and no need.  uses: the equation
    at 1; a = b.  args: T, c.
    """
    size, factor = step.args
    first, onward = step.used
    if facts.least[size.parts[0]] != 1:
        raise Refused("induction runs over a size that is >= 1")
    for parameters, *formulas in facts.definitions.values():
        if size not in parameters and any(size in walk(part) for part in formulas if part):
            raise Refused("a definition holds the size that the induction runs over")
    if any(size in walk(need) for need, _ in facts.needs):
        raise Refused("a need holds the size that the induction runs over")
    if first != tuple(replace(side, {size: ONE}) for side in (step.left, step.right)):
        raise Refused("the first equation used is not the claim at 1")
    later = [replace(side, {size: make("add", size, ONE)}) for side in (step.left, step.right)]
    same(minus(*onward), minus(minus(*later), make("mul", factor, minus(step.left, step.right))))


def order(step: Step, facts: Facts) -> None:
    """ORDER.  left > right if left - right = D and D > 0 by signs; so for >=, <, <=.  args: D."""
    (shown,) = step.args
    small, large = (step.right, step.left) if step.relation[0] == ">" else (step.left, step.right)
    same(minus(large, small), shown, step.used)
    facts.need(shown, f">{step.relation[1:]} 0")


OF_SUMS = (linearity, constant, sift, exchange, split, single)
RULES: dict[str, Callable[[Step, Facts], None]] = {
    rule.__name__: rule for rule in (algebra, unfold, *OF_SUMS, root, differentiate, induction, order)
}


def _nest(found: Formula, depth: int) -> tuple[list[Formula], Formula]:
    """The indices of nested sums, outermost first, all different, and the body."""
    indices: list[Formula] = []
    for _ in range(depth):
        Budget.spend(1 + len(indices))
        if found.kind != "sum" or found.parts[0] in indices:
            raise Refused("there are not so many sums, one in the other, each with an index of its own")
        indices.append(found.parts[0])
        found = found.parts[1]
    return indices, found


def _combination(pairs: Sequence[Equation]) -> Formula:
    return make("add", ZERO, *(make("mul", c, f) for c, f in pairs))
